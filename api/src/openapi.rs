//! The OpenAPI document: generated from the routes that are served, then completed with what holds for all of them.
//!
//! Handlers describe what is theirs: summary, description, parameters, body and the answers that succeed. What follows from
//! the conventions (problems, preconditions, idempotency, security, links, examples) is added here, by rule.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::App;
use packhorse_domain::{Word, operation};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use crate::{
    problem::{self, FaultDocument, KINDS, Kind, ProblemDocument},
    rates::is_limited,
    routes, shapes,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Packhorse",
        description = "Libraries share traveling trainers: they say what training they need, trainers say where and when they can teach, \
                       and Packhorse matches them, books the workshops without ever double-booking anyone, and shows the calendar.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This service")),
    components(schemas(ProblemDocument, FaultDocument)),
    tags(
        (name = "sign-in", description = "Signing in, staying signed in, signing out"),
        (name = "people", description = "People who sign in, and their roles"),
        (name = "programs", description = "API keys for programs, and who may do what"),
        (name = "networks", description = "Networks, their policy, and partnerships between them"),
        (name = "libraries", description = "Libraries, venues and rooms"),
        (name = "catalog", description = "Topics and workshops"),
        (name = "sessions", description = "Dated deliveries of workshops, to which people come"),
        (name = "public", description = "What was published, for everybody: pages, feeds, harvests"),
        (name = "trainers", description = "Trainers, when they can teach, and their calendars"),
        (name = "requests", description = "Training requests, from draft to booked, and who could teach them"),
        (name = "postings", description = "The needs board: what somebody needs or offers, and what others say to it"),
        (name = "offers", description = "Offers to trainers; they hold time until they are answered"),
        (name = "tours", description = "Tours: many requests served in one trip, planned, offered and shared"),
        (name = "bookings", description = "Bookings and calendars"),
        (name = "service", description = "The service itself"),
    )
)]
struct Base;

/// The document.
pub fn document() -> Value {
    let (_, api) = App::new().into_utoipa_app().openapi(Base::openapi()).configure(routes::mount).split_for_parts();
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Access token from `POST /v1/sign-in`." },
        "api_key": { "type": "http", "scheme": "bearer", "bearerFormat": "ph_live_…", "description": "API key from `POST /v1/api-keys`. The operation names the scope that it needs." }
    });
    shapes::settle(&mut document);
    document["components"]["responses"] = problem_responses();
    add_patches(&mut document);
    let schemas = document["components"]["schemas"].clone();
    let identified = identified(&document);
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            let Some(operations) = item.as_object_mut() else { continue };
            for (method, operation) in operations {
                complete(path, method, operation, &schemas, &identified);
            }
        }
    }
    document
}

/// The document as it is printed, served and checked in.
pub fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// Gives every merge patch a schema: that of the input it changes, with nothing required, and `null` for what may be left out.
fn add_patches(document: &mut Value) {
    const PATCH: &str = "/requestBody/content/application~1merge-patch+json/schema/$ref";
    let mut patched = BTreeSet::new();
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in items.filter_map(|item| item.get_mut("patch")) {
        if let Some(target) = operation.pointer_mut(PATCH)
            && let Some(name) = target.as_str().and_then(|target| target.rsplit('/').next()).map(str::to_owned)
        {
            *target = json!(format!("#/components/schemas/{name}Patch"));
            patched.insert(name);
        }
    }
    for name in patched {
        let mut schema = document["components"]["schemas"][&name].clone();
        if let Some(members) = schema.as_object_mut() {
            let required = members.remove("required").unwrap_or_default();
            let needed = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
            for (name, member) in members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
                if !needed(name) && !takes_null(member) {
                    *member = json!({ "oneOf": [{ "type": "null" }, member.take()] });
                }
            }
            members.insert(
                "description".to_owned(),
                json!("JSON Merge Patch (RFC 7396): members that are there replace, `null` clears."),
            );
        }
        document["components"]["schemas"][format!("{name}Patch")] = schema;
    }
}

/// Whether `null` fits a schema.
fn takes_null(schema: &Value) -> bool {
    let null = |kind: &Value| kind == "null" || kind.as_array().is_some_and(|all| all.iter().any(|one| one == "null"));
    null(&schema["type"]) || schema["oneOf"].as_array().is_some_and(|all| all.iter().any(|one| null(&one["type"])))
}

/// Operations on one thing, by the schema of its id.
type Identified = BTreeMap<String, Vec<Step>>;

/// What can be done with one thing.
struct Step {
    operation: String,
    preconditioned: bool,
}

fn identified(document: &Value) -> Identified {
    let mut identified = Identified::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        if path.matches('{').count() != 1 {
            continue;
        }
        for (method, operation) in item.as_object().into_iter().flatten() {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            let id = parameters.find(|parameter| parameter["name"] == "id" && parameter["in"] == "path");
            if let Some(kind) = id.and_then(|id| id["schema"]["$ref"].as_str())
                && let Some(name) = operation["operationId"].as_str()
            {
                let preconditioned = is_preconditioned(path, method, operation);
                let step = Step { operation: name.to_owned(), preconditioned };
                identified.entry(kind.to_owned()).or_default().push(step);
            }
        }
    }
    identified
}

/// Whether an operation changes what others may change meanwhile, so that the version that was seen must be named.
fn is_preconditioned(path: &str, method: &str, operation: &Value) -> bool {
    // One word behind the id is done to the thing itself; more is done to a list of its parts.
    let is_step = path.split_once("/{id}/").is_some_and(|(_, rest)| !rest.contains('/'));
    let steps = matches!(method, "post" | "put") && is_step && operation["responses"].get("200").is_some();
    // What is the caller's own nobody else changes meanwhile.
    let is_own = path.starts_with("/v1/me/");
    (method == "patch" || method == "delete" || steps) && !is_own
}

fn complete(path: &str, method: &str, operation: &mut Value, schemas: &Value, identified: &Identified) {
    let public = operation["security"].as_array().is_some_and(Vec::is_empty);
    let named = path.contains('{');
    let writes = method != "get";
    let has_body = operation.get("requestBody").is_some();
    let succeeded = |status: &str| operation["responses"].get(status).is_some();
    let creates = succeeded("201");
    let conditional = method == "get" && is_versioned(&operation["responses"]["200"], schemas);
    let preconditioned = is_preconditioned(path, method, operation);
    if !public {
        let scope = operation["operationId"].as_str().and_then(operation::operation).and_then(|row| row.scope);
        operation["security"] = match scope {
            Some(scope) => json!([{ "bearer": [] }, { "api_key": [scope.word()] }]),
            None => json!([{ "bearer": [] }]),
        };
    }
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    if writes && !public && method == "post" {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes the request safe to send again: the same key and body give the first answer for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }, "example": "7d0b2b1c-confirm"
        }));
    }
    if preconditioned {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true, "description": "`ETag` of the version that was seen.",
            "schema": { "type": "string" }, "example": "\"v1\""
        }));
    }
    if conditional {
        parameters.push(json!({
            "name": "If-None-Match", "in": "header", "required": false, "description": "`ETag` of the version that is known.",
            "schema": { "type": "string" }, "example": "\"v7\""
        }));
    }
    let takes_parameters = !parameters.is_empty();
    let (mut ruled, mut asks_of_one) = (false, false);
    for parameter in parameters.iter_mut().filter(|parameter| parameter["in"] == "query") {
        let name = parameter["name"].as_str().unwrap_or_default();
        ruled |= matches!(name, "to" | "until" | "zone" | "zip");
        asks_of_one |= (writes || parameter["required"] == true) && parameter["schema"]["$ref"].is_string();
        if name == "after"
            && parameter["schema"].get("pattern").is_none()
            && let Some(pattern) = cursor_pattern(&operation["responses"]["200"], schemas)
        {
            parameter["schema"]["pattern"] = pattern;
        }
    }
    if takes_parameters {
        operation["parameters"] = Value::Array(parameters);
    }
    let mut kinds = vec![problem::UNAVAILABLE, problem::INTERNAL];
    if is_limited(path) {
        kinds.push(problem::TOO_MANY);
    }
    let mut add = |when: bool, more: &[&'static Kind]| {
        if when {
            kinds.extend_from_slice(more);
        }
    };
    add(!public, &[problem::UNAUTHENTICATED]);
    add(public && has_body, &[problem::BAD_CREDENTIALS]);
    add(takes_parameters || has_body || !public, &[problem::BAD_REQUEST]);
    add(named || creates || asks_of_one, &[problem::NOT_FOUND]);
    // Each end of a stretch of time may be well formed, and the stretch none; so may the name of a zone that there is not.
    add(ruled, &[problem::INVALID]);
    // There may be nothing to show yet, or nothing to compare with.
    add(method == "get" && path.starts_with("/v1/tour-plans/{id}/"), &[problem::CONFLICT, problem::INVALID]);
    add(public && path.ends_with("/workshops/{id}"), &[problem::GONE]);
    add(!public && (writes || named || asks_of_one), &[problem::FORBIDDEN]);
    add(has_body, &[problem::REQUEST_TIMEOUT, problem::TOO_LARGE, problem::UNSUPPORTED_MEDIA_TYPE]);
    add(writes && !public, &[problem::CONFLICT, problem::INVALID, problem::FULL]);
    add(has_body && public, &[problem::CONFLICT, problem::INVALID, problem::FULL]);
    add(preconditioned, &[problem::STALE, problem::VERSION_MISSING]);
    if let Some(responses) = operation["responses"].as_object_mut() {
        for kind in kinds {
            let reference = || json!({ "$ref": format!("#/components/responses/{}", kind.code) });
            responses.entry(kind.status.to_string()).or_insert_with(reference);
        }
        if conditional {
            responses.insert("304".to_owned(), json!({ "description": "It is as the caller knows it." }));
        }
        for (status, response) in responses {
            if status.starts_with('2') {
                complete_success(status, response, schemas, identified);
            }
        }
    }
}

/// Example, headers and links of an answer that succeeded.
fn complete_success(status: &str, response: &mut Value, schemas: &Value, identified: &Identified) {
    if let Some(content) = response.get_mut("content").and_then(|content| content.get_mut("application/json"))
        && content.get("example").is_none()
        && content.get("examples").is_none()
    {
        content["example"] = example(&content["schema"], schemas, 0);
    }
    if is_versioned(response, schemas) {
        response["headers"]["ETag"] = json!({ "description": "Version of the resource, for `If-Match` and `If-None-Match`.", "schema": { "type": "string" }, "example": "\"v1\"" });
    }
    if status == "201" {
        response["headers"]["Location"] =
            json!({ "description": "Address of what was made.", "schema": { "type": "string" } });
    }
    let Some(shape) = response.pointer("/content/application~1json/schema").cloned() else { return };
    if let Some(steps) = kind_of_id(&shape, schemas).and_then(|kind| identified.get(kind)) {
        add_links(response, steps, "$response.body#/id");
    } else if let Some(items) = member(&shape, "items", schemas)
        && let Some(steps) = kind_of_id(&items["items"], schemas).and_then(|kind| identified.get(kind))
    {
        add_links(response, steps, "$response.body#/items/0/id");
    }
}

/// What can be done next with what an answer shows, at the version that it shows.
fn add_links(response: &mut Value, steps: &[Step], id: &str) {
    let has_version = response["headers"].get("ETag").is_some();
    for Step { operation, preconditioned } in steps {
        let mut parameters = json!({ "id": id });
        if *preconditioned && has_version {
            parameters["If-Match"] = json!("$response.header.ETag");
        }
        response["links"][operation] = json!({ "operationId": operation, "parameters": parameters });
    }
}

/// The schema of the id of what a schema describes.
fn kind_of_id<'s>(schema: &'s Value, schemas: &'s Value) -> Option<&'s str> {
    member(schema, "id", schemas)?["$ref"].as_str()
}

/// The schema of a member, wherever in the parts it is.
fn member<'s>(schema: &'s Value, name: &str, schemas: &'s Value) -> Option<&'s Value> {
    let schema = shapes::target(schema, schemas);
    let parts = || schema["allOf"].as_array().into_iter().flatten();
    schema["properties"].get(name).or_else(|| parts().find_map(|part| member(part, name, schemas)))
}

/// The form of the cursors of a list: that of the ids in it.
fn cursor_pattern(listed: &Value, schemas: &Value) -> Option<Value> {
    let items = member(listed.pointer("/content/application~1json/schema")?, "items", schemas)?;
    shapes::target(member(&items["items"], "id", schemas)?, schemas).get("pattern").cloned()
}

/// Whether an answer is one resource with a version.
fn is_versioned(response: &Value, schemas: &Value) -> bool {
    let target = response["content"]["application/json"]["schema"]["$ref"].as_str();
    let schema = target.and_then(|target| schemas.get(target.rsplit('/').next()?));
    schema.is_some_and(|schema| example(schema, schemas, 0).get("version").is_some())
}

/// The answer of every kind of problem, by code, for operations to refer to.
fn problem_responses() -> Value {
    let response = |kind: &'static Kind| {
        let document = problem::Problem::new(kind, kind.title)
            .document("/v1/requests/req_01k9z3k8m4e0r9q2v7x5y6w8ta", "trc_01k9z3k8m4e0r9q2v7x5y6w8ta");
        let mut response = json!({
            "description": format!("{}. {}", kind.title, kind.advice),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" }, "example": document } }
        });
        if matches!(kind.status, 429 | 503) || kind.code == problem::IN_PROGRESS.code {
            response["headers"]["Retry-After"] =
                json!({ "description": "Seconds to wait.", "schema": { "type": "integer" } });
        }
        (kind.code.to_owned(), response)
    };
    Value::Object(KINDS.iter().copied().map(response).collect())
}

/// An example of a schema, from the examples of its members.
fn example(schema: &Value, schemas: &Value, depth: u8) -> Value {
    if depth > 12 {
        return Value::Null;
    }
    let deeper = |inner: &Value| example(inner, schemas, depth + 1);
    if let Some(known) = schema.get("example").or_else(|| schema["examples"].get(0)).or_else(|| schema.get("default")) {
        return known.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        return deeper(&schemas[name]);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let members = parts.iter().filter_map(|part| deeper(part).as_object().cloned()).flatten();
        return Value::Object(members.collect());
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return choices.iter().find(|choice| choice["type"] != "null").map_or(Value::Null, deeper);
    }
    if let Some(word) = schema["enum"].get(0) {
        return word.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.iter().find_map(Value::as_str));
    match kind {
        Some("object") => {
            let members = schema["properties"].as_object().into_iter().flatten();
            Value::Object(members.map(|(name, inner)| (name.clone(), deeper(inner))).collect())
        }
        Some("array") => json!([deeper(&schema["items"])]),
        Some("string") => match schema["format"].as_str() {
            Some("date-time") => json!("2027-03-03T15:00:00Z"),
            Some("date") => json!("2027-03-03"),
            _ => json!("…"),
        },
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(true),
        _ => Value::Null,
    }
}

/// The pages that explain the kinds of problem, as plain HTML.
pub fn problem_page(code: &str) -> Option<String> {
    let kind = KINDS.iter().find(|kind| kind.code == code)?;
    Some(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head><body><main><h1>{0}</h1>\
         <p>Status {1}, code <code>{2}</code>.</p><p>{3}</p></main></body></html>\n",
        kind.title,
        kind.status,
        kind.code,
        kind.advice.replace('<', "&lt;"),
    ))
}
