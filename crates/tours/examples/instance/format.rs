//! The instances of `../shared/tours` as problems, and plans as its judge reads them.

use packhorse_tours::{
    Plan, Problem,
    problem::{Hours, Limits, Rates, Request, Trainer, Weights, Window},
    travel::{Point, Travel},
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Deserialize)]
pub struct Instance {
    pub weeks: usize,
    pub day_start: i32,
    pub day_end: i32,
    pub max_drive: i32,
    pub max_nights: usize,
    pub night_cost: i64,
    pub prize: i64,
    pub locations: Vec<Location>,
    pub trainers: Vec<Person>,
    pub requests: Vec<Wish>,
}

#[derive(Clone, Deserialize)]
pub struct Location {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Clone, Deserialize)]
pub struct Person {
    pub home: usize,
    pub skills: Vec<u32>,
    pub days: Vec<usize>,
}

#[derive(Clone, Deserialize)]
pub struct Wish {
    pub loc: usize,
    pub skill: u32,
    pub dur: i32,
    pub windows: Vec<Slot>,
}

#[derive(Clone, Deserialize)]
pub struct Slot {
    pub day: usize,
    pub start: i32,
    pub end: i32,
}

impl Instance {
    /// Minutes are what it counts in; a driven one costs one.
    pub fn problem(&self) -> Problem {
        let days = self.weeks * 7;
        let points = self.locations.iter().map(|place| Point { latitude: place.lat, longitude: place.lon }).collect();
        let requests = self.requests.iter().map(|wish| Request {
            place: wish.loc,
            minutes: wish.dur,
            needs: vec![wish.skill],
            windows: wish
                .windows
                .iter()
                .map(|slot| Window { day: slot.day, start: slot.start, end: slot.end, penalty: 0 })
                .collect(),
            prize: self.prize,
            honorarium: None,
            trainers: None,
            pin: None,
        });
        let trainers = self.trainers.iter().map(|person| Trainer {
            home: person.home,
            skills: person.skills.clone(),
            hours: (0..days)
                .map(|day| person.days.contains(&day).then_some(Hours { start: self.day_start, end: self.day_end }))
                .collect(),
            bases: Vec::new(),
            limits: Limits {
                drive_minutes_a_day: self.max_drive,
                work_minutes_a_day: self.day_end - self.day_start,
                workshops_a_day: 4,
                nights_in_a_row: self.max_nights,
                nights_in_all: None,
                kilometers_in_all: None,
                workshops_in_all: None,
            },
            rates: Rates { minute: 1, night: self.night_cost, ..Rates::default() },
        });
        Problem {
            days,
            travel: Travel::GreatCircle { points, detour: 1.25, speed: 85.0 },
            requests: requests.collect(),
            trainers: trainers.collect(),
            lodging: Vec::new(),
            weights: Weights::default(),
            former: Vec::new(),
            freeze_before: 0,
        }
    }

    /// A plan as `check_plan.py` reads it.
    pub fn judged(problem: &Problem, plan: &Plan) -> Value {
        let tours = plan.tours.iter().map(|tour| {
            let days = (tour.first_day..=tour.last_day).map(|day| {
                let jobs = tour.stops.iter().filter(|stop| stop.day == day).map(|stop| {
                    let request = &problem.requests[stop.request];
                    let window = request.windows.iter().position(|window| {
                        window.day == day && window.start <= stop.start && stop.start + request.minutes <= window.end
                    });
                    json!([stop.request, window])
                });
                json!({ "jobs": jobs.collect::<Vec<_>>() })
            });
            json!({ "trainer": tour.trainer, "d0": tour.first_day, "days": days.collect::<Vec<_>>() })
        });
        Value::Array(tours.collect())
    }
}
