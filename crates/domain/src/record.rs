//! What every stored entity has beside its own fields.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::{Timestamp, Version};

/// Version and times of one stored entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// How often it was changed; the `ETag` is made of it.
    pub version: Version,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Record {
    /// The record of a thing made just now.
    pub fn new(now: Timestamp) -> Self {
        Self { version: Version::FIRST, created_at: now, updated_at: now }
    }

    /// The record after one more change.
    #[must_use]
    pub fn changed(self, now: Timestamp) -> Self {
        Self { version: self.version.next(), updated_at: now, ..self }
    }
}
