//! From a problem to a plan.

use std::sync::Arc;

use crate::{
    alns::Search,
    answer,
    budget::{Effort, Meter, Progress, Watch, gap},
    faults::{Fault, faults},
    model::Model,
    plan::Plan,
    problem::Problem,
    solution::Solution,
};

/// Looks for the best plan.
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
    let mut solution = Solution::pinned(&model);
    let bound = 0;
    let incumbent = solution.objective(&model);
    let progress = Progress { served: solution.served(), incumbent, bound, gap: gap(incumbent, bound), iterations: 0 };
    let mut meter = Meter::new(watch, effort.budget, progress);
    let mut search = Search::new(&model, effort.seed);
    let all = (0..model.of_request.len() as u32)
        .filter(|request| {
            let (a, b) = model.of_request[*request as usize];
            b > a
        })
        .collect();
    search.put_in(&mut solution, all);
    let mut generator = crate::generation::Generator::new(&model, effort.threads, meter.watch());
    let first = (1.0 / meter.seconds()).min(1.0);
    search.improve(&mut solution, &mut meter, first, |best| generator.pool.add_all(&model, best));
    generator.pool.add_all(&model, &solution);
    let scope = crate::generation::Scope::all(&model);
    let base: i64 = generator.pool.base.iter().sum();
    if let Some(relaxed) = generator.relax(&scope, solution.profit - base, 1000, &mut meter, 1.0) {
        eprintln!("most {:?} value {} converged {} at {}", relaxed.most, relaxed.shares.value, relaxed.converged, meter.share());
        if let Some(most) = relaxed.most { meter.proved(model.worst - base - most); }
    }
    search.improve(&mut solution, &mut meter, 1.0, |_| ());
    let proven = (meter.bound(), meter.iterations());
    Ok(answer::plan(problem, &mut search, &mut solution, proven))
}
