//! Libraries.

use packhorse_tests::{Region, both};
use serde_json::json;

fn lawrence(network: &impl ToString) -> serde_json::Value {
    json!({ "network": network.to_string(), "details": {
        "name": "Lawrence Public Library", "fscs_key": "KS0065", "state_code": "KS", "time_zone": "America/Chicago" } })
}

both! {
    fn a_library_is_made_read_and_changed(world) {
        let region = Region::new(world, "nekls");
        let made = region.coordinator.post("/v1/libraries", &lawrence(&region.network)).expect(201);
        let path = made.header("location").unwrap().to_owned();
        let read = region.coordinator.get(&path).expect(200);
        assert_eq!(read.json(), made.json());
        assert_eq!(read.header("cache-control"), Some("no-store"));
        let not_modified = region.coordinator.send("GET", &path, &[("if-none-match", &read.etag())], None);
        assert_eq!((not_modified.status, not_modified.text.as_str()), (304, ""));
        let changed = region.coordinator.patch(&path, &made.etag(), &json!({ "population_served": 95_256 })).expect(200);
        assert_eq!(changed.json()["population_served"], 95_256);
        assert_eq!(changed.json()["version"], 2);
        region.coordinator.patch(&path, &made.etag(), &json!({ "name": "Elsewhere" })).expect(412);
        region.coordinator.send("PATCH", &path, &[("content-type", "application/merge-patch+json")], Some(b"{}")).expect(428);
        assert_eq!(region.coordinator.get(&path).json(), changed.json());
    }

    fn every_fault_is_named(world) {
        let region = Region::new(world, "nekls");
        let bad = json!({ "network": region.network.to_string(), "color": "red", "details": { "name": "", "population_served": "many", "time_zone": "Mars/Olympus" } });
        let reply = region.coordinator.post("/v1/libraries", &bad).expect(400);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let mut faults = reply.faults();
        faults.sort();
        let pairs: Vec<_> = faults.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
        assert_eq!(pairs, [("/color", "unknown_field"), ("/details/name", "length"), ("/details/population_served", "type")]);
        assert_eq!(region.coordinator.get("/v1/libraries").json()["items"], json!([]));
        let zone = json!({ "network": region.network.to_string(), "details": { "name": "x", "time_zone": "Mars/Olympus" } });
        region.coordinator.post("/v1/libraries", &zone).expect(422);
        let query = region.coordinator.get("/v1/libraries?limit=0&colour=red&sort=size&after=x").expect(400);
        let names: Vec<_> = query.faults().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["limit", "after", "sort", "colour"]);
    }

    fn another_network_sees_nothing(world) {
        let (here, there) = (Region::new(world, "nekls"), Region::new(world, "swkls"));
        let made = here.coordinator.post("/v1/libraries", &lawrence(&here.network)).expect(201);
        let path = made.header("location").unwrap();
        let absent = "/v1/libraries/lib_01k9z3k8m4e0r9q2v7x5y6w8ta";
        let strip = |reply: packhorse_tests::Reply| { let mut json = reply.json(); json["request_id"] = json!(""); json["instance"] = json!(""); (reply.status, json) };
        assert_eq!(strip(there.coordinator.get(path)), strip(there.coordinator.get(absent)));
        there.coordinator.patch(path, "\"v1\"", &json!({ "name": "Ours" })).expect(404);
        there.coordinator.post("/v1/libraries", &lawrence(&here.network)).expect(404);
        assert_eq!(there.coordinator.get("/v1/libraries").json()["items"], json!([]));
        world.client().get(path).expect(401);
    }

    fn a_key_gives_the_same_answer_again(world) {
        let region = Region::new(world, "nekls");
        let key = [("idempotency-key", "\"one\"")];
        let first = region.coordinator.post_with("/v1/libraries", &lawrence(&region.network), &key).expect(201);
        let again = region.coordinator.post_with("/v1/libraries", &lawrence(&region.network), &[("idempotency-key", "one")]).expect(201);
        assert_eq!((first.text, first.headers.get("location")), (again.text.clone(), again.headers.get("location")));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let other = json!({ "network": region.network.to_string(), "details": { "name": "Other", "time_zone": "America/Chicago" } });
        region.coordinator.post_with("/v1/libraries", &other, &key).expect(422);
        assert_eq!(region.coordinator.get("/v1/libraries").json()["items"].as_array().unwrap().len(), 1);
        // The natural key is unique without any header, too.
        let taken = region.coordinator.post("/v1/libraries", &lawrence(&region.network)).expect(409);
        assert_eq!(taken.faults(), [(String::new(), "fscs_key_taken".to_owned())]);
    }

    fn errors_of_the_framework_are_problems_too(world) {
        let region = Region::new(world, "nekls");
        for (method, path, status) in [("GET", "/nowhere", 404), ("DELETE", "/v1/libraries", 405), ("PUT", "/v1/libraries/lib_x", 405), ("GET", "/v1/libraries/lib_x", 404), ("GET", "/v1/me?x=1", 400)] {
            let reply = region.coordinator.send(method, path, &[("accept", "text/html")], None);
            assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/problem+json")), "{method} {path}");
            assert_eq!(reply.json()["instance"], path.split('?').next().unwrap());
            assert!(reply.json()["request_id"].as_str().is_some_and(|id| Some(id) == reply.header("x-request-id")));
            assert_eq!(reply.header("allow").is_some(), status == 405);
        }
        let huge = vec![b' '; 300 * 1024];
        region.coordinator.send("POST", "/v1/libraries", &[("content-type", "application/json")], Some(&huge)).expect(413);
        region.coordinator.send("POST", "/v1/libraries", &[("content-type", "text/plain")], Some(b"{}")).expect(415);
        region.coordinator.send("POST", "/v1/libraries", &[("content-type", "application/json")], Some(b"{\"a\":")).expect(400);
        let kept = region.coordinator.send("GET", "/v1/me", &[("x-request-id", "mine-1")], None).expect(200);
        assert_eq!(kept.header("x-request-id"), Some("mine-1"));
    }

    fn a_walk_sees_every_row_once(world) {
        let region = Region::new(world, "nekls");
        let mut made = Vec::new();
        for number in 0..7 {
            let body = json!({ "network": region.network.to_string(), "details": { "name": format!("L{number}"), "time_zone": "America/Chicago" } });
            made.push(region.coordinator.post("/v1/libraries", &body).expect(201).id());
        }
        for limit in [1, 2, 3, 7, 100] {
            let (mut seen, mut path) = (Vec::new(), Some(format!("/v1/libraries?limit={limit}&network={}", region.network)));
            while let Some(page) = path.take() {
                let reply = region.coordinator.get(&page).expect(200);
                seen.extend(reply.json()["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                path = reply.header("link").map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
                assert_eq!(path.is_some(), reply.json()["next"].is_string());
            }
            assert_eq!(seen, made);
        }
        let newest = region.coordinator.get("/v1/libraries?sort=-created_at&limit=1").expect(200);
        assert_eq!(newest.json()["items"][0]["id"], made[6].as_str());
        let found = region.coordinator.get("/v1/libraries?q=l3").expect(200);
        assert_eq!(found.json()["items"].as_array().unwrap().len(), 1);
    }
}
