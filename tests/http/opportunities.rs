//! Requests worth the drive, trips to join, slots, and what would let in who is ruled out.

use packhorse_domain::{policy::Policy, trainer::Visibility, user::Role};
use packhorse_tests::{DAY, GOODLAND, Market, TOPEKA, both};
use serde_json::{Value, json};

fn items(value: &Value) -> &Vec<Value> {
    value["items"].as_array().unwrap()
}

both! {
    fn a_trainer_sees_open_requests_by_pay_for_an_hour_away(world) {
        let market = Market::new(world);
        let elsewhere = Market::with(world, "elsewhere", &Policy::default());
        let path = format!("/v1/trainers/{}/opportunities", market.dana.id);
        assert_eq!(items(&market.dana.client.get(&path).expect(200).json()).len(), 0);
        let long = market.ask(&json!({ "duration_minutes": 240, "room": null }));
        let short = market.ask(&json!({ "duration_minutes": 60, "room": null }));
        market.draft(&json!({}));
        elsewhere.ask(&json!({}));
        market.ask(&json!({ "language": "es" }));
        let seen = market.dana.client.get(&path).expect(200).json();
        let ids: Vec<_> = items(&seen).iter().map(|each| each["request"].as_str().unwrap().to_owned()).collect();
        let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        // 250 dollars for an hour beat 400 for four.
        assert_eq!(ids, [last(&short), last(&long)]);
        let best = &items(&seen)[0];
        assert_eq!(best["net_pay"]["amount_minor"], 25_000);
        assert_eq!(best["net_pay_per_hour"]["amount_minor"], 25_000);
        assert_eq!(best["urgency"], "high", "57 days ahead");
        assert_eq!(best["details"]["library"], market.place.library.to_string());
        // What is told can be offered.
        let start = best["time"]["start"].as_str().unwrap();
        market.offer(&short, market.dana.id, start).expect(201);
        market.lee.client.get(&path).expect(403);
        elsewhere.coordinator.get(&path).expect(404);
    }

    fn partners_see_each_others_requests_while_the_partnership_stands(world) {
        let market = Market::new(world);
        let asking = Market::with(world, "asking", &Policy::default());
        let (lender, borrower, catalog) = (market.network, asking.network, asking.catalog);
        let shown = world.plant(move |planter| {
            planter.partnership(lender, borrower, "2027-01-01", Some("2027-06-30"));
            let id = planter.trainer(lender, &catalog, &json!({ "visibility": Visibility::Partners }));
            planter.free(id, "America/Chicago");
            id
        });
        asking.ask(&json!({ "room": null }));
        let path = format!("/v1/trainers/{shown}/opportunities");
        assert_eq!(items(&market.coordinator.get(&path).expect(200).json()).len(), 1);
        world.clock.set("2027-07-01T15:00:00Z");
        asking.ask(&json!({ "room": null, "preferences": [{ "from": "2027-08-03", "until": "2027-08-05", "earliest": "09:00:00", "latest": "17:00:00" }] }));
        assert_eq!(items(&market.coordinator.get(&path).expect(200).json()).len(), 0);
    }

    fn a_library_sees_trips_it_could_join_and_what_that_costs(world) {
        let market = Market::new(world);
        let (network, catalog) = (market.network, market.catalog);
        let max = world.plant(move |planter| {
            let home = json!({ "place": "Goodland, Kansas", "coordinates": { "lat": GOODLAND.0, "lon": GOODLAND.1 } });
            let id = planter.trainer(network, &catalog, &json!({ "name": "Max Prairie", "home_base": home, "travel_radius_km": 900, "travels_overnight": true }));
            planter.free(id, "America/Chicago");
            id
        });
        let client = world.teacher("max@goodland.example", max).client;
        let trip = json!({
            "name": "Kansas Library Association", "place": { "name": "Topeka, Kansas", "coordinates": { "lat": TOPEKA.0, "lon": TOPEKA.1 } },
            "from": DAY, "until": "2027-03-05", "time_zone": "America/Chicago", "radius_km": 80, "tack_on_days_before": 1
        });
        let kept = client.post(&format!("/v1/trainers/{max}/trips"), &trip).expect(201);
        let path = format!("/v1/opportunities?library={}", market.place.library);
        let seen = market.staff.get(&path).expect(200).json();
        let near = &items(&seen)[0];
        assert_eq!((items(&seen).len(), &near["trip"], &near["name"]), (1, &json!(kept.id()), &trip["name"]));
        assert_eq!((&near["from"], &near["until"]), (&json!("2027-03-02"), &json!("2027-03-05")));
        assert!((near["distance_km"].as_f64().unwrap() - 39.0).abs() < 0.1);
        let pays = |price: &Value| price["library_pays"]["amount_minor"].as_i64().unwrap();
        let (joined, alone) = (pays(&near["joining"]["joined"]["price"]), pays(&near["joining"]["alone"]));
        assert!(joined + 30_000 < alone, "{joined} against {alone}: no 1,000 km, no nights");
        // With the marginal price it can be booked.
        let start = near["joining"]["joined"]["time"]["start"].as_str().unwrap();
        let request = market.ask(&json!({ "room": null, "preferences": [{ "from": "2027-03-02", "until": "2027-03-05", "earliest": "00:00:00", "latest": "23:59:00" }] }));
        let offer = market.offer(&request, max, start).expect(201).json();
        assert_eq!(pays(&offer["terms"]["price"]), joined);
        assert_eq!(items(&market.staff.get(&format!("{path}&until=2027-03-01")).expect(200).json()).len(), 0);
        assert_eq!(market.staff.get("/v1/opportunities").expect(400).faults(), [("library".to_owned(), "required".to_owned())]);
        Market::with(world, "far", &Policy::default()).staff.get(&path).expect(404);
    }

    fn a_library_sees_who_is_nearby_once_trainer_and_network_allow_it(world) {
        let market = Market::new(world);
        let (network, catalog) = (market.network, market.catalog);
        let (max, topeka, hays, there) = world.plant(move |planter| {
            let home = json!({ "place": "Goodland, Kansas", "coordinates": { "lat": GOODLAND.0, "lon": GOODLAND.1 } });
            let id = planter.trainer(network, &catalog, &json!({ "name": "Max Prairie", "home_base": home, "travel_radius_km": 900, "travels_overnight": true }));
            planter.free(id, "America/Chicago");
            let topeka = planter.library(network, "Topeka Public Library", "America/Chicago");
            let hays = planter.library(network, "Hays Public Library", "America/Chicago");
            planter.venue(hays, (38.8792, -99.3268), "America/Chicago");
            (id, topeka, hays, planter.venue(topeka, TOPEKA, "America/Chicago"))
        });
        let client = world.teacher("max@goodland.example", max).client;
        let mut request = market.need(&json!({ "venue": there, "room": null }));
        request["library"] = json!(topeka);
        let made = market.coordinator.post("/v1/requests", &request).expect(201);
        market.coordinator.step(&made.location(), "submit", None).expect(200);
        let offer = market.offer(&made.location(), max, "2027-03-03T16:00:00Z").expect(201).location();
        let booking = client.step(&offer, "accept", None).expect(200).id();
        let path = format!("/v1/opportunities?library={}", market.place.library);
        let nearby = |library_of: &packhorse_tests::Client, path: &str| library_of.get(path).expect(200).json()["nearby"].as_array().unwrap().clone();
        let allow = |trainer: bool, network: bool| {
            market.coordinator.patch(&format!("/v1/trainers/{max}"), "*", &json!({ "nearby_welcome": trainer })).expect(200);
            market.coordinator.patch(&format!("/v1/networks/{}", market.network), "*", &json!({ "policy": { "nearby": network } })).expect(200);
        };
        for (trainer, network) in [(false, false), (true, false), (false, true)] {
            allow(trainer, network);
            assert_eq!(nearby(&market.staff, &path).len(), 0, "{trainer} {network}");
        }
        allow(true, true);
        let seen = nearby(&market.staff, &path);
        assert_eq!((seen.len(), &seen[0]["trainer"], &seen[0]["distance_km"]), (1, &json!(max), &json!(40.0)));
        let joining = &seen[0]["joining"];
        let pays = |price: &Value| price["library_pays"]["amount_minor"].as_i64().unwrap();
        let (joined, alone) = (pays(&joining["joined"]["price"]), pays(&joining["alone"]));
        assert!(joined + 10_000 < alone, "{joined} against {alone}");
        let text = json!(seen).to_string();
        assert!(!text.contains(&topeka.to_string()) && !text.contains(&booking) && !text.contains("Topeka"), "{text}");
        // With the marginal price it can be booked.
        let start = joining["joined"]["time"]["start"].as_str().unwrap();
        let day = |name: &str| seen[0][name].clone();
        let asked = market.ask(&json!({ "room": null, "preferences": [{ "from": day("from"), "until": day("until"), "earliest": "00:00:00", "latest": "23:59:00" }] }));
        let second = market.offer(&asked, max, start).expect(201);
        assert_eq!(pays(&second.json()["terms"]["price"]), joined);
        market.coordinator.step(&second.location(), "withdraw", Some(&json!({}))).expect(200);
        // Neither whoever booked is told, nor who is too far away.
        for library in [topeka, hays] {
            let desk = world.person(&format!("{library}@desk.example"), Role::Staff { library });
            assert_eq!(nearby(&desk, &format!("/v1/opportunities?library={library}")).len(), 0);
        }
        market.coordinator.step(&format!("/v1/bookings/{booking}"), "cancel", Some(&json!({ "reason": "weather" }))).expect(200);
        assert_eq!(nearby(&market.staff, &path).len(), 0);
    }

    fn slots_are_on_the_grid_and_count_the_way(world) {
        let market = Market::new(world);
        let path = format!("/v1/trainers/{}/slots?from={DAY}&until={DAY}", market.lee.id);
        let starts = |reply: &Value| items(reply).iter().map(|each| each["time"]["start"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let virtually = starts(&market.staff.get(&format!("{path}&grid_minutes=60")).expect(200).json());
        assert_eq!(virtually.len(), 13, "07:00 to 19:00, two hours each");
        assert_eq!((virtually[0].as_str(), virtually[12].as_str()), ("2027-03-03T13:00:00Z", "2027-03-04T01:00:00Z"));
        let there = market.staff.get(&format!("{path}&venue={}&grid_minutes=15", market.place.venue)).expect(200).json();
        // 35 minutes from Topeka.
        assert_eq!(starts(&there)[0], "2027-03-03T13:45:00Z");
        assert_eq!(items(&there)[0]["travel"]["minutes_before"], 35);
        market.book(&market.lee, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let left = starts(&market.staff.get(&format!("{path}&venue={}&grid_minutes=60", market.place.venue)).expect(200).json());
        assert!(left.iter().all(|start| !("2027-03-03T14:01:00Z".."2027-03-03T18:00:00Z").contains(&start.as_str())), "{left:?}");
        for (query, status, place) in [("", 400, "from"), ("?from=2027-03-03", 400, "until"), ("?from=2027-03-03&until=2027-05-03", 422, "until"), ("?from=2027-03-03&until=2027-03-03&grid_minutes=0", 400, "grid_minutes")] {
            let refused = market.staff.get(&format!("/v1/trainers/{}/slots{query}", market.lee.id)).expect(status);
            assert!(refused.faults().iter().any(|(name, _)| name == place), "{query}: {}", refused.text);
        }
    }

    fn whoever_is_ruled_out_is_told_the_smallest_change_and_it_lets_them_in(world) {
        let market = Market::new(world);
        let goodland = { let library = market.place.library; world.plant(move |planter| planter.venue(library, GOODLAND, "America/Chicago")) };
        let ask = |changes: &Value, query: &str| market.coordinator.post(&format!("/v1/matches?explain=true{query}"), &market.need(changes)).expect(200).json();
        let tight = json!({ "room": null, "budget": { "amount_minor": 29_000, "currency": "USD" }, "budget_is_ceiling": true });
        let only_dana = format!("&trainer={}", market.dana.id);
        let why = ask(&tight, &only_dana);
        assert_eq!(why["ruled_out"][0]["relaxations"], json!([{ "change": "budget", "more": { "amount_minor": 1000, "currency": "USD" } }]));
        let raised = json!({ "room": null, "budget": { "amount_minor": 30_000, "currency": "USD" }, "budget_is_ceiling": true });
        assert_eq!(items(&ask(&raised, &only_dana))[0]["trainer"], market.dana.id.to_string());
        let less = json!({ "room": null, "budget": { "amount_minor": 29_999, "currency": "USD" }, "budget_is_ceiling": true });
        assert_eq!(items(&ask(&less, &only_dana)).len(), 0);
        let soon = json!({ "room": null, "preferences": [{ "from": "2027-01-12", "until": "2027-01-12", "earliest": "09:00:00", "latest": "17:00:00" }] });
        assert_eq!(ask(&soon, &only_dana)["ruled_out"][0]["relaxations"], json!([{ "change": "days", "days": 7 }]));
        // Why nobody: the rule that costs most, and what would help most.
        let nobody = ask(&soon, "");
        assert_eq!(nobody["why_not"]["rules"], json!([{ "rule": "notice", "count": 2, "alone": 2 }]));
        assert_eq!(nobody["why_not"]["helps"][0], json!({ "cheapest": { "change": "days", "days": 7 }, "lets_in": 2, "lets_in_at_once": 2 }));
        let far = ask(&json!({ "room": null, "venue": goodland }), &format!("{only_dana}&relax=1"));
        assert!(far["ruled_out"][0]["relaxations"].as_array().is_some_and(|changes| !changes.is_empty()), "{far}");
        assert_eq!(ask(&soon, "&relax=0")["ruled_out"][0].get("relaxations"), None);
    }

    fn other_weights_show_what_they_would_change(world) {
        let market = Market::new(world);
        let first = |weights: Value| {
            let mut question = market.need(&json!({ "room": null }));
            question["weights"] = weights;
            let found = market.coordinator.post("/v1/matches", &question).expect(200).json();
            items(&found)[0]["trainer"].clone()
        };
        let zero = json!({ "preference": 0.0, "travel": 0.0, "cost": 0.0, "fit": 0.0, "load": 0.0, "rural": 0.0, "nearby": 0.0 });
        let with = |name: &str| { let mut weights = zero.clone(); weights[name] = json!(100.0); weights };
        assert_eq!(first(with("travel")), market.dana.id.to_string(), "who lives there");
        assert_eq!(first(with("cost")), market.lee.id.to_string(), "who is paid nothing");
        let mut absurd = market.need(&json!({}));
        absurd["weights"] = with("travel");
        absurd["weights"]["travel"] = json!(1e300);
        let refused = market.coordinator.post("/v1/matches", &absurd).expect(422);
        assert_eq!(refused.faults()[0].0, "/weights/travel");
    }

    fn backfill_and_subsidies_are_itemized_and_one_number_is_left(world) {
        let policy: Policy = serde_json::from_value(json!({
            "backfill": [{ "from": "2026-01-01", "per_day_minor": 0, "per_hour_minor": 2_000, "source": "Substitute pay scale" }],
            "subsidies": [{ "name": "LSTA continuing education", "from": "2026-01-01", "until": null, "percent": 50, "cap_minor": 12_000, "pays_for": ["honorarium"], "source": "LSTA plan 2026" }]
        })).unwrap();
        let market = Market::with(world, "granted", &policy);
        let found = market.coordinator.post("/v1/matches", &market.need(&json!({ "room": null, "backfill": true }))).expect(200).json();
        let dana = items(&found).iter().find(|each| each["trainer"] == market.dana.id.to_string()).unwrap();
        let price = &dana["price"];
        let minor = |value: &Value| value["amount_minor"].as_i64().unwrap();
        let items: i64 = price["items"].as_array().unwrap().iter().map(|item| minor(&item["amount"])).sum();
        assert_eq!(items, minor(&price["total"]));
        assert_eq!(price["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["honorarium", "backfill"]);
        assert_eq!(minor(&price["subsidies"][0]["amount"]), 12_000, "half of 300 dollars, but at most 120");
        assert_eq!(minor(&price["library_pays"]), minor(&price["total"]) - 12_000);
        assert_eq!(price["subsidies"][0]["rate_source"], "LSTA plan 2026");
    }
}
