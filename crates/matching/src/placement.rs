//! One trainer at one time: the only place where that is decided. A list, an offer and an acceptance all come here.

use packhorse_calendar::intervals::covers;
use packhorse_domain::{Interval, Km, Minutes, Timestamp, commitment::Travel, id::TripId, price::Price, trainer::Fee};

use crate::{
    candidate::{Base, Kept, Person, Today},
    need::{Asked, Day, Need, Slot},
    price::{Away, Basis},
    rules::{Broken, Rule},
    travel::{End, Gap, Leg, Neighbor, Side, back, gap, in_order, out},
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
    /// The trip it joins.
    pub trip: Option<TripId>,
    /// The trainer's time it takes, travel and nights away included.
    pub taken: Interval,
    /// Commitments before and after it whose way changes, with the time each takes from then on. To be stored in this order,
    /// before `taken` is and after what the offer under decision took was given back, so that nothing overlaps on the way.
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
    /// The end of what is taken before it, and the start of what is taken after, where they change.
    edges: [Option<Timestamp>; 2],
    basis: Basis<'a>,
    /// What is left for the library, minor units.
    pub(crate) pays: i64,
    /// Where their way begins and ends.
    pub(crate) base: Base<'a>,
}

impl Verdict<'_> {
    /// Whether it is one way with what is before it, and with what is after.
    pub(crate) fn joins(&self) -> [bool; 2] {
        self.edges.map(|edge| edge.is_some())
    }

    pub(crate) fn nights(&self) -> u32 {
        self.basis.away.nights
    }

    pub(crate) fn travel(&self) -> Travel {
        Travel {
            minutes_before: self.before.leg.minutes,
            minutes_after: self.after.leg.minutes,
            road_km: Km(self.before.leg.km + self.after.leg.km),
            home_km: Km(self.base.km),
            nights: self.nights(),
        }
    }

    pub(crate) fn price(&self) -> Price {
        self.basis.price()
    }

    /// Every commitment of which less or more is taken than is stored.
    fn neighbors(&self, person: &Person<'_>, time: Interval) -> Vec<Neighbor> {
        let following = person.following(time.start);
        let neighbors = person.kept.iter().enumerate().map(|(n, kept)| {
            let mut taken = kept.taken;
            if n + 1 == following {
                taken.end = self.edges[0].unwrap_or(taken.end);
            } else if n == following {
                taken.start = self.edges[1].unwrap_or(taken.start);
            }
            Neighbor { commitment: kept.commitment.id, was: kept.commitment.taken, taken }
        });
        in_order(neighbors)
    }

    pub(crate) fn placement(&self, person: &Person<'_>, time: Interval, rank: usize) -> Placement {
        Placement {
            time,
            rank,
            travel: self.travel(),
            trip: self.base.trip.map(|trip| trip.id),
            taken: Interval { start: self.before.edge, end: self.after.edge },
            neighbors: self.neighbors(person, time),
            price: self.price(),
        }
    }
}

/// Judges one trainer at one time, by every rule there is.
pub(crate) fn judge<'a>(asked: &Asked<'a>, person: &'a Person<'a>, today: &Today<'a>, slot: &Slot) -> Verdict<'a> {
    let (need, time) = (asked.need, slot.time);
    let mut broken = asked.broken.and(person.broken).and(slot.broken);
    broken.add_if(!covers(&person.free, &time), Rule::Availability);
    broken.add_if(today.base.is_too_far, Rule::TravelRadius);
    let way = way(asked, person, today, time);
    broken = broken.and(way.broken);
    broken.add_if(person.is_busy(&Interval { start: way.before.edge, end: way.after.edge }), Rule::Availability);

    let network = need.policy.trainer_hours_per_day;
    let most = person.trainer.hours_per_day.map_or(network, |own| own.min(network));
    broken.add_if(today.teaches + time.minutes().0 > u32::from(most) * 60, Rule::HoursPerDay);

    let basis = Basis {
        km: [way.before.leg.km, way.after.leg.km],
        away: away(person, today, [way.before.nights, way.after.nights]),
        ..basis(asked, today.day, today.fee, time.minutes())
    };
    let pays = basis.library_pays();
    broken.add_if(ceiling(need).is_some_and(|most| pays > most), Rule::Budget);
    Verdict { broken, before: way.before, after: way.after, edges: way.edges, basis, pays, base: today.base }
}

/// The most it may cost, in minor units, where the budget is a ceiling.
pub(crate) fn ceiling(need: &Need<'_>) -> Option<i64> {
    let budget = need.details.budget.filter(|_| need.details.budget_is_ceiling)?;
    (budget.currency == need.currency).then_some(budget.amount_minor)
}

/// What a price on a day is reckoned from, without any travel.
pub(crate) fn basis<'a>(asked: &Asked<'a>, day: &Day<'a>, fee: Option<&'a Fee>, duration: Minutes) -> Basis<'a> {
    Basis {
        fee,
        backfill: day.backfill.filter(|_| asked.need.backfill),
        policy: asked.need.policy,
        date: day.date,
        rates: day.rates,
        duration,
        km: [0.0, 0.0],
        away: Away::default(),
        currency: asked.need.currency,
    }
}

/// The nights that new work costs, with so many on the way there and back.
///
/// On a trip only what the work adds counts: nights of the trip itself are paid by it, wherever they are slept; each night
/// that it grows by is one with a day of meals.
fn away(person: &Person<'_>, today: &Today<'_>, [before, after]: [u32; 2]) -> Away {
    let nights = before + after;
    let Some(trip) = today.base.trip.map(|trip| &trip.details) else {
        return Away { nights, days: if nights == 0 { 0 } else { nights + 1 } };
    };
    let date = today.day.date;
    let unpaid = |days: std::ops::Range<i64>| {
        let evenings = days.map(|day| date.saturating_add(jiff::Span::new().days(day)));
        u32::try_from(evenings.filter(|evening| !trip.pays_night(*evening)).count()).unwrap_or(u32::MAX)
    };
    let (mut there, mut back) = (unpaid(-i64::from(before)..0), unpaid(0..i64::from(after)));
    // Those that lie between the trip and the date are among the nights it grows by.
    if date > trip.until {
        there = 0;
    } else if date < trip.from {
        back = 0;
    }
    let nights = there + back + person.tacked_on(today.day);
    Away { nights, days: nights }
}

struct Way {
    broken: Broken,
    before: Side,
    after: Side,
    edges: [Option<Timestamp>; 2],
}

/// The way to a time and back between what the trainer is committed to already.
fn way<'a>(asked: &Asked<'a>, person: &'a Person<'a>, today: &Today<'a>, time: Interval) -> Way {
    let (day, leg, overnight) = (today.day, today.base.leg, person.trainer.travels_overnight);
    let (there, home) = (out(time.start, leg, day, overnight), back(time.end, leg, day, overnight));
    let mut broken = Broken::default();
    broken.add_if(there.is_none() || home.is_none(), Rule::WorkingDay);
    let mut way = Way {
        broken,
        before: there.unwrap_or(Side { edge: time.start, leg, nights: 0 }),
        after: home.unwrap_or(Side { edge: time.end, leg, nights: 0 }),
        edges: [None, None],
    };
    let (previous, next) = person.beside(person.following(time.start));
    if next.is_some_and(|next| next.work.start < time.end) {
        way.broken.add_if(true, Rule::Commitments);
        return way;
    }
    // What is reckoned for a neighbor's way from or to home stands, as long as there is room beside it. Between two that are
    // driven straight there is no such way, and it is reckoned now.
    let straight = person.is_straight(previous, next);
    let mut crowded = false;
    if let Some(kept) = previous.filter(|kept| straight || way.before.edge < kept.taken.end) {
        let new = End { at: time.start, day, home: way.before };
        match after(asked, person, kept, straight, &new) {
            Some(gap) => {
                way.before = gap.second;
                way.edges[0] = Some(gap.first.edge);
            }
            None => crowded = true,
        }
    }
    if let Some(kept) = next.filter(|kept| straight || kept.taken.start < way.after.edge) {
        let new = End { at: time.end, day, home: way.after };
        match before(asked, person, kept, straight, &new) {
            Some(gap) => {
                way.after = gap.first;
                way.edges[1] = Some(gap.second.edge);
            }
            None => crowded = true,
        }
    }
    way.broken.add_if(crowded, Rule::Commitments);
    way
}

/// The gap between a commitment and the new work after it.
fn after<'a>(
    asked: &Asked<'a>,
    person: &'a Person<'a>,
    kept: &'a Kept<'a>,
    straight: bool,
    new: &End<'_>,
) -> Option<Gap> {
    let ((near, direct), overnight) = (person.near(asked, kept, new.day)?, person.trainer.travels_overnight);
    let home = if straight {
        back(kept.work.end, person.base_leg(kept), &near.day, overnight)?
    } else {
        let nights = u32::from(near.day.hours.until < kept.taken.end);
        Side { edge: kept.taken.end, leg: Leg::default(), nights }
    };
    gap(&End { at: kept.work.end, day: &near.day, home }, new, direct, overnight)
}

/// The gap between the new work and a commitment after it.
fn before<'a>(
    asked: &Asked<'a>,
    person: &'a Person<'a>,
    kept: &'a Kept<'a>,
    straight: bool,
    new: &End<'_>,
) -> Option<Gap> {
    let ((near, direct), overnight) = (person.near(asked, kept, new.day)?, person.trainer.travels_overnight);
    let home = if straight {
        out(kept.work.start, person.base_leg(kept), &near.day, overnight)?
    } else {
        let nights = u32::from(kept.taken.start < near.day.hours.from);
        Side { edge: kept.taken.start, leg: Leg::default(), nights }
    };
    gap(new, &End { at: kept.work.start, day: &near.day, home }, direct, overnight)
}
