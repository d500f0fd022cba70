//! Inputs against the schemas of the OpenAPI document: what is written there is what is enforced, and every fault is named.

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};

use crate::problem::FaultDocument;

const COMPONENT: &str = "#/components/schemas/";

/// A validator for every schema of the document. Each is compiled when it is first needed, from itself and those it refers
/// to: most are of answers, which nobody checks, and a compiled schema is many times as large as its text.
pub struct Schemas {
    components: Map<String, Value>,
    compiled: HashMap<String, OnceLock<Option<Validator>>>,
}

/// A fault, and whether it is one of structure (400) or of a rule (422).
pub struct SchemaFault {
    /// The fault.
    pub document: FaultDocument,
    /// Unknown member, missing member, wrong type or form; else a value out of its limits.
    pub structural: bool,
}

impl Schemas {
    /// The schemas of an OpenAPI document.
    pub fn of(document: &Value) -> Self {
        let components =
            document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
        let compiled = components.keys().map(|name| (name.clone(), OnceLock::new())).collect();
        Self { components, compiled }
    }

    /// All faults of a value against the schema of a name. A schema that the document has not knows no faults.
    pub fn faults(&self, name: &str, value: &Value) -> Vec<SchemaFault> {
        let mut faults = Vec::new();
        if let Some(validator) = self.validator(name) {
            for error in validator.iter_errors(value) {
                collect(&error, &mut faults);
            }
        }
        faults
    }

    fn validator(&self, name: &str) -> Option<&Validator> {
        self.compiled.get(name)?.get_or_init(|| self.compile(name)).as_ref()
    }

    fn compile(&self, name: &str) -> Option<Validator> {
        let mut needed = BTreeSet::from([name]);
        let mut unread = vec![name];
        while let Some(next) = unread.pop() {
            each_reference(self.components.get(next)?, &mut |name| {
                if needed.insert(name) {
                    unread.push(name);
                }
            });
        }
        let schemas: Map<String, Value> =
            needed.into_iter().filter_map(|name| Some((name.to_owned(), self.components.get(name)?.clone()))).collect();
        let schema = json!({ "$ref": format!("{COMPONENT}{name}"), "components": { "schemas": schemas } });
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).ok()
    }
}

/// Calls `found` with the name of each schema that one refers to.
fn each_reference<'a>(schema: &'a Value, found: &mut impl FnMut(&'a str)) {
    match schema {
        Value::Object(members) => {
            let to = members.get("$ref").and_then(Value::as_str);
            if let Some(name) = to.and_then(|address| address.strip_prefix(COMPONENT)) {
                found(name);
            }
            members.values().for_each(|inner| each_reference(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| each_reference(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn collect(error: &ValidationError<'_>, faults: &mut Vec<SchemaFault>) {
    use ValidationErrorKind as Is;
    let at = error.instance_path().to_string();
    match error.kind() {
        // Of the alternatives, tell of the one that came nearest: an absent `null` says nothing.
        Is::OneOfNotValid { context } | Is::AnyOf { context } => {
            let near = context.iter().filter(|branch| !branch.iter().any(|inner| mistaken(inner, &at)));
            match near.min_by_key(|branch| branch.len()) {
                Some(branch) if !branch.is_empty() => branch.iter().for_each(|inner| collect(inner, faults)),
                _ => faults.push(fault(at, "type", "is none of the forms allowed here", true)),
            }
        }
        Is::AdditionalProperties { unexpected } => {
            for name in unexpected {
                faults.push(fault(format!("{at}/{}", escape(name)), "unknown_field", "is not known here", true));
            }
        }
        Is::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.push(fault(format!("{at}/{}", escape(name)), "required", "is missing", true));
        }
        Is::Maximum { limit } | Is::ExclusiveMaximum { limit } => {
            faults.push(fault(at, "range", format!("must be at most {limit}"), false));
        }
        Is::Minimum { limit } | Is::ExclusiveMinimum { limit } => {
            faults.push(fault(at, "range", format!("must be at least {limit}"), false));
        }
        Is::MaxLength { limit } | Is::MaxItems { limit } => {
            faults.push(fault(at, "length", format!("must have at most {limit}"), false));
        }
        Is::MinLength { limit } | Is::MinItems { limit } => {
            faults.push(fault(at, "length", format!("must have at least {limit}"), false));
        }
        other => faults.push(fault(at, code(other), error.masked_with("the value").to_string(), true)),
    }
}

/// Whether an inner error says only that the value is of another type than this alternative's.
fn mistaken(inner: &ValidationError<'_>, at: &str) -> bool {
    let same_place = inner.instance_path().to_string() == at;
    match inner.kind() {
        ValidationErrorKind::Type { .. } => same_place,
        // Another variant of a tagged enum: its tag is a list of one word.
        ValidationErrorKind::Enum { options } => options.as_array().is_some_and(|words| words.len() == 1),
        ValidationErrorKind::Constant { .. } => true,
        _ => false,
    }
}

fn code(kind: &ValidationErrorKind) -> &'static str {
    match kind {
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => "unknown_word",
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => "form",
        _ => "type",
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn fault(pointer: String, code: &str, detail: impl Into<String>, structural: bool) -> SchemaFault {
    let document =
        FaultDocument { pointer: Some(pointer), parameter: None, code: code.to_owned(), detail: detail.into() };
    SchemaFault { document, structural }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_of_the_document_compiles() {
        let schemas = Schemas::of(&crate::openapi::document());
        let broken: Vec<_> = schemas.components.keys().filter(|name| schemas.validator(name).is_none()).collect();
        assert!(broken.is_empty(), "{broken:?}");
        assert!(!schemas.components.is_empty());
    }
}
