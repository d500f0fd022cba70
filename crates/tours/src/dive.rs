//! A whole plan from the linear program: what it is sure of is fixed, the rest is solved again.

use std::collections::HashSet;

use crate::{
    alns::Search,
    budget::Meter,
    generation::{Generator, Goal, Relaxed, Scope},
    problem::Money,
    solution::{NOWHERE, Solution},
};

/// Dives from a solved linear program; a plan, unless it can be seen that it would not bring more than `enough`.
pub(crate) fn dive(
    generator: &mut Generator,
    search: &mut Search,
    root: &Relaxed,
    enough: Money,
    noise: f64,
    meter: &mut Meter,
) -> Option<Solution> {
    let model = generator.model;
    let mut scope = Scope::all(model);
    let mut solution = Solution::pinned(model);
    let mut fixed: Money = 0;
    let mut columns = root.columns.clone();
    let mut shares = root.shares.shares.clone();
    loop {
        let chosen = sure(generator, &columns, &shares, noise, search);
        if chosen.is_empty() {
            break;
        }
        let mut gone: HashSet<u32> = HashSet::new();
        for at in chosen {
            let column = &generator.pool.columns[at as usize];
            if solution.gain(model, column.run as usize, &column.plan).is_none() {
                gone.insert(column.run);
                continue;
            }
            solution.replace(model, column.run as usize, column.plan.clone());
            fixed += column.value;
            gone.insert(column.run);
            for request in &column.requests {
                scope.open[*request as usize] = false;
            }
        }
        scope.runs.retain(|run| !gone.contains(run));
        columns.retain(|at| scope.has(&generator.pool.columns[*at as usize]));
        if columns.is_empty() {
            break;
        }
        let goal = Goal { enough: enough - fixed, rounds: 4, until: 1.0 };
        let relaxed = generator.relax(&scope, columns, goal, meter)?;
        if meter.is_over() || relaxed.most.is_some_and(|most| most <= enough - fixed) {
            return None;
        }
        columns = relaxed.columns;
        shares = relaxed.shares.shares;
    }
    let left_out = (0..model.of_request.len() as u32)
        .filter(|request| {
            let (from, to) = model.of_request[*request as usize];
            solution.run_of[*request as usize] == NOWHERE && to > from
        })
        .collect();
    search.put_in(&mut solution, left_out);
    Some(solution)
}

/// Columns the linear program is sure of, or the one it is surest of.
fn sure(generator: &Generator, columns: &[u32], shares: &[f64], noise: f64, search: &mut Search) -> Vec<u32> {
    let mut ranked: Vec<(f64, u32)> = columns
        .iter()
        .zip(shares)
        .filter(|(_, share)| **share > 1e-4)
        .map(|(at, share)| (if *share > 0.999 { 1.0 } else { share - noise * search.chance.share() }, *at))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let few = 1 + columns.len() / 400;
    let mut runs = HashSet::new();
    let mut requests = HashSet::new();
    let mut chosen = Vec::new();
    for (number, (share, at)) in ranked.iter().enumerate() {
        let certain = *share >= 0.999;
        let likely = *share >= 0.6 - noise && chosen.len() < few;
        if !(certain || likely || number == 0) {
            break;
        }
        let column = &generator.pool.columns[*at as usize];
        if runs.contains(&column.run) || column.requests.iter().any(|request| requests.contains(request)) {
            continue;
        }
        runs.insert(column.run);
        requests.extend(column.requests.iter().copied());
        chosen.push(*at);
    }
    chosen
}
