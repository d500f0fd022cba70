//! Backups taken while the server serves, and restored; databases of earlier versions, brought up to date with what is in them.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use packhorse_db::DatabaseUrl;
use packhorse_tests::{Backend, Market, Stopping, TestDatabase, World, run_program, scale};
use serde_json::json;

/// Writes until told to stop. The ids, in order.
fn keep_writing(market: &Market, stop: &AtomicBool) -> Vec<String> {
    let body = |number| json!({ "network": market.network, "details": { "name": format!("Busy {number}"), "time_zone": "America/Chicago" } });
    let mut written = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        written.push(market.coordinator.post("/v1/libraries", &body(written.len())).expect(201).id());
    }
    written
}

fn backed_up_and_restored(backend: Backend) {
    let world = World::new(backend);
    let market = Market::new(&world);
    let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
    let restored = TestDatabase::empty(backend);
    let copy = |to: &TestDatabase| match (&world.database().url, &to.url) {
        (DatabaseUrl::Sqlite(_), DatabaseUrl::Sqlite(to)) => {
            let to = to.to_str().unwrap();
            assert!(run_program(&["backup", to, "--database-url", &world.database().address()]));
        }
        (DatabaseUrl::Postgres(from), DatabaseUrl::Postgres(to)) => {
            let dump = tempfile::NamedTempFile::new().unwrap();
            postgres("pg_dump", &["--format=custom", "--file"], dump.path().to_str().unwrap(), &["--dbname", from]);
            let to = ["--exit-on-error", "--no-owner", "--dbname", to];
            postgres("pg_restore", &to, dump.path().to_str().unwrap(), &[]);
        }
        _ => unreachable!(),
    };
    // At rest the copy is the same, row for row.
    copy(&restored);
    assert_eq!(restored.digest(), world.database().digest());
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

/// Runs a program of PostgreSQL's.
fn postgres(program: &str, before: &[&str], file: &str, after: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/setup/postgres.sh");
    let folder = Command::new(script).arg("programs").output().unwrap();
    let folder = String::from_utf8(folder.stdout).unwrap();
    let output =
        Command::new(format!("{}/{program}", folder.trim())).args(before).arg(file).args(after).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn sqlite_is_backed_up_while_it_serves_and_restored_whole() {
    backed_up_and_restored(Backend::Sqlite);
}

#[test]
fn postgres_is_backed_up_while_it_serves_and_restored_whole() {
    if let Some(backend) = Backend::postgres() {
        backed_up_and_restored(backend);
    }
}
