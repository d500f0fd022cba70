//! Calendars that trainers import: what they take from a trainer's time, who sees what of them, and where they may come from.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
};

use jiff::SignedDuration;
use packhorse::{
    config::{Config, OutboundConfig},
    outbound::Neighbor,
};
use packhorse_tests::{Backend, Client, DAY, Market, Reply, Teacher, TestDatabase, World, both};
use serde_json::{Value, json};

/// Ten in the morning in Kansas.
const TEN: &str = "2027-03-03T16:00:00Z";
/// A day around it.
const AROUND: &str = "from=2027-03-03T06:00:00Z&to=2027-03-04T06:00:00Z";

/// A calendar of some events.
fn calendar(events: &str) -> String {
    let head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Packhorse//Test//EN\r\n";
    format!("{head}{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"))
}

/// An event with these further lines.
fn event(uid: u32, lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}@example.org\nDTSTAMP:20270101T000000Z\n{lines}\nEND:VEVENT\n")
}

/// A calendar whose one event takes from ten to twelve.
fn morning() -> String {
    calendar(&event(1, "SUMMARY:Dentist s3cret\nDTSTART:20270303T160000Z\nDTEND:20270303T180000Z"))
}

fn collection(teacher: &Teacher) -> String {
    format!("/v1/trainers/{}/calendars", teacher.id)
}

/// Adds a calendar. Its address.
#[track_caller]
fn add(teacher: &Teacher, changes: &Value) -> String {
    let mut details = json!({ "name": "Work" });
    packhorse_tests::merge(&mut details, changes);
    teacher.client.post(&collection(teacher), &details).expect(201).location()
}

fn upload(client: &Client, path: &str, query: &str, body: impl AsRef<[u8]>) -> Reply {
    let etag = client.get(path).expect(200).etag();
    let headers = [("if-match", etag.as_str()), ("content-type", "text/calendar; charset=utf-8")];
    client.send("POST", &format!("{path}/import{query}"), &headers, Some(body.as_ref()))
}

fn status(client: &Client, path: &str) -> Value {
    client.get(path).expect(200).json()["status"].clone()
}

/// When a trainer is busy on the day, for whoever asks.
fn busy(client: &Client, teacher: &Teacher) -> Vec<(String, String)> {
    let path = format!("/v1/trainers/{}/free-busy?{AROUND}", teacher.id);
    let shown = client.get(&path).expect(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    shown["busy"].as_array().unwrap().iter().map(|each| (text(&each["start"]), text(&each["end"]))).collect()
}

/// Why a trainer is ruled out of a workshop from ten to twelve.
fn ruled_out(market: &Market, teacher: &Teacher) -> Value {
    let preferences = json!([{ "from": DAY, "until": DAY, "earliest": "10:00:00", "latest": "12:00:00" }]);
    let need = market.need(&json!({ "preferences": preferences }));
    let shown = market.staff.post("/v1/matches?explain=true", &need).expect(200).json();
    let out = shown["ruled_out"].as_array().unwrap().iter().find(|each| each["trainer"] == teacher.id.to_string());
    out.map_or(Value::Null, |each| each["rules"].clone())
}

/// How many events of calendars hold a text.
fn told(world: &World, text: &str) -> i64 {
    world.database().count(&format!(
        "SELECT COUNT(*) AS count FROM events WHERE subject_kind = 'calendar' \
         AND (CAST(before AS TEXT) LIKE '%{text}%' OR CAST(after AS TEXT) LIKE '%{text}%')"
    ))
}

both! {
    fn an_upload_takes_time_and_taking_it_back_gives_it_back(world) {
        let market = Market::new(world);
        let request = market.ask(&json!({}));
        assert_eq!(ruled_out(&market, &market.dana), Value::Null);
        let path = add(&market.dana, &json!({}));
        let would = upload(&market.dana.client, &path, "?dry_run=true", morning()).expect(200).json();
        assert_eq!((&would["status"]["busy_count"], &would["version"]), (&json!(1), &json!(1)));
        assert_eq!(busy(&market.staff, &market.dana), []);
        let kept = upload(&market.dana.client, &path, "", morning()).expect(200);
        assert_eq!((&kept.json()["status"]["busy_count"], &kept.json()["version"]), (&json!(1), &json!(2)));
        assert_eq!(kept.json()["status"]["known_until"], "2028-02-11T00:00:00Z");
        assert_eq!(busy(&market.staff, &market.dana), [(TEN.to_owned(), "2027-03-03T18:00:00Z".to_owned())]);
        assert_eq!(ruled_out(&market, &market.dana), json!(["availability"]));
        assert_eq!(ruled_out(&market, &market.lee), Value::Null);
        let offer = market.offer(&request, market.dana.id, TEN).expect(422);
        assert_eq!(offer.faults(), [("/starts_at".to_owned(), "availability".to_owned())]);
        let later = market.offer(&request, market.dana.id, "2027-03-03T18:00:00Z").expect(201);
        market.coordinator.step(&later.location(), "withdraw", Some(&json!({}))).expect(200);
        // What is uploaded next takes the place of what was there.
        upload(&market.dana.client, &path, "", calendar("")).expect(200);
        assert_eq!((busy(&market.staff, &market.dana), ruled_out(&market, &market.dana)), (vec![], Value::Null));
        upload(&market.dana.client, &path, "", morning()).expect(200);
        assert_eq!(ruled_out(&market, &market.dana), json!(["availability"]));
        let etag = market.dana.client.get(&path).etag();
        market.dana.client.delete(&path, &etag).expect(204);
        market.dana.client.get(&path).expect(404);
        assert_eq!((busy(&market.staff, &market.dana), ruled_out(&market, &market.dana)), (vec![], Value::Null));
        market.offer(&request, market.dana.id, TEN).expect(201);
    }

    fn an_acceptance_heeds_what_was_imported_after_the_offer(world) {
        let market = Market::new(world);
        let offer = market.offer(&market.ask(&json!({})), market.dana.id, TEN).expect(201).location();
        let path = add(&market.dana, &json!({}));
        upload(&market.coordinator, &path, "", morning()).expect(200);
        market.dana.client.step(&offer, "accept", None).expect(422);
    }

    fn bookings_that_come_back_do_not_stand_in_their_own_way(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let path = add(&market.dana, &json!({}));
        let own = market.dana.client.get(&format!("/v1/trainers/{}/calendar.ics", market.dana.id)).expect(200).text;
        let kept = upload(&market.dana.client, &path, "", own).expect(200).json();
        assert_eq!(kept["status"]["busy_count"], 0, "{kept}");
        assert_eq!(kept["status"]["notes"], json!(["bookings of Packhorse itself were left out: 1"]));
        let later = json!({ "starts_at": "2027-03-03T17:00:00Z", "reason": "an hour later" });
        market.coordinator.step(&booking, "reschedule", Some(&later)).expect(200);
    }

    fn whole_days_and_times_without_a_zone_are_the_trainers_and_that_is_said(world) {
        let market = Market::new(world);
        let path = add(&market.dana, &json!({}));
        let events = [
            event(1, "DTSTART;VALUE=DATE:20270303"),
            event(2, "DTSTART:20270305T090000\nDTEND:20270305T100000"),
            event(3, "DTSTART:20270306T090000Z\nDTEND:20270306T100000Z\nTRANSP:TRANSPARENT"),
            event(4, "DTSTART:20270307T090000Z\nDTEND:20270307T100000Z\nSTATUS:CANCELLED"),
        ];
        let notes = upload(&market.dana.client, &path, "", calendar(&events.concat())).expect(200).json()["status"]["notes"].to_string();
        assert!(notes.contains("America/Chicago"), "{notes}");
        let times = market.dana.client.get(&format!("{path}/busy-times")).expect(200).json();
        assert_eq!(times, json!({ "items": [
            { "start": "2027-03-03T06:00:00Z", "end": "2027-03-04T06:00:00Z", "title": null },
            { "start": "2027-03-05T15:00:00Z", "end": "2027-03-05T16:00:00Z", "title": null },
        ], "more": false }));
        let few = market.dana.client.get(&format!("{path}/busy-times?{AROUND}")).expect(200).json();
        assert_eq!(few["items"].as_array().unwrap().len(), 1);
    }

    fn what_is_no_calendar_is_refused_and_nothing_is_kept(world) {
        let market = Market::new(world);
        let (client, path) = (&market.dana.client, add(&market.dana, &json!({})));
        upload(client, &path, "", morning()).expect(200);
        let before = world.database().digest();
        let broken = calendar(&[event(1, "DTSTART:20270399T000000Z"), event(2, "DTSTART;TZID=Mars/Olympus:20270303T090000")].concat());
        for (body, faults) in [
            (b"<!doctype html><html></html>".to_vec(), vec![("/lines/1", "not_a_calendar")]),
            (b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), vec![("/lines/1", "not_a_calendar")]),
            (Vec::new(), vec![("/lines/1", "not_a_calendar")]),
            (vec![b'x'; 6 << 20], vec![("/lines/1", "too_large")]),
            (broken.into_bytes(), vec![("/lines/7", "bad_time"), ("/lines/12", "unknown_zone")]),
        ] {
            let refused = upload(client, &path, "", &body).expect(422).faults();
            let refused: Vec<_> = refused.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
            assert_eq!(refused, faults);
        }
        let etag = client.get(&path).etag();
        let headers = [("if-match", etag.as_str()), ("content-type", "text/calendar")];
        if let Some(refused) = client.try_send("POST", &format!("{path}/import"), &headers, Some(&vec![b'x'; 50_000_000])) {
            refused.expect(413);
        }
        let json = [("if-match", etag.as_str()), ("content-type", "application/json")];
        client.send("POST", &format!("{path}/import"), &json, Some(b"{}")).expect(415);
        client.send("POST", &format!("{path}/import"), &headers[1..], Some(morning().as_bytes())).expect(428);
        client.send("POST", &format!("{path}/import?dry=true"), &headers, Some(morning().as_bytes())).expect(400);
        assert_eq!(before, world.database().digest());
    }

    fn only_the_trainer_and_their_coordinator_see_more_than_busy(world) {
        let market = Market::new(world);
        let url = "https://calendar.example.org/s3cret/basic.ics";
        let path = add(&market.dana, &json!({ "url": url, "keep_titles": true }));
        upload(&market.dana.client, &path, "", morning()).expect(200);
        for client in [&market.dana.client, &market.coordinator] {
            assert_eq!(client.get(&path).expect(200).json()["url"], url);
            let times = client.get(&format!("{path}/busy-times")).expect(200).json();
            assert_eq!(times["items"][0]["title"], "Dentist s3cret");
        }
        for client in [&market.staff, &market.lee.client] {
            client.get(&path).expect(404);
            client.get(&format!("{path}/busy-times")).expect(404);
            client.get(&collection(&market.dana)).expect(403);
            let shown = client.get(&format!("/v1/trainers/{}/free-busy?{AROUND}", market.dana.id)).expect(200);
            assert!(shown.text.contains(TEN) && !shown.text.contains("s3cret"), "{}", shown.text);
        }
        let moved = json!({ "url": "https://calendar.example.org/other-s3cret.ics" });
        let etag = market.dana.client.patch(&path, &market.dana.client.get(&path).etag(), &moved).expect(200).etag();
        assert_eq!((told(world, "s3cret"), told(world, "calendar.example.org")), (0, 3));
        market.dana.client.patch(&path, &etag, &json!({ "keep_titles": false })).expect(200);
        let times = market.dana.client.get(&format!("{path}/busy-times")).expect(200).json();
        assert_eq!(times["items"][0]["title"], Value::Null);
    }

    fn addresses_inside_are_refused_and_so_are_too_many_calendars(world) {
        let market = Market::new(world);
        let path = add(&market.dana, &json!({}));
        let etag = market.dana.client.get(&path).etag();
        for (url, code) in [
            ("https://127.0.0.1/a.ics", "private_address"),
            ("https://10.0.0.1/a.ics", "private_address"),
            ("https://169.254.169.254/latest/meta-data/", "private_address"),
            ("https://[::1]/a.ics", "private_address"),
            ("https://[::ffff:10.0.0.1]/a.ics", "private_address"),
            ("http://calendar.example.org/a.ics", "https"),
            ("https://me:pw@calendar.example.org/a.ics", "credentials"),
            ("ftp://calendar.example.org/a.ics", "bad_address"),
        ] {
            let details = json!({ "name": "Inside", "url": url });
            let expected = [("/url".to_owned(), code.to_owned())];
            assert_eq!(market.dana.client.post(&collection(&market.dana), &details).expect(422).faults(), expected, "{url}");
            assert_eq!(market.dana.client.patch(&path, &etag, &json!({ "url": url })).expect(422).faults(), expected, "{url}");
        }
        for _ in 1..20 {
            add(&market.dana, &json!({}));
        }
        let refused = market.dana.client.post(&collection(&market.dana), &json!({ "name": "One more" })).expect(409);
        assert_eq!(refused.faults()[0].1, "too_many_calendars");
        add(&market.lee, &json!({}));
    }
}

/// What a server of calendars says, and what it was asked.
struct Feed {
    address: SocketAddr,
    said: Arc<Mutex<String>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Feed {
    /// A server on this machine. It is left to the end of the tests.
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (said, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(Vec::new())));
        let (answer, log) = (said.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
                log.lock().unwrap().push(head.join("\n").to_lowercase());
                let answer = answer.lock().unwrap().clone();
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, said, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/s3cret.ics", self.address)
    }

    fn says(&self, head: &str, body: &str) {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        *self.said.lock().unwrap() = answer;
    }

    /// What it was asked since this was last asked.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// A world that may call it.
    fn world(&self, backend: Backend) -> World {
        let neighbor = Neighbor { host: self.address.ip().to_string(), port: self.address.port() };
        let config = Config { outbound: OutboundConfig { allow: vec![neighbor] }, ..World::config() };
        World::with(TestDatabase::new(backend), &config)
    }
}

/// Runs a test with a server of calendars on both databases.
macro_rules! with_feed {
    ($($name:ident)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                super::$name(Backend::Sqlite, &Feed::new());
            }

            #[test]
            fn postgres() {
                if let Some(backend) = Backend::postgres() {
                    super::$name(backend, &Feed::new());
                }
            }
        }
    )*};
}

with_feed! { an_address_is_read_again_and_again what_fails_keeps_what_is_known on_demand_once_a_minute many_readers_read_each_once }

fn an_address_is_read_again_and_again(backend: Backend, feed: &Feed) {
    let world = feed.world(backend);
    let market = Market::new(&world);
    feed.says("200 OK\r\netag: \"one\"\r\nlast-modified: Tue, 05 Jan 2027 15:00:00 GMT", &morning());
    let path = add(&market.dana, &json!({ "url": feed.url() }));
    assert_eq!((world.refresh(), world.refresh()), (1, 0));
    let client = &market.dana.client;
    let first = status(client, &path);
    assert_eq!((&first["busy_count"], &first["error"]), (&json!(1), &Value::Null));
    assert_eq!(ruled_out(&market, &market.dana), json!(["availability"]));
    let asked = feed.asked();
    assert!(
        asked.len() == 1 && !asked[0].contains("if-none-match") && asked[0].starts_with("get /s3cret.ics"),
        "{asked:?}"
    );
    // An hour later nothing has changed: that is no news for anybody else.
    let events = told(&world, "busy_count");
    feed.says("304 Not Modified", "");
    world.clock.advance(SignedDuration::from_mins(59));
    assert_eq!(world.refresh(), 0);
    world.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(world.refresh(), 1);
    let asked = feed.asked();
    assert!(
        asked[0].contains("if-none-match: \"one\"") && asked[0].contains("if-modified-since: tue, 05 jan"),
        "{asked:?}"
    );
    let second = status(client, &path);
    assert!(second["read_at"].as_str() > first["read_at"].as_str() && second["busy_count"] == 1, "{second}");
    assert_eq!((told(&world, "busy_count"), ruled_out(&market, &market.dana)), (events, json!(["availability"])));
    // Once a day it is read whole: what is far away comes nearer.
    world.clock.advance(SignedDuration::from_hours(24));
    feed.says("200 OK\r\netag: \"two\"", &calendar(""));
    assert_eq!(world.refresh(), 1);
    assert!(!feed.asked()[0].contains("if-none-match"));
    assert_eq!(
        (status(client, &path)["busy_count"].clone(), ruled_out(&market, &market.dana)),
        (json!(0), Value::Null)
    );
    assert_eq!(told(&world, "s3cret"), 0);
}

fn what_fails_keeps_what_is_known(backend: Backend, feed: &Feed) {
    let world = feed.world(backend);
    let market = Market::new(&world);
    feed.says("200 OK", &morning());
    let path = add(&market.dana, &json!({ "url": feed.url() }));
    assert_eq!(world.refresh(), 1);
    let read = status(&market.dana.client, &path);
    let (mut wait, long) = (60, "x".repeat(6 << 20));
    for (head, body, detail) in [
        ("404 Not Found", "", "the server answered 404"),
        (
            "302 Found\r\nlocation: https://169.254.169.254/",
            "",
            "the server redirects to an address that must be on the public internet",
        ),
        (
            "302 Found\r\nlocation: http://127.0.0.1:1/",
            "",
            "the server redirects to an address that must begin with https://",
        ),
        ("200 OK", "<html>s3cret</html>", "line 1: this is a page of HTML or XML, not iCalendar"),
        ("200 OK", "BEGIN:VCALENDAR\r\ns3cret\r\nEND:VCALENDAR\r\n", "line 2: syntax"),
        ("200 OK", &long, "it has more than 5242880 bytes"),
    ] {
        feed.says(head, body);
        world.clock.advance(SignedDuration::from_mins(wait));
        assert_eq!(world.refresh(), 1, "{head}");
        let failed = status(&market.dana.client, &path);
        assert_eq!(failed["error"]["detail"], detail);
        assert_eq!((&failed["busy_count"], &failed["read_at"]), (&json!(1), &read["read_at"]));
        wait = if failed["error"]["tries"] == 1 { 60 } else { (wait * 2).min(24 * 60) };
    }
    assert_eq!(ruled_out(&market, &market.dana), json!(["availability"]));
    feed.says("200 OK", &morning());
    world.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(world.refresh(), 1);
    assert_eq!(status(&market.dana.client, &path)["error"], Value::Null);
    assert_eq!(told(&world, "s3cret"), 0);
}

fn on_demand_once_a_minute(backend: Backend, feed: &Feed) {
    let world = feed.world(backend);
    let market = Market::new(&world);
    let client = &market.dana.client;
    let code = |reply: Reply| reply.expect(409).faults()[0].1.clone();
    assert_eq!(code(client.step(&add(&market.dana, &json!({})), "refresh", None)), "no_address");
    feed.says("200 OK", &morning());
    let path = add(&market.dana, &json!({ "url": feed.url() }));
    client.act(&format!("{path}/refresh"), "\"v7\"", None).expect(412);
    let etag = client.get(&path).etag();
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "once")];
    let again = || client.send("POST", &format!("{path}/refresh"), &headers, Some(b""));
    let (first, second) = (again().expect(200), again().expect(200));
    assert_eq!((first.json(), second.header("idempotency-replayed")), (second.json(), Some("true")));
    assert_eq!((first.json()["status"]["busy_count"].clone(), feed.asked().len()), (json!(1), 1));
    assert_eq!(code(client.step(&path, "refresh", None)), "just_read");
    world.clock.advance(SignedDuration::from_mins(1));
    feed.says("500 Oh", "");
    let failed = client.step(&path, "refresh", None).expect(200).json();
    assert_eq!(failed["status"]["error"]["detail"], "the server answered 500");
    // Another address is due at once, and what the old one sent stays until then.
    let etag = client.get(&path).etag();
    let moved = client.patch(&path, &etag, &json!({ "url": format!("http://{}/other.ics", feed.address) })).expect(200);
    assert_eq!(
        (moved.json()["status"]["busy_count"].clone(), moved.json()["status"]["error"].clone()),
        (json!(1), Value::Null)
    );
    feed.says("200 OK", &calendar(""));
    assert_eq!((world.refresh(), status(client, &path)["busy_count"].clone()), (1, json!(0)));
    let left = client.patch(&path, &client.get(&path).etag(), &json!({ "url": null })).expect(200).json();
    assert_eq!((&left["url"], &left["status"]["next_read_at"]), (&Value::Null, &Value::Null));
    market.staff.act(&format!("{path}/refresh"), "\"v1\"", None).expect(404);
}

fn many_readers_read_each_once(backend: Backend, feed: &Feed) {
    let world = feed.world(backend);
    let market = Market::new(&world);
    feed.says("200 OK", &morning());
    let paths: Vec<_> = (0..12).map(|_| add(&market.dana, &json!({ "url": feed.url() }))).collect();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| while world.refresh() > 0 {});
        }
    });
    assert_eq!(feed.asked().len(), paths.len());
    for path in &paths {
        assert_eq!(status(&market.dana.client, path)["busy_count"], 1);
    }
    assert_eq!(busy(&market.staff, &market.dana).len(), 1, "busy is busy, however many calendars say so");
}
