//! The best choice of whole plans, by branch and bound over columns.
//!
//! Once the linear program is solved, only plans whose loss against its prices is smaller than the gap can be part of
//! anything better: all of them are listed, and the best choice among them is found by asking, where the linear program is
//! in two minds, whether a run serves a request. Source: R. Baldacci, N. Christofides, A. Mingozzi, "An exact algorithm for
//! the vehicle routing problem based on the set partitioning formulation with additional cuts", 2008.

use std::collections::BTreeMap;

use crate::{
    budget::{Meter, Pulse},
    columns::Column,
    cuts,
    generation::{Generator, Relaxed, Scope, reduced},
    master::{Master, Shares},
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
    /// Nothing brings more than this, as far as is known.
    pub most: Option<Money>,
}

/// Columns that can be part of something better than what is there.
#[derive(Debug)]
pub(crate) struct List {
    columns: Vec<u32>,
    /// Whether they are all.
    pub complete: bool,
}

/// Nodes looked into at most.
const NODES: usize = 1_000;
/// And in a list that lacks something.
const NODES_IN_PART: usize = 100;
/// Labels of one run with which a list is tried at first.
pub(crate) const FEW_LABELS: usize = 500;
/// And with which it is given up.
pub(crate) const MANY_LABELS: usize = 8_000;
/// Columns listed at most.
const LISTED: usize = 6_000;

/// The best choice among listed columns, if it brings more than enough.
pub(crate) fn choose(
    generator: &Generator,
    scope: &Scope,
    relaxed: &Relaxed,
    list: &List,
    enough: Money,
    meter: &mut Meter,
) -> Choice {
    let numbers = &list.columns;
    let columns: Vec<&Column> = numbers.iter().map(|at| &generator.pool.columns[*at as usize]).collect();
    let mut master = Master::kept(generator.model, scope);
    master.learn(&columns);
    for (cut, _) in &relaxed.shares.prices.cuts {
        master.cut(*cut, &columns);
    }
    let (pulse, complete) = (&*generator.pulse, list.complete);
    let most_nodes = if complete { NODES } else { NODES_IN_PART };
    let mut tree =
        Tree { pulse, numbers, columns, master, best: None, value: enough, most: None, nodes: 0, most_nodes, complete };
    tree.visit((0..numbers.len()).collect(), meter);
    // Columns that are not listed are in no choice that brings more than enough.
    let by_tree = tree.most.filter(|_| complete).map(|most| most.max(tree.value));
    let most = relaxed.most.into_iter().chain(by_tree).min();
    Choice { columns: tree.best, proven: tree.complete, most }
}

/// All columns that can be part of something better, or as many as can be had.
pub(crate) fn list(
    generator: &mut Generator,
    scope: &Scope,
    relaxed: &Relaxed,
    enough: Money,
    labels: usize,
    meter: &mut Meter,
) -> List {
    let prices = &relaxed.shares.prices;
    let slack = relaxed.here.map_or(Money::MAX / 1_000, |most| most - enough).saturating_mul(PARTS);
    let mut complete = false;
    if relaxed.converged {
        let care = Care { labels, all_labels: labels, plans: 2_000, every: true };
        let found = generator.price(scope, prices, slack, care);
        meter.spend(found.effort);
        complete = found.exact;
        let mut walk = Walk::default();
        let mut added = true;
        let pins = |run: usize| generator.model.runs[run].pins.len();
        for (run, slots) in found.plans.into_iter().filter(|(run, slots)| complete && slots.len() > pins(*run)) {
            if let Some(plan) = RunPlan::new(generator.model, run, slots, &mut walk) {
                added &= generator.pool.add(generator.model, run, &plan).is_some();
            }
        }
        complete &= added;
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
    List { columns: listed.into_iter().map(|(_, at)| at).collect(), complete }
}

/// A search among listed columns. What it knows of them is by their place in the list.
struct Tree<'a> {
    pulse: &'a Pulse,
    /// Their numbers in the pool.
    numbers: &'a [u32],
    columns: Vec<&'a Column>,
    master: Master,
    best: Option<Vec<u32>>,
    value: Money,
    /// What is possible at most, by the first node.
    most: Option<Money>,
    nodes: usize,
    most_nodes: usize,
    complete: bool,
}

/// What a node knows of its linear program.
struct Node {
    shares: Shares,
    /// What each row is worth, in parts.
    rows: Vec<i64>,
    /// No choice brings more.
    most: Money,
}

impl Tree<'_> {
    fn visit(&mut self, mut open: Vec<usize>, meter: &mut Meter) {
        self.nodes += 1;
        let mut round = 0;
        let node = loop {
            let node = if self.nodes <= self.most_nodes && meter.spend(open.len() as u64) {
                self.node(&open, meter)
            } else {
                None
            };
            let Some(node) = node else {
                self.complete = false;
                return;
            };
            if self.nodes == 1 {
                self.most = Some(self.most.map_or(node.most, |most| most.min(node.most)));
            }
            if node.most <= self.value {
                return;
            }
            self.take(&open, &node.shares);
            // What cannot be part of anything better goes.
            let slack = (node.most - self.value).saturating_mul(PARTS);
            open.retain(|at| -self.reduced(*at, &node) < slack + PARTS);
            round += 1;
            let rounds = if self.nodes == 1 { 40 } else { 2 };
            if round > rounds || !cuts::separate(&self.columns, &node.shares, &mut self.master) {
                break node;
            }
        };
        let Some((run, request)) = self.undecided(&open, &node.shares) else {
            // Whole already, up to what the linear program's numbers are worth.
            self.complete &= node.most <= self.value + 1;
            return;
        };
        for by_it in [true, false] {
            let by = |at: &usize| {
                let column = self.columns[*at];
                !column.requests.contains(&request) || (column.run == run) == by_it
            };
            let rest: Vec<usize> = open.iter().copied().filter(by).collect();
            self.visit(rest, meter);
        }
    }

    /// The linear program of some of the columns.
    fn node(&mut self, open: &[usize], meter: &mut Meter) -> Option<Node> {
        self.master.allow(open);
        let shares = self.master.go_on(self.pulse)?;
        meter.spend(self.master.effort(0));
        let mut node = Node { shares, rows: self.master.rows(), most: 0 };
        node.most = self.most(open, &node);
        Some(node)
    }

    /// What a column brings beyond what it uses costs, in parts.
    fn reduced(&self, at: usize, node: &Node) -> i64 {
        let used: i64 = self.master.used(at).iter().map(|row| node.rows[*row as usize]).sum();
        PARTS * self.columns[at].value - used
    }

    /// No choice among the columns brings more than this, by whole numbers only: each row is used once at most, and of each
    /// run one column.
    fn most(&self, open: &[usize], node: &Node) -> Money {
        let mut best = vec![0; node.shares.prices.runs.len()];
        let mut used = vec![false; node.rows.len()];
        for at in open {
            let most = &mut best[self.columns[*at].run as usize];
            *most = self.reduced(*at, node).max(*most);
            for row in self.master.used(*at) {
                used[*row as usize] = true;
            }
        }
        let rows: i64 = node.rows.iter().zip(used).filter(|(_, used)| *used).map(|(price, _)| price).sum();
        (rows + best.iter().sum::<i64>()).div_euclid(PARTS)
    }

    /// Rounds the linear program: takes columns by their share while they go together.
    fn take(&mut self, open: &[usize], shares: &Shares) {
        let mut order: Vec<usize> = open.to_vec();
        order.sort_by(|a, b| {
            shares.shares[*b].total_cmp(&shares.shares[*a]).then(self.numbers[*a].cmp(&self.numbers[*b]))
        });
        let mut runs = vec![false; shares.prices.runs.len()];
        let mut requests = vec![false; shares.prices.requests.len()];
        let mut taken = Vec::new();
        let mut value = 0;
        for at in order {
            let column = self.columns[at];
            let free = column.requests.iter().all(|request| !requests[*request as usize]);
            if free && !runs[column.run as usize] && column.value > 0 {
                runs[column.run as usize] = true;
                for request in &column.requests {
                    requests[*request as usize] = true;
                }
                value += column.value;
                taken.push(self.numbers[at]);
            }
        }
        if value > self.value {
            self.value = value;
            self.best = Some(taken);
        }
    }

    /// The run and request about which the linear program is most in two minds.
    fn undecided(&self, open: &[usize], shares: &Shares) -> Option<(u32, u32)> {
        let mut served: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for at in open.iter().filter(|at| shares.shares[**at] > 1e-6) {
            let column = self.columns[*at];
            for request in &column.requests {
                *served.entry((column.run, *request)).or_insert(0.0) += shares.shares[*at];
            }
        }
        served
            .into_iter()
            .filter(|(_, share)| (0.001..0.999).contains(share))
            .min_by(|a, b| (a.1 - 0.6).abs().total_cmp(&(b.1 - 0.6).abs()))
            .map(|(pair, _)| pair)
    }
}
