//! Why there is no time for a trainer.

use packhorse_calendar::intervals::covers;
use packhorse_domain::Interval;

use crate::{
    candidate::{Base, Person, Today},
    need::{Asked, Day, DaySlots, Slot},
    placement::{basis, ceiling, judge},
    price::Basis,
    rules::{Broken, Rule},
    search::is_clear,
    travel::{Leg, back, out},
};

/// Most starts that are looked at.
const MOST_LOOKS: usize = 2000;

/// Every rule that stands in the way at the time that comes nearest: the fewest rules broken, then the best preference, then
/// the earliest. Only the first 2,000 starts are looked at, those of the best preferences first.
///
/// A start is judged only when fewer rules might be broken at it than at the nearest so far.
pub(crate) fn why_not<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> Broken {
    let always = asked.broken.and(person.broken).and(whenever(asked, days, person));
    // Nothing can come nearer than one rule, or those that are broken whenever it takes place.
    let least = always.count().max(1);
    let mut nearest: Option<Broken> = None;
    let mut left = MOST_LOOKS;
    for day in days {
        let slots = &day.slots[..day.slots.len().min(left)];
        left -= slots.len();
        let glance = Glance { asked, person, base: person.base(&day.day), free: person.free_within(&day.span), always };
        let mut most = nearest.map_or(u32::MAX, Broken::count);
        let of_day = glance.of_day(day);
        if of_day.count() < most {
            let today = person.today(asked, &day.day);
            if of_day.and(glance.budget(day, &today)).count() < most {
                for slot in slots {
                    if glance.of_slot(&day.day, slot).count() < most {
                        let broken = judge(asked, person, &today, slot).broken;
                        if broken.count() < most {
                            (nearest, most) = (Some(broken), broken.count());
                        }
                        if most <= least {
                            return broken;
                        }
                    }
                }
            }
        }
        if left == 0 {
            break;
        }
    }
    // No start at all: the preferences are too narrow for the grid.
    let mut broken = nearest.unwrap_or(asked.broken.and(person.broken));
    broken.add_if(nearest.is_none(), Rule::StartGrid);
    broken
}

/// Rules that are surely broken at every start, beside those that are whoever asks and whenever it is.
fn whenever(asked: &Asked<'_>, days: &[DaySlots<'_>], person: &Person<'_>) -> Broken {
    let mut broken = days.iter().map(|day| day.broken).reduce(Broken::common).unwrap_or_default();
    broken.add_if(person.free.is_empty(), Rule::Availability);
    // Who sleeps away needs a working day for each drive, who does not one for both and the work.
    let longest = days.iter().map(|day| day.day.longest_minutes).max().unwrap_or(i64::MAX);
    let duration = i64::from(asked.need.details.duration_minutes);
    let overnight = person.trainer.travels_overnight;
    let least = |leg: Leg| {
        let drive = i64::from(leg.minutes.0);
        if overnight { drive } else { 2 * drive + duration }
    };
    broken.add_if(person.all_bases().all(|base| least(base.leg) > longest), Rule::WorkingDay);
    if let Some(ceiling) = ceiling(asked.need) {
        broken.add_if(person.costs_at_least(asked) > ceiling, Rule::Budget);
    }
    broken
}

/// Rules that are surely broken, told without a judgment.
struct Glance<'g, 'a> {
    asked: &'g Asked<'a>,
    person: &'g Person<'a>,
    base: Base<'a>,
    /// When they are free on the day.
    free: &'g [Interval],
    always: Broken,
}

impl Glance<'_, '_> {
    /// At every start of the day.
    fn of_day(&self, day: &DaySlots<'_>) -> Broken {
        let mut broken = self.always.and(day.broken);
        broken.add_if(self.base.is_too_far, Rule::TravelRadius);
        broken.add_if(self.free.is_empty(), Rule::Availability);
        broken
    }

    /// At every start of the day, by cost, when nothing is near that changes the way.
    fn budget(&self, day: &DaySlots<'_>, today: &Today<'_>) -> Broken {
        let mut broken = Broken::default();
        if let Some(ceiling) = ceiling(self.asked.need)
            && is_clear(self.person, day)
        {
            let km = [self.base.leg.km; 2];
            let cheapest = Basis { km, ..basis(self.asked, today.day, today.fee, self.asked.need.details.duration()) };
            broken.add_if(cheapest.library_pays() > ceiling, Rule::Budget);
        }
        broken
    }

    /// At one start.
    fn of_slot(&self, day: &Day<'_>, slot: &Slot) -> Broken {
        let mut broken = self.always.and(slot.broken);
        broken.add_if(self.base.is_too_far, Rule::TravelRadius);
        broken.add_if(!covers(self.free, &slot.time), Rule::Availability);
        let (leg, overnight) = (self.base.leg, self.person.trainer.travels_overnight);
        let Interval { start, end } = slot.time;
        let in_time = out(start, leg, day, overnight).is_some() && back(end, leg, day, overnight).is_some();
        broken.add_if(!in_time, Rule::WorkingDay);
        broken
    }
}
