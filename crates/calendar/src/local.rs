//! Local clocks: turning the wall clock of a zone into instants, quickly where the zone's offset stands still.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};
use packhorse_domain::{Interval, Timestamp, Zone};

/// A zone's clock, made ready for a stretch of time.
pub(crate) struct LocalClock {
    rules: TimeZone,
    /// Stretches in which the offset from UTC stands still, without what is near their ends.
    steady: Vec<(Interval, Offset)>,
}

/// No zone is further from UTC than this, and none jumps further.
const MARGIN: SignedDuration = SignedDuration::from_hours(27);
/// Most stretches prepared for. Whatever lies beyond is right too, only slower.
const MOST: usize = 8;

fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

impl LocalClock {
    /// The clock of `zone`, ready for `range` and a day around it.
    pub(crate) fn new(zone: &Zone, range: Interval) -> Self {
        Self::of(zone.rules(), range)
    }

    /// The clock that keeps such rules, ready likewise.
    pub(crate) fn of(rules: TimeZone, range: Interval) -> Self {
        let (mut from, end) = (moved(range.start, -(MARGIN * 2)), moved(range.end, MARGIN * 2));
        let mut steady = Vec::with_capacity(2);
        while from < end && steady.len() < MOST {
            // Where a zone has no rule for the future, `jiff` tells of its last turn again and again.
            let turn = rules.following(from).next().map(|turn| turn.timestamp()).filter(|turn| *turn > from);
            let turn = turn.unwrap_or(Timestamp::MAX);
            if let Some(inside) = Interval::new(moved(from, MARGIN), moved(turn.min(end), -MARGIN)) {
                steady.push((inside, rules.to_offset(from)));
            }
            from = turn;
        }
        Self { rules, steady }
    }

    /// The instant at which the clock shows `local`. A time that is skipped in spring is moved forward by the length of
    /// the gap, one that comes twice in autumn is the first of the two.
    ///
    /// Source: RFC 5545 section 3.3.5; `jiff` calls it "compatible".
    pub(crate) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        for (inside, offset) in &self.steady {
            let at = offset.to_timestamp(local).ok()?;
            if inside.start <= at && at < inside.end {
                return Some(at);
            }
        }
        self.rules.to_timestamp(local).ok()
    }

    /// The date shown at an instant.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        self.rules.to_datetime(at).date()
    }

    /// What the clock shows at an instant.
    pub(crate) fn shows(&self, at: Timestamp) -> DateTime {
        self.rules.to_datetime(at)
    }

    /// From the first to the last instant of a day or several.
    pub(crate) fn days(&self, from: Date, until: Date) -> Option<Interval> {
        let start = self.instant(from.to_datetime(Time::midnight()))?;
        let end = match until.tomorrow() {
            Ok(next) => self.instant(next.to_datetime(Time::midnight()))?,
            Err(_) => Timestamp::MAX,
        };
        Interval::new(start, end)
    }
}
