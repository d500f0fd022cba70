//! Signing in, staying signed in, signing out.

use packhorse_db::{Conn, Found, Page, sessions, users};
use packhorse_domain::{
    Scope, Timestamp,
    id::{SignInId, UserId},
    sign_in::{Exchange, SignIn},
    user::User,
};

use crate::{
    Context, Error,
    tokens::{fingerprint, new_secret},
};

/// A sign-in that goes on, and the refresh token that keeps it alive, shown once.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Who.
    pub user: UserId,
    /// By which sign-in.
    pub session: SignInId,
    /// Opaque, good once.
    pub refresh_token: String,
}

/// The password hash of an address, if somebody has it. Compared outside the database ([`crate::passwords::verify`]).
///
/// # Errors
/// Those of the database.
pub fn credentials(conn: &mut Conn, email: &str) -> Result<Option<(UserId, String)>, Error> {
    Ok(users::credentials(conn, email).found()?)
}

/// The person, if their password is still the one that was compared.
///
/// # Errors
/// [`Error::BadCredentials`] when it was changed since, or they were erased.
pub fn confirmed(conn: &mut Conn, user: UserId, hash: &str) -> Result<UserId, Error> {
    if users::password_hash(conn, user)? == hash { Ok(user) } else { Err(Error::BadCredentials) }
}

/// Longest text that is kept of what a program calls itself, in characters.
const LONGEST_NAME: usize = 200;

/// Begins a sign-in for somebody who proved who they are. Kept alive by refresh tokens it lasts until `ends_at`.
///
/// # Errors
/// Those of the database.
pub fn sign_in(
    conn: &mut Conn,
    user: UserId,
    user_agent: Option<&str>,
    now: Timestamp,
    ends_at: Timestamp,
) -> Result<Opened, Error> {
    let name = user_agent.map(|name| name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect());
    let sign_in = SignIn { id: SignInId::new(now), created_at: now, last_used_at: now, ends_at, user_agent: name };
    sessions::open(conn, user, &sign_in)?;
    let refresh_token = new_secret();
    sessions::insert_refresh(conn, &fingerprint(refresh_token.as_bytes()), sign_in.id, now)?;
    Ok(Opened { user, session: sign_in.id, refresh_token })
}

/// Exchanges a refresh token for the next one; nothing when it is unknown, void, or its sign-in has ended. One that was copied
/// ends its sign-in here and now ([`RefreshToken::exchange`](packhorse_domain::sign_in::RefreshToken::exchange)).
///
/// # Errors
/// Those of the database. A refusal is no error, since what it writes must be kept.
pub fn refresh(conn: &mut Conn, token: &str, now: Timestamp) -> Result<Option<Opened>, Error> {
    let hash = fingerprint(token.as_bytes());
    if sessions::lock_of_refresh(conn, &hash).found()?.is_none() {
        return Ok(None);
    }
    let (user, session, kept) = sessions::find_refresh(conn, &hash)?;
    match kept.exchange(now) {
        Exchange::Refuse => Ok(None),
        Exchange::End => sessions::revoke(conn, user, session, now).map(|()| None).map_err(Error::from),
        Exchange::Renew => {
            let refresh_token = new_secret();
            let next = fingerprint(refresh_token.as_bytes());
            sessions::insert_refresh(conn, &next, session, now)?;
            sessions::succeed(conn, &hash, &next, now)?;
            sessions::touch(conn, session, now)?;
            Ok(Some(Opened { user, session, refresh_token }))
        }
    }
}

/// One page of the caller's sign-ins that have not ended.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn list(ctx: &mut Context<'_>, page: &Page) -> Result<Vec<SignIn>, Error> {
    let (user, _) = ctx.person()?;
    Ok(sessions::list(ctx.conn, user, page, ctx.now)?)
}

/// Ends a sign-in of the caller, at once.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs, or has ended.
pub fn end(ctx: &mut Context<'_>, session: SignInId) -> Result<(), Error> {
    let (user, _) = ctx.person()?;
    Ok(sessions::revoke(ctx.conn, user, session, ctx.now)?)
}

/// Ends the sign-in of the caller, at once.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn sign_out(ctx: &mut Context<'_>) -> Result<(), Error> {
    let (_, session) = ctx.person()?;
    end(ctx, session)
}

/// Ends every other sign-in of the caller, at once.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn sign_out_others(ctx: &mut Context<'_>) -> Result<(), Error> {
    let (user, session) = ctx.person()?;
    Ok(sessions::revoke_all(ctx.conn, user, Some(session), ctx.now)?)
}

/// Who the caller is, with their roles.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn me(ctx: &mut Context<'_>) -> Result<User, Error> {
    let (user, _) = ctx.person()?;
    Ok(users::find(ctx.conn, Scope::Everything, user)?)
}
