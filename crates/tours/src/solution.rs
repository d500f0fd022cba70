//! A plan as the engine changes it: the slots of each run, and what they are worth.

use crate::{
    chance::mix,
    model::Model,
    problem::Money,
    road::{self, Usage, Walk},
};

/// No run.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The slots of a run, in order, pins among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunPlan {
    pub slots: Vec<u32>,
    /// Worth of the slots, less road and honoraria.
    pub profit: Money,
    /// Stands for the run and its slots in caches.
    pub key: u64,
    /// What it takes of the limits over the horizon; only kept where there are any.
    pub usage: Usage,
}

impl RunPlan {
    /// The plan with these slots, if it can be driven.
    pub fn new(model: &Model, run: usize, slots: Vec<u32>, walk: &mut Walk) -> Option<Self> {
        let cost = road::cost(model, &model.runs[run], &slots, walk)?;
        let worth: Money = slots.iter().map(|slot| model.worth(&model.runs[run], *slot)).sum();
        let key = key(run, &slots);
        let usage = if model.coupled { walk.usage(model, &model.runs[run], &slots) } else { Usage::default() };
        Some(Self { slots, profit: worth - cost, key, usage })
    }
}

fn key(run: usize, slots: &[u32]) -> u64 {
    slots.iter().fold(mix(run as u64), |key, slot| mix(key ^ u64::from(*slot)))
}

/// What each run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Solution {
    pub runs: Vec<RunPlan>,
    /// The run of each request, or [`NOWHERE`].
    pub run_of: Vec<u32>,
    /// What each trainer takes of their limits; only kept where there are any.
    pub usage: Vec<Usage>,
    /// Profits of all runs, less what unevenness costs.
    pub profit: Money,
}

impl Solution {
    /// The plan that only has what is pinned.
    pub fn pinned(model: &Model) -> Self {
        let mut walk = Walk::default();
        let empty = RunPlan { slots: Vec::new(), profit: 0, key: 0, usage: Usage::default() };
        let mut solution = Self {
            runs: vec![empty; model.runs.len()],
            run_of: vec![NOWHERE; model.of_request.len()],
            usage: vec![Usage::default(); model.horizon.len()],
            profit: 0,
        };
        for (run, of) in model.runs.iter().enumerate() {
            if let Some(plan) = RunPlan::new(model, run, of.pins.clone(), &mut walk) {
                solution.replace(model, run, plan);
            }
        }
        solution
    }

    /// Puts another plan of a run in the place of its former one, which is answered.
    pub fn replace(&mut self, model: &Model, run: usize, plan: RunPlan) -> RunPlan {
        let was = std::mem::replace(&mut self.runs[run], plan);
        for slot in &was.slots {
            self.run_of[model.slots[*slot as usize].request as usize] = NOWHERE;
        }
        let now = &self.runs[run];
        for slot in &now.slots {
            self.run_of[model.slots[*slot as usize].request as usize] = run as u32;
        }
        self.profit += now.profit - was.profit;
        if model.coupled {
            let usage = &mut self.usage[model.runs[run].trainer];
            self.profit += unevenness(model, usage);
            *usage = usage.instead(was.usage, now.usage);
            self.profit -= unevenness(model, usage);
        }
        was
    }

    /// What replacing a run's plan brings, if the limits over the horizon allow.
    pub fn gain(&self, model: &Model, run: usize, plan: &RunPlan) -> Option<Money> {
        let gain = plan.profit - self.runs[run].profit;
        if !model.coupled {
            return Some(gain);
        }
        let trainer = model.runs[run].trainer;
        let before = self.usage[trainer];
        let after = before.instead(self.runs[run].usage, plan.usage);
        (after.within(model.horizon[trainer]) || after.no_more(before))
            .then(|| gain + unevenness(model, &before) - unevenness(model, &after))
    }

    /// What is minimized.
    pub fn objective(&self, model: &Model) -> Money {
        model.worst - self.profit
    }

    pub fn served(&self) -> usize {
        self.run_of.iter().filter(|run| **run != NOWHERE).count()
    }
}

/// What a trainer's workshops beyond an even share cost.
pub(crate) fn unevenness(model: &Model, usage: &Usage) -> Money {
    model.fairness * usage.workshops.saturating_sub(model.even as i64).max(0)
}
