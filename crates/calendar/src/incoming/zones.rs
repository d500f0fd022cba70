//! The clocks a calendar speaks of: by IANA name, by Windows name, or described in a `VTIMEZONE`.

use std::collections::HashMap;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use packhorse_domain::{
    Interval, Zone,
    recurrence::{End, Rule, Until},
};

use super::{
    Fault, MOST_EFFORT, Note,
    lines::{Component, Property},
    values, windows,
};
use crate::local::LocalClock;

/// Most changes of one zone's offset.
const MOST_CHANGES: usize = 5_000;
/// Of a rule without an end in a `VTIMEZONE`, changes before this are left out.
const EARLIEST: DateTime = DateTime::constant(1960, 1, 1, 0, 0, 0, 0);
/// A `VTIMEZONE` is counted out to this year at least.
const LAST_YEAR: i16 = 2050;

/// A clock and what it is called.
pub(crate) struct Known {
    /// What it shows when.
    pub(crate) clock: LocalClock,
    /// The IANA name, or that of the `VTIMEZONE`.
    pub(crate) name: String,
    /// The IANA zone, if it is one.
    pub(crate) zone: Option<Zone>,
}

/// The clocks of one calendar.
pub(crate) struct Zones<'a> {
    known: Vec<Known>,
    by_id: HashMap<String, usize>,
    described: HashMap<String, &'a Component>,
    range: Interval,
    floats: bool,
    /// Days that may still be looked at to describe zones.
    effort: u64,
}

impl<'a> Zones<'a> {
    /// The place of UTC.
    pub(crate) const UTC: usize = 0;
    /// The place of the clock for times without a zone.
    pub(crate) const OWN: usize = 1;

    /// UTC, the clock for times without a zone, and those that the calendars describe.
    pub(crate) fn new(calendars: &'a [Component], own: &Zone, range: Interval) -> Self {
        let mut described = HashMap::new();
        for calendar in calendars {
            calendar.walk(&mut |component| {
                if component.name == "VTIMEZONE"
                    && let Some(id) = component.all("TZID").next()
                {
                    described.entry(id.value.clone()).or_insert(component);
                }
            });
        }
        let utc = Zone::new("UTC").ok();
        let known = vec![
            Known { clock: LocalClock::of(TimeZone::UTC, range), name: "UTC".to_owned(), zone: utc },
            Known { clock: LocalClock::new(own, range), name: own.name().to_owned(), zone: Some(own.clone()) },
        ];
        Self { known, by_id: HashMap::new(), described, range, floats: false, effort: MOST_EFFORT }
    }

    /// The clock at a place.
    pub(crate) fn at(&self, place: usize) -> &Known {
        self.known.get(place).unwrap_or(&self.known[Self::UTC])
    }

    /// Says, once, that times without a zone were met.
    pub(crate) fn float(&mut self, line: usize, notes: &mut Vec<Note>) {
        if !self.floats {
            self.floats = true;
            let text = format!("times without a zone were taken in {}", self.known[Self::OWN].name);
            notes.push(Note { line, text });
        }
    }

    /// The place of the clock that a `TZID` names.
    ///
    /// # Errors
    /// A name that is neither known nor described, or described in a way that makes no clock.
    pub(crate) fn find(&mut self, id: &str, property: &Property, notes: &mut Vec<Note>) -> Result<usize, Fault> {
        if let Some(place) = self.by_id.get(id) {
            return Ok(*place);
        }
        let suffix = || {
            id.match_indices('/').find_map(|(at, _)| id.get(at + 1..).filter(|rest| !rest.is_empty()).and_then(known))
        };
        let iana = known(id).or_else(|| windows::iana(id).and_then(known));
        let found = match (iana, self.described.get(id)) {
            (Some(zone), _) => Known::of(zone, self.range),
            (None, Some(described)) => Known {
                clock: LocalClock::of(rules(described, self.range, &mut self.effort)?, self.range),
                name: id.to_owned(),
                zone: None,
            },
            (None, None) => match suffix() {
                Some(zone) => Known::of(zone, self.range),
                None => return Err(property.fault("unknown_zone", format!("\"{id}\" is no time zone we know"))),
            },
        };
        if found.zone.as_ref().is_some_and(|zone| !zone.name().eq_ignore_ascii_case(id)) {
            let text = format!("zone \"{id}\" was read as {}", found.name);
            notes.push(Note { line: property.line, text });
        }
        self.known.push(found);
        let place = self.known.len() - 1;
        self.by_id.insert(id.to_owned(), place);
        Ok(place)
    }
}

impl Known {
    fn of(zone: Zone, range: Interval) -> Self {
        Self { clock: LocalClock::new(&zone, range), name: zone.name().to_owned(), zone: Some(zone) }
    }
}

/// The IANA zone of a name.
fn known(name: &str) -> Option<Zone> {
    Zone::new(name).ok()
}

/// A change of a zone's offset.
struct Change {
    /// When, in seconds from 1970.
    at: i64,
    /// To so many seconds east of UTC.
    to: i32,
    /// From so many.
    from: i32,
}

/// The rules that a `VTIMEZONE` describes.
fn rules(component: &Component, range: Interval, effort: &mut u64) -> Result<TimeZone, Fault> {
    let fault = |detail: &str| Fault { line: component.line, code: "bad_zone", detail: detail.to_owned() };
    let last_year = TimeZone::UTC.to_datetime(range.end).year().clamp(LAST_YEAR, 9998) + 1;
    let horizon = DateTime::constant(last_year, 12, 31, 0, 0, 0, 0);
    let mut changes = Vec::new();
    for observance in component.inner.iter().filter(|inner| matches!(inner.name.as_str(), "STANDARD" | "DAYLIGHT")) {
        onsets(observance, horizon, &mut changes, effort)?;
    }
    changes.sort_by_key(|change| change.at);
    changes.dedup_by_key(|change| change.at);
    let first = changes.first().ok_or_else(|| fault("the zone has no STANDARD or DAYLIGHT"))?.from;
    TimeZone::tzif("VTIMEZONE", &tzif(first, &changes)).map_err(|_| fault("the zone makes no clock"))
}

/// The changes that an observance describes.
fn onsets(observance: &Component, horizon: DateTime, changes: &mut Vec<Change>, effort: &mut u64) -> Result<(), Fault> {
    let missing = |name: &str| Fault {
        line: observance.line,
        code: "bad_zone",
        detail: format!("{} has no {name}", observance.name),
    };
    let required = |name: &str| observance.one(name)?.ok_or_else(|| missing(name));
    let from = values::offset(required("TZOFFSETFROM")?)?;
    let to = values::offset(required("TZOFFSETTO")?)?;
    let start = required("DTSTART")?;
    let local = |property: &Property, text: &str| {
        let local = values::local(text.trim_end_matches('Z'));
        local.ok_or_else(|| property.fault("bad_time", format!("\"{text}\" is no local time")))
    };
    let begins = local(start, &start.value)?;
    let mut onsets = vec![begins];
    for rdate in observance.all("RDATE") {
        for text in rdate.value.split(',').filter(|text| !text.is_empty()) {
            onsets.push(local(rdate, text)?);
        }
    }
    let instant =
        |local: DateTime| TimeZone::UTC.to_timestamp(local).map_or(i64::MAX, |at| at.as_second() - i64::from(from));
    for property in observance.all("RRULE") {
        let rule: Rule = property.value.parse().map_err(|bad| values::bad_rule(property, &bad))?;
        let last = match rule.end() {
            End::Until(Until::Instant(last)) => last.as_second(),
            End::Until(Until::Local(_)) | End::Never | End::Count(_) => i64::MAX,
        };
        let mut instances = rule.instances(begins, begins.max(EARLIEST), horizon);
        for onset in &mut instances {
            let Ok(onset) = onset else { break };
            if instant(onset) > last {
                break;
            }
            onsets.push(onset);
            if onsets.len() > MOST_CHANGES {
                return Err(property.fault("too_many", format!("a zone changes at most {MOST_CHANGES} times")));
            }
        }
        *effort = effort.checked_sub(instances.effort()).ok_or_else(|| {
            property.fault("too_sparse", "the zones of the calendar change by rules that take too long to count out")
        })?;
    }
    let seconds = Timestamp::MIN.as_second()..Timestamp::MAX.as_second();
    changes.extend(
        onsets.into_iter().map(|onset| Change { at: instant(onset), to, from }).filter(|one| seconds.contains(&one.at)),
    );
    Ok(())
}

/// The changes in the binary form that time zone libraries read.
///
/// Source: RFC 9636 (`TZif`), version 2: a first block with nothing but one type, then the block that counts.
fn tzif(first: i32, changes: &[Change]) -> Vec<u8> {
    let mut offsets = vec![first];
    for change in changes {
        if !offsets.contains(&change.to) {
            offsets.push(change.to);
        }
    }
    // More than a byte can number is more than any zone has had.
    offsets.truncate(200);
    let head = |bytes: &mut Vec<u8>, times: usize, types: usize| {
        bytes.extend_from_slice(b"TZif2");
        bytes.extend_from_slice(&[0; 15]);
        // In order: is UT, is standard, leap seconds, times, types, letters of names.
        for count in [0, 0, 0, times, types, 2] {
            bytes.extend_from_slice(&u32::try_from(count).unwrap_or(0).to_be_bytes());
        }
    };
    let kind = |bytes: &mut Vec<u8>, offset: i32| {
        bytes.extend_from_slice(&offset.to_be_bytes());
        bytes.extend_from_slice(&[0, 0]);
    };
    let mut bytes = Vec::with_capacity(128 + changes.len() * 9);
    head(&mut bytes, 0, 1);
    kind(&mut bytes, first);
    bytes.extend_from_slice(b"L\0");
    head(&mut bytes, changes.len(), offsets.len());
    for change in changes {
        bytes.extend_from_slice(&change.at.to_be_bytes());
    }
    for change in changes {
        let place = offsets.iter().position(|offset| *offset == change.to).unwrap_or(0);
        bytes.push(u8::try_from(place).unwrap_or(0));
    }
    for offset in offsets {
        kind(&mut bytes, offset);
    }
    bytes.extend_from_slice(b"L\0\n\n");
    bytes
}
