//! Zones as `VTIMEZONE`: what their clocks do for a while.
//!
//! Source: RFC 5545 sections 3.6.5 (`VTIMEZONE`), 3.8.5.2 (`RDATE`).

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::tz::Offset;
use packhorse_domain::{Interval, Zone};

/// Most changes of a zone that are described.
const MOST_TURNS: usize = 64;

/// What clocks of one kind do: when they are put forward or back, from which offset to which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Observance {
    saving: bool,
    from: Offset,
    to: Offset,
    name: String,
}

/// Adds the description of a zone during `wanted`, and says for how long it holds: until the end of what is wanted, or until
/// a change that would be one too many.
pub(crate) fn describe(text: &mut String, zone: &Zone, wanted: Interval) -> Interval {
    let rules = zone.rules();
    let before = rules.to_offset_info(wanted.start);
    let (mut offset, mut name) = (before.offset(), before.abbreviation().to_owned());
    let first = Observance { saving: before.dst().is_dst(), from: offset, to: offset, name: name.clone() };
    let mut observances = BTreeMap::from([(first, vec![offset.to_datetime(wanted.start)])]);
    let mut turns = rules.following(wanted.start).take_while(|turn| turn.timestamp() < wanted.end);
    for turn in turns.by_ref().take(MOST_TURNS) {
        // The last of a zone's file is none: there its rule begins.
        if turn.offset() == offset && turn.abbreviation() == name {
            continue;
        }
        let observance = Observance {
            saving: turn.dst().is_dst(),
            from: offset,
            to: turn.offset(),
            name: turn.abbreviation().to_owned(),
        };
        // A change is told by the clock as it was before.
        observances.entry(observance).or_default().push(offset.to_datetime(turn.timestamp()));
        offset = turn.offset();
        turn.abbreviation().clone_into(&mut name);
    }
    let end = turns.next().map_or(wanted.end, |turn| turn.timestamp());
    let _ = write!(text, "BEGIN:VTIMEZONE\r\nTZID:{}\r\n", zone.name());
    for (observance, times) in observances {
        let kind = if observance.saving { "DAYLIGHT" } else { "STANDARD" };
        let times: Vec<_> = times.iter().map(|at| at.strftime("%Y%m%dT%H%M%S").to_string()).collect();
        let start = times.first().map(String::as_str).unwrap_or_default();
        let (from, to, name) = (spelled(observance.from), spelled(observance.to), observance.name);
        let _ = write!(
            text,
            "BEGIN:{kind}\r\nDTSTART:{start}\r\nTZOFFSETFROM:{from}\r\nTZOFFSETTO:{to}\r\nTZNAME:{name}\r\n"
        );
        // With the first: ical.js takes no onset from DTSTART where there are others.
        for time in times.iter().filter(|_| times.len() > 1) {
            let _ = write!(text, "RDATE:{time}\r\n");
        }
        let _ = write!(text, "END:{kind}\r\n");
    }
    text.push_str("END:VTIMEZONE\r\n");
    Interval { start: wanted.start, end }
}

/// Source: RFC 5545 section 3.3.14.
fn spelled(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let minutes = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { minutes } else { format!("{minutes}{:02}", seconds % 60) }
}
