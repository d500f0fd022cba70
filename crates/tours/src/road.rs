//! What the road of one run costs at least: a dynamic program over its days.
//!
//! On each evening a trainer is at home, on the way to the next stop, or on the way home; a drive may be cut by nights
//! anywhere along it. A state after a day's last workshop is the minutes left to drive that day, the nights away so far,
//! and the cost; one that is no better in any of the three is forgotten.

use crate::{
    model::{Horizon, Model, Run},
    problem::Money,
};

/// A day's workshops in order, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DayRoute {
    /// Day of the run.
    pub day: i32,
    pub first: u32,
    pub last: u32,
    /// The latest minute to arrive at the first.
    pub latest: i32,
    /// Minutes from then to the end when nobody waits.
    pub total: i32,
    /// The earliest end.
    pub earliest: i32,
    /// Minutes driven between them.
    pub drive: i32,
    /// Minutes taught.
    pub taught: i32,
    /// What the roads between them cost.
    pub fare: Money,
}

impl DayRoute {
    /// Before the first workshop.
    pub fn new(run: &Run, day: i32) -> Self {
        Self {
            day,
            first: u32::MAX,
            last: u32::MAX,
            latest: i32::MAX,
            total: 0,
            earliest: run.hours[day as usize].0,
            drive: 0,
            taught: 0,
            fare: 0,
        }
    }

    /// With one more workshop at the end, if its window allows.
    pub fn with(mut self, model: &Model, run: &Run, slot: u32) -> Option<Self> {
        let slot = &model.slots[slot as usize];
        if self.first == u32::MAX {
            self.first = slot.place;
        } else {
            let minutes = model.minutes(self.last as usize, slot.place as usize);
            self.drive += minutes;
            self.total += minutes;
            self.earliest += minutes;
            self.fare += model.fare(&run.rates, self.last as usize, slot.place as usize);
        }
        self.last = slot.place;
        self.latest = self.latest.min(slot.close - slot.minutes - self.total);
        self.earliest = self.earliest.max(slot.open) + slot.minutes;
        self.total += slot.minutes;
        self.taught += slot.minutes;
        let (start, end) = run.hours[self.day as usize];
        let fits = self.earliest <= slot.close
            && self.earliest <= end
            && self.latest >= start
            && self.drive <= run.drive
            && self.drive + self.taught <= run.work;
        fits.then_some(self)
    }

    /// Minutes left to drive after the last workshop when `before` are driven ahead of the first, if that is possible.
    pub fn left(&self, run: &Run, before: i32) -> Option<i32> {
        let (start, end) = run.hours[self.day as usize];
        let drive = run.drive - before - self.drive;
        let work = run.work - before - self.drive - self.taught;
        if start + before > self.latest || drive < 0 || work < 0 {
            return None;
        }
        let done = (start + before + self.total).max(self.earliest);
        (done <= end).then(|| drive.min(end - done).min(work))
    }
}

/// How a day's first workshop was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// From home, or where the run starts, after so many nights on the way.
    FromHome { nights: i32 },
    /// From the last workshop of an earlier day, without being at home.
    Directly,
}

/// A state after the last workshop of a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    /// Minutes left to drive that day.
    pub left: i32,
    /// Nights away since home.
    pub nights: i32,
    pub cost: Money,
    /// The state it comes from, among those of the day before.
    pub parent: u32,
    pub reached: Reached,
    /// Minutes driven on the day ahead of the first workshop.
    pub before: i32,
}

/// Where states are kept between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub states: Vec<State>,
    /// For each day with workshops: where its states begin.
    pub days: Vec<(DayRoute, usize)>,
    routes: Vec<DayRoute>,
}

/// Nights needed to get home from the last workshop of a day, if the run and the nights allow.
pub(crate) fn nights_home(run: &Run, day: i32, minutes: i32, left: i32, nights: i32) -> Option<i32> {
    let mut rest = minutes - left;
    let mut more = 0;
    while rest > 0 {
        more += 1;
        if day + more >= run.days() || nights + more > run.nights {
            return None;
        }
        rest -= run.idle_minutes(day + more, day + more + 1);
    }
    Some(more)
}

/// The days of a run with these slots, unless a day's cannot be given one after another.
pub(crate) fn routes(model: &Model, run: &Run, slots: &[u32], routes: &mut Vec<DayRoute>) -> bool {
    routes.clear();
    slots.chunk_by(|a, b| model.slots[*a as usize].day == model.slots[*b as usize].day).all(|slots| {
        let route = day_route(model, run, slots.iter().copied());
        routes.extend(route);
        route.is_some() && slots.len() <= run.stops
    })
}

/// How long the roads are between slots of the same days.
pub(crate) fn meters(model: &Model, slots: &[u32]) -> i64 {
    let slot = |at: u32| &model.slots[at as usize];
    let pairs = slots.windows(2).map(|pair| (slot(pair[0]), slot(pair[1]))).filter(|(a, b)| a.day == b.day);
    pairs.map(|(a, b)| i64::from(model.meters(a.place as usize, b.place as usize))).sum()
}

/// One day's slots in order, unless they cannot be given one after another. There is one at least.
pub(crate) fn day_route(model: &Model, run: &Run, slots: impl IntoIterator<Item = u32>) -> Option<DayRoute> {
    let mut slots = slots.into_iter().peekable();
    let day = model.slots[*slots.peek()? as usize].day - run.first;
    slots.try_fold(DayRoute::new(run, day), |route, slot| route.with(model, run, slot))
}

/// What the road of a run with these slots costs at least: driving and nights. Nothing if it cannot be driven.
pub(crate) fn cost(model: &Model, run: &Run, slots: &[u32], walk: &mut Walk) -> Option<Money> {
    let mut days = std::mem::take(&mut walk.routes);
    let fits = routes(model, run, slots, &mut days);
    let cost = if fits { walk.price(model, run, days.iter().copied()) } else { None };
    walk.routes = days;
    cost
}

impl Walk {
    /// What the road of a run with these days costs at least. Nothing if it cannot be driven.
    pub fn price(&mut self, model: &Model, run: &Run, routes: impl IntoIterator<Item = DayRoute>) -> Option<Money> {
        self.price_after(0, model, run, routes)
    }

    /// The same, where the first days are those of the run walked last.
    pub fn price_after(
        &mut self,
        days: usize,
        model: &Model,
        run: &Run,
        routes: impl IntoIterator<Item = DayRoute>,
    ) -> Option<Money> {
        self.walk_after(days, model, run, routes)?;
        if self.days.is_empty() { Some(0) } else { self.home(model, run).map(|(_, cost)| cost) }
    }

    /// Walks some days after the first ones of the run walked last, without going home.
    pub fn walk_after(
        &mut self,
        days: usize,
        model: &Model,
        run: &Run,
        routes: impl IntoIterator<Item = DayRoute>,
    ) -> Option<()> {
        let begin = self.days.get(days).map_or(self.states.len(), |(_, begin)| *begin);
        self.states.truncate(begin);
        self.days.truncate(days);
        routes.into_iter().try_for_each(|route| self.step(model, run, route))
    }

    /// Adds the states after one more day.
    fn step(&mut self, model: &Model, run: &Run, route: DayRoute) -> Option<()> {
        let begin = self.states.len();
        let before = self.days.last().copied();
        self.days.push((route, begin));
        let Some((yesterday, from)) = before else {
            self.set_out(model, run, &route, begin, (run.start, -1, 0, 0));
            return (self.states.len() > begin).then_some(());
        };
        let (last, first) = (yesterday.last as usize, route.first as usize);
        let way_home = model.minutes(last, run.end);
        let way_on = model.minutes(last, first);
        for parent in from..begin {
            let state = self.states[parent];
            let parent = parent as u32;
            let nights = state.nights + route.day - yesterday.day;
            if nights <= run.nights {
                let ahead = (way_on - state.left - run.idle_minutes(yesterday.day + 1, route.day)).max(0);
                let cost = state.cost
                    + model.fare(&run.rates, last, first)
                    + run.rates.night * Money::from(route.day - yesterday.day);
                self.arrive(
                    run,
                    &route,
                    begin,
                    State { left: 0, nights, cost, parent, reached: Reached::Directly, before: ahead },
                );
            }
            if let Some(more) = nights_home(run, yesterday.day, way_home, state.left, state.nights)
                && yesterday.day + more < route.day
            {
                let cost = state.cost + model.fare(&run.rates, last, run.end) + run.rates.night * Money::from(more);
                self.set_out(model, run, &route, begin, (run.end, yesterday.day + more, cost, parent));
            }
        }
        (self.states.len() > begin).then_some(())
    }

    /// Sets out from home, where one is since a night: on the day itself or some days ahead.
    fn set_out(
        &mut self,
        model: &Model,
        run: &Run,
        route: &DayRoute,
        begin: usize,
        (home, since, cost, parent): (usize, i32, Money, u32),
    ) {
        let way = model.minutes(home, route.first as usize);
        let cost = cost + model.fare(&run.rates, home, route.first as usize);
        for nights in 0..(route.day - since).min(run.nights + 1) {
            let before = (way - run.idle_minutes(route.day - nights, route.day)).max(0);
            let cost = cost + run.rates.night * Money::from(nights);
            let reached = Reached::FromHome { nights };
            self.arrive(run, route, begin, State { left: 0, nights, cost, parent, reached, before });
            if before == 0 {
                break;
            }
        }
    }

    fn arrive(&mut self, run: &Run, route: &DayRoute, begin: usize, mut state: State) {
        let Some(left) = route.left(run, state.before) else { return };
        state.left = left;
        state.cost += route.fare;
        let better = |a: &State, b: &State| a.left >= b.left && a.nights <= b.nights && a.cost <= b.cost;
        if self.states[begin..].iter().any(|other| better(other, &state)) {
            return;
        }
        let mut at = begin;
        while at < self.states.len() {
            if better(&state, &self.states[at]) {
                self.states.swap_remove(at);
            } else {
                at += 1;
            }
        }
        self.states.push(state);
    }

    /// The state of the last day from which getting home is cheapest, and the cost of all.
    pub fn home(&self, model: &Model, run: &Run) -> Option<(usize, Money)> {
        let (route, begin) = *self.days.last()?;
        let way = model.minutes(route.last as usize, run.end);
        let fare = model.fare(&run.rates, route.last as usize, run.end);
        (begin..self.states.len())
            .filter_map(|at| {
                let state = &self.states[at];
                let nights = nights_home(run, route.day, way, state.left, state.nights)?;
                Some((at, state.cost + fare + run.rates.night * Money::from(nights)))
            })
            .min_by_key(|(_, cost)| *cost)
    }
}

/// What a run, or a trainer, takes of the limits over the horizon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub nights: i64,
    pub meters: i64,
    pub workshops: i64,
}

impl Usage {
    /// With one part instead of another.
    pub fn instead(self, was: Self, now: Self) -> Self {
        Self {
            nights: self.nights - was.nights + now.nights,
            meters: self.meters - was.meters + now.meters,
            workshops: self.workshops - was.workshops + now.workshops,
        }
    }

    pub fn within(self, limits: Horizon) -> bool {
        limits.nights.is_none_or(|limit| self.nights <= limit)
            && limits.meters.is_none_or(|limit| self.meters <= i64::try_from(limit).unwrap_or(i64::MAX))
            && limits.workshops.is_none_or(|limit| self.workshops <= limit as i64)
    }

    pub fn no_more(self, other: Self) -> bool {
        self.nights <= other.nights && self.meters <= other.meters && self.workshops <= other.workshops
    }
}

/// One day's workshops on the cheapest way through a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub route: DayRoute,
    pub state: State,
    /// Nights on the way home after it, if home comes next.
    pub nights_home: Option<i32>,
}

impl Walk {
    /// The cheapest way through the run priced last, day by day.
    pub fn steps(&self, model: &Model, run: &Run) -> Vec<Step> {
        let Some((mut at, _)) = self.home(model, run) else { return Vec::new() };
        let mut steps: Vec<Step> = Vec::with_capacity(self.days.len());
        for (route, _) in self.days.iter().rev() {
            let state = self.states[at];
            let goes_home = steps.last().is_none_or(|next| next.state.reached != Reached::Directly);
            let way = model.minutes(route.last as usize, run.end);
            let nights_home = if goes_home { nights_home(run, route.day, way, state.left, state.nights) } else { None };
            steps.push(Step { route: *route, state, nights_home });
            at = state.parent as usize;
        }
        steps.reverse();
        steps
    }

    /// What the cheapest way through the run priced last takes of the limits over the horizon.
    pub fn usage(&self, model: &Model, run: &Run, slots: &[u32]) -> Usage {
        let mut usage = Usage { nights: 0, meters: meters(model, slots), workshops: slots.len() as i64 };
        let mut at = run.start;
        let mut day = 0;
        for step in self.steps(model, run) {
            usage.meters += i64::from(model.meters(at, step.route.first as usize));
            usage.nights += i64::from(match step.state.reached {
                Reached::FromHome { nights } => nights,
                Reached::Directly => step.route.day - day,
            });
            (at, day) = (step.route.last as usize, step.route.day);
            if let Some(nights) = step.nights_home {
                usage.meters += i64::from(model.meters(at, run.end));
                usage.nights += i64::from(nights);
                at = run.end;
            }
        }
        usage
    }
}
