//! Bookings.

use diesel::prelude::*;
use packhorse_domain::{
    Format, Interval, Scope, Timestamp,
    booking::{Booking, BookingState, BookingStateName, Reschedule, Taught},
    id::{BookingId, LibraryId, NetworkId, OfferId, RequestId, TrainerId, VenueId},
    offer::OfferTerms,
    policy::CancellationTier,
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::bookings,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

/// What no query looks into.
#[derive(Debug, Serialize, Deserialize)]
struct Details {
    co_hosts: Vec<LibraryId>,
    title: String,
    // None of those kept before it was noted.
    #[serde(default)]
    workshop: Option<Taught>,
    format: Format,
    terms: OfferTerms,
    cancellation: Vec<CancellationTier>,
    history: Vec<Reschedule>,
    sequence: u32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bookings, treat_none_as_null = true)]
struct Row {
    id: Spelled<BookingId>,
    request_id: Spelled<RequestId>,
    offer_id: Spelled<OfferId>,
    network_id: Spelled<NetworkId>,
    library_id: Spelled<LibraryId>,
    trainer_id: Spelled<TrainerId>,
    trainer_network_id: Spelled<NetworkId>,
    venue_id: Option<Spelled<VenueId>>,
    state: Spelled<BookingStateName>,
    state_data: Json<BookingState>,
    starts_at: At,
    ends_at: At,
    details: Json<Details>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Booking {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            request: row.request_id.0,
            offer: row.offer_id.0,
            network: row.network_id.0,
            library: row.library_id.0,
            trainer: row.trainer_id.0,
            trainer_network: row.trainer_network_id.0,
            state: row.state_data.0,
            co_hosts: row.details.0.co_hosts,
            title: row.details.0.title,
            workshop: row.details.0.workshop,
            format: row.details.0.format,
            terms: row.details.0.terms,
            cancellation: row.details.0.cancellation,
            history: row.details.0.history,
            sequence: row.details.0.sequence,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Booking> for Row {
    fn from(entity: &Booking) -> Self {
        Self {
            id: Spelled(entity.id),
            request_id: Spelled(entity.request),
            offer_id: Spelled(entity.offer),
            network_id: Spelled(entity.network),
            library_id: Spelled(entity.library),
            trainer_id: Spelled(entity.trainer),
            trainer_network_id: Spelled(entity.trainer_network),
            venue_id: entity.terms.venue.map(Spelled),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            starts_at: At(entity.terms.time.start),
            ends_at: At(entity.terms.time.end),
            details: Json(Details {
                co_hosts: entity.co_hosts.clone(),
                title: entity.title.clone(),
                workshop: entity.workshop,
                format: entity.format,
                terms: entity.terms.clone(),
                cancellation: entity.cancellation.clone(),
                history: entity.history.clone(),
                sequence: entity.sequence,
            }),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, of libraries they work in, their own, and those of trainers they lend.
seen!(
    bookings,
    concat!(
        "bookings.network_id IN ",
        scope::subjects!("coordinator"),
        " OR bookings.library_id IN ",
        scope::subjects!("staff"),
        " OR bookings.trainer_id IN ",
        scope::subjects!("trainer"),
        " OR bookings.trainer_network_id IN ",
        scope::subjects!("coordinator")
    )
);

queries! { bookings: Booking, BookingId }

/// What a list of bookings may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct BookingFilter {
    /// For this request.
    pub request: Option<RequestId>,
    /// Hosted by this library.
    pub library: Option<LibraryId>,
    /// Taught by this trainer.
    pub trainer: Option<TrainerId>,
    /// In this state.
    pub state: Option<BookingStateName>,
}

/// One page of bookings; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &BookingFilter, page: &Page) -> Result<Vec<Booking>, DbError> {
    let mut query = visible(scope);
    if let Some(request) = filter.request {
        query = query.filter(bookings::request_id.eq(Spelled(request)));
    }
    if let Some(library) = filter.library {
        query = query.filter(bookings::library_id.eq(Spelled(library)));
    }
    if let Some(trainer) = filter.trainer {
        query = query.filter(bookings::trainer_id.eq(Spelled(trainer)));
    }
    if let Some(state) = filter.state {
        query = query.filter(bookings::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, bookings::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Booking::from).collect())
}

/// Whose calendar is read.
#[derive(Debug, Clone, Copy)]
pub enum CalendarOf {
    /// A trainer's.
    Trainer(TrainerId),
    /// A venue's.
    Venue(VenueId),
}

/// Bookings of a trainer or venue that touch a stretch of time, canceled ones too, in order of time; at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn calendar(
    conn: &mut Conn,
    scope: Scope,
    of: CalendarOf,
    range: Interval,
    limit: i64,
) -> Result<Vec<Booking>, DbError> {
    let mut query =
        visible(scope).filter(bookings::ends_at.gt(At(range.start))).filter(bookings::starts_at.lt(At(range.end)));
    query = match of {
        CalendarOf::Trainer(trainer) => query.filter(bookings::trainer_id.eq(Spelled(trainer))),
        CalendarOf::Venue(venue) => query.filter(bookings::venue_id.eq(Spelled(venue))),
    };
    let rows: Vec<Row> =
        query.order((bookings::starts_at, bookings::id)).limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Booking::from).collect())
}

/// Bookings of a library that stand and begin between two instants: its training days.
///
/// # Errors
/// Those of the database.
pub fn of_library(
    conn: &mut Conn,
    library: LibraryId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Booking>, DbError> {
    let query = bookings::table
        .filter(bookings::library_id.eq(Spelled(library)))
        .filter(bookings::state.ne(Spelled(BookingStateName::Canceled)))
        .filter(bookings::starts_at.ge(At(from)))
        .filter(bookings::starts_at.lt(At(to)));
    let rows: Vec<Row> = query.order((bookings::starts_at, bookings::id)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Booking::from).collect())
}

/// Bookings of some trainers, by trainer and time, canceled ones too.
///
/// # Errors
/// Those of the database.
pub fn of_trainers(conn: &mut Conn, trainers: &[TrainerId]) -> Result<Vec<Booking>, DbError> {
    let theirs = bookings::trainer_id.eq_any(trainers.iter().map(|id| Spelled(*id)));
    let query = bookings::table.filter(theirs).order((bookings::trainer_id, bookings::starts_at, bookings::id));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Booking::from).collect())
}

/// Bookings that a library hosts and hosted, canceled ones too.
///
/// # Errors
/// Those of the database.
pub fn hosted_by(conn: &mut Conn, library: LibraryId) -> Result<Vec<Booking>, DbError> {
    let hosted = bookings::table.filter(bookings::library_id.eq(Spelled(library)));
    let rows: Vec<Row> = hosted.order(bookings::id).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Booking::from).collect())
}

/// How many bookings of some trainers stand and are not over at an instant.
///
/// # Errors
/// Those of the database.
pub fn count_ahead(conn: &mut Conn, trainers: &[TrainerId], now: Timestamp) -> Result<i64, DbError> {
    let standing = [BookingStateName::Tentative, BookingStateName::Confirmed].map(Spelled);
    let query = bookings::table
        .filter(bookings::trainer_id.eq_any(trainers.iter().map(|id| Spelled(*id))))
        .filter(bookings::state.eq_any(standing))
        .filter(bookings::ends_at.gt(At(now)));
    Ok(query.count().get_result(conn)?)
}
