//! What takes place or is asked for: sessions, showcases, postings of the needs board.

use std::borrow::Cow;

use packhorse_domain::{
    Coordinates, Format, Interval, Money, Timestamp, Zone,
    id::{NetworkId, PostingId, SessionId, ShowcaseId, WorkshopId},
};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{Person, WebAddress};

/// One dated public delivery of a workshop.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PublicSession)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose calendar it is in.
    pub network: NetworkId,
    /// What is taught.
    pub workshop: WorkshopId,
    /// The workshop's title.
    pub title: String,
    /// The language it is taught in, BCP 47; that of the title too.
    pub language: String,
    /// When.
    pub time: Interval,
    /// The zone of the venue, or of the network for one without.
    pub zone: Zone,
    /// Where.
    pub place: Place,
    /// The library that hosts it; may be empty.
    pub host: String,
    /// Who teaches.
    pub trainers: Vec<Person>,
    /// Seats.
    pub capacity: Option<u32>,
    /// What a seat costs; nothing when no price is told.
    pub price: Option<Money>,
    /// Where to register.
    pub registration: Option<WebAddress>,
    /// Whether and how it takes place.
    #[serde(flatten)]
    pub status: SessionStatus,
    /// Rises with time, place and cancellation.
    pub sequence: u32,
    /// What to know besides; may be empty.
    pub note: String,
    /// When this was last changed.
    pub updated_at: Timestamp,
}

/// Where a session takes place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Whereabouts")]
pub enum Place {
    /// Everyone in one room.
    Venue(Venue),
    /// Everyone online.
    Online(OnlineRoom),
    /// Some in the room, some online.
    Both(Venue, OnlineRoom),
}

impl Place {
    /// How it is delivered.
    pub fn format(&self) -> Format {
        match self {
            Self::Venue(_) => Format::InPerson,
            Self::Online(_) => Format::Virtual,
            Self::Both(..) => Format::Hybrid,
        }
    }

    /// The building, unless everyone is online.
    pub fn venue(&self) -> Option<&Venue> {
        match self {
            Self::Venue(venue) | Self::Both(venue, _) => Some(venue),
            Self::Online(_) => None,
        }
    }

    /// The room online, unless everyone is in the building.
    pub fn online(&self) -> Option<&OnlineRoom> {
        match self {
            Self::Online(room) | Self::Both(_, room) => Some(room),
            Self::Venue(_) => None,
        }
    }
}

/// Where a session takes place: in a building, online, or both.
#[derive(Serialize, ToSchema)]
struct Whereabouts {
    /// How it is delivered.
    format: Format,
    /// The building; `null` when everyone is online.
    venue: Option<Venue>,
    /// The room online; `null` when everyone is in the building.
    online: Option<OnlineRoom>,
}

impl From<Place> for Whereabouts {
    fn from(place: Place) -> Self {
        Self { format: place.format(), venue: place.venue().cloned(), online: place.online().cloned() }
    }
}

impl PartialSchema for Place {
    fn schema() -> RefOr<Schema> {
        Whereabouts::schema()
    }
}
impl ToSchema for Place {
    fn name() -> Cow<'static, str> {
        "PublicPlace".into()
    }

    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        Whereabouts::schemas(all);
    }
}

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PublicVenue)]
pub struct Venue {
    /// Its name.
    pub name: String,
    /// Street, town, state and code, as on a letter.
    pub address: Vec<String>,
    /// Where it stands.
    pub coordinates: Option<Coordinates>,
}

/// A room online.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicOnlineRoom)]
pub struct OnlineRoom {
    /// Its name, `Auditorium`; empty where it has none.
    pub name: String,
    /// Whether anybody may enter without an account or registration.
    pub open: bool,
    /// Where to enter, when that is public.
    pub address: Option<WebAddress>,
}

/// Whether and how a session takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[schema(as = PublicSessionStatus)]
pub enum SessionStatus {
    /// As it was first told.
    Scheduled,
    /// Not at all.
    Canceled,
    /// Online instead of in the building.
    MovedOnline,
    /// At another time.
    Rescheduled {
        /// When it was to begin before.
        previous_start: Timestamp,
    },
}

/// An event with tables, each with somebody who tells one thing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PublicShowcase)]
pub struct Showcase {
    /// Its id.
    pub id: ShowcaseId,
    /// Whose it is.
    pub network: NetworkId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// When.
    pub time: Interval,
    /// The zone of the venue.
    pub zone: Zone,
    /// Where.
    pub venue: Venue,
    /// What there is to see, in the order of their numbers.
    pub tables: Vec<Table>,
    /// When this was last changed.
    pub updated_at: Timestamp,
}

/// One table of a showcase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicTable)]
pub struct Table {
    /// Its number, from 1.
    pub number: u32,
    /// Who stands at it.
    pub host: String,
    /// What it is about.
    pub title: String,
    /// The one thing to take home.
    pub tip: String,
    /// What can be taken along.
    pub handouts: Vec<Handout>,
    /// Where to ask for it to be brought to one's own library.
    pub bring: Option<WebAddress>,
}

/// What can be taken along from a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicHandout)]
pub struct Handout {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub address: WebAddress,
}

/// What a posting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PublicNeedKind)]
pub enum NeedKind {
    /// Somebody looks for something.
    Need,
    /// Somebody has something.
    Offer,
}

/// How a posting is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicContact)]
pub struct Contact {
    /// Where to answer.
    pub address: WebAddress,
    /// How many did.
    pub replies: u32,
}

/// A posting of the needs board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicNeed)]
pub struct Need {
    /// Its id.
    pub id: PostingId,
    /// Where it was posted.
    pub network: NetworkId,
    /// What it is.
    pub kind: NeedKind,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Who posted it.
    pub by: String,
    /// Where they are; may be empty.
    pub place: String,
    /// How it is answered, when it can be.
    pub contact: Option<Contact>,
    /// When it was posted.
    pub posted_at: Timestamp,
}
