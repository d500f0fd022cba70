//! Round after round of many who want one trainer's time, on three processes: the same, overlapping, linked and neighboring
//! times, while a booking is canceled there, and while bookings are moved there.

use std::time::Duration;

use packhorse_domain::Interval;
use packhorse_tests::{Market, Reply, ServerProcess, both, scale};
use serde_json::json;

use crate::races::{clients, count, offer, race, roomless};

/// The start of an offer, so many minutes after the first hour of so many days after the first.
fn start(day: usize, minutes: usize) -> String {
    format!("2027-03-{:02}T{:02}:{:02}:00Z", 3 + day, 15 + minutes / 60, minutes % 60)
}

/// A name, and the time that the client of a number wants.
type Shape = (&'static str, fn(usize) -> String);

/// How the times of a round lie, by the number of the client.
const SHAPES: [Shape; 4] = [
    ("same", |_| start(0, 60)),
    ("overlapping", |number| start(0, number * 15 % 420)),
    ("linked", |number| start(0, number % 9 * 45)),
    ("neighboring", |number| start(number / 7, number % 7 * 60)),
];

/// No two of those that won are at one time. What won is withdrawn, so that the next round begins as this one did.
fn clear(market: &Market, replies: &[Reply]) -> usize {
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    let time = |reply: &&Reply| serde_json::from_value::<Interval>(reply.json()["terms"]["time"].clone()).unwrap();
    let mut times: Vec<_> = won.iter().map(time).collect();
    times.sort_unstable();
    assert!(times.windows(2).all(|two| !two[0].overlaps(&two[1])), "{times:?}");
    for reply in &won {
        market.coordinator.step(&reply.location(), "withdraw", Some(&json!({ "reason": "next round" }))).expect(200);
    }
    won.len()
}

fn cancel(market: &Market, booking: &str) {
    market.coordinator.step(booking, "cancel", Some(&json!({ "reason": "next round" }))).expect(200);
}

both! {
    fn nobody_is_booked_twice(world) {
        let market = Market::new(world);
        let mut need = roomless();
        need["preferences"] = json!([{ "from": "2027-03-03", "until": "2027-03-14", "earliest": "09:00:00", "latest": "17:00:00" }]);
        let requests: Vec<_> = (0..clients(world)).map(|_| market.ask(&need)).collect();
        let servers = world.processes(3);
        let (rounds, mut worst) = (scale(1, 100), Duration::ZERO);
        for _ in 0..rounds {
            for (shape, at) in SHAPES {
                let calls: Vec<_> = requests.iter().enumerate().map(|(number, request)| (request, at(number))).collect();
                let (replies, wait) = race(&servers, &calls, |(request, at), base| offer(&market, base, request, at));
                worst = worst.max(wait);
                count(&replies, 201, 409);
                let won = clear(&market, &replies);
                assert!(match shape { "same" => won == 1, "neighboring" => won == calls.len(), _ => (1..=9).contains(&won) }, "{shape}: {won}");
            }
            worst = worst.max(canceled_meanwhile(&servers, &market, &requests));
            let moved: Vec<_> = (0..4).map(|day| market.book(&market.dana, &start(day + 1, 0), &need)).collect();
            let etags: Vec<_> = moved.iter().map(|path| (path, market.coordinator.get(path).etag())).collect();
            let body = json!({ "starts_at": start(0, 120), "reason": "better for all" });
            let (replies, wait) = race(&servers, &etags, |(path, etag), base| {
                market.coordinator.at(base).act(&format!("{path}/reschedule"), etag, Some(&body))
            });
            worst = worst.max(wait);
            assert_eq!(count(&replies, 200, 409), (1, 3));
            for booking in &moved {
                cancel(&market, booking);
            }
            world.database().assert_sound();
        }
        println!("{} clients, 3 processes, {rounds} rounds of six shapes: worst wait {worst:?}", requests.len());
    }
}

/// One cancels a booking while all others want its time: at most one gets it.
fn canceled_meanwhile(servers: &[ServerProcess], market: &Market, requests: &[String]) -> Duration {
    let booking = market.book(&market.dana, &start(0, 60), &roomless());
    let etag = market.coordinator.get(&booking).etag();
    let mut calls: Vec<_> = requests.iter().map(Some).collect();
    calls.insert(requests.len() / 2, None);
    let (mut replies, wait) = race(servers, &calls, |call, base| match call {
        Some(request) => offer(market, base, request, &start(0, 60)),
        None => {
            market.coordinator.at(base).act(&format!("{booking}/cancel"), &etag, Some(&json!({ "reason": "flood" })))
        }
    });
    replies.remove(requests.len() / 2).expect(200);
    count(&replies, 201, 409);
    assert!(clear(market, &replies) <= 1);
    wait
}
