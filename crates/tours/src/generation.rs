//! Column generation: the linear program over all plans of all runs, solved by adding plans that promise more than what
//! they use costs. What the prices add up to, with the most each run could still bring, is a proven bound.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    budget::{Meter, Pulse},
    columns::{Column, Pool},
    cuts,
    master::{Master, Prices, Shares},
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
pub(crate) struct Relaxed {
    /// Columns in it.
    pub columns: Vec<u32>,
    pub shares: Shares,
    /// No choice of plans in the scope brings more, if every run could be looked through.
    pub most: Option<Money>,
    /// The same by the prices it stands at.
    pub here: Option<Money>,
    /// Whether no further plan would help.
    pub converged: bool,
    master: Master,
    active: HashSet<u32>,
}

impl Relaxed {
    fn is_enough(&self, goal: Goal) -> bool {
        self.most.is_some_and(|most| most <= goal.enough)
    }

    /// The number after that of its newest column in the pool.
    pub fn newest(&self) -> usize {
        self.columns.iter().max().map_or(0, |at| *at as usize + 1)
    }
}

/// What generating columns needs besides the scope.
pub(crate) struct Generator<'a> {
    pub model: &'a Model,
    pub pool: Pool,
    pub threads: usize,
    pub pulse: Arc<Pulse>,
    walk: Walk,
}

/// Labels a workshop keeps in each stage of pricing; the last keeps all.
const STAGES: [usize; 3] = [4, 32, 4_000];
/// Rounds of cuts in which the bound has to become notably better.
const CUT_ROUNDS: usize = 4;

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
    pub fn relax(&mut self, scope: &Scope, columns: Vec<u32>, goal: Goal, meter: &mut Meter) -> Option<Relaxed> {
        let active = columns.iter().copied().collect();
        let mut master = Master::new(self.model, scope);
        let shares = self.solve(&mut master, &columns, 1e-6)?;
        let mut relaxed = Relaxed { columns, shares, most: None, here: None, converged: false, master, active };
        self.go_on(scope, &mut relaxed, goal, meter);
        Some(relaxed)
    }

    /// Adds cuts until the bound is notably better, or none can be found that help.
    pub fn tighten(&mut self, scope: &Scope, relaxed: &mut Relaxed, goal: Goal, meter: &mut Meter) -> bool {
        let Some(before) = relaxed.most.filter(|_| relaxed.converged && relaxed.master.is_small()) else {
            return false;
        };
        let gap = before - goal.enough;
        for _ in 0..CUT_ROUNDS {
            let columns: Vec<&Column> = relaxed.columns.iter().map(|at| &self.pool.columns[*at as usize]).collect();
            if !cuts::separate(&columns, &relaxed.shares, &mut relaxed.master) {
                return false;
            }
            let Some(shares) = relaxed.master.go_on(&self.pulse) else { return false };
            relaxed.shares = shares;
            meter.spend(relaxed.master.effort(0));
            self.go_on(scope, relaxed, goal, meter);
            let Some(most) = relaxed.most.filter(|_| relaxed.converged || relaxed.is_enough(goal)) else {
                return false;
            };
            if (before - most) * 6 >= gap {
                return true;
            }
        }
        false
    }

    /// Adds columns to a linear program that is solved for those it has.
    fn go_on(&mut self, scope: &Scope, relaxed: &mut Relaxed, goal: Goal, meter: &mut Meter) {
        relaxed.converged = false;
        let mut stage = 0;
        for round in 1.. {
            self.thin(scope, relaxed);
            let care = Care { labels: STAGES[stage], all_labels: 40_000, plans: 6, every: false };
            let found = self.price(scope, &relaxed.shares.prices, 0, care);
            relaxed.here = found.bound.map(|bound| bound.div_euclid(PARTS));
            relaxed.most = relaxed.most.into_iter().chain(relaxed.here).min();
            let over = !meter.spend(found.effort) || round >= goal.rounds || meter.share() >= goal.until;
            if over || relaxed.is_enough(goal) {
                return;
            }
            let before = relaxed.columns.len();
            for (run, slots) in found.plans {
                if let Some(plan) = RunPlan::new(self.model, run, slots, &mut self.walk) {
                    let column = self.pool.add(self.model, run, &plan);
                    relaxed.columns.extend(column.filter(|at| relaxed.active.insert(*at)));
                }
            }
            if relaxed.columns.len() == before {
                if found.exact || stage + 1 == STAGES.len() {
                    relaxed.converged = found.exact;
                    return;
                }
                stage += 1;
                continue;
            }
            let precision = if stage == 0 { 1e-6 } else { 1e-8 };
            let Some(better) = self.solve(&mut relaxed.master, &relaxed.columns, precision) else {
                relaxed.columns.truncate(before);
                return;
            };
            relaxed.shares = better;
            meter.spend(relaxed.master.effort(relaxed.columns.len()));
        }
    }

    fn solve(&self, master: &mut Master, columns: &[u32], precision: f64) -> Option<Shares> {
        let columns: Vec<&Column> = columns.iter().map(|at| &self.pool.columns[*at as usize]).collect();
        master.solve(&columns, precision, &self.pulse)
    }

    /// Leaves out columns that are far from paying.
    fn thin(&self, scope: &Scope, relaxed: &mut Relaxed) {
        let room = 6 * (scope.open.iter().filter(|open| **open).count() + scope.runs.len());
        let columns = &relaxed.columns;
        if columns.len() <= room {
            return;
        }
        let loss = |at: u32| -reduced(&self.pool.columns[at as usize], &relaxed.shares.prices);
        let losses: Vec<(i64, u32)> = columns.iter().map(|at| (loss(*at), *at)).collect();
        let mut ranked = losses.clone();
        let (_, last, _) = ranked.select_nth_unstable(room * 2 / 3);
        let kept = relaxed.master.retain(columns.len(), |at| losses[at] < *last);
        relaxed.columns = kept.iter().map(|at| relaxed.columns[*at]).collect();
        relaxed.shares.shares = kept.iter().map(|at| relaxed.shares.shares[*at]).collect();
        relaxed.active = relaxed.columns.iter().copied().collect();
    }

    /// Plans that bring more than what they use costs, less `slack`.
    pub fn price(&self, scope: &Scope, prices: &Prices, slack: i64, care: Care) -> Found {
        let chunk = scope.runs.len().div_ceil(self.threads).max(1);
        let (every, incomplete) = (care.every, AtomicBool::new(false));
        let each = |runs: &[u32]| -> Vec<Priced> {
            runs.iter()
                .map(|run| {
                    // A list that lacks something is of no use.
                    if every && incomplete.load(Ordering::Relaxed) {
                        return Priced { most: i64::MAX, ..Priced::default() };
                    }
                    let candidates = self.candidates(scope, *run, prices, slack, every);
                    let floor = prices.runs[*run as usize] - slack;
                    pricing::price(self.model, &self.model.runs[*run as usize], &candidates, floor, care, &self.pulse)
                })
                .inspect(|priced| {
                    incomplete.fetch_or(!priced.exact, Ordering::Relaxed);
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
        bound += prices.cuts.iter().map(|(_, price)| price).sum::<i64>();
        for (run, priced) in scope.runs.iter().zip(all) {
            found.effort += priced.effort();
            found.exact &= priced.exact;
            bound = bound.saturating_add(priced.most.max(0));
            found.plans.extend(priced.plans.into_iter().map(|(_, slots)| (*run as usize, slots)));
        }
        found.bound = (bound < i64::MAX / 2).then_some(bound);
        if every && !found.exact {
            // How far it came depends on the threads.
            found.effort = 20 * scope.runs.len() as u64 + care.all_labels as u64;
        }
        found
    }

    /// What a run may serve at these prices.
    fn candidates(&self, scope: &Scope, run: u32, prices: &Prices, slack: i64, every: bool) -> Candidates {
        let of = &self.model.runs[run as usize];
        // A stop that brings nothing is only ever in the way where leaving it out never makes a road longer.
        let lightens = self.model.metric && of.start == of.end;
        let mut candidates = Candidates {
            slots: of.pins.iter().map(|pin| (*pin, PARTS * self.model.worth(of, *pin))).collect(),
            pins: of.pins.clone(),
            base: PARTS * self.pool.base[run as usize],
            every,
            slack: lightens.then_some(slack),
            cuts: Vec::new(),
        };
        let mut offered = Vec::new();
        for choice in &self.model.of_run[run as usize] {
            let choice = &self.model.choices[*choice as usize];
            if !scope.open[choice.request as usize] {
                continue;
            }
            for slot in &choice.slots {
                let gain = PARTS * self.model.worth(of, *slot) - prices.requests[choice.request as usize];
                if gain > -slack || !lightens {
                    candidates.slots.push((*slot, gain));
                    offered.push(choice.request);
                }
            }
        }
        offered.dedup();
        candidates.cuts = prices.cuts.iter().filter(|(cut, _)| cut.is_used(&offered)).copied().collect();
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
    let cuts = prices.cuts.iter().filter(|(cut, _)| cut.is_used(&column.requests));
    PARTS * column.value - used - prices.runs[column.run as usize] - cuts.map(|(_, price)| price).sum::<i64>()
}
