//! A run as it is driven: where each night is spent, and the legs between.

use crate::{
    lodging,
    model::{Model, Run},
    plan::{Cost, Leg, Night, Served, Spot, Tour},
    problem::Money,
    road::{self, Reached, Usage, Walk},
};

/// Where a run's nights are spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Itinerary {
    /// Where one is on the evening of each day.
    pub evenings: Vec<Spot>,
    /// Whether that night is away.
    pub away: Vec<bool>,
    pub mileage: Money,
    pub meters: i64,
}

impl Itinerary {
    /// The cheapest one with these slots, if they can be driven. `lodging` are the places to sleep at; none: anywhere.
    pub fn new(model: &Model, run: &Run, slots: &[u32], lodging: &[usize], walk: &mut Walk) -> Option<Self> {
        road::cost(model, run, slots, walk)?;
        if lodging.is_empty() {
            Some(Self::anywhere(model, run, slots, walk))
        } else {
            lodging::snap(model, run, slots, lodging)
        }
    }

    pub fn nights(&self) -> usize {
        self.away.iter().filter(|away| **away).count()
    }

    pub fn usage(&self, workshops: usize) -> Usage {
        Usage { nights: self.nights() as i64, meters: self.meters, workshops: workshops as i64 }
    }

    /// Roads and nights.
    pub fn cost(&self, run: &Run) -> Money {
        self.mileage + run.rates.night * self.nights() as Money
    }

    /// That of the run priced last.
    fn anywhere(model: &Model, run: &Run, slots: &[u32], walk: &Walk) -> Self {
        let days = run.hours.len();
        let steps = walk.steps(model, run);
        let mut own = Self {
            evenings: vec![Spot::Place(run.start); days],
            away: vec![false; days],
            mileage: 0,
            meters: road::meters(model, slots),
        };
        let mut at = (run.start, -1, 0);
        for step in &steps {
            let (place, day, left) = at;
            let first = step.route.first as usize;
            let since = match step.state.reached {
                Reached::FromHome { nights } => step.route.day - nights,
                Reached::Directly => day,
            };
            let on_the_day = if step.state.reached == Reached::Directly {
                left
            } else {
                run.idle_minutes(since, (since + 1).min(run.days()))
            };
            own.drive(model, run, (place, first), (since, step.route.day), on_the_day);
            own.mileage += step.route.fare;
            let last = step.route.last as usize;
            at = (last, step.route.day, step.state.left);
            if let Some(nights) = step.nights_home {
                own.drive(model, run, (last, run.end), (step.route.day, step.route.day + nights), step.state.left);
                let home = (step.route.day + nights) as usize;
                own.evenings[home..].fill(Spot::Place(run.end));
                at = (run.end, step.route.day + nights, 0);
            }
        }
        own
    }

    /// A road begun on one day and ended on another, with so many minutes of it on the first.
    fn drive(&mut self, model: &Model, run: &Run, (from, to): (usize, usize), (since, until): (i32, i32), first: i32) {
        let whole = model.minutes(from, to);
        self.mileage += model.fare(&run.rates, from, to);
        self.meters += i64::from(model.meters(from, to));
        let mut behind = first.min(whole);
        for day in since..until {
            self.evenings[day as usize] = match behind {
                0 => Spot::Place(from),
                minutes if minutes == whole => Spot::Place(to),
                minutes => Spot::Underway { from, to, minutes },
            };
            self.away[day as usize] = true;
            behind = (behind + run.idle_minutes(day + 1, (day + 2).min(run.days()))).min(whole);
        }
    }

    /// The tour with its times: as early as windows allow, and never on the road sooner than needed.
    pub fn tour(&self, model: &Model, run: &Run, slots: &[u32]) -> Tour {
        let mut tour = Tour {
            trainer: run.trainer,
            first_day: run.first as usize,
            last_day: (run.first + run.days() - 1) as usize,
            stops: Vec::new(),
            legs: Vec::new(),
            nights: Vec::new(),
            cost: Cost {
                mileage: self.mileage,
                lodging: run.rates.night * self.nights() as Money,
                honorarium: slots.iter().map(|slot| model.slots[*slot as usize].fee(&run.rates)).sum(),
            },
        };
        let mut at = Spot::Place(run.start);
        let mut rest = slots;
        for (offset, evening) in self.evenings.iter().enumerate() {
            let day = run.first + offset as i32;
            let count = rest.partition_point(|slot| model.slots[*slot as usize].day <= day);
            let (today, later) = rest.split_at(count);
            rest = later;
            let mut now = run.hours[offset].0;
            for (number, slot) in today.iter().enumerate() {
                let slot = &model.slots[*slot as usize];
                let place = Spot::Place(slot.place as usize);
                let (minutes, meters) = between(model, at, place);
                let start = (now + minutes).max(slot.open);
                let depart = if number == 0 { start - minutes } else { now };
                push_leg(
                    &mut tour.legs,
                    Leg { day: day as usize, from: at, to: place, depart, arrive: depart + minutes, meters },
                );
                tour.stops.push(Served {
                    request: slot.request as usize,
                    trainer: run.trainer,
                    day: day as usize,
                    start,
                });
                now = start + slot.minutes;
                at = place;
            }
            let (minutes, meters) = between(model, at, *evening);
            push_leg(
                &mut tour.legs,
                Leg { day: day as usize, from: at, to: *evening, depart: now, arrive: now + minutes, meters },
            );
            if self.away[offset] {
                tour.nights.push(Night { day: day as usize, at: *evening });
            }
            at = *evening;
        }
        tour
    }
}

/// Adds a leg, unless it leads nowhere.
fn push_leg(legs: &mut Vec<Leg>, leg: Leg) {
    if leg.from != leg.to {
        legs.push(leg);
    }
}

/// Minutes and meters from one spot to another on the same road.
fn between(model: &Model, from: Spot, to: Spot) -> (i32, u32) {
    if from == to {
        return (0, 0);
    }
    let (a, b) = match (from, to) {
        (Spot::Underway { from, to, .. }, _)
        | (_, Spot::Underway { from, to, .. })
        | (Spot::Place(from), Spot::Place(to)) => (from, to),
    };
    let whole = model.minutes(a, b);
    let behind = |spot: Spot, place: i32| match spot {
        Spot::Place(_) => place,
        Spot::Underway { minutes, .. } => minutes,
    };
    let (begin, end) = (behind(from, 0), behind(to, whole));
    let meters = |minutes: i32| i64::from(model.meters(a, b)) * i64::from(minutes) / i64::from(whole.max(1));
    let all = i64::from(model.meters(a, b));
    let reached = if end == whole { all } else { meters(end) };
    (end - begin, (reached - meters(begin)) as u32)
}
