//! The outermost layer: request ids, problem documents for every error, security headers.

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use packhorse_domain::id::TraceId;

use crate::{
    parting::{Parting, Unread},
    problem::{self, Problem},
    proxies::{self, Peer},
    rates,
    state::App,
};

/// Header that carries the request id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page of ours may load: nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What the docs may load: what is served with them, and the styles they write themselves.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The id of a request: the caller's, when it is short and plain, else our own.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

fn request_id(request: &ServiceRequest, app: &App) -> RequestId {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    RequestId(sent.filter(plain).map_or_else(|| TraceId::new(app.clock.now()).to_string(), str::to_owned))
}

fn peer(request: &ServiceRequest, trusted: &[ipnet::IpNet]) -> Peer {
    proxies::peer(request.peer_addr(), request.headers(), trusted)
}

/// Gives every request an id, and every error a problem document, the framework's own included.
///
/// # Errors
/// None of its own: handlers and the body layer answer with problems.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (id, peer) = match request.app_data::<actix_web::web::Data<App>>() {
        Some(app) => (request_id(&request, app), peer(&request, &app.proxies)),
        None => (RequestId(String::new()), peer(&request, &[])),
    };
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(peer);
    let instance = request.path().to_owned();
    let mut response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = response.response().extensions().get::<Problem>().cloned();
        let ours = problem.is_some();
        let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
        if !json {
            let problem = problem.unwrap_or_else(|| of_framework(status));
            let document = problem.document(&instance, &id.0);
            let body = serde_json::to_string(&document).unwrap_or_default();
            let is_unread = response.request().extensions().contains::<Unread>();
            response = response.map_body(|head, _| {
                head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
                if is_unread { BoxBody::new(Parting::new(body.into())) } else { BoxBody::new(body) }
            });
        }
        if !ours && status.is_server_error() {
            tracing::error!(request_id = %id.0, %instance, %status, "an answer without a problem of ours");
        }
    }
    let request = response.request().clone();
    let headers = response.headers_mut();
    rates::tell(&request, headers);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let framed = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    if framed.is_none_or(|policy| !policy.contains("frame-ancestors *")) {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    if peer.is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = if instance.starts_with("/docs/") { DOCS_POLICY } else { POLICY };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// What the framework itself answers with.
fn of_framework(status: StatusCode) -> Problem {
    let kind = problem::KINDS.iter().find(|kind| kind.status == status.as_u16()).copied();
    match kind {
        Some(kind) => Problem::new(kind, kind.title),
        None if status.is_client_error() => {
            Problem::new(problem::BAD_REQUEST, status.canonical_reason().unwrap_or("bad request"))
        }
        None => Problem::new(problem::INTERNAL, "see the log under the request_id"),
    }
}
