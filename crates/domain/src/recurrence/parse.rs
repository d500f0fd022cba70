//! The text of a rule.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{BadRule, ByDay, End, Frequency, LONGEST, MOST_COUNTED, Rule, Until};

/// Most times of the day that the parts of a rule may name together.
const MOST_A_DAY: usize = 1_440;

fn bad(message: impl Into<String>) -> BadRule {
    BadRule::new("bad_rule", message)
}

fn contradiction(message: impl Into<String>) -> BadRule {
    BadRule::new("contradiction", message)
}

impl FromStr for Rule {
    type Err = BadRule;

    /// Reads the value of an `RRULE`, without that name. Parts may come in any order, in any case.
    fn from_str(text: &str) -> Result<Self, BadRule> {
        if text.len() > LONGEST {
            return Err(bad(format!("a rule has at most {LONGEST} octets")));
        }
        let upper = text.trim().to_ascii_uppercase();
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for part in upper.split(';').filter(|part| !part.is_empty()) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| bad(format!("\"{part}\" is no part NAME=VALUE of a rule")))?;
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(bad(format!("{name} is given twice")));
            }
            parts.push((name, value));
        }
        let frequency = match parts.iter().find(|(name, _)| *name == "FREQ") {
            Some((_, value)) => frequency(value)?,
            None => return Err(bad("FREQ is missing")),
        };
        let mut rule = Self {
            frequency,
            interval: 1,
            end: End::Never,
            week_start: Weekday::Monday,
            by_month: Vec::new(),
            by_week: Vec::new(),
            by_year_day: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_position: Vec::new(),
        };
        for (name, value) in parts {
            rule.take(name, value)?;
        }
        rule.agree()?;
        Ok(rule)
    }
}

impl Rule {
    fn take(&mut self, name: &str, value: &str) -> Result<(), BadRule> {
        match name {
            "FREQ" => {}
            "INTERVAL" => {
                let interval = value.parse().ok().filter(|interval| (1..=100_000).contains(interval));
                self.interval = interval.ok_or_else(|| bad("INTERVAL is a whole number from 1 to 100000"))?;
            }
            "COUNT" => {
                let count: u64 = value.parse().map_err(|_| bad("COUNT is a whole number from 1"))?;
                self.ends(match u32::try_from(count) {
                    Ok(0) => return Err(bad("COUNT is a whole number from 1")),
                    Ok(count) if count <= MOST_COUNTED => End::Count(count),
                    Ok(_) | Err(_) => {
                        return Err(BadRule::new("too_many", format!("COUNT is at most {MOST_COUNTED}")));
                    }
                })?;
            }
            "UNTIL" => {
                let until = until(value).ok_or_else(|| bad("UNTIL is a date, a local time or an instant in UTC"))?;
                self.ends(End::Until(until))?;
            }
            "WKST" => self.week_start = weekday(value).ok_or_else(|| bad("WKST is a day such as MO"))?,
            "BYDAY" => self.by_day = list(name, value, by_day)?,
            "BYMONTH" => self.by_month = numbers(name, value, 1, 12, false)?,
            "BYWEEKNO" => self.by_week = numbers(name, value, 1, 53, true)?,
            "BYYEARDAY" => self.by_year_day = numbers(name, value, 1, 366, true)?,
            "BYMONTHDAY" => self.by_month_day = numbers(name, value, 1, 31, true)?,
            "BYHOUR" => self.by_hour = numbers(name, value, 0, 23, false)?,
            "BYMINUTE" => self.by_minute = numbers(name, value, 0, 59, false)?,
            // 60 is a leap second; clocks without them show 59.
            "BYSECOND" => {
                let seconds = numbers(name, value, 0, 60, false)?;
                self.by_second = seconds.into_iter().map(|second| second.min(59)).collect();
                self.by_second.dedup();
            }
            "BYSETPOS" => self.by_position = numbers(name, value, 1, 366, true)?,
            other => return Err(bad(format!("{other} is no part of a rule"))),
        }
        Ok(())
    }

    fn ends(&mut self, end: End) -> Result<(), BadRule> {
        if self.end != End::Never {
            return Err(contradiction("COUNT and UNTIL exclude each other"));
        }
        self.end = end;
        Ok(())
    }

    /// Which parts may stand beside which, and under which frequency.
    fn agree(&self) -> Result<(), BadRule> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let nth = self.by_day.iter().any(|by| by.nth.is_some());
        if nth && !matches!(self.frequency, Monthly | Yearly) {
            return Err(contradiction("BYDAY counts days, such as 1MO, only with MONTHLY and YEARLY"));
        }
        if nth && !self.by_week.is_empty() {
            return Err(contradiction("BYDAY counts days, such as 1MO, only without BYWEEKNO"));
        }
        let monthly = self.frequency == Monthly || !self.by_month.is_empty();
        if monthly && self.by_day.iter().any(|by| by.nth.is_some_and(|nth| nth.abs() > 5)) {
            return Err(BadRule::new("never", "no month has a day of the week more than five times"));
        }
        let times = |list: &[i16]| list.len().max(1);
        if times(&self.by_hour) * times(&self.by_minute) * times(&self.by_second) > MOST_A_DAY {
            return Err(BadRule::new("too_often", format!("has more than {MOST_A_DAY} times in a day")));
        }
        if !self.by_week.is_empty() && self.frequency != Yearly {
            return Err(contradiction("BYWEEKNO goes only with YEARLY"));
        }
        if !self.by_year_day.is_empty() && matches!(self.frequency, Daily | Weekly | Monthly) {
            return Err(contradiction("BYYEARDAY goes not with DAILY, WEEKLY or MONTHLY"));
        }
        if !self.by_month_day.is_empty() && self.frequency == Weekly {
            return Err(contradiction("BYMONTHDAY goes not with WEEKLY"));
        }
        let days = self.by_day.is_empty() && self.by_month_day.is_empty() && self.by_year_day.is_empty();
        let times = self.by_hour.is_empty() && self.by_minute.is_empty() && self.by_second.is_empty();
        if !self.by_position.is_empty() && days && times && self.by_month.is_empty() && self.by_week.is_empty() {
            return Err(contradiction("BYSETPOS needs another BY part to choose from"));
        }
        Ok(())
    }
}

fn frequency(value: &str) -> Result<Frequency, BadRule> {
    Ok(match value {
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        "SECONDLY" => return Err(BadRule::new("too_often", "FREQ=SECONDLY is not taken")),
        other => return Err(bad(format!("\"{other}\" is no FREQ"))),
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

fn by_day(text: &str) -> Option<ByDay> {
    let (count, word) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = weekday(word)?;
    if count.is_empty() {
        return Some(ByDay { nth: None, day });
    }
    let nth: i16 = count.parse().ok()?;
    (1..=53).contains(&nth.abs()).then_some(ByDay { nth: Some(nth), day })
}

/// Each item of a list, once.
fn list<T: PartialEq>(name: &str, value: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, BadRule> {
    let mut items = Vec::new();
    for text in value.split(',') {
        let item = read(text).ok_or_else(|| bad(format!("\"{text}\" is nothing {name} takes")))?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(items)
}

fn numbers(name: &str, value: &str, least: i16, most: i16, backwards: bool) -> Result<Vec<i16>, BadRule> {
    let mut numbers = list(name, value, |text| {
        let number: i16 = text.parse().ok()?;
        let size = if backwards { number.abs() } else { number };
        (least..=most).contains(&size).then_some(number)
    })?;
    numbers.sort_unstable();
    Ok(numbers)
}

fn until(value: &str) -> Option<Until> {
    if let Some((date, time)) = value.split_once('T') {
        let (time, instant) = match time.strip_suffix('Z') {
            Some(time) => (time, true),
            None => (time, false),
        };
        let local = DateTime::from_parts(day(date)?, clock(time)?);
        if !instant {
            return Some(Until::Local(local));
        }
        // What no instant reaches is as good as the last one.
        let at = jiff::tz::TimeZone::UTC.to_timestamp(local).unwrap_or(jiff::Timestamp::MAX);
        return Some(Until::Instant(at));
    }
    Some(Until::Local(day(value)?.at(23, 59, 59, 0)))
}

fn digits<const N: usize>(text: &str, at: [std::ops::Range<usize>; N]) -> Option<[i16; N]> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut numbers = [0; N];
    for (number, place) in numbers.iter_mut().zip(at) {
        *number = text.get(place)?.parse().ok()?;
    }
    Some(numbers)
}

/// Reads a `DATE` of RFC 5545, such as `20270303`.
pub fn day(text: &str) -> Option<Date> {
    let [year, month, day] = (text.len() == 8).then(|| digits(text, [0..4, 4..6, 6..8]))??;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Reads a time of the day as RFC 5545 writes it, such as `090000`. A leap second is the one before.
pub fn clock(text: &str) -> Option<Time> {
    let [hour, minute, second] = (text.len() == 6).then(|| digits(text, [0..2, 2..4, 4..6]))??;
    let small = |number: i16| i8::try_from(number).ok();
    Time::new(small(hour)?, small(minute)?, small(second)?.min(59), 0).ok()
}
