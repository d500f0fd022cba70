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
//! "Home" is the place of a trip on each of its dates, tack-on days included. The way from one base to the next is the
//! trip's own: it is neither judged nor reckoned.
//!
//! A night before means arriving by the end of the working day before; a night after means leaving at the start of the
//! next one. No drive takes more than one working day, and every work can be reached from home by itself.

use jiff::tz::TimeZone;
use packhorse_domain::{
    Coordinates, Interval, Km, Minutes, Timestamp, Zone,
    commitment::{Commitment, RoadTable, Roads},
    id::CommitmentId,
    policy::Policy,
    trainer::TrainerDetails,
    trip::Trip,
};

use crate::need::{Day, Hours, noon};

/// The time a neighboring commitment takes from now on, because its way from or to the new work changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbor {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// What it took until now.
    pub was: Interval,
    /// What it takes from now on.
    pub taken: Interval,
}

/// A drive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Leg {
    pub(crate) km: f64,
    pub(crate) minutes: Minutes,
}

impl Leg {
    pub(crate) fn between(roads: &Roads<'_>, from: Coordinates, to: Coordinates) -> Self {
        let (Km(km), minutes) = roads.between(from, to);
        Self { km, minutes }
    }

    pub(crate) fn before(self, at: Timestamp) -> Timestamp {
        moved(at, -i64::from(self.minutes.0)).unwrap_or(Timestamp::MIN)
    }

    pub(crate) fn after(self, at: Timestamp) -> Timestamp {
        moved(at, i64::from(self.minutes.0)).unwrap_or(Timestamp::MAX)
    }
}

/// Far quicker than arithmetic with durations, and this is asked for most.
fn moved(at: Timestamp, minutes: i64) -> Option<Timestamp> {
    Timestamp::new(at.as_second() + minutes * 60, at.subsec_nanosecond()).ok()
}

/// What one side of a piece of work takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Side {
    /// Where the time taken begins, or ends.
    pub(crate) edge: Timestamp,
    pub(crate) leg: Leg,
    pub(crate) nights: u32,
}

/// One end of a piece of work: its start, or its end, on its date, with the way from or to home as it is without anything
/// else near.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'a> {
    pub(crate) at: Timestamp,
    pub(crate) day: &'a Day<'a>,
    pub(crate) home: Side,
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

/// From home to a work that starts at `start`, the same day or the evening before. Nothing when it starts too early to be
/// taught.
pub(crate) fn out(start: Timestamp, leg: Leg, day: &Day<'_>, overnight: bool) -> Option<Side> {
    let leaves = leg.before(start);
    if leaves >= day.hours.from {
        return Some(Side { edge: leaves, leg, nights: 0 });
    }
    let leaves = leg.before(day.eve.until);
    let in_time = day.hours.from <= start && day.eve.from <= leaves;
    (overnight && in_time).then_some(Side { edge: leaves, leg, nights: 1 })
}

/// Home from a work that ends at `end`, the same day or the morning after. Nothing when it ends too late to be taught.
pub(crate) fn back(end: Timestamp, leg: Leg, day: &Day<'_>, overnight: bool) -> Option<Side> {
    let arrives = leg.after(end);
    if arrives <= day.hours.until {
        return Some(Side { edge: arrives, leg, nights: 0 });
    }
    let arrives = leg.after(day.morrow.from);
    let in_time = end <= day.hours.until && arrives <= day.morrow.until;
    (overnight && in_time).then_some(Side { edge: arrives, leg, nights: 1 })
}

/// How the time from the end of one work to the start of the next is spent; `direct` is the drive from one to the other.
/// Nothing when there is too little of it.
pub(crate) fn gap(first: &End<'_>, second: &End<'_>, direct: Leg, overnight: bool) -> Option<Gap> {
    if first.home.edge <= second.home.edge {
        return Some(Gap { first: first.home, second: second.home });
    }
    let stays = Side { edge: first.at, leg: Leg::default(), nights: 0 };
    let leaves = direct.before(second.at);
    if first.day.date == second.day.date {
        let second = Side { edge: leaves, leg: direct, nights: 0 };
        return (first.at <= leaves).then_some(Gap { first: stays, second });
    }
    let nights = u32::try_from(second.day.date.duration_since(first.day.date).as_hours() / 24).ok()?;
    let that_evening = direct.after(first.at) <= first.day.hours.until;
    let that_morning = second.day.hours.from <= leaves;
    let in_between = nights > 1 && i64::from(direct.minutes.0) <= minutes(first.day.morrow);
    // Who stays has no need of the night away that the other work takes by itself.
    (overnight && (that_evening || that_morning || in_between)).then_some(Gap {
        first: Side { nights: nights.saturating_sub(second.home.nights), ..stays },
        second: Side { edge: first.at, leg: direct, nights: nights.saturating_sub(first.home.nights) },
    })
}

/// Where a trainer's ways begin and end, and how a network reckons roads.
#[derive(Debug)]
pub(crate) struct Bases<'a> {
    pub(crate) roads: Roads<'a>,
    /// Trips with the time they take, tack-on days included, earlier ones first.
    stays: Vec<(Interval, &'a Trip)>,
}

impl<'a> Bases<'a> {
    /// With trips and the time each takes.
    pub(crate) fn new(
        trainer: &TrainerDetails,
        policy: &Policy,
        table: Option<&'a RoadTable>,
        trips: impl Iterator<Item = (&'a Trip, Option<Interval>)>,
    ) -> Self {
        let roads = Roads { home: trainer.home_base.coordinates, model: policy.travel, table };
        let mut stays: Vec<_> = trips.filter_map(|(trip, period)| Some((period?, trip))).collect();
        stays.sort_by_key(|(period, trip)| (*period, trip.id));
        Self { roads, stays }
    }

    /// The trips, in the order that [`Self::on`] counts them.
    pub(crate) fn trips(&self) -> impl Iterator<Item = &'a Trip> {
        self.stays.iter().map(|(_, trip)| *trip)
    }

    /// Which trip a date belongs to; on a date of two, the earlier one.
    pub(crate) fn on(&self, noon: Timestamp) -> Option<usize> {
        self.stays.iter().position(|(period, _)| period.start <= noon && noon < period.end)
    }

    /// Which trip a commitment belongs to.
    pub(crate) fn of(&self, commitment: &Commitment, rules: &TimeZone) -> Option<usize> {
        // Noon is less than a day away. Far quicker than arithmetic with durations.
        let day = 25 * 3600;
        let time = commitment.work.start.as_second();
        let is_near = |(period, _): &(Interval, &Trip)| {
            period.start.as_second() - time < day && time - period.end.as_second() < day
        };
        if !self.stays.iter().any(is_near) {
            return None;
        }
        self.on(noon(rules.to_datetime(commitment.work.start).date(), rules)?)
    }

    /// Where a trainer sleeps.
    pub(crate) fn place(&self, trip: Option<usize>) -> Coordinates {
        let stay = trip.and_then(|trip| self.stays.get(trip));
        stay.map_or(self.roads.home, |(_, trip)| trip.details.place.coordinates)
    }

    /// Where a commitment is taught. What is virtual is said to be at home, and is wherever the trainer sleeps.
    pub(crate) fn site(&self, commitment: &Commitment, trip: Option<usize>) -> Coordinates {
        commitment.place.filter(|place| *place != self.roads.home).unwrap_or_else(|| self.place(trip))
    }

    /// The drive between where a trainer sleeps and a commitment.
    pub(crate) fn leg(&self, commitment: &Commitment, trip: Option<usize>) -> Leg {
        match (commitment.place, trip) {
            (None, _) => Leg::default(),
            (Some(_), _) => Leg::between(&self.roads, self.place(trip), self.site(commitment, trip)),
        }
    }
}

/// What becomes of two neighbors when the work between them falls away (a cancellation, a reschedule, a hold that ended):
/// the time each takes from then on, to be stored in this order. Either may be missing. Those that stay as they are do not
/// appear.
///
/// `zone` is that of the work that fell away.
pub fn rejoin(
    trainer: &TrainerDetails,
    trips: &[Trip],
    policy: &Policy,
    table: Option<&RoadTable>,
    zone: &Zone,
    previous: Option<&Commitment>,
    next: Option<&Commitment>,
) -> Vec<Neighbor> {
    let stays = trips.iter().map(|trip| (trip, trip.details.period()));
    let (bases, rules) = (Bases::new(trainer, policy, table, stays), zone.rules());
    let [after, before] = apart(&bases, &rules, policy, trainer.travels_overnight, [previous, next]);
    let taken = |commitment: &Commitment, start, end| Neighbor {
        commitment: commitment.id,
        was: commitment.taken,
        taken: Interval { start, end },
    };
    let previous = previous.zip(after).map(|(first, end)| taken(first, first.taken.start, end));
    let next = next.zip(before).map(|(second, start)| taken(second, start, second.taken.end));
    in_order(previous.into_iter().chain(next))
}

/// Until when the first of two neighbors is taken, and from when the second, when nothing is between them. Nothing where it
/// cannot be told.
pub(crate) fn apart(
    bases: &Bases<'_>,
    rules: &TimeZone,
    policy: &Policy,
    overnight: bool,
    [previous, next]: [Option<&Commitment>; 2],
) -> [Option<Timestamp>; 2] {
    let site = |commitment: &Commitment| bases.site(commitment, bases.of(commitment, rules));
    let home = |commitment: &Commitment| bases.leg(commitment, bases.of(commitment, rules));
    let [first_day, second_day] = [previous, next].map(|each| each.and_then(|each| day_of(each, rules, policy)));
    let first = previous.zip(first_day.as_ref()).and_then(|(first, day)| {
        let at = first.work.end;
        Some(End { at, day, home: back(at, home(first), day, overnight)? })
    });
    let second = next.zip(second_day.as_ref()).and_then(|(second, day)| {
        let at = second.work.start;
        Some(End { at, day, home: out(at, home(second), day, overnight)? })
    });
    let (Some(previous), Some(next)) = (previous, next) else {
        return [first, second].map(|end| end.map(|end| end.home.edge));
    };
    let direct = Leg::between(&bases.roads, site(previous), site(next));
    let gap = first.zip(second).and_then(|(first, second)| gap(&first, &second, direct, overnight));
    [gap.map(|gap| gap.first.edge), gap.map(|gap| gap.second.edge)]
}

/// Those that change, the ones that come to take less first, so that no two overlap when they are stored one after the
/// other.
pub(crate) fn in_order(neighbors: impl Iterator<Item = Neighbor>) -> Vec<Neighbor> {
    let mut neighbors: Vec<_> = neighbors.filter(|neighbor| neighbor.was != neighbor.taken).collect();
    neighbors.sort_by_key(|neighbor| !neighbor.was.contains(&neighbor.taken));
    neighbors
}

/// The date of a commitment's work with its hours.
pub(crate) fn day_of<'a>(commitment: &Commitment, rules: &TimeZone, policy: &'a Policy) -> Option<Day<'a>> {
    Day::new(rules.to_datetime(commitment.work.start).date(), rules, policy)
}
