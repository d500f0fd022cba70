//! The same plan for the same seed, and an end when it is wanted.

use std::sync::{Arc, atomic::Ordering};

use packhorse_tours::{Budget, Effort, Plan, Problem, Watch, problem::Pin, solve};

use crate::world::{Silent, Stopping, instance};

fn with(problem: &Problem, seed: u64, threads: usize, watch: Arc<dyn Watch>) -> Plan {
    solve(problem, Effort { budget: Budget::Iterations(6_000), seed, threads }, watch).unwrap()
}

#[test]
fn threads_do_not_change_a_byte() {
    for seed in 0..3 {
        let problem = instance(seed, 40, 4).problem();
        let plans: Vec<String> = [1, 2, 4, 1]
            .into_iter()
            .map(|threads| serde_json::to_string(&with(&problem, seed, threads, Arc::new(Silent))).unwrap())
            .collect();
        assert!(plans.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
    }
}

#[test]
fn a_search_that_is_cancelled_ends_with_what_it_has() {
    let problem = instance(5, 120, 8).problem();
    for after in [0, 10, 1_000, 3_000] {
        let watch = Arc::new(Stopping { after, ..Stopping::default() });
        let effort = Effort { budget: Budget::Milliseconds(1_000_000), seed: 1, threads: 2 };
        let plan = solve(&problem, effort, Arc::clone(&watch) as Arc<dyn Watch>).unwrap();
        assert_eq!(plan.served.len() + plan.unserved.len(), 120);
        let late = watch.asked.load(Ordering::Relaxed) - after;
        assert!(late < 100, "asked {late} times more");
    }
}

#[test]
fn while_tables_are_built_it_asks_and_tells() {
    let problem = instance(5, 400, 20).problem();
    let watch = Arc::new(Stopping { after: u64::MAX, ..Stopping::default() });
    let effort = Effort { budget: Budget::Iterations(0), seed: 1, threads: 1 };
    solve(&problem, effort, Arc::clone(&watch) as Arc<dyn Watch>).unwrap();
    // Once for eight rows of roads, for sixteen neighborhoods, and for each request left out.
    let (asked, told) = (watch.asked.load(Ordering::Relaxed), watch.told.load(Ordering::Relaxed));
    assert!(asked >= 420 / 8 + 300 / 16 + 300, "asked {asked} times");
    assert!(told >= asked, "told {told} times, asked {asked} times");
}

#[test]
fn cancelled_at_once_it_builds_nothing_and_keeps_what_is_pinned() {
    let mut problem = instance(5, 400, 20).problem();
    let plan = solve(
        &problem,
        Effort { budget: Budget::Iterations(2_000), seed: 1, threads: 1 },
        Arc::new(Stopping { after: u64::MAX, ..Stopping::default() }),
    )
    .unwrap();
    let tour = plan.tours.iter().max_by_key(|tour| tour.stops.len()).unwrap();
    for stop in &tour.stops {
        problem.requests[stop.request].pin = Some(Pin { trainer: stop.trainer, day: stop.day, start: stop.start });
    }
    let watch = Arc::new(Stopping::default());
    let effort = Effort { budget: Budget::Milliseconds(60_000), seed: 1, threads: 1 };
    let pinned = solve(&problem, effort, Arc::clone(&watch) as Arc<dyn Watch>).unwrap();
    assert_eq!(pinned.served.len(), tour.stops.len());
    assert_eq!(pinned.cost, tour.cost);
    assert_eq!(pinned.unserved.len(), 400 - tour.stops.len());
    let asked = watch.asked.load(Ordering::Relaxed);
    assert!(asked < 50, "asked {asked} times");
}

#[test]
fn without_any_iteration_there_is_a_plan() {
    let problem = instance(6, 30, 4).problem();
    let effort = Effort { budget: Budget::Iterations(0), seed: 1, threads: 1 };
    let plan = solve(&problem, effort, Arc::new(Silent)).unwrap();
    assert!(!plan.served.is_empty() && plan.bound <= plan.objective);
}
