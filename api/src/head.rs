//! `HEAD` wherever `GET` is served: the same answer without its body. Source: RFC 9110 section 9.3.2.

use std::io;

use actix_web::{
    Error,
    body::{BodySize, BodyStream, BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Bytes,
};
use futures_util::stream;

/// Asks for the whole, of which actix sends the head alone. What would be streamed is not even made.
///
/// # Errors
/// None of its own.
pub async fn head<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let headless = request.method() == Method::HEAD;
    if headless {
        request.head_mut().method = Method::GET;
    }
    let response = next.call(request).await?;
    if headless && response.response().body().size() == BodySize::Stream {
        let nothing = stream::empty::<io::Result<Bytes>>();
        return Ok(response.map_body(|_, _| EitherBody::right(BoxBody::new(BodyStream::new(nothing)))));
    }
    Ok(response.map_into_left_body())
}
