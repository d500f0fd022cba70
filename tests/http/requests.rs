//! Training requests: their states, what they take and refuse, who sees them.

use packhorse_domain::{Word, policy::Policy, request::RequestStateName};
use packhorse_tests::{DAY, Market, Reply, World, both};
use serde_json::{Value, json};

/// Days that have passed when the clock stands at [`LATER`].
const SOON: &str = "2027-01-20";
const LATER: &str = "2027-01-22T15:00:00Z";

fn triage() -> Policy {
    Policy { triage: true, ..Policy::default() }
}

fn during(day: &str) -> Value {
    json!({ "preferences": [{ "from": day, "until": day, "earliest": "09:00:00", "latest": "17:00:00" }] })
}

/// A request in a state, in a network with triage. Its days are `day`.
fn in_state(market: &Market, state: RequestStateName, day: &str) -> String {
    use RequestStateName as Is;
    let Market { staff, coordinator, dana, .. } = market;
    let request = market.draft(&during(day)).location();
    let go = |who: &packhorse_tests::Client, action: &str, body: Option<Value>| {
        who.step(&request, action, body.as_ref()).expect(200);
    };
    match state {
        Is::Draft | Is::Expired => {}
        Is::Gathering => go(staff, "gather", Some(pool(30))),
        Is::Submitted => go(staff, "submit", None),
        Is::NeedsInformation => {
            go(staff, "submit", None);
            go(coordinator, "ask", Some(json!({ "question": "Is there a projector?" })));
        }
        Is::Open | Is::Booked | Is::Fulfilled => {
            go(staff, "submit", None);
            go(coordinator, "open", None);
        }
        Is::Merged => {
            let other = market.draft(&during(DAY)).id();
            go(coordinator, "merge", Some(json!({ "into": other })));
        }
        Is::Declined => {
            go(staff, "submit", None);
            go(coordinator, "decline", Some(json!({ "reason": "no money" })));
        }
        Is::Withdrawn => go(staff, "withdraw", Some(json!({ "reason": "no time" }))),
    }
    if matches!(state, Is::Booked | Is::Fulfilled) {
        let starts_at = if state == Is::Booked { "16:00:00Z" } else { "19:00:00Z" };
        let offer = market.offer(&request, dana.id, &format!("{day}T{starts_at}")).expect(201).location();
        let booking = dana.client.step(&offer, "accept", None).expect(200).id();
        staff.step(&format!("/v1/bookings/{booking}"), "confirm", None).expect(200);
    }
    request
}

/// More seats than the library fills itself.
fn pool(seats: u32) -> Value {
    json!({ "seats": seats, "until": "2027-02-15", "own": { "seats": 8 } })
}

/// Every way to change a request.
const ACTIONS: [&str; 9] =
    ["update", "gather", "submit", "open", "ask", "decline", "withdraw", "merge", "create_offer"];

fn act(market: &Market, request: &str, action: &str, other: &str) -> Reply {
    let Market { staff, coordinator, lee, .. } = market;
    match action {
        "update" => staff.patch(request, &staff.get(request).etag(), &json!({ "notes": "with coffee" })),
        "gather" => staff.step(request, "gather", Some(&pool(35))),
        "submit" => staff.step(request, "submit", None),
        "open" => coordinator.step(request, "open", None),
        "ask" => coordinator.step(request, "ask", Some(&json!({ "question": "Why?" }))),
        "decline" => coordinator.step(request, "decline", Some(&json!({ "reason": "no" }))),
        "withdraw" => staff.step(request, "withdraw", Some(&json!({ "reason": "no" }))),
        "merge" => coordinator.step(request, "merge", Some(&json!({ "into": other }))),
        "create_offer" => market.offer(request, lee.id, &format!("{DAY}T20:00:00Z")),
        _ => panic!("{action}"),
    }
}

/// The state that an action leads to, when the state before permits it.
fn leads_to(state: RequestStateName, action: &str) -> Option<&'static str> {
    use RequestStateName as Is;
    let waiting = matches!(state, Is::Draft | Is::Gathering | Is::Submitted | Is::NeedsInformation | Is::Open);
    match action {
        "update" => {
            matches!(state, Is::Draft | Is::Gathering | Is::Submitted | Is::NeedsInformation).then_some(state.word())
        }
        "gather" => waiting.then_some("gathering"),
        "submit" => matches!(state, Is::Draft | Is::NeedsInformation).then_some("submitted"),
        "open" => (state == Is::Submitted).then_some("open"),
        "ask" => matches!(state, Is::Submitted | Is::Open).then_some("needs_information"),
        "decline" => (waiting && state != Is::Draft).then_some("declined"),
        "withdraw" => waiting.then_some("withdrawn"),
        "merge" => waiting.then_some("merged"),
        "create_offer" => (state == Is::Open).then_some("open"),
        _ => panic!("{action}"),
    }
}

fn state(market: &Market, request: &str) -> Value {
    market.coordinator.get(request).expect(200).json()["state"].clone()
}

/// Walks through the pages of a list.
fn ids(client: &packhorse_tests::Client, path: &str) -> Vec<String> {
    let items = client.get(path).expect(200).json()["items"].clone();
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn triaged(world: &World) -> Market {
    Market::with(world, "nekls", &triage())
}

both! {
    fn every_change_is_made_in_the_right_states_only(world) {
        let market = triaged(world);
        let past = [in_state(&market, RequestStateName::Fulfilled, SOON), in_state(&market, RequestStateName::Expired, SOON)];
        world.clock.set(LATER);
        let booking = market.staff.get(&past[0]).json()["booking"].as_str().unwrap().to_owned();
        market.staff.step(&format!("/v1/bookings/{booking}"), "deliver", Some(&json!({ "attendance": 3 }))).expect(200);
        assert_eq!(world.sweep(), 1);
        let other = market.draft(&during(DAY)).id();
        for name in RequestStateName::ALL {
            let make = || match name {
                RequestStateName::Fulfilled => past[0].clone(),
                RequestStateName::Expired => past[1].clone(),
                _ => in_state(&market, *name, DAY),
            };
            let request = make();
            assert_eq!(state(&market, &request), name.word());
            let before = market.coordinator.get(&request);
            for action in ACTIONS.iter().filter(|action| leads_to(*name, action).is_none()) {
                let refused = act(&market, &request, action, &other).expect(409);
                assert_eq!(refused.faults(), [(String::new(), name.word().to_owned())], "{action}");
                let after = market.coordinator.get(&request);
                assert_eq!((&after.text, after.etag()), (&before.text, before.etag()), "{action} of {name:?} was refused");
            }
            for action in ACTIONS.iter().filter(|action| leads_to(*name, action).is_some()) {
                let request = make();
                let reply = act(&market, &request, action, &other);
                assert!(matches!(reply.status, 200 | 201), "{action} of {name:?}: {}", reply.text);
                assert_eq!(Some(state(&market, &request).as_str().unwrap()), leads_to(*name, action), "{action} of {name:?}");
                if *action == "create_offer" {
                    let withdraw = json!({ "reason": "" });
                    market.coordinator.step(&reply.location(), "withdraw", Some(&withdraw)).expect(200);
                }
            }
        }
    }

    fn triage_is_the_networks_choice(world) {
        let market = Market::new(world);
        let open = market.ask(&json!({}));
        assert_eq!(state(&market, &open), "open");
        let network = format!("/v1/networks/{}", market.network);
        let etag = market.coordinator.get(&network).etag();
        market.coordinator.patch(&network, &etag, &json!({ "policy": { "triage": true } })).expect(200);
        let submitted = market.ask(&json!({}));
        assert_eq!(state(&market, &submitted), "submitted");
        market.staff.step(&submitted, "open", None).expect(403);
        market.coordinator.step(&submitted, "open", None).expect(200);
    }

    fn a_request_that_ends_takes_its_offers_with_it(world) {
        let market = Market::new(world);
        for (action, body) in [("ask", json!({ "question": "?" })), ("decline", json!({})), ("withdraw", json!({})), ("merge", Value::Null)] {
            let request = market.ask(&json!({}));
            let offers = [market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z"), market.offer(&request, market.lee.id, "2027-03-03T19:00:00Z")];
            let offers = offers.map(|offer| offer.expect(201).location());
            market.lee.client.step(&offers[1], "counter", Some(&json!({ "starts_at": "2027-03-03T20:00:00Z" }))).expect(200);
            let body = if body.is_null() { json!({ "into": market.draft(&json!({})).id() }) } else { body };
            market.coordinator.step(&request, action, Some(&body)).expect(200);
            for offer in &offers {
                assert_eq!(market.coordinator.get(offer).json()["state"], "withdrawn", "{action}");
            }
        }
        // An answered question may be submitted again, and offered again.
        let request = market.ask(&json!({}));
        market.coordinator.step(&request, "ask", Some(&json!({ "question": "How many?" }))).expect(200);
        assert_eq!(market.staff.get(&request).json()["question"], "How many?");
        market.staff.patch(&request, "*", &json!({ "expected_attendance": 30 })).expect(200);
        market.staff.step(&request, "submit", None).expect(200);
        market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201);
    }

    fn a_request_expires_when_its_last_window_has_passed(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let offer = market.offer(&request, market.dana.id, "2027-03-05T20:00:00Z").expect(201).location();
        // The last window ends on 5 March at 17:00 in Lawrence.
        world.clock.set("2027-03-05T22:59:00Z");
        assert_eq!(world.sweep(), 1);
        assert_eq!((state(&market, &request), &market.coordinator.get(&offer).json()["state"]), (json!("open"), &json!("lapsed")));
        world.clock.set("2027-03-05T23:00:00Z");
        assert_eq!((world.sweep(), world.sweep()), (1, 0));
        assert_eq!(state(&market, &request), "expired");
    }

    fn merging_needs_a_request_that_goes_on(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let merge = |into: &str| market.coordinator.step(&request, "merge", Some(&json!({ "into": into })));
        let own = request.rsplit('/').next().unwrap();
        assert_eq!(merge(own).expect(422).faults(), [("/into".to_owned(), "not_found".to_owned())]);
        assert_eq!(merge("req_01k9z3k8m4e0r9q2v7x5y6w8ta").expect(422).faults(), [("/into".to_owned(), "not_found".to_owned())]);
        let elsewhere = Market::with(world, "swkls", &Policy::default()).draft(&json!({})).id();
        assert_eq!(merge(&elsewhere).expect(422).faults(), [("/into".to_owned(), "not_found".to_owned())]);
        let ended = market.draft(&json!({}));
        market.staff.step(&ended.location(), "withdraw", Some(&json!({}))).expect(200);
        assert_eq!(merge(&ended.id()).expect(422).faults(), [("/into".to_owned(), "ended".to_owned())]);
        let goes_on = market.draft(&json!({})).id();
        assert_eq!(merge(&goes_on).expect(200).json()["into"], goes_on.as_str());
    }

    fn a_merge_patch_replaces_what_it_names(world) {
        let market = Market::new(world);
        let draft = market.draft(&json!({ "budget": { "amount_minor": 50_000, "currency": "USD" }, "notes": "bring coffee" }));
        let path = draft.location();
        let patch = |body: &Value| market.staff.patch(&path, &market.staff.get(&path).etag(), body);
        // An object inside is merged, a list replaced, null clears, what is absent stays.
        let changed = patch(&json!({ "budget": { "amount_minor": 70_000 }, "preferences": [{ "from": DAY, "until": DAY, "earliest": "10:00:00", "latest": "12:00:00" }], "notes": null })).expect(200).json();
        assert_eq!(changed["budget"], json!({ "amount_minor": 70_000, "currency": "USD" }));
        assert_eq!((changed["preferences"].as_array().unwrap().len(), &changed["notes"]), (1, &json!("")));
        assert_eq!((&changed["workshop"], &changed["version"]), (&draft.json()["workshop"], &json!(2)));
        assert_eq!(patch(&json!({ "budget": null })).expect(200).json()["budget"], Value::Null);
        let before = market.staff.get(&path);
        for (body, status, faults) in [
            (json!({ "workshop": null }), 422, vec![("", "workshop_or_topic_needed")]),
            (json!({ "colour": "red", "expected_attendance": "many" }), 400, vec![("/colour", "unknown_field"), ("/expected_attendance", "type")]),
            (json!({ "format": null, "language": "Klingon!" }), 400, vec![("/format", "required"), ("/language", "form")]),
            (json!({ "expected_attendance": 0, "duration_minutes": 5000 }), 422, vec![("/duration_minutes", "range"), ("/expected_attendance", "range")]),
            (json!({ "state": "booked" }), 400, vec![("/state", "unknown_field")]),
            (json!(["notes"]), 400, vec![("", "type")]),
            (json!({ "duration_minutes": 180 }), 422, vec![("", "longer_than_window")]),
            (json!({ "venue": null }), 422, vec![("", "venue_needed")]),
        ] {
            let refused = patch(&body);
            let mut named = refused.faults();
            named.sort();
            let named: Vec<_> = named.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
            assert_eq!((refused.status, &named), (status, &faults), "{body}: {}", refused.text);
        }
        assert_eq!(market.staff.get(&path).text, before.text);
        let plain = [("content-type", "text/plain"), ("if-match", "*")];
        market.staff.send("PATCH", &path, &plain, Some(b"{}")).expect(415);
    }

    fn all_faults_are_named_at_once(world) {
        let market = Market::new(world);
        let absent = "01k9z3k8m4e0r9q2v7x5y6w8ta";
        let refused = market.staff.post("/v1/requests", &market.need(&json!({
            "workshop": format!("wks_{absent}"), "topic": format!("top_{absent}"), "venue": format!("ven_{absent}"),
            "room": format!("rom_{absent}"), "co_hosts": [{ "library": market.place.library, "seats": 3 }, { "library": format!("lib_{absent}"), "seats": 3 }]
        }))).expect(422);
        let mut places: Vec<_> = refused.faults().into_iter().map(|(place, code)| { assert_eq!(code, "not_found"); place }).collect();
        places.sort();
        assert_eq!(places, ["/details/co_hosts/1/library", "/details/room", "/details/topic", "/details/venue", "/details/workshop"]);
        let mut need = market.need(&json!({ "preferences": [{ "from": "2027-03-05", "until": "2027-03-01", "earliest": "09:00:00", "latest": "17:00:00" }], "expected_attendance": 0, "language": "x" }));
        need["color"] = json!("red");
        need["details"]["duration_minutes"] = json!("long");
        need["details"].as_object_mut().unwrap().remove("format");
        let refused = market.staff.post("/v1/requests", &need).expect(400);
        let mut faults = refused.faults();
        faults.sort();
        let faults: Vec<_> = faults.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
        for expected in [("/color", "unknown_field"), ("/details/duration_minutes", "type"), ("/details/expected_attendance", "range"), ("/details/format", "required")] {
            assert!(faults.contains(&expected), "{expected:?} in {faults:?}");
        }
        let mut need = market.need(&json!({ "budget": { "amount_minor": -1, "currency": "USD" } }));
        assert_eq!(market.staff.post("/v1/requests", &need).expect(422).faults(), [("/details".to_owned(), "negative_budget".to_owned())]);
        need["details"]["budget"] = json!({ "amount_minor": 1, "currency": "usd" });
        assert_eq!(market.staff.post("/v1/requests", &need).expect(400).faults(), [("/details/budget/currency".to_owned(), "form".to_owned())]);
        assert_eq!(market.staff.get("/v1/requests").json()["items"], json!([]));
    }

    fn nothing_that_is_sent_breaks_the_server(world) {
        let market = Market::new(world);
        let window = |from: &str, until: &str| json!({ "from": from, "until": until, "earliest": "00:00:00", "latest": "23:59:59" });
        for (from, until) in [("9999-12-30", "9999-12-31"), ("-009999-01-01", "-009999-01-02"), ("0001-01-01", "0001-02-01"), ("2027-02-30", "2027-03-01"), ("9999-12-31", "9999-12-31"), ("0000-01-01", "0000-12-31")] {
            let body = market.need(&json!({ "preferences": [window(from, until)] }));
            let reply = market.staff.post("/v1/requests", &body);
            assert!(reply.status < 500, "{from}: {} {}", reply.status, reply.text);
            let preview = market.staff.post("/v1/matches?explain=true", &body);
            assert!(preview.status < 500, "{from}: {} {}", preview.status, preview.text);
            if reply.status == 201 {
                let path = reply.location();
                market.staff.step(&path, "submit", None).expect(200);
                let matches = market.staff.get(&format!("{path}/matches?explain=true"));
                assert!(matches.status < 500, "{from}: {} {}", matches.status, matches.text);
            }
        }
        let request = market.ask(&json!({}));
        for starts_at in ["9999-12-30T21:59:59Z", "9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "2027-03-03T16:00:00.000000001Z"] {
            let offer = market.offer(&request, market.dana.id, starts_at);
            assert!(matches!(offer.status, 400 | 422), "{starts_at}: {} {}", offer.status, offer.text);
        }
        let calendar = format!("/v1/trainers/{}/calendar", market.dana.id);
        for query in ["from=-009999-01-02T01:59:59Z", "to=9999-12-30T22:00:00Z", "from=9999-12-30T22:00:00Z", "from=-009999-01-02T01:59:59Z&to=9999-12-30T22:00:00Z", "to=-009999-01-02T01:59:59Z"] {
            let reply = market.dana.client.get(&format!("{calendar}?{query}"));
            assert!(matches!(reply.status, 200 | 400 | 422), "{query}: {} {}", reply.status, reply.text);
        }
        let nul = market.need(&json!({ "notes": "a\u{0}b" }));
        assert_eq!(market.staff.post("/v1/requests", &nul).expect(422).faults(), [("/details/notes".to_owned(), "nul".to_owned())]);
        let odd = market.draft(&json!({ "notes": "\u{1F434} \u{202E} \u{FFFF} '; DROP TABLE requests; --", "audience": "\\u0000 \u{7f}\u{1}" }));
        assert_eq!(market.staff.get(&odd.location()).json(), odd.json());
        assert_eq!(odd.json()["audience"], "\\u0000 \u{7f}\u{1}");
        for query in ["q=%00", "after=%F0%9F%90%B4", "limit=1&limit=2", "state=open%20", "library=req_1", "network=%27", "=", "&&", "a=%ZZ"] {
            let reply = market.staff.get(&format!("/v1/requests?{query}"));
            assert!(matches!(reply.status, 200 | 400), "{query}: {} {}", reply.status, reply.text);
        }
    }

    fn versions_must_be_named(world) {
        let market = Market::new(world);
        let draft = market.draft(&json!({}));
        let (path, submit) = (draft.location(), format!("{}/submit", draft.location()));
        let staff = &market.staff;
        staff.send("POST", &submit, &[], Some(b"")).expect(428);
        staff.act(&submit, "\"v2\"", None).expect(412);
        staff.act(&submit, "W/\"v1\"", None).expect(412);
        staff.act(&submit, "\"other\"", None).expect(412);
        // Existence and permission come before preconditions.
        market.dana.client.send("POST", &submit, &[], Some(b"")).expect(404);
        staff.send("POST", &format!("{path}/open"), &[], Some(b"")).expect(403);
        assert_eq!(staff.get(&path).text, draft.text);
        staff.act(&submit, "\"v9\", \"v1\"", None).expect(200);
        let not_modified = staff.send("GET", &path, &[("if-none-match", "\"v1\", \"v2\"")], None);
        assert_eq!((not_modified.status, not_modified.etag()), (304, "\"v2\"".to_owned()));
        staff.act(&format!("{path}/withdraw"), "*", Some(&json!({}))).expect(200);
    }

    fn lists_are_narrowed_and_hold_what_one_may_see(world) {
        let market = Market::new(world);
        let (first, second) = (market.ask(&json!({})), market.draft(&json!({})).location());
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        assert_eq!(ids(&market.staff, "/v1/requests"), [id(&first), id(&second)]);
        assert_eq!(ids(&market.staff, "/v1/requests?state=draft"), [id(&second)]);
        assert_eq!(ids(&market.staff, &format!("/v1/requests?library={}&network={}&sort=-created_at", market.place.library, market.network)), [id(&second), id(&first)]);
        assert_eq!(ids(&market.staff, "/v1/requests?library=lib_01k9z3k8m4e0r9q2v7x5y6w8ta"), Vec::<String>::new());
        let trainer = &market.dana.client;
        assert_eq!(ids(trainer, "/v1/requests"), Vec::<String>::new());
        trainer.get(&first).expect(404);
        market.offer(&first, market.dana.id, "2027-03-03T16:00:00Z").expect(201);
        assert_eq!(ids(trainer, "/v1/requests"), [id(&first)]);
        trainer.step(&first, "withdraw", Some(&json!({}))).expect(403);
        assert_eq!(ids(&market.lee.client, "/v1/requests"), Vec::<String>::new());
        let elsewhere = Market::with(world, "swkls", &Policy::default());
        assert_eq!(ids(&elsewhere.coordinator, "/v1/requests"), Vec::<String>::new());
        assert_eq!(ids(&elsewhere.staff, &format!("/v1/requests?network={}", market.network)), Vec::<String>::new());
    }
}
