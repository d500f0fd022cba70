//! What holds for every answer: headers, web sites that may call, proxies in front.

use packhorse::config::{Config, HttpConfig};
use packhorse_tests::{Backend, TestDatabase, World};
use serde_json::json;

const SITE: &str = "https://library.example.org";

fn world(change: impl FnOnce(&mut HttpConfig)) -> World {
    let mut http = HttpConfig::default();
    change(&mut http);
    World::with(TestDatabase::new(Backend::Sqlite), &Config { http, ..World::config() })
}

#[test]
fn only_the_sites_that_are_named_may_call() {
    let world = world(|http| http.cors_origins = vec![SITE.to_owned()]);
    let preflight = |origin: &str, path: &str| {
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization"),
        ];
        world.client().send("OPTIONS", path, &asks, None)
    };
    let answer = preflight(SITE, "/v1/libraries/lib_01k9z3k8m4e0r9q2v7x5y6w8ta").expect(204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(SITE));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, PATCH"));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("Authorization"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("vary"), Some("Origin"));
    preflight(SITE, "/v1/nothing").expect(404);
    for origin in [
        "https://evil.example",
        "http://library.example.org",
        "https://library.example.org:8443",
        "https://library.example.org.evil.example",
        "null",
    ] {
        let answer = preflight(origin, "/v1/libraries");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (404, None), "{origin}");
        let answer = world.client().send("GET", "/v1/policy", &[("origin", origin)], None).expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "Origin"));
    }
    let refused = world.client().send("GET", "/v1/libraries", &[("origin", SITE)], None).expect(401);
    assert_eq!(refused.header("access-control-allow-origin"), Some(SITE));
    assert!(refused.header("access-control-expose-headers").unwrap().contains("ETag"));
    let plain = World::new(Backend::Sqlite).client().send("GET", "/v1/policy", &[("origin", SITE)], None).expect(200);
    assert_eq!(plain.header("access-control-allow-origin"), None);
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    let world = World::new(Backend::Sqlite);
    for (path, script) in [("/problems/not_found", false), ("/docs/access", true), ("/v1/policy", false)] {
        let reply = world.client().get(path).expect(200);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(policy.contains("script-src 'self'"), script, "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("strict-transport-security"), None);
    }
    // What the docs are made of is allowed by their policy: no script stands in the page itself.
    let page = world.client().get("/docs/index.html").expect(200).text;
    assert!(page.contains("<script src=") && !page.contains("<script>"), "{page}");
}

#[test]
fn only_proxies_that_are_named_are_believed() {
    let trusting = world(|http| http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]);
    let https = [("x-forwarded-proto", "https"), ("x-forwarded-for", "198.51.100.1")];
    let told = |world: &World| {
        let reply = world.client().send("GET", "/v1/policy", &https, None).expect(200);
        reply.header("strict-transport-security").is_some()
    };
    assert!(told(&trusting));
    assert!(!told(&World::new(Backend::Sqlite)));
    // Figures are for programs on this machine, and not for whoever a proxy speaks for.
    trusting.client().get("/metrics").expect(200);
    trusting.client().send("GET", "/metrics", &[("x-forwarded-for", "127.0.0.1")], None).expect(404);
}

#[test]
fn the_policy_can_be_read_by_everybody() {
    let world = World::new(Backend::Sqlite);
    let policy = world.client().get("/v1/policy").expect(200).json();
    let row = |list: &str, name: &str| {
        let rows = policy[list].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(row("actions", "update_library")["allowed"], json!(["operator", "coordinator", "staff"]));
    assert_eq!(row("actions", "update_library")["about"], "Change one library, its venues and rooms.");
    assert_eq!(
        row("operations", "update_library"),
        json!({ "name": "update_library", "actions": ["update_library"], "scope": "libraries:write" })
    );
    assert_eq!(row("operations", "create_user")["scope"], json!(null));
    assert!(row("scopes", "events:read")["about"].is_string());
    let page = world.client().get("/docs/access").expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for word in ["update_library", "libraries:write", "lending_coordinator", "Confirm a booking for the host."] {
        assert!(page.text.contains(word), "{word}");
    }
}
