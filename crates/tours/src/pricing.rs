//! The best plans of one run when each request has a price: label setting over days, with bounds on what may still come.
//!
//! Of two labels at the same last workshop, one that is worth no more, has no more minutes left, no fewer nights behind it
//! and has visited all that the other has is forgotten. A label that cannot reach the floor any more is forgotten as well:
//! what may still come at most is known from a program that runs backward and forgets what was visited.
//!
//! Sources: G. Desaulniers, J. Desrosiers, M. Solomon (eds.), "Column Generation", 2005; D. Feillet and others, "An exact
//! algorithm for the elementary shortest path problem with resource constraints", 2004.

use crate::{
    budget::Pulse,
    model::{Model, Run},
    pricing_days::{Candidates, Days},
    problem::Money,
    road::nights_home,
};

/// Parts of a unit of money in which prices are counted, so that pricing is exact.
pub(crate) const PARTS: i64 = 256;
/// Less than anything.
pub(crate) const NEVER: i64 = i64::MIN / 4;

/// How thoroughly to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Care {
    /// Labels kept at one workshop of a day.
    pub labels: usize,
    /// Labels kept in all.
    pub all_labels: usize,
    /// Plans to answer with.
    pub plans: usize,
    /// Whether plans with the same requests are the only ones that compete.
    pub every: bool,
}

/// What pricing a run found.
#[derive(Debug, Default)]
pub(crate) struct Priced {
    /// No plan of the run is worth more, in parts.
    pub most: i64,
    /// Whether nothing above the floor was overlooked.
    pub exact: bool,
    /// Plans worth more than the floor, best first.
    pub plans: Vec<(i64, Vec<u32>)>,
    /// Routes of days that were tried: in making them, and in joining them.
    pub tried: [u64; 2],
}

impl Priced {
    /// Where it was stopped.
    fn stopped() -> Self {
        Self { most: i64::MAX, ..Self::default() }
    }

    /// Microseconds of work, about.
    pub fn effort(&self) -> u64 {
        8 + self.tried[0] / 48 + self.tried[1] / 16
    }
}

/// After the last workshop of a day.
#[derive(Debug, Clone, Copy)]
struct Label {
    value: i64,
    visited: u128,
    /// Cuts that are used if one more of their requests is.
    odd: u128,
    left: i32,
    nights: i32,
    route: u32,
    day: u32,
    /// The label before it, if any.
    before: u32,
}

/// At home, or where the run starts, on an evening.
#[derive(Debug, Clone, Copy)]
struct Evening {
    value: i64,
    visited: u128,
    odd: u128,
    /// Whether the run has not set out yet.
    fresh: bool,
    /// The label it came home from.
    from: u32,
}

const NOTHING: u32 = u32::MAX;

struct Pricer<'a> {
    model: &'a Model,
    run: &'a Run,
    days: Days,
    floor: i64,
    care: Care,
    labels: Vec<Label>,
    /// For each day and each candidate of it, the labels that end there.
    ends: Vec<Vec<Vec<u32>>>,
    /// For each evening, the first before the first day.
    evenings: Vec<Vec<Evening>>,
    exact: bool,
    pulse: &'a Pulse,
    /// Routes tried.
    tried: u64,
    stopped: bool,
}

/// Routes tried between two questions whether to stop.
pub(crate) const TRIED: u64 = 1_024;

/// Plans of a run worth more than the floor when each candidate slot brings what it says.
pub(crate) fn price(
    model: &Model,
    run: &Run,
    candidates: &Candidates,
    floor: i64,
    care: Care,
    pulse: &Pulse,
) -> Priced {
    let Some(days) = Days::new(model, run, candidates, pulse) else {
        return Priced::stopped();
    };
    let made = days.tried;
    let most = days.after_home(run.start != run.end, 0) - candidates.base;
    let complete = days.complete;
    if most <= floor {
        return Priced {
            most: if complete { most.max(NEVER) } else { i64::MAX },
            exact: complete,
            plans: Vec::new(),
            tried: [made, 0],
        };
    }
    let count = run.hours.len();
    let mut pricer = Pricer {
        model,
        run,
        floor,
        care,
        labels: Vec::new(),
        ends: days.each.iter().map(|day| vec![Vec::new(); day.candidates.len()]).collect(),
        evenings: vec![Vec::new(); count + 1],
        exact: complete,
        days,
        pulse,
        tried: 0,
        stopped: !pulse.beat(),
    };
    pricer.evenings[0].push(Evening {
        value: -candidates.base,
        visited: 0,
        odd: 0,
        fresh: run.start != run.end,
        from: NOTHING,
    });
    for day in 0..count {
        pricer.set_out(day);
        pricer.go_on(day);
        pricer.come_home(day);
    }
    if pricer.stopped {
        return Priced::stopped();
    }
    let tried = [made, pricer.tried];
    let mut found = Priced { tried, ..pricer.plans() };
    if !complete {
        found.most = i64::MAX;
    } else if !found.exact {
        found.most = most;
    }
    found
}

impl Pricer<'_> {
    /// What a road costs, in parts.
    fn fare(&self, from: usize, to: usize) -> i64 {
        PARTS * self.model.fare(&self.run.rates, from, to)
    }

    fn night(&self, nights: i32) -> i64 {
        PARTS * self.run.rates.night * Money::from(nights)
    }

    /// From home to the first workshops of a day, on the day itself or some days ahead.
    fn set_out(&mut self, day: usize) {
        for ahead in 0..=day.min(self.run.nights as usize) {
            let since = day - ahead;
            if !self.days.is_clear(since, day) {
                break;
            }
            let evenings = std::mem::take(&mut self.evenings[since]);
            for group in 0..self.days.each[day].groups.len() {
                let first = self.days.each[day].groups[group].place;
                for fresh in [false, true] {
                    if !evenings.iter().any(|evening| evening.fresh == fresh) {
                        continue;
                    }
                    let home = if fresh { self.run.start } else { self.run.end };
                    let way = self.model.minutes(home, first);
                    let idle = self.run.idle_minutes(since as i32, day as i32);
                    if ahead > 0 && way <= self.run.idle_minutes(since as i32 + 1, day as i32) {
                        continue;
                    }
                    let cost = self.fare(home, first) + self.night(ahead as i32);
                    for evening in evenings.iter().filter(|evening| evening.fresh == fresh) {
                        let start = Label {
                            value: evening.value - cost,
                            visited: evening.visited,
                            odd: evening.odd,
                            left: (way - idle).max(0),
                            nights: ahead as i32,
                            route: 0,
                            day: day as u32,
                            before: evening.from,
                        };
                        self.arrive(day, group, start);
                    }
                }
            }
            self.evenings[since] = evenings;
        }
    }

    /// From the last workshop of an earlier day to the first of this one, without being at home.
    fn go_on(&mut self, day: usize) {
        for before in (0..day).rev() {
            if !self.days.is_clear(before + 1, day) {
                break;
            }
            let nights = (day - before) as i32;
            if nights > self.run.nights {
                break;
            }
            let idle = self.run.idle_minutes(before as i32 + 1, day as i32);
            for end in 0..self.ends[before].len() {
                let labels = std::mem::take(&mut self.ends[before][end]);
                if labels.is_empty() {
                    continue;
                }
                let last = self.days.each[before].candidates[end].place;
                for group in 0..self.days.each[day].groups.len() {
                    let first = self.days.each[day].groups[group].place;
                    let way = self.model.minutes(last, first);
                    let cost = self.fare(last, first) + self.night(nights);
                    for at in &labels {
                        let label = self.labels[*at as usize];
                        if label.nights + nights > self.run.nights {
                            continue;
                        }
                        let start = Label {
                            value: label.value - cost,
                            left: (way - label.left - idle).max(0),
                            nights: label.nights + nights,
                            day: day as u32,
                            before: *at,
                            ..label
                        };
                        self.arrive(day, group, start);
                    }
                }
                self.ends[before][end] = labels;
            }
        }
    }

    /// Makes labels of the day's routes that begin with the group's workshop; `start.left` is what is driven ahead of it.
    fn arrive(&mut self, day: usize, group: usize, start: Label) {
        let routes = self.days.each[day].groups[group].routes.clone();
        for at in routes {
            let route = &self.days.each[day].routes[at];
            if start.value + route.most <= self.floor || self.stopped {
                break;
            }
            self.tried += 1;
            if self.tried.is_multiple_of(TRIED) {
                self.stopped = !self.pulse.beat();
            }
            if route.visits & start.visited != 0 {
                continue;
            }
            let Some(left) = route.road.left(self.run, start.left) else { continue };
            let end = route.last;
            let label = Label {
                value: start.value + route.gain - self.days.due(start.odd & route.odd),
                visited: start.visited | route.visits,
                odd: start.odd ^ route.odd,
                left,
                route: at as u32,
                ..start
            };
            self.keep(day, end, label);
        }
    }

    fn keep(&mut self, day: usize, end: usize, label: Label) {
        let (every, days) = (self.care.every, &self.days);
        let better = |a: &Label, b: &Label| {
            a.value >= b.value
                && a.left >= b.left
                && a.nights <= b.nights
                && (if every { a.visited == b.visited } else { a.visited & !b.visited == 0 })
                && a.value - days.due(a.odd & !b.odd) >= b.value
        };
        let labels = &mut self.labels;
        let ends = &mut self.ends[day][end];
        if ends.iter().any(|other| better(&labels[*other as usize], &label)) {
            return;
        }
        ends.retain(|other| !better(&label, &labels[*other as usize]));
        if ends.len() >= self.care.labels {
            self.exact = false;
            let Some(worst) = (0..ends.len()).min_by_key(|at| labels[ends[*at] as usize].value) else { return };
            if labels[ends[worst] as usize].value >= label.value {
                return;
            }
            ends.swap_remove(worst);
        }
        if labels.len() >= self.care.all_labels {
            self.exact = false;
            return;
        }
        ends.push(labels.len() as u32);
        labels.push(label);
    }

    /// From the last workshops of a day home, at once or after some nights on the way; and stays there.
    fn come_home(&mut self, day: usize) {
        if self.days.is_clear(day, day + 1) {
            let stay = self.evenings[day].clone();
            for evening in stay {
                self.rest(day + 1, evening);
            }
        }
        for end in 0..self.ends[day].len() {
            let last = self.days.each[day].candidates[end].place;
            let way = self.model.minutes(last, self.run.end);
            let fare = self.fare(last, self.run.end);
            for at in self.ends[day][end].clone() {
                let label = self.labels[at as usize];
                let Some(nights) = nights_home(self.run, day as i32, way, label.left, label.nights) else { continue };
                let evening = day + nights as usize + 1;
                if self.days.is_clear(day + 1, evening) {
                    let value = label.value - fare - self.night(nights);
                    self.rest(
                        evening,
                        Evening { value, visited: label.visited, odd: label.odd, fresh: false, from: at },
                    );
                }
            }
        }
    }

    fn rest(&mut self, evening: usize, new: Evening) {
        if new.value + self.days.after_home(new.fresh, evening) <= self.floor {
            return;
        }
        let (every, days) = (self.care.every, &self.days);
        let better = |a: &Evening, b: &Evening| {
            a.value >= b.value
                && a.fresh == b.fresh
                && (if every { a.visited == b.visited } else { a.visited & !b.visited == 0 })
                && a.value - days.due(a.odd & !b.odd) >= b.value
        };
        let evenings = &mut self.evenings[evening];
        if evenings.iter().any(|other| better(other, &new)) {
            return;
        }
        evenings.retain(|other| !better(&new, other));
        if evenings.len() >= self.care.labels.saturating_mul(4) {
            self.exact = false;
            let Some(worst) = (0..evenings.len()).min_by_key(|at| evenings[*at].value) else { return };
            if evenings[worst].value >= new.value {
                return;
            }
            evenings.swap_remove(worst);
        }
        evenings.push(new);
    }

    /// The best plans there are.
    fn plans(self) -> Priced {
        let mut last = self.evenings[self.run.hours.len()].clone();
        last.sort_by_key(|evening| (std::cmp::Reverse(evening.value), evening.visited));
        let most = last.first().map_or(self.floor, |best| best.value).max(self.floor);
        let mut plans = Vec::new();
        for evening in last.iter().filter(|evening| evening.value > self.floor) {
            if plans.len() >= self.care.plans {
                break;
            }
            let slots = self.slots(evening.from);
            let mut requests: Vec<u32> = slots.iter().map(|slot| self.model.slots[*slot as usize].request).collect();
            requests.sort_unstable();
            let once = requests.windows(2).all(|pair| pair[0] != pair[1]);
            if once {
                plans.push((evening.value, slots));
            }
        }
        Priced { most, exact: self.exact, plans, tried: [0, 0] }
    }

    fn slots(&self, mut at: u32) -> Vec<u32> {
        let mut routes: Vec<&[u32]> = Vec::new();
        while at != NOTHING {
            let label = &self.labels[at as usize];
            routes.push(self.days.slots(label.day as usize, label.route as usize));
            at = label.before;
        }
        routes.into_iter().rev().flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests;
