//! Workshops: the titles of the catalog, each of which can be taught many times.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{NetworkId, TopicId, WorkshopId},
    license::{self, CannotAdapt},
    money::Money,
    origin::Origin,
    record::Record,
    state::InvalidTransition,
    text::{Format, Level, words},
    time::{Minutes, Timestamp},
    trainer::{Customers, Visibility},
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
    /// What it makes people able to do, in topics of competency schemes.
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub competencies: Vec<TopicId>,
    /// What it counts for in schemes of continuing education.
    #[validate(nested, length(max = 20))]
    #[schema(max_items = 20)]
    #[serde(default)]
    pub continuing_education: Vec<ContactHours>,
    /// What taking part costs each person. Who has no fee of their own pays that for anyone; none for anyone: nothing.
    #[validate(nested, length(max = 3))]
    #[schema(max_items = 3)]
    #[serde(default)]
    pub fees: Vec<Admission>,
    /// Who wrote it.
    #[validate(length(max = 20))]
    #[schema(max_items = 20, example = json!(["Dana Whitfield"]))]
    #[serde(default)]
    pub authors: Vec<String>,
    /// Who paid for writing it, to be named with it.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500, example = "Institute of Museum and Library Services, LSTA")]
    pub funder: Option<String>,
    /// Who finds it once it is published.
    #[serde(default = "everybody")]
    pub visibility: Visibility,
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
    /// License of its words and materials, SPDX expression; without one all rights are reserved.
    #[validate(length(min = 1, max = 100), custom(function = "crate::license::spdx_expression"))]
    #[schema(min_length = 1, max_length = 100, example = "CC-BY-4.0")]
    pub license: Option<String>,
}

fn everybody() -> Visibility {
    Visibility::Public
}

/// What a workshop counts for in one scheme of continuing education.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ContactHours {
    /// The scheme, as its state library calls it.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Wisconsin public librarian certification")]
    pub scheme: String,
    /// The category within it, where it has some.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "A")]
    pub category: Option<String>,
    /// Minutes of contact it counts for.
    #[validate(range(min = 1, max = 6000))]
    #[schema(minimum = 1, maximum = 6000, example = 120)]
    pub minutes: u32,
}

/// What taking part costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// For whom it counts.
    pub customers: Customers,
    /// For each person.
    #[validate(nested)]
    pub per_person: Money,
}

fn attendance(workshop: &WorkshopDetails) -> Result<(), ValidationError> {
    if workshop.authors.iter().any(|author| author.is_empty() || author.chars().count() > 200) {
        return Err(ValidationError::new("bad_author"));
    }
    if workshop.funder.is_some() && workshop.authors.is_empty() {
        return Err(ValidationError::new("funded_without_author"));
    }
    if workshop.fees.iter().any(|fee| fee.per_person.amount_minor < 0) {
        return Err(ValidationError::new("negative_fee"));
    }
    let twice =
        |place: usize| workshop.fees[..place].iter().any(|other| other.customers == workshop.fees[place].customers);
    if (0..workshop.fees.len()).any(twice) {
        return Err(ValidationError::new("two_fees_for_the_same"));
    }
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
    /// Which edition of it the catalog holds; 0 until it is published. Each change of a published workshop makes the next.
    pub edition: u32,
    /// Since when the public catalog has shown it; still told when it does so no more.
    pub public_since: Option<Timestamp>,
    /// Where it came from, if it was written elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What it was made of: the first original, then what was made of it, up to the one before this.
    pub adapted_from: Vec<Attribution>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: WorkshopState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// A workshop that another was made of, as it was then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attribution {
    /// Which, here; `null` where it is in a catalog elsewhere.
    pub workshop: Option<WorkshopId>,
    /// Which edition of it; 0 where that is not known.
    pub edition: u32,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who paid for writing it.
    pub funder: Option<String>,
    /// The network whose catalog it was in.
    pub network: String,
    /// Its license.
    pub license: Option<String>,
    /// Where it is, if it is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub address: Option<String>,
}

/// A published edition of a workshop: it stays as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Edition {
    /// Of which workshop.
    pub workshop: WorkshopId,
    /// Which, from 1.
    pub edition: u32,
    /// Since when it is in the catalog.
    pub published_at: Timestamp,
    /// What it says.
    pub details: WorkshopDetails,
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
            WorkshopState::Draft => {
                let published = self.moved(WorkshopState::Published { published_at: now }, now);
                Ok(Self { edition: published.edition + 1, ..published }.shown(now))
            }
            WorkshopState::Published { .. } | WorkshopState::Retired { .. } => Err(self.refuse("publish").into()),
        }
    }

    /// Changes what the catalog says, until the workshop is retired. Of a published workshop that makes the next edition.
    ///
    /// # Errors
    /// [`CannotPublish`] when it is retired, or published and would be left without objectives.
    pub fn revise(self, details: WorkshopDetails, now: Timestamp) -> Result<Self, CannotPublish> {
        match self.state {
            WorkshopState::Published { .. } if details.objectives.is_empty() => Err(CannotPublish::NoObjectives),
            WorkshopState::Draft => Ok(Self { details, record: self.record.changed(now), ..self }),
            WorkshopState::Published { .. } => {
                Ok(Self { details, edition: self.edition + 1, record: self.record.changed(now), ..self }.shown(now))
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

    /// Whether it may be adapted as it stands.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is published.
    pub fn adaptable(&self) -> Result<(), InvalidTransition> {
        match self.state {
            WorkshopState::Published { .. } => Ok(()),
            WorkshopState::Draft | WorkshopState::Retired { .. } => Err(self.refuse("adapt")),
        }
    }

    /// A draft for another catalog, made of this workshop, which stands in the catalog named `network`.
    ///
    /// # Errors
    /// [`CannotAdapt`] when its license does not permit that, or not under `license`.
    pub fn adapt(
        &self,
        id: WorkshopId,
        into: NetworkId,
        network: String,
        license: Option<String>,
        now: Timestamp,
    ) -> Result<Self, CannotAdapt> {
        license::adaptable(self.details.license.as_deref(), license.as_deref())?;
        let original = Attribution {
            workshop: Some(self.id),
            edition: self.edition,
            address: None,
            title: self.details.title.clone(),
            authors: self.details.authors.clone(),
            funder: self.details.funder.clone(),
            network,
            license: self.details.license.clone(),
        };
        let adapted_from = self.adapted_from.iter().cloned().chain([original]).collect();
        let details = WorkshopDetails { license, ..self.details.clone() };
        Ok(Self {
            id,
            network: into,
            details,
            edition: 0,
            public_since: None,
            origin: None,
            adapted_from,
            state: WorkshopState::Draft,
            record: Record::new(now),
        })
    }

    /// The edition that the catalog holds; none of a draft.
    pub fn published(&self, now: Timestamp) -> Option<Edition> {
        match self.state {
            WorkshopState::Published { .. } => Some(Edition {
                workshop: self.id,
                edition: self.edition,
                published_at: now,
                details: self.details.clone(),
            }),
            WorkshopState::Draft | WorkshopState::Retired { .. } => None,
        }
    }

    /// Whether the public catalog shows it.
    pub fn is_public(&self) -> bool {
        match self.state {
            WorkshopState::Published { .. } => self.details.visibility == Visibility::Public,
            WorkshopState::Draft | WorkshopState::Retired { .. } => false,
        }
    }

    fn shown(self, now: Timestamp) -> Self {
        let first = self.is_public().then_some(now);
        Self { public_since: self.public_since.or(first), ..self }
    }

    pub(crate) fn moved(self, state: WorkshopState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "workshop", state: crate::text::Word::word(self.state.name()), action }
    }
}
