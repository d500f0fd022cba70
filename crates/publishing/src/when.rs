//! Instants as forms spell them: for programs with an offset, for people on the clock of a zone.

use jiff::{Timestamp, Zoned};
use packhorse_domain::{Interval, Minutes, Zone};

/// In UTC to the second, `2027-03-03T16:00:00Z`.
///
/// Source: RFC 3339 section 5.6.
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// With the offset of a zone, `2027-03-03T10:00:00-06:00`.
pub(crate) fn with_offset(at: Timestamp, zone: &Zone) -> String {
    on(at, zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The clock of a zone.
pub(crate) fn on(at: Timestamp, zone: &Zone) -> Zoned {
    at.to_zoned(zone.rules())
}

/// `Wednesday, March 3, 2027`.
pub(crate) fn day(at: &Zoned) -> String {
    at.strftime("%A, %B %-d, %Y").to_string()
}

/// `10:00 AM to 12:00 PM CST`, with the last day named when it is another, and both abbreviations when the clocks change.
pub(crate) fn hours(time: Interval, zone: &Zone) -> String {
    let (start, end) = (on(time.start, zone), on(time.end, zone));
    let same = start.offset() == end.offset();
    let first = start.strftime(if same { "%-I:%M %p" } else { "%-I:%M %p %Z" });
    let last = if start.date() == end.date() {
        end.strftime("%-I:%M %p %Z")
    } else {
        end.strftime("%A, %B %-d, %-I:%M %p %Z")
    };
    format!("{first} to {last}")
}

/// The zone's name without underscores, `America/New York`.
pub(crate) fn zone_name(zone: &Zone) -> String {
    zone.name().replace('_', " ")
}

/// `2 hours`, `1 hour 30 minutes`.
pub(crate) fn length(duration: Minutes) -> String {
    let count = |n: u32, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match (duration.0 / 60, duration.0 % 60) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// Source: ISO 8601-1 section 5.5.2.
pub(crate) fn iso_length(duration: Minutes) -> String {
    format!("PT{}M", duration.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_on_the_clock_of_the_zone() {
        let zone = Zone::new("America/Chicago").unwrap();
        let time = |start: &str, end: &str| Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        assert_eq!(hours(time("2027-03-03T16:00:00Z", "2027-03-03T18:00:00Z"), &zone), "10:00 AM to 12:00 PM CST");
        // The clocks go forward on March 14, 2027, at two.
        assert_eq!(hours(time("2027-03-14T07:00:00Z", "2027-03-14T09:00:00Z"), &zone), "1:00 AM CST to 4:00 AM CDT");
        assert!(hours(time("2027-03-04T05:00:00Z", "2027-03-04T07:00:00Z"), &zone).contains("Thursday, March 4"));
        assert_eq!(with_offset("2027-07-01T12:00:00Z".parse().unwrap(), &zone), "2027-07-01T07:00:00-05:00");
        assert_eq!((length(Minutes(90)), length(Minutes(60))), ("1 hour 30 minutes".into(), "1 hour".into()));
    }
}
