//! The public catalog of 10,000 workshops and 50,000 sessions: every form of it whole, asked again, searched, and page by page.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use packhorse_db::{Conn, DbError, workshop_sessions, workshops};
use packhorse_domain::{
    Clock, Scope,
    id::{SessionId, WorkshopId},
};
use packhorse_services::catalog::{CatalogFilter, DatesFilter};
use packhorse_tests::{Backend, Region, World};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{LENGTH, ROUNDS, http, tell};

const WORKSHOPS: usize = 10_000;
const SESSIONS: usize = 50_000;
/// Rows that are read together by the floor, as by an export.
const BATCH: i64 = 200;
/// What is searched for, in turn.
const SEARCHES: [&str; 6] = ["policies", "polices", "story+time", "%22saying+no%22", "pupp*", "kind+-policies"];
/// What workshops are about.
const SUBJECTS: [&str; 5] = ["Policies", "Story time", "Saying no", "Puppets", "Weeding"];

/// Fills a catalog: one workshop and one session by the API, the others after them. An address of either.
fn fill(world: &World) -> (String, String) {
    let region = Region::new(world, "load");
    let publish = |path: &str, body: &Value| {
        let path = region.coordinator.post(path, body).expect(201).location();
        region.coordinator.step(&path, "publish", None).expect(200).id()
    };
    let details = json!({
        "title": "Saying no", "abstract": "How to say no, and stay friends.", "level": "introductory", "duration_minutes": 90,
        "formats": ["virtual"], "languages": ["en"], "objectives": ["Say no kindly"], "license": "CC-BY-4.0",
        "authors": ["Dana Whitfield"]
    });
    let workshop = publish("/v1/workshops", &json!({ "network": region.network, "details": details }));
    let details = json!({
        "title": "Saying no, online", "starts_at": "2027-03-03T16:00:00Z", "ends_at": "2027-03-03T17:30:00Z",
        "time_zone": "America/Chicago", "format": "virtual",
        "entry": { "is_open": true, "meeting_address": "https://meet.example.org/no" }
    });
    let body = json!({ "network": region.network, "workshop": workshop, "details": details });
    let session = publish("/v1/sessions", &body);
    let paths = (format!("/workshops/{workshop}"), format!("/sessions/{session}"));
    let clock = world.clock.clone();
    world.write(move |conn| {
        let first = workshops::find(conn, Scope::Everything, workshop.parse().unwrap())?;
        let meeting = workshop_sessions::find(conn, Scope::Everything, session.parse().unwrap())?;
        let mut ids = vec![first.id];
        for number in 1..WORKSHOPS {
            let mut next = first.clone();
            next.id = WorkshopId::new(clock.now());
            next.details.title = format!("{}, part {number}", SUBJECTS[number % SUBJECTS.len()]);
            workshops::insert(conn, &next)?;
            ids.push(next.id);
        }
        for number in 1..SESSIONS {
            let mut next = meeting.clone();
            next.id = SessionId::new(clock.now());
            next.workshop = Some(ids[number % ids.len()]);
            let later = SignedDuration::from_hours(i64::try_from(number % 700).unwrap() * 24);
            next.details.starts_at += later;
            next.details.ends_at += later;
            workshop_sessions::insert(conn, &next)?;
        }
        Ok(())
    });
    paths
}

/// One answer, read to its end and thrown away.
struct Whole {
    status: u16,
    etag: String,
    bytes: usize,
    /// The end of it.
    tail: String,
    took: Duration,
}

/// Asks on a connection of its own.
fn ask(address: &str, path: &str, known: &str) -> Whole {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    let condition = if known.is_empty() { String::new() } else { format!("if-none-match: {known}\r\n") };
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{condition}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut buffer, mut kept, mut bytes) = (vec![0; 64 << 10], Vec::new(), 0);
    let mut head = String::new();
    loop {
        let read = stream.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        bytes += read;
        if head.is_empty() {
            head = String::from_utf8_lossy(&buffer[..read.min(4096)]).into_owned();
        }
        kept.extend_from_slice(&buffer[..read]);
        let surplus = kept.len().saturating_sub(1000);
        kept.drain(..surplus);
    }
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap_or_default().to_owned();
    let tail = String::from_utf8_lossy(&kept).into_owned();
    Whole { status: head[9..12].parse().unwrap(), etag, bytes, tail, took: began.elapsed() }
}

/// Most memory since the last look, in MiB, where the system tells (Linux).
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

/// Reads every row of both kinds, in batches.
fn read_rows(world: &World) -> (Duration, Duration) {
    let rows = |work: fn(&mut Conn) -> Result<usize, DbError>, count: usize| {
        let began = Instant::now();
        assert_eq!(world.read(move |conn| Ok(work(conn)?)), count);
        began.elapsed()
    };
    let of_workshops = |conn: &mut Conn| {
        let (mut filter, mut count) = (CatalogFilter::default(), 0);
        loop {
            let batch = workshops::public(conn, &filter, BATCH)?;
            let Some(last) = batch.last() else { return Ok(count) };
            filter.after = Some((last.record.updated_at, last.id));
            count += batch.len();
        }
    };
    let of_sessions = |conn: &mut Conn| {
        let (mut filter, mut count) = (DatesFilter::default(), 0);
        loop {
            let batch = workshop_sessions::public(conn, &filter, BATCH)?;
            let Some(last) = batch.last() else { return Ok(count) };
            filter.after = Some((last.details.starts_at, last.id));
            count += batch.len();
        }
    };
    (rows(of_workshops, WORKSHOPS), rows(of_sessions, SESSIONS))
}

/// Follows a harvest to its end. How long it took, and in how many answers.
fn harvest(address: &str, prefix: &str) -> (Duration, usize) {
    let began = Instant::now();
    let (mut path, mut count) = (format!("/oai?verb=ListRecords&metadataPrefix={prefix}"), 0);
    loop {
        let answer = ask(address, &path, "");
        assert_eq!(answer.status, 200);
        count += 1;
        let token = answer.tail.split_once("<resumptionToken").and_then(|(_, rest)| {
            let (_, rest) = rest.split_once('>')?;
            Some(rest.split_once('<')?.0.to_owned())
        });
        match token.filter(|token| !token.is_empty()) {
            Some(token) => path = format!("/oai?verb=ListRecords&resumptionToken={token}"),
            None => return (began.elapsed(), count),
        }
    }
}

/// The one in the middle of some rounds.
fn median(mut round: impl FnMut() -> Duration) -> Duration {
    let mut times = [(); ROUNDS].map(|()| round());
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Measures them all.
pub fn measure(runtime: &Runtime, backend: Backend) {
    let world = World::new(backend);
    let began = Instant::now();
    let (workshop, session) = fill(&world);
    println!("filled in {:.1} s", began.elapsed().as_secs_f64());
    let address = world.base.strip_prefix("http://").unwrap().to_owned();
    let (of_workshops, of_sessions) = read_rows(&world);
    println!(
        "floor, reading the rows: {:.0} ms for workshops, {:.0} ms for sessions",
        ms(of_workshops),
        ms(of_sessions)
    );
    most_memory();
    for (path, floor) in [
        ("/feeds/workshops.csv", of_workshops),
        ("/feeds/sessions.ics", of_sessions),
        ("/sitemap.xml?after=workshops", of_sessions),
        ("/sitemap.xml?after=sessions", of_workshops),
    ] {
        let before = crate::resident_mib();
        most_memory();
        let whole = ask(&address, path, "");
        let grown = most_memory().saturating_sub(before);
        assert_eq!(whole.status, 200, "{path}");
        let again = median(|| {
            let again = ask(&address, path, &whole.etag);
            assert_eq!(again.status, 304, "{path}");
            again.took
        });
        println!(
            "{path:<30} {:>6.0} ms, {:>5.1} MiB, {:.1} times the floor, memory grows by {grown} MiB; known already {:.2} ms, ratio {:.4}",
            ms(whole.took),
            f64::from(u32::try_from(whole.bytes).unwrap()) / f64::from(1 << 20),
            whole.took.as_secs_f64() / floor.as_secs_f64(),
            ms(again),
            again.as_secs_f64() / whole.took.as_secs_f64(),
        );
    }
    for prefix in ["oai_dc", "lrmi"] {
        let before = crate::resident_mib();
        most_memory();
        let (took, answers) = harvest(&address, prefix);
        let grown = most_memory().saturating_sub(before);
        let ratio = took.as_secs_f64() / of_workshops.as_secs_f64();
        println!(
            "OAI-PMH as {prefix:<19} {:>6.0} ms in {answers} answers, {ratio:.1} times the floor, memory grows by {grown} MiB",
            ms(took)
        );
    }
    let get = |path: String| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes();
    let began = Instant::now();
    assert_eq!(ask(&address, "/catalog?q=policies", "").status, 200);
    println!("the first search, with all that it has to read: {:.0} ms", ms(began.elapsed()));
    let search = move |number: usize| get(format!("/catalog?q={}", SEARCHES[number % SEARCHES.len()]));
    tell("search, 1 client", &runtime.block_on(http::run(&address, 1, LENGTH, 200, search)));
    for (name, path) in
        [("page of a workshop", workshop), ("page of a session", session), ("style", "/style.css".to_owned())]
    {
        let figures = runtime.block_on(http::run(&address, 1, LENGTH, 200, move |_| get(path.clone())));
        tell(&format!("{name}, 1 client"), &figures);
    }
}
