//! Sessions: dated deliveries of workshops.

use std::collections::HashSet;

use diesel::{
    dsl::{count_star, min},
    prelude::*,
};
use packhorse_domain::{
    Interval, Scope, Timestamp,
    id::{BookingId, LibraryId, NetworkId, SessionId, TrainerId, VenueId, WorkshopId},
    session::{Session, SessionDetails, SessionState, SessionStateName},
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::{workshop_sessions, workshops},
    scope::{self, seen},
    types::{At, Json, Spelled, record},
    workshops as catalog,
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

/// Which sessions of the public catalog, by date.
#[derive(Debug, Clone, Copy, Default)]
pub struct DatesFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// Of this workshop.
    pub workshop: Option<WorkshopId>,
    /// Taught by this trainer.
    pub trainer: Option<TrainerId>,
    /// At this venue.
    pub venue: Option<VenueId>,
    /// That end after this.
    pub from: Option<Timestamp>,
    /// That begin before this.
    pub until: Option<Timestamp>,
    /// Behind this one.
    pub after: Option<(Timestamp, SessionId)>,
}

/// Sessions of workshops in the public catalog, at most so many.
///
/// # Errors
/// Those of the database.
pub fn public(conn: &mut Conn, filter: &DatesFilter, limit: i64) -> Result<Vec<Session>, DbError> {
    let query = narrowed(filter).order((workshop_sessions::starts_at.asc(), workshop_sessions::id.asc())).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// All sessions of some workshops in the public catalog.
///
/// # Errors
/// Those of the database.
pub fn public_among(conn: &mut Conn, workshops: &[WorkshopId], filter: &DatesFilter) -> Result<Vec<Session>, DbError> {
    let of_them = workshop_sessions::workshop_id.eq_any(workshops.iter().map(|id| Some(Spelled(*id))));
    let query = narrowed(filter).filter(of_them).order((workshop_sessions::starts_at, workshop_sessions::id));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

fn narrowed(filter: &DatesFilter) -> workshop_sessions::BoxedQuery<'static, MultiBackend> {
    let mut query = shown();
    if let Some(network) = filter.network {
        query = query.filter(workshop_sessions::network_id.eq(Spelled(network)));
    }
    if let Some(workshop) = filter.workshop {
        query = query.filter(workshop_sessions::workshop_id.eq(Spelled(workshop)));
    }
    if let Some(trainer) = filter.trainer {
        query = query.filter(workshop_sessions::trainer_id.eq(Spelled(trainer)));
    }
    if let Some(venue) = filter.venue {
        query = query.filter(workshop_sessions::venue_id.eq(Spelled(venue)));
    }
    if let Some(from) = filter.from {
        query = query.filter(workshop_sessions::ends_at.gt(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(workshop_sessions::starts_at.lt(At(until)));
    }
    if let Some((at, id)) = filter.after {
        let same = workshop_sessions::starts_at.eq(At(at)).and(workshop_sessions::id.gt(Spelled(id)));
        query = query.filter(workshop_sessions::starts_at.gt(At(at)).or(same));
    }
    query
}

/// A session of a workshop in the public catalog.
///
/// # Errors
/// [`DbError::NotFound`] when it is none.
pub fn find_public(conn: &mut Conn, id: SessionId) -> Result<Session, DbError> {
    let row: Row = shown().filter(workshop_sessions::id.eq(Spelled(id))).select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

/// Sessions that were published, of workshops that everybody finds.
fn shown() -> workshop_sessions::BoxedQuery<'static, MultiBackend> {
    let everybody = workshops::table.filter(catalog::everybody()).select(workshops::id.nullable());
    workshop_sessions::table
        .filter(workshop_sessions::published_at.is_not_null())
        .filter(workshop_sessions::workshop_id.eq_any(everybody))
        .into_boxed()
}

/// Libraries that hosted sessions of some workshops which were held and published.
///
/// # Errors
/// Those of the database.
pub fn hosts(conn: &mut Conn, workshops: &[WorkshopId]) -> Result<Vec<(WorkshopId, LibraryId)>, DbError> {
    type Pair = (Option<Spelled<WorkshopId>>, Option<Spelled<LibraryId>>);
    let query = workshop_sessions::table
        .filter(workshop_sessions::workshop_id.eq_any(workshops.iter().map(|id| Some(Spelled(*id)))))
        .filter(workshop_sessions::state.eq(Spelled(SessionStateName::Held)))
        .filter(workshop_sessions::published_at.is_not_null());
    let rows: Vec<Pair> =
        query.select((workshop_sessions::workshop_id, workshop_sessions::library_id)).distinct().load(conn)?;
    Ok(rows.into_iter().filter_map(|(workshop, library)| Some((workshop?.0, library?.0))).collect())
}

/// Of each of some workshops in the public catalog the session that begins next.
///
/// # Errors
/// Those of the database.
pub fn next_public(conn: &mut Conn, workshops: &[WorkshopId], now: Timestamp) -> Result<Vec<Session>, DbError> {
    let named = || workshops.iter().map(|id| Some(Spelled(*id)));
    let ahead = workshop_sessions::table
        .filter(workshop_sessions::workshop_id.eq_any(named()))
        .filter(workshop_sessions::state.eq(Spelled(SessionStateName::Published)))
        .filter(workshop_sessions::starts_at.gt(At(now)));
    let first = ahead.group_by(workshop_sessions::workshop_id).select(min(workshop_sessions::starts_at));
    let starts: Vec<Option<At>> = first.load(conn)?;
    let query = shown()
        .filter(workshop_sessions::workshop_id.eq_any(named()))
        .filter(workshop_sessions::state.eq(Spelled(SessionStateName::Published)))
        .filter(workshop_sessions::starts_at.eq_any(starts.into_iter().flatten()))
        .order((workshop_sessions::starts_at.asc(), workshop_sessions::id.asc()));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    let mut seen = HashSet::new();
    let firsts =
        rows.into_iter().map(Session::from).filter(|session| session.workshop.is_some_and(|id| seen.insert(id)));
    Ok(firsts.collect())
}

/// How many sessions of workshops in the public catalog end after an instant.
///
/// # Errors
/// Those of the database.
pub fn count_public(conn: &mut Conn, from: Timestamp) -> Result<i64, DbError> {
    Ok(shown().filter(workshop_sessions::ends_at.gt(At(from))).select(count_star()).first(conn)?)
}

/// Sessions of some workshops in the public catalog that are still to come and to be held.
///
/// # Errors
/// Those of the database.
pub fn public_of(conn: &mut Conn, workshops: &[WorkshopId], from: Timestamp) -> Result<Vec<Session>, DbError> {
    let query = shown()
        .filter(workshop_sessions::workshop_id.eq_any(workshops.iter().map(|id| Some(Spelled(*id)))))
        .filter(workshop_sessions::state.eq(Spelled(SessionStateName::Published)))
        .filter(workshop_sessions::ends_at.gt(At(from)));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}
