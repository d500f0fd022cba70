//! Counting a rule out, period by period.

use jiff::{
    Span,
    civil::{Date, DateTime, Time, Weekday},
};

use super::{ByDay, End, Frequency, Rule, Until};

/// Most days, hours or minutes looked at between one instance and the next.
const PATIENCE: u32 = 1_000_000;
const HOURS: i64 = 24;
const MINUTES: i64 = 24 * 60;

/// The parts of a rule leave so few instances that looking for the next one was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no instance was found for too long")]
pub struct Exhausted;

/// The local times of a rule within two bounds, in order. Ends after [`Exhausted`].
#[derive(Debug)]
pub struct Instances<'r> {
    rule: &'r Rule,
    days: Days<'r>,
    times: Vec<Time>,
    start: DateTime,
    from: DateTime,
    to: DateTime,
    /// The period looked at next, counted from the one that holds the start.
    period: i64,
    /// What the periods looked at gave and is still to come, last first.
    ready: Vec<DateTime>,
    /// How many more `COUNT` allows.
    left: Option<u32>,
    /// Days, hours or minutes looked at.
    effort: u64,
    done: bool,
}

impl<'r> Instances<'r> {
    pub(super) fn new(rule: &'r Rule, start: DateTime, from: DateTime, to: DateTime) -> Self {
        let to = match rule.end {
            // A day more than any zone is from UTC: whoever knows the zone cuts exactly.
            End::Until(Until::Instant(at)) => {
                let utc = jiff::tz::TimeZone::UTC.to_datetime(at);
                to.min(utc.saturating_add(Span::new().hours(27)))
            }
            End::Until(Until::Local(last)) => to.min(last),
            End::Never | End::Count(_) => to,
        };
        let left = match rule.end {
            End::Count(count) => Some(count),
            End::Never | End::Until(_) => None,
        };
        let days = Days::new(rule, start);
        let times = times(rule, start.time());
        let mut instances =
            Self { rule, days, times, start, from, to, period: 0, ready: Vec::new(), left, effort: 0, done: false };
        if instances.left.is_none() && from > start {
            let first = instances.period_of(from).max(0);
            instances.period = first - first % i64::from(rule.interval);
        }
        instances
    }

    /// What it took so far: days, hours or minutes looked at.
    pub fn effort(&self) -> u64 {
        self.effort
    }

    /// Which period a local time lies in.
    fn period_of(&self, local: DateTime) -> i64 {
        let (date, start) = (local.date(), self.start.date());
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        match self.rule.frequency {
            Frequency::Yearly => i64::from(date.year()) - i64::from(start.year()),
            Frequency::Monthly => months(date) - months(start),
            Frequency::Weekly => days_between(self.week(), date).div_euclid(7),
            Frequency::Daily => days_between(start, date),
            Frequency::Hourly => hour_of(local, start) - hour_of(self.start, start),
            Frequency::Minutely => minute_of(local, start) - minute_of(self.start, start),
        }
    }

    /// The first day of the week that holds the start.
    fn week(&self) -> Date {
        let start = self.start.date();
        let since = start.weekday().since(self.rule.week_start);
        start.checked_sub(Span::new().days(since)).unwrap_or(start)
    }

    /// Looks at one period and goes on to the next; what it took to look at it. Nothing when the periods are over.
    fn look(&mut self) -> Option<u32> {
        let interval = i64::from(self.rule.interval);
        let (period, start) = (self.period, self.start.date());
        self.period += interval;
        let looked = match self.rule.frequency {
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(start.year()) + period).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                self.stretch(first, first.days_in_year())?
            }
            Frequency::Monthly => {
                let month = i64::from(start.year()) * 12 + i64::from(start.month()) - 1 + period;
                let (year, month) = (i16::try_from(month.div_euclid(12)).ok()?, month.rem_euclid(12) + 1);
                let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
                self.stretch(first, i16::from(first.days_in_month()))?
            }
            Frequency::Weekly => {
                let first = later(self.week(), period.checked_mul(7)?)?;
                self.stretch(first, 7)?
            }
            Frequency::Daily => self.stretch(later(start, period)?, 1)?,
            Frequency::Hourly => {
                let hours = hour_of(self.start, start) + period;
                let date = self.at_hand(later(start, hours.div_euclid(HOURS))?)?;
                if !self.days.fit(date) {
                    self.skip(HOURS - hours.rem_euclid(HOURS));
                    return Some(1);
                }
                let hour = i8::try_from(hours.rem_euclid(HOURS)).ok()?;
                if fits(&self.rule.by_hour, i16::from(hour)) {
                    let at = |time: &Time| date.at(hour, time.minute(), time.second(), 0);
                    self.ready.extend(self.times.iter().map(at));
                }
                1
            }
            Frequency::Minutely => {
                let minutes = minute_of(self.start, start) + period;
                let date = self.at_hand(later(start, minutes.div_euclid(MINUTES))?)?;
                let of_day = minutes.rem_euclid(MINUTES);
                if !self.days.fit(date) {
                    self.skip(MINUTES - of_day);
                    return Some(1);
                }
                let (hour, minute) = (i8::try_from(of_day / 60).ok()?, i8::try_from(of_day % 60).ok()?);
                if !fits(&self.rule.by_hour, i16::from(hour)) {
                    self.skip(60 - of_day % 60);
                    return Some(1);
                }
                if fits(&self.rule.by_minute, i16::from(minute)) {
                    let at = |time: &Time| date.at(hour, minute, time.second(), 0);
                    self.ready.extend(self.times.iter().map(at));
                }
                1
            }
        };
        self.choose();
        Some(looked)
    }

    /// Goes on to the first period that is at least so many after the one just looked at.
    fn skip(&mut self, periods: i64) {
        let interval = i64::from(self.rule.interval);
        self.period += (periods - 1) / interval * interval;
    }

    /// A day that is not after the end.
    fn at_hand(&self, date: Date) -> Option<Date> {
        (date <= self.to.date()).then_some(date)
    }

    /// Takes the fitting days of a stretch, each with all times of the day.
    fn stretch(&mut self, first: Date, long: i16) -> Option<u32> {
        let mut day = self.at_hand(first)?;
        for _ in 0..long {
            if self.days.fit(day) {
                self.ready.extend(self.times.iter().map(|time| day.to_datetime(*time)));
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        Some(u32::from(long.unsigned_abs()))
    }

    /// Leaves only the places that `BYSETPOS` names, and turns the order round.
    fn choose(&mut self) {
        let positions = &self.rule.by_position;
        if !positions.is_empty() {
            let count = self.ready.len();
            let mut place = 0;
            self.ready.retain(|_| {
                place += 1;
                let named = |position: &i16| match usize::from(position.unsigned_abs()) {
                    back if *position < 0 => back <= count && count - back + 1 == place,
                    forth => forth == place,
                };
                positions.iter().any(named)
            });
        }
        self.ready.reverse();
    }

    /// The next instance of the rule, not before the start.
    fn draw(&mut self) -> Option<Result<DateTime, Exhausted>> {
        let mut patience = PATIENCE;
        loop {
            while let Some(local) = self.ready.pop() {
                if local > self.to {
                    return None;
                }
                if local >= self.start {
                    return Some(Ok(local));
                }
            }
            let looked = self.look()?;
            self.effort += u64::from(looked);
            match patience.checked_sub(looked) {
                Some(left) => patience = left,
                None => return Some(Err(Exhausted)),
            }
        }
    }
}

impl Iterator for Instances<'_> {
    type Item = Result<DateTime, Exhausted>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            if self.left == Some(0) {
                break;
            }
            let local = match self.draw() {
                Some(Ok(local)) => local,
                Some(Err(exhausted)) => {
                    self.done = true;
                    return Some(Err(exhausted));
                }
                None => break,
            };
            if let Some(left) = &mut self.left {
                *left -= 1;
            }
            if local >= self.from {
                return Some(Ok(local));
            }
        }
        self.done = true;
        None
    }
}

/// Which days a rule may have, the start's where it does not say.
#[derive(Debug)]
struct Days<'r> {
    rule: &'r Rule,
    month: Option<i16>,
    month_day: Option<i16>,
    weekday: Option<Weekday>,
}

impl<'r> Days<'r> {
    fn new(rule: &'r Rule, start: DateTime) -> Self {
        let date = start.date();
        let mut days = Self { rule, month: None, month_day: None, weekday: None };
        if rule.by_day.is_empty() && rule.by_month_day.is_empty() && rule.by_year_day.is_empty() {
            match rule.frequency {
                Frequency::Yearly if !rule.by_week.is_empty() => days.weekday = Some(date.weekday()),
                Frequency::Yearly => {
                    days.month = rule.by_month.is_empty().then(|| i16::from(date.month()));
                    days.month_day = Some(i16::from(date.day()));
                }
                Frequency::Monthly => days.month_day = Some(i16::from(date.day())),
                Frequency::Weekly => days.weekday = Some(date.weekday()),
                Frequency::Daily | Frequency::Hourly | Frequency::Minutely => {}
            }
        }
        days
    }

    fn fit(&self, date: Date) -> bool {
        let rule = self.rule;
        let (month, day) = (i16::from(date.month()), i16::from(date.day()));
        fits(&rule.by_month, month)
            && self.month.is_none_or(|only| only == month)
            && self.month_day.is_none_or(|only| only == day)
            && self.weekday.is_none_or(|only| only == date.weekday())
            && (rule.by_month_day.is_empty() || either(&rule.by_month_day, day, i16::from(date.days_in_month())))
            && (rule.by_year_day.is_empty() || either(&rule.by_year_day, date.day_of_year(), date.days_in_year()))
            && (rule.by_day.is_empty() || rule.by_day.iter().any(|by| self.falls(*by, date)))
            && (rule.by_week.is_empty() || self.week_fits(date))
    }

    fn falls(&self, by: ByDay, date: Date) -> bool {
        let Some(nth) = by.nth else { return by.day == date.weekday() };
        let in_year = self.rule.frequency == Frequency::Yearly && self.rule.by_month.is_empty();
        let (place, of) = if in_year {
            (date.day_of_year(), date.days_in_year())
        } else {
            (i16::from(date.day()), i16::from(date.days_in_month()))
        };
        let counted = if nth > 0 { (place - 1) / 7 + 1 } else { -((of - place) / 7 + 1) };
        by.day == date.weekday() && counted == nth
    }

    fn week_fits(&self, date: Date) -> bool {
        let Some((year, week)) = week_of(date, self.rule.week_start) else { return false };
        // The last week of a year is the one with the 28th of December.
        let last = Date::new(year, 12, 28).ok().and_then(|late| week_of(late, self.rule.week_start));
        either(&self.rule.by_week, week, last.map_or(52, |(_, week)| week))
    }
}

/// The year and number of the week a day lies in: the first week has at least four days in the year.
fn week_of(date: Date, week_start: Weekday) -> Option<(i16, i16)> {
    let middle = later(date, 3 - i64::from(date.weekday().since(week_start)))?;
    Some((middle.year(), (middle.day_of_year() - 1) / 7 + 1))
}

fn fits(list: &[i16], number: i16) -> bool {
    list.is_empty() || list.contains(&number)
}

/// Whether a list names a place counted from the front, or from the back of so many.
fn either(list: &[i16], place: i16, of: i16) -> bool {
    list.iter().any(|named| *named == place || *named == place - of - 1)
}

/// The times of the day a rule has, the start's where it does not say. Of an hourly rule only minutes and seconds
/// count, of one by minutes only the seconds.
fn times(rule: &Rule, start: Time) -> Vec<Time> {
    let part = |list: &[i16], own: i8| match list {
        [] => vec![own],
        given => given.iter().filter_map(|number| i8::try_from(*number).ok()).collect(),
    };
    let hours = match rule.frequency {
        Frequency::Hourly | Frequency::Minutely => vec![0],
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
            part(&rule.by_hour, start.hour())
        }
    };
    let minutes = if rule.frequency == Frequency::Minutely { vec![0] } else { part(&rule.by_minute, start.minute()) };
    let seconds = part(&rule.by_second, start.second());
    let mut times = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in hours {
        for minute in &minutes {
            times.extend(seconds.iter().filter_map(|second| Time::new(hour, *minute, *second, 0).ok()));
        }
    }
    times
}

fn later(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / HOURS
}

fn hour_of(local: DateTime, origin: Date) -> i64 {
    days_between(origin, local.date()) * HOURS + i64::from(local.hour())
}

fn minute_of(local: DateTime, origin: Date) -> i64 {
    hour_of(local, origin) * 60 + i64::from(local.minute())
}
