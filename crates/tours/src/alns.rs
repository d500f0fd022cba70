//! Adaptive large neighborhood search: take some requests out of a plan, put them in again elsewhere, keep what is better
//! and at times what is not.
//!
//! Sources: S. Ropke, D. Pisinger, "An adaptive large neighborhood search heuristic for the pickup and delivery problem
//! with time windows", 2006; the blinks from J. Christiaens, G. Vanden Berghe, "Slack induction by string removals", 2020.

use crate::{
    budget::Meter,
    chance::Chance,
    insert::{Inserter, Insertion},
    model::Model,
    problem::Money,
    remove::{self, Nearness},
    solution::{NOWHERE, RunPlan, Solution},
};

/// What a search needs besides the plan it works on.
pub(crate) struct Search<'a> {
    pub model: &'a Model,
    pub inserter: Inserter,
    pub chance: Chance,
    pub nearness: Nearness,
    /// Runs changed in this iteration, as they were.
    was: Vec<(usize, RunPlan)>,
}

/// Thousandths of insertions that are passed over though they are the best.
const BLINK: f64 = 0.01;

impl<'a> Search<'a> {
    /// Where `go_on` says no, it knows nothing of what is near.
    pub fn new(model: &'a Model, seed: u64, go_on: &dyn Fn() -> bool) -> Self {
        Self {
            model,
            inserter: Inserter::new(model),
            chance: Chance::new(seed),
            nearness: Nearness::new(model, go_on),
            was: Vec::new(),
        }
    }

    /// Improves a plan until the share of the budget is spent; `keep` sees every plan that is better than all before.
    pub fn improve(&mut self, solution: &mut Solution, meter: &mut Meter, until: f64, mut keep: impl FnMut(&Solution)) {
        let mut best = solution.clone();
        let begin = meter.share();
        let mut heat = self.heat(solution, 0.0);
        let mut iteration = 0_u64;
        loop {
            if iteration.is_multiple_of(16) {
                let share = meter.share();
                if meter.is_over() || share >= until {
                    break;
                }
                heat = self.heat(&best, (share - begin) / (until - begin));
            }
            iteration += 1;
            let worked = self.inserter.worked;
            let before = solution.profit;
            self.step(solution);
            meter.spend(10 + (self.inserter.worked - worked) / 2);
            let loss = (before - solution.profit) as f64;
            if solution.profit > best.profit {
                best.clone_from(solution);
                meter.found(best.served(), best.objective(self.model));
                keep(&best);
            } else if loss > 0.0 && self.chance.share() >= (-loss / heat).exp() {
                self.undo(solution);
            }
            self.was.clear();
        }
        *solution = best;
    }

    /// Changes a plan in many places, hardly for the worse.
    pub fn shake(&mut self, solution: &mut Solution, meter: &mut Meter) {
        let heat = self.heat(solution, 0.6);
        for _ in 0..300 {
            let (worked, before) = (self.inserter.worked, solution.profit);
            self.step(solution);
            if !meter.spend(10 + (self.inserter.worked - worked) / 2) {
                return;
            }
            let loss = (before - solution.profit) as f64;
            if loss > 0.0 && self.chance.share() >= (-loss / heat).exp() {
                self.undo(solution);
            }
            self.was.clear();
        }
    }

    /// How much worse a plan may become at a stage from 0 to 1.
    fn heat(&self, solution: &Solution, stage: f64) -> f64 {
        let served = solution.served().max(1) as f64;
        let worth: Money = solution
            .runs
            .iter()
            .zip(&self.model.runs)
            .flat_map(|(plan, run)| plan.slots.iter().map(|slot| self.model.worth(run, *slot)))
            .sum();
        let each = ((worth - solution.profit) as f64 / served).max(1.0);
        each * 1.6 * 0.01_f64.powf(stage)
    }

    /// Takes requests out and puts them in again.
    fn step(&mut self, solution: &mut Solution) {
        let mut out = remove::choose(self.model, solution, &self.nearness, &mut self.chance);
        let left_out: Vec<bool> = solution.run_of.iter().map(|run| *run == NOWHERE).collect();
        self.take_out(solution, &mut out);
        if out.len() <= 30 && self.chance.below(4) == 0 {
            self.by_regret(solution, out);
            return;
        }
        self.sort(&mut out);
        if self.chance.below(2) == 0 {
            out.sort_by_key(|request| !left_out[*request as usize]);
        }
        self.put_in(solution, out);
    }

    /// Takes requests out of their runs, and adds those that nobody serves and that could go where there is room now.
    fn take_out(&mut self, solution: &mut Solution, out: &mut Vec<u32>) {
        let mut touched: Vec<usize> = out
            .iter()
            .map(|request| solution.run_of[*request as usize] as usize)
            .filter(|run| *run != NOWHERE as usize)
            .collect();
        touched.sort_unstable();
        touched.dedup();
        let mut gone = vec![false; solution.run_of.len()];
        for request in out.iter() {
            gone[*request as usize] = true;
        }
        for run in &touched {
            let stays = |slot: &u32| !gone[self.model.slots[*slot as usize].request as usize];
            let slots = solution.runs[*run].slots.iter().copied().filter(stays).collect();
            match RunPlan::new(self.model, *run, slots, &mut self.inserter.walk) {
                Some(plan) => self.set(solution, *run, plan),
                // Without them it could not be driven: not every road is the shortest, and some runs end elsewhere.
                None => out.retain(|request| solution.run_of[*request as usize] as usize != *run),
            }
        }
        for run in &touched {
            for choice in &self.model.of_run[*run] {
                let request = self.model.choices[*choice as usize].request;
                if solution.run_of[request as usize] == NOWHERE && !gone[request as usize] {
                    gone[request as usize] = true;
                    out.push(request);
                }
            }
        }
    }

    fn set(&mut self, solution: &mut Solution, run: usize, plan: RunPlan) {
        let was = solution.replace(self.model, run, plan);
        self.was.push((run, was));
    }

    fn undo(&mut self, solution: &mut Solution) {
        while let Some((run, plan)) = self.was.pop() {
            solution.replace(self.model, run, plan);
        }
    }

    /// An order of chance, or by how few could come, or how far they are.
    fn sort(&mut self, out: &mut [u32]) {
        self.chance.shuffle(out);
        match self.chance.below(4) {
            0 | 1 => {}
            2 => out.sort_by_key(|request| {
                let (from, to) = self.model.of_request[*request as usize];
                to - from
            }),
            _ => out.sort_by_key(|request| std::cmp::Reverse(self.nearness.remoteness[*request as usize])),
        }
    }

    /// Puts requests in where they bring most, one after the other.
    pub fn put_in(&mut self, solution: &mut Solution, out: Vec<u32>) {
        for request in out {
            let best = self.best(solution, request);
            self.insert(solution, best);
        }
    }

    fn insert(&mut self, solution: &mut Solution, best: Option<(usize, Insertion)>) -> Option<usize> {
        let (run, insertion) = best?;
        let plan = self.inserter.insert(self.model, run, &solution.runs[run], insertion)?;
        let gain = solution.gain(self.model, run, &plan)?;
        (gain > 0).then(|| self.set(solution, run, plan))?;
        Some(run)
    }

    /// The best run for a request, and the place in it.
    fn best(&mut self, solution: &Solution, request: u32) -> Option<(usize, Insertion)> {
        let (from, to) = self.model.of_request[request as usize];
        let mut best: Option<(usize, Insertion)> = None;
        for choice in from..to {
            let run = self.model.choices[choice as usize].run as usize;
            let Some(insertion) = self.weighed(solution, run, choice) else { continue };
            if best.is_none_or(|(_, best)| insertion.gain > best.gain) && self.chance.share() >= BLINK {
                best = Some((run, insertion));
            }
        }
        best
    }

    /// The best place in one run, if it is worth it and the limits over the horizon allow.
    fn weighed(&mut self, solution: &Solution, run: usize, choice: u32) -> Option<Insertion> {
        let mut insertion = self.inserter.best(self.model, &solution.runs[run], choice as usize)?;
        if self.model.coupled {
            let plan = self.inserter.insert(self.model, run, &solution.runs[run], insertion)?;
            insertion.gain = solution.gain(self.model, run, &plan)?;
        }
        (insertion.gain > 0).then_some(insertion)
    }

    /// Puts in first what would lose most by waiting.
    fn by_regret(&mut self, solution: &mut Solution, out: Vec<u32>) {
        let depth = 2 + self.chance.below(2);
        let mut waiting: Vec<(u32, Vec<(usize, Insertion)>)> = Vec::new();
        for request in out {
            let (from, to) = self.model.of_request[request as usize];
            let mut places = Vec::new();
            for choice in from..to {
                let run = self.model.choices[choice as usize].run as usize;
                places.extend(self.weighed(solution, run, choice).map(|insertion| (run, insertion)));
            }
            waiting.push((request, places));
        }
        loop {
            let mut next: Option<(Money, usize, (usize, Insertion))> = None;
            for (at, (_, places)) in waiting.iter().enumerate() {
                let Some((regret, place)) = regret(places, depth) else { continue };
                if next.is_none_or(|(most, ..)| regret > most) && self.chance.share() >= BLINK {
                    next = Some((regret, at, place));
                }
            }
            let Some((_, at, place)) = next else { return };
            waiting.swap_remove(at);
            let Some(changed) = self.insert(solution, Some(place)) else { continue };
            for (request, places) in &mut waiting {
                places.retain(|(run, _)| *run != changed);
                let (from, to) = self.model.of_request[*request as usize];
                let choices = &self.model.choices[from as usize..to as usize];
                if let Ok(found) = choices.binary_search_by_key(&(changed as u32), |choice| choice.run) {
                    let insertion = self.weighed(solution, changed, from + found as u32);
                    places.extend(insertion.map(|insertion| (changed, insertion)));
                }
            }
        }
    }
}

/// What is lost if a request does not get its best place but, in turn, its next ones; and the best place.
fn regret(places: &[(usize, Insertion)], depth: usize) -> Option<(Money, (usize, Insertion))> {
    let mut top = [0; 3];
    let mut best: Option<(usize, Insertion)> = None;
    for place in places {
        if best.is_none_or(|best| place.1.gain > best.1.gain) {
            best = Some(*place);
        }
        let mut gain = place.1.gain;
        for one in top.iter_mut().take(depth) {
            if gain > *one {
                std::mem::swap(one, &mut gain);
            }
        }
    }
    let best = best?;
    Some(((1..depth).map(|next| top[0] - top[next]).sum(), best))
}
