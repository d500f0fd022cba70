//! `kill -9` of the real program under load: what was acknowledged is there, once, and a retry with the same key has no second
//! effect.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use packhorse_tests::{Backend, Client, PASSWORD, TestDatabase};
use serde_json::json;

/// The program, built once as the other checks build it.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--workspace", "--locked", "--quiet", "--bin", "packhorse"]);
        if Backend::postgres().is_some() {
            build.args(["--features", "packhorse/tls"]);
        }
        assert!(build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).status().unwrap().success());
        // This test lies in `target/debug/deps`.
        let test = std::env::current_exe().unwrap();
        test.parent().unwrap().parent().unwrap().join("packhorse")
    })
}

/// A process that is killed when it is dropped.
struct Process(Child, String);

impl Process {
    fn start(database: &str) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--demo", "--bind", "127.0.0.1:0", "--database-url", database]);
        // The address of the tokens stays the same whatever the port.
        command.env("PACKHORSE_PUBLIC_URL", "http://packhorse.test").env("PACKHORSE_LOG_FORMAT", "json");
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let base = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let rest = line.strip_prefix("Packhorse serves ")?;
            rest.split_whitespace().next().map(str::to_owned)
        });
        thread::spawn(move || lines.for_each(drop));
        Self(child, base.expect("the program serves"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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

fn killed_under_load(backend: Backend) {
    let database = TestDatabase::empty(backend);
    let url = database.address();
    let (mut acknowledged, mut network) = (Vec::new(), None);
    for round in 0..4 {
        let mut process = Process::start(&url);
        let began = Instant::now();
        let client = Client::new(&process.1).sign_in("operator@packhorse.example", PASSWORD);
        let network = network
            .get_or_insert_with(|| client.get("/v1/networks").json()["items"][0]["id"].as_str().unwrap().to_owned());
        assert!(began.elapsed() < Duration::from_secs(10), "ready again in time");
        let stop = AtomicBool::new(false);
        let done: Vec<_> = thread::scope(|scope| {
            let run = |number| {
                let (client, network, stop) = (client.clone(), network.as_str(), &stop);
                scope.spawn(move || post_until(&client, network, &format!("r{round}t{number}"), stop))
            };
            let running: Vec<_> = (0..8).map(run).collect();
            thread::sleep(Duration::from_millis(700));
            process.0.kill().unwrap();
            thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
            running.into_iter().map(|running| running.join().unwrap()).collect()
        });
        drop(process);
        // Whoever got no answer asks again with the same key.
        let again = Process::start(&url);
        let client = Client::new(&again.1).sign_in("operator@packhorse.example", PASSWORD);
        for (names, unanswered) in done {
            acknowledged.extend(names);
            if let Some(name) = unanswered {
                assert_eq!(post(&client, network, &name), Some(201));
                acknowledged.push(name);
            }
        }
    }
    let last = Process::start(&url);
    let client = Client::new(&last.1).sign_in("operator@packhorse.example", PASSWORD);
    let (mut kept, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/libraries?limit=100{after}")).expect(200).json();
        let names = page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned());
        kept.extend(names.filter(|name| name.starts_with('r') && name.contains('t') && name.contains('-')));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    kept.sort_unstable();
    acknowledged.sort_unstable();
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());
    println!("{backend:?}: {} acknowledged writes, 4 kills", acknowledged.len());
    assert!(kept == acknowledged, "{} kept, {} acknowledged", kept.len(), acknowledged.len());
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
