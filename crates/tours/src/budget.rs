//! How long to look for a plan, and who watches.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::problem::Money;

/// How long to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// So many iterations. The same problem and seed get the same plan, byte for byte, on any number of threads.
    Iterations(u64),
    /// So many milliseconds by [`Watch::elapsed_milliseconds`].
    Milliseconds(u64),
}

/// How to look for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// How long.
    pub budget: Budget,
    /// Where chance begins.
    pub seed: u64,
    /// Threads to use.
    pub threads: usize,
}

/// Who watches while a plan is looked for: the only way by which time and the wish to stop come in.
///
/// It is asked every few milliseconds, from several threads.
pub trait Watch: Send + Sync {
    /// Milliseconds since the search began. Only read where the budget is one of time.
    fn elapsed_milliseconds(&self) -> u64;

    /// Whether to stop and answer with the best plan so far.
    fn is_cancelled(&self) -> bool;

    /// Takes note of how far it is. Called far more often than anybody wants to read it.
    fn progress(&self, progress: Progress);
}

/// How far the search is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Requests served by the best plan so far.
    pub served: usize,
    /// The objective of the best plan so far.
    pub incumbent: Money,
    /// No plan is better than this.
    pub bound: Money,
    /// How far the incumbent is above the bound, as a share of it.
    pub gap: Option<f64>,
    /// Iterations done.
    pub iterations: u64,
}

/// How far an objective is above a bound.
pub(crate) fn gap(objective: Money, bound: Money) -> Option<f64> {
    (bound > 0).then(|| (objective - bound) as f64 / bound as f64)
}

/// The budget as it is spent.
pub(crate) struct Meter {
    watch: Arc<dyn Watch>,
    budget: Budget,
    /// Thousandths of an iteration.
    spent: u64,
    stopped: bool,
    progress: Progress,
}

/// What a step costs, in thousandths of an iteration. A unit is about a microsecond of one core.
const ITERATION: u64 = 100;

impl Meter {
    pub fn new(watch: Arc<dyn Watch>, budget: Budget, progress: Progress) -> Self {
        Self { watch, budget, spent: 0, stopped: false, progress }
    }

    pub fn watch(&self) -> Arc<dyn Watch> {
        Arc::clone(&self.watch)
    }

    /// Notes work done, and asks whether there is time for more.
    pub fn spend(&mut self, microseconds: u64) -> bool {
        self.spent += microseconds;
        self.progress.iterations = self.spent / ITERATION;
        self.watch.progress(self.progress);
        self.stopped |= self.watch.is_cancelled() || self.share() >= 1.0;
        !self.stopped
    }

    pub fn is_over(&self) -> bool {
        self.stopped
    }

    /// How much of the budget is spent, from 0 to 1.
    pub fn share(&self) -> f64 {
        match self.budget {
            Budget::Iterations(iterations) => self.spent as f64 / (iterations * ITERATION).max(1) as f64,
            Budget::Milliseconds(milliseconds) => self.watch.elapsed_milliseconds() as f64 / milliseconds.max(1) as f64,
        }
    }

    /// The whole budget in seconds of one core, about.
    pub fn seconds(&self) -> f64 {
        match self.budget {
            Budget::Iterations(iterations) => (iterations * ITERATION) as f64 / 1e6,
            Budget::Milliseconds(milliseconds) => milliseconds as f64 / 1e3,
        }
    }

    pub fn iterations(&self) -> u64 {
        self.progress.iterations
    }

    pub fn bound(&self) -> Money {
        self.progress.bound
    }

    pub fn found(&mut self, served: usize, objective: Money) {
        if objective < self.progress.incumbent {
            self.progress.served = served;
            self.progress.incumbent = objective;
            self.progress.gap = gap(objective, self.progress.bound);
            self.watch.progress(self.progress);
        }
    }

    pub fn proved(&mut self, bound: Money) {
        if bound > self.progress.bound {
            self.progress.bound = bound;
            self.progress.gap = gap(self.progress.incumbent, bound);
        }
    }
}
