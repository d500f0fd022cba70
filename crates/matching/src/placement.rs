//! One trainer at one time: the only place where that is decided. A list, an offer and an acceptance all come here.

use packhorse_domain::{
    Interval, Km, Timestamp,
    commitment::{Commitment, Travel},
    price::Price,
};

use crate::{
    candidate::{Kept, Person},
    need::{Asked, Day, Slot},
    price::Basis,
    rules::{Broken, Rule},
    travel::{Neighbor, Side, Spot, back, begins, ends, gap, out},
};

/// What it means to place a workshop with a trainer at a time: their time, their way, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// When it is taught.
    pub time: Interval,
    /// Rank of the date preference it meets, 0 for the first choice.
    pub rank: usize,
    /// The way there and back.
    pub travel: Travel,
    /// The trainer's time it takes, travel and nights away included.
    pub taken: Interval,
    /// Commitments before and after it whose way changes, with the time each takes from then on. Store those together with
    /// `taken`, the shrinking ones first.
    pub neighbors: Vec<Neighbor>,
    /// What it costs.
    pub price: Price,
}

/// A time with a trainer, judged and reckoned. When rules are broken the sides are those of the trainer alone, as far as
/// there are any, so that every other rule can still be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict<'a> {
    pub(crate) broken: Broken,
    pub(crate) before: Side,
    pub(crate) after: Side,
    neighbors: [Option<Neighbor>; 2],
    basis: Basis<'a>,
    /// Minor units.
    pub(crate) total: i64,
}

impl Verdict<'_> {
    pub(crate) fn nights(&self) -> u32 {
        self.basis.nights
    }

    pub(crate) fn travel(&self, person: &Person<'_>) -> Travel {
        Travel {
            minutes_before: self.before.leg.minutes,
            minutes_after: self.after.leg.minutes,
            road_km: Km(self.before.leg.km + self.after.leg.km),
            home_km: Km(person.home_km),
            nights: self.nights(),
        }
    }

    pub(crate) fn price(&self) -> Price {
        self.basis.price()
    }

    pub(crate) fn placement(&self, person: &Person<'_>, time: Interval, rank: usize) -> Placement {
        Placement {
            time,
            rank,
            travel: self.travel(person),
            taken: Interval { start: self.before.edge, end: self.after.edge },
            neighbors: self.neighbors.into_iter().flatten().collect(),
            price: self.price(),
        }
    }
}

/// Judges one trainer at one time, by every rule there is.
pub(crate) fn judge<'a>(asked: &Asked<'a>, person: &'a Person<'a>, day: &Day<'a>, slot: &Slot) -> Verdict<'a> {
    let (need, time) = (asked.need, slot.time);
    let mut broken = asked.broken.and(person.broken).and(slot.broken);
    broken.add_if(!packhorse_calendar::intervals::covers(&person.free, &time), Rule::Availability);
    let way = way(asked, person, day, time);
    broken = broken.and(way.broken);

    let policy = need.policy;
    let most =
        person.trainer.hours_per_day.map_or(policy.trainer_hours_per_day, |own| own.min(policy.trainer_hours_per_day));
    broken.add_if(person.teaches(day) + time.minutes().0 > u32::from(most) * 60, Rule::HoursPerDay);

    let fee = person.trainer.fee_on(day.date);
    let basis = Basis {
        // A fee in another currency is a broken rule, and never added up.
        fee: fee.filter(|fee| fee.per_workshop.currency == need.currency && fee.per_hour.currency == need.currency),
        rates: day.rates,
        duration: time.minutes(),
        km: [way.before.leg.km, way.after.leg.km],
        nights: way.before.nights + way.after.nights,
        currency: need.currency,
    };
    let total = basis.amounts().total();
    let ceiling =
        need.details.budget.filter(|budget| need.details.budget_is_ceiling && budget.currency == need.currency);
    broken.add_if(ceiling.is_some_and(|budget| total > budget.amount_minor), Rule::Budget);
    Verdict { broken, before: way.before, after: way.after, neighbors: way.neighbors, basis, total }
}

struct Way {
    broken: Broken,
    before: Side,
    after: Side,
    neighbors: [Option<Neighbor>; 2],
}

/// The way to a time and back between what the trainer is committed to already.
fn way<'a>(asked: &Asked<'a>, person: &'a Person<'a>, day: &Day<'a>, time: Interval) -> Way {
    let overnight = person.trainer.travels_overnight;
    let spot = Spot { work: time, home: person.home, day };
    let (there, home) = (out(&spot, overnight), back(&spot, overnight));
    let mut broken = Broken::default();
    let late = time.start < day.hours.from || day.hours.until < time.end;
    broken.add_if(late || there.is_none() || home.is_none(), Rule::WorkingDay);
    let leg = person.home;
    let mut way = Way {
        broken,
        before: there.unwrap_or(Side { edge: time.start, leg, nights: 0 }),
        after: home.unwrap_or(Side { edge: time.end, leg, nights: 0 }),
        neighbors: [None, None],
    };

    let following = person.kept.partition_point(|kept| kept.commitment.work.end <= time.start);
    let next = person.kept.get(following);
    let previous = following.checked_sub(1).and_then(|last| person.kept.get(last));
    if next.is_some_and(|next| next.commitment.work.start < time.end) {
        way.broken.add_if(true, Rule::Commitments);
        return way;
    }
    // What is reckoned for a neighbor's way home or from home stands, as long as there is room beside it. Between two that
    // are driven straight there is no way home to stand on.
    let straight = next.is_some() && previous.is_some_and(|previous| person.is_linked(previous.commitment));
    let mut crowded = false;
    if let Some(kept) = previous.filter(|kept| straight || way.before.edge < kept.commitment.taken.end) {
        match beside(asked, person, kept, &spot, true) {
            Some((side, edge)) => {
                way.before = side;
                way.neighbors[0] = ends(kept.commitment, edge);
            }
            None => crowded = true,
        }
    }
    if let Some(kept) = next.filter(|kept| straight || kept.commitment.taken.start < way.after.edge) {
        match beside(asked, person, kept, &spot, false) {
            Some((side, edge)) => {
                way.after = side;
                way.neighbors[1] = begins(kept.commitment, edge);
            }
            None => crowded = true,
        }
    }
    way.broken.add_if(crowded, Rule::Commitments);
    way
}

/// What the new work takes on the side of a neighbor, and until or from when that one's time is taken.
fn beside<'a>(
    asked: &Asked<'a>,
    person: &'a Person<'a>,
    kept: &'a Kept<'a>,
    new: &Spot<'_>,
    is_before: bool,
) -> Option<(Side, Timestamp)> {
    let near = person.near(asked, kept)?;
    let Commitment { work, .. } = *kept.commitment;
    let old = Spot { work, home: near.home, day: &near.day };
    let overnight = person.trainer.travels_overnight;
    if is_before {
        let gap = gap(&old, new, near.direct, overnight)?;
        Some((gap.second, gap.first.edge))
    } else {
        let gap = gap(new, &old, near.direct, overnight)?;
        Some((gap.first, gap.second.edge))
    }
}
