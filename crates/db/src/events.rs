//! The append-only record of everything that changed.

use std::{fmt, str::FromStr};

use diesel::prelude::*;
use packhorse_domain::{
    Principal, Scope, Timestamp,
    event::Event,
    id::{EventId, NetworkId},
};
use serde_json::Value;

use crate::{
    Conn, DbError, InvalidCursor, Page,
    connection::MultiBackend,
    dialect::oldest_transaction,
    entity::insert_all,
    error::one,
    page::paged,
    schema::events,
    scope::{self, seen},
    types::{At, Json, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub(crate) struct Row {
    id: Spelled<EventId>,
    network_id: Option<Spelled<NetworkId>>,
    subject_kind: String,
    subject_id: String,
    action: String,
    actor_id: Option<Spelled<Principal>>,
    at: At,
    before: Option<Json<Value>>,
    after: Option<Json<Value>>,
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.map(|network| network.0),
            subject_kind: row.subject_kind,
            subject: row.subject_id,
            action: row.action,
            actor: row.actor_id.map(|actor| actor.0),
            at: row.at.0,
            before: row.before.map(|before| before.0),
            after: row.after.map(|after| after.0),
        }
    }
}

impl From<Event> for Row {
    fn from(event: Event) -> Self {
        Self {
            id: Spelled(event.id),
            network_id: event.network.map(Spelled),
            subject_kind: event.subject_kind,
            subject_id: event.subject,
            action: event.action,
            actor_id: event.actor.map(Spelled),
            at: At(event.at),
            before: event.before.map(Json),
            after: event.after.map(Json),
        }
    }
}

/// Adds one.
///
/// # Errors
/// Those of the database.
pub fn append(conn: &mut Conn, event: Event) -> Result<(), DbError> {
    one(diesel::insert_into(events::table).values(Row::from(event)).execute(conn)?)
}

/// Adds many, in their order.
///
/// # Errors
/// Those of the database.
pub fn append_all(conn: &mut Conn, events: Vec<Event>) -> Result<(), DbError> {
    insert_all!(events, conn, events.into_iter().map(Row::from))
}

/// Where somebody is in the feed of changes: behind an event. Opaque to callers, and checked when it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub(crate) tx: i64,
    pub(crate) seq: i64,
}

impl Position {
    /// Before the first event.
    pub const START: Self = Self { tx: -1, seq: -1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}", self.tx, self.seq)
    }
}

impl FromStr for Position {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (tx, seq) = text.split_once('.').ok_or(InvalidCursor)?;
        let written = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let number = |digits: &str| match i64::from_str_radix(digits, 16) {
            Ok(number) if digits.len() < 16 && digits.bytes().all(written) => Ok(number),
            Ok(_) | Err(_) => Err(InvalidCursor),
        };
        Ok(Self { tx: number(tx)?, seq: number(seq)? })
    }
}

/// What comes behind a place in the feed.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn behind(tx: i64, seq: i64) -> _ {
    events::tx.gt(tx).or(events::tx.eq(tx).and(events::seq.gt(seq)))
}

/// The end of the feed, as far as no transaction can put anything before it any more.
///
/// # Errors
/// Those of the database.
pub fn head(conn: &mut Conn) -> Result<Position, DbError> {
    let ended = oldest_transaction(conn)?;
    let mut query = events::table.into_boxed::<MultiBackend>();
    if let Some(ended) = ended {
        query = query.filter(events::tx.lt(ended));
    }
    let last = query.order((events::tx.desc(), events::seq.desc())).select((events::tx, events::seq)).first(conn);
    let last: Option<(i64, i64)> = last.optional()?;
    Ok(last.map_or(Position::START, |(tx, seq)| Position { tx, seq }))
}

/// What changed things of some kinds behind a position, in no order. Others may still come before them.
///
/// # Errors
/// Those of the database.
pub fn since(conn: &mut Conn, after: Position, kinds: &[&str]) -> Result<Vec<Event>, DbError> {
    let query = events::table.filter(behind(after.tx, after.seq));
    let query = query.filter(events::subject_kind.eq_any(kinds.iter().map(|kind| (*kind).to_owned())));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// What an event log is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// In this network.
    pub network: Option<NetworkId>,
    /// Of things of this kind.
    pub subject_kind: Option<String>,
    /// Of this thing.
    pub subject: Option<String>,
    /// By this person or program.
    pub actor: Option<Principal>,
    /// Of this action.
    pub action: Option<String>,
    /// Not earlier.
    pub from: Option<Timestamp>,
    /// Earlier.
    pub until: Option<Timestamp>,
}

/// How the log is read, apart from the feed.
#[derive(Debug, Clone, Copy)]
struct Audited;

// Events of networks they coordinate, and what they did themselves. To accept or withdraw moves offers to others, too: of offers
// they read those alone that they see.
seen!(
    events as Audited,
    audited,
    concat!(
        "events.network_id IN ",
        scope::subjects!("coordinator"),
        " OR events.actor_id = ? AND (events.subject_kind <> 'offer' OR events.subject_id IN (SELECT id FROM offers \
         WHERE trainer_id IN ",
        scope::subjects!("trainer"),
        " OR trainer_network_id IN ",
        scope::subjects!("coordinator"),
        "))"
    )
);

/// One page of events, by id; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &EventFilter, page: &Page) -> Result<Vec<Event>, DbError> {
    let mut query = audited(scope);
    if let Some(network) = filter.network {
        query = query.filter(events::network_id.eq(Spelled(network)));
    }
    if let Some(kind) = &filter.subject_kind {
        query = query.filter(events::subject_kind.eq(kind.clone()));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(events::subject_id.eq(subject.clone()));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(events::actor_id.eq(Spelled(actor)));
    }
    if let Some(action) = &filter.action {
        query = query.filter(events::action.eq(action.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(events::at.ge(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(events::at.lt(At(until)));
    }
    let rows: Vec<Row> = paged!(query, events::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

// Events of networks they coordinate.
seen!(events, concat!("events.network_id IN ", scope::subjects!("coordinator")));

/// What changed behind a position, in the order of the transactions. None is missed: events wait until every transaction
/// that might still put one before them has ended.
///
/// # Errors
/// Those of the database.
pub fn changes(conn: &mut Conn, scope: Scope, after: Position, limit: u8) -> Result<Vec<(Position, Event)>, DbError> {
    let ended = oldest_transaction(conn)?;
    let mut query = visible(scope).filter(behind(after.tx, after.seq));
    if let Some(ended) = ended {
        query = query.filter(events::tx.lt(ended));
    }
    let columns = (events::tx, events::seq, Row::as_select());
    let rows: Vec<(i64, i64, Row)> =
        query.order((events::tx, events::seq)).limit(limit.into()).select(columns).load(conn)?;
    Ok(rows.into_iter().map(|(tx, seq, row)| (Position { tx, seq }, row.into())).collect())
}

/// The last change of things of some kinds: where it is in the feed, and when it was.
///
/// # Errors
/// [`DbError::NotFound`] when nothing of that kind ever changed.
pub fn latest(conn: &mut Conn, kinds: &[&str]) -> Result<(Position, Timestamp), DbError> {
    let query = events::table.filter(events::subject_kind.eq_any(kinds.iter().map(|kind| (*kind).to_owned())));
    let query = query.order((events::tx.desc(), events::seq.desc())).select((events::tx, events::seq, events::at));
    let (tx, seq, at): (i64, i64, At) = query.first(conn)?;
    Ok((Position { tx, seq }, at.0))
}
