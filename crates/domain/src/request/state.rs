//! The states of a training request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{BookingId, RequestId},
    text::words,
    time::Timestamp,
};

words! {
    /// The names of a request's states.
    RequestStateName {
        /// Being written.
        Draft = "draft",
        /// Waiting for neighbors to join.
        Gathering = "gathering",
        /// Waiting for a coordinator.
        Submitted = "submitted",
        /// Back at the library with a question.
        NeedsInformation = "needs_information",
        /// Trainers are being asked.
        Open = "open",
        /// A trainer has accepted.
        Booked = "booked",
        /// It was taught.
        Fulfilled = "fulfilled",
        /// Carried on by another request.
        Merged = "merged",
        /// The network said no.
        Declined = "declined",
        /// The library took it back.
        Withdrawn = "withdrawn",
        /// Its last window passed with nobody booked, or the day until which neighbors could join with too few of them.
        Expired = "expired",
    }
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    /// Being written.
    Draft,
    /// Waiting for neighbors to join.
    Gathering {
        /// Since when.
        gathering_since: Timestamp,
    },
    /// Waiting for a coordinator.
    Submitted {
        /// Since when.
        submitted_at: Timestamp,
    },
    /// Back at the library with a question.
    NeedsInformation {
        /// What the coordinator asks.
        question: String,
        /// Since when.
        asked_at: Timestamp,
    },
    /// Trainers are being asked.
    Open {
        /// Since when.
        opened_at: Timestamp,
    },
    /// A trainer has accepted.
    Booked {
        /// What came of it.
        booking: BookingId,
    },
    /// It was taught.
    Fulfilled {
        /// What came of it.
        booking: BookingId,
        /// Since when.
        fulfilled_at: Timestamp,
    },
    /// Carried on by another request.
    Merged {
        /// Which one.
        into: RequestId,
        /// Since when.
        merged_at: Timestamp,
    },
    /// The network said no.
    Declined {
        /// Why.
        reason: String,
        /// Since when.
        declined_at: Timestamp,
    },
    /// The library took it back.
    Withdrawn {
        /// Why.
        reason: String,
        /// Since when.
        withdrawn_at: Timestamp,
    },
    /// Its last window passed with nobody booked, or the day until which neighbors could join with too few of them.
    Expired {
        /// Since when.
        expired_at: Timestamp,
    },
}

impl RequestState {
    /// Its name without the data.
    pub fn name(&self) -> RequestStateName {
        match self {
            Self::Draft => RequestStateName::Draft,
            Self::Gathering { .. } => RequestStateName::Gathering,
            Self::Submitted { .. } => RequestStateName::Submitted,
            Self::NeedsInformation { .. } => RequestStateName::NeedsInformation,
            Self::Open { .. } => RequestStateName::Open,
            Self::Booked { .. } => RequestStateName::Booked,
            Self::Fulfilled { .. } => RequestStateName::Fulfilled,
            Self::Merged { .. } => RequestStateName::Merged,
            Self::Declined { .. } => RequestStateName::Declined,
            Self::Withdrawn { .. } => RequestStateName::Withdrawn,
            Self::Expired { .. } => RequestStateName::Expired,
        }
    }
}
