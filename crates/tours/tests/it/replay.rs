//! The same plan for the same seed, and an end when it is wanted.

use std::sync::{Arc, atomic::Ordering};

use packhorse_tours::{Budget, Effort, Plan, Problem, Watch, solve};

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
fn without_any_iteration_there_is_a_plan() {
    let problem = instance(6, 30, 4).problem();
    let effort = Effort { budget: Budget::Iterations(0), seed: 1, threads: 1 };
    let plan = solve(&problem, effort, Arc::new(Silent)).unwrap();
    assert!(!plan.served.is_empty() && plan.bound <= plan.objective);
}
