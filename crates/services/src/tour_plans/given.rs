//! The problem of a plan that was given whole, written down for the planner, and what is wrong with it.

use std::collections::{BTreeSet, HashMap};

use packhorse_domain::{
    Interval, Timestamp, Zone,
    id::{RequestId, TrainerId},
    network::Network,
    policy::TravelRates,
    request::{DatePreference, windows_of},
    tour_plan::{LeftOut, Named, ProblemRequest, ProblemTrainer, TourPlanDetails, TourProblem},
};
use packhorse_tours::{
    Fault as Wrong, Problem, faults,
    problem::{Hours, MAX_WINDOWS, Pin, Rates, Request, Trainer, Weights, Window},
    travel::{Road, Travel},
};

use super::{
    clock::{Clock, minutes_of},
    sheet::{Goer, Sheet, limits, rates, roads},
};
use crate::Fault;

/// Everything that is wrong with a problem beside its form. What is wrong is passed over, so that the rest can be judged.
pub(super) fn judge(problem: &TourProblem, details: &TourPlanDetails, network: &Network, now: Timestamp) -> Vec<Fault> {
    let mut writer = Writer::new(problem, details, network);
    let sheet = writer.sheet();
    let mut found = std::mem::take(&mut writer.faults);
    for (number, request) in problem.requests.iter().enumerate() {
        let zone = writer.zone_of(request);
        for (rank, preference) in request.preferences.iter().enumerate() {
            let mut windows = windows_of(std::slice::from_ref(preference), &zone).peekable();
            if windows.peek().is_some() && windows.all(|(_, window)| window.end <= now) {
                found.push(Fault::new(format!("/problem/requests/{number}/preferences/{rank}"), "past", "is over"));
            }
        }
    }
    let asked: Vec<usize> = writer.asked;
    let at = |request: usize, field: &str| format!("/problem/requests/{}/{field}", asked[request]);
    // A problem without anybody or anything was told of before.
    let wrong = if sheet.is_empty() { Vec::new() } else { faults(&sheet.problem) };
    for fault in wrong {
        let told = fault.to_string();
        match fault {
            Wrong::Unreachable { request } => {
                found.push(Fault::new(at(request, "place"), "unreachable", "no trainer who may come has a road there"));
            }
            Wrong::PinOnDayOff { request, .. } => {
                found.push(Fault::new(at(request, "pin"), "day_off", "its trainer does not work on that day"));
            }
            Wrong::PinsClash { requests, .. } => {
                let names: Vec<_> = requests.iter().map(|each| sheet.requests[*each].to_string()).collect();
                let told = format!("one trainer cannot keep all of {}", names.join(", "));
                found.extend(requests.iter().map(|each| Fault::new(at(*each, "pin"), "pins_clash", told.clone())));
            }
            Wrong::TooMany { .. }
            | Wrong::None { .. }
            | Wrong::OutOfRange { .. }
            | Wrong::Unknown { .. }
            | Wrong::Twice { .. } => found.push(Fault::new("/problem", "problem", told)),
            // It is left out, unless a plan that is followed has it.
            Wrong::Past { .. } => {}
        }
    }
    found
}

/// Writes the problem down.
pub(super) fn sheet(problem: &TourProblem, details: &TourPlanDetails, network: &Network) -> Sheet {
    Writer::new(problem, details, network).sheet()
}

/// Writes parts of a problem, and keeps what is wrong with them.
struct Writer<'a> {
    given: &'a TourProblem,
    details: &'a TourPlanDetails,
    network: &'a Network,
    zone: Zone,
    clock: Clock,
    places: HashMap<&'a str, usize>,
    /// Trainers by name; those that are wrong have no number.
    trainers: HashMap<&'a str, Option<usize>>,
    skills: HashMap<&'a str, u32>,
    /// The place in the list of each request that was written.
    asked: Vec<usize>,
    faults: Vec<Fault>,
}

impl<'a> Writer<'a> {
    fn new(given: &'a TourProblem, details: &'a TourPlanDetails, network: &'a Network) -> Self {
        let mut faults = Vec::new();
        let zone = zone(given.time_zone.as_deref(), &network.details.time_zone, "/problem/time_zone", &mut faults);
        Self {
            given,
            details,
            network,
            clock: Clock::of(details, zone.rules()),
            zone,
            places: HashMap::new(),
            trainers: HashMap::new(),
            skills: HashMap::new(),
            asked: Vec::new(),
            faults,
        }
    }

    fn fault(&mut self, at: String, code: &'static str, detail: &'static str) {
        self.faults.push(Fault::new(at, code, detail));
    }

    fn sheet(&mut self) -> Sheet {
        for (number, place) in self.given.places.iter().enumerate() {
            if self.places.insert(&place.name, number).is_some() {
                self.fault(format!("/problem/places/{number}/name"), "repeated", "is the name of another place");
            }
        }
        let travel = self.travel();
        let rates = self.given.costs.map(|costs| TravelRates {
            from: self.details.from,
            mileage_minor_per_100_miles: costs.mileage_minor_per_100_miles,
            lodging_minor_per_night: costs.lodging_minor_per_night,
            per_diem_minor_per_day: costs.per_diem_minor_per_day,
            source: "as given".to_owned(),
        });
        let rates = rates.or_else(|| self.network.details.policy.rates_on(self.details.from).cloned());
        let (mut goers, mut trainers) = (Vec::new(), Vec::new());
        for (number, trainer) in self.given.trainers.iter().enumerate() {
            let written = self.trainer(number, trainer, rates.as_ref());
            if self.trainers.insert(&trainer.name, written.as_ref().map(|_| trainers.len())).is_some() {
                self.fault(format!("/problem/trainers/{number}/name"), "repeated", "is the name of another trainer");
            }
            if let Some(written) = written {
                let home = self.given.places[written.home].coordinates;
                goers.push(Goer { id: Named::<TrainerId>::of(&trainer.name), name: trainer.name.clone(), home });
                trainers.push(written);
            }
        }
        let (mut names, mut zones, mut requests, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for (number, request) in self.given.requests.iter().enumerate() {
            if !seen.insert(&request.name) {
                self.fault(format!("/problem/requests/{number}/name"), "repeated", "is the name of another request");
            }
            let Some(written) = self.request(number, request) else { continue };
            let name = Named::<RequestId>::of(&request.name);
            if written.windows.is_empty() && written.pin.is_none() {
                left_out.push(LeftOut { request: name, reasons: vec!["preference".to_owned()], would_help: None });
                continue;
            }
            self.asked.push(number);
            names.push(name);
            zones.push(self.zone_of(request));
            requests.push(written);
        }
        let places: Vec<_> = self.given.places.iter().map(|place| (place.name.clone(), place.coordinates)).collect();
        let problem = Problem {
            days: self.clock.days(),
            travel: travel
                .unwrap_or_else(|| roads(self.given.travel.unwrap_or(self.network.details.policy.travel), &places)),
            requests,
            trainers,
            lodging: self.lodging(),
            weights: Weights { keep: self.details.weights.change_minor, fairness: 0 },
            former: Vec::new(),
            freeze_before: self.details.freeze_before.map_or(0, |day| self.clock.number(day)),
        };
        let (clock, zones) = (self.clock.clone(), Some(zones));
        Sheet { problem, requests: names, trainers: goers, places, left_out, clock, rates, zones }
    }

    /// The zone of a request; that of the problem where it names none, or one that is none.
    fn zone_of(&self, request: &ProblemRequest) -> Zone {
        request.time_zone.as_deref().and_then(|name| Zone::new(name).ok()).unwrap_or_else(|| self.zone.clone())
    }

    /// The roads that were measured.
    fn travel(&mut self) -> Option<Travel> {
        let given = self.given.roads.as_ref()?;
        let count = self.given.places.len();
        let is_square = |rows: &[Vec<Option<f64>>]| rows.len() == count && rows.iter().all(|row| row.len() == count);
        for (name, rows) in [("minutes", &given.minutes), ("km", &given.km)] {
            if !is_square(rows) {
                self.fault(
                    format!("/problem/roads/{name}"),
                    "not_square",
                    "must have a row and a column for each place",
                );
            }
        }
        if !is_square(&given.minutes) || !is_square(&given.km) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both have their limits")]
        let road = |(minutes, km): (&Option<f64>, &Option<f64>)| {
            Some(Road { minutes: minutes.as_ref()?.ceil() as u32, meters: (km.as_ref()? * 1000.0).ceil() as u32 })
        };
        let mut rows = Vec::with_capacity(count);
        for (from, (minutes, km)) in given.minutes.iter().zip(&given.km).enumerate() {
            let mut row: Vec<Option<Road>> = minutes.iter().zip(km).map(road).collect();
            row[from] = Some(Road { minutes: 0, meters: 0 });
            rows.push(row);
        }
        Some(Travel::Matrix(rows))
    }

    fn place(&mut self, name: &str, at: impl FnOnce() -> String) -> Option<usize> {
        let place = self.places.get(name).copied();
        if place.is_none() {
            self.faults.push(Fault::absent(at(), "place of the problem"));
        }
        place
    }

    fn lodging(&mut self) -> Vec<usize> {
        let names = self.given.lodging.iter().flatten().enumerate();
        names.filter_map(|(number, name)| self.place(name, || format!("/problem/lodging/{number}"))).collect()
    }

    fn trainer(&mut self, number: usize, trainer: &'a ProblemTrainer, travel: Option<&TravelRates>) -> Option<Trainer> {
        let home = self.place(&trainer.home, || format!("/problem/trainers/{number}/home"))?;
        let mut hours = vec![None; self.clock.days()];
        for stretch in &trainer.availability {
            let (start, end) = (minutes_of(stretch.earliest), minutes_of(stretch.latest));
            let days = stretch.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= stretch.until);
            for day in days.filter_map(|day| self.clock.day(day)) {
                hours[day] = hours[day].or((start < end).then_some(Hours { start, end }));
            }
        }
        let mut limits = limits(&trainer.limits.unwrap_or(self.details.limits));
        if self.given.lodging.as_ref().is_some_and(Vec::is_empty) {
            // To the planner, no lodging means anywhere along the road.
            limits.nights_in_a_row = 0;
        }
        Some(Trainer {
            home,
            skills: trainer.skills.iter().map(|name| self.skill(name)).collect(),
            hours,
            bases: Vec::new(),
            limits,
            rates: Rates {
                minute: self.details.weights.road_hour_minor.max(0) / 60,
                workshop: trainer.fee_per_workshop_minor.max(0),
                hour: trainer.fee_per_hour_minor.max(0),
                ..rates(travel)
            },
        })
    }

    fn skill(&mut self, name: &'a str) -> u32 {
        let next = u32::try_from(self.skills.len()).unwrap_or(u32::MAX);
        *self.skills.entry(name).or_insert(next)
    }

    fn request(&mut self, number: usize, request: &'a ProblemRequest) -> Option<Request> {
        let at = |field: &str| format!("/problem/requests/{number}/{field}");
        let place = self.place(&request.place, || at("place"));
        let zone = zone(request.time_zone.as_deref(), &self.zone, &at("time_zone"), &mut self.faults);
        let mut only = Vec::new();
        for (which, name) in request.trainers.iter().enumerate() {
            match self.trainers.get(name.as_str()) {
                Some(trainer) => only.extend(*trainer),
                None => self.faults.push(Fault::absent(at(&format!("trainers/{which}")), "trainer of the problem")),
            }
        }
        let minutes = i32::from(request.duration_minutes.clamp(1, 1440));
        let pin = request.pin.as_ref().and_then(|pin| {
            let trainer = self.trainers.get(pin.trainer.as_str()).copied();
            if trainer.is_none() {
                self.faults.push(Fault::absent(at("pin/trainer"), "trainer of the problem"));
            }
            let end = pin.starts_at + jiff::SignedDuration::from_mins(minutes.into());
            let time = Interval::new(pin.starts_at, end).and_then(|time| self.clock.stretch(&time));
            if time.is_none() {
                self.fault(at("pin/starts_at"), "out_of_range", "is not within one day of the plan");
            }
            let (day, start, _) = time?;
            Some(Pin { trainer: trainer??, day, start })
        });
        Some(Request {
            place: place?,
            minutes,
            needs: request.needs.iter().map(|name| self.skill(name)).collect(),
            windows: self.windows(&request.preferences, &zone, minutes),
            prize: request.served_minor.unwrap_or(self.details.weights.served_minor).max(0),
            honorarium: None,
            trainers: (!request.trainers.is_empty()).then_some(only),
            pin,
        })
    }

    /// The windows within the horizon that are long enough, the best ones.
    fn windows(&self, preferences: &[DatePreference], zone: &Zone, minutes: i32) -> Vec<Window> {
        let mut windows: Vec<Window> = windows_of(preferences, zone)
            .filter_map(|(rank, time)| {
                let (day, start, end) = self.clock.stretch(&time)?;
                let later = self.details.weights.later_choice_minor.max(0);
                let penalty = later * i64::try_from(rank).unwrap_or(0);
                (end - start >= minutes).then_some(Window { day, start, end, penalty })
            })
            .collect();
        windows.sort_by_key(|window| (window.penalty, window.day, window.start));
        windows.truncate(MAX_WINDOWS);
        windows
    }
}

/// A zone by its name, or what stands in for it.
fn zone(name: Option<&str>, otherwise: &Zone, at: &str, faults: &mut Vec<Fault>) -> Zone {
    let Some(name) = name else { return otherwise.clone() };
    Zone::new(name).unwrap_or_else(|error| {
        faults.push(Fault::new(at, "unknown_value", error.to_string()));
        otherwise.clone()
    })
}
