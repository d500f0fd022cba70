//! Offers: holds, answers, versions, and trainers who are lent.

use jiff::SignedDuration;
use packhorse_domain::{Word, offer::OfferStateName, policy::Policy};
use packhorse_tests::{Client, Market, Reply, Teacher, World, both};
use serde_json::{Value, json};

/// Ten o'clock on the first day asked for.
const TEN: &str = "2027-03-03T16:00:00Z";
/// Three o'clock on the same day.
const THREE: &str = "2027-03-03T21:00:00Z";

fn state(market: &Market, offer: &str) -> Value {
    market.coordinator.get(offer).expect(200).json()["state"].clone()
}

/// An offer to Dana for a request of its own, in a state. Each has its hour and needs no room.
fn in_state(world: &World, market: &Market, state: OfferStateName, starts_at: &str) -> String {
    use OfferStateName as Is;
    let Market { coordinator, dana, lee, .. } = market;
    let request = market.ask(&json!({ "room": null }));
    let offer = market.offer(&request, dana.id, starts_at).expect(201).location();
    let trainer = &dana.client;
    match state {
        Is::Pending => {}
        Is::Accepted => drop(trainer.step(&offer, "accept", None).expect(200)),
        Is::Declined => drop(trainer.step(&offer, "decline", Some(&json!({ "reason": "no" }))).expect(200)),
        Is::Countered => {
            drop(trainer.step(&offer, "counter", Some(&json!({ "starts_at": "2027-03-04T16:00:00Z" }))).expect(200));
        }
        Is::Withdrawn => drop(coordinator.step(&offer, "withdraw", Some(&json!({}))).expect(200)),
        Is::Lapsed => {
            world.clock.advance(SignedDuration::from_hours(73));
            world.sweep();
        }
        Is::Superseded => {
            let other = market.offer(&request, lee.id, starts_at).expect(201).location();
            let booking = lee.client.step(&other, "accept", None).expect(200).id();
            lee.client.step(&format!("/v1/bookings/{booking}"), "cancel", Some(&json!({}))).expect(200);
        }
    }
    offer
}

const ACTIONS: [&str; 5] = ["accept", "decline", "counter", "revise", "withdraw"];

fn act(market: &Market, offer: &str, action: &str, starts_at: &str) -> Reply {
    let (trainer, coordinator) = (&market.dana.client, &market.coordinator);
    match action {
        "accept" => trainer.step(offer, "accept", None),
        "decline" => trainer.step(offer, "decline", Some(&json!({ "reason": "ill" }))),
        "counter" => trainer.step(offer, "counter", Some(&json!({ "starts_at": starts_at }))),
        "revise" => coordinator.step(offer, "revise", Some(&json!({ "starts_at": starts_at }))),
        "withdraw" => coordinator.step(offer, "withdraw", Some(&json!({ "reason": "never mind" }))),
        _ => panic!("{action}"),
    }
}

fn leads_to(state: OfferStateName, action: &str) -> Option<&'static str> {
    use OfferStateName as Is;
    let out = matches!(state, Is::Pending | Is::Countered);
    match action {
        "accept" => (state == Is::Pending).then_some("accepted"),
        "counter" => (state == Is::Pending).then_some("countered"),
        "decline" => out.then_some("declined"),
        "revise" => out.then_some("pending"),
        "withdraw" => out.then_some("withdrawn"),
        _ => panic!("{action}"),
    }
}

/// The rules that a refusal names.
fn rules(reply: &Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

fn minor(price: &Value, kind: &str) -> Option<i64> {
    let items = price["items"].as_array().unwrap();
    items.iter().find(|item| item["kind"] == kind).map(|item| item["amount"]["amount_minor"].as_i64().unwrap())
}

both! {
    fn every_answer_is_taken_in_the_right_states_only(world) {
        let market = Market::new(world);
        // Lapsed first: it moves the clock.
        let lapsed = in_state(world, &market, OfferStateName::Lapsed, TEN);
        for name in OfferStateName::ALL {
            let mut made = Vec::new();
            let mut make = || {
                let offer = if *name == OfferStateName::Lapsed { lapsed.clone() } else { in_state(world, &market, *name, TEN) };
                made.push(offer.clone());
                offer
            };
            let offer = make();
            assert_eq!(state(&market, &offer), name.word());
            let before = market.coordinator.get(&offer);
            for action in ACTIONS.iter().filter(|action| leads_to(*name, action).is_none()) {
                // Whatever time is proposed, the state is what stands in the way.
                for starts_at in [TEN, THREE, "2026-01-01T00:00:00Z"] {
                    let refused = act(&market, &offer, action, starts_at).expect(409);
                    assert_eq!(rules(&refused), [name.word()], "{action} of {name:?}");
                }
                let after = market.coordinator.get(&offer);
                assert_eq!((&after.text, after.etag()), (&before.text, before.etag()), "{action} of {name:?} was refused");
            }
            for (place, action) in ACTIONS.iter().filter(|action| leads_to(*name, action).is_some()).enumerate() {
                let offer = if place == 0 { offer.clone() } else { make() };
                act(&market, &offer, action, TEN).expect(200);
                assert_eq!(Some(state(&market, &offer).as_str().unwrap()), leads_to(*name, action), "{action} of {name:?}");
                // What is out or stands makes room for the next.
                match state(&market, &offer).as_str().unwrap() {
                    "pending" | "countered" => drop(market.coordinator.step(&offer, "withdraw", Some(&json!({}))).expect(200)),
                    "accepted" => {
                        let booking = market.coordinator.get(&offer).json()["booking"].as_str().unwrap().to_owned();
                        market.coordinator.step(&format!("/v1/bookings/{booking}"), "cancel", Some(&json!({}))).expect(200);
                    }
                    _ => {}
                }
            }
            if *name == OfferStateName::Accepted {
                let booking = market.coordinator.get(&offer).json()["booking"].as_str().unwrap().to_owned();
                market.coordinator.step(&format!("/v1/bookings/{booking}"), "cancel", Some(&json!({}))).expect(200);
            }
        }
    }

    fn a_hold_that_ran_out_is_free_before_anybody_sweeps(world) {
        let market = Market::new(world);
        let (first, second) = (market.ask(&json!({})), market.ask(&json!({})));
        let held = market.offer(&first, market.dana.id, TEN).expect(201);
        let taken = market.offer(&second, market.dana.id, TEN).expect(409);
        assert_eq!(rules(&taken), ["trainer_taken"]);
        assert_eq!(rules(&market.offer(&second, market.lee.id, TEN).expect(409)), ["room_taken"]);
        let expires_at = held.json()["expires_at"].as_str().unwrap().to_owned();
        world.clock.advance(SignedDuration::from_hours(72) - SignedDuration::from_mins(1));
        market.offer(&second, market.dana.id, TEN).expect(409);
        world.clock.set(&expires_at);
        market.dana.client.step(&held.location(), "accept", None).expect(409);
        let listed = market.coordinator.get(&format!("{second}/matches")).json();
        assert!(listed["items"].as_array().unwrap().iter().any(|item| item["trainer"] == json!(market.dana.id) && item["time"]["start"] == "2027-03-03T15:00:00Z"));
        let taken = market.offer(&second, market.dana.id, TEN).expect(201).location();
        assert_eq!(state(&market, &held.location()), "lapsed");
        assert_eq!(world.sweep(), 0, "whoever took the time cleared the hold away");
        market.dana.client.step(&taken, "accept", None).expect(200);
        market.offer(&first, market.dana.id, THREE).expect(201);
    }

    fn what_nobody_answers_lapses(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let pending = market.offer(&request, market.dana.id, TEN).expect(201).location();
        let countered = market.offer(&request, market.lee.id, THREE).expect(201).location();
        market.lee.client.step(&countered, "counter", Some(&json!({ "starts_at": "2027-03-04T16:00:00Z", "note": "the day after" }))).expect(200);
        world.clock.advance(SignedDuration::from_hours(71));
        assert_eq!(world.sweep(), 0);
        world.clock.advance(SignedDuration::from_hours(1));
        assert_eq!((world.sweep(), world.sweep()), (2, 0));
        assert_eq!((state(&market, &pending), state(&market, &countered)), (json!("lapsed"), json!("lapsed")));
        assert_eq!(market.staff.get(&request).json()["state"], "open");
        market.offer(&request, market.dana.id, TEN).expect(201);
    }

    fn a_counter_is_answered_by_a_new_version(world) {
        let market = Market::new(world);
        let trainer = &market.dana.client;
        let request = market.ask(&json!({}));
        let offer = market.offer(&request, market.dana.id, TEN).expect(201);
        let path = offer.location();
        assert_eq!(trainer.step(&path, "counter", Some(&json!({}))).expect(422).faults(), [(String::new(), "nothing_proposed".to_owned())]);
        let counter = json!({ "starts_at": THREE, "honorarium": { "amount_minor": 40_000, "currency": "USD" }, "note": "afternoons are better" });
        let countered = trainer.step(&path, "counter", Some(&counter)).expect(200).json();
        assert_eq!((&countered["state"], &countered["proposal"], &countered["version"]), (&json!("countered"), &counter, &json!(2)));
        assert_eq!((&countered["terms"], &countered["expires_at"]), (&offer.json()["terms"], &offer.json()["expires_at"]));
        // Nobody accepts their own proposal.
        trainer.act(&format!("{path}/accept"), "*", None).expect(409);
        world.clock.advance(SignedDuration::from_hours(1));
        let revision = json!({ "starts_at": THREE, "honorarium": { "amount_minor": 35_000, "currency": "USD" }, "message": "meet me half way" });
        market.staff.get(&path).expect(404);
        trainer.step(&path, "revise", Some(&revision)).expect(403);
        let revised = market.coordinator.step(&path, "revise", Some(&revision)).expect(200).json();
        assert_eq!((&revised["state"], &revised["version"]), (&json!("pending"), &json!(3)));
        assert!(revised["expires_at"].as_str() > offer.json()["expires_at"].as_str());
        assert_eq!((&revised["terms"]["time"]["start"], &revised["terms"]["message"]), (&json!(THREE), &json!("meet me half way")));
        assert_eq!((minor(&offer.json()["terms"]["price"], "honorarium"), minor(&revised["terms"]["price"], "honorarium")), (Some(30_000), Some(35_000)));
        assert_eq!(revised["terms"]["price"]["total"]["amount_minor"], 35_000);
        // The version that was seen is the one that is accepted.
        assert_eq!(trainer.act(&format!("{path}/accept"), &offer.etag(), None).expect(412).json()["code"], "stale");
        // The hold moved along: the morning is free, the afternoon is not.
        let other = market.ask(&json!({ "room": null }));
        assert_eq!(rules(&market.offer(&other, market.dana.id, THREE).expect(409)), ["trainer_taken"]);
        market.offer(&other, market.dana.id, TEN).expect(201);
        let booking = trainer.act(&format!("{path}/accept"), "\"v3\"", None).expect(200).json();
        assert_eq!(booking["terms"], revised["terms"]);
    }

    fn a_revision_that_does_not_fit_changes_nothing(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let path = market.offer(&request, market.dana.id, TEN).expect(201).location();
        let other = market.ask(&json!({ "room": null }));
        market.offer(&other, market.dana.id, THREE).expect(201);
        let before = market.coordinator.get(&path).text;
        let revise = |body: Value| market.coordinator.step(&path, "revise", Some(&body));
        assert_eq!(rules(&revise(json!({ "starts_at": "2027-03-03T20:00:00Z" })).expect(409)), ["trainer_taken"]);
        assert_eq!(rules(&revise(json!({ "starts_at": "2027-03-03T16:05:00Z" })).expect(422)), ["start_grid"]);
        assert_eq!(revise(json!({ "starts_at": TEN, "honorarium": { "amount_minor": 1, "currency": "EUR" } })).expect(422).faults(), [("/honorarium/currency".to_owned(), "currency".to_owned())]);
        assert_eq!(revise(json!({ "starts_at": TEN, "honorarium": { "amount_minor": -1, "currency": "USD" } })).expect(422).faults(), [("/honorarium/amount_minor".to_owned(), "range".to_owned())]);
        assert_eq!(market.coordinator.get(&path).text, before);
        assert_eq!(rules(&market.offer(&other, market.dana.id, TEN).expect(409)), ["trainer_taken"], "its time is still held");
        // Moved by an hour it overlaps itself, which is no matter.
        revise(json!({ "starts_at": "2027-03-03T17:00:00Z", "honorarium": { "amount_minor": 0, "currency": "USD" } })).expect(200);
    }

    fn the_first_acceptance_wins(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({ "room": null }));
        let offers = [&market.dana, &market.lee].map(|teacher| market.offer(&request, teacher.id, TEN).expect(201).location());
        assert_eq!(rules(&market.offer(&request, market.dana.id, "2027-03-04T16:00:00Z").expect(409)), ["offer_out"]);
        market.lee.client.step(&offers[1], "accept", None).expect(200);
        assert_eq!(rules(&market.dana.client.step(&offers[0], "accept", None).expect(409)), ["superseded"]);
        assert_eq!(rules(&market.offer(&request, market.dana.id, THREE).expect(409)), ["booked"]);
        let other = market.ask(&json!({ "room": null }));
        market.offer(&other, market.dana.id, TEN).expect(201);
    }

    fn a_hold_never_outlives_the_start(world) {
        let market = Market::with(world, "nekls", &Policy { minimum_notice_days: 0, ..Policy::default() });
        let today = json!({ "preferences": [{ "from": "2027-01-05", "until": "2027-01-05", "earliest": "09:00:00", "latest": "17:00:00" }] });
        let request = market.ask(&today);
        let offer = market.offer(&request, market.dana.id, "2027-01-05T17:00:00Z").expect(201);
        assert_eq!(offer.json()["expires_at"], "2027-01-05T17:00:00Z");
        assert_eq!(rules(&market.offer(&market.ask(&today), market.lee.id, "2027-01-05T15:00:00Z").expect(422)), ["notice"]);
        world.clock.set("2027-01-05T17:00:00Z");
        market.dana.client.step(&offer.location(), "accept", None).expect(409);
        assert_eq!(world.sweep(), 1);
    }

    fn an_offer_is_made_once_for_a_key(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let (path, body) = (format!("{request}/offers"), json!({ "trainer": market.dana.id, "starts_at": TEN }));
        let key = [("idempotency-key", "offer-1")];
        let first = market.coordinator.post_with(&path, &body, &key).expect(201);
        let again = market.coordinator.post_with(&path, &body, &key).expect(201);
        assert_eq!((&first.text, first.header("location")), (&again.text, again.header("location")));
        let (accept, key) = (format!("{}/accept", first.location()), [("idempotency-key", "accept-1"), ("if-match", "\"v1\"")]);
        let accepted = market.dana.client.send("POST", &accept, &key, Some(b"")).expect(200);
        let replayed = market.dana.client.send("POST", &accept, &key, Some(b"")).expect(200);
        assert_eq!((&accepted.text, replayed.header("idempotency-replayed")), (&replayed.text, Some("true")));
        // A refusal is not kept: what stood in the way may be gone.
        let (other, key) = (market.ask(&json!({})), [("idempotency-key", "offer-2")]);
        let path = format!("{other}/offers");
        market.coordinator.post_with(&path, &body, &key).expect(409);
        let booking = accepted.id();
        market.coordinator.step(&format!("/v1/bookings/{booking}"), "cancel", Some(&json!({}))).expect(200);
        market.coordinator.post_with(&path, &body, &key).expect(201);
    }

    fn a_trainer_is_lent_while_the_partnership_stands(world) {
        let market = Market::new(world);
        let catalog = market.catalog;
        let lender = world.network("swkls");
        let borrower = market.network;
        let [kim, pat] = world.plant(move |planter| {
            planter.partnership(lender, borrower, "2027-01-10", Some("2027-01-31"));
            ["partners", "network"].map(|visibility| {
                let trainer = planter.trainer(lender, &catalog, &json!({ "name": visibility, "visibility": visibility }));
                planter.free(trainer, "America/Chicago");
                trainer
            })
        });
        let Teacher { client: kims, .. } = world.teacher("kim@swkls.example", kim);
        let lending: Client = world.person("ce@swkls.example", packhorse_domain::user::Role::Coordinator { network: lender });
        let request = market.ask(&json!({}));
        let sees = |id| market.coordinator.get(&format!("/v1/trainers/{id}")).status == 200;
        let listed = |id| market.coordinator.get(&format!("{request}/matches?explain=true")).expect(200).text.contains(&format!("{id}"));
        let refused = |id| market.offer(&request, id, TEN).expect(422).faults() == [("/trainer".to_owned(), "not_found".to_owned())];
        // Before it begins, and for those who are not shown to partners, there is nobody there.
        assert!(!sees(kim) && !listed(kim) && refused(kim));
        world.clock.set("2027-01-10T15:00:00Z");
        assert!(sees(kim) && listed(kim));
        assert!(!sees(pat) && !listed(pat) && refused(pat));
        let offer = market.offer(&request, kim, TEN).expect(201);
        assert_eq!(offer.json()["trainer_network"], json!(lender));
        // Who lends sees the offer and the request, and may answer for the trainer.
        lending.get(&request).expect(200);
        lending.step(&offer.location(), "withdraw", Some(&json!({}))).expect(403);
        lending.step(&offer.location(), "decline", Some(&json!({ "reason": "she is away" }))).expect(200);
        let offer = market.offer(&request, kim, TEN).expect(201);
        // The partnership ends. What is out is still seen, but nobody is asked any more.
        world.clock.set("2027-02-01T15:00:00Z");
        assert!(!sees(kim) && !listed(kim));
        assert_eq!(offer.json()["state"], "pending");
        kims.get(&offer.location()).expect(200);
        world.sweep();
        assert!(refused(kim));
    }

    fn a_rule_that_is_broken_is_named(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        for (starts_at, expected) in [
            ("2027-03-03T16:07:00Z", vec!["start_grid"]),
            ("2027-03-03T14:00:00Z", vec!["preference"]),
            ("2027-03-06T16:00:00Z", vec!["preference"]),
            ("2027-01-18T16:00:00Z", vec!["notice", "preference"]),
            ("2027-03-03T22:00:00Z", vec!["preference"]),
            ("2027-03-03T11:00:00Z", vec!["preference", "availability", "working_day"]),
        ] {
            assert_eq!(rules(&market.offer(&request, market.dana.id, starts_at).expect(422)), expected, "{starts_at}");
        }
        let absent = market.coordinator.post(&format!("{request}/offers"), &json!({ "trainer": "trn_01k9z3k8m4e0r9q2v7x5y6w8ta", "starts_at": TEN }));
        assert_eq!(absent.expect(422).faults(), [("/trainer".to_owned(), "not_found".to_owned())]);
        let faults = market.coordinator.post(&format!("{request}/offers"), &json!({ "trainer": "lee", "starts_at": "soon", "colour": 1 }));
        let mut places: Vec<_> = faults.expect(400).faults().into_iter().map(|(place, _)| place).collect();
        places.sort();
        assert_eq!(places, ["/colour", "/starts_at", "/trainer"]);
        market.staff.post(&format!("{request}/offers"), &json!({ "trainer": market.dana.id, "starts_at": TEN })).expect(403);
        assert_eq!(market.coordinator.get("/v1/offers").json()["items"], json!([]));
    }
}
