//! Where training in person is missing.

use packhorse_domain::{Record, Timestamp, id::LibraryId, user::Role};
use packhorse_tests::{GOODLAND, LAWRENCE, Market, Region, TOPEKA, World, both};
use serde_json::{Value, json};

fn library(world: &World, market: &Market, name: &str, at: Option<(f64, f64)>) -> LibraryId {
    let (network, named) = (market.network, name.to_owned());
    world.plant(move |planter| {
        let library = planter.library(network, &named, "America/Chicago");
        if let Some(at) = at {
            planter.venue(library, at, "America/Chicago");
        }
        library
    })
}

fn deserts(market: &Market, query: &str) -> Value {
    market.coordinator.get(&format!("/v1/networks/{}/deserts{query}", market.network)).expect(200).json()
}

/// The names in the list, in its order.
fn names(found: &Value) -> Vec<String> {
    found["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Teaches something on 3 March that other libraries took part in.
fn teach(world: &World, market: &Market, changes: &Value) {
    let mut changes = changes.clone();
    changes["room"] = Value::Null;
    let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &changes);
    market.staff.step(&booking, "confirm", None).expect(200);
    world.clock.set("2027-03-04T12:00:00Z");
    market.staff.step(&booking, "deliver", Some(&json!({ "attendance": 7 }))).expect(200);
}

both! {
    fn libraries_without_training_are_listed_by_distance(world) {
        let market = Market::new(world);
        let goodland = library(world, &market, "Goodland Carnegie Library", Some(GOODLAND));
        let topeka = library(world, &market, "Topeka & Shawnee <County>", Some(TOPEKA));
        let eudora = library(world, &market, "Eudora Public Library", None);
        library(world, &market, "Nowhere", None);
        let before = deserts(&market, "");
        assert_eq!((&before["without"], &before["with"], &before["population_unknown"]), (&json!(5), &json!(0), &json!(5)));
        assert!(before["items"].as_array().unwrap().iter().all(|one| one["nearest_km"].is_null() && one["last_at"].is_null()));
        let path = format!("/v1/libraries/{goodland}");
        let etag = market.coordinator.get(&path).etag();
        market.coordinator.patch(&path, &etag, &json!({ "population_served": 4489, "population_fiscal_year": 2022 })).expect(200);
        // What was booked and not delivered yet does not count.
        teach(world, &market, &json!({ "co_hosts": [{ "library": eudora, "seats": 3 }] }));
        let found = deserts(&market, "");
        assert_eq!(names(&found), ["Goodland Carnegie Library", "Topeka & Shawnee <County>", "Nowhere"]);
        assert_eq!((&found["without"], &found["with"], &found["population_unknown"]), (&json!(3), &json!(2), &json!(2)));
        let first = &found["items"][0];
        assert_eq!((&first["population_served"], &first["population_fiscal_year"], &first["nearest"]), (&json!(4489), &json!(2022), &json!(market.place.library)));
        assert!((first["nearest_km"].as_f64().unwrap() - 561.0).abs() < 3.0, "{first}");
        assert_eq!(found["items"][1]["library"], json!(topeka));
        assert_eq!(found["items"][2]["coordinates"], Value::Null);
        // Half a year later it is seven months: by then those who had training have been without, too.
        world.clock.set("2027-10-05T12:00:00Z");
        assert_eq!(deserts(&market, "?months=8")["without"], 3);
        let later = deserts(&market, "?months=7");
        assert_eq!((&later["without"], &later["with"]), (&json!(5), &json!(0)));
        let own = later["items"].as_array().unwrap().iter().find(|one| one["library"] == json!(market.place.library)).unwrap();
        assert_eq!((&own["months_since"], &own["last_at"]), (&json!(7), &json!("2027-03-03T16:00:00Z")));
        for query in ["months=0", "months=121", "months=x", "since=2027-01-01"] {
            market.coordinator.get(&format!("/v1/networks/{}/deserts?{query}", market.network)).expect(400);
            market.coordinator.get(&format!("/v1/networks/{}/deserts.svg?{query}", market.network)).expect(400);
        }
        let staff = world.person("desk@eudora.example", Role::Staff { library: eudora });
        staff.get(&format!("/v1/networks/{}/deserts", market.network)).expect(403);
        Region::new(world, "swkls").coordinator.get(&format!("/v1/networks/{}/deserts", market.network)).expect(404);
    }

    fn what_is_online_only_ends_no_desert_and_a_session_that_was_held_does(world) {
        let market = Market::new(world);
        let topeka = library(world, &market, "Topeka Public Library", Some(TOPEKA));
        teach(world, &market, &json!({ "format": "virtual", "venue": null, "co_hosts": [{ "library": topeka, "seats": 3 }] }));
        assert_eq!(deserts(&market, "")["without"], 2);
        let venue = market.coordinator.get(&format!("/v1/venues?library={topeka}")).expect(200).json()["items"][0]["id"].clone();
        let said = |format: &str, venue: &Value| json!({
            "title": "Storytime", "starts_at": "2027-03-05T16:00:00Z", "ends_at": "2027-03-05T17:00:00Z", "time_zone": "America/Chicago",
            "format": format, "venue": venue
        });
        let hold = |details: Value| {
            let body = json!({ "network": market.network, "library": topeka, "details": details });
            let path = market.coordinator.post("/v1/sessions", &body).expect(201).location();
            world.clock.set("2027-03-06T12:00:00Z");
            market.coordinator.step(&path, "publish", None).expect(200);
            market.coordinator.step(&path, "hold", None).expect(200);
        };
        hold(said("virtual", &Value::Null));
        assert_eq!(deserts(&market, "")["without"], 2);
        hold(said("hybrid", &venue));
        assert_eq!(names(&deserts(&market, "")), ["Lawrence Public Library"]);
    }

    fn the_map_is_well_formed_and_has_everybody_in_it(world) {
        let market = Market::new(world);
        library(world, &market, "Topeka & Shawnee <County>", Some(TOPEKA));
        teach(world, &market, &json!({}));
        let drawn = market.coordinator.get(&format!("/v1/networks/{}/deserts.svg?months=24", market.network)).expect(200);
        assert_eq!(drawn.header("content-type"), Some("image/svg+xml"));
        assert!(drawn.text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && drawn.text.contains("for 24 months"));
        assert!(drawn.text.contains("Topeka &amp; Shawnee &lt;County&gt;") && drawn.text.contains("with training (1)"), "{}", drawn.text);
    }

    fn a_statewide_network_is_answered_at_once(world) {
        let market = Market::new(world);
        teach(world, &market, &json!({}));
        let network = market.network;
        world.write(move |conn| {
            let record = Record::new(Timestamp::UNIX_EPOCH);
            let (mut all, mut buildings) = (Vec::new(), Vec::new());
            for number in 0..2000_u32 {
                let id = LibraryId::new("2027-01-01T00:00:00Z".parse().unwrap());
                let named = json!({ "name": format!("Library {number}"), "time_zone": "America/Chicago", "population_served": number });
                all.push(packhorse_domain::library::Library { id, network: Some(network), details: packhorse_tests::details(named), record });
                let (lat, lon) = (37.0 + f64::from(number % 50) * 0.06, -102.0 + f64::from(number / 50) * 0.18);
                let place = json!({ "name": "Main", "kind": "central", "coordinates": { "lat": lat, "lon": lon }, "time_zone": "America/Chicago" });
                let id_of_venue = packhorse_domain::id::VenueId::new(Timestamp::UNIX_EPOCH);
                buildings.push(packhorse_domain::library::Venue { id: id_of_venue, library: id, details: packhorse_tests::details(place), record });
            }
            packhorse_db::libraries::put_all(conn, &all)?;
            Ok(packhorse_db::venues::put_all(conn, &buildings)?)
        });
        let found = deserts(&market, "");
        assert_eq!((&found["without"], &found["with"]), (&json!(2000), &json!(1)));
        assert_eq!(found["items"].as_array().unwrap().len(), 2000);
        let distances: Vec<_> = found["items"].as_array().unwrap().iter().map(|one| one["nearest_km"].as_f64().unwrap()).collect();
        assert!(distances.is_sorted_by(|a, b| a >= b));
    }

    fn a_desert_comes_first_in_a_plan(world) {
        let market = Market::new(world);
        let eudora = library(world, &market, "Eudora Public Library", None);
        let venue = world.plant(move |planter| planter.venue(eudora, LAWRENCE, "America/Chicago"));
        teach(world, &market, &json!({}));
        let window = |day: &str| json!({ "from": day, "until": day, "earliest": "09:00:00", "latest": "11:30:00" });
        let ours = market.ask(&json!({ "room": null, "preferences": [window("2027-03-24")] }));
        let mut request = market.need(&json!({ "venue": venue, "room": null, "preferences": [window("2027-03-30"), window("2027-03-24")] }));
        request["library"] = json!(eudora);
        let theirs = market.coordinator.post("/v1/requests", &request).expect(201);
        market.coordinator.step(&theirs.location(), "submit", None).expect(200);
        // There is time for one of them. Eudora would have it second, but had no training.
        let served = |weights: Value| {
            let details = json!({ "from": "2027-03-24", "until": "2027-03-24", "trainers": [market.dana.id], "budget_ms": 50, "weights": weights });
            let plan = market.coordinator.post("/v1/tour-plans", &json!({ "network": market.network, "details": details })).expect(201);
            world.plan();
            let plan = market.coordinator.get(&plan.location()).expect(200).json();
            let stops = plan["outcome"]["tours"][0]["stops"].as_array().unwrap().clone();
            stops.iter().map(|stop| stop["request"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(served(json!({ "desert_percent": 0 })), [ours.rsplit('/').next().unwrap()]);
        assert_eq!(served(json!({})), [theirs.id()]);
    }
}
