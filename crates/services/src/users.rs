//! People and their roles.

use packhorse_db::{Conn, Page, libraries, networks, trainers, users};
use packhorse_domain::{
    Action, Record, Resource, Scope, Timestamp, Valid,
    id::{NetworkId, RoleId, UserId},
    user::{Grant, Role, User, UserDetails},
};

use crate::{Change, Context, Error, Expected, Fault, error::absent};

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

/// Whether somebody may be added with this role: asked before their password is hashed, which takes time.
///
/// # Errors
/// As [`create`], but for the address.
pub fn may_create(ctx: &mut Context<'_>, role: Role) -> Result<(), Error> {
    grantable(ctx, role, "/role").map(drop)
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
    let grant = grantable(ctx, role, "/role")?;
    let user = User {
        id: UserId::new(ctx.now),
        details: details.into_inner(),
        roles: vec![grant],
        record: Record::new(ctx.now),
    };
    add(ctx, user, grant, password_hash)
}

/// Keeps a new person with their first role.
pub(crate) fn add(ctx: &mut Context<'_>, user: User, grant: Grant, password_hash: &str) -> Result<User, Error> {
    let now = ctx.now;
    let insert = |conn: &mut Conn, user: &User| {
        users::insert(conn, user, password_hash)?;
        users::grant(conn, user.id, &grant, now)
    };
    ctx.keep(Change::new("create", user.id, grant.network), insert, None, user)
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
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::Conflict`] `role_held` and `erased`,
/// [`Error::Invalid`] for a role in something that is not there.
pub fn grant(ctx: &mut Context<'_>, id: UserId, role: Role, expected: &Expected) -> Result<User, Error> {
    let before = get(ctx, id)?;
    let grant = grantable(ctx, role, "")?;
    expected.check(before.record.version)?;
    not_erased(&before)?;
    users::grant(ctx.conn, id, &grant, ctx.now)?;
    let roles = before.roles.iter().copied().chain([grant]).collect();
    changed(ctx, "grant", &before, roles, grant.network)
}

/// Gives the caller a role that is theirs to take.
pub(crate) fn take(ctx: &mut Context<'_>, role: Role, network: NetworkId) -> Result<User, Error> {
    let (id, _) = ctx.person()?;
    let before = users::find(ctx.conn, Scope::Everything, id)?;
    let grant = Grant { id: RoleId::new(ctx.now), role, network: Some(network) };
    users::grant(ctx.conn, id, &grant, ctx.now)?;
    let roles = before.roles.iter().copied().chain([grant]).collect();
    changed(ctx, "grant", &before, roles, grant.network)
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

/// Nobody comes back who was erased.
pub(crate) fn not_erased(user: &User) -> Result<(), Error> {
    if user.is_erased() {
        return Err(Error::Conflict { code: "erased", detail: "this person was erased".to_owned() });
    }
    Ok(())
}

/// Keeps a person who has other roles now.
pub(crate) fn changed(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &User,
    roles: Vec<Grant>,
    network: Option<NetworkId>,
) -> Result<User, Error> {
    keep_changed(ctx, action, before, |user| User { roles, ..user }, network)
}

/// Keeps somebody as a change made them.
pub(crate) fn keep_changed(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &User,
    change: impl FnOnce(User) -> User,
    network: Option<NetworkId>,
) -> Result<User, Error> {
    let after = User { record: before.record.changed(ctx.now), ..change(before.clone()) };
    ctx.keep(Change::new(action, after.id, network), users::update, Some(before), after)
}

/// A new grant of a role that the actor may give; `at` is where the input names it.
pub(crate) fn grantable(ctx: &mut Context<'_>, role: Role, at: &str) -> Result<Grant, Error> {
    let network = network_of(ctx, role, at)?;
    may_grant(ctx, role, network)?;
    Ok(Grant { id: RoleId::new(ctx.now), role, network })
}

/// Only operators make operators; the rest is for coordinators of the network.
pub(crate) fn may_grant(ctx: &mut Context<'_>, role: Role, network: Option<NetworkId>) -> Result<(), Error> {
    let action = match role {
        Role::Operator => Action::GrantOperator,
        Role::Coordinator { .. } | Role::Staff { .. } | Role::Trainer { .. } | Role::Member { .. } => {
            Action::ManageUsers
        }
    };
    ctx.authorize(action, &Resource::of(network))
}

/// The network a role belongs to.
fn network_of(ctx: &mut Context<'_>, role: Role, at: &str) -> Result<Option<NetworkId>, Error> {
    let absent = |what| absent(format!("{at}/{what}"), what);
    let scope = ctx.scope();
    Ok(match role {
        Role::Operator => None,
        Role::Coordinator { network } => Some(networks::find(ctx.conn, scope, network).map_err(absent("network"))?.id),
        Role::Staff { library } => libraries::find(ctx.conn, scope, library).map_err(absent("library"))?.network,
        Role::Member { network } => {
            let found = networks::find(ctx.conn, scope, network).map_err(absent("network"))?;
            if !found.details.is_informal() {
                return Err(Fault::new(format!("{at}/network"), "not_informal", "nobody joins this network").into());
            }
            Some(found.id)
        }
        Role::Trainer { trainer } => Some(trainers::find(ctx.conn, scope, trainer).map_err(absent("trainer"))?.network),
    })
}
