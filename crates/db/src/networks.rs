//! Networks.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::NetworkId,
    network::{Network, NetworkDetails},
};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::networks,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = networks, treat_none_as_null = true)]
struct Row {
    id: Spelled<NetworkId>,
    details: Json<NetworkDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Network {
    fn from(row: Row) -> Self {
        Self { id: row.id.0, details: row.details.0, record: record(row.version, row.created_at, row.updated_at) }
    }
}

impl From<&Network> for Row {
    fn from(entity: &Network) -> Self {
        Self {
            id: Spelled(entity.id),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Their own networks, those on either side of a partnership with them, and those that anybody may join.
seen!(
    networks,
    concat!(
        "networks.id IN ",
        scope::networks!(),
        " OR networks.id IN ",
        scope::lenders!(),
        " OR networks.id IN ",
        scope::borrowers!(),
        " OR networks.details ->> 'kind' = 'informal'"
    )
);

queries! { networks: Network, NetworkId }

/// One page of networks; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, page: &Page) -> Result<Vec<Network>, DbError> {
    let query = visible(scope);
    let rows: Vec<Row> = paged!(query, networks::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Network::from).collect())
}
