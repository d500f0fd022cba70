//! The master problem as a linear program: which of the columns, in what shares, and what each request and run is worth.
//!
//! It is solved by its dual: the least sum of prices of requests and runs such that no column brings more than what it uses
//! costs. Source: P. J. Goulart, Y. Chen, "Clarabel: An interior-point solver for conic programs with quadratic objectives",
//! 2024.

use std::sync::Arc;

use clarabel::{
    algebra::CscMatrix,
    solver::{DefaultInfo, DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus},
};

use crate::{budget::Pulse, columns::Column, pricing::PARTS};

/// What the requests and runs are worth, in parts.
#[derive(Debug, Clone)]
pub(crate) struct Prices {
    pub requests: Vec<i64>,
    pub runs: Vec<i64>,
}

/// A solved master problem.
#[derive(Debug)]
pub(crate) struct Shares {
    pub prices: Prices,
    /// How much of each column is taken, from 0 to 1.
    pub shares: Vec<f64>,
}

/// Solves the master problem for some columns. Nothing if it is cancelled.
pub(crate) fn solve(
    columns: &[&Column],
    (requests, runs): (usize, usize),
    precision: f64,
    pulse: &Arc<Pulse>,
) -> Option<Shares> {
    if columns.is_empty() {
        let prices = Prices { requests: vec![0; requests], runs: vec![0; runs] };
        return Some(Shares { prices, shares: Vec::new() });
    }
    // A row for each request and run that a column uses.
    let mut row_of = vec![usize::MAX; requests + runs];
    let mut uses: Vec<Vec<usize>> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let run = requests + column.run as usize;
        for used in column.requests.iter().map(|request| *request as usize).chain([run]) {
            if row_of[used] == usize::MAX {
                row_of[used] = uses.len();
                uses.push(Vec::new());
            }
            uses[row_of[used]].push(at);
        }
    }
    let scale = columns.iter().map(|column| column.value).max().unwrap_or(1).max(1) as f64;
    let rows = uses.len();
    let mut starts = vec![0];
    let mut indexes = Vec::new();
    for (row, users) in uses.iter().enumerate() {
        indexes.extend(users);
        indexes.push(columns.len() + row);
        starts.push(indexes.len());
    }
    let matrix = CscMatrix::new(columns.len() + rows, rows, starts, indexes.clone(), vec![-1.0; indexes.len()]);
    let least: Vec<f64> =
        columns.iter().map(|column| -(column.value as f64) / scale).chain(std::iter::repeat_n(0.0, rows)).collect();
    let settings = DefaultSettings {
        verbose: false,
        max_threads: 1,
        tol_gap_abs: precision,
        tol_gap_rel: precision,
        tol_feas: precision.max(1e-8),
        ..DefaultSettings::default()
    };
    let cones = [NonnegativeConeT(columns.len() + rows)];
    let mut solver =
        DefaultSolver::new(&CscMatrix::zeros((rows, rows)), &vec![1.0; rows], &matrix, &least, &cones, settings)
            .ok()?;
    let pulse = Arc::clone(pulse);
    solver.set_termination_callback(move |_: &DefaultInfo<f64>| !pulse.beat());
    solver.solve();
    let solution = &solver.solution;
    let done = matches!(
        solution.status,
        SolverStatus::Solved
            | SolverStatus::AlmostSolved
            | SolverStatus::InsufficientProgress
            | SolverStatus::MaxIterations
    );
    if !done {
        return None;
    }
    let price = |used: usize| {
        let row = row_of[used];
        if row == usize::MAX { 0 } else { ((solution.x[row] * scale * PARTS as f64).round() as i64).max(0) }
    };
    Some(Shares {
        prices: Prices {
            requests: (0..requests).map(price).collect(),
            runs: (requests..requests + runs).map(price).collect(),
        },
        shares: solution.z[..columns.len()].to_vec(),
    })
}
