//! Sessions: dated deliveries of workshops.

use diesel::prelude::*;
use packhorse_domain::{
    Interval, Scope, Timestamp,
    id::{BookingId, LibraryId, NetworkId, SessionId, TrainerId, VenueId, WorkshopId},
    session::{Session, SessionDetails, SessionState, SessionStateName},
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::workshop_sessions,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

/// What no query looks into.
#[derive(Debug, Serialize, Deserialize)]
struct Details {
    said: SessionDetails,
    previous_time: Option<Interval>,
    moved_online_at: Option<Timestamp>,
    sequence: u32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = workshop_sessions, treat_none_as_null = true)]
struct Row {
    id: Spelled<SessionId>,
    network_id: Spelled<NetworkId>,
    workshop_id: Option<Spelled<WorkshopId>>,
    booking_id: Option<Spelled<BookingId>>,
    library_id: Option<Spelled<LibraryId>>,
    trainer_id: Option<Spelled<TrainerId>>,
    venue_id: Option<Spelled<VenueId>>,
    state: Spelled<SessionStateName>,
    state_data: Json<SessionState>,
    starts_at: At,
    ends_at: At,
    published_at: Option<At>,
    details: Json<Details>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        let Details { said: details, previous_time, moved_online_at, sequence } = row.details.0;
        Self {
            id: row.id.0,
            network: row.network_id.0,
            workshop: row.workshop_id.map(|id| id.0),
            booking: row.booking_id.map(|id| id.0),
            library: row.library_id.map(|id| id.0),
            trainer: row.trainer_id.map(|id| id.0),
            details,
            previous_time,
            published_at: row.published_at.map(|at| at.0),
            moved_online_at,
            sequence,
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Session> for Row {
    fn from(entity: &Session) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            workshop_id: entity.workshop.map(Spelled),
            booking_id: entity.booking.map(Spelled),
            library_id: entity.library.map(Spelled),
            trainer_id: entity.trainer.map(Spelled),
            venue_id: entity.details.venue.map(Spelled),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            starts_at: At(entity.details.starts_at),
            ends_at: At(entity.details.ends_at),
            published_at: entity.published_at.map(At),
            details: Json(Details {
                said: entity.details.clone(),
                previous_time: entity.previous_time,
                moved_online_at: entity.moved_online_at,
                sequence: entity.sequence,
            }),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, of libraries they work in, and that they teach. Those of the catalog: of their networks and
// of those that lend to theirs.
seen!(
    workshop_sessions,
    concat!(
        "workshop_sessions.network_id IN ",
        scope::subjects!("coordinator"),
        " OR workshop_sessions.library_id IN ",
        scope::subjects!("staff"),
        " OR workshop_sessions.trainer_id IN ",
        scope::subjects!("trainer"),
        " OR workshop_sessions.published_at IS NOT NULL AND (workshop_sessions.network_id IN ",
        scope::networks!(),
        " OR workshop_sessions.network_id IN ",
        scope::lenders!(),
        ")"
    )
);

queries! { workshop_sessions: Session, SessionId }

/// What a list of sessions may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// Of this workshop.
    pub workshop: Option<WorkshopId>,
    /// Hosted by this library.
    pub library: Option<LibraryId>,
    /// In this state.
    pub state: Option<SessionStateName>,
    /// That end after this.
    pub from: Option<Timestamp>,
    /// That begin before this.
    pub until: Option<Timestamp>,
}

/// One page of sessions; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &SessionFilter, page: &Page) -> Result<Vec<Session>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(workshop_sessions::network_id.eq(Spelled(network)));
    }
    if let Some(workshop) = filter.workshop {
        query = query.filter(workshop_sessions::workshop_id.eq(Spelled(workshop)));
    }
    if let Some(library) = filter.library {
        query = query.filter(workshop_sessions::library_id.eq(Spelled(library)));
    }
    if let Some(state) = filter.state {
        query = query.filter(workshop_sessions::state.eq(Spelled(state)));
    }
    if let Some(from) = filter.from {
        query = query.filter(workshop_sessions::ends_at.gt(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(workshop_sessions::starts_at.lt(At(until)));
    }
    let rows: Vec<Row> = paged!(query, workshop_sessions::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// The session of a booking.
///
/// # Errors
/// [`DbError::NotFound`] when it has none.
pub fn of_booking(conn: &mut Conn, booking: BookingId) -> Result<Session, DbError> {
    let query = workshop_sessions::table.filter(workshop_sessions::booking_id.eq(Spelled(booking)));
    let row: Row = query.select(Row::as_select()).first(conn)?;
    Ok(row.into())
}
