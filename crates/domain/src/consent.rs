//! Consents: what a person allows to be done with what is known of them, in which words, and since when.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    id::{ConsentId, UserId},
    text::words,
    time::Timestamp,
};

words! {
    /// What somebody can allow, and take back at any time.
    ConsentPurpose {
        /// Public pages may show them as a trainer.
        PublicProfile = "public_profile",
        /// The digest of what libraries need may be mailed to them.
        WeeklyDigest = "weekly_digest",
    }
}

impl ConsentPurpose {
    /// What is asked, word for word.
    pub fn text(self) -> &'static str {
        match self {
            Self::PublicProfile => {
                "Public pages may show my name, what I teach and where I come from, so that any library can find me."
            }
            Self::WeeklyDigest => "Send me once a week, by mail, what libraries in my networks need.",
        }
    }

    /// Which version of the words that is: it rises with each change of what they mean.
    pub fn wording(self) -> u32 {
        match self {
            Self::PublicProfile | Self::WeeklyDigest => 1,
        }
    }
}

/// What somebody answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Who answered.
    pub user: UserId,
    /// What it is about.
    pub purpose: ConsentPurpose,
    /// Which version of the words was answered.
    #[schema(minimum = 1, example = 1)]
    pub wording: u32,
    /// Whether they allow it.
    pub given: bool,
    /// Since when.
    pub since: Timestamp,
}

impl Consent {
    /// Whether it counts: words that changed since must be answered anew.
    pub fn stands(&self) -> bool {
        self.given && self.wording == self.purpose.wording()
    }
}
