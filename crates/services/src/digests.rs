//! The digest of what libraries need: once a week, by mail, to those who asked for it.
//!
//! A week begins on Monday at noon, UTC. Each digest tells what was posted in the seven days before, in the networks in which
//! somebody has a role. Who takes it upon themselves to write one says so in the same transaction, so any number of processes may.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, civil::Weekday, tz::TimeZone};
use packhorse_db::{Conn, digests, libraries, mails, postings, users};
use packhorse_domain::{
    Interval, Scope, Timestamp,
    id::{NetworkId, UserId},
    posting::{Posting, PostingKind},
};

use crate::{Error, letters::Letters};

/// Most people who are written to at once.
const AT_ONCE: i64 = 50;
/// Most postings that one digest tells of.
const MOST: usize = 50;
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When the week began.
fn week_of(now: Timestamp) -> Timestamp {
    let noon = SignedDuration::from_hours(12);
    let shifted = (now - noon).to_zoned(TimeZone::UTC);
    let days = shifted.weekday().since(Weekday::Monday);
    let monday = shifted.date() - SignedDuration::from_hours(24 * i64::from(days));
    monday.to_zoned(TimeZone::UTC).map_or(now, |monday| monday.timestamp() + noon)
}

/// Who is to get the digest of this week.
///
/// # Errors
/// Those of the database.
pub fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<UserId>, Error> {
    Ok(digests::due(conn, week_of(now), AT_ONCE)?)
}

/// Writes the digest of this week to somebody, unless somebody else did, or there is nothing to tell.
///
/// # Errors
/// Those of the database.
pub fn write(conn: &mut Conn, letters: &Letters, user: UserId, now: Timestamp) -> Result<(), Error> {
    let week = week_of(now);
    if !digests::take(conn, user, week)? {
        return Ok(());
    }
    let user = users::find(conn, Scope::Everything, user)?;
    let networks: BTreeSet<NetworkId> = user.roles.iter().filter_map(|grant| grant.network).collect();
    let networks: Vec<NetworkId> = networks.into_iter().collect();
    let during = Interval { start: week - WEEK, end: week };
    let today = now.to_zoned(TimeZone::UTC).date();
    let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let found = postings::posted(conn, &networks, during, today, most)?;
    if found.is_empty() {
        return Ok(());
    }
    let named: BTreeSet<_> = found.iter().filter_map(|posting| posting.details.library).collect();
    let libraries = libraries::with_ids(conn, &named.into_iter().collect::<Vec<_>>())?;
    let libraries: HashMap<_, _> = libraries.into_iter().map(|library| (library.id, library.details.name)).collect();
    let line = |posting: &Posting| {
        let details = &posting.details;
        let what = match details.kind {
            PostingKind::Need => "Looking for",
            PostingKind::Offer => "Has to give",
        };
        let by = details.library.and_then(|id| libraries.get(&id)).map_or(String::new(), |name| format!(" ({name})"));
        format!("{what}{by}: {}\n{}/v1/postings/{}", details.title, letters.public_url, posting.id)
    };
    let mut lines: Vec<_> = found.iter().take(MOST).map(line).collect();
    if found.len() > MOST {
        lines.push("There is more on the board.".to_owned());
    }
    Ok(mails::insert(conn, &letters.digest(&user.details.email, &lines.join("\n\n"), now), now)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_at_noon() {
        for (now, week) in [
            ("2027-01-05T15:00:00Z", "2027-01-04T12:00:00Z"),
            ("2027-01-04T12:00:00Z", "2027-01-04T12:00:00Z"),
            ("2027-01-04T11:59:59Z", "2026-12-28T12:00:00Z"),
            ("2027-01-10T23:59:59Z", "2027-01-04T12:00:00Z"),
        ] {
            assert_eq!(week_of(now.parse().unwrap()), week.parse().unwrap(), "{now}");
        }
    }
}
