//! Answers kept for requests that may be sent again: in the transaction of their effect.

use diesel::{prelude::*, sql_query, sql_types::Text};
use packhorse_domain::{Principal, Timestamp};

use crate::{
    Conn, DbError,
    error::one,
    schema::idempotency_keys,
    types::{At, InstantType, Json, JsonType, Spelled},
};

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing until now. After [`claim`] it is claimed, and [`keep`] must follow in the same transaction.
    New,
    /// The answer that the same request had.
    Answered(Answer),
    /// Another request had this key.
    Other,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Row {
    fingerprint: String,
    status: i32,
    headers: Json<Vec<(String, String)>>,
    body: String,
}

/// Claims a key for this transaction. Where the same key is at work in another one, this waits for its end.
///
/// # Errors
/// [`DbError::Contention`] when the other one takes too long.
pub fn claim(
    conn: &mut Conn,
    caller: Principal,
    key: &str,
    fingerprint: &str,
    now: Timestamp,
) -> Result<Known, DbError> {
    // diesel's multi-backend has no ON CONFLICT; both databases spell it alike.
    let claimed = sql_query(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at) \
         VALUES ($1, $2, $3, 0, $4, '', $5) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(Spelled(caller))
    .bind::<Text, _>(key)
    .bind::<Text, _>(fingerprint)
    .bind::<JsonType, _>(Json(Vec::<String>::new()))
    .bind::<InstantType, _>(At(now))
    .execute(conn)?;
    if claimed == 1 { Ok(Known::New) } else { find(conn, caller, key, fingerprint) }
}

/// What is known of a key, without claiming it.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, caller: Principal, key: &str, fingerprint: &str) -> Result<Known, DbError> {
    let row = idempotency_keys::table.find((Spelled(caller), key)).select(Row::as_select()).first(conn).optional()?;
    let Some(row): Option<Row> = row else { return Ok(Known::New) };
    if row.fingerprint != fingerprint {
        return Ok(Known::Other);
    }
    let status = u16::try_from(row.status).map_err(|_| DbError::Corrupt("a kept answer has no status".to_owned()))?;
    Ok(Known::Answered(Answer { status, headers: row.headers.0, body: row.body }))
}

/// Keeps the answer of a key that was claimed.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, caller: Principal, key: &str, answer: &Answer) -> Result<(), DbError> {
    let row = idempotency_keys::table.find((Spelled(caller), key));
    let set = (
        idempotency_keys::status.eq(i32::from(answer.status)),
        idempotency_keys::headers.eq(Json(answer.headers.clone())),
        idempotency_keys::body.eq(&answer.body),
    );
    one(diesel::update(row).set(set).execute(conn)?)
}

/// Whether there are keys older than an instant.
///
/// # Errors
/// Those of the database.
pub fn older(conn: &mut Conn, before: Timestamp) -> Result<bool, DbError> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(At(before)));
    Ok(diesel::select(diesel::dsl::exists(old)).get_result(conn)?)
}

/// Forgets keys older than an instant.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, before: Timestamp) -> Result<usize, DbError> {
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(At(before)))).execute(conn)?)
}
