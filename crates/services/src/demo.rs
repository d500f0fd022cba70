//! The demonstration: two networks that partner, with libraries, trainers, a catalog, requests, and what everybody
//! is shown of it.
//!
//! The towns are real, so that distances are; everything else is invented. Days are counted from the day on which it is
//! set up, so that what is asked for lies ahead on any day.

mod build;
mod catalog;
mod days;
mod networks;
mod people;
mod published;
mod requests;
mod trainers;

use packhorse_db::{Conn, Order, Page, networks as rows};
use packhorse_domain::{Scope, Timestamp};

use crate::{Error, passwords};

/// Everybody's password in the demonstration.
pub const PASSWORD: &str = "a quiet mule on a road";

/// Somebody of the demonstration.
#[derive(Debug, Clone)]
pub struct Person {
    /// Signs in with this address.
    pub email: String,
    /// What they are, in words.
    pub role: String,
}

/// Hashes the password of the demonstration. Nothing when the machine has no randomness.
pub fn password_hash() -> Option<String> {
    passwords::hash(PASSWORD)
}

/// Sets the demonstration up, unless there is a network already. Gives those of its people who are there, the coordinator
/// of the first network in front.
///
/// # Errors
/// Those of the database.
pub fn set_up(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Vec<Person>, Error> {
    let any = Page { limit: 1, after: None, order: Order::Ascending };
    if rows::list(conn, Scope::Everything, &any)?.is_empty() {
        build::everything(conn, hash, now)?;
    }
    people::present(conn)
}
