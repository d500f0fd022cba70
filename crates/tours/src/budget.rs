//! How long to look for a plan, and who watches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// The objective of the best plan so far; what it is when everything is left out before there is any.
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

/// Tells who watches how far it is, and hears whether to stop. Shared by all threads.
pub(crate) struct Pulse {
    watch: Arc<dyn Watch>,
    budget: Budget,
    progress: Mutex<Progress>,
}

impl Pulse {
    /// Whether to go on: nobody wishes to stop, and a budget of time is not used up.
    pub fn beat(&self) -> bool {
        let progress = *self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        self.watch.progress(progress);
        let in_time = match self.budget {
            Budget::Iterations(_) => true,
            Budget::Milliseconds(milliseconds) => self.watch.elapsed_milliseconds() < milliseconds,
        };
        in_time && !self.watch.is_cancelled()
    }

    /// Whether somebody wishes to stop. Tells them as well how far it is.
    pub fn is_cancelled(&self) -> bool {
        let progress = *self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        self.watch.progress(progress);
        self.watch.is_cancelled()
    }
}

/// The budget as it is spent.
pub(crate) struct Meter {
    pulse: Arc<Pulse>,
    budget: Budget,
    /// Microseconds of work, about.
    spent: u64,
    stopped: bool,
}

/// What an iteration costs, in microseconds of one core, about.
const ITERATION: u64 = 100;

impl Meter {
    pub fn new(watch: Arc<dyn Watch>, budget: Budget, progress: Progress) -> Self {
        Self {
            pulse: Arc::new(Pulse { watch, budget, progress: Mutex::new(progress) }),
            budget,
            spent: 0,
            stopped: false,
        }
    }

    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.pulse.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes work done, and asks whether there is time for more.
    pub fn spend(&mut self, microseconds: u64) -> bool {
        self.spent += microseconds;
        self.progress().iterations = self.spent / ITERATION;
        self.stopped |= !self.pulse.beat() || self.share() >= 1.0;
        !self.stopped
    }

    pub fn is_over(&self) -> bool {
        self.stopped
    }

    /// How much of the budget is spent, from 0 to 1.
    pub fn share(&self) -> f64 {
        match self.budget {
            Budget::Iterations(iterations) => self.spent as f64 / (iterations * ITERATION).max(1) as f64,
            Budget::Milliseconds(milliseconds) => {
                self.pulse.watch.elapsed_milliseconds() as f64 / milliseconds.max(1) as f64
            }
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
        self.progress().iterations
    }

    pub fn bound(&self) -> Money {
        self.progress().bound
    }

    /// Notes the first plan.
    pub fn begin(&mut self, served: usize, objective: Money) {
        let mut progress = self.progress();
        (progress.served, progress.incumbent) = (served, objective);
    }

    /// Notes a plan, if it is the best so far.
    pub fn found(&mut self, served: usize, objective: Money) {
        let mut progress = self.progress();
        if objective < progress.incumbent {
            progress.served = served;
            progress.incumbent = objective;
            progress.gap = gap(objective, progress.bound);
        }
    }

    /// Notes a bound, if it is the best so far.
    pub fn proved(&mut self, bound: Money) {
        let mut progress = self.progress();
        if bound > progress.bound {
            progress.bound = bound;
            progress.gap = gap(progress.incumbent, bound);
        }
    }
}
