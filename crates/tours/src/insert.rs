//! Where a request fits best into a run, remembered until the run changes.

use crate::{
    chance::mix,
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

#[derive(Debug, Clone, Copy)]
struct Remembered {
    key: u64,
    insertion: Option<Insertion>,
}

/// Looks for insertions, and remembers what it found.
pub(crate) struct Inserter {
    remembered: Vec<Remembered>,
    pub walk: Walk,
    routes: Vec<DayRoute>,
    /// Insertions that had to be worked out.
    pub worked: u64,
}

/// Insertions remembered, a power of two.
const MEMORY: usize = 1 << 18;

impl Inserter {
    pub fn new() -> Self {
        Self {
            remembered: vec![Remembered { key: 0, insertion: None }; MEMORY],
            walk: Walk::default(),
            routes: Vec::new(),
            worked: 0,
        }
    }

    /// The best place for a request in a run as planned, if there is any.
    pub fn best(&mut self, model: &Model, plan: &RunPlan, choice: usize) -> Option<Insertion> {
        let key = mix(plan.key ^ (choice as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let at = key as usize & (MEMORY - 1);
        let remembered = self.remembered[at];
        if remembered.key == key {
            return remembered.insertion;
        }
        let insertion = self.work_out(model, plan, &model.choices[choice]);
        self.remembered[at] = Remembered { key, insertion };
        insertion
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
        for slot in &choice.slots {
            let day = model.slots[*slot as usize].day;
            let from = plan.slots.partition_point(|other| model.slots[*other as usize].day < day);
            let to = plan.slots.partition_point(|other| model.slots[*other as usize].day <= day);
            if to - from >= run.stops {
                continue;
            }
            let at = self.routes.partition_point(|route| route.day < day - run.first);
            let after = at + usize::from(to > from);
            for position in from..=to {
                let slots = plan.slots[from..position].iter().chain([slot]).chain(&plan.slots[position..to]);
                let Some(route) = road::day_route(model, run, slots.copied()) else { continue };
                let days = self.routes[..at].iter().chain([&route]).chain(&self.routes[after..]);
                let Some(cost) = self.walk.price(model, run, days.copied()) else { continue };
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
