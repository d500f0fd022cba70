//! Why a request is left out, and the smallest change that would serve it.

use crate::{
    alns::Search,
    model::{self, Choice, Model, Slot},
    plan::{Reason, Remedy, Unserved},
    problem::{Money, Problem, Request, Window},
    road,
    solution::{NOWHERE, Solution},
};

/// Requests for which a change is looked for; the rest only get their reasons.
const REMEDIES: usize = 100;

pub(crate) fn explain(
    problem: &Problem,
    search: &mut Search,
    solution: &Solution,
    dropped: &[u32],
    go_on: &dyn Fn() -> bool,
) -> Vec<Unserved> {
    let left_out: Vec<usize> =
        (0..problem.requests.len()).filter(|request| solution.run_of[*request] == NOWHERE).collect();
    if left_out.is_empty() {
        return Vec::new();
    }
    let mut trial = go_on().then(|| Trial::new(search.model));
    left_out
        .iter()
        .enumerate()
        .map(|(number, request)| {
            let lodging = dropped.contains(&(*request as u32)).then_some(Reason::Lodging);
            trial = trial.take().filter(|_| go_on());
            let Some(trial) = &mut trial else {
                return Unserved { request: *request, reasons: lodging.into_iter().collect(), remedy: None };
            };
            let reasons = lodging.into_iter().chain(reasons(problem, search, solution, *request)).collect();
            let remedy = if number < REMEDIES { remedy(problem, search, solution, *request, trial) } else { None };
            Unserved { request: *request, reasons, remedy }
        })
        .collect()
}

/// Why each trainer who may come does not; the reason of most first.
fn reasons(problem: &Problem, search: &mut Search, solution: &Solution, index: usize) -> Vec<Reason> {
    let model = search.model;
    let request = &problem.requests[index];
    let (from, to) = model.of_request[index];
    let mut counted: Vec<(usize, Reason)> = Vec::new();
    for trainer in (0..problem.trainers.len()).filter(|trainer| model::is_allowed(*trainer, request)) {
        let choices =
            (from..to).filter(|choice| model.runs[model.choices[*choice as usize].run as usize].trainer == trainer);
        let reason = if model::may_give(problem, trainer, request) {
            // The run in which it came closest.
            choices.map(|choice| hindrance(search, solution, choice)).max().unwrap_or(Reason::Days)
        } else {
            Reason::Skills
        };
        match counted.iter_mut().find(|(_, known)| *known == reason) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, reason)),
        }
    }
    // Who lacks the skills explains nothing where somebody has them.
    if counted.len() > 1 {
        counted.retain(|(_, reason)| *reason != Reason::Skills);
    }
    counted.sort_by_key(|(count, reason)| (std::cmp::Reverse(*count), *reason));
    counted.into_iter().map(|(_, reason)| reason).collect()
}

fn hindrance(search: &mut Search, solution: &Solution, choice: u32) -> Reason {
    let model = search.model;
    let run = model.choices[choice as usize].run as usize;
    let plan = &solution.runs[run];
    let Some(insertion) = search.inserter.best(model, plan, choice as usize) else {
        let alone = |slot: &u32| road::cost(model, &model.runs[run], &[*slot], &mut search.inserter.walk).is_some();
        return if model.choices[choice as usize].slots.iter().any(alone) { Reason::Taken } else { Reason::Distance };
    };
    let fits = search
        .inserter
        .insert(model, run, plan, insertion)
        .is_some_and(|plan| solution.gain(model, run, &plan).is_some());
    if fits { Reason::Cost } else { Reason::Horizon }
}

/// The smallest change, of the kind that asks least: more money, another time, another trainer, another night.
fn remedy(
    problem: &Problem,
    search: &mut Search,
    solution: &Solution,
    index: usize,
    trial: &mut Trial,
) -> Option<Remedy> {
    trial.ask(index, &problem.requests[index]);
    dearer(problem, search, solution, index)
        .or_else(|| another_time(problem, search, solution, trial))
        .or_else(|| another_trainer(problem, search, solution, trial))
        .or_else(|| another_night(problem, search, solution, trial))
}

/// The least prize for which it fits where it is too dear now.
fn dearer(problem: &Problem, search: &mut Search, solution: &Solution, index: usize) -> Option<Remedy> {
    let model = search.model;
    let (from, to) = model.of_request[index];
    (from..to)
        .filter_map(|choice| {
            let run = model.choices[choice as usize].run as usize;
            let insertion = search.inserter.best(model, &solution.runs[run], choice as usize)?;
            let plan = search.inserter.insert(model, run, &solution.runs[run], insertion)?;
            let gain = solution.gain(model, run, &plan)?;
            Some((problem.requests[index].prize + 1 - gain.min(0), model.runs[run].trainer))
        })
        .min()
        .map(|(prize, trainer)| Remedy::Prize { trainer, prize })
}

/// A model with one more slot, which a trial may fill.
struct Trial {
    model: Model,
    slot: u32,
    prize: Money,
}

impl Trial {
    fn new(model: &Model) -> Self {
        let mut model = model.clone();
        let slot = model.slots.len() as u32;
        let nothing = Slot {
            request: 0,
            day: 0,
            open: 0,
            close: 0,
            minutes: 0,
            place: 0,
            worth: 0,
            honorarium: None,
            only: None,
        };
        model.slots.push(nothing);
        Self { model, slot, prize: 0 }
    }

    /// Makes it a slot of a request.
    fn ask(&mut self, index: usize, request: &Request) {
        let slot = &mut self.model.slots[self.slot as usize];
        slot.request = index as u32;
        slot.minutes = request.minutes;
        slot.place = request.place as u32;
        self.prize = request.prize;
        slot.honorarium = request.honorarium;
    }

    fn request(&self) -> usize {
        self.model.slots[self.slot as usize].request as usize
    }

    /// What the window brings in a run, if it fits.
    fn gain(&mut self, search: &mut Search, solution: &Solution, run: usize, window: Window) -> Option<Money> {
        let slot = &mut self.model.slots[self.slot as usize];
        (slot.day, slot.open, slot.close) = (window.day as i32, window.start, window.end);
        slot.worth = self.prize - window.penalty;
        let choice = Choice { request: slot.request, run: run as u32, slots: vec![self.slot] };
        let insertion = search.inserter.work_out(&self.model, &solution.runs[run], &choice)?;
        let plan = search.inserter.insert(&self.model, run, &solution.runs[run], insertion)?;
        solution.gain(&self.model, run, &plan).filter(|gain| *gain > 0)
    }
}

/// A day as near as can be to one that was asked for.
fn another_time(problem: &Problem, search: &mut Search, solution: &Solution, trial: &mut Trial) -> Option<Remedy> {
    let request = &problem.requests[trial.request()];
    let apart = |day: usize| request.windows.iter().map(|window| window.day.abs_diff(day)).min().unwrap_or(0);
    let mut best: Option<((usize, Money), Remedy)> = None;
    for run in 0..search.model.runs.len() {
        let of = &search.model.runs[run];
        if !model::may_give(problem, of.trainer, request) {
            continue;
        }
        for (offset, (start, end)) in of.hours.iter().enumerate() {
            let day = of.first as usize + offset;
            let nearer = best.as_ref().is_none_or(|((distance, _), _)| apart(day) <= *distance);
            if day < problem.freeze_before || !nearer {
                continue;
            }
            let window = Window { day, start: *start, end: *end, penalty: 0 };
            let Some(gain) = trial.gain(search, solution, run, window) else { continue };
            let rank = (apart(day), -gain);
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, Remedy::Window { trainer: of.trainer, window }));
            }
        }
    }
    best.map(|(_, remedy)| remedy)
}

/// Somebody who may not, or cannot, give it so far.
fn another_trainer(problem: &Problem, search: &mut Search, solution: &Solution, trial: &mut Trial) -> Option<Remedy> {
    let request = &problem.requests[trial.request()];
    let mut best: Option<(Money, Remedy)> = None;
    for run in 0..search.model.runs.len() {
        let of = &search.model.runs[run];
        if model::may_give(problem, of.trainer, request) {
            continue;
        }
        for window in request.windows.iter().filter(|window| window.day >= problem.freeze_before) {
            if !(0..of.days()).contains(&(window.day as i32 - of.first)) {
                continue;
            }
            let Some(gain) = trial.gain(search, solution, run, *window) else { continue };
            if best.as_ref().is_none_or(|(known, _)| gain > *known) {
                best = Some((gain, Remedy::Trainer { trainer: of.trainer, window: *window }));
            }
        }
    }
    best.map(|(_, remedy)| remedy)
}

/// One more night in a row for a trainer who could come then.
fn another_night(problem: &Problem, search: &mut Search, solution: &Solution, trial: &mut Trial) -> Option<Remedy> {
    let request = &problem.requests[trial.request()];
    for run in 0..search.model.runs.len() {
        let of = &search.model.runs[run];
        for window in request.windows.iter().filter(|window| window.day >= problem.freeze_before) {
            let on = (0..of.days()).contains(&(window.day as i32 - of.first));
            if !on || !model::may_give(problem, of.trainer, request) {
                continue;
            }
            trial.model.runs[run].nights += 1;
            let fits = trial.gain(search, solution, run, *window).is_some();
            trial.model.runs[run].nights -= 1;
            if fits {
                return Some(Remedy::Nights { trainer: of.trainer });
            }
        }
    }
    None
}
