//! What the crate promises, through what it makes public, against what other programs make of the same texts.

#![expect(clippy::unwrap_used, reason = "a test that fails says so")]

mod availability;
mod reading;
mod recurrence;
