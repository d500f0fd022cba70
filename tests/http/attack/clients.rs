//! Slow, rude and numerous clients: they are cut, told so, or put off, and nobody else suffers.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use packhorse_tests::{Backend, Client, Program, Stopping, TestDatabase, both, scale};

use super::{network, percentile, post, timed};

/// A connection that gives its bytes away slowly.
struct Drip {
    stream: TcpStream,
    heard: Vec<u8>,
    cut: Option<Duration>,
}

impl Drip {
    fn new(base: &str, beginning: &str) -> Self {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self { stream, heard: Vec::new(), cut: None }
    }

    /// One more byte, and what the server says.
    fn drip(&mut self, byte: &[u8], since: Instant) {
        if self.cut.is_some() {
            return;
        }
        let mut bytes = [0; 4096];
        let closed = loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => break true,
                Ok(count) => self.heard.extend(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break false,
                Err(_) => break true,
            }
        };
        let broken = |error: std::io::Error| error.kind() != ErrorKind::WouldBlock;
        if closed || self.stream.write_all(byte).is_err_and(broken) {
            self.cut = Some(since.elapsed());
        }
    }
}

/// Times of an ordinary caller until told to stop.
fn ordinary(client: &Client, stop: &AtomicBool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let (reply, time) = timed(|| client.get("/v1/libraries?limit=5"));
        reply.expect(200);
        times.push(time);
        thread::sleep(Duration::from_millis(2));
    }
    times
}

/// Many clients that begin one of these ways and drip a byte now and then. All must be cut within the time.
fn cut(beginnings: &[&str], byte: &[u8], status: &str) {
    let (many, within) = (scale(150, 1000), Duration::from_secs(scale(8, 30)));
    let database = TestDatabase::empty(Backend::Sqlite);
    // The long form has the deadlines that people have.
    let settings: &[_] =
        scale(&[("header_deadline_seconds", "2"), ("body_deadline_seconds", "3")], &[("body_deadline_seconds", "25")]);
    let mut program = Program::with(&database.address(), settings);
    let client = program.operator();
    let measured = |work: &mut dyn FnMut()| {
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let running = scope.spawn(|| ordinary(&client, &stop));
            let stopping = Stopping(&stop);
            work();
            drop(stopping);
            percentile(&mut running.join().unwrap(), 99)
        })
    };
    let usual = measured(&mut || thread::sleep(Duration::from_secs(2)));
    let mut drips = Vec::new();
    let meanwhile = measured(&mut || {
        let began = Instant::now();
        drips = (0..many).map(|number| Drip::new(&program.base, beginnings[number % beginnings.len()])).collect();
        while began.elapsed() < within && drips.iter().any(|drip| drip.cut.is_none()) {
            thread::sleep(Duration::from_millis(250));
            for drip in &mut drips {
                drip.drip(byte, began);
            }
        }
    });
    let left = drips.iter().filter(|drip| drip.cut.is_none()).count();
    assert_eq!(left, 0, "of {many} are not cut within {within:?}");
    let last = drips.iter().filter_map(|drip| drip.cut).max().unwrap();
    for drip in &drips {
        let heard = String::from_utf8_lossy(&drip.heard);
        assert!(heard.is_empty() || heard.starts_with(status), "{heard}");
    }
    let told = drips.iter().filter(|drip| !drip.heard.is_empty()).count();
    println!("{many} cut within {last:?}, {told} with {status:?}; p99 of others {meanwhile:?}, usually {usual:?}");
    assert!(!program.has_ended());
}

#[test]
fn slow_heads_are_cut() {
    let dripping = "GET /v1/libraries HTTP/1.1\r\nhost: packhorse.test\r\nx-slow: ";
    cut(&[dripping, "G", "POST /v1/sign-in HTTP/1.1\r\n"], b"x", "HTTP/1.1 408");
}

#[test]
fn slow_bodies_are_cut() {
    let long = "POST /v1/sign-in HTTP/1.1\r\nhost: packhorse.test\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{";
    // A chunk of bytes, one by one.
    let chunked = "POST /v1/libraries HTTP/1.1\r\nhost: packhorse.test\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n";
    cut(&[long, chunked], b" ", "HTTP/1.1 408");
}

/// Sends bytes as they are and hears the whole answer: its status, or nothing when the server only hung up.
fn said(base: &str, bytes: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // The server may have heard enough before the end.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    let heard = String::from_utf8_lossy(&heard);
    heard.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

both! {
    fn what_is_no_http_is_refused(world) {
        let post = |headers: &str, body: &str| format!("POST /v1/sign-in HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n{body}");
        let json = "content-type: application/json";
        let large = format!("{{\"a\": \"{}\"}}", "x".repeat(300 << 10));
        for (name, request, status) in [
            ("two lengths", post("content-length: 2\r\ncontent-length: 3", "{} "), 400),
            ("the same length twice", post("content-length: 2\r\ncontent-length: 2", "{}"), 400),
            ("lengths in one line", post("content-length: 2, 2", "{}"), 400),
            ("a length and chunks", post("content-length: 4\r\ntransfer-encoding: chunked", "0\r\n\r\n"), 400),
            ("a negative length", post("content-length: -1", ""), 400),
            ("a length with a sign", post("content-length: +2", "{}"), 400),
            ("a length of letters", post("content-length: two", "{}"), 400),
            ("an endless length", post("content-length: 99999999999999999999999", "{}"), 400),
            ("an unknown coding", post("transfer-encoding: gzip", "{}"), 400),
            ("chunked, but not at the end", post("transfer-encoding: chunked, gzip", "0\r\n\r\n"), 400),
            ("chunked twice", post("transfer-encoding: chunked\r\ntransfer-encoding: chunked", "0\r\n\r\n"), 400),
            ("no size of a chunk", post("transfer-encoding: chunked", "xyz\r\n{}\r\n0\r\n\r\n"), 400),
            ("a chunk without end", post("transfer-encoding: chunked", "fffffffffffffffff\r\n"), 400),
            ("a folded line", post("x-a: b\r\n c", ""), 400),
            ("a space before the colon", post("content-length : 2", "{}"), 400),
            ("a zero in a header", post("x-a: b\0c", ""), 400),
            ("no version", "GET /health/live\r\n\r\n".to_owned(), 400),
            ("another version", "GET /health/live HTTP/3.7\r\nhost: a\r\n\r\n".to_owned(), 400),
            ("not HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_owned(), 400),
            ("a long address", format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(200 << 10)), 431),
            ("a long header", post(&format!("x-a: {}", "x".repeat(200 << 10)), ""), 431),
            ("many headers", post(&"x-a: b\r\n".repeat(200), ""), 431),
            ("a large body", post(&format!("{json}\r\ncontent-length: {}", large.len()), &large), 413),
            ("a length that is too large", post(&format!("{json}\r\ncontent-length: 999999999"), "{"), 413),
            ("large chunks", post(&format!("{json}\r\ntransfer-encoding: chunked"), &format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len())), 413),
        ] {
            assert_eq!(said(&world.base, request.as_bytes()), Some(status), "{name}");
        }
        // What is hidden in a request that was refused is no request.
        let hidden = post("content-length: 4\r\ntransfer-encoding: chunked", "0\r\n\r\nGET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(said(&world.base, hidden.as_bytes()), Some(400));
        world.client().get("/health/live").expect(200);
    }
}

fn far_more_clients_than_connections(backend: Backend) {
    let database = TestDatabase::empty(backend);
    let program = Program::with(&database.address(), &[("database_connections", "5")]);
    let operator = program.operator();
    let network = network(&operator);
    let (many, time) = (scale(150, 500), Duration::from_secs(scale(3, 20)));
    let (stop, statuses) = (AtomicBool::new(false), Mutex::new(BTreeMap::<u16, usize>::new()));
    let alive = thread::scope(|scope| {
        let _stopping = Stopping(&stop);
        for number in 0..many {
            let (base, token, network) = (&program.base, operator.token().unwrap(), network.as_str());
            let (stop, statuses) = (&stop, &statuses);
            scope.spawn(move || {
                // A connection of its own for each.
                let client = Client::new(base).with_token(token);
                for each in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let reply = match each % 3 {
                        0 => post(&client, network, &format!("crowd {number} {each}")),
                        1 => client.try_send("GET", "/v1/libraries?limit=100", &[], None),
                        _ => client.try_send("GET", "/v1/changes?limit=100", &[], None),
                    };
                    // No answer: refused by the system, which has a limit of connections that wait.
                    let Some(reply) = reply else { continue };
                    assert!(matches!(reply.status, 200 | 201 | 429 | 503), "{} {}", reply.status, reply.text);
                    assert!(reply.status < 400 || reply.header("retry-after").is_some(), "{}", reply.status);
                    *statuses.lock().unwrap().entry(reply.status).or_default() += 1;
                }
            });
        }
        let began = Instant::now();
        let mut alive = Vec::new();
        while began.elapsed() < time {
            thread::sleep(Duration::from_millis(50));
            let (reply, time) = timed(|| Client::new(&program.base).get("/health/live"));
            reply.expect(200);
            alive.push(time);
        }
        alive
    });
    let mut alive = alive;
    let (middle, worst) = (percentile(&mut alive, 50), percentile(&mut alive, 100));
    let memory = program.most_memory();
    println!(
        "{backend:?}: {many} clients, {:?}; alive in {middle:?}, at worst {worst:?}; {memory:?} MiB at most",
        statuses.into_inner().unwrap()
    );
    assert!(memory.is_none_or(|memory| memory < 600), "{memory:?}");
    operator.get("/health/ready").expect(200);
    database.assert_sound();
}

#[test]
fn far_more_clients_than_connections_to_sqlite() {
    far_more_clients_than_connections(Backend::Sqlite);
}

#[test]
fn far_more_clients_than_connections_to_postgres() {
    if let Some(backend) = Backend::postgres() {
        far_more_clients_than_connections(backend);
    }
}
