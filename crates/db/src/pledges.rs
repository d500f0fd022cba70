//! Pledges of neighbors to requests.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{LibraryId, NetworkId, PledgeId, RequestId},
    pledge::{Pledge, PledgeDetails, PledgeState, PledgeStateName},
};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::pledges,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pledges, treat_none_as_null = true)]
struct Row {
    id: Spelled<PledgeId>,
    request_id: Spelled<RequestId>,
    network_id: Spelled<NetworkId>,
    library_id: Spelled<LibraryId>,
    state: Spelled<PledgeStateName>,
    state_data: Json<PledgeState>,
    terms: i64,
    details: Json<PledgeDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Pledge {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            request: row.request_id.0,
            network: row.network_id.0,
            library: row.library_id.0,
            terms: u32::try_from(row.terms).unwrap_or_default(),
            details: row.details.0,
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Pledge> for Row {
    fn from(entity: &Pledge) -> Self {
        Self {
            id: Spelled(entity.id),
            request_id: Spelled(entity.request),
            network_id: Spelled(entity.network),
            library_id: Spelled(entity.library),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            terms: entity.terms.into(),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, to and of libraries they work in, and of others who pledged to the same request and stayed.
seen!(
    pledges,
    concat!(
        "pledges.network_id IN ",
        scope::subjects!("coordinator"),
        " OR pledges.library_id IN ",
        scope::subjects!("staff"),
        " OR pledges.request_id IN (SELECT id FROM requests WHERE library_id IN ",
        scope::subjects!("staff"),
        ") OR pledges.request_id IN ",
        scope::of_requests_joined!()
    )
);

queries! { pledges: Pledge, PledgeId }

/// One page of pledges to a request; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, request: RequestId, page: &Page) -> Result<Vec<Pledge>, DbError> {
    let query = visible(scope).filter(pledges::request_id.eq(Spelled(request)));
    let rows: Vec<Row> = paged!(query, pledges::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Pledge::from).collect())
}

/// All that there ever were to a request, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_request(conn: &mut Conn, request: RequestId) -> Result<Vec<Pledge>, DbError> {
    let query = pledges::table.filter(pledges::request_id.eq(Spelled(request))).order(pledges::id);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Pledge::from).collect())
}
