//! Sign-in with ID tokens, from an issuer on this machine. The keys in `data` sign nothing else.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use packhorse::{
    config::{Config, OpenIdConfig, OutboundConfig},
    outbound::Neighbor,
};
use packhorse_domain::Clock;
use packhorse_services::openid::Provider;
use packhorse_tests::{Backend, Region, Reply, TestDatabase, World};
use serde_json::{Value, json};

use super::events::events;

const CLIENT: &str = "packhorse-1";

fn key(by: Algorithm) -> EncodingKey {
    match by {
        Algorithm::RS256 => EncodingKey::from_rsa_pem(include_bytes!("data/rsa.pem")),
        Algorithm::ES256 => EncodingKey::from_ec_pem(include_bytes!("data/ec.pem")),
        _ => EncodingKey::from_ed_pem(include_bytes!("data/ed.pem")),
    }
    .unwrap()
}

/// An issuer: what it publishes, and how often it was asked.
struct Issuer {
    url: String,
    keys: Arc<Mutex<Vec<Algorithm>>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (keys, asked) =
            (Arc::new(Mutex::new(vec![Algorithm::RS256, Algorithm::ES256])), Arc::<AtomicUsize>::default());
        let (published, count, issuer) = (keys.clone(), asked.clone(), url.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let body = if first.starts_with("GET /.well-known/openid-configuration ") {
                    json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") })
                } else {
                    count.fetch_add(1, Ordering::SeqCst);
                    let all = published.lock().unwrap().iter().map(|by| jwk(*by)).collect::<Vec<_>>();
                    json!({ "keys": all })
                };
                let body = body.to_string();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { url, keys, asked }
    }

    fn config(&self) -> Config {
        let port = self.url.rsplit(':').next().unwrap().parse().unwrap();
        let provider = Provider { issuer: self.url.clone(), audience: CLIENT.to_owned(), jwks_url: None };
        Config {
            openid: OpenIdConfig { providers: vec![provider] },
            outbound: OutboundConfig { allow: vec![Neighbor { host: "127.0.0.1".to_owned(), port }] },
            ..World::config()
        }
    }
}

fn jwk(by: Algorithm) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key(by), by).unwrap()).unwrap();
    jwk["kid"] = json!(format!("{by:?}"));
    jwk
}

/// An ID token; `changes` are merged into what is usual.
fn token(world: &World, issuer: &Issuer, by: Algorithm, changes: &Value) -> String {
    let now = world.clock.now().as_second();
    let mut claims = json!({
        "iss": issuer.url, "aud": CLIENT, "sub": "248289761001", "iat": now, "exp": now + 300,
        "email": "CE@nekls.example", "email_verified": true
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    let header = Header { kid: Some(format!("{by:?}")), ..Header::new(by) };
    jsonwebtoken::encode(&header, &claims, &key(by)).unwrap()
}

fn enter(world: &World, token: &str) -> Reply {
    world.client().post("/v1/sign-in/openid", &json!({ "id_token": token }))
}

fn sign_in(backend: Backend) {
    let issuer = Issuer::start();
    let world = World::with(TestDatabase::new(backend), &issuer.config());
    let region = Region::new(&world, "nekls");
    Region::new(&world, "elsewhere");
    let good = |changes: Value| enter(&world, &token(&world, &issuer, Algorithm::RS256, &changes));
    let now = world.clock.now().as_second();
    for (name, changes) in [
        ("an address that nobody verified", json!({ "email_verified": false })),
        ("an address of which nothing is said", json!({ "email_verified": null })),
        ("nobody here", json!({ "email": "nobody@nekls.example" })),
        ("another audience", json!({ "aud": "packhorse-2" })),
        ("no audience", json!({ "aud": null })),
        ("for somebody else too", json!({ "aud": [CLIENT, "other"] })),
        ("asked for by somebody else", json!({ "azp": "other" })),
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("expired", json!({ "exp": now })),
        ("without an end", json!({ "exp": null })),
        ("old", json!({ "iat": now - 1000 })),
        ("of the future", json!({ "iat": now + 1000 })),
        ("undated", json!({ "iat": null })),
        ("not yet valid", json!({ "nbf": now + 1000 })),
        ("a nonce that was not asked for", json!({ "nonce": "n-0S6_WzA2Mj" })),
        ("no subject", json!({ "sub": null })),
    ] {
        assert_eq!(good(changes).status, 401, "{name}");
    }
    let first = good(json!({})).expect(200).json();
    let client = world.client().with_token(first["access_token"].as_str().unwrap());
    assert_eq!(client.get("/v1/me").expect(200).id(), region.coordinator.get("/v1/me").id());
    let linked = events(&client, "subject_kind=user");
    let [_, linked] = linked.as_slice() else { panic!("{linked:?}") };
    assert_eq!((&linked["action"], &linked["after"]), (&json!("link_identity"), &json!({ "issuer": issuer.url })));
    // From now on the subject alone counts.
    let other = good(json!({ "email": "ce@elsewhere.example" })).expect(200).json();
    let other = world.client().with_token(other["access_token"].as_str().unwrap());
    assert_eq!(other.get("/v1/me").expect(200).id(), client.get("/v1/me").id());
    assert_eq!(good(json!({ "sub": "another" })).expect(409).faults()[0].1, "other_identity");
    let asking = token(&world, &issuer, Algorithm::ES256, &json!({ "nonce": "n-0S6_WzA2Mj" }));
    let with = |nonce: &str| world.client().post("/v1/sign-in/openid", &json!({ "id_token": asking, "nonce": nonce }));
    with("another").expect(401);
    with("n-0S6_WzA2Mj").expect(200);
    // Key confusion: the algorithm is that of the key.
    let published = jwk(Algorithm::RS256)["n"].as_str().unwrap().to_owned();
    let claims = json!({ "iss": issuer.url, "aud": CLIENT, "sub": "248289761001", "iat": now, "exp": now + 300 });
    let header = Header { kid: Some("RS256".to_owned()), ..Header::new(Algorithm::HS256) };
    let confused = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(published.as_bytes())).unwrap();
    enter(&world, &confused).expect(401);
    let header = Header { kid: Some("RS256".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let strange = jsonwebtoken::encode(&header, &claims, &key(Algorithm::EdDSA)).unwrap();
    enter(&world, &strange).expect(401);
    // Keys are asked for once, and for a new one no more than once a minute.
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
    let newer = || token(&world, &issuer, Algorithm::EdDSA, &json!({}));
    issuer.keys.lock().unwrap().push(Algorithm::EdDSA);
    enter(&world, &newer()).expect(401);
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
    world.clock.advance(SignedDuration::from_secs(61));
    enter(&world, &newer()).expect(200);
    enter(&world, &newer()).expect(200);
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 2);
    // An ID token is no access token.
    world.client().with_token(&newer()).get("/v1/me").expect(401);
}

#[test]
fn sqlite() {
    sign_in(Backend::Sqlite);
}

#[test]
fn postgres() {
    if let Some(backend) = Backend::postgres() {
        sign_in(backend);
    }
}
