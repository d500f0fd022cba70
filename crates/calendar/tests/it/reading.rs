//! Other programs' calendars: the samples against what `icalendar` reads, and what no sample shows.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::Timestamp;
use packhorse_calendar::{
    incoming::{Event, Fault, Frame, Kind},
    read,
};
use packhorse_domain::{Interval, Zone};
use proptest::prelude::*;
use serde_json::Value;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ics");

/// The samples that are refused, each with line and code of its first fault.
const REFUSED: [(&str, usize, &str); 16] = [
    ("calendars__america_new_york_forward_reference", 5, "twice"),
    ("calendars__big_bad_calendar", 1, "nesting"),
    ("calendars__broken_dtstart", 6, "bad_time"),
    ("calendars__broken_ical", 4, "syntax"),
    ("calendars__fuzz_testcase_0_char_in_component_name", 1, "not_a_calendar"),
    ("calendars__fuzz_testcase_invalid_month", 1, "nesting"),
    ("calendars__invalid_duration", 8, "bad_duration"),
    ("calendars__issue_104_broken_calendar", 13, "syntax"),
    ("calendars__issue_1081_invalid_rrule_freq", 7, "bad_rule"),
    ("calendars__issue_1081_invalid_start_valid_end", 6, "bad_time"),
    ("calendars__issue_526_calendar_with_different_events", 7, "unknown_zone"),
    ("calendars__issue_526_calendar_with_events", 7, "unknown_zone"),
    ("calendars__issue_526_calendar_with_shuffeled_events", 7, "unknown_zone"),
    ("calendars__parsing_error_in_UTC_offset", 7, "bad_zone"),
    ("calendars__timezone_rdate", 53, "syntax"),
    ("events__issue_464_invalid_rdate", 6, "bad_time"),
];

/// Where our reading of busy time differs from that of recurring-ical-events on purpose.
const OTHERWISE: [&str; 3] = [
    // The RDATEs of an instance whose series is not in the file: we take that time, they do not.
    "calendars__issue_156_RDATE_with_PERIOD_TZID_khal",
    // A day as the RDATE of an event in UTC: a day of the reader's zone, not of UTC.
    "calendars__issue_1633_rdate_with_dates",
    // A floating time beside an EXDATE in UTC: in the reader's zone, not in UTC.
    "events__event_with_recurrence",
];

fn own() -> Zone {
    Zone::new("America/Chicago").unwrap()
}

fn samples() -> BTreeMap<String, Vec<u8>> {
    let mut samples = BTreeMap::new();
    for folder in fs::read_dir(SAMPLES).unwrap() {
        let Ok(files) = fs::read_dir(folder.unwrap().path()) else { continue };
        for path in
            files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|ext| ext == "ics"))
        {
            let name = path.strip_prefix(Path::new(SAMPLES)).unwrap().to_str().unwrap().to_owned();
            samples.insert(name, fs::read(&path).unwrap());
        }
    }
    samples
}

fn interval(pair: &Value) -> Interval {
    let at = |place: usize| pair[place].as_str().unwrap().parse::<Timestamp>().unwrap();
    Interval::new(at(0), at(1)).unwrap()
}

fn year(year: i16) -> Interval {
    let at = |year: i16| format!("{year}-01-01T00:00:00Z").parse().unwrap();
    Interval::new(at(year), at(year + 1)).unwrap()
}

/// An event as the table of expectations tells it.
fn told(event: &Event) -> Value {
    let when = |when: &Option<packhorse_calendar::incoming::When>| {
        when.as_ref().map(|when| {
            let local = when.local.to_string();
            let shown = if when.frame == Frame::Day { local[..10].to_owned() } else { local };
            serde_json::json!([shown, when.at.to_string()])
        })
    };
    let busy = !event.transparent && !event.cancelled;
    serde_json::json!([event.uid.clone().unwrap_or_default(), when(&event.start), when(&event.end), busy])
}

#[test]
fn each_sample_is_read_as_icalendar_reads_it_or_refused_with_its_line() {
    let expected: Value = serde_json::from_str(include_str!("data/expected_reads.json")).unwrap();
    let (samples, mut wrong, mut refused) = (samples(), Vec::new(), Vec::new());
    assert!(samples.len() >= 98);
    for (name, bytes) in &samples {
        let expected = &expected[name];
        let short = Path::new(name).file_stem().unwrap().to_str().unwrap();
        let range = expected.get("range").map_or(year(2027), interval);
        match read(bytes, &own(), range) {
            Err(faults) => {
                assert!(faults.iter().all(|fault| fault.line >= 1 && !fault.detail.is_empty()));
                refused.push((short, faults[0].line, faults[0].code));
            }
            Ok(read) => {
                let events: Vec<_> = read.events.iter().filter(|event| event.kind == Kind::Event).map(told).collect();
                if Some(&Value::Array(events.clone())) != expected.get("events") {
                    wrong.push(format!("{name}: {} instead of {}", Value::Array(events), expected));
                }
                let busy: Vec<_> = expected["busy"].as_array().into_iter().flatten().map(interval).collect();
                if expected.get("busy").is_some() && (read.busy != busy) != OTHERWISE.contains(&short) {
                    wrong.push(format!("{name}: busy\n{:?} instead of\n{:?}", read.busy, busy));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused, REFUSED);
}

/// A calendar of these lines, or of all of them if it is one.
fn calendar(lines: &str) -> String {
    let lines: Vec<_> = lines.lines().map(str::trim).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
}

/// The busy time of 2027 by local month, day and time in Chicago, or the faults.
fn busy(lines: &str) -> Result<Vec<String>, Vec<(usize, &'static str)>> {
    let text = |time: &Interval| {
        let shown = |at: Timestamp, form: &str| at.to_zoned(own().rules()).strftime(form).to_string();
        format!("{}-{}", shown(time.start, "%m%d %H:%M"), shown(time.end, "%H:%M"))
    };
    let faults = |faults: Vec<Fault>| faults.iter().map(|fault| (fault.line, fault.code)).collect();
    read(calendar(lines).as_bytes(), &own(), year(2027))
        .map(|read| read.busy.iter().map(text).collect())
        .map_err(faults)
}

const SERIES: &str = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=America/Chicago:20270301T090000\nDURATION:PT1H\n\
    RRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\n";

#[test]
fn instances_move_fall_out_and_change_from_one_on() {
    let moved =
        format!("{SERIES}RECURRENCE-ID:20270302T150000Z\nDTSTART:20270302T200000Z\nDTEND:20270302T203000Z\nEND:VEVENT");
    let days = ["0301 09:00-10:00", "0302 14:00-14:30", "0303 09:00-10:00", "0304 09:00-10:00"];
    assert_eq!(busy(&moved).unwrap(), days);
    let gone = moved.replace("DTEND:", "STATUS:CANCELLED\nDTEND:");
    assert_eq!(busy(&gone).unwrap(), [days[0], days[2], days[3]]);
    let later = moved.replace("RECURRENCE-ID:", "RECURRENCE-ID;RANGE=THISANDFUTURE:");
    assert_eq!(busy(&later).unwrap(), [days[0], days[1], "0303 14:00-14:30", "0304 14:00-14:30"]);
    let left_out = format!("{}EXDATE;VALUE=DATE:20270303\nEND:VEVENT", SERIES.split("END:VEVENT").next().unwrap());
    assert_eq!(busy(&left_out).unwrap(), [days[0], "0302 09:00-10:00", days[3]]);
    let cancelled = format!("METHOD:CANCEL\n{moved}");
    assert_eq!(busy(&cancelled).unwrap(), [""; 0]);
}

#[test]
fn what_takes_no_time_is_not_busy() {
    let one = |more: &str| busy(&format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270314\n{more}END:VEVENT")).unwrap();
    assert_eq!(one(""), ["0314 00:00-00:00"]);
    assert_eq!(one("DTEND;VALUE=DATE:20270316\n"), ["0314 00:00-00:00"]);
    for no_time in ["TRANSP:TRANSPARENT\n", "STATUS:CANCELLED\n"] {
        assert_eq!(one(no_time), [""; 0]);
    }
    assert_eq!(busy("BEGIN:VEVENT\nDTSTART:20270314T120000Z\nEND:VEVENT").unwrap(), [""; 0]);
    assert_eq!(busy("BEGIN:VTODO\nDTSTART:20270314T120000Z\nDURATION:PT1H\nEND:VTODO").unwrap(), [""; 0]);
    let floating = "BEGIN:VEVENT\nDTSTART:20270314T120000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20270315T120000Z\nEND:VEVENT";
    assert_eq!(busy(floating).unwrap(), ["0314 12:00-13:00"]);
}

#[test]
fn a_zone_is_known_by_name_or_by_what_the_calendar_says_of_it() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:16010101T020000\nTZOFFSETFROM:-0500\n\
        TZOFFSETTO:-0600\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
        DTSTART:16010101T020000\nTZOFFSETFROM:-0600\nTZOFFSETTO:-0500\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n\
        END:DAYLIGHT\nEND:VTIMEZONE\n";
    let event = |id: &str| {
        format!("BEGIN:VEVENT\nDTSTART;TZID={id}:20270101T013000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n")
    };
    let known = busy(&event("America/Chicago")).unwrap();
    assert_eq!(known.len(), 365);
    assert_eq!(busy(&format!("{}{zone}", event("Ours"))).unwrap(), known);
    assert_eq!(busy(&event("Central Standard Time")).unwrap(), known);
    assert_eq!(busy(&event("/example.org/1/America/Chicago")).unwrap(), known);
    let once =
        zone.replace("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "").replace("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "");
    let summer = busy(&format!("{}{once}", event("Ours"))).unwrap();
    assert_eq!((summer.len(), summer[0].as_str()), (365, "0101 00:30-01:30"), "no change after the last one told");
    assert_eq!(busy(&event("Ours")), Err(vec![(4, "unknown_zone")]));
    assert_eq!(
        busy(&format!("{}{}", event("Ours"), zone.replace("STANDARD", "X-A").replace("DAYLIGHT", "X-B"))),
        Err(vec![(8, "bad_zone")])
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let event = |lines: &str| busy(&format!("BEGIN:VEVENT\nDTSTART:20270301T090000Z\n{lines}END:VEVENT"));
    for (lines, code) in [
        ("DTEND:20270301T080000Z\n", "end_before_start"),
        ("DTEND;VALUE=DATE:20270301\n", "contradiction"),
        ("DURATION:-PT1H\n", "bad_duration"),
        ("DTSTART:20270301T090000Z\n", "twice"),
        ("RRULE:FREQ=SECONDLY\n", "too_often"),
        ("RRULE:FREQ=MINUTELY\n", "too_many"),
        ("RDATE;VALUE=PERIOD:20270301T090000Z/-PT1H\n", "bad_period"),
        ("EXDATE:20271301T090000Z\n", "bad_time"),
        ("RECURRENCE-ID;TZID=Nowhere:20270301T090000\n", "unknown_zone"),
        ("EXRULE:FREQ=DAILY\n", "bad_rule"),
        ("SUMMARY;X:a\n", "syntax"),
        ("UID\n", "syntax"),
    ] {
        assert_eq!(event(lines), Err(vec![(5, code)]), "{lines}");
    }
    let sparse =
        "BEGIN:VEVENT\nDTSTART:19900301T090000Z\nRRULE:FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1;COUNT=3\nEND:VEVENT";
    assert_eq!(busy(sparse), Err(vec![(5, "too_sparse")]));
    assert_eq!(event("DURATION:PT1X\nSUMMARY\n\n \nEND:VALARM\n").unwrap_err(), [(6, "syntax"), (9, "nesting")]);
}

#[test]
fn many_zones_of_many_years_are_not_counted_out_for_ever() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Z#\nBEGIN:STANDARD\nDTSTART:00010101T000000\nTZOFFSETFROM:-0500\n\
        TZOFFSETTO:-0600\nRRULE:FREQ=YEARLY;BYDAY=1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
        DTSTART;TZID=Z#:20270101T000000\nDURATION:PT1H\nEND:VEVENT\n";
    let many = |count: usize| (0..count).map(|n| zone.replace('#', &n.to_string())).collect::<Vec<_>>().concat();
    assert_eq!(busy(&many(20)).unwrap().len(), 1);
    assert_eq!(busy(&many(1_000)).unwrap_err()[0].1, "too_sparse");
}

#[test]
fn what_is_no_calendar_is_refused_as_such() {
    let refused = |bytes: &[u8]| {
        let faults = read(bytes, &own(), year(2027)).unwrap_err();
        (faults[0].line, faults[0].code, faults[0].detail.clone())
    };
    for (bytes, word) in [
        (&b"<!DOCTYPE html><html></html>"[..], "HTML"),
        (b"\xef\xbb\xbf\n <html>", "HTML"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"{\"error\":1}", "JSON"),
        (b"\xff\xfeB\0E\0", "UTF-16"),
        (b"", "nothing"),
        (b" \r\n\r\n", "nothing"),
        (b"404 not found", "NAME:value"),
    ] {
        let (line, _, detail) = refused(bytes);
        assert!(line == 1 && detail.contains(word), "{detail}");
    }
    assert_eq!(refused(b"BEGIN:VCALENDAR\nSUMMARY:\0\nEND:VCALENDAR\n").0, 2);
    assert_eq!(refused(b"BEGIN:VCALENDAR\nSUMMARY:\xff\nEND:VCALENDAR\n").1, "encoding");
    assert_eq!(refused(b"SUMMARY:a\n").1, "not_a_calendar");
    assert_eq!(refused(&vec![b'A'; 6 * 1024 * 1024]).1, "too_large");
    let many = |text: &str, times: usize| format!("BEGIN:VCALENDAR\n{}", text.repeat(times));
    assert_eq!(refused(many("BEGIN:VEVENT\nEND:VEVENT\n", 60_000).as_bytes()).1, "too_large");
    assert_eq!(refused(many("BEGIN:X\n", 20).as_bytes()).1, "nesting");
    assert_eq!(refused(many("SUMMARY:a\n ", 1).as_bytes()).1, "nesting");
    assert_eq!(refused(many(&format!("SUMMARY:{}\n", "a".repeat(2_000_000)), 1).as_bytes()).1, "too_large");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        sample in 0usize..98,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..12),
    ) {
        static SAMPLES: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| samples().into_values().collect());
        let mut bytes = SAMPLES[sample % SAMPLES.len()].clone();
        for (place, byte, kind) in edits {
            let place = place.index(bytes.len().max(1)).min(bytes.len());
            match kind {
                0 => bytes.insert(place, byte),
                1 if place < bytes.len() => bytes[place] = byte,
                2 if place < bytes.len() => drop(bytes.remove(place)),
                _ => bytes.insert(place, b"0123456789:;=,TZ\n-"[usize::from(byte) % 18]),
            }
        }
        if let Err(faults) = read(&bytes, &own(), year(2027)) {
            prop_assert!(!faults.is_empty() && faults.iter().all(|fault| fault.line >= 1));
        }
    }
}
