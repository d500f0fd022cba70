//! A second method to price and to judge plans: what `../shared/tours/check_plan.py` does, state by state and day by day.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::format::Instance;

/// A stop: a request in one of its windows.
pub type Job = (usize, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Home,
    /// On the way to the next job.
    Job,
    /// On the way home.
    Back,
}

pub fn minutes(instance: &Instance) -> Vec<Vec<i32>> {
    let radians = std::f64::consts::PI / 180.0;
    let kilometers = |a: usize, b: usize| {
        let (a, b) = (&instance.locations[a], &instance.locations[b]);
        let x = ((b.lat - a.lat) * radians / 2.0).sin().powi(2)
            + (a.lat * radians).cos() * (b.lat * radians).cos() * ((b.lon - a.lon) * radians / 2.0).sin().powi(2);
        2.0 * 6371.0 * x.sqrt().asin()
    };
    let count = instance.locations.len();
    let one = |a: usize, b: usize| {
        if a == b { 0 } else { ((kilometers(a, b) * 1.25 / 85.0 * 60.0).ceil() as i32).max(1) }
    };
    (0..count).map(|a| (0..count).map(|b| one(a, b)).collect()).collect()
}

struct Inner {
    latest: i32,
    total: i32,
    end: i32,
    drive: i32,
    first: usize,
    last: usize,
}

fn inner(instance: &Instance, minutes: &[Vec<i32>], jobs: &[Job]) -> Option<Inner> {
    let mut inner = Inner { latest: i32::MAX, total: 0, end: instance.day_start, drive: 0, first: 0, last: 0 };
    for (number, (request, window)) in jobs.iter().enumerate() {
        let wish = &instance.requests[*request];
        let window = &wish.windows[*window];
        if number == 0 {
            inner.first = wish.loc;
        } else {
            let way = minutes[inner.last][wish.loc];
            inner.drive += way;
            inner.total += way;
            inner.end += way;
        }
        inner.latest = inner.latest.min(window.end - wish.dur - inner.total);
        inner.end = inner.end.max(window.start) + wish.dur;
        if inner.end > window.end {
            return None;
        }
        inner.total += wish.dur;
        inner.last = wish.loc;
    }
    Some(inner)
}

/// What a run of days with these jobs costs at least, if it can be driven.
pub fn cost(instance: &Instance, minutes: &[Vec<i32>], home: usize, days: &[Vec<Job>]) -> Option<i64> {
    let (start, end, night, most) = (instance.day_start, instance.day_end, instance.night_cost, instance.max_nights);
    let whole_day = instance.max_drive.min(end - start);
    let mut inners = Vec::new();
    for jobs in days {
        inners.push(if jobs.is_empty() { None } else { Some(inner(instance, minutes, jobs)?) });
    }
    let next = |day: usize| inners[day..].iter().flatten().next();
    let mut states = BTreeMap::from([((At::Home, 0, 0), 0_i64)]);
    for (day, today) in inners.iter().enumerate() {
        let last_day = day + 1 == days.len();
        let mut after: BTreeMap<(At, i32, usize), i64> = BTreeMap::new();
        let mut put = |at: At, rest: i32, nights: usize, cost: i64| {
            let known = after.entry((at, rest, nights)).or_insert(i64::MAX);
            *known = cost.min(*known);
        };
        for ((at, rest, nights), cost) in states {
            let away = !last_day && nights < most;
            if let Some(today) = today {
                let (before, mut cost) = match at {
                    At::Home => (minutes[home][today.first], cost + i64::from(minutes[home][today.first])),
                    At::Job => (rest, cost),
                    At::Back => continue,
                };
                if start + before > today.latest || before + today.drive > instance.max_drive {
                    continue;
                }
                let done = (start + before + today.total).max(today.end);
                if done > end {
                    continue;
                }
                cost += i64::from(today.drive);
                let left = (instance.max_drive - before - today.drive).min(end - done).max(0);
                let back = minutes[today.last][home];
                if back <= left {
                    put(At::Home, 0, 0, cost + i64::from(back));
                } else if away {
                    put(At::Back, back - left, nights + 1, cost + i64::from(back) + night);
                }
                if let Some(then) = next(day + 1).filter(|_| away) {
                    let on = minutes[today.last][then.first];
                    put(At::Job, (on - left).max(0), nights + 1, cost + i64::from(on) + night);
                }
                continue;
            }
            match at {
                At::Home => {
                    put(At::Home, 0, 0, cost);
                    if let Some(then) = next(day + 1).filter(|_| !last_day && most >= 1) {
                        let on = minutes[home][then.first];
                        put(At::Job, (on - whole_day).max(0), 1, cost + i64::from(on) + night);
                    }
                }
                At::Job if away => put(At::Job, (rest - whole_day).max(0), nights + 1, cost + night),
                At::Back if rest <= whole_day => put(At::Home, 0, 0, cost),
                At::Back if away => put(At::Back, rest - whole_day, nights + 1, cost + night),
                At::Job | At::Back => {}
            }
        }
        states = after;
    }
    states.into_iter().filter(|((at, ..), _)| *at == At::Home).map(|(_, cost)| cost).min()
}

/// Requests served, and what the roads and nights of a plan cost; panics where it is none.
pub fn judge(instance: &Instance, plan: &Value) -> (usize, i64) {
    let minutes = minutes(instance);
    let (mut seen, mut used, mut total) = (BTreeSet::new(), BTreeSet::new(), 0);
    for tour in plan.as_array().unwrap() {
        let index = tour["trainer"].as_u64().unwrap() as usize;
        let trainer = &instance.trainers[index];
        let first = tour["d0"].as_u64().unwrap() as usize;
        let days: Vec<Vec<Job>> = tour["days"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| serde_json::from_value(day["jobs"].clone()).unwrap())
            .collect();
        for (offset, jobs) in days.iter().enumerate() {
            assert!(trainer.days.contains(&(first + offset)) && used.insert((index, first + offset)));
            for (request, window) in jobs {
                let wish = &instance.requests[*request];
                assert!(wish.windows[*window].day == first + offset && trainer.skills.contains(&wish.skill));
                assert!(seen.insert(*request));
            }
        }
        total += cost(instance, &minutes, trainer.home, &days).expect("a drivable tour");
    }
    (seen.len(), total)
}
