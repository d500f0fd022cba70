//! Recurring statements against what others make of the same rules.

use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, date},
    fmt::strtime,
};
use packhorse_calendar::{Occurrence, free, occurrences};
use packhorse_domain::{
    Interval, Valid, Zone,
    availability::{AvailabilityDetails, Override, Pattern},
};
use proptest::prelude::*;
use serde_json::Value;

fn local(text: &str) -> DateTime {
    let text = if text.len() == 8 { format!("{text}T000000") } else { text.to_owned() };
    strtime::parse("%Y%m%dT%H%M%S", text).unwrap().to_datetime().unwrap()
}

fn said(zone: &str, start: DateTime, minutes: i64, rrule: &str) -> AvailabilityDetails {
    let pattern = Pattern::Recurring {
        start,
        end: start + SignedDuration::from_mins(minutes),
        rrule: Some(rrule.to_owned()),
        rdate: vec![],
        exdate: vec![],
        overrides: vec![],
        free: true,
    };
    AvailabilityDetails { time_zone: Zone::new(zone).unwrap(), pattern, priority: 0, note: String::new() }
}

fn from(start: DateTime, years: i64) -> Interval {
    let start = start.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp() - SignedDuration::from_hours(48);
    Interval::new(start, start + SignedDuration::from_hours(years * 366 * 24)).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn each_vector_gives_the_listed_times() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/rrule/rrule_vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 38);
    for vector in vectors {
        let id = &vector["id"];
        let zone = vector["tzid"].as_str().filter(|zone| !zone.is_empty()).unwrap_or("UTC");
        let start = local(vector["dtstart"].as_str().unwrap());
        // Shorter than the least distance of two instances, so that `free` does not join them.
        let mut details = said(zone, start, 10, vector["rrule"].as_str().unwrap());
        if let Pattern::Recurring { rdate, exdate, .. } = &mut details.pattern {
            *rdate = texts(&vector["rdate"]).into_iter().map(local).collect();
            *exdate = texts(&vector["exdate"]).into_iter().map(local).collect();
        }
        let details = Valid::new(details).unwrap().into_inner();
        let (mut locals, mut instants) = (texts(&vector["local"]), texts(&vector["utc"]));
        let range = from(start, 20);
        let told = occurrences(&details, range, locals.len());
        assert_eq!(told.more, !vector["truncated_to"].is_null(), "{id}");
        let (shown, at) = (|told: &Occurrence| told.start, |told: &Occurrence| told.time.start);
        assert_eq!(told.items.iter().map(shown).collect::<Vec<_>>(), locals.drain(..).map(local).collect::<Vec<_>>());
        let expected: Vec<Timestamp> = instants
            .drain(..)
            .map(|text| local(text.trim_end_matches('Z')).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp())
            .collect();
        if !expected.is_empty() {
            assert_eq!(told.items.iter().map(at).collect::<Vec<_>>(), expected, "{id}");
            let free: Vec<_> = free(&[details], range).into_iter().take(expected.len()).collect();
            assert_eq!(free.iter().map(|time| time.start).collect::<Vec<_>>(), expected, "{id}");
        }
    }
}

#[test]
fn random_rules_are_as_dateutil_has_them() {
    let cases: Value = serde_json::from_str(include_str!("data/random_rules.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let (start, rrule) = (local(case["start"].as_str().unwrap()), case["rrule"].as_str().unwrap());
        let expected: Vec<_> = texts(&case["first"]).into_iter().map(local).collect();
        let end = from(*expected.last().unwrap(), 1).start + SignedDuration::from_hours(49);
        let range = Interval { end, ..from(start, 1) };
        let told = occurrences(&said("UTC", start, 1, rrule), range, expected.len());
        assert_eq!(told.items.iter().map(|told| told.start).collect::<Vec<_>>(), expected, "{start} {rrule}");
    }
}

#[test]
fn single_instances_move_and_fall_out() {
    let day = |day: i8, hour: i8| date(2027, 3, day).at(hour, 0, 0, 0);
    let mut details = said("America/Chicago", day(1, 9), 120, "FREQ=DAILY;COUNT=5");
    if let Pattern::Recurring { rdate, exdate, overrides, .. } = &mut details.pattern {
        *rdate = vec![day(10, 9)];
        *exdate = vec![day(2, 9)];
        *overrides = vec![
            Override { instance: day(3, 9), start: day(20, 13), end: day(20, 14) },
            // No instance of the series, so it moves nothing.
            Override { instance: day(2, 9), start: day(21, 13), end: day(21, 14) },
            Override { instance: day(3, 10), start: day(22, 13), end: day(22, 14) },
            Override { instance: day(10, 9), start: day(10, 8), end: day(10, 9) },
        ];
    }
    let shown = |range| occurrences(&details, range, 100).items.iter().map(|told| told.start).collect::<Vec<_>>();
    assert_eq!(shown(from(day(1, 0), 1)), [day(1, 9), day(4, 9), day(5, 9), day(10, 8), day(20, 13)]);
    assert_eq!(shown(Interval { start: from(day(21, 0), 1).start, ..from(day(1, 0), 1) }), [day(20, 13)]);
}

/// What is left free on the first two days of March 2027, by day and hour.
fn heard(statements: &[AvailabilityDetails]) -> Vec<String> {
    let range = Interval::new("2027-03-01T00:00:00Z".parse().unwrap(), "2027-03-03T00:00:00Z".parse().unwrap());
    let text = |time: &Interval| format!("{}-{}", time.start.strftime("%d %H"), time.end.strftime("%d %H"));
    free(statements, range.unwrap()).iter().map(text).collect()
}

#[test]
fn a_higher_priority_overrides_a_lower_one() {
    let at = |day: i8, hour: i8| date(2027, 3, day).at(hour, 0, 0, 0);
    let of = |priority: u8, pattern: Pattern| {
        let time_zone = Zone::new("UTC").unwrap();
        AvailabilityDetails { time_zone, pattern, priority, note: String::new() }
    };
    let daily = |priority: u8, hour: i8, hours: i64, free: bool| {
        let mut details = said("UTC", at(1, hour), hours * 60, "FREQ=DAILY");
        if let Pattern::Recurring { free: whether, .. } = &mut details.pattern {
            *whether = free;
        }
        AvailabilityDetails { priority, ..details }
    };
    let work = || daily(9, 9, 8, true);
    let with_lunch = ["01 09-01 12", "01 13-01 17", "02 09-02 12", "02 13-02 17"];
    for lunch in [daily(9, 12, 1, false), daily(1, 12, 1, false)] {
        assert_eq!(heard(&[lunch.clone(), work()]), with_lunch);
        assert_eq!(heard(&[work(), lunch]), with_lunch);
    }
    let whole = ["01 09-01 17", "02 09-02 17"];
    assert_eq!(heard(&[daily(0, 12, 1, false), work()]), whole, "0 is below 9");
    let second = |priority| of(priority, Pattern::SetAside { start: Some(at(2, 0)), end: None });
    assert_eq!(heard(&[work(), second(5)]), ["01 09-01 17"]);
    assert_eq!(heard(&[work(), second(9)]), whole, "its own priority counts");
    assert_eq!(heard(&[work(), second(5), daily(5, 19, 1, true)]), ["01 09-01 17", "01 19-01 20", "02 19-02 20"]);
    let off = of(0, Pattern::Blackout { from: date(2027, 3, 1), until: date(2027, 3, 1) });
    assert_eq!(heard(&[daily(1, 9, 8, true), off]), ["02 09-02 17"], "a day off is off");
}

#[test]
fn a_rule_over_a_year_from_far_away_is_soon_counted() {
    let rules = [
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=MINUTELY;INTERVAL=45;BYMONTH=1",
    ];
    for rrule in rules {
        let details = said("America/Chicago", date(1901, 1, 1).at(9, 0, 0, 0), 10, rrule);
        let range = from(date(2027, 1, 1).at(0, 0, 0, 0), 2);
        assert!(!occurrences(&details, range, 5).items.is_empty(), "{rrule}");
    }
}

proptest! {
    #[test]
    fn a_part_of_a_range_holds_the_part_of_its_times(
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=DAILY;COUNT=40", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", "FREQ=HOURLY;INTERVAL=7",
            "FREQ=MONTHLY;BYDAY=-1FR,1MO", "FREQ=YEARLY;BYWEEKNO=10,44;BYDAY=MO,SU", "FREQ=MINUTELY;INTERVAL=97",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,2", "FREQ=DAILY;UNTIL=20271101T120000Z",
            "FREQ=YEARLY;INTERVAL=2;BYYEARDAY=-50,70",
        ]),
        zone in prop::sample::select(vec!["America/Chicago", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]),
        minute in 0i64..1440,
        long in prop::sample::select(vec![30i64, 600, 60 * 24 * 6]),
        start in 0i64..9_000,
        hours in 1i64..700,
    ) {
        let details = said(zone, date(2026, 12, 28).at(0, 0, 0, 0) + SignedDuration::from_mins(minute), long, rule);
        let whole = from(date(2026, 12, 1).at(0, 0, 0, 0), 2);
        let first = whole.start + SignedDuration::from_hours(start);
        let part = Interval::new(first, first + SignedDuration::from_hours(hours)).unwrap();
        let clipped: Vec<_> = free(std::slice::from_ref(&details), whole).iter().filter_map(|time| time.intersection(&part)).collect();
        prop_assert_eq!(free(std::slice::from_ref(&details), part), clipped);
        let mut all = occurrences(&details, whole, usize::MAX).items;
        all.retain(|told| told.time.overlaps(&part));
        prop_assert_eq!(occurrences(&details, part, usize::MAX).items, all);
    }
}
