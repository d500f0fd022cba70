//! The keys that sign access tokens: rotated while servers run.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use packhorse::config::{Config, TokenConfig};
use packhorse_domain::{Clock, Minutes};
use packhorse_services::{Error, keys, tokens::Tokens};
use packhorse_tests::{Backend, Client, Market, Region, TestDatabase, World, both};
use serde_json::{Value, json};

use super::events::events;

fn shown(client: &Client) -> Vec<String> {
    let keys = client.get("/.well-known/jwks.json").expect(200).json()["keys"].clone();
    keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Head and claims of a token.
fn parts(client: &Client) -> [Value; 2] {
    let mut parts = client.token().unwrap().split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [(); 2].map(|()| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

/// By which key a token was signed.
fn kid(client: &Client) -> String {
    parts(client)[0]["kid"].as_str().unwrap().to_owned()
}

/// A fresh token for the same sign-in.
fn renewed(world: &World, tokens: &Tokens, client: &Client) -> Client {
    let [_, claims] = parts(client);
    let of = |name: &str| claims[name].as_str().unwrap();
    let token = tokens.issue(of("sub").parse().unwrap(), of("sid").parse().unwrap(), world.clock.now());
    world.client().with_token(&token.unwrap())
}

/// What a process that starts now signs with.
fn of_another_process(world: &World) -> Tokens {
    let (issuer, now) = (World::config().http.public_url, world.clock.now());
    world.write(move |conn| Ok(Tokens::load(conn, &issuer, Minutes(10), now)?))
}

fn rotate(world: &World) -> Result<(), Error> {
    let now = world.clock.now();
    world.try_write(move |conn| keys::rotate(conn, now))
}

/// A server whose access tokens last ten minutes.
fn brief(backend: Backend) -> World {
    let tokens = TokenConfig { access: Minutes(10), refresh_days: 30 };
    World::with(TestDatabase::new(backend), &Config { tokens, ..World::config() })
}

fn rotation(backend: Backend) {
    let world = brief(backend);
    let before = Region::new(&world, "nekls").coordinator;
    let first = shown(&world.client());
    assert_eq!(first.len(), 2, "the active and the next");
    assert!(matches!(rotate(&world), Err(Error::Conflict { code: "key_too_new", .. })));
    world.clock.advance(SignedDuration::from_mins(9));
    assert!(rotate(&world).is_err());
    world.clock.advance(SignedDuration::from_secs(50));
    let late = renewed(&world, &world.app.tokens, &before);
    world.clock.advance(SignedDuration::from_secs(10));
    rotate(&world).unwrap();
    let told = events(&Market::operator(&world), "subject_kind=signing_key");
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (&told["action"], &told["actor"], &told["before"]["kid"]),
        (&json!("rotate"), &json!(null), &json!(kid(&late)))
    );
    assert!(first.iter().any(|kid| told["after"] == json!({ "kid": kid })));
    // A process that does not know yet still signs with the old key.
    assert_eq!(kid(&renewed(&world, &world.app.tokens, &late)), kid(&late));
    world.renew_keys();
    let after = renewed(&world, &world.app.tokens, &late);
    assert!(kid(&after) != kid(&late) && first.contains(&kid(&after)), "the next one was shown before");
    after.get("/v1/me").expect(200);
    late.get("/v1/me").expect(200);
    let second = shown(&world.client());
    assert_eq!((second.len(), second.contains(&kid(&late))), (3, true));
    // The retired one goes when nothing that it signed is left.
    world.clock.advance(SignedDuration::from_mins(64));
    world.sweep();
    world.renew_keys();
    assert_eq!(shown(&world.client()).len(), 3);
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(world.sweep() > 0);
    world.renew_keys();
    let third = shown(&world.client());
    assert_eq!((third.len(), third.contains(&kid(&late))), (2, false));
    assert_eq!(world.database().count("SELECT COUNT(*) AS count FROM signing_keys"), 2);
}

#[test]
fn rotation_sqlite() {
    rotation(Backend::Sqlite);
}

#[test]
fn rotation_postgres() {
    if let Some(backend) = Backend::postgres() {
        rotation(backend);
    }
}

both! {
    fn a_key_that_a_process_has_missed_is_read_when_it_comes(world) {
        let region = Region::new(world, "nekls");
        let now = world.clock.now();
        world.write(move |conn| keys::replace(conn, now));
        let told = events(&Market::operator(world), "subject_kind=signing_key");
        assert_eq!(told.iter().map(|event| &event["action"]).collect::<Vec<_>>(), ["replace"]);
        // Another process, which starts with the new keys, signs.
        let elsewhere = renewed(world, &of_another_process(world), &region.coordinator);
        elsewhere.get("/v1/me").expect(200);
        // With that the old keys are gone here, too, and what they signed.
        region.coordinator.get("/v1/me").expect(401);
    }

    fn answers_that_were_kept_outlive_the_keys(world) {
        let region = Region::new(world, "nekls");
        let body = serde_json::json!({ "network": region.network, "details": { "name": "Policy", "scheme": "ours" } });
        let headers = [("idempotency-key", "one")];
        let made = region.coordinator.post_with("/v1/topics", &body, &headers).expect(201);
        let now = world.clock.now();
        world.write(move |conn| keys::replace(conn, now));
        let elsewhere = renewed(world, &of_another_process(world), &region.coordinator);
        let process = world.processes(1).remove(0);
        let again = elsewhere.at(&process.base).post_with("/v1/topics", &body, &headers).expect(201);
        assert_eq!((again.text, again.headers.get("idempotency-replayed").is_some()), (made.text, true));
    }
}
