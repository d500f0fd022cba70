//! One's own account: password and address, and the way back for who forgot.

use packhorse_db::{
    Conn, DbError, Found,
    accounts::{self, OneTimeToken},
    mails, sessions, users,
};
use packhorse_domain::{
    Scope, Timestamp,
    id::{SignInId, UserId},
    sign_in::Purpose,
    user::{User, UserDetails},
};

use crate::{
    Change, Context, Error, Expected,
    letters::Letters,
    tokens::{fingerprint, new_secret},
    users::{keep_changed, may_grant, not_erased},
};

/// The hash of the caller's password. Compared outside the database ([`crate::passwords::verify`]).
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn password_hash(ctx: &mut Context<'_>) -> Result<String, Error> {
    let (user, _) = ctx.person()?;
    Ok(users::password_hash(ctx.conn, user)?)
}

/// Gives the caller another password; their other sign-ins end. The present one was checked, the new one hashed before.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn change_password(ctx: &mut Context<'_>, hash: &str) -> Result<(), Error> {
    let (user, session) = ctx.person()?;
    set_password(ctx, user, hash, "change_password", Some(session))
}

fn set_password(
    ctx: &mut Context<'_>,
    id: UserId,
    hash: &str,
    action: &'static str,
    but: Option<SignInId>,
) -> Result<(), Error> {
    users::set_password(ctx.conn, id, hash)?;
    sessions::revoke_all(ctx.conn, id, but, ctx.now)?;
    accounts::forget_tokens(ctx.conn, id, Purpose::PasswordReset)?;
    let before = users::find(ctx.conn, Scope::Everything, id)?;
    changed(ctx, action, &before, before.details.clone())
}

fn changed(ctx: &mut Context<'_>, action: &'static str, before: &User, details: UserDetails) -> Result<(), Error> {
    keep_changed(ctx, action, before, |user| User { details, ..user }, None).map(drop)
}

/// Makes a token that is good once.
fn issue(
    ctx: &mut Context<'_>,
    purpose: Purpose,
    user: UserId,
    email: Option<String>,
) -> Result<(String, Timestamp), Error> {
    let token = new_secret();
    let expires_at = ctx.now + purpose.lifetime();
    let kept = OneTimeToken { hash: fingerprint(token.as_bytes()), purpose, user, email, expires_at };
    accounts::put_token(ctx.conn, &kept)?;
    Ok((token, expires_at))
}

/// What lets somebody set a new password.
#[derive(Debug, Clone)]
pub struct ResetLink {
    /// The token, unless it was mailed to them.
    pub token: Option<String>,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Lets somebody set a new password. For who may give every role they have: whoever holds the token can be them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::Conflict`] `erased`.
pub fn start_reset(
    ctx: &mut Context<'_>,
    id: UserId,
    letters: Option<&Letters>,
    expected: &Expected,
) -> Result<ResetLink, Error> {
    let user = crate::users::get(ctx, id)?;
    if user.roles.is_empty() {
        may_grant(ctx, packhorse_domain::user::Role::Operator, None)?;
    }
    for grant in &user.roles {
        may_grant(ctx, grant.role, grant.network)?;
    }
    expected.check(user.record.version)?;
    not_erased(&user)?;
    let (token, expires_at) = issue(ctx, Purpose::PasswordReset, id, None)?;
    ctx.record(Change::new("start_password_reset", id, None), None::<&User>, Some(&user))?;
    let Some(letters) = letters else { return Ok(ResetLink { token: Some(token), expires_at }) };
    mails::insert(ctx.conn, &letters.password_reset(&user.details.email, &token, ctx.now), ctx.now)?;
    Ok(ResetLink { token: None, expires_at })
}

/// Notes that the owner of an address forgot their password, whether there is one or not: that is found out later.
///
/// # Errors
/// Those of the database.
pub fn ask_reset(conn: &mut Conn, email: &str, now: Timestamp) -> Result<(), Error> {
    Ok(accounts::ask_reset(conn, email, now)?)
}

/// Most addresses that are looked up at once.
const AT_ONCE: i64 = 20;

/// Whether somebody forgot their password and was not written to yet.
///
/// # Errors
/// Those of the database.
pub fn resets_wait(conn: &mut Conn) -> Result<bool, Error> {
    Ok(!accounts::asked_resets(conn, 1)?.is_empty())
}

/// Writes to those who forgot their password. How many addresses there were.
///
/// # Errors
/// Those of the database.
pub fn answer_resets(conn: &mut Conn, letters: &Letters, now: Timestamp) -> Result<usize, Error> {
    let addresses = accounts::asked_resets(conn, AT_ONCE)?;
    let mut ctx = Context::of_program(conn, now);
    for address in &addresses {
        if !accounts::take_reset(ctx.conn, address)? {
            continue;
        }
        if let Some((user, _)) = crate::sessions::credentials(ctx.conn, address)? {
            let (token, _) = issue(&mut ctx, Purpose::PasswordReset, user, None)?;
            mails::insert(ctx.conn, &letters.password_reset(address, &token, now), now)?;
        }
    }
    Ok(addresses.len())
}

/// Whose a token is, and the address it is about.
fn holder(
    conn: &mut Conn,
    purpose: Purpose,
    token: &str,
    now: Timestamp,
) -> Result<(String, UserId, Option<String>), Error> {
    let hash = fingerprint(token.as_bytes());
    let (user, email) = accounts::find_token(conn, purpose, &hash, now).found()?.ok_or(Error::BadCredentials)?;
    Ok((hash, user, email))
}

/// Whether a token sets a password: asked before one is hashed, which takes time.
///
/// # Errors
/// [`Error::BadCredentials`] when it does not.
pub fn may_reset(conn: &mut Conn, token: &str, now: Timestamp) -> Result<(), Error> {
    holder(conn, Purpose::PasswordReset, token, now).map(drop)
}

/// Sets a new password; every sign-in ends.
///
/// # Errors
/// [`Error::BadCredentials`] when the token is not good.
pub fn reset(ctx: &mut Context<'_>, token: &str, hash: &str) -> Result<(), Error> {
    let (brought, user, _) = holder(ctx.conn, Purpose::PasswordReset, token, ctx.now)?;
    accounts::use_token(ctx.conn, &brought)?;
    set_password(ctx, user, hash, "reset_password", None)
}

/// Asks the owner of a new address whether it is the caller's.
///
/// # Errors
/// [`Error::Conflict`] `no_mail` where no mail is sent.
pub fn start_email_change(ctx: &mut Context<'_>, email: &str, letters: Option<&Letters>) -> Result<(), Error> {
    let (user, _) = ctx.person()?;
    let letters = letters.ok_or_else(Error::no_mail)?;
    let (token, _) = issue(ctx, Purpose::EmailChange, user, Some(email.to_owned()))?;
    Ok(mails::insert(ctx.conn, &letters.email_change(email, &token, ctx.now), ctx.now)?)
}

/// Gives somebody the address that they proved to be theirs, and tells the one before.
///
/// # Errors
/// [`Error::BadCredentials`] when the token is not good, [`Error::Conflict`] `email_taken`.
pub fn change_email(ctx: &mut Context<'_>, token: &str, letters: Option<&Letters>) -> Result<(), Error> {
    let (brought, user, email) = holder(ctx.conn, Purpose::EmailChange, token, ctx.now)?;
    let email = email.ok_or_else(|| DbError::Corrupt("a token without its address".to_owned()))?;
    accounts::use_token(ctx.conn, &brought)?;
    // What was sent to the address before is good no more.
    accounts::forget_tokens(ctx.conn, user, Purpose::PasswordReset)?;
    let before = users::find(ctx.conn, Scope::Everything, user)?;
    changed(ctx, "change_email", &before, UserDetails { email, ..before.details.clone() })?;
    if let Some(letters) = letters {
        mails::insert(ctx.conn, &letters.email_changed(&before.details.email, ctx.now), ctx.now)?;
    }
    Ok(())
}
