//! The best time of one trainer, and why there is none.

use packhorse_domain::Interval;

use crate::{
    candidate::Person,
    need::{Asked, DaySlots, Slot},
    objectives::Facts,
    placement::{Verdict, judge},
    rules::{Broken, Rule, RuledOut},
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
    /// Higher score, lower cost, fewer nights away, earlier.
    fn beats(&self, other: &Self) -> bool {
        let cost = |found: &Self| (found.verdict.total, found.verdict.nights(), found.time.start);
        other.score.total_cmp(&self.score).then_with(|| cost(self).cmp(&cost(other))).is_lt()
    }
}

/// The days that hold the slots, from the first to the last instant.
pub(crate) fn hull(days: &[DaySlots<'_>]) -> Option<Interval> {
    let start = days.iter().map(|day| day.span.start).min()?;
    let end = days.iter().map(|day| day.span.end).max()?;
    Interval::new(start, end)
}

/// The best slot of all. Every slot is judged but those that cannot be better than one of the same day that was: on a day
/// without commitments near, driving, cost and load are the same at every start that needs no night away.
pub(crate) fn best<'a>(asked: &Asked<'a>, days: &[DaySlots<'a>], person: &'a Person<'a>) -> Option<Found<'a>> {
    let mut best: Option<Found<'a>> = None;
    for day in days {
        let Some(best_rank) = day.best_rank else { continue };
        let first_free = person.free.partition_point(|free| free.end <= day.span.start);
        let free = &person.free[first_free..];
        if free.first().is_none_or(|free| day.span.end <= free.start) {
            continue;
        }
        let open = || {
            day.slots
                .iter()
                .filter(|slot| slot.broken.is_none() && packhorse_calendar::intervals::covers(free, &slot.time))
        };
        let alike = is_clear(person, day)
            .then(|| open().find(|slot| slot.rank == Some(best_rank) && is_day_trip(person, day, slot)))
            .flatten();
        let load = person.load(&day.day);
        let mut consider = |slot: &Slot| {
            let verdict = judge(asked, person, &day.day, slot);
            if verdict.broken.is_none() {
                let found = found(asked, person, slot, verdict, load);
                if best.as_ref().is_none_or(|best| found.beats(best)) {
                    best = Some(found);
                }
            }
        };
        match alike {
            Some(slot) => consider(slot),
            None => open().for_each(consider),
        }
    }
    best
}

fn found<'a>(asked: &Asked<'a>, person: &Person<'a>, slot: &Slot, verdict: Verdict<'a>, load: usize) -> Found<'a> {
    let rank = slot.rank.unwrap_or(usize::MAX);
    let facts = Facts {
        rank,
        preferences: asked.need.details.preferences.len(),
        road_minutes: verdict.before.leg.minutes.0 + verdict.after.leg.minutes.0,
        total: verdict.total,
        fair: asked.fair,
        fit: person.fit,
        load,
    };
    Found { time: slot.time, rank, verdict, facts, score: facts.score(&asked.need.policy.weights) }
}

/// Whether nothing the trainer is committed to is near enough to any slot of the day to change how they travel.
fn is_clear(person: &Person<'_>, slots: &DaySlots<'_>) -> bool {
    let (day, leg) = (&slots.day, person.home.minutes.span());
    let overnight = person.trainer.travels_overnight;
    let (Ok(mut from), Ok(mut until)) = (slots.span.start.checked_sub(leg), slots.span.end.checked_add(leg)) else {
        return false;
    };
    if overnight && from < day.hours.from {
        from = from.min(day.eve.until.checked_sub(leg).unwrap_or(from));
    }
    if overnight && day.hours.until < until {
        until = until.max(day.morrow.from.checked_add(leg).unwrap_or(until));
    }
    let following = person.kept.partition_point(|kept| kept.commitment.taken.end <= from);
    let Some(next) = person.kept.get(following) else { return true };
    let previous = following.checked_sub(1).and_then(|last| person.kept.get(last));
    until <= next.commitment.taken.start && !previous.is_some_and(|previous| person.is_linked(previous.commitment))
}

/// Whether they can leave and be back within the working day.
fn is_day_trip(person: &Person<'_>, slots: &DaySlots<'_>, slot: &Slot) -> bool {
    let (hours, leg) = (slots.day.hours, person.home.minutes.span());
    slot.time.start.duration_since(hours.from) >= leg && hours.until.duration_since(slot.time.end) >= leg
}

/// Most slots that are judged to say why there is none.
const MOST_LOOKS: usize = 2000;

/// Every rule that stands in the way at the time that comes nearest: the fewest rules broken, then the best preference, then
/// the earliest. Only the first 2,000 starts are looked at, those of the best preferences first.
pub(crate) fn why_not<'a>(asked: &Asked<'a>, days: &[DaySlots<'a>], person: &'a Person<'a>) -> RuledOut {
    let always = asked.broken.and(person.broken);
    // Nothing can come nearer than one rule, or those that are broken whenever it takes place.
    let least = always.count().max(1);
    let mut nearest: Option<Broken> = None;
    for (day, slot) in days.iter().flat_map(|day| day.slots.iter().map(move |slot| (day, slot))).take(MOST_LOOKS) {
        let broken = judge(asked, person, &day.day, slot).broken;
        if nearest.is_none_or(|nearest| broken.count() < nearest.count()) {
            nearest = Some(broken);
            if broken.count() <= least {
                break;
            }
        }
    }
    let mut broken = nearest.unwrap_or(always);
    broken.add_if(nearest.is_none(), Rule::Preference);
    broken.ruled_out()
}
