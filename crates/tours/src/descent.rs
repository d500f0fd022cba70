//! Prices for problems too large for a linear program: step by step down, along what is asked for too often or not at all.
//!
//! Any prices give a bound, the better the fewer requests they have two runs wish to serve, or none. Steps are taken among the
//! columns at hand, which costs little; then pricing looks for the columns they lack. Source: B. T. Polyak, "Minimization of
//! unsmooth functionals", 1969; M. L. Fisher, "The Lagrangian relaxation method for solving integer programming problems",
//! 1981.

use crate::{
    budget::Meter,
    columns::Column,
    generation::{Generator, Scope},
    master::Prices,
    pricing::{Care, PARTS},
    problem::Money,
    road::Walk,
    solution::{NOWHERE, RunPlan, Solution},
};

/// Rounds of pricing at most.
const ROUNDS: usize = 14;
/// The last of them look thoroughly.
const THOROUGH: usize = 3;
/// Steps between two rounds.
const STEPS: usize = 300;
/// Steps in vain before they become shorter.
const PATIENCE: usize = 8;

/// The most that any choice of plans brings, as far as prices show; nothing if pricing never came to an end.
///
/// It ends by the share `until` of the budget.
pub(crate) fn bound(generator: &mut Generator, solution: &Solution, until: f64, meter: &mut Meter) -> Option<Money> {
    let model = generator.model;
    let scope = Scope::all(model);
    let enough = solution.profit - generator.pool.base.iter().sum::<Money>();
    let mut walk = Walk::default();
    let mut prices = losses(generator, solution, &mut walk);
    let mut most: Option<Money> = None;
    let begin = meter.share();
    let mut rounds = ROUNDS;
    let mut round = 0;
    while round < rounds {
        let thorough = round + THOROUGH >= rounds;
        descend(generator, &scope, &mut prices, enough as f64, meter);
        let counted = whole(generator, &scope, &prices);
        let labels = if thorough { 4_000 } else { 8 };
        let care = Care { labels, all_labels: 20_000, plans: 2, every: false };
        let found = generator.price(&scope, &counted, 0, care);
        most = most.into_iter().chain(found.bound.map(|bound| bound.div_euclid(PARTS))).min();
        round += 1;
        if !meter.spend(found.effort) || generator.pool.is_full() {
            break;
        }
        // What is left of the time is for rounds of which the last are thorough.
        let each = (meter.share() - begin) / round as f64;
        let left = ((until - meter.share()) / each.max(1e-9)) as usize;
        rounds = rounds.min(round + left);
        for (run, slots) in found.plans {
            if let Some(plan) = RunPlan::new(model, run, slots, &mut walk) {
                generator.pool.add(model, run, &plan);
            }
        }
    }
    most
}

/// What each served request brings its run, as first prices.
fn losses(generator: &Generator, solution: &Solution, walk: &mut Walk) -> Vec<f64> {
    let model = generator.model;
    let mut prices = vec![0.0; model.of_request.len()];
    for (request, run) in solution.run_of.iter().enumerate().filter(|(_, run)| **run != NOWHERE) {
        let plan = &solution.runs[*run as usize];
        let others = plan.slots.iter().copied().filter(|slot| model.slots[*slot as usize].request as usize != request);
        if let Some(rest) = RunPlan::new(model, *run as usize, others.collect(), walk) {
            prices[request] = (plan.profit - rest.profit).max(0) as f64;
        }
    }
    let dearest = model.slots.iter().map(|slot| slot.worth).max().unwrap_or(0);
    for (request, run) in solution.run_of.iter().enumerate() {
        if *run == NOWHERE && model.of_request[request].1 > model.of_request[request].0 {
            prices[request] = dearest as f64;
        }
    }
    prices
}

/// Prices in parts, with what the best column at hand of each run brings beyond them.
fn whole(generator: &Generator, scope: &Scope, prices: &[f64]) -> Prices {
    let requests: Vec<i64> = prices.iter().map(|price| (price * PARTS as f64).round() as i64).collect();
    let mut runs = vec![0; generator.model.runs.len()];
    for run in &scope.runs {
        let best = generator.pool.of_run(*run).iter().map(|at| {
            let column = &generator.pool.columns[*at as usize];
            PARTS * column.value - column.requests.iter().map(|request| requests[*request as usize]).sum::<i64>()
        });
        runs[*run as usize] = best.max().unwrap_or(0).max(0);
    }
    Prices { requests, runs, cuts: Vec::new() }
}

/// Lowers what prices add up to, with the best column of each run, towards a target.
fn descend(generator: &Generator, scope: &Scope, prices: &mut Vec<f64>, target: f64, meter: &mut Meter) {
    let mut best = (f64::INFINITY, prices.clone());
    let (mut length, mut vain) = (1.0, 0);
    for _ in 0..STEPS {
        let mut asked: Vec<f64> = scope.open.iter().map(|open| if *open { 1.0 } else { 0.0 }).collect();
        let mut sum: f64 = prices.iter().sum();
        for run in &scope.runs {
            let mut most: (f64, Option<&Column>) = (0.0, None);
            for at in generator.pool.of_run(*run) {
                let column = &generator.pool.columns[*at as usize];
                let used: f64 = column.requests.iter().map(|request| prices[*request as usize]).sum();
                let brings = column.value as f64 - used;
                if brings > most.0 {
                    most = (brings, Some(column));
                }
            }
            sum += most.0;
            for request in most.1.iter().flat_map(|column| &column.requests) {
                asked[*request as usize] -= 1.0;
            }
        }
        if sum < best.0 {
            (best.0, vain) = (sum, 0);
            best.1.clone_from(prices);
        } else {
            vain += 1;
            if vain >= PATIENCE {
                (length, vain) = (length / 2.0, 0);
                prices.clone_from(&best.1);
                if length < 0.01 {
                    break;
                }
                continue;
            }
        }
        let norm: f64 = asked
            .iter()
            .zip(&*prices)
            .filter(|(asked, price)| **asked < 0.0 || **price > 0.0)
            .map(|(s, _)| s * s)
            .sum();
        if norm == 0.0 || !meter.spend(generator.pool.columns.len() as u64 / 64) {
            break;
        }
        let step = length * (best.0 - target).max(1.0) / norm;
        for (price, asked) in prices.iter_mut().zip(&asked) {
            *price = (*price - step * asked).max(0.0);
        }
    }
    prices.clone_from(&best.1);
}
