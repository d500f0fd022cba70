//! How often callers asked, in all processes together.

use packhorse_db::{Conn, rates};
use packhorse_domain::Timestamp;

use crate::Error;

/// The minute of an instant, counted from 1970.
pub fn minute_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(60)
}

/// Adds requests of callers in a minute. How many of each there are now, in the same order, which must be the same in every
/// process, so that no two wait for each other.
///
/// # Errors
/// Those of the database.
pub fn add(conn: &mut Conn, minute: i64, counts: &[(String, i64)]) -> Result<Vec<i64>, Error> {
    counts.iter().map(|(caller, requests)| Ok(rates::add(conn, caller, minute, *requests)?)).collect()
}
