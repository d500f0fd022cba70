//! Venues: the buildings of libraries.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{LibraryId, NetworkId, VenueId},
    library::{Venue, VenueDetails},
};

use crate::{
    Conn, DbError,
    entity::{bulk, owned},
    schema::{libraries, venues},
    scope::{self, seen},
    types::Spelled,
};

// Those of the libraries they see.
seen!(venues, concat!("venues.library_id IN (SELECT id FROM libraries WHERE ", scope::of_libraries_seen!(), ")"));

owned! {
    venues: Venue, VenueId, of library: LibraryId, in library_id, VenueDetails,
    fscs_seq: Option<String> = |venue: &Venue| venue.details.fscs_seq.clone(),
}
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

/// All of the libraries of a network, by id.
///
/// # Errors
/// Those of the database.
pub fn of_network(conn: &mut Conn, network: NetworkId) -> Result<Vec<Venue>, DbError> {
    let theirs = libraries::table.filter(libraries::network_id.eq(Spelled(network))).select(libraries::id);
    let query = venues::table.filter(venues::library_id.eq_any(theirs)).order(venues::id);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Venue::from).collect())
}

/// All of one library.
///
/// # Errors
/// Those of the database.
pub fn of_library(conn: &mut Conn, library: LibraryId) -> Result<Vec<Venue>, DbError> {
    let rows: Vec<Row> =
        venues::table.filter(venues::library_id.eq(Spelled(library))).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Venue::from).collect())
}
