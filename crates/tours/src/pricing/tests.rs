//! That pricing asks often enough whether to stop, and stops.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::*;
use crate::{
    budget::{Budget, Meter, Progress, Watch},
    problem::{Hours, Limits, Problem, Rates, Request, Trainer, Weights, Window},
    travel::{Point, Travel},
};

/// Counts questions, and wishes to stop at one of them.
struct Asked {
    count: AtomicU64,
    stop_at: u64,
}

impl Watch for Asked {
    fn elapsed_milliseconds(&self) -> u64 {
        0
    }

    fn is_cancelled(&self) -> bool {
        self.count.fetch_add(1, Ordering::Relaxed) + 1 >= self.stop_at
    }

    fn progress(&self, _: Progress) {}
}

/// One trainer with a week, and so many requests around them that can each be on any of its days.
fn week(requests: usize) -> Problem {
    let around = |at: usize| Point {
        latitude: 38.0 + (at * 37 % 101) as f64 / 150.0,
        longitude: -98.0 + (at * 61 % 103) as f64 / 150.0,
    };
    let window = |day: usize| Window { day, start: 420, end: 1_200, penalty: 0 };
    Problem {
        days: 5,
        travel: Travel::GreatCircle { points: (0..=requests).map(around).collect(), detour: 1.2, speed: 80.0 },
        requests: (1..=requests)
            .map(|place| Request {
                place,
                minutes: 60,
                needs: Vec::new(),
                windows: (0..5).map(window).collect(),
                prize: 1_000,
                honorarium: None,
                trainers: None,
                pin: None,
            })
            .collect(),
        trainers: vec![Trainer {
            home: 0,
            skills: Vec::new(),
            hours: vec![Some(Hours { start: 420, end: 1_200 }); 5],
            bases: Vec::new(),
            limits: Limits {
                drive_minutes_a_day: 480,
                work_minutes_a_day: 780,
                workshops_a_day: 3,
                nights_in_a_row: 4,
                nights_in_all: None,
                kilometers_in_all: None,
                workshops_in_all: None,
            },
            rates: Rates { minute: 1, ..Rates::default() },
        }],
        lodging: Vec::new(),
        weights: Weights::default(),
        former: Vec::new(),
        freeze_before: 0,
    }
}

/// Prices the week; answers what was found, and the questions asked meanwhile.
fn priced(stop_at: u64) -> (Priced, u64) {
    let model = Model::new(&week(24), &|| true);
    let watch = Arc::new(Asked { count: AtomicU64::new(0), stop_at });
    let progress = Progress { served: 0, incumbent: 0, bound: 0, gap: None, iterations: 0 };
    let meter = Meter::new(Arc::clone(&watch) as Arc<dyn Watch>, Budget::Iterations(1), progress);
    let candidates = Candidates {
        slots: (0..model.slots.len() as u32).map(|slot| (slot, 40 * PARTS)).collect(),
        ..Candidates::default()
    };
    let care = Care { labels: 50, all_labels: 400, plans: 5, every: false };
    let priced = price(&model, &model.runs[0], &candidates, 0, care, &meter.pulse());
    (priced, watch.count.load(Ordering::Relaxed))
}

#[test]
fn pricing_asks_often_whether_to_stop() {
    let (found, asked) = priced(u64::MAX);
    let tried = found.tried.iter().sum::<u64>();
    assert!(!found.plans.is_empty() && found.tried.iter().all(|tried| *tried > 20 * TRIED), "{:?}", found.tried);
    // Once for each so many routes, in making them and in joining them.
    assert!(asked >= tried / TRIED - 10, "asked {asked} times for {tried} routes");
}

#[test]
fn pricing_stops_when_it_is_told_to() {
    let (_, all) = priced(u64::MAX);
    for stop_at in [1, 2, all / 4, all / 2, all - 1] {
        let (found, asked) = priced(stop_at);
        assert_eq!(asked, stop_at, "of {all}");
        assert!(found.plans.is_empty() && !found.exact && found.most == i64::MAX);
    }
}
