use jiff::civil::{date, time};
use packhorse_domain::{Timestamp, Word};
use proptest::prelude::*;

use super::*;

fn said(zone: &str, pattern: Pattern) -> AvailabilityDetails {
    AvailabilityDetails { time_zone: Zone::new(zone).unwrap(), pattern, priority: 0, note: String::new() }
}

fn every_day(start: Time, end: Time) -> Pattern {
    let weekdays = Weekday::ALL.to_vec();
    Pattern::Weekly { weekdays, start, end, from: date(2020, 1, 1), until: None, except: vec![] }
}

fn range(start: &str, end: &str) -> Interval {
    Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

/// Hours free on one day of Chicago.
fn hours(day: Date, patterns: Vec<Pattern>) -> f64 {
    let zone = Zone::new("America/Chicago").unwrap();
    let statements: Vec<_> = patterns.into_iter().map(|pattern| said("America/Chicago", pattern)).collect();
    let start = zone.rules().to_timestamp(day.at(0, 0, 0, 0)).unwrap();
    let end = zone.rules().to_timestamp(day.tomorrow().unwrap().at(0, 0, 0, 0)).unwrap();
    let free = free(&statements, Interval::new(start, end).unwrap());
    free.iter().map(|each| each.minutes().hours()).sum()
}

#[test]
fn a_working_day_is_eight_hours_whatever_the_clocks_do() {
    for day in [date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 7)] {
        let worked = hours(day, vec![every_day(time(9, 0, 0, 0), time(17, 0, 0, 0))]);
        assert!((worked - 8.0).abs() < 1e-9, "{day}");
    }
}

#[test]
fn a_stretch_over_the_change_is_as_long_as_it_is() {
    let night = || vec![every_day(time(0, 0, 0, 0), time(6, 0, 0, 0))];
    for (day, long) in [(date(2027, 3, 13), 6.0), (date(2027, 3, 14), 5.0), (date(2027, 11, 7), 7.0)] {
        assert!((hours(day, night()) - long).abs() < 1e-9, "{day}");
    }
    // 2:30 is skipped and moves to 3:30; what lies wholly in the gap moves with it.
    let spring = date(2027, 3, 14);
    assert!((hours(spring, vec![every_day(time(2, 30, 0, 0), time(5, 0, 0, 0))]) - 1.5).abs() < 1e-9);
    assert!((hours(spring, vec![every_day(time(2, 15, 0, 0), time(2, 45, 0, 0))]) - 0.5).abs() < 1e-9);
    assert!(hours(spring, vec![every_day(time(2, 30, 0, 0), time(3, 0, 0, 0))]).abs() < 1e-9, "ends before it starts");
    // 1:30 comes twice in autumn; the first is meant.
    assert!((hours(date(2027, 11, 7), vec![every_day(time(1, 30, 0, 0), time(3, 0, 0, 0))]) - 2.5).abs() < 1e-9);
}

#[test]
fn a_blackout_takes_whole_days_of_its_zone() {
    let zone = "America/Chicago";
    for (day, long) in [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25)] {
        let around = range("2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z");
        let always = said(
            "UTC",
            Pattern::Period { start: date(2027, 1, 1).at(0, 0, 0, 0), end: date(2027, 12, 31).at(0, 0, 0, 0) },
        );
        let off = said(zone, Pattern::Blackout { from: day, until: day });
        let left = free(&[always, off], around);
        assert_eq!(left.len(), 2);
        assert_eq!(left[1].start.duration_since(left[0].end), SignedDuration::from_hours(long));
    }
}

#[test]
fn nothing_said_is_nothing_free_and_days_excepted_are_not() {
    let year = range("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    assert_eq!(free(&[], year), []);
    let pattern = Pattern::Weekly {
        weekdays: vec![Weekday::Monday, Weekday::Friday],
        start: time(9, 0, 0, 0),
        end: time(17, 0, 0, 0),
        from: date(2027, 3, 1),
        until: Some(date(2027, 3, 15)),
        except: vec![date(2027, 3, 12), date(2027, 3, 8)],
    };
    let days: Vec<_> = free(&[said("America/Chicago", pattern)], year)
        .iter()
        .map(|each| each.start.to_zoned(Zone::new("America/Chicago").unwrap().rules()).date())
        .collect();
    assert_eq!(days, [date(2027, 3, 1), date(2027, 3, 5), date(2027, 3, 15)]);
}

#[test]
fn what_touches_is_one() {
    let day = range("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z");
    let half = |start, end| said("UTC", every_day(time(start, 0, 0, 0), time(end, 0, 0, 0)));
    assert_eq!(free(&[half(12, 17), half(9, 12)], day), [range("2027-03-03T09:00:00Z", "2027-03-03T17:00:00Z")]);
}

const ZONES: [&str; 5] =
    ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Pacific/Kiritimati"];

/// Whether a statement says something of an instant, told by looking at the clock.
fn says(statement: &AvailabilityDetails, at: Timestamp) -> Option<bool> {
    let clock = statement.time_zone.rules().to_datetime(at);
    match &statement.pattern {
        Pattern::Weekly { weekdays, start, end, from, until, except } => {
            let on = weekdays.contains(&clock.date().weekday().into()) && !except.contains(&clock.date());
            let counts = *from <= clock.date() && until.is_none_or(|until| clock.date() <= until);
            (on && counts && *start <= clock.time() && clock.time() < *end).then_some(true)
        }
        Pattern::Period { start, end } => (*start <= clock && clock < *end).then_some(true),
        Pattern::Blackout { from, until } => (*from <= clock.date() && clock.date() <= *until).then_some(false),
        Pattern::SetAside { .. } | Pattern::Recurring { .. } => unreachable!("not made here"),
    }
}

fn statements(first: Date) -> impl Strategy<Value = AvailabilityDetails> {
    let day = (0i64..12).prop_map(move |n| first.checked_add(SignedDuration::from_hours(24 * n)).unwrap());
    // Outside of the hours at which clocks change, where a reading is enough to tell.
    let hours = (4i8..12, 12i8..22);
    let pattern = (0usize..3, day.clone(), day, hours, 0u8..128).prop_map(|(kind, from, until, (start, end), on)| {
        let (from, until) = (from.min(until), from.max(until));
        let (start, end) = (time(start, 0, 0, 0), time(end, 30, 0, 0));
        match kind {
            0 => {
                let weekdays = (0..7).filter(|n| on & 1 << n != 0).map(|n| Weekday::ALL[n]).collect();
                Pattern::Weekly { weekdays, start, end, from, until: Some(until), except: vec![until] }
            }
            1 => Pattern::Period { start: from.to_datetime(start), end: until.to_datetime(end) },
            _ => Pattern::Blackout { from, until: from },
        }
    });
    (0..ZONES.len(), pattern).prop_map(|(zone, pattern)| said(ZONES[zone], pattern))
}

fn seasons() -> impl Strategy<Value = (Date, Vec<AvailabilityDetails>)> {
    let firsts = vec![date(2027, 3, 8), date(2027, 11, 1), date(2027, 4, 1), date(2027, 9, 1), date(2027, 6, 1)];
    prop::sample::select(firsts).prop_flat_map(|first| (Just(first), prop::collection::vec(statements(first), 0..6)))
}

proptest! {
    #[test]
    fn each_quarter_of_an_hour_is_as_the_clock_says((first, said) in seasons()) {
        let start = first.to_datetime(Time::midnight()).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let range = Interval::new(start, start + SignedDuration::from_hours(24 * 12)).unwrap();
        let free = free(&said, range);
        prop_assert!(free.iter().all(|each| range.contains(each)));
        prop_assert!(free.windows(2).all(|pair| pair[0].end < pair[1].start));
        for quarter in 0..(12 * 96) {
            let at = start + SignedDuration::from_mins(quarter * 15);
            let heard: Vec<_> = said.iter().filter_map(|each| says(each, at)).collect();
            let expected = heard.contains(&true) && !heard.contains(&false);
            prop_assert_eq!(free.iter().any(|each| each.start <= at && at < each.end), expected, "{}", at);
        }
    }
}
