//! Matches: rules with their codes, clocks, prices, and what is shown before anything is asked.

use packhorse_domain::{id::TrainerId, policy::Policy};
use packhorse_tests::{DAY, GOODLAND, Market, Reply, Teacher, World, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";

/// Why a trainer is ruled out of a need; nothing when they can come.
fn ruled_out(market: &Market, trainer: TrainerId, changes: &Value) -> Vec<String> {
    let shown = market.staff.post("/v1/matches?explain=true", &market.need(changes)).expect(200).json();
    let out = shown["ruled_out"].as_array().unwrap().iter().find(|each| each["trainer"] == trainer.to_string());
    let rules = out.map(|each| each["rules"].as_array().unwrap().clone()).unwrap_or_default();
    rules.iter().map(|rule| rule.as_str().unwrap().to_owned()).collect()
}

/// One more trainer, who is free every day.
fn trainer(world: &World, market: &Market, changes: &Value) -> Teacher {
    let (network, catalog, changes) = (market.network, market.catalog, changes.clone());
    let id = world.plant(move |planter| {
        let trainer = planter.trainer(network, &catalog, &changes);
        planter.free(trainer, "America/Chicago");
        trainer
    });
    world.teacher(&format!("{id}@nekls.example"), id)
}

/// The starts that can be offered to somebody among those named.
fn accepted(market: &Market, request: &str, teacher: &Teacher, starts: &[&str]) -> Vec<String> {
    let mut good = Vec::new();
    for starts_at in starts {
        let offer = market.offer(request, teacher.id, starts_at);
        if offer.status == 201 {
            market.coordinator.step(&offer.location(), "withdraw", Some(&json!({}))).expect(200);
            good.push((*starts_at).to_owned());
        } else {
            assert!(matches!(offer.status, 409 | 422), "{}", offer.text);
        }
    }
    good
}

fn codes(reply: &Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

/// Sets the network's policy.
fn decree(market: &Market, policy: &Value) {
    let path = format!("/v1/networks/{}", market.network);
    let etag = market.coordinator.get(&path).etag();
    market.coordinator.patch(&path, &etag, &json!({ "policy": policy })).expect(200);
}

/// A region whose clock is another, with a trainer who lives at the venue.
fn far_away(world: &World, name: &str, zone: &'static str, at: (f64, f64)) -> (Market, Teacher) {
    let mut market = Market::with(world, name, &Policy::default());
    let (network, catalog) = (market.network, market.catalog);
    let (place, id) = world.plant(move |planter| {
        let library = planter.library(network, "Far Away", zone);
        let venue = planter.venue(library, at, zone);
        let place = packhorse_tests::Place { library, venue, room: planter.room(venue) };
        let home = json!({ "place": zone, "coordinates": { "lat": at.0, "lon": at.1 } });
        let id = planter.trainer(network, &catalog, &json!({ "home_base": home, "time_zone": zone }));
        let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        planter.availability(id, zone, &json!({ "kind": "weekly", "weekdays": weekdays, "start": "00:00:00", "end": "23:59:00", "from": "2026-01-01" }));
        (place, id)
    });
    market.place = place;
    market.staff = market.coordinator.clone();
    let teacher = world.teacher(&format!("{id}@{name}.example"), id);
    (market, teacher)
}

both! {
    fn every_rule_has_its_code(world) {
        let market = Market::new(world);
        let dana = market.dana.id;
        let other_topic = { let network = market.network; world.plant(move |planter| planter.topic(Some(network), "Knitting")) };
        let goodland = { let library = market.place.library; world.plant(move |planter| planter.venue(library, GOODLAND, "America/Chicago")) };
        assert_eq!(ruled_out(&market, dana, &json!({})), Vec::<String>::new());
        for (changes, rules) in [
            (json!({ "workshop": null, "topic": other_topic }), vec!["workshop_or_topic"]),
            (json!({ "language": "es" }), vec!["language"]),
            (json!({ "venue": goodland, "room": null }), vec!["travel_radius", "working_day"]),
            (json!({ "expected_attendance": 41 }), vec!["room"]),
            (json!({ "preferences": [{ "from": "2027-01-18", "until": "2027-01-18", "earliest": "09:00:00", "latest": "17:00:00" }] }), vec!["notice"]),
            (json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "00:00:00", "latest": "05:00:00" }] }), vec!["availability", "working_day"]),
            (json!({ "budget": { "amount_minor": 29_999, "currency": "USD" }, "budget_is_ceiling": true }), vec!["budget"]),
            (json!({ "budget": { "amount_minor": 29_999, "currency": "USD" } }), vec![]),
            (json!({ "budget": { "amount_minor": 30_000, "currency": "USD" }, "budget_is_ceiling": true }), vec![]),
            (json!({ "budget": { "amount_minor": 90_000, "currency": "EUR" }, "budget_is_ceiling": true }), vec!["currency"]),
            (json!({ "duration_minutes": 540, "preferences": [{ "from": DAY, "until": DAY, "earliest": "06:00:00", "latest": "22:00:00" }] }), vec!["hours_per_day"]),
        ] {
            assert_eq!(ruled_out(&market, dana, &changes), rules, "{changes}");
        }
        for (profile, rules) in [
            (json!({ "active": false }), vec!["inactive"]),
            (json!({ "formats": ["virtual"] }), vec!["format"]),
            (json!({ "workshops": [] }), vec!["workshop_or_topic"]),
            (json!({ "languages": ["es-MX"] }), vec!["language"]),
            (json!({ "travel_radius_km": 0 }), vec![]),
            (json!({ "hours_per_day": 1 }), vec!["hours_per_day"]),
            (json!({ "fees": [{ "from": "2026-01-01", "per_workshop": { "amount_minor": 1, "currency": "EUR" }, "per_hour": { "amount_minor": 0, "currency": "EUR" } }] }), vec!["currency"]),
        ] {
            let one = trainer(world, &market, &profile);
            assert_eq!(ruled_out(&market, one.id, &json!({})), rules, "{profile}");
            // What the list says, the offer says, too.
            let request = market.ask(&json!({}));
            let offer = market.offer(&request, one.id, TEN);
            if rules.is_empty() {
                market.coordinator.step(&offer.expect(201).location(), "withdraw", Some(&json!({}))).expect(200);
            } else {
                assert_eq!(codes(&offer.expect(422)), rules);
            }
        }
        let deep = trainer(world, &market, &json!({ "topics": [{ "topic": market.catalog.topic, "level": "introductory" }] }));
        assert_eq!(ruled_out(&market, deep.id, &json!({ "workshop": null, "topic": market.catalog.topic })), ["level"]);
        assert_eq!(ruled_out(&market, deep.id, &json!({ "workshop": null, "topic": market.catalog.topic, "level": "introductory" })), Vec::<String>::new());
    }

    fn days_off_and_other_bookings_rule_out(world) {
        let market = Market::new(world);
        let one_day = json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "10:00:00", "latest": "13:00:00" }], "room": null });
        let dana = market.dana.id;
        let booking = market.book(&market.dana, TEN, &one_day);
        assert_eq!(ruled_out(&market, dana, &one_day), ["commitments"]);
        market.coordinator.step(&booking, "cancel", Some(&json!({}))).expect(200);
        assert_eq!(ruled_out(&market, dana, &one_day), Vec::<String>::new());
        let taken = market.book(&market.lee, TEN, &json!({}));
        let with_room = json!({ "preferences": one_day["preferences"], "room": market.place.room });
        assert_eq!(ruled_out(&market, dana, &with_room), ["room_taken"]);
        market.coordinator.step(&taken, "cancel", Some(&json!({}))).expect(200);
        let days_off = format!("/v1/trainers/{dana}/availability");
        let off = json!({ "time_zone": "America/Chicago", "pattern": { "kind": "blackout", "from": DAY, "until": DAY } });
        let statement = market.dana.client.post(&days_off, &off).expect(201);
        assert_eq!(ruled_out(&market, dana, &one_day), ["availability"]);
        market.dana.client.delete(&statement.location(), &statement.etag()).expect(204);
        assert_eq!(ruled_out(&market, dana, &one_day), Vec::<String>::new());
    }

    fn the_networks_limits_hold(world) {
        let market = Market::new(world);
        let day = |day: &str| json!({ "room": null, "preferences": [{ "from": day, "until": day, "earliest": "09:00:00", "latest": "17:00:00" }] });
        decree(&market, &json!({ "library_days_per_year": 1, "minimum_notice_days": 0 }));
        market.book(&market.dana, TEN, &day(DAY));
        // The day it has may be used again; another one is too many; the next year has its own.
        assert_eq!(ruled_out(&market, market.lee.id, &day(DAY)), Vec::<String>::new());
        assert_eq!(ruled_out(&market, market.lee.id, &day("2027-03-04")), ["library_days"]);
        assert_eq!(ruled_out(&market, market.lee.id, &day("2028-01-05")), Vec::<String>::new());
        decree(&market, &json!({ "library_days_per_year": null, "minimum_notice_days": 60 }));
        // 60 days from 5 January is 6 March.
        assert_eq!(ruled_out(&market, market.lee.id, &day("2027-03-05")), ["notice"]);
        assert_eq!(ruled_out(&market, market.lee.id, &day("2027-03-06")), Vec::<String>::new());
        decree(&market, &json!({ "minimum_notice_days": 0, "slot_grid_minutes": 60 }));
        let request = market.ask(&day("2027-03-05"));
        assert_eq!(accepted(&market, &request, &market.lee, &["2027-03-05T15:00:00Z", "2027-03-05T15:15:00Z", "2027-03-05T15:30:00Z", "2027-03-05T16:00:00Z"]), ["2027-03-05T15:00:00Z", "2027-03-05T16:00:00Z"]);
    }

    fn an_offer_stays_acceptable_when_notice_turns_short(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({ "preferences": [{ "from": "2027-01-19", "until": "2027-01-19", "earliest": "09:00:00", "latest": "17:00:00" }] }));
        let offer = market.offer(&request, market.dana.id, "2027-01-19T16:00:00Z").expect(201).location();
        world.clock.set("2027-01-07T15:00:00Z");
        assert_eq!(codes(&market.offer(&request, market.lee.id, "2027-01-19T20:00:00Z").expect(422)), ["notice"]);
        market.dana.client.step(&offer, "accept", None).expect(200);
    }

    fn a_preview_shows_what_the_request_would(world) {
        let market = Market::new(world);
        let preview = market.staff.post("/v1/matches?explain=true", &market.need(&json!({}))).expect(200).json();
        let request = market.draft(&json!({})).location();
        let shown = market.staff.get(&format!("{request}/matches?explain=true")).expect(200).json();
        assert_eq!(preview, shown);
        assert_eq!(market.staff.get("/v1/requests").json()["items"].as_array().unwrap().len(), 1);
        // Who is ruled out is told only when asked for, and the list is as long as one likes.
        let best = market.staff.get(&format!("{request}/matches?limit=1")).expect(200).json();
        assert_eq!(best, json!({ "items": [shown["items"][0]], "urgency": "high" }));
        market.staff.get(&format!("{request}/matches?explain=maybe")).expect(400);
        market.dana.client.get(&format!("{request}/matches")).expect(404);
        market.dana.client.post("/v1/matches", &market.need(&json!({}))).expect(403);
    }

    fn both_edges_of_summer_time_are_right(world) {
        let (market, teacher) = far_away(world, "chicago", "America/Chicago", (41.8781, -87.6298));
        decree(&market, &json!({ "day": { "start": "00:00:00", "end": "23:59:00" }, "slot_grid_minutes": 30, "minimum_notice_days": 0 }));
        let night = |day: &str, minutes: u32| json!({ "room": null, "duration_minutes": minutes, "preferences": [{ "from": day, "until": day, "earliest": "00:00:00", "latest": "06:00:00" }] });
        // 14 March 2027 has no hour after two: midnight to six are five hours.
        let spring = market.ask(&night("2027-03-14", 300));
        assert_eq!(accepted(&market, &spring, &teacher, &["2027-03-14T05:30:00Z", "2027-03-14T06:00:00Z", "2027-03-14T06:30:00Z"]), ["2027-03-14T06:00:00Z"]);
        assert_eq!(ruled_out(&market, teacher.id, &night("2027-03-14", 330)), ["start_grid"], "no start at all");
        let after = market.ask(&night("2027-03-14", 60));
        // Half past two is not on the clock; three o'clock comes after half past one.
        assert_eq!(accepted(&market, &after, &teacher, &["2027-03-14T07:30:00Z", "2027-03-14T08:00:00Z", "2027-03-14T10:00:00Z", "2027-03-14T10:30:00Z"]), ["2027-03-14T07:30:00Z", "2027-03-14T08:00:00Z", "2027-03-14T10:00:00Z"]);
        // 7 November has the hour after one twice: midnight to six are seven hours.
        let autumn = market.ask(&night("2027-11-07", 360));
        assert_eq!(accepted(&market, &autumn, &teacher, &["2027-11-07T04:30:00Z", "2027-11-07T05:00:00Z", "2027-11-07T05:30:00Z", "2027-11-07T06:00:00Z", "2027-11-07T06:30:00Z"]), ["2027-11-07T05:00:00Z", "2027-11-07T05:30:00Z", "2027-11-07T06:00:00Z"]);
        let mut twice = night("2027-11-07", 60);
        twice["preferences"][0]["earliest"] = json!("01:00:00");
        twice["preferences"][0]["latest"] = json!("02:00:00");
        let twice = market.ask(&twice);
        assert_eq!(accepted(&market, &twice, &teacher, &["2027-11-07T05:30:00Z", "2027-11-07T06:00:00Z", "2027-11-07T06:30:00Z", "2027-11-07T07:00:00Z", "2027-11-07T07:30:00Z"]), ["2027-11-07T06:00:00Z", "2027-11-07T06:30:00Z", "2027-11-07T07:00:00Z"]);
        // The day before, and the day after, nine o'clock is another hour in UTC.
        for (day, nine) in [("2027-03-13", "2027-03-13T15:00:00Z"), ("2027-03-14", "2027-03-14T14:00:00Z"), ("2027-11-06", "2027-11-06T14:00:00Z"), ("2027-11-07", "2027-11-07T15:00:00Z")] {
            let request = market.ask(&json!({ "room": null, "preferences": [{ "from": day, "until": day, "earliest": "09:00:00", "latest": "11:00:00" }] }));
            assert_eq!(accepted(&market, &request, &teacher, &[nine]), [nine]);
        }
    }

    fn clocks_may_be_half_an_hour_off(world) {
        for (name, zone, at, nine, quarter) in [
            ("pune", "Asia/Kolkata", (18.5204, 73.8567), "2027-03-03T03:30:00Z", "2027-03-03T03:45:00Z"),
            ("pokhara", "Asia/Kathmandu", (28.2096, 83.9856), "2027-03-03T03:15:00Z", "2027-03-03T03:30:00Z"),
            ("stjohns", "America/St_Johns", (47.5615, -52.7126), "2027-03-03T12:30:00Z", "2027-03-03T13:00:00Z"),
            ("chatham", "Pacific/Chatham", (-43.9535, -176.5597), "2027-03-02T19:15:00Z", "2027-03-02T19:30:00Z"),
        ] {
            let (market, teacher) = far_away(world, name, zone, at);
            decree(&market, &json!({ "slot_grid_minutes": 60 }));
            let request = market.ask(&json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "12:00:00" }] }));
            assert_eq!(market.staff.get(&request).json()["time_zone"], zone);
            assert_eq!(accepted(&market, &request, &teacher, &[nine, quarter]), [nine], "{zone}");
            let shown = market.coordinator.get(&format!("{request}/matches")).json();
            assert_eq!(shown["items"][0]["time"]["start"], nine, "{zone}");
        }
    }

    fn a_way_may_cross_the_antimeridian(world) {
        let (market, _) = far_away(world, "fiji", "Pacific/Fiji", (-16.8, 179.9));
        let home = json!({ "place": "Taveuni", "coordinates": { "lat": -16.8, "lon": -179.9 } });
        let near = trainer(world, &market, &json!({ "home_base": home, "travel_radius_km": 30 }));
        let shown = market.staff.post("/v1/matches", &market.need(&json!({}))).expect(200).json();
        let found = shown["items"].as_array().unwrap().iter().find(|item| item["trainer"] == json!(near.id));
        let km = found.unwrap_or_else(|| panic!("{shown}"))["travel"]["home_km"].as_f64().unwrap();
        assert!((21.0..21.6).contains(&km), "{km}");
    }

    fn nights_away_are_paid(world) {
        let market = Market::new(world);
        let goodland = { let library = market.place.library; world.plant(move |planter| planter.venue(library, GOODLAND, "America/Chicago")) };
        let far = trainer(world, &market, &json!({ "travel_radius_km": 900, "travels_overnight": true }));
        let home_by_night = trainer(world, &market, &json!({ "travel_radius_km": 900 }));
        let changes = json!({ "venue": goodland, "room": null, "duration_minutes": 360 });
        assert_eq!(ruled_out(&market, home_by_night.id, &changes), ["working_day"]);
        let request = market.ask(&changes);
        let shown = market.coordinator.get(&format!("{request}/matches")).json();
        let found = &shown["items"][0];
        assert_eq!(found["trainer"], json!(far.id));
        let nights = found["travel"]["nights"].as_i64().unwrap();
        assert!(nights >= 1);
        let amount = |kind: &str| found["price"]["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap()["amount"]["amount_minor"].as_i64().unwrap();
        assert_eq!((amount("lodging"), amount("per_diem")), (11_000 * nights, 6_800 * (nights + 1)));
        let offer = market.offer(&request, far.id, found["time"]["start"].as_str().unwrap()).expect(201).json();
        assert_eq!(offer["terms"]["price"], found["price"]);
    }
}
