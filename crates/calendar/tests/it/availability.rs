//! `VAVAILABILITY` in and out.

use jiff::civil::{date, time};
use packhorse_calendar::{free, incoming, intervals::subtract, read, vavailability};
use packhorse_domain::{
    Interval, Timestamp, Zone,
    availability::{AvailabilityDetails, Override, Pattern, Weekday},
    commitment::{Busy, FreeBusy},
    id::TrainerId,
};

fn zone(name: &str) -> Zone {
    Zone::new(name).unwrap()
}

fn range(from: &str, to: &str) -> Interval {
    Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ics/icalendar-7.3.0/");
    std::fs::read(format!("{folder}{name}.ics")).unwrap()
}

/// What is free, by local day and hours in Montreal.
fn heard(statements: &[AvailabilityDetails], range: Interval) -> Vec<String> {
    let shown = |at: Timestamp, form: &str| at.to_zoned(zone("America/Toronto").rules()).strftime(form).to_string();
    free(statements, range)
        .iter()
        .map(|time| format!("{}-{}", shown(time.start, "%a %m%d %H"), shown(time.end, "%H")))
        .collect()
}

#[test]
fn the_examples_of_the_standard_are_read_right() {
    let week = range("2011-10-02T04:00:00Z", "2011-10-09T04:00:00Z");
    let first = vavailability::read(&sample("availabilities__rfc_7953_1"), &zone("UTC")).unwrap().statements;
    let days = ["Mon 1003", "Tue 1004", "Wed 1005", "Thu 1006", "Fri 1007"];
    assert_eq!(heard(&first, week), days.map(|day| format!("{day} 09-17")));
    let second = vavailability::read(&sample("availabilities__rfc_7953_2"), &zone("UTC")).unwrap().statements;
    // The second is told to begin on a Thursday, which is when it recurs.
    let days = ["Mon 1003 09-17", "Tue 1004 09-17", "Wed 1005 09-17", "Thu 1006 09-17"];
    assert_eq!(heard(&second, week), days);
    let last = range("2011-11-28T05:00:00Z", "2012-01-01T05:00:00Z");
    let days = ["Mon 1128 09-17", "Tue 1129 09-17", "Wed 1130 09-17", "Thu 1201 09-17"];
    assert_eq!(heard(&second, last), days, "nothing after the end of the whole");
}

#[test]
fn a_higher_priority_is_read_as_one() {
    let text = "BEGIN:VAVAILABILITY\nPRIORITY:5\nDTSTART:20270302T000000Z\nDURATION:P1D\nSUMMARY:Trip\n\
        BEGIN:AVAILABLE\nDTSTART:20270301T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:AVAILABLE\n\
        END:VAVAILABILITY\nBEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART:20270301T140000Z\nDURATION:PT2H\n\
        RRULE:FREQ=DAILY\nEND:AVAILABLE\nEND:VAVAILABILITY\n";
    let said = vavailability::read(text.as_bytes(), &zone("UTC")).unwrap().statements;
    assert_eq!(said.len(), 3);
    assert_eq!((said[0].priority, said[0].note.as_str()), (5, "Trip"));
    let days = ["Mon 0301 09-11", "Tue 0302 05-06", "Wed 0303 09-11"];
    assert_eq!(heard(&said, range("2027-03-01T00:00:00Z", "2027-03-04T00:00:00Z")), days);
}

#[test]
fn what_no_statement_says_is_refused() {
    let refused = |lines: &str| {
        let text = format!("BEGIN:VAVAILABILITY\n{lines}END:VAVAILABILITY\n");
        let faults = vavailability::read(text.as_bytes(), &zone("UTC")).unwrap_err();
        (faults[0].line, faults[0].code)
    };
    let available = |lines: &str| refused(&format!("BEGIN:AVAILABLE\n{lines}END:AVAILABLE\n"));
    assert_eq!(refused("PRIORITY:10\n"), (2, "bad_priority"));
    assert_eq!(refused("DTSTART:20270301T000000Z\nDTEND:20270301T000000Z\n"), (1, "end_before_start"));
    assert_eq!(available(""), (2, "no_start"));
    assert_eq!(available("DTSTART:20270301T000000Z\n"), (2, "no_end"));
    assert_eq!(available("DTSTART:20270301T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\n"), (5, "too_often"));
    assert_eq!(available("DTSTART:20270301T000000Z\nDURATION:P8D\nRRULE:FREQ=MONTHLY\n"), (2, "too_long"));
    assert_eq!(available("DTSTART;TZID=Nowhere:20270301T000000\nDURATION:PT1H\n"), (3, "unknown_zone"));
    let faults = vavailability::read(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", &zone("UTC")).unwrap_err();
    assert_eq!((faults[0].line, faults[0].code), (1, "nothing"));
}

#[test]
fn a_text_has_so_many_instances_and_no_more() {
    let hourly = |statements: usize| {
        let one = "BEGIN:AVAILABLE\nDTSTART:20270101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY\nEND:AVAILABLE\n";
        format!("BEGIN:VAVAILABILITY\n{}END:VAVAILABILITY\n", one.repeat(statements))
    };
    // 8,761 each in the first year, both ends of it counted.
    assert_eq!(vavailability::read(hourly(5).as_bytes(), &zone("UTC")).unwrap().statements.len(), 5);
    let faults = vavailability::read(hourly(8).as_bytes(), &zone("UTC")).unwrap_err();
    assert_eq!((faults[0].line, faults[0].code), (30, "too_many"));
    // Only what lies within the bounds of the whole counts.
    let short = hourly(8).replace("VAVAILABILITY\nBEGIN", "VAVAILABILITY\nDTEND:20270102T000000Z\nBEGIN");
    assert_eq!(vavailability::read(short.as_bytes(), &zone("UTC")).unwrap().statements.len(), 8);
}

fn said(priority: u8, pattern: Pattern) -> AvailabilityDetails {
    AvailabilityDetails { time_zone: zone("America/Chicago"), pattern, priority, note: "Why, and; how".to_owned() }
}

fn recurring(priority: u8, free: bool) -> AvailabilityDetails {
    let at = |day: i8, hour: i8| date(2027, 3, day).at(hour, 0, 0, 0);
    said(
        priority,
        Pattern::Recurring {
            start: at(3, 18),
            end: at(3, 20),
            rrule: Some("freq=weekly;byday=we,sa".to_owned()),
            rdate: vec![at(4, 18)],
            exdate: vec![at(10, 18)],
            overrides: vec![Override { instance: at(13, 18), start: at(14, 12), end: at(14, 15) }],
            free,
        },
    )
}

#[test]
fn what_is_written_leaves_free_what_the_statements_do() {
    let weekly = said(
        0,
        Pattern::Weekly {
            weekdays: vec![Weekday::Monday, Weekday::Friday],
            start: time(9, 0, 0, 0),
            end: time(17, 0, 0, 0),
            from: date(2027, 2, 3),
            until: Some(date(2027, 5, 31)),
            except: vec![date(2027, 3, 8)],
        },
    );
    let period =
        said(0, Pattern::Period { start: date(2027, 4, 3).at(8, 0, 0, 0), end: date(2027, 4, 5).at(20, 0, 0, 0) });
    let off = said(0, Pattern::Blackout { from: date(2027, 4, 4), until: date(2027, 4, 12) });
    let aside = said(4, Pattern::SetAside { start: Some(date(2027, 3, 1).at(0, 0, 0, 0)), end: None });
    let quarter = range("2027-02-15T00:00:00Z", "2027-06-15T00:00:00Z");
    let stamp: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let base = [weekly, period, off];
    for (more, structured) in [
        (vec![], true),
        (vec![recurring(0, true)], true),
        (vec![recurring(4, true), aside.clone()], true),
        (vec![recurring(3, true), aside], false),
        (vec![recurring(0, false)], false),
    ] {
        let statements = [&base[..], &more].concat();
        let text = vavailability::write(&statements, quarter, "trn_1@example.org", stamp);
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(text.contains("RRULE"), structured, "{text}");
        let back = vavailability::read(text.as_bytes(), &zone("UTC")).unwrap();
        assert_eq!(free(&back.statements, quarter), free(&statements, quarter));
        if structured {
            assert_eq!(back.statements[0].note, "Why, and; how");
            let year = range("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
            assert_eq!(free(&back.statements, year), free(&statements, year), "also beyond the range");
        }
        let parsed: icalendar::Calendar = text.parse().unwrap();
        assert!(!parsed.components.is_empty());
    }
}

#[test]
fn busy_time_is_written_so_that_it_reads_the_same() {
    let day = range("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z");
    let hours =
        |from: u8, to: u8| range(&format!("2027-03-03T{from:02}:00:00Z"), &format!("2027-03-03T{to:02}:00:00Z"));
    let busy = |time, tentative| Busy { time, tentative };
    let late = range("2027-03-03T18:00:00Z", "2027-03-05T00:00:00Z");
    let told = FreeBusy {
        trainer: TrainerId::nil(),
        free: vec![hours(8, 9), hours(11, 12)],
        busy: vec![busy(hours(9, 10), false), busy(hours(9, 11), true), busy(hours(12, 13), false), busy(late, false)],
    };
    let text = vavailability::free_busy(&told, day, day.start);
    let lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("FREEBUSY;FBTYPE=")).collect();
    let spelled = |kind: &str, from: &str, to: &str| format!("{kind}:202703{from}0000Z/202703{to}0000Z");
    assert_eq!(
        lines,
        [
            spelled("BUSY-UNAVAILABLE", "03T00", "03T08"),
            spelled("BUSY", "03T09", "03T10"),
            spelled("BUSY-TENTATIVE", "03T10", "03T11"),
            spelled("BUSY", "03T12", "03T13"),
            spelled("BUSY-UNAVAILABLE", "03T13", "03T18"),
            spelled("BUSY", "03T18", "04T00"),
        ]
    );
    let back = read(text.as_bytes(), &zone("UTC"), day).unwrap();
    assert_eq!(subtract(&[day], &back.busy), told.free);
    assert_eq!(back.events[0].kind, incoming::Kind::FreeBusy);
}
