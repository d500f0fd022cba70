//! Starts on the clock of a venue.

use jiff::{SignedDuration, tz::TimeZone};
use packhorse_domain::{Interval, Minutes, Timestamp, Zone};

/// The instants within `free` at which something of `duration` can begin and still end within it, each when the clock of
/// `zone` shows a multiple of `grid` minutes after midnight, in order.
///
/// A reading that daylight saving skips is no start; one that comes twice is two. The grid begins anew each midnight, so
/// a grid of 45 minutes gives 00:00, 00:45, … on every day. No start at all for a grid of nothing.
pub fn starts(free: Interval, duration: Minutes, grid: Minutes, zone: &Zone) -> impl Iterator<Item = Timestamp> {
    let last = free.end.checked_sub(duration.span()).ok();
    let steps = Steps { rules: zone.rules(), grid: i64::from(grid.0) * 60, next: free.start, offset: None };
    steps.take_while(move |start| last.is_some_and(|last| *start <= last))
}

const DAY: i64 = 24 * 60 * 60;

struct Steps {
    rules: TimeZone,
    /// Seconds.
    grid: i64,
    next: Timestamp,
    /// Seconds from UTC, and until when it stands.
    offset: Option<(i64, Option<Timestamp>)>,
}

impl Iterator for Steps {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        if self.grid <= 0 {
            return None;
        }
        loop {
            let (offset, until) = *self.offset.get_or_insert_with(|| {
                let until = self.rules.following(self.next).next().map(|turn| turn.timestamp());
                (i64::from(self.rules.to_offset(self.next).seconds()), until)
            });
            // A start is a whole second: an instant within one waits for the next.
            let second = self.next.as_second() + i64::from(self.next.subsec_nanosecond() > 0);
            let clock = (second + offset).rem_euclid(DAY);
            let reading = (clock + self.grid - 1) / self.grid * self.grid;
            let wait = reading.min(DAY) - clock;
            let start = Timestamp::from_second(second).ok()?.checked_add(SignedDuration::from_secs(wait)).ok()?;
            match until {
                Some(turn) if turn <= start => {
                    self.next = turn;
                    self.offset = None;
                }
                Some(_) | None => {
                    self.next = start.checked_add(SignedDuration::from_secs(1)).ok()?;
                    return Some(start);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval(start: &str, end: &str) -> Interval {
        Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
    }

    fn clocks(free: Interval, duration: u32, grid: u32, zone: &str) -> Vec<String> {
        let zone = Zone::new(zone).unwrap();
        starts(free, Minutes(duration), Minutes(grid), &zone)
            .map(|start| start.to_zoned(zone.rules()).strftime("%H:%M%:z").to_string())
            .collect()
    }

    #[test]
    fn the_last_start_leaves_room_to_the_end() {
        let free = interval("2027-03-03T15:10:00Z", "2027-03-03T17:00:00Z");
        assert_eq!(
            clocks(free, 60, 15, "America/Chicago"),
            ["09:15-06:00", "09:30-06:00", "09:45-06:00", "10:00-06:00"]
        );
        assert_eq!(clocks(free, 110, 15, "America/Chicago"), [] as [&str; 0]);
        assert_eq!(clocks(free, 60, 0, "America/Chicago"), [] as [&str; 0]);
    }

    #[test]
    fn an_hour_skipped_has_no_starts() {
        let night = interval("2027-03-14T07:00:00Z", "2027-03-14T09:00:00Z");
        let readings = ["01:00-06:00", "01:30-06:00", "03:00-05:00", "03:30-05:00", "04:00-05:00"];
        assert_eq!(clocks(night, 0, 30, "America/Chicago"), readings);
    }

    #[test]
    fn an_hour_that_comes_twice_has_its_starts_twice() {
        let night = interval("2027-11-07T06:00:00Z", "2027-11-07T08:30:00Z");
        let readings = ["01:00-05:00", "01:30-05:00", "01:00-06:00", "01:30-06:00", "02:00-06:00", "02:30-06:00"];
        assert_eq!(clocks(night, 0, 30, "America/Chicago"), readings);
    }

    #[test]
    fn the_clock_of_the_venue_counts_not_that_of_greenwich() {
        let free = interval("2027-03-03T03:00:00Z", "2027-03-03T05:00:00Z");
        assert_eq!(clocks(free, 0, 60, "Asia/Kolkata"), ["09:00+05:30", "10:00+05:30"]);
        // Half an hour forward at two o'clock: 2:00 to 2:29 are skipped.
        let lord_howe = interval("2027-10-02T15:00:00Z", "2027-10-02T16:30:00Z");
        let readings =
            ["01:30+10:30", "01:45+10:30", "02:30+11:00", "02:45+11:00", "03:00+11:00", "03:15+11:00", "03:30+11:00"];
        assert_eq!(clocks(lord_howe, 0, 15, "Australia/Lord_Howe"), readings);
    }

    #[test]
    fn a_grid_begins_anew_each_midnight() {
        let free = interval("2027-03-03T22:00:00Z", "2027-03-04T01:00:00Z");
        assert_eq!(clocks(free, 0, 50, "UTC"), ["22:30+00:00", "23:20+00:00", "00:00+00:00", "00:50+00:00"]);
    }

    proptest! {
        #[test]
        fn every_start_is_on_the_clock_and_none_is_missed(
            day in 0i64..366, minute in 0i64..1440, long in 1i64..2000, duration in 0u32..90,
            grid in prop::sample::select(vec![5u32, 15, 20, 45, 50, 60, 240]), zone in 0usize..5,
        ) {
            let zone = Zone::new(
                ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC"][zone],
            ).unwrap();
            let first: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
            let start = first + SignedDuration::from_mins(day * 1440 + minute);
            let free = Interval::new(start, start + SignedDuration::from_mins(long)).unwrap();
            let found: Vec<_> = starts(free, Minutes(duration), Minutes(grid), &zone).collect();
            let expected: Vec<_> = (0..=long - i64::from(duration))
                .map(|minute| start + SignedDuration::from_mins(minute))
                .filter(|at| {
                    let clock = zone.rules().to_datetime(*at);
                    (i64::from(clock.hour()) * 60 + i64::from(clock.minute())) % i64::from(grid) == 0
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
