//! What holds for every answer: headers, web sites that may call, proxies in front.

use packhorse::config::{Config, HttpConfig};
use packhorse_tests::{Backend, Client, Region, TestDatabase, World};
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
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, PATCH"));
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
fn a_head_is_that_of_the_whole() {
    let world = World::new(Backend::Sqlite);
    let region = Region::new(&world, "nekls");
    let nobody = world.client();
    let head = |client: &Client, path: &str| client.send("HEAD", path, &[], None);
    for path in
        ["/catalog", "/feeds/workshops.csv", "/sitemap.xml", "/oai?verb=Identify", "/style.css", "/v1/policy", "/docs/"]
    {
        let (whole, head) = (nobody.get(path).expect(200), head(&nobody, path).expect(200));
        assert!(!whole.text.is_empty() && head.text.is_empty(), "{path}");
        for name in
            ["content-type", "content-length", "etag", "last-modified", "cache-control", "content-security-policy"]
        {
            assert_eq!(head.header(name), whole.header(name), "{name} of {path}");
        }
    }
    head(&region.coordinator, "/v1/libraries?limit=1").expect(200);
    head(&region.coordinator, "/v1/libraries?color=red").expect(400);
    head(&nobody, "/v1/libraries").expect(401);
    head(&nobody, "/v1/nothing").expect(404);
    assert_eq!(head(&nobody, "/v1/sign-in").expect(405).header("allow"), Some("POST"));
    assert_eq!(nobody.send("DELETE", "/catalog", &[], None).expect(405).header("allow"), Some("GET, HEAD"));
}

#[test]
fn each_coding_of_an_answer_has_a_tag_of_its_own() {
    let world = World::new(Backend::Sqlite);
    let region = Region::new(&world, "nekls");
    let details = json!({ "network": region.network.to_string(), "details": { "name": "Baldwin City", "time_zone": "America/Chicago" } });
    let library = region.coordinator.post("/v1/libraries", &details).expect(201).location();
    let nobody = world.client();
    for (client, path) in [(&nobody, "/catalog"), (&nobody, "/feeds/workshops.atom"), (&region.coordinator, &*library)]
    {
        let plain = client.get(path).expect(200).etag();
        for coding in ["gzip", "br"] {
            let coded = client.send("GET", path, &[("accept-encoding", coding)], None).expect(200);
            assert_eq!(coded.header("content-encoding"), Some(coding));
            let coded = coded.etag();
            assert!(coded != plain && !coded.starts_with("W/"), "{coded}");
            for accepted in [coding, "identity"] {
                for known in [&plain, &coded, &format!("\"other\", {coded}")] {
                    let asks = [("accept-encoding", accepted), ("if-none-match", known.as_str())];
                    let unchanged = client.send("GET", path, &asks, None).expect(304);
                    assert!(known.contains(&unchanged.etag()), "{known}: {}", unchanged.etag());
                }
            }
            client.send("GET", path, &[("if-none-match", &coded.replace('-', "-f"))], None).expect(200);
        }
    }
    let coded = region.coordinator.send("GET", &library, &[("accept-encoding", "gzip")], None).expect(200).etag();
    region.coordinator.patch(&library, &coded, &json!({ "name": "Baldwin" })).expect(200);
    region.coordinator.patch(&library, &coded, &json!({ "name": "Vinland" })).expect(412);
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
