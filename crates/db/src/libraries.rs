//! Libraries.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{LibraryId, NetworkId},
    library::{Library, LibraryDetails},
};

use crate::dialect::contains;
use crate::{
    Conn, DbError, Page,
    entity::{bulk, queries},
    page::paged,
    schema::libraries,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = libraries, treat_none_as_null = true)]
struct Row {
    id: Spelled<LibraryId>,
    network_id: Option<Spelled<NetworkId>>,
    fscs_key: Option<String>,
    search_text: String,
    details: Json<LibraryDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Library {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.map(|network| network.0),
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Library> for Row {
    fn from(entity: &Library) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: entity.network.map(Spelled),
            fscs_key: entity.details.fscs_key.clone(),
            search_text: entity.details.name.to_lowercase(),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of the directory, of their networks, and of networks on either side of a partnership with them.
seen!(libraries, scope::of_libraries_seen!());

queries! { libraries: Library, LibraryId }
bulk! { libraries: Library, set network_id, fscs_key, search_text, details, version, updated_at }

/// Those with one of these FSCS keys.
///
/// # Errors
/// Those of the database.
pub fn by_fscs_keys(conn: &mut Conn, scope: Scope, keys: &[&str]) -> Result<Vec<Library>, DbError> {
    let keys = keys.iter().map(|key| (*key).to_owned());
    let query = visible(scope).filter(libraries::fscs_key.eq_any(keys));
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Library::from).collect())
}

/// What a list of libraries may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct LibraryFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// With this FSCS key.
    pub fscs_key: Option<String>,
    /// Whose name contains this, without regard to case.
    pub q: Option<String>,
}

/// One page of libraries; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: &LibraryFilter, page: &Page) -> Result<Vec<Library>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(libraries::network_id.eq(Spelled(network)));
    }
    if let Some(key) = &filter.fscs_key {
        query = query.filter(libraries::fscs_key.eq(key.clone()));
    }
    if let Some(q) = &filter.q {
        query = query.filter(libraries::search_text.like(contains(q)).escape('\\'));
    }
    let rows: Vec<Row> = paged!(query, libraries::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Library::from).collect())
}
