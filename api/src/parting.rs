//! The last answer of a connection whose client still sends a chunked body. actix would read on for ever, without a deadline, to
//! find the next request; so the answer is sent, the client has a moment to read it, and the connection breaks.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    body::{BodySize, MessageBody},
    rt::time::{Sleep, sleep},
    web::Bytes,
};

/// Marks a request whose body was not read to its end.
pub(crate) struct Unread;

/// How long the client may take to read the answer.
const MOMENT: Duration = Duration::from_millis(500);

/// A body after which the connection breaks.
pub(crate) struct Parting {
    bytes: Option<Bytes>,
    length: u64,
    end: Pin<Box<Sleep>>,
}

impl Parting {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { length: bytes.len() as u64, bytes: Some(bytes), end: Box::pin(sleep(MOMENT)) }
    }
}

/// The connection ends here: for the server, which has no other way to end it.
#[derive(Debug, thiserror::Error)]
#[error("the body was not read to its end")]
pub(crate) struct Ended;

impl MessageBody for Parting {
    type Error = Ended;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Ended>>> {
        match self.bytes.take() {
            Some(bytes) => Poll::Ready(Some(Ok(bytes))),
            None => self.end.as_mut().poll(cx).map(|()| Some(Err(Ended))),
        }
    }
}
