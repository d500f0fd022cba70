//! How often callers asked in one minute, in all processes together.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text},
};

use crate::{Conn, DbError, schema::rate_counts};

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// Adds requests of one caller in a minute, in minutes since 1970. How many there are now.
///
/// # Errors
/// Those of the database.
pub fn add(conn: &mut Conn, caller: &str, minute: i64, requests: i64) -> Result<i64, DbError> {
    // diesel's multi-backend has no ON CONFLICT; both databases spell it alike.
    let query = sql_query(
        "INSERT INTO rate_counts (caller, minute, requests) VALUES ($1, $2, $3) ON CONFLICT (caller, minute) \
         DO UPDATE SET requests = rate_counts.requests + excluded.requests RETURNING requests",
    );
    let query = query.bind::<Text, _>(caller).bind::<BigInt, _>(minute).bind::<BigInt, _>(requests);
    let sum: Sum = query.get_result(conn)?;
    Ok(sum.requests)
}

/// Whether there are counts of minutes before one.
///
/// # Errors
/// Those of the database.
pub fn older(conn: &mut Conn, minute: i64) -> Result<bool, DbError> {
    let old = rate_counts::table.filter(rate_counts::minute.lt(minute));
    Ok(diesel::select(diesel::dsl::exists(old)).get_result(conn)?)
}

/// Forgets counts of minutes before one.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, minute: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(rate_counts::table.filter(rate_counts::minute.lt(minute))).execute(conn)?)
}
