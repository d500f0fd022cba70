//! What is true without a database, clock or network: entities, ids, states, money and access rules.
//!
//! Value objects ([`Money`], [`Coordinates`], [`DatePreference`], …) carry their wire form (serde and OpenAPI schema) with
//! them, so that it is written once. Entities do too, for the event log only; the API has wire types of its own.

pub mod access;
pub mod api_key;
pub mod availability;
pub mod booking;
pub mod commitment;
pub mod consent;
pub mod desert;
pub mod event;
pub mod geo;
pub mod harvest;
pub mod id;
pub mod imported;
pub mod interest;
pub mod invitation;
pub mod library;
pub mod license;
pub mod mail;
pub mod material;
pub mod money;
pub mod network;
pub mod offer;
pub mod operation;
pub mod origin;
pub mod pledge;
pub mod policy;
pub mod pooling;
pub mod posting;
pub mod price;
pub mod principal;
pub mod privacy;
pub mod quote;
pub mod reading;
pub mod record;
pub mod recurrence;
pub mod request;
pub mod session;
pub mod showcase;
pub mod sign_in;
pub mod state;
pub mod text;
pub mod time;
pub mod topic;
pub mod tour;
pub mod tour_plan;
pub mod trainer;
pub mod trip;
pub mod user;
pub mod valid;
pub mod workshop;

pub use access::{Action, Actor, Denied, Resource, Scope, Viewer, authorize};
pub use geo::{Coordinates, Km};
pub use id::Id;
pub use money::{Currency, Money};
pub use principal::{Caller, Principal};
pub use record::Record;
pub use request::DatePreference;
pub use state::InvalidTransition;
pub use text::{Format, Level, Word};
pub use time::{Clock, Interval, Minutes, Timestamp, Version, Zone};
pub use valid::Valid;
