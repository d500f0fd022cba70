//! The clock jumps an hour ahead or back while the server serves, as machines' clocks do when they are set right.

use jiff::SignedDuration;
use packhorse::config::{Config, TokenConfig};
use packhorse_tests::{Backend, Client, Market, PASSWORD, TestDatabase, World};
use serde_json::json;

/// A pair of tokens, in use.
struct Pair {
    client: Client,
    refresh: String,
}

impl Pair {
    fn of(client: &Client, path: &str, body: &serde_json::Value) -> Self {
        let tokens = client.post(path, body).expect(200).json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { client: client.with_token(&text("access_token")), refresh: text("refresh_token") }
    }

    fn renewed(&self) -> Self {
        Self::of(&self.client, "/v1/token", &json!({ "refresh_token": self.refresh }))
    }
}

fn jumps(backend: Backend) {
    let hour = SignedDuration::from_hours(1);
    let config = Config { tokens: TokenConfig::default(), ..World::config() };
    let world = World::with(TestDatabase::new(backend), &config);
    let mut market = Market::new(&world);
    let sign_in =
        |email: &str| Pair::of(&world.client(), "/v1/sign-in", &json!({ "email": email, "password": PASSWORD }));
    let (mut ce, mut desk) = (sign_in("ce@nekls.example"), sign_in("desk@nekls.example"));
    let mut dana = sign_in(&format!("{}@nekls.example", market.dana.id));
    let library = json!({ "network": market.network, "details": { "name": "Once", "time_zone": "America/Chicago" } });
    let once =
        |client: &Client| client.post_with("/v1/libraries", &library, &[("idempotency-key", "once")]).expect(201);
    let first = once(&ce.client);
    let mut cursor = None;
    // Ahead, back, and back again: to a time before anything was written.
    for (jump, day) in [(hour, "03"), (-hour, "04"), (-hour, "05")] {
        world.clock.advance(jump);
        // An access token that is over, or not good yet, is told so, and renewed.
        for pair in [&mut ce, &mut desk, &mut dana] {
            pair.client.get("/v1/me").expect(401);
            *pair = pair.renewed();
            pair.client.get("/v1/me").expect(200);
        }
        market.coordinator = ce.client.clone();
        market.staff = desk.client.clone();
        assert_eq!(world.sweep(), 0, "nothing ran out");
        // Keys are remembered, ids and versions stay apart, nothing is lost from a list or the feed of changes.
        assert_eq!(once(&ce.client).text, first.text);
        let path = market.ask(&json!({ "room": null }));
        let matches = ce.client.get(&format!("{path}/matches")).expect(200).json();
        assert_eq!(matches["items"].as_array().unwrap().len(), 2, "{matches}");
        let offer = market.offer(&path, market.dana.id, &format!("2027-03-{day}T16:00:00Z")).expect(201);
        let held = |offer: &serde_json::Value| {
            let at = |name: &str| offer[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
            at("expires_at").duration_since(at("created_at"))
        };
        assert_eq!(held(&offer.json()).as_hours(), 72, "held for as long as ever");
        dana.client.step(&offer.location(), "accept", None).expect(200);
        let place = format!("/v1/libraries/{}", market.place.library);
        let etag = ce.client.get(&place).etag();
        let changed = ce.client.patch(&place, &etag, &json!({ "name": format!("Lawrence {day}") })).expect(200);
        assert_ne!(changed.etag(), etag);
        ce.client.patch(&place, &etag, &json!({ "name": "Stale" })).expect(412);
        let after = cursor.map(|cursor: String| format!("&after={cursor}")).unwrap_or_default();
        let told = news(&ce.client, &after, &format!("Lawrence {day}"));
        cursor = told["next"].as_str().map(str::to_owned);
        let listed = ce.client.get("/v1/requests?limit=100").expect(200).text;
        assert!(listed.contains(path.rsplit('/').next().unwrap()), "{listed}");
    }
    world.database().assert_sound();
}

/// The page of changes on which a name is seen. PostgreSQL shows a change when all older transactions are over.
fn news(client: &Client, after: &str, name: &str) -> serde_json::Value {
    for _ in 0..300 {
        let page = client.get(&format!("/v1/changes?limit=100{after}")).expect(200);
        if page.text.contains(name) {
            return page.json();
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{name} is in no change");
}

#[test]
fn on_sqlite() {
    jumps(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    if let Some(backend) = Backend::postgres() {
        jumps(backend);
    }
}
