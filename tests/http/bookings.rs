//! Bookings: their states, cancellation, moves, travel between neighbors, rooms, calendars.

use std::ops::Range;

use packhorse_domain::{Word, booking::BookingStateName, policy::Policy};
use packhorse_tests::{GOODLAND, Market, Place, Reply, TOPEKA, Teacher, World, both};
use serde_json::{Value, json};

const TEN: &str = "2027-03-03T16:00:00Z";
const DELIVERED_AT: &str = "2027-03-03T18:00:00Z";

fn rules(reply: &Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

fn state(market: &Market, booking: &str) -> Value {
    market.coordinator.get(booking).expect(200).json()["state"].clone()
}

/// A booking of Dana's in a state, on the first day but for what takes place later than it is delivered.
fn in_state(market: &Market, state: BookingStateName, starts_at: &str) -> String {
    use BookingStateName as Is;
    let booking = market.book(&market.dana, starts_at, &json!({ "room": null }));
    let go = |action: &str, body: Option<&Value>| drop(market.coordinator.step(&booking, action, body).expect(200));
    match state {
        Is::Tentative => {}
        Is::Confirmed => go("confirm", None),
        Is::Delivered | Is::Closed => {
            go("confirm", None);
            go("deliver", Some(&json!({ "attendance": 12 })));
            if state == Is::Closed {
                go("close", None);
            }
        }
        Is::Canceled => go("cancel", Some(&json!({}))),
    }
    booking
}

const ACTIONS: [&str; 5] = ["confirm", "reschedule", "cancel", "deliver", "close"];

fn act(market: &Market, booking: &str, action: &str) -> Reply {
    let body = match action {
        "confirm" | "close" => None,
        "reschedule" => Some(json!({ "starts_at": "2027-06-02T15:00:00Z" })),
        "cancel" => Some(json!({ "reason": "flooded" })),
        "deliver" => Some(json!({ "attendance": 12 })),
        _ => panic!("{action}"),
    };
    market.coordinator.step(booking, action, body.as_ref())
}

fn leads_to(state: BookingStateName, action: &str, over: bool) -> Option<&'static str> {
    use BookingStateName as Is;
    let ahead = matches!(state, Is::Tentative | Is::Confirmed);
    match action {
        "confirm" => (state == Is::Tentative).then_some("confirmed"),
        "reschedule" => ahead.then_some(state.word()),
        "cancel" => ahead.then_some("canceled"),
        "deliver" => (state == Is::Confirmed && over).then_some("delivered"),
        "close" => (state == Is::Delivered).then_some("closed"),
        _ => panic!("{action}"),
    }
}

/// A request on whole days of three months, so that bookings can be put anywhere.
fn anywhen() -> Value {
    json!({ "room": null, "preferences": [{ "from": "2027-03-01", "until": "2027-05-31", "earliest": "06:00:00", "latest": "22:00:00" }] })
}

/// A second library, in another town.
fn library_in(world: &World, market: &Market, at: (f64, f64)) -> Place {
    let network = market.network;
    world.plant(move |planter| {
        let library = planter.library(network, "Elsewhere", "America/Chicago");
        let venue = planter.venue(library, at, "America/Chicago");
        Place { library, venue, room: planter.room(venue) }
    })
}

/// An open request at a place; its address.
fn ask_at(market: &Market, place: &Place, changes: &Value) -> String {
    let mut need = market.need(changes);
    need["library"] = json!(place.library);
    need["details"]["venue"] = json!(place.venue);
    if !need["details"]["room"].is_null() {
        need["details"]["room"] = json!(place.room);
    }
    let path = market.coordinator.post("/v1/requests", &need).expect(201).location();
    market.coordinator.step(&path, "submit", None).expect(200);
    path
}

/// Books somebody for a request.
fn book(market: &Market, teacher: &Teacher, request: &str, starts_at: &str) -> Value {
    let offer = market.offer(request, teacher.id, starts_at).expect(201).location();
    teacher.client.step(&offer, "accept", None).expect(200).json()
}

fn travel(thing: &Value) -> [i64; 2] {
    ["minutes_before", "minutes_after"].map(|side| thing["terms"]["travel"][side].as_i64().unwrap())
}

/// What is drawn next from a sequence that begins with a number: the same on every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        // Knuth, MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Does to bookings of one trainer in two towns whatever comes to mind. What is shown as a match can be offered and accepted,
/// and the database stays sound.
fn wander(world: &World, steps: Range<u64>) {
    let market =
        Market::with(world, "nekls", &Policy { slot_grid_minutes: 60, trainer_hours_per_day: 24, ..Policy::default() });
    let towns = [TOPEKA, (39.1836, -96.5717), GOODLAND].map(|town| library_in(world, &market, town));
    let places = [market.place, towns[0], towns[1], towns[2]];
    let kim = third(world, &market, &json!({ "travels_overnight": true, "travel_radius_km": 900 }));
    let teachers = [&market.dana, &market.lee, &kim];
    let (mut draw, mut offers, mut bookings) = (Draw(steps.start), Vec::new(), Vec::new());
    let moves = |reply: Reply| assert!(matches!(reply.status, 200 | 409 | 422), "{} {}", reply.status, reply.text);
    for step in steps {
        let teacher = teachers[draw.below(3)];
        let (day, hour) = (draw.below(3) + 3, draw.below(14) + 12);
        let at = format!("2027-03-{:02}T{:02}:00:00Z", day + hour / 24, hour % 24);
        match draw.below(8) {
            0..=3 => {
                let days = format!("2027-03-{day:02}");
                let minutes = [60, 120, 240][draw.below(3)];
                let window = json!({ "room": null, "duration_minutes": minutes, "preferences": [{ "from": days, "until": days, "earliest": "06:00:00", "latest": "22:00:00" }] });
                let request = ask_at(&market, &places[draw.below(4)], &window);
                let shown = market.coordinator.get(&format!("{request}/matches")).expect(200).json();
                let Some(first) = shown["items"].get(draw.below(3)) else { continue };
                let teacher = teachers.into_iter().find(|teacher| first["trainer"] == json!(teacher.id)).unwrap();
                let made = market.offer(&request, teacher.id, first["time"]["start"].as_str().unwrap());
                assert_eq!(made.status, 201, "step {step}: a match could not be offered: {}", made.text);
                assert_eq!(made.json()["terms"]["travel"], first["travel"], "step {step}");
                assert_eq!(made.json()["terms"]["price"], first["price"], "step {step}");
                offers.push(made.location());
            }
            4 if !offers.is_empty() => {
                let offer = offers.swap_remove(draw.below(offers.len()));
                match draw.below(3) {
                    0 => drop(market.coordinator.step(&offer, "withdraw", Some(&json!({}))).expect(200)),
                    1 => {
                        moves(market.coordinator.step(&offer, "revise", Some(&json!({ "starts_at": at }))));
                        offers.push(offer);
                    }
                    _ => {
                        // The network of the trainers may answer for them.
                        let accepted = market.coordinator.step(&offer, "accept", None);
                        assert_eq!(
                            accepted.status, 200,
                            "step {step}: a hold could not be accepted: {}",
                            accepted.text
                        );
                        bookings.push(format!("/v1/bookings/{}", accepted.id()));
                    }
                }
            }
            5 | 6 if !bookings.is_empty() => {
                let booking = &bookings[draw.below(bookings.len())];
                moves(market.coordinator.step(booking, "reschedule", Some(&json!({ "starts_at": at }))));
            }
            7 if bookings.len() > 2 => {
                let booking = bookings.swap_remove(draw.below(bookings.len()));
                market.coordinator.step(&booking, "cancel", Some(&json!({}))).expect(200);
            }
            _ => {
                let request = market.ask(&anywhen());
                moves(Reply { status: 200, ..market.offer(&request, teacher.id, &at) });
                if let Some(offer) = market
                    .coordinator
                    .get(&format!("/v1/offers?request={}", request.rsplit('/').next().unwrap()))
                    .json()["items"]
                    .get(0)
                {
                    offers.push(format!("/v1/offers/{}", offer["id"].as_str().unwrap()));
                }
            }
        }
        world.database().assert_sound();
    }
    assert!(!bookings.is_empty() && !offers.is_empty());
    // When everything has gone, nothing is taken.
    for offer in offers {
        market.coordinator.step(&offer, "withdraw", Some(&json!({}))).expect(200);
    }
    for booking in bookings {
        market.coordinator.step(&booking, "cancel", Some(&json!({}))).expect(200);
    }
    assert_eq!(world.database().count("SELECT COUNT(*) AS count FROM commitments WHERE active"), 0);
}

both! {
    fn every_change_is_made_in_the_right_states_only(world) {
        use BookingStateName as Is;
        let market = Market::new(world);
        // What is to be over must be booked before.
        let over: Vec<_> = ["15:00", "17:15", "19:30", "21:45"].map(|hour| in_state_early(&market, hour)).into();
        for name in [Is::Tentative, Is::Confirmed, Is::Canceled] {
            check(&market, name, || in_state(&market, name, TEN), false);
            for booking in ids_standing(&market) {
                market.coordinator.step(&booking, "cancel", Some(&json!({}))).expect(200);
            }
        }
        world.clock.set("2027-01-22T15:00:00Z");
        let [confirmed, delivered, to_close, tentative] = &over[..] else { panic!() };
        market.coordinator.step(tentative, "deliver", Some(&json!({ "attendance": 1 }))).expect(409);
        for booking in [confirmed, delivered, to_close] {
            market.coordinator.step(booking, "confirm", None).expect(200);
        }
        market.coordinator.step(confirmed, "deliver", Some(&json!({ "attendance": 100_001 }))).expect(422);
        market.coordinator.step(confirmed, "deliver", Some(&json!({ "attendance": 0 }))).expect(200);
        for booking in [delivered, to_close] {
            market.coordinator.step(booking, "deliver", Some(&json!({ "attendance": 12 }))).expect(200);
        }
        check(&market, Is::Delivered, || delivered.clone(), true);
        assert_eq!(state(&market, delivered), "closed");
        check(&market, Is::Closed, || delivered.clone(), true);
        market.coordinator.step(to_close, "close", None).expect(200);
    }

    fn notice_decides_what_a_cancellation_costs(world) {
        let market = Market::new(world);
        // 3 March in Lawrence begins at 06:00 UTC. Notice is counted in whole days there, not in hours.
        for (now, days, percent) in [
            ("2027-02-17T05:59:00Z", 15, 0), ("2027-02-18T05:59:00Z", 14, 0), ("2027-02-18T06:00:00Z", 13, 50),
            ("2027-02-25T05:59:00Z", 7, 50), ("2027-02-25T06:00:00Z", 6, 100), ("2027-03-03T15:00:00Z", 0, 100), ("2027-03-04T15:00:00Z", -1, 100),
        ] {
            world.clock.set("2027-01-05T15:00:00Z");
            let booking = market.book(&market.dana, TEN, &json!({}));
            world.clock.set(now);
            let canceled = market.staff.step(&booking, "cancel", Some(&json!({ "reason": "snow" }))).expect(200).json();
            let total = canceled["terms"]["price"]["total"]["amount_minor"].as_i64().unwrap();
            assert_eq!((&canceled["notice_days"], &canceled["charge"]["amount_minor"], &canceled["canceled_by"]), (&json!(days), &json!(total * percent / 100), &json!("host")), "{now}");
        }
        // The trainer owes nothing, however late.
        world.clock.set("2027-01-05T15:00:00Z");
        let booking = market.book(&market.dana, TEN, &json!({}));
        world.clock.set("2027-03-03T15:00:00Z");
        let canceled = market.dana.client.step(&booking, "cancel", Some(&json!({ "reason": "ill" }))).expect(200).json();
        assert_eq!((&canceled["charge"]["amount_minor"], &canceled["canceled_by"], &canceled["reason"]), (&json!(0), &json!("trainer"), &json!("ill")));
    }

    fn what_is_canceled_is_free_again(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, TEN, &json!({}));
        let request = format!("/v1/requests/{}", market.coordinator.get(&booking).json()["request"].as_str().unwrap());
        let other = market.ask(&json!({}));
        assert_eq!(rules(&market.offer(&other, market.dana.id, TEN).expect(409)), ["trainer_taken"]);
        assert_eq!(rules(&market.offer(&other, market.lee.id, TEN).expect(409)), ["room_taken"]);
        market.staff.step(&booking, "cancel", Some(&json!({}))).expect(200);
        assert_eq!(market.staff.get(&request).json()["state"], "open");
        // The same trainer may be asked for the same request once more, and another booking stands for it.
        let again = book(&market, &market.dana, &request, TEN);
        assert_eq!(market.staff.get(&request).json()["booking"], again["id"]);
        let ids = |path: &str| market.staff.get(path).json()["items"].as_array().unwrap().iter().map(|item| item["state"].clone()).collect::<Vec<_>>();
        let id = request.rsplit('/').next().unwrap();
        assert_eq!(ids(&format!("/v1/bookings?request={id}")), [json!("canceled"), json!("tentative")]);
        assert_eq!(ids(&format!("/v1/bookings?request={id}&state=tentative&trainer={}&library={}", market.dana.id, market.place.library)), [json!("tentative")]);
    }

    fn a_booking_is_moved_where_there_is_room(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, TEN, &json!({}));
        let other = market.book(&market.dana, "2027-03-04T16:00:00Z", &json!({}));
        let by_lee = market.book(&market.lee, "2027-03-05T16:00:00Z", &json!({}));
        let go = |starts_at: &str| market.coordinator.step(&booking, "reschedule", Some(&json!({ "starts_at": starts_at, "reason": "rain" })));
        let before = market.coordinator.get(&booking);
        assert_eq!(rules(&go("2027-03-04T17:00:00Z").expect(409)), ["trainer_taken"]);
        assert_eq!(rules(&go("2027-03-05T15:00:00Z").expect(409)), ["room_taken"]);
        assert_eq!(rules(&go("2027-03-10T16:01:00Z").expect(422)), ["start_grid"]);
        assert_eq!(rules(&go("2027-01-05T14:00:00Z").expect(422)), ["notice"]);
        assert_eq!(rules(&go("2027-03-10T08:00:00Z").expect(422)), ["availability", "working_day"]);
        assert_eq!(market.coordinator.get(&booking).text, before.text);
        market.staff.step(&booking, "reschedule", Some(&json!({ "starts_at": TEN }))).expect(403);
        // Half an hour later it overlaps with itself, which is no matter; the notice was given when it was booked.
        assert_eq!(go("2027-03-03T16:30:00Z").expect(200).json()["sequence"], 1);
        world.clock.set("2027-03-01T15:00:00Z");
        let moved = go("2027-03-04T18:00:00Z").expect(200).json();
        assert_eq!(moved["history"].as_array().unwrap().len(), 2);
        assert_eq!(moved["history"][1]["reason"], "rain");
        // Its old time is free, its new one taken.
        let again = market.coordinator.step(&other, "reschedule", Some(&json!({ "starts_at": "2027-03-03T16:30:00Z" })));
        again.expect(200);
        assert_eq!(rules(&market.coordinator.step(&by_lee, "reschedule", Some(&json!({ "starts_at": "2027-03-04T18:00:00Z" }))).expect(409)), ["room_taken"]);
        // A move may leave the days that were asked for.
        go("2027-07-14T15:00:00Z").expect(200);
    }

    fn one_room_holds_one_workshop(world) {
        let market = Market::new(world);
        let venue = market.place.venue;
        let second = world.plant(move |planter| planter.room(venue));
        market.book(&market.dana, TEN, &json!({}));
        let (same, other, none) = (market.ask(&json!({})), market.ask(&json!({ "room": second })), market.ask(&json!({ "room": null })));
        assert_eq!(rules(&market.offer(&same, market.lee.id, "2027-03-03T17:45:00Z").expect(409)), ["room_taken"]);
        market.offer(&other, market.lee.id, TEN).expect(201);
        // A room is not taken while the trainer is on the road: the next workshop begins when this one ends.
        let shown = market.coordinator.get(&format!("{same}/matches")).json()["items"].clone();
        let lees = shown.as_array().unwrap().iter().find(|item| item["trainer"] == json!(market.lee.id)).unwrap();
        assert!(lees["time"]["start"].as_str().unwrap() >= "2027-03-03T18:00:00Z", "{lees}");
        assert_eq!(rules(&market.offer(&none, market.lee.id, "2027-03-03T17:00:00Z").expect(409)), ["trainer_taken"]);
        let virtual_one = market.ask(&json!({ "format": "virtual", "venue": venue, "room": market.place.room }));
        let kim = third(world, &market, &json!({}));
        let listed = market.coordinator.get(&format!("{virtual_one}/matches")).json();
        let best = listed["items"].as_array().unwrap().iter().find(|item| item["trainer"] == json!(kim.id)).unwrap().clone();
        // What is taught from afar takes no room, whatever is said of one.
        let starts_at = best["time"]["start"].as_str().unwrap();
        market.offer(&virtual_one, kim.id, starts_at).expect(201);
        let meanwhile = market.ask(&json!({ "format": "virtual", "room": market.place.room }));
        let pat = third(world, &market, &json!({}));
        market.offer(&meanwhile, pat.id, starts_at).expect(201);
    }

    fn two_workshops_in_one_town_need_no_way_home_between(world) {
        let market = Market::new(world);
        let first = market.book(&market.lee, TEN, &json!({}));
        assert_eq!(travel(&market.coordinator.get(&first).json()), [35, 35]);
        // Straight after the first one, and only the way back is paid.
        let second = market.book(&market.lee, "2027-03-03T18:00:00Z", &json!({}));
        let next = market.coordinator.get(&second).json();
        assert_eq!(travel(&next), [0, 35]);
        let one_way = next["terms"]["travel"]["road_km"].as_f64().unwrap();
        assert!((one_way - next["terms"]["travel"]["home_km"].as_f64().unwrap() * 1.25).abs() < 1e-6);
        // 13:30 in Lawrence, home by 14:05.
        let (home, soon) = (ask_virtual(&market), ask_virtual(&market));
        assert_eq!(rules(&market.offer(&home, market.lee.id, "2027-03-03T20:30:00Z").expect(409)), ["trainer_taken"]);
        market.offer(&home, market.lee.id, "2027-03-03T20:45:00Z").expect(201);
        // Once the second is canceled the way home is after the first again: at 12:35, not at noon.
        market.lee.client.step(&second, "cancel", Some(&json!({}))).expect(200);
        assert_eq!(rules(&market.offer(&soon, market.lee.id, "2027-03-03T18:00:00Z").expect(409)), ["trainer_taken"]);
        market.offer(&soon, market.lee.id, "2027-03-03T18:45:00Z").expect(201);
    }

    fn nobody_is_in_two_towns_at_once(world) {
        let market = Market::new(world);
        let topeka = library_in(world, &market, TOPEKA);
        let manhattan = library_in(world, &market, (39.1836, -96.5717));
        market.book(&market.dana, "2027-03-03T15:00:00Z", &json!({}));
        let there = ask_at(&market, &topeka, &json!({}));
        // 35 minutes from Lawrence, where it ends at 17:00 UTC.
        assert_eq!(rules(&market.offer(&there, market.dana.id, "2027-03-03T17:30:00Z").expect(409)), ["trainer_taken"]);
        let offer = market.offer(&there, market.dana.id, "2027-03-03T17:45:00Z").expect(201);
        assert_eq!(travel(&offer.json()), [35, 35]);
        let further = ask_at(&market, &manhattan, &json!({}));
        let shown = market.coordinator.get(&format!("{further}/matches")).json()["items"].clone();
        let danas = shown.as_array().unwrap().iter().find(|item| item["trainer"] == json!(market.dana.id)).unwrap();
        assert!(danas["time"]["start"].as_str().unwrap() >= "2027-03-03T21", "{danas}");
        // From Topeka straight to Manhattan: 80 km, an hour and ten.
        assert_eq!(rules(&market.offer(&further, market.dana.id, "2027-03-03T20:45:00Z").expect(409)), ["trainer_taken"]);
        let straight = market.offer(&further, market.dana.id, "2027-03-03T21:00:00Z").expect(201).json();
        assert!((60..=75).contains(&travel(&straight)[0]), "{straight}");
        market.dana.client.step(&offer.location(), "accept", None).expect(200);
    }

    fn calendars_show_what_lies_in_them(world) {
        let market = Market::new(world);
        let topeka = library_in(world, &market, TOPEKA);
        let first = market.book(&market.dana, TEN, &json!({}));
        let there = book(&market, &market.dana, &ask_at(&market, &topeka, &json!({})), "2027-03-04T16:00:00Z");
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let items = |client: &packhorse_tests::Client, path: &str| -> Vec<String> {
            let agenda = client.get(path).expect(200).json();
            agenda["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        let trainer = format!("/v1/trainers/{}/calendar", market.dana.id);
        let both = [id(&first), there["id"].as_str().unwrap().to_owned()];
        assert_eq!(items(&market.dana.client, &trainer), both);
        // Half-open: what ends when the stretch begins, or begins when it ends, is not in it.
        assert_eq!(items(&market.dana.client, &format!("{trainer}?from={DELIVERED_AT}")), both[1..]);
        assert_eq!(items(&market.dana.client, &format!("{trainer}?from=2027-01-01T00:00:00Z&to=2027-03-04T16:00:00Z")), both[..1]);
        assert_eq!(items(&market.staff, &format!("/v1/venues/{}/calendar", market.place.venue)), both[..1]);
        // A place may be known to more people than what takes place in it.
        assert_eq!(items(&market.staff, &format!("/v1/venues/{}/calendar", topeka.venue)), Vec::<String>::new());
        market.lee.client.get(&trainer).expect(403);
        let backwards = market.dana.client.get(&format!("{trainer}?from=2027-03-04T00:00:00Z&to=2027-03-03T00:00:00Z"));
        assert_eq!(backwards.expect(422).faults(), [("to".to_owned(), "end_before_start".to_owned())]);
        let ics = market.dana.client.get(&format!("{trainer}.ics")).expect(200).text;
        assert_eq!((ics.matches("BEGIN:VEVENT").count(), ics.matches("STATUS:TENTATIVE").count()), (2, 2));
        assert!(ics.split("\r\n").all(|line| line.len() <= 75));
    }

    fn whatever_is_done_no_time_is_taken_twice(world) {
        wander(world, 1..60);
    }

    fn whatever_else_is_done_no_time_is_taken_twice(world) {
        wander(world, 1000..1060);
    }
}

fn ask_virtual(market: &Market) -> String {
    market.ask(&json!({ "format": "virtual", "venue": null, "room": null, "duration_minutes": 60 }))
}

/// One more trainer in Lawrence.
fn third(world: &World, market: &Market, changes: &Value) -> Teacher {
    let (network, catalog, changes) = (market.network, market.catalog, changes.clone());
    let id = world.plant(move |planter| {
        let trainer = planter.trainer(network, &catalog, &changes);
        planter.free(trainer, "America/Chicago");
        trainer
    });
    world.teacher(&format!("{id}@nekls.example"), id)
}

/// A tentative booking of Dana's on 20 January, which will be over soon.
fn in_state_early(market: &Market, hour: &str) -> String {
    let early = json!({ "room": null, "preferences": [{ "from": "2027-01-20", "until": "2027-01-20", "earliest": "09:00:00", "latest": "18:00:00" }] });
    market.book(&market.dana, &format!("2027-01-20T{hour}:00Z"), &early)
}

/// Bookings of the first day that stand.
fn ids_standing(market: &Market) -> Vec<String> {
    let calendar =
        format!("/v1/trainers/{}/calendar?from=2027-03-01T00:00:00Z&to=2027-12-31T00:00:00Z", market.dana.id);
    let agenda = market.dana.client.get(&calendar).expect(200).json();
    let standing = agenda["items"].as_array().unwrap().iter().filter(|item| item["state"] != "canceled");
    standing.map(|item| format!("/v1/bookings/{}", item["id"].as_str().unwrap())).collect()
}

/// Tries every change of a booking in a state: those refused first, then each that is made on a booking of its own.
fn check(market: &Market, name: BookingStateName, make: impl Fn() -> String, over: bool) {
    let booking = make();
    assert_eq!(state(market, &booking), name.word());
    let before = market.coordinator.get(&booking);
    for action in ACTIONS.iter().filter(|action| leads_to(name, action, over).is_none()) {
        let refused = act(market, &booking, action).expect(409);
        assert_eq!(rules(&refused), [name.word()], "{action} of {name:?}");
        let after = market.coordinator.get(&booking);
        assert_eq!((&after.text, after.etag()), (&before.text, before.etag()), "{action} of {name:?} was refused");
    }
    for action in ACTIONS.iter().filter(|action| leads_to(name, action, over).is_some()) {
        market.coordinator.get(&booking);
        for standing in ids_standing(market) {
            market.coordinator.step(&standing, "cancel", Some(&json!({}))).expect(200);
        }
        let booking = make();
        act(market, &booking, action).expect(200);
        assert_eq!(
            Some(state(market, &booking).as_str().unwrap()),
            leads_to(name, action, over),
            "{action} of {name:?}"
        );
    }
}
