//! Trainers.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, TrainerId},
    trainer::{Trainer, TrainerDetails, Visibility},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::trainers,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = trainers, treat_none_as_null = true)]
struct Row {
    id: Spelled<TrainerId>,
    network_id: Spelled<NetworkId>,
    visibility: Spelled<Visibility>,
    active: bool,
    details: Json<TrainerDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Trainer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Trainer> for Row {
    fn from(entity: &Trainer) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            visibility: Spelled(entity.details.visibility),
            active: entity.details.active,
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Public ones, those of their networks, and those that networks lending to theirs show to partners.
seen!(
    trainers,
    concat!(
        "trainers.visibility = 'public' OR trainers.network_id IN ",
        scope::networks!(),
        " OR trainers.visibility = 'partners' AND trainers.network_id IN ",
        scope::lenders!()
    )
);

queries! { trainers: Trainer, TrainerId }

/// What a list of trainers may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct TrainerFilter {
    /// Of this home network.
    pub network: Option<NetworkId>,
    /// Taking offers at present, or not.
    pub active: Option<bool>,
}

/// One page of trainers; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &TrainerFilter, page: &Page) -> Result<Vec<Trainer>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(trainers::network_id.eq(Spelled(network)));
    }
    if let Some(active) = filter.active {
        query = query.filter(trainers::active.eq(active));
    }
    let rows: Vec<Row> = paged!(query, trainers::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Trainer::from).collect())
}

/// Ids of every trainer behind one, in order, at most so many.
///
/// # Errors
/// Those of the database.
pub fn ids_after(conn: &mut Conn, after: Option<TrainerId>, limit: usize) -> Result<Vec<TrainerId>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut query = trainers::table.into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(trainers::id.gt(Spelled(after)));
    }
    let ids: Vec<Spelled<TrainerId>> = query.order(trainers::id.asc()).limit(limit).select(trainers::id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// How many trainers there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn) -> Result<usize, DbError> {
    let count: i64 = trainers::table.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(0))
}
