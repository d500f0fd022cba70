//! When trainers can teach.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    availability::{Availability, AvailabilityDetails},
    id::{AvailabilityId, TrainerId},
};

use crate::error::one;
use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::availability,
    scope::{self, SeenBy},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = availability, treat_none_as_null = true)]
struct Row {
    id: Spelled<AvailabilityId>,
    trainer_id: Spelled<TrainerId>,
    details: Json<AvailabilityDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Availability {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            trainer: row.trainer_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Availability> for Row {
    fn from(entity: &Availability) -> Self {
        Self {
            id: Spelled(entity.id),
            trainer_id: Spelled(entity.trainer),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

/// Their own, and those of trainers of networks they coordinate.
const SEEN: &str = concat!(
    "availability.trainer_id IN ",
    scope::subjects!("trainer"),
    " OR availability.trainer_id IN (SELECT id FROM trainers WHERE network_id IN ",
    scope::subjects!("coordinator"),
    ")"
);

fn visible(scope: Scope) -> availability::BoxedQuery<'static, MultiBackend> {
    match scope {
        Scope::Everything => availability::table.into_boxed(),
        Scope::Of(user) => availability::table.filter(SeenBy::new(SEEN, user)).into_boxed(),
    }
}

queries! { availability: Availability, AvailabilityId }

/// One page of statements; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, trainer: TrainerId, page: &Page) -> Result<Vec<Availability>, DbError> {
    let mut query = visible(scope);
    query = query.filter(availability::trainer_id.eq(Spelled(trainer)));
    let rows: Vec<Row> = paged!(query, availability::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Availability::from).collect())
}

/// All statements of some trainers, by trainer.
///
/// # Errors
/// Those of the database.
pub fn of_trainers(conn: &mut Conn, trainers: &[TrainerId]) -> Result<Vec<Availability>, DbError> {
    let ids = trainers.iter().map(|id| Spelled(*id));
    let query = availability::table.filter(availability::trainer_id.eq_any(ids));
    let rows: Vec<Row> =
        query.order((availability::trainer_id, availability::id)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Availability::from).collect())
}

/// Forgets a statement.
///
/// # Errors
/// [`DbError::Contention`] when it changed since.
pub fn delete(conn: &mut Conn, statement: &Availability) -> Result<(), DbError> {
    let row = availability::table.filter(availability::id.eq(Spelled(statement.id)));
    one(diesel::delete(row.filter(availability::version.eq(statement.record.version.0))).execute(conn)?)
}
