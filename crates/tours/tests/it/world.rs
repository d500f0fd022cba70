//! Instances by chance, watches, and the best objective by trying everything.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use packhorse_tours::{Budget, Effort, Plan, Problem, Progress, Watch, solve};
use serde_json::{Value, json};

use crate::{
    format::Instance,
    judge::{self, Job},
};

/// Numbers by chance, the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % count
    }
}

/// Requests and trainers somewhere in Kansas, one week or two.
pub fn instance(seed: u64, requests: usize, trainers: usize) -> Instance {
    let mut dice = Dice::new(seed);
    let weeks = 1 + dice.below(2);
    let wide = 1 + dice.below(4);
    let spot = |dice: &mut Dice| json!({ "lat": 37.0 + dice.below(3000) as f64 / 1000.0, "lon": -100.0 + dice.below(1500 * wide) as f64 / 1000.0 });
    let locations: Vec<Value> = (0..requests + trainers).map(|_| spot(&mut dice)).collect();
    let people: Vec<Value> = (0..trainers)
        .map(|home| {
            let skills: Vec<usize> = (0..3).filter(|_| dice.below(3) > 0).collect();
            let days: Vec<usize> = (0..weeks * 7).filter(|day| day % 7 < 5 && dice.below(6) > 0).collect();
            json!({ "home": home, "skills": skills, "days": days })
        })
        .collect();
    let wishes: Vec<Value> = (0..requests)
        .map(|request| {
            let long = dice.below(3) == 0;
            let mut days: Vec<usize> = (0..=dice.below(3)).map(|_| dice.below(weeks) * 7 + dice.below(5)).collect();
            days.sort_unstable();
            days.dedup();
            let windows: Vec<Value> = days
                .into_iter()
                .map(|day| {
                    let (start, end) = if long { (510, 1020) } else { [(510, 750), (780, 1020), (540, 1020)][dice.below(3)] };
                    json!({ "day": day, "start": start, "end": end })
                })
                .collect();
            json!({ "loc": trainers + request, "skill": dice.below(3), "dur": if long { 420 } else { 180 }, "windows": windows })
        })
        .collect();
    serde_json::from_value(json!({
        "weeks": weeks, "day_start": 420, "day_end": 1200, "max_drive": 240 + 60 * dice.below(3),
        "max_nights": dice.below(5), "night_cost": 60 * dice.below(5), "prize": 3000,
        "locations": locations, "trainers": people, "requests": wishes,
    }))
    .unwrap()
}

/// A watch whose clock stands still.
#[derive(Default)]
pub struct Silent;

impl Watch for Silent {
    fn elapsed_milliseconds(&self) -> u64 {
        panic!("nobody asks for the time when iterations are counted")
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _: Progress) {}
}

/// A watch that stops the search after some questions, and counts all of them, and how often it is told something.
#[derive(Default)]
pub struct Stopping {
    pub after: u64,
    pub asked: AtomicU64,
    pub told: AtomicU64,
}

impl Watch for Stopping {
    fn elapsed_milliseconds(&self) -> u64 {
        0
    }

    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.after
    }

    fn progress(&self, _: Progress) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }
}

pub fn planned(problem: &Problem, iterations: u64) -> Plan {
    let effort = Effort { budget: Budget::Iterations(iterations), seed: 7, threads: 1 };
    solve(problem, effort, Arc::new(Silent)).unwrap()
}

/// The least objective there is, by trying every order of every window in every run.
pub fn optimum(instance: &Instance) -> i64 {
    let minutes = judge::minutes(instance);
    let count = instance.requests.len();
    let mut best = vec![i64::MAX; 1 << count];
    best[0] = 0;
    for trainer in &instance.trainers {
        for days in trainer.days.chunk_by(|a, b| a + 1 == *b) {
            let mut run = vec![i64::MAX; 1 << count];
            let mut plan = vec![Vec::new(); days.len()];
            each_plan(instance, &minutes, (trainer.home, &trainer.skills), days, 0, 0, &mut plan, &mut run);
            let before = best.clone();
            for (used, cost) in before.iter().enumerate().filter(|(_, cost)| **cost < i64::MAX) {
                for (more, road) in run.iter().enumerate().filter(|(more, road)| more & used == 0 && **road < i64::MAX)
                {
                    best[used | more] = best[used | more].min(cost + road);
                }
            }
        }
    }
    let objective =
        |(served, cost): (usize, &i64)| cost + instance.prize * (count - served.count_ones() as usize) as i64;
    best.iter().enumerate().filter(|(_, cost)| **cost < i64::MAX).map(objective).min().unwrap()
}

#[expect(clippy::too_many_arguments, reason = "one step of a search through everything")]
fn each_plan(
    instance: &Instance,
    minutes: &[Vec<i32>],
    trainer: (usize, &[u32]),
    days: &[usize],
    day: usize,
    used: usize,
    plan: &mut Vec<Vec<Job>>,
    best: &mut [i64],
) {
    if day == days.len() {
        if let Some(cost) = judge::cost(instance, minutes, trainer.0, plan) {
            best[used] = best[used].min(cost);
        }
        return;
    }
    each_plan(instance, minutes, trainer, days, day + 1, used, plan, best);
    if plan[day].len() == 4 {
        return;
    }
    for (request, wish) in instance.requests.iter().enumerate() {
        if used >> request & 1 == 1 || !trainer.1.contains(&wish.skill) {
            continue;
        }
        for window in (0..wish.windows.len()).filter(|window| wish.windows[*window].day == days[day]) {
            plan[day].push((request, window));
            let alone: Vec<Vec<Job>> =
                (0..days.len()).map(|at| if at == day { plan[day].clone() } else { Vec::new() }).collect();
            let mut long = instance.clone();
            long.max_nights = 9;
            long.max_drive = 2_000;
            // What cannot be given one after another on a day cannot be given with more either.
            if judge::cost(&long, &still(minutes), trainer.0, &alone).is_some() {
                each_plan(instance, minutes, trainer, days, day, used | 1 << request, plan, best);
            }
            plan[day].pop();
        }
    }
}

/// Roads that take no time.
fn still(minutes: &[Vec<i32>]) -> Vec<Vec<i32>> {
    minutes.iter().map(|row| vec![0; row.len()]).collect()
}
