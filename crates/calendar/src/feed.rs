//! A public calendar, written entry by entry, in the zones of its venues.
//!
//! Each zone is described before the first entry that uses it. An entry is written in UTC where the description does not
//! reach, or where its clock shows the same time twice and would mean the other.
//!
//! Source: RFC 5545 sections 3.2.19 (`TZID`), 3.3.5 (form 3), 3.6.5 (`VTIMEZONE`), 3.8.1.6 (`GEO`).

use std::{
    collections::HashMap,
    io::{self, Write},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use packhorse_domain::{Coordinates, Interval, Zone};

use crate::{
    ics::{END, Entry, event, fold, head, utc},
    zone::describe,
};

/// How much of a zone is described before and after its first use.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 366);
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 366 * 12);

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
        out.write_all(fold(&head(name, None)).as_bytes())?;
        Ok(Self { out, described: HashMap::new() })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn entry(&mut self, entry: &Entry, venue: &Venue<'_>) -> io::Result<()> {
        let (zone, time) = (venue.zone, entry.time);
        let mut text = String::new();
        let described = *self.described.entry(zone.clone()).or_insert_with(|| {
            let start = time.start.checked_sub(BEFORE).unwrap_or(time.start);
            let wanted = Interval { start, end: time.start.checked_add(AFTER).unwrap_or(Timestamp::MAX) };
            // UTC has no need of a description.
            if zone.name() == "UTC" { Interval { end: start, ..wanted } } else { describe(&mut text, zone, wanted) }
        });
        let local = described.contains(&time).then(|| clock(time, zone)).flatten();
        let mut others = match local {
            Some((start, end)) => [("DTSTART", start), ("DTEND", end)]
                .map(|(name, at)| format!("{name};TZID={}:{}", zone.name(), at.strftime("%Y%m%dT%H%M%S")))
                .to_vec(),
            None => vec![format!("DTSTART:{}", utc(time.start)), format!("DTEND:{}", utc(time.end))],
        };
        others.extend(venue.coordinates.map(|at| format!("GEO:{:.6};{:.6}", at.lat, at.lon)));
        others.push(format!("URL:{}", venue.address));
        event(&mut text, entry, &others);
        self.out.write_all(fold(&text).as_bytes())
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(END.as_bytes())?;
        Ok(self.out)
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
