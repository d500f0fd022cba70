//! `kill -9` of the real program, and of PostgreSQL, under load; and copies of SQLite's files taken at any moment, as a loss of
//! power leaves them: what was acknowledged is there, once, and a retry with the same key has no second effect.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use packhorse_db::{Conn, DatabaseUrl};
use packhorse_tests::{Backend, Client, Cluster, Program, Stopping, TestDatabase, scale};
use serde_json::json;

/// Posts libraries until told to stop or the server is gone. Names that were acknowledged, and the one that was not answered.
fn post_until(client: &Client, network: &str, prefix: &str, stop: &AtomicBool) -> (Vec<String>, Option<String>) {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return (acknowledged, None);
        }
        let name = format!("{prefix}-{number}");
        match post(client, network, &name) {
            Some(201) => acknowledged.push(name),
            Some(status) => panic!("{status}"),
            None => return (acknowledged, Some(name)),
        }
    }
    unreachable!()
}

fn post(client: &Client, network: &str, name: &str) -> Option<u16> {
    let body = json!({ "network": network, "details": { "name": name, "time_zone": "America/Chicago" } }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", name)];
    client.try_send("POST", "/v1/libraries", &headers, Some(body.as_bytes())).map(|reply| reply.status)
}

/// Posts until it is acknowledged, with the same key each time; only what may be tried again is tried again.
fn insist(client: &Client, network: &str, name: &str) {
    let began = Instant::now();
    loop {
        match post(client, network, name) {
            Some(201) => return,
            // The first try may still be at work.
            None | Some(503 | 409) => thread::sleep(Duration::from_millis(50)),
            Some(status) => panic!("{status}"),
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{name} is not taken");
    }
}

fn network(client: &Client) -> String {
    client.get("/v1/networks").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// The names of all libraries that these tests posted, sorted.
fn kept(client: &Client) -> Vec<String> {
    let (mut kept, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/libraries?limit=100{after}")).expect(200).json();
        let names = page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned());
        kept.extend(names.filter(|name| name.starts_with('r') && name.contains('t') && name.contains('-')));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    kept.sort_unstable();
    kept
}

fn assert_kept(client: &Client, mut acknowledged: Vec<String>) {
    acknowledged.sort_unstable();
    let kept = kept(client);
    assert!(kept == acknowledged, "{} kept, {} acknowledged", kept.len(), acknowledged.len());
}

fn killed_under_load(backend: Backend) {
    let database = TestDatabase::empty(backend);
    let url = database.address();
    let (kills, enough) = (scale(4, 50), scale(50, 10_000));
    let (mut acknowledged, mut of_all, mut slowest) = (Vec::new(), None, Duration::ZERO);
    for round in 0..kills {
        let mut program = Program::start(&url);
        let began = Instant::now();
        let client = program.operator();
        let network = of_all.get_or_insert_with(|| network(&client));
        slowest = slowest.max(began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(10), "ready again in time");
        let stop = AtomicBool::new(false);
        let done: Vec<_> = thread::scope(|scope| {
            let run = |number| {
                let (client, network, stop) = (client.clone(), network.as_str(), &stop);
                scope.spawn(move || post_until(&client, network, &format!("r{round}t{number}"), stop))
            };
            let running: Vec<_> = (0..8).map(run).collect();
            thread::sleep(scale(Duration::from_millis(700), Duration::from_millis(1200)));
            program.kill();
            thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
            running.into_iter().map(|running| running.join().unwrap()).collect()
        });
        drop(program);
        // Whoever got no answer asks again with the same key.
        let again = Program::start(&url);
        let client = again.operator();
        for (names, unanswered) in done {
            acknowledged.extend(names);
            if let Some(name) = unanswered {
                assert_eq!(post(&client, network, &name), Some(201));
                acknowledged.push(name);
            }
        }
    }
    println!("{backend:?}: {} acknowledged writes, {kills} kills, ready within {slowest:?}", acknowledged.len());
    assert!(acknowledged.len() > enough, "{}", acknowledged.len());
    assert_kept(&Program::start(&url).operator(), acknowledged);
    database.assert_sound();
}

#[test]
fn sqlite_loses_nothing_that_was_acknowledged() {
    killed_under_load(Backend::Sqlite);
}

#[test]
fn postgres_loses_nothing_that_was_acknowledged() {
    if let Some(backend) = Backend::postgres() {
        killed_under_load(backend);
    }
}

/// Eight clients that write until told to stop, and say what was taken.
fn write_on<'s>(
    scope: &'s thread::Scope<'s, '_>,
    stop: &'s AtomicBool,
    taken: &'s Mutex<Vec<String>>,
    write: impl Fn(&str) + Copy + Send + 's,
) {
    for number in 0..8 {
        scope.spawn(move || {
            for each in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                let name = format!("r0t{number}-{each}");
                write(&name);
                taken.lock().unwrap().push(name);
            }
        });
    }
}

/// The program lives on when PostgreSQL is killed, and loses nothing: what got no 201 is asked for again with the same key.
#[test]
fn killing_postgres_loses_nothing_that_was_acknowledged() {
    let Some(cluster) = Cluster::start() else { return };
    let mut program = Program::start(&cluster.url);
    let client = program.operator();
    let network = network(&client);
    let (stop, taken) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let (kills, mut slowest) = (scale(2, 20), Duration::ZERO);
    thread::scope(|scope| {
        let _stopping = Stopping(&stop);
        write_on(scope, &stop, &taken, |name| insist(&client, &network, name));
        for _ in 0..kills {
            thread::sleep(Duration::from_millis(700));
            cluster.kill();
            client.get("/health/live").expect(200);
            let began = Instant::now();
            client.get("/health/ready").expect(503);
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
            cluster.again();
            let began = Instant::now();
            while client.get("/health/ready").status != 200 {
                assert!(began.elapsed() < Duration::from_secs(5), "ready again in time");
                thread::sleep(Duration::from_millis(20));
            }
            slowest = slowest.max(began.elapsed());
        }
    });
    assert!(!program.has_ended());
    let taken = taken.into_inner().unwrap();
    println!("{} acknowledged writes, {kills} kills of PostgreSQL, ready again within {slowest:?}", taken.len());
    assert!(taken.len() > 50, "{}", taken.len());
    assert_kept(&client, taken);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(url: &DatabaseUrl, query: &str) -> Vec<String> {
    let Conn::Sqlite(mut conn) = url.connect().unwrap() else { unreachable!() };
    let lines: Vec<Line> = sql_query(query).load(&mut conn).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

/// Copies what a disk holds after a loss of power: the database and its log, not the memory that processes share. The
/// database first: a checkpoint that runs meanwhile has its pages in a log that is copied later. A log that begins anew while it
/// is copied would mix two moments, which no disk does: such a copy is no evidence, and nothing is returned.
fn snapshot(database: &Path, to: &Path) -> Option<()> {
    let log = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
    // The salts in the head of the log change when it begins anew.
    let head = || {
        let mut salts = [0; 32];
        fs::File::open(log(database)).and_then(|mut log| log.read_exact(&mut salts)).ok().map(|()| salts)
    };
    let before = head()?;
    fs::copy(database, to).unwrap();
    fs::copy(log(database), log(to)).unwrap();
    (head()? == before).then_some(())
}

#[test]
fn a_loss_of_power_loses_nothing_that_sqlite_acknowledged() {
    let database = TestDatabase::empty(Backend::Sqlite);
    let DatabaseUrl::Sqlite(file) = &database.url else { unreachable!() };
    let program = Program::start(&database.address());
    let client = program.operator();
    let network = network(&client);
    let (wanted, tried) = (scale(12, 200), AtomicUsize::new(0));
    let (stop, taken) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let _stopping = Stopping(&stop);
        write_on(scope, &stop, &taken, |name| assert_eq!(post(&client, &network, name), Some(201)));
        let mut copies = 0;
        while copies < wanted {
            let directory = tempfile::TempDir::new().unwrap();
            let copy = directory.path().join("copy.db");
            thread::sleep(Duration::from_millis(
                20 + u64::try_from(tried.fetch_add(1, Ordering::Relaxed)).unwrap() * 37 % 150,
            ));
            let before: Vec<String> = taken.lock().unwrap().clone();
            if snapshot(file, &copy).is_none() {
                continue;
            }
            copies += 1;
            let url = DatabaseUrl::Sqlite(copy);
            assert_eq!(lines(&url, "SELECT integrity_check AS line FROM pragma_integrity_check"), ["ok"]);
            let kept: std::collections::HashSet<_> =
                lines(&url, "SELECT details->>'name' AS line FROM libraries").into_iter().collect();
            let lost: Vec<_> = before.iter().filter(|name| !kept.contains(*name)).collect();
            assert!(lost.is_empty(), "copy {copies} has lost {} of {}: {lost:?}", lost.len(), before.len());
            let halves = "SELECT libraries.id AS line FROM libraries WHERE details->>'name' LIKE 'r0t%' AND NOT EXISTS \
                          (SELECT 1 FROM events WHERE subject_id = libraries.id)";
            assert_eq!(lines(&url, halves), Vec::<String>::new(), "a library without its event");
        }
    });
    let taken = taken.into_inner().unwrap();
    println!("{wanted} copies of {} tried, {} acknowledged writes", tried.into_inner(), taken.len());
    assert_kept(&client, taken);
}
