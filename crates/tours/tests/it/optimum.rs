//! Bound and optimum against everything there is, on instances small enough for it.

use crate::{
    format::Instance,
    judge::judge,
    world::{instance, optimum, planned},
};

#[test]
fn small_problems_are_solved_and_proven() {
    let mut proven = 0;
    for seed in 0..400 {
        let instance = instance(seed, 1 + seed as usize % 8, 1 + seed as usize % 3);
        let problem = instance.problem();
        let plan = planned(&problem, 3_000);
        let best = optimum(&instance);
        assert_eq!(plan.objective, best, "seed {seed}");
        assert!(plan.bound <= best, "seed {seed}: bound {} above {best}", plan.bound);
        proven += usize::from(plan.bound == best);
        let (served, cost) = judge(&instance, &Instance::judged(&problem, &plan));
        assert_eq!((served, cost), (plan.served.len(), plan.cost.total()), "seed {seed}");
        assert_eq!(served + plan.unserved.len(), problem.requests.len());
    }
    assert!(proven >= 390, "only {proven} of 400 proven");
}

#[test]
fn order_of_input_does_not_matter() {
    for seed in 200..230 {
        let instance = instance(seed, 8, 3);
        let mut problem = instance.problem();
        let before = planned(&problem, 3_000).objective;
        problem.requests.reverse();
        problem.trainers.rotate_left(1);
        for request in &mut problem.requests {
            request.windows.reverse();
        }
        assert_eq!(planned(&problem, 3_000).objective, before, "seed {seed}");
    }
}

#[test]
fn another_trainer_is_never_worse() {
    for seed in 300..330 {
        let instance = instance(seed, 8, 3);
        let mut problem = instance.problem();
        let with = planned(&problem, 3_000);
        problem.trainers.truncate(2);
        let without = planned(&problem, 3_000);
        assert!(with.objective <= without.objective, "seed {seed}");
    }
}

#[test]
fn the_known_optima_are_found_and_proven() {
    for (nights, best) in [(None, 39_706), (Some(0), 102_411)] {
        let mut instance = shared("k60x6");
        instance.max_nights = nights.unwrap_or(instance.max_nights);
        let problem = instance.problem();
        let plan = planned(&problem, 20_000);
        assert_eq!((plan.objective, plan.bound), (best, best));
        assert_eq!(judge(&instance, &Instance::judged(&problem, &plan)), (plan.served.len(), plan.cost.total()));
    }
}

#[test]
fn four_hundred_requests_get_a_good_plan_at_once() {
    let instance = shared("k400x40");
    let problem = instance.problem();
    let plan = planned(&problem, 4_000);
    let (served, cost) = judge(&instance, &Instance::judged(&problem, &plan));
    assert_eq!((served, cost), (plan.served.len(), plan.cost.total()));
    assert!(served >= 399 && plan.objective <= 62_000, "{served} served, {}", plan.objective);
}

/// An instance of `../shared/tours`.
fn shared(name: &str) -> Instance {
    let path = format!("{}/../../../shared/tours/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).unwrap()
}
