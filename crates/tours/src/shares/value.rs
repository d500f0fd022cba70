//! The Shapley value of a game of costs: exactly, or by samples.

use std::collections::HashMap;

use super::{Cost, Solution, core, everybody, members, rounded};

/// Most stops whose Shapley value is reckoned exactly: over all 4,096 groups of them.
pub const MOST_EXACT: usize = 12;
/// Most stops of a tour.
pub const MOST_STOPS: usize = 60;
/// Orders of joining that are looked at beyond that, each with its reverse.
const SAMPLES: u32 = 600;

pub(super) fn shapley(stops: usize, total: i64, alone: &[i64], cost: &mut Cost<'_>, seed: u64) -> (Vec<i64>, Solution) {
    if stops == 0 {
        return (Vec::new(), Solution::Shapley);
    }
    if stops > MOST_EXACT {
        let (exact, error) = sampled(stops, total, alone, cost, seed);
        return (rounded(total, &exact, alone), Solution::Sampled { error, samples: SAMPLES * 2 });
    }
    let costs: Vec<i64> = (0..=everybody(stops)).map(|mask| if mask == 0 { 0 } else { cost(mask) }).collect();
    let exact = value(stops, &costs);
    if core::excess(&exact, &costs) <= core::TOLERANCE {
        return (rounded(total, &exact, alone), Solution::Shapley);
    }
    let (least, excess) = core::least(&exact, &costs);
    (rounded(total, &least, alone), Solution::LeastCore { excess })
}

/// The mean of what each stop adds, over all orders of joining.
#[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
fn value(stops: usize, costs: &[i64]) -> Vec<f64> {
    // A group of k comes before a stop in k! (n - k - 1)! of the n! orders.
    let mut weights = vec![1.0 / stops as f64; stops];
    for size in 1..stops {
        weights[size] = weights[size - 1] * size as f64 / (stops - size) as f64;
    }
    let mut shares = vec![0.0; stops];
    for (before, cost) in (0u64..).zip(costs) {
        for stop in members(everybody(stops) & !before) {
            let with = usize::try_from(before | 1 << stop).unwrap_or(0);
            shares[stop] += weights[before.count_ones() as usize] * (costs[with] - cost) as f64;
        }
    }
    shares
}

/// The same over some orders, each with its reverse, and the largest standard error.
#[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
fn sampled(stops: usize, total: i64, alone: &[i64], cost: &mut Cost<'_>, seed: u64) -> (Vec<f64>, f64) {
    let mut known: HashMap<u64, i64> = HashMap::from([(0, 0), (everybody(stops), total)]);
    known.extend((0..stops).map(|stop| (1 << stop, alone[stop])));
    let mut added = |order: &[usize]| {
        let (mut mask, mut before, mut adds) = (0u64, 0, vec![0.0; stops]);
        for stop in order {
            mask |= 1 << stop;
            let with = *known.entry(mask).or_insert_with(|| cost(mask));
            adds[*stop] = (with - before) as f64;
            before = with;
        }
        adds
    };
    let (mut sums, mut squares, mut state) = (vec![0.0; stops], vec![0.0; stops], seed);
    for _ in 0..SAMPLES {
        let mut order: Vec<usize> = (0..stops).collect();
        for last in (1..stops).rev() {
            order.swap(last, dice(&mut state, last + 1));
        }
        let there = added(&order);
        order.reverse();
        for (stop, (one, other)) in there.into_iter().zip(added(&order)).enumerate() {
            let mean = f64::midpoint(one, other);
            sums[stop] += mean;
            squares[stop] += mean * mean;
        }
    }
    let samples = f64::from(SAMPLES);
    let variance = |(sum, square): (&f64, &f64)| (square - sum * sum / samples).max(0.0) / (samples - 1.0) / samples;
    let error = sums.iter().zip(&squares).map(variance).fold(0.0, f64::max).sqrt();
    (sums.iter().map(|sum| sum / samples).collect(), error)
}

/// Numbers that look random and are the same for a seed.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators (2014), `SplitMix64`.
fn dice(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    usize::try_from(mixed % below as u64).unwrap_or(0)
}
