//! Recurrence rules: what `FREQ=WEEKLY;BYDAY=TU` and its like mean on the clock of one place.
//!
//! A rule is counted out in local time, without any zone: 09:00 every day is 09:00 whatever the clocks do. Who knows
//! the zone turns each local time into an instant afterwards, and ends a rule whose `UNTIL` is an instant.
//!
//! Source: RFC 5545 sections 3.3.10 and 3.8.5.3.

mod expand;
mod parse;

use jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
};

pub use expand::{Exhausted, Instances};
pub use parse::{clock, day};

/// Most instances a rule may have in a year: one each hour, and some.
pub const MOST_A_YEAR: usize = 10_000;
/// Most instances `COUNT` may ask for.
pub const MOST_COUNTED: u32 = 10_000;
/// Longest text of a rule, in octets.
pub const LONGEST: usize = 1_000;
/// Years after its start within which a rule must have an instance.
const YEARS_OF_GRACE: i64 = 60;

/// How far one period of a rule is from the next. `SECONDLY` is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Each minute.
    Minutely,
    /// Each hour.
    Hourly,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// Each year.
    Yearly,
}

/// The last moment at which a rule may have an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// An instant, to be compared with the instants that local times are turned into.
    Instant(Timestamp),
    /// A local time; the last second of a day where only the day was given.
    Local(DateTime),
}

/// When a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Never.
    Never,
    /// After so many instances.
    Count(u32),
    /// With the last instance not after this.
    Until(Until),
}

/// A day of the week, and which one of the month or year; any when absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByDay {
    nth: Option<i16>,
    day: Weekday,
}

/// A recurrence rule that can be counted out: every part in its range, and allowed beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: i32,
    end: End,
    week_start: Weekday,
    by_month: Vec<i16>,
    by_week: Vec<i16>,
    by_year_day: Vec<i16>,
    by_month_day: Vec<i16>,
    by_day: Vec<ByDay>,
    by_hour: Vec<i16>,
    by_minute: Vec<i16>,
    by_second: Vec<i16>,
    by_position: Vec<i16>,
}

/// Why a text is no rule we count out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadRule {
    /// `bad_rule` for one that is written wrongly, `contradiction` for parts that exclude each other, `too_often`,
    /// `too_many` or `never` for one that has more instances than are counted out, or none.
    pub code: &'static str,
    /// What is wrong, in a sentence that names the part.
    pub message: String,
}

impl BadRule {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl Rule {
    /// When it ends.
    pub fn end(&self) -> End {
        self.end
    }

    /// How far its periods are apart.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The same rule with an `UNTIL` in UTC taken as a local time, as it is meant where whole days recur.
    #[must_use]
    pub fn of_days(mut self) -> Self {
        if let End::Until(Until::Instant(last)) = self.end {
            self.end = End::Until(Until::Local(jiff::tz::TimeZone::UTC.to_datetime(last)));
        }
        self
    }

    /// The local times the rule gives a series that begins with `start`, in order, from `from` to `to`, both inclusive.
    /// `start` is one of them, and counted by `COUNT`, only if it fits the rule; RFC 5545 leaves open what else it is.
    ///
    /// An `UNTIL` that is an instant bounds them only roughly: those of a day more may come. Time is linear in the
    /// periods between the bounds; for a rule with `COUNT`, in those since `start`.
    pub fn instances(&self, start: DateTime, from: DateTime, to: DateTime) -> Instances<'_> {
        Instances::new(self, start, from, to)
    }

    /// Checks that a series with this rule and start is bounded and not empty: at most [`MOST_A_YEAR`] instances in a
    /// year, and one that the rule itself gives within 60 years.
    ///
    /// # Errors
    /// [`BadRule`]: `too_often`, `never`, or `contradiction` for an end before the start.
    pub fn check(&self, start: DateTime) -> Result<(), BadRule> {
        let early = match self.end {
            // What the zone makes of it is known elsewhere; a day is more than any zone is from UTC.
            End::Until(Until::Instant(at)) => {
                let utc = jiff::tz::TimeZone::UTC.to_datetime(at);
                utc.checked_add(jiff::Span::new().days(1)).is_ok_and(|latest| latest < start)
            }
            End::Until(Until::Local(last)) => last < start,
            End::Never | End::Count(_) => false,
        };
        if early {
            return Err(BadRule::new("contradiction", "UNTIL lies before the start"));
        }
        let never = || BadRule::new("never", "no date fits all parts of the rule");
        let grace = start.saturating_add(jiff::Span::new().years(YEARS_OF_GRACE));
        let (mut first, mut seen) = (None, 0usize);
        for local in Instances::new(self, start, start, grace) {
            let local = local.map_err(|Exhausted| never())?;
            let first = *first.get_or_insert(local);
            if local.date() > first.date().saturating_add(jiff::Span::new().days(365)) {
                break;
            }
            seen += 1;
            if seen > MOST_A_YEAR {
                return Err(BadRule::new("too_often", format!("has more than {MOST_A_YEAR} instances a year")));
            }
        }
        if seen == 0 { Err(never()) } else { Ok(()) }
    }
}
