//! A stretch of time in a query.

use jiff::SignedDuration;
use packhorse_domain::{Interval, Timestamp};
use utoipa::IntoParams;

use super::{Parameters, Query};
use crate::problem::{self, Problem};

/// Most days that one answer may reach over.
pub const LONGEST_DAYS: i64 = 10_000;

/// Which stretch of time, at most 10,000 days of it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// From this instant. A month ago when absent.
    #[param(value_type = Option<Timestamp>)]
    from: Option<Timestamp>,
    /// To this instant, at most 10,000 days later. A year ahead when absent.
    #[param(value_type = Option<Timestamp>)]
    to: Option<Timestamp>,
}

impl Query for RangeQuery {
    fn read(query: &mut Parameters) -> Self {
        let (from, to) = (query.take("from"), query.take("to"));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            query.broken_rule("to", "end_before_start", "is after from");
        }
        Self { from, to }
    }
}

impl RangeQuery {
    /// It, from its defaults on, at most so many days of it.
    ///
    /// # Errors
    /// 422 when it ends before it starts, or is longer.
    pub fn interval(&self, now: Timestamp, most_days: i64) -> Result<Interval, Problem> {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let start = self.from.unwrap_or_else(|| now.checked_sub(days(31)).unwrap_or(Timestamp::MIN));
        let ahead = days(most_days.min(366));
        let end = self.to.unwrap_or_else(|| now.max(start).checked_add(ahead).unwrap_or(Timestamp::MAX));
        let refuse = |code, detail: &str| {
            let fault = Problem::parameter("to", code, detail);
            Err(Problem::new(problem::INVALID, "the input breaks the rules named in errors").with(vec![fault]))
        };
        match Interval::new(start, end) {
            None => refuse("end_before_start", "is after from"),
            Some(_) if end.duration_since(start) > days(most_days) => {
                refuse("too_long", &format!("is at most {most_days} days after from"))
            }
            Some(range) => Ok(range),
        }
    }
}
