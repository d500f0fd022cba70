//! Packhorse over HTTP: wire types, handlers, and the layers around them. No SQL, no business rule.

mod access;
mod addresses;
mod body;
mod call;
mod cors;
mod docs;
mod edge;
mod feeds;
mod head;
mod input;
mod keys;
mod lines;
mod parting;
mod proxies;
mod rates;
mod roads;
mod routes;
mod schema;
mod shapes;
mod tags;

pub mod cli;
pub mod config;
pub mod files;
pub mod mailer;
pub mod metrics;
pub mod openapi;
pub mod openid;
pub mod outbound;
pub mod planning;
pub mod problem;
pub mod server;
pub mod state;
pub mod telemetry;
