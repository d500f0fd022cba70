//! Packhorse over HTTP: wire types, handlers, and the layers around them. No SQL, no business rule.

mod body;
mod call;
mod docs;
mod edge;
mod feeds;
mod input;
mod lines;
mod parting;
mod roads;
mod routes;
mod schema;
mod shapes;

pub mod cli;
pub mod config;
pub mod metrics;
pub mod openapi;
pub mod outbound;
pub mod problem;
pub mod server;
pub mod state;
pub mod telemetry;
