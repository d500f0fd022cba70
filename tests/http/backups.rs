//! Backups taken while the server serves, and restored; databases of earlier versions, brought up to date with what is in them.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use packhorse_db::DatabaseUrl;
use packhorse_tests::{Backend, Cluster, Market, Stopping, TestDatabase, World, run_program, scale};
use serde_json::json;

use crate::events;

/// Writes until told to stop. The ids, in order.
fn keep_writing(market: &Market, stop: &AtomicBool) -> Vec<String> {
    let body = |number| json!({ "network": market.network, "details": { "name": format!("Busy {number}"), "time_zone": "America/Chicago" } });
    let mut written = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        written.push(market.coordinator.post("/v1/libraries", &body(written.len())).expect(201).id());
    }
    written
}

/// Whether the program finds nothing wrong with a database, nor with the chain of its events up to this head.
fn is_found_whole(database: &TestDatabase, head: &str) -> bool {
    run_program(&["check", "--audit", "--head", head, "--database-url", &database.address()])
}

/// A backup goes into `restored`, which is empty.
fn backed_up_and_restored(backend: Backend, restored: &TestDatabase) {
    let world = World::new(backend);
    let market = Market::new(&world);
    let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
    events::seal(&world);
    let head = events::audit(&world, None).head.to_string();
    let copy = |to: &TestDatabase| match (&world.database().url, &to.url) {
        (DatabaseUrl::Sqlite(_), DatabaseUrl::Sqlite(to)) => {
            let to = to.to_str().unwrap();
            assert!(run_program(&["backup", to, "--database-url", &world.database().address()]));
        }
        (DatabaseUrl::Postgres(from), DatabaseUrl::Postgres(to)) => {
            let dump = tempfile::NamedTempFile::new().unwrap();
            let file = dump.path().to_str().unwrap();
            postgres("pg_dump", &["--format=custom", "--file", file, "--dbname", from]);
            postgres("pg_restore", &["--exit-on-error", "--no-owner", "--dbname", to, file]);
        }
        _ => unreachable!(),
    };
    // At rest the copy is the same, row for row, and in all that is not a row.
    copy(restored);
    assert!(restored.dump() == world.database().dump(), "the rows differ");
    assert_eq!(everything(restored), everything(world.database()));
    assert!(is_found_whole(restored, &head));
    // Under load it is of one instant: what was written before it is in it, and all of it holds together.
    for _ in 0..scale(1, 20) {
        let busy = TestDatabase::empty(backend);
        let stop = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            let stopping = Stopping(&stop);
            let writing = scope.spawn(|| keep_writing(&market, &stop));
            thread::sleep(Duration::from_millis(300));
            copy(&busy);
            thread::sleep(Duration::from_millis(100));
            drop(stopping);
            writing.join().unwrap()
        });
        busy.assert_sound();
        assert!(is_found_whole(&busy, &head));
        let restored = World::with(busy, &World::config());
        let client = market.coordinator.at(&restored.base);
        assert_eq!(client.get(&booking).expect(200).text, market.coordinator.get(&booking).text);
        let found: Vec<_> = written.iter().map(|id| client.get(&format!("/v1/libraries/{id}")).status == 200).collect();
        assert!(found[0], "the first was written long before");
        assert!(found.is_sorted_by(|earlier, later| earlier >= later), "no gap: {found:?}");
        // It goes on from there.
        client
            .post(
                "/v1/libraries",
                &json!({ "network": market.network, "details": { "name": "After", "time_zone": "America/Chicago" } }),
            )
            .expect(201);
    }
}

/// A database in statements, sorted: tables and rows, indexes and constraints, sequences and extensions.
fn everything(database: &TestDatabase) -> Vec<String> {
    let DatabaseUrl::Postgres(url) = &database.url else { return database.schema() };
    let told = postgres("pg_dump", &["--no-owner", "--dbname", url]);
    // Each dump has a random word of its own, against statements that are smuggled in.
    let mut lines: Vec<_> = told
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .map(str::to_owned)
        .collect();
    lines.sort_unstable();
    lines
}

/// Runs a program of PostgreSQL's. What it says.
fn postgres(program: &str, arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/setup/postgres.sh");
    let folder = Command::new(script).arg("programs").output().unwrap();
    let folder = String::from_utf8(folder.stdout).unwrap();
    let output = Command::new(format!("{}/{program}", folder.trim())).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn sqlite_is_backed_up_while_it_serves_and_restored_whole() {
    backed_up_and_restored(Backend::Sqlite, &TestDatabase::empty(Backend::Sqlite));
}

#[test]
fn postgres_is_backed_up_while_it_serves_and_restored_whole_by_a_new_server() {
    if let (Some(backend), Some(cluster)) = (Backend::postgres(), Cluster::start()) {
        backed_up_and_restored(backend, &cluster.database());
    }
}
