//! The server under attack and among failures. Each test has a longer form, which `tests/attack` runs.

mod clients;
mod clock;
mod database;
mod disk;
mod restart;
mod rounds;
mod secrets;

use std::time::{Duration, Instant};

use packhorse_tests::{Client, Region, Reply};
use serde_json::json;

/// Posts a library, with its name as the key of the request; nothing when no answer came.
fn post(client: &Client, network: &str, name: &str) -> Option<Reply> {
    let body = json!({ "network": network, "details": { "name": name, "time_zone": "America/Chicago" } }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", name)];
    client.try_send("POST", "/v1/libraries", &headers, Some(body.as_bytes()))
}

/// Posts a library of a region.
fn add(region: &Region, name: &str) -> Reply {
    post(&region.coordinator, &region.network.to_string(), name).unwrap()
}

/// The first network that somebody sees.
fn network(client: &Client) -> String {
    client.get("/v1/networks").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// How long something takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    (work(), began.elapsed())
}

/// The time that so many of a hundred did not exceed.
fn percentile(times: &mut [Duration], of: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * of / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}
