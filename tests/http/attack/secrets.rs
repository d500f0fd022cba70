//! What is secret stays so: it stands in no line of the log at any level, in no error answer, and in no figure.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use base64::Engine;
use diesel::connection::SimpleConnection;
use packhorse_db::{Conn, DatabaseUrl};
use packhorse_tests::{Backend, Client, PASSWORD, Program, Reply, TestDatabase};
use serde_json::{Value, json};

/// In every secret of a caller's.
const MARK: &str = "cAnAry";
/// Where nobody listens.
const NOWHERE: &str = "127.0.0.1:9";

/// The program with the demonstration, all that it says, and what it must not.
struct Vault {
    program: Program,
    log: Arc<Mutex<String>>,
    secrets: RefCell<Vec<String>>,
    number: Cell<usize>,
}

impl Vault {
    fn open(database: &TestDatabase, settings: &[(&str, &str)]) -> Self {
        let log = Arc::<Mutex<String>>::default();
        let lines = log.clone();
        let settings: Vec<_> =
            [("log_filter", "trace"), ("outbound_allow", NOWHERE)].iter().chain(settings).copied().collect();
        let program = Program::logging(&database.address(), &settings, move |line| {
            lines.lock().unwrap().extend([line.as_str(), "\n"]);
        });
        let vault = Self { program, log, secrets: RefCell::new(vec![MARK.to_owned()]), number: Cell::new(0) };
        if let DatabaseUrl::Postgres(url) = &database.url {
            vault.keep(url.split([':', '@']).nth(2).unwrap());
        }
        vault
    }

    /// A secret of a caller's, good as a password.
    fn canary(&self) -> String {
        self.number.set(self.number.get() + 1);
        format!("{MARK}-{}-in-a-mine", self.number.get())
    }

    /// A secret that the program gave out.
    fn keep(&self, secret: &str) -> String {
        self.secrets.borrow_mut().push(secret.to_owned());
        secret.to_owned()
    }

    fn client(&self) -> Client {
        Client::new(&self.program.base)
    }

    /// Signs in; the tokens are secrets.
    fn sign_in(&self, email: &str, password: &str) -> (Client, String) {
        let reply =
            self.client().post("/v1/sign-in", &json!({ "email": email, "password": password })).expect(200).json();
        let access = self.keep(reply["access_token"].as_str().unwrap());
        // Also in parts: the signature of a token is what makes it good.
        self.keep(access.rsplit('.').next().unwrap());
        (self.client().with_token(&access), self.keep(reply["refresh_token"].as_str().unwrap()))
    }

    #[track_caller]
    fn assert_silent(&self, place: &str, text: &str) {
        for secret in self.secrets.borrow().iter() {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert!(line.is_none(), "{secret} stands in {place}: {}", line.unwrap_or_default());
        }
    }

    /// An error answer, which holds no secret.
    #[track_caller]
    fn refused(&self, reply: Reply) -> Reply {
        assert!(reply.status >= 400, "{} {}", reply.status, reply.text);
        self.assert_silent("an error answer", &format!("{:?}\n{}", reply.headers, reply.text));
        reply
    }

    /// Waits until the log tells of something.
    #[track_caller]
    fn await_log(&self, words: &str) {
        wait(words, || self.log.lock().unwrap().contains(words));
    }

    /// Looks at all that was said.
    fn close(mut self) {
        self.assert_silent("the figures", &self.client().get("/metrics").expect(200).text);
        self.program.kill();
        let log = self.log.lock().unwrap().clone();
        assert!(log.contains(r#""level":"DEBUG""#) || log.contains(r#""level":"TRACE""#), "everything is logged");
        self.assert_silent("the log", &log);
    }
}

#[track_caller]
fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Passwords and tokens of one's own sign-in, right and wrong.
fn signing_in(vault: &Vault) -> Client {
    let wrong = json!({ "email": "ruth@nekansas.example", "password": vault.canary() });
    vault.refused(vault.client().post("/v1/sign-in", &wrong)).expect(401);
    let (ruth, _) = vault.sign_in("ruth@nekansas.example", PASSWORD);
    let (next, weak) = (vault.canary(), vault.keep("passwordpassword"));
    let change = |present: &str, password: &str| {
        ruth.post("/v1/me/password", &json!({ "present": present, "password": password }))
    };
    vault.refused(change(&vault.canary(), &next)).expect(422);
    vault.refused(change(PASSWORD, &weak)).expect(422);
    change(PASSWORD, &next).expect(204);
    let (ruth, first) = vault.sign_in("ruth@nekansas.example", &next);
    let bring = |token: &str| vault.client().post("/v1/token", &json!({ "refresh_token": token }));
    vault.refused(bring(&vault.canary())).expect(401);
    let second = vault.keep(&text(&bring(&first).expect(200).json()["refresh_token"]));
    vault.keep(&text(&bring(&second).expect(200).json()["refresh_token"]));
    for scheme in ["Bearer ", "Basic ", "bearer", ""] {
        let sent = format!("{scheme}{}", vault.canary());
        vault.refused(vault.client().send("GET", "/v1/me", &[("authorization", &sent)], None)).expect(401);
    }
    vault.refused(ruth.get(&format!("/v1/requests?access_token={}", vault.canary()))).expect(400);
    vault.refused(ruth.get(&format!("/v1/me?token={}", vault.canary()))).expect(400);
    let part = |claims: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string());
    let head = part(&json!({ "alg": "RS256", "kid": "1" }));
    let forged =
        format!("{head}.{}.{}", part(&json!({ "iss": format!("http://{NOWHERE}"), "sub": "1" })), vault.canary());
    for token in [forged, vault.canary()] {
        let token = vault.keep(&token);
        let credentials = json!({ "id_token": token, "nonce": vault.canary() });
        vault.refused(vault.client().post("/v1/sign-in/openid", &credentials)).expect(401);
    }
    let (ended, _) = vault.sign_in("ruth@nekansas.example", &next);
    ended.send("POST", "/v1/sign-out", &[], None).expect(204);
    vault.refused(ended.get("/v1/me")).expect(401);
    ruth
}

/// Tokens that make accounts and give them back.
fn inviting(vault: &Vault, ruth: &Client, network: &str) {
    let role = json!({ "role": "coordinator", "network": network });
    let invited = ruth.post("/v1/invitations", &json!({ "email": "first@nekansas.example", "role": role })).expect(201);
    let token = vault.keep(&text(&invited.json()["token"]));
    let join = |token: &str, password: &str| {
        vault.client().post("/v1/accounts", &json!({ "token": token, "name": "New", "password": password }))
    };
    vault.refused(join(&vault.canary(), &vault.canary())).expect(401);
    vault.refused(join(&token, MARK)).expect(422);
    let user = join(&token, &vault.canary()).expect(201).id();
    vault.refused(join(&token, &vault.canary())).expect(409);
    vault.refused(ruth.post("/v1/me/invitations", &json!({ "token": vault.canary() }))).expect(422);
    let path = format!("/v1/users/{user}");
    let token = vault.keep(&text(&ruth.step(&path, "password-reset", None).expect(200).json()["token"]));
    let reset = |token: &str, password: &str| {
        vault.client().post("/v1/password-resets", &json!({ "token": token, "password": password }))
    };
    vault.refused(reset(&vault.canary(), &vault.canary())).expect(401);
    reset(&token, &vault.canary()).expect(204);
    vault.refused(reset(&token, &vault.canary())).expect(401);
    vault.refused(vault.client().post("/v1/email-changes", &json!({ "token": vault.canary() }))).expect(401);
    let moved = json!({ "email": "new@nekansas.example", "password": vault.canary() });
    vault.refused(ruth.post("/v1/me/email", &moved));
    let operator = vault.program.operator();
    let made = |email: &str| json!({ "email": email, "name": "New", "password": vault.canary(), "role": role });
    operator.post("/v1/users", &made("second@nekansas.example")).expect(201);
    vault.refused(operator.post("/v1/users", &made("second@nekansas.example"))).expect(409);
}

/// API keys, and keys of requests.
fn keys(vault: &Vault, ruth: &Client, network: &str) {
    let body = json!({ "network": network, "details": { "name": "Site", "scopes": ["networks:read"] } });
    let made = ruth.post_with("/v1/api-keys", &body, &[("idempotency-key", &vault.canary())]).expect(201);
    let first = vault.keep(&text(&made.json()["secret"]));
    let site = vault.client().with_token(&first);
    site.get("/v1/networks").expect(200);
    vault.refused(site.get("/v1/libraries")).expect(403);
    vault.refused(site.post("/v1/topics", &json!({ "details": { "name": "New", "scheme": "ours" } }))).expect(403);
    for mangled in [format!("{first}x"), format!("ph_live_{}", vault.canary()), first.to_uppercase()] {
        vault.refused(vault.client().with_token(&vault.keep(&mangled)).get("/v1/networks")).expect(401);
    }
    let turned = ruth.step(&made.location(), "rotate", Some(&json!({ "overlap_hours": 0 }))).expect(200);
    vault.keep(&text(&turned.json()["secret"]));
    vault.refused(site.get("/v1/networks")).expect(401);
    let topic = |name: &str| json!({ "network": network, "details": { "name": name, "scheme": "ours" } });
    let key = vault.canary();
    ruth.post_with("/v1/topics", &topic(&vault.canary()), &[("idempotency-key", &key)]).expect(201);
    vault.refused(ruth.post_with("/v1/topics", &topic(&vault.canary()), &[("idempotency-key", &key)])).expect(422);
    let long = vault.canary().repeat(20);
    vault.refused(ruth.post_with("/v1/topics", &topic("Long"), &[("idempotency-key", &long)])).expect(400);
    let path = format!("/v1/networks/{network}");
    vault.refused(ruth.patch(&path, &format!("\"{}\"", vault.canary()), &json!({ "name": vault.canary() })));
    vault.refused(ruth.patch(&path, "*", &json!({ "time_zone": vault.canary() }))).expect(422);
}

/// Addresses of calendars: good ones that do not answer, and bad ones.
fn calendars(vault: &Vault, database: &TestDatabase) {
    let (lorna, _) = vault.sign_in("lorna@nekansas.example", PASSWORD);
    let roles = lorna.get("/v1/me").expect(200).json()["roles"].clone();
    let trainer = roles.as_array().unwrap().iter().find_map(|role| role["trainer"].as_str()).unwrap().to_owned();
    let path = format!("/v1/trainers/{trainer}/calendars");
    let add = |url: &str| lorna.post(&path, &json!({ "name": "Work", "url": url }));
    for bad in ["", "http://10.0.0.1/", "ftp://example.org/", "https://me:", "https://example.org:99999/", "https://["]
    {
        vault.refused(add(&format!("{bad}{}", vault.canary()))).expect(422);
    }
    let calendar = add(&format!("http://{NOWHERE}/{}?key={}", vault.canary(), vault.canary())).expect(201).location();
    wait("the calendar was tried", || !lorna.get(&calendar).expect(200).json()["status"]["error"].is_null());
    let bad = json!({ "url": vault.canary() });
    vault.refused(lorna.patch(&calendar, "*", &bad)).expect(422);
    let file = format!("BEGIN:VCALENDAR\r\nBEGIN:{}\r\n", vault.canary());
    let headers = [("if-match", "*"), ("content-type", "text/calendar")];
    vault.refused(lorna.send("POST", &format!("{calendar}/import"), &headers, Some(file.as_bytes())));
    // A row that cannot be: 500, and the log tells that, not what stands in it.
    let (broken, id) = (vault.canary(), calendar.rsplit('/').next().unwrap());
    let query = format!(
        r#"UPDATE imported_calendars SET details = '{{"name": "Work", "keep_titles": "{broken}"}}' WHERE id = '{id}'"#
    );
    match database.url.connect().unwrap() {
        Conn::Pg(mut conn) => conn.batch_execute(&query).unwrap(),
        Conn::Sqlite(mut conn) => conn.batch_execute(&query).unwrap(),
    }
    vault.refused(lorna.get(&calendar)).expect(500);
    vault.await_log("a query failed");
}

/// The address of an operation, with ids that are well-formed and of nothing: those of the document.
fn absent(document: &Value, path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    for parameter in
        operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "path")
    {
        let named =
            parameter["schema"]["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
        let schema = named.unwrap_or(&parameter["schema"]);
        let examples = [&parameter["example"], &schema["examples"][0], &schema["enum"][0]];
        let example = examples.into_iter().find_map(Value::as_str).unwrap_or("1");
        path = path.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), example);
    }
    path
}

/// Every operation that takes a body, with bodies that are none and bodies that are wrong.
fn bodies(vault: &Vault, client: &Client) {
    let document = client.get("/openapi.json").expect(200).json();
    let mut sent = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
            let path = absent(&document, path, operation);
            for (kind, media) in content {
                let reference = media["schema"]["$ref"].as_str().unwrap_or_default();
                let schema = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
                let members = schema["properties"].as_object().into_iter().flatten();
                let all: Value = members
                    .map(|(name, _)| (name.clone(), json!(vault.canary())))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
                let canary = vault.canary();
                let nested =
                    json!({ "password": { "token": [canary] }, "details": [canary], "url": [canary], "id_token": 7 });
                let broken = format!("{{\"password\": \"{}", vault.canary());
                for body in [all.to_string(), json!(vault.canary()).to_string(), nested.to_string(), broken] {
                    let (key, method) = (vault.canary(), method.to_uppercase());
                    let headers = [("content-type", kind.as_str()), ("idempotency-key", &key), ("if-match", "*")];
                    let reply = client.send(&method, &path, &headers, Some(body.as_bytes()));
                    // The faults of a file are shown with what stands there; nobody sends secrets in one.
                    if reply.status >= 400 && !path.ends_with("/import") {
                        vault.refused(reply);
                    }
                    sent += 1;
                }
            }
        }
    }
    assert!(sent > 200, "{sent}");
}

fn without_mail(database: &TestDatabase) {
    let vault = Vault::open(database, &[("openid_providers", &format!("http://{NOWHERE} packhorse-1"))]);
    let ruth = signing_in(&vault);
    let network = super::network(&ruth);
    inviting(&vault, &ruth, &network);
    keys(&vault, &ruth, &network);
    calendars(&vault, database);
    bodies(&vault, &vault.program.operator());
    bodies(&vault, &vault.client());
    vault.close();
}

/// Tokens that are mailed, by a server that is not there.
fn with_mail(database: &TestDatabase) {
    let password = "cAnAry-of-the-mail-server";
    let url = format!("smtp://packhorse:{password}@{NOWHERE}");
    let vault = Vault::open(database, &[("smtp_url", &url), ("mail_from", "Packhorse <packhorse@example.org>")]);
    vault.client().post("/v1/password-reset-requests", &json!({ "email": "lorna@nekansas.example" })).expect(202);
    vault.await_log("a mail was not sent");
    vault.close();
}

fn secrets_stay_so(database: &TestDatabase) {
    without_mail(database);
    with_mail(database);
}

#[test]
fn secrets_stay_so_sqlite() {
    secrets_stay_so(&TestDatabase::new(Backend::Sqlite));
}

#[test]
fn secrets_stay_so_postgres() {
    if let Some(backend) = Backend::postgres() {
        secrets_stay_so(&TestDatabase::new(backend));
    }
}
