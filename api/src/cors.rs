//! Which web sites may call from their visitors' browsers: those the configuration names, letter by letter.
//!
//! No cookie is ever asked for, so credentials are never allowed; what a page sends is a token that it has.
//! Source: Fetch Standard, section 3.3 (CORS protocol).

use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use crate::{addresses::Methods, state::App};

/// What a page may send beside what every page may.
const SENT: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";
/// What a page may read beside what every page may.
const SHOWN: &str =
    "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
/// Seconds for which a browser may remember the answer.
const REMEMBERED: &str = "600";

/// Answers what browsers ask beforehand, and lets the sites that are named read the answers.
///
/// # Errors
/// None of its own.
pub async fn cors<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(app) = request.app_data::<Data<App>>().filter(|app| !app.origins.is_empty()).cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let origin = request.headers().get(header::ORIGIN).cloned();
    let origin = origin.filter(|origin| app.origins.iter().any(|known| known.as_bytes() == origin.as_bytes()));
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && origin.is_some();
    let methods = if asks { app.addresses.methods(request.match_info().as_str()).map(Methods::allowed) } else { None };
    let mut response = match methods {
        Some(methods) => {
            let mut answer = HttpResponse::NoContent();
            answer.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, methods));
            answer.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, SENT));
            answer.insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED));
            request.into_response(answer.finish()).map_into_right_body()
        }
        None => next.call(request).await?.map_into_left_body(),
    };
    allow(response.headers_mut(), origin);
    Ok(response)
}

fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(SHOWN));
    }
}
