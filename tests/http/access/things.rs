//! What the rows of the access matrix are asked about: one thing of every kind, a good body for every operation that takes one,
//! and people.

use std::collections::BTreeMap;

use packhorse_domain::user::Role;
use packhorse_tests::{Client, Market, Region, World};
use serde_json::{Value, json};

/// A network's things.
pub(super) struct Things {
    pub(super) ids: BTreeMap<&'static str, String>,
    pub(super) bodies: BTreeMap<&'static str, Value>,
    pub(super) role: String,
    pub(super) neighbor: Client,
    pub(super) partners: Partners,
}

/// Those whom a network lends to, and those who lend to it.
pub(super) struct Partners {
    /// Coordinator and library staff of a borrower, and of a lender.
    pub(super) present: [Client; 4],
    /// The same, of networks that will be partners tomorrow, and of some that were until yesterday.
    pub(super) at_other_times: Vec<[Client; 2]>,
    /// The partnership with the borrower.
    pub(super) borrowing: String,
}

impl Partners {
    /// Makes them, with these terms of the partnership with the borrower.
    pub(super) fn of(world: &World, market: &Market, terms: &str) -> Self {
        let network = market.network;
        let team = |name: &str| {
            let Region { network, coordinator } = Region::new(world, name);
            let library = world.plant(move |planter| planter.library(network, "Partner Library", "America/Chicago"));
            (network, [coordinator, world.person(&format!("desk@{name}.example"), Role::Staff { library })])
        };
        let ((borrower, [third, third_staff]), (lender, [fifth, fifth_staff])) = (team("third"), team("fifth"));
        let lends = json!({ "lender": network, "borrower": borrower, "from": "2027-01-01", "terms": terms });
        let borrowing = market.coordinator.post("/v1/partnerships", &lends).expect(201).id();
        world.plant(move |planter| planter.partnership(lender, network, "2027-01-01", None));
        let at_other_times = [("2027-01-06", None), ("2026-01-01", Some("2027-01-04"))].map(|(from, until)| {
            let [borrower, lender] = ["borrower", "lender"].map(|side| team(&format!("{side}-from-{from}")));
            let (borrowers, lenders) = (borrower.0, lender.0);
            world.plant(move |planter| {
                planter.partnership(network, borrowers, from, until);
                planter.partnership(lenders, network, from, until);
            });
            [borrower.1, lender.1]
        });
        let at_other_times = at_other_times.into_iter().flatten().collect();
        Self { present: [third, third_staff, fifth, fifth_staff], at_other_times, borrowing }
    }
}

/// A request of a neighbor that the library joined.
pub(super) struct Joined {
    pub(super) neighbor: Client,
    pub(super) request: String,
    pledge: String,
}

pub(super) fn joined(world: &World, market: &Market, note: &str) -> Joined {
    let network = market.network;
    let library = world.plant(move |planter| planter.library(network, "Eudora Public Library", "America/Chicago"));
    let neighbor = world.person("desk@eudora.example", Role::Staff { library });
    let mut theirs = market.need(&json!({ "format": "virtual", "venue": null, "room": null }));
    theirs["library"] = json!(library);
    let request = neighbor.post("/v1/requests", &theirs).expect(201).location();
    let pool = json!({ "seats": 90, "until": "2027-02-15", "own": { "seats": 1 } });
    neighbor.step(&request, "gather", Some(&pool)).expect(200);
    let mut pledge = pledge(market);
    pledge["details"]["note"] = json!(note);
    let pledge = market.staff.post(&format!("{request}/pledges"), &pledge).expect(201).id();
    Joined { neighbor, request, pledge }
}

/// One thing of every kind in a network.
pub(super) fn things(world: &World, market: &Market) -> Things {
    let Joined { neighbor, request: gathering, pledge } = joined(world, market, "");
    let request = market.ask(&json!({}));
    let offer = market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201).id();
    let booking = market.book(&market.dana, "2027-03-04T16:00:00Z", &json!({ "room": null }));
    let materials = format!("/v1/workshops/{}/materials", market.catalog.workshop);
    let fair = json!({ "network": market.network, "details": fair() });
    let showcase = market.coordinator.post("/v1/showcases", &fair).expect(201).location();
    let showcase = market.coordinator.step(&showcase, "publish", None).expect(200).id();
    let harvest =
        market.coordinator.post(&format!("/v1/networks/{}/harvests", market.network), &neighbors()).expect(201).id();
    let material = market.coordinator.post(&materials, &handout()).expect(201).id();
    let file = [("if-match", "*"), ("content-type", "text/plain")];
    market.coordinator.send("PUT", &format!("/v1/materials/{material}/file"), &file, Some(b"Ten")).expect(200);
    let session = market.staff.step(&booking, "session", Some(&json!({}))).expect(201).id();
    let posting = market.staff.post("/v1/postings", &need(market)).expect(201).location();
    let reply = market.staff.post(&format!("{posting}/replies"), &json!({ "text": "Please" })).expect(201).id();
    let posting = market.staff.get(&posting).id();
    let staff = market.staff.get("/v1/me").json();
    let partners = Partners::of(world, market, "");
    let statements =
        market.dana.client.get(&format!("/v1/trainers/{}/availability", market.dana.id)).expect(200).json();
    let kept_trip =
        market.dana.client.post(&format!("/v1/trainers/{}/trips", market.dana.id), &trip()).expect(201).id();
    let hours = market
        .staff
        .post(&format!("/v1/libraries/{}/hosting-hours", market.place.library), &day_off())
        .expect(201)
        .id();
    let wish = market.dana.client.post(&format!("{request}/interests"), &interest(market)).expect(201).id();
    let calendars = format!("/v1/trainers/{}/calendars", market.dana.id);
    let calendar = market.dana.client.post(&calendars, &json!({ "name": "Work" })).expect(201).id();
    let quote = market.staff.post("/v1/quotes", &market.need(&json!({}))).expect(201).id();
    let key = market.coordinator.post("/v1/api-keys", &web_site(market)).expect(201).id();
    let (plan, tour) = tour(world, market);
    let owner = staff["id"].as_str().unwrap().parse().unwrap();
    let sign_ins = world.signed_in(owner).get("/v1/me/sign-ins?sort=-created_at").expect(200).json();
    let invitation = market.coordinator.post("/v1/invitations", &guest(market)).expect(201).id();
    let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let ids = BTreeMap::from([
        ("networks", market.network.to_string()),
        ("partnerships", partners.borrowing.clone()),
        ("api-keys", key),
        ("users", staff["id"].as_str().unwrap().to_owned()),
        ("libraries", market.place.library.to_string()),
        ("venues", market.place.venue.to_string()),
        ("rooms", market.place.room.to_string()),
        ("topics", market.catalog.topic.to_string()),
        ("workshops", market.catalog.workshop.to_string()),
        ("trainers", market.dana.id.to_string()),
        ("trips", kept_trip),
        ("hosting-hours", hours),
        ("interests", wish),
        ("quotes", quote),
        ("availability", statements["items"][0]["id"].as_str().unwrap().to_owned()),
        ("calendars", calendar),
        ("requests", last(&request)),
        ("gathering", last(&gathering)),
        ("pledges", pledge),
        ("offers", offer),
        ("bookings", last(&booking)),
        ("invitations", invitation),
        ("sessions", session),
        ("materials", material),
        ("harvests", harvest),
        ("showcases", showcase),
        ("postings", posting),
        ("replies", reply),
        ("tour-plans", plan),
        ("tours", tour.clone()),
        ("me", sign_ins["items"][0]["id"].as_str().unwrap().to_owned()),
    ]);
    let role = staff["roles"][0]["id"].as_str().unwrap().to_owned();
    Things { ids, bodies: bodies(world, market), neighbor, partners, role }
}

/// A plan for another week, and the tour of it that is offered.
fn tour(world: &World, market: &Market) -> (String, String) {
    let days = json!([{ "from": "2027-03-10", "until": "2027-03-10", "earliest": "09:00:00", "latest": "17:00:00" }]);
    let request = market.ask(&json!({ "room": null, "preferences": days }));
    let request = request.rsplit('/').next().unwrap();
    let mut asked = road_show(market);
    asked["details"]["requests"] = json!([request]);
    let plan = market.coordinator.post("/v1/tour-plans", &asked).expect(201);
    assert_eq!(world.plan(), 1);
    let offered =
        market.coordinator.act(&format!("{}/tours", plan.location()), "*", Some(&json!({}))).expect(201).json();
    (plan.id(), offered["items"][0]["id"].as_str().unwrap().to_owned())
}

fn road_show(market: &Market) -> Value {
    let details = json!({ "from": "2027-03-08", "until": "2027-03-12", "trainers": [market.dana.id], "budget_ms": 50 });
    json!({ "network": market.network, "details": details })
}

fn trip() -> Value {
    json!({
        "place": { "name": "Topeka", "coordinates": { "lat": 39.0, "lon": -95.7 } }, "from": "2027-05-03", "until": "2027-05-05",
        "time_zone": "America/Chicago", "radius_km": 50
    })
}

fn fair() -> Value {
    json!({
        "title": "Showcase", "starts_at": "2027-06-25T14:00:00Z", "ends_at": "2027-06-25T16:00:00Z",
        "time_zone": "America/Chicago", "place": "Hall", "tables": [{ "number": 1, "host": "Lorna", "title": "Games" }]
    })
}

/// What a library says to have the table brought to it.
fn brought(market: &Market) -> Value {
    let details = market.need(&json!({}))["details"].clone();
    json!({
        "library": market.place.library, "expected_attendance": 5, "preferences": details["preferences"],
        "topic": market.catalog.topic, "level": "advanced", "duration_minutes": 60, "format": "virtual", "language": "en"
    })
}

fn neighbors() -> Value {
    json!({ "name": "Neighbors", "url": "https://catalog.example.org/oai" })
}

fn handout() -> Value {
    json!({
        "kind": "handout", "title": "Ten questions", "address": "https://files.example.org/ten.pdf",
        "media_type": "application/pdf"
    })
}

fn webinar() -> Value {
    json!({
        "title": "New", "starts_at": "2027-03-05T16:00:00Z", "ends_at": "2027-03-05T17:00:00Z", "time_zone": "America/Chicago",
        "format": "virtual"
    })
}

/// What a library needs, shown to its network.
pub(super) fn need(market: &Market) -> Value {
    let library = market.place.library;
    json!({ "network": market.network, "details": { "kind": "need", "title": "A teacher", "library": library, "visibility": "network" } })
}

fn pledge(market: &Market) -> Value {
    json!({ "library": market.place.library, "details": { "seats": 3 } })
}

fn day_off() -> Value {
    json!({ "time_zone": "America/Chicago", "pattern": { "kind": "blackout", "from": "2027-07-01", "until": "2027-07-02" } })
}

fn interest(market: &Market) -> Value {
    json!({ "trainer": market.dana.id, "details": {} })
}

fn web_site(market: &Market) -> Value {
    json!({ "network": market.network, "details": { "name": "Web site", "scopes": ["catalog:read"] } })
}

fn guest(market: &Market) -> Value {
    json!({ "email": "guest@example.org", "role": { "role": "coordinator", "network": market.network } })
}

/// A good body for every operation that takes one.
fn bodies(world: &World, market: &Market) -> BTreeMap<&'static str, Value> {
    let network = market.network;
    let library = json!({ "name": "New", "time_zone": "America/Chicago" });
    let workshop = json!({ "title": "New", "level": "introductory", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"] });
    let home = json!({ "place": "Topeka", "coordinates": { "lat": 39.0, "lon": -95.7 } });
    let trainer = json!({ "name": "New", "home_base": home, "time_zone": "America/Chicago", "travel_radius_km": 10, "languages": ["en"], "formats": ["virtual"], "visibility": "network" });
    let again = json!({ "lender": network, "borrower": world.network("fourth"), "from": "2027-01-01" });
    BTreeMap::from([
        ("create_network", json!({ "name": "New", "kind": "informal", "time_zone": "UTC", "currency": "USD" })),
        ("create_partnership", again),
        (
            "create_user",
            json!({ "email": "new@example.org", "name": "New", "password": "a quiet mule on a road", "role": { "role": "coordinator", "network": network } }),
        ),
        ("create_invitation", guest(market)),
        ("accept_invitation", json!({ "token": "of nobody" })),
        ("change_password", json!({ "present": "not it", "password": "a loud mule on a bridge" })),
        ("erase_me", json!({ "password": "not it" })),
        ("set_consent", json!({ "given": true, "wording": 1 })),
        ("start_email_change", json!({ "email": "new@example.org", "password": "not it" })),
        ("grant_role", json!({ "role": "coordinator", "network": network })),
        ("create_api_key", web_site(market)),
        ("rotate_api_key", json!({ "overlap_hours": 1 })),
        ("create_library", json!({ "network": network, "details": library })),
        ("create_venue", json!({ "name": "New", "kind": "branch", "time_zone": "America/Chicago" })),
        ("create_room", json!({ "name": "New", "capacity": 5 })),
        ("create_topic", json!({ "network": network, "details": { "name": "New", "scheme": "ours" } })),
        ("create_workshop", json!({ "network": network, "details": workshop })),
        ("import_workshops", json!({ "items": [] })),
        ("create_harvest", neighbors()),
        ("create_showcase", json!({ "network": network, "details": fair() })),
        ("create_table_request", brought(market)),
        ("create_material", handout()),
        ("adapt_workshop", json!({ "network": network })),
        ("create_session", json!({ "network": network, "library": market.place.library, "details": webinar() })),
        ("move_session_online", json!({ "meeting_address": "https://meet.example.org/1" })),
        ("cancel_session", json!({ "reason": "weather" })),
        (
            "create_posting",
            json!({ "network": network, "details": { "kind": "offer", "title": "Books", "visibility": "network" } }),
        ),
        ("close_posting", json!({ "reason": "filled" })),
        ("create_me_too", json!({ "library": market.place.library })),
        ("create_posting_request", json!({ "details": market.need(&json!({}))["details"] })),
        ("create_reply", json!({ "text": "Me" })),
        ("create_trainer", json!({ "network": network, "details": trainer })),
        ("create_availability", day_off()),
        ("preview_occurrences", day_off()),
        ("create_hosting_hours", day_off()),
        ("create_trip", trip()),
        ("create_interest", interest(market)),
        (
            "query_free_busy",
            json!({ "trainers": [market.dana.id], "from": "2027-03-01T00:00:00Z", "to": "2027-03-02T00:00:00Z" }),
        ),
        ("create_imported_calendar", json!({ "name": "New" })),
        ("create_request", market.need(&json!({}))),
        ("preview_matches", market.need(&json!({}))),
        ("create_quote", market.need(&json!({}))),
        ("gather_request", json!({ "seats": 90, "until": "2027-02-15", "own": { "seats": 1 } })),
        ("create_pledge", pledge(market)),
        ("consent_to_terms", json!({ "terms": 1 })),
        ("ask_request", json!({ "question": "Why?" })),
        ("merge_request", json!({ "into": "req_01k9z3k8m4e0r9q2v7x5y6w8ta" })),
        ("create_offer", json!({ "trainer": market.lee.id, "starts_at": "2027-03-05T16:00:00Z" })),
        ("counter_offer", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("revise_offer", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("create_tour_plan", road_show(market)),
        ("edit_tour_plan", json!({ "edits": [{ "step": "remove", "request": "req_01k9z3k8m4e0r9q2v7x5y6w8ta" }] })),
        ("consent_to_share", json!({ "request": "req_01k9z3k8m4e0r9q2v7x5y6w8ta" })),
        ("reschedule_booking", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("deliver_booking", json!({ "attendance": 3 })),
    ])
}
