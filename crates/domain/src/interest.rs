//! Interest of trainers in requests.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    id::{InterestId, NetworkId, RequestId, TrainerId},
    record::Record,
};

/// What a trainer says of their interest in a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InterestDetails {
    /// A word to the coordinator.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, example = "I know the library, and could stay for a second session")]
    #[serde(default)]
    pub note: String,
}

/// A trainer would like to teach a request. One for each trainer and request; it holds no time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interest {
    /// Its id.
    pub id: InterestId,
    /// In what.
    pub request: RequestId,
    /// Who.
    pub trainer: TrainerId,
    /// The network that serves the request.
    pub network: NetworkId,
    /// What they say.
    #[serde(flatten)]
    pub details: InterestDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
