//! Plans of single runs that were seen, each once.

use std::collections::HashMap;

use crate::{
    model::Model,
    problem::Money,
    solution::{RunPlan, Solution},
};

/// A plan of a run, as the master problem sees it.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub run: u32,
    /// What it brings beyond the run's pins.
    pub value: Money,
    pub plan: RunPlan,
    /// What it serves beyond the run's pins.
    pub requests: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Pool {
    pub columns: Vec<Column>,
    known: HashMap<u64, u32>,
    of_run: Vec<Vec<u32>>,
    /// What the pins of each run bring alone.
    pub base: Vec<Money>,
}

/// Columns kept at most.
const KEPT: usize = 300_000;

impl Pool {
    pub fn new(model: &Model) -> Self {
        let base = Solution::pinned(model).runs.iter().map(|plan| plan.profit).collect();
        Self { columns: Vec::new(), known: HashMap::new(), of_run: vec![Vec::new(); model.runs.len()], base }
    }

    /// Takes a plan of a run in, unless it is there; answers which it is. An empty one is none.
    pub fn add(&mut self, model: &Model, run: usize, plan: &RunPlan) -> Option<u32> {
        let pins = &model.runs[run].pins;
        if let Some(known) = self.known.get(&plan.key) {
            return Some(*known);
        }
        if plan.slots.len() <= pins.len() || self.columns.len() >= KEPT {
            return None;
        }
        let index = self.columns.len() as u32;
        self.known.insert(plan.key, index);
        self.of_run[run].push(index);
        let requests = plan
            .slots
            .iter()
            .filter(|slot| !pins.contains(slot))
            .map(|slot| model.slots[*slot as usize].request)
            .collect();
        let value = plan.profit - self.base[run];
        self.columns.push(Column { run: run as u32, value, plan: plan.clone(), requests });
        Some(index)
    }

    /// Takes all plans of a solution in.
    pub fn add_all(&mut self, model: &Model, solution: &Solution) {
        for (run, plan) in solution.runs.iter().enumerate() {
            self.add(model, run, plan);
        }
    }

    /// The columns of a run.
    pub fn of_run(&self, run: u32) -> &[u32] {
        &self.of_run[run as usize]
    }

    /// Forgets the columns that came last, until there are so many.
    pub fn truncate(&mut self, count: usize) {
        for column in self.columns.drain(count.min(self.columns.len())..).rev() {
            self.known.remove(&column.plan.key);
            self.of_run[column.run as usize].pop();
        }
    }

    /// Whether hardly any more columns can be kept.
    pub fn is_full(&self) -> bool {
        self.columns.len() >= KEPT * 3 / 4
    }
}
