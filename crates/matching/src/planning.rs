//! What a planner of many requests asks: who may come at all, and the time on a date nearest to one it has in mind.

use packhorse_domain::Timestamp;

use crate::{
    Candidate, Need, Placement, Rule, RuledOut,
    candidate::Person,
    need::{Asked, Slot},
    placement::judge,
    rules::Broken,
};

/// Whether each of some trainers may come at all: skills, language, format, room, travel radius. When they have time is not
/// looked at. With every rule that is broken whenever it takes place for those who may not.
pub fn suits<'c>(
    need: &Need<'_>,
    candidates: impl Iterator<Item = Candidate<'c>>,
    now: Timestamp,
) -> Vec<Result<(), RuledOut>> {
    let asked = Asked::new(need, now);
    let judged = candidates.map(|candidate| {
        let broken = asked.broken.and(broken_by(&asked, &candidate));
        if broken.is_none() { Ok(()) } else { Err(broken.ruled_out()) }
    });
    judged.collect()
}

fn broken_by(asked: &Asked<'_>, candidate: &Candidate<'_>) -> Broken {
    Person::new(asked, candidate, None).broken
}

/// The start on the date of a planned one that is nearest to it, on the network's grid and within the preferences, and at which
/// the trainer can come; the earlier of two that are as near.
///
/// # Errors
/// [`RuledOut`] with every rule that is broken at the nearest start, when there is none.
pub fn nearest(
    need: &Need<'_>,
    candidate: &Candidate<'_>,
    planned: Timestamp,
    now: Timestamp,
) -> Result<Placement, RuledOut> {
    let asked = Asked::new(need, now);
    let nowhere = || RuledOut { rules: vec![Rule::Preference], relaxations: None };
    let date = asked.day(planned).ok_or_else(nowhere)?.date;
    let mut days = asked.slots();
    days.retain(|slots| slots.day.date == date);
    let found = days.first().ok_or_else(nowhere)?;
    let mut slots: Vec<&Slot> = found.slots.iter().collect();
    slots.sort_by_key(|slot| (slot.time.start.duration_since(planned).abs(), slot.time.start));
    let person = Person::new(&asked, candidate, Some(found.span)).with_calendar(&asked, candidate, found.span);
    let today = person.today(&asked, &found.day);
    let mut first: Option<Broken> = None;
    for slot in slots {
        let verdict = judge(&asked, &person, &today, slot);
        match slot.rank {
            Some(rank) if verdict.broken.is_none() => return Ok(verdict.placement(&person, slot.time, rank)),
            Some(_) | None => first = first.or(Some(verdict.broken)),
        }
    }
    Err(first.map_or_else(nowhere, Broken::ruled_out))
}
