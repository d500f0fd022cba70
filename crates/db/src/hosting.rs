//! When libraries can host.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    availability::AvailabilityDetails,
    id::{HostingHoursId, LibraryId},
    library::HostingHours,
};

use crate::{
    Conn, DbError,
    entity::{calendar_part, owned},
    schema::hosting_hours,
    scope::{self, seen},
    types::Spelled,
};

// Those of the libraries they see.
seen!(
    hosting_hours,
    concat!("hosting_hours.library_id IN (SELECT id FROM libraries WHERE ", scope::of_libraries_seen!(), ")")
);

owned! { hosting_hours: HostingHours, HostingHoursId, of library: LibraryId, in library_id, AvailabilityDetails }
calendar_part! { hosting_hours: HostingHours, of LibraryId, in library_id, of_libraries }
