//! The append-only record of everything that changed: audit, change feed and outbox in one.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    id::{EventId, NetworkId},
    principal::Principal,
    time::Timestamp,
};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The network it happened in; `null` outside of any.
    pub network: Option<NetworkId>,
    /// What kind of thing changed, `request`, `offer`, …
    pub subject_kind: String,
    /// The id of what changed.
    pub subject: String,
    /// What was done, `submit`, `accept`, …
    pub action: String,
    /// Who did it; `null` for the program itself.
    pub actor: Option<Principal>,
    /// When.
    pub at: Timestamp,
    /// How it was; `null` when it was created.
    pub before: Option<Value>,
    /// How it is; `null` when it was deleted.
    pub after: Option<Value>,
}
