//! The best time of one trainer.

use packhorse_calendar::intervals::covers;
use packhorse_domain::{Interval, Timestamp};

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
    /// Higher score, lower cost, fewer nights away, earlier.
    fn beats(&self, other: &Self) -> bool {
        let rest = |merit: &Self| (merit.pays, merit.nights, merit.start);
        other.score.total_cmp(&self.score).then_with(|| rest(self).cmp(&rest(other))).is_lt()
    }
}

/// The days that hold the slots, from the first to the last instant.
pub(crate) fn hull(days: &[DaySlots<'_>]) -> Option<Interval> {
    let start = days.iter().map(|day| day.span.start).min()?;
    let end = days.iter().map(|day| day.span.end).max()?;
    Interval::new(start, end)
}

/// The best slot of all. Every slot is judged but those that cannot be better than one that is: on one day, those of the
/// same preference with the same room beside them have the same way, nights, cost and load.
pub(crate) fn best<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> Option<Found<'a>> {
    let mut best: Option<Found<'a>> = None;
    let mut busy = Vec::new();
    for day in days {
        let Some(best_rank) = day.best_rank.filter(|_| !person.base(&day.day).is_too_far) else { continue };
        let first_free = person.free.partition_point(|free| free.end <= day.span.start);
        if person.free.get(first_free).is_none_or(|free| day.span.end <= free.start) {
            continue;
        }
        let visit = Visit { slots: day, today: person.today(asked, &day.day), load: person.load(&day.day), best_rank };
        // Busy days come last: then there is something to beat, and some need no closer look.
        if is_clear(person, day) {
            visit.look(asked, person, true, &mut best);
        } else {
            busy.push(visit);
        }
    }
    for visit in busy {
        visit.look(asked, person, false, &mut best);
    }
    best
}

/// A day of a candidate on which the need could be met.
struct Visit<'a> {
    slots: &'a DaySlots<'a>,
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
    ) -> Merit {
        let basis = Basis { km: drives.map(|leg| leg.km), ..basis(asked, &self.today, asked.need.details.duration()) };
        let pays = basis.library_pays();
        let minutes = drives.iter().map(|leg| leg.minutes.0).sum();
        let km = drives[0].km + drives[1].km;
        let score = self.facts(asked, person, rank, (minutes, km), pays).score(&asked.need.policy.weights);
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
    fn look(&self, asked: &Asked<'a>, person: &'a Person<'a>, is_clear: bool, best: &mut Option<Found<'a>>) {
        let leg = self.today.base.leg;
        let drive = if is_clear { leg } else { Leg::default() };
        let day_at_most = self.at_most(asked, person, self.best_rank, [drive, drive], self.slots.span.start);
        if best.as_ref().is_some_and(|best| !day_at_most.beats(&best.merit())) {
            return;
        }
        let (day, overnight) = (self.today.day, person.trainer.travels_overnight);
        let mut class = None;
        let mut is_done = false;
        for slot in self.slots.slots.iter().filter(|slot| slot.broken.is_none() && covers(&person.free, &slot.time)) {
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
                let at_most = self.at_most(asked, person, rank, drives, slot.time.start);
                is_done = best.as_ref().is_some_and(|best| !at_most.beats(&best.merit()));
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
                if best.as_ref().is_none_or(|best| found.merit().beats(&best.merit())) {
                    *best = Some(found);
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
