//! What each stop of a tour pays: shares that add up to the cost of the tour, to the minor unit.
//!
//! The simple ways share in proportion to something. The Shapley value asks what each stop adds to the cost of the tour, on
//! average over all orders in which the stops could have joined; where that leaves some stops better off on their own, the
//! least core is taken instead, which makes the largest complaint of any group of stops as small as can be.
//!
//! Invariant: shares add up to the cost exactly. None is above what the stop would pay alone, as long as the tour costs no more
//! than separate trips and the way of sharing was not told otherwise.
//!
//! Source: L. S. Shapley, A value for n-person games (1953); M. Maschler, B. Peleg, L. S. Shapley, Geometric properties of the
//! kernel, nucleolus, and related solution concepts (1979), for the least core; M. L. Balinski, H. P. Young, Fair
//! Representation (1982), for largest remainders.

mod core;
mod value;

pub use value::{MOST_EXACT, MOST_STOPS};

/// What a tour costs when only some of its stops are served, in minor units: bit `i` of the mask stands for stop `i`. Nothing
/// for no stops; the cost of the whole tour for all of them.
pub type Cost<'a> = dyn FnMut(u64) -> i64 + 'a;

/// How a cost is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// In proportion to weights, one for each stop: alike, by attendance, by population, by distance. Where all are nothing,
    /// alike.
    Proportional {
        /// The weights.
        weights: &'a [u64],
        /// Whether a stop may pay more than it would alone.
        may_exceed: bool,
    },
    /// By the Shapley value.
    Shapley,
}

/// How the shares were found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Solution {
    /// In proportion, as it came out.
    Proportional,
    /// In proportion, but for stops that pay what they would alone, and others that pay more for it.
    Capped,
    /// The Shapley value, which no group of stops could better on its own.
    Shapley,
    /// The Shapley value has a group of stops pay more than they would on their own; this is the least core.
    LeastCore {
        /// The most that any group pays above what it would on its own, in minor units; below nothing when all gain.
        excess: f64,
    },
    /// The Shapley value by samples, for tours with more stops than can be reckoned exactly.
    Sampled {
        /// Standard error of the share that is known least, in minor units.
        error: f64,
        /// Orders of joining that were looked at.
        samples: u32,
    },
}

/// The shares of a tour's stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// What each stop pays, minor units, in the order of the stops.
    pub amounts: Vec<i64>,
    /// What each would pay alone.
    pub alone: Vec<i64>,
    /// How they were found.
    pub solution: Solution,
}

/// There are more stops than a mask has bits for, or another number of weights than of stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tour has at most 60 stops, and a weight for each")]
pub struct NotShareable;

/// Shares the cost of a tour among its stops. `seed` is for samples alone: the same seed gives the same shares.
///
/// # Errors
/// [`NotShareable`].
pub fn shares(stops: usize, cost: &mut Cost<'_>, way: Way<'_>, seed: u64) -> Result<Shares, NotShareable> {
    if stops > MOST_STOPS {
        return Err(NotShareable);
    }
    let alone: Vec<i64> = (0..stops).map(|stop| cost(1 << stop)).collect();
    let total = if stops == 0 { 0 } else { cost(everybody(stops)) };
    let (amounts, solution) = match way {
        Way::Proportional { weights, .. } if weights.len() != stops => return Err(NotShareable),
        Way::Proportional { weights, may_exceed } => proportional(total, weights, &alone, may_exceed),
        Way::Shapley => value::shapley(stops, total, &alone, cost, seed),
    };
    Ok(Shares { amounts, alone, solution })
}

/// The mask of all stops.
fn everybody(stops: usize) -> u64 {
    (1 << stops) - 1
}

/// Who is in a mask.
fn members(mask: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |stop| mask >> stop & 1 == 1)
}

fn proportional(total: i64, weights: &[u64], alone: &[i64], may_exceed: bool) -> (Vec<i64>, Solution) {
    let even = vec![1; weights.len()];
    let weights = if weights.iter().all(|weight| *weight == 0) { &even } else { weights };
    let plain = apportion(total, weights);
    let exceeds = plain.iter().zip(alone).any(|(share, alone)| share > alone);
    if may_exceed || !exceeds || alone.iter().sum::<i64>() < total {
        return (plain, Solution::Proportional);
    }
    (capped(total, weights, alone), Solution::Capped)
}

/// Shares in proportion, of which none is above its cap: who would pay more pays the cap, and the others share what is left in
/// proportion. The caps add up to the total at least.
fn capped(total: i64, weights: &[u64], caps: &[i64]) -> Vec<i64> {
    let mut amounts = vec![0; weights.len()];
    let mut open: Vec<usize> = (0..weights.len()).collect();
    let mut left = total;
    while !open.is_empty() {
        let mut of_open: Vec<u64> = open.iter().map(|stop| weights[*stop]).collect();
        if of_open.iter().all(|weight| *weight == 0) {
            of_open.fill(1);
        }
        let tried = apportion(left, &of_open);
        let full: Vec<usize> =
            open.iter().zip(&tried).filter(|(stop, share)| **share >= caps[**stop]).map(|(stop, _)| *stop).collect();
        if full.is_empty() {
            for (stop, share) in open.iter().zip(tried) {
                amounts[*stop] = share;
            }
            break;
        }
        for stop in &full {
            amounts[*stop] = caps[*stop].min(left);
            left -= amounts[*stop];
        }
        open.retain(|stop| !full.contains(stop));
    }
    amounts
}

/// Whole shares of a total in proportion to weights that are not all nothing, by largest remainders; of equal ones the first.
pub fn apportion(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: u64| i128::from(total) * i128::from(weight);
    let whole = |weight: &u64| i64::try_from(exact(*weight).div_euclid(sum)).unwrap_or(i64::MAX);
    let mut amounts: Vec<i64> = weights.iter().map(whole).collect();
    let mut by_rest: Vec<usize> = (0..weights.len()).collect();
    by_rest.sort_by_key(|place| (std::cmp::Reverse(exact(weights[*place]).rem_euclid(sum)), *place));
    let mut missing = total - amounts.iter().sum::<i64>();
    for place in by_rest {
        if missing == 0 {
            break;
        }
        amounts[place] += 1;
        missing -= 1;
    }
    amounts
}

/// Whole shares near exact ones that add up to the total. Where the caps leave room, none is above its cap.
fn rounded(total: i64, exact: &[f64], caps: &[i64]) -> Vec<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "amounts stay far below 2^53")]
    let mut amounts: Vec<i64> = exact.iter().zip(caps).map(|(share, cap)| (share.floor() as i64).min(*cap)).collect();
    let rest = |place: usize, amount: i64| {
        #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
        let rest = exact[place] - amount as f64;
        rest
    };
    let mut missing = total - amounts.iter().sum::<i64>();
    while missing != 0 {
        let step = missing.signum();
        let has_room = |place: &usize| step < 0 || amounts[*place] < caps[*place];
        let by_rest = |a: &usize, b: &usize| {
            let (a, b) = (rest(*a, amounts[*a]), rest(*b, amounts[*b]));
            if step > 0 { b.total_cmp(&a) } else { a.total_cmp(&b) }
        };
        let all = || 0..amounts.len();
        let Some(place) = all().filter(has_room).min_by(by_rest).or_else(|| all().min_by(by_rest)) else { break };
        amounts[place] += step;
        missing -= step;
    }
    amounts
}

#[cfg(test)]
mod tests;
