//! The core of a game of costs, and the least core where that is empty or not met.

use clarabel::{
    algebra::CscMatrix,
    solver::{
        DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus,
        SupportedConeT::{NonnegativeConeT, ZeroConeT},
    },
};

use super::members;

/// Less than this above what it would pay on its own, in minor units, is no complaint of a group.
pub(super) const TOLERANCE: f64 = 1e-6;
/// Groups that are taken into account at once.
const AT_ONCE: usize = 16;
/// How often groups with a complaint are added.
const ROUNDS: usize = 60;

/// The most that any group of some, but not all, pays above what it would on its own.
pub(super) fn excess(shares: &[f64], costs: &[i64]) -> f64 {
    complaints(shares, costs).into_iter().map(|(excess, _)| excess).fold(f64::NEG_INFINITY, f64::max)
}

/// The complaint of each group of some, but not all.
#[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
fn complaints(shares: &[f64], costs: &[i64]) -> Vec<(f64, u64)> {
    let groups = (0u64..).zip(costs).skip(1).take(costs.len().saturating_sub(2));
    groups.map(|(mask, cost)| (members(mask).map(|stop| shares[stop]).sum::<f64>() - *cost as f64, mask)).collect()
}

/// Shares for which the largest complaint of any group is as small as can be while no stop pays more than alone, and that
/// complaint. `start` is the answer should the solver give none.
pub(super) fn least(start: &[f64], costs: &[i64]) -> (Vec<f64>, f64) {
    let (mut shares, mut bound) = (start.to_vec(), f64::NEG_INFINITY);
    let mut groups: Vec<u64> = Vec::new();
    for _ in 0..ROUNDS {
        let mut worst = complaints(&shares, costs);
        worst.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let fresh: Vec<u64> = worst
            .iter()
            .take_while(|(excess, _)| *excess > bound + TOLERANCE)
            .map(|(_, mask)| *mask)
            .filter(|mask| !groups.contains(mask))
            .take(AT_ONCE)
            .collect();
        if fresh.is_empty() {
            break;
        }
        groups.extend(fresh);
        let Some((found, excess)) = solve(start.len(), &groups, costs) else { break };
        (shares, bound) = (found, excess);
    }
    let excess = excess(&shares, costs);
    (shares, excess)
}

/// Least `e` with: shares add up to the cost of all; those of a group to its cost and `e` at most; none is below nothing, or
/// above the cost alone.
#[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53")]
fn solve(stops: usize, groups: &[u64], costs: &[i64]) -> Option<(Vec<f64>, f64)> {
    let cost = |mask: u64| costs[usize::try_from(mask).unwrap_or(0)] as f64;
    let everybody = super::everybody(stops);
    // Each row: a group, the sign of its shares, the factor of `e`, and the limit.
    let alone = (0..stops).map(|stop| (1u64 << stop, 1.0, 0.0, cost(1 << stop)));
    let gains = (0..stops).map(|stop| (1u64 << stop, -1.0, 0.0, 0.0));
    let complaints = groups.iter().map(|mask| (*mask, 1.0, -1.0, cost(*mask)));
    let all = std::iter::once((everybody, 1.0, 0.0, cost(everybody)));
    let rows: Vec<(u64, f64, f64, f64)> = all.chain(alone).chain(gains).chain(complaints).collect();
    let mut columns: Vec<(Vec<usize>, Vec<f64>)> = vec![(Vec::new(), Vec::new()); stops + 1];
    for (row, (mask, sign, factor, _)) in rows.iter().enumerate() {
        let of_excess = (*factor != 0.0).then_some((stops, *factor));
        for (column, value) in members(*mask).map(|stop| (stop, *sign)).chain(of_excess) {
            columns[column].0.push(row);
            columns[column].1.push(value);
        }
    }
    let mut starts = vec![0];
    starts.extend(columns.iter().scan(0, |sum, column| {
        *sum += column.0.len();
        Some(*sum)
    }));
    let (places, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let matrix = CscMatrix::new(rows.len(), stops + 1, starts, places.concat(), values.concat());
    let limits: Vec<f64> = rows.iter().map(|(_, _, _, limit)| *limit).collect();
    let mut objective = vec![0.0; stops + 1];
    objective[stops] = 1.0;
    let cones = [ZeroConeT(1), NonnegativeConeT(rows.len() - 1)];
    let settings = DefaultSettingsBuilder::default().verbose(false).build().ok()?;
    let nothing = CscMatrix::zeros((stops + 1, stops + 1));
    let mut program = DefaultSolver::new(&nothing, &objective, &matrix, &limits, &cones, settings).ok()?;
    program.solve();
    let solved = matches!(program.solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved);
    let mut found = program.solution.x.clone();
    let excess = found.pop().filter(|_| solved)?;
    Some((found, excess))
}
