//! Road shows by hand: a stop more, less, in another order or elsewhere, with all that is wrong with it.

use packhorse_tours::{
    Clash, Stop, compose,
    problem::{Pin, Problem},
};

use crate::world::{instance, planned};

fn stops(problem: &Problem) -> Vec<Stop> {
    planned(problem, 1_000).served.into_iter().map(Stop::from).collect()
}

#[test]
fn a_plan_said_again_is_the_same_plan() {
    for seed in 0..20 {
        let problem = instance(seed, 20, 3).problem();
        let plan = planned(&problem, 1_000);
        let mut again: Vec<Stop> = plan.served.iter().copied().map(Stop::from).collect();
        again.sort_by_key(|stop| (stop.day, stop.start));
        let composed = compose(&problem, &again).unwrap();
        assert_eq!((composed.objective, composed.tours), (plan.objective, plan.tours), "seed {seed}");
        again.pop();
        let less = compose(&problem, &again).unwrap();
        assert!(less.objective >= plan.objective && less.served.len() == again.len());
    }
}

#[test]
fn everything_wrong_by_hand_is_named() {
    let mut problem = instance(4, 20, 3).problem();
    let mut by_hand = stops(&problem);
    by_hand.sort_by_key(|stop| (stop.day, stop.start));
    let served = by_hand[0];
    by_hand.push(served);
    let other = by_hand[1];
    let missing = (0..20).find(|request| by_hand.iter().all(|stop| stop.request != *request)).unwrap();
    problem.requests[missing].pin = None;
    let day_off = problem.trainers[other.trainer].hours.iter().position(Option::is_none).unwrap();
    by_hand[1].day = day_off;
    by_hand[2].start = Some(0);
    problem.trainers[by_hand[3].trainer].skills.clear();
    by_hand.push(Stop { request: 50, trainer: 0, day: 0, start: None });
    let pinned = by_hand[4];
    problem.requests[pinned.request].pin =
        Some(Pin { trainer: pinned.trainer, day: pinned.day, start: pinned.start.unwrap() });
    by_hand.remove(4);
    let clashes = compose(&problem, &by_hand).unwrap_err();
    for clash in [
        Clash::Twice { request: served.request },
        Clash::DayOff { trainer: other.trainer, day: day_off },
        Clash::Window { request: by_hand[2].request },
        Clash::Trainer { request: by_hand[3].request, trainer: by_hand[3].trainer },
        Clash::Unknown { stop: by_hand.len() - 1 },
        Clash::Fast { request: pinned.request },
    ] {
        assert!(clashes.contains(&clash), "{clash:?} is not among {clashes:?}");
    }
}
