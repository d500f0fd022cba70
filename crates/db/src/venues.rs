//! Venues: the buildings of libraries.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{LibraryId, VenueId},
    library::{Venue, VenueDetails},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::{bulk, queries},
    page::paged,
    schema::venues,
    scope::{self, SeenBy},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = venues, treat_none_as_null = true)]
struct Row {
    id: Spelled<VenueId>,
    library_id: Spelled<LibraryId>,
    fscs_seq: Option<String>,
    details: Json<VenueDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Venue {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            library: row.library_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Venue> for Row {
    fn from(entity: &Venue) -> Self {
        Self {
            id: Spelled(entity.id),
            library_id: Spelled(entity.library),
            fscs_seq: entity.details.fscs_seq.clone(),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

/// Those of the libraries they see.
const SEEN: &str = concat!(
    "venues.library_id IN (SELECT id FROM libraries WHERE network_id IS NULL OR network_id IN ",
    scope::networks!(),
    " OR network_id IN ",
    scope::lenders!(),
    " OR network_id IN ",
    scope::borrowers!(),
    ")"
);

fn visible(scope: Scope) -> venues::BoxedQuery<'static, MultiBackend> {
    match scope {
        Scope::Everything => venues::table.into_boxed(),
        Scope::Of(user) => venues::table.filter(SeenBy::new(SEEN, user)).into_boxed(),
    }
}

queries! { venues: Venue, VenueId }
bulk! { venues: Venue, set library_id, fscs_seq, details, version, updated_at }

/// Those of any of these libraries that have an FSCS sequence number.
///
/// # Errors
/// Those of the database.
pub fn of_libraries(conn: &mut Conn, scope: Scope, libraries: &[LibraryId]) -> Result<Vec<Venue>, DbError> {
    let libraries = libraries.iter().copied().map(Spelled);
    let query = visible(scope).filter(venues::library_id.eq_any(libraries)).filter(venues::fscs_seq.is_not_null());
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Venue::from).collect())
}

/// One page of venues; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, library: Option<LibraryId>, page: &Page) -> Result<Vec<Venue>, DbError> {
    let mut query = visible(scope);
    if let Some(library) = library {
        query = query.filter(venues::library_id.eq(Spelled(library)));
    }
    let rows: Vec<Row> = paged!(query, venues::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Venue::from).collect())
}
