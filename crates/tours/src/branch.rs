//! The best choice of whole plans, by branch and bound over columns.
//!
//! Once the linear program is solved, only plans whose loss against its prices is smaller than the gap can be part of
//! anything better: all of them are listed, and the best choice among them is found by asking, where the linear program is
//! in two minds, whether a run serves a request. Source: R. Baldacci, N. Christofides, A. Mingozzi, "An exact algorithm for
//! the vehicle routing problem based on the set partitioning formulation with additional cuts", 2008.

use std::collections::{BTreeMap, HashSet};

use crate::{
    budget::Meter,
    columns::Column,
    generation::{Generator, Relaxed, Scope, reduced},
    master::{Prices, Shares},
    pricing::{Care, PARTS},
    problem::Money,
    road::Walk,
    solution::RunPlan,
};

/// A choice of columns.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The best columns found; nothing if none bring more than what was enough.
    pub columns: Option<Vec<u32>>,
    /// Whether nothing brings more.
    pub proven: bool,
}

/// Nodes looked into at most.
const NODES: usize = 80;
/// Columns listed at most.
const LISTED: usize = 6_000;

/// The best choice in a scope whose linear program is solved, if it brings more than enough.
pub(crate) fn choose(
    generator: &mut Generator,
    scope: &Scope,
    relaxed: &Relaxed,
    enough: Money,
    meter: &mut Meter,
) -> Choice {
    let gap = relaxed.most.map_or(Money::MAX / 1_000, |most| most - enough);
    if gap <= 0 {
        return Choice { columns: None, proven: true };
    }
    let (columns, complete) = list(generator, scope, relaxed, gap, meter);
    let mut tree = Tree { generator, best: None, value: enough, nodes: 0, complete };
    tree.visit(&columns, meter);
    Choice { columns: tree.best, proven: tree.complete }
}

/// All columns that can be part of something better, or as many as can be had; and whether these are all.
fn list(
    generator: &mut Generator,
    scope: &Scope,
    relaxed: &Relaxed,
    gap: Money,
    meter: &mut Meter,
) -> (Vec<u32>, bool) {
    let prices = &relaxed.shares.prices;
    let slack = gap.saturating_mul(PARTS);
    let mut complete = false;
    if relaxed.converged {
        let care = Care { labels: 400, all_labels: 8_000, plans: 2_000, every: true };
        let found = generator.price(scope, prices, slack, care);
        meter.spend(found.effort * 2);
        complete = found.exact;
        let mut walk = Walk::default();
        for (run, slots) in found.plans {
            if let Some(plan) = RunPlan::new(generator.model, run, slots, &mut walk) {
                complete &= generator.pool.add(generator.model, run, &plan).is_some();
            }
        }
    }
    let mut listed: Vec<(i64, u32)> = generator
        .within(scope)
        .into_iter()
        .map(|at| (-reduced(&generator.pool.columns[at as usize], prices), at))
        .filter(|(loss, _)| *loss < slack)
        .collect();
    listed.sort_unstable();
    complete &= listed.len() <= LISTED;
    listed.truncate(if complete { LISTED } else { LISTED / 4 });
    (listed.into_iter().map(|(_, at)| at).collect(), complete)
}

struct Tree<'a, 'b> {
    generator: &'a Generator<'b>,
    best: Option<Vec<u32>>,
    value: Money,
    nodes: usize,
    complete: bool,
}

impl Tree<'_, '_> {
    fn visit(&mut self, columns: &[u32], meter: &mut Meter) {
        self.nodes += 1;
        if self.nodes > NODES || !meter.spend(columns.len() as u64 * 10) {
            self.complete = false;
            return;
        }
        if columns.is_empty() {
            return;
        }
        let Some(shares) = self.generator.master(columns, 1e-8) else {
            self.complete = false;
            return;
        };
        let most = self.most(columns, &shares.prices);
        if most <= self.value {
            return;
        }
        self.take(columns, &shares);
        // What cannot be part of anything better goes.
        let slack = (most - self.value).saturating_mul(PARTS);
        let left: Vec<usize> = (0..columns.len())
            .filter(|at| -reduced(self.column(columns[*at]), &shares.prices) < slack + PARTS)
            .collect();
        let Some((run, request)) = self.undecided(columns, &left, &shares) else {
            // Whole already, up to what the linear program's numbers are worth.
            self.complete &= most <= self.value + 1;
            return;
        };
        for by_it in [true, false] {
            let rest: Vec<u32> = left
                .iter()
                .map(|at| columns[*at])
                .filter(|at| {
                    let column = self.column(*at);
                    !column.requests.contains(&request) || (column.run == run) == by_it
                })
                .collect();
            self.visit(&rest, meter);
        }
    }

    fn column(&self, at: u32) -> &Column {
        &self.generator.pool.columns[at as usize]
    }

    /// No choice among the columns brings more than this, by whole numbers only.
    fn most(&self, columns: &[u32], prices: &Prices) -> Money {
        let mut runs: BTreeMap<u32, i64> = BTreeMap::new();
        let mut requests: Vec<u32> = Vec::new();
        for column in columns.iter().map(|at| self.column(*at)) {
            let value = reduced(column, prices) + prices.runs[column.run as usize];
            let best = runs.entry(column.run).or_insert(0);
            *best = value.max(*best);
            requests.extend(&column.requests);
        }
        requests.sort_unstable();
        requests.dedup();
        let asked: i64 = requests.iter().map(|request| prices.requests[*request as usize]).sum();
        (asked + runs.values().sum::<i64>()).div_euclid(PARTS)
    }

    /// Rounds the linear program: takes columns by their share while they go together.
    fn take(&mut self, columns: &[u32], shares: &Shares) {
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by(|a, b| shares.shares[*b].total_cmp(&shares.shares[*a]).then(columns[*a].cmp(&columns[*b])));
        let mut used: HashSet<(bool, u32)> = HashSet::new();
        let mut taken = Vec::new();
        let mut value = 0;
        for at in order {
            let column = self.column(columns[at]);
            let free = column.requests.iter().all(|request| !used.contains(&(true, *request)));
            if free && !used.contains(&(false, column.run)) && column.value > 0 {
                used.insert((false, column.run));
                used.extend(column.requests.iter().map(|request| (true, *request)));
                value += column.value;
                taken.push(columns[at]);
            }
        }
        if value > self.value {
            self.value = value;
            self.best = Some(taken);
        }
    }

    /// The run and request about which the linear program is most in two minds.
    fn undecided(&self, columns: &[u32], left: &[usize], shares: &Shares) -> Option<(u32, u32)> {
        let mut served: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for at in left {
            let column = self.column(columns[*at]);
            if shares.shares[*at] > 1e-6 {
                for request in &column.requests {
                    *served.entry((column.run, *request)).or_insert(0.0) += shares.shares[*at];
                }
            }
        }
        served
            .into_iter()
            .filter(|(_, share)| (0.001..0.999).contains(share))
            .min_by(|a, b| (a.1 - 0.6).abs().total_cmp(&(b.1 - 0.6).abs()))
            .map(|(pair, _)| pair)
    }
}
