//! Tour plans of problems that are given whole.

use packhorse_tests::{Market, World, both, merge};
use serde_json::{Value, json};

fn place(name: &str, lat: f64, lon: f64) -> Value {
    json!({ "name": name, "coordinates": { "lat": lat, "lon": lon } })
}

fn week(from: &str, until: &str) -> Value {
    json!([{ "from": from, "until": until, "earliest": "09:00:00", "latest": "17:00:00" }])
}

fn request(name: &str, place: &str) -> Value {
    json!({
        "name": name, "place": place, "duration_minutes": 90, "needs": ["policies"],
        "preferences": week("2027-03-01", "2027-03-05")
    })
}

/// Three towns west along one road, and somebody in Lawrence who may go there.
fn problem() -> Value {
    json!({
        "time_zone": "America/Chicago",
        "places": [
            place("Lawrence", 38.9717, -95.2353), place("Hays", 38.8792, -99.3268), place("Colby", 39.3958, -101.0523),
            place("Goodland", 39.3508, -101.7102)
        ],
        "requests": [request("h", "Hays"), request("c", "Colby"), request("g", "Goodland")],
        "trainers": [{
            "name": "Dana", "home": "Lawrence", "skills": ["policies", "robots"], "fee_per_workshop_minor": 10_000,
            "fee_per_hour_minor": 4_000, "availability": [
                { "from": "2027-03-01", "until": "2027-03-05", "earliest": "07:00:00", "latest": "20:00:00" }
            ]
        }],
        "lodging": ["Hays", "Colby"],
        "costs": { "mileage_minor_per_100_miles": 7000, "lodging_minor_per_night": 10_000, "per_diem_minor_per_day": 5_000 }
    })
}

fn wish(market: &Market, details: &Value, problem: &Value) -> Value {
    let mut whole = json!({ "from": "2027-03-01", "until": "2027-03-07", "budget_ms": 50 });
    merge(&mut whole, details);
    json!({ "network": market.network, "details": whole, "problem": problem })
}

/// A plan of a problem, reckoned.
fn planned(world: &World, market: &Market, details: &Value, problem: &Value) -> Value {
    let made = market.coordinator.post("/v1/tour-plans", &wish(market, details, problem)).expect(201);
    assert_eq!(world.plan(), 1);
    market.coordinator.get(&made.location()).expect(200).json()
}

fn stops(plan: &Value) -> Vec<&str> {
    let tours = plan["outcome"]["tours"].as_array().unwrap().iter();
    tours.flat_map(|tour| tour["stops"].as_array().unwrap()).map(|stop| stop["request"].as_str().unwrap()).collect()
}

both! {
    fn a_problem_is_planned_by_its_own_names_and_costs(world) {
        let market = Market::new(world);
        let plan = planned(world, &market, &json!({ "name": "What if" }), &problem());
        assert_eq!((&plan["state"], &plan["problem"]), (&json!("done"), &json!({ "requests": 3, "trainers": 1 })), "{plan:#}");
        let mut names = stops(&plan);
        names.sort_unstable();
        assert_eq!(names, ["c", "g", "h"], "{plan:#}");
        let tour = &plan["outcome"]["tours"][0];
        assert_eq!((&tour["trainer"], &tour["stops"][0]["library"]), (&json!("Dana"), &json!(null)));
        // An hour and a half each.
        let cost = &plan["outcome"]["effort"]["cost"];
        assert_eq!(cost["honorarium"]["amount_minor"], 3 * (10_000 + 6_000), "{cost:#}");
        let nights = plan["outcome"]["effort"]["nights"].as_i64().unwrap();
        assert!(nights >= 1 && tour["nights"].as_array().unwrap().iter().all(|night| night["place"] == "Hays" || night["place"] == "Colby"));
        assert_eq!(cost["lodging"]["amount_minor"], 10_000 * nights);
        let coordinator = &market.coordinator;
        let path = format!("/v1/tour-plans/{}", plan["id"].as_str().unwrap());
        assert!(coordinator.get(&format!("{path}/map.svg")).expect(200).text.contains("What if"));
        let features = coordinator.get(&format!("{path}/map.geojson")).expect(200).json();
        assert!(features["features"].as_array().unwrap().iter().any(|each| each["properties"]["request"] == "g"));
        let ics = coordinator.get(&format!("{path}/calendar.ics")).expect(200).text;
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), 3);
        assert!(coordinator.get(&format!("{path}/progress")).expect(200).text.starts_with("event: finished"));
        // Nobody can be asked to go.
        let refused = coordinator.act(&format!("{path}/tours"), "*", Some(&json!({}))).expect(409);
        assert_eq!(refused.faults(), [(String::new(), "given_problem".to_owned())], "{}", refused.text);
        market.staff.get(&path).expect(404);
    }

    fn such_a_plan_is_edited_and_followed_by_names(world) {
        let market = Market::new(world);
        let first = planned(world, &market, &json!({}), &problem());
        let path = format!("/v1/tour-plans/{}", first["id"].as_str().unwrap());
        let edit = |edits: Value| market.coordinator.step(&path, "edit", Some(&json!({ "edits": edits })));
        let edited = edit(json!([
            { "step": "remove", "request": "g" },
            { "step": "move", "request": "h", "trainer": "Dana", "date": "2027-03-02", "starts_at": "13:10:00" },
            { "step": "move", "request": "c", "trainer": "Dana", "date": "2027-03-03" }
        ])).expect(200).json();
        assert_eq!(stops(&edited).len(), 2);
        let tour = edited["outcome"]["tours"][0]["stops"].as_array().unwrap().iter().find(|stop| stop["request"] == "h").unwrap();
        assert_eq!(tour["time"], json!({ "start": "2027-03-02T19:10:00Z", "end": "2027-03-02T20:40:00Z" }));
        let faults = edit(json!([{ "step": "add", "request": "nowhere", "trainer": "Dana", "date": "2027-03-02" }])).expect(422).faults();
        assert_eq!(faults[0].0, "/edits/0/request");
        let second = planned(world, &market, &json!({ "follows": first["id"], "freeze_before": "2027-03-06" }), &problem());
        let changes = &second["outcome"]["changes"];
        assert_eq!((changes["kept"].as_array().unwrap().len(), &changes["dropped"], &changes["added"]), (2, &json!([]), &json!([])));
        assert_eq!(second["outcome"]["left_out"], json!([{ "request": "g", "reasons": ["frozen"], "would_help": null }]));
        let compared = market.coordinator.get(&format!("/v1/tour-plans/{}/comparison", second["id"].as_str().unwrap()));
        assert_eq!(compared.expect(200).json()["changes"], *changes);
    }

    fn such_a_plan_is_taken_over_from_a_process_that_died(world) {
        let market = Market::new(world);
        let made = market.coordinator.post("/v1/tour-plans", &wish(&market, &json!({}), &problem())).expect(201);
        let now = packhorse_domain::Clock::now(&*world.clock);
        world.write(move |conn| packhorse_services::tour_plans::claim(conn, now)).unwrap();
        assert_eq!(world.plan(), 0, "somebody is at it");
        world.clock.advance(jiff::SignedDuration::from_secs(31));
        assert_eq!(world.plan(), 1);
        let plan = market.coordinator.get(&made.location()).expect(200).json();
        assert_eq!((&plan["state"], stops(&plan).len()), (&json!("done"), 3));
    }

    fn roads_that_were_measured_count(world) {
        let market = Market::new(world);
        let mut given = problem();
        // A ferry that takes most of the day to each but Hays.
        let minutes = |from: usize, to: usize| if from == to { 0.0 } else if from + to == 1 { 59.2 } else { 700.0 };
        let matrix = |of: &dyn Fn(usize, usize) -> f64| {
            json!((0..4).map(|from| (0..4).map(|to| of(from, to)).collect::<Vec<_>>()).collect::<Vec<_>>())
        };
        given["roads"] = json!({ "minutes": matrix(&minutes), "km": matrix(&|from, to| if from == to { 0.0 } else { 100.0 }) });
        given["lodging"] = json!([]);
        let plan = planned(world, &market, &json!({}), &given);
        assert_eq!(stops(&plan), ["h"], "{plan:#}");
        let effort = &plan["outcome"]["effort"];
        assert_eq!((&effort["road_km"], &effort["road_minutes"]), (&json!(200.0), &json!(120)));
    }

    fn every_fault_of_a_problem_is_named_at_once(world) {
        let market = Market::new(world);
        let mut given = problem();
        given["time_zone"] = json!("America/Lawrence");
        given["costs"]["lodging_minor_per_night"] = json!(-1);
        given["trainers"][0]["fee_per_hour_minor"] = json!(-5);
        given["lodging"] = json!(["Atlantis"]);
        given["requests"][0]["preferences"] = week("2020-03-01", "2020-03-02");
        given["requests"][1]["preferences"] = week("2027-03-05", "2027-03-01");
        let pin = |starts_at: &str| json!({ "trainer": "Dana", "starts_at": starts_at });
        let mut more = ["a", "b", "h", "day off", "nobody", "island"].map(|name| request(name, "Hays"));
        more[0]["pin"] = pin("2027-03-02T16:00:00Z");
        more[1]["pin"] = pin("2027-03-02T16:30:00Z");
        more[3]["pin"] = pin("2027-03-07T16:00:00Z");
        more[4]["trainers"] = json!(["Lee"]);
        more[5]["place"] = json!("Island");
        given["requests"].as_array_mut().unwrap().extend(more);
        given["places"].as_array_mut().unwrap().push(place("Island", 0.0, 0.0));
        let road = |from: usize, to: usize| if (from == 4) == (to == 4) { json!(60) } else { json!(null) };
        let matrix = json!((0..5).map(|from| (0..5).map(|to| road(from, to)).collect::<Vec<_>>()).collect::<Vec<_>>());
        given["roads"] = json!({ "minutes": matrix, "km": matrix });
        let details = json!({ "requests": ["req_01k9z3k8m4e0r9q2v7x5y6w8ta"], "weights": { "road_hour_minor": -1 } });
        let refused = market.coordinator.post("/v1/tour-plans", &wish(&market, &details, &given)).expect(422);
        let mut found: Vec<_> = refused.faults().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
        found.sort();
        let mut expected = [
            "/details/requests given_problem", "/details/weights/road_hour_minor range", "/problem/costs/lodging_minor_per_night range",
            "/problem/lodging/0 not_found", "/problem/requests/0/preferences/0 past",
            "/problem/requests/1/preferences/0 end_before_start", "/problem/requests/3/pin pins_clash",
            "/problem/requests/4/pin pins_clash", "/problem/requests/5/name repeated", "/problem/requests/6/pin day_off",
            "/problem/requests/7/trainers/0 not_found", "/problem/requests/8/place unreachable",
            "/problem/time_zone unknown_value", "/problem/trainers/0/fee_per_hour_minor range",
        ];
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(market.coordinator.get("/v1/tour-plans").expect(200).json()["items"], json!([]), "nothing was written");
    }

    fn a_problem_has_limits(world) {
        let market = Market::new(world);
        let mut nobody = problem();
        nobody["trainers"] = json!([]);
        let at = |given: &Value| market.coordinator.post("/v1/tour-plans", &wish(&market, &json!({}), given)).expect(422).faults();
        assert_eq!(at(&nobody), [("/problem/trainers".to_owned(), "length".to_owned())]);
        let mut many = problem();
        many["requests"] = (0..2001).map(|number| request(&number.to_string(), "Hays")).collect();
        let refused = market.coordinator.post("/v1/tour-plans", &wish(&market, &json!({}), &many)).expect(422);
        assert!(refused.text.contains("must have at most 2000"), "{}", refused.text);
        // Who may not plan for the network hears nothing of the rest.
        market.staff.post("/v1/tour-plans", &wish(&market, &json!({}), &nobody)).expect(403);
    }
}
