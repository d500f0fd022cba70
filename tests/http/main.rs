//! Every test through HTTP, a module for each resource.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod bookings;
mod changes;
mod demo;
mod imports;
mod libraries;
mod matches;
mod offers;
mod requests;
mod story;
