//! Invitations.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{InvitationId, NetworkId, UserId},
    invitation::{Invitation, InvitationDetails, InvitationState},
};

use crate::{
    Conn, DbError, Page,
    entity::{finding, updating},
    error::one,
    page::paged,
    schema::invitations,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invitations, treat_none_as_null = true)]
struct Row {
    id: Spelled<InvitationId>,
    network_id: Option<Spelled<NetworkId>>,
    inviter_id: Option<Spelled<UserId>>,
    details: Json<InvitationDetails>,
    state: Json<InvitationState>,
    expires_at: At,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.map(|id| id.0),
            inviter: row.inviter_id.map(|id| id.0),
            details: row.details.0,
            state: row.state.0,
            expires_at: row.expires_at.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Invitation> for Row {
    fn from(entity: &Invitation) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: entity.network.map(Spelled),
            inviter_id: entity.inviter.map(Spelled),
            details: Json(entity.details.clone()),
            state: Json(entity.state),
            expires_at: At(entity.expires_at),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those to networks they coordinate.
seen!(invitations, concat!("invitations.network_id IN ", scope::subjects!("coordinator")));

finding! { invitations: Invitation, InvitationId }
updating! { invitations: Invitation }

/// The one whose token has this hash.
///
/// # Errors
/// [`DbError::NotFound`] when there is none.
pub fn of_token(conn: &mut Conn, hash: &str) -> Result<Invitation, DbError> {
    let query = invitations::table.filter(invitations::token_hash.eq(hash));
    let row: Row = query.select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

/// One page of invitations; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, page: &Page) -> Result<Vec<Invitation>, DbError> {
    let rows: Vec<Row> = paged!(visible(scope), invitations::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}

/// Keeps a new one, with the hash of its token.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, invitation: &Invitation, token_hash: &str) -> Result<(), DbError> {
    let row = (Row::from(invitation), invitations::token_hash.eq(token_hash));
    one(diesel::insert_into(invitations::table).values(row).execute(conn)?)
}

/// All that somebody made.
///
/// # Errors
/// Those of the database.
pub fn by(conn: &mut Conn, inviter: UserId) -> Result<Vec<Invitation>, DbError> {
    let query = invitations::table.filter(invitations::inviter_id.eq(Spelled(inviter))).order(invitations::id);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}
