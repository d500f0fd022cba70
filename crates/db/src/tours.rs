//! Tours that trainers are asked for.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, RequestId, TourId, TourPlanId, TrainerId},
    tour::{Tour, TourShares, TourState, TourStateName, TourStop},
    tour_plan::Effort,
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::tours,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

/// What stands in no column of its own.
#[derive(Debug, Serialize, Deserialize)]
struct Details {
    stops: Vec<TourStop>,
    effort: Effort,
    alone: Effort,
    shares: TourShares,
    dropped: Vec<RequestId>,
    revised: Option<TourShares>,
    consents: Vec<RequestId>,
    message: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tours, treat_none_as_null = true)]
struct Row {
    id: Spelled<TourId>,
    network_id: Spelled<NetworkId>,
    trainer_id: Spelled<TrainerId>,
    trainer_network_id: Spelled<NetworkId>,
    plan_id: Spelled<TourPlanId>,
    state: Spelled<TourStateName>,
    state_data: Json<TourState>,
    details: Json<Details>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Tour {
    fn from(row: Row) -> Self {
        let Details { stops, effort, alone, shares, dropped, revised, consents, message } = row.details.0;
        Self {
            id: row.id.0,
            network: row.network_id.0,
            trainer: row.trainer_id.0,
            trainer_network: row.trainer_network_id.0,
            plan: row.plan_id.0,
            stops,
            effort,
            alone,
            shares,
            dropped,
            revised,
            consents,
            message,
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Tour> for Row {
    fn from(entity: &Tour) -> Self {
        let details = Details {
            stops: entity.stops.clone(),
            effort: entity.effort,
            alone: entity.alone,
            shares: entity.shares.clone(),
            dropped: entity.dropped.clone(),
            revised: entity.revised.clone(),
            consents: entity.consents.clone(),
            message: entity.message.clone(),
        };
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            trainer_id: Spelled(entity.trainer),
            trainer_network_id: Spelled(entity.trainer_network),
            plan_id: Spelled(entity.plan),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            details: Json(details),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, those they are asked for, those that trainers of networks they coordinate are asked for,
// and those that stop at libraries they work in.
seen!(
    tours,
    concat!(
        "tours.network_id IN ",
        scope::subjects!("coordinator"),
        " OR tours.trainer_id IN ",
        scope::subjects!("trainer"),
        " OR tours.trainer_network_id IN ",
        scope::subjects!("coordinator"),
        " OR tours.id IN (SELECT tour_id FROM offers JOIN requests ON requests.id = offers.request_id WHERE library_id IN ",
        scope::subjects!("staff"),
        ")"
    )
);

queries! { tours: Tour, TourId }

/// What a list of tours may be narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct TourFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// That this trainer is asked for.
    pub trainer: Option<TrainerId>,
    /// In this state.
    pub state: Option<TourStateName>,
}

/// One page of tours; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: TourFilter, page: &Page) -> Result<Vec<Tour>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(tours::network_id.eq(Spelled(network)));
    }
    if let Some(trainer) = filter.trainer {
        query = query.filter(tours::trainer_id.eq(Spelled(trainer)));
    }
    if let Some(state) = filter.state {
        query = query.filter(tours::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, tours::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Tour::from).collect())
}
