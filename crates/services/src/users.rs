//! People and their roles.

use packhorse_db::{Conn, DbError, Page, libraries, networks, trainers, users};
use packhorse_domain::{
    Action, Record, Resource, Scope, Timestamp, Valid,
    id::{NetworkId, RoleId, UserId},
    user::{Grant, Role, User, UserDetails},
};

use crate::{Change, Context, Error, Expected, Fault};

/// The person with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: UserId) -> Result<User, Error> {
    let scope = ctx.scope();
    Ok(users::find(ctx.conn, scope, id)?)
}

/// One page of people.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, page: &Page) -> Result<Vec<User>, Error> {
    let scope = ctx.scope();
    Ok(users::list(ctx.conn, scope, page)?)
}

/// Adds a person with their first role. The password was checked and hashed before.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Conflict`] `email_taken`, [`Error::Invalid`] for a role in something that is not there.
pub fn create(
    ctx: &mut Context<'_>,
    details: Valid<UserDetails>,
    password_hash: &str,
    role: Role,
) -> Result<User, Error> {
    let network = network_of(ctx, role)?;
    may_grant(ctx, role, network)?;
    let grant = Grant { id: RoleId::new(ctx.now), role, network };
    let user = User {
        id: UserId::new(ctx.now),
        details: details.into_inner(),
        roles: vec![grant],
        record: Record::new(ctx.now),
    };
    users::insert(ctx.conn, &user, password_hash)?;
    users::grant(ctx.conn, user.id, &grant, ctx.now)?;
    ctx.record(Change::new("create", user.id, network), None, Some(&user))?;
    Ok(user)
}

/// Adds an operator, for the command line.
///
/// # Errors
/// [`Error::Conflict`] `email_taken`.
pub fn create_operator(
    conn: &mut Conn,
    details: Valid<UserDetails>,
    password_hash: &str,
    now: Timestamp,
) -> Result<User, Error> {
    create(&mut Context::of_program(conn, now), details, password_hash, Role::Operator)
}

/// Gives somebody one more role.
///
/// # Errors
/// As [`create`], and [`Error::Conflict`] `role_held`.
pub fn grant(ctx: &mut Context<'_>, id: UserId, role: Role, expected: &Expected) -> Result<User, Error> {
    let before = get(ctx, id)?;
    let network = network_of(ctx, role)?;
    may_grant(ctx, role, network)?;
    expected.check(before.record.version)?;
    let grant = Grant { id: RoleId::new(ctx.now), role, network };
    users::grant(ctx.conn, id, &grant, ctx.now)?;
    let mut roles = before.roles.clone();
    roles.push(grant);
    changed(ctx, "grant", &before, roles, network)
}

/// Takes a role away, at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn revoke(ctx: &mut Context<'_>, id: UserId, role: RoleId, expected: &Expected) -> Result<User, Error> {
    let before = get(ctx, id)?;
    let held = before.roles.iter().find(|grant| grant.id == role).copied().ok_or(Error::NotFound)?;
    may_grant(ctx, held.role, held.network)?;
    expected.check(before.record.version)?;
    users::revoke(ctx.conn, role)?;
    let roles = before.roles.iter().copied().filter(|grant| grant.id != role).collect();
    changed(ctx, "revoke", &before, roles, held.network)
}

fn changed(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &User,
    roles: Vec<Grant>,
    network: Option<NetworkId>,
) -> Result<User, Error> {
    let after = User { roles, record: before.record.changed(ctx.now), ..before.clone() };
    users::touch(ctx.conn, &after)?;
    ctx.record(Change::new(action, after.id, network), Some(before), Some(&after))?;
    Ok(after)
}

/// Only operators make operators; the rest is for coordinators of the network.
fn may_grant(ctx: &Context<'_>, role: Role, network: Option<NetworkId>) -> Result<(), Error> {
    let action = match role {
        Role::Operator => Action::GrantOperator,
        Role::Coordinator { .. } | Role::Staff { .. } | Role::Trainer { .. } => Action::ManageUsers,
    };
    ctx.authorize(action, &Resource { network, ..Resource::default() })
}

/// The network a role belongs to.
fn network_of(ctx: &mut Context<'_>, role: Role) -> Result<Option<NetworkId>, Error> {
    let absent = |what: &'static str| {
        move |error: DbError| match error {
            DbError::NotFound => {
                Fault::new(format!("/role/{what}"), "not_found", format!("there is no such {what}")).into()
            }
            other => Error::from(other),
        }
    };
    let scope: Scope = ctx.scope();
    Ok(match role {
        Role::Operator => None,
        Role::Coordinator { network } => Some(networks::find(ctx.conn, scope, network).map_err(absent("network"))?.id),
        Role::Staff { library } => libraries::find(ctx.conn, scope, library).map_err(absent("library"))?.network,
        Role::Trainer { trainer } => Some(trainers::find(ctx.conn, scope, trainer).map_err(absent("trainer"))?.network),
    })
}
