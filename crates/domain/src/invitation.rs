//! Invitations: a role for somebody who may not be here yet.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    id::{InvitationId, NetworkId, UserId},
    record::Record,
    state::InvalidTransition,
    time::Timestamp,
    user::{ERASED, Role},
};

/// How long an invitation is good.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Who is invited, and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InvitationDetails {
    /// The address of the invited.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    pub email: String,
    /// What they will be.
    pub role: Role,
}

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum InvitationState {
    /// It is out.
    Pending,
    /// The invited took it.
    Accepted {
        /// Who.
        by: UserId,
        /// When.
        accepted_at: Timestamp,
    },
    /// It was taken back.
    Revoked {
        /// When.
        revoked_at: Timestamp,
    },
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The network the role belongs to; none for operators.
    pub network: Option<NetworkId>,
    /// Who invites; `null` where somebody signed up for an informal network.
    pub inviter: Option<UserId>,
    /// Who is invited, and to what.
    #[serde(flatten)]
    pub details: InvitationDetails,
    /// What has become of it.
    #[serde(flatten)]
    pub state: InvitationState,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl Invitation {
    /// The invited takes it.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is not out any more, or has expired.
    pub fn accept(self, by: UserId, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.state {
            InvitationState::Pending if now < self.expires_at => {
                Ok(self.moved(InvitationState::Accepted { by, accepted_at: now }, now))
            }
            InvitationState::Pending => Err(Self::refuse("expired", "accept")),
            InvitationState::Accepted { .. } => Err(Self::refuse("accepted", "accept")),
            InvitationState::Revoked { .. } => Err(Self::refuse("revoked", "accept")),
        }
    }

    /// It is taken back.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is not out any more.
    pub fn revoke(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.state {
            InvitationState::Pending => Ok(self.moved(InvitationState::Revoked { revoked_at: now }, now)),
            InvitationState::Accepted { .. } => Err(Self::refuse("accepted", "revoke")),
            InvitationState::Revoked { .. } => Err(Self::refuse("revoked", "revoke")),
        }
    }

    /// Whom it was to is forgotten; if it was out, it is not any more.
    #[must_use]
    pub fn erased(self, now: Timestamp) -> Self {
        let state = match self.state {
            InvitationState::Pending => InvitationState::Revoked { revoked_at: now },
            InvitationState::Accepted { .. } | InvitationState::Revoked { .. } => self.state,
        };
        let details = InvitationDetails { email: format!("{}@{ERASED}", self.id), ..self.details };
        Self { details, ..self.moved(state, now) }
    }

    fn moved(self, state: InvitationState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(state: &'static str, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "invitation", state, action }
    }
}
