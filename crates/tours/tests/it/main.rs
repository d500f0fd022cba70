//! What the crate promises, through what it makes public.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "small numbers"
)]

#[path = "../../examples/instance/format.rs"]
mod format;

mod compose;
mod faults;
mod house;
mod judge;
mod optimum;
mod replay;
mod roads;
mod world;
