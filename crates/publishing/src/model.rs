//! What is published: the canonical model that every form is written from.
//!
//! The program adapts its rows to it. All texts are plain text; paragraphs are parted by line breaks.
//!
//! Invariant: only what was published gets here, and of trainers only public ones. Nothing is held back later.

mod event;
mod workshop;

use std::fmt;

use packhorse_domain::{
    Timestamp, Zone,
    id::{NetworkId, TrainerId, WorkshopId},
    network::NetworkKind,
};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

pub use event::{Contact, Handout, Need, NeedKind, OnlineRoom, Place, Session, SessionStatus, Showcase, Table, Venue};
pub use workshop::{
    Adaptation, CeHours, Competency, Course, Credit, CreditRole, Evaluation, Fees, Material, MaterialKind, Recording,
    RoomNeeds, Topic,
};

/// An absolute `https` or `http` address with a host, in ASCII; anything else is not to be had.
///
/// Source: WHATWG URL Standard (how it is read and spelled).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress(String);

/// A text that is no absolute `https` or `http` address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidAddress;

impl WebAddress {
    /// Longest address taken, in bytes.
    pub const LONGEST: usize = 2000;

    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidAddress`] when it has another scheme, no host, or is longer than [`Self::LONGEST`].
    pub fn new(text: &str) -> Result<Self, InvalidAddress> {
        let address = url::Url::parse(text).map_err(|_| InvalidAddress)?;
        let good = matches!(address.scheme(), "https" | "http") && address.has_host();
        let spelled = String::from(address);
        if good && spelled.len() <= Self::LONGEST { Ok(Self(spelled)) } else { Err(InvalidAddress) }
    }

    /// The address as it stands in links.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an absolute https or http address")
    }
}
impl std::error::Error for InvalidAddress {}
impl PartialSchema for WebAddress {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uri".into())));
        text.max_length(Some(Self::LONGEST)).into()
    }
}
impl ToSchema for WebAddress {}
impl TryFrom<String> for WebAddress {
    type Error = InvalidAddress;
    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        Self::new(&text)
    }
}
impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.0
    }
}
impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The installation that publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What every link begins with. A path in it is kept, query and fragment are not.
    pub base: WebAddress,
    /// The name of the whole.
    pub name: String,
    /// Whom harvesters may write to, an e-mail address.
    pub contact: String,
    /// The present instant, as the caller's clock has it.
    pub generated_at: Timestamp,
}

/// A network whose catalog is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publisher {
    /// Its id.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: NetworkKind,
    /// The zone its days are counted in.
    pub zone: Zone,
}

/// A trainer with a public profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicTrainer)]
pub struct Trainer {
    /// Their id.
    pub id: TrainerId,
    /// The network they belong to.
    pub network: NetworkId,
    /// Their name.
    pub name: String,
    /// What they say of themselves.
    pub profile: String,
    /// Where they live, as far as they tell: a town, a region. Empty when they do not.
    pub home: String,
    /// Languages they teach in, BCP 47.
    pub languages: Vec<String>,
    /// What they teach about.
    pub topics: Vec<Topic>,
    /// Workshops of the catalog they can teach.
    pub workshops: Vec<Title>,
    /// When this was last changed.
    pub updated_at: Timestamp,
}

/// A workshop by its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicTitle)]
pub struct Title {
    /// Its id.
    pub id: WorkshopId,
    /// Its title.
    pub title: String,
}

/// Somebody named: with an id when they have a public profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicPerson)]
pub struct Person {
    /// Their profile, when it is public.
    pub id: Option<TrainerId>,
    /// Their name.
    pub name: String,
}

/// What is left of a workshop that was published once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tombstone {
    /// Its id.
    pub id: WorkshopId,
    /// Whose catalog it was in.
    pub network: NetworkId,
    /// When it was withdrawn.
    pub withdrawn_at: Timestamp,
}
