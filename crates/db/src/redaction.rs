//! Events about a person: found, shown to them, and emptied.

use std::collections::{BTreeSet, HashSet};

use diesel::{prelude::*, sql_query, sql_types::Text};
use packhorse_domain::{
    event::Event,
    id::{EventId, Kind, TrainerId, User, UserId},
    privacy::Erasure,
};
use serde_json::Value;

use crate::{
    Conn, DbError,
    entity::{BATCH, direct},
    events::Row,
    schema::{events, seals},
    types::{Json, Spelled},
};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: Spelled<EventId>,
}

/// Events of some things, and of parts of the calendars of some trainers, those that are gone too, in their order.
///
/// # Errors
/// Those of the database.
pub fn about(conn: &mut Conn, subjects: &[String], trainers: &[TrainerId]) -> Result<Vec<Event>, DbError> {
    let of_subjects = events::table.filter(events::subject_id.eq_any(subjects.to_vec())).select(events::id);
    let found: Vec<Spelled<EventId>> = of_subjects.load(conn)?;
    let mut ids: BTreeSet<_> = found.into_iter().map(|id| id.0).collect();
    for trainer in trainers {
        let of_parts = sql_query(
            "SELECT id FROM events WHERE subject_kind IN ('availability', 'trip', 'calendar', 'interest') \
             AND (COALESCE(after, before) ->> 'trainer') = $1",
        );
        let of_parts = of_parts.bind::<Text, _>(trainer.to_string());
        let found: Vec<Found> = direct!(conn => of_parts.load(conn))?;
        ids.extend(found.into_iter().map(|row| row.id.0));
    }
    let ids: Vec<_> = ids.into_iter().map(Spelled).collect();
    let mut all = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let query = events::table.filter(events::id.eq_any(batch)).order(events::id);
        let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
        all.extend(rows.into_iter().map(Event::from));
    }
    Ok(all)
}

/// What somebody did, in its order.
///
/// # Errors
/// Those of the database.
pub fn by(conn: &mut Conn, user: UserId) -> Result<Vec<Event>, DbError> {
    let query = events::table.filter(events::actor_id.eq(user.to_string())).order(events::id);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Takes their documents from some events, and from their seals the salts: what was sealed can be neither read nor tried out.
///
/// # Errors
/// Those of the database.
pub fn redact(conn: &mut Conn, ids: &[EventId]) -> Result<(), DbError> {
    let ids: Vec<_> = ids.iter().copied().map(Spelled).collect();
    for batch in ids.chunks(BATCH) {
        let rows = events::table.filter(events::id.eq_any(batch));
        let nothing = None::<Json<Value>>;
        diesel::update(rows).set((events::before.eq(&nothing), events::after.eq(&nothing))).execute(conn)?;
        diesel::update(seals::table.filter(seals::event_id.eq_any(batch))).set(seals::salt.eq("")).execute(conn)?;
    }
    Ok(())
}

/// Every event that lost its documents by an erasure. Where somebody changed the event of one, the chain of seals tells.
///
/// # Errors
/// Those of the database.
pub fn lawful(conn: &mut Conn) -> Result<HashSet<EventId>, DbError> {
    let query = events::table.filter(events::subject_kind.eq(User::NAME)).filter(events::action.eq(Erasure::ACTION));
    let told: Vec<Option<Json<Value>>> = query.select(events::after).load(conn)?;
    let erasures = told.into_iter().flatten().filter_map(|told| serde_json::from_value::<Erasure>(told.0).ok());
    Ok(erasures.flat_map(|erasure| erasure.redacted).collect())
}
