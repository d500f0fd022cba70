//! Load, end to end: `cargo bench -p packhorse-tests --bench load`. Prints ratios to a floor measured in the same run; machines
//! are noisy, so nothing here asserts on time. With `-- network`, `-- nation`, `-- tours` or `-- catalog`, only that part.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

mod catalog;
mod floor;
mod http;
mod national;
mod pool;
mod tours;

use std::{sync::Arc, time::Duration};

use http::{Figures, run};
use packhorse_db::DatabaseUrl;
use packhorse_tests::{Backend, Region, World};
use serde_json::json;
use tokio::runtime::Runtime;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LENGTH: Duration = Duration::from_secs(5);

/// Times that a figure and its floor are measured; the one in the middle counts.
const ROUNDS: usize = 3;

fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

fn post(path: &str, token: &str, key: usize, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nidempotency-key: load-{key}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn tell(name: &str, figures: &Figures) {
    println!(
        "{name:<40} {:>8.0}/s   p50 {:>6.2} ms   p99 {:>6.2} ms   failed {}",
        figures.per_second,
        figures.quantile(0.5).as_secs_f64() * 1e3,
        figures.quantile(0.99).as_secs_f64() * 1e3,
        figures.failed
    );
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0) / 1024
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name| part.as_deref().is_none_or(|part| part == name);
    for backend in [Some(Backend::Sqlite), Backend::postgres()].into_iter().flatten().filter(|_| wanted("network")) {
        println!("\n{backend:?}, load generator on the same cores, {} s each", LENGTH.as_secs());
        measure(&runtime, backend);
    }
    if wanted("nation") {
        println!("\nSqlite, every outlet of the United States");
        measure_national(&runtime);
    }
    if wanted("tours") {
        println!("\nSqlite, whole problems of tours");
        tours::measure();
    }
    for backend in [Some(Backend::Sqlite), Backend::postgres()].into_iter().flatten().filter(|_| wanted("catalog")) {
        println!("\n{backend:?}, the public catalog");
        catalog::measure(&runtime, backend);
    }
    println!("\nresident at the end, servers and load generator together: {} MiB", resident_mib());
}

fn measure(runtime: &Runtime, backend: Backend) {
    let world = World::new(backend);
    let region = Region::new(&world, "load");
    let token: Arc<str> = region.coordinator.token().unwrap().into();
    let address = world.base.strip_prefix("http://").unwrap().to_owned();
    let ids: Arc<[String]> = pool::libraries(&world, region.network, 1000).into();
    let load = |name: &str, address: &str, clients, status, request: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>| {
        let figures = runtime.block_on(run(address, clients, LENGTH, status, move |number| request(number)));
        tell(name, &figures);
        figures.per_second
    };
    let details = |prefix: &'static str| -> Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync> {
        let (ids, token) = (ids.clone(), token.clone());
        Arc::new(move |number| get(&format!("{prefix}/libraries/{}", ids[number % ids.len()]), &token))
    };
    let lists = |prefix: &'static str| -> Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync> {
        let token = token.clone();
        Arc::new(move |_| get(&format!("{prefix}/libraries"), &token))
    };
    if let DatabaseUrl::Sqlite(file) = &world.database().url {
        let floor = floor::serve(world.app.clone(), file.display().to_string());
        // One after the other, so that whatever else the machine does falls on both.
        let ratio = |name: &str, path: &dyn Fn(&'static str) -> Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>| {
            let mut ratios = [(); ROUNDS].map(|()| {
                let ours = load(&format!("{name}, 64 clients"), &address, 64, 200, path("/v1"));
                ours / load("    floor: the same rows, bare", &floor, 64, 200, path(""))
            });
            ratios.sort_by(f64::total_cmp);
            println!(
                "    ratio to the floor: {:.2}, from {:.2} to {:.2}",
                ratios[ROUNDS / 2],
                ratios[0],
                ratios[ROUNDS - 1]
            );
        };
        ratio("detail by id", &details);
        ratio("list of 50", &lists);
    } else {
        load("detail by id, 64 clients", &address, 64, 200, details("/v1"));
        load("list of 50, 64 clients", &address, 64, 200, lists("/v1"));
    }
    let (network, key) = (region.network.to_string(), token.clone());
    let posts: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync> = Arc::new(move |number| {
        let details = json!({ "name": format!("Library {number}"), "time_zone": "America/Chicago" });
        post("/v1/libraries", &key, number, &json!({ "network": network, "details": details }).to_string())
    });
    load("durable posts with a key, 64 clients", &address, 64, 201, posts);
    let (request, _) = pool::matching(&world, region.network, 100);
    let matches: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync> =
        Arc::new(move |_| get(&format!("/v1/requests/{request}/matches"), &token));
    load("matches among 100 trainers, 8 clients", &address, 8, 200, matches);
}

/// Trainers of a national pool.
const NATIONAL: usize = 5000;

fn measure_national(runtime: &Runtime) {
    let world = World::new(Backend::Sqlite);
    let region = Region::new(&world, "nation");
    let homes = national::outlets(&world);
    let (request, topic) = pool::matching(&world, region.network, 0);
    national::trainers_of(&world, region.network, request, topic, &homes, NATIONAL);
    let before = resident_mib();
    let (client, path) = (&region.coordinator, format!("/v1/requests/{request}/matches"));
    let first = client.get(&path).expect(200).json();
    println!("server with the index: {} MiB more than before", resident_mib().saturating_sub(before));
    national::rebuild(&world);
    let address: Arc<str> = world.base.strip_prefix("http://").unwrap().into();
    let token: Arc<str> = client.token().unwrap().into();
    for (name, query) in
        [("matches among 5,000, 8 clients", ""), ("all 5,000 explained, 8 clients", "?explain=true&relax=0")]
    {
        let (token, path) = (token.clone(), format!("{path}{query}"));
        let figures = runtime.block_on(run(&address, 8, LENGTH, 200, move |_| get(&path, &token)));
        tell(name, &figures);
    }
    // A change, and the list that must know it.
    let best = first["items"][0]["trainer"].as_str().unwrap();
    let trainer = format!("/v1/trainers/{best}");
    let etag = client.get(&trainer).etag();
    let began = std::time::Instant::now();
    client.patch(&trainer, &etag, &json!({ "active": false })).expect(200);
    let after = client.get(&path).expect(200).json();
    assert!(after["items"].as_array().unwrap().iter().all(|each| each["trainer"] != best));
    println!("a change and the list that shows it, one after the other: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
}
