//! What comes in: bodies, merge patches, parameters and ids of the path, each with every fault named.

mod query;
mod range;

use std::marker::PhantomData;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use packhorse_domain::{Id, Valid, Word, id::Kind};
use packhorse_services::{Error, Fault};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::{
    problem::{self, FaultDocument, Problem},
    schema::Schemas,
    state::App,
};

pub use query::{OnlyPage, PageQuery, Parameters, Query, QueryOf};
pub use range::{LONGEST_DAYS, RangeQuery};

/// The bytes of a body, read by the body layer under its limits.
#[derive(Debug, Clone, Default)]
pub struct Bytes(pub web::Bytes);

/// A JSON body that fits its schema and its rules.
pub struct Body<T>(pub Valid<T>);

impl<T: DeserializeOwned + Validate + ToSchema> FromRequest for Body<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(request, "application/json").and_then(|value| check(request, value)).map(Self))
    }
}

/// A JSON body that fits its schema in form, with the rules it breaks: whoever takes it goes on looking, and tells of all faults
/// at once.
pub struct Judged<T> {
    /// What came in.
    pub input: T,
    /// What is wrong with it so far.
    pub faults: Vec<Fault>,
}

impl<T: DeserializeOwned + Validate + ToSchema> FromRequest for Judged<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let judge = |value| {
            let (input, faults) = judged(app(request)?.schemas, value).map_err(broken)?;
            let fault = |fault: FaultDocument| Fault::new(fault.pointer.unwrap_or_default(), fault.code, fault.detail);
            Ok(Self { input, faults: faults.into_iter().map(fault).collect() })
        };
        std::future::ready(read(request, "application/json").and_then(judge))
    }
}

/// A JSON Merge Patch (RFC 7396) for an input of type `T`.
pub struct Patch<T> {
    merge: Value,
    request: HttpRequest,
    target: PhantomData<T>,
}

impl<T> FromRequest for Patch<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let patch = read(request, "application/merge-patch+json");
        std::future::ready(patch.map(|patch| Self { merge: patch, request: request.clone(), target: PhantomData }))
    }
}

/// A patch on its way to the database threads.
#[derive(Clone)]
pub struct Merge<T> {
    patch: Value,
    app: web::Data<App>,
    target: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + Validate + ToSchema> Patch<T> {
    /// Ready to be applied where the present value is known.
    ///
    /// # Errors
    /// 400 when it is no object.
    pub fn merge(self) -> Result<Merge<T>, Problem> {
        if !self.merge.is_object() {
            let fault = body_fault("", "type", "a merge patch is an object");
            return Err(Problem::new(problem::BAD_REQUEST, "the body is no merge patch").with(vec![fault]));
        }
        let app = app(&self.request)?;
        Ok(Merge { patch: self.merge, app, target: PhantomData })
    }
}

impl<T: Serialize + DeserializeOwned + Validate + ToSchema> Merge<T> {
    /// The value after the patch.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn apply(&self, present: &T) -> Result<Valid<T>, Error> {
        let mut value = serde_json::to_value(present).unwrap_or_default();
        json_patch::merge(&mut value, &self.patch);
        checked(self.app.schemas, value).map_err(|faults| {
            // What the patch leaves as it was may not go with what it brings: then the patch itself is well formed.
            let brought = |fault: &FaultDocument| {
                fault.pointer.as_deref().is_some_and(|place| self.patch.pointer(place).is_some())
            };
            let structural = faults.iter().any(|(fault, structural)| *structural && brought(fault));
            let faults = faults
                .into_iter()
                .map(|(fault, _)| Fault::new(fault.pointer.unwrap_or_default(), fault.code, fault.detail))
                .collect();
            if structural { Error::Malformed(faults) } else { Error::Invalid(faults) }
        })
    }
}

fn app(request: &HttpRequest) -> Result<web::Data<App>, Problem> {
    request.app_data::<web::Data<App>>().cloned().ok_or_else(|| Problem::new(problem::INTERNAL, "no application"))
}

/// Takes the body as JSON of a content type.
fn read(request: &HttpRequest, expected: &str) -> Result<Value, Problem> {
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(expected) && !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(problem::UNSUPPORTED_MEDIA_TYPE, format!("this operation takes {expected}")));
    }
    let bytes = request.extensions().get::<Bytes>().cloned().unwrap_or_default().0;
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|error| {
        let detail = format!("line {}, column {}", error.line(), error.column());
        Problem::new(problem::BAD_REQUEST, "the body is no JSON").with(vec![body_fault("", "json", &detail)])
    })?;
    settle_numbers(&mut value);
    let mut faults = Vec::new();
    find_nul(&value, &mut String::new(), &mut faults);
    if faults.is_empty() {
        Ok(value)
    } else {
        Err(Problem::new(problem::INVALID, "the input breaks the rules named in errors").with(faults))
    }
}

/// Writes whole numbers as such: `20.0` is an integer, too. Source: JSON Schema 2020-12, core, 4.2.3.
fn settle_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = number.as_f64().filter(|_| number.is_f64()).and_then(whole) {
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle_numbers),
        Value::Object(members) => members.values_mut().for_each(settle_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// A number as an integer, where nothing is lost by that.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and fits")]
    let whole = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    whole
}

/// No text holds the character U+0000: PostgreSQL could not keep it.
fn find_nul(value: &Value, at: &mut String, faults: &mut Vec<FaultDocument>) {
    let mut inside = |name: &str, inner: &Value, faults: &mut Vec<FaultDocument>| {
        let length = at.len();
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        find_nul(inner, at, faults);
        at.truncate(length);
    };
    match value {
        Value::String(text) if text.contains('\0') => faults.push(body_fault(at, "nul", "holds the character U+0000")),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, inner)| {
            inside(&place.to_string(), inner, faults);
        }),
        Value::Object(members) => members.iter().for_each(|(name, inner)| {
            if name.contains('\0') {
                faults.push(body_fault("", "nul", "a name holds the character U+0000"));
            }
            inside(name, inner, faults);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn body_fault(pointer: &str, code: &str, detail: &str) -> FaultDocument {
    FaultDocument {
        pointer: Some(pointer.to_owned()),
        parameter: None,
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

fn check<T: DeserializeOwned + Validate + ToSchema>(request: &HttpRequest, value: Value) -> Result<Valid<T>, Problem> {
    checked(app(request)?.schemas, value).map_err(broken)
}

/// Faults, each with whether it is one of structure.
type Graded = Vec<(FaultDocument, bool)>;

/// The problem of faults.
fn broken(faults: Graded) -> Problem {
    let structural = faults.iter().any(|(_, structural)| *structural);
    let errors = faults.into_iter().map(|(fault, _)| fault).collect();
    if structural {
        Problem::new(problem::BAD_REQUEST, "the body breaks the schema").with(errors)
    } else {
        Problem::new(problem::INVALID, "the input breaks the rules named in errors").with(errors)
    }
}

/// A value that fits schema and rules, or every fault with whether it is one of structure.
fn checked<T>(schemas: &Schemas, value: Value) -> Result<Valid<T>, Graded>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let (input, faults) = judged::<T>(schemas, value)?;
    match Valid::new(input) {
        Ok(valid) if faults.is_empty() => Ok(valid),
        Ok(_) | Err(_) => Err(faults.into_iter().map(|fault| (fault, false)).collect()),
    }
}

/// A value with the rules it breaks, or every fault with whether it is one of structure.
fn judged<T>(schemas: &Schemas, value: Value) -> Result<(T, Vec<FaultDocument>), Graded>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let mut faults: Vec<_> =
        schemas.faults(&T::name(), &value).into_iter().map(|fault| (fault.document, fault.structural)).collect();
    let input = match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(input) => input,
        // What the schema cannot tell, such as a zone that is none.
        Err(error) if faults.is_empty() => {
            let fault = body_fault(&pointer(error.path()), "unknown_value", &error.inner().to_string());
            return Err(vec![(fault, false)]);
        }
        Err(_) => return Err(faults),
    };
    let mut rules = Vec::new();
    rule_faults(&input.validate().err().unwrap_or_default(), "", &mut rules);
    rules.retain(|rule| !faults.iter().any(|(known, _)| known.pointer == rule.pointer));
    faults.extend(rules.into_iter().map(|rule| (rule, false)));
    if faults.iter().any(|(_, structural)| *structural) {
        return Err(faults);
    }
    Ok((input, faults.into_iter().map(|(fault, _)| fault).collect()))
}

/// Where serde stopped, as a JSON Pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(part).collect()
}

/// Turns what `validator` found into faults, by place.
fn rule_faults(errors: &ValidationErrors, at: &str, faults: &mut Vec<FaultDocument>) {
    for (field, kind) in errors.errors() {
        let here = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
        match kind {
            ValidationErrorsKind::Field(each) => {
                for error in each {
                    let words = error.message.as_deref().map_or_else(|| error.code.replace('_', " "), str::to_owned);
                    faults.push(body_fault(&here, &error.code, &words));
                }
            }
            ValidationErrorsKind::Struct(inner) => rule_faults(inner, &here, faults),
            ValidationErrorsKind::List(items) => {
                for (place, inner) in items {
                    rule_faults(inner, &format!("{here}/{place}"), faults);
                }
            }
        }
    }
}

/// The id in the path, `{id}`. One that cannot be is not found, like one that is not there.
pub struct PathId<K>(pub Id<K>);

impl<K: Kind> FromRequest for PathId<K> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(path_id(request, "id").map(Self))
    }
}

/// The id of a part behind that of its whole, named by its kind: `/users/{id}/roles/{role_id}`.
pub struct PartId<K>(pub Id<K>);

impl<K: Kind> FromRequest for PartId<K> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(path_id(request, &format!("{}_id", K::NAME)).map(Self))
    }
}

/// The number in the path, `{number}`. What is none is not found.
pub struct PathNumber(pub u32);

impl FromRequest for PathNumber {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().get("number").and_then(|text| text.parse().ok());
        std::future::ready(number.map(Self).ok_or_else(|| Problem::new(problem::NOT_FOUND, "not found")))
    }
}

/// A word of a closed list in the path, at its end. One that is not in the list is not found.
pub struct PathWord<W>(pub W);

impl<W: Word> FromRequest for PathWord<W> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let word = request.match_info().iter().last().and_then(|(_, text)| W::from_word(text));
        std::future::ready(word.map(Self).ok_or_else(|| Problem::new(problem::NOT_FOUND, "not found")))
    }
}

fn path_id<K: Kind>(request: &HttpRequest, name: &str) -> Result<Id<K>, Problem> {
    let id = request.match_info().get(name).and_then(|text| text.parse().ok());
    id.ok_or_else(|| Problem::new(problem::NOT_FOUND, "not found"))
}
