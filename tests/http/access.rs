//! The access matrix: every operation of the document, by every role, on what is theirs, what is another network's, and what is
//! not there at all.

mod leaks;

use std::collections::BTreeMap;

use packhorse_domain::{
    Word,
    access::Relation,
    api_key::KeyScope,
    operation::{OPERATIONS, operation},
    policy::Policy,
    user::Role,
};
use packhorse_tests::{Backend, Client, Market, Region, Reply, World};
use serde_json::{Value, json};

/// Who tries, in the order of the letters of a row: operator, coordinator, coordinator elsewhere, staff, staff elsewhere, the
/// trainer, a trainer elsewhere; of the same network staff of another library, and another trainer; and the coordinator of a
/// network that borrows from this one.
const ROLES: usize = 10;

/// How each of them stands to what is theirs.
const RELATIONS: [&[Relation]; ROLES] = [
    &[Relation::Operator],
    &[Relation::Member, Relation::Coordinator, Relation::LendingCoordinator],
    &[],
    &[Relation::Member, Relation::Staff, Relation::Person],
    &[],
    &[Relation::Member, Relation::Trainer],
    &[],
    &[Relation::Member],
    &[Relation::Member],
    &[],
];

/// What each may do: `a` allowed, `f` forbidden, `n` not to be seen, `i` an input that names what is not to be seen.
/// An operation without a row fails the test.
const MATRIX: &[(&str, &str)] = &[
    ("create_network", "afffffffff"),
    ("get_network", "aanananaaa"),
    ("update_network", "aanfnfnfff"),
    ("join_network", "aanananaaa"),
    ("leave_network", "aanananaaa"),
    ("list_members", "aanananaaf"),
    ("create_partnership", "aanfnfnfff"),
    ("get_partnership", "aanananaaa"),
    ("update_partnership", "aanfnfnfff"),
    ("create_user", "aaifififff"),
    ("get_user", "aanannnnnn"),
    ("export_user", "afnannnnnn"),
    ("erase_user", "afnfnnnnnn"),
    ("grant_role", "aanfnnnnnn"),
    ("revoke_role", "aanfnnnnnn"),
    ("end_sign_in", "nnnannnnnn"),
    ("start_password_reset", "aanfnnnnnn"),
    ("create_invitation", "aaifififff"),
    ("get_invitation", "aannnnnnnn"),
    ("revoke_invitation", "aannnnnnnn"),
    ("accept_invitation", "iiiiiiiiii"),
    ("change_password", "iiiiiiiiii"),
    ("start_email_change", "iiiiiiiiii"),
    ("erase_me", "iiiiiiiiii"),
    ("create_api_key", "aanfnfnfff"),
    ("get_api_key", "aannnnnnnn"),
    ("rotate_api_key", "aannnnnnnn"),
    ("revoke_api_key", "aannnnnnnn"),
    ("create_library", "aanfnfnfff"),
    ("get_library", "aanananaaa"),
    ("get_library_deliveries", "aanananaaa"),
    ("update_library", "aananfnfff"),
    ("create_venue", "aananfnfff"),
    ("get_venue", "aanananaaa"),
    ("update_venue", "aananfnfff"),
    ("create_room", "aananfnfff"),
    ("get_room", "aanananaaa"),
    ("update_room", "aananfnfff"),
    ("create_topic", "aanfnfnfff"),
    ("get_topic", "aanananaaa"),
    ("update_topic", "aanfnfnfff"),
    ("create_workshop", "aanfnfnfff"),
    ("import_workshops", "aanfnfnfff"),
    ("list_harvests", "aanfnfnfff"),
    ("create_harvest", "aanfnfnfff"),
    ("get_harvest", "aannnnnnnn"),
    ("update_harvest", "aannnnnnnn"),
    ("delete_harvest", "aannnnnnnn"),
    ("refresh_harvest", "aannnnnnnn"),
    ("get_workshop", "aanananaaa"),
    ("update_workshop", "aanfnfnfff"),
    ("publish_workshop", "aanfnfnfff"),
    ("retire_workshop", "aanfnfnfff"),
    ("adapt_workshop", "aanfnfnfff"),
    ("list_adaptations", "aanananaaa"),
    ("list_editions", "aanananaaa"),
    ("get_edition", "aanananaaa"),
    ("get_give_and_take", "aanananaaa"),
    ("create_material", "aanfnfnfff"),
    ("get_material", "aanananaaa"),
    ("get_material_file", "aanananaaa"),
    ("upload_material_file", "aanfnfnfff"),
    ("get_material_content", "aanananaaa"),
    ("update_material", "aanfnfnfff"),
    ("delete_material", "aanfnfnfff"),
    ("create_showcase", "aanfnfnfff"),
    ("get_showcase", "aaaaaaaaaa"),
    ("update_showcase", "aaffffffff"),
    ("publish_showcase", "aaffffffff"),
    ("delete_showcase", "aaffffffff"),
    ("create_table_request", "aaiaififff"),
    ("create_session", "aananfnfff"),
    ("create_booking_session", "aananfnnnn"),
    ("get_session", "aananannnn"),
    ("update_session", "aananfnnnn"),
    ("publish_session", "aananfnnnn"),
    ("move_session_online", "aananfnnnn"),
    ("cancel_session", "aananfnnnn"),
    ("hold_session", "aananfnnnn"),
    ("create_trainer", "aanfnfnfff"),
    ("get_trainer", "aanananaan"),
    ("get_trainer_deliveries", "aanananaan"),
    ("update_trainer", "aanfnanffn"),
    ("list_availability", "aanfnanffn"),
    ("get_availability_ics", "aanfnanffn"),
    ("import_availability", "aanfnanffn"),
    ("create_availability", "aanfnanffn"),
    ("get_availability", "aannnannnn"),
    ("update_availability", "aannnannnn"),
    ("delete_availability", "aannnannnn"),
    ("list_imported_calendars", "aanfnanffn"),
    ("create_imported_calendar", "aanfnanffn"),
    ("get_imported_calendar", "aannnannnn"),
    ("update_imported_calendar", "aannnannnn"),
    ("delete_imported_calendar", "aannnannnn"),
    ("import_calendar", "aannnannnn"),
    ("refresh_calendar", "aannnannnn"),
    ("list_busy_times", "aannnannnn"),
    ("get_trainer_calendar", "aanfnanffn"),
    ("get_trainer_ics", "aanfnanffn"),
    ("get_venue_calendar", "aanananaaa"),
    ("get_venue_ics", "aanananaaa"),
    ("list_trips", "aanfnanffn"),
    ("create_trip", "aanfnanffn"),
    ("get_trip", "aannnannnn"),
    ("update_trip", "aannnannnn"),
    ("delete_trip", "aannnannnn"),
    ("list_hosting_hours", "aanananaaa"),
    ("create_hosting_hours", "aananfnfff"),
    ("get_hosting_hours", "aanananaaa"),
    ("update_hosting_hours", "aananfnfff"),
    ("delete_hosting_hours", "aananfnfff"),
    ("get_free_busy", "aanananaan"),
    ("get_free_busy_ics", "aanananaan"),
    ("query_free_busy", "aaiaiaiaai"),
    ("list_occurrences", "aannnannnn"),
    ("create_interest", "fanfnanffn"),
    ("get_interest", "aannnannnn"),
    ("update_interest", "fannnannnn"),
    ("delete_interest", "fannnannnn"),
    ("list_trainer_opportunities", "aanfnanffn"),
    ("list_opportunities", "aananfnfff"),
    ("list_slots", "aanananaan"),
    ("create_request", "aaiaififff"),
    ("preview_matches", "aaiaififff"),
    ("create_quote", "aaiaififff"),
    ("get_quote", "aanannnnnn"),
    ("get_request", "aananannnn"),
    ("update_request", "aananfnnnn"),
    ("submit_request", "aananfnnfn"),
    ("gather_request", "aananfnnnn"),
    ("withdraw_request", "aananfnnfn"),
    ("open_request", "aanfnfnnfn"),
    ("ask_request", "aanfnfnnnn"),
    ("decline_request", "aanfnfnnnn"),
    ("merge_request", "aanfnfnnnn"),
    ("list_matches", "aananfnnnn"),
    ("create_offer", "aanfnfnnfn"),
    ("get_offer", "aannnannnn"),
    ("accept_offer", "fannnannnn"),
    ("decline_offer", "fannnannnn"),
    ("counter_offer", "fannnannnn"),
    ("revise_offer", "aannnfnnnn"),
    ("withdraw_offer", "aannnfnnnn"),
    ("list_pledges", "aanananaan"),
    ("create_pledge", "aananfnffn"),
    ("get_pledge", "aanannnann"),
    ("update_pledge", "aanannnfnn"),
    ("consent_to_terms", "aanannnfnn"),
    ("withdraw_pledge", "aanannnfnn"),
    ("list_pooling_suggestions", "aanfnfnfff"),
    ("list_deserts", "aanfnfnfff"),
    ("get_deserts_svg", "aanfnfnfff"),
    ("create_tour_plan", "aaifififff"),
    ("get_tour_plan", "aannnnnnnn"),
    ("stop_tour_plan", "aannnnnnnn"),
    ("edit_tour_plan", "aannnnnnnn"),
    ("watch_tour_plan", "aannnnnnnn"),
    ("compare_tour_plans", "aannnnnnnn"),
    ("get_tour_plan_geojson", "aannnnnnnn"),
    ("get_tour_plan_map", "aannnnnnnn"),
    ("get_tour_plan_ics", "aannnnnnnn"),
    ("offer_tours", "aannnnnnnn"),
    ("get_tour", "aananannnn"),
    ("accept_tour", "fanfnannnn"),
    ("decline_tour", "fanfnannnn"),
    ("withdraw_tour", "aanfnfnnnn"),
    ("replan_tour", "aanfnfnnnn"),
    ("consent_to_share", "aananfnnnn"),
    ("create_posting", "aanananaaf"),
    ("get_posting", "aanananaan"),
    ("update_posting", "aananfnffn"),
    ("close_posting", "aananfnffn"),
    ("create_me_too", "aananfnffn"),
    ("delete_me_too", "aananfnffn"),
    ("create_posting_request", "aananfnffn"),
    ("list_replies", "aanananaan"),
    ("create_reply", "aanananaan"),
    ("get_reply", "aanananaan"),
    ("get_booking", "aananannnn"),
    ("get_booking_ics", "aananannnn"),
    ("confirm_booking", "aananfnnnn"),
    ("reschedule_booking", "aanfnfnnnn"),
    ("cancel_booking", "aananannnn"),
    ("deliver_booking", "aananannnn"),
    ("close_booking", "aanfnfnnnn"),
];

/// Operations that everybody who is signed in may use: what they show is narrowed by the scope of the query.
const EVERYBODY: &[&str] = &[
    "export_me",
    "get_me",
    "list_api_keys",
    "list_bookings",
    "list_changes",
    "list_consents",
    "list_events",
    "list_interests",
    "list_invitations",
    "list_libraries",
    "list_networks",
    "list_offers",
    "list_showcases",
    "list_partnerships",
    "list_postings",
    "list_quotes",
    "list_requests",
    "list_materials",
    "list_rooms",
    "list_sessions",
    "list_sign_ins",
    "list_topics",
    "list_tour_plans",
    "list_tours",
    "list_trainers",
    "list_users",
    "list_venues",
    "list_workshops",
    "preview_occurrences",
    "set_consent",
];

/// Operations with tests of their own: `imports` and the end of a sign-in.
const ELSEWHERE: &[&str] = &["import_libraries", "sign_out", "sign_out_others"];

struct Things {
    ids: BTreeMap<&'static str, String>,
    bodies: BTreeMap<&'static str, Value>,
    role: String,
    neighbor: Client,
    borrower: Client,
}

/// A request of a neighbor that the library joined.
struct Joined {
    neighbor: Client,
    request: String,
    pledge: String,
}

fn joined(world: &World, market: &Market, note: &str) -> Joined {
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
fn things(world: &World, market: &Market) -> Things {
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
    let operator = Market::operator(world);
    let third = Region::new(world, "third");
    let lends = json!({ "lender": market.network, "borrower": third.network, "from": "2027-01-01" });
    let partnership = operator.post("/v1/partnerships", &lends).expect(201).id();
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
        ("partnerships", partnership),
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
    Things { ids, bodies: bodies(world, market), neighbor, borrower: third.coordinator, role }
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
fn need(market: &Market) -> Value {
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

/// A program with a key of a network, made by its coordinator.
fn program(world: &World, market: &Market, scopes: &[KeyScope]) -> Client {
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
    let body = json!({ "network": market.network, "details": { "name": "Key", "scopes": scopes } });
    let made = market.coordinator.post("/v1/api-keys", &body).expect(201).json();
    world.client().with_token(made["secret"].as_str().unwrap())
}

/// What each may do, people and then programs: a key of the network with every scope, one of the other network, and one that is
/// for events alone. With a scope, keys may do what the coordinator may.
fn expected(name: &str, row: &str) -> String {
    let scope = operation(name).and_then(|operation| operation.scope);
    let letters: Vec<_> = row.chars().collect();
    let covered = |letter| if scope.is_some() { letter } else { 'f' };
    let narrow = if scope == Some(KeyScope::EventsRead) { 'a' } else { 'f' };
    letters.iter().copied().chain([covered(letters[1]), covered(letters[2]), narrow]).collect()
}

/// The address of a template for a thing.
fn at(template: &str, id: &str, role: &str) -> String {
    template
        .replace("{id}", id)
        .replace("{role_id}", role)
        .replace("{purpose}", "weekly_digest")
        .replace("{edition}", "1")
        .replace("{number}", "1")
}

fn send(client: &Client, method: &str, path: &str, body: Option<&Value>) -> Reply {
    // A version that no thing has: whoever may do it is told so, and nothing changes.
    let kind = if method == "patch" { "application/merge-patch+json" } else { "application/json" };
    let headers = [("if-match", "\"v0\""), ("content-type", kind)];
    let body = body.map(Value::to_string);
    client.send(&method.to_uppercase(), path, &headers, Some(body.unwrap_or_default().as_bytes()))
}

/// An answer without what differs from request to request.
fn plain(reply: &Reply) -> (u16, Value) {
    let mut json = reply.json();
    json["request_id"] = Value::Null;
    json["instance"] = Value::Null;
    (reply.status, json)
}

/// Everybody the rows tell of, in their order.
fn people<'a>(
    [operator, neighbor, borrower]: [&'a Client; 3],
    here: &'a Market,
    there: &'a Market,
) -> [&'a Client; ROLES] {
    [
        operator,
        &here.coordinator,
        &there.coordinator,
        &here.staff,
        &there.staff,
        &here.dana.client,
        &there.dana.client,
        neighbor,
        &here.lee.client,
        borrower,
    ]
}

fn matrix(backend: Backend) {
    let world = World::new(backend);
    let (here, there) =
        (Market::with(&world, "here", &Policy::default()), Market::with(&world, "there", &Policy::default()));
    let things = things(&world, &here);
    let operator = world.client().sign_in("root@packhorse.example", packhorse_tests::PASSWORD);
    let programs = [
        program(&world, &here, KeyScope::ALL),
        program(&world, &there, KeyScope::ALL),
        program(&world, &here, &[KeyScope::EventsRead]),
    ];
    let roles = people([&operator, &things.neighbor, &things.borrower], &here, &there);
    let rows: BTreeMap<_, _> =
        MATRIX.iter().copied().chain(EVERYBODY.iter().map(|name| (*name, "aaaaaaaaaa"))).collect();
    let document = packhorse::openapi::document();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            if operation["security"].as_array().is_some_and(Vec::is_empty) || ELSEWHERE.contains(&name) {
                continue;
            }
            let Some(row) = rows.get(name) else {
                wrong.push(format!("{name} has no row"));
                continue;
            };
            seen += 1;
            let kind = match name {
                "create_pledge" | "list_pledges" => "gathering",
                _ => template.split('/').nth(2).unwrap(),
            };
            let at = |id: &str| at(template, id, &things.role);
            let at = |id: &str| match name {
                "list_opportunities" | "delete_me_too" => format!("{}?library={}", at(id), here.place.library),
                "import_workshops" => format!("{}?network={}", at(id), here.network),
                "list_slots" => format!("{}?from=2027-03-01&until=2027-03-02", at(id)),
                _ => at(id),
            };
            let own = at(things.ids.get(kind).map_or("", String::as_str));
            let absent =
                at(&format!("{}01k9z3k8m4e0r9q2v7x5y6w8ta", things.ids.get(kind).map_or("xxx_", |id| &id[..4])));
            let body =
                operation.get("requestBody").map(|_| things.bodies.get(name).cloned().unwrap_or_else(|| json!({})));
            assert_eq!(send(&world.client(), method, &own, body.as_ref()).status, 401, "{name} by nobody");
            let callers = roles.iter().copied().chain(&programs);
            for (client, expected) in callers.zip(expected(name, row).chars()) {
                let before = (method != "get" && expected != 'a').then(|| world.database().digest());
                let reply = send(client, method, &own, body.as_ref());
                if before.is_some_and(|before| before != world.database().digest()) {
                    wrong.push(format!("{name}: a refusal left something behind"));
                }
                let got = match reply.status {
                    403 => 'f',
                    404 => 'n',
                    422 if expected == 'i' => 'i',
                    status if status < 500 && status != 401 && status != 400 => 'a',
                    _ => '!',
                };
                if expected == '?' {
                    wrong.push(format!("@@ {name} {got}"));
                } else if got != expected {
                    wrong.push(format!("{name}: {expected} expected, {} {}", reply.status, reply.text));
                } else if matches!(got, 'n' | 'f') && reply.text.contains("API key") && template.contains("{id}") {
                    // What a key is not for, it learns nothing of.
                    let nothing = send(client, method, &absent, body.as_ref());
                    if plain(&reply) != plain(&nothing) {
                        wrong.push(format!("{name}: a key learns whether a thing is there"));
                    }
                } else if got == 'n' && template.contains("{id}") {
                    let nothing = send(client, method, &absent, body.as_ref());
                    if plain(&reply) != plain(&nothing) {
                        wrong.push(format!("{name}: what is foreign answers otherwise than what is absent"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, rows.len(), "a row is of no operation");
}

#[test]
fn sqlite() {
    matrix(Backend::Sqlite);
}

#[test]
fn postgres() {
    if let Some(backend) = Backend::postgres() {
        matrix(backend);
    }
}

/// The rows above and the policy's table are two witnesses of one thing.
#[test]
fn the_policy_and_the_matrix_agree() {
    let mut wrong = Vec::new();
    for (name, row) in MATRIX {
        let Some(operation) = operation(name) else {
            wrong.push(format!("{name} is not in the table of operations"));
            continue;
        };
        for (relations, letter) in RELATIONS.iter().zip(row.chars()) {
            let allowed = operation.actions.is_empty()
                || operation.actions.iter().any(|action| action.allowed().iter().any(|one| relations.contains(one)));
            if letter == 'a' && !allowed || letter == 'f' && allowed {
                wrong.push(format!("{name}: {letter} for {relations:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_says_what_a_key_needs() {
    let document = packhorse::openapi::document();
    let mut names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    for item in document["paths"].as_object().unwrap().values() {
        for described in item.as_object().unwrap().values() {
            let name = described["operationId"].as_str().unwrap();
            let security = described["security"].as_array().unwrap();
            let Some(known) = operation(name) else {
                assert!(security.is_empty(), "{name} has no row");
                continue;
            };
            names.retain(|left| *left != name);
            let scopes = security.iter().find_map(|way| way.get("api_key"));
            assert_eq!(scopes, known.scope.map(|scope| json!([scope.word()])).as_ref(), "{name}");
        }
    }
    assert!(names.is_empty(), "rows of no operation: {names:?}");
}
