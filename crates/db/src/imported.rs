//! Calendars that trainers import.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{CalendarId, TrainerId},
    imported::{CalendarDetails, ImportedCalendar, ReadStatus, Source},
};

use crate::{
    Conn, DbError, Page,
    entity::{calendar_part, queries, read_in_turns},
    page::paged,
    schema::imported_calendars,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imported_calendars, treat_none_as_null = true)]
struct Row {
    id: Spelled<CalendarId>,
    trainer_id: Spelled<TrainerId>,
    next_read_at: Option<At>,
    details: Json<CalendarDetails>,
    status: Json<ReadStatus>,
    source: Json<Source>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for ImportedCalendar {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            trainer: row.trainer_id.0,
            details: row.details.0,
            status: row.status.0,
            source: row.source.0,
            due_at: row.next_read_at.map(|at| at.0),
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&ImportedCalendar> for Row {
    fn from(entity: &ImportedCalendar) -> Self {
        Self {
            id: Spelled(entity.id),
            trainer_id: Spelled(entity.trainer),
            next_read_at: entity.due_at.map(At),
            details: Json(entity.details.clone()),
            status: Json(entity.status.clone()),
            source: Json(entity.source.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Their own, and those of trainers of networks they coordinate.
seen!(imported_calendars, scope::of_own_trainers!("imported_calendars.trainer_id"));

calendar_part! { imported_calendars: ImportedCalendar, of TrainerId, in trainer_id, of_trainers }
queries! { imported_calendars: ImportedCalendar, CalendarId }
read_in_turns! { imported_calendars: ImportedCalendar }

/// One page of those of a trainer; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, trainer: TrainerId, page: &Page) -> Result<Vec<ImportedCalendar>, DbError> {
    let query = visible(scope).filter(imported_calendars::trainer_id.eq(Spelled(trainer)));
    let rows: Vec<Row> = paged!(query, imported_calendars::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(ImportedCalendar::from).collect())
}

/// How many a trainer has.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, trainer: TrainerId) -> Result<i64, DbError> {
    let theirs = imported_calendars::table.filter(imported_calendars::trainer_id.eq(Spelled(trainer)));
    Ok(theirs.count().get_result(conn)?)
}
