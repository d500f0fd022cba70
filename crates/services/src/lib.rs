//! One function for each thing an actor can do: authorize, transact, record the event.
//!
//! Every function here runs inside a job of the database threads: what it writes is kept whole or not at all, and it may
//! run again after contention, so it has no effect outside the database.

mod context;
mod error;
mod holds;
mod intake;
mod parts;

pub mod accounts;
pub mod api_keys;
pub mod availability;
pub mod bookings;
pub mod catalog;
pub mod changes;
pub mod consents;
pub mod demo;
pub mod deserts;
pub mod digests;
pub mod erasure;
pub mod events;
pub mod exports;
pub mod free_busy;
pub mod harvests;
pub mod hosting;
pub mod import;
pub mod imported;
pub mod interests;
pub mod invitations;
pub mod keys;
pub mod letters;
pub mod libraries;
pub mod mails;
pub mod matches;
pub mod materials;
pub mod memberships;
pub mod networks;
pub mod offers;
pub mod openid;
pub mod opportunities;
pub mod partnerships;
pub mod passwords;
pub mod pledges;
pub mod pool;
pub mod pooling;
pub mod postings;
pub mod quotes;
pub mod rates;
pub mod requests;
pub mod roads;
pub mod rooms;
pub mod seals;
pub mod sessions;
pub mod showcases;
pub mod sweep;
pub mod tokens;
pub mod topics;
pub mod tour_plans;
pub mod tours;
pub mod trainers;
pub mod trips;
pub mod users;
pub mod venues;
pub mod workshop_import;
pub mod workshop_sessions;
pub mod workshops;

pub use context::{Change, Context, Credential, Expected, glance};
pub use error::{Error, Fault};
