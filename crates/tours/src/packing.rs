//! A linear program of packing: how much of each column to take so that they bring most and no row is used more than once.
//!
//! The simplex method with an explicit inverse. What changes from one question to the next are a few columns or a row, so
//! it goes on from where it stood: columns that are new or forbidden leave the point possible, and a row that is violated is
//! bent by an artificial column until it holds. Limits are moved apart by next to nothing, so that it does not tread on the
//! spot. Source: V. Chvátal, "Linear Programming", 1983.

use crate::{budget::Pulse, chance::mix};

/// A column in the basis: one of those given, the room left in a row, or what bends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Basic {
    Column(u32),
    Room(u32),
    Bend(u32),
}

#[derive(Debug)]
pub(crate) struct Packing {
    limits: Vec<f64>,
    /// The rows that each column uses.
    columns: Vec<Vec<u32>>,
    values: Vec<f64>,
    forbidden: Vec<bool>,
    /// The row of the basis in which a column is, or [`NOWHERE`].
    place: Vec<u32>,
    basis: Vec<Basic>,
    /// How much of each column of the basis is taken.
    taken: Vec<f64>,
    /// The inverse of the basis, row by row.
    inverse: Vec<Vec<f64>>,
    /// What one more of each row would bring.
    prices: Vec<f64>,
    /// Changes of the basis since the inverse was made from scratch.
    changes: usize,
    /// Nanoseconds of work, about.
    pub spent: u64,
}

const NOWHERE: u32 = u32::MAX;
/// What is less is nothing.
const NOTHING: f64 = 1e-9;
/// What a column that may not be taken brings; any loss will do.
const FORBIDDEN: f64 = -1.0;
/// What bending a row brings, columns bring 1 at most.
const BENT: f64 = -50.0;
/// Changes of the basis after which the inverse is made anew.
const STALE: usize = 400;

impl Packing {
    pub fn new(rows: usize) -> Self {
        let mut own = Self {
            limits: Vec::new(),
            columns: Vec::new(),
            values: Vec::new(),
            forbidden: Vec::new(),
            place: Vec::new(),
            basis: Vec::new(),
            taken: Vec::new(),
            inverse: Vec::new(),
            prices: Vec::new(),
            changes: 0,
            spent: 0,
        };
        for row in 0..rows {
            own.limits.push(apart(row));
            own.basis.push(Basic::Room(row as u32));
            own.inverse.push((0..rows).map(|at| if at == row { 1.0 } else { 0.0 }).collect());
        }
        own.taken.clone_from(&own.limits);
        own.prices = vec![0.0; rows];
        own
    }

    /// A further column, which uses each of some rows once and brings so much, 1 at most.
    pub fn add(&mut self, value: f64, rows: impl Iterator<Item = usize>) {
        self.columns.push(rows.map(|row| row as u32).collect());
        self.values.push(value);
        self.forbidden.push(false);
        self.place.push(NOWHERE);
    }

    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.limits.len()
    }

    /// Says of a column whether it may be taken.
    pub fn forbid(&mut self, column: usize, forbidden: bool) {
        if self.forbidden[column] != forbidden {
            let was = self.worth(Basic::Column(column as u32));
            self.forbidden[column] = forbidden;
            let more = self.worth(Basic::Column(column as u32)) - was;
            if self.place[column] != NOWHERE {
                let row = &self.inverse[self.place[column] as usize];
                for (price, entry) in self.prices.iter_mut().zip(row) {
                    *price += more * entry;
                }
            }
        }
    }

    /// A further row, which some columns use, and which may be used once in all. Its number.
    pub fn cut(&mut self, users: &[usize]) -> usize {
        let row = self.limits.len();
        self.limits.push(apart(row));
        let mut line = vec![0.0; row + 1];
        let mut used = 0.0;
        for column in users {
            self.columns[*column].push(row as u32);
            let place = self.place[*column];
            if place != NOWHERE {
                used += self.taken[place as usize];
                for (entry, known) in line.iter_mut().zip(&self.inverse[place as usize]) {
                    *entry -= known;
                }
            }
        }
        let room = self.limits[row] - used;
        line[row] = 1.0;
        for known in &mut self.inverse {
            known.push(0.0);
        }
        let sign = if room < 0.0 { -1.0 } else { 1.0 };
        self.inverse.push(line.iter().map(|entry| sign * entry).collect());
        self.basis.push(if room < 0.0 { Basic::Bend(row as u32) } else { Basic::Room(row as u32) });
        self.taken.push(room.abs());
        self.price();
        row
    }

    /// How much of a column is taken.
    pub fn share(&self, column: usize) -> f64 {
        let place = self.place[column];
        if place == NOWHERE { 0.0 } else { self.taken[place as usize].clamp(0.0, 1.0) }
    }

    /// The rows a column uses.
    pub fn rows(&self, column: usize) -> &[u32] {
        &self.columns[column]
    }

    /// What one more of a row would bring.
    pub fn worth_of(&self, row: usize) -> f64 {
        self.prices[row].max(0.0)
    }

    /// Leaves out the columns that are not to be kept, unless they are in the basis; answers which were kept.
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        let kept: Vec<usize> = (0..self.columns.len()).filter(|at| self.place[*at] != NOWHERE || keep(*at)).collect();
        for (now, was) in kept.iter().enumerate() {
            self.columns.swap(now, *was);
            self.values.swap(now, *was);
            self.forbidden.swap(now, *was);
            self.place.swap(now, *was);
            if self.place[now] != NOWHERE {
                self.basis[self.place[now] as usize] = Basic::Column(now as u32);
            }
        }
        self.columns.truncate(kept.len());
        self.values.truncate(kept.len());
        self.forbidden.truncate(kept.len());
        self.place.truncate(kept.len());
        kept
    }

    /// Takes what brings most. Answers whether it did; otherwise it was stopped, and stands at a point that is possible.
    pub fn solve(&mut self, pulse: &Pulse) -> bool {
        let most = 2_000 + 40 * self.limits.len();
        let mut ahead = vec![0.0; self.limits.len()];
        for change in 0..most {
            if change % 32 == 31 && !pulse.beat() {
                return false;
            }
            if self.changes >= STALE {
                self.refresh();
            }
            self.spent += 8 * self.columns.len() as u64;
            let Some((entering, promise)) = self.entering() else { return true };
            self.ahead(entering, &mut ahead);
            let Some(leaving) = self.leaving(&ahead) else { return true };
            self.exchange(entering, leaving, promise, &ahead);
        }
        true
    }

    fn worth(&self, basic: Basic) -> f64 {
        match basic {
            Basic::Column(at) if self.forbidden[at as usize] => FORBIDDEN,
            Basic::Column(at) => self.values[at as usize],
            Basic::Room(_) => 0.0,
            Basic::Bend(_) => BENT,
        }
    }

    /// Prices from scratch.
    fn price(&mut self) {
        let mut prices = vec![0.0; self.limits.len()];
        for (basic, line) in self.basis.iter().zip(&self.inverse) {
            let worth = self.worth(*basic);
            if worth != 0.0 {
                for (price, entry) in prices.iter_mut().zip(line) {
                    *price += worth * entry;
                }
            }
        }
        self.prices = prices;
    }

    /// The column that promises most, and what.
    fn entering(&self) -> Option<(Basic, f64)> {
        let mut best: Option<(Basic, f64)> = None;
        let mut most = NOTHING;
        for (at, column) in self.columns.iter().enumerate() {
            if self.place[at] != NOWHERE || self.forbidden[at] {
                continue;
            }
            let used: f64 = column.iter().map(|row| self.prices[*row as usize]).sum();
            let promise = self.values[at] - used;
            if promise > most {
                most = promise;
                best = Some((Basic::Column(at as u32), promise));
            }
        }
        for (row, price) in self.prices.iter().enumerate() {
            // A row with room in the basis has the price 0, up to rounding.
            if -price > most {
                most = -price;
                best = Some((Basic::Room(row as u32), -price));
            }
        }
        best
    }

    /// How much of each column of the basis goes when one more of the entering one is taken.
    fn ahead(&self, entering: Basic, ahead: &mut [f64]) {
        for (change, line) in ahead.iter_mut().zip(&self.inverse) {
            *change = match entering {
                Basic::Column(at) => self.columns[at as usize].iter().map(|row| line[*row as usize]).sum(),
                Basic::Room(row) => line[row as usize],
                Basic::Bend(row) => -line[row as usize],
            };
        }
    }

    /// The row of the basis that is used up first; of several the one that changes most.
    fn leaving(&self, ahead: &[f64]) -> Option<usize> {
        let mut least = f64::INFINITY;
        for (taken, change) in self.taken.iter().zip(ahead) {
            if *change > NOTHING {
                least = least.min((taken.max(0.0) + 1e-10) / change);
            }
        }
        let mut best: Option<(usize, f64)> = None;
        for (row, (taken, change)) in self.taken.iter().zip(ahead).enumerate() {
            let first = *change > NOTHING && taken.max(0.0) / change <= least;
            if first && best.is_none_or(|(_, most)| *change > most) {
                best = Some((row, *change));
            }
        }
        best.map(|(row, _)| row)
    }

    fn exchange(&mut self, entering: Basic, leaving: usize, promise: f64, ahead: &[f64]) {
        let step = self.taken[leaving].max(0.0) / ahead[leaving];
        self.turn(leaving, ahead);
        for (at, (taken, change)) in self.taken.iter_mut().zip(ahead).enumerate() {
            if at == leaving {
                *taken = step;
            } else {
                *taken -= step * change;
            }
        }
        for (price, entry) in self.prices.iter_mut().zip(&self.inverse[leaving]) {
            *price += promise * entry;
        }
        if let Basic::Column(at) = self.basis[leaving] {
            self.place[at as usize] = NOWHERE;
        }
        if let Basic::Column(at) = entering {
            self.place[at as usize] = leaving as u32;
        }
        self.basis[leaving] = entering;
        self.changes += 1;
    }

    /// The inverse after another column took a row of the basis.
    fn turn(&mut self, leaving: usize, ahead: &[f64]) {
        let mut line = std::mem::take(&mut self.inverse[leaving]);
        for entry in &mut line {
            *entry /= ahead[leaving];
        }
        for (at, (known, change)) in self.inverse.iter_mut().zip(ahead).enumerate() {
            if at != leaving && change.abs() > 1e-14 {
                self.spent += known.len() as u64;
                for (entry, other) in known.iter_mut().zip(&line) {
                    *entry -= change * other;
                }
            }
        }
        self.inverse[leaving] = line;
    }

    /// The inverse, and all that follows from it, from scratch.
    fn refresh(&mut self) {
        let rows = self.limits.len();
        let basis = std::mem::take(&mut self.basis);
        for (row, line) in self.inverse.iter_mut().enumerate() {
            line.iter_mut().enumerate().for_each(|(at, entry)| *entry = if at == row { 1.0 } else { 0.0 });
        }
        let mut now: Vec<Option<Basic>> = vec![None; rows];
        let mut ahead = vec![0.0; rows];
        let mut open: Vec<Basic> = Vec::new();
        for basic in basis {
            match basic {
                Basic::Room(row) => now[row as usize] = Some(basic),
                _ => open.push(basic),
            }
        }
        open.sort_by_key(|basic| if let Basic::Column(at) = basic { self.columns[*at as usize].len() } else { 0 });
        for basic in open {
            self.ahead(basic, &mut ahead);
            let row = (0..rows)
                .filter(|row| now[*row].is_none())
                .max_by(|a, b| ahead[*a].abs().total_cmp(&ahead[*b].abs()).then(b.cmp(a)));
            let Some(row) = row.filter(|row| ahead[*row].abs() > NOTHING) else {
                // What has become superfluous leaves its row to the room in it.
                if let Basic::Column(at) = basic {
                    self.place[at as usize] = NOWHERE;
                }
                continue;
            };
            self.turn(row, &ahead);
            now[row] = Some(basic);
            if let Basic::Column(at) = basic {
                self.place[at as usize] = row as u32;
            }
        }
        self.basis = now.into_iter().enumerate().map(|(row, basic)| basic.unwrap_or(Basic::Room(row as u32))).collect();
        for (taken, line) in self.taken.iter_mut().zip(&self.inverse) {
            *taken = line.iter().zip(&self.limits).map(|(entry, limit)| entry * limit).sum::<f64>().max(0.0);
        }
        self.changes = 0;
        self.price();
    }
}

/// The limit of a row: next to nothing above 1, and a little else for each.
fn apart(row: usize) -> f64 {
    1.0 + 1e-8 * (1.0 + (mix(row as u64) % 1_024) as f64 / 64.0)
}
