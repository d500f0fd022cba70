//! Days and minutes of a clock, and places, with the numbers they have in a problem.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};
use packhorse_domain::{Coordinates, Interval, Timestamp, tour_plan::TourPlanDetails};

/// Minutes of a day.
pub(super) const DAY: i32 = 1440;

/// Days and minutes of a network's clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    first: Date,
    days: usize,
    rules: TimeZone,
}

impl Clock {
    /// That of some days from a first one on.
    pub(super) fn new(first: Date, days: usize, rules: TimeZone) -> Self {
        Self { first, days, rules }
    }

    /// That of the horizon of a plan.
    pub(super) fn of(details: &TourPlanDetails, rules: TimeZone) -> Self {
        let days = details.from.until(details.until).map_or(0, |span| span.get_days());
        Self::new(details.from, usize::try_from(days).unwrap_or(0) + 1, rules)
    }

    /// How many days there are.
    pub(super) fn days(&self) -> usize {
        self.days
    }

    /// The day and minute of an instant; nothing outside of the horizon.
    pub(crate) fn read(&self, at: Timestamp) -> Option<(usize, i32)> {
        let local = self.rules.to_datetime(at);
        Some((self.day(local.date())?, minutes_of(local.time())))
    }

    /// The day of a stretch of time with its first and last minute; nothing when it reaches over midnight or out of the horizon.
    pub(super) fn stretch(&self, time: &Interval) -> Option<(usize, i32, i32)> {
        let (day, start) = self.read(time.start)?;
        let minutes = i32::try_from(time.minutes().0).ok()?;
        (start + minutes <= DAY).then_some((day, start, start + minutes))
    }

    /// The number of a day of the horizon.
    pub(crate) fn day(&self, date: Date) -> Option<usize> {
        let day = usize::try_from(self.first.until(date).ok()?.get_days()).ok()?;
        (day < self.days).then_some(day)
    }

    /// The day with a number.
    pub(crate) fn date(&self, day: usize) -> Date {
        self.first.saturating_add(jiff::Span::new().days(i64::try_from(day).unwrap_or(0)))
    }

    /// The number of a day; those before the horizon count as the first, those after it as the one behind the last.
    pub(super) fn number(&self, date: Date) -> usize {
        let days = self.first.until(date).map_or(0, |span| span.get_days());
        usize::try_from(days).unwrap_or(0).min(self.days)
    }

    /// The instant of a minute.
    pub(crate) fn instant(&self, day: usize, minute: i32) -> Option<Timestamp> {
        let midnight = self.date(day).at(0, 0, 0, 0);
        let local = midnight.checked_add(jiff::Span::new().minutes(i64::from(minute))).ok()?;
        self.rules.to_timestamp(local).ok()
    }

    /// The whole horizon.
    pub(crate) fn horizon(&self) -> Option<Interval> {
        Interval::new(self.instant(0, 0)?, self.instant(self.days, 0)?)
    }
}

/// Places with their numbers.
#[derive(Default)]
pub(super) struct Places {
    numbers: HashMap<[u64; 2], usize>,
    pub(super) known: Vec<(String, Coordinates)>,
}

impl Places {
    pub(super) fn number(&mut self, at: Coordinates, name: impl FnOnce() -> String) -> usize {
        *self.numbers.entry([at.lat.to_bits(), at.lon.to_bits()]).or_insert_with(|| {
            self.known.push((name(), at));
            self.known.len() - 1
        })
    }
}

/// The minute of the day.
pub(super) fn minutes_of(time: jiff::civil::Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}
