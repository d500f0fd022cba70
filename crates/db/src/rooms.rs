//! Rooms of venues.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{RoomId, VenueId},
    library::{Room, RoomDetails},
};

use crate::{Conn, DbError, entity::owned, schema::rooms, scope, types::Spelled};

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

owned! { rooms: Room, RoomId, of venue: VenueId, in venue_id, RoomDetails }
