//! From a problem to a plan.

use std::sync::Arc;

use crate::{
    answer,
    budget::{Effort, Meter, Progress, Watch, gap},
    engine,
    faults::{Fault, faults},
    model::Model,
    plan::Plan,
    problem::Problem,
    solution::Solution,
};

/// Looks for the best plan. It ends before the budget does when the best plan is found and proven.
///
/// # Errors
///
/// All that is wrong with the problem.
pub fn solve(problem: &Problem, effort: Effort, watch: Arc<dyn Watch>) -> Result<Plan, Vec<Fault>> {
    let faults = faults(problem);
    if !faults.is_empty() {
        return Err(faults);
    }
    let model = Model::new(problem);
    let pinned = Solution::pinned(&model);
    // Prizes, penalties and costs are not negative, so neither is what they add up to.
    let (incumbent, bound) = (pinned.objective(&model), 0);
    let served = pinned.served();
    let progress = Progress { served, incumbent, bound, gap: gap(incumbent, bound), iterations: 0 };
    let mut meter = Meter::new(watch, effort.budget, progress);
<<<<<<< HEAD
    let mut search = Search::new(&model, effort.seed);
    let all = (0..model.of_request.len() as u32)
        .filter(|request| {
            let (a, b) = model.of_request[*request as usize];
            b > a
        })
        .collect();
    search.put_in(&mut solution, all);
    let mut generator = crate::generation::Generator::new(&model, effort.threads, meter.watch());
    let debug = std::env::var("TOURS_DEBUG").is_ok();
    let requests = model.of_request.len() as f64;
    let base: i64 = generator.pool.base.iter().sum();
    let first = (requests / 400.0 / meter.seconds()).min(1.0);
    search.improve(&mut solution, &mut meter, first, |best| generator.pool.add_all(&model, best));
    generator.pool.add_all(&model, &solution);
    let mut root = None;
    if requests <= 1000.0 && !meter.is_over() {
        let scope = crate::generation::Scope::all(&model);
        let columns = generator.within(&scope);
        let goal = crate::generation::Goal { enough: solution.profit - base, rounds: 1000, until: 0.8 };
        root = generator.relax(&scope, columns, goal, &mut meter);
        if let Some(relaxed) = &root {
            if debug {
                eprintln!(
                    "most {:?} value {} converged {} at {}",
                    relaxed.most,
                    relaxed.shares.value,
                    relaxed.converged,
                    meter.share()
                );
            }
            if let Some(most) = relaxed.most {
                meter.proved(model.worst - base - most);
            }
        }
    }
    if let Some(root) = &root {
        let dived = crate::dive::dive(&mut generator, &mut search, root, solution.profit - base, 0.0, &mut meter);
        if debug {
            eprintln!("dived {:?} at {}", dived.as_ref().map(|s| s.objective(&model)), meter.share());
        }
        if let Some(dived) = dived
            && dived.profit > solution.profit
        {
            solution = dived;
            meter.found(solution.served(), solution.objective(&model));
        }
    }
    let mut size = 30;
    let mut counts = [0; 3];
    while !meter.is_over() {
        let outcome = crate::neighborhood::improve(&mut generator, &mut search, &mut solution, size, &mut meter);
        meter.found(solution.served(), solution.objective(&model));
        counts[outcome as usize] += 1;
        if debug && counts.iter().sum::<i32>() % 20 == 0 {
            eprintln!(
                "{outcome:?} {counts:?} size {size} objective {} at {}",
                solution.objective(&model),
                meter.share()
            );
        }
        size = match outcome {
            crate::neighborhood::Outcome::Unknown => (size * 9 / 10).max(10),
            _ => size + 1,
        };
    }
    let proven = (meter.bound(), meter.iterations());
    Ok(answer::plan(problem, &mut search, &mut solution, proven))
=======
    let (mut solution, mut search) = engine::run(&model, effort.seed, effort.threads, &mut meter);
    Ok(answer::plan(problem, &mut search, &mut solution, (meter.bound(), meter.iterations())))
>>>>>>> piece-a
}
