//! When libraries can host.

use packhorse_domain::{
    availability::AvailabilityDetails,
    id::{HostingHoursId, LibraryId},
    library::HostingHours,
};

use crate::parts::parts;

parts! {
    hosting: HostingHours, HostingHoursId, AvailabilityDetails, of library: LibraryId, in libraries,
    changing UpdateLibrary
}
