//! Before any handler runs: reads the body whole, under a limit of size and one of time, and refuses methods that an address does
//! not take, and queries where none is taken.

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};
use futures_util::StreamExt;

use crate::{
    input::Bytes,
    parting::Unread,
    problem::{self, Problem},
    state::App,
};

/// Puts the body where the extractors find it. A body that drips in is cut off: actix would wait for ever.
///
/// # Errors
/// None of its own: 400, 408 and 413 are answers.
pub async fn body<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match read(&mut request).await {
        // Looked at only now, so that the connection is ready for the next request.
        Ok(bytes) => match check(&request) {
            Ok(()) => {
                request.extensions_mut().insert(Bytes(bytes));
                Ok(next.call(request).await?.map_into_left_body())
            }
            Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
        },
        Err(problem) => {
            if request.headers().contains_key(header::TRANSFER_ENCODING) {
                request.extensions_mut().insert(Unread);
            }
            Ok(request.into_response(problem.error_response()).map_into_right_body())
        }
    }
}

async fn read(request: &mut ServiceRequest) -> Result<web::Bytes, Problem> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let app = app.ok_or_else(|| Problem::new(problem::INTERNAL, "no application"))?;
    let limit = if is_large(request.path()) { app.limits.import_bytes } else { app.limits.json_bytes };
    let length = request.headers().get(header::CONTENT_LENGTH);
    if length.is_none() && !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(web::Bytes::new());
    }
    let declared = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let mut payload = request.take_payload();
    let reading = async {
        let mut bytes = web::BytesMut::with_capacity(declared.unwrap_or(0).min(64 * 1024));
        while let Some(chunk) = payload.next().await {
            let broken = |error| Problem::new(problem::BAD_REQUEST, format!("the body broke off: {error}"));
            let chunk = chunk.map_err(broken)?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    let slow = |_| Problem::new(problem::REQUEST_TIMEOUT, "the body did not arrive in time");
    tokio::time::timeout(app.deadlines.body, reading).await.map_err(slow)?
}

/// Whether the address takes the method, and a query where there is one; and where its operation is.
fn check(request: &ServiceRequest) -> Result<(), Problem> {
    let Some(app) = request.app_data::<web::Data<App>>() else { return Ok(()) };
    let Some(methods) = app.addresses.methods(request.match_info().as_str()) else { return Ok(()) };
    let Some(method) = methods.get(request.method().as_str()) else {
        if request.method() == Method::OPTIONS {
            return Ok(());
        }
        let allow = methods.allowed();
        let detail = format!("this address takes {allow}");
        return Err(Problem { allow: Some(allow), ..Problem::new(problem::METHOD_NOT_ALLOWED, detail) });
    };
    request.extensions_mut().insert(method.file);
    if !request.query_string().is_empty() && !method.takes_query {
        let names = request.query_string().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        let faults = names.map(|name| Problem::parameter(name, "unknown_parameter", "is not known here")).collect();
        return Err(Problem::new(problem::BAD_REQUEST, "the parameters break the schema").with(faults));
    }
    Ok(())
}

/// Whether an address takes a file, which may be larger and take longer than anything else.
pub(crate) fn is_import(path: &str) -> bool {
    path.ends_with("/import") || path.ends_with("/file")
}

/// Whether as much is taken at an address as of a file: a whole problem of tours is large, too.
fn is_large(path: &str) -> bool {
    is_import(path) || path == "/v1/tour-plans"
}

fn too_large(limit: usize) -> Problem {
    Problem::new(problem::TOO_LARGE, format!("at most {limit} bytes are taken here"))
}
