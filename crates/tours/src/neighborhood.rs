//! Parts of a plan solved for themselves: some runs near each other, with what they serve and what nobody serves, by column
//! generation and branching. What is found is better than what was there, or nothing better is there.

use crate::{
    alns::Search,
    branch,
    budget::Meter,
    generation::{Generator, Goal, Relaxed, Scope},
    problem::Money,
    solution::{NOWHERE, Solution},
};

/// How a part was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Better {
        /// Whether nothing better is left.
        proven: bool,
    },
    /// Nothing better is there.
    Best,
    /// Too hard.
    Unknown,
}

/// Solves a part of a plan anew, one that serves about so many.
pub(crate) fn improve(
    generator: &mut Generator,
    search: &mut Search,
    solution: &mut Solution,
    size: usize,
    meter: &mut Meter,
) -> Outcome {
    let scope = part(search, solution, size);
    solve(generator, &scope, solution, meter)
}

/// Solves a scope, and puts what is better into the plan.
fn solve(generator: &mut Generator, scope: &Scope, solution: &mut Solution, meter: &mut Meter) -> Outcome {
    let enough = take_in(generator, scope, solution);
    let columns = generator.within(scope);
    let goal = Goal { enough, rounds: 60, until: 1.0 };
    let Some(mut relaxed) = generator.relax(scope, columns, goal, meter) else { return Outcome::Unknown };
    finish(generator, scope, &mut relaxed, solution, meter).0
}

/// Has the columns of a plan in the pool; answers what it brings in the scope.
fn take_in(generator: &mut Generator, scope: &Scope, solution: &Solution) -> Money {
    for run in &scope.runs {
        generator.pool.add(generator.model, *run as usize, &solution.runs[*run as usize]);
    }
    scope.runs.iter().map(|run| solution.runs[*run as usize].profit - generator.pool.base[*run as usize]).sum()
}

/// Solves a scope whose linear program is solved, and puts what is better into the plan. Answers as well what any plan of
/// the scope brings at most.
pub(crate) fn finish(
    generator: &mut Generator,
    scope: &Scope,
    relaxed: &mut Relaxed,
    solution: &mut Solution,
    meter: &mut Meter,
) -> (Outcome, Option<Money>) {
    let goal = Goal { enough: take_in(generator, scope, solution), rounds: 60, until: 1.0 };
    let kept = generator.pool.columns.len();
    let mut labels = branch::FEW_LABELS;
    let list = loop {
        if relaxed.most.is_some_and(|most| most <= goal.enough) {
            return (Outcome::Best, relaxed.most);
        }
        let list = branch::list(generator, scope, relaxed, goal.enough, labels, meter);
        if list.complete || labels == branch::MANY_LABELS {
            break list;
        }
        labels = if generator.tighten(scope, relaxed, goal, meter) { branch::FEW_LABELS } else { branch::MANY_LABELS };
    };
    let choice = branch::choose(generator, scope, relaxed, &list, goal.enough, meter);
    let outcome = match choice.columns {
        Some(columns) if put(generator, scope, solution, &columns) => Outcome::Better { proven: choice.proven },
        None if choice.proven => Outcome::Best,
        _ => Outcome::Unknown,
    };
    relaxed.most = choice.most;
    generator.pool.truncate(kept.max(relaxed.newest()));
    (outcome, choice.most)
}

/// Puts columns in the place of what the runs of a scope do; whether it was for the better.
pub(crate) fn put(generator: &Generator, scope: &Scope, solution: &mut Solution, columns: &[u32]) -> bool {
    let model = generator.model;
    let before = solution.clone();
    let pinned = Solution::pinned(model);
    for run in &scope.runs {
        solution.replace(model, *run as usize, pinned.runs[*run as usize].clone());
    }
    for column in columns.iter().map(|at| &generator.pool.columns[*at as usize]) {
        let run = column.run as usize;
        if solution.gain(model, run, &column.plan).is_some() {
            solution.replace(model, run, column.plan.clone());
        }
    }
    let better = solution.profit > before.profit;
    if !better {
        *solution = before;
    }
    better
}

/// Runs around a request, until they serve so many.
fn part(search: &mut Search, solution: &Solution, size: usize) -> Scope {
    let model = search.model;
    let mut scope = Scope { runs: Vec::new(), open: vec![false; model.of_request.len()] };
    let left_out: Vec<u32> = (0..model.of_request.len() as u32)
        .filter(|request| {
            solution.run_of[*request as usize] == NOWHERE
                && model.of_request[*request as usize].1 > model.of_request[*request as usize].0
        })
        .collect();
    let mut seed = search.chance.below(model.of_request.len()) as u32;
    if !left_out.is_empty() && search.chance.below(4) == 0 {
        seed = left_out[search.chance.below(left_out.len())];
    }
    let mut open = 0;
    let mut taken = vec![false; model.runs.len()];
    let mut queue = vec![seed];
    let mut tries = 0;
    while open < size && scope.runs.len() < size && tries < 40 * size {
        tries += 1;
        let at = queue[search.chance.below(queue.len())];
        let near = &search.nearness.of[at as usize];
        // A run that serves a neighbor, or that could serve this one.
        let (from, to) = model.of_request[at as usize];
        let run = if (search.chance.below(3) == 0 || near.is_empty()) && to > from {
            model.choices[from as usize + search.chance.below((to - from) as usize)].run
        } else if near.is_empty() {
            continue;
        } else {
            let wide = near.len().min(10 + tries / 4);
            let neighbor = near[search.chance.below(wide)];
            solution.run_of[neighbor as usize]
        };
        if run == NOWHERE || std::mem::replace(&mut taken[run as usize], true) {
            continue;
        }
        scope.runs.push(run);
        for slot in &solution.runs[run as usize].slots {
            let request = model.slots[*slot as usize].request;
            let free = model.of_request[request as usize].1 > model.of_request[request as usize].0;
            if free && !std::mem::replace(&mut scope.open[request as usize], true) {
                open += 1;
                queue.push(request);
            }
        }
    }
    for request in left_out {
        scope.open[request as usize] = true;
    }
    scope.runs.sort_unstable();
    scope
}
