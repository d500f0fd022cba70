//! Tours: many libraries, few trainers, the shortest good road.
//!
//! [`solve`] takes a [`Problem`] and answers with a [`Plan`]. Nothing here reads a database, a clock or the network.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts, indexes and sums are within the limits of `problem`, far below those of the integers used"
)]

pub mod compose;
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
