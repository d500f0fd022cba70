//! Roads measured by a routing engine: a small server that speaks the table service of OSRM.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use packhorse::config::{Config, RoutingConfig};
use packhorse_tests::{Backend, DAY, Market, TestDatabase, World};
use serde_json::{Value, json};

/// What the engine does.
#[derive(Clone, Copy, PartialEq)]
enum Engine {
    /// Every road is 100 km and 90 minutes long.
    Measures,
    /// Knows no way anywhere.
    Lost,
    /// Answers 500.
    Fails,
    /// Answers something else.
    Babbles,
    /// Does not answer at all.
    Sleeps,
}

fn row(end: &str, count: usize, value: &str) -> String {
    let cells = |n| std::iter::once("0").chain(std::iter::repeat_n(value, n)).collect::<Vec<_>>();
    match end {
        "sources" => format!("[[{}]]", cells(count - 1).join(",")),
        _ => format!("[[{}]]", cells(count - 1).join("],[")),
    }
}

/// Serves until the test ends; its address, and how often it was asked.
fn serve(engine: Engine) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let Some(first) = lines.next() else { continue };
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            count.fetch_add(1, Ordering::SeqCst);
            let target = first.split(' ').nth(1).unwrap();
            assert!(target.starts_with("/table/v1/driving/-95.235300,38.971700;"), "{target}: longitude first");
            assert!(target.contains("annotations=duration,distance"));
            let places = target.split('?').next().unwrap().split(';').count();
            let end = if target.ends_with("sources=0") { "sources" } else { "destinations" };
            let (status, body) = match engine {
                Engine::Measures => (
                    "200 OK",
                    format!(
                        "{{\"code\":\"Ok\",\"durations\":{},\"distances\":{}}}",
                        row(end, places, "5400.0"),
                        row(end, places, "100000.0")
                    ),
                ),
                Engine::Lost => (
                    "200 OK",
                    format!("{{\"code\":\"Ok\",\"durations\":{0},\"distances\":{0}}}", row(end, places, "null")),
                ),
                Engine::Fails => ("500 Internal Server Error", String::new()),
                Engine::Babbles => ("200 OK", "<html>".to_owned()),
                Engine::Sleeps => {
                    thread::sleep(Duration::from_secs(20));
                    continue;
                }
            };
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    (address, asked)
}

fn world(engine: Engine) -> (World, Arc<AtomicUsize>) {
    let (url, asked) = serve(engine);
    let routing = RoutingConfig { osrm_url: Some(url) };
    (World::with(TestDatabase::new(Backend::Sqlite), &Config { routing, ..World::config() }), asked)
}

/// Lee's way from Topeka, which is reckoned as 35 minutes.
fn travel(market: &Market) -> Value {
    let need = market.need(&json!({ "room": null, "preferences": [{ "from": DAY, "until": DAY, "earliest": "09:00:00", "latest": "17:00:00" }] }));
    let found = market.coordinator.post(&format!("/v1/matches?trainer={}", market.lee.id), &need).expect(200).json();
    found["items"][0]["travel"].clone()
}

#[test]
fn measured_roads_count_for_lists_offers_and_acceptances_and_are_asked_for_once() {
    let (world, asked) = world(Engine::Measures);
    let market = Market::new(&world);
    let way = travel(&market);
    assert_eq!(
        (&way["minutes_before"], &way["minutes_after"], &way["road_km"]),
        (&json!(90), &json!(90), &json!(200.0))
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2, "there and back, for everybody");
    travel(&market);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let request = market.ask(&json!({ "room": null }));
    let offer = market.offer(&request, market.lee.id, "2027-03-03T16:00:00Z").expect(201);
    assert_eq!(offer.json()["terms"]["travel"]["minutes_before"], 90);
    let booking = market.lee.client.step(&offer.location(), "accept", None).expect(200).json();
    assert_eq!(booking["terms"]["travel"]["minutes_before"], 90);
    let busy = format!("/v1/trainers/{}/free-busy?from=2027-03-03T00:00:00Z&to=2027-03-04T06:00:00Z", market.lee.id);
    assert_eq!(market.staff.get(&busy).json()["busy"][0]["start"], "2027-03-03T14:30:00Z");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn roads_that_are_not_measured_are_reckoned() {
    for engine in [Engine::Lost, Engine::Fails, Engine::Babbles, Engine::Sleeps] {
        let (world, asked) = world(engine);
        let market = Market::new(&world);
        let began = Instant::now();
        assert_eq!(travel(&market)["minutes_before"], 35);
        assert!(began.elapsed() < Duration::from_secs(10), "nobody waits long");
        let before = asked.load(Ordering::SeqCst);
        assert_eq!(travel(&market)["minutes_before"], 35);
        // One that failed is left alone for a while.
        assert!(engine == Engine::Lost || asked.load(Ordering::SeqCst) == before);
    }
}
