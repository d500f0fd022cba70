//! From what the engine found to what people read: tours, costs, what changed, what is left out.

use crate::{
    alns::Search,
    budget::{Pulse, gap},
    itinerary::Itinerary,
    model::{self, Model},
    plan::{Change, Plan, Served},
    problem::{Money, Problem},
    road::{Usage, Walk},
    solution::{NOWHERE, RunPlan, Solution, unevenness},
    unserved,
};

/// Makes nights fit the places to sleep: drops stops that cannot be kept so, and puts in elsewhere what can.
///
/// What was dropped is answered. Where `go_on` says no, nothing more is put in.
fn settle(problem: &Problem, search: &mut Search, solution: &mut Solution, go_on: &dyn Fn() -> bool) -> Vec<u32> {
    let model = search.model;
    if problem.lodging.is_empty() {
        return Vec::new();
    }
    let mut walk = Walk::default();
    let mut dropped = Vec::new();
    let mut lodged: Vec<Option<RunPlan>> = vec![None; model.runs.len()];
    for (run, lodged) in lodged.iter_mut().enumerate() {
        let mut plan = solution.runs[run].clone();
        while !plan.slots.is_empty() {
            if let Some(settled) = lodged_plan(problem, model, run, &plan.slots, &mut walk) {
                *lodged = Some(settled);
                break;
            }
            let Some((gone, rest)) = without_one(problem, model, run, &plan, &mut walk) else { break };
            dropped.push(model.slots[gone as usize].request);
            plan = rest;
        }
        if plan.slots.len() < solution.runs[run].slots.len() {
            solution.replace(model, run, plan);
        }
    }
    for trainer in 0..model.horizon.len() {
        while !lodged_usage(model, &lodged, trainer).within(model.horizon[trainer]) {
            let Some((run, gone, rest)) = cheapest(problem, model, &lodged, trainer, &mut walk) else { break };
            dropped.push(model.slots[gone as usize].request);
            if let Some(plan) = RunPlan::new(model, run, rest.slots.clone(), &mut walk) {
                solution.replace(model, run, plan);
            }
            lodged[run] = Some(rest);
        }
    }
    let left_out: Vec<u32> =
        (0..model.of_request.len() as u32).filter(|request| solution.run_of[*request as usize] == NOWHERE).collect();
    for request in left_out {
        if !go_on() {
            break;
        }
        let (from, to) = model.of_request[request as usize];
        let mut best: Option<(Money, usize, RunPlan, RunPlan)> = None;
        for choice in from..to {
            let run = model.choices[choice as usize].run as usize;
            let Some(insertion) = search.inserter.best(model, &solution.runs[run], choice as usize) else { continue };
            let Some(plan) = search.inserter.insert(model, run, &solution.runs[run], insertion) else { continue };
            let Some(settled) = lodged_plan(problem, model, run, &plan.slots, &mut walk) else { continue };
            let before = lodged[run].as_ref().map_or(0, |before| before.profit);
            let gain = settled.profit - before;
            let trainer = model.runs[run].trainer;
            let was = lodged[run].as_ref().map_or_else(Usage::default, |was| was.usage);
            let usage = lodged_usage(model, &lodged, trainer).instead(was, settled.usage);
            if usage.within(model.horizon[trainer]) && gain > best.as_ref().map_or(0, |best| best.0) {
                best = Some((gain, run, plan, settled));
            }
        }
        if let Some((_, run, plan, settled)) = best {
            solution.replace(model, run, plan);
            lodged[run] = Some(settled);
            dropped.retain(|gone| *gone != request);
        }
    }
    dropped
}

/// What a trainer takes of the limits over the horizon with nights at places to sleep.
fn lodged_usage(model: &Model, lodged: &[Option<RunPlan>], trainer: usize) -> Usage {
    let plans = lodged.iter().zip(&model.runs).filter(|(_, run)| run.trainer == trainer);
    plans
        .filter_map(|(plan, _)| plan.as_ref())
        .fold(Usage::default(), |sum, plan| sum.instead(Usage::default(), plan.usage))
}

/// The stop of a trainer whose loss is least, its run, and the run's plan without it.
fn cheapest(
    problem: &Problem,
    model: &Model,
    lodged: &[Option<RunPlan>],
    trainer: usize,
    walk: &mut Walk,
) -> Option<(usize, u32, RunPlan)> {
    let mut best: Option<(Money, usize, u32, RunPlan)> = None;
    for (run, plan) in lodged.iter().enumerate() {
        let Some(plan) = plan.as_ref().filter(|_| model.runs[run].trainer == trainer) else { continue };
        for gone in plan.slots.iter().filter(|slot| !model.runs[run].pins.contains(slot)) {
            let slots: Vec<u32> = plan.slots.iter().copied().filter(|slot| slot != gone).collect();
            let Some(rest) = lodged_plan(problem, model, run, &slots, walk) else { continue };
            let loss = plan.profit - rest.profit;
            if best.as_ref().is_none_or(|(least, ..)| loss < *least) {
                best = Some((loss, run, *gone, rest));
            }
        }
    }
    best.map(|(_, run, gone, rest)| (run, gone, rest))
}

/// A run's plan as it is with its nights at places to sleep.
fn lodged_plan(problem: &Problem, model: &Model, run: usize, slots: &[u32], walk: &mut Walk) -> Option<RunPlan> {
    let of = &model.runs[run];
    let itinerary = Itinerary::new(model, of, slots, &problem.lodging, walk)?;
    let worth: Money = slots.iter().map(|slot| model.worth(of, *slot)).sum();
    Some(RunPlan {
        slots: slots.to_vec(),
        profit: worth - itinerary.cost(of),
        key: 0,
        usage: itinerary.usage(slots.len()),
    })
}

/// The plan less the stop whose loss is least: one whose absence makes nights possible, if there is one.
fn without_one(
    problem: &Problem,
    model: &Model,
    run: usize,
    plan: &RunPlan,
    walk: &mut Walk,
) -> Option<(u32, RunPlan)> {
    let free = plan.slots.iter().filter(|slot| !model.runs[run].pins.contains(slot));
    free.filter_map(|gone| {
        let slots: Vec<u32> = plan.slots.iter().copied().filter(|slot| slot != gone).collect();
        let settles = slots.is_empty() || lodged_plan(problem, model, run, &slots, walk).is_some();
        RunPlan::new(model, run, slots, walk).map(|rest| (settles, rest.profit, *gone, rest))
    })
    .max_by_key(|(settles, profit, gone, _)| (*settles, *profit, *gone))
    .map(|(_, _, gone, rest)| (gone, rest))
}

/// The plan people read, with what the bound is and how many iterations it took.
pub(crate) fn plan(
    problem: &Problem,
    search: &mut Search,
    solution: &mut Solution,
    proven: (Money, u64),
    pulse: &Pulse,
) -> Plan {
    let go_on = || !pulse.is_cancelled();
    let dropped = settle(problem, search, solution, &go_on);
    describe(problem, search, solution, &dropped, proven, &go_on)
}

/// The plan as it stands. `dropped` are requests that were left out for want of lodging. Where `go_on` says no, nothing is
/// looked for any more.
pub(crate) fn describe(
    problem: &Problem,
    search: &mut Search,
    solution: &Solution,
    dropped: &[u32],
    (bound, iterations): (Money, u64),
    go_on: &dyn Fn() -> bool,
) -> Plan {
    let model = search.model;
    let mut walk = Walk::default();
    let mut tours = Vec::new();
    let mut profit = 0;
    let mut usage = vec![Usage::default(); model.horizon.len()];
    for (run, plan) in model.runs.iter().zip(&solution.runs).filter(|(_, plan)| !plan.slots.is_empty()) {
        // A run whose pins alone cannot be lodged sleeps along the road.
        let itinerary = Itinerary::new(model, run, &plan.slots, &problem.lodging, &mut walk)
            .or_else(|| Itinerary::new(model, run, &plan.slots, &[], &mut walk));
        let Some(itinerary) = itinerary else { continue };
        profit += plan.slots.iter().map(|slot| model.worth(run, *slot)).sum::<Money>() - itinerary.cost(run);
        let total = &mut usage[run.trainer];
        *total = total.instead(Usage::default(), itinerary.usage(plan.slots.len()));
        tours.push(itinerary.tour(model, run, &plan.slots));
    }
    profit -= usage.iter().map(|usage| unevenness(model, usage)).sum::<Money>();
    let mut served: Vec<Served> = tours.iter().flat_map(|tour| tour.stops.iter().copied()).collect();
    served.sort_unstable();
    let objective = model.worst - profit;
    Plan {
        cost: tours.iter().map(|tour| tour.cost).sum(),
        objective,
        bound,
        gap: gap(objective, bound),
        unserved: unserved::explain(problem, search, solution, dropped, go_on),
        changes: changes(problem, &served),
        served,
        tours,
        iterations,
    }
}

/// What became of what was planned before.
fn changes(problem: &Problem, served: &[Served]) -> Vec<Change> {
    let mut now = vec![None; problem.requests.len()];
    for stop in served {
        now[stop.request] = Some(*stop);
    }
    model::former(problem)
        .into_iter()
        .zip(now)
        .filter_map(|pair| match pair {
            (Some(was), Some(now)) if was == now => Some(Change::Kept(was)),
            (Some(from), Some(to)) => Some(Change::Moved { from, to }),
            (Some(was), None) => Some(Change::Dropped(was)),
            (None, Some(now)) => Some(Change::Added(now)),
            (None, None) => None,
        })
        .collect()
}
