//! What a statement may say.

use std::borrow::Cow;

use jiff::{Span, civil::DateTime};
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{Override, Pattern};
use crate::recurrence::{BadRule, Rule};

/// Longest instance of a recurring statement, in days.
pub const LONGEST_DAYS: i64 = 7;
/// Most dates that are added to a recurring statement, left out of it, or moved.
pub const MOST_DATES: usize = 366;
/// Longest single period, in days.
const LONGEST_PERIOD_DAYS: i64 = 366;

impl Validate for Pattern {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = Faults(ValidationErrors::new());
        match self {
            Self::Weekly { weekdays, start, end, from, until, except } => {
                let mut days = weekdays.clone();
                days.sort_unstable();
                days.dedup();
                if days.is_empty() || days.len() != weekdays.len() || except.len() > MOST_DATES {
                    faults.whole("bad_days");
                } else if start >= end || until.is_some_and(|until| until < *from) {
                    faults.whole("end_before_start");
                }
            }
            Self::Period { start, end } => {
                if let Some(code) = stretch(*start, *end, LONGEST_PERIOD_DAYS) {
                    faults.whole(code);
                }
            }
            Self::Blackout { from, until } => {
                if until < from {
                    faults.whole("end_before_start");
                }
            }
            Self::SetAside { start, end } => {
                if start.zip(*end).is_some_and(|(start, end)| end <= start) {
                    faults.at("end", "end_before_start", None);
                }
            }
            Self::Recurring { start, end, rrule, rdate, exdate, overrides, free: _ } => {
                if let Some(code) = stretch(*start, *end, LONGEST_DAYS) {
                    faults.at("end", code, None);
                }
                if start.year() < 1900 {
                    faults.at("start", "too_early", Some("lies before 1900".into()));
                }
                if let Err(bad) = rrule.as_deref().map_or(Ok(()), |text| rule(text, *start)) {
                    faults.at("rrule", bad.code, Some(bad.message.into()));
                }
                faults.dates("rdate", rdate);
                faults.dates("exdate", exdate);
                faults.overrides(overrides, exdate);
            }
        }
        if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
    }
}

fn rule(text: &str, start: DateTime) -> Result<(), BadRule> {
    text.parse::<Rule>()?.check(start)
}

/// What is wrong with a stretch of local time.
fn stretch(start: DateTime, end: DateTime, most_days: i64) -> Option<&'static str> {
    if end <= start {
        return Some("end_before_start");
    }
    (end > start.saturating_add(Span::new().days(most_days))).then_some("too_long")
}

/// The faults found so far, by field.
struct Faults(ValidationErrors);

impl Faults {
    /// A fault of the statement as a whole.
    fn whole(&mut self, code: &'static str) {
        self.0.add("__all__", ValidationError::new(code));
    }

    fn at(&mut self, place: impl Into<Cow<'static, str>>, code: &'static str, message: Option<Cow<'static, str>>) {
        let mut fault = ValidationError::new(code);
        fault.message = message;
        let kind = self.0.errors_mut().entry(place.into()).or_insert_with(|| ValidationErrorsKind::Field(Vec::new()));
        if let ValidationErrorsKind::Field(known) = kind {
            known.push(fault);
        }
    }

    fn dates(&mut self, name: &'static str, dates: &[DateTime]) {
        self.counted(name, dates.len());
        for (place, twice) in repeated(dates.iter().copied()) {
            self.at(format!("{name}/{place}"), "twice", Some(format!("{twice} is given before").into()));
        }
    }

    fn counted(&mut self, name: &'static str, count: usize) {
        if count > MOST_DATES {
            self.at(name, "length", Some(format!("must have at most {MOST_DATES}").into()));
        }
    }

    fn overrides(&mut self, overrides: &[Override], exdate: &[DateTime]) {
        self.counted("overrides", overrides.len());
        for (place, twice) in repeated(overrides.iter().map(|each| each.instance)) {
            let message = format!("{twice} is moved before");
            self.at(format!("overrides/{place}/instance"), "twice", Some(message.into()));
        }
        for (place, each) in overrides.iter().enumerate() {
            if let Some(code) = stretch(each.start, each.end, LONGEST_DAYS) {
                self.at(format!("overrides/{place}/end"), code, None);
            }
            if exdate.contains(&each.instance) {
                let message = "is left out by exdate and moved as well";
                self.at(format!("overrides/{place}/instance"), "contradiction", Some(message.into()));
            }
        }
    }
}

/// Those of some times that came before, with their places.
fn repeated(times: impl Iterator<Item = DateTime>) -> Vec<(usize, DateTime)> {
    let mut seen = std::collections::HashSet::new();
    times.enumerate().filter(|(_, time)| !seen.insert(*time)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn recurring(rrule: &str) -> Pattern {
        Pattern::Recurring {
            start: date(2027, 3, 3).at(9, 0, 0, 0),
            end: date(2027, 3, 3).at(12, 0, 0, 0),
            rrule: Some(rrule.to_owned()),
            rdate: vec![],
            exdate: vec![],
            overrides: vec![],
            free: true,
        }
    }

    /// Each place with the code of what is wrong there.
    fn faults(pattern: &Pattern) -> Vec<(String, String)> {
        let errors = pattern.validate().err().unwrap_or_default();
        let each = |(place, kind): (&Cow<'_, str>, &ValidationErrorsKind)| match kind {
            ValidationErrorsKind::Field(all) => {
                all.iter().map(|one| (place.to_string(), one.code.to_string())).collect()
            }
            ValidationErrorsKind::Struct(_) | ValidationErrorsKind::List(_) => vec![],
        };
        let mut faults: Vec<_> = errors.errors().iter().flat_map(each).collect();
        faults.sort();
        faults
    }

    #[test]
    fn a_rule_is_refused_where_it_stands() {
        for (rrule, code) in [
            ("FREQ=WEEKLY;BYDAY=MO,WE", None),
            ("FREQ=DAILY;UNTIL=99991231T235959Z", None),
            ("freq=weekly;byday=we", None),
            ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", None),
            ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", None),
            ("FREQ=HOURLY", None),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", None),
            ("", Some("bad_rule")),
            ("every Tuesday", Some("bad_rule")),
            ("FREQ=WEEKLY;FREQ=DAILY", Some("bad_rule")),
            ("FREQ=WEEKLY;BYDAY=XX", Some("bad_rule")),
            ("FREQ=WEEKLY;INTERVAL=0", Some("bad_rule")),
            ("FREQ=WEEKLY;UNTIL=20271301", Some("bad_rule")),
            ("FREQ=WEEKLY;BYDAY=1MO", Some("contradiction")),
            ("FREQ=WEEKLY;COUNT=2;UNTIL=20271201", Some("contradiction")),
            ("FREQ=WEEKLY;UNTIL=20260101", Some("contradiction")),
            ("FREQ=WEEKLY;UNTIL=20260101T000000Z", Some("contradiction")),
            ("FREQ=WEEKLY;COUNT=10001", Some("too_many")),
            ("FREQ=WEEKLY;COUNT=99999999999", Some("too_many")),
            ("FREQ=SECONDLY", Some("too_often")),
            ("FREQ=SECONDLY;COUNT=3", Some("too_often")),
            ("FREQ=MINUTELY", Some("too_often")),
            ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=0,10,20,30,40,50", Some("too_often")),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", Some("never")),
            ("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", Some("never")),
            ("FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", Some("never")),
            ("FREQ=MONTHLY;BYDAY=6MO", Some("never")),
            ("FREQ=YEARLY;BYWEEKNO=30;BYMONTH=1;BYDAY=MO", Some("never")),
            ("FREQ=DAILY;BYDAY=TU;INTERVAL=7", Some("never")),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", Some("never")),
        ] {
            let expected: Vec<_> = code.map(|code| ("rrule".to_owned(), code.to_owned())).into_iter().collect();
            assert_eq!(faults(&recurring(rrule)), expected, "{rrule}");
        }
    }

    #[test]
    fn every_fault_has_its_place() {
        let (nine, ten) = (date(2027, 3, 3).at(9, 0, 0, 0), date(2027, 3, 3).at(10, 0, 0, 0));
        let pattern = Pattern::Recurring {
            start: nine,
            end: date(2027, 3, 11).at(9, 0, 0, 0),
            rrule: None,
            rdate: vec![ten, ten],
            exdate: vec![ten],
            overrides: vec![Override { instance: ten, start: ten, end: nine }],
            free: false,
        };
        let expected = [
            ("end", "too_long"),
            ("overrides/0/end", "end_before_start"),
            ("overrides/0/instance", "contradiction"),
            ("rdate/1", "twice"),
        ];
        assert_eq!(faults(&pattern), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }
}
