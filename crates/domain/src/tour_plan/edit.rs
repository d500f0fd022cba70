//! Steps by which a plan is changed by hand.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{RequestId, TrainerId},
    tour_plan::Named,
};

/// A step by which a plan is changed by hand. Days and times are those of the network's calendar and clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum StopEdit {
    /// A stop more.
    Add {
        /// The request to serve.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        request: Named<RequestId>,
        /// Who goes.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "trn_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        trainer: Named<TrainerId>,
        /// On which day.
        #[schema(value_type = String, format = Date, example = "2027-03-03")]
        date: Date,
        /// When; as early as can be unless it is said.
        #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "10:00:00")]
        starts_at: Option<Time>,
    },
    /// A stop less.
    Remove {
        /// The request that is not served any more.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        request: Named<RequestId>,
    },
    /// A stop of another trainer, day or time.
    Move {
        /// The request it serves.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        request: Named<RequestId>,
        /// Who goes.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "trn_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        trainer: Named<TrainerId>,
        /// On which day.
        #[schema(value_type = String, format = Date, example = "2027-03-03")]
        date: Date,
        /// When; as early as can be unless it is said.
        #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "10:00:00")]
        starts_at: Option<Time>,
    },
    /// The stops of a day in another order, each as early as can be.
    Reorder {
        /// Whose day.
        #[schema(value_type = String, min_length = 1, max_length = 100, example = "trn_01k9z3k8m4e0r9q2v7x5y6w8ta")]
        trainer: Named<TrainerId>,
        /// Which.
        #[schema(value_type = String, format = Date, example = "2027-03-03")]
        date: Date,
        /// Every request served that day, in the order wanted.
        #[schema(value_type = Vec<String>, max_items = 6)]
        requests: Vec<Named<RequestId>>,
    },
}
