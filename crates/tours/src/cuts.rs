//! Cuts: of any three requests, no more than one plan can serve two or more.
//!
//! Source: M. Jepsen, B. Petersen, S. Spoorendonk, D. Pisinger, "Subset-row inequalities applied to the vehicle-routing
//! problem with time windows", 2008.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    columns::Column,
    master::{Master, Shares},
};

/// Cuts of one master problem at most, so that a bit of a word stands for each.
pub(crate) const KEPT: usize = 128;
/// Cuts made at once.
const AT_ONCE: usize = 16;
/// How often three requests are used, where it is worth a cut.
const WORTH: f64 = 1.03;

/// Three requests, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cut([u32; 3]);

impl Cut {
    /// How many of the three are among some.
    pub fn among(self, requests: &[u32]) -> usize {
        self.0.iter().filter(|request| requests.contains(request)).count()
    }

    /// Whether a plan that serves these uses it.
    pub fn is_used(self, requests: &[u32]) -> bool {
        self.among(requests) >= 2
    }

    pub fn has(self, request: u32) -> bool {
        self.0.contains(&request)
    }
}

/// Adds the cuts that the shares of some columns violate most; whether there were any.
pub(crate) fn separate(columns: &[&Column], shares: &Shares, master: &mut Master) -> bool {
    let found = violated(columns, shares, master);
    for cut in &found {
        master.cut(*cut, columns);
    }
    !found.is_empty()
}

fn violated(columns: &[&Column], shares: &Shares, master: &Master) -> Vec<Cut> {
    let room = KEPT.saturating_sub(master.cuts()).min(AT_ONCE);
    let split: Vec<(&Column, f64)> = columns
        .iter()
        .zip(&shares.shares)
        .filter(|(_, share)| (0.001..0.999).contains(*share))
        .map(|(column, share)| (*column, *share))
        .collect();
    if room == 0 || split.is_empty() {
        return Vec::new();
    }
    // How much each two requests are served together.
    let mut near: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
    for (column, share) in &split {
        for a in &column.requests {
            for b in column.requests.iter().filter(|b| a != *b) {
                *near.entry(*a).or_default().entry(*b).or_insert(0.0) += share;
            }
        }
    }
    // Where fewer than two of the three pairs are served together, nothing is violated.
    let mut cuts: BTreeSet<Cut> = BTreeSet::new();
    for (middle, others) in &near {
        for a in others.keys() {
            for b in others.keys().filter(|b| a < *b) {
                let mut three = [*middle, *a, *b];
                three.sort_unstable();
                cuts.insert(Cut(three));
            }
        }
    }
    let together = |a: u32, b: u32| near.get(&a).and_then(|others| others.get(&b)).copied().unwrap_or(0.0);
    let mut ranked: Vec<(f64, Cut)> = cuts
        .into_iter()
        .filter_map(|cut| {
            let [a, b, c] = cut.0;
            let sum = together(a, b) + together(b, c) + together(a, c);
            if sum <= WORTH || master.has(cut) {
                return None;
            }
            let all: f64 =
                split.iter().filter(|(column, _)| cut.among(&column.requests) == 3).map(|(_, share)| share).sum();
            let used = sum - 2.0 * all;
            (used > WORTH).then_some((used, cut))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(room);
    ranked.into_iter().map(|(_, cut)| cut).collect()
}
