//! Invitations: the role comes with acceptance, and only if whoever invited may still give it.

use packhorse_db::{Conn, Found, Page, invitations, mails, networks, users};
use packhorse_domain::{
    Actor, Caller, Record, Scope, Valid,
    id::{InvitationId, NetworkId, SignInId, UserId},
    invitation::{Invitation, InvitationDetails, InvitationState, LIFETIME},
    user::{Grant, Role, User, UserDetails},
};

use crate::{
    Change, Context, Error, Expected, Fault,
    letters::Letters,
    tokens::{fingerprint, new_secret},
    users::{changed, grantable, may_grant},
};

/// The invitation with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: InvitationId) -> Result<Invitation, Error> {
    let scope = ctx.scope();
    Ok(invitations::find(ctx.conn, scope, id)?)
}

/// One page of invitations.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, page: &Page) -> Result<Vec<Invitation>, Error> {
    let scope = ctx.scope();
    Ok(invitations::list(ctx.conn, scope, page)?)
}

/// Invites somebody to a role. The token comes back where no mail brings it to them.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`] for a role in something that is not there.
pub fn create(
    ctx: &mut Context<'_>,
    details: Valid<InvitationDetails>,
    letters: Option<&Letters>,
) -> Result<(Invitation, Option<String>), Error> {
    let (inviter, _) = ctx.person()?;
    let grant = grantable(ctx, details.role, "/role")?;
    let (invitation, token) = issue(ctx, Some(inviter), details.into_inner(), grant.network)?;
    let Some(letters) = letters else { return Ok((invitation, Some(token))) };
    let name = users::find(ctx.conn, Scope::Everything, inviter)?.details.name;
    mails::insert(ctx.conn, &letters.invitation(&invitation.details.email, &name, &token, ctx.now), ctx.now)?;
    Ok((invitation, None))
}

/// Keeps a new invitation. Its token is kept nowhere.
fn issue(
    ctx: &mut Context<'_>,
    inviter: Option<UserId>,
    details: InvitationDetails,
    network: Option<NetworkId>,
) -> Result<(Invitation, String), Error> {
    let invitation = Invitation {
        id: InvitationId::new(ctx.now),
        network,
        inviter,
        details,
        state: InvitationState::Pending,
        expires_at: ctx.now + LIFETIME,
        record: Record::new(ctx.now),
    };
    let token = new_secret();
    let hash = fingerprint(token.as_bytes());
    let insert = |conn: &mut Conn, invitation: &Invitation| invitations::insert(conn, invitation, &hash);
    let invitation = ctx.keep(Change::new("create", invitation.id, network), insert, None, invitation)?;
    Ok((invitation, token))
}

/// Somebody without an account wants to take part in an informal network: a token that makes one goes to their address. It is the
/// same work whether somebody has the address or not.
///
/// # Errors
/// [`Error::NotFound`] unless it is a network that anybody may join, [`Error::Conflict`] `no_mail` where no mail is sent.
pub fn sign_up(ctx: &mut Context<'_>, id: NetworkId, email: &str, letters: Option<&Letters>) -> Result<(), Error> {
    let network = networks::find(ctx.conn, Scope::Everything, id)?;
    if !network.details.is_informal() {
        return Err(Error::NotFound);
    }
    let letters = letters.ok_or_else(Error::no_mail)?;
    let details = InvitationDetails { email: email.to_owned(), role: Role::Member { network: id } };
    let (_, token) = issue(ctx, None, details, Some(id))?;
    Ok(mails::insert(ctx.conn, &letters.sign_up(email, &network.details.name, &token, ctx.now), ctx.now)?)
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`].
pub fn revoke(ctx: &mut Context<'_>, id: InvitationId, expected: &Expected) -> Result<Invitation, Error> {
    let before = get(ctx, id)?;
    may_grant(ctx, before.details.role, before.network)?;
    expected.check(before.record.version)?;
    let after = before.clone().revoke(ctx.now)?;
    ctx.keep(Change::new("revoke", id, before.network), invitations::update, Some(&before), after)
}

/// The invitation of a token, and the grant that comes with it, if whoever invited may still give it.
fn offered(ctx: &mut Context<'_>, token: &str) -> Result<(Invitation, Grant), Error> {
    let found = invitations::of_token(ctx.conn, &fingerprint(token.as_bytes())).found()?;
    let invitation = found.ok_or(Error::BadCredentials)?;
    // Asked for its answer only: whether it is still out.
    invitation.clone().accept(UserId::nil(), ctx.now)?;
    let mut as_inviter = match invitation.inviter {
        Some(user) => {
            let grants = users::find(ctx.conn, Scope::Everything, user)?.roles;
            let caller = Caller::Person { user, session: SignInId::nil() };
            Context::of_actor(ctx.conn, Actor { caller, grants }, ctx.now)
        }
        // By their own word.
        None => Context::of_program(ctx.conn, ctx.now),
    };
    match grantable(&mut as_inviter, invitation.details.role, "/role") {
        Ok(grant) => Ok((invitation, grant)),
        Err(Error::Forbidden | Error::Invalid(_)) => Err(Error::Conflict {
            code: "inviter_may_not",
            detail: "whoever invited you may not give this role any more".to_owned(),
        }),
        Err(error) => Err(error),
    }
}

fn accepted(ctx: &mut Context<'_>, before: &Invitation, by: UserId) -> Result<(), Error> {
    let after = before.clone().accept(by, ctx.now)?;
    ctx.keep(Change::new("accept", before.id, before.network), invitations::update, Some(before), after).map(drop)
}

/// Whether a token makes an account: asked before a password is hashed, which takes time.
///
/// # Errors
/// As [`create_account`].
pub fn may_create_account(conn: &mut Conn, token: &str, now: packhorse_domain::Timestamp) -> Result<(), Error> {
    offered(&mut Context::of_program(conn, now), token).map(drop)
}

/// Makes the account of somebody who was invited, with the role. The password was checked and hashed before.
///
/// # Errors
/// [`Error::BadCredentials`] for a token of no invitation, [`Error::State`] when it is not out any more, [`Error::Conflict`]
/// `email_taken` for somebody who has an account, and `inviter_may_not`.
pub fn create_account(ctx: &mut Context<'_>, token: &str, name: &str, password_hash: &str) -> Result<User, Error> {
    let (invitation, grant) = offered(ctx, token)?;
    let user = User {
        id: UserId::new(ctx.now),
        details: UserDetails { email: invitation.details.email.clone(), name: name.to_owned() },
        roles: vec![grant],
        record: Record::new(ctx.now),
    };
    let user = crate::users::add(ctx, user, grant, password_hash)?;
    accepted(ctx, &invitation, user.id)?;
    Ok(user)
}

/// Gives the caller the role they were invited to.
///
/// # Errors
/// As [`create_account`]; [`Error::Invalid`] for an invitation of another address, [`Error::Conflict`] `role_held`.
pub fn accept(ctx: &mut Context<'_>, token: &str) -> Result<User, Error> {
    let (id, _) = ctx.person()?;
    let absent = |error| match error {
        Error::BadCredentials => Fault::absent("/token", "invitation").into(),
        other => other,
    };
    let (invitation, grant) = offered(ctx, token).map_err(absent)?;
    let before = users::find(ctx.conn, Scope::Everything, id)?;
    if before.details.email.to_lowercase() != invitation.details.email.to_lowercase() {
        return Err(Fault::absent("/token", "invitation").into());
    }
    users::grant(ctx.conn, id, &grant, ctx.now)?;
    accepted(ctx, &invitation, id)?;
    let roles = before.roles.iter().copied().chain([grant]).collect();
    changed(ctx, "grant", &before, roles, grant.network)
}
