//! The vocabulary that needs, workshops and skills are told in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    id::{NetworkId, TopicId},
    record::Record,
};

/// What a topic is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TopicDetails {
    /// Its name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Readers' advisory")]
    pub name: String,
    /// The vocabulary it is from.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "WebJunction Competency Index")]
    pub scheme: String,
    /// What that vocabulary calls it, where it has a code.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_length = 1, max_length = 50, example = "PS.3")]
    pub code: Option<String>,
    /// What it takes in.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub description: String,
}

/// A topic of one network's vocabulary, or of the one everybody shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Topic {
    /// Its id.
    pub id: TopicId,
    /// Whose vocabulary; `null` for the shared one.
    pub network: Option<NetworkId>,
    /// What it is.
    #[serde(flatten)]
    pub details: TopicDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
