//! How many requests a caller may send.

use std::cell::Cell;

use jiff::SignedDuration;
use packhorse::config::{Config, LimitConfig};
use packhorse_tests::{Client, PASSWORD, Region, Reply, World, both};
use serde_json::json;

fn config(requests: u32, sign_ins: u32) -> Config {
    let config = World::config();
    let limits = LimitConfig { requests_per_minute: requests, sign_ins_per_minute: sign_ins, ..config.limits };
    Config { limits, ..config }
}

/// One more server on the database of a world.
fn limited(world: &World, requests: u32, sign_ins: u32) -> World {
    World::with(world.database().again(), &config(requests, sign_ins))
}

/// `r` and `t` of `RateLimit`.
fn standing(reply: &Reply) -> (u32, u32) {
    let text = reply.header("ratelimit").unwrap_or_else(|| panic!("no RateLimit with {} {}", reply.status, reply.text));
    let part = |name: &str| {
        let value = text.split(';').find_map(|part| part.strip_prefix(name)).unwrap();
        value.split(',').next().unwrap().parse().unwrap()
    };
    (part("r="), part("t="))
}

fn statuses(client: &Client, path: &str, count: usize) -> Vec<u16> {
    (0..count).map(|_| client.get(path).status).collect()
}

both! {
    fn each_person_has_so_many_requests_a_minute(plain) {
        let world = limited(plain, 5, 0);
        let (one, other) = (Region::new(&world, "one").coordinator, Region::new(&world, "other").coordinator);
        let first = one.get("/v1/me").expect(200);
        assert_eq!(first.header("ratelimit-policy"), Some("\"default\";q=5;w=60"));
        assert_eq!(standing(&first), (4, 60));
        assert_eq!(standing(&one.get("/v1/networks/none").expect(404)), (3, 60));
        assert_eq!(statuses(&one, "/v1/me", 4), [200, 200, 200, 429]);
        world.clock.advance(SignedDuration::from_secs(20));
        let refused = one.get("/v1/me").expect(429);
        assert_eq!(refused.json()["code"], "too_many");
        assert_eq!(standing(&refused), (0, 40));
        assert_eq!(refused.header("retry-after"), Some("40"));
        other.get("/v1/me").expect(200);
        world.clock.advance(SignedDuration::from_secs(40));
        assert_eq!(standing(&one.get("/v1/me").expect(200)), (4, 60));
    }

    fn a_key_is_counted_apart_and_bad_tokens_count_for_their_address(plain) {
        let world = limited(plain, 6, 0);
        let region = Region::new(&world, "one");
        let body = json!({ "network": region.network, "details": { "name": "Key", "scopes": ["catalog:read"] } });
        let made = region.coordinator.post("/v1/api-keys", &body).expect(201).json();
        let program = world.client().with_token(made["secret"].as_str().unwrap());
        // The first use tells that the key is good; until then its address is counted.
        assert_eq!(standing(&program.get("/v1/topics").expect(200)).0, 5);
        assert_eq!(standing(&program.get("/v1/topics").expect(200)).0, 5);
        assert_eq!(standing(&region.coordinator.get("/v1/me").expect(200)).0, 4);
        let id = made["id"].as_str().unwrap();
        let forged = world.client().with_token(&packhorse_domain::api_key::new_token(id.parse().unwrap()));
        assert_eq!(statuses(&forged, "/v1/topics", 6), [401, 401, 401, 401, 401, 429]);
        world.client().with_token("x").get("/v1/topics").expect(429);
        assert_eq!(statuses(&program, "/v1/topics", 6), [200, 200, 200, 200, 200, 429]);
        // Whoever watches over the service is not held up.
        let health = world.client().get("/health/live").expect(200);
        assert_eq!(health.header("ratelimit"), None);
    }

    fn passwords_cannot_be_tried_out(plain) {
        let world = limited(plain, 100, 3);
        Region::new(&world, "one");
        let attempt = |email: &str, password: &str| world.client().post("/v1/sign-in", &json!({ "email": email, "password": password }));
        for left in [2, 1, 0] {
            let reply = attempt("ce@one.example", "not the password").expect(401);
            assert_eq!(reply.header("ratelimit-policy"), Some("\"default\";q=100;w=60, \"sign_in\";q=3;w=60"));
            assert!(reply.header("ratelimit").unwrap().contains(&format!("\"sign_in\";r={left};t=60")), "{:?}", reply.header("ratelimit"));
        }
        let refused = attempt("CE@one.example", PASSWORD).expect(429);
        assert_eq!(refused.header("retry-after"), Some("60"));
        assert_eq!(world.database().count("SELECT COALESCE(MAX(requests), 0) AS count FROM rate_counts"), 4);
        attempt("ce@one.example", PASSWORD).expect(429);
        assert_eq!(world.database().count("SELECT COALESCE(MAX(requests), 0) AS count FROM rate_counts"), 4);
        world.clock.advance(SignedDuration::from_mins(1));
        attempt("ce@one.example", PASSWORD).expect(200);
        world.clock.advance(SignedDuration::from_mins(2));
        assert_eq!(world.sweep(), 1);
        assert_eq!(world.database().count("SELECT COUNT(*) AS count FROM rate_counts"), 0);
    }

    fn an_account_is_guarded_wherever_the_attempts_come_from(plain) {
        let base = config(0, 3);
        let http = packhorse::config::HttpConfig { trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()], ..base.http.clone() };
        let world = World::with(plain.database().again(), &Config { http, ..base });
        Region::new(&world, "one");
        let place = Cell::new(0);
        let attempt = |email: &str| {
            place.set(place.get() + 1);
            let from = format!("198.51.100.{}", place.get());
            let body = json!({ "email": email, "password": "not the password" });
            world.client().post_with("/v1/sign-in", &body, &[("x-forwarded-for", &from)]).status
        };
        assert_eq!([(); 4].map(|()| attempt("ce@one.example")), [401, 401, 401, 429]);
        assert_eq!(attempt("somebody@else.example"), 401);
    }

    fn several_processes_count_together(plain) {
        let world = limited(plain, 16, 2);
        let second = limited(&world, 16, 2);
        let here = Region::new(&world, "one").coordinator;
        let there = here.at(&second.base);
        assert_eq!(statuses(&here, "/v1/me", 10), [200; 10]);
        assert_eq!(world.share_rates(), 1);
        there.get("/v1/me").expect(200);
        // Little of the quota is used there, so nothing needs to be said.
        assert_eq!(second.share_rates(), 0);
        there.get("/v1/me").expect(200);
        assert_eq!(second.share_rates(), 1);
        assert_eq!(standing(&there.get("/v1/me").expect(200)).0, 16 - 13);
        assert_eq!(statuses(&there, "/v1/me", 4), [200, 200, 200, 429]);
        // Attempts to sign in need no second.
        let attempt = |client: &Client| client.post("/v1/sign-in", &json!({ "email": "ce@one.example", "password": "wrong" })).status;
        let (near, far) = (world.client(), second.client());
        assert_eq!([attempt(&near), attempt(&far), attempt(&near), attempt(&far)], [401, 401, 429, 429]);
    }

    fn without_a_limit_nothing_is_said(world) {
        let reply = world.client().get("/v1/policy").expect(200);
        assert_eq!((reply.header("ratelimit"), reply.header("ratelimit-policy")), (None, None));
    }
}
