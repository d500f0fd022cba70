//! The log of events, and the chain of hashes over it.

use diesel::connection::SimpleConnection;
use packhorse_db::Conn;
use packhorse_services::{
    seals::{self, Audit, Noted},
    tokens::fingerprint,
};
use packhorse_tests::{Backend, Client, Market, PASSWORD, Region, World, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";

pub(super) fn events(client: &Client, query: &str) -> Vec<Value> {
    client.get(&format!("/v1/events?limit=100&{query}")).expect(200).json()["items"].as_array().unwrap().clone()
}

fn actions(events: &[Value]) -> Vec<(&str, &str)> {
    events.iter().map(|event| (event["subject_kind"].as_str().unwrap(), event["action"].as_str().unwrap())).collect()
}

/// Seals everything. On PostgreSQL that waits for every transaction on the server that began before.
pub(super) fn seal(world: &World) -> i64 {
    let began = std::time::Instant::now();
    loop {
        world.seal();
        let left = world.database().count("SELECT COUNT(*) AS count FROM events")
            - world.database().count("SELECT COUNT(*) AS count FROM seals");
        if left == 0 {
            return world.database().count("SELECT COUNT(*) AS count FROM seals");
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "{left} events are not sealed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

pub(super) fn audit(world: &World, noted: Option<&Noted>) -> Audit {
    seals::audit(&mut world.database().url.connect().unwrap(), noted).unwrap()
}

pub(super) fn told(audit: &Audit) -> Vec<String> {
    audit.wrong.iter().map(ToString::to_string).collect()
}

pub(super) fn run(world: &World, sql: &str) {
    match &mut world.database().url.connect().unwrap() {
        Conn::Pg(conn) => conn.batch_execute(sql).unwrap(),
        Conn::Sqlite(conn) => conn.batch_execute(sql).unwrap(),
    }
}

both! {
    fn the_log_tells_who_did_what_and_how_it_was(world) {
        let (market, other) = (Market::new(world), Region::new(world, "other"));
        let operator = Market::operator(world);
        let draft = market.draft(&json!({}));
        let (request, path) = (draft.id(), draft.location());
        world.clock.set("2027-01-06T12:00:00Z");
        market.staff.step(&path, "submit", None).expect(200);
        let me = market.staff.get("/v1/me").json()["id"].as_str().unwrap().to_owned();
        let of_request = format!("subject_kind=request&subject={request}");
        for client in [&operator, &market.coordinator, &market.staff] {
            let found = events(client, &of_request);
            assert_eq!(actions(&found), [("request", "create"), ("request", "submit")]);
            assert_eq!((&found[0]["before"], &found[0]["actor"]), (&Value::Null, &json!(me)));
            assert_eq!(found[0]["after"]["state"], "draft");
            assert_eq!((&found[1]["before"]["state"], &found[1]["after"]["id"]), (&json!("draft"), &json!(request)));
        }
        // Another network, a trainer who was not asked, and nobody.
        for client in [&other.coordinator, &market.lee.client] {
            assert_eq!(events(client, &of_request), Vec::<Value>::new());
        }
        world.client().get("/v1/events").expect(401);
        let count = |query: &str| events(&market.coordinator, &format!("{of_request}&{query}")).len();
        assert_eq!(count("action=submit"), 1);
        assert_eq!(count(&format!("actor={me}")), 2);
        assert_eq!(count(&format!("network={}", market.network)), 2);
        assert_eq!(count(&format!("network={}", other.network)), 0);
        assert_eq!(count("until=2027-01-06T12:00:00Z"), 1);
        assert_eq!(count("from=2027-01-06T12:00:00Z"), 1);
        // Somebody who coordinates nothing reads what they did, and nothing else.
        assert!(events(&market.staff, "").iter().all(|event| event["actor"] == json!(me)));
        assert!(events(&operator, "subject_kind=network").len() > events(&other.coordinator, "subject_kind=network").len());
        for wrong in ["actor=somebody", "network=1", "from=yesterday", "subject=", "colour=red", "after=evt"] {
            operator.get(&format!("/v1/events?{wrong}")).expect(400);
        }
    }

    fn the_log_is_read_page_by_page(world) {
        let market = Market::new(world);
        let whole = events(&market.coordinator, "");
        let (mut walked, mut next) = (Vec::new(), Some(String::new()));
        while let Some(after) = next {
            let page = market.coordinator.get(&format!("/v1/events?limit=3{after}")).expect(200).json();
            walked.extend(page["items"].as_array().unwrap().clone());
            next = page["next"].as_str().map(|cursor| format!("&after={cursor}"));
        }
        assert!(whole.len() > 6);
        assert_eq!(walked, whole);
        let newest = market.coordinator.get("/v1/events?limit=1&sort=-created_at").expect(200).json();
        assert_eq!(newest["items"][0], whole[whole.len() - 1]);
    }

    fn whoever_accepts_reads_nothing_of_offers_to_others(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({ "room": null }));
        let dana = market.offer(&request, market.dana.id, TEN).expect(201);
        let lee = market.offer(&request, market.lee.id, TEN).expect(201).id();
        market.dana.client.step(&dana.location(), "accept", None).expect(200);
        let mine = market.dana.client.get("/v1/events?limit=100").expect(200);
        assert_eq!(events(&market.dana.client, &format!("subject={}&action=accept", dana.id())).len(), 1);
        assert!(!mine.text.contains(&lee), "{}", mine.text);
        assert_eq!(events(&market.coordinator, &format!("subject={lee}&action=supersede")).len(), 1);
    }

    fn secrets_are_in_no_event(world) {
        let market = Market::new(world);
        let operator = Market::operator(world);
        let calendars = format!("/v1/trainers/{}/calendars", market.dana.id);
        let address = "https://calendar.example.org/private-5f1e/basic.ics";
        market.dana.client.post(&calendars, &json!({ "name": "Work", "url": address })).expect(201);
        let key = json!({ "network": market.network, "details": { "name": "Site", "scopes": ["catalog:read"] } });
        let secret = market.coordinator.post("/v1/api-keys", &key).expect(201).json()["secret"].as_str().unwrap().to_owned();
        let guest = json!({ "email": "guest@example.org", "role": { "role": "coordinator", "network": market.network } });
        let token = market.coordinator.post("/v1/invitations", &guest).expect(201).json()["token"].as_str().unwrap().to_owned();
        let person = json!({ "email": "new@example.org", "name": "New", "password": PASSWORD, "role": guest["role"] });
        operator.post("/v1/users", &person).expect(201);
        let log = operator.get("/v1/events?limit=100").expect(200).text;
        assert!(log.contains("guest@example.org") && log.contains("new@example.org"));
        for word in ["argon2", "private-5f1e", PASSWORD, &secret, &token, &fingerprint(secret.as_bytes()), &fingerprint(token.as_bytes())] {
            assert!(!log.contains(word), "{word}");
        }
    }

    fn each_event_gets_its_place_in_the_chain(world) {
        let market = Market::new(world);
        let sealed = seal(world);
        market.draft(&json!({}));
        let all = events(&market.coordinator, "");
        let (last, before) = all.split_last().unwrap();
        assert_eq!(last["seal"], Value::Null);
        assert!(before.iter().all(|event| event["seal"]["hash"].as_str().unwrap().len() == 64));
        let audited = audit(world, None);
        assert_eq!((told(&audited), audited.head.place, audited.unsealed), (vec![], sealed, 1));
        // It goes on where it was, and the head noted then is still in it.
        assert_eq!(seal(world), sealed + 1);
        let again = audit(world, Some(&audited.head));
        assert_eq!((told(&again), again.head.place, again.unsealed), (vec![], sealed + 1, 0));
    }
}

/// Tampers with the log of a region that has some events, and tells what the audit says, besides the ids of the events by place.
fn tampered(backend: Backend, sql: impl Fn(i64) -> String) -> (World, Vec<String>, Noted, Audit) {
    let world = World::new(backend);
    let region = Region::new(&world, "nekls");
    for name in ["One", "Two", "Three", "Four", "Five"] {
        let library = json!({ "network": region.network, "details": { "name": name, "time_zone": "America/Chicago" } });
        region.coordinator.post("/v1/libraries", &library).expect(201);
    }
    let count = seal(&world);
    let clean = audit(&world, None);
    assert_eq!(told(&clean), Vec::<String>::new());
    let named = |event: Value| event["id"].as_str().unwrap().to_owned();
    let ids: Vec<_> = events(&region.coordinator, "sort=created_at").into_iter().map(named).collect();
    assert_eq!(i64::try_from(ids.len()).unwrap(), count);
    run(&world, &sql(count));
    let after = audit(&world, Some(&clean.head));
    (world, ids, clean.head, after)
}

fn at(place: i64) -> String {
    format!("(SELECT event_id FROM seals WHERE place = {place})")
}

fn tampering_is_told(backend: Backend) {
    let says = |sql: &dyn Fn(i64) -> String| {
        let (_, ids, noted, audit) = tampered(backend, sql);
        (told(&audit), ids, noted)
    };
    let third = |ids: &[String], what: &str| vec![format!("event {}, sealed at 3, was {what}", ids[2])];
    for change in [
        "after = '{\"name\": \"Another\"}'",
        "before = '{}'",
        "action = 'update'",
        "actor_id = NULL",
        "network_id = NULL",
    ] {
        let (told, ids, _) = says(&|_| format!("UPDATE events SET {change} WHERE id = {}", at(3)));
        assert_eq!(told, third(&ids, "changed or moved"), "{change}");
    }
    let (told, ids, _) = says(&|_| format!("DELETE FROM events WHERE id = {}", at(3)));
    assert_eq!(told, third(&ids, "deleted"));
    let (told, ..) = says(&|_| format!("DELETE FROM events WHERE id = {}; DELETE FROM seals WHERE place = 3", at(3)));
    assert_eq!(told, ["the seals from 3 to 3 were deleted"]);
    let columns = "network_id, subject_kind, subject_id, action, actor_id, at";
    let new = "evt_01k9z3k8m4e0r9q2v7x5y6w8ta";
    let insert =
        format!("INSERT INTO events (seq, tx, id, {columns}) SELECT 1 - seq, tx, '{new}', {columns} FROM events");
    let (told, ..) = says(&|_| format!("{insert} WHERE id = {}", at(3)));
    assert_eq!(told, [format!("event {new} was inserted")]);
    // The third and the fourth change places: in the feed, or in the chain.
    let moved = |ids: &[String]| -> Vec<String> {
        (3..=4).map(|place| format!("event {}, sealed at {place}, was changed or moved", ids[place - 1])).collect()
    };
    let swap = format!(
        "CREATE TABLE swap AS SELECT events.id, place, tx, seq FROM events JOIN seals ON event_id = events.id WHERE place IN (3, 4); \
         UPDATE events SET seq = -seq WHERE id IN ({}, {}); \
         UPDATE events SET (tx, seq) = (SELECT tx, seq FROM swap WHERE swap.id <> events.id) WHERE id IN (SELECT id FROM swap); \
         DROP TABLE swap",
        at(3),
        at(4)
    );
    let (told, ids, _) = says(&|_| swap.clone());
    assert_eq!(told, moved(&ids));
    let (told, ids, _) = says(&|_| {
        "UPDATE seals SET place = -place WHERE place IN (3, 4); UPDATE seals SET place = place + 7 WHERE place < 0"
            .to_owned()
    });
    assert_eq!(told.iter().filter(|line| line.contains("was changed or moved")).count(), told.len(), "{told:?}");
    assert!(ids[2..4].iter().all(|id| told.iter().any(|line| line.contains(id))), "{told:?}");
    // The tail is cut off: seen by the head that is kept, and when that is made to fit, by one that was noted.
    let cut = |count: i64| {
        let kept = count - 2;
        format!(
            "DELETE FROM events WHERE id IN (SELECT event_id FROM seals WHERE place > {kept}); DELETE FROM seals WHERE place > {kept}"
        )
    };
    let (told, ids, noted) = says(&cut);
    let count = ids.len();
    assert_eq!(
        told,
        [
            format!("the chain ends at {}, but its head is kept as {count}", count - 2),
            format!("the chain is not the one whose head was {noted}")
        ]
    );
    let fitted = |count: i64| {
        let kept = count - 2;
        let hash = format!("(SELECT hash FROM seals WHERE place = {kept})");
        format!("{}; UPDATE seal_head SET place = {kept}, hash = {hash}", cut(count))
    };
    let (world, _, noted, with_note) = tampered(backend, fitted);
    assert_eq!(with_note.wrong.len(), 1, "{with_note:?}");
    assert!(with_note.wrong[0].to_string().ends_with(&noted.to_string()));
    assert_eq!(audit(&world, None).wrong, [], "without a note nobody can tell");
    let (told, ..) = says(&|_| "DELETE FROM seal_head".to_owned());
    assert_eq!(told, ["the head of the chain was deleted"]);
}

#[test]
fn tampering_is_told_on_sqlite() {
    tampering_is_told(Backend::Sqlite);
}

#[test]
fn tampering_is_told_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        tampering_is_told(backend);
    }
}
