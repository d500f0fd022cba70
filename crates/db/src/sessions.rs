//! Sign-ins, refresh tokens, and the keys that sign access tokens.

use diesel::prelude::*;
use packhorse_domain::{
    Actor, Caller, Timestamp,
    id::{SessionId, UserId},
    user::Grant,
};

use crate::{
    Conn, DbError,
    entity::direct,
    error::one,
    schema::{refresh_tokens, roles, sessions, signing_keys},
    types::{At, Spelled},
    users::GrantRow,
};

/// Whoever a sign-in belongs to, with the roles they have at this moment.
///
/// # Errors
/// [`DbError::NotFound`] when it was revoked, has ended or never was.
pub fn actor(conn: &mut Conn, session: SessionId, now: Timestamp) -> Result<Actor, DbError> {
    type Found = (Spelled<UserId>, Option<GrantRow>);
    let query = sessions::table
        .left_join(roles::table.on(roles::user_id.eq(sessions::user_id)))
        .filter(sessions::id.eq(Spelled(session)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(At(now)));
    let rows: Vec<Found> =
        direct!(conn => query.select((sessions::user_id, Option::<GrantRow>::as_select())).load(conn))?;
    let user = rows.first().ok_or(DbError::NotFound)?.0.0;
    let grants = rows.iter().filter_map(|(_, row)| row.as_ref()).map(Grant::try_from).collect::<Result<_, _>>()?;
    Ok(Actor { caller: Caller::Person { user, session }, grants })
}

/// Begins a sign-in.
///
/// # Errors
/// Those of the database.
pub fn open(
    conn: &mut Conn,
    session: SessionId,
    user: UserId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    let row = (
        sessions::id.eq(Spelled(session)),
        sessions::user_id.eq(Spelled(user)),
        sessions::created_at.eq(At(now)),
        sessions::expires_at.eq(At(expires_at)),
    );
    one(diesel::insert_into(sessions::table).values(row).execute(conn)?)
}

/// Ends a sign-in, at once.
///
/// # Errors
/// [`DbError::NotFound`] when there is none.
pub fn revoke(conn: &mut Conn, session: SessionId, now: Timestamp) -> Result<(), DbError> {
    let row = sessions::table.filter(sessions::id.eq(Spelled(session)));
    let changed = diesel::update(row).set(sessions::revoked_at.eq(At(now))).execute(conn)?;
    if changed == 0 { Err(DbError::NotFound) } else { Ok(()) }
}

/// A refresh token as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct RefreshToken {
    /// Its sign-in.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// When it was used, once.
    pub used_at: Option<Timestamp>,
    /// Whether its sign-in still counts.
    pub live: bool,
}

/// Keeps a refresh token by its hash.
///
/// # Errors
/// Those of the database.
pub fn insert_refresh(conn: &mut Conn, hash: &str, session: SessionId, now: Timestamp) -> Result<(), DbError> {
    let row = (
        refresh_tokens::hash.eq(hash),
        refresh_tokens::session_id.eq(Spelled(session)),
        refresh_tokens::created_at.eq(At(now)),
    );
    one(diesel::insert_into(refresh_tokens::table).values(row).execute(conn)?)
}

/// The refresh token with this hash.
///
/// # Errors
/// [`DbError::NotFound`] when there is none.
pub fn find_refresh(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<RefreshToken, DbError> {
    type Found = (Spelled<SessionId>, Spelled<UserId>, Option<At>, Option<At>, At);
    let (session, user, used_at, revoked_at, expires_at): Found = refresh_tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .filter(refresh_tokens::hash.eq(hash))
        .select((sessions::id, sessions::user_id, refresh_tokens::used_at, sessions::revoked_at, sessions::expires_at))
        .first(conn)?;
    let live = revoked_at.is_none() && now < expires_at.0;
    Ok(RefreshToken { session: session.0, user: user.0, used_at: used_at.map(|at| at.0), live })
}

/// Marks a refresh token as used.
///
/// # Errors
/// [`DbError::Contention`] when somebody used it meanwhile.
pub fn use_refresh(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<(), DbError> {
    let row = refresh_tokens::table.filter(refresh_tokens::hash.eq(hash)).filter(refresh_tokens::used_at.is_null());
    one(diesel::update(row).set(refresh_tokens::used_at.eq(At(now))).execute(conn)?)
}

/// Signing keys, newest first: thumbprint and PKCS #8 PEM.
///
/// # Errors
/// Those of the database.
pub fn signing_keys(conn: &mut Conn) -> Result<Vec<(String, String)>, DbError> {
    let query = signing_keys::table.order((signing_keys::created_at.desc(), signing_keys::kid));
    Ok(query.select((signing_keys::kid, signing_keys::private_pem)).load(conn)?)
}

/// Keeps a signing key.
///
/// # Errors
/// Those of the database.
pub fn insert_signing_key(conn: &mut Conn, kid: &str, private_pem: &str, now: Timestamp) -> Result<(), DbError> {
    let row =
        (signing_keys::kid.eq(kid), signing_keys::private_pem.eq(private_pem), signing_keys::created_at.eq(At(now)));
    one(diesel::insert_into(signing_keys::table).values(row).execute(conn)?)
}
