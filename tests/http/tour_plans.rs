//! Tour plans: road shows that are reckoned in the background.

use packhorse_domain::id::LibraryId;
use packhorse_tests::{GOODLAND, Market, World, both, merge};
use serde_json::{Value, json};

const ZONE: &str = "America/Chicago";
const HAYS: (f64, f64) = (38.8792, -99.3268);
const COLBY: (f64, f64) = (39.3958, -101.0523);

/// Towns west along one road, each with an open request for the same week, and a trainer in Lawrence who sleeps away.
pub struct Circuit {
    pub market: Market,
    pub requests: Vec<String>,
}

impl Circuit {
    pub fn new(world: &World) -> Self {
        let market = Market::new(world);
        let path = format!("/v1/trainers/{}", market.dana.id);
        let far = json!({ "travels_overnight": true, "travel_radius_km": 700 });
        market.coordinator.patch(&path, "*", &far).expect(200);
        let network = market.network;
        let places = world.plant(move |planter| {
            [("Hays", HAYS), ("Colby", COLBY), ("Goodland", GOODLAND)].map(|(name, at)| {
                let library = planter.library(network, name, ZONE);
                (library, planter.venue(library, at, ZONE))
            })
        });
        let requests = places.iter().map(|(library, venue)| {
            let details = json!({ "venue": venue, "room": null, "preferences": week() });
            open(&market, *library, &details)
        });
        Self { requests: requests.collect(), market }
    }

    /// Asks for a plan of that week with the trainer in Lawrence, and has it reckoned.
    pub fn planned(&self, world: &World, changes: &Value) -> Value {
        let id = self.asked(changes);
        assert_eq!(world.plan(), 1);
        self.market.coordinator.get(&id).expect(200).json()
    }

    pub fn asked(&self, changes: &Value) -> String {
        let mut details = json!({
            "from": "2027-03-01", "until": "2027-03-07", "trainers": [self.market.dana.id], "budget_ms": 50
        });
        merge(&mut details, changes);
        let body = json!({ "network": self.market.network, "details": details });
        self.market.coordinator.post("/v1/tour-plans", &body).expect(201).location()
    }
}

fn week() -> Value {
    json!([{ "from": "2027-03-01", "until": "2027-03-05", "earliest": "09:00:00", "latest": "17:00:00" }])
}

/// An open request of a library.
fn open(market: &Market, library: LibraryId, changes: &Value) -> String {
    let mut request = market.need(changes);
    request["library"] = json!(library);
    let made = market.coordinator.post("/v1/requests", &request).expect(201);
    market.coordinator.step(&made.location(), "submit", None).expect(200);
    made.id()
}

fn served(plan: &Value) -> usize {
    let tours = plan["outcome"]["tours"].as_array().unwrap();
    tours.iter().map(|tour| tour["stops"].as_array().unwrap().len()).sum()
}

both! {
    fn one_trip_serves_what_three_would(world) {
        let circuit = Circuit::new(world);
        let plan = circuit.planned(world, &json!({}));
        assert_eq!((&plan["state"], served(&plan)), (&json!("done"), 3), "{plan:#}");
        let outcome = &plan["outcome"];
        assert_eq!(outcome["tours"].as_array().unwrap().len(), 1, "{outcome:#}");
        let cost = |what: &str| outcome[what]["cost"]["total"]["amount_minor"].as_i64().unwrap();
        assert!(cost("effort") < cost("alone"), "{outcome:#}");
        let km = outcome["effort"]["road_km"].as_f64().unwrap();
        assert!((1_200.0..1_500.0).contains(&km), "there and back: {km}");
        let figure = |name: &str| plan["progress"][name].as_i64().unwrap_or(0);
        assert!(figure("bound_minor") <= figure("objective_minor"), "{:#}", plan["progress"]);
        // On the grid of the network, in the windows.
        for stop in outcome["tours"][0]["stops"].as_array().unwrap() {
            let start: packhorse_domain::Timestamp = stop["time"]["start"].as_str().unwrap().parse().unwrap();
            let local = start.to_zoned(packhorse_domain::Zone::new(ZONE).unwrap().rules());
            assert!(local.minute() % 15 == 0 && (9..=15).contains(&local.hour()), "{local}");
        }
    }

    fn a_plan_is_shown_in_every_form(world) {
        let circuit = Circuit::new(world);
        let path = circuit.asked(&json!({ "name": "Spring & <west>" }));
        let coordinator = &circuit.market.coordinator;
        coordinator.get(&format!("{path}/map.svg")).expect(409);
        assert_eq!(world.plan(), 1);
        let map = coordinator.get(&format!("{path}/map.svg")).expect(200);
        assert_eq!(map.header("content-type").unwrap(), "image/svg+xml; charset=utf-8");
        assert!(map.text.contains("Spring &amp; &lt;west&gt;") && map.text.contains("stop 3"), "{}", map.text);
        let features = coordinator.get(&format!("{path}/map.geojson")).expect(200).json();
        let kinds = |kind: &str| {
            let of = features["features"].as_array().unwrap().iter().filter(|each| each["properties"]["kind"] == kind);
            of.count()
        };
        assert_eq!((kinds("home"), kinds("stop")), (1, 3));
        assert!(kinds("drive") >= 3 && kinds("night") >= 1, "{features:#}");
        let ics = coordinator.get(&format!("{path}/calendar.ics")).expect(200).text;
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), 3);
        let events = coordinator.get(&format!("{path}/progress")).expect(200);
        assert_eq!(events.header("content-type").unwrap(), "text/event-stream");
        assert!(events.text.starts_with("event: finished\ndata: {") && events.text.contains("\"done\""), "{}", events.text);
        circuit.market.staff.get(&path).expect(404);
    }

    fn a_plan_that_waits_can_be_stopped(world) {
        let circuit = Circuit::new(world);
        let path = circuit.asked(&json!({}));
        let coordinator = &circuit.market.coordinator;
        coordinator.send("DELETE", &path, &[], None).expect(428);
        let stopped = coordinator.delete(&path, "*").expect(200).json();
        assert_eq!((&stopped["state"], &stopped["outcome"]), (&json!("stopped"), &json!(null)));
        coordinator.delete(&path, "*").expect(409);
        assert_eq!(world.plan(), 0);
    }

    fn a_plan_is_taken_over_from_a_process_that_died(world) {
        let circuit = Circuit::new(world);
        let path = circuit.asked(&json!({}));
        let now = packhorse_domain::Clock::now(&*world.clock);
        let claimed = world.write(move |conn| packhorse_services::tour_plans::claim(conn, now)).unwrap();
        assert_eq!(world.plan(), 0, "somebody is at it");
        world.clock.advance(jiff::SignedDuration::from_secs(31));
        assert_eq!(world.plan(), 1);
        let done = circuit.market.coordinator.get(&path).expect(200).json();
        assert_eq!((&done["state"], served(&done)), (&json!("done"), 3));
        // Whoever comes back late changes nothing.
        let now = packhorse_domain::Clock::now(&*world.clock);
        world.write(move |conn| {
            let mut ctx = packhorse_services::Context::of_program(conn, now);
            packhorse_services::tour_plans::finish(&mut ctx, &claimed, Err("late".to_owned()))
        });
        assert_eq!(circuit.market.coordinator.get(&path).expect(200).json(), done);
    }

    fn what_cannot_be_served_is_left_out_with_reasons(world) {
        let circuit = Circuit::new(world);
        let market = &circuit.market;
        let online = market.ask(&json!({ "format": "virtual", "venue": null, "room": null, "preferences": week() }));
        let late = json!([{ "from": "2027-04-01", "until": "2027-04-01", "earliest": "09:00:00", "latest": "17:00:00" }]);
        let late = market.ask(&json!({ "room": null, "preferences": late }));
        market.coordinator.patch(&format!("/v1/trainers/{}", market.dana.id), "*", &json!({ "travels_overnight": false })).expect(200);
        let plan = circuit.planned(world, &json!({}));
        let reasons = |request: &str| {
            let left = plan["outcome"]["left_out"].as_array().unwrap();
            let id = request.rsplit('/').next().unwrap();
            left.iter().find(|each| each["request"] == id).map(|each| each["reasons"].clone())
        };
        assert_eq!(reasons(&online), Some(json!(["virtual"])));
        assert_eq!(reasons(&late), Some(json!(["preference"])));
        // Goodland is too far to be home the same night.
        assert!(reasons(&circuit.requests[2]).is_some(), "{plan:#}");
    }

    fn every_fault_of_a_wish_is_named(world) {
        let circuit = Circuit::new(world);
        let coordinator = &circuit.market.coordinator;
        let nobody = "trn_01k9z3k8m4e0r9q2v7x5y6w8ta";
        let details = json!({
            "from": "2020-03-01", "until": "2020-03-07", "requests": ["req_01k9z3k8m4e0r9q2v7x5y6w8ta"], "trainers": [nobody],
            "follows": "tpl_01k9z3k8m4e0r9q2v7x5y6w8ta"
        });
        let body = json!({ "network": circuit.market.network, "details": details });
        let refused = coordinator.post("/v1/tour-plans", &body).expect(422);
        let at: Vec<_> = refused.faults().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
        for fault in ["/details/until past", "/details/requests/0 not_found", "/details/trainers/0 not_found", "/details/follows not_found"] {
            assert!(at.iter().any(|each| each == fault), "{fault}: {at:?}");
        }
        for (changes, status) in [
            (json!({ "until": "2027-02-01" }), 422),
            (json!({ "until": "2027-09-01" }), 422),
            (json!({ "budget_ms": 1 }), 422),
            (json!({ "trainers": vec![nobody; 300] }), 422),
            (json!({ "weights": { "road_hour_minor": -1 } }), 422),
            (json!({ "limits": { "nights_in_a_row": "many" } }), 400),
            (json!({ "freeze_before": "2027-03-02" }), 422),
        ] {
            let mut details = json!({ "from": "2027-03-01", "until": "2027-03-07" });
            merge(&mut details, &changes);
            let body = json!({ "network": circuit.market.network, "details": details });
            let answer = coordinator.post("/v1/tour-plans", &body);
            assert_eq!(answer.status, status, "{changes}: {}", answer.text);
        }
        let list = coordinator.get("/v1/tour-plans").expect(200).json();
        assert_eq!(list["items"], json!([]), "nothing was written");
    }

    fn nobody_there_is_no_reason_to_fail(world) {
        let market = Market::new(world);
        let body = json!({ "network": market.network, "details": { "from": "2027-03-01", "until": "2027-03-07", "budget_ms": 50 } });
        let path = market.coordinator.post("/v1/tour-plans", &body).expect(201).location();
        assert_eq!(world.plan(), 1);
        let plan = market.coordinator.get(&path).expect(200).json();
        assert_eq!((&plan["state"], &plan["outcome"]["tours"]), (&json!("done"), &json!([])));
    }

    fn a_plan_that_follows_another_tells_what_differs(world) {
        let circuit = Circuit::new(world);
        let first = circuit.planned(world, &json!({}));
        let second = circuit.planned(world, &json!({ "follows": first["id"], "requests": circuit.requests[..2] }));
        let changes = &second["outcome"]["changes"];
        let count = |name: &str| changes[name].as_array().unwrap().len();
        assert_eq!((count("kept") + count("moved"), count("dropped"), count("added")), (2, 1, 0), "{changes:#}");
        let path = format!("/v1/tour-plans/{}", second["id"].as_str().unwrap());
        let compared = circuit.market.coordinator.get(&format!("{path}/comparison")).expect(200).json();
        assert_eq!((&compared["changes"], &compared["this"]["served"], &compared["other"]["served"]), (changes, &json!(2), &json!(3)));
        let path = format!("/v1/tour-plans/{}", first["id"].as_str().unwrap());
        circuit.market.coordinator.get(&format!("{path}/comparison")).expect(422);
    }

    fn what_only_frozen_days_could_serve_is_left_out(world) {
        let circuit = Circuit::new(world);
        let first = circuit.planned(world, &json!({ "requests": circuit.requests[..2] }));
        let again = circuit.planned(world, &json!({ "follows": first["id"], "freeze_before": "2027-03-06" }));
        assert_eq!((&again["state"], served(&again)), (&json!("done"), 2), "{again:#}");
        assert_eq!(again["outcome"]["changes"]["kept"].as_array().unwrap().len(), 2);
        let left = json!([{ "request": circuit.requests[2], "reasons": ["frozen"], "would_help": null }]);
        assert_eq!(again["outcome"]["left_out"], left);
        // On a day that may change there is still a place for it.
        let until = json!({ "follows": first["id"], "freeze_before": "2027-03-02" });
        let later = circuit.planned(world, &until);
        let changes = &later["outcome"]["changes"];
        assert_eq!((&later["state"], &changes["dropped"]), (&json!("done"), &json!([])), "{later:#}");
    }

    fn a_pin_stays_where_it_is(world) {
        let circuit = Circuit::new(world);
        let pin = json!([{ "request": circuit.requests[1], "trainer": circuit.market.dana.id, "starts_at": "2027-03-04T17:00:00Z" }]);
        let plan = circuit.planned(world, &json!({ "pins": pin }));
        let stops = plan["outcome"]["tours"].as_array().unwrap().iter().flat_map(|tour| tour["stops"].as_array().unwrap());
        let pinned: Vec<_> = stops.filter(|stop| stop["request"] == circuit.requests[1].as_str()).collect();
        assert_eq!(pinned[0]["time"]["start"], "2027-03-04T17:00:00Z", "{plan:#}");
    }

    fn a_road_show_is_put_together_by_hand(world) {
        let circuit = Circuit::new(world);
        let market = &circuit.market;
        let plan = circuit.planned(world, &json!({}));
        let path = format!("/v1/tour-plans/{}", plan["id"].as_str().unwrap());
        let edit = |edits: Value| market.coordinator.step(&path, "edit", Some(&json!({ "edits": edits })));
        let [hays, colby, goodland] = [0, 1, 2].map(|number| circuit.requests[number].clone());
        let dana = market.dana.id;
        let fewer = edit(json!([{ "step": "remove", "request": goodland }])).expect(200).json();
        assert_eq!(served(&fewer), 2);
        let cost = |plan: &Value| plan["outcome"]["effort"]["cost"]["total"]["amount_minor"].as_i64().unwrap();
        assert!(cost(&fewer) < cost(&plan));
        let moved = json!([
            { "step": "move", "request": hays, "trainer": dana, "date": "2027-03-03", "starts_at": "10:00:00" },
            { "step": "move", "request": colby, "trainer": dana, "date": "2027-03-04", "starts_at": "09:30:00" },
            { "step": "add", "request": goodland, "trainer": dana, "date": "2027-03-04" }
        ]);
        let moved = edit(moved).expect(200).json();
        let stops: Vec<_> =
            moved["outcome"]["tours"][0]["stops"].as_array().unwrap().iter().map(|stop| stop["request"].clone()).collect();
        assert_eq!(stops, [hays.as_str(), colby.as_str(), goodland.as_str()]);
        assert_eq!(moved["outcome"]["tours"][0]["stops"][0]["time"]["start"], "2027-03-03T16:00:00Z");
        let turned = json!([{ "step": "reorder", "trainer": dana, "date": "2027-03-04", "requests": [goodland, colby] }]);
        let turned = edit(turned).expect(200).json();
        assert_eq!(turned["outcome"]["tours"][0]["stops"][1]["request"], goodland.as_str());
        // Everything that is wrong, and nothing changed.
        let wrong = json!([
            { "step": "add", "request": hays, "trainer": dana, "date": "2027-03-05" },
            { "step": "remove", "request": "req_01k9z3k8m4e0r9q2v7x5y6w8ta" },
            { "step": "move", "request": hays, "trainer": dana, "date": "2028-03-05" }
        ]);
        let faults: Vec<_> = edit(wrong).expect(422).faults().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(faults, ["/edits/0/request", "/edits/1/request", "/edits/2/date"]);
        let night = json!([{ "step": "move", "request": hays, "trainer": dana, "date": "2027-03-03", "starts_at": "03:00:00" }]);
        assert_eq!(edit(night).expect(422).faults()[0].0, "/edits/0");
        assert_eq!(market.coordinator.get(&path).expect(200).json(), turned);
    }
}
