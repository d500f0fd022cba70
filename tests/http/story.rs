//! The main job from end to end, the way a coordinator does it: everything through HTTP, from an empty installation to a
//! closed booking.

use jiff::SignedDuration;
use packhorse_domain::user::Role;
use packhorse_tests::{Client, LAWRENCE, PASSWORD, TOPEKA, both};
use serde_json::{Value, json};

/// Makes something; its id.
#[track_caller]
fn made(by: &Client, path: &str, body: &Value) -> String {
    by.post(path, body).expect(201).id()
}

/// Adds somebody, who then signs in with the password.
fn person(by: &Client, email: &str, role: &Value) -> Client {
    made(by, "/v1/users", &json!({ "email": email, "name": email, "password": PASSWORD, "role": role }));
    Client::new(by.base()).sign_in(email, PASSWORD)
}

/// One property of the first event in a calendar.
fn property(ics: &str, name: &str) -> String {
    let unfolded = ics.replace("\r\n ", "");
    let event = unfolded.split("BEGIN:VEVENT").nth(1).unwrap_or_else(|| panic!("no event in {ics}"));
    let line = event.lines().find(|line| line.split([':', ';']).next() == Some(name));
    line.unwrap_or_else(|| panic!("no {name} in {event}")).split_once(':').unwrap().1.to_owned()
}

fn ics(by: &Client, path: &str) -> String {
    let reply = by.get(path).expect(200);
    assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert!(reply.text.starts_with("BEGIN:VCALENDAR\r\n") && reply.text.ends_with("END:VCALENDAR\r\n"));
    reply.text
}

fn trainer(network: &str, name: &str, at: (f64, f64), topic: &str, workshop: &str, fee: i64) -> Value {
    json!({ "network": network, "details": {
        "name": name, "home_base": { "place": name, "coordinates": { "lat": at.0, "lon": at.1 } }, "time_zone": "America/Chicago",
        "travel_radius_km": 120, "languages": ["en"], "formats": ["in_person"], "visibility": "network",
        "topics": [{ "topic": topic, "level": "advanced" }], "workshops": [workshop],
        "fees": [{ "from": "2026-01-01", "per_workshop": { "amount_minor": fee, "currency": "USD" },
                   "per_hour": { "amount_minor": 0, "currency": "USD" } }]
    } })
}

both! {
    #[allow(clippy::too_many_lines, reason = "a story is told in one go")]
    fn a_library_gets_its_workshop(world) {
        // An operator sets a network up; its coordinator does the rest.
        let operator = world.person("root@packhorse.example", Role::Operator);
        let network = made(&operator, "/v1/networks", &json!({ "name": "Northeast Kansas", "kind": "regional", "time_zone": "America/Chicago", "currency": "USD" }));
        let coordinator = person(&operator, "ce@nekls.example", &json!({ "role": "coordinator", "network": network }));

        let library = made(&coordinator, "/v1/libraries", &json!({ "network": network, "details": { "name": "Lawrence Public Library", "time_zone": "America/Chicago" } }));
        let venue = made(&coordinator, &format!("/v1/libraries/{library}/venues"), &json!({
            "name": "Lawrence Public Library", "kind": "central", "address": "707 Vermont St", "city": "Lawrence", "state_code": "KS", "postal_code": "66044",
            "coordinates": { "lat": LAWRENCE.0, "lon": LAWRENCE.1 }, "time_zone": "America/Chicago" }));
        let room = made(&coordinator, &format!("/v1/venues/{venue}/rooms"), &json!({ "name": "Auditorium", "capacity": 40, "projector": true }));
        let staff = person(&coordinator, "director@lawrence.example", &json!({ "role": "staff", "library": library }));

        let topic = made(&coordinator, "/v1/topics", &json!({ "network": network, "details": { "name": "Policy writing", "scheme": "WebJunction Competency Index" } }));
        let workshop = made(&coordinator, "/v1/workshops", &json!({ "network": network, "details": {
            "title": "Policies for Results", "level": "intermediate", "objectives": ["Write a policy that holds"], "duration_minutes": 120,
            "formats": ["in_person"], "languages": ["en"], "topics": [topic], "needs_projector": true } }));
        coordinator.step(&format!("/v1/workshops/{workshop}"), "publish", None).expect(200);

        let dana = made(&coordinator, "/v1/trainers", &trainer(&network, "Dana Whitfield", LAWRENCE, &topic, &workshop, 30_000));
        let lee = made(&coordinator, "/v1/trainers", &trainer(&network, "Lee Brandt", TOPEKA, &topic, &workshop, 25_000));
        let danas = person(&coordinator, "dana@example.org", &json!({ "role": "trainer", "trainer": dana }));
        let lees = person(&coordinator, "lee@example.org", &json!({ "role": "trainer", "trainer": lee }));
        for (who, sign_in) in [(&dana, &danas), (&lee, &lees)] {
            // Trainers say for themselves when they can.
            let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"];
            made(sign_in, &format!("/v1/trainers/{who}/availability"), &json!({ "time_zone": "America/Chicago", "pattern": {
                "kind": "weekly", "weekdays": weekdays, "start": "08:00:00", "end": "18:00:00", "from": "2027-01-01" } }));
        }

        // The library writes its request, and submits it.
        let draft = staff.post("/v1/requests", &json!({ "network": network, "library": library, "details": {
            "workshop": workshop, "level": "intermediate", "expected_attendance": 25, "duration_minutes": 120, "format": "in_person", "language": "en",
            "venue": venue, "room": room, "budget": { "amount_minor": 60_000, "currency": "USD" },
            "preferences": [{ "from": "2027-03-03", "until": "2027-03-04", "earliest": "10:00:00", "latest": "15:00:00" }] } })).expect(201);
        assert_eq!(draft.json()["state"], "draft");
        let request = draft.location();
        assert_eq!(staff.step(&request, "submit", None).expect(200).json()["state"], "open");

        // Both trainers can come. Prices add up, scores order them, travel is told.
        let matches = coordinator.get(&format!("{request}/matches?explain=true")).expect(200).json();
        let items = matches["items"].as_array().unwrap();
        assert_eq!((items.len(), &matches["ruled_out"]), (2, &json!([])));
        for item in items {
            let sum: i64 = item["price"]["items"].as_array().unwrap().iter().map(|item| item["amount"]["amount_minor"].as_i64().unwrap()).sum();
            assert_eq!(item["price"]["total"], json!({ "amount_minor": sum, "currency": "USD" }));
            let contributions = item["contributions"].as_array().unwrap();
            let (met, weight) = contributions.iter().fold((0.0, 0.0), |(met, sum), each| {
                (met + each["value"].as_f64().unwrap() * each["weight"].as_f64().unwrap(), sum + each["weight"].as_f64().unwrap())
            });
            assert!((item["score"].as_f64().unwrap() - met / weight).abs() < 1e-9);
            assert_eq!((&item["preference_rank"], &item["time"]["start"]), (&json!(0), &json!("2027-03-03T16:00:00Z")));
        }
        assert!(items[0]["score"].as_f64() > items[1]["score"].as_f64());
        let of = |id: &str| items.iter().find(|item| item["trainer"] == id).unwrap();
        assert_eq!(of(&dana)["travel"]["minutes_before"], 0);
        // 38.98 km as the crow flies, 48.7 on the road, both ways 60.5 miles at 72.5 cents.
        let way = &of(&lee)["travel"];
        assert_eq!((&way["minutes_before"], &way["minutes_after"], &way["nights"]), (&json!(35), &json!(35), &json!(0)));
        let mileage = of(&lee)["price"]["items"].as_array().unwrap().iter().find(|item| item["kind"] == "mileage").unwrap();
        let expected = way["road_km"].as_f64().unwrap() / 1.609_344 * 72.5;
        assert!((mileage["amount"]["amount_minor"].as_f64().unwrap() - expected).abs() <= 0.5, "{mileage}");

        // Two offers go out, at different hours: there is one room. The first to accept wins.
        let offer = |to: &str, at: &str| coordinator.post(&format!("{request}/offers"), &json!({ "trainer": to, "starts_at": at, "message": "Could you?" }));
        let to_dana = offer(&dana, "2027-03-03T16:00:00Z").expect(201);
        let to_lee = offer(&lee, "2027-03-03T18:00:00Z").expect(201);
        assert_eq!(to_dana.json()["state"], "pending");
        assert_eq!(to_dana.json()["terms"]["place"], "Lawrence Public Library, 707 Vermont St, Lawrence KS");
        lees.get(&to_dana.location()).expect(404);
        let accept = format!("{}/accept", to_lee.location());
        danas.act(&accept, "*", None).expect(404);
        lees.send("POST", &accept, &[], Some(b"")).expect(428);
        lees.act(&accept, "\"v7\"", None).expect(412);
        let booking = lees.act(&accept, &lees.get(&to_lee.location()).etag(), None).expect(200);
        assert_eq!((&booking.json()["state"], &booking.json()["trainer"]), (&json!("tentative"), &json!(lee)));
        assert_eq!(booking.json()["terms"], to_lee.json()["terms"]);
        let path = format!("/v1/bookings/{}", booking.id());

        // In the same moment the request is booked, the other offer superseded, its time free.
        assert_eq!(staff.get(&request).json()["state"], "booked");
        assert_eq!(staff.get(&request).json()["booking"], booking.json()["id"]);
        assert_eq!(danas.get(&to_dana.location()).json()["state"], "superseded");
        danas.step(&to_dana.location(), "accept", None).expect(409);
        let another = staff.post("/v1/requests", &json!({ "network": network, "library": library, "details": {
            "topic": topic, "level": "introductory", "expected_attendance": 5, "duration_minutes": 120, "format": "in_person", "language": "en", "venue": venue,
            "preferences": [{ "from": "2027-03-03", "until": "2027-03-03", "earliest": "10:00:00", "latest": "12:00:00" }] } })).expect(201).location();
        staff.step(&another, "submit", None).expect(200);
        let again = coordinator.post(&format!("{another}/offers"), &json!({ "trainer": dana, "starts_at": "2027-03-03T16:00:00Z" })).expect(201);
        danas.step(&again.location(), "decline", Some(&json!({ "reason": "the dentist" }))).expect(200);

        // Trainer and venue have it in their calendars, tentative until the host confirms.
        let event = ics(&lees, &format!("{path}/calendar.ics"));
        assert_eq!((property(&event, "STATUS"), property(&event, "SEQUENCE")), ("TENTATIVE".to_owned(), "0".to_owned()));
        let uid = property(&event, "UID");
        assert!(!uid.contains('@') && !uid.contains("packhorse."));
        lees.step(&path, "confirm", None).expect(403);
        let confirmed = staff.step(&path, "confirm", None).expect(200);
        assert_eq!((&confirmed.json()["state"], &confirmed.json()["sequence"]), (&json!("confirmed"), &json!(0)));
        for (who, calendar) in [(&lees, format!("/v1/trainers/{lee}/calendar")), (&staff, format!("/v1/venues/{venue}/calendar"))] {
            assert_eq!(who.get(&calendar).expect(200).json()["items"], json!([confirmed.json()]));
            let event = ics(who, &format!("{calendar}.ics"));
            assert_eq!((property(&event, "UID"), property(&event, "STATUS")), (uid.clone(), "CONFIRMED".to_owned()));
            assert_eq!((property(&event, "DTSTART"), property(&event, "DTEND")), ("20270303T180000Z".to_owned(), "20270303T200000Z".to_owned()));
            assert_eq!(property(&event, "SUMMARY"), "Policies for Results");
        }
        staff.get(&format!("/v1/trainers/{lee}/calendar")).expect(403);

        // It is moved to the next day: same event, higher sequence, the old time free.
        let moved = coordinator.step(&path, "reschedule", Some(&json!({ "starts_at": "2027-03-04T17:00:00Z", "reason": "the roof leaks" }))).expect(200);
        assert_eq!((&moved.json()["sequence"], &moved.json()["state"]), (&json!(1), &json!("confirmed")));
        assert_eq!(moved.json()["history"][0]["from"], booking.json()["terms"]["time"]);
        assert_eq!(moved.json()["terms"]["price"]["total"], booking.json()["terms"]["price"]["total"]);
        let event = ics(&lees, &format!("{path}/calendar.ics"));
        assert_eq!((property(&event, "UID"), property(&event, "SEQUENCE")), (uid.clone(), "1".to_owned()));
        assert_eq!(property(&event, "DTSTART"), "20270304T170000Z");

        // Ten days ahead the library cancels: half is owed by the terms of the booking, even when the policy changed since.
        let policy = coordinator.get(&format!("/v1/networks/{network}"));
        coordinator.patch(&format!("/v1/networks/{network}"), &policy.etag(), &json!({ "policy": { "cancellation": [] } })).expect(200);
        world.clock.set("2027-02-22T15:00:00Z");
        let canceled = staff.step(&path, "cancel", Some(&json!({ "reason": "the roof still leaks" }))).expect(200).json();
        let total = canceled["terms"]["price"]["total"]["amount_minor"].as_i64().unwrap();
        assert_eq!((&canceled["state"], &canceled["canceled_by"], &canceled["notice_days"]), (&json!("canceled"), &json!("host"), &json!(10)));
        assert_eq!(canceled["charge"]["amount_minor"], (total + 1) / 2);
        let event = ics(&lees, &format!("{path}/calendar.ics"));
        assert_eq!((property(&event, "UID"), property(&event, "SEQUENCE")), (uid, "2".to_owned()));
        assert_eq!((property(&event, "STATUS"), property(&event, "TRANSP")), ("CANCELLED".to_owned(), "TRANSPARENT".to_owned()));

        // The request is open again, but it is too late for its days. Another one, for the time after.
        assert_eq!(staff.get(&request).json()["state"], "open");
        let late = coordinator.get(&format!("{request}/matches?explain=true")).json();
        assert_eq!(late["items"], json!([]));
        assert!(late["ruled_out"].as_array().unwrap().iter().all(|each| each["rules"] == json!(["notice"])));
        staff.step(&request, "withdraw", Some(&json!({ "reason": "" }))).expect(200);
        let request = staff.post("/v1/requests", &json!({ "network": network, "library": library, "details": {
            "workshop": workshop, "level": "intermediate", "expected_attendance": 25, "duration_minutes": 120, "format": "in_person", "language": "en",
            "venue": venue, "room": room, "preferences": [{ "from": "2027-04-07", "until": "2027-04-07", "earliest": "10:00:00", "latest": "12:00:00" }] } })).expect(201).location();
        staff.step(&request, "submit", None).expect(200);
        // Summer time has begun: ten o'clock is 15:00 UTC now.
        let offer = coordinator.post(&format!("{request}/offers"), &json!({ "trainer": dana, "starts_at": "2027-04-07T15:00:00Z" })).expect(201).location();
        let booking = danas.step(&offer, "accept", None).expect(200).id();
        let path = format!("/v1/bookings/{booking}");
        staff.step(&path, "deliver", Some(&json!({ "attendance": 20 }))).expect(409);
        staff.step(&path, "confirm", None).expect(200);
        staff.step(&path, "deliver", Some(&json!({ "attendance": 20 }))).expect(409);
        world.clock.set("2027-04-07T17:00:00Z");
        let delivered = danas.step(&path, "deliver", Some(&json!({ "attendance": 23 }))).expect(200).json();
        assert_eq!((&delivered["state"], &delivered["attendance"]), (&json!("delivered"), &json!(23)));
        assert_eq!(staff.get(&request).json()["state"], "fulfilled");
        danas.step(&path, "close", None).expect(403);
        assert_eq!(coordinator.step(&path, "close", None).expect(200).json()["state"], "closed");
        assert_eq!(coordinator.step(&path, "close", None).expect(409).faults(), [(String::new(), "closed".to_owned())]);
        world.clock.advance(SignedDuration::from_hours(24 * 30));
        assert_eq!(world.sweep(), 1, "the last window of one request has passed");
        assert_eq!(staff.get(&another).json()["state"], "expired");
    }
}
