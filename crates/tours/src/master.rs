//! The master problem as a linear program: which of the columns, in what shares, and what each request and run is worth.
//!
//! A small one is kept, and goes on from where it stood ([`Packing`]). A large one is solved anew by its dual: the least sum
//! of prices of requests and runs such that no column brings more than what it uses costs. Source: P. J. Goulart, Y. Chen,
//! "Clarabel: An interior-point solver for conic programs with quadratic objectives", 2024.

use std::sync::Arc;

use clarabel::{
    algebra::CscMatrix,
    solver::{DefaultInfo, DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus},
};

use crate::{
    budget::Pulse, columns::Column, cuts::Cut, generation::Scope, model::Model, packing::Packing, pricing::PARTS,
};

/// What the requests and runs are worth, in parts.
#[derive(Debug, Clone)]
pub(crate) struct Prices {
    pub requests: Vec<i64>,
    pub runs: Vec<i64>,
    /// Cuts that are worth something.
    pub cuts: Vec<(Cut, i64)>,
}

/// A solved master problem.
#[derive(Debug)]
pub(crate) struct Shares {
    pub prices: Prices,
    /// How much of each column is taken, from 0 to 1.
    pub shares: Vec<f64>,
}

/// Rows up to which a master problem is a small one.
const SMALL: usize = 300;
/// Rows up to which one is ever kept.
const MOST: usize = 1_500;
/// Of what is not in the scope.
const NO_ROW: usize = usize::MAX;

/// The master problem of a scope, whose columns and cuts grow.
pub(crate) struct Master {
    /// Rows of requests, then of runs.
    row_of: Vec<usize>,
    requests: usize,
    scale: f64,
    small: Option<Packing>,
    /// With the row of each.
    cuts: Vec<(Cut, usize)>,
}

impl Master {
    pub fn new(model: &Model, scope: &Scope) -> Self {
        let mut own = Self::kept(model, scope);
        if own.row_of.iter().filter(|row| **row != NO_ROW).count() > SMALL {
            own.small = None;
        }
        own
    }

    /// One that is kept, however large.
    pub fn kept(model: &Model, scope: &Scope) -> Self {
        let requests = model.of_request.len();
        let mut row_of = vec![NO_ROW; requests + model.runs.len()];
        let open = (0..requests).filter(|request| scope.open[*request]);
        let busy = scope.runs.iter().filter(|run| !model.of_run[**run as usize].is_empty());
        let mut rows = 0;
        for used in open.chain(busy.map(|run| requests + *run as usize)) {
            row_of[used] = rows;
            rows += 1;
        }
        let worth = model.slots.iter().map(|slot| slot.worth).max().unwrap_or(0).max(1);
        let small = (rows <= MOST).then(|| Packing::new(rows));
        Self { row_of, requests, scale: 16.0 * worth as f64, small, cuts: Vec::new() }
    }

    /// Solves it for some columns, the first of which it may know. Nothing if it is cancelled.
    pub fn solve(&mut self, columns: &[&Column], precision: f64, pulse: &Arc<Pulse>) -> Option<Shares> {
        let runs = self.row_of.len() - self.requests;
        if self.small.is_none() {
            return solve(columns, (self.requests, runs), precision, pulse);
        }
        self.learn(columns);
        self.go_on(pulse)
    }

    /// Solves it for the columns it knows. Nothing if it is cancelled.
    pub fn go_on(&mut self, pulse: &Pulse) -> Option<Shares> {
        self.small.as_mut()?.solve(pulse).then(|| self.shares())?
    }

    /// Takes in the columns it does not know.
    pub fn learn(&mut self, columns: &[&Column]) {
        let Some(small) = &mut self.small else { return };
        for column in &columns[small.columns()..] {
            let requests = column.requests.iter().map(|request| self.row_of[*request as usize]);
            let cuts = self.cuts.iter().filter(|(cut, _)| cut.is_used(&column.requests)).map(|(_, row)| *row);
            let run = self.row_of[self.requests + column.run as usize];
            small.add(column.value as f64 / self.scale, requests.chain([run]).chain(cuts));
        }
    }

    /// Microseconds of work since it was asked last, about.
    pub fn effort(&mut self, columns: usize) -> u64 {
        self.small.as_mut().map_or(25 * columns as u64, |small| std::mem::take(&mut small.spent) / 1_000)
    }

    /// Whether cuts can be added.
    pub fn is_small(&self) -> bool {
        self.small.is_some()
    }

    /// Adds a cut to a master problem of these columns.
    pub fn cut(&mut self, cut: Cut, columns: &[&Column]) {
        let Some(small) = &mut self.small else { return };
        let users: Vec<usize> = (0..columns.len()).filter(|at| cut.is_used(&columns[*at].requests)).collect();
        self.cuts.push((cut, small.cut(&users)));
    }

    pub fn has(&self, cut: Cut) -> bool {
        self.cuts.iter().any(|(known, _)| *known == cut)
    }

    pub fn cuts(&self) -> usize {
        self.cuts.len()
    }

    fn shares(&self) -> Option<Shares> {
        let small = self.small.as_ref()?;
        let price = |used: usize| if self.row_of[used] == NO_ROW { 0 } else { self.price_of(small, self.row_of[used]) };
        let cuts =
            self.cuts.iter().map(|(cut, row)| (*cut, self.price_of(small, *row))).filter(|(_, price)| *price > 0);
        Some(Shares {
            prices: Prices {
                requests: (0..self.requests).map(price).collect(),
                runs: (self.requests..self.row_of.len()).map(price).collect(),
                cuts: cuts.collect(),
            },
            shares: (0..small.columns()).map(|at| small.share(at)).collect(),
        })
    }

    fn price_of(&self, small: &Packing, row: usize) -> i64 {
        (small.worth_of(row) * self.scale * PARTS as f64).round() as i64
    }

    /// What each row is worth, in parts.
    pub fn rows(&self) -> Vec<i64> {
        self.small.iter().flat_map(|small| (0..small.count()).map(|row| self.price_of(small, row))).collect()
    }

    /// The rows a column uses.
    pub fn used(&self, column: usize) -> &[u32] {
        self.small.as_ref().map_or(&[], |small| small.rows(column))
    }

    /// Only some of its columns may be taken.
    pub fn allow(&mut self, open: &[usize]) {
        let Some(small) = &mut self.small else { return };
        let mut next = open.iter().copied().peekable();
        for at in 0..small.columns() {
            let open = next.next_if_eq(&at).is_some();
            small.forbid(at, !open);
        }
    }

    /// Leaves out columns that are not to be kept, but for those in use; answers which are kept.
    pub fn retain(&mut self, columns: usize, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        match &mut self.small {
            Some(small) => small.retain(keep),
            None => (0..columns).filter(|at| keep(*at)).collect(),
        }
    }
}

/// Solves the master problem for some columns. Nothing if it is cancelled.
fn solve(columns: &[&Column], (requests, runs): (usize, usize), precision: f64, pulse: &Arc<Pulse>) -> Option<Shares> {
    if columns.is_empty() {
        let prices = Prices { requests: vec![0; requests], runs: vec![0; runs], cuts: Vec::new() };
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
            cuts: Vec::new(),
        },
        shares: solution.z[..columns.len()].to_vec(),
    })
}
