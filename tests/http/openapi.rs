//! The document: served as it is checked in, and complete.

use packhorse_tests::{Backend, World};
use serde_json::Value;

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let items = document["paths"].as_object().unwrap().iter();
    items
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn what_is_served_is_what_is_checked_in() {
    let served = World::new(Backend::Sqlite).client().get("/openapi.json").expect(200).text;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/packhorse.json");
    let checked_in = std::fs::read_to_string(file).unwrap();
    assert!(served == checked_in, "write it anew: cargo run -p packhorse -- openapi > openapi/packhorse.json");
}

#[test]
fn every_operation_is_described_whole() {
    let document = packhorse::openapi::document();
    let operations = operations(&document);
    assert!(operations.len() > 80);
    let mut names: Vec<_> =
        operations.iter().map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), operations.len(), "operation ids are unique");
    for (name, operation) in operations {
        for member in ["summary", "description"] {
            assert!(operation[member].as_str().is_some_and(|text| !text.is_empty()), "{name} has no {member}");
        }
        assert!(operation["security"].is_array(), "{name} says nothing of security");
        let responses = operation["responses"].as_object().unwrap();
        let mut successes = responses.iter().filter(|(status, _)| status.starts_with('2')).peekable();
        assert!(successes.peek().is_some(), "{name} never succeeds");
        for (status, response) in successes {
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let shown = content.get("example").is_some() || content.get("examples").is_some();
                assert!(shown || kind != "application/json", "{name} {status} has no example");
            }
        }
        assert!(responses.keys().any(|status| status == "503"), "{name} never fails");
    }
}

#[test]
fn inputs_refuse_what_they_do_not_know() {
    let document = packhorse::openapi::document();
    for (name, operation) in operations(&document) {
        for content in operation["requestBody"]["content"].as_object().into_iter().flat_map(serde_json::Map::values) {
            let Some(target) = content["schema"]["$ref"].as_str() else { continue };
            let schema = &document["components"]["schemas"][target.rsplit('/').next().unwrap()];
            let closed = schema["additionalProperties"] == false || schema["oneOf"].is_array();
            assert!(closed, "{name} takes anything: {target}");
        }
    }
}
