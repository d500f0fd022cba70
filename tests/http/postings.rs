//! The needs board: postings, replies, "me too", and what everybody sees of it.

use packhorse_domain::user::Role;
use packhorse_tests::{Client, Market, Region, World, both};
use serde_json::{Value, json};

/// What the library of a market needs; `changes` are merged into it.
fn need(market: &Market, changes: &Value) -> Value {
    let mut details = json!({
        "kind": "need", "title": "Policies for our board", "text": "Two hours, in spring.", "library": market.place.library,
        "visibility": "public"
    });
    packhorse_tests::merge(&mut details, changes);
    json!({ "network": market.network, "details": details })
}

/// A library of the network with somebody who works in it: its id and their sign-in.
fn neighbor(world: &World, market: &Market, name: &str) -> (String, Client) {
    let (network, named) = (market.network, name.to_owned());
    let library = world.plant(move |planter| planter.library(network, &named, "America/Chicago"));
    (library.to_string(), world.person(&format!("{library}@desk.example"), Role::Staff { library }))
}

both! {
    fn a_need_is_answered(world) {
        let market = Market::new(world);
        let path = market.staff.post("/v1/postings", &need(&market, &json!({}))).expect(201).location();
        let told = market.dana.client.get(&path).expect(200).json();
        let day: jiff::civil::Date = told["expires_on"].as_str().unwrap().parse().unwrap();
        let posted: jiff::Timestamp = told["created_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(posted.to_zoned(jiff::tz::TimeZone::UTC).date().until(day).unwrap().get_days(), 60);
        let reply = market.dana.client.post(&format!("{path}/replies"), &json!({ "text": "I teach that." })).expect(201);
        assert_eq!(market.staff.get(&reply.location()).expect(200).json()["text"], "I teach that.");
        let replies = market.lee.client.get(&format!("{path}/replies")).expect(200).json();
        assert_eq!(replies["items"][0]["text"], "I teach that.");
        assert_eq!(market.staff.get(&path).json()["replies"], 1);
        let long = json!({ "text": "a".repeat(2001) });
        assert!(matches!(market.dana.client.post(&format!("{path}/replies"), &long).status, 400 | 422));
        // Whoever wrote it says when that is enough.
        market.dana.client.step(&path, "close", Some(&json!({ "reason": "filled" }))).expect(403);
        let closed = market.staff.step(&path, "close", Some(&json!({ "reason": "filled" }))).expect(200).json();
        assert_eq!((&closed["state"], &closed["reason"]), (&json!("closed"), &json!("filled")));
        market.dana.client.post(&format!("{path}/replies"), &json!({ "text": "Late" })).expect(409);
        market.staff.patch(&path, &market.staff.get(&path).etag(), &json!({ "title": "More" })).expect(409);
    }

    fn everybody_posts_in_their_own_name_and_for_whom_they_are(world) {
        let market = Market::new(world);
        let (other, _) = neighbor(world, &market, "Eudora Public Library");
        let own = json!({ "library": null, "visibility": "network" });
        let path = market.dana.client.post("/v1/postings", &need(&market, &own)).expect(201).location();
        let etag = market.dana.client.get(&path).etag();
        market.dana.client.patch(&path, &etag, &json!({ "kind": "offer", "trainer": market.dana.id })).expect(200);
        let etag = market.dana.client.get(&path).etag();
        market.dana.client.patch(&path, &etag, &json!({ "trainer": market.lee.id })).expect(403);
        market.dana.client.post("/v1/postings", &need(&market, &json!({}))).expect(403);
        market.staff.post("/v1/postings", &need(&market, &json!({ "library": other }))).expect(403);
        market.coordinator.post("/v1/postings", &need(&market, &json!({ "library": other }))).expect(201);
        for changes in [json!({ "trainer": market.dana.id }), json!({ "library": null }), json!({ "expires_on": "2020-01-01" }),
            json!({ "expires_on": "2040-01-01" }), json!({ "topic": "top_01k9z3k8m4e0r9q2v7x5y6w8ta" }), json!({ "answer_address": "ftp://ask.example.org" })] {
            let refused = market.staff.post("/v1/postings", &need(&market, &changes)).expect(422);
            assert_eq!(refused.faults().len(), 1, "{changes} {}", refused.text);
        }
        let elsewhere = Region::new(world, "swkls");
        elsewhere.coordinator.get(&path).expect(404);
        elsewhere.coordinator.post(&format!("{path}/replies"), &json!({ "text": "Hello" })).expect(404);
        elsewhere.coordinator.post("/v1/postings", &need(&market, &own)).expect(404);
        assert_eq!(elsewhere.coordinator.get("/v1/postings?kind=offer").expect(200).json()["items"], json!([]));
        assert_eq!(elsewhere.coordinator.get("/v1/postings?state=open").expect(200).json()["items"].as_array().unwrap().len(), 1);
    }

    fn me_too_becomes_a_request_with_co_hosts(world) {
        let market = Market::new(world);
        let (first, eudora) = neighbor(world, &market, "Eudora Public Library");
        let (second, baldwin) = neighbor(world, &market, "Baldwin City Public Library");
        let path = market.staff.post("/v1/postings", &need(&market, &json!({}))).expect(201).location();
        let me_too = format!("{path}/me-too");
        eudora.post(&me_too, &json!({ "library": second })).expect(403);
        market.dana.client.post(&me_too, &json!({ "library": first })).expect(403);
        let own = market.staff.post(&me_too, &json!({ "library": market.place.library })).expect(409).faults();
        assert_eq!(own[0].1, "own_posting");
        for _ in 0..2 {
            eudora.post(&me_too, &json!({ "library": first })).expect(201);
        }
        baldwin.post(&me_too, &json!({ "library": second })).expect(201);
        assert_eq!(market.staff.get(&path).json()["me_too"], json!([first, second]));
        let of_second = format!("{me_too}?library={second}");
        baldwin.delete(&of_second, "\"v1\"").expect(412);
        baldwin.delete(&of_second, &baldwin.get(&path).etag()).expect(204);
        baldwin.delete(&of_second, &baldwin.get(&path).etag()).expect(409);
        baldwin.post(&me_too, &json!({ "library": second })).expect(201);
        let pledged = json!({ "notes": "With coffee", "co_hosts": [{ "library": second, "seats": 5 }] });
        let body = json!({ "details": market.need(&pledged)["details"] });
        baldwin.post(&format!("{path}/request"), &body).expect(403);
        let refused = json!({ "details": market.need(&json!({ "venue": "ven_01k9z3k8m4e0r9q2v7x5y6w8ta" }))["details"] });
        let faults = market.staff.post(&format!("{path}/request"), &refused).expect(422).faults();
        assert_eq!(faults[0].0, "/details/venue");
        let request = market.staff.post(&format!("{path}/request"), &body).expect(201).json();
        assert_eq!((&request["state"], &request["library"]), (&json!("draft"), &json!(market.place.library)));
        assert_eq!(request["notes"], "Policies for our board\n\nTwo hours, in spring.\n\nWith coffee");
        assert_eq!(request["co_hosts"], json!([{ "library": second, "seats": 5 }, { "library": first, "seats": 0 }]));
        let closed = market.staff.get(&path).json();
        assert_eq!((&closed["state"], &closed["request"]), (&json!("became_request"), &request["id"]));
        market.staff.post(&format!("{path}/request"), &body).expect(409);
        eudora.post(&me_too, &json!({ "library": first })).expect(409);
        let offer = market.staff.post("/v1/postings", &need(&market, &json!({ "kind": "offer" }))).expect(201).location();
        assert_eq!(market.staff.post(&format!("{offer}/request"), &body).expect(409).faults()[0].1, "not_a_need");
    }

    fn the_board_shows_what_is_public_and_no_more(world) {
        let market = Market::new(world);
        let posted = |client: &Client, changes: &Value| client.post("/v1/postings", &need(&market, changes)).expect(201).location();
        posted(&market.staff, &json!({ "answer_address": "https://lawrence.example.org/ask" }));
        posted(&market.staff, &json!({ "title": "Canary partners", "visibility": "partners" }));
        posted(&market.staff, &json!({ "title": "Canary network", "visibility": "network" }));
        let trainers = json!({ "kind": "offer", "title": "Trainer's offer", "library": null, "trainer": market.dana.id });
        posted(&market.dana.client, &trainers);
        let back = posted(&market.staff, &json!({ "title": "Canary taken back" }));
        market.staff.step(&back, "close", Some(&json!({ "reason": "withdrawn" }))).expect(200);
        let filled = posted(&market.staff, &json!({ "title": "Filled by now" }));
        market.staff.step(&filled, "close", Some(&json!({ "reason": "filled" }))).expect(200);
        let nobody = world.client();
        for below in [String::new(), format!("/networks/{}", market.network)] {
            let (board, feed) = (nobody.get(&format!("{below}/needs")).expect(200).text, nobody.get(&format!("{below}/feeds/needs.atom")).expect(200).text);
            for text in [&board, &feed] {
                assert!(text.contains("Policies for our board") && text.contains("Lawrence Public Library"), "{text}");
                assert!(!text.contains("Canary") && !text.contains("Trainer's offer") && !text.contains("Dana Whitfield"), "{text}");
            }
            assert!(board.contains("https://lawrence.example.org/ask") && !board.contains("Filled by now"));
            // The digest tells what was posted in a week; it stays what it was.
            assert!(feed.contains("Filled by now") && feed.matches("<entry").count() == 1, "{feed}");
        }
        let other = Region::new(world, "swkls");
        nobody.get(&format!("/networks/{}/needs", other.network)).expect(404);
        // Once the trainer may be shown, so is what they offer.
        let profile = format!("/v1/trainers/{}", market.dana.id);
        let etag = market.coordinator.get(&profile).etag();
        market.coordinator.patch(&profile, &etag, &json!({ "visibility": "public" })).expect(200);
        let allow = json!({ "given": true, "wording": 1 }).to_string();
        let kind = [("content-type", "application/json")];
        market.dana.client.send("PUT", "/v1/me/consents/public_profile", &kind, Some(allow.as_bytes())).expect(200);
        let board = nobody.get("/needs").expect(200).text;
        assert!(board.contains("Dana Whitfield") && board.contains("Trainer"), "{board}");
    }

    fn the_board_is_walked_whole_and_forgets_what_has_expired(world) {
        let market = Market::new(world);
        let nobody = world.client();
        for number in 0..35 {
            let body = need(&market, &json!({ "title": format!("Need {number:02}"), "expires_on": "2027-01-31" }));
            let body = if number < 30 { need(&market, &json!({ "title": format!("Need {number:02}") })) } else { body };
            market.staff.post("/v1/postings", &body).expect(201);
            world.clock.advance(jiff::SignedDuration::from_secs(1));
        }
        let first = nobody.get("/needs").expect(200).text;
        let next = first.split("needs?after=").nth(1).and_then(|rest| rest.split('"').next()).expect("another page");
        let second = nobody.get(&format!("/needs?after={next}")).expect(200).text;
        for number in 0..35 {
            let title = format!("Need {number:02}");
            assert_eq!(first.matches(&title).count() + second.matches(&title).count(), 1, "{title}");
        }
        nobody.get("/needs?after=wks_x").expect(400);
        world.clock.set("2027-02-01T00:00:01Z");
        assert!(world.sweep() >= 5);
        let board = nobody.get("/needs").expect(200).text;
        assert!(!board.contains("Need 34") && board.contains("Need 29") && board.contains("Need 00"));
        let export = market.staff.sign_in("desk@nekls.example", packhorse_tests::PASSWORD).get("/v1/me/export").expect(200).json();
        assert_eq!(export["postings"].as_array().unwrap().len(), 35);
    }
}
