//! Every test through HTTP, a module for each resource.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod access;
mod accounts;
mod api_keys;
mod attack;
mod availability_ics;
mod backups;
mod bookings;
mod calendars;
mod catalog;
mod changes;
mod demo;
mod durability;
mod edge;
mod editions;
mod events;
mod exchange;
mod feeds;
mod forged;
mod imports;
mod informal;
mod invitations;
mod keys;
mod libraries;
mod matches;
mod material_files;
mod migrations;
mod offers;
mod openapi;
mod openid;
mod opportunities;
mod partnerships;
mod postings;
mod privacy;
mod quotes;
mod races;
mod rates;
mod requests;
mod roads;
mod showcases;
mod sign_ins;
mod states;
mod story;
#[cfg(feature = "tls")]
mod tls;
mod workshop_sessions;
