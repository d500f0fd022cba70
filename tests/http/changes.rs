//! The feed of changes.

use diesel::connection::SimpleConnection;
use packhorse_db::Conn;
use packhorse_tests::{Backend, Client, Region, World, both};
use serde_json::{Value, json};

fn add(client: &Client, network: &impl ToString, name: &str) -> String {
    let body = json!({ "network": network.to_string(), "details": { "name": name, "time_zone": "America/Chicago" } });
    client.post("/v1/libraries", &body).expect(201).id()
}

fn walk(client: &Client, mut after: Option<String>, limit: usize) -> (Vec<Value>, Option<String>) {
    let mut seen = Vec::new();
    loop {
        let cursor = after.as_ref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let page = client.get(&format!("/v1/changes?limit={limit}{cursor}")).expect(200).json();
        let items = page["items"].as_array().unwrap().clone();
        after = page["next"].as_str().map(str::to_owned);
        if items.is_empty() {
            return (seen, after);
        }
        seen.extend(items);
    }
}

/// Walks until so many changes were seen. On PostgreSQL the feed waits for every transaction on the server that began before
/// it, those of other databases too.
fn await_changes(
    client: &Client,
    mut after: Option<String>,
    limit: usize,
    count: usize,
) -> (Vec<Value>, Option<String>) {
    let began = std::time::Instant::now();
    let mut seen = Vec::new();
    loop {
        let (more, cursor) = walk(client, after, limit);
        seen.extend(more);
        if seen.len() >= count {
            return (seen, cursor);
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "only {seen:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
        after = cursor;
    }
}

both! {
    fn the_feed_shows_each_change_once_in_order_and_goes_on(world) {
        let (here, there) = (Region::new(world, "here"), Region::new(world, "there"));
        let first = add(&here.coordinator, &here.network, "One");
        add(&there.coordinator, &there.network, "Not ours");
        let (seen, cursor) = await_changes(&here.coordinator, None, 1, 3);
        let told: Vec<_> = seen.iter().map(|change| (change["subject_kind"].as_str().unwrap(), change["action"].as_str().unwrap())).collect();
        assert_eq!(told, [("network", "create"), ("user", "create"), ("library", "create")]);
        assert_eq!(seen[2]["subject"], first.as_str());
        assert_eq!(seen[2]["data"]["name"], "One");
        // Behind the last there is nothing, however often it is asked, until something changes.
        let (nothing, same) = walk(&here.coordinator, cursor.clone(), 50);
        assert_eq!((nothing.len(), &same), (0, &cursor));
        let second = add(&here.coordinator, &here.network, "Two");
        let (news, _) = await_changes(&here.coordinator, cursor, 50, 1);
        assert_eq!(news.len(), 1);
        assert_eq!(news[0]["subject"], second.as_str());
        here.coordinator.get("/v1/changes?after=nonsense").expect(400);
    }

    fn passwords_are_in_no_change(world) {
        let here = Region::new(world, "here");
        let (seen, _) = await_changes(&here.coordinator, None, 100, 2);
        assert!(!serde_json::to_string(&seen).unwrap().contains("argon2"));
    }
}

/// A transaction that began earlier may still put its change before those that others committed.
#[test]
fn postgres_shows_no_change_while_an_older_one_may_come_before_it() {
    let Some(backend) = Backend::postgres() else { return };
    let world = World::new(backend);
    let region = Region::new(&world, "nekls");
    let Conn::Pg(mut older) = world.database().url.connect().unwrap() else { unreachable!() };
    older.batch_execute("BEGIN; SELECT pg_current_xact_id()").unwrap();
    let library = add(&region.coordinator, &region.network, "Later");
    let shown = || region.coordinator.get("/v1/changes?limit=100").expect(200).text.contains(&library);
    assert!(!shown());
    older.batch_execute("COMMIT").unwrap();
    // Tests beside this one have transactions of their own on the same server.
    assert!((0..100).any(|_| shown() || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        false
    }));
}
