//! Requests worth pooling: near, for the same, on the same days, with what that saves.

use packhorse_domain::{id::VenueId, policy::Policy, user::Role};
use packhorse_tests::{Client, Market, TOPEKA, World, both};
use serde_json::{Value, json};

/// A library with a building somewhere, and somebody who works there.
fn library(world: &World, market: &Market, name: &str, at: (f64, f64)) -> (String, VenueId, Client) {
    let (network, named) = (market.network, name.to_owned());
    let (library, venue) = world.plant(move |planter| {
        let library = planter.library(network, &named, "America/Chicago");
        (library, planter.venue(library, at, "America/Chicago"))
    });
    (library.to_string(), venue, world.person(&format!("{library}@desk.example"), Role::Staff { library }))
}

/// What a library asks for at its own building. Its id.
fn ask(market: &Market, (library, venue, staff): &(String, VenueId, Client), changes: &Value) -> String {
    let mut need = market.need(&json!({ "venue": venue, "room": null, "expected_attendance": 10 }));
    need["library"] = json!(library);
    packhorse_tests::merge(&mut need["details"], changes);
    let path = staff.post("/v1/requests", &need).expect(201).location();
    staff.step(&path, "submit", None).expect(200);
    path.rsplit('/').next().unwrap().to_owned()
}

fn suggestions(market: &Market, query: &str) -> Vec<Value> {
    let path = format!("/v1/networks/{}/pooling-suggestions{query}", market.network);
    market.coordinator.get(&path).expect(200).json()["items"].as_array().unwrap().clone()
}

both! {
    fn what_saves_most_comes_first(world) {
        let market = Market::new(world);
        let topeka = library(world, &market, "Topeka Public Library", TOPEKA);
        let ottawa = library(world, &market, "Ottawa Library", (38.6158, -95.2678));
        let own = market.ask(&json!({ "room": null })).rsplit('/').next().unwrap().to_owned();
        let west = ask(&market, &topeka, &json!({ "preferences": [{ "from": "2027-03-04", "until": "2027-03-09", "earliest": "10:00:00", "latest": "18:00:00" }] }));
        let south = ask(&market, &ottawa, &json!({}));
        // Each of them stands in the way of nothing but itself.
        for changes in [
            json!({ "language": "es" }), json!({ "workshop": null, "topic": market.catalog.topic }), json!({ "format": "virtual", "venue": null }),
            json!({ "preferences": [{ "from": "2027-04-04", "until": "2027-04-05", "earliest": "09:00:00", "latest": "17:00:00" }] }),
            json!({ "preferences": [{ "from": "2027-03-03", "until": "2027-03-05", "earliest": "16:00:00", "latest": "18:00:00" }] }),
        ] {
            ask(&market, &topeka, &changes);
        }
        let found = suggestions(&market, "");
        let pairs: Vec<_> = found.iter().map(|one| (one["request"].as_str().unwrap(), one["joining"].as_str().unwrap())).collect();
        // Topeka and Ottawa are too far apart.
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(pairs.iter().all(|(host, joining)| [*host, *joining].contains(&own.as_str())), "{pairs:?}");
        assert!(found[0]["saving"]["amount_minor"].as_i64() >= found[1]["saving"]["amount_minor"].as_i64());
        let best = |id: &str| market.coordinator.get(&format!("/v1/requests/{id}/matches?limit=1")).expect(200).json()["items"][0]["price"]["total"].clone();
        for one in &found {
            let [host, joining] = ["request", "joining"].map(|name| best(one[name].as_str().unwrap()));
            assert_eq!(one["saving"], joining);
            assert!(joining["amount_minor"].as_i64() >= host["amount_minor"].as_i64(), "the way that saves more");
        }
        let of_west = found.iter().find(|one| one["request"] == west.as_str() || one["joining"] == west.as_str()).unwrap();
        assert_eq!((&of_west["from"], &of_west["until"]), (&json!("2027-03-04"), &json!("2027-03-05")));
        let km = of_west["drive_km"].as_f64().unwrap();
        assert!((39.0..60.0).contains(&km) && of_west["drive_minutes"].as_u64().unwrap() > 30, "{of_west}");
        // Sixty kilometers is the usual; three libraries make three pairs with more.
        assert_eq!(suggestions(&market, "?within_km=500").len(), 3);
        assert_eq!(suggestions(&market, "?within_km=500&limit=1").len(), 1);
        assert!(suggestions(&market, "?within_km=30").is_empty());
        assert_eq!(suggestions(&market, "?within_km=500"), suggestions(&market, "?within_km=500"));
        // Who takes part already needs no suggestion.
        ottawa.2.step(&format!("/v1/requests/{south}"), "withdraw", Some(&json!({}))).expect(200);
        assert_eq!(suggestions(&market, "").len(), 1);
        for query in ["within_km=0", "within_km=501", "within_km=x", "limit=0", "limit=101", "color=red"] {
            market.coordinator.get(&format!("/v1/networks/{}/pooling-suggestions?{query}", market.network)).expect(400);
        }
    }

    fn rooms_and_trainers_are_looked_at(world) {
        let market = Market::new(world);
        let topeka = library(world, &market, "Topeka Public Library", TOPEKA);
        // The auditorium holds forty: who comes from Topeka finds no chair, so Lawrence drives there, or nobody.
        let own = market.ask(&json!({ "expected_attendance": 35 })).rsplit('/').next().unwrap().to_owned();
        let west = ask(&market, &topeka, &json!({}));
        let found = suggestions(&market, "");
        assert_eq!((found.len(), &found[0]["request"], &found[0]["joining"]), (1, &json!(west), &json!(own)));
        // Where no trainer can come, the saving is that somebody comes at all.
        let shut = json!({ "time_zone": "America/Chicago", "pattern": { "kind": "blackout", "from": "2027-03-01", "until": "2027-03-31" } });
        topeka.2.post(&format!("/v1/libraries/{}/hosting-hours", topeka.0), &shut).expect(201);
        assert!(suggestions(&market, "").is_empty());
        let other = market.ask(&json!({ "room": null })).rsplit('/').next().unwrap().to_owned();
        let found = suggestions(&market, "");
        assert_eq!((found.len(), &found[0]["request"], &found[0]["joining"]), (1, &json!(other), &json!(west)));
        assert_eq!(found[0]["saving"], Value::Null);
        let elsewhere = Market::with(world, "swkls", &Policy::default());
        assert!(suggestions(&elsewhere, "").is_empty());
        market.staff.get(&format!("/v1/networks/{}/pooling-suggestions", market.network)).expect(403);
    }
}
