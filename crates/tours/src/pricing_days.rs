//! What a run can do on each day when each request has a price, and what may come of it at most.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use crate::{
    budget::Pulse,
    cuts::Cut,
    model::{Model, Run},
    pricing::{NEVER, PARTS, TRIED},
    problem::{MAX_WORKSHOPS_A_DAY, Money},
    road::{DayRoute, nights_home},
};

/// Day routes kept for one day.
const ROUTES: usize = 20_000;
/// Requests that can be told apart.
const BITS: usize = 128;

/// The slots a plan of a run may have.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Each with what it brings, in parts; pins among them.
    pub slots: Vec<(u32, i64)>,
    /// Slots that every plan has.
    pub pins: Vec<u32>,
    /// What the pins bring alone, in parts; values count from there.
    pub base: i64,
    /// Whether to tell all requests apart, not only those that could be given on several days.
    pub every: bool,
    /// Where leaving out a stop never makes a road longer: by how much, in parts, one may bring less than it costs.
    pub slack: Option<i64>,
    /// Cuts the run can use, with what they cost, in parts.
    pub cuts: Vec<(Cut, i64)>,
}

/// A day's workshops in order.
#[derive(Debug)]
pub(crate) struct Route {
    pub road: DayRoute,
    /// What they bring, less the roads between them, in parts.
    pub gain: i64,
    /// A bit for each request that has to be told apart.
    pub visits: u128,
    /// A bit for each cut of which it has an odd number of requests.
    pub odd: u128,
    /// The candidate of the day it ends with.
    pub last: usize,
    /// What it brings with all that may come after it, at most.
    pub most: i64,
    first: usize,
    slots: Range<usize>,
}

/// Routes that begin with the same workshop, the most promising first.
#[derive(Debug)]
pub(crate) struct Group {
    pub place: usize,
    pub routes: Range<usize>,
}

/// A slot of a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub slot: u32,
    pub place: usize,
    request: u32,
    gain: i64,
    visits: u128,
    pinned: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Day {
    pub candidates: Vec<Candidate>,
    pub routes: Vec<Route>,
    pub groups: Vec<Group>,
    /// Slots of all routes.
    stops: Vec<u32>,
    pins: usize,
    /// Routes tried.
    tried: u64,
}

#[derive(Debug)]
pub(crate) struct Days {
    pub each: Vec<Day>,
    /// Whether every route was kept, and every request that has to be told apart is.
    pub complete: bool,
    /// Routes tried.
    pub tried: u64,
    /// What each cut costs.
    dues: Vec<i64>,
    /// Pins before each day.
    pins: Vec<usize>,
    /// What may still come after an evening at home, or where the run starts: the first is that before the first day.
    at_home: [Vec<i64>; 2],
}

impl Days {
    /// Nothing if it is stopped.
    pub fn new(model: &Model, run: &Run, candidates: &Candidates, pulse: &Pulse) -> Option<Self> {
        let count = run.hours.len();
        let mut days: Vec<Day> = (0..count).map(|_| Day::default()).collect();
        let (bits, told_apart) = bits(model, candidates);
        for (slot, gain) in &candidates.slots {
            let of = &model.slots[*slot as usize];
            let pinned = candidates.pins.contains(slot);
            let day = &mut days[(of.day - run.first) as usize];
            day.pins += usize::from(pinned);
            day.candidates.push(Candidate {
                slot: *slot,
                place: of.place as usize,
                request: of.request,
                gain: *gain,
                visits: bits.get(&of.request).copied().unwrap_or(0),
                pinned,
            });
        }
        let mut complete = told_apart || !candidates.every;
        let mut pins = vec![0; count + 1];
        for (offset, day) in days.iter_mut().enumerate() {
            pins[offset + 1] = pins[offset] + day.pins;
            complete &= day.fill(model, run, offset, candidates, pulse)?;
        }
        let tried = days.iter().map(|day| day.tried).sum();
        let dues = candidates.cuts.iter().map(|(_, due)| *due).collect();
        let at_home = [vec![NEVER; count + 1], vec![NEVER; count + 1]];
        let mut own = Self { each: days, complete, tried, dues, pins, at_home };
        own.look_back(model, run);
        Some(own)
    }

    /// What some cuts cost, in parts.
    pub fn due(&self, mut cuts: u128) -> i64 {
        let mut due = 0;
        while cuts != 0 {
            due += self.dues[cuts.trailing_zeros() as usize];
            cuts &= cuts - 1;
        }
        due
    }

    /// Whether nothing is pinned on the days `from..to`.
    pub fn is_clear(&self, from: usize, to: usize) -> bool {
        self.pins[from] == self.pins[to.max(from)]
    }

    /// What may still come at most after an evening at home, or where the run starts.
    pub fn after_home(&self, fresh: bool, evening: usize) -> i64 {
        self.at_home[usize::from(fresh)][evening]
    }

    pub fn slots(&self, day: usize, route: usize) -> &[u32] {
        &self.each[day].stops[self.each[day].routes[route].slots.clone()]
    }

    /// From the last day to the first: what may come after each route and each evening at home.
    fn look_back(&mut self, model: &Model, run: &Run) {
        let count = self.each.len();
        self.at_home[0][count] = 0;
        self.at_home[1][count] = if run.start == run.end { 0 } else { NEVER };
        for day in (0..count).rev() {
            let after = self.after(model, run, day);
            self.each[day].promise(&after);
            for (fresh, home) in [(0, run.end), (1, run.start)] {
                let stay = if self.is_clear(day, day + 1) { self.at_home[fresh][day + 1] } else { NEVER };
                let out = self.set_out(model, run, home, day);
                self.at_home[fresh][day] = stay.max(out);
            }
        }
        // A run with a start of its own that never sets out is an empty one.
        if self.is_clear(0, count) {
            self.at_home[1][0] = self.at_home[1][0].max(0);
        }
    }

    /// The best that can follow setting out from home on the morning of a day.
    fn set_out(&self, model: &Model, run: &Run, home: usize, since: usize) -> i64 {
        let mut most = NEVER;
        for day in since..self.each.len() {
            let ahead = (day - since) as i32;
            if ahead > run.nights || !self.is_clear(since, day) {
                break;
            }
            let idle = run.idle_minutes(since as i32, day as i32);
            for group in &self.each[day].groups {
                let before = (model.minutes(home, group.place) - idle).max(0);
                let cost = PARTS * (model.fare(&run.rates, home, group.place) + run.rates.night * Money::from(ahead));
                most = most.max(self.each[day].most(run, group, before, most.saturating_add(cost)) - cost);
            }
        }
        most
    }

    /// The best that can follow each candidate at the end of a day.
    fn after(&self, model: &Model, run: &Run, day: usize) -> Vec<i64> {
        let mut left = vec![-1; self.each[day].candidates.len()];
        for route in &self.each[day].routes {
            left[route.last] = left[route.last].max(route.road.left(run, 0).unwrap_or(-1));
        }
        let ends = self.each[day].candidates.iter().zip(left);
        ends.map(|(end, left)| {
            if left < 0 {
                return NEVER;
            }
            let mut most = NEVER;
            let way = model.minutes(end.place, run.end);
            if let Some(nights) = nights_home(run, day as i32, way, left, 0) {
                let evening = day + 1 + nights as usize;
                if self.is_clear(day + 1, evening) {
                    let cost =
                        PARTS * (model.fare(&run.rates, end.place, run.end) + run.rates.night * Money::from(nights));
                    most = self.at_home[0][evening] - cost;
                }
            }
            for next in day + 1..self.each.len() {
                let nights = (next - day) as i32;
                if nights > run.nights || !self.is_clear(day + 1, next) {
                    break;
                }
                let free = left + run.idle_minutes(day as i32 + 1, next as i32);
                for group in &self.each[next].groups {
                    let before = (model.minutes(end.place, group.place) - free).max(0);
                    let road = model.fare(&run.rates, end.place, group.place);
                    let cost = PARTS * (road + run.rates.night * Money::from(nights));
                    most = most.max(self.each[next].most(run, group, before, most.saturating_add(cost)) - cost);
                }
            }
            most
        })
        .collect()
    }
}

impl Day {
    /// All routes of the day; whether they are. Nothing if it is stopped.
    fn fill(&mut self, model: &Model, run: &Run, offset: usize, of: &Candidates, pulse: &Pulse) -> Option<bool> {
        let candidates = std::mem::take(&mut self.candidates);
        let mut complete = true;
        let mut open: Vec<(DayRoute, [usize; MAX_WORKSHOPS_A_DAY], usize)> =
            vec![(DayRoute::new(run, offset as i32), [0; MAX_WORKSHOPS_A_DAY], 0)];
        while let Some((road, stops, count)) = open.pop() {
            for (at, candidate) in candidates.iter().enumerate() {
                let before = &stops[..count];
                if before.iter().any(|stop| candidates[*stop].request == candidate.request) {
                    continue;
                }
                self.tried += 1;
                if self.tried.is_multiple_of(TRIED) && !pulse.beat() {
                    return None;
                }
                let Some(longer) = road.with(model, run, candidate.slot) else { continue };
                if longer.left(run, 0).is_none() || is_detour(model, run, &candidates, before, candidate, of.slack) {
                    continue;
                }
                let mut stops = stops;
                stops[count] = at;
                let now = &stops[..=count];
                if now.iter().filter(|stop| candidates[**stop].pinned).count() == self.pins {
                    self.add(&candidates, longer, now, &of.cuts);
                }
                if self.routes.len() >= ROUTES {
                    complete = false;
                    open.clear();
                    break;
                }
                if count + 1 < run.stops.min(MAX_WORKSHOPS_A_DAY) {
                    open.push((longer, stops, count + 1));
                }
            }
        }
        self.candidates = candidates;
        Some(complete)
    }

    fn add(&mut self, candidates: &[Candidate], road: DayRoute, stops: &[usize], cuts: &[(Cut, i64)]) {
        let begin = self.stops.len();
        self.stops.extend(stops.iter().map(|stop| candidates[*stop].slot));
        let mut gain = stops.iter().map(|stop| candidates[*stop].gain).sum::<i64>() - PARTS * road.fare;
        let mut odd = 0;
        for (number, (cut, due)) in cuts.iter().enumerate() {
            let count = stops.iter().filter(|stop| cut.has(candidates[**stop].request)).count();
            odd |= ((count & 1) as u128) << number;
            gain -= if count >= 2 { *due } else { 0 };
        }
        self.routes.push(Route {
            road,
            gain,
            visits: stops.iter().fold(0, |visits, stop| visits | candidates[*stop].visits),
            odd,
            last: stops[stops.len() - 1],
            most: 0,
            first: stops[0],
            slots: begin..self.stops.len(),
        });
    }

    /// Sorts routes by what may come of them, knowing what may follow each end.
    fn promise(&mut self, after: &[i64]) {
        for route in &mut self.routes {
            route.most = route.gain + after[route.last];
        }
        self.routes.retain(|route| route.most > NEVER / 2);
        self.routes.sort_by_key(|route| (route.first, Reverse(route.most)));
        let mut at = 0;
        for group in self.routes.chunk_by(|a, b| a.first == b.first) {
            let place = self.candidates[group[0].first].place;
            self.groups.push(Group { place, routes: at..at + group.len() });
            at += group.len();
        }
    }

    /// The most promising route of a group with so many minutes driven ahead of it, if it promises more than `known`.
    fn most(&self, run: &Run, group: &Group, before: i32, known: i64) -> i64 {
        self.routes[group.routes.clone()]
            .iter()
            .take_while(|route| route.most > known)
            .find(|route| route.road.left(run, before).is_some())
            .map_or(NEVER, |route| route.most)
    }
}

/// Whether the last of some stops, with one after it, is out of the way for more than it brings.
fn is_detour(
    model: &Model,
    run: &Run,
    candidates: &[Candidate],
    stops: &[usize],
    next: &Candidate,
    slack: Option<i64>,
) -> bool {
    let ([.., before, last], Some(slack)) = (stops, slack) else { return false };
    let (before, last) = (&candidates[*before], &candidates[*last]);
    let fare = |from: &Candidate, to: &Candidate| model.fare(&run.rates, from.place, to.place);
    !last.pinned && last.gain + slack <= PARTS * (fare(before, last) + fare(last, next) - fare(before, next))
}

/// A bit for each request that has to be told apart, and whether there were enough.
fn bits(model: &Model, candidates: &Candidates) -> (BTreeMap<u32, u128>, bool) {
    let mut days: BTreeMap<u32, (i32, bool)> = BTreeMap::new();
    for (slot, _) in &candidates.slots {
        let slot = &model.slots[*slot as usize];
        let known = days.entry(slot.request).or_insert((slot.day, candidates.every));
        known.1 |= known.0 != slot.day;
    }
    let apart: Vec<u32> = days.iter().filter(|(_, (_, apart))| *apart).map(|(request, _)| *request).collect();
    let bits = apart.iter().take(BITS).enumerate().map(|(bit, request)| (*request, 1 << bit)).collect();
    (bits, apart.len() <= BITS)
}
