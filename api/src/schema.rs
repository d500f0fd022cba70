//! Inputs against the schemas of the OpenAPI document: what is written there is what is enforced, and every fault is named.

use std::collections::HashMap;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Value, json};

use crate::problem::FaultDocument;

/// A validator for every schema of the document.
pub struct Schemas(HashMap<String, Validator>);

/// A fault, and whether it is one of structure (400) or of a rule (422).
pub struct SchemaFault {
    /// The fault.
    pub document: FaultDocument,
    /// Unknown member, missing member, wrong type or form; else a value out of its limits.
    pub structural: bool,
}

impl Schemas {
    /// Compiles the schemas of an OpenAPI document.
    pub fn of(document: &Value) -> Self {
        let components = document.get("components").cloned().unwrap_or_default();
        let names = components
            .get("schemas")
            .and_then(Value::as_object)
            .map(|schemas| schemas.keys().cloned().collect::<Vec<_>>());
        let compile = |name: &String| {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": components });
            jsonschema::draft202012::options().should_validate_formats(true).build(&schema).ok()
        };
        Self(
            names
                .unwrap_or_default()
                .into_iter()
                .filter_map(|name| compile(&name).map(|validator| (name, validator)))
                .collect(),
        )
    }

    /// All faults of a value against the schema of a name. A schema that the document has not knows no faults.
    pub fn faults(&self, name: &str, value: &Value) -> Vec<SchemaFault> {
        let Some(validator) = self.0.get(name) else { return Vec::new() };
        let mut faults = Vec::new();
        for error in validator.iter_errors(value) {
            collect(&error, &mut faults);
        }
        faults
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
