//! Values of properties: times, durations, periods, offsets.
//!
//! Source: RFC 5545 section 3.3.

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime, Time},
};
use packhorse_domain::{
    Interval,
    recurrence::{BadRule, clock, day},
};

use super::{Fault, Note, lines::Property, zones::Zones};

/// What kind of time a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A day as a whole.
    Day,
    /// A time on no certain clock.
    Floating,
    /// A time on the clock of a zone.
    Fixed,
}

/// A time as a calendar tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// What the clock shows; midnight for a day.
    pub(crate) local: DateTime,
    /// Whose clock, by its place among the zones.
    pub(crate) clock: usize,
    /// What kind.
    pub(crate) kind: Kind,
    /// When it really is.
    pub(crate) at: Timestamp,
}

impl Moment {
    /// What another clock shows then. A day is the same day on each.
    pub(crate) fn on(&self, clock: usize, zones: &Zones<'_>) -> DateTime {
        if self.clock == clock || self.kind == Kind::Day { self.local } else { zones.at(clock).clock.shows(self.at) }
    }
}

/// How long something lasts: days on the calendar, then a time by the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Length {
    pub(crate) days: i64,
    pub(crate) rest: SignedDuration,
}

impl Length {
    /// When what begins at a local time ends.
    pub(crate) fn end(&self, start: DateTime, clock: usize, zones: &Zones<'_>) -> Option<Timestamp> {
        let local = start.checked_add(Span::new().try_days(self.days).ok()?).ok()?;
        zones.at(clock).clock.instant(local)?.checked_add(self.rest).ok()
    }
}

/// A `DATE-TIME` without a zone.
pub(crate) fn local(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(['T', 't'])?;
    Some(DateTime::from_parts(day(date)?, clock(time)?))
}

fn bad_time(property: &Property, text: &str) -> Fault {
    let beginning: String = text.chars().take(40).collect();
    property.fault("bad_time", format!("{}: \"{beginning}\" is no date or time", property.name))
}

/// One time of a property.
pub(crate) fn moment(
    property: &Property,
    text: &str,
    zones: &mut Zones<'_>,
    notes: &mut Vec<Note>,
) -> Result<Moment, Fault> {
    let bad = || bad_time(property, text);
    let (date_only, with_time) = match property.parameter("VALUE").map(str::to_ascii_uppercase).as_deref() {
        Some("DATE") => (true, false),
        // A date alone is common where a time was announced.
        Some("DATE-TIME" | "PERIOD") | None => (false, true),
        Some(other) => {
            return Err(property.fault("bad_time", format!("{} takes no VALUE={other}", property.name)));
        }
    };
    if let Some(date) = day(text) {
        return of_day(date, zones).ok_or_else(bad);
    }
    if date_only || !with_time {
        return Err(bad());
    }
    let (unmarked, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(unmarked) => (unmarked, true),
        None => (text, false),
    };
    let local = local(unmarked).ok_or_else(bad)?;
    let (clock, kind) = match property.parameter("TZID").filter(|id| !id.is_empty()) {
        _ if utc => (Zones::UTC, Kind::Fixed),
        Some(id) => (zones.find(id, property, notes)?, Kind::Fixed),
        None => {
            zones.float(property.line, notes);
            (Zones::OWN, Kind::Floating)
        }
    };
    let at = zones.at(clock).clock.instant(local).ok_or_else(bad)?;
    Ok(Moment { local, clock, kind, at })
}

fn of_day(date: Date, zones: &Zones<'_>) -> Option<Moment> {
    let local = date.to_datetime(Time::midnight());
    let at = zones.at(Zones::OWN).clock.instant(local)?;
    Some(Moment { local, clock: Zones::OWN, kind: Kind::Day, at })
}

/// All times of a list. An empty list is none, which is noted.
pub(crate) fn moments(property: &Property, zones: &mut Zones<'_>, notes: &mut Vec<Note>) -> Result<Vec<Moment>, Fault> {
    if property.value.is_empty() {
        notes.push(Note { line: property.line, text: format!("{} is empty", property.name) });
        return Ok(Vec::new());
    }
    property.value.split(',').map(|text| moment(property, text.trim(), zones, notes)).collect()
}

/// A period, from one time to another or for so long.
pub(crate) fn period(
    property: &Property,
    text: &str,
    zones: &mut Zones<'_>,
    notes: &mut Vec<Note>,
) -> Result<(Moment, Interval), Fault> {
    let bad = || property.fault("bad_period", format!("{}: \"{text}\" is no period", property.name));
    let (start, end) = text.split_once('/').ok_or_else(bad)?;
    let start = moment(property, start.trim(), zones, notes)?;
    let end = match duration(end.trim()) {
        Some(length) => length.end(start.local, start.clock, zones).ok_or_else(bad)?,
        None if end.trim().starts_with(['P', '+', '-']) => return Err(bad()),
        None => moment(property, end.trim(), zones, notes)?.at,
    };
    Interval::new(start.at, end).map(|time| (start, time)).ok_or_else(bad)
}

/// A `DURATION` that does not run backwards, at most about ten years long.
pub(crate) fn duration(text: &str) -> Option<Length> {
    let mut rest = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (mut length, mut timed, mut parts) = (Length::default(), false, 0);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T').filter(|_| !timed) {
            (rest, timed) = (time, true);
            continue;
        }
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).filter(|digits| (1..=9).contains(digits))?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        match (unit, timed) {
            ('W', false) => length.days += number * 7,
            ('D', false) => length.days += number,
            ('H', true) => length.rest += SignedDuration::from_hours(number),
            ('M', true) => length.rest += SignedDuration::from_mins(number),
            ('S', true) => length.rest += SignedDuration::from_secs(number),
            _ => return None,
        }
        parts += 1;
        rest = &rest[digits + unit.len_utf8()..];
    }
    let sane = length.days <= 3_700 && length.rest <= SignedDuration::from_hours(3_700 * 24);
    (parts > 0 && sane).then_some(length)
}

/// A `UTC-OFFSET`, in seconds east of UTC.
pub(crate) fn offset(property: &Property) -> Result<i32, Fault> {
    let text = property.value.as_str();
    let read = || {
        let (sign, digits) = match text.as_bytes().first()? {
            b'+' => (1, &text[1..]),
            b'-' => (-1, &text[1..]),
            _ => return None,
        };
        if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |two| two.parse::<i32>().ok());
        let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
        (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3600 + minutes * 60 + seconds))
    };
    read().ok_or_else(|| property.fault("bad_zone", format!("{}: \"{text}\" is no offset from UTC", property.name)))
}

/// The fault of a rule that was refused.
pub(crate) fn bad_rule(property: &Property, bad: &BadRule) -> Fault {
    property.fault(bad.code, format!("{}: {}", property.name, bad.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_run_forward() {
        let length = |text| duration(text).map(|length| (length.days, length.rest.as_secs()));
        assert_eq!(length("P1W"), Some((7, 0)));
        assert_eq!(length("P1DT2H30M"), Some((1, 9_000)));
        assert_eq!(length("+PT15M"), Some((0, 900)));
        assert_eq!(length("PT0S"), Some((0, 0)));
        for wrong in
            ["", "P", "PT", "-PT1H", "P1H", "PT1D", "1H", "PT1", "P999999999999999999W", "P5000D", "PTT1H", "P1ä"]
        {
            assert_eq!(length(wrong), None, "{wrong}");
        }
    }
}
