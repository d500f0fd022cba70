//! Why there is no time for a trainer.

use packhorse_calendar::intervals::covers;
use packhorse_domain::Interval;

use crate::{
    candidate::{Person, Today},
    need::{Asked, DaySlots, Slot},
    placement::{basis, ceiling, judge},
    price::Basis,
    rules::{Broken, Rule},
    search::is_clear,
    travel::{back, out},
};

/// Most starts that are looked at.
const MOST_LOOKS: usize = 2000;

/// Every rule that stands in the way at the time that comes nearest: the fewest rules broken, then the best preference, then
/// the earliest. Only the first 2,000 starts are looked at, those of the best preferences first.
///
/// A start is judged only when fewer rules might be broken at it than at the nearest so far.
pub(crate) fn why_not<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> Broken {
    let always = asked.broken.and(person.broken);
    // Nothing can come nearer than one rule, or those that are broken whenever it takes place.
    let least = always.and(whenever(asked, days, person)).count().max(1);
    let mut nearest: Option<Broken> = None;
    let mut left = MOST_LOOKS;
    for day in days {
        let slots = &day.slots[..day.slots.len().min(left)];
        left -= slots.len();
        let today = person.today(asked, &day.day);
        let glance = Glance { asked, person, today: &today, always };
        let mut most = nearest.map_or(u32::MAX, Broken::count);
        if glance.of_day(day).count() >= most {
            continue;
        }
        for slot in slots {
            if glance.of_slot(slot).count() < most {
                let broken = judge(asked, person, &today, slot).broken;
                if broken.count() < most {
                    (nearest, most) = (Some(broken), broken.count());
                }
                if most <= least {
                    return broken;
                }
            }
        }
        if left == 0 {
            break;
        }
    }
    // No start at all: the preferences are too narrow for the grid.
    let mut broken = nearest.unwrap_or(always);
    broken.add_if(nearest.is_none(), Rule::StartGrid);
    broken
}

/// Rules that are surely broken at every start, beside those that are whoever asks and whenever it is.
fn whenever(asked: &Asked<'_>, days: &[DaySlots<'_>], person: &Person<'_>) -> Broken {
    let mut broken = days.iter().map(|day| day.broken).reduce(Broken::common).unwrap_or_default();
    broken.add_if(person.free.is_empty(), Rule::Availability);
    let drives = if person.trainer.travels_overnight { 1 } else { 2 };
    let least = drives * person.home.minutes.0 + if drives == 2 { asked.need.details.duration_minutes } else { 0 };
    let longest = days.iter().map(|day| day.day.longest_minutes()).max().unwrap_or(i64::MAX);
    broken.add_if(i64::from(least) > longest, Rule::WorkingDay);
    broken
}

/// Rules that are surely broken, told without a judgment.
struct Glance<'g, 'a> {
    asked: &'g Asked<'a>,
    person: &'g Person<'a>,
    today: &'g Today<'a>,
    always: Broken,
}

impl Glance<'_, '_> {
    /// At every start of the day.
    fn of_day(&self, day: &DaySlots<'_>) -> Broken {
        let mut broken = self.always.and(day.broken);
        let first = self.person.free.partition_point(|free| free.end <= day.span.start);
        broken.add_if(self.person.free.get(first).is_none_or(|free| day.span.end <= free.start), Rule::Availability);
        if let Some(ceiling) = ceiling(self.asked.need)
            && is_clear(self.person, day)
        {
            let km = [self.person.home.km; 2];
            let cheapest = Basis { km, ..basis(self.asked, self.today, self.asked.need.details.duration()) };
            broken.add_if(cheapest.amounts().total() > ceiling, Rule::Budget);
        }
        broken
    }

    /// At one start.
    fn of_slot(&self, slot: &Slot) -> Broken {
        let (person, day) = (self.person, self.today.day);
        let mut broken = self.always.and(slot.broken);
        broken.add_if(!covers(&person.free, &slot.time), Rule::Availability);
        let (leg, overnight) = (person.home, person.trainer.travels_overnight);
        let Interval { start, end } = slot.time;
        let in_time = out(start, leg, day, overnight).is_some() && back(end, leg, day, overnight).is_some();
        broken.add_if(!in_time, Rule::WorkingDay);
        broken
    }
}
