//! What may not get out, and what may not get in: fields that are for the eyes of some, and fields that are ours to set.

use super::*;

/// What is written for the eyes of some: by kind of thing, and the operation whose row tells for whose.
const CANARIES: &[(&str, &str)] = &[
    ("requests", "get_request"),
    ("interests", "get_interest"),
    ("calendars", "get_imported_calendar"),
    // Of a coordinator: those who may grant roles see them.
    ("users", "get_api_key"),
    ("api-keys", "get_api_key"),
    ("offers", "get_offer"),
    ("partnerships", "get_partnership"),
    ("pledges", "get_pledge"),
    ("postings", "get_posting"),
];

/// A word that stands nowhere else.
fn canary(kind: &str) -> String {
    format!("canary-{kind}@here.example")
}

/// Puts a word that is for the eyes of some into one thing of every kind, and asks everybody for everything.
fn canaries(world: &World) {
    let (here, there) =
        (Market::with(world, "here", &Policy::default()), Market::with(world, "there", &Policy::default()));
    let operator = Market::operator(world);
    let draft = here.draft(&json!({ "notes": canary("requests") })).location();
    here.staff.step(&draft, "submit", None).expect(200);
    let interest = json!({ "trainer": here.dana.id, "details": { "note": canary("interests") } });
    here.dana.client.post(&format!("{draft}/interests"), &interest).expect(201);
    let calendars = format!("/v1/trainers/{}/calendars", here.dana.id);
    here.dana.client.post(&calendars, &json!({ "name": canary("calendars") })).expect(201);
    let role = json!({ "role": "coordinator", "network": here.network });
    let person =
        json!({ "email": canary("users"), "name": "New", "password": packhorse_tests::PASSWORD, "role": role });
    operator.post("/v1/users", &person).expect(201);
    let key = json!({ "network": here.network, "details": { "name": canary("api-keys"), "scopes": ["catalog:read"] } });
    here.coordinator.post("/v1/api-keys", &key).expect(201);
    let offer = json!({ "trainer": here.dana.id, "starts_at": "2027-03-03T16:00:00Z", "message": canary("offers") });
    here.coordinator.post(&format!("{draft}/offers"), &offer).expect(201);
    let partners = Partners::of(world, &here, &canary("partnerships"));
    let mut posting = need(&here);
    posting["details"]["text"] = json!(canary("postings"));
    here.staff.post("/v1/postings", &posting).expect(201);

    let Joined { neighbor, request, .. } = joined(world, &here, &canary("pledges"));
    let roles = people([&operator, &neighbor], &partners.present, &here, &there);
    let catalog = program(world, &here, &[KeyScope::CatalogRead, KeyScope::LibrariesRead]);
    let lists = [
        "/v1/api-keys",
        "/v1/bookings",
        "/v1/changes?limit=100",
        "/v1/events?limit=100",
        "/v1/interests",
        "/v1/libraries",
        "/v1/networks",
        "/v1/offers",
        "/v1/partnerships",
        "/v1/postings",
        "/v1/quotes",
        &format!("{request}/pledges"),
        "/v1/requests",
        "/v1/rooms",
        "/v1/topics",
        "/v1/trainers",
        "/v1/users",
        "/v1/venues",
        "/v1/workshops",
        &format!("/v1/opportunities?library={}", here.place.library),
        &format!("/v1/trainers/{}/trips", here.dana.id),
        &format!("/v1/trainers/{}/calendars", here.dana.id),
        &format!("/v1/trainers/{}/calendar?from=2027-01-01T00:00:00Z&to=2027-07-01T00:00:00Z", here.dana.id),
        &format!("/v1/trainers/{}/free-busy?from=2027-01-05T00:00:00Z&to=2027-07-01T00:00:00Z", here.dana.id),
        &format!("/v1/trainers/{}/opportunities", here.dana.id),
        &format!("/v1/venues/{}/calendar?from=2027-01-01T00:00:00Z&to=2027-07-01T00:00:00Z", here.place.venue),
        &format!("{draft}/matches?explain=true"),
        &draft,
    ];
    let everything = |client: &Client| lists.iter().map(|path| client.get(path).text).collect::<String>();
    let mut wrong = Vec::new();
    for (place, client) in roles.iter().enumerate() {
        let shown = everything(client);
        for (kind, reading) in CANARIES {
            let (_, row) = MATRIX.iter().find(|(name, _)| name == reading).unwrap();
            let may = row.as_bytes()[place] == b'a';
            if shown.contains(&canary(kind)) != may {
                wrong.push(format!("{kind} for role {place}: {}", if may { "not shown" } else { "shown" }));
            }
        }
    }
    let shown = everything(&catalog);
    wrong.extend(
        CANARIES.iter().filter(|(kind, _)| shown.contains(&canary(kind))).map(|(kind, _)| format!("{kind} for a key")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_is_shown_what_is_not_for_them_on_sqlite() {
    canaries(&World::new(Backend::Sqlite));
}

#[test]
fn nobody_is_shown_what_is_not_for_them_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        canaries(&World::new(backend));
    }
}

/// What is decided by us is refused where somebody sends it, not passed over.
#[test]
fn nobody_sets_what_is_ours_to_set() {
    let world = World::new(Backend::Sqlite);
    let here = Market::with(&world, "here", &Policy::default());
    let things = things(&world, &here);
    let operator = Market::operator(&world);
    let document = packhorse::openapi::document();
    let before = world.database().digest();
    let (mut tried, mut wrong) = (0, Vec::new());
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let content = &operation["requestBody"]["content"];
            if !content.is_object() || !content.as_object().unwrap().keys().any(|kind| kind.contains("json")) {
                continue;
            }
            let kind = template.split('/').nth(2).unwrap();
            let path = at(template, things.ids.get(kind).map_or("", String::as_str), &things.role);
            for (field, value) in [
                ("id", json!("x")),
                ("state", json!("booked")),
                ("version", json!(9)),
                ("created_at", json!("2027-01-01T00:00:00Z")),
            ] {
                let mut body = things.bodies.get(name).cloned().unwrap_or_else(|| json!({}));
                body[field] = value;
                tried += 1;
                let reply = send(&operator, method, &path, Some(&body));
                // Some are refused before their body is looked at: whoever operates the place answers no offers.
                if !matches!(reply.status, 400 | 403 | 412 | 415) || reply.status == 412 && method == "post" {
                    wrong.push(format!("{name} took {field}: {} {}", reply.status, reply.text));
                }
            }
        }
    }
    assert!(tried > 100 && wrong.is_empty(), "{tried}\n{}", wrong.join("\n"));
    assert_eq!(world.database().digest(), before);
}
