//! Every test through HTTP, a module for each resource.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod access;
mod attack;
mod availability_ics;
mod backups;
mod bookings;
mod calendars;
mod changes;
mod demo;
mod durability;
mod feeds;
mod imports;
mod libraries;
mod matches;
mod migrations;
mod offers;
mod openapi;
mod opportunities;
mod quotes;
mod races;
mod requests;
mod roads;
mod story;
#[cfg(feature = "tls")]
mod tls;
