//! Nights at places where one may sleep, instead of anywhere along the road.

use crate::{
    itinerary::Itinerary,
    model::{Model, Run},
    plan::Spot,
    problem::Money,
    road,
};

/// Where one is on an evening: home and its like first, then towns.
#[derive(Debug, Clone, Copy)]
struct Evening {
    /// Index of the spots of the run.
    spot: usize,
    nights: i32,
    cost: Money,
    /// The evening before, among those of that day.
    parent: usize,
}

/// The cheapest nights for these slots, if there are any that the days can be driven with.
///
/// A dynamic program over evenings, each at home or at a place to sleep; of two at the same spot, one that has more nights
/// behind it and costs no less is forgotten.
pub(crate) fn snap(model: &Model, run: &Run, slots: &[u32], lodging: &[usize]) -> Option<Itinerary> {
    let places = spots(model, run, slots, lodging);
    let mut days: Vec<Vec<Evening>> = Vec::with_capacity(run.hours.len());
    let mut before = vec![Evening { spot: 0, nights: 0, cost: 0, parent: 0 }];
    for day in 0..run.days() {
        let from = slots.partition_point(|slot| model.slots[*slot as usize].day < run.first + day);
        let to = slots.partition_point(|slot| model.slots[*slot as usize].day <= run.first + day);
        let route = if to > from { Some(road::day_route(model, run, slots[from..to].iter().copied())?) } else { None };
        let mut evenings: Vec<Evening> = Vec::new();
        for (parent, morning) in before.iter().enumerate() {
            let at = places[morning.spot];
            let (last, left, cost) = match route {
                Some(route) => {
                    let first = route.first as usize;
                    let Some(left) = route.left(run, model.minutes(at, first)) else { continue };
                    (route.last as usize, left, model.fare(&run.rates, at, first) + route.fare)
                }
                None => (at, run.idle_minutes(day, day + 1), 0),
            };
            for (spot, place) in places.iter().enumerate() {
                let stays = spot == 0 && morning.spot == 0 && route.is_none();
                if model.minutes(last, *place) > left || (spot == 0 && !stays && run.start != run.end) {
                    continue;
                }
                let away = spot > 1;
                let nights = if away { morning.nights + 1 } else { 0 };
                if nights <= run.nights {
                    let night = if away { run.rates.night } else { 0 };
                    let cost = morning.cost + cost + model.fare(&run.rates, last, *place) + night;
                    keep(&mut evenings, Evening { spot, nights, cost, parent });
                }
            }
        }
        if evenings.is_empty() {
            return None;
        }
        days.push(std::mem::replace(&mut before, evenings));
    }
    days.push(before);
    let at_home = |evening: &Evening| places[evening.spot] == run.end;
    let (mut at, _) = days[days.len() - 1]
        .iter()
        .enumerate()
        .filter(|(_, evening)| at_home(evening) && evening.spot < 2)
        .min_by_key(|(_, evening)| evening.cost)?;
    let mut itinerary = Itinerary { evenings: Vec::new(), away: Vec::new(), mileage: 0, meters: 0 };
    let mut path = Vec::new();
    for evenings in days[1..].iter().rev() {
        path.push(evenings[at].spot);
        at = evenings[at].parent;
    }
    path.reverse();
    itinerary.evenings = path.iter().map(|spot| Spot::Place(places[*spot])).collect();
    itinerary.away = path.iter().map(|spot| *spot > 1).collect();
    itinerary.add_up(model, run, slots, &path.iter().map(|spot| places[*spot]).collect::<Vec<_>>());
    Some(itinerary)
}

/// Where the run begins, where it ends, and places to sleep that could be of use.
fn spots(model: &Model, run: &Run, slots: &[u32], lodging: &[usize]) -> Vec<usize> {
    let near = |town: usize| {
        slots.iter().any(|slot| model.minutes(model.slots[*slot as usize].place as usize, town) <= run.drive)
            && town != run.end
    };
    let mut towns: Vec<usize> = lodging.iter().copied().filter(|town| near(*town)).collect();
    towns.sort_unstable();
    towns.dedup();
    [run.start, run.end].into_iter().chain(towns).collect()
}

fn keep(evenings: &mut Vec<Evening>, new: Evening) {
    let better = |a: &Evening, b: &Evening| a.spot == b.spot && a.nights <= b.nights && a.cost <= b.cost;
    if !evenings.iter().any(|other| better(other, &new)) {
        evenings.retain(|other| !better(&new, other));
        evenings.push(new);
    }
}

impl Itinerary {
    /// Adds up the roads of a run with nights at these places.
    fn add_up(&mut self, model: &Model, run: &Run, slots: &[u32], evenings: &[usize]) {
        let mut at = run.start;
        let mut rest = slots;
        for (day, evening) in evenings.iter().enumerate() {
            let count = rest.partition_point(|slot| model.slots[*slot as usize].day <= run.first + day as i32);
            let (today, later) = rest.split_at(count);
            rest = later;
            let stops = today.iter().map(|slot| model.slots[*slot as usize].place as usize);
            for place in stops.chain([*evening]) {
                self.mileage += model.fare(&run.rates, at, place);
                self.meters += i64::from(model.meters(at, place));
                at = place;
            }
        }
    }
}
