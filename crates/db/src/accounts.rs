//! What proves that an account is somebody's: tokens that are good once, and who they are elsewhere.

use diesel::{prelude::*, sql_query, sql_types::Text};
use packhorse_domain::{Timestamp, id::UserId, sign_in::Purpose};

use crate::{
    Conn, DbError,
    error::one,
    schema::{identities, one_time_tokens, reset_requests},
    types::{At, InstantType, Spelled},
};

/// A token that is good once, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// SHA-256 of it, hexadecimal.
    pub hash: String,
    /// What it is good for.
    pub purpose: Purpose,
    /// Whose it is.
    pub user: UserId,
    /// The new address, where it changes one.
    pub email: Option<String>,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Keeps a token in the place of the one before.
///
/// # Errors
/// Those of the database.
pub fn put_token(conn: &mut Conn, token: &OneTimeToken) -> Result<(), DbError> {
    forget_tokens(conn, token.user, token.purpose)?;
    let row = (
        one_time_tokens::hash.eq(&token.hash),
        one_time_tokens::purpose.eq(Spelled(token.purpose)),
        one_time_tokens::user_id.eq(Spelled(token.user)),
        one_time_tokens::email.eq(&token.email),
        one_time_tokens::expires_at.eq(At(token.expires_at)),
    );
    one(diesel::insert_into(one_time_tokens::table).values(row).execute(conn)?)
}

/// Whose a token is, and the address it is about, while it is good.
///
/// # Errors
/// [`DbError::NotFound`] when it is not.
pub fn find_token(
    conn: &mut Conn,
    purpose: Purpose,
    hash: &str,
    now: Timestamp,
) -> Result<(UserId, Option<String>), DbError> {
    let query = one_time_tokens::table.filter(one_time_tokens::hash.eq(hash));
    let query =
        query.filter(one_time_tokens::purpose.eq(Spelled(purpose))).filter(one_time_tokens::expires_at.gt(At(now)));
    let (user, email): (Spelled<UserId>, _) =
        query.select((one_time_tokens::user_id, one_time_tokens::email)).first(conn)?;
    Ok((user.0, email))
}

/// Uses a token up.
///
/// # Errors
/// [`DbError::Contention`] when somebody else did.
pub fn use_token(conn: &mut Conn, hash: &str) -> Result<(), DbError> {
    one(diesel::delete(one_time_tokens::table.filter(one_time_tokens::hash.eq(hash))).execute(conn)?)
}

/// Forgets the token that somebody has for a purpose, if any.
///
/// # Errors
/// Those of the database.
pub fn forget_tokens(conn: &mut Conn, user: UserId, purpose: Purpose) -> Result<(), DbError> {
    let own = one_time_tokens::table.filter(one_time_tokens::user_id.eq(Spelled(user)));
    diesel::delete(own.filter(one_time_tokens::purpose.eq(Spelled(purpose)))).execute(conn)?;
    Ok(())
}

/// Notes that the owner of an address, if there is one, forgot their password.
///
/// # Errors
/// Those of the database.
pub fn ask_reset(conn: &mut Conn, email: &str, now: Timestamp) -> Result<(), DbError> {
    // diesel's multi-backend has no ON CONFLICT; both databases spell it alike.
    sql_query("INSERT INTO reset_requests (email, asked_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind::<Text, _>(email.to_lowercase())
        .bind::<InstantType, _>(At(now))
        .execute(conn)?;
    Ok(())
}

/// Addresses that were noted, oldest first.
///
/// # Errors
/// Those of the database.
pub fn asked_resets(conn: &mut Conn, limit: i64) -> Result<Vec<String>, DbError> {
    Ok(reset_requests::table.order(reset_requests::asked_at).limit(limit).select(reset_requests::email).load(conn)?)
}

/// Takes an address from those noted. Whether nobody else did before.
///
/// # Errors
/// Those of the database.
pub fn take_reset(conn: &mut Conn, email: &str) -> Result<bool, DbError> {
    Ok(diesel::delete(reset_requests::table.filter(reset_requests::email.eq(email))).execute(conn)? == 1)
}

/// Who somebody is here, by who they are at an outside provider.
///
/// # Errors
/// [`DbError::NotFound`] when they were never here.
pub fn of_identity(conn: &mut Conn, issuer: &str, subject: &str) -> Result<UserId, DbError> {
    let user: Spelled<UserId> = identities::table.find((issuer, subject)).select(identities::user_id).first(conn)?;
    Ok(user.0)
}

/// Keeps who somebody is at an outside provider.
///
/// # Errors
/// [`DbError::Conflict`] `identities_once` when they are somebody else there.
pub fn insert_identity(
    conn: &mut Conn,
    issuer: &str,
    subject: &str,
    user: UserId,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = (
        identities::issuer.eq(issuer),
        identities::subject.eq(subject),
        identities::user_id.eq(Spelled(user)),
        identities::created_at.eq(At(now)),
    );
    one(diesel::insert_into(identities::table).values(row).execute(conn)?)
}
