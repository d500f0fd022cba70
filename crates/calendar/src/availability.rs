//! What a trainer's statements about their time leave free.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use packhorse_domain::{
    Interval, Timestamp, Zone,
    availability::{AvailabilityDetails, Pattern, Weekday},
    recurrence::Rule,
};

use crate::{
    intervals::{normalize, subtract},
    local::LocalClock,
    recurrence::Series,
};

/// The time that the statements leave free within `range`, normalized. Nothing is free without a statement that says so.
///
/// Priorities are heard from the lowest (0, then 9) to the highest (1). Each first sets aside, for the stretches of its
/// [`Pattern::SetAside`], all that was said so far; then adds what its statements call free; then takes away what its
/// recurring statements call not free. So of two statements of one priority the one that says "not free" holds, and
/// against a lower priority either holds. [`Pattern::Blackout`] comes last of all, whatever its priority.
///
/// Local times are turned into instants as RFC 5545 section 3.3.5 says: one that daylight saving skips is moved forward
/// by the gap, one that comes twice is the first of the two. A stretch is as long as it really is: 00:00 to 06:00 are
/// five hours on the day the clocks go forward. A stretch that the gap swallows whole is left out.
///
/// Time is linear in the days of `range` times the statements; a rule with `COUNT` is counted from its start.
///
/// Source: RFC 7953 section 4 (priorities).
pub fn free(statements: &[AvailabilityDetails], range: Interval) -> Vec<Interval> {
    let mut levels: Vec<Level> = Vec::with_capacity(1);
    let mut off = Vec::new();
    let mut clocks: Vec<(&Zone, LocalClock)> = Vec::with_capacity(1);
    for statement in statements {
        let zone = &statement.time_zone;
        let known = clocks.iter().position(|(other, _)| *other == zone).unwrap_or_else(|| {
            clocks.push((zone, LocalClock::new(zone, range)));
            clocks.len() - 1
        });
        let rank = if statement.priority == 0 { 0 } else { 10 - statement.priority.min(9) };
        let level = levels.iter().position(|level| level.rank == rank).unwrap_or_else(|| {
            levels.push(Level { rank, ..Level::default() });
            levels.len() - 1
        });
        let Level { aside, open, shut, rank: _ } = &mut levels[level];
        let into = match &statement.pattern {
            Pattern::Weekly { .. } | Pattern::Period { .. } | Pattern::Recurring { free: true, .. } => open,
            Pattern::Recurring { free: false, .. } => shut,
            Pattern::SetAside { .. } => aside,
            Pattern::Blackout { .. } => &mut off,
        };
        each(&statement.pattern, &clocks[known].1, range, |told| into.extend(told.time.intersection(&range)));
    }
    levels.sort_unstable_by_key(|level| level.rank);
    let mut free = Vec::new();
    for level in levels {
        free = without(free, level.aside);
        free = if free.is_empty() { level.open } else { [free, level.open].concat() };
        free = without(normalize(free), level.shut);
    }
    without(free, off)
}

/// The time at which a library can host within `range`, normalized: what its statements leave free; where none of them says
/// when it can, all time that none says it cannot.
pub fn hosting(statements: &[AvailabilityDetails], range: Interval) -> Vec<Interval> {
    let opens = |statement: &AvailabilityDetails| match statement.pattern {
        Pattern::Weekly { .. } | Pattern::Period { .. } | Pattern::Recurring { free: true, .. } => true,
        Pattern::Blackout { .. } | Pattern::SetAside { .. } | Pattern::Recurring { free: false, .. } => false,
    };
    if statements.iter().any(opens) {
        return free(statements, range);
    }
    let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
    let Ok(time_zone) = Zone::new("UTC") else { return vec![range] };
    let pattern = Pattern::Period { start: utc(range.start), end: utc(range.end) };
    let always = AvailabilityDetails { time_zone, pattern, priority: 0, note: String::new() };
    free(&[statements, &[always]].concat(), range)
}

/// What the statements of one priority say.
#[derive(Default)]
struct Level {
    /// From 0, the lowest.
    rank: u8,
    aside: Vec<Interval>,
    open: Vec<Interval>,
    shut: Vec<Interval>,
}

/// A normalized set without some intervals in any order.
fn without(from: Vec<Interval>, taken: Vec<Interval>) -> Vec<Interval> {
    if taken.is_empty() || from.is_empty() { from } else { subtract(&from, &normalize(taken)) }
}

/// One time of which a statement speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When it really is.
    pub time: Interval,
    /// The local start by the statement's rule; of an instance that was moved, the one it would have had.
    pub instance: DateTime,
    /// From this local time; one that the clock may skip.
    pub start: DateTime,
    /// To this local time.
    pub end: DateTime,
}

/// The times of which a statement speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// The earliest of them, by start.
    pub items: Vec<Occurrence>,
    /// Whether there are more.
    pub more: bool,
}

/// The times of which one statement speaks that share an instant with `range`, whole, whether it calls them free or not.
pub fn occurrences(statement: &AvailabilityDetails, range: Interval, limit: usize) -> Occurrences {
    let clock = LocalClock::new(&statement.time_zone, range);
    let mut items = Vec::new();
    each(&statement.pattern, &clock, range, |told| {
        if told.time.overlaps(&range) {
            items.push(told);
        }
    });
    items.sort_unstable();
    let more = items.len() > limit;
    items.truncate(limit);
    Occurrences { items, more }
}

/// Calls for each time of which a pattern speaks that may share an instant with `range`, in no certain order.
fn each(pattern: &Pattern, clock: &LocalClock, range: Interval, mut tell: impl FnMut(Occurrence)) {
    let mut told = |instance: DateTime, start: DateTime, end: DateTime| {
        if let Some(time) = between(clock, start, end) {
            tell(Occurrence { time, instance, start, end });
        }
    };
    match pattern {
        Pattern::Weekly { weekdays, start, end, from, until, except } => {
            let mut on = [false; 7];
            for day in weekdays {
                on[index(*day)] = true;
            }
            // A local day may begin before the range does and reach into it.
            let first = (*from).max(day_before(clock.date(range.start)));
            let last = until.unwrap_or(Date::MAX).min(clock.date(range.end));
            let mut excepted = except.clone();
            excepted.sort_unstable();
            let mut weekday = index(first.weekday().into());
            for day in days(first, last) {
                if on[weekday] && excepted.binary_search(&day).is_err() {
                    let start = day.to_datetime(*start);
                    told(start, start, day.to_datetime(*end));
                }
                weekday = (weekday + 1) % 7;
            }
        }
        Pattern::Period { start, end } => told(*start, *start, *end),
        Pattern::Blackout { from, until } => {
            let start = from.to_datetime(Time::midnight());
            let end = until.tomorrow().map_or(DateTime::MAX, |next| next.to_datetime(Time::midnight()));
            if let Some(time) = clock.days(*from, *until) {
                tell(Occurrence { time, instance: start, start, end });
            }
        }
        Pattern::SetAside { start, end } => {
            let (first, last) = (clock.shows(range.start), clock.shows(range.end));
            let from = start.map_or(Some(range.start), |start| clock.instant(start));
            let to = end.map_or(Some(range.end), |end| clock.instant(end));
            if let Some(time) = from.zip(to).and_then(|(from, to)| Interval::new(from, to)) {
                let start = start.unwrap_or(first);
                tell(Occurrence { time, instance: start, start, end: end.unwrap_or(last) });
            }
        }
        Pattern::Recurring { start, end, rrule, rdate, exdate, overrides, free: _ } => {
            // What a statement holds was checked when it was taken, so a rule that cannot be read does not come here.
            let rule: Option<Rule> = rrule.as_deref().and_then(|text| text.parse().ok());
            let series =
                Series { start: *start, with_start: false, rules: rule.as_slice(), added: rdate, removed: exdate };
            let long = end.duration_since(*start);
            let reach = long.saturating_add(SignedDuration::from_hours(48));
            let from = clock.shows(range.start).saturating_sub(reach);
            let to = clock.shows(range.end).saturating_add(SignedDuration::from_hours(24));
            for instance in series.starts(clock, from, to, usize::MAX).starts {
                if !overrides.iter().any(|moved| moved.instance == instance) {
                    told(instance, instance, instance.saturating_add(long));
                }
            }
            for moved in overrides {
                let near = moved.start <= to && from <= moved.end;
                if near && series.has(clock, moved.instance) {
                    told(moved.instance, moved.start, moved.end);
                }
            }
        }
    }
}

fn index(day: Weekday) -> usize {
    match day {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

fn day_before(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day <= last)
}

fn between(clock: &LocalClock, start: DateTime, end: DateTime) -> Option<Interval> {
    Interval::new(clock.instant(start)?, clock.instant(end)?)
}

#[cfg(test)]
mod tests;
