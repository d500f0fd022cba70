//! Problem documents (RFC 9457): every error there is, the framework's own included, and the one table of statuses.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use packhorse_db::DbError;
use packhorse_services::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// Kinds of problem: each has one status, one title, and a page that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Stable, machine-read; the last part of `type`.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The same for every problem of the kind.
    pub title: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

macro_rules! kinds {
    ($($name:ident: $code:literal $status:literal $title:literal $advice:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: &Kind = &Kind { code: $code, status: $status, title: $title, advice: $advice };
        )*
        /// All of them, in order of status.
        pub const KINDS: &[&Kind] = &[$($name),*];
    };
}

kinds! {
    BAD_REQUEST: "bad_request" 400 "The request breaks the schema" "Compare the body, parameters and headers with the operation in the OpenAPI document; `errors` names every fault.";
    UNAUTHENTICATED: "unauthenticated" 401 "Not signed in" "Send `Authorization: Bearer` with an access token from `POST /v1/sign-in`, or with an API key. Tokens last ten minutes; renew them with `POST /v1/token`.";
    BAD_CREDENTIALS: "bad_credentials" 401 "The credentials are wrong" "Check address and password. A refresh token is good once; used twice, it ends the sign-in.";
    FORBIDDEN: "forbidden" 403 "Not allowed" "You may see this, but your roles do not permit the operation. An API key must have the scope that the operation names; `/docs/access` lists all.";
    NOT_FOUND: "not_found" 404 "Not found" "There is no such thing, or none that you may see.";
    METHOD_NOT_ALLOWED: "method_not_allowed" 405 "Method not allowed" "The `Allow` header lists the methods of this address.";
    REQUEST_TIMEOUT: "request_timeout" 408 "The body took too long" "Send the whole body within 30 seconds.";
    CONFLICT: "conflict" 409 "The state does not permit it" "Read the resource again: its state changed, or somebody else was first. `errors` tells which.";
    GONE: "gone" 410 "It is there no more" "It was published once, and withdrawn. What was linked here may be in the catalog under another title.";
    STALE: "stale" 412 "It has changed since you saw it" "Read the resource again and repeat the change with the new `ETag` in `If-Match`.";
    TOO_LARGE: "too_large" 413 "The body is too large" "Bodies hold up to 256 KiB, imports up to 20 MiB.";
    UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type" 415 "Unsupported media type" "Send the content type that the operation documents.";
    INVALID: "invalid" 422 "Against the rules" "The input is well-formed, but breaks a rule; `errors` names every fault.";
    KEY_REUSED: "key_reused" 422 "Idempotency-Key of another request" "Use a new key for a new request.";
    VERSION_MISSING: "version_missing" 428 "If-Match is missing" "Send the `ETag` of the version you saw in `If-Match`, so that nobody's change is lost.";
    TOO_MANY: "too_many" 429 "Too many requests" "Wait as long as `Retry-After` says. `RateLimit` tells with each answer how many requests are left.";
    IN_PROGRESS: "in_progress" 409 "The same request is still at work" "Wait as long as `Retry-After` says and send it again.";
    INTERNAL: "internal" 500 "Something failed on our side" "It is logged under the `request_id`. Sending the request again with the same `Idempotency-Key` is safe.";
    UNAVAILABLE: "unavailable" 503 "Not available at present" "Wait as long as `Retry-After` says and send it again.";
    FULL: "full" 507 "No space is left" "Reading works. The operator must make room before anything can be written.";
}

/// One fault of an input.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FaultDocument {
    /// Where in the body: JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/expected_attendance")]
    pub pointer: Option<String>,
    /// Which parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong: stable, machine-read.
    #[schema(example = "range")]
    pub code: String,
    /// In words.
    #[schema(example = "must be at least 1")]
    pub detail: String,
}

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub struct ProblemDocument {
    /// A page that explains this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not_found")]
    pub kind: String,
    /// The same for every problem of the kind.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// About this very case.
    #[schema(example = "not found")]
    pub detail: String,
    /// The address that was asked.
    #[schema(example = "/v1/requests/req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub instance: String,
    /// Stable, machine-read.
    #[schema(example = "not_found")]
    pub code: String,
    /// Quote it when you ask for help.
    #[schema(example = "trc_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub request_id: String,
    /// All faults of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultDocument>,
}

/// An error on its way to the caller; the edge adds address and request id.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind.
    pub kind: &'static Kind,
    /// About this very case.
    pub detail: String,
    /// All faults of the input.
    pub errors: Vec<FaultDocument>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// Methods of the address, for 405.
    pub allow: Option<String>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None, allow: None }
    }

    /// With the faults of the input.
    #[must_use]
    pub fn with(self, errors: Vec<FaultDocument>) -> Self {
        Self { errors, ..self }
    }

    /// To be tried again later.
    #[must_use]
    pub fn later(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// A parameter or header that is wrong.
    pub fn parameter(name: &str, code: &str, detail: impl Into<String>) -> FaultDocument {
        FaultDocument { pointer: None, parameter: Some(name.to_owned()), code: code.to_owned(), detail: detail.into() }
    }

    /// The document, for an address and a request id.
    pub fn document(&self, instance: &str, request_id: &str) -> ProblemDocument {
        ProblemDocument {
            kind: format!("/problems/{}", self.kind.code),
            title: self.kind.title.to_owned(),
            status: self.kind.status,
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            code: self.kind.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound => Self::new(NOT_FOUND, detail),
            Error::Forbidden | Error::OutOfScope(_) => Self::new(FORBIDDEN, detail),
            Error::Unauthenticated => Self::new(UNAUTHENTICATED, detail),
            Error::BadCredentials => Self::new(BAD_CREDENTIALS, detail),
            Error::VersionMissing => Self::new(VERSION_MISSING, detail),
            Error::VersionStale => Self::new(STALE, detail),
            Error::State(transition) => {
                let fault = fault("", transition.state, &detail);
                Self::new(CONFLICT, detail).with(vec![fault])
            }
            Error::Conflict { code, detail } => {
                let fault = fault("", code, &detail);
                Self::new(CONFLICT, detail).with(vec![fault])
            }
            Error::Clash(faults) => Self::new(CONFLICT, detail).with(documents(faults)),
            Error::Malformed(faults) => Self::new(BAD_REQUEST, "the body breaks the schema").with(documents(faults)),
            Error::Invalid(faults) => {
                Self::new(INVALID, "the input breaks the rules named in errors").with(documents(faults))
            }
            Error::KeyReused => Self::new(KEY_REUSED, detail),
            Error::InProgress => Self::new(IN_PROGRESS, detail).later(1),
            Error::Db(error) => error.into(),
        }
    }
}

fn documents(faults: Vec<packhorse_services::Fault>) -> Vec<FaultDocument> {
    faults.into_iter().map(|each| fault(&each.pointer, &each.code, &each.detail)).collect()
}

fn fault(pointer: &str, code: &str, detail: &str) -> FaultDocument {
    FaultDocument {
        pointer: Some(pointer.to_owned()),
        parameter: None,
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::new(NOT_FOUND, "not found"),
            DbError::Contention(_) | DbError::Unavailable(_) => {
                tracing::warn!(%error, "the database gave no answer");
                Self::new(UNAVAILABLE, "the database gave no answer in time").later(1)
            }
            DbError::Full => {
                tracing::error!(%error, "the disk is full");
                Self::new(FULL, "nothing can be written at present").later(60)
            }
            DbError::Conflict(_) | DbError::Corrupt(_) => {
                tracing::error!(%error, "a query failed");
                Self::new(INTERNAL, "see the log under the request_id")
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body is written at the edge, where address and request id are known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        if self.kind.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"packhorse\""));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.clone());
        response
    }
}
