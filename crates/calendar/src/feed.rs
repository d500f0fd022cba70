//! A public calendar, written entry by entry, in the zones of its venues.
//!
//! Each zone is described before the first entry that uses it. An entry is written in UTC where the description does not
//! reach, or where its clock shows the same time twice and would mean the other.
//!
//! Source: RFC 5545 sections 3.2.19 (`TZID`), 3.3.5 (form 3), 3.6.5 (`VTIMEZONE`), 3.8.1.6 (`GEO`).

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    io::{self, Write},
};

use icalendar::{Component as _, Property};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};
use packhorse_domain::{Coordinates, Interval, Zone};

use crate::ics::{Entry, event, head, plain, refold, utc};

/// How much of a zone is described before and after its first use.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 366);
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 366 * 12);
const END: &str = "END:VCALENDAR\r\n";

/// What a public entry has besides.
#[derive(Debug, Clone, Copy)]
pub struct Venue<'a> {
    /// The zone whose clock it is written in.
    pub zone: &'a Zone,
    /// Where it stands.
    pub coordinates: Option<Coordinates>,
    /// Its page.
    pub address: &'a str,
}

/// A calendar, `text/calendar; charset=utf-8`, written entry by entry. It keeps the zones used, nothing else.
#[derive(Debug)]
pub struct Feed<W: Write> {
    out: W,
    described: HashMap<Zone, Interval>,
}

impl<W: Write> Feed<W> {
    /// Writes the beginning, with what programs call it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(mut out: W, name: &str) -> io::Result<Self> {
        let text = refold(&head(name, None).to_string());
        out.write_all(text.strip_suffix(END).unwrap_or(&text).as_bytes())?;
        Ok(Self { out, described: HashMap::new() })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn entry(&mut self, entry: &Entry, venue: &Venue<'_>) -> io::Result<()> {
        let zone = venue.zone;
        let described = match self.described.get(zone) {
            Some(described) => *described,
            None => self.describe(zone, entry.time.start)?,
        };
        let mut written = event(entry);
        if let Some((start, end)) = described.contains(&entry.time).then(|| clock(entry.time, zone)).flatten() {
            for (name, local) in [("DTSTART", start), ("DTEND", end)] {
                let mut property = Property::new(name, local.strftime("%Y%m%dT%H%M%S").to_string());
                written.append_property(property.add_parameter("TZID", zone.name()).done());
            }
        }
        if let Some(at) = venue.coordinates {
            written.add_property("GEO", format!("{:.6};{:.6}", at.lat, at.lon));
        }
        written.url(&plain(venue.address));
        self.out.write_all(refold(&written.to_string()).as_bytes())
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(END.as_bytes())?;
        Ok(self.out)
    }

    fn describe(&mut self, zone: &Zone, near: Timestamp) -> io::Result<Interval> {
        let start = near.checked_sub(BEFORE).unwrap_or(near);
        let covered = Interval { start, end: near.checked_add(AFTER).unwrap_or(Timestamp::MAX) };
        self.out.write_all(refold(&description(zone, covered)).as_bytes())?;
        self.described.insert(zone.clone(), covered);
        Ok(covered)
    }
}

/// Both ends on the clock of a zone, when that clock names them unmistakably.
fn clock(time: Interval, zone: &Zone) -> Option<(DateTime, DateTime)> {
    let rules = zone.rules();
    let shown = |at: Timestamp| {
        let local = rules.to_datetime(at);
        rules.to_timestamp(local).is_ok_and(|told| told == at).then_some(local)
    };
    shown(time.start).zip(shown(time.end))
}

/// What clocks of one kind do: when they are put forward or back, from which offset to which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Observance {
    saving: bool,
    from: Offset,
    to: Offset,
    name: String,
}

fn description(zone: &Zone, covered: Interval) -> String {
    let rules = zone.rules();
    let before = rules.to_offset_info(covered.start);
    let first = Observance {
        saving: before.dst().is_dst(),
        from: before.offset(),
        to: before.offset(),
        name: before.abbreviation().to_owned(),
    };
    let mut offset = before.offset();
    let mut observances = BTreeMap::from([(first, vec![offset.to_datetime(covered.start)])]);
    for change in rules.following(covered.start).take_while(|change| change.timestamp() < covered.end) {
        let observance = Observance {
            saving: change.dst().is_dst(),
            from: offset,
            to: change.offset(),
            name: change.abbreviation().to_owned(),
        };
        // Changes are told on the clock that runs until then.
        observances.entry(observance).or_default().push(offset.to_datetime(change.timestamp()));
        offset = change.offset();
    }
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\nLAST-MODIFIED:{}\r\n", zone.name(), utc(covered.start));
    for (observance, times) in observances {
        let kind = if observance.saving { "DAYLIGHT" } else { "STANDARD" };
        let mut times = times.iter().map(|at| at.strftime("%Y%m%dT%H%M%S").to_string());
        let start = times.next().unwrap_or_default();
        let _ = write!(
            text,
            "BEGIN:{kind}\r\nDTSTART:{start}\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nTZNAME:{}\r\n",
            spelled(observance.from),
            spelled(observance.to),
            observance.name,
        );
        for time in times {
            let _ = write!(text, "RDATE:{time}\r\n");
        }
        let _ = write!(text, "END:{kind}\r\n");
    }
    text + "END:VTIMEZONE\r\n"
}

/// Source: RFC 5545 section 3.3.14.
fn spelled(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let minutes = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { minutes } else { format!("{minutes}{:02}", seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ics::EntryStatus, incoming};

    fn entry(start: &str, end: &str) -> Entry {
        Entry {
            uid: start.to_owned(),
            time: Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap(),
            stamp: "2027-01-15T12:00:00Z".parse().unwrap(),
            sequence: 0,
            status: EntryStatus::Confirmed,
            summary: "Policies".into(),
            location: String::new(),
            description: String::new(),
            transparent: false,
        }
    }

    fn write(entries: &[(Entry, &str)]) -> String {
        let mut feed = Feed::begin(Vec::new(), "Sessions").unwrap();
        for (entry, zone) in entries {
            let zone = Zone::new(zone).unwrap();
            let coordinates = Coordinates::new(39.8525, -95.5358);
            let venue = Venue { zone: &zone, coordinates, address: "https://packhorse.example/sessions/1" };
            feed.entry(entry, &venue).unwrap();
        }
        String::from_utf8(feed.end().unwrap()).unwrap()
    }

    #[test]
    fn a_zone_is_described_once_and_before_its_entries() {
        let text = write(&[
            (entry("2027-03-03T16:00:00Z", "2027-03-03T18:00:00Z"), "America/Chicago"),
            (entry("2027-07-03T16:00:00Z", "2027-07-03T18:00:00Z"), "America/Chicago"),
            (entry("2027-07-03T16:00:00Z", "2027-07-03T18:00:00Z"), "Asia/Kolkata"),
        ]);
        assert_eq!(text.matches("TZID:America/Chicago\r\n").count(), 1);
        assert!(text.find("BEGIN:VTIMEZONE") < text.find("BEGIN:VEVENT"));
        for line in [
            "DTSTART;TZID=America/Chicago:20270303T100000",
            "DTEND;TZID=America/Chicago:20270703T130000",
            "DTSTART;TZID=Asia/Kolkata:20270703T213000",
            "RDATE:20270314T020000",
            "TZOFFSETFROM:-0600",
            "TZOFFSETTO:+0530",
            "GEO:39.852500;-95.535800",
            "URL:https://packhorse.example/sessions/1",
        ] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}\n{text}");
        }
        assert!(text.split("\r\n").all(|line| line.len() <= 75) && text.ends_with(END));
    }

    #[test]
    fn a_clock_that_shows_a_time_twice_is_not_trusted() {
        // The clocks go back on November 7, 2027, at two in the morning, 07:00 UTC.
        let once = write(&[(entry("2027-11-07T06:30:00Z", "2027-11-07T09:00:00Z"), "America/Chicago")]);
        assert!(once.contains("DTSTART;TZID=America/Chicago:20271107T013000\r\n"));
        let again = write(&[(entry("2027-11-07T07:30:00Z", "2027-11-07T09:00:00Z"), "America/Chicago")]);
        assert!(again.contains("DTSTART:20271107T073000Z\r\n") && again.contains("DTEND:20271107T090000Z\r\n"));
    }

    #[test]
    fn what_the_description_does_not_reach_is_in_utc() {
        let text = write(&[
            (entry("2027-03-03T16:00:00Z", "2027-03-03T18:00:00Z"), "America/Chicago"),
            (entry("2047-03-03T16:00:00Z", "2047-03-03T18:00:00Z"), "America/Chicago"),
        ]);
        assert!(text.contains("DTSTART:20470303T160000Z\r\n"));
    }

    #[test]
    fn our_own_reader_understands_the_description() {
        // Names the reader does not know, so that only the description can tell.
        let times = [
            ("2027-03-03T16:00:00Z", "2027-03-03T18:00:00Z"),
            ("2027-07-03T16:00:00Z", "2027-07-03T18:00:00Z"),
            ("2031-12-03T16:00:00Z", "2031-12-03T18:00:00Z"),
        ];
        for zone in ["America/Chicago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"] {
            let text = write(&times.map(|(start, end)| (entry(start, end), zone))).replace(zone, "Somewhere");
            let all = Interval::new("2027-01-01T00:00:00Z".parse().unwrap(), "2032-01-01T00:00:00Z".parse().unwrap());
            let read = incoming::read(text.as_bytes(), &Zone::new("UTC").unwrap(), all.unwrap()).unwrap();
            assert_eq!(read.busy, times.map(|(start, end)| entry(start, end).time), "{zone}");
        }
    }
}
