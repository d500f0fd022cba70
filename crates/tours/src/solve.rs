//! From a problem to a plan.

use std::sync::Arc;

use crate::{
    answer,
    budget::{Effort, Meter, Progress, Watch, gap},
    engine,
    faults::{Fault, faults},
    model::Model,
    plan::Plan,
    problem::{Money, Problem},
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
    // Prizes, penalties and costs are not negative, so neither is what they add up to.
    let bound = 0;
    let keep = problem.weights.keep * problem.former.len() as Money;
    let incumbent = problem.requests.iter().map(|request| request.prize).sum::<Money>() + keep;
    let progress = Progress { served: 0, incumbent, bound, gap: gap(incumbent, bound), iterations: 0 };
    let mut meter = Meter::new(watch, effort.budget, progress);
    let pulse = meter.pulse();
    let model = Model::new(problem, &|| !pulse.is_cancelled());
    let pinned = Solution::pinned(&model);
    meter.begin(pinned.served(), pinned.objective(&model));
    let (mut solution, mut search) = engine::run(&model, effort.seed, effort.threads, &mut meter);
    Ok(answer::plan(problem, &mut search, &mut solution, (meter.bound(), meter.iterations()), &pulse))
}
