//! Catalogs elsewhere that networks harvest.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    harvest::{Harvest, HarvestDetails, HarvestStatus, Progress},
    id::{HarvestId, NetworkId},
};

use crate::{
    Conn, DbError, Page,
    entity::{queries, read_in_turns},
    page::paged,
    schema::harvests,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = harvests, treat_none_as_null = true)]
struct Row {
    id: Spelled<HarvestId>,
    network_id: Spelled<NetworkId>,
    next_read_at: Option<At>,
    details: Json<HarvestDetails>,
    status: Json<HarvestStatus>,
    progress: Json<Progress>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Harvest {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            status: row.status.0,
            progress: row.progress.0,
            due_at: row.next_read_at.map(|at| at.0),
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Harvest> for Row {
    fn from(entity: &Harvest) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            next_read_at: entity.due_at.map(At),
            details: Json(entity.details.clone()),
            status: Json(entity.status.clone()),
            progress: Json(entity.progress.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate.
seen!(harvests, concat!("harvests.network_id IN ", scope::subjects!("coordinator")));

queries! { harvests: Harvest, HarvestId }
read_in_turns! { harvests: Harvest }

/// One page of those of a network; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, network: NetworkId, page: &Page) -> Result<Vec<Harvest>, DbError> {
    let query = visible(scope).filter(harvests::network_id.eq(Spelled(network)));
    let rows: Vec<Row> = paged!(query, harvests::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Harvest::from).collect())
}

/// How many a network has.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, network: NetworkId) -> Result<i64, DbError> {
    Ok(harvests::table.filter(harvests::network_id.eq(Spelled(network))).count().get_result(conn)?)
}

/// Forgets one.
///
/// # Errors
/// [`DbError::Contention`] when it changed since.
pub fn delete(conn: &mut Conn, entity: &Harvest) -> Result<(), DbError> {
    let row = harvests::table.filter(harvests::id.eq(Spelled(entity.id)));
    crate::error::one(diesel::delete(row.filter(harvests::version.eq(entity.record.version.0))).execute(conn)?)
}
