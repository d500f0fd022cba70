//! The only place with SQL: connections, schema, queries. It decides nothing.
//!
//! One query serves both databases wherever SQL allows; what differs lives in `dialect.rs`.
//! A column stands where a query, an order or a constraint needs it; the rest of an entity is one JSON document.

mod backup;
mod connection;
mod database;
mod dialect;
mod entity;
mod error;
mod jobs;
mod migrations;
mod page;
mod schema;
mod scope;
mod server;
mod types;

pub mod accounts;
pub mod api_keys;
pub mod availability;
pub mod bookings;
pub mod busy_times;
pub mod commitments;
pub mod consents;
pub mod deserts;
pub mod digests;
pub mod editions;
pub mod events;
pub mod harvests;
pub mod hosting;
pub mod idempotency;
pub mod imported;
pub mod interests;
pub mod invitations;
pub mod keys;
pub mod libraries;
pub mod mails;
pub mod material_files;
pub mod materials;
pub mod networks;
pub mod offers;
pub mod partnerships;
pub mod persons;
pub mod pledges;
pub mod posting_replies;
pub mod postings;
pub mod quotes;
pub mod rates;
pub mod redaction;
pub mod requests;
pub mod rooms;
pub mod seals;
pub mod sessions;
pub mod showcases;
pub mod topics;
pub mod tour_plans;
pub mod tours;
pub mod trainers;
pub mod trips;
pub mod users;
pub mod venues;
pub mod workshop_sessions;
pub mod workshops;

pub use backup::{BackupError, backup};
pub use connection::{Backend, Conn, DatabaseUrl, InvalidUrl};
pub use database::{Database, Options};
pub use dialect::{Lock, lock, lock_seals, lock_signing_keys, write_alone};
pub use error::{DbError, Found, FromDb};
pub use migrations::{down, down_all, pending, run as migrate};
pub use page::{Cursor, InvalidCursor, Order, Page};
pub use server::{Server, server};
