//! Showcases.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, ShowcaseId},
    showcase::{Showcase, ShowcaseDetails},
};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::showcases,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = showcases, treat_none_as_null = true)]
struct Row {
    id: Spelled<ShowcaseId>,
    network_id: Spelled<NetworkId>,
    published_at: Option<At>,
    details: Json<ShowcaseDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Showcase {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            published_at: row.published_at.map(|at| at.0),
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Showcase> for Row {
    fn from(entity: &Showcase) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            published_at: entity.published_at.map(At),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those that are published, and all of networks they coordinate.
seen!(showcases, concat!("published_at IS NOT NULL OR network_id IN ", scope::subjects!("coordinator")));

queries! { showcases: Showcase, ShowcaseId }

/// One page of showcases, of one network or of all; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, network: Option<NetworkId>, page: &Page) -> Result<Vec<Showcase>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = network {
        query = query.filter(showcases::network_id.eq(Spelled(network)));
    }
    let rows: Vec<Row> = paged!(query, showcases::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Showcase::from).collect())
}

/// Showcases that everybody sees, of one network or of all, by their ids, behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn public(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<ShowcaseId>,
    limit: i64,
) -> Result<Vec<Showcase>, DbError> {
    let mut query = showcases::table.filter(showcases::published_at.is_not_null()).into_boxed();
    if let Some(network) = network {
        query = query.filter(showcases::network_id.eq(Spelled(network)));
    }
    if let Some(after) = after {
        query = query.filter(showcases::id.gt(Spelled(after)));
    }
    let rows: Vec<Row> = query.order(showcases::id).limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Showcase::from).collect())
}

/// How many showcases everybody sees.
///
/// # Errors
/// Those of the database.
pub fn count_public(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(showcases::table.filter(showcases::published_at.is_not_null()).count().get_result(conn)?)
}

/// Forgets one.
///
/// # Errors
/// [`DbError::Contention`] when it changed since.
pub fn delete(conn: &mut Conn, entity: &Showcase) -> Result<(), DbError> {
    let row = showcases::table.filter(showcases::id.eq(Spelled(entity.id)));
    crate::error::one(diesel::delete(row.filter(showcases::version.eq(entity.record.version.0))).execute(conn)?)
}
