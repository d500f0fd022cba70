//! Tours: offered whole, answered whole, and shared among the stops.

use packhorse_tests::{Client, World, both};
use serde_json::{Value, json};

use crate::tour_plans::Circuit;

/// The tour of a plan, offered to its trainer. Its address, and how it stands.
fn offered(world: &World, circuit: &Circuit) -> (String, Value) {
    let plan = circuit.planned(world, &json!({}));
    let made = offer(&circuit.market.coordinator, &plan).expect(201).json();
    let tour = made["items"][0].clone();
    (format!("/v1/tours/{}", tour["id"].as_str().unwrap()), tour)
}

fn offer(coordinator: &Client, plan: &Value) -> packhorse_tests::Reply {
    let path = format!("/v1/tour-plans/{}/tours", plan["id"].as_str().unwrap());
    coordinator.act(&path, "*", Some(&json!({ "message": "three towns" })))
}

fn minor(money: &Value) -> i64 {
    money["amount_minor"].as_i64().unwrap()
}

/// What the shares of a tour come to, and what its travel costs.
fn sums(shares: &Value) -> (i64, i64) {
    (shares["shares"].as_array().unwrap().iter().map(|share| minor(&share["amount"])).sum(), minor(&shares["total"]))
}

both! {
    fn a_tour_is_offered_and_accepted_whole(world) {
        let circuit = Circuit::new(world);
        let (path, tour) = offered(world, &circuit);
        let market = &circuit.market;
        assert_eq!((&tour["state"], tour["stops"].as_array().unwrap().len()), (&json!("offered"), 3));
        let (sum, total) = sums(&tour["shares"]);
        assert_eq!(sum, total);
        let cost = &tour["effort"]["cost"];
        assert_eq!(total, minor(&cost["total"]) - minor(&cost["honorarium"]), "{tour:#}");
        let mut paid = 0;
        for (stop, share) in tour["stops"].as_array().unwrap().iter().zip(tour["shares"]["shares"].as_array().unwrap()) {
            assert!(minor(&share["amount"]) <= minor(&share["alone"]), "{share}");
            let offer = market.coordinator.get(&format!("/v1/offers/{}", stop["offer"].as_str().unwrap())).expect(200).json();
            let travel = offer["terms"]["price"]["items"].as_array().unwrap().iter().filter(|item| item["kind"] != "honorarium");
            assert_eq!(travel.map(|item| minor(&item["amount"])).sum::<i64>(), minor(&share["amount"]));
            assert_eq!(offer["tour"], tour["id"]);
            paid += minor(&offer["terms"]["price"]["total"]);
            // Not by itself.
            let alone = format!("/v1/offers/{}", stop["offer"].as_str().unwrap());
            market.dana.client.step(&alone, "accept", None).expect(409);
            market.dana.client.step(&alone, "decline", Some(&json!({}))).expect(409);
            market.coordinator.step(&alone, "withdraw", Some(&json!({}))).expect(409);
        }
        assert_eq!(paid, minor(&cost["total"]), "what the libraries pay is what the tour costs");
        let accepted = market.dana.client.step(&path, "accept", None).expect(200).json();
        assert_eq!(accepted["state"], "accepted");
        for (stop, request) in accepted["stops"].as_array().unwrap().iter().zip(0..) {
            let booking = market.coordinator.get(&format!("/v1/bookings/{}", stop["booking"].as_str().unwrap())).expect(200).json();
            assert_eq!((&booking["state"], &booking["terms"]["time"]), (&json!("tentative"), &stop["time"]), "{request}");
        }
        market.dana.client.step(&path, "accept", None).expect(409);
    }

    fn a_stop_that_clashes_keeps_every_other_from_being_held(world) {
        let circuit = Circuit::new(world);
        let market = &circuit.market;
        let plan = circuit.planned(world, &json!({}));
        let stop = &plan["outcome"]["tours"][0]["stops"][1];
        // Somebody else takes that hour of the trainer first, and the last request is withdrawn.
        let request = stop["request"].as_str().unwrap();
        market.offer(&format!("/v1/requests/{request}"), market.dana.id, stop["time"]["start"].as_str().unwrap()).expect(201);
        let last = plan["outcome"]["tours"][0]["stops"][2]["request"].as_str().unwrap().to_owned();
        market.coordinator.step(&format!("/v1/requests/{last}"), "withdraw", Some(&json!({}))).expect(200);
        let before = market.coordinator.get("/v1/offers").expect(200).json();
        let refused = offer(&market.coordinator, &plan).expect(409);
        let at: Vec<_> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
        assert!(at.contains(&"/tours/0/stops/1".to_owned()) && at.contains(&"/tours/0/stops/2".to_owned()), "{}", refused.text);
        assert_eq!(market.coordinator.get("/v1/offers").expect(200).json(), before);
        assert_eq!(market.coordinator.get("/v1/tours").expect(200).json()["items"], json!([]));
    }

    fn a_trainer_who_does_not_want_a_stop_is_planned_around(world) {
        let circuit = Circuit::new(world);
        let (path, tour) = offered(world, &circuit);
        let market = &circuit.market;
        let unwanted = tour["stops"][0]["request"].clone();
        let wrong = json!({ "not": ["req_01k9z3k8m4e0r9q2v7x5y6w8ta"] });
        market.dana.client.step(&path, "decline", Some(&wrong)).expect(422);
        let declined = market.dana.client.step(&path, "decline", Some(&json!({ "reason": "away", "not": [unwanted] }))).expect(200).json();
        assert_eq!(declined["state"], "declined");
        assert_eq!(world.plan(), 1);
        let again = format!("/v1/tour-plans/{}", declined["replanned"].as_str().unwrap());
        let again = market.coordinator.get(&again).expect(200).json();
        let stops: Vec<_> = again["outcome"]["tours"].as_array().unwrap().iter().flat_map(|tour| tour["stops"].as_array().unwrap()).collect();
        assert_eq!(stops.len(), 2, "{again:#}");
        for stop in stops {
            let before = tour["stops"].as_array().unwrap().iter().find(|each| each["request"] == stop["request"]).unwrap();
            assert_eq!(stop["time"], before["time"], "the others stay");
            assert_ne!(stop["request"], unwanted);
        }
        offer(&market.coordinator, &again).expect(201);
    }

    fn a_tour_lapses_as_a_whole(world) {
        let circuit = Circuit::new(world);
        let (path, tour) = offered(world, &circuit);
        let market = &circuit.market;
        let state = |stop: usize| {
            let offer = format!("/v1/offers/{}", tour["stops"][stop]["offer"].as_str().unwrap());
            market.coordinator.get(&offer).expect(200).json()["state"].clone()
        };
        // One library takes its request back: the tour is no tour any more.
        let request = tour["stops"][1]["request"].as_str().unwrap();
        market.coordinator.step(&format!("/v1/requests/{request}"), "withdraw", Some(&json!({}))).expect(200);
        assert_eq!(market.coordinator.get(&path).expect(200).json()["state"], "lapsed");
        assert_eq!([state(0), state(1), state(2)], ["withdrawn", "withdrawn", "withdrawn"]);
        market.dana.client.step(&path, "accept", None).expect(409);
        let plan = circuit.planned(world, &json!({}));
        let second = offer(&market.coordinator, &plan).expect(201).json();
        let second = format!("/v1/tours/{}", second["items"][0]["id"].as_str().unwrap());
        world.clock.advance(jiff::SignedDuration::from_hours(73));
        while world.sweep() > 0 {}
        assert_eq!(market.coordinator.get(&second).expect(200).json()["state"], "lapsed");
    }

    fn who_is_left_pays_what_it_costs_then_once_they_agree(world) {
        let circuit = Circuit::new(world);
        let (path, _) = offered(world, &circuit);
        let market = &circuit.market;
        let accepted = market.dana.client.step(&path, "accept", None).expect(200).json();
        let far = accepted["stops"].as_array().unwrap().iter().position(|stop| stop["request"] == circuit.requests[2].as_str()).unwrap();
        let booking = format!("/v1/bookings/{}", accepted["stops"][far]["booking"].as_str().unwrap());
        market.coordinator.step(&booking, "cancel", Some(&json!({ "reason": "flood" }))).expect(200);
        let mut left = market.coordinator.get(&path).expect(200).json();
        assert_eq!((left["stops"].as_array().unwrap().len(), &left["dropped"]), (2, &json!([circuit.requests[2]])));
        let revised = left["revised"].clone();
        if revised.is_null() {
            assert_eq!(sums(&left["shares"]).0, sums(&left["shares"]).1);
        } else {
            for share in revised["shares"].as_array().unwrap() {
                let body = json!({ "request": share["request"] });
                let answer = market.coordinator.step(&path, "consent", Some(&body));
                assert!([200, 409].contains(&answer.status), "{}", answer.text);
            }
            left = market.coordinator.get(&path).expect(200).json();
            assert_eq!((&left["revised"], &left["shares"]), (&json!(null), &revised));
        }
        let (sum, total) = sums(&left["shares"]);
        assert_eq!(sum, total);
        let body = json!({ "request": circuit.requests[2] });
        market.coordinator.step(&path, "consent", Some(&body)).expect(422);
        let plan = market.coordinator.step(&path, "replan", None).expect(201).json();
        assert_eq!(world.plan(), 1);
        let plan = market.coordinator.get(&format!("/v1/tour-plans/{}", plan["id"].as_str().unwrap())).expect(200).json();
        assert_eq!(plan["state"], "done", "{plan:#}");
    }
}

/// Two coordinators make the same hours of one trainer into holds at once.
#[test]
fn of_two_plans_that_overlap_one_is_held_whole() {
    use packhorse_tests::Backend;

    for backend in [Some(Backend::Sqlite), Backend::postgres()].into_iter().flatten() {
        let world = World::new(backend);
        let circuit = Circuit::new(&world);
        let plans = [(); 2].map(|()| circuit.planned(&world, &json!({})));
        let answers: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> =
                plans.iter().map(|plan| scope.spawn(|| offer(&circuit.market.coordinator, plan))).collect();
            tries.into_iter().map(|each| each.join().unwrap()).collect()
        });
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(
            statuses,
            [201, 409],
            "{backend:?}: {:?}",
            answers.iter().map(|answer| &answer.text).collect::<Vec<_>>()
        );
        let told = answers.iter().find(|answer| answer.status == 409).unwrap();
        assert!(told.faults().iter().all(|(pointer, _)| pointer.starts_with("/tours/0/stops/")), "{}", told.text);
        let offers = circuit.market.coordinator.get("/v1/offers").expect(200).json();
        assert_eq!(offers["items"].as_array().unwrap().len(), 3, "the tour of one, whole");
        world.database().assert_sound();
    }
}
