//! Entity tags of compressed answers. Each form of a thing has a strong tag of its own: that of the plain one, and the coding behind
//! it. Source: RFC 9110 section 8.8.3.3.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};

/// The codings that answers are sent in.
const CODINGS: [&str; 2] = ["br", "gzip"];

/// Tells handlers the tags of plain forms alone, and callers the tag of the form they get.
///
/// # Errors
/// None of its own.
pub async fn tags<B: MessageBody>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let known = text(request.headers(), &header::IF_NONE_MATCH).map(str::to_owned);
    for name in [header::IF_NONE_MATCH, header::IF_MATCH] {
        let plain = text(request.headers(), &name).map(plain);
        if let Some(Ok(value)) = plain.map(HeaderValue::try_from) {
            request.headers_mut().insert(name, value);
        }
    }
    let mut response = next.call(request).await?;
    let headers = response.headers();
    let Some(tag) = text(headers, &header::ETAG) else { return Ok(response) };
    let coded = CODINGS.map(|coding| (coding, of(tag, coding)));
    // What did not change is named as the caller named it.
    let told = coded.into_iter().find(|(coding, coded)| match response.status() {
        StatusCode::NOT_MODIFIED => known.as_deref().is_some_and(|known| known.contains(coded.as_str())),
        _ => text(headers, &header::CONTENT_ENCODING) == Some(*coding),
    });
    if let Some(Ok(value)) = told.map(|(_, coded)| HeaderValue::try_from(coded)) {
        response.headers_mut().insert(header::ETAG, value);
    }
    Ok(response)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The tag of a form, made of that of the plain one.
fn of(tag: &str, coding: &str) -> String {
    format!("{}-{coding}\"", tag.strip_suffix('"').unwrap_or(tag))
}

/// A list of tags with the plain forms' in place of the others'.
fn plain(tags: &str) -> String {
    CODINGS.iter().fold(tags.to_owned(), |tags, coding| tags.replace(&format!("-{coding}\""), "\""))
}
