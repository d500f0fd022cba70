//! Our own JSON, and values of JSON in general.

use serde_json::Value;

use super::{Import, check::Found};

/// Reads a list of workshops as they are published, `{ "items": […] }` or bare.
pub fn json(bytes: &[u8]) -> Import {
    let mut import = Import::default();
    let Some(text) = import.text(bytes) else { return import };
    // The parser goes 128 levels deep and no further.
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            import.fault(&format!("line {}", error.line()), "", "bad_json", error.to_string());
            return import;
        }
    };
    let (items, within) = match (&value, value.get("items")) {
        (_, Some(Value::Array(items))) => (items, "/items"),
        (Value::Array(items), _) => (items, ""),
        _ => {
            import.fault("", "", "wrong_type", "a list or an object with a list of items is needed");
            return import;
        }
    };
    for (n, item) in items.iter().enumerate() {
        let place = format!("{within}/{n}");
        if !import.has_room(&place) {
            break;
        }
        import.take(place, workshop(item));
    }
    import
}

/// Reads the same workshops, one on each line.
pub fn json_lines(bytes: &[u8]) -> Import {
    let mut import = Import::default();
    let Some(text) = import.text(bytes) else { return import };
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", n + 1);
        if !import.has_room(&place) {
            break;
        }
        match serde_json::from_str(line) {
            Ok(item) => import.take(place, workshop(&item)),
            Err(error) => import.fault(&place, "", "bad_json", error.to_string()),
        }
    }
    import
}

fn workshop(item: &Value) -> Found {
    let credits = |role: &str| {
        let list = item.get("credits").and_then(Value::as_array).into_iter().flatten();
        let named = list.filter(|credit| credit.get("role").and_then(Value::as_str) == Some(role));
        named.flat_map(|credit| texts(credit.get("name"))).collect()
    };
    let steps = item.get("adapted_from").and_then(Value::as_array).into_iter().flatten();
    let based_on = steps
        .filter_map(|step| texts(step.get("address").filter(|address| address.is_string()).or(step.get("title"))).pop())
        .collect();
    let one = |name: &str| texts(item.get(name)).into_iter().next().unwrap_or_default();
    let list = |name: &str| texts(item.get(name));
    Found { authors: credits("author"), funders: credits("funder"), based_on, ..Found::named(one, list) }
}

/// The texts of a value: of a string or number, of a thing by its name, of a list by those of its items.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number.to_string()],
        Some(Value::Array(items)) => items.iter().flat_map(|item| texts(Some(item))).collect(),
        Some(Value::Object(thing)) => {
            texts(["name", "@value", "audienceType", "url", "@id"].into_iter().find_map(|key| thing.get(key)))
        }
        Some(Value::Null | Value::Bool(_)) | None => Vec::new(),
    }
}
