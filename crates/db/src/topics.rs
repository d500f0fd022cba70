//! Topics.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{NetworkId, TopicId},
    topic::{Topic, TopicDetails},
};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::topics,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = topics, treat_none_as_null = true)]
struct Row {
    id: Spelled<TopicId>,
    network_id: Option<Spelled<NetworkId>>,
    details: Json<TopicDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Topic {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.map(|network| network.0),
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Topic> for Row {
    fn from(entity: &Topic) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: entity.network.map(Spelled),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// The shared ones, those of their networks, and those of networks that lend to theirs.
seen!(
    topics,
    concat!(
        "topics.network_id IS NULL OR topics.network_id IN ",
        scope::networks!(),
        " OR topics.network_id IN ",
        scope::lenders!()
    )
);

queries! { topics: Topic, TopicId }

/// All that a network can name: its own and those that are shared.
///
/// # Errors
/// Those of the database.
pub fn of_network(conn: &mut Conn, network: NetworkId) -> Result<Vec<Topic>, DbError> {
    let named = topics::network_id.eq(Spelled(network)).or(topics::network_id.is_null());
    let rows: Vec<Row> = topics::table.filter(named).order(topics::id).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Topic::from).collect())
}

/// One page of topics; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, network: Option<NetworkId>, page: &Page) -> Result<Vec<Topic>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = network {
        query = query.filter(topics::network_id.eq(Spelled(network)));
    }
    let rows: Vec<Row> = paged!(query, topics::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Topic::from).collect())
}
