//! Days counted from the day of the demonstration.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// The calendar of one demonstration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    today: Date,
    /// The Monday after it.
    monday: Date,
}

impl Days {
    /// Counts from a day.
    ///
    /// # Errors
    /// At the end of the calendar.
    pub fn from(today: Date) -> Result<Self, jiff::Error> {
        Ok(Self { today, monday: today.nth_weekday(1, Weekday::Monday)? })
    }

    /// A day of a week: week 0 is the next one. A holiday gives way to the same day of the week after.
    ///
    /// # Errors
    /// At the end of the calendar.
    pub fn day(self, week: i8, weekday: Weekday) -> Result<Date, jiff::Error> {
        let mut day = self.in_week(week, weekday)?;
        while is_holiday(day) {
            day = day.checked_add(1.week())?;
        }
        Ok(day)
    }

    /// A day of a week, holiday or not.
    ///
    /// # Errors
    /// At the end of the calendar.
    pub fn in_week(self, week: i8, weekday: Weekday) -> Result<Date, jiff::Error> {
        self.monday.checked_add(i64::from(week).weeks().days(weekday.to_monday_zero_offset()))
    }

    /// The first day of a year, this one or so many away.
    ///
    /// # Errors
    /// At the end of the calendar.
    pub fn first_of_year(self, away: i16) -> Result<Date, jiff::Error> {
        self.today.first_of_year().checked_add(away.years())
    }

    /// The holidays of this year and the next.
    pub fn holidays(self) -> Vec<Date> {
        let days = self.today.first_of_year().series(1.day()).take_while(|day| day.year() <= self.today.year() + 1);
        days.filter(|day| is_holiday(*day)).collect()
    }
}

/// Days on which libraries in the United States are closed as a rule.
fn is_holiday(day: Date) -> bool {
    let nth = (day.day() - 1) / 7 + 1;
    match (day.month(), day.weekday()) {
        (5, Weekday::Monday) => day.day() > 24,
        (9, Weekday::Monday) => nth == 1,
        (11, Weekday::Thursday) => nth == 4,
        (11, Weekday::Friday) => (23..=29).contains(&day.day()),
        _ => matches!((day.month(), day.day()), (1, 1) | (7, 4) | (12, 24 | 25 | 31)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_with_the_next_monday() {
        for today in ["2026-11-22", "2026-11-16", "2026-11-18"] {
            let days = Days::from(date(today)).unwrap();
            assert_eq!(days.day(0, Weekday::Monday).unwrap(), date("2026-11-23"), "{today}");
        }
    }

    #[test]
    fn nothing_is_asked_for_on_a_holiday() {
        let days = Days::from(date("2026-11-22")).unwrap();
        assert_eq!(days.in_week(0, Weekday::Thursday).unwrap(), date("2026-11-26"));
        assert_eq!(days.day(0, Weekday::Thursday).unwrap(), date("2026-12-03"));
        // Christmas Day gives way to New Year's Day, which gives way too.
        assert_eq!(days.day(4, Weekday::Friday).unwrap(), date("2027-01-08"));
        let holidays = days.holidays();
        for holiday in ["2026-05-25", "2026-07-04", "2026-09-07", "2026-11-27", "2027-01-01", "2027-11-25"] {
            assert!(holidays.contains(&date(holiday)), "{holiday}");
        }
        assert_eq!(holidays.len(), 18);
    }
}
