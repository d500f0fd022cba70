//! The best time of one trainer.

use std::cmp::Ordering;

use jiff::civil::Date;
use packhorse_calendar::intervals::covers;
use packhorse_domain::{
    Interval, Timestamp,
    policy::{BackfillRate, TravelRates},
    trainer::Fee,
};

use crate::{
    candidate::{Person, Today},
    need::{Asked, DaySlots, Slot},
    objectives::Facts,
    placement::{Verdict, basis, judge},
    price::Basis,
    travel::{Leg, back, out},
};

/// A time that breaks no rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) time: Interval,
    pub(crate) rank: usize,
    pub(crate) verdict: Verdict<'a>,
    pub(crate) facts: Facts,
    pub(crate) score: f64,
}

impl Found<'_> {
    pub(crate) fn merit(&self) -> Merit {
        Merit { score: self.score, pays: self.verdict.pays, nights: self.verdict.nights(), start: self.time.start }
    }
}

/// What orders the times of one trainer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merit {
    pub(crate) score: f64,
    pub(crate) pays: i64,
    nights: u32,
    start: Timestamp,
}

impl Merit {
    pub(crate) fn floor(&self) -> Floor {
        Floor { score: self.score, pays: self.pays }
    }

    /// Higher score, lower cost, fewer nights away, earlier.
    fn beats(&self, other: &Self) -> bool {
        let rest = |merit: &Self| (merit.pays, merit.nights, merit.start);
        other.score.total_cmp(&self.score).then_with(|| rest(self).cmp(&rest(other))).is_lt()
    }
}

/// The days, and a fortnight around them: where commitments count as load.
pub(crate) fn near(days: &[DaySlots<'_>]) -> Option<Interval> {
    let start = days.iter().map(|day| day.day.near.start).min()?;
    let end = days.iter().map(|day| day.day.near.end).max()?;
    Interval::new(start, end)
}

/// What has to be reached: nothing with a lower score counts, nor with the same at a higher cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Floor {
    pub(crate) score: f64,
    pub(crate) pays: i64,
}

impl Floor {
    /// How two stand to each other, the better first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.pays.cmp(&other.pays))
    }

    /// Whether it is out of reach for what is worth so much at most.
    pub(crate) fn is_above(&self, most: &Self) -> bool {
        self.order(most).is_lt()
    }
}

/// The days that hold the slots, from the first to the last instant.
pub(crate) fn hull(days: &[DaySlots<'_>]) -> Option<Interval> {
    let start = days.iter().map(|day| day.span.start).min()?;
    let end = days.iter().map(|day| day.span.end).max()?;
    Interval::new(start, end)
}

/// The best slot of all that reach the floor. Every slot is judged but those that cannot be better than one that is: on one
/// day, those of the same preference with the same room beside them have the same way, nights, cost and load.
pub(crate) fn best<'a>(
    asked: &Asked<'a>,
    days: &'a [DaySlots<'a>],
    person: &'a Person<'a>,
    floor: Option<Floor>,
) -> Option<Found<'a>> {
    let mut best = Best { found: None, floor, told: None };
    let mut busy = Vec::new();
    for visit in visits(asked, days, person) {
        // Busy days come last: then there is something to beat, and some need no closer look.
        if is_clear(person, visit.slots) {
            visit.look(asked, person, true, &mut best);
        } else {
            busy.push(visit);
        }
    }
    for visit in busy {
        visit.look(asked, person, false, &mut best);
    }
    best.found
}

/// Whether there is a slot at all.
pub(crate) fn is_possible<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> bool {
    visits(asked, days, person).any(|visit| {
        let mut best = Best { found: None, floor: None, told: None };
        visit.look(asked, person, is_clear(person, visit.slots), &mut best);
        best.found.is_some()
    })
}

/// The days on which somebody is free and near enough.
fn visits<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> impl Iterator<Item = Visit<'a>> {
    days.iter().filter_map(|day| {
        let base = person.base(&day.day);
        let best_rank = day.best_rank.filter(|_| !base.is_too_far)?;
        let free = person.free_within(&day.span);
        if free.is_empty() {
            return None;
        }
        Some(Visit { slots: day, free, today: person.today(asked, &day.day), load: person.load(&day.day), best_rank })
    })
}

/// The best so far, and what it has to reach in any case.
struct Best<'a> {
    found: Option<Found<'a>>,
    floor: Option<Floor>,
    /// What was told last.
    told: Option<(Terms<'a>, Floor)>,
}

impl Best<'_> {
    /// Whether what is worth so much at most is of no use.
    fn is_beyond(&self, most: &Merit) -> bool {
        self.floor.is_some_and(|floor| floor.is_above(&most.floor()))
            || self.found.as_ref().is_some_and(|found| !most.beats(&found.merit()))
    }
}

/// What the worth of a way depends on, beside what is the same on all days.
#[derive(Debug, Clone, Copy)]
struct Terms<'a> {
    rank: usize,
    load: usize,
    drives: [Leg; 2],
    rates: Option<&'a TravelRates>,
    backfill: Option<&'a BackfillRate>,
    fee: Option<&'a Fee>,
    /// Subsidies depend on it.
    date: Option<Date>,
}

impl Terms<'_> {
    fn is_same(&self, other: &Self) -> bool {
        fn same<T>(one: Option<&T>, other: Option<&T>) -> bool {
            one.map(std::ptr::from_ref) == other.map(std::ptr::from_ref)
        }
        (self.rank, self.load, self.drives, self.date) == (other.rank, other.load, other.drives, other.date)
            && same(self.rates, other.rates)
            && same(self.backfill, other.backfill)
            && same(self.fee, other.fee)
    }
}

/// A day of a candidate on which the need could be met.
struct Visit<'a> {
    slots: &'a DaySlots<'a>,
    /// When they are free on it.
    free: &'a [Interval],
    today: Today<'a>,
    load: usize,
    best_rank: usize,
}

impl<'a> Visit<'a> {
    /// What no start from `start` on can beat at a rank, with at least these drives.
    fn at_most(
        &self,
        asked: &Asked<'a>,
        person: &Person<'_>,
        rank: usize,
        drives: [Leg; 2],
        start: Timestamp,
        told: &mut Option<(Terms<'a>, Floor)>,
    ) -> Merit {
        let terms = Terms {
            rank,
            load: self.load,
            drives,
            rates: self.today.day.rates,
            backfill: self.today.day.backfill,
            fee: self.today.fee,
            date: (!asked.need.policy.subsidies.is_empty()).then_some(self.today.day.date),
        };
        if let Some((_, Floor { score, pays })) = told.filter(|(other, _)| terms.is_same(other)) {
            return Merit { score, pays, nights: 0, start };
        }
        let basis = Basis {
            km: drives.map(|leg| leg.km),
            ..basis(asked, self.today.day, self.today.fee, asked.need.details.duration())
        };
        let pays = basis.library_pays();
        let minutes = drives.iter().map(|leg| leg.minutes.0).sum();
        let km = drives[0].km + drives[1].km;
        let score = self.facts(asked, person, rank, (minutes, km), pays).score(&asked.need.policy.weights);
        *told = Some((terms, Floor { score, pays }));
        Merit { score, pays, nights: 0, start }
    }

    fn facts(
        &self,
        asked: &Asked<'_>,
        person: &Person<'_>,
        rank: usize,
        (road_minutes, road_km): (u32, f64),
        pays: i64,
    ) -> Facts {
        let from_home = 2.0 * person.home().leg.km;
        Facts {
            rank,
            preferences: asked.need.details.preferences.len(),
            road_minutes,
            pays,
            fair: asked.fair,
            fit: person.fit,
            load: self.load,
            usual_load: asked.usual_load,
            settled: person.settled,
            rural: asked.need.rural,
            saved: if from_home > 0.0 { (1.0 - road_km / from_home).max(0.0) } else { 0.0 },
        }
    }

    /// Judges the slots of the day and keeps the best.
    fn look(&self, asked: &Asked<'a>, person: &'a Person<'a>, is_clear: bool, best: &mut Best<'a>) {
        let leg = self.today.base.leg;
        let drives =
            if is_clear { [leg, leg] } else { [person.least_way(asked, leg, &self.slots.span), Leg::default()] };
        let day_at_most = self.at_most(asked, person, self.best_rank, drives, self.slots.span.start, &mut best.told);
        if best.is_beyond(&day_at_most) {
            return;
        }
        let (day, overnight) = (self.today.day, person.trainer.travels_overnight);
        let mut class = None;
        let mut is_done = false;
        for slot in self.slots.slots.iter().filter(|slot| slot.broken.is_none() && covers(self.free, &slot.time)) {
            let Some(rank) = slot.rank else { continue };
            // Whom the day is too short for breaks a rule.
            let Some(there) = out(slot.time.start, leg, day, overnight) else { continue };
            let Some(home) = back(slot.time.end, leg, day, overnight) else { continue };
            let room = if is_clear { Room::ALL } else { room(person, there.edge, slot, home.edge) };
            let whole = Interval { start: there.edge, end: home.edge };
            if room.beside == [true, true] && person.is_busy(&whole) {
                continue;
            }
            let alike = (rank, there.nights, home.nights, room);
            if class != Some(alike) {
                class = Some(alike);
                let drives = room.beside.map(|is_room| if is_room { leg } else { Leg::default() });
                let at_most = self.at_most(asked, person, rank, drives, slot.time.start, &mut best.told);
                is_done = best.is_beyond(&at_most);
            }
            if is_done {
                continue;
            }
            let verdict = judge(asked, person, &self.today, slot);
            if verdict.broken.is_none() {
                let road_minutes = verdict.before.leg.minutes.0 + verdict.after.leg.minutes.0;
                let road_km = verdict.before.leg.km + verdict.after.leg.km;
                let facts = self.facts(asked, person, rank, (road_minutes, road_km), verdict.pays);
                let score = facts.score(&asked.need.policy.weights);
                let found = Found { time: slot.time, rank, verdict, facts, score };
                if !best.is_beyond(&found.merit()) {
                    best.found = Some(found);
                }
            }
            // With room on both sides all of a class break the same rules; else a later one may still be reached in time.
            is_done = room.beside == [true, true] || verdict.broken.is_none() && !room.is_straight;
            // Nothing later on a clear day is better than the best preference without a night away.
            if is_clear && alike == (self.best_rank, 0, 0, Room::ALL) {
                break;
            }
        }
    }
}

/// What there is beside a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    /// Whether the way from home, and the way back, touch nothing that is taken.
    beside: [bool; 2],
    /// Whether it lies between two commitments that are driven straight.
    is_straight: bool,
    /// Which commitment comes after it.
    next: usize,
}

impl Room {
    /// Nothing near.
    const ALL: Self = Self { beside: [true, true], is_straight: false, next: 0 };
}

fn room(person: &Person<'_>, from: Timestamp, slot: &Slot, until: Timestamp) -> Room {
    let following = person.following(slot.time.start);
    let (previous, next) = person.beside(following);
    let is_straight = person.is_straight(previous, next);
    let before = previous.is_none_or(|previous| previous.taken.end <= from);
    let after = next.is_none_or(|next| until <= next.taken.start);
    Room { beside: [before && !is_straight, after && !is_straight], is_straight, next: following }
}

/// Whether nothing the trainer is committed to is near enough to any slot of the day to change how they travel.
pub(crate) fn is_clear(person: &Person<'_>, slots: &DaySlots<'_>) -> bool {
    let (day, overnight) = (&slots.day, person.trainer.travels_overnight);
    let leg = person.base(day).leg;
    let (mut from, mut until) = (leg.before(slots.span.start), leg.after(slots.span.end));
    if overnight && from < day.hours.from {
        from = from.min(leg.before(day.eve.until));
    }
    if overnight && day.hours.until < until {
        until = until.max(leg.after(day.morrow.from));
    }
    let following = person.kept.partition_point(|kept| kept.taken.end <= from);
    let (previous, next) = person.beside(following);
    next.is_none_or(|next| until <= next.taken.start) && !person.is_straight(previous, next)
}
