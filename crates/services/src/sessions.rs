//! Signing in, staying signed in, signing out.

use packhorse_db::{Conn, DbError, sessions, users};
use packhorse_domain::{
    Scope, Timestamp,
    id::{SessionId, UserId},
    user::User,
};

use crate::{
    Context, Error,
    tokens::{fingerprint, new_refresh},
};

/// A sign-in and the refresh token that keeps it alive, shown once.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// By which sign-in.
    pub session: SessionId,
    /// Opaque, good once.
    pub refresh_token: String,
}

/// The password hash of an address, if somebody has it. Compared outside the database ([`crate::passwords::verify`]).
///
/// # Errors
/// Those of the database.
pub fn credentials(conn: &mut Conn, email: &str) -> Result<Option<(UserId, String)>, Error> {
    match users::credentials(conn, email) {
        Ok(found) => Ok(Some(found)),
        Err(DbError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Begins a sign-in for somebody whose password was right. Kept alive by refresh tokens it lasts until `ends_at`.
///
/// # Errors
/// Those of the database.
pub fn sign_in(conn: &mut Conn, user: UserId, now: Timestamp, ends_at: Timestamp) -> Result<SignIn, Error> {
    let session = SessionId::new(now);
    sessions::open(conn, session, user, now, ends_at)?;
    renewed(conn, user, session, now)
}

/// What a refresh token gives.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The next one.
    Renewed(SignIn),
    /// Nothing: it is unknown, or its sign-in has ended. A token that was used before ends its sign-in here and now.
    Refused,
}

/// Exchanges a refresh token for the next one. It is good once: used again, it ends the sign-in.
///
/// # Errors
/// Those of the database. A refusal is no error, since what it writes must be kept.
pub fn refresh(conn: &mut Conn, token: &str, now: Timestamp) -> Result<Refreshed, Error> {
    let hash = fingerprint(token.as_bytes());
    let kept = match sessions::find_refresh(conn, &hash, now) {
        Ok(kept) if kept.live => kept,
        Ok(_) | Err(DbError::NotFound) => return Ok(Refreshed::Refused),
        Err(error) => return Err(error.into()),
    };
    if kept.used_at.is_some() {
        sessions::revoke(conn, kept.session, now)?;
        return Ok(Refreshed::Refused);
    }
    sessions::use_refresh(conn, &hash, now)?;
    renewed(conn, kept.user, kept.session, now).map(Refreshed::Renewed)
}

fn renewed(conn: &mut Conn, user: UserId, session: SessionId, now: Timestamp) -> Result<SignIn, Error> {
    let refresh_token = new_refresh();
    sessions::insert_refresh(conn, &fingerprint(refresh_token.as_bytes()), session, now)?;
    Ok(SignIn { user, session, refresh_token })
}

/// Ends the sign-in of the caller, at once.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn sign_out(ctx: &mut Context<'_>) -> Result<(), Error> {
    let (_, session) = ctx.person()?;
    Ok(sessions::revoke(ctx.conn, session, ctx.now)?)
}

/// Who the caller is, with their roles.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn me(ctx: &mut Context<'_>) -> Result<User, Error> {
    let (user, _) = ctx.person()?;
    Ok(users::find(ctx.conn, Scope::Everything, user)?)
}
