//! Calendars fetched from their addresses, and read: outside of any transaction, away from the threads that answer.

use std::{sync::Arc, time::Duration};

use actix_web::web;
use packhorse_domain::Timestamp;
use packhorse_services::{
    Fault,
    imported::{Assignment, Outcome, complaint, read},
};

use crate::outbound::{Fetched, Known, Outbound};

/// Fetches and reads a calendar, when its turn comes; fetching takes at most `within`.
pub async fn carry_out(outbound: Arc<Outbound>, assignment: Assignment, within: Duration, now: Timestamp) -> Outcome {
    let Some(_turn) = outbound.turn().await else { return unread() };
    fetch(outbound.clone(), assignment, within, now).await
}

/// The same, for somebody who has their turn.
pub async fn fetch(outbound: Arc<Outbound>, assignment: Assignment, within: Duration, now: Timestamp) -> Outcome {
    web::block(move || look(&outbound, &assignment, within, now)).await.unwrap_or_else(|_| unread())
}

fn unread() -> Outcome {
    Outcome::Failed("it cannot be read".to_owned())
}

fn look(outbound: &Outbound, assignment: &Assignment, within: Duration, now: Timestamp) -> Outcome {
    let known = assignment.known.as_ref().map_or_else(Known::default, |source| Known {
        etag: source.etag.as_deref(),
        last_modified: source.last_modified.as_deref(),
    });
    match outbound.fetch(&assignment.url, known, within) {
        Ok(Fetched::Same) => Outcome::Same,
        Ok(Fetched::New { bytes, etag, last_modified }) => match read(&bytes, &assignment.manner, now) {
            Ok(contents) => Outcome::Whole(contents, etag, last_modified),
            Err(faults) => Outcome::Failed(complaint(&faults)),
        },
        Err(why) => Outcome::Failed(why.to_string()),
    }
}

/// A fault of an address, where the input holds it.
pub fn address_fault(outbound: &Outbound, url: Option<&str>) -> Option<Fault> {
    let refused = outbound.check(url?).err()?;
    Some(Fault::new("/url", refused.code(), refused.to_string()))
}
