//! Workshops of the catalog.

use diesel::{dsl::count_star, prelude::*};
use packhorse_domain::{
    Scope, Timestamp,
    id::{HarvestId, NetworkId, WorkshopId},
    origin::Origin,
    trainer::Visibility,
    workshop::{Attribution, Workshop, WorkshopDetails, WorkshopState, WorkshopStateName},
};

use crate::dialect::contains;
use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::{bulk, queries},
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
    visibility: Spelled<Visibility>,
    public_since: Option<At>,
    origin: Option<Json<Origin>>,
    origin_key: Option<String>,
    harvest_id: Option<Spelled<HarvestId>>,
}

impl From<Row> for Workshop {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            state: row.state_data.0,
            details: row.details.0,
            edition: row.edition.unsigned_abs(),
            public_since: row.public_since.map(|at| at.0),
            origin: row.origin.map(|origin| origin.0),
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
            original_id: entity.adapted_from.last().and_then(|original| original.workshop).map(Spelled),
            visibility: Spelled(entity.details.visibility),
            public_since: entity.public_since.map(At),
            origin_key: entity.origin.as_ref().map(Origin::key),
            harvest_id: entity.harvest().map(Spelled),
            origin: entity.origin.clone().map(Json),
        }
    }
}

seen!(workshops, scope::of_workshops_seen!());

queries! { workshops: Workshop, WorkshopId }
bulk! {
    workshops: Workshop, set state, state_data, search_text, details, version, updated_at, edition, adapted_from, original_id,
        visibility, public_since, origin, origin_key, harvest_id
}

/// Those of a network that came from elsewhere, by some of the keys of their origins, in no order.
///
/// # Errors
/// Those of the database.
pub fn by_origins(conn: &mut Conn, network: NetworkId, keys: &[String]) -> Result<Vec<Workshop>, DbError> {
    let named = keys.iter().map(|key| Some(key.as_str()));
    let query = workshops::table.filter(workshops::network_id.eq(Spelled(network)));
    let rows: Vec<Row> = query.filter(workshops::origin_key.eq_any(named)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Workshop::from).collect())
}

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

/// Which workshops of the public catalog, in the order in which they changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct CatalogFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// Changed at or after this.
    pub from: Option<Timestamp>,
    /// Changed before this.
    pub before: Option<Timestamp>,
    /// Behind this one.
    pub after: Option<(Timestamp, WorkshopId)>,
    /// Also those that were in it once.
    pub gone: bool,
    /// Without those that are harvested from elsewhere.
    pub own: bool,
}

/// Workshops of the public catalog, at most so many.
///
/// # Errors
/// Those of the database.
pub fn public(conn: &mut Conn, filter: &CatalogFilter, limit: i64) -> Result<Vec<Workshop>, DbError> {
    let mut query = workshops::table.filter(workshops::public_since.is_not_null()).into_boxed::<MultiBackend>();
    if !filter.gone {
        query = query.filter(everybody());
    }
    if let Some(network) = filter.network {
        query = query.filter(workshops::network_id.eq(Spelled(network)));
    }
    if filter.own {
        query = query.filter(workshops::harvest_id.is_null());
    }
    if let Some(from) = filter.from {
        query = query.filter(workshops::updated_at.ge(At(from)));
    }
    if let Some(before) = filter.before {
        query = query.filter(workshops::updated_at.lt(At(before)));
    }
    if let Some((at, id)) = filter.after {
        let same = workshops::updated_at.eq(At(at)).and(workshops::id.gt(Spelled(id)));
        query = query.filter(workshops::updated_at.gt(At(at)).or(same));
    }
    query = query.order((workshops::updated_at.asc(), workshops::id.asc()));
    let rows: Vec<Row> = query.limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Workshop::from).collect())
}

/// A workshop that is in the public catalog, or was.
///
/// # Errors
/// [`DbError::NotFound`] when it never was.
pub fn once_public(conn: &mut Conn, id: WorkshopId) -> Result<Workshop, DbError> {
    let query = workshops::table.filter(workshops::id.eq(Spelled(id))).filter(workshops::public_since.is_not_null());
    let row: Row = query.select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

/// How many workshops were made of each of some, drafts left out.
///
/// # Errors
/// Those of the database.
pub fn counts_made_of(conn: &mut Conn, originals: &[WorkshopId]) -> Result<Vec<(WorkshopId, i64)>, DbError> {
    let named = originals.iter().map(|id| Some(Spelled(*id)));
    let query = workshops::table
        .filter(workshops::original_id.eq_any(named))
        .filter(workshops::state.ne(Spelled(WorkshopStateName::Draft)));
    let rows: Vec<(Option<Spelled<WorkshopId>>, i64)> =
        query.group_by(workshops::original_id).select((workshops::original_id, count_star())).load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, count)| Some((id?.0, count))).collect())
}

/// Networks that ever had a workshop in the public catalog, in order.
///
/// # Errors
/// Those of the database.
pub fn public_networks(conn: &mut Conn) -> Result<Vec<NetworkId>, DbError> {
    let query = workshops::table.filter(workshops::public_since.is_not_null()).select(workshops::network_id).distinct();
    let ids: Vec<Spelled<NetworkId>> = query.order(workshops::network_id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// How many workshops are in the public catalog.
///
/// # Errors
/// Those of the database.
pub fn count_public(conn: &mut Conn, network: Option<NetworkId>) -> Result<i64, DbError> {
    let mut query = workshops::table.filter(everybody()).into_boxed::<MultiBackend>();
    if let Some(network) = network {
        query = query.filter(workshops::network_id.eq(Spelled(network)));
    }
    Ok(query.select(count_star()).first(conn)?)
}

/// Published, for everybody to find.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn everybody() -> _ {
    let (state, visibility): (Spelled<WorkshopStateName>, Spelled<Visibility>) =
        (Spelled(WorkshopStateName::Published), Spelled(Visibility::Public));
    workshops::state.eq(state).and(workshops::visibility.eq(visibility))
}
