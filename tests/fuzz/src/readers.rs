//! Readers of files and rules, called straight.

use std::{fs, path::Path, sync::LazyLock};

use jiff::civil::DateTime;
use packhorse_calendar::{free, incoming, vavailability};
use packhorse_domain::{Interval, Timestamp, Zone, recurrence::Rule};
use packhorse_outlets::{LineFault, Outlet, OutletReader};

use crate::{Session, Target};

/// Calendars of other programs, where they are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ics/icalendar-7.3.0");
/// Longest of them that makes a good seed, in bytes.
const LONGEST_SEED: usize = 4096;

static OWN: LazyLock<Zone> = LazyLock::new(|| Zone::new("America/Chicago").unwrap());

/// Two years around daylight saving.
static RANGE: LazyLock<Interval> = LazyLock::new(|| Interval {
    start: "2026-06-01T00:00:00Z".parse().unwrap(),
    end: "2028-06-01T00:00:00Z".parse().unwrap(),
});

const WORDS: &str = "BEGIN:~END:~VCALENDAR~VEVENT~VTIMEZONE~STANDARD~DAYLIGHT~VAVAILABILITY~AVAILABLE~VFREEBUSY~\r\n~\r\n ~;TZID=~\
    ;VALUE=DATE:~;VALUE=PERIOD:~;RANGE=THISANDFUTURE:~DTSTART~DTEND~DURATION:~UID:~DTSTAMP:20270101T000000Z~RRULE:~RDATE~EXDATE~\
    RECURRENCE-ID~SEQUENCE:~STATUS:CANCELLED~TRANSP:TRANSPARENT~PRIORITY:~BUSYTYPE:BUSY~TZOFFSETFROM:~TZOFFSETTO:~America/Chicago~\
    FREQ=~YEARLY~MONTHLY~WEEKLY~DAILY~HOURLY~MINUTELY~SECONDLY~INTERVAL=~COUNT=~UNTIL=~BYSETPOS=~BYMONTH=~BYMONTHDAY=~BYYEARDAY=~\
    BYWEEKNO=~BYDAY=~BYHOUR=~BYMINUTE=~BYSECOND=~WKST=~MO~-1SU~53~366~-1~99999999999999999999~20270314T023000~20271107T013000~\
    20270303T160000Z~00010101~99991231T235959Z~P1D~-PT1H~P999999999W~\"~\\n";

fn calendar(inside: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//A//A//EN\n{inside}END:VCALENDAR\n")
        .replace('\n', "\r\n")
        .into_bytes()
}

/// Texts of other programs that have a word in them.
fn samples(word: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(Path::new(SAMPLES)).into_iter().flatten().filter_map(Result::ok);
    let mut texts: Vec<_> = files.filter_map(|file| fs::read(file.path()).ok()).collect();
    texts.retain(|text| text.len() <= LONGEST_SEED && text.windows(word.len()).any(|part| part == word.as_bytes()));
    texts.sort_unstable();
    texts
}

/// Whether stretches are in order and apart.
fn assert_apart(times: &[Interval]) {
    assert!(times.iter().all(|time| time.start < time.end), "{times:?}");
    assert!(times.windows(2).all(|two| two[0].end <= two[1].start), "{times:?}");
}

/// Calendars to import.
pub const CALENDAR: Target =
    Target { name: "calendar", start: || Session::new(calendars(), read_calendar), words: WORDS };

fn read_calendar(input: &[u8]) {
    match incoming::read(input, &OWN, *RANGE) {
        Ok(read) => assert_apart(&read.busy),
        Err(faults) => assert!(!faults.is_empty() && faults.len() <= incoming::MOST_FAULTS),
    }
}

fn calendars() -> Vec<Vec<u8>> {
    let mut seeds = samples("VEVENT");
    seeds.push(calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTAMP:20270101T000000Z\nDTSTART;TZID=America/Chicago:20270303T100000\nDURATION:PT1H\n\
         RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9\nEXDATE;TZID=America/Chicago:20270308T100000\nEND:VEVENT\n",
    ));
    seeds
}

/// When a trainer can teach, as VAVAILABILITY.
pub const AVAILABILITY: Target =
    Target { name: "availability", start: || Session::new(availabilities(), read_availability), words: WORDS };

/// What is read says the same once it was written and read again.
fn read_availability(input: &[u8]) {
    let Ok(read) = vavailability::read(input, &OWN) else { return };
    let before = free(&read.statements, *RANGE);
    assert_apart(&before);
    let written = vavailability::write(&read.statements, *RANGE, "1", Timestamp::UNIX_EPOCH);
    let zone = read.statements.first().map_or_else(|| OWN.clone(), |statement| statement.time_zone.clone());
    if let Ok(again) = vavailability::read(written.as_bytes(), &zone) {
        assert_eq!(free(&again.statements, *RANGE), before, "{written}");
    }
}

fn availabilities() -> Vec<Vec<u8>> {
    let mut seeds = samples("VAVAILABILITY");
    seeds.push(calendar(
        "BEGIN:VAVAILABILITY\nUID:1\nDTSTAMP:20270101T000000Z\nPRIORITY:1\nDTSTART:20270301T000000Z\nDTEND:20270601T000000Z\n\
         BEGIN:AVAILABLE\nUID:2\nDTSTAMP:20270101T000000Z\nDTSTART;TZID=America/Chicago:20270301T090000\n\
         DTEND;TZID=America/Chicago:20270301T170000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU\nEND:AVAILABLE\nEND:VAVAILABILITY\n",
    ));
    seeds
}

/// Recurrence rules.
pub const RULE: Target = Target { name: "rule", start: || Session::new(rules(), read_rule), words: WORDS };

/// Instances are in order.
fn read_rule(input: &[u8]) {
    let Ok(Ok(rule)) = str::from_utf8(input).map(str::parse::<Rule>) else { return };
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    let start = at("2026-02-28T23:30:00");
    if rule.check(start).is_err() {
        return;
    }
    let instances = rule.instances(start, at("2027-01-01T00:00:00"), at("2027-07-01T00:00:00"));
    let instances: Vec<_> = instances.take(1000).map_while(Result::ok).collect();
    assert!(instances.windows(2).all(|two| two[0] < two[1]), "{instances:?}");
}

fn rules() -> Vec<Vec<u8>> {
    let rules = [
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20280101T000000Z",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU",
        "FREQ=YEARLY;COUNT=10;BYYEARDAY=1,100,200,-1",
        "FREQ=DAILY;COUNT=400;BYMONTHDAY=13,29,-1;BYDAY=FR",
        "FREQ=WEEKLY;INTERVAL=53;WKST=MO;BYDAY=TU,SU",
    ];
    rules.iter().map(|rule| rule.as_bytes().to_vec()).collect()
}

/// Libraries, as CSV in either layout and as JSON lines.
pub const OUTLETS: Target = Target {
    name: "outlets",
    start: || Session::new(files(), read_outlets),
    words: "fscskey~seq~name~zip~lat~lon~FSCSKEY~FSCS_SEQ~LIBNAME~,~\"~\"\"~\r\n~\n~\r~\u{feff}~-3~M~CE~BS~KS~67735~{~}~:~null~1e309~\\ud800~\0",
};

fn read_outlets(input: &[u8]) {
    if let Ok(reader) = OutletReader::new(input) {
        assert_lines(input, reader);
    }
    assert_lines(input, OutletReader::json_lines(input));
}

/// Each line is an outlet, or has a fault.
fn assert_lines(input: &[u8], reader: impl Iterator<Item = Result<Outlet, Vec<LineFault>>>) {
    let lines = input.iter().filter(|byte| b"\r\n".contains(byte)).count() + 1;
    let mut count = 0;
    for line in reader {
        assert!(line.is_ok() || line.is_err_and(|faults| !faults.is_empty()));
        count += 1;
    }
    assert!(count <= lines, "{count} of {lines}");
}

fn files() -> Vec<Vec<u8>> {
    let cleaned = "fscskey,seq,name,system_name,outlet_type,address,city,state,zip,county,county_fips,lat,lon,population_served,\
                   population_fy,phone,locale,status\nKS0065,002,LAWRENCE PUBLIC LIBRARY,LAWRENCE,CE,707 VERMONT ST,LAWRENCE,KS,\
                   66044,DOUGLAS,20045,38.9717,-95.2353,95256,2022,7858433833,13,open\n";
    let published = b"STABR,FSCSKEY,FSCS_SEQ,C_FSCS,LIBID,LIBNAME,ADDRESS,CITY,ZIP,ZIP4,CNTY,PHONE,C_OUT_TY,LONGITUD,LATITUDE,LOCALE,\
                      STATSTRU\r\nPR,PR0001,002,1,PR1,BIBLIOTECA DE CATA\xd1O,\"CALLE 1, \"\"A\"\"\",CATA\xd1O,00962,M,CATA\xd1O,-3,CE,\
                      -66.1,18.4,21,0\r\n";
    let json = r#"{"fscskey":"KS0001","seq":"002","name":"GOODLAND","outlet_type":"CE","city":"GOODLAND","state":"KS","zip":67735}"#;
    vec![cleaned.into(), published.to_vec(), format!("{json}\n\n{json}").into()]
}
