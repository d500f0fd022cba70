//! The problem as the engine works on it: runs of days, slots a request can be given in, roads in tables.

use crate::{
    problem::{Base, Hours, Money, Pin, Problem, Rates, Request, Served},
    travel::NO_ROAD,
};

/// A request in one of its windows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub request: u32,
    pub day: i32,
    /// First minute it may begin.
    pub open: i32,
    /// Minute by which it ends.
    pub close: i32,
    pub minutes: i32,
    pub place: u32,
    /// Prize, less the penalty of the window, more what keeping it as it was is worth.
    pub worth: Money,
    /// The honorarium, where the request names one.
    pub honorarium: Option<Money>,
    /// The only trainer who can take it so.
    pub only: Option<u32>,
}

impl Slot {
    /// What is paid for it.
    pub fn fee(&self, rates: &Rates) -> Money {
        self.honorarium.unwrap_or_else(|| rates.fee(self.minutes))
    }
}

/// Consecutive days of one trainer, from one place to one place.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub trainer: usize,
    pub first: i32,
    pub start: usize,
    pub end: usize,
    /// When they may be about, for each of the days.
    pub hours: Vec<(i32, i32)>,
    /// Minutes that can be driven on the days before each, when nothing is taught.
    pub idle: Vec<i32>,
    pub drive: i32,
    pub work: i32,
    pub stops: usize,
    pub nights: i32,
    pub rates: Rates,
    /// Slots that are in every plan of this run, in order.
    pub pins: Vec<u32>,
}

impl Run {
    pub fn days(&self) -> i32 {
        self.hours.len() as i32
    }

    /// Minutes that can be driven on the days `from..to` of the run when nothing is taught on them.
    pub fn idle_minutes(&self, from: i32, to: i32) -> i32 {
        self.idle[to as usize] - self.idle[from as usize]
    }
}

/// The slots of one request in one run.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub request: u32,
    pub run: u32,
    pub slots: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    places: usize,
    minutes: Vec<i32>,
    meters: Vec<u32>,
    /// Whether leaving out a stop never makes a run longer or impossible.
    pub metric: bool,
    pub slots: Vec<Slot>,
    pub runs: Vec<Run>,
    pub choices: Vec<Choice>,
    /// The choices of each request, `choices[from..to]`; none of one that is pinned.
    pub of_request: Vec<(u32, u32)>,
    /// The choices of each run.
    pub of_run: Vec<Vec<u32>>,
    /// The objective when everything is left out, pins as well.
    pub worst: Money,
    pub horizon: Vec<Horizon>,
    /// Whether a run cannot be planned without looking at other runs of its trainer.
    pub coupled: bool,
    /// Workshops of a trainer up to which they are an even share.
    pub even: usize,
    pub fairness: Money,
}

/// What a trainer does not exceed in the whole horizon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Horizon {
    pub nights: Option<i64>,
    pub meters: Option<u64>,
    pub workshops: Option<usize>,
}

impl Horizon {
    pub fn is_free(self) -> bool {
        self.nights.is_none() && self.meters.is_none() && self.workshops.is_none()
    }
}

impl Model {
    pub fn minutes(&self, from: usize, to: usize) -> i32 {
        self.minutes[from * self.places + to]
    }

    pub fn meters(&self, from: usize, to: usize) -> u32 {
        self.meters[from * self.places + to]
    }

    /// What a road costs; rounded up, so that a detour is never cheaper.
    pub fn fare(&self, rates: &Rates, from: usize, to: usize) -> Money {
        let at = from * self.places + to;
        let mut fare = rates.minute * Money::from(self.minutes[at]);
        if rates.kilometer != 0 {
            fare += (rates.kilometer * Money::from(self.meters[at]) + 999) / 1_000;
        }
        fare
    }

    /// What a slot is worth in a run, less what the trainer is paid for it.
    pub fn worth(&self, run: &Run, slot: u32) -> Money {
        let slot = &self.slots[slot as usize];
        slot.worth - slot.fee(&run.rates)
    }

    /// Translates a problem without faults. Where `go_on` says no, only what is pinned is translated.
    pub fn new(problem: &Problem, go_on: &dyn Fn() -> bool) -> Self {
        let whole = roads(problem, go_on);
        let goes_on = whole.is_some();
        let (minutes, meters) = whole.unwrap_or_else(|| roads_of_pins(problem));
        let mut model = Self {
            places: problem.travel.places(),
            minutes,
            meters,
            metric: problem.travel.is_metric(),
            slots: Vec::new(),
            runs: problem.trainers.iter().enumerate().flat_map(|(trainer, _)| runs(problem, trainer)).collect(),
            choices: Vec::new(),
            of_request: Vec::new(),
            of_run: Vec::new(),
            worst: 0,
            horizon: problem
                .trainers
                .iter()
                .map(|trainer| Horizon {
                    nights: trainer.limits.nights_in_all.map(|nights| nights as i64),
                    meters: trainer.limits.kilometers_in_all.map(|kilometers| kilometers.saturating_mul(1_000)),
                    workshops: trainer.limits.workshops_in_all,
                })
                .collect(),
            coupled: false,
            even: problem.requests.len().div_ceil(problem.trainers.len().max(1)),
            fairness: problem.weights.fairness,
        };
        model.coupled = model.fairness != 0 || model.horizon.iter().any(|horizon| !horizon.is_free());
        let former = former(problem);
        let mut stopped = !goes_on;
        for (request, former) in former.iter().enumerate() {
            let from = model.choices.len() as u32;
            stopped |= request.is_multiple_of(64) && !go_on();
            model.add_request(problem, request, *former, stopped);
            model.of_request.push((from, model.choices.len() as u32));
        }
        for run in &mut model.runs {
            let slots = &model.slots;
            run.pins.sort_by_key(|pin| (slots[*pin as usize].day, slots[*pin as usize].open, *pin));
        }
        model.of_run = vec![Vec::new(); model.runs.len()];
        for (index, choice) in model.choices.iter().enumerate() {
            model.of_run[choice.run as usize].push(index as u32);
        }
        model
    }

    fn add_request(&mut self, problem: &Problem, index: usize, former: Option<Served>, only_pinned: bool) {
        let request = &problem.requests[index];
        let keep = if former.is_some() { problem.weights.keep } else { 0 };
        self.worst += request.prize + keep;
        if let Some(pin) = pin(problem, index, former) {
            let run = self
                .runs
                .iter_mut()
                .find(|run| run.trainer == pin.trainer && (0..run.days()).contains(&(pin.day as i32 - run.first)));
            if let Some(run) = run {
                run.pins.push(self.slots.len() as u32);
            }
            let kept = former.is_some_and(|was| (was.trainer, was.day, was.start) == (pin.trainer, pin.day, pin.start));
            self.slots.push(exactly(index, request, pin, request.prize + if kept { keep } else { 0 }));
            return;
        }
        if only_pinned {
            return;
        }
        let first = self.slots.len();
        for window in request.windows.iter().filter(|window| window.day >= problem.freeze_before) {
            self.slots.push(Slot {
                request: index as u32,
                day: window.day as i32,
                open: window.start,
                close: window.end,
                minutes: request.minutes,
                place: request.place as u32,
                worth: request.prize - window.penalty,
                honorarium: request.honorarium,
                only: None,
            });
        }
        if let Some(was) = former {
            let end = was.start + request.minutes;
            let penalty = request
                .windows
                .iter()
                .filter(|window| window.day == was.day && window.start <= was.start && end <= window.end)
                .map(|window| window.penalty)
                .min();
            if let Some(penalty) = penalty.filter(|_| was.day >= problem.freeze_before && keep > 0) {
                let pin = Pin { trainer: was.trainer, day: was.day, start: was.start };
                self.slots.push(exactly(index, request, pin, request.prize - penalty + keep));
            }
        }
        for run in 0..self.runs.len() {
            if may_give(problem, self.runs[run].trainer, request) {
                let slots: Vec<u32> = (first..self.slots.len())
                    .filter(|slot| {
                        let slot = &self.slots[*slot];
                        let run = &self.runs[run];
                        let offset = slot.day - run.first;
                        (0..run.days()).contains(&offset)
                            && slot.only.is_none_or(|only| only as usize == run.trainer)
                            && slot.open.max(run.hours[offset as usize].0) + slot.minutes
                                <= slot.close.min(run.hours[offset as usize].1)
                    })
                    .map(|slot| slot as u32)
                    .collect();
                if !slots.is_empty() {
                    self.choices.push(Choice { request: index as u32, run: run as u32, slots });
                }
            }
        }
    }
}

/// Whether a trainer is allowed, and able, to give what is asked for.
pub(crate) fn may_give(problem: &Problem, trainer: usize, request: &Request) -> bool {
    is_allowed(trainer, request) && request.needs.iter().all(|need| problem.trainers[trainer].skills.contains(need))
}

/// Whether a trainer is allowed to come.
pub(crate) fn is_allowed(trainer: usize, request: &Request) -> bool {
    request.trainers.as_ref().is_none_or(|allowed| allowed.contains(&trainer))
}

/// The former stop of each request.
pub(crate) fn former(problem: &Problem) -> Vec<Option<Served>> {
    let mut former = vec![None; problem.requests.len()];
    for was in &problem.former {
        former[was.request] = Some(*was);
    }
    former
}

/// Where a request stands fast: by its own pin, or because it lies before the day until which all is frozen.
pub(crate) fn pin(problem: &Problem, request: usize, former: Option<Served>) -> Option<Pin> {
    problem.requests[request].pin.or_else(|| {
        former.filter(|was| was.day < problem.freeze_before).map(|was| Pin {
            trainer: was.trainer,
            day: was.day,
            start: was.start,
        })
    })
}

fn exactly(index: usize, request: &Request, pin: Pin, worth: Money) -> Slot {
    Slot {
        request: index as u32,
        day: pin.day as i32,
        open: pin.start,
        close: pin.start + request.minutes,
        minutes: request.minutes,
        place: request.place as u32,
        worth,
        honorarium: request.honorarium,
        only: Some(pin.trainer as u32),
    }
}

/// Minutes and meters between all places; nothing where `go_on` says no.
fn roads(problem: &Problem, go_on: &dyn Fn() -> bool) -> Option<(Vec<i32>, Vec<u32>)> {
    let places = problem.travel.places();
    let mut roads = (vec![NO_ROAD; places * places], vec![0; places * places]);
    for from in 0..places {
        if from.is_multiple_of(8) && !go_on() {
            return None;
        }
        // Great circles are the same both ways.
        for to in if problem.travel.is_metric() { from } else { 0 }..places {
            lay(problem, &mut roads, from, to);
            if problem.travel.is_metric() {
                let (there, back) = (from * places + to, to * places + from);
                (roads.0[back], roads.1[back]) = (roads.0[there], roads.1[there]);
            }
        }
    }
    Some(roads)
}

/// The same between the places that plans of pins touch.
fn roads_of_pins(problem: &Problem) -> (Vec<i32>, Vec<u32>) {
    let places = problem.travel.places();
    let mut roads = (vec![NO_ROAD; places * places], vec![0; places * places]);
    let former = former(problem);
    let pins = (0..problem.requests.len()).filter_map(|request| {
        pin(problem, request, former[request]).map(|pin| (problem.requests[request].place, pin.trainer))
    });
    let mut touched: Vec<usize> = problem.lodging.clone();
    for (place, trainer) in pins {
        let trainer = &problem.trainers[trainer];
        touched.extend([place, trainer.home]);
        touched.extend(trainer.bases.iter().flat_map(|base| [base.start, base.end]));
    }
    touched.sort_unstable();
    touched.dedup();
    for from in &touched {
        for to in &touched {
            lay(problem, &mut roads, *from, *to);
        }
    }
    roads
}

fn lay(problem: &Problem, (minutes, meters): &mut (Vec<i32>, Vec<u32>), from: usize, to: usize) {
    let at = from * problem.travel.places() + to;
    if let Some(road) = problem.travel.road(from, to) {
        (minutes[at], meters[at]) = (road.minutes as i32, road.meters);
    }
}

/// The runs of a trainer: days without a gap, cut where a base begins or ends.
fn runs(problem: &Problem, index: usize) -> Vec<Run> {
    let trainer = &problem.trainers[index];
    let base_on =
        |day: usize| trainer.bases.iter().find(|base| (base.first_day..=base.last_day).contains(&day)).copied();
    let mut runs: Vec<Run> = Vec::new();
    let mut before: Option<(usize, Option<Base>)> = None;
    for (day, hours) in trainer.hours.iter().enumerate() {
        let Some(hours) = hours else { continue };
        let base = base_on(day);
        if before != day.checked_sub(1).map(|yesterday| (yesterday, base)) || before.is_none() {
            runs.push(Run {
                trainer: index,
                first: day as i32,
                start: base.map_or(trainer.home, |base| base.start),
                end: base.map_or(trainer.home, |base| base.end),
                hours: Vec::new(),
                idle: vec![0],
                drive: trainer.limits.drive_minutes_a_day,
                work: trainer.limits.work_minutes_a_day,
                stops: trainer.limits.workshops_a_day,
                nights: trainer.limits.nights_in_a_row as i32,
                rates: trainer.rates,
                pins: Vec::new(),
            });
        }
        if let Some(run) = runs.last_mut() {
            let Hours { start, end } = *hours;
            run.hours.push((start, end));
            let before = run.idle[run.idle.len() - 1];
            run.idle.push(before + (end - start).min(run.drive).min(run.work).max(0));
        }
        before = Some((day, base));
    }
    runs
}
