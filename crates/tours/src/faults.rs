//! What is wrong with a problem, all at once.

use serde::{Deserialize, Serialize};

use crate::{
    model::{self, Model},
    problem::{
        DAY_MINUTES, MAX_DAYS, MAX_MONEY, MAX_PLACES, MAX_REQUESTS, MAX_TRAINERS, MAX_WINDOWS, MAX_WORKSHOPS_A_DAY,
        Money, Problem, Request, Trainer,
    },
    road::{self, Walk},
    travel::Crooked,
};

/// One thing that is wrong with a problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// More than can be planned at once.
    #[error("{count} {what} are more than the {limit} that can be planned at once")]
    TooMany {
        /// What there is too much of.
        what: Of,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// None, where at least one is needed.
    #[error("there are no {what}")]
    None {
        /// What is missing.
        what: Of,
    },
    /// A number that is below or above what it may be.
    #[error("{path} is out of range")]
    OutOfRange {
        /// Where it stands in the problem, such as `requests[3].minutes`.
        path: String,
    },
    /// An index of something that is not there.
    #[error("{path} names something that is not in the problem")]
    Unknown {
        /// Where it stands in the problem.
        path: String,
    },
    /// The same thing twice.
    #[error("{path} is there already")]
    Twice {
        /// Where it stands in the problem.
        path: String,
    },
    /// Every window of a request lies before the first day that may change.
    #[error("every window of request {request} is past")]
    Past {
        /// Which.
        request: usize,
    },
    /// No trainer who may come has a road to a request.
    #[error("no trainer who may come has a road to request {request}")]
    Unreachable {
        /// Which.
        request: usize,
    },
    /// A pin on a day its trainer does not work.
    #[error("request {request} is pinned to a day on which trainer {trainer} does not work")]
    PinOnDayOff {
        /// Which.
        request: usize,
        /// Whose.
        trainer: usize,
    },
    /// Pins that one trainer cannot keep all.
    #[error("trainer {trainer} cannot keep all of the pinned requests {requests:?}")]
    PinsClash {
        /// Whose.
        trainer: usize,
        /// Which, in order of time.
        requests: Vec<usize>,
    },
}

/// What there can be too many or too few of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the list of the problem it is named after")]
pub enum Of {
    Days,
    Places,
    Requests,
    Trainers,
    Windows,
}

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Days => "days",
            Self::Places => "places",
            Self::Requests => "requests",
            Self::Trainers => "trainers",
            Self::Windows => "windows",
        })
    }
}

/// All that is wrong with a problem; empty when it can be planned.
pub fn faults(problem: &Problem) -> Vec<Fault> {
    let mut found = Found { problem, faults: Vec::new() };
    found.sizes();
    if found.faults.iter().any(|fault| matches!(fault, Fault::TooMany { .. })) {
        return found.faults;
    }
    found.travel();
    for (index, request) in problem.requests.iter().enumerate() {
        found.request(index, request);
    }
    for (index, trainer) in problem.trainers.iter().enumerate() {
        found.trainer(index, trainer);
    }
    found.rest();
    if found.faults.is_empty() {
        found.roads();
        found.pins();
    }
    found.faults
}

struct Found<'a> {
    problem: &'a Problem,
    faults: Vec<Fault>,
}

impl Found<'_> {
    fn range(&mut self, holds: bool, path: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(Fault::OutOfRange { path: path() });
        }
    }

    fn known(&mut self, index: usize, count: usize, path: impl FnOnce() -> String) {
        if index >= count {
            self.faults.push(Fault::Unknown { path: path() });
        }
    }

    fn money(&mut self, money: Money, path: impl FnOnce() -> String) {
        self.range((0..=MAX_MONEY).contains(&money), path);
    }

    fn sizes(&mut self) {
        let problem = self.problem;
        let places = problem.travel.places();
        for (what, count, limit) in [
            (Of::Days, problem.days, MAX_DAYS),
            (Of::Places, places, MAX_PLACES),
            (Of::Requests, problem.requests.len(), MAX_REQUESTS),
            (Of::Trainers, problem.trainers.len(), MAX_TRAINERS),
        ] {
            if count > limit {
                self.faults.push(Fault::TooMany { what, count, limit });
            }
            if count == 0 && !(what == Of::Places && problem.requests.is_empty()) {
                self.faults.push(Fault::None { what });
            }
        }
        let windows = problem.requests.iter().map(|request| request.windows.len()).max().unwrap_or(0);
        if windows > MAX_WINDOWS {
            self.faults.push(Fault::TooMany { what: Of::Windows, count: windows, limit: MAX_WINDOWS });
        }
    }

    fn travel(&mut self) {
        for crooked in self.problem.travel.faults() {
            let path = match crooked {
                Crooked::NotSquare => "travel.matrix".to_owned(),
                Crooked::NotOnTheGlobe(place) => format!("travel.great_circle.points[{place}]"),
                Crooked::Factors => "travel.great_circle".to_owned(),
                Crooked::TooLong { from, to } => format!("travel.matrix[{from}][{to}]"),
            };
            self.faults.push(Fault::OutOfRange { path });
        }
    }

    fn request(&mut self, index: usize, request: &Request) {
        let problem = self.problem;
        let at = |field: &str| format!("requests[{index}].{field}");
        self.known(request.place, problem.travel.places(), || at("place"));
        self.range((1..=DAY_MINUTES).contains(&request.minutes), || at("minutes"));
        self.money(request.prize, || at("prize"));
        self.money(request.honorarium.unwrap_or(0), || at("honorarium"));
        if let Some(pin) = request.pin {
            self.known(pin.trainer, problem.trainers.len(), || at("pin.trainer"));
            self.range(pin.day < problem.days, || at("pin.day"));
            self.range(pin.start >= 0 && pin.start + request.minutes <= DAY_MINUTES, || at("pin.start"));
        } else if request.windows.is_empty() {
            self.faults.push(Fault::None { what: Of::Windows });
        }
        for (number, window) in request.windows.iter().enumerate() {
            let at = |field: &str| format!("requests[{index}].windows[{number}].{field}");
            self.range(window.day < problem.days, || at("day"));
            self.range((0..DAY_MINUTES).contains(&window.start), || at("start"));
            self.range(window.end > window.start && window.end <= DAY_MINUTES, || at("end"));
            self.money(window.penalty, || at("penalty"));
        }
        for (number, trainer) in request.trainers.iter().flatten().enumerate() {
            self.known(*trainer, problem.trainers.len(), || format!("requests[{index}].trainers[{number}]"));
        }
        let past = request.windows.iter().all(|window| window.day < problem.freeze_before);
        let stands = request.pin.is_some() || problem.former.iter().any(|was| was.request == index);
        if past && !request.windows.is_empty() && !stands {
            self.faults.push(Fault::Past { request: index });
        }
    }

    fn trainer(&mut self, index: usize, trainer: &Trainer) {
        let places = self.problem.travel.places();
        let days = self.problem.days;
        let at = |field: &str| format!("trainers[{index}].{field}");
        self.known(trainer.home, places, || at("home"));
        self.range(trainer.hours.len() == days, || at("hours"));
        for (day, hours) in trainer.hours.iter().enumerate() {
            if let Some(hours) = hours {
                let holds = hours.start >= 0 && hours.start < hours.end && hours.end <= DAY_MINUTES;
                self.range(holds, || format!("trainers[{index}].hours[{day}]"));
            }
        }
        for (number, base) in trainer.bases.iter().enumerate() {
            let at = |field: &str| format!("trainers[{index}].bases[{number}].{field}");
            self.range(base.first_day <= base.last_day && base.last_day < days, || at("last_day"));
            self.known(base.start, places, || at("start"));
            self.known(base.end, places, || at("end"));
            let overlaps =
                |other: &crate::problem::Base| other.first_day <= base.last_day && base.first_day <= other.last_day;
            if trainer.bases[..number].iter().any(overlaps) {
                self.faults.push(Fault::Twice { path: format!("trainers[{index}].bases[{number}]") });
            }
        }
        let limits = trainer.limits;
        let minutes = 0..=DAY_MINUTES;
        self.range(minutes.contains(&limits.drive_minutes_a_day), || at("limits.drive_minutes_a_day"));
        self.range(minutes.contains(&limits.work_minutes_a_day), || at("limits.work_minutes_a_day"));
        self.range((1..=MAX_WORKSHOPS_A_DAY).contains(&limits.workshops_a_day), || at("limits.workshops_a_day"));
        self.range(limits.nights_in_a_row <= MAX_DAYS, || at("limits.nights_in_a_row"));
        let rates = trainer.rates;
        self.money(rates.kilometer, || at("rates.kilometer"));
        self.money(rates.minute, || at("rates.minute"));
        self.money(rates.night, || at("rates.night"));
        self.money(rates.workshop, || at("rates.workshop"));
        self.money(rates.hour, || at("rates.hour"));
    }

    fn rest(&mut self) {
        let problem = self.problem;
        for (number, place) in problem.lodging.iter().enumerate() {
            self.known(*place, problem.travel.places(), || format!("lodging[{number}]"));
        }
        self.money(problem.weights.keep, || "weights.keep".to_owned());
        self.money(problem.weights.fairness, || "weights.fairness".to_owned());
        self.range(problem.freeze_before <= problem.days, || "freeze_before".to_owned());
        let mut seen = vec![false; problem.requests.len()];
        for (number, was) in problem.former.iter().enumerate() {
            let at = |field: &str| format!("former[{number}].{field}");
            self.known(was.request, problem.requests.len(), || at("request"));
            self.known(was.trainer, problem.trainers.len(), || at("trainer"));
            self.range(was.day < problem.days, || at("day"));
            self.range((0..DAY_MINUTES).contains(&was.start), || at("start"));
            if let Some(seen) = seen.get_mut(was.request)
                && std::mem::replace(seen, true)
            {
                self.faults.push(Fault::Twice { path: at("request") });
            }
        }
    }

    fn roads(&mut self) {
        let problem = self.problem;
        let reached = |trainer: &Trainer, place: usize| {
            std::iter::once((trainer.home, trainer.home))
                .chain(trainer.bases.iter().map(|base| (base.start, base.end)))
                .any(|(start, end)| problem.travel.road(start, place).and(problem.travel.road(place, end)).is_some())
        };
        for (index, request) in problem.requests.iter().enumerate() {
            let mut able = (0..problem.trainers.len())
                .filter(|trainer| {
                    request
                        .pin
                        .map_or_else(|| model::may_give(problem, *trainer, request), |pin| pin.trainer == *trainer)
                })
                .peekable();
            if able.peek().is_some() && !able.any(|trainer| reached(&problem.trainers[trainer], request.place)) {
                self.faults.push(Fault::Unreachable { request: index });
            }
        }
    }

    fn pins(&mut self) {
        let problem = self.problem;
        let former = model::former(problem);
        if former.iter().enumerate().all(|(request, former)| model::pin(problem, request, *former).is_none()) {
            return;
        }
        for (request, former) in former.iter().enumerate() {
            if let Some(pin) = model::pin(problem, request, *former)
                && problem.trainers[pin.trainer].hours[pin.day].is_none()
            {
                self.faults.push(Fault::PinOnDayOff { request, trainer: pin.trainer });
            }
        }
        let model = Model::new(&Problem { requests: only_pinned(problem), ..problem.clone() }, &|| true);
        let mut walk = Walk::default();
        for run in &model.runs {
            if road::cost(&model, run, &run.pins, &mut walk).is_none() {
                let requests = run.pins.iter().map(|pin| model.slots[*pin as usize].request as usize).collect();
                self.faults.push(Fault::PinsClash { trainer: run.trainer, requests });
            }
        }
    }
}

/// The requests, of which those that are not pinned have no window.
fn only_pinned(problem: &Problem) -> Vec<Request> {
    let windows = Vec::new();
    problem.requests.iter().map(|request| Request { windows: windows.clone(), ..request.clone() }).collect()
}
