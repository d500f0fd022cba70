//! Where a request fits best into a run, remembered until the run changes.

use crate::{
    model::{Choice, Model},
    problem::Money,
    road::{self, DayRoute, Walk},
    solution::RunPlan,
};

/// The best place for a request in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Insertion {
    /// Its worth, less the road it adds.
    pub gain: Money,
    pub slot: u32,
    /// Where among the slots of the run.
    pub position: u32,
}

/// What was worked out for a plan of a run, known by its key.
#[derive(Debug, Clone, Copy)]
struct Remembered {
    key: u64,
    insertion: Insertion,
}

/// Looks for insertions, and remembers what it found: for each choice the last two.
pub(crate) struct Inserter {
    remembered: Vec<[Remembered; 2]>,
    pub walk: Walk,
    routes: Vec<DayRoute>,
    /// Insertions that had to be worked out.
    pub worked: u64,
}

/// Stands for "nowhere" in memory.
const NOWHERE: Insertion = Insertion { gain: 0, slot: u32::MAX, position: 0 };

impl Inserter {
    pub fn new(model: &Model) -> Self {
        let empty = Remembered { key: 0, insertion: NOWHERE };
        Self { remembered: vec![[empty; 2]; model.choices.len()], walk: Walk::default(), routes: Vec::new(), worked: 0 }
    }

    /// The best place for a request in a run as planned, if there is any.
    pub fn best(&mut self, model: &Model, plan: &RunPlan, choice: usize) -> Option<Insertion> {
        let [last, before] = self.remembered[choice];
        let found = if last.key == plan.key {
            last
        } else {
            let found = if before.key == plan.key {
                before
            } else {
                let insertion = self.work_out(model, plan, &model.choices[choice]).unwrap_or(NOWHERE);
                Remembered { key: plan.key, insertion }
            };
            self.remembered[choice] = [found, last];
            found
        };
        (found.insertion != NOWHERE).then_some(found.insertion)
    }

    /// The best place for one of some slots, which need not be of the model's choices.
    pub fn work_out(&mut self, model: &Model, plan: &RunPlan, choice: &Choice) -> Option<Insertion> {
        self.worked += 1;
        let run = &model.runs[choice.run as usize];
        if !road::routes(model, run, &plan.slots, &mut self.routes) {
            return None;
        }
        let worth: Money = plan.slots.iter().map(|slot| model.worth(run, *slot)).sum();
        let mut best: Option<Insertion> = None;
        // Days of the run as it is that the walk knows.
        let mut known = 0;
        for slot in &choice.slots {
            let day = model.slots[*slot as usize].day;
            let from = plan.slots.partition_point(|other| model.slots[*other as usize].day < day);
            let to = plan.slots.partition_point(|other| model.slots[*other as usize].day <= day);
            if to - from >= run.stops {
                continue;
            }
            let at = self.routes.partition_point(|route| route.day < day - run.first);
            let after = at + usize::from(to > from);
            if known < at {
                self.walk.walk_after(known, model, run, self.routes[known..at].iter().copied())?;
            }
            known = at;
            for position in from..=to {
                let slots = plan.slots[from..position].iter().chain([slot]).chain(&plan.slots[position..to]);
                let Some(route) = road::day_route(model, run, slots.copied()) else { continue };
                if route.left(run, 0).is_none() {
                    continue;
                }
                let days = [&route].into_iter().chain(&self.routes[after..]);
                let Some(cost) = self.walk.price_after(at, model, run, days.copied()) else { continue };
                let gain = worth + model.worth(run, *slot) - cost - plan.profit;
                if best.is_none_or(|best| gain > best.gain) {
                    best = Some(Insertion { gain, slot: *slot, position: position as u32 });
                }
            }
        }
        best
    }

    /// A run's plan with a slot more.
    pub fn insert(&mut self, model: &Model, run: usize, plan: &RunPlan, insertion: Insertion) -> Option<RunPlan> {
        let mut slots = plan.slots.clone();
        slots.insert(insertion.position as usize, insertion.slot);
        RunPlan::new(model, run, slots, &mut self.walk)
    }
}
