//! Tours: many libraries, few trainers, the shortest good road.
//!
//! [`solve`] takes a [`Problem`] and answers with a [`Plan`]: who gives which workshop when, by which roads and nights, at what
//! cost, and how much better any plan could be at most. [`compose`] prices a plan made by hand, [`TourPrices`] the parts of a
//! tour. Nothing here reads a database, a clock or the network; time and the wish to stop come in by a [`Watch`].
//!
//! The problem falls apart into **runs**: the consecutive working days of one trainer, who is at home (or at a base) before
//! and after. What a run costs depends only on its own stops, so the whole is a choice of one plan for each run such that
//! nobody is served twice.
//!
//! 1. Large neighborhood search (`alns`) has a good plan at once. A run is priced by a program over its days (`road`), in
//!    which a drive may be cut by nights anywhere along the road.
//! 2. Column generation (`generation`) solves the linear program over all plans of all runs: `master` tells what requests
//!    and runs are worth, `pricing` finds the plans of a run that bring more than they use. Prices and the best of each run
//!    add up to the proven bound, in whole numbers.
//!    Where that program is too large, prices are found step by step (`descent`).
//! 3. A dive (`dive`) makes a plan of the linear program; then part after part of the plan is solved for itself, and proven
//!    (`neighborhood`, `branch`): the program is tightened by cuts (`cuts`) until all plans that could be part of anything
//!    better can be listed. Small problems are solved as one part, and the search ends when nothing better is left.
//! 4. Nights are moved to places where one may sleep (`lodging`); what cannot be kept so goes elsewhere or is left out, with
//!    its reasons and the smallest change that would serve it (`unserved`).
//!
//! Limits of a trainer over the whole horizon, and fairness, are kept by every step that changes a plan; the bound does not
//! count them. With a budget of iterations, no decision reads the clock and pricing in parallel keeps its order, so that a
//! seed replays.
//!
//! Sources: D. Pisinger, S. Ropke, "A general heuristic for vehicle routing problems", 2007; G. Desaulniers, J. Desrosiers, M.
//! Solomon (eds.), "Column Generation", 2005; further ones at the modules.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts, indexes and sums are within the limits of `problem`, far below those of the integers used"
)]

pub mod plan;
pub mod problem;
pub mod shares;
pub mod travel;

mod alns;
mod answer;
mod branch;
mod budget;
mod chance;
mod columns;
mod compose;
mod cuts;
mod descent;
mod dive;
mod engine;
mod faults;
mod generation;
mod insert;
mod itinerary;
mod lodging;
mod master;
mod model;
mod neighborhood;
mod packing;
mod pricing;
mod pricing_days;
mod remove;
mod road;
mod solution;
mod solve;
mod unserved;

pub use budget::{Budget, Effort, Progress, Watch};
pub use compose::{Clash, Stop, TourPrices, compose};
pub use faults::{Fault, Of, faults};
pub use plan::Plan;
pub use problem::Problem;
pub use solve::solve;
