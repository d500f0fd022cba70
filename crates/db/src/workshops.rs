//! Workshops of the catalog.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, WorkshopId},
    workshop::{Attribution, Workshop, WorkshopDetails, WorkshopState, WorkshopStateName},
};

use crate::dialect::contains;
use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::workshops,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = workshops, treat_none_as_null = true)]
struct Row {
    id: Spelled<WorkshopId>,
    network_id: Spelled<NetworkId>,
    state: Spelled<WorkshopStateName>,
    state_data: Json<WorkshopState>,
    search_text: String,
    details: Json<WorkshopDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
    edition: i32,
    adapted_from: Json<Vec<Attribution>>,
    original_id: Option<Spelled<WorkshopId>>,
}

impl From<Row> for Workshop {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            state: row.state_data.0,
            details: row.details.0,
            edition: row.edition.unsigned_abs(),
            adapted_from: row.adapted_from.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Workshop> for Row {
    fn from(entity: &Workshop) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state),
            search_text: format!("{}\n{}", entity.details.title, entity.details.summary).to_lowercase(),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
            edition: i32::try_from(entity.edition).unwrap_or(i32::MAX),
            adapted_from: Json(entity.adapted_from.clone()),
            original_id: entity.adapted_from.last().map(|original| Spelled(original.workshop)),
        }
    }
}

// Drafts: of networks they coordinate. Others: of their networks and of those that lend to theirs.
seen!(
    workshops,
    concat!(
        "workshops.network_id IN ",
        scope::subjects!("coordinator"),
        " OR workshops.state <> 'draft' AND (workshops.network_id IN ",
        scope::networks!(),
        " OR workshops.network_id IN ",
        scope::lenders!(),
        ")"
    )
);

queries! { workshops: Workshop, WorkshopId }

/// What a list of workshops may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct WorkshopFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// In this state.
    pub state: Option<WorkshopStateName>,
    /// Whose title or abstract contains this, without regard to case.
    pub q: Option<String>,
}

/// One page of workshops; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &WorkshopFilter, page: &Page) -> Result<Vec<Workshop>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(workshops::network_id.eq(Spelled(network)));
    }
    if let Some(state) = filter.state {
        query = query.filter(workshops::state.eq(Spelled(state)));
    }
    if let Some(q) = &filter.q {
        query = query.filter(workshops::search_text.like(contains(q)).escape('\\'));
    }
    let rows: Vec<Row> = paged!(query, workshops::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Workshop::from).collect())
}

/// One page of workshops that were made of one; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn made_of(conn: &mut Conn, scope: Scope, original: WorkshopId, page: &Page) -> Result<Vec<Workshop>, DbError> {
    let query = visible(scope).filter(workshops::original_id.eq(Spelled(original)));
    let rows: Vec<Row> = paged!(query, workshops::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Workshop::from).collect())
}
