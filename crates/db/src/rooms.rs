//! Rooms of venues.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{RoomId, VenueId},
    library::{Room, RoomDetails},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::rooms,
    scope::{self, SeenBy},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rooms, treat_none_as_null = true)]
struct Row {
    id: Spelled<RoomId>,
    venue_id: Spelled<VenueId>,
    details: Json<RoomDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Room {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            venue: row.venue_id.0,
            details: row.details.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Room> for Row {
    fn from(entity: &Room) -> Self {
        Self {
            id: Spelled(entity.id),
            venue_id: Spelled(entity.venue),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

/// Those of the libraries they see.
const SEEN: &str = concat!(
    "rooms.venue_id IN (SELECT venues.id FROM venues JOIN libraries ON libraries.id = venues.library_id WHERE network_id IS NULL OR network_id IN ",
    scope::networks!(),
    " OR network_id IN ",
    scope::lenders!(),
    " OR network_id IN ",
    scope::borrowers!(),
    ")"
);

fn visible(scope: Scope) -> rooms::BoxedQuery<'static, MultiBackend> {
    match scope {
        Scope::Everything => rooms::table.into_boxed(),
        Scope::Of(user) => rooms::table.filter(SeenBy::new(SEEN, user)).into_boxed(),
    }
}

queries! { rooms: Room, RoomId }

/// One page of rooms; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, venue: Option<VenueId>, page: &Page) -> Result<Vec<Room>, DbError> {
    let mut query = visible(scope);
    if let Some(venue) = venue {
        query = query.filter(rooms::venue_id.eq(Spelled(venue)));
    }
    let rows: Vec<Row> = paged!(query, rooms::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Room::from).collect())
}
