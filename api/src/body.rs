//! Before any handler runs: refuses queries where none is taken, and reads the body whole, under a limit of size and one of time.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web,
};
use futures_util::StreamExt;

use crate::{
    input::Bytes,
    problem::{self, Problem},
    state::App,
};

/// Puts the body where the extractors find it. A body that drips in is cut off: actix would wait for ever.
///
/// # Errors
/// 408, 413 and 400 problems.
pub async fn body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else { return next.call(request).await };
    if !request.query_string().is_empty() && app.addresses.takes_no_query(request.path(), request.method().as_str()) {
        let names = request.query_string().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        let faults = names.map(|name| Problem::parameter(name, "unknown_parameter", "is not known here")).collect();
        return Err(Problem::new(problem::BAD_REQUEST, "the parameters break the schema").with(faults).into());
    }
    let import = request.path().ends_with("/import");
    let limit = if import { app.limits.import_bytes } else { app.limits.body_bytes };
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit).into());
    }
    let mut payload = request.take_payload();
    let reading = async {
        let mut bytes = web::BytesMut::with_capacity(declared.unwrap_or(0).min(64 * 1024));
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|error| Problem::new(problem::BAD_REQUEST, format!("the body broke off: {error}")))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    let bytes = tokio::time::timeout(app.limits.body_time, reading).await;
    let bytes = bytes.map_err(|_| Problem::new(problem::REQUEST_TIMEOUT, "the body did not arrive in time"))??;
    request.extensions_mut().insert(Bytes(bytes));
    next.call(request).await
}

fn too_large(limit: usize) -> Problem {
    Problem::new(problem::TOO_LARGE, format!("at most {limit} bytes are taken here"))
}
