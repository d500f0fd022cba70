//! Workshops: the titles of the catalog, each of which can be taught many times.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{NetworkId, TopicId, WorkshopId},
    record::Record,
    state::InvalidTransition,
    text::{Format, Level, words},
    time::{Minutes, Timestamp},
};

/// What the catalog says of a workshop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "attendance"))]
pub struct WorkshopDetails {
    /// Its title.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Policies for Results")]
    pub title: String,
    /// What it is about.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default, rename = "abstract")]
    pub summary: String,
    /// What learners can do afterwards. At least one is needed to publish.
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub objectives: Vec<String>,
    /// How deep it goes.
    pub level: Level,
    /// Whom it is for.
    #[validate(length(max = 500))]
    #[schema(max_length = 500, example = "Trustees and directors")]
    #[serde(default)]
    pub audience: String,
    /// How long it takes, in minutes.
    #[validate(range(min = 15, max = 2880))]
    #[schema(minimum = 15, maximum = 2880, example = 120)]
    pub duration_minutes: u32,
    /// How it can be delivered.
    #[validate(length(min = 1, max = 3))]
    #[schema(min_items = 1, max_items = 3)]
    pub formats: Vec<Format>,
    /// Languages it is taught in, BCP 47.
    #[validate(length(min = 1, max = 20), custom(function = "crate::text::language_tags"))]
    #[schema(min_items = 1, max_items = 20, example = json!(["en"]))]
    pub languages: Vec<String>,
    /// What it is about, in topics.
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub topics: Vec<TopicId>,
    /// Fewest people it is held for.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub minimum_attendance: Option<u32>,
    /// Most people it is held for.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub maximum_attendance: Option<u32>,
    /// Computers a room must have for learners.
    #[validate(range(max = 10_000))]
    #[schema(maximum = 10_000)]
    #[serde(default)]
    pub needs_computers: u32,
    /// Whether a projector is needed.
    #[serde(default)]
    pub needs_projector: bool,
    /// License of its materials, SPDX expression.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "CC-BY-4.0")]
    pub license: Option<String>,
}

fn attendance(workshop: &WorkshopDetails) -> Result<(), ValidationError> {
    if workshop.objectives.iter().any(|objective| objective.is_empty() || objective.chars().count() > 500) {
        return Err(ValidationError::new("bad_objective"));
    }
    match (workshop.minimum_attendance, workshop.maximum_attendance) {
        (Some(least), Some(most)) if most < least => Err(ValidationError::new("maximum_below_minimum")),
        _ => Ok(()),
    }
}

impl WorkshopDetails {
    /// How long it takes.
    pub fn duration(&self) -> Minutes {
        Minutes(self.duration_minutes)
    }
}

words! {
    /// The names of a workshop's states.
    WorkshopStateName {
        /// Seen by the network's coordinators only.
        Draft = "draft",
        /// In the catalog.
        Published = "published",
        /// No longer offered; bookings that stand keep it.
        Retired = "retired",
    }
}

/// Where a workshop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WorkshopState {
    /// Seen by the network's coordinators only.
    Draft,
    /// In the catalog.
    Published {
        /// Since when.
        published_at: Timestamp,
    },
    /// No longer offered.
    Retired {
        /// Since when.
        retired_at: Timestamp,
    },
}

impl WorkshopState {
    /// Its name without the data.
    pub fn name(&self) -> WorkshopStateName {
        match self {
            Self::Draft => WorkshopStateName::Draft,
            Self::Published { .. } => WorkshopStateName::Published,
            Self::Retired { .. } => WorkshopStateName::Retired,
        }
    }
}

/// A title of one network's catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workshop {
    /// Its id.
    pub id: WorkshopId,
    /// Whose catalog.
    pub network: NetworkId,
    /// What the catalog says.
    #[serde(flatten)]
    pub details: WorkshopDetails,
    /// Where it stands.
    #[serde(flatten)]
    pub state: WorkshopState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// Why a workshop cannot be published, or stay so with other words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotPublish {
    /// Its state does not permit it.
    #[error(transparent)]
    State(#[from] InvalidTransition),
    /// Nothing says what learners can do afterwards.
    #[error("a workshop needs at least one learning objective to be published")]
    NoObjectives,
}

impl Workshop {
    /// Puts a draft into the catalog.
    ///
    /// # Errors
    /// [`CannotPublish`] when it is no draft or has no objectives.
    pub fn publish(self, now: Timestamp) -> Result<Self, CannotPublish> {
        match self.state {
            WorkshopState::Draft if self.details.objectives.is_empty() => Err(CannotPublish::NoObjectives),
            WorkshopState::Draft => Ok(self.moved(WorkshopState::Published { published_at: now }, now)),
            WorkshopState::Published { .. } | WorkshopState::Retired { .. } => Err(self.refuse("publish").into()),
        }
    }

    /// Changes what the catalog says, until the workshop is retired.
    ///
    /// # Errors
    /// [`CannotPublish`] when it is retired, or published and would be left without objectives.
    pub fn revise(self, details: WorkshopDetails, now: Timestamp) -> Result<Self, CannotPublish> {
        match self.state {
            WorkshopState::Published { .. } if details.objectives.is_empty() => Err(CannotPublish::NoObjectives),
            WorkshopState::Draft | WorkshopState::Published { .. } => {
                Ok(Self { details, record: self.record.changed(now), ..self })
            }
            WorkshopState::Retired { .. } => Err(self.refuse("update").into()),
        }
    }

    /// Takes a published workshop out of the catalog.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is not published.
    pub fn retire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.state {
            WorkshopState::Published { .. } => Ok(self.moved(WorkshopState::Retired { retired_at: now }, now)),
            WorkshopState::Draft | WorkshopState::Retired { .. } => Err(self.refuse("retire")),
        }
    }

    fn moved(self, state: WorkshopState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "workshop", state: crate::text::Word::word(self.state.name()), action }
    }
}
