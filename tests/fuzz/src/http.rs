//! Readers behind the server: what is sent is taken as bytes, and each database gets the same.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use packhorse_tests::{Backend, Market, World};
use serde_json::{Value, json};

use crate::{Session, Target};

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with somebody who is signed in.
struct Server {
    world: World,
    market: Market,
}

impl Server {
    fn start(backend: Backend) -> Self {
        let world = World::new(backend);
        let market = Market::new(&world);
        Self { world, market }
    }

    /// Sends a request as it is. The status; an error has to be a problem document, and none may be the server's fault.
    fn send(&self, head: &str, headers: &[(&str, &[u8])], body: &[u8]) -> u16 {
        let address = self.world.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("{head} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n").into_bytes();
        for (name, value) in headers {
            request.extend(name.bytes().chain(*b": "));
            request.extend(value.iter().filter(|byte| !b"\r\n\0".contains(byte)));
            request.extend(b"\r\n");
        }
        request.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes().chain(body.iter().copied()));
        // Who is refused at once may be hung up on before all is sent.
        let _ = stream.write_all(&request);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer in time");
        let answer = String::from_utf8(answer).expect("an answer in UTF-8");
        let status: u16 = answer.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        assert!(status < 500, "{answer}");
        if status >= 400 {
            let (_, problem) = answer.split_once("\r\n\r\n").unwrap_or_default();
            let problem: Value = serde_json::from_str(problem).unwrap_or_default();
            // The framework itself refuses what is no HTTP, and that has no body.
            assert!(status == 400 || problem["status"] == status, "{answer}");
        }
        status
    }

    fn token(&self) -> String {
        format!("Bearer {}", self.market.coordinator.token().unwrap())
    }

    fn signed_in(&self, head: &str, headers: &[(&str, &[u8])], body: &[u8]) {
        let token = self.token();
        let headers: Vec<_> = headers.iter().copied().chain([("authorization", token.as_bytes())]).collect();
        self.send(head, &headers, body);
    }
}

/// A server on each database; each gets every input.
fn session(seeds: fn(&Server) -> Vec<Vec<u8>>, run: fn(&Server, &[u8])) -> Session {
    let backends = [Some(Backend::Sqlite), Backend::postgres()].into_iter().flatten();
    let servers: Vec<_> = backends.map(Server::start).collect();
    let seeds = servers.iter().flat_map(seeds).collect();
    Session::new(seeds, move |input| servers.iter().for_each(|server| run(server, input)))
}

/// Text for an address: what cannot stand there is escaped.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_graphic() && *byte != b'#' {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Lists that take a cursor.
const LISTS: [&str; 8] = ["requests", "offers", "bookings", "libraries", "trainers", "workshops", "events", "changes"];

fn list(number: u8) -> &'static str {
    LISTS[usize::from(number) % LISTS.len()]
}

/// Queries: filters, sorting, pages, ranges. The first byte chooses the list, what is free of a trainer, or the catalog.
pub const QUERY: Target = Target {
    name: "query",
    start: || session(queries, query),
    words: "limit=~after=~state=~sort=~q=~from=~to=~expand=~network=~library=~trainer=~topic=~duration_minutes=~&~=~%00~%F0%9F%90%B4~\
            %FF~%~+~2027-03-03T16:00:00Z~9999-12-31T23:59:59Z~-9999-01-01T00:00:00Z~NaN~-1~18446744073709551616~1e400~*~\"~'~(~-~OR~\
            NEAR/~lib_01k9z3k8m4e0r9q2v7x5y6w8ta",
};

fn query(server: &Server, input: &[u8]) {
    let Some((number, query)) = input.split_first() else { return };
    let dana = server.market.dana.id;
    let path = match number % 16 {
        11 => "catalog".to_owned(),
        12 => format!("v1/trainers/{dana}/slots"),
        13 => format!("v1/trainers/{dana}/free-busy"),
        14 => format!("v1/trainers/{dana}/opportunities"),
        15 => "v1/opportunities".to_owned(),
        number => format!("v1/{}", list(number)),
    };
    server.signed_in(&format!("GET /{path}?{}", escaped(query)), &[], b"");
}

fn queries(_: &Server) -> Vec<Vec<u8>> {
    seeds(&[
        "0limit=100&state=open&sort=-created_at",
        "1state=pending&trainer=trn_01k9z3k8m4e0r9q2v7x5y6w8ta",
        "3q=lawrence%20public&limit=1&after=",
        "4topic=top_01k9z3k8m4e0r9q2v7x5y6w8ta&near=38.9,-95.2&radius_km=50",
        ";q=%22saying+no%22+pupp*+-weeding&level=advanced&ce=Wisconsin&zip=66044&within=50&sort=next_date",
        "6from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00%2B00:00",
        "7after=&limit=2",
        "<from=2027-03-01T00:00:00Z&to=2027-03-31T00:00:00Z&duration_minutes=120",
        "=from=2027-03-01T00:00:00Z&to=2027-03-31T00:00:00Z",
    ])
}

/// Cursors. The first byte chooses the list.
pub const CURSOR: Target = Target {
    name: "cursor",
    start: || session(cursors, cursor),
    words: "_~.~-~=~==~req_~evt_~AAAA~9223372036854775808~7zzzzzzzzzzzzzzzzzzzzzzzzz~%00~%2C",
};

fn cursor(server: &Server, input: &[u8]) {
    let Some((number, cursor)) = input.split_first() else { return };
    server.signed_in(&format!("GET /v1/{}?limit=1&after={}", list(*number), escaped(cursor)), &[], b"");
}

/// Made-up ones, and those that the lists themselves give.
fn cursors(server: &Server) -> Vec<Vec<u8>> {
    let mut cursors = seeds(&["0req_01k9z3k8m4e0r9q2v7x5y6w8ta", "6evt_01k9z3k8m4e0r9q2v7x5y6w8ta", "71", "70.0"]);
    for (number, list) in (b'0'..).zip(LISTS) {
        let page = server.market.coordinator.get(&format!("/v1/{list}?limit=1")).json();
        cursors.extend(page["next"].as_str().map(|next| [&[number], next.as_bytes()].concat()));
    }
    cursors
}

/// Credentials: access tokens, API keys, and what is neither.
pub const CREDENTIALS: Target = Target {
    name: "credentials",
    start: || session(known, credentials),
    words: "Bearer ~bearer\t~ph_live_~.~eyJhbGciOiJub25lIn0~eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9~=~,~\u{e9}",
};

fn credentials(server: &Server, input: &[u8]) {
    server.send("GET /v1/me", &[("authorization", input)], b"");
    server.send("GET /v1/networks", &[("authorization", input)], b"");
}

/// Good ones, and some that are not.
fn known(server: &Server) -> Vec<Vec<u8>> {
    let site = json!({ "network": server.market.network, "details": { "name": "Site", "scopes": ["networks:read"] } });
    let key = server.market.coordinator.post("/v1/api-keys", &site).expect(201).json();
    let key = format!("Bearer {}", key["secret"].as_str().unwrap());
    seeds(&[&server.token(), &key, "Bearer ph_live_", "Basic cnV0aDpwYXNzd29yZA==", "bearer", "Bearer a.b.c"])
}

/// `Idempotency-Key` and `If-Match`, with a bar between.
pub const HEADERS: Target = Target {
    name: "headers",
    start: || session(header_values, headers),
    words: "\"~\\~|~W/~*~,~\"v1\"~v-1~v0~:YQ==:~?1~\u{e9}~\t",
};

fn headers(server: &Server, input: &[u8]) {
    let bar = input.iter().position(|byte| *byte == b'|').unwrap_or(input.len());
    let (key, versions) = (&input[..bar], input.get(bar + 1..).unwrap_or_default());
    let network = server.market.network;
    let topic = json!({ "network": network, "details": { "name": "Law", "scheme": "ours" } }).to_string();
    let json: (&str, &[u8]) = ("content-type", b"application/json");
    server.signed_in("POST /v1/topics", &[json, ("idempotency-key", key)], topic.as_bytes());
    server.signed_in(&format!("PATCH /v1/networks/{network}"), &[json, ("if-match", versions)], b"{}");
    server.signed_in(&format!("GET /v1/networks/{network}"), &[("if-none-match", versions)], b"");
}

fn header_values(_: &Server) -> Vec<Vec<u8>> {
    seeds(&[
        "7d0b2b1c-confirm|\"v1\"",
        "\"quoted \\\" one\"|*",
        "a;b=1|W/\"v1\", \"v2\",\"v3\"",
        "|",
        "\"\"|\"v99999999999999999999\"",
    ])
}

/// Merge patches of a network: its policy has members of every kind.
pub const PATCH: Target = Target {
    name: "patch",
    start: || session(patches, patch),
    words: "\"policy\":~\"name\":~{~}~[~]~,~null~true~1e308~-0.0~1.0~18446744073709551616~\"\\u0000\"~\"\\ud800\"~\"24:00:00\"~\
            \"2026-02-30\"~\"library_days_per_year\":~\"far_trip_km\":~\"trainer_hours_per_day\":~\"slot_grid_minutes\":",
};

fn patch(server: &Server, input: &[u8]) {
    let head = format!("PATCH /v1/networks/{}", server.market.network);
    server.signed_in(&head, &[("content-type", b"application/merge-patch+json"), ("if-match", b"*")], input);
}

fn patches(_: &Server) -> Vec<Vec<u8>> {
    seeds(&[
        "{}",
        r#"{"name":"North","kind":"informal","time_zone":"America/Denver","currency":"USD"}"#,
        r#"{"policy":{"hold_minutes":60,"triage":true,"cancellation":[{"less_than_days":7,"charge_percent":100}],"rates":null}}"#,
        r#"{"policy":{"travel":{"detour_factor":1.3,"speed_kmh":80},"day":{"start":"07:00:00","end":"21:00:00"},"weights":{"load":0}}}"#,
        r#"{"policy":{"subsidies":[{"name":"LSTA","from":"2026-01-01","until":null,"percent":50,"pays_for":[],"source":"x"}]}}"#,
    ])
}
