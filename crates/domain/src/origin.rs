//! Workshops that came from catalogs elsewhere, in a file or by a harvest, and follow them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    id::{HarvestId, NetworkId, WorkshopId},
    record::Record,
    text::{Format, Level},
    time::Timestamp,
    workshop::{Attribution, CannotPublish, Workshop, WorkshopDetails, WorkshopState},
};

/// Where a workshop came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// What it is called there.
    #[schema(example = "oai:catalog.example.org:wks_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub identifier: String,
    /// Where it is published there.
    #[schema(format = "uri", example = "https://catalog.example.org/workshops/wks_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub address: Option<String>,
    /// When it was last changed there, as far as that changed it here.
    pub changed_at: Option<Timestamp>,
    /// Whose catalog that is; `null` for the network's own.
    #[schema(example = "Southwest Kansas Library System")]
    pub catalog: Option<String>,
    /// By which harvest it comes; `null` for a file.
    pub harvest: Option<HarvestId>,
    /// Whether it was withdrawn there.
    pub withdrawn: bool,
}

impl Origin {
    /// By what one is found again that was harvested under a name.
    pub fn harvested(identifier: &str) -> String {
        format!("oai\n{identifier}")
    }

    /// By what it is found again within its network.
    pub fn key(&self) -> String {
        match (&self.harvest, &self.catalog) {
            // Identifiers of harvests are good everywhere.
            (Some(_), _) => Self::harvested(&self.identifier),
            (None, catalog) => format!("file\n{}\n{}", catalog.as_deref().unwrap_or_default(), self.identifier),
        }
    }
}

/// What is taken for a workshop that does not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Gaps {
    /// How deep it goes.
    pub level: Option<Level>,
    /// How long it takes, in minutes.
    #[validate(range(min = 15, max = 2880))]
    #[schema(minimum = 15, maximum = 2880, example = 60)]
    pub duration_minutes: Option<u32>,
    /// How it is delivered.
    pub format: Option<Format>,
    /// The language it is taught in, BCP 47.
    #[validate(custom(function = "crate::text::language_tag"))]
    #[schema(max_length = 35, example = "en")]
    pub language: Option<String>,
}

/// What another catalog tells of a workshop.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it says.
    pub details: WorkshopDetails,
    /// What it was made of, itself at the end when it is the work of others.
    pub adapted_from: Vec<Attribution>,
    /// Where it is.
    pub origin: Option<Origin>,
}

impl Workshop {
    /// One that is told of for the first time: a draft, or in the catalog at once.
    ///
    /// # Errors
    /// [`CannotPublish`] when it is to be in the catalog and has no objectives.
    pub fn taken_over(
        id: WorkshopId,
        network: NetworkId,
        told: Told,
        publish: bool,
        now: Timestamp,
    ) -> Result<Self, CannotPublish> {
        let Told { details, adapted_from, origin } = told;
        let draft = Self {
            id,
            network,
            details,
            edition: 0,
            public_since: None,
            origin,
            adapted_from,
            state: WorkshopState::Draft,
            record: Record::new(now),
        };
        if publish { Ok(Self { record: draft.record, ..draft.publish(now)? }) } else { Ok(draft) }
    }

    /// Brings it to what is told of it now. What the network retired stays so; what was withdrawn at its origin comes back.
    ///
    /// # Errors
    /// [`CannotPublish`] when it is to be, or to stay, in the catalog and has no objectives.
    pub fn follow(&self, told: Told, publish: bool, now: Timestamp) -> Result<Self, CannotPublish> {
        let Told { details, adapted_from, origin } = told;
        let withdrawn = self.origin.as_ref().is_some_and(|origin| origin.withdrawn);
        let state = match self.state {
            WorkshopState::Retired { .. } if !withdrawn => return Ok(self.clone()),
            WorkshopState::Retired { .. } => WorkshopState::Draft,
            state => state,
        };
        let same = self.details == details;
        let told = Self { state, adapted_from, origin: origin.or(self.origin.clone()), ..self.clone() };
        let told = if same { told } else { told.revise(details, now)? };
        let told = match told.state {
            WorkshopState::Draft if publish => told.publish(now)?,
            _ => told,
        };
        Ok(Self { record: self.record.changed(now), ..told })
    }

    /// Whether something of it besides the times is otherwise than before.
    pub fn differs(&self, before: &Self) -> bool {
        let lasting = |workshop: &Self| {
            let origin = workshop.origin.clone().map(|origin| Origin { changed_at: None, ..origin });
            (workshop.details.clone(), workshop.adapted_from.clone(), workshop.state.name(), origin)
        };
        lasting(self) != lasting(before)
    }

    /// It was withdrawn at its origin. Nothing when it is not in the catalog, nor about to be, any more.
    pub fn withdraw(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            WorkshopState::Retired { .. } => None,
            WorkshopState::Draft | WorkshopState::Published { .. } => {
                let origin = self.origin.clone().map(|origin| Origin { withdrawn: true, ..origin });
                Some(Self { origin, ..self.clone().moved(WorkshopState::Retired { retired_at: now }, now) })
            }
        }
    }

    /// The harvest that it follows.
    pub fn harvest(&self) -> Option<HarvestId> {
        self.origin.as_ref()?.harvest
    }
}
