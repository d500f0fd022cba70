//! Many at once, on three processes that share a database: one winner each time, nothing refused without reason.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use diesel::{Connection, connection::SimpleConnection};
use jiff::SignedDuration;
use packhorse_db::{Conn, commitments};
use packhorse_domain::{
    Interval, Minutes,
    commitment::{Cause, Commitment, Holder},
    id::CommitmentId,
};
use packhorse_services::tokens::Tokens;
use packhorse_tests::{Backend, Client, DAY, Market, Reply, START, ServerProcess, Teacher, World, both};
use serde_json::{Value, json};

/// Not a test: what the processes run that [`at_once`] starts.
#[test]
#[ignore = "a server for the races"]
fn serve() {
    packhorse_tests::serve_when_told();
}

/// Runs every call at once, each on the next of three processes. The answers, in order of the calls, and the longest wait.
fn at_once<T: Sync>(world: &World, calls: &[T], call: impl Fn(&T, &str) -> Reply + Sync) -> (Vec<Reply>, Duration) {
    race(&world.processes(3), calls, call)
}

/// The same, on processes that run already.
pub(crate) fn race<T: Sync>(
    servers: &[ServerProcess],
    calls: &[T],
    call: impl Fn(&T, &str) -> Reply + Sync,
) -> (Vec<Reply>, Duration) {
    let barrier = Barrier::new(calls.len());
    let answers: Vec<(Reply, Duration)> = thread::scope(|scope| {
        let mut running = Vec::with_capacity(calls.len());
        for (number, one) in calls.iter().enumerate() {
            let (barrier, call, base) = (&barrier, &call, servers[number % servers.len()].base.as_str());
            running.push(scope.spawn(move || {
                barrier.wait();
                let began = Instant::now();
                (call(one, base), began.elapsed())
            }));
        }
        running.into_iter().map(|running| running.join().unwrap()).collect()
    });
    let worst = answers.iter().map(|(_, time)| *time).max().unwrap_or_default();
    (answers.into_iter().map(|(reply, _)| reply).collect(), worst)
}

/// How many answers had each of two statuses; any other fails the test.
#[track_caller]
pub(crate) fn count(replies: &[Reply], won: u16, lost: u16) -> (usize, usize) {
    let with = |status| replies.iter().filter(|reply| reply.status == status).count();
    let strange = replies.iter().find(|reply| reply.status != won && reply.status != lost);
    assert!(strange.is_none(), "{} {}", strange.unwrap().status, strange.unwrap().text);
    (with(won), with(lost))
}

pub(crate) fn clients(world: &World) -> usize {
    if world.app.db.backend() == packhorse_db::Backend::Postgres { 64 } else { 16 }
}

/// No room, so that only the trainer's time is fought for.
pub(crate) fn roomless() -> Value {
    json!({ "room": null, "duration_minutes": 60 })
}

pub(crate) fn offer(market: &Market, base: &str, request: &str, starts_at: &str) -> Reply {
    let body = json!({ "trainer": market.dana.id, "starts_at": starts_at });
    market.coordinator.at(base).post(&format!("{request}/offers"), &body)
}

both! {
    fn one_of_many_gets_the_same_slot(world) {
        let market = Market::new(world);
        let requests: Vec<_> = (0..clients(world)).map(|_| market.ask(&roomless())).collect();
        let (replies, worst) = at_once(world, &requests, |request, base| offer(&market, base, request, "2027-03-03T16:00:00Z"));
        assert_eq!(count(&replies, 201, 409), (1, requests.len() - 1));
        println!("same slot: worst wait {worst:?}");
    }

    fn times_that_overlap_have_winners_that_do_not(world) {
        let market = Market::new(world);
        let starts: Vec<_> = (0..clients(world)).map(|number| (market.ask(&roomless()), number)).collect();
        let start = |number: &usize| format!("2027-03-03T{:02}:{:02}:00Z", 15 + number % 7, number / 7 % 4 * 15);
        let (replies, worst) = at_once(world, &starts, |(request, number), base| offer(&market, base, request, &start(number)));
        let (won, _) = count(&replies, 201, 409);
        assert!((1..=8).contains(&won), "{won}");
        let mut times: Vec<Interval> = replies
            .iter()
            .filter(|reply| reply.status == 201)
            .map(|reply| serde_json::from_value(reply.json()["terms"]["time"].clone()).unwrap())
            .collect();
        times.sort_unstable();
        assert!(times.windows(2).all(|two| !two[0].overlaps(&two[1])), "{times:?}");
        println!("overlapping: {won} won, worst wait {worst:?}");
    }

    fn neighbors_in_time_are_all_taken(world) {
        let market = Market::new(world);
        // Eight hours of each day, back to back in one town: nobody stands in anybody's way.
        let days = json!([{ "from": DAY, "until": "2027-03-12", "earliest": "09:00:00", "latest": "17:00:00" }]);
        let mut need = roomless();
        need["preferences"] = days;
        let slots: Vec<_> = (0..clients(world))
            .map(|number| (market.ask(&need), format!("2027-03-{:02}T{:02}:00:00Z", 3 + number / 8, 15 + number % 8)))
            .collect();
        let (replies, worst) = at_once(world, &slots, |(request, start), base| offer(&market, base, request, start));
        assert_eq!(count(&replies, 201, 0), (slots.len(), 0));
        println!("adjacent: worst wait {worst:?}");
    }

    fn the_first_acceptance_wins(world) {
        let market = Market::new(world);
        let (network, catalog) = (market.network, market.catalog);
        let ids = world.plant(move |planter| {
            (0..8).map(|_| {
                let id = planter.trainer(network, &catalog, &json!({}));
                planter.free(id, "America/Chicago");
                id
            }).collect::<Vec<_>>()
        });
        let teachers: Vec<Teacher> = ids.iter().map(|id| world.teacher(&format!("{id}@race.example"), *id)).collect();
        let request = market.ask(&json!({ "room": null }));
        let offers: Vec<_> = teachers.iter().map(|teacher| {
            (teacher, market.offer(&request, teacher.id, "2027-03-03T16:00:00Z").expect(201))
        }).collect();
        let (replies, worst) = at_once(world, &offers, |(teacher, offer), base| {
            teacher.client.at(base).act(&format!("{}/accept", offer.location()), &offer.etag(), None)
        });
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        let lost = replies.iter().filter(|reply| matches!(reply.status, 409 | 412)).count();
        assert_eq!((won, lost), (1, 7), "{:?}", replies.iter().map(|reply| reply.status).collect::<Vec<_>>());
        let states: Vec<_> = offers.iter().map(|(_, offer)| market.coordinator.get(&offer.location()).json()["state"].clone()).collect();
        assert_eq!(states.iter().filter(|state| **state == "accepted").count(), 1);
        assert_eq!(states.iter().filter(|state| **state == "superseded").count(), 7);
        assert_eq!(market.coordinator.get(&request).json()["state"], "booked");
        println!("acceptances: worst wait {worst:?}");
    }

    fn a_slot_that_is_canceled_meanwhile_goes_to_one(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let etag = market.coordinator.get(&booking).etag();
        let mut calls: Vec<_> = (0..clients(world)).map(|_| Some(market.ask(&roomless()))).collect();
        calls.insert(clients(world) / 2, None);
        let (replies, worst) = at_once(world, &calls, |call, base| match call {
            Some(request) => offer(&market, base, request, "2027-03-03T16:00:00Z"),
            None => market.coordinator.at(base).act(&format!("{booking}/cancel"), &etag, Some(&json!({ "reason": "flood" }))),
        });
        let offers: Vec<_> = replies.iter().zip(&calls).filter(|(_, call)| call.is_some()).map(|(reply, _)| reply.clone()).collect();
        let canceled = replies.iter().zip(&calls).find(|(_, call)| call.is_none()).unwrap().0;
        assert_eq!(canceled.status, 200, "{}", canceled.text);
        let (won, _) = count(&offers, 201, 409);
        assert!(won <= 1, "{won}");
        println!("cancel meanwhile: {won} won, worst wait {worst:?}");
    }

    fn two_bookings_moved_to_one_slot_leave_one_there(world) {
        let market = Market::new(world);
        let bookings: Vec<_> = (0..6).map(|number| {
            let start = format!("2027-03-{:02}T{:02}:00:00Z", 3 + number / 3, 15 + number % 3 * 2);
            let path = market.book(&market.dana, &start, &roomless());
            let etag = market.coordinator.get(&path).etag();
            (path, etag)
        }).collect();
        let body = json!({ "starts_at": format!("{DAY}T22:00:00Z"), "reason": "better for all" });
        let (replies, worst) = at_once(world, &bookings, |(path, etag), base| {
            market.coordinator.at(base).act(&format!("{path}/reschedule"), etag, Some(&body))
        });
        assert_eq!(count(&replies, 200, 409), (1, 5));
        println!("reschedule: worst wait {worst:?}");
    }

    fn one_key_has_one_effect(world) {
        let market = Market::new(world);
        let body = json!({ "network": market.network, "details": { "name": "Once", "time_zone": "America/Chicago" } });
        let calls = [(); 50];
        let (replies, _) = at_once(world, &calls, |(), base| {
            market.coordinator.at(base).post_with("/v1/libraries", &body, &[("idempotency-key", "once")])
        });
        assert_eq!(count(&replies, 201, 0), (50, 0));
        assert!(replies.iter().all(|reply| reply.text == replies[0].text), "byte for byte");
        assert_eq!(replies.iter().filter(|reply| reply.header("idempotency-replayed").is_none()).count(), 1);
        let listed = market.coordinator.get("/v1/libraries?q=once").json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    }

    fn one_of_many_changes_of_one_version_is_kept(world) {
        let market = Market::new(world);
        let path = format!("/v1/libraries/{}", market.place.library);
        let etag = market.coordinator.get(&path).etag();
        let names: Vec<_> = (0..50).map(|number| format!("Library {number}")).collect();
        let (replies, _) = at_once(world, &names, |name, base| market.coordinator.at(base).patch(&path, &etag, &json!({ "name": name })));
        assert_eq!(count(&replies, 200, 412), (1, 49));
        let winner = replies.iter().find(|reply| reply.status == 200).unwrap();
        assert_eq!(market.coordinator.get(&path).json(), winner.json());
    }

    fn the_database_itself_refuses_an_overlap(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        let offer = market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201);
        let id = offer.id().parse().unwrap();
        let refusals = world.write(move |conn| {
            let held = commitments::of_offer(conn, id)?;
            assert_eq!(held.len(), 2, "the trainer's time, and the room's");
            Ok(held.into_iter().map(|held| {
                // Not the same stretch: one that begins and ends within it.
                let minute = SignedDuration::from_mins(1);
                let within = |all: Interval| Interval { start: all.start + minute, end: all.end - minute };
                let (work, taken) = (within(held.work), within(held.taken));
                let twin = Commitment { work, taken, id: CommitmentId::new(held.work.start), cause: Cause { offer: id, booking: None }, ..held };
                let trainer = matches!(twin.holder, Holder::Trainer(_));
                (trainer, twin)
            }).collect::<Vec<_>>())
        });
        for (trainer, twin) in refusals {
            let refused = world.try_write(move |conn| Ok(commitments::insert(conn, &twin)?)).unwrap_err().to_string();
            let expected = if trainer { "the trainer's time is taken" } else { "the room is taken at that time" };
            assert_eq!(refused, expected);
        }
    }

    fn the_database_itself_refuses_a_second_booking_of_a_request(world) {
        let market = Market::new(world);
        let first = market.book(&market.dana, "2027-03-03T16:00:00Z", &roomless());
        let second = market.book(&market.lee, "2027-03-04T16:00:00Z", &roomless());
        let request = market.coordinator.get(&first).json()["request"].as_str().unwrap().to_owned();
        let moved = format!("UPDATE bookings SET request_id = '{request}' WHERE id = '{}'", second.rsplit('/').next().unwrap());
        let refused = match world.database().url.connect().unwrap() {
            Conn::Pg(mut conn) => conn.batch_execute(&moved),
            Conn::Sqlite(mut conn) => conn.batch_execute(&moved),
        };
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("bookings_once") || refused.contains("bookings.request_id"), "{refused}");
    }

    fn a_walk_shows_every_old_row_once_while_rows_are_added(world) {
        let market = Market::new(world);
        let add = |client: &Client, name: String| {
            client.post("/v1/libraries", &json!({ "network": market.network, "details": { "name": name, "time_zone": "America/Chicago" } })).expect(201).id()
        };
        let old: Vec<_> = (0..40).map(|number| add(&market.coordinator, format!("Old {number}"))).collect();
        thread::scope(|scope| {
            let adding = scope.spawn(|| (0..60).for_each(|number| drop(add(&market.coordinator, format!("New {number}")))));
            for sort in ["created_at", "-created_at"] {
                let (mut seen, mut after) = (Vec::new(), String::new());
                loop {
                    let page = market.coordinator.get(&format!("/v1/libraries?limit=3&sort={sort}{after}")).expect(200).json();
                    seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                    let Some(next) = page["next"].as_str() else { break };
                    after = format!("&after={next}");
                }
                assert!(old.iter().all(|id| seen.iter().filter(|other| *other == id).count() == 1), "{sort}");
            }
            adding.join().unwrap();
        });
    }
}

/// Without the locks the constraints would still refuse an overlap, but only after deadlocks and retries.
#[test]
fn postgres_decides_about_a_request_a_trainer_and_a_room_under_their_locks() {
    let Some(backend) = Backend::postgres() else { return };
    let world = World::new(backend);
    let market = Market::new(&world);
    for (table, id) in [
        ("trainers", market.dana.id.to_string()),
        ("rooms", market.place.room.to_string()),
        ("requests", String::new()),
    ] {
        let request = market.ask(&json!({}));
        let id = if id.is_empty() { request.rsplit('/').next().unwrap() } else { id.as_str() };
        let Conn::Pg(mut other) = world.database().url.connect().unwrap() else { unreachable!() };
        // Not `FOR UPDATE`: an insert waits for that anyway when the row is named by a foreign key of it.
        other.batch_execute(&format!("BEGIN; SELECT FROM {table} WHERE id = '{id}' FOR NO KEY UPDATE")).unwrap();
        thread::scope(|scope| {
            let offer = scope.spawn(|| market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z"));
            thread::sleep(Duration::from_millis(700));
            assert!(!offer.is_finished(), "{table} are not locked");
            other.batch_execute("COMMIT").unwrap();
            let offer = offer.join().unwrap().expect(201);
            market.coordinator.step(&offer.location(), "withdraw", Some(&json!({ "reason": "next" }))).expect(200);
        });
    }
}

#[test]
fn of_many_processes_that_start_at_once_one_makes_the_first_signing_keys() {
    let Some(backend) = Backend::postgres() else { return };
    let database = packhorse_tests::TestDatabase::new(backend);
    let barrier = Barrier::new(8);
    let load = || {
        let mut conn = database.url.connect().unwrap();
        barrier.wait();
        let now = START.parse().unwrap();
        conn.transaction(|conn| Tokens::load(conn, "http://localhost", Minutes(10), now)).map(drop)
    };
    thread::scope(|scope| {
        let loading: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
        for each in loading {
            each.join().unwrap().unwrap();
        }
    });
    assert_eq!(database.count("SELECT COUNT(*) AS count FROM signing_keys"), 2, "the active and the next");
}
