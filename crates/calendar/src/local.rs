//! Local clocks: turning the wall clock of a zone into instants, quickly where the zone's offset stands still.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};
use packhorse_domain::{Interval, Timestamp, Zone};

/// A zone's clock within a stretch of time.
pub(crate) struct LocalClock {
    rules: TimeZone,
    /// The offset, when it does not change within the stretch and two days around it.
    steady: Option<Offset>,
}

/// No zone is further from UTC than this.
const MARGIN: SignedDuration = SignedDuration::from_hours(48);

fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

impl LocalClock {
    /// The clock of `zone` around `range`.
    pub(crate) fn new(zone: &Zone, range: Interval) -> Self {
        let rules = zone.rules();
        let start = moved(range.start, -MARGIN);
        let turns = rules.following(start).next().is_some_and(|turn| turn.timestamp() <= moved(range.end, MARGIN));
        let steady = (!turns).then(|| rules.to_offset(start));
        Self { rules, steady }
    }

    /// The instant at which the clock shows `local`. A time that is skipped in spring is moved forward by the length of
    /// the gap, one that comes twice in autumn is the first of the two.
    ///
    /// Source: RFC 5545 section 3.3.5; `jiff` calls it "compatible".
    pub(crate) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        match self.steady {
            Some(offset) => offset.to_timestamp(local).ok(),
            None => self.rules.to_timestamp(local).ok(),
        }
    }

    /// The date shown at an instant.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        self.rules.to_datetime(at).date()
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
