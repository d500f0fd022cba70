//! The shapes of the document's schemas, made right where the generator cannot know better: what comes in is closed, and
//! what is put together of parts can be satisfied.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Puts the schemas of a document right.
pub fn settle(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let inputs = inputs(document, &schemas);
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        compose(schema, &schemas);
        if inputs.contains(name) {
            close(schema);
        }
    }
}

/// Makes one schema of parts wherever there are some.
fn compose(schema: &mut Value, schemas: &Value) {
    if schema.get("allOf").is_some_and(Value::is_array) {
        *schema = composed(schema, schemas);
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|inner| compose(inner, schemas)),
        Value::Array(items) => items.iter_mut().for_each(|inner| compose(inner, schemas)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A schema of parts as one object, without the parts' refusal of what the other parts bring. Alternatives stay beside it.
fn composed(schema: &Value, schemas: &Value) -> Value {
    let Some(parts) = schema["allOf"].as_array() else { return opened(schema) };
    let (mut properties, mut required, mut alternatives) = (Map::new(), Vec::new(), Vec::new());
    let mut description = None;
    for part in parts {
        let part = composed(target(part, schemas), schemas);
        match part["properties"].as_object() {
            Some(members) => {
                properties.extend(members.clone());
                required.extend(part["required"].as_array().cloned().unwrap_or_default());
            }
            None if says_nothing(&part) => description = part.get("description").cloned(),
            None => alternatives.push(part),
        }
    }
    let object = json!({ "type": "object", "properties": properties, "required": required });
    let mut whole = match alternatives.as_slice() {
        [] => object,
        [one] if properties.is_empty() => one.clone(),
        _ => {
            alternatives.push(object);
            json!({ "allOf": alternatives })
        }
    };
    if let Some(description) = schema.get("description").or(description.as_ref()) {
        whole["description"] = description.clone();
    }
    whole
}

/// Whether a part only describes the others: the generator calls it an object, whatever they are.
fn says_nothing(part: &Value) -> bool {
    part.as_object().is_some_and(|members| members.keys().all(|name| name == "type" || name == "description"))
}

/// The schema that another one names, or itself.
pub fn target<'s>(schema: &'s Value, schemas: &'s Value) -> &'s Value {
    schema["$ref"].as_str().and_then(|target| schemas.get(target.rsplit('/').next()?)).unwrap_or(schema)
}

/// A schema that takes members it does not know.
fn opened(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.remove("additionalProperties");
        if let Some(branches) = members.get_mut("oneOf").and_then(Value::as_array_mut) {
            for branch in branches {
                *branch = opened(branch);
            }
        }
    }
    schema
}

/// Makes every object in a schema refuse members it does not know.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) {
                members.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Names of the schemas that bodies are read by.
fn inputs(document: &Value, schemas: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().into_iter().flat_map(Map::values) {
        for operation in item.as_object().into_iter().flat_map(Map::values) {
            collect(&operation["requestBody"], schemas, &mut names);
        }
    }
    names
}

fn collect(value: &Value, schemas: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
                && names.insert(name.to_owned())
            {
                collect(&schemas[name], schemas, names);
            }
            members.values().for_each(|inner| collect(inner, schemas, names));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, schemas, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_one_object_and_inputs_are_closed() {
        let mut document = json!({
            "paths": { "/things": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Details" } } } } } } },
            "components": { "schemas": {
                "Details": { "type": "object", "additionalProperties": false, "properties": { "kind": { "$ref": "#/components/schemas/Kind" } }, "required": ["kind"] },
                "Kind": { "oneOf": [{ "type": "object", "properties": { "a": { "type": "string" } } }] },
                "Thing": { "allOf": [
                    { "$ref": "#/components/schemas/Details" },
                    { "$ref": "#/components/schemas/Kind" },
                    { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] }
                ] }
            } }
        });
        settle(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Kind"]["oneOf"][0]["additionalProperties"], false);
        let [alternatives, object] = schemas["Thing"]["allOf"].as_array().unwrap().as_slice() else { panic!() };
        assert_eq!(alternatives["oneOf"][0].get("additionalProperties"), None);
        assert_eq!(object["required"], json!(["kind", "id"]));
        assert_eq!(object.get("additionalProperties"), None);
    }
}
