//! API keys: made, used, replaced, revoked.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use packhorse_tests::{Client, Market, Region, World, both};
use serde_json::{Value, json};

/// A key of a network, as its coordinator gets it, and a client that has it.
fn key(region: &Region, world: &World, scopes: &Value) -> (Value, Client) {
    let body = json!({ "network": region.network, "details": { "name": "Web site", "scopes": scopes } });
    let made = region.coordinator.post("/v1/api-keys", &body).expect(201).json();
    let client = world.client().with_token(made["secret"].as_str().unwrap());
    (made, client)
}

fn path(key: &Value) -> String {
    format!("/v1/api-keys/{}", key["id"].as_str().unwrap())
}

both! {
    fn a_key_reads_what_its_scopes_cover_and_nothing_else(world) {
        let (here, there) = (Region::new(world, "here"), Region::new(world, "there"));
        let (made, program) = key(&here, world, &json!(["catalog:read", "networks:read"]));
        assert!(made["secret"].as_str().unwrap().starts_with("ph_live_"));
        assert_eq!(program.get(&format!("/v1/networks/{}", here.network)).status, 200);
        program.get(&format!("/v1/networks/{}", there.network)).expect(404);
        let seen = program.get("/v1/networks").expect(200).json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
        let refused = program.get("/v1/libraries").expect(403).json();
        assert_eq!(refused["detail"], "the API key lacks the scope libraries:read");
        let topic = json!({ "network": here.network, "details": { "name": "New", "scheme": "ours" } });
        program.post("/v1/topics", &topic).expect(403);
        for operation in ["/v1/me", "/v1/users", "/v1/api-keys"] {
            let refused = program.get(operation).expect(403).json();
            assert_eq!(refused["detail"], "this is for people who sign in, not for API keys");
        }
        program.post("/v1/sign-out", &json!({})).expect(403);
    }

    fn a_key_acts_for_its_network_and_events_name_it(world) {
        let market = Market::new(world);
        let region = Region { network: market.network, coordinator: market.coordinator.clone() };
        let scopes = json!(["catalog:write", "requests:write", "requests:read", "offers:write", "bookings:write", "bookings:read", "events:read"]);
        let (made, program) = key(&region, world, &scopes);
        let topic = json!({ "network": region.network, "details": { "name": "New", "scheme": "ours" } });
        let once = program.post_with("/v1/topics", &topic, &[("idempotency-key", "a")]).expect(201);
        let twice = program.post_with("/v1/topics", &topic, &[("idempotency-key", "a")]).expect(201);
        assert_eq!(once.text, twice.text);
        // Keys of two callers never meet.
        region.coordinator.post_with("/v1/topics", &json!({ "network": region.network, "details": { "name": "Other", "scheme": "ours" } }), &[("idempotency-key", "a")]).expect(201);
        let feed = program.get("/v1/changes?limit=100").expect(200).json();
        let event = feed["items"].as_array().unwrap().iter().find(|event| event["subject"] == once.id()).unwrap().clone();
        assert_eq!(event["actor"], made["id"]);
        let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({}));
        let moved = program.step(&booking, "reschedule", Some(&json!({ "starts_at": "2027-03-04T16:00:00Z" }))).expect(200).json();
        assert_eq!(moved["history"][0]["by"], made["id"]);
        // Shared topics are the operator's, whatever the scope.
        program.post("/v1/topics", &json!({ "network": null, "details": { "name": "New", "scheme": "ours" } })).expect(403);
    }

    fn the_secret_is_shown_once_and_kept_nowhere(world) {
        let region = Region::new(world, "here");
        let body = json!({ "network": region.network, "details": { "name": "Web site", "scopes": ["catalog:read"] } });
        let once = region.coordinator.post_with("/v1/api-keys", &body, &[("idempotency-key", "a")]).expect(201);
        let again = region.coordinator.post_with("/v1/api-keys", &body, &[("idempotency-key", "a")]).expect(201);
        let (mut first, second) = (once.json(), again.json());
        let secret = first["secret"].as_str().unwrap().to_owned();
        assert_eq!(second["secret"], Value::Null);
        first["secret"] = Value::Null;
        assert_eq!(first, second);
        let rest = secret.rsplit('_').next().unwrap();
        for shown in [
            region.coordinator.get(&path(&first)).expect(200).text,
            region.coordinator.get("/v1/api-keys").expect(200).text,
            region.coordinator.get("/v1/changes").expect(200).text,
        ] {
            assert!(shown.contains("Web site") && !shown.contains(rest), "{shown}");
        }
        let kept = |column: &str, table: &str| {
            world.database().count(&format!("SELECT COUNT(*) AS count FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{rest}%'"))
        };
        for (column, table) in [("body", "idempotency_keys"), ("after", "events"), ("hash", "api_keys"), ("details", "api_keys")] {
            assert_eq!(kept(column, table), 0, "{table}");
        }
    }

    fn what_is_no_key_of_ours_is_refused(world) {
        let region = Region::new(world, "here");
        let (made, program) = key(&region, world, &json!(["catalog:read"]));
        program.get("/v1/topics").expect(200);
        let secret = made["secret"].as_str().unwrap();
        let other = packhorse_domain::api_key::new_token(made["id"].as_str().unwrap().parse().unwrap());
        let unknown = packhorse_domain::api_key::new_token(packhorse_domain::id::ApiKeyId::nil());
        let cut = &secret[..secret.len() - 1];
        for token in [cut, &format!("{secret}0"), &secret.to_lowercase(), &other, &unknown, "ph_live_"] {
            let reply = world.client().with_token(token);
            assert_eq!(reply.get("/v1/topics").status, 401, "{token}");
        }
    }

    fn a_rotated_key_has_two_secrets_for_a_while(world) {
        let region = Region::new(world, "here");
        let (made, first) = key(&region, world, &json!(["catalog:read"]));
        let rotate = |hours: u32| region.coordinator.step(&path(&made), "rotate", Some(&json!({ "overlap_hours": hours })));
        let second = world.client().with_token(rotate(24).expect(200).json()["secret"].as_str().unwrap());
        world.clock.advance(SignedDuration::from_hours(23));
        first.get("/v1/topics").expect(200);
        second.get("/v1/topics").expect(200);
        let third = world.client().with_token(rotate(1).expect(200).json()["secret"].as_str().unwrap());
        first.get("/v1/topics").expect(401);
        second.get("/v1/topics").expect(200);
        world.clock.advance(SignedDuration::from_mins(60));
        second.get("/v1/topics").expect(401);
        third.get("/v1/topics").expect(200);
        let at_once = world.client().with_token(rotate(0).expect(200).json()["secret"].as_str().unwrap());
        third.get("/v1/topics").expect(401);
        at_once.get("/v1/topics").expect(200);
        rotate(721).expect(422);
    }

    fn a_key_ends_when_it_is_revoked_or_its_time_comes(world) {
        let region = Region::new(world, "here");
        let (made, program) = key(&region, world, &json!(["catalog:read"]));
        region.coordinator.step(&path(&made), "rotate", Some(&json!({ "overlap_hours": 5 }))).expect(200);
        program.get("/v1/topics").expect(200);
        let revoked = region.coordinator.step(&path(&made), "revoke", None).expect(200).json();
        assert!(revoked["revoked_at"].is_string());
        program.get("/v1/topics").expect(401);
        assert_eq!(region.coordinator.step(&path(&made), "revoke", None).expect(409).faults()[0].1, "revoked");
        region.coordinator.step(&path(&made), "rotate", Some(&json!({ "overlap_hours": 5 }))).expect(409);
        let until = |at: &str| json!({ "network": region.network, "details": { "name": "Short", "scopes": ["catalog:read"], "expires_at": at } });
        let past = region.coordinator.post("/v1/api-keys", &until("2027-01-05T14:00:00Z")).expect(422);
        assert_eq!(past.faults(), [("/details/expires_at".to_owned(), "past".to_owned())]);
        let made = region.coordinator.post("/v1/api-keys", &until("2027-01-05T16:00:00Z")).expect(201).json();
        let program = world.client().with_token(made["secret"].as_str().unwrap());
        program.get("/v1/topics").expect(200);
        world.clock.set("2027-01-05T16:00:00Z");
        program.get("/v1/topics").expect(401);
    }

    fn the_last_use_is_told_and_costs_a_write_a_minute(world) {
        let region = Region::new(world, "here");
        let (made, program) = key(&region, world, &json!(["catalog:read"]));
        let last_used = || region.coordinator.get(&path(&made)).expect(200).json()["last_used_at"].clone();
        assert_eq!(last_used(), Value::Null);
        let use_it_until = |changed: &dyn Fn(&Value) -> bool| {
            let began = Instant::now();
            program.get("/v1/topics").expect(200);
            while !changed(&last_used()) {
                assert!(began.elapsed() < Duration::from_secs(10), "the use was not noted");
                std::thread::sleep(Duration::from_millis(10));
            }
            last_used()
        };
        let first = use_it_until(&|at| at.is_string());
        let before = world.database().count("SELECT COUNT(*) AS count FROM events");
        world.clock.advance(SignedDuration::from_secs(50));
        program.get("/v1/topics").expect(200);
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(last_used(), first);
        world.clock.advance(SignedDuration::from_secs(20));
        use_it_until(&|at| *at != first);
        assert_eq!(world.database().count("SELECT COUNT(*) AS count FROM events"), before);
        assert_eq!(region.coordinator.get(&path(&made)).json()["version"], 1);
    }

    fn scopes_are_from_the_list_and_each_is_there_once(world) {
        let region = Region::new(world, "here");
        let with = |scopes: Value| json!({ "network": region.network, "details": { "name": "Key", "scopes": scopes } });
        for (scopes, status) in [(json!([]), 400), (json!(["users:write"]), 400), (json!(["catalog:read", "catalog:read"]), 422)] {
            let reply = region.coordinator.post("/v1/api-keys", &with(scopes.clone()));
            assert!(reply.status == status || reply.status == 422, "{scopes} {}", reply.text);
        }
        let sneaky = json!({ "network": region.network, "details": { "name": "Key", "scopes": ["catalog:read"] }, "secret": "mine" });
        region.coordinator.post("/v1/api-keys", &sneaky).expect(400);
    }
}
