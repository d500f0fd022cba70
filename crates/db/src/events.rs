//! The append-only record of everything that changed.

use diesel::prelude::*;
use packhorse_domain::{
    event::Event,
    id::{EventId, NetworkId, UserId},
};
use serde_json::Value;

use crate::{
    Conn, DbError,
    error::one,
    schema::events,
    types::{At, Json, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
struct Row {
    id: Spelled<EventId>,
    network_id: Option<Spelled<NetworkId>>,
    subject_kind: String,
    subject_id: String,
    action: String,
    actor_id: Option<Spelled<UserId>>,
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

/// What happened to one thing, in order.
///
/// # Errors
/// Those of the database.
pub fn of_subject(conn: &mut Conn, subject: &str) -> Result<Vec<Event>, DbError> {
    let query = events::table.filter(events::subject_id.eq(subject)).order(events::seq.asc());
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Event::from).collect())
}
