//! Rooms of venues.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{RoomId, VenueId},
    library::{Room, RoomDetails},
};

use crate::{
    Conn, DbError,
    entity::owned,
    schema::rooms,
    scope::{self, seen},
    types::Spelled,
};

// Those of the libraries they see.
seen!(
    rooms,
    concat!(
        "rooms.venue_id IN (SELECT venues.id FROM venues JOIN libraries ON libraries.id = venues.library_id WHERE ",
        scope::of_libraries_seen!(),
        ")"
    )
);

owned! { rooms: Room, RoomId, of venue: VenueId, in venue_id, RoomDetails }
