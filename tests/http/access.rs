//! The access matrix: every operation of the document, by every role, on what is theirs, what is another network's, and what is
//! not there at all.

mod leaks;
mod rows;
mod things;

use std::collections::BTreeMap;

use packhorse_domain::{
    Word,
    api_key::KeyScope,
    operation::{OPERATIONS, operation},
    policy::Policy,
};
use packhorse_tests::{Backend, Client, Market, Reply, World};
use rows::{ELSEWHERE, EVERYBODY, MATRIX, RELATIONS, ROLES};
use serde_json::{Value, json};
use things::{Joined, Partners, joined, need, things};

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
    [operator, neighbor]: [&'a Client; 2],
    [borrower, borrowers_staff, lender, lenders_staff]: &'a [Client; 4],
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
        borrowers_staff,
        lender,
        lenders_staff,
    ]
}

fn matrix(backend: Backend) {
    let world = World::new(backend);
    let (here, there) =
        (Market::with(&world, "here", &Policy::default()), Market::with(&world, "there", &Policy::default()));
    let things = things(&world, &here);
    let operator = Market::operator(&world);
    let programs = [
        program(&world, &here, KeyScope::ALL),
        program(&world, &there, KeyScope::ALL),
        program(&world, &here, &[KeyScope::EventsRead]),
    ];
    let roles = people([&operator, &things.neighbor], &things.partners.present, &here, &there);
    let strangers = things.partners.at_other_times.as_flattened();
    let rows: BTreeMap<_, _> =
        MATRIX.iter().copied().chain(EVERYBODY.iter().map(|name| (*name, "aaaaaaaaaaaaa"))).collect();
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
            // Partners of other days are as strange as any network.
            let elsewhere = [&row[2..3], &row[4..5]].concat().repeat(strangers.len() / 2);
            let callers = roles.iter().copied().chain(&programs).chain(strangers);
            for (client, expected) in callers.zip([expected(name, row), elsewhere].concat().chars()) {
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
