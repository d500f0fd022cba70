//! Column generation: the linear program over all plans of all runs, solved by adding plans that promise more than what
//! they use costs. What the prices add up to, with the most each run could still bring, is a proven bound.

use std::{collections::HashSet, sync::Arc};

use crate::{
    budget::{Meter, Pulse},
    columns::{Column, Pool},
    master::{self, Prices, Shares},
    model::Model,
    pricing::{self, Care, PARTS, Priced},
    pricing_days::Candidates,
    problem::Money,
    road::Walk,
    solution::RunPlan,
};

/// A part of the problem: some runs, and the requests they may serve.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// In order.
    pub runs: Vec<u32>,
    pub open: Vec<bool>,
}

impl Scope {
    pub fn all(model: &Model) -> Self {
        let open = model.of_request.iter().map(|(from, to)| to > from).collect();
        Self { runs: (0..model.runs.len() as u32).collect(), open }
    }

    pub fn has(&self, column: &Column) -> bool {
        self.runs.binary_search(&column.run).is_ok()
            && column.requests.iter().all(|request| self.open[*request as usize])
    }
}

/// When a linear program is solved well enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// What the plan at hand brings in the scope.
    pub enough: Money,
    /// Rounds of pricing at most.
    pub rounds: usize,
    /// The share of the budget that may be spent by then.
    pub until: f64,
}

/// How the linear program stands.
#[derive(Debug)]
pub(crate) struct Relaxed {
    /// Columns in it.
    pub columns: Vec<u32>,
    pub shares: Shares,
    /// No choice of plans in the scope brings more, if every run could be looked through.
    pub most: Option<Money>,
    /// Whether no further plan would help.
    pub converged: bool,
}

/// What generating columns needs besides the scope.
pub(crate) struct Generator<'a> {
    pub model: &'a Model,
    pub pool: Pool,
    pub threads: usize,
    pulse: Arc<Pulse>,
    walk: Walk,
}

/// Labels a workshop keeps in each stage of pricing; the last keeps all.
const STAGES: [usize; 3] = [4, 32, 4_000];

impl<'a> Generator<'a> {
    pub fn new(model: &'a Model, threads: usize, pulse: Arc<Pulse>) -> Self {
        Self { model, pool: Pool::new(model), threads: threads.max(1), pulse, walk: Walk::default() }
    }

    /// Columns of the pool that the scope allows.
    pub fn within(&self, scope: &Scope) -> Vec<u32> {
        let of_runs = scope.runs.iter().flat_map(|run| self.pool.of_run(*run));
        of_runs.copied().filter(|at| scope.has(&self.pool.columns[*at as usize])).collect()
    }

    /// Solves the linear program of a scope, beginning with some columns.
    ///
    /// It ends when no further plan helps, or when no choice can bring more than `enough`, or after some rounds.
    pub fn relax(&mut self, scope: &Scope, mut columns: Vec<u32>, goal: Goal, meter: &mut Meter) -> Option<Relaxed> {
        let mut active: HashSet<u32> = columns.iter().copied().collect();
        let mut stage = 0;
        let mut most: Option<Money> = None;
        let mut shares = self.master(&columns, 1e-6)?;
        for round in 1.. {
            self.thin(scope, &mut columns, &mut shares, &mut active);
            let care = Care { labels: STAGES[stage], all_labels: 40_000, plans: 6, every: false };
            let found = self.price(scope, &shares.prices, 0, care);
            if let Some(bound) = found.bound {
                let bound = bound.div_euclid(PARTS);
                most = Some(most.map_or(bound, |known| known.min(bound)));
            }
            let over = !meter.spend(found.effort) || round >= goal.rounds || meter.share() >= goal.until;
            if over || most.is_some_and(|most| most <= goal.enough) {
                return Some(Relaxed { columns, shares, most, converged: false });
            }
            let before = columns.len();
            for (run, slots) in found.plans {
                if let Some(plan) = RunPlan::new(self.model, run, slots, &mut self.walk) {
                    columns.extend(self.pool.add(self.model, run, &plan).filter(|at| active.insert(*at)));
                }
            }
            if columns.len() == before {
                if found.exact || stage + 1 == STAGES.len() {
                    return Some(Relaxed { columns, shares, most, converged: found.exact });
                }
                stage += 1;
                continue;
            }
            let Some(better) = self.master(&columns, if stage == 0 { 1e-6 } else { 1e-8 }) else {
                columns.truncate(before);
                return Some(Relaxed { columns, shares, most, converged: false });
            };
            shares = better;
            meter.spend(columns.len() as u64 * 25);
        }
        None
    }

    pub fn master(&self, columns: &[u32], precision: f64) -> Option<Shares> {
        let columns: Vec<&Column> = columns.iter().map(|at| &self.pool.columns[*at as usize]).collect();
        master::solve(&columns, (self.model.of_request.len(), self.model.runs.len()), precision, &self.pulse)
    }

    /// Leaves out columns that are far from paying.
    fn thin(&self, scope: &Scope, columns: &mut Vec<u32>, shares: &mut Shares, active: &mut HashSet<u32>) {
        let room = 6 * (scope.open.iter().filter(|open| **open).count() + scope.runs.len());
        if columns.len() <= room {
            return;
        }
        let mut ranked: Vec<(i64, u32, f64)> = columns
            .iter()
            .zip(&shares.shares)
            .map(|(at, share)| (-reduced(&self.pool.columns[*at as usize], &shares.prices), *at, *share))
            .collect();
        ranked.sort_unstable_by_key(|(loss, at, _)| (*loss, *at));
        for (_, at, _) in ranked.drain(room * 2 / 3..) {
            active.remove(&at);
        }
        *columns = ranked.iter().map(|(_, at, _)| *at).collect();
        shares.shares = ranked.iter().map(|(_, _, share)| *share).collect();
    }

    /// Plans that bring more than what they use costs, less `slack`.
    pub fn price(&self, scope: &Scope, prices: &Prices, slack: i64, care: Care) -> Found {
        let chunk = scope.runs.len().div_ceil(self.threads).max(1);
        let each = |runs: &[u32]| -> Vec<Priced> {
            runs.iter()
                .map(|run| {
                    if !self.pulse.beat() {
                        return Priced { most: i64::MAX, ..Priced::default() };
                    }
                    let candidates = self.candidates(scope, *run, prices, slack, care.every);
                    let floor = prices.runs[*run as usize] - slack;
                    pricing::price(self.model, &self.model.runs[*run as usize], &candidates, floor, care)
                })
                .collect()
        };
        let all: Vec<Priced> = if self.threads == 1 {
            each(&scope.runs)
        } else {
            std::thread::scope(|threads| {
                let workers: Vec<_> = scope.runs.chunks(chunk).map(|runs| threads.spawn(move || each(runs))).collect();
                workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
            })
        };
        let mut found = Found { plans: Vec::new(), bound: Some(0), effort: 0, exact: true };
        let mut bound =
            scope.open.iter().zip(&prices.requests).filter(|(open, _)| **open).map(|(_, price)| *price).sum::<i64>();
        for (run, priced) in scope.runs.iter().zip(all) {
            found.effort += 20;
            found.exact &= priced.exact;
            bound = bound.saturating_add(priced.most.max(0));
            found.plans.extend(priced.plans.into_iter().map(|(_, slots)| (*run as usize, slots)));
        }
        found.bound = (bound < i64::MAX / 2).then_some(bound);
        found
    }

    /// What a run may serve at these prices.
    fn candidates(&self, scope: &Scope, run: u32, prices: &Prices, slack: i64, every: bool) -> Candidates {
        let of = &self.model.runs[run as usize];
        let mut candidates = Candidates {
            slots: of.pins.iter().map(|pin| (*pin, PARTS * self.model.worth(of, *pin))).collect(),
            pins: of.pins.clone(),
            base: PARTS * self.pool.base[run as usize],
            every,
        };
        // A stop that brings nothing is only ever in the way where leaving it out never makes a road longer.
        let lightens = self.model.metric && of.start == of.end;
        for choice in &self.model.of_run[run as usize] {
            let choice = &self.model.choices[*choice as usize];
            if !scope.open[choice.request as usize] {
                continue;
            }
            for slot in &choice.slots {
                let gain = PARTS * self.model.worth(of, *slot) - prices.requests[choice.request as usize];
                if gain > -slack || !lightens {
                    candidates.slots.push((*slot, gain));
                }
            }
        }
        candidates
    }
}

/// What pricing all runs of a scope found.
#[derive(Debug)]
pub(crate) struct Found {
    pub plans: Vec<(usize, Vec<u32>)>,
    /// No choice of plans brings more, in parts, if that is known.
    pub bound: Option<i64>,
    /// Microseconds of work, about.
    pub effort: u64,
    /// Whether no plan was overlooked.
    pub exact: bool,
}

/// What a column brings beyond what it uses costs, in parts.
pub(crate) fn reduced(column: &Column, prices: &Prices) -> i64 {
    let used: i64 = column.requests.iter().map(|request| prices.requests[*request as usize]).sum();
    PARTS * column.value - used - prices.runs[column.run as usize]
}
