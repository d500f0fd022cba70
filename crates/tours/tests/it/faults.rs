//! All that is wrong is said at once.

use std::sync::Arc;

use packhorse_tours::{
    Budget, Effort, Fault, Of, faults,
    problem::{MAX_REQUESTS, Pin, Served},
    solve,
    travel::{Road, Travel},
};

use crate::world::{Silent, instance};

#[test]
fn every_fault_is_named() {
    let mut problem = instance(3, 6, 2).problem();
    problem.requests[0].minutes = 0;
    problem.requests[0].windows[0].end = problem.requests[0].windows[0].start;
    problem.requests[1].prize = -1;
    problem.requests[2].windows[0].day = 99;
    problem.requests[3].place = 99;
    problem.requests[4].pin = Some(Pin { trainer: 7, day: 0, start: 2_000 });
    problem.requests[5].trainers = Some(vec![0, 5]);
    problem.trainers[0].rates.kilometer = -5;
    problem.trainers[0].limits.workshops_a_day = 0;
    problem.trainers[1].hours.pop();
    problem.lodging = vec![77];
    problem.weights.keep = -1;
    let stop = Served { request: 0, trainer: 0, day: 0, start: 500 };
    problem.former = vec![stop, stop];
    let found = faults(&problem);
    let out = |path: &str| Fault::OutOfRange { path: path.to_owned() };
    let unknown = |path: &str| Fault::Unknown { path: path.to_owned() };
    for fault in [
        out("requests[0].minutes"),
        out("requests[0].windows[0].end"),
        out("requests[1].prize"),
        out("requests[2].windows[0].day"),
        unknown("requests[3].place"),
        unknown("requests[4].pin.trainer"),
        out("requests[4].pin.start"),
        unknown("requests[5].trainers[1]"),
        out("trainers[0].rates.kilometer"),
        out("trainers[0].limits.workshops_a_day"),
        out("trainers[1].hours"),
        unknown("lodging[0]"),
        out("weights.keep"),
        Fault::Twice { path: "former[1].request".to_owned() },
    ] {
        assert!(found.contains(&fault), "{fault:?} is not among {found:?}");
    }
    let effort = Effort { budget: Budget::Iterations(10), seed: 0, threads: 1 };
    assert_eq!(solve(&problem, effort, Arc::new(Silent)), Err(found));
}

#[test]
fn too_much_and_too_little_is_refused_with_the_limit() {
    let mut problem = instance(3, 1, 1).problem();
    problem.requests = vec![problem.requests[0].clone(); 100_000];
    problem.trainers.clear();
    assert_eq!(
        faults(&problem),
        [
            Fault::TooMany { what: Of::Requests, count: 100_000, limit: MAX_REQUESTS },
            Fault::None { what: Of::Trainers },
        ]
    );
}

#[test]
fn past_windows_islands_and_pins_that_clash_are_told_together() {
    let mut problem = instance(8, 6, 2).problem();
    for trainer in &mut problem.trainers {
        trainer.skills = vec![0, 1, 2];
        trainer.hours.fill(Some(packhorse_tours::problem::Hours { start: 420, end: 1_200 }));
    }
    let places = problem.travel.places();
    let island = problem.requests[5].place;
    let road = |from: usize, to: usize| {
        let whole = problem.travel.road(from, to);
        if from != to && (from == island || to == island) { None } else { whole }
    };
    let rows: Vec<Vec<Option<Road>>> = (0..places).map(|from| (0..places).map(|to| road(from, to)).collect()).collect();
    problem.travel = Travel::Matrix(rows);
    for request in [0, 1] {
        problem.requests[request].pin = Some(Pin { trainer: 1, day: 5, start: 600 });
    }
    problem.requests[2].pin = Some(Pin { trainer: 0, day: 6, start: 600 });
    problem.trainers[0].hours[6] = None;
    let found = faults(&problem);
    for fault in [
        Fault::Unreachable { request: 5 },
        Fault::PinsClash { trainer: 1, requests: vec![0, 1] },
        Fault::PinOnDayOff { request: 2, trainer: 0 },
    ] {
        assert!(found.contains(&fault), "{fault:?} is not among {found:?}");
    }
    problem.freeze_before = problem.days;
    let past = faults(&problem);
    assert!(past.contains(&Fault::Past { request: 3 }) && !past.contains(&Fault::Past { request: 0 }));
}
