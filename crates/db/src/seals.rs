//! Seals: the chain of hashes over the events.

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use packhorse_domain::{event::Event, id::EventId};

use crate::{
    Conn, DbError,
    connection::MultiBackend,
    entity::insert_all,
    error::one,
    events::{self, Position},
    schema::{events as log, seal_head, seals},
    types::Spelled,
};

/// What proves how an event was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Where in the chain, from 1.
    pub place: i64,
    /// Of which event.
    pub event: EventId,
    /// What was mixed into the digest.
    pub salt: String,
    /// SHA-256 of salt, before and after, hexadecimal.
    pub digest: String,
    /// SHA-256 of the rest of the event, the digest, and the hash before, hexadecimal.
    pub hash: String,
}

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Place of the last seal; 0 when there is none.
    pub place: i64,
    /// Where its event is in the feed.
    pub position: Position,
    /// Its hash; empty when there is none.
    pub hash: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = seals)]
struct Row {
    place: i64,
    event_id: Spelled<EventId>,
    salt: String,
    digest: String,
    hash: String,
}

impl From<Row> for Seal {
    fn from(row: Row) -> Self {
        let Row { place, event_id, salt, digest, hash } = row;
        Self { place, event: event_id.0, salt, digest, hash }
    }
}

impl From<Seal> for Row {
    fn from(seal: Seal) -> Self {
        let Seal { place, event, salt, digest, hash } = seal;
        Self { place, event_id: Spelled(event), salt, digest, hash }
    }
}

/// Where the chain ends.
///
/// # Errors
/// [`DbError::NotFound`] when somebody took that away.
pub fn head(conn: &mut Conn) -> Result<Head, DbError> {
    let columns = (seal_head::place, seal_head::tx, seal_head::seq, seal_head::hash);
    let (place, tx, seq, hash) = seal_head::table.select(columns).first(conn)?;
    Ok(Head { place, position: Position { tx, seq }, hash })
}

/// Adds seals behind the head, and moves it.
///
/// # Errors
/// [`DbError::Contention`] when somebody else moved it meanwhile, [`DbError::NotFound`] for no seals.
pub fn append(conn: &mut Conn, was: &Head, now: &Head, added: Vec<Seal>) -> Result<(), DbError> {
    insert_all!(seals, conn, added.into_iter().map(Row::from))?;
    let row = seal_head::table.filter(seal_head::place.eq(was.place));
    let moved = (
        seal_head::place.eq(now.place),
        seal_head::tx.eq(now.position.tx),
        seal_head::seq.eq(now.position.seq),
        seal_head::hash.eq(now.hash.clone()),
    );
    one(diesel::update(row).set(moved).execute(conn)?)
}

/// The seals of some events, in no order.
///
/// # Errors
/// Those of the database.
pub fn of_events(conn: &mut Conn, ids: &[EventId]) -> Result<Vec<Seal>, DbError> {
    let query = seals::table.filter(seals::event_id.eq_any(ids.iter().map(|id| Spelled(*id))));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Seal::from).collect())
}

/// A seal with its event as it is now and where in the feed that is; nothing when it is gone.
pub type Sealed = (Seal, Option<(Position, Event)>);

/// Some seals behind a place, in their order.
///
/// # Errors
/// Those of the database.
pub fn walk(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Sealed>, DbError> {
    type Found = (Row, Option<(i64, i64)>, Option<events::Row>);
    let rows: Vec<Found> = seals::table
        .left_join(log::table.on(log::id.eq(seals::event_id)))
        .filter(seals::place.gt(after))
        .order(seals::place)
        .limit(limit)
        .select((Row::as_select(), (log::tx, log::seq).nullable(), Option::<events::Row>::as_select()))
        .load(conn)?;
    let event = |((tx, seq), row): ((i64, i64), events::Row)| (Position { tx, seq }, Event::from(row));
    Ok(rows.into_iter().map(|(seal, position, row)| (seal.into(), position.zip(row).map(event))).collect())
}

/// Some events that have no seal though one behind them has.
///
/// # Errors
/// Those of the database.
pub fn missing(conn: &mut Conn, head: Position, limit: i64) -> Result<Vec<EventId>, DbError> {
    let sealed = seals::table.filter(seals::event_id.eq(log::id));
    let query = log::table
        .filter(not(events::behind(head.tx, head.seq)))
        .filter(not(exists(sealed)))
        .order((log::tx, log::seq))
        .limit(limit);
    let ids: Vec<Spelled<EventId>> = query.select(log::id).into_boxed::<MultiBackend>().load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// How many events are behind the last that has a seal.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, head: Position) -> Result<i64, DbError> {
    Ok(log::table.filter(events::behind(head.tx, head.seq)).count().get_result(conn)?)
}
