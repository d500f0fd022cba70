//! Calendars: rules of recurrence, trips, free and busy times, hosting hours, interest in requests.

use packhorse_domain::{Timestamp, user::Role};
use packhorse_tests::{DAY, GOODLAND, Market, TOPEKA, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";

/// Recurrence vectors on which python-dateutil and rrule.js agree.
fn vectors() -> Vec<Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/rrule/rrule_vectors.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// `19970902T090000` as `1997-09-02T09:00:00`, with the `Z` if there is one; a day as its midnight.
fn spelled(basic: &Value) -> String {
    let day = format!("{}T000000", basic.as_str().unwrap());
    let text = if day.len() == 15 { &day } else { basic.as_str().unwrap() };
    let cut = |from: usize, to: usize| &text[from..to];
    format!(
        "{}-{}-{}T{}:{}:{}{}",
        cut(0, 4),
        cut(4, 6),
        cut(6, 8),
        cut(9, 11),
        cut(11, 13),
        cut(13, 15),
        cut(15, text.len())
    )
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(spelled).collect()
}

/// Matches of a request that is not written yet.
fn matches(market: &Market, changes: &Value) -> Value {
    market.coordinator.post("/v1/matches?explain=true", &market.need(changes)).expect(200).json()
}

both! {
    fn rules_of_recurrence_give_what_other_engines_give(world) {
        let market = Market::new(world);
        let path = format!("/v1/trainers/{}/availability", market.dana.id);
        let vectors = vectors();
        assert!(vectors.len() >= 38);
        for vector in vectors {
            let start = spelled(&vector["dtstart"]);
            let hour: jiff::civil::DateTime = start.parse().unwrap();
            let end = hour.saturating_add(jiff::Span::new().minutes(1)).to_string();
            let pattern = json!({
                "kind": "recurring", "start": start, "end": end, "rrule": vector["rrule"],
                "rdate": texts(&vector["rdate"]), "exdate": texts(&vector["exdate"]),
            });
            // One of whole days floats: its zone is that of whoever reads it.
            let zone = vector["tzid"].as_str().filter(|zone| !zone.is_empty()).unwrap_or("UTC");
            let body = json!({ "time_zone": zone, "pattern": pattern });
            let kept = market.dana.client.post(&path, &body).expect(201).location();
            let (local, utc) = (texts(&vector["local"]), texts(&vector["utc"]));
            // One that was cut short is asked for up to its last time.
            let last: Timestamp = utc.last().map_or("2026-12-31T00:00:00Z", String::as_str).parse().unwrap();
            let until = if vector["truncated_to"].is_null() { last + jiff::SignedDuration::from_hours(24 * 2000) } else { last + jiff::SignedDuration::from_secs(30) };
            let range = format!("from={}Z&to={until}", hour.saturating_sub(jiff::Span::new().days(1)));
            let found = market.dana.client.get(&format!("{kept}/occurrences?{range}")).expect(200).json();
            let told = |name: &str| found["items"].as_array().unwrap().iter().map(|each| each[name].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            assert!(utc.is_empty() || told("start") == utc, "{}", vector["id"]);
            assert_eq!(told("instance"), local, "{}", vector["id"]);
            let previewed = market.dana.client.post(&format!("/v1/occurrences?{range}"), &body).expect(200).json();
            assert_eq!(previewed, found);
            let etag = market.dana.client.get(&kept).etag();
            market.dana.client.delete(&kept, &etag).expect(204);
        }
    }

    fn rules_without_bounds_or_sense_are_refused(world) {
        let market = Market::new(world);
        let path = format!("/v1/trainers/{}/availability", market.dana.id);
        for rule in [
            "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=FORTNIGHTLY", "", "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=3;UNTIL=20270401T000000Z", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;INTERVAL=99999999999999999999",
        ] {
            let pattern = json!({ "kind": "recurring", "start": "2027-03-03T09:00:00", "end": "2027-03-03T10:00:00", "rrule": rule });
            let refused = market.dana.client.post(&path, &json!({ "time_zone": "America/Chicago", "pattern": pattern })).expect(422);
            assert!(refused.faults().iter().any(|(place, _)| place.starts_with("/pattern")), "{rule}: {}", refused.text);
        }
        let forever = json!({ "kind": "recurring", "start": "2027-03-03T09:00:00", "end": "2027-03-03T10:00:00", "rrule": "FREQ=DAILY;UNTIL=99991231T235959Z" });
        market.dana.client.post(&path, &json!({ "time_zone": "America/Chicago", "pattern": forever })).expect(201);
    }

    fn on_a_trip_the_way_begins_where_the_trip_is(world) {
        let market = Market::new(world);
        let (network, catalog) = (market.network, market.catalog);
        let far = world.plant(move |planter| {
            let home = json!({ "place": "Goodland, Kansas", "coordinates": { "lat": GOODLAND.0, "lon": GOODLAND.1 } });
            let id = planter.trainer(network, &catalog, &json!({ "name": "Max Prairie", "home_base": home, "travel_radius_km": 60 }));
            planter.free(id, "America/Chicago");
            id
        });
        let max = world.teacher("max@goodland.example", far);
        let found = |need: &Value| {
            let all = matches(&market, need);
            all["items"].as_array().unwrap().iter().find(|each| each["trainer"] == far.to_string()).cloned()
        };
        let need = json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "17:00:00" }], "room": null });
        assert_eq!(found(&need), None, "500 km from home");
        let trip = json!({
            "name": "Kansas Library Association", "place": { "name": "Topeka, Kansas", "coordinates": { "lat": TOPEKA.0, "lon": TOPEKA.1 } },
            "from": "2027-03-03", "until": "2027-03-05", "time_zone": "America/Chicago", "radius_km": 80, "tack_on_days_after": 1
        });
        let path = format!("/v1/trainers/{far}/trips");
        let kept = max.client.post(&path, &trip).expect(201);
        let by = found(&need).unwrap();
        assert_eq!(by["trip"], kept.id());
        assert!(by["travel"]["road_km"].as_f64().unwrap() < 120.0, "{by}");
        let request = market.ask(&need);
        let offer = market.offer(&request, far, by["time"]["start"].as_str().unwrap()).expect(201).location();
        max.client.step(&offer, "accept", None).expect(200);
        // Others do not see the trip itself, nor may they change it.
        market.staff.get(&kept.location()).expect(404);
        market.dana.client.get(&path).expect(403);
        let changed = max.client.patch(&kept.location(), &kept.etag(), &json!({ "until": "2027-03-02" })).expect(422);
        assert_eq!(changed.faults(), [(String::new(), "end_before_start".to_owned())]);
        let shorter = max.client.patch(&kept.location(), &kept.etag(), &json!({ "radius_km": 10 })).expect(200);
        assert_eq!(found(&json!({ "preferences": [{ "from": "2027-03-04", "until": "2027-03-04", "earliest": "09:00:00", "latest": "17:00:00" }], "room": null })), None);
        max.client.delete(&kept.location(), &shorter.etag()).expect(204);
        assert_eq!(max.client.get(&path).expect(200).json()["items"], json!([]));
    }

    fn others_see_free_and_busy_and_nothing_else(world) {
        let market = Market::new(world);
        let dana = market.dana.id;
        let request = market.ask(&json!({ "room": null }));
        let offer = market.offer(&request, dana, TEN).expect(201).location();
        let day = format!("/v1/trainers/{dana}/free-busy?from=2027-03-03T06:00:00Z&to=2027-03-04T06:00:00Z");
        let held = market.staff.get(&day).expect(200).json();
        assert_eq!(held["busy"], json!([{ "start": TEN, "end": "2027-03-03T18:00:00Z", "tentative": true }]));
        assert_eq!(held["free"], json!([
            { "start": "2027-03-03T12:00:00Z", "end": TEN },
            { "start": "2027-03-03T18:00:00Z", "end": "2027-03-04T04:00:00Z" },
        ]));
        assert_eq!(held.as_object().unwrap().keys().collect::<Vec<_>>(), ["busy", "free", "trainer"]);
        market.dana.client.step(&offer, "accept", None).expect(200);
        let both = json!({ "trainers": [market.lee.id, dana], "from": "2027-03-03T06:00:00Z", "to": "2027-03-04T06:00:00Z" });
        let several = market.staff.post("/v1/free-busy", &both).expect(200).json();
        assert_eq!(several["items"][0]["busy"], json!([]));
        assert_eq!(several["items"][1]["busy"][0]["tentative"], false);
        for (changes, code) in [
            (json!({ "trainers": [dana, dana] }), "named_twice"),
            (json!({ "to": "2027-03-03T06:00:00Z" }), "end_before_start"),
            (json!({ "to": "2027-07-03T06:00:00Z" }), "too_long"),
            (json!({ "trainers": ["trn_01k9z3k8m4e0r9q2v7x5y6w8ta"] }), "not_found"),
        ] {
            let mut question = both.clone();
            packhorse_tests::merge(&mut question, &changes);
            let refused = market.staff.post("/v1/free-busy", &question).expect(422);
            assert!(refused.faults().iter().any(|(_, found)| found == code), "{changes}: {}", refused.text);
        }
        market.staff.get(&format!("/v1/trainers/{dana}/free-busy?from=2020-01-01T00:00:00Z&to=2027-01-01T00:00:00Z")).expect(422);
    }

    fn days_of_two_lengths_and_half_hour_zones_are_right(world) {
        let market = Market::new(world);
        let dana = market.dana.id;
        let (path, client) = (format!("/v1/trainers/{dana}/availability"), &market.dana.client);
        // Free from midnight to six on every day, instead of the usual.
        let usual = client.get(&path).json()["items"][0]["id"].as_str().unwrap().to_owned();
        let etag = client.get(&format!("/v1/availability/{usual}")).etag();
        client.delete(&format!("/v1/availability/{usual}"), &etag).expect(204);
        let night = |zone: &str| json!({ "time_zone": zone, "pattern": { "kind": "recurring", "start": "2027-01-01T00:00:00", "end": "2027-01-01T06:00:00", "rrule": "FREQ=DAILY" } });
        let hours = |from: &str, to: &str| -> f64 {
            let told = client.get(&format!("/v1/trainers/{dana}/free-busy?from={from}&to={to}")).expect(200).json();
            let at = |each: &Value, name: &str| each[name].as_str().unwrap().parse::<Timestamp>().unwrap();
            told["free"].as_array().unwrap().iter().map(|each| at(each, "end").duration_since(at(each, "start")).as_secs_f64() / 3600.0).sum()
        };
        let kept = client.post(&path, &night("America/Chicago")).expect(201);
        assert!((hours("2027-03-13T06:00:00Z", "2027-03-14T06:00:00Z") - 6.0).abs() < 1e-9);
        assert!((hours("2027-03-14T06:00:00Z", "2027-03-15T05:00:00Z") - 5.0).abs() < 1e-9, "the clocks go forward");
        assert!((hours("2027-11-07T05:00:00Z", "2027-11-08T06:00:00Z") - 7.0).abs() < 1e-9, "and back");
        assert!((hours("2028-02-29T06:00:00Z", "2028-03-01T06:00:00Z") - 6.0).abs() < 1e-9, "a leap day");
        client.delete(&kept.location(), &kept.etag()).expect(204);
        client.post(&path, &night("Asia/Kathmandu")).expect(201);
        let told = client.get(&format!("/v1/trainers/{dana}/free-busy?from=2027-03-03T00:00:00Z&to=2027-03-04T00:00:00Z")).expect(200).json();
        assert_eq!(told["free"], json!([
            { "start": "2027-03-03T00:00:00Z", "end": "2027-03-03T00:15:00Z" },
            { "start": "2027-03-03T18:15:00Z", "end": "2027-03-04T00:00:00Z" },
        ]));
    }

    fn a_trainer_says_once_that_they_would_like_to_come(world) {
        let market = Market::new(world);
        let elsewhere = Market::with(world, "elsewhere", &packhorse_domain::policy::Policy::default());
        let request = market.ask(&json!({}));
        let path = format!("{request}/interests");
        let body = json!({ "trainer": market.dana.id, "details": { "note": "I know the town" } });
        let kept = market.dana.client.post(&path, &body).expect(201);
        assert_eq!(market.dana.client.post(&path, &body).expect(409).faults()[0].1, "interest_exists");
        let seen = market.coordinator.get(&format!("/v1/interests?request={}", request.rsplit('/').next().unwrap())).expect(200).json();
        assert_eq!(seen["items"][0]["id"], kept.id());
        market.lee.client.get(&kept.location()).expect(404);
        market.staff.post(&path, &body).expect(403);
        let other = json!({ "trainer": elsewhere.dana.id, "details": {} });
        elsewhere.dana.client.post(&path, &other).expect(404);
        market.coordinator.step(&request, "withdraw", Some(&json!({}))).expect(200);
        market.lee.client.post(&path, &json!({ "trainer": market.lee.id, "details": {} })).expect(404);
        market.dana.client.delete(&kept.location(), &kept.etag()).expect(204);
    }

    fn hosting_hours_are_the_librarys_own_to_say(world) {
        let market = Market::new(world);
        let path = format!("/v1/libraries/{}/hosting-hours", market.place.library);
        let noon = json!({ "time_zone": "America/Chicago", "pattern": { "kind": "weekly", "weekdays": ["tuesday", "wednesday"], "start": "09:00:00", "end": "12:00:00", "from": "2027-01-01" } });
        let kept = market.staff.post(&path, &noon).expect(201);
        assert_eq!(market.dana.client.get(&path).expect(200).json()["items"][0]["id"], kept.id());
        market.dana.client.post(&path, &noon).expect(403);
        // In force for lists and offers alike.
        let afternoon = json!({ "preferences": [{ "from": DAY, "until": DAY, "earliest": "12:00:00", "latest": "17:00:00" }], "room": null });
        let ruled_out = matches(&market, &afternoon);
        assert_eq!(ruled_out["items"], json!([]));
        assert_eq!(ruled_out["ruled_out"][0]["rules"], json!(["library_hours"]));
        assert_eq!(ruled_out["why_not"]["rules"][0], json!({ "rule": "library_hours", "count": 2, "alone": 2 }));
        let request = market.ask(&afternoon);
        let refused = market.offer(&request, market.dana.id, "2027-03-03T20:00:00Z").expect(422);
        assert_eq!(refused.faults()[0].1, "library_hours");
        let changed = market.staff.patch(&kept.location(), &kept.etag(), &json!({ "note": "Volunteers only after noon" })).expect(200);
        market.staff.delete(&kept.location(), &kept.etag()).expect(412);
        market.staff.delete(&kept.location(), &changed.etag()).expect(204);
        let stranger = world.person("clerk@far.example", Role::Staff { library: Market::with(world, "far", &packhorse_domain::policy::Policy::default()).place.library });
        stranger.get(&path).expect(404);
    }
}
