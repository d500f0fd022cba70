//! People who sign in, and what they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::{
    id::{LibraryId, NetworkId, RoleId, TrainerId, UserId},
    record::Record,
    text::words,
    time::Timestamp,
};

words! {
    /// What a person can be.
    RoleName {
        /// Runs the installation.
        Operator = "operator",
        /// Coordinates a network.
        Coordinator = "coordinator",
        /// Works in a library.
        Staff = "staff",
        /// Teaches.
        Trainer = "trainer",
        /// Takes part in an informal network.
        Member = "member",
    }
}

/// What a person is, and of what. One person may be several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case", deny_unknown_fields)]
pub enum Role {
    /// Runs the installation.
    Operator,
    /// Coordinates a network.
    Coordinator {
        /// Which.
        network: NetworkId,
    },
    /// Works in a library.
    Staff {
        /// Which.
        library: LibraryId,
    },
    /// Teaches, as this trainer.
    Trainer {
        /// Which.
        trainer: TrainerId,
    },
    /// Takes part in an informal network, by their own word.
    Member {
        /// Which.
        network: NetworkId,
    },
}

/// Nothing is left to check: each form holds ids only.
impl Validate for Role {
    fn validate(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }
}

impl Role {
    /// Its name without the data.
    pub fn name(&self) -> RoleName {
        match self {
            Self::Operator => RoleName::Operator,
            Self::Coordinator { .. } => RoleName::Coordinator,
            Self::Staff { .. } => RoleName::Staff,
            Self::Trainer { .. } => RoleName::Trainer,
            Self::Member { .. } => RoleName::Member,
        }
    }
}

/// A role somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// Its id.
    pub id: RoleId,
    /// What they are.
    #[serde(flatten)]
    pub role: Role,
    /// The network the role belongs to; none for operators, and for staff of libraries outside every network.
    #[serde(rename = "in_network")]
    pub network: Option<NetworkId>,
}

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserDetails {
    /// The address they sign in with; unique without regard to case.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    pub email: String,
    /// Their name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Dana Whitfield")]
    pub name: String,
}

/// Where the addresses of erased people are: no mail ever gets there.
///
/// Source: RFC 2606 section 2.
pub const ERASED: &str = "erased.invalid";

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What is known of them.
    #[serde(flatten)]
    pub details: UserDetails,
    /// What they are.
    pub roles: Vec<Grant>,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl User {
    /// What stays of somebody who is erased: an id, so that what they did is still one person's.
    #[must_use]
    pub fn erased(self, now: Timestamp) -> Self {
        let details = UserDetails { email: format!("{}@{ERASED}", self.id), name: "Erased person".to_owned() };
        Self { details, roles: Vec::new(), record: self.record.changed(now), ..self }
    }

    /// Whether they were erased.
    pub fn is_erased(&self) -> bool {
        self.details.email.split_once('@').is_some_and(|(_, domain)| domain == ERASED)
    }
}
