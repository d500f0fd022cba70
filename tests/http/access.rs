//! The access matrix: every operation of the document, by every role, on what is theirs, what is another network's, and what is
//! not there at all.

use std::collections::BTreeMap;

use packhorse_domain::policy::Policy;
use packhorse_tests::{Backend, Client, Market, Reply, World};
use serde_json::{Value, json};

/// Who tries, in the order of the letters of a row: operator, coordinator, coordinator elsewhere, staff, staff elsewhere, the
/// trainer, a trainer elsewhere; then of the same network staff of another library, and another trainer.
const ROLES: usize = 9;

/// What each may do: `a` allowed, `f` forbidden, `n` not to be seen, `i` an input that names what is not to be seen.
/// An operation without a row fails the test.
const MATRIX: &[(&str, &str)] = &[
    ("create_network", "affffffff"),
    ("get_network", "aanananaa"),
    ("update_network", "aanfnfnff"),
    ("create_partnership", "aanfnfnff"),
    ("get_partnership", "aanananaa"),
    ("update_partnership", "aanfnfnff"),
    ("create_user", "aaifififf"),
    ("get_user", "aanannnnn"),
    ("grant_role", "aanfnnnnn"),
    ("revoke_role", "aanfnnnnn"),
    ("end_sign_in", "nnnannnnn"),
    ("start_password_reset", "aanfnnnnn"),
    ("create_invitation", "aaifififf"),
    ("get_invitation", "aannnnnnn"),
    ("revoke_invitation", "aannnnnnn"),
    ("accept_invitation", "iiiiiiiii"),
    ("change_password", "iiiiiiiii"),
    ("start_email_change", "iiiiiiiii"),
    ("create_library", "aanfnfnff"),
    ("get_library", "aanananaa"),
    ("update_library", "aananfnff"),
    ("create_venue", "aananfnff"),
    ("get_venue", "aanananaa"),
    ("update_venue", "aananfnff"),
    ("create_room", "aananfnff"),
    ("get_room", "aanananaa"),
    ("update_room", "aananfnff"),
    ("create_topic", "aanfnfnff"),
    ("get_topic", "aanananaa"),
    ("update_topic", "aanfnfnff"),
    ("create_workshop", "aanfnfnff"),
    ("get_workshop", "aanananaa"),
    ("update_workshop", "aanfnfnff"),
    ("publish_workshop", "aanfnfnff"),
    ("retire_workshop", "aanfnfnff"),
    ("create_trainer", "aanfnfnff"),
    ("get_trainer", "aanananaa"),
    ("update_trainer", "aanfnanff"),
    ("list_availability", "aanfnanff"),
    ("get_availability_ics", "aanfnanff"),
    ("import_availability", "aanfnanff"),
    ("create_availability", "aanfnanff"),
    ("get_availability", "aannnannn"),
    ("update_availability", "aannnannn"),
    ("delete_availability", "aannnannn"),
    ("list_imported_calendars", "aanfnanff"),
    ("create_imported_calendar", "aanfnanff"),
    ("get_imported_calendar", "aannnannn"),
    ("update_imported_calendar", "aannnannn"),
    ("delete_imported_calendar", "aannnannn"),
    ("import_calendar", "aannnannn"),
    ("refresh_calendar", "aannnannn"),
    ("list_busy_times", "aannnannn"),
    ("get_trainer_calendar", "aanfnanff"),
    ("get_trainer_ics", "aanfnanff"),
    ("get_venue_calendar", "aanananaa"),
    ("get_venue_ics", "aanananaa"),
    ("list_trips", "aanfnanff"),
    ("create_trip", "aanfnanff"),
    ("get_trip", "aannnannn"),
    ("update_trip", "aannnannn"),
    ("delete_trip", "aannnannn"),
    ("list_hosting_hours", "aanananaa"),
    ("create_hosting_hours", "aananfnff"),
    ("get_hosting_hours", "aanananaa"),
    ("update_hosting_hours", "aananfnff"),
    ("delete_hosting_hours", "aananfnff"),
    ("get_free_busy", "aanananaa"),
    ("get_free_busy_ics", "aanananaa"),
    ("query_free_busy", "aaiaiaiaa"),
    ("list_occurrences", "aannnannn"),
    ("create_interest", "fanfnanff"),
    ("get_interest", "aannnannn"),
    ("update_interest", "fannnannn"),
    ("delete_interest", "fannnannn"),
    ("list_trainer_opportunities", "aanfnanff"),
    ("list_opportunities", "aananfnff"),
    ("list_slots", "aanananaa"),
    ("create_request", "aaiaififf"),
    ("preview_matches", "aaiaififf"),
    ("create_quote", "aaiaififf"),
    ("get_quote", "aanannnnn"),
    ("get_request", "aananannn"),
    ("update_request", "aananfnnn"),
    ("submit_request", "aananfnnf"),
    ("withdraw_request", "aananfnnf"),
    ("open_request", "aanfnfnnf"),
    ("ask_request", "aanfnfnnn"),
    ("decline_request", "aanfnfnnn"),
    ("merge_request", "aanfnfnnn"),
    ("list_matches", "aananfnnn"),
    ("create_offer", "aanfnfnnf"),
    ("get_offer", "aannnannn"),
    ("accept_offer", "fannnannn"),
    ("decline_offer", "fannnannn"),
    ("counter_offer", "fannnannn"),
    ("revise_offer", "aannnfnnn"),
    ("withdraw_offer", "aannnfnnn"),
    ("get_booking", "aananannn"),
    ("get_booking_ics", "aananannn"),
    ("confirm_booking", "aananfnnn"),
    ("reschedule_booking", "aanfnfnnn"),
    ("cancel_booking", "aananannn"),
    ("deliver_booking", "aananannn"),
    ("close_booking", "aanfnfnnn"),
];

/// Operations that everybody who is signed in may use: what they show is narrowed by the scope of the query.
const EVERYBODY: &[&str] = &[
    "get_me",
    "list_bookings",
    "list_changes",
    "list_interests",
    "list_invitations",
    "list_libraries",
    "list_networks",
    "list_offers",
    "list_partnerships",
    "list_quotes",
    "list_requests",
    "list_rooms",
    "list_sign_ins",
    "list_topics",
    "list_trainers",
    "list_users",
    "list_venues",
    "list_workshops",
    "preview_occurrences",
];

/// Operations with tests of their own: `imports` and the end of a sign-in.
const ELSEWHERE: &[&str] = &["import_libraries", "sign_out", "sign_out_others"];

struct Things {
    ids: BTreeMap<&'static str, String>,
    bodies: BTreeMap<&'static str, Value>,
    role: String,
}

/// One thing of every kind in a network, and a good body for every operation that takes one.
fn things(world: &World, market: &Market) -> Things {
    let request = market.ask(&json!({}));
    let offer = market.offer(&request, market.dana.id, "2027-03-03T16:00:00Z").expect(201).id();
    let booking = market.book(&market.dana, "2027-03-04T16:00:00Z", &json!({ "room": null }));
    let staff = market.staff.get("/v1/me").json();
    let operator = Market::operator(world);
    let lends = json!({ "lender": market.network, "borrower": world.network("third"), "from": "2027-01-01" });
    let partnership = operator.post("/v1/partnerships", &lends).expect(201).id();
    let statements =
        market.dana.client.get(&format!("/v1/trainers/{}/availability", market.dana.id)).expect(200).json();
    let trip = json!({
        "place": { "name": "Topeka", "coordinates": { "lat": 39.0, "lon": -95.7 } }, "from": "2027-05-03", "until": "2027-05-05",
        "time_zone": "America/Chicago", "radius_km": 50
    });
    let kept_trip = market.dana.client.post(&format!("/v1/trainers/{}/trips", market.dana.id), &trip).expect(201).id();
    let off = json!({ "time_zone": "America/Chicago", "pattern": { "kind": "blackout", "from": "2027-07-01", "until": "2027-07-02" } });
    let hours =
        market.staff.post(&format!("/v1/libraries/{}/hosting-hours", market.place.library), &off).expect(201).id();
    let interest = json!({ "trainer": market.dana.id, "details": {} });
    let wish = market.dana.client.post(&format!("{request}/interests"), &interest).expect(201).id();
    let calendars = format!("/v1/trainers/{}/calendars", market.dana.id);
    let calendar = market.dana.client.post(&calendars, &json!({ "name": "Work" })).expect(201).id();
    let quote = market.staff.post("/v1/quotes", &market.need(&json!({}))).expect(201).id();
    let owner = staff["id"].as_str().unwrap().parse().unwrap();
    let sign_ins = world.signed_in(owner).get("/v1/me/sign-ins?sort=-created_at").expect(200).json();
    let invited = json!({ "email": "guest@example.org", "role": { "role": "coordinator", "network": market.network } });
    let invitation = market.coordinator.post("/v1/invitations", &invited).expect(201).id();
    let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let ids = BTreeMap::from([
        ("networks", market.network.to_string()),
        ("partnerships", partnership),
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
        ("offers", offer),
        ("bookings", last(&booking)),
        ("invitations", invitation),
        ("me", sign_ins["items"][0]["id"].as_str().unwrap().to_owned()),
    ]);
    let network = market.network;
    let library = json!({ "name": "New", "time_zone": "America/Chicago" });
    let workshop = json!({ "title": "New", "level": "introductory", "duration_minutes": 60, "formats": ["virtual"], "languages": ["en"] });
    let home = json!({ "place": "Topeka", "coordinates": { "lat": 39.0, "lon": -95.7 } });
    let trainer = json!({ "name": "New", "home_base": home, "time_zone": "America/Chicago", "travel_radius_km": 10, "languages": ["en"], "formats": ["virtual"], "visibility": "network" });
    let again = json!({ "lender": network, "borrower": world.network("fourth"), "from": "2027-01-01" });
    let bodies = BTreeMap::from([
        ("create_network", json!({ "name": "New", "kind": "informal", "time_zone": "UTC", "currency": "USD" })),
        ("create_partnership", again),
        (
            "create_user",
            json!({ "email": "new@example.org", "name": "New", "password": "a quiet mule on a road", "role": { "role": "coordinator", "network": network } }),
        ),
        ("create_invitation", invited),
        ("accept_invitation", json!({ "token": "of nobody" })),
        ("change_password", json!({ "present": "not it", "password": "a loud mule on a bridge" })),
        ("start_email_change", json!({ "email": "new@example.org", "password": "not it" })),
        ("grant_role", json!({ "role": "coordinator", "network": network })),
        ("create_library", json!({ "network": network, "details": library })),
        ("create_venue", json!({ "name": "New", "kind": "branch", "time_zone": "America/Chicago" })),
        ("create_room", json!({ "name": "New", "capacity": 5 })),
        ("create_topic", json!({ "network": network, "details": { "name": "New", "scheme": "ours" } })),
        ("create_workshop", json!({ "network": network, "details": workshop })),
        ("create_trainer", json!({ "network": network, "details": trainer })),
        ("create_availability", off.clone()),
        ("preview_occurrences", off.clone()),
        ("create_hosting_hours", off),
        ("create_trip", trip),
        ("create_interest", interest),
        (
            "query_free_busy",
            json!({ "trainers": [market.dana.id], "from": "2027-03-01T00:00:00Z", "to": "2027-03-02T00:00:00Z" }),
        ),
        ("create_imported_calendar", json!({ "name": "New" })),
        ("create_request", market.need(&json!({}))),
        ("preview_matches", market.need(&json!({}))),
        ("create_quote", market.need(&json!({}))),
        ("ask_request", json!({ "question": "Why?" })),
        ("merge_request", json!({ "into": "req_01k9z3k8m4e0r9q2v7x5y6w8ta" })),
        ("create_offer", json!({ "trainer": market.lee.id, "starts_at": "2027-03-05T16:00:00Z" })),
        ("counter_offer", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("revise_offer", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("reschedule_booking", json!({ "starts_at": "2027-03-05T16:00:00Z" })),
        ("deliver_booking", json!({ "attendance": 3 })),
    ]);
    Things { ids, bodies, role: staff["roles"][0]["id"].as_str().unwrap().to_owned() }
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

fn matrix(backend: Backend) {
    let world = World::new(backend);
    let (here, there) =
        (Market::with(&world, "here", &Policy::default()), Market::with(&world, "there", &Policy::default()));
    let things = things(&world, &here);
    let operator = world.client().sign_in("root@packhorse.example", packhorse_tests::PASSWORD);
    let network = here.network;
    let library = world.plant(move |planter| planter.library(network, "Eudora Public Library", "America/Chicago"));
    let neighbor = world.person("desk@eudora.example", packhorse_domain::user::Role::Staff { library });
    let roles: [&Client; ROLES] = [
        &operator,
        &here.coordinator,
        &there.coordinator,
        &here.staff,
        &there.staff,
        &here.dana.client,
        &there.dana.client,
        &neighbor,
        &here.lee.client,
    ];
    let rows: BTreeMap<_, _> =
        MATRIX.iter().copied().chain(EVERYBODY.iter().map(|name| (*name, "aaaaaaaaa"))).collect();
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
            let kind = template.split('/').nth(2).unwrap();
            let at = |id: &str| template.replace("{id}", id).replace("{role_id}", &things.role);
            let at = |id: &str| match name {
                "list_opportunities" => format!("{}?library={}", at(id), here.place.library),
                "list_slots" => format!("{}?from=2027-03-01&until=2027-03-02", at(id)),
                _ => at(id),
            };
            let own = at(things.ids.get(kind).map_or("", String::as_str));
            let absent =
                at(&format!("{}01k9z3k8m4e0r9q2v7x5y6w8ta", things.ids.get(kind).map_or("xxx_", |id| &id[..4])));
            let body =
                operation.get("requestBody").map(|_| things.bodies.get(name).cloned().unwrap_or_else(|| json!({})));
            assert_eq!(send(&world.client(), method, &own, body.as_ref()).status, 401, "{name} by nobody");
            for (client, expected) in roles.iter().zip(row.chars()) {
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
