//! Sign-ins, and what becomes of them when a refresh token comes back.

use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{id::SignInId, text::words, time::Timestamp};

/// A sign-in that has not ended, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// When it began.
    pub created_at: Timestamp,
    /// When its tokens were last renewed.
    pub last_used_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// What the program called itself at the sign-in, up to 200 characters.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
}

/// A refresh token that somebody brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// When its sign-in ends, or ended.
    pub ends_at: Timestamp,
    /// Whether it was brought before.
    pub is_used: bool,
    /// Whether the token that was given for it last has not been brought yet.
    pub successor_is_unused: bool,
    /// When another was given in its place.
    pub voided_at: Option<Timestamp>,
}

/// What a refresh token gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// The next one; what was given for it before is void.
    Renew,
    /// Nothing.
    Refuse,
    /// Nothing, and the sign-in ends: two parties hold its tokens.
    End,
}

/// How long after it was voided a token may come from somebody who asked twice at the same moment.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(1);

impl RefreshToken {
    /// Decides. A token that comes again while nobody brought its successor is that of somebody whom the answer did not
    /// reach; otherwise it was copied.
    ///
    /// Source: RFC 9700 section 4.14.2 (rotation and detection of reuse).
    pub fn exchange(&self, now: Timestamp) -> Exchange {
        match self {
            Self { ends_at, .. } if *ends_at <= now => Exchange::Refuse,
            Self { voided_at: Some(at), .. } if now.duration_since(*at) < AT_ONCE => Exchange::Refuse,
            Self { voided_at: Some(_), .. } | Self { is_used: true, successor_is_unused: false, .. } => Exchange::End,
            Self { .. } => Exchange::Renew,
        }
    }
}

words! {
    /// What a token is good for, once.
    Purpose {
        /// A new password.
        PasswordReset = "password_reset",
        /// A new address.
        EmailChange = "email_change",
    }
}

impl Purpose {
    /// How long such a token is good.
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::PasswordReset => SignedDuration::from_hours(1),
            Self::EmailChange => SignedDuration::from_hours(24),
        }
    }
}
