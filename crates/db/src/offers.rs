//! Offers.

use diesel::prelude::*;
use packhorse_domain::{
    Scope, Timestamp,
    id::{NetworkId, OfferId, RequestId, TourId, TrainerId},
    offer::{Offer, OfferState, OfferStateName, OfferTerms},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::offers,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = offers, treat_none_as_null = true)]
struct Row {
    id: Spelled<OfferId>,
    request_id: Spelled<RequestId>,
    network_id: Spelled<NetworkId>,
    trainer_id: Spelled<TrainerId>,
    trainer_network_id: Spelled<NetworkId>,
    state: Spelled<OfferStateName>,
    state_data: Json<OfferState>,
    expires_at: Option<At>,
    terms: Json<OfferTerms>,
    tour_id: Option<Spelled<TourId>>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            request: row.request_id.0,
            network: row.network_id.0,
            trainer: row.trainer_id.0,
            trainer_network: row.trainer_network_id.0,
            terms: row.terms.0,
            tour: row.tour_id.map(|id| id.0),
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Offer> for Row {
    fn from(entity: &Offer) -> Self {
        Self {
            id: Spelled(entity.id),
            request_id: Spelled(entity.request),
            network_id: Spelled(entity.network),
            trainer_id: Spelled(entity.trainer),
            trainer_network_id: Spelled(entity.trainer_network),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            expires_at: entity.state.expires_at().map(At),
            terms: Json(entity.terms.clone()),
            tour_id: entity.tour.map(Spelled),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, those made to them, those made to trainers of networks they coordinate, and where nobody
// coordinates those for requests of their libraries.
seen!(
    offers,
    concat!(
        "offers.network_id IN ",
        scope::subjects!("coordinator"),
        " OR offers.trainer_id IN ",
        scope::subjects!("trainer"),
        " OR offers.trainer_network_id IN ",
        scope::subjects!("coordinator"),
        " OR ",
        scope::of_own_requests!("offers.network_id", "offers.request_id")
    )
);

queries! { offers: Offer, OfferId }

/// What a list of offers may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct OfferFilter {
    /// For this request.
    pub request: Option<RequestId>,
    /// Made to this trainer.
    pub trainer: Option<TrainerId>,
    /// In this state.
    pub state: Option<OfferStateName>,
}

/// One page of offers; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &OfferFilter, page: &Page) -> Result<Vec<Offer>, DbError> {
    let mut query = visible(scope);
    if let Some(request) = filter.request {
        query = query.filter(offers::request_id.eq(Spelled(request)));
    }
    if let Some(trainer) = filter.trainer {
        query = query.filter(offers::trainer_id.eq(Spelled(trainer)));
    }
    if let Some(state) = filter.state {
        query = query.filter(offers::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, offers::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Offer::from).collect())
}

/// Offers for a request that are still out: pending or countered.
///
/// # Errors
/// Those of the database.
pub fn out_for(conn: &mut Conn, request: RequestId) -> Result<Vec<Offer>, DbError> {
    let query = offers::table.filter(offers::request_id.eq(Spelled(request))).filter(offers::expires_at.is_not_null());
    let rows: Vec<Row> = query.order(offers::id.asc()).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Offer::from).collect())
}

/// Offers to some trainers, by trainer: all, or those that are still out.
///
/// # Errors
/// Those of the database.
pub fn of_trainers(conn: &mut Conn, trainers: &[TrainerId], only_out: bool) -> Result<Vec<Offer>, DbError> {
    let theirs = offers::trainer_id.eq_any(trainers.iter().map(|id| Spelled(*id)));
    let mut query = offers::table.filter(theirs).into_boxed::<MultiBackend>();
    if only_out {
        query = query.filter(offers::expires_at.is_not_null());
    }
    let rows: Vec<Row> = query.order((offers::trainer_id, offers::id)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Offer::from).collect())
}

/// Offers whose hold has run out; at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn overdue(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<OfferId>, DbError> {
    let query = offers::table.filter(offers::expires_at.le(At(now))).order(offers::id.asc()).limit(limit);
    let ids: Vec<Spelled<OfferId>> = query.select(offers::id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}
