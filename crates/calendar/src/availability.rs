//! What a trainer's statements about their time leave free.

use jiff::civil::{Date, DateTime};
use packhorse_domain::{
    Interval,
    availability::{AvailabilityDetails, Pattern, Weekday},
};

use crate::{
    intervals::{normalize, subtract},
    local::LocalClock,
};

/// The time that the statements leave free within `range`, normalized: every weekly pattern and period, without the
/// blackouts, each on the clock of its own zone. Nothing is free without a statement that says so.
///
/// Local times are turned into instants as RFC 5545 section 3.3.5 says: one that daylight saving skips is moved forward
/// by the gap, one that comes twice is the first of the two. A stretch is as long as it really is: 00:00 to 06:00 are
/// five hours on the day the clocks go forward. A stretch that the gap swallows whole is left out.
///
/// Time is linear in the days of `range` times the statements.
pub fn free(statements: &[AvailabilityDetails], range: Interval) -> Vec<Interval> {
    let (mut open, mut shut) = (Vec::new(), Vec::new());
    for statement in statements {
        let clock = LocalClock::new(&statement.time_zone, range);
        match &statement.pattern {
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
                        open.extend(stretch(&clock, day.to_datetime(*start), day.to_datetime(*end), range));
                    }
                    weekday = (weekday + 1) % 7;
                }
            }
            Pattern::Period { start, end } => open.extend(stretch(&clock, *start, *end, range)),
            Pattern::Blackout { from, until } => {
                shut.extend(clock.days(*from, *until).and_then(|off| off.intersection(&range)));
            }
        }
    }
    let open = normalize(open);
    if shut.is_empty() { open } else { subtract(&open, &normalize(shut)) }
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

fn stretch(clock: &LocalClock, start: DateTime, end: DateTime, range: Interval) -> Option<Interval> {
    Interval::new(clock.instant(start)?, clock.instant(end)?)?.intersection(&range)
}
