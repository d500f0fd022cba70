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
    let (mut solution, mut search) = engine::run(&model, effort.seed, effort.threads, &mut meter);
    Ok(answer::plan(problem, &mut search, &mut solution, (meter.bound(), meter.iterations())))
}
