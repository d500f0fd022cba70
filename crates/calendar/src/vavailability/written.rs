//! Statements and busy time as texts.

use jiff::{
    SignedDuration, Span,
    civil::{Date, DateTime, Time},
};
use packhorse_domain::{
    Interval, Timestamp, Zone,
    availability::{AvailabilityDetails, Pattern, Weekday},
    commitment::FreeBusy,
};

use crate::{
    availability::free,
    ics::{END, PRODUCT, escaped, fold, utc},
    intervals::{normalize, subtract},
    zone::describe,
};

/// For so long before and after the range a text describes its zones.
const ZONES_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 366);
const ZONES_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366 * 5);

/// Writes statements as `VAVAILABILITY`: one for each priority, with an `AVAILABLE` for each statement, on the clock of
/// its zone. Days off become one of the highest priority.
///
/// RFC 7953 knows no recurring time that is not free, and no priority that adds to lower ones. Where the text would
/// leave other time free within `range` than the statements do, it names each stretch that is free in `range` instead.
pub fn write(statements: &[AvailabilityDetails], range: Interval, uid: &str, stamp: Timestamp) -> String {
    let whole = structured(statements, range, uid, stamp);
    let own = statements.first().map(|one| one.time_zone.clone()).or_else(|| Zone::new("UTC").ok());
    let read = own.and_then(|own| super::read(whole.as_bytes(), &own).ok());
    let expected = free(statements, range);
    if read.is_some_and(|read| free(&read.statements, range) == expected) {
        return whole;
    }
    let mut text = Text::new(uid, stamp);
    text.begin(0, None);
    text.line(&format!("DTSTART:{}", utc(range.start)));
    text.line(&format!("DTEND:{}", utc(range.end)));
    for time in expected {
        text.available("");
        text.line(&format!("DTSTART:{}", utc(time.start)));
        text.line(&format!("DTEND:{}", utc(time.end)));
        text.line("END:AVAILABLE");
    }
    text.line("END:VAVAILABILITY");
    text.done(&[], range)
}

/// Writes a trainer's time as one `VFREEBUSY` from the start to the end of `range`: busy, tentative, and unavailable where
/// they have not said that they can teach. What is not named is free.
pub fn free_busy(told: &FreeBusy, range: Interval, stamp: Timestamp) -> String {
    let times = |tentative| told.busy.iter().filter(move |busy| busy.tentative == tentative).map(|busy| busy.time);
    let busy = normalize(times(false).collect());
    let tentative = subtract(&normalize(times(true).collect()), &busy);
    let known = normalize(told.free.iter().chain(&busy).chain(&tentative).copied().collect());
    let unavailable = subtract(&[range], &known);
    let kinds = [("BUSY", busy), ("BUSY-TENTATIVE", tentative), ("BUSY-UNAVAILABLE", unavailable)];
    let mut taken: Vec<_> =
        kinds.into_iter().flat_map(|(kind, times)| times.into_iter().map(move |time| (time, kind))).collect();
    taken.sort_unstable();
    let mut text = Text::new(&told.trainer.to_string(), stamp);
    text.line("BEGIN:VFREEBUSY");
    text.line(&format!("UID:{}", text.uid.clone()));
    text.line(&format!("DTSTAMP:{}", utc(stamp)));
    text.line(&format!("DTSTART:{}", utc(range.start)));
    text.line(&format!("DTEND:{}", utc(range.end)));
    for (time, kind) in taken.iter().filter_map(|(time, kind)| Some((time.intersection(&range)?, kind))) {
        text.line(&format!("FREEBUSY;FBTYPE={kind}:{}/{}", utc(time.start), utc(time.end)));
    }
    text.line("END:VFREEBUSY");
    text.done(&[], range)
}

fn structured(statements: &[AvailabilityDetails], range: Interval, uid: &str, stamp: Timestamp) -> String {
    let mut text = Text::new(uid, stamp);
    let mut zones: Vec<&Zone> = Vec::new();
    for statement in statements {
        if !zones.contains(&&statement.time_zone) {
            zones.push(&statement.time_zone);
        }
    }
    for priority in [0, 9, 8, 7, 6, 5, 4, 3, 2, 1] {
        let level: Vec<_> = statements.iter().filter(|one| one.priority == priority).collect();
        let frame = level.iter().find_map(|one| match &one.pattern {
            Pattern::SetAside { start, end } => Some((&one.time_zone, *start, *end, one.note.as_str())),
            Pattern::Weekly { .. } | Pattern::Period { .. } | Pattern::Blackout { .. } | Pattern::Recurring { .. } => {
                None
            }
        });
        let available: Vec<_> = level.into_iter().filter(|one| is_free(&one.pattern)).collect();
        if frame.is_none() && available.is_empty() {
            continue;
        }
        text.begin(priority, frame.map(|(.., note)| note).filter(|note| !note.is_empty()));
        if let Some((zone, start, end, _)) = frame {
            for (name, time) in [("DTSTART", start), ("DTEND", end)] {
                if let Some(time) = time {
                    text.line(&at(name, zone, time));
                }
            }
        }
        for statement in available {
            available_lines(&mut text, statement);
        }
        text.line("END:VAVAILABILITY");
    }
    for statement in statements {
        if let Pattern::Blackout { from, until } = &statement.pattern {
            let midnight = |date: Date| date.to_datetime(Time::midnight());
            text.begin(1, Some(&statement.note).filter(|note| !note.is_empty()).map(String::as_str));
            text.line(&at("DTSTART", &statement.time_zone, midnight(*from)));
            text.line(&at("DTEND", &statement.time_zone, midnight(until.saturating_add(Span::new().days(1)))));
            text.line("END:VAVAILABILITY");
        }
    }
    text.done(&zones, range)
}

fn is_free(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Weekly { .. } | Pattern::Period { .. } => true,
        Pattern::Recurring { free, .. } => *free,
        Pattern::Blackout { .. } | Pattern::SetAside { .. } => false,
    }
}

/// A local time, which is the same without a zone in UTC.
fn at(name: &str, zone: &Zone, time: DateTime) -> String {
    let form = time.strftime("%Y%m%dT%H%M%S");
    if zone.name() == "UTC" { format!("{name}:{form}Z") } else { format!("{name};TZID={}:{form}", zone.name()) }
}

fn available_lines(text: &mut Text, statement: &AvailabilityDetails) {
    let zone = &statement.time_zone;
    match &statement.pattern {
        Pattern::Weekly { weekdays, start, end, from, until, except } => {
            let week = (0..7).map(|days| from.saturating_add(Span::new().days(days)));
            let Some(first) = week.into_iter().find(|day| weekdays.contains(&day.weekday().into())) else { return };
            let days: Vec<_> = weekdays.iter().map(|day| short(*day)).collect();
            let mut rule = format!("FREQ=WEEKLY;BYDAY={}", days.join(","));
            if let Some(until) = until {
                if first > *until {
                    return;
                }
                let last = until.to_datetime(Time::constant(23, 59, 59, 0));
                let last = zone.rules().to_timestamp(last).unwrap_or(Timestamp::MAX);
                rule = format!("{rule};UNTIL={}", utc(last));
            }
            text.available(&statement.note);
            text.line(&at("DTSTART", zone, first.to_datetime(*start)));
            text.line(&at("DTEND", zone, first.to_datetime(*end)));
            text.line(&format!("RRULE:{rule}"));
            for day in except {
                text.line(&at("EXDATE", zone, day.to_datetime(*start)));
            }
            text.line("END:AVAILABLE");
        }
        Pattern::Period { start, end } => {
            text.available(&statement.note);
            text.line(&at("DTSTART", zone, *start));
            text.line(&at("DTEND", zone, *end));
            text.line("END:AVAILABLE");
        }
        Pattern::Recurring { start, end, rrule, rdate, exdate, overrides, free: _ } => {
            let uid = text.available(&statement.note);
            text.line(&at("DTSTART", zone, *start));
            text.line(&at("DTEND", zone, *end));
            if let Some(rrule) = rrule {
                text.line(&format!("RRULE:{}", rrule.trim().to_ascii_uppercase()));
            }
            for date in rdate {
                text.line(&at("RDATE", zone, *date));
            }
            for date in exdate {
                text.line(&at("EXDATE", zone, *date));
            }
            text.line("END:AVAILABLE");
            for moved in overrides {
                text.line("BEGIN:AVAILABLE");
                text.line(&format!("UID:{uid}"));
                text.line(&format!("DTSTAMP:{}", utc(text.stamp)));
                text.line(&at("RECURRENCE-ID", zone, moved.instance));
                text.line(&at("DTSTART", zone, moved.start));
                text.line(&at("DTEND", zone, moved.end));
                text.line("END:AVAILABLE");
            }
        }
        Pattern::Blackout { .. } | Pattern::SetAside { .. } => {}
    }
}

fn short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

/// A calendar as it grows.
struct Text {
    body: String,
    uid: String,
    stamp: Timestamp,
    count: u32,
}

impl Text {
    fn new(uid: &str, stamp: Timestamp) -> Self {
        Self { body: String::new(), uid: escaped(uid), stamp, count: 0 }
    }

    fn line(&mut self, line: &str) {
        self.body.push_str(line);
        self.body.push_str("\r\n");
    }

    /// An id of its own for each component.
    fn identify(&mut self) -> String {
        self.count += 1;
        let uid = format!("{}-{}", self.count, self.uid);
        self.line(&format!("UID:{uid}"));
        self.line(&format!("DTSTAMP:{}", utc(self.stamp)));
        uid
    }

    fn summary(&mut self, note: &str) {
        if !note.is_empty() {
            self.line(&format!("SUMMARY:{}", escaped(note)));
        }
    }

    fn begin(&mut self, priority: u8, note: Option<&str>) {
        self.line("BEGIN:VAVAILABILITY");
        self.identify();
        self.line(&format!("PRIORITY:{priority}"));
        self.line("BUSYTYPE:BUSY-UNAVAILABLE");
        self.summary(note.unwrap_or_default());
    }

    fn available(&mut self, note: &str) -> String {
        self.line("BEGIN:AVAILABLE");
        let uid = self.identify();
        self.summary(note);
        uid
    }

    /// The whole calendar, with its zones as they are around the range.
    fn done(self, zones: &[&Zone], range: Interval) -> String {
        let mut whole = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\n");
        for zone in zones.iter().filter(|zone| zone.name() != "UTC") {
            let start = range.start.saturating_sub(ZONES_BEFORE).unwrap_or(range.start);
            let end = range.end.saturating_add(ZONES_AHEAD).unwrap_or(range.end);
            describe(&mut whole, zone, Interval { start, end });
        }
        fold(&format!("{whole}{}{END}", self.body))
    }
}
