//! The way to a piece of work and back: from home or straight from the work before it, within the hours of a working
//! day, with a night away where that is needed and the trainer does that.
//!
//! The hours of the working day are those of the network that asks, on the clock of the new work, for its neighbors too.
//!
//! How a gap between two pieces of work is spent, the first that works:
//! 1. home in between, with a night after the first or before the second where the day is too short for the drive;
//! 2. on the same date, straight from one to the other;
//! 3. over night, for those who sleep away: they stay, and drive straight in the evening, the morning, or a day between.
//!
//! A night before means arriving by the end of the working day before; a night after means leaving at the start of the
//! next one. No drive takes more than one working day, and every work can be reached from home by itself.

use jiff::tz::TimeZone;
use packhorse_domain::{
    Coordinates, Interval, Km, Minutes, Timestamp, Zone,
    commitment::{Commitment, Roads},
    id::CommitmentId,
    policy::Policy,
    trainer::TrainerDetails,
};

use crate::need::{Day, Hours};

/// The time a neighboring commitment takes from now on, because its way from or to the new work changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbor {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// What it takes instead of what it took.
    pub taken: Interval,
}

/// A drive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Leg {
    pub(crate) km: f64,
    pub(crate) minutes: Minutes,
}

impl Leg {
    pub(crate) fn between(roads: &Roads, from: Coordinates, to: Coordinates) -> Self {
        let (Km(km), minutes) = roads.between(from, to);
        Self { km, minutes }
    }

    fn before(self, at: Timestamp) -> Timestamp {
        at.checked_sub(self.minutes.span()).unwrap_or(Timestamp::MIN)
    }

    fn after(self, at: Timestamp) -> Timestamp {
        at.checked_add(self.minutes.span()).unwrap_or(Timestamp::MAX)
    }
}

/// What one side of a piece of work takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Side {
    /// Where the time taken begins, or ends.
    pub(crate) edge: Timestamp,
    pub(crate) leg: Leg,
    pub(crate) nights: u32,
}

/// A piece of work on its date, with the drive from home.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) work: Interval,
    pub(crate) home: Leg,
    pub(crate) day: &'a Day<'a>,
}

/// What a gap takes after the first and before the second of two pieces of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gap {
    pub(crate) first: Side,
    pub(crate) second: Side,
}

fn minutes(hours: Hours) -> i64 {
    hours.until.duration_since(hours.from).as_mins()
}

/// From home, the same day or the evening before.
pub(crate) fn out(spot: &Spot<'_>, overnight: bool) -> Option<Side> {
    let leaves = spot.home.before(spot.work.start);
    if leaves >= spot.day.hours.from {
        return Some(Side { edge: leaves, leg: spot.home, nights: 0 });
    }
    let leaves = spot.home.before(spot.day.eve.until);
    (overnight && leaves >= spot.day.eve.from).then_some(Side { edge: leaves, leg: spot.home, nights: 1 })
}

/// Home again, the same day or the morning after.
pub(crate) fn back(spot: &Spot<'_>, overnight: bool) -> Option<Side> {
    let arrives = spot.home.after(spot.work.end);
    if arrives <= spot.day.hours.until {
        return Some(Side { edge: arrives, leg: spot.home, nights: 0 });
    }
    let arrives = spot.home.after(spot.day.morrow.from);
    (overnight && arrives <= spot.day.morrow.until).then_some(Side { edge: arrives, leg: spot.home, nights: 1 })
}

/// How the time between two pieces of work is spent; `direct` is the drive from one to the other.
pub(crate) fn gap(first: &Spot<'_>, second: &Spot<'_>, direct: Leg, overnight: bool) -> Option<Gap> {
    let (home, again) = (back(first, overnight)?, out(second, overnight)?);
    if home.edge <= again.edge {
        return Some(Gap { first: home, second: again });
    }
    let stays = Side { edge: first.work.end, leg: Leg::default(), nights: 0 };
    let leaves = direct.before(second.work.start);
    if first.day.date == second.day.date {
        let second = Side { edge: leaves, leg: direct, nights: 0 };
        return (first.work.end <= leaves).then_some(Gap { first: stays, second });
    }
    let nights = u32::try_from(second.day.date.duration_since(first.day.date).as_hours() / 24).ok()?;
    let that_evening = direct.after(first.work.end) <= first.day.hours.until;
    let that_morning = second.day.hours.from <= leaves;
    let in_between = nights > 1 && i64::from(direct.minutes.0) <= minutes(first.day.morrow);
    // Whoever stays is away all the time, and has no need of the night that the other work alone would have taken.
    let besides = |side: Side| nights.saturating_sub(side.nights);
    (overnight && (that_evening || that_morning || in_between)).then_some(Gap {
        first: Side { nights: besides(again), ..stays },
        second: Side { edge: first.work.end, leg: direct, nights: besides(home) },
    })
}

/// The roads of one trainer as a network reckons them.
pub(crate) fn roads(trainer: &TrainerDetails, policy: &Policy) -> Roads {
    Roads { home: trainer.home_base.coordinates, model: policy.travel }
}

/// What becomes of two neighbors when the work between them falls away (a cancellation, a reschedule, a hold that ended):
/// the time each takes from then on. Either may be missing. Those that stay as they are do not appear.
///
/// `zone` is that of the work that fell away.
pub fn rejoin(
    trainer: &TrainerDetails,
    policy: &Policy,
    zone: &Zone,
    previous: Option<&Commitment>,
    next: Option<&Commitment>,
) -> Vec<Neighbor> {
    let (roads, rules) = (roads(trainer, policy), zone.rules());
    let (first, second) =
        (previous.and_then(|c| day_of(c, &rules, policy)), next.and_then(|c| day_of(c, &rules, policy)));
    let spot = |commitment: &Commitment, day| {
        let home = Leg::between(&roads, roads.home, commitment.place.unwrap_or(roads.home));
        Spot { work: commitment.work, home, day }
    };
    let first = previous.zip(first.as_ref()).map(|(commitment, day)| (commitment, spot(commitment, day)));
    let second = next.zip(second.as_ref()).map(|(commitment, day)| (commitment, spot(commitment, day)));
    let overnight = trainer.travels_overnight;
    let (after, before) = match (&first, &second) {
        (Some((a, first)), Some((b, second))) => {
            let [from, to] = [a, b].map(|commitment| commitment.place.unwrap_or(roads.home));
            let gap = gap(first, second, Leg::between(&roads, from, to), overnight);
            (gap.map(|gap| gap.first), gap.map(|gap| gap.second))
        }
        (first, second) => (
            first.as_ref().and_then(|(_, spot)| back(spot, overnight)),
            second.as_ref().and_then(|(_, spot)| out(spot, overnight)),
        ),
    };
    let after = first.zip(after).and_then(|((commitment, _), side)| ends(commitment, side.edge));
    let before = second.zip(before).and_then(|((commitment, _), side)| begins(commitment, side.edge));
    after.into_iter().chain(before).collect()
}

/// The date of a commitment's work with its hours.
pub(crate) fn day_of<'a>(commitment: &Commitment, rules: &TimeZone, policy: &'a Policy) -> Option<Day<'a>> {
    Day::new(rules.to_datetime(commitment.work.start).date(), rules, policy)
}

/// The commitment, taken until `end` from now on; nothing when it was so before.
pub(crate) fn ends(commitment: &Commitment, end: Timestamp) -> Option<Neighbor> {
    let taken = Interval { end, ..commitment.taken };
    (taken != commitment.taken).then_some(Neighbor { commitment: commitment.id, taken })
}

/// The commitment, taken from `start` on; nothing when it was so before.
pub(crate) fn begins(commitment: &Commitment, start: Timestamp) -> Option<Neighbor> {
    let taken = Interval { start, ..commitment.taken };
    (taken != commitment.taken).then_some(Neighbor { commitment: commitment.id, taken })
}
