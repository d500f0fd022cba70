//! The order of things: a first plan, a bound, a plan from the bound, then part after part until time is up or nothing
//! better is left.

use crate::{
    alns::Search,
    budget::Meter,
    descent, dive,
    generation::{Generator, Goal, Relaxed, Scope},
    model::Model,
    neighborhood::{self, Outcome},
    problem::Money,
    solution::Solution,
};

/// Seconds that large neighborhood search alone takes for 400 requests, about.
const FIRST_SECONDS: f64 = 1.0;
/// Seconds that the linear program of 400 requests takes, about.
const ROOT_SECONDS: f64 = 5.0;
/// Requests beyond which prices are found step by step.
const FAR: usize = 800;
/// The share of the budget that goes by while they are.
const FAR_SHARE: f64 = 0.45;
/// Seconds without which there is no use in it, for each thousand requests.
const FAR_SECONDS: f64 = 12.0;
/// Requests up to which the whole problem is tried at once.
const WHOLE: usize = 150;
/// Parts solved in vain before the plan is shaken.
const PATIENCE: usize = 60;

pub(crate) struct Engine<'a, 'm> {
    model: &'a Model,
    search: Search<'a>,
    generator: Generator<'a>,
    meter: &'m mut Meter,
    best: Solution,
    root: Option<Relaxed>,
    /// Objective of a plan that brings nothing beyond its pins.
    nothing: Money,
}

/// The best plan found, and the search that knows its surroundings.
pub(crate) fn run<'a>(model: &'a Model, seed: u64, threads: usize, meter: &mut Meter) -> (Solution, Search<'a>) {
    let pulse = meter.pulse();
    let search = Search::new(model, seed, &|| !pulse.is_cancelled());
    let generator = Generator::new(model, threads, pulse);
    let nothing = model.worst - generator.pool.base.iter().sum::<Money>();
    let best = Solution::pinned(model);
    let mut engine = Engine { model, search, generator, meter, best, root: None, nothing };
    engine.all();
    (engine.best, engine.search)
}

impl Engine<'_, '_> {
    fn all(&mut self) {
        let free = self.free();
        if free.is_empty() {
            self.meter.proved(self.nothing);
            return;
        }
        self.first(&free);
        self.bound();
        if self.root.is_some() {
            if let Some(plan) = self.dive(0.0) {
                self.take(&plan);
            }
            self.whole();
        }
        self.parts();
    }

    /// Requests that are not pinned and that somebody could serve.
    fn free(&self) -> Vec<u32> {
        let requests = self.model.of_request.iter().enumerate();
        requests.filter(|(_, (from, to))| to > from).map(|(request, _)| request as u32).collect()
    }

    fn take(&mut self, plan: &Solution) {
        if plan.profit > self.best.profit {
            self.best.clone_from(plan);
            self.meter.found(plan.served(), plan.objective(self.model));
        }
    }

    fn is_over(&self) -> bool {
        self.meter.is_over() || self.best.objective(self.model) <= self.meter.bound()
    }

    /// A first plan, by large neighborhood search.
    fn first(&mut self, free: &[u32]) {
        let seconds = FIRST_SECONDS * self.model.of_request.len() as f64 / 400.0;
        let until = seconds / self.meter.seconds();
        let mut plan = self.best.clone();
        for some in free.chunks(16) {
            self.search.put_in(&mut plan, some.to_vec());
            if !self.meter.spend(1_000) {
                break;
            }
        }
        self.take(&plan);
        let pool = &mut self.generator.pool;
        let model = self.model;
        // A rest too short for anything else is spent here as well; and columns know nothing of limits across runs.
        let until = match until {
            until if until > 0.5 => 1.0,
            until if until > 0.125 && self.model.of_request.len() > WHOLE => 0.5,
            until if self.model.coupled => until.max(0.6),
            until => until,
        };
        self.search.improve(&mut plan, self.meter, until, |best| pool.add_all(model, best));
        self.take(&plan);
        self.generator.pool.add_all(self.model, &self.best);
    }

    /// The linear program of the whole problem, where there is time for it.
    fn bound(&mut self) {
        let requests = self.model.of_request.len();
        if requests > FAR {
            self.far();
            return;
        }
        let times = requests as f64 / 400.0;
        let seconds = ROOT_SECONDS * times * times;
        // As much time again is left for what is made of it.
        if self.meter.is_over() || 2.0 * seconds > self.meter.seconds() * (1.0 - self.meter.share()) {
            return;
        }
        let scope = Scope::all(self.model);
        let columns = self.generator.within(&scope);
        let enough = self.nothing - self.best.objective(self.model);
        let goal = Goal { enough, rounds: 1_000, until: 0.9 };
        self.root = self.generator.relax(&scope, columns, goal, self.meter);
        if let Some(most) = self.root.as_ref().and_then(|root| root.most) {
            self.meter.proved(self.nothing - most);
        }
    }

    /// A bound where the linear program is too large.
    fn far(&mut self) {
        let seconds = FAR_SECONDS * self.model.of_request.len() as f64 / 1_000.0;
        if self.meter.is_over() || self.meter.seconds() < 2.0 * seconds {
            return;
        }
        if let Some(most) = descent::bound(&mut self.generator, &self.best, FAR_SHARE, self.meter) {
            self.meter.proved(self.nothing - most);
        }
    }

    /// The whole problem at once, if it is small.
    fn whole(&mut self) {
        if self.model.of_request.len() > WHOLE || self.is_over() {
            return;
        }
        let Some(mut root) = self.root.take() else { return };
        let mut plan = self.best.clone();
        let scope = Scope::all(self.model);
        let (outcome, most) = neighborhood::finish(&mut self.generator, &scope, &mut root, &mut plan, self.meter);
        self.root = Some(root);
        self.take(&plan);
        if let Some(most) = most {
            self.meter.proved(self.nothing - most);
        }
        let proven = matches!(outcome, Outcome::Best | Outcome::Better { proven: true });
        if proven && !self.model.coupled {
            self.meter.proved(self.best.objective(self.model));
        }
    }

    fn dive(&mut self, noise: f64) -> Option<Solution> {
        let root = self.root.as_ref().filter(|_| !self.is_over())?;
        let enough = self.nothing - self.best.objective(self.model);
        // A noisy dive is to end elsewhere, not at once better.
        let enough = if noise > 0.0 { Money::MIN / 4 } else { enough };
        dive::dive(&mut self.generator, &mut self.search, root, enough, noise, self.meter)
    }

    /// Part after part, the larger the easier they are. A plan in which nothing more is found is shaken.
    fn parts(&mut self) {
        let mut plan = self.best.clone();
        let (mut size, mut vain, mut patience) = (30, 0, 8);
        while !self.is_over() {
            if self.generator.pool.is_full() {
                self.root = None;
                self.generator.pool.truncate(0);
            }
            let outcome = neighborhood::improve(&mut self.generator, &mut self.search, &mut plan, size, self.meter);
            match outcome {
                Outcome::Unknown => size = (size * 9 / 10).max(10),
                Outcome::Best | Outcome::Better { .. } => size += 1,
            }
            vain = if matches!(outcome, Outcome::Better { .. }) { 0 } else { vain + 1 };
            self.take(&plan);
            if vain >= patience {
                (vain, patience) = (0, PATIENCE.min(2 * patience));
                self.whole();
                size = size.min(60);
                plan = self.shaken();
            }
        }
    }

    /// Another good plan: from another dive, or by large neighborhood search from the best.
    fn shaken(&mut self) -> Solution {
        if self.search.chance.below(2) == 0
            && let Some(plan) = self.dive(0.2)
        {
            return plan;
        }
        let mut plan = self.best.clone();
        self.search.shake(&mut plan, self.meter);
        plan
    }
}
