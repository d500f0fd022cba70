//! Interest of trainers in requests.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{InterestId, NetworkId, RequestId, TrainerId},
    interest::{Interest, InterestDetails},
};

use crate::{
    Conn, DbError, Page,
    entity::{calendar_part, queries},
    page::paged,
    schema::interests,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = interests, treat_none_as_null = true)]
struct Row {
    id: Spelled<InterestId>,
    request_id: Spelled<RequestId>,
    trainer_id: Spelled<TrainerId>,
    network_id: Spelled<NetworkId>,
    details: Json<InterestDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Interest {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            request: row.request_id.0,
            trainer: row.trainer_id.0,
            network: row.network_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Interest> for Row {
    fn from(entity: &Interest) -> Self {
        Self {
            id: Spelled(entity.id),
            request_id: Spelled(entity.request),
            trainer_id: Spelled(entity.trainer),
            network_id: Spelled(entity.network),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Their own, those in requests of networks they coordinate, and where nobody coordinates those in requests of their libraries.
seen!(
    interests,
    concat!(
        scope::of_own_trainers!("interests.trainer_id"),
        " OR interests.network_id IN ",
        scope::subjects!("coordinator"),
        " OR ",
        scope::of_own_requests!("interests.network_id", "interests.request_id")
    )
);

calendar_part! { interests: Interest, of TrainerId, in trainer_id, of_trainers }
queries! { interests: Interest, InterestId }

/// What a list of interests may be narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct InterestFilter {
    /// In this request.
    pub request: Option<RequestId>,
    /// Of this trainer.
    pub trainer: Option<TrainerId>,
}

/// One page of interests; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: InterestFilter, page: &Page) -> Result<Vec<Interest>, DbError> {
    let mut query = visible(scope);
    if let Some(request) = filter.request {
        query = query.filter(interests::request_id.eq(Spelled(request)));
    }
    if let Some(trainer) = filter.trainer {
        query = query.filter(interests::trainer_id.eq(Spelled(trainer)));
    }
    let rows: Vec<Row> = paged!(query, interests::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Interest::from).collect())
}
