//! Sessions: dated deliveries of workshops.

use packhorse_tests::{Market, Region, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";

fn webinar(network: &impl serde::Serialize) -> Value {
    json!({
        "network": network,
        "details": {
            "title": "Grants in an hour", "starts_at": "2027-03-05T16:00:00Z", "ends_at": "2027-03-05T17:00:00Z",
            "time_zone": "America/Chicago", "format": "virtual",
            "entry": { "capacity": 100, "meeting_address": "https://meet.example.org/1", "is_open": true }
        }
    })
}

both! {
    fn the_session_of_a_booking_follows_it(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, TEN, &json!({ "room": null }));
        let entry = json!({ "capacity": 20, "registration_address": "https://lawrence.example.org/register" });
        let opened = market.staff.step(&booking, "session", Some(&entry)).expect(201);
        let (path, session) = (opened.location(), opened.json());
        assert_eq!((&session["starts_at"], &session["title"]), (&json!(TEN), &json!("Policies for Results")));
        assert_eq!((&session["state"], &session["workshop"]), (&json!("scheduled"), &json!(market.catalog.workshop)));
        let twice = market.staff.step(&booking, "session", Some(&entry)).expect(409).faults();
        assert_eq!(twice[0].1, "session_exists");
        market.staff.step(&path, "publish", None).expect(200);
        // Where and when is the booking's to say.
        let etag = market.staff.get(&path).etag();
        let moved = json!({ "starts_at": "2027-03-03T15:00:00Z", "venue": null });
        let refused = market.staff.patch(&path, &etag, &moved).expect(422).faults();
        assert_eq!(refused.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["/starts_at", "/venue"]);
        market.staff.patch(&path, &etag, &json!({ "note": "Bring a policy" })).expect(200);
        let later = json!({ "starts_at": "2027-03-04T16:00:00Z" });
        market.coordinator.step(&booking, "reschedule", Some(&later)).expect(200);
        let session = market.staff.get(&path).expect(200).json();
        assert_eq!((&session["starts_at"], &session["sequence"]), (&json!("2027-03-04T16:00:00Z"), &json!(1)));
        assert_eq!(session["previous_time"]["start"], TEN);
        market.staff.step(&booking, "cancel", Some(&json!({ "reason": "Flood" }))).expect(200);
        let session = market.staff.get(&path).expect(200).json();
        assert_eq!((&session["state"], &session["reason"], &session["sequence"]), (&json!("canceled"), &json!("host"), &json!(2)));
        market.staff.step(&path, "publish", None).expect(409);
    }

    fn a_booking_that_was_taught_held_its_session(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, TEN, &json!({ "room": null }));
        let path = market.staff.step(&booking, "session", Some(&json!({}))).expect(201).location();
        market.staff.step(&booking, "confirm", None).expect(200);
        market.staff.step(&path, "hold", None).expect(409);
        world.clock.set("2027-03-03T20:00:00Z");
        let client = market.staff.sign_in(&format!("desk@{}.example", "nekls"), packhorse_tests::PASSWORD);
        client.step(&booking, "deliver", Some(&json!({ "attendance": 12 }))).expect(200);
        assert_eq!(client.get(&path).expect(200).json()["state"], "held");
    }

    fn a_session_without_a_booking_is_told_moved_and_taken_back(world) {
        let region = Region::new(world, "nekls");
        let coordinator = &region.coordinator;
        let path = coordinator.post("/v1/sessions", &webinar(&region.network)).expect(201).location();
        let etag = coordinator.get(&path).etag();
        let later = json!({ "starts_at": "2027-03-05T18:00:00Z", "ends_at": "2027-03-05T19:00:00Z" });
        let moved = coordinator.patch(&path, &etag, &later).expect(200).json();
        assert_eq!((&moved["sequence"], &moved["previous_time"]["start"]), (&json!(1), &json!("2027-03-05T16:00:00Z")));
        let online = json!({ "meeting_address": "https://meet.example.org/2" });
        coordinator.step(&path, "move-online", Some(&online)).expect(409);
        coordinator.step(&path, "publish", None).expect(200);
        let listed = coordinator.get("/v1/sessions?state=published&from=2027-03-05T00:00:00Z").expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(coordinator.get("/v1/sessions?until=2027-03-05T00:00:00Z").expect(200).json()["items"], json!([]));
        let canceled = coordinator.step(&path, "cancel", Some(&json!({ "reason": "low_enrollment" }))).expect(200).json();
        assert_eq!((&canceled["state"], &canceled["reason"]), (&json!("canceled"), &json!("low_enrollment")));
        assert!(canceled["published_at"].is_string(), "the catalog goes on showing it");
    }

    fn every_fault_of_a_session_is_named(world) {
        let market = Market::new(world);
        let mut body = webinar(&market.network);
        body["workshop"] = json!("wks_01k9z3k8m4e0r9q2v7x5y6w8ta");
        body["library"] = json!("lib_01k9z3k8m4e0r9q2v7x5y6w8ta");
        body["details"]["venue"] = json!("ven_01k9z3k8m4e0r9q2v7x5y6w8ta");
        let refused = market.coordinator.post("/v1/sessions", &body).expect(422).faults();
        let pointers: Vec<_> = refused.into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/workshop", "/library", "/details/venue"]);
        for (field, value) in [
            ("ends_at", json!("2027-03-05T16:00:00Z")),
            ("ends_at", json!("2027-04-05T16:00:00Z")),
            ("format", json!("in_person")),
            ("time_zone", json!("Mars/Base")),
            ("entry", json!({ "meeting_address": "meet me" })),
        ] {
            let mut body = webinar(&market.network);
            body["details"][field] = value;
            let refused = market.coordinator.post("/v1/sessions", &body);
            assert!(matches!(refused.status, 400 | 422), "{field}: {}", refused.text);
        }
        assert_eq!(market.coordinator.get("/v1/sessions").expect(200).json()["items"], json!([]));
    }
}
