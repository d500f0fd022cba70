//! What the crate promises, through what it makes public.

#![expect(clippy::unwrap_used, reason = "a test that fails says so")]

mod index;
mod money;
mod order;
mod relaxation;
mod rules;
mod search;
mod travel;
mod trips;
mod world;
