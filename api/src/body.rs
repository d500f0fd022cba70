//! Before any handler runs: reads the body whole, into memory or, what is uploaded, into a file, under a limit of size and one of
//! time, and refuses methods that an address does not take, and queries where none is taken.

use std::io;

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
    files::Upload,
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
    let read =
        if is_upload(request.path(), request.method()) { spool(&mut request).await } else { read(&mut request).await };
    match read {
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

/// Takes a body piece by piece, under its limits.
async fn take(
    request: &mut ServiceRequest,
    app: &App,
    mut each: impl AsyncFnMut(web::Bytes) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let limit = if is_large(request.path()) { app.limits.import_bytes } else { app.limits.json_bytes };
    let length = request.headers().get(header::CONTENT_LENGTH);
    if length.is_none() && !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(());
    }
    let declared = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let mut payload = request.take_payload();
    let mut taken = 0;
    let taking = async {
        while let Some(chunk) = payload.next().await {
            let broken = |error| Problem::new(problem::BAD_REQUEST, format!("the body broke off: {error}"));
            let chunk = chunk.map_err(broken)?;
            taken += chunk.len();
            if taken > limit {
                return Err(too_large(limit));
            }
            each(chunk).await?;
        }
        Ok(())
    };
    let slow = |_| Problem::new(problem::REQUEST_TIMEOUT, "the body did not arrive in time");
    tokio::time::timeout(app.deadlines.body, taking).await.map_err(slow)?
}

fn app_of(request: &ServiceRequest) -> Result<web::Data<App>, Problem> {
    let app = request.app_data::<web::Data<App>>().cloned();
    app.ok_or_else(|| Problem::new(problem::INTERNAL, "no application"))
}

/// Reads a body into memory.
async fn read(request: &mut ServiceRequest) -> Result<web::Bytes, Problem> {
    let app = app_of(request)?;
    let mut bytes = web::BytesMut::new();
    take(request, &app, async |chunk| {
        bytes.extend_from_slice(&chunk);
        Ok(())
    })
    .await?;
    Ok(bytes.freeze())
}

/// Bytes of an upload that are written at one time.
const PIECE: usize = 256 << 10;

/// Reads a body into a file, which the handler finds; its digest stands for it wherever bodies are compared.
async fn spool(request: &mut ServiceRequest) -> Result<web::Bytes, Problem> {
    let app = app_of(request)?;
    let unstored = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "an upload was not taken");
        Problem::new(problem::UNAVAILABLE, "the file cannot be stored at present").later(60)
    };
    let files = app.files.clone();
    let mut upload = Some(blocking(move || files.begin()).await.map_err(|error| unstored(&error))?);
    let mut waiting = web::BytesMut::new();
    let mut write = async |piece: web::BytesMut| {
        let Some(mut open) = upload.take() else { return Ok(()) };
        let written = blocking(move || open.add(&piece).map(|()| open)).await;
        upload = Some(written.map_err(|error| unstored(&error))?);
        Ok(())
    };
    take(request, &app, async |chunk| {
        waiting.extend_from_slice(&chunk);
        if waiting.len() < PIECE { Ok(()) } else { write(waiting.split()).await }
    })
    .await?;
    write(waiting).await?;
    let uploaded = upload.map(Upload::end).ok_or_else(|| unstored(&"it broke off"))?;
    let digest = web::Bytes::from(uploaded.sha256.clone());
    request.extensions_mut().insert(uploaded);
    Ok(digest)
}

/// Does what waits for a disk, away from the threads that answer.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    // An outer error: the program is about to end.
    web::block(work).await.map_err(io::Error::other)?
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

/// Whether an address takes a file that is kept as it is.
fn is_upload(path: &str, method: &Method) -> bool {
    method == Method::PUT && path.ends_with("/file")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(problem::TOO_LARGE, format!("at most {limit} bytes are taken here"))
}
