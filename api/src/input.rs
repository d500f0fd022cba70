//! What comes in: bodies, merge patches, parameters and ids of the path, each with every fault named.

use std::{fmt::Display, marker::PhantomData, str::FromStr};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use packhorse_db::{Cursor, Order, Page};
use packhorse_domain::{Id, Valid, id::Kind};
use packhorse_services::Fault;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{
    IntoParams, ToSchema,
    openapi::path::{Parameter, ParameterIn},
};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::{
    problem::{self, FaultDocument, Problem},
    schema::Schemas,
    state::App,
};

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
    pub fn apply(&self, present: &T) -> Result<Valid<T>, packhorse_services::Error> {
        let mut value = serde_json::to_value(present).unwrap_or_default();
        json_patch::merge(&mut value, &self.patch);
        checked(&self.app.schemas, value).map_err(|faults| {
            let faults = faults
                .into_iter()
                .map(|(fault, _)| Fault::new(fault.pointer.unwrap_or_default(), fault.code, fault.detail));
            packhorse_services::Error::Invalid(faults.collect())
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
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
        let detail = format!("line {}, column {}", error.line(), error.column());
        Problem::new(problem::BAD_REQUEST, "the body is no JSON").with(vec![body_fault("", "json", &detail)])
    })?;
    let mut faults = Vec::new();
    find_nul(&value, &mut String::new(), &mut faults);
    if faults.is_empty() {
        Ok(value)
    } else {
        Err(Problem::new(problem::BAD_REQUEST, "the body breaks the schema").with(faults))
    }
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
    checked(&app(request)?.schemas, value).map_err(|faults| {
        let structural = faults.iter().any(|(_, structural)| *structural);
        let errors = faults.into_iter().map(|(fault, _)| fault).collect();
        if structural {
            Problem::new(problem::BAD_REQUEST, "the body breaks the schema").with(errors)
        } else {
            Problem::new(problem::INVALID, "the input breaks the rules named in errors").with(errors)
        }
    })
}

/// A value that fits schema and rules, or every fault with whether it is one of structure.
fn checked<T>(schemas: &Schemas, value: Value) -> Result<Valid<T>, Vec<(FaultDocument, bool)>>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let mut faults: Vec<_> =
        schemas.faults(&T::name(), &value).into_iter().map(|fault| (fault.document, fault.structural)).collect();
    let errors = match serde_json::from_value::<T>(value) {
        Ok(input) => match Valid::new(input) {
            Ok(valid) if faults.is_empty() => return Ok(valid),
            Ok(_) => ValidationErrors::new(),
            Err(errors) => errors,
        },
        Err(error) if faults.is_empty() => return Err(vec![(body_fault("", "type", &error.to_string()), true)]),
        Err(_) => ValidationErrors::new(),
    };
    let mut rules = Vec::new();
    rule_faults(&errors, "", &mut rules);
    rules.retain(|rule| !faults.iter().any(|(known, _)| known.pointer == rule.pointer));
    faults.extend(rules.into_iter().map(|rule| (rule, false)));
    Err(faults)
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

fn path_id<K: Kind>(request: &HttpRequest, name: &str) -> Result<Id<K>, Problem> {
    let id = request.match_info().get(name).and_then(|text| text.parse().ok());
    id.ok_or_else(|| Problem::new(problem::NOT_FOUND, "not found"))
}

/// Query parameters that are read one by one, so that every fault and every unknown one is named.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<FaultDocument>,
}

/// What an operation takes in its query.
pub trait Query: IntoParams + Sized {
    /// Reads what it knows; the rest is refused.
    fn read(parameters: &mut Parameters) -> Self;
}

impl Parameters {
    /// Takes a parameter.
    pub fn take<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Display,
    {
        let mut found = self.pairs.extract_if(.., |(key, _)| key == name);
        let first = found.next()?;
        let repeated = found.count() > 0;
        if repeated {
            self.faults.push(Problem::parameter(name, "repeated", "may be there once"));
        }
        match first.1.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.push(Problem::parameter(name, "form", format!("{error}")));
                None
            }
        }
    }

    /// Takes a word of a closed list.
    pub fn word<W: packhorse_domain::Word>(&mut self, name: &str) -> Option<W> {
        let text: String = self.take(name)?;
        let word = W::from_word(&text);
        if word.is_none() {
            let known = W::ALL.iter().map(|word| word.word()).collect::<Vec<_>>().join(", ");
            self.faults.push(Problem::parameter(name, "unknown_word", format!("is one of {known}")));
        }
        word
    }

    /// Takes a text that is to be looked for.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text: String = self.take(name)?;
        if text.is_empty() || text.chars().count() > 200 || text.contains('\0') {
            self.faults.push(Problem::parameter(name, "length", "has 1 to 200 characters, none of them U+0000"));
            return None;
        }
        Some(text)
    }

    /// Notes a fault.
    pub fn fault(&mut self, name: &str, code: &str, detail: &str) {
        self.faults.push(Problem::parameter(name, code, detail));
    }

    /// Takes `limit`: 1 to 100, 50 when absent.
    pub fn limit(&mut self) -> u8 {
        match self.take::<u8>("limit") {
            Some(limit) if (1..=100).contains(&limit) => limit,
            Some(_) => {
                self.fault("limit", "range", "is 1 to 100");
                50
            }
            None => 50,
        }
    }

    /// Takes `limit`, `after` and `sort` of a list of such ids.
    pub fn page<K: Kind>(&mut self) -> Page {
        let limit = self.limit();
        let after = self.take::<String>("after").and_then(|text| {
            let cursor = Cursor::read::<K>(&text).ok();
            if cursor.is_none() {
                self.faults.push(Problem::parameter("after", "cursor", "is not a cursor of this list"));
            }
            cursor
        });
        let order = match self.take::<String>("sort").as_deref() {
            None | Some("created_at") => Order::Ascending,
            Some("-created_at") => Order::Descending,
            Some(_) => {
                self.faults.push(Problem::parameter("sort", "unknown_word", "is one of created_at, -created_at"));
                Order::Ascending
            }
        };
        Page { limit, after, order }
    }
}

/// The query of an operation.
pub struct QueryOf<Q>(pub Q);

impl<Q: Query> FromRequest for QueryOf<Q> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request).map(Self))
    }
}

/// The query of a list of such ids without filters.
pub struct OnlyPage<K> {
    /// Which page.
    pub page: Page,
    of: PhantomData<K>,
}

impl<K> IntoParams for OnlyPage<K> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        PageQuery::into_params(parameter_in)
    }
}

impl<K: Kind> Query for OnlyPage<K> {
    fn read(from: &mut Parameters) -> Self {
        Self { page: from.page::<K>(), of: PhantomData }
    }
}

fn read_query<Q: Query>(request: &HttpRequest) -> Result<Q, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map_err(|error| Problem::new(problem::BAD_REQUEST, error.to_string()))?.into_inner();
    let mut parameters = Parameters { pairs, faults: Vec::new() };
    let query = Q::read(&mut parameters);
    let mut faults = parameters.faults;
    for (name, _) in parameters.pairs {
        faults.push(Problem::parameter(&name, "unknown_parameter", "is not known here"));
    }
    if faults.is_empty() {
        Ok(query)
    } else {
        Err(Problem::new(problem::BAD_REQUEST, "the parameters break the schema").with(faults))
    }
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Parameters::page` reads")]
pub struct PageQuery {
    /// Most items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
    /// `next` of the page before.
    after: Option<String>,
    /// `created_at` for oldest first, `-created_at` for newest first.
    #[param(default = "created_at", pattern = "^-?created_at$")]
    sort: Option<String>,
}
