//! Seals: each event carries the hash of what it says and of the seal before it, so that whoever changes the log is found out.
//!
//! Writers know nothing of it. A step of the background work seals what has come, in the order of the feed, behind which no
//! transaction can put anything any more; until then an event is the unsealed tail. Hashes have no key: whoever can write to the
//! database can seal a log of their own, so a head that was noted elsewhere tells more than the one in the database.
//!
//! The hash of an event is over a digest of before and after, with a salt of its own: where a document has to go, and its salt with
//! it, the digest that stays still proves the rest of the chain, and tells nothing of what is gone. That is lawful where the event
//! of an erasure names it, which has a seal of its own.

use std::{fmt, str::FromStr};

use packhorse_db::{
    Conn, Found,
    events::{self, Position},
    lock_seals, redaction,
    seals::{self, Head, Seal},
};
use packhorse_domain::{Scope, event::Event, id::EventId};
use serde_json::{Value, json};

use crate::{Error, tokens::fingerprint};

/// Most events that one transaction seals.
const BATCH: u8 = 250;
/// Seals that are looked at together.
const STEP: i64 = 1000;
/// Most events that are named of those put in afterwards.
const NAMED: i64 = 20;

/// Seals some of what has come. How many events; none when there is nothing to seal.
///
/// # Errors
/// Those of the database.
pub fn seal(conn: &mut Conn) -> Result<usize, Error> {
    lock_seals(conn)?;
    let was = seals::head(conn)?;
    let (mut now, mut added) = (was.clone(), Vec::new());
    for (position, event) in events::changes(conn, Scope::Everything, was.position, BATCH)? {
        let salt = format!("{:032x}", rand::random::<u128>());
        let digest = digest(&salt, &event);
        let place = now.place + 1;
        let hash = hash(&now.hash, place, position, &event, &digest);
        now = Head { place, position, hash: hash.clone() };
        added.push(Seal { place, event: event.id, salt, digest, hash });
    }
    let count = added.len();
    if count > 0 {
        seals::append(conn, &was, &now, added)?;
    }
    Ok(count)
}

/// Whether there is something to seal.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn) -> Result<bool, Error> {
    let head = seals::head(conn)?;
    Ok(!events::changes(conn, Scope::Everything, head.position, 1)?.is_empty())
}

/// What an event was and became, with its salt, in short.
fn digest(salt: &str, event: &Event) -> String {
    fingerprint(canonical(&json!([salt, event.before, event.after])).as_bytes())
}

/// The hash of an event at its place behind another.
fn hash(previous: &str, place: i64, position: Position, event: &Event, digest: &str) -> String {
    let Event { id, network, subject_kind, subject, action, actor, at, before: _, after: _ } = event;
    let position = position.to_string();
    let content = json!([
        "packhorse 1",
        previous,
        place,
        position,
        id,
        network,
        subject_kind,
        subject,
        action,
        actor,
        at,
        digest
    ]);
    fingerprint(canonical(&content).as_bytes())
}

/// JSON with the members of objects in the order of their names, however they were kept.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// Where a chain ended when somebody noted it: place and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// How many seals there were.
    pub place: i64,
    /// The hash of the last.
    pub hash: String,
}

impl fmt::Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.place, self.hash)
    }
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hexadecimal digits")]
pub struct InvalidHead;

impl FromStr for Noted {
    type Err = InvalidHead;

    fn from_str(text: &str) -> Result<Self, InvalidHead> {
        let (place, hash) = text.split_once(':').ok_or(InvalidHead)?;
        let place = place.parse().ok().filter(|place| *place > 0).ok_or(InvalidHead)?;
        let hex = hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        if hex { Ok(Self { place, hash: hash.to_lowercase() }) } else { Err(InvalidHead) }
    }
}

/// A way in which the log is not what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Tampering {
    /// Something else is there.
    #[error("event {0}, sealed at {1}, was changed or moved")]
    Changed(EventId, i64),
    /// What it told is gone, and nobody was erased with it.
    #[error("event {0}, sealed at {1}, was emptied, and no erasure names it")]
    Emptied(EventId, i64),
    /// It is not there any more.
    #[error("event {0}, sealed at {1}, was deleted")]
    Deleted(EventId, i64),
    /// Neither events nor seals are there any more.
    #[error("the seals from {0} to {1} were deleted")]
    Gap(i64, i64),
    /// It was put before others that were there earlier.
    #[error("event {0} was inserted")]
    Inserted(EventId),
    /// The last seals are gone, or the note of them was changed.
    #[error("the chain ends at {0}, but its head is kept as {1}")]
    CutOff(i64, i64),
    /// The note of the last seal is gone.
    #[error("the head of the chain was deleted")]
    NoHead,
    /// What somebody noted was another chain.
    #[error("the chain is not the one whose head was {0}")]
    Another(Noted),
}

/// What came of walking the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Where it ends.
    pub head: Noted,
    /// How many events are not sealed yet.
    pub unsealed: i64,
    /// What is wrong, in the order of the chain.
    pub wrong: Vec<Tampering>,
}

/// Walks the chain from its beginning, and compares it with the log and with a head that somebody noted before.
///
/// # Errors
/// Those of the database.
pub fn audit(conn: &mut Conn, noted: Option<&Noted>) -> Result<Audit, Error> {
    let none = Noted { place: 0, hash: String::new() };
    let Some(head) = seals::head(conn).found()? else {
        return Ok(Audit { head: none, unsealed: 0, wrong: vec![Tampering::NoHead] });
    };
    let (mut last, mut wrong, mut met) = (none, Vec::new(), false);
    loop {
        let step = seals::walk(conn, last.place, STEP)?;
        if step.is_empty() {
            break;
        }
        // What is sealed meanwhile is behind the head that was read.
        for (seal, found) in step.into_iter().filter(|(seal, _)| seal.place <= head.place) {
            if seal.place != last.place + 1 {
                wrong.push(Tampering::Gap(last.place + 1, seal.place - 1));
            }
            match found {
                None => wrong.push(Tampering::Deleted(seal.event, seal.place)),
                Some((position, event)) => {
                    let emptied = seal.salt.is_empty() && event.before.is_none() && event.after.is_none();
                    let document = emptied || digest(&seal.salt, &event) == seal.digest;
                    let link = hash(&last.hash, seal.place, position, &event, &seal.digest) == seal.hash;
                    // Behind a gap no link holds.
                    if !document || !link && seal.place == last.place + 1 {
                        wrong.push(Tampering::Changed(seal.event, seal.place));
                    } else if emptied {
                        wrong.push(Tampering::Emptied(seal.event, seal.place));
                    }
                }
            }
            last = Noted { place: seal.place, hash: seal.hash };
            met |= noted == Some(&last);
        }
        if last.place >= head.place {
            break;
        }
    }
    // Asked for behind them: an erasure that goes on meanwhile names what it empties in the same moment.
    let lawful = redaction::lawful(conn)?;
    wrong.retain(|found| !matches!(found, Tampering::Emptied(event, _) if lawful.contains(event)));
    wrong.extend(seals::missing(conn, head.position, NAMED)?.into_iter().map(Tampering::Inserted));
    if last != (Noted { place: head.place, hash: head.hash.clone() }) {
        wrong.push(Tampering::CutOff(last.place, head.place));
    }
    wrong.extend(noted.filter(|_| !met).cloned().map(Tampering::Another));
    Ok(Audit { head: last, unsealed: seals::waiting(conn, head.position)?, wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hashed_does_not_depend_on_the_order_of_members() {
        let value: Value = serde_json::from_str(r#"{"b":[1,{"z":null,"a":"\""}],"a":true}"#).unwrap();
        assert_eq!(canonical(&value), r#"{"a":true,"b":[1,{"a":"\"","z":null}]}"#);
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let noted = Noted { place: 12, hash: "ab".repeat(32) };
        assert_eq!(noted.to_string().parse(), Ok(noted));
        for text in ["", "12", "0:00", "12:xyz", "-1:00"] {
            assert_eq!(text.parse::<Noted>(), Err(InvalidHead), "{text}");
        }
    }
}
