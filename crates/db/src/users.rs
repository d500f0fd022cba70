//! People and their roles.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{Id, NetworkId, RoleId, UserId},
    network::Membership,
    user::{Grant, Role, RoleName, User, UserDetails},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    error::one,
    page::paged,
    schema::{roles, users},
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users)]
struct Row {
    id: Spelled<UserId>,
    email: String,
    details: Json<UserDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<&User> for Row {
    fn from(user: &User) -> Self {
        Self {
            id: Spelled(user.id),
            email: user.details.email.to_lowercase(),
            details: Json(user.details.clone()),
            version: user.record.version.0,
            created_at: At(user.record.created_at),
            updated_at: At(user.record.updated_at),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = roles)]
pub(crate) struct GrantRow {
    id: Spelled<RoleId>,
    user_id: Spelled<UserId>,
    role: Spelled<RoleName>,
    subject_id: String,
    network_id: Option<Spelled<NetworkId>>,
}

impl TryFrom<&GrantRow> for Grant {
    type Error = DbError;

    fn try_from(row: &GrantRow) -> Result<Self, DbError> {
        let role = match row.role.0 {
            RoleName::Operator => Role::Operator,
            RoleName::Coordinator => Role::Coordinator { network: subject(row)? },
            RoleName::Staff => Role::Staff { library: subject(row)? },
            RoleName::Trainer => Role::Trainer { trainer: subject(row)? },
            RoleName::Member => Role::Member { network: subject(row)? },
        };
        Ok(Self { id: row.id.0, role, network: row.network_id.map(|network| network.0) })
    }
}

fn subject<K: packhorse_domain::id::Kind>(row: &GrantRow) -> Result<Id<K>, DbError> {
    row.subject_id.parse().map_err(|_| DbError::Corrupt(format!("role {}", row.id.0)))
}

fn subject_of(role: Role) -> String {
    match role {
        Role::Operator => String::new(),
        Role::Coordinator { network } | Role::Member { network } => network.to_string(),
        Role::Staff { library } => library.to_string(),
        Role::Trainer { trainer } => trainer.to_string(),
    }
}

// Themselves, and people with a role in a network they coordinate.
seen!(
    users,
    concat!(
        "users.id = ? OR users.id IN (SELECT user_id FROM roles WHERE network_id IN ",
        scope::subjects!("coordinator"),
        ")"
    )
);

/// Puts people and their roles together.
fn with_roles(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<User>, DbError> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let query = roles::table.filter(roles::user_id.eq_any(ids)).order((roles::user_id, roles::id));
    let grants: Vec<GrantRow> = query.select(GrantRow::as_select()).load(conn)?;
    rows.into_iter()
        .map(|row| {
            let own = grants.iter().filter(|grant| grant.user_id == row.id);
            Ok(User {
                id: row.id.0,
                roles: own.map(Grant::try_from).collect::<Result<_, _>>()?,
                details: row.details.0,
                record: record(row.version, row.created_at, row.updated_at),
            })
        })
        .collect()
}

/// The person with this id.
///
/// # Errors
/// [`DbError::NotFound`] when there is none in the scope.
pub fn find(conn: &mut Conn, scope: Scope, id: UserId) -> Result<User, DbError> {
    let row: Row = visible(scope).filter(users::id.eq(Spelled(id))).select(Row::as_select()).first(conn)?;
    with_roles(conn, vec![row])?.pop().ok_or(DbError::NotFound)
}

/// One page of people; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, page: &Page) -> Result<Vec<User>, DbError> {
    let rows: Vec<Row> = paged!(visible(scope), users::id, page).select(Row::as_select()).load(conn)?;
    with_roles(conn, rows)
}

/// Id and password hash for an address, however it is typed.
///
/// # Errors
/// [`DbError::NotFound`] when nobody has it.
pub fn credentials(conn: &mut Conn, email: &str) -> Result<(UserId, String), DbError> {
    let query = users::table.filter(users::email.eq(email.to_lowercase()));
    let (id, hash): (Spelled<UserId>, String) = query.select((users::id, users::password_hash)).first(conn)?;
    Ok((id.0, hash))
}

/// Keeps a new person; their roles come by [`grant`].
///
/// # Errors
/// [`DbError::Conflict`] `users_email` when the address is taken.
pub fn insert(conn: &mut Conn, user: &User, password_hash: &str) -> Result<(), DbError> {
    one(diesel::insert_into(users::table)
        .values((Row::from(user), users::password_hash.eq(password_hash)))
        .execute(conn)?)
}

/// Keeps the next version of a person; their roles change by [`grant`] and [`revoke`].
///
/// # Errors
/// [`DbError::Contention`] when somebody else was first, [`DbError::Conflict`] `users_email` when the address is taken.
pub fn update(conn: &mut Conn, user: &User) -> Result<(), DbError> {
    let before = users::version.eq(user.record.version.0 - 1);
    let row = users::table.filter(users::id.eq(Spelled(user.id))).filter(before);
    one(diesel::update(row).set(Row::from(user)).execute(conn)?)
}

/// The password hash of somebody.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such person.
pub fn password_hash(conn: &mut Conn, id: UserId) -> Result<String, DbError> {
    Ok(users::table.filter(users::id.eq(Spelled(id))).select(users::password_hash).first(conn)?)
}

/// Keeps the hash of a new password.
///
/// # Errors
/// Those of the database.
pub fn set_password(conn: &mut Conn, id: UserId, hash: &str) -> Result<(), DbError> {
    let row = users::table.filter(users::id.eq(Spelled(id)));
    one(diesel::update(row).set(users::password_hash.eq(hash)).execute(conn)?)
}

/// Gives somebody a role.
///
/// # Errors
/// [`DbError::Conflict`] `roles_once` when they have it.
pub fn grant(conn: &mut Conn, user: UserId, grant: &Grant, now: packhorse_domain::Timestamp) -> Result<(), DbError> {
    let row = (
        roles::id.eq(Spelled(grant.id)),
        roles::user_id.eq(Spelled(user)),
        roles::role.eq(Spelled(grant.role.name())),
        roles::subject_id.eq(subject_of(grant.role)),
        roles::network_id.eq(grant.network.map(Spelled)),
        roles::created_at.eq(At(now)),
    );
    one(diesel::insert_into(roles::table).values(row).execute(conn)?)
}

/// Takes a role away.
///
/// # Errors
/// [`DbError::Contention`] when it was taken already.
pub fn revoke(conn: &mut Conn, role: RoleId) -> Result<(), DbError> {
    one(diesel::delete(roles::table.filter(roles::id.eq(Spelled(role)))).execute(conn)?)
}

/// How many operators there are.
///
/// # Errors
/// Those of the database.
pub fn count_operators(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(roles::table.filter(roles::role.eq(Spelled(RoleName::Operator))).count().get_result(conn)?)
}

/// One page of those who take part in an informal network, by role; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn members(conn: &mut Conn, network: NetworkId, page: &Page) -> Result<Vec<Membership>, DbError> {
    let theirs = roles::table.filter(roles::role.eq(Spelled(RoleName::Member)));
    let theirs = theirs.filter(roles::network_id.eq(Spelled(network))).into_boxed::<MultiBackend>();
    let columns = (roles::id, roles::user_id, roles::created_at);
    let found: Vec<(Spelled<RoleId>, Spelled<UserId>, At)> =
        paged!(theirs, roles::id, page).select(columns).load(conn)?;
    let named = users::table.filter(users::id.eq_any(found.iter().map(|(_, user, _)| *user)));
    let named: Vec<(Spelled<UserId>, Json<UserDetails>)> = named.select((users::id, users::details)).load(conn)?;
    let name = |id: UserId| named.iter().find(|(user, _)| user.0 == id).map(|(_, details)| details.0.name.clone());
    let membership = |(id, user, since): (Spelled<RoleId>, Spelled<UserId>, At)| {
        Some(Membership { id: id.0, user: user.0, name: name(user.0)?, since: since.0 })
    };
    Ok(found.into_iter().filter_map(membership).collect())
}
