//! Calendars and catalogs fetched from their addresses, and read: outside of any transaction, away from the threads that answer.

use std::{sync::Arc, time::Duration};

use actix_web::web;
use packhorse_domain::Timestamp;
use packhorse_services::{
    Fault, harvests,
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

const UNREAD: &str = "it cannot be read";

fn unread() -> Outcome {
    Outcome::Failed(UNREAD.to_owned())
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

/// Fetches and reads a page of a catalog, for somebody who has their turn; fetching takes at most `within`.
pub async fn harvest(outbound: Arc<Outbound>, assignment: harvests::Assignment, within: Duration) -> harvests::Outcome {
    let work = move || match outbound.fetch(&assignment.url, Known::default(), within) {
        Ok(Fetched::New { bytes, .. }) => harvests::read(&bytes),
        Ok(Fetched::Same) => harvests::Outcome::Failed("the server answered 304".to_owned()),
        Err(why) => harvests::Outcome::Failed(why.to_string()),
    };
    web::block(work).await.unwrap_or_else(|_| harvests::Outcome::Failed(UNREAD.to_owned()))
}

/// A fault of an address, where the input holds it.
pub fn address_fault(outbound: &Outbound, url: Option<&str>) -> Option<Fault> {
    let refused = outbound.check(url?).err()?;
    Some(Fault::new("/url", refused.code(), refused.to_string()))
}
