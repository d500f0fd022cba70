//! Commitments: the stretches of time that holds and bookings take. The database refuses overlaps.
//!
//! Whoever changes them has locked their holder first ([`crate::lock`]).

use diesel::prelude::*;
use packhorse_domain::{
    Coordinates, Interval, Timestamp,
    booking::BookingStateName,
    commitment::{Cause, Commitment, Holder},
    id::{BookingId, CommitmentId, LibraryId, NetworkId, OfferId, RoomId, TrainerId},
};

use crate::{
    Conn, DbError,
    error::one,
    schema::{bookings, commitments, offers},
    types::{At, Spelled},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = commitments, treat_none_as_null = true)]
struct Row {
    id: Spelled<CommitmentId>,
    trainer_id: Option<Spelled<TrainerId>>,
    room_id: Option<Spelled<RoomId>>,
    offer_id: Spelled<OfferId>,
    booking_id: Option<Spelled<BookingId>>,
    work_starts_at: At,
    work_ends_at: At,
    starts_at: At,
    ends_at: At,
    latitude: Option<f64>,
    longitude: Option<f64>,
    expires_at: Option<At>,
    active: bool,
}

impl TryFrom<Row> for Commitment {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let corrupt = || DbError::Corrupt(format!("commitment {}", row.id.0));
        let holder = match (row.trainer_id, row.room_id) {
            (Some(trainer), None) => Holder::Trainer(trainer.0),
            (None, Some(room)) => Holder::Room(room.0),
            (Some(_), Some(_)) | (None, None) => return Err(corrupt()),
        };
        Ok(Self {
            id: row.id.0,
            holder,
            cause: Cause { offer: row.offer_id.0, booking: row.booking_id.map(|booking| booking.0) },
            work: Interval::new(row.work_starts_at.0, row.work_ends_at.0).ok_or_else(corrupt)?,
            taken: Interval::new(row.starts_at.0, row.ends_at.0).ok_or_else(corrupt)?,
            place: row.latitude.zip(row.longitude).and_then(|(lat, lon)| Coordinates::new(lat, lon)),
            expires_at: row.expires_at.map(|at| at.0),
        })
    }
}

impl From<&Commitment> for Row {
    fn from(commitment: &Commitment) -> Self {
        let (trainer_id, room_id) = match commitment.holder {
            Holder::Trainer(trainer) => (Some(Spelled(trainer)), None),
            Holder::Room(room) => (None, Some(Spelled(room))),
        };
        Self {
            id: Spelled(commitment.id),
            trainer_id,
            room_id,
            offer_id: Spelled(commitment.cause.offer),
            booking_id: commitment.cause.booking.map(Spelled),
            work_starts_at: At(commitment.work.start),
            work_ends_at: At(commitment.work.end),
            starts_at: At(commitment.taken.start),
            ends_at: At(commitment.taken.end),
            latitude: commitment.place.map(|place| place.lat),
            longitude: commitment.place.map(|place| place.lon),
            expires_at: commitment.expires_at.map(At),
            active: true,
        }
    }
}

/// Active commitments of some trainers that end after `from`, holds that ran out excepted, by trainer and time.
///
/// # Errors
/// Those of the database.
pub fn of_trainers(
    conn: &mut Conn,
    trainers: &[TrainerId],
    from: Timestamp,
    now: Timestamp,
) -> Result<Vec<Commitment>, DbError> {
    let ids = trainers.iter().map(|id| Spelled(*id));
    let query = commitments::table
        .filter(commitments::trainer_id.eq_any(ids))
        .filter(commitments::active.eq(true))
        .filter(commitments::ends_at.gt(At(from)))
        .filter(commitments::expires_at.is_null().or(commitments::expires_at.gt(At(now))));
    let rows: Vec<Row> =
        query.order((commitments::trainer_id, commitments::starts_at)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Commitment::try_from).collect()
}

/// A trainer who is somewhere for a booking.
#[derive(Debug, Clone, Copy)]
pub struct Presence {
    /// Who.
    pub trainer: TrainerId,
    /// The network that booked them.
    pub network: NetworkId,
    /// The library that hosts.
    pub library: LibraryId,
    /// Where.
    pub place: Coordinates,
    /// From leaving home to being back, or to the next workshop.
    pub taken: Interval,
}

/// Network, library and trainer of a booking.
type Booked = (Spelled<NetworkId>, Spelled<LibraryId>, Spelled<TrainerId>);

/// Bookings on site, tentative or confirmed, that take time within a period at some latitudes; at most so many, those that begin
/// first.
///
/// # Errors
/// Those of the database.
pub fn of_bookings(
    conn: &mut Conn,
    during: Interval,
    latitudes: (f64, f64),
    limit: i64,
) -> Result<Vec<Presence>, DbError> {
    let standing = [BookingStateName::Tentative, BookingStateName::Confirmed].map(Spelled);
    let query = commitments::table
        .inner_join(bookings::table.on(commitments::booking_id.eq(bookings::id.nullable())))
        .filter(commitments::active.eq(true))
        .filter(commitments::trainer_id.is_not_null())
        .filter(commitments::starts_at.lt(At(during.end)))
        .filter(commitments::ends_at.gt(At(during.start)))
        .filter(commitments::latitude.ge(latitudes.0))
        .filter(commitments::latitude.le(latitudes.1))
        .filter(bookings::venue_id.is_not_null())
        .filter(bookings::state.eq_any(standing));
    let columns = (bookings::network_id, bookings::library_id, bookings::trainer_id);
    let query = query.order((commitments::starts_at, commitments::id)).limit(limit);
    let found: Vec<(Booked, Row)> = query.select((columns, Row::as_select())).load(conn)?;
    let told = found.into_iter().filter_map(|((network, library, trainer), row)| {
        let told = Commitment::try_from(row).map(|each| {
            let (network, library, trainer) = (network.0, library.0, trainer.0);
            Some(Presence { trainer, network, library, place: each.place?, taken: each.taken })
        });
        told.transpose()
    });
    told.collect()
}

/// Active commitments of some rooms that end after `from`, holds that ran out excepted, by room and time.
///
/// # Errors
/// Those of the database.
pub fn of_rooms(
    conn: &mut Conn,
    rooms: &[RoomId],
    from: Timestamp,
    now: Timestamp,
) -> Result<Vec<Commitment>, DbError> {
    let query = commitments::table
        .filter(commitments::room_id.eq_any(rooms.iter().map(|id| Spelled(*id))))
        .filter(commitments::active.eq(true))
        .filter(commitments::ends_at.gt(At(from)))
        .filter(commitments::expires_at.is_null().or(commitments::expires_at.gt(At(now))));
    let rows: Vec<Row> =
        query.order((commitments::room_id, commitments::starts_at)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Commitment::try_from).collect()
}

/// Active commitments that an offer, and the booking it became, has taken.
///
/// # Errors
/// Those of the database.
pub fn of_offer(conn: &mut Conn, offer: OfferId) -> Result<Vec<Commitment>, DbError> {
    let query =
        commitments::table.filter(commitments::offer_id.eq(Spelled(offer))).filter(commitments::active.eq(true));
    let rows: Vec<Row> = query.order(commitments::id.asc()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Commitment::try_from).collect()
}

/// Offers whose hold on a trainer or a room has run out and still takes time there, each with its trainer.
///
/// # Errors
/// Those of the database.
pub fn overdue(
    conn: &mut Conn,
    trainer: TrainerId,
    room: Option<RoomId>,
    now: Timestamp,
) -> Result<Vec<(OfferId, TrainerId)>, DbError> {
    let theirs = commitments::trainer_id.eq(Spelled(trainer)).or(commitments::room_id.eq(room.map(Spelled)));
    let query = commitments::table
        .inner_join(offers::table.on(offers::id.eq(commitments::offer_id)))
        .filter(theirs.assume_not_null())
        .filter(commitments::active.eq(true))
        .filter(commitments::expires_at.le(At(now)));
    let found: Vec<(Spelled<OfferId>, Spelled<TrainerId>)> =
        query.select((offers::id, offers::trainer_id)).distinct().order(offers::id).load(conn)?;
    Ok(found.into_iter().map(|(offer, trainer)| (offer.0, trainer.0)).collect())
}

/// Takes a stretch of time.
///
/// # Errors
/// [`DbError::Conflict`] `commitments_trainer_overlap` or `commitments_room_overlap` when it is taken already.
pub fn insert(conn: &mut Conn, commitment: &Commitment) -> Result<(), DbError> {
    one(diesel::insert_into(commitments::table).values(Row::from(commitment)).execute(conn)?)
}

/// Changes what a commitment takes.
///
/// # Errors
/// As [`insert`].
pub fn update(conn: &mut Conn, commitment: &Commitment) -> Result<(), DbError> {
    let row = commitments::table.filter(commitments::id.eq(Spelled(commitment.id)));
    one(diesel::update(row).set(Row::from(commitment)).execute(conn)?)
}

/// Gives a stretch of time back; the row stays as history.
///
/// # Errors
/// Those of the database.
pub fn release(conn: &mut Conn, id: CommitmentId) -> Result<(), DbError> {
    let row = commitments::table.filter(commitments::id.eq(Spelled(id)));
    one(diesel::update(row).set(commitments::active.eq(false)).execute(conn)?)
}
