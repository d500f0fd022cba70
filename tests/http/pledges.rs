//! Pooled requests: neighbors join with seats and money, agree to what changes, and leave.

use jiff::SignedDuration;
use packhorse_domain::{policy::Policy, user::Role};
use packhorse_tests::{Client, Market, Reply, World, both};
use serde_json::{Value, json};

use crate::races::race;

/// A library of the network with somebody who works in it: its id and their sign-in.
fn neighbor(world: &World, market: &Market, name: &str) -> (String, Client) {
    let (network, named) = (market.network, name.to_owned());
    let library = world.plant(move |planter| planter.library(network, &named, "America/Chicago"));
    (library.to_string(), world.person(&format!("{library}@desk.example"), Role::Staff { library }))
}

/// Twenty seats until 15 February; the library brings eight. `changes` are merged into it.
fn pool(changes: &Value) -> Value {
    let mut pool = json!({ "seats": 20, "until": "2027-02-15", "own": { "seats": 8 } });
    packhorse_tests::merge(&mut pool, changes);
    pool
}

/// A request that is gathering.
fn gathering(market: &Market, changes: &Value) -> String {
    let path = market.draft(&json!({})).location();
    market.staff.step(&path, "gather", Some(&pool(changes))).expect(200);
    path
}

fn pledge(client: &Client, request: &str, library: &str, seats: u32) -> Reply {
    client.post(&format!("{request}/pledges"), &json!({ "library": library, "details": { "seats": seats } }))
}

fn state(market: &Market, path: &str) -> String {
    market.coordinator.get(path).expect(200).json()["state"].as_str().unwrap().to_owned()
}

/// What was done to a thing, in order.
fn history(market: &Market, path: &str) -> Vec<String> {
    let id = path.rsplit('/').next().unwrap();
    let events = market.coordinator.get(&format!("/v1/events?subject={id}&limit=100")).expect(200).json();
    events["items"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

fn codes(reply: &Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

both! {
    fn enough_neighbors_make_it_go_on(world) {
        for (triage, goes_on) in [(false, "open"), (true, "submitted")] {
            let name = if triage { "swkls" } else { "nekls" };
            let market = Market::with(world, name, &Policy { triage, ..Policy::default() });
            let (first, eudora) = neighbor(world, &market, "Eudora Public Library");
            let (second, baldwin) = neighbor(world, &market, "Baldwin City Public Library");
            let funded = json!({ "funding": { "amount_minor": 30_000, "currency": "USD" }, "own": { "money": { "amount_minor": 10_000, "currency": "USD" } } });
            let request = gathering(&market, &funded);
            let asked = eudora.get(&request).expect(200).json();
            assert_eq!((&asked["state"], &asked["pool"]["terms"], &asked["pool"]["gathered"]["seats"]), (&json!("gathering"), &json!(1), &json!(8)));
            let body = json!({ "library": first, "details": { "seats": 7, "money": { "amount_minor": 5_000, "currency": "USD" }, "note": "Any day" } });
            let own = eudora.post(&format!("{request}/pledges"), &body).expect(201);
            assert_eq!((&own.json()["note"], &own.json()["state"], &own.json()["terms"]), (&json!("Any day"), &json!("standing"), &json!(1)));
            assert_eq!(codes(&pledge(&eudora, &request, &first, 1).expect(409)), ["pledge_exists"]);
            assert_eq!(codes(&pledge(&market.staff, &request, &market.place.library.to_string(), 1).expect(409)), ["own_request"]);
            pledge(&baldwin, &request, &first, 1).expect(403);
            market.dana.client.get(&own.location()).expect(404);
            let joined = pledge(&baldwin, &request, &second, 5).expect(201).location();
            assert_eq!(state(&market, &request), "gathering", "the money is missing");
            let etag = baldwin.get(&joined).etag();
            baldwin.patch(&joined, &etag, &json!({ "money": { "amount_minor": 15_000, "currency": "USD" } })).expect(200);
            let on = baldwin.get(&request).expect(200).json();
            assert_eq!((&on["state"], &on["expected_attendance"]), (&json!(goes_on), &json!(20)));
            assert_eq!(on["co_hosts"], json!([{ "library": first, "seats": 7 }, { "library": second, "seats": 5 }]));
            assert_eq!(on["pool"]["gathered"], json!({ "seats": 20, "money": { "amount_minor": 30_000, "currency": "USD" } }));
            assert_eq!(history(&market, &request), ["create", "gather", "count", "count", "submit"]);
            // Who joined sees it and the others; who did not does not see it any more, and may still join.
            assert_eq!(eudora.get(&format!("{request}/pledges")).expect(200).json()["items"].as_array().unwrap().len(), 2);
            eudora.get(&joined).expect(200);
            let (third, linwood) = neighbor(world, &market, "Linwood Library");
            linwood.get(&request).expect(404);
            linwood.get(&joined).expect(404);
            let late = pledge(&linwood, &request, &third, 4).expect(201);
            assert_eq!(linwood.get(&request).expect(200).json()["expected_attendance"], 24);
            assert_eq!(linwood.get(&late.location()).expect(200).json()["seats"], 4);
            assert_eq!(state(&market, &request), goes_on);
        }
    }

    fn too_few_in_time_lapse_and_nobody_owes_anything(world) {
        let market = Market::new(world);
        let (library, eudora) = neighbor(world, &market, "Eudora Public Library");
        let request = gathering(&market, &json!({}));
        let own = pledge(&eudora, &request, &library, 7).expect(201).location();
        // The last day ends in Lawrence, six hours behind UTC.
        world.clock.set("2027-02-16T05:59:59Z");
        assert_eq!((world.sweep(), state(&market, &request)), (0, "gathering".to_owned()));
        world.clock.set("2027-02-16T06:00:00Z");
        assert_eq!((world.sweep(), world.sweep()), (1, 0));
        assert_eq!(state(&market, &request), "expired");
        assert_eq!(history(&market, &request), ["create", "gather", "count", "lapse"]);
        assert_eq!(eudora.get(&own).expect(200).json()["state"], "released");
        assert_eq!(history(&market, &own), ["create", "release"]);
        eudora.get(&request).expect(200);
        pledge(&eudora, &request, &library, 12).expect(409);
        eudora.step(&own, "withdraw", Some(&json!({}))).expect(409);
    }

    fn who_leaves_has_it_wait_again_and_offers_are_withdrawn(world) {
        let market = Market::new(world);
        let (first, eudora) = neighbor(world, &market, "Eudora Public Library");
        let (second, baldwin) = neighbor(world, &market, "Baldwin City Public Library");
        let request = gathering(&market, &json!({}));
        pledge(&eudora, &request, &first, 6).expect(201);
        let joined = pledge(&baldwin, &request, &second, 6).expect(201).location();
        let offer = market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201).location();
        assert_eq!(codes(&market.staff.step(&request, "gather", Some(&pool(&json!({ "seats": 30 })))).expect(409)), ["offers_out"]);
        let left = baldwin.step(&joined, "withdraw", Some(&json!({ "reason": "no bus" }))).expect(200).json();
        assert_eq!((&left["state"], &left["reason"]), (&json!("withdrawn"), &json!("no bus")));
        let back = market.staff.get(&request).expect(200).json();
        assert_eq!((&back["state"], &back["co_hosts"]), (&json!("gathering"), &json!([{ "library": first, "seats": 6 }])));
        let offer = market.dana.client.get(&offer).expect(200).json();
        assert_eq!((&offer["state"], &offer["reason"]), (&json!("withdrawn"), &json!("too few neighbors take part at present")));
        assert_eq!(history(&market, &request), ["create", "gather", "count", "submit", "gather"]);
        // Back again, and a trainer comes: from then on nobody leaves.
        let again = pledge(&baldwin, &request, &second, 6).expect(201).location();
        let offer = market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201).location();
        let booking = market.dana.client.step(&offer, "accept", None).expect(200);
        assert_eq!(booking.json()["co_hosts"], json!([first, second]));
        assert_eq!(codes(&baldwin.step(&again, "withdraw", Some(&json!({}))).expect(409)), ["booked"]);
        assert_eq!(codes(&baldwin.patch(&again, "*", &json!({ "seats": 1 })).expect(409)), ["booked"]);
        assert_eq!(state(&market, &request), "booked");
        // After the last day there is a week to find somebody else.
        let booking = format!("/v1/bookings/{}", booking.id());
        market.staff.step(&booking, "cancel", Some(&json!({ "reason": "flood" }))).expect(200);
        world.clock.set("2027-02-20T15:00:00Z");
        assert_eq!((world.sweep() > 1, state(&market, &request)), (false, "open".to_owned()));
        baldwin.step(&again, "withdraw", Some(&json!({}))).expect(200);
        assert_eq!(market.staff.get(&request).json()["pool"]["until"], "2027-02-27");
        world.sweep();
        assert_eq!(state(&market, &request), "gathering");
    }

    fn what_changes_needs_consent_again(world) {
        let market = Market::with(world, "nekls", &Policy { triage: true, ..Policy::default() });
        let (first, eudora) = neighbor(world, &market, "Eudora Public Library");
        let (second, baldwin) = neighbor(world, &market, "Baldwin City Public Library");
        let request = gathering(&market, &json!({}));
        let [one, other] = [(&eudora, &first), (&baldwin, &second)].map(|(client, library)| pledge(client, &request, library, 6).expect(201).location());
        assert_eq!(state(&market, &request), "submitted");
        let patch = |body: &Value| market.staff.patch(&request, &market.staff.get(&request).etag(), body).expect(200).json();
        let same = patch(&json!({ "notes": "Coffee", "outcomes": "Policies", "audience": "All" }));
        assert_eq!((&same["state"], &same["pool"]["terms"]), (&json!("submitted"), &json!(1)));
        let moved = patch(&json!({ "preferences": [{ "from": "2027-03-10", "until": "2027-03-12", "earliest": "09:00:00", "latest": "17:00:00" }] }));
        assert_eq!((&moved["state"], &moved["pool"]["terms"]), (&json!("gathering"), &json!(2)));
        assert_eq!((&moved["pool"]["consent_needed"], &moved["co_hosts"]), (&json!([first, second]), &json!([])));
        let consent = |client: &Client, path: &str, terms: u32| client.step(path, "consent", Some(&json!({ "terms": terms })));
        assert_eq!(codes(&consent(&eudora, &one, 1).expect(409)), ["other_terms"]);
        consent(&baldwin, &one, 2).expect(403);
        assert_eq!(consent(&eudora, &one, 2).expect(200).json()["terms"], 2);
        let version = eudora.get(&one).etag();
        consent(&eudora, &one, 2).expect(200);
        assert_eq!(eudora.get(&one).etag(), version, "nothing new");
        assert_eq!(baldwin.get(&request).json()["pool"]["consent_needed"], json!([second]));
        // What is asked for may change, too, and a new neighbor joins on the new terms.
        let asked = market.staff.step(&request, "gather", Some(&pool(&json!({ "seats": 18 })))).expect(200).json();
        assert_eq!((&asked["pool"]["terms"], &asked["pool"]["consent_needed"]), (&json!(3), &json!([first, second])));
        let (third, linwood) = neighbor(world, &market, "Linwood Library");
        let body = |terms: u32| json!({ "library": third, "terms": terms, "details": { "seats": 4 } });
        assert_eq!(codes(&linwood.post(&format!("{request}/pledges"), &body(2)).expect(409)), ["other_terms"]);
        assert_eq!(linwood.post(&format!("{request}/pledges"), &body(3)).expect(201).json()["terms"], 3);
        consent(&eudora, &one, 3).expect(200);
        assert_eq!(state(&market, &request), "submitted");
        // Who does not answer takes no part.
        assert_eq!(market.staff.get(&request).json()["co_hosts"], json!([{ "library": first, "seats": 6 }, { "library": third, "seats": 4 }]));
        assert_eq!(baldwin.get(&other).expect(200).json()["terms"], 1);
        // A question brings it home; it comes back by the same way.
        market.coordinator.step(&request, "ask", Some(&json!({ "question": "Which room?" }))).expect(200);
        patch(&json!({ "room": null }));
        assert_eq!(market.staff.step(&request, "submit", None).expect(200).json()["state"], "gathering");
    }

    fn every_fault_is_named_and_nothing_half_done(world) {
        let market = Market::new(world);
        let (library, eudora) = neighbor(world, &market, "Eudora Public Library");
        let draft = market.draft(&json!({})).location();
        let euros = json!({ "amount_minor": 100, "currency": "EUR" });
        for (body, status, faults) in [
            (pool(&json!({ "seats": null })), 422, vec![("", "seats_or_funding_needed")]),
            (pool(&json!({ "seats": 0, "color": 1 })), 400, vec![("/color", "unknown_field"), ("/seats", "range")]),
            (pool(&json!({ "funding": { "amount_minor": 0, "currency": "USD" } })), 422, vec![("", "no_funding")]),
            (pool(&json!({ "own": { "money": { "amount_minor": -1, "currency": "USD" } } })), 422, vec![("/own", "negative_money")]),
            (pool(&json!({ "until": "2027-01-04", "funding": euros, "own": { "money": euros } })), 422,
             vec![("/funding/currency", "currency"), ("/own/money/currency", "currency"), ("/until", "out_of_reach")]),
            (pool(&json!({ "until": "2027-03-05" })), 422, vec![("/until", "out_of_reach")]),
        ] {
            let refused = market.staff.step(&draft, "gather", Some(&body));
            let mut named = refused.faults();
            named.sort();
            let named: Vec<_> = named.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
            assert_eq!((refused.status, named), (status, faults), "{body}: {}", refused.text);
        }
        assert_eq!(history(&market, &draft), ["create"]);
        // The day before the last asked for is early enough.
        market.staff.step(&draft, "gather", Some(&pool(&json!({ "until": "2027-03-04" })))).expect(200);
        let path = format!("{draft}/pledges");
        let (elsewhere, _) = neighbor(world, &Market::with(world, "swkls", &Policy::default()), "Goodland Carnegie Library");
        for (body, status, fault) in [
            (json!({ "library": library, "details": { "seats": 0 } }), 422, ("/details", "nothing_pledged")),
            (json!({ "library": library, "details": { "seats": 1, "money": { "amount_minor": -1, "currency": "USD" } } }), 422, ("/details", "negative_money")),
            (json!({ "library": library, "details": { "seats": 1, "money": euros } }), 422, ("/details/money/currency", "currency")),
            (json!({ "library": elsewhere, "details": { "seats": 1 } }), 422, ("/library", "not_found")),
            (json!({ "library": library, "terms": 0, "details": { "seats": 1 } }), 422, ("/terms", "range")),
            (json!({ "library": library, "seats": 1 }), 400, ("/details", "required")),
            (json!({ "library": library, "details": { "seats": 33 } }), 409, ("", "room_full")),
        ] {
            let refused = eudora.post(&path, &body);
            let known = refused.faults().iter().any(|(place, code)| (place.as_str(), code.as_str()) == fault);
            assert!(refused.status == status && known, "{body}: {} {}", refused.status, refused.text);
        }
        assert_eq!(market.staff.get(&path).expect(200).json()["items"], json!([]));
        // A request of one library alone is joined by nobody.
        let alone = market.ask(&json!({}));
        pledge(&market.coordinator, &alone, &library, 1).expect(409);
        pledge(&eudora, &alone, &library, 1).expect(404);
    }

    fn one_of_two_who_join_at_once_makes_it_go_on(world) {
        let market = Market::new(world);
        let neighbors: Vec<_> = (0..8).map(|number| neighbor(world, &market, &format!("Library {number}"))).collect();
        let servers = world.processes(3);
        for (changes, won) in [(json!({}), 8), (json!({ "seats": 40, "own": { "seats": 36 } }), 1)] {
            let request = gathering(&market, &changes);
            let (replies, _) = race(&servers, &neighbors, |(library, client), base| pledge(&client.at(base), &request, library, 4));
            let joined = replies.iter().filter(|reply| reply.status == 201).count();
            assert_eq!(joined, won, "{:?}", replies.iter().map(|reply| reply.text.clone()).collect::<Vec<_>>());
            assert!(replies.iter().all(|reply| reply.status == 201 || codes(reply) == ["room_full"]));
            let on = market.staff.get(&request).json();
            assert_eq!((&on["state"], on["co_hosts"].as_array().unwrap().len()), (&json!("open"), won));
            let submits = history(&market, &request).into_iter().filter(|action| action == "submit").count();
            assert_eq!(submits, 1);
        }
        // All leave at once: it waits again once, and once each of them is out.
        let request = gathering(&market, &json!({}));
        let pledges: Vec<_> = neighbors[..4].iter().map(|(library, client)| (client, pledge(client, &request, library, 4).expect(201))).collect();
        let (replies, _) = race(&servers, &pledges, |(client, pledge), base| client.at(base).act(&format!("{}/withdraw", pledge.location()), &pledge.etag(), Some(&json!({}))));
        assert!(replies.iter().all(|reply| reply.status == 200));
        assert_eq!(market.staff.get(&request).json()["pool"]["gathered"]["seats"], 8);
        assert_eq!(history(&market, &request).into_iter().filter(|action| action == "gather").count(), 2);
    }

    fn one_key_joins_once(world) {
        let market = Market::new(world);
        let (library, eudora) = neighbor(world, &market, "Eudora Public Library");
        let request = gathering(&market, &json!({}));
        let body = json!({ "library": library, "details": { "seats": 3 } });
        let key = [("idempotency-key", "join-once")];
        let first = eudora.post_with(&format!("{request}/pledges"), &body, &key).expect(201);
        let again = eudora.post_with(&format!("{request}/pledges"), &body, &key).expect(201);
        assert_eq!((first.text == again.text, again.header("idempotency-replayed")), (true, Some("true")));
    }

    fn co_hosts_of_the_needs_board_are_asked_for_pledges_of_their_own(world) {
        let market = Market::new(world);
        let (library, eudora) = neighbor(world, &market, "Eudora Public Library");
        let need = json!({ "kind": "need", "title": "Policies", "library": market.place.library, "visibility": "network" });
        let posting = market.staff.post("/v1/postings", &json!({ "network": market.network, "details": need })).expect(201).location();
        eudora.post(&format!("{posting}/me-too"), &json!({ "library": library })).expect(201);
        let body = json!({ "details": market.need(&json!({}))["details"] });
        let request = market.staff.post(&format!("{posting}/request"), &body).expect(201).location();
        let asked = market.staff.step(&request, "gather", Some(&pool(&json!({})))).expect(200).json();
        assert_eq!((&asked["co_hosts"], &asked["pool"]["gathered"]["seats"]), (&json!([{ "library": library, "seats": 0 }]), &json!(8)));
        pledge(&eudora, &request, &library, 12).expect(201);
        let on = market.staff.get(&request).json();
        assert_eq!((&on["state"], &on["co_hosts"]), (&json!("open"), &json!([{ "library": library, "seats": 12 }])));
    }

    fn who_ends_a_request_releases_everybody(world) {
        let market = Market::new(world);
        let (library, eudora) = neighbor(world, &market, "Eudora Public Library");
        for (action, body) in [("decline", json!({})), ("withdraw", json!({})), ("merge", json!({ "into": market.draft(&json!({})).id() }))] {
            let request = gathering(&market, &json!({}));
            let own = pledge(&eudora, &request, &library, 3).expect(201).location();
            market.coordinator.step(&request, action, Some(&body)).expect(200);
            assert_eq!(eudora.get(&own).json()["state"], "released", "{action}");
            assert_eq!(history(&market, &own), ["create", "release"]);
            world.clock.advance(SignedDuration::from_secs(1));
        }
    }
}
