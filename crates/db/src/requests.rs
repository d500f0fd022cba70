//! Training requests.

use diesel::prelude::*;
use packhorse_domain::{
    Scope, Timestamp, Zone,
    id::{LibraryId, NetworkId, RequestId},
    request::{Pool, RequestDetails, RequestState, RequestStateName, TrainingRequest, WAITING},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::requests,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = requests, treat_none_as_null = true)]
struct Row {
    id: Spelled<RequestId>,
    network_id: Spelled<NetworkId>,
    library_id: Spelled<LibraryId>,
    state: Spelled<RequestStateName>,
    state_data: Json<RequestState>,
    time_zone: Spelled<Zone>,
    closes_at: At,
    details: Json<RequestDetails>,
    pool: Option<Json<Pool>>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for TrainingRequest {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            library: row.library_id.0,
            time_zone: row.time_zone.0,
            details: row.details.0,
            pool: row.pool.map(|pool| pool.0),
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&TrainingRequest> for Row {
    fn from(entity: &TrainingRequest) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            library_id: Spelled(entity.library),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            time_zone: Spelled(entity.time_zone.clone()),
            closes_at: At(entity.closes_at().unwrap_or(entity.record.created_at)),
            details: Json(entity.details.clone()),
            pool: entity.pool.clone().map(Json),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, of libraries they work in, and those offered to them or to trainers they lend; those of
// their networks that wait for neighbors, and those they joined.
seen!(
    requests,
    concat!(
        "requests.network_id IN ",
        scope::subjects!("coordinator"),
        " OR requests.library_id IN ",
        scope::subjects!("staff"),
        " OR requests.id IN (SELECT request_id FROM offers WHERE trainer_id IN ",
        scope::subjects!("trainer"),
        " OR trainer_network_id IN ",
        scope::subjects!("coordinator"),
        ") OR requests.state = 'gathering' AND requests.network_id IN ",
        scope::networks!(),
        " OR requests.id IN ",
        scope::of_requests_joined!()
    )
);

queries! { requests: TrainingRequest, RequestId }

/// What a list of requests may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Served by this network.
    pub network: Option<NetworkId>,
    /// Of this library.
    pub library: Option<LibraryId>,
    /// In this state.
    pub state: Option<RequestStateName>,
}

/// One page of requests; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Conn,
    scope: Scope,
    filter: &RequestFilter,
    page: &Page,
) -> Result<Vec<TrainingRequest>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(requests::network_id.eq(Spelled(network)));
    }
    if let Some(library) = filter.library {
        query = query.filter(requests::library_id.eq(Spelled(library)));
    }
    if let Some(state) = filter.state {
        query = query.filter(requests::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, requests::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TrainingRequest::from).collect())
}

/// Open requests, those whose last window closes first; of all networks, or of some. At most `limit`.
///
/// # Errors
/// Those of the database.
pub fn open(
    conn: &mut Conn,
    networks: Option<&[NetworkId]>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<TrainingRequest>, DbError> {
    let mut query = requests::table.into_boxed::<MultiBackend>();
    if let Some(networks) = networks {
        query = query.filter(requests::network_id.eq_any(networks.iter().map(|id| Spelled(*id)).collect::<Vec<_>>()));
    }
    let query =
        query.filter(requests::state.eq(Spelled(RequestStateName::Open))).filter(requests::closes_at.gt(At(now)));
    let query = query.order((requests::closes_at.asc(), requests::id.asc())).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TrainingRequest::from).collect())
}

/// Requests of a network that wait for neighbors or a trainer, those that close first. At most `limit`.
///
/// # Errors
/// Those of the database.
pub fn waiting(
    conn: &mut Conn,
    network: NetworkId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<TrainingRequest>, DbError> {
    use RequestStateName::{Gathering, Open, Submitted};
    let query = requests::table.filter(requests::network_id.eq(Spelled(network)));
    let query = query.filter(requests::state.eq_any([Gathering, Submitted, Open].map(Spelled)));
    let query = query.filter(requests::closes_at.gt(At(now))).order((requests::closes_at, requests::id)).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TrainingRequest::from).collect())
}

/// Requests nobody was booked for whose last window has passed, or the day until which neighbors could join; at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn closed(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<TrainingRequest>, DbError> {
    let waiting = WAITING.iter().copied().map(Spelled);
    let query = requests::table.filter(requests::state.eq_any(waiting)).filter(requests::closes_at.le(At(now)));
    let rows: Vec<Row> = query.order(requests::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TrainingRequest::from).collect())
}
