//! Showcases: events with numbered tables, at each of which somebody shows one thing and gives one tip.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{MaterialId, NetworkId, ShowcaseId, WorkshopId},
    record::Record,
    state::InvalidTransition,
    time::{Interval, Timestamp, Zone},
};

/// What is said of a showcase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "settled"))]
pub struct ShowcaseDetails {
    /// Its title.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Training Showcase")]
    pub title: String,
    /// What it is about.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub summary: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, within seven days.
    pub ends_at: Timestamp,
    /// The zone of the place.
    pub time_zone: Zone,
    /// Where: the building, or what it is called online.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Century II, Exhibition Hall")]
    pub place: String,
    /// The rest of the address.
    #[validate(length(max = 500))]
    #[schema(max_length = 500, example = "225 W Douglas Ave, Wichita, KS 67202")]
    #[serde(default)]
    pub address: String,
    /// Where people without an account ask for what they saw.
    #[validate(length(min = 1, max = 2000), custom(function = "crate::text::web_address"))]
    #[schema(format = "uri", max_length = 2000, example = "https://nekls.example.org/ask")]
    pub contact_address: Option<String>,
    /// Its tables, each number once.
    #[validate(nested, length(max = 200))]
    #[schema(max_items = 200)]
    #[serde(default)]
    pub tables: Vec<ShowcaseTable>,
}

/// One table of a showcase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ShowcaseTable {
    /// Its number.
    #[validate(range(min = 1, max = 10_000))]
    #[schema(minimum = 1, maximum = 10_000, example = 7)]
    pub number: u32,
    /// Who stands at it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Lorna Hayes, Hiawatha")]
    pub host: String,
    /// What it is about.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Board games that teach policy")]
    pub title: String,
    /// The one thing to take home.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000, example = "Let the board lose the first round.")]
    #[serde(default)]
    pub tip: String,
    /// The workshop that it shows, where it is one.
    pub workshop: Option<WorkshopId>,
    /// Handouts to take along: materials of workshops.
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub handouts: Vec<MaterialId>,
}

fn settled(showcase: &ShowcaseDetails) -> Result<(), ValidationError> {
    let length = showcase.ends_at.duration_since(showcase.starts_at);
    if !length.is_positive() || length > jiff::SignedDuration::from_hours(7 * 24) {
        return Err(ValidationError::new("bad_time"));
    }
    let mut numbers: Vec<_> = showcase.tables.iter().map(|table| table.number).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(ValidationError::new("repeated_number"));
    }
    Ok(())
}

/// An event with tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Showcase {
    /// Its id.
    pub id: ShowcaseId,
    /// Whose it is.
    pub network: NetworkId,
    /// What is said of it.
    #[serde(flatten)]
    pub details: ShowcaseDetails,
    /// Since when everybody sees it; `null` for a draft.
    pub published_at: Option<Timestamp>,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl Showcase {
    /// When it is.
    pub fn time(&self) -> Interval {
        Interval { start: self.details.starts_at, end: self.details.ends_at }
    }

    /// The table with a number.
    pub fn table(&self, number: u32) -> Option<&ShowcaseTable> {
        self.details.tables.iter().find(|table| table.number == number)
    }

    /// Shows it to everybody.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is shown already.
    pub fn publish(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.published_at {
            Some(_) => Err(InvalidTransition { what: "showcase", state: "published", action: "publish" }),
            None => Ok(Self { published_at: Some(now), record: self.record.changed(now), ..self }),
        }
    }
}
