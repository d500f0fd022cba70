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
