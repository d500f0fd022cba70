//! Libraries, their buildings, and the rooms in them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    availability::AvailabilityDetails,
    geo::Coordinates,
    id::{HostingHoursId, LibraryId, NetworkId, RoomId, VenueId},
    record::Record,
    text::words,
    time::Zone,
};

/// What is known of a library, the administrative entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LibraryDetails {
    /// Its name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Lawrence Public Library")]
    pub name: String,
    /// Key of the IMLS Public Libraries Survey, where it takes part.
    #[validate(length(min = 1, max = 12))]
    #[schema(min_length = 1, max_length = 12, example = "KS0065")]
    pub fscs_key: Option<String>,
    /// Postal abbreviation of the state or territory.
    #[validate(length(min = 2, max = 2))]
    #[schema(min_length = 2, max_length = 2, example = "KS")]
    pub state_code: Option<String>,
    /// Five digits of the county's FIPS code.
    #[validate(length(min = 5, max = 5))]
    #[schema(min_length = 5, max_length = 5, example = "20045")]
    pub county_fips: Option<String>,
    /// People served by the whole system; never to be summed over outlets.
    #[schema(minimum = 0, example = 95_256)]
    pub population_served: Option<u32>,
    /// Fiscal year of that figure.
    #[schema(minimum = 0, example = 2022)]
    pub population_fiscal_year: Option<u16>,
    /// The zone its days are counted in.
    pub time_zone: Zone,
}

/// A library: the administrative entity, with one or more venues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Library {
    /// Its id.
    pub id: LibraryId,
    /// The network it belongs to; `null` for a library that is in the directory only.
    pub network: Option<NetworkId>,
    /// What is known of it.
    #[serde(flatten)]
    pub details: LibraryDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

words! {
    /// What kind of building a venue is.
    ///
    /// Source: IMLS Public Libraries Survey, outlet type codes CE, BR, BS, MO (here called books-by-mail).
    VenueKind {
        /// Central library.
        Central = "central",
        /// Branch.
        Branch = "branch",
        /// Bookmobile.
        Bookmobile = "bookmobile",
        /// Books by mail only.
        MailOnly = "mail_only",
        /// Some other building.
        Other = "other",
    }
}

/// What is known of a building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VenueDetails {
    /// Its name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Lawrence Public Library")]
    pub name: String,
    /// What kind of building.
    pub kind: VenueKind,
    /// Sequence number of the outlet under the library's FSCS key.
    #[validate(length(min = 1, max = 8))]
    #[schema(min_length = 1, max_length = 8, example = "002")]
    pub fscs_seq: Option<String>,
    /// Street address.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, example = "707 Vermont St")]
    #[serde(default)]
    pub address: String,
    /// City or town.
    #[validate(length(max = 100))]
    #[schema(max_length = 100, example = "Lawrence")]
    #[serde(default)]
    pub city: String,
    /// Postal abbreviation of the state or territory.
    #[validate(length(min = 2, max = 2))]
    #[schema(min_length = 2, max_length = 2, example = "KS")]
    pub state_code: Option<String>,
    /// Postal code.
    #[validate(length(max = 12))]
    #[schema(max_length = 12, example = "66044")]
    #[serde(default)]
    pub postal_code: String,
    /// Telephone number.
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    #[serde(default)]
    pub phone: String,
    /// Where it stands. Without it a US postal code gives its centroid, marked as approximate.
    #[validate(nested)]
    pub coordinates: Option<Coordinates>,
    /// Whether the coordinates are those of the postal code only.
    #[serde(default)]
    pub approximate: bool,
    /// NCES locale code: 11 to 13 city, 21 to 23 suburb, 31 to 33 town, 41 to 43 rural.
    #[validate(length(max = 2))]
    #[schema(max_length = 2, example = "13")]
    pub locale: Option<String>,
    /// The zone of its clock.
    pub time_zone: Zone,
    /// Whether it is in use.
    #[serde(default = "yes")]
    pub open: bool,
}

fn yes() -> bool {
    true
}

/// A building where workshops can be held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Whose building it is.
    pub library: LibraryId,
    /// What is known of it.
    #[serde(flatten)]
    pub details: VenueDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// The card of a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RoomDetails {
    /// Its name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Auditorium")]
    pub name: String,
    /// How many people fit.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, example = 40)]
    pub capacity: u32,
    /// Computers for learners.
    #[validate(range(max = 10_000))]
    #[schema(maximum = 10_000)]
    #[serde(default)]
    pub computers: u32,
    /// Whether there is a projector or a large screen.
    #[serde(default)]
    pub projector: bool,
    /// Whether a wheelchair gets in.
    #[serde(default)]
    pub wheelchair_accessible: bool,
    /// Where trainers park and unload.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    #[serde(default)]
    pub parking: String,
    /// Addresses of photos.
    #[validate(length(max = 20), custom(function = "crate::text::web_addresses"))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub photos: Vec<String>,
    /// Anything a trainer should know.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub notes: String,
}

/// A room of a venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// The building it is in.
    pub venue: VenueId,
    /// Its card.
    #[serde(flatten)]
    pub details: RoomDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// A statement on when a library can host: hours at which somebody is there, or days on which it is closed.
///
/// A library that says nothing can host at any time. One that has said when it can, can host then only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostingHours {
    /// Its id.
    pub id: HostingHoursId,
    /// Which library.
    pub library: LibraryId,
    /// What it says.
    #[serde(flatten)]
    pub details: AvailabilityDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
