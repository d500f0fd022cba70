//! Postings of the needs board: what somebody needs or offers, and what others say to it.

use jiff::{Span, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{LibraryId, NetworkId, PostingId, ReplyId, RequestId, TopicId, TrainerId, UserId},
    record::Record,
    state::InvalidTransition,
    text::{Word, words},
    time::Timestamp,
    trainer::Visibility,
};

words! {
    /// What a posting is.
    PostingKind {
        /// Somebody looks for something.
        Need = "need",
        /// Somebody has something to give.
        Offer = "offer",
    }
}

/// How many days a posting stands, unless it says otherwise.
const USUAL_DAYS: i64 = 60;
/// How many days it can stand.
pub const LONGEST_DAYS: i64 = 366;

/// What a posting says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "whose"))]
pub struct PostingDetails {
    /// What it is.
    pub kind: PostingKind,
    /// Its title.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Somebody who can teach our board about policies")]
    pub title: String,
    /// What is needed or offered.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    #[serde(default)]
    pub text: String,
    /// What it is about.
    pub topic: Option<TopicId>,
    /// The library it is posted for.
    pub library: Option<LibraryId>,
    /// The trainer it is posted for, where it is not for a library.
    pub trainer: Option<TrainerId>,
    /// Where people without an account can answer.
    #[validate(length(min = 1, max = 2000), custom(function = "crate::text::web_address"))]
    #[schema(format = "uri", max_length = 2000, example = "https://hiawatha.example.org/contact")]
    pub answer_address: Option<String>,
    /// Its last day, in UTC, at most a year ahead; 60 days ahead unless it is said.
    #[schema(value_type = Option<String>, format = Date, example = "2027-05-01")]
    pub expires_on: Option<Date>,
    /// Who finds it. The public board shows what is `public`, under the name of the library, or of a trainer with a public profile.
    pub visibility: Visibility,
}

fn whose(posting: &PostingDetails) -> Result<(), ValidationError> {
    match (posting.library, posting.trainer) {
        (Some(_), Some(_)) => Err(ValidationError::new("library_or_trainer")),
        (None, None) if posting.visibility == Visibility::Public => Err(ValidationError::new("public_without_name")),
        _ => Ok(()),
    }
}

impl PostingDetails {
    /// The last day on which it stands, for one that is written on `today`.
    pub fn last_day(&self, today: Date) -> Date {
        self.expires_on.unwrap_or_else(|| today.saturating_add(Span::new().days(USUAL_DAYS)))
    }
}

words! {
    /// Why a posting was closed.
    ClosingReason {
        /// Somebody answered it.
        Filled = "filled",
        /// It was taken back: it stands in no digest.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// The names of a posting's states.
    PostingStateName {
        /// It waits for answers.
        Open = "open",
        /// It was closed.
        Closed = "closed",
        /// A training request carries it on.
        BecameRequest = "became_request",
        /// Its last day has passed.
        Expired = "expired",
    }
}

/// Where a posting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PostingState {
    /// It waits for answers.
    Open,
    /// It was closed.
    Closed {
        /// Since when.
        closed_at: Timestamp,
        /// Why.
        reason: ClosingReason,
    },
    /// A training request carries it on.
    BecameRequest {
        /// Since when.
        closed_at: Timestamp,
        /// Which one.
        request: RequestId,
    },
    /// Its last day has passed.
    Expired {
        /// Since when that is known.
        expired_at: Timestamp,
    },
}

impl PostingState {
    /// Its name without the data.
    pub fn name(&self) -> PostingStateName {
        match self {
            Self::Open => PostingStateName::Open,
            Self::Closed { .. } => PostingStateName::Closed,
            Self::BecameRequest { .. } => PostingStateName::BecameRequest,
            Self::Expired { .. } => PostingStateName::Expired,
        }
    }
}

/// A posting of the needs board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Posting {
    /// Its id.
    pub id: PostingId,
    /// The network it is posted in.
    pub network: NetworkId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    #[serde(flatten)]
    pub details: PostingDetails,
    /// Libraries that say "me too", in that order.
    pub me_too: Vec<LibraryId>,
    /// How many replies there are.
    pub replies: u32,
    /// Where it stands.
    #[serde(flatten)]
    pub state: PostingState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Posting, InvalidTransition>;

impl Posting {
    /// Says something else.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn revise(self, details: PostingDetails, now: Timestamp) -> Moved {
        self.stands("update")?;
        Ok(Self { details, record: self.record.changed(now), ..self })
    }

    /// Closes it.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn close(self, reason: ClosingReason, now: Timestamp) -> Moved {
        self.stands("close")?;
        Ok(self.moved(PostingState::Closed { closed_at: now, reason }, now))
    }

    /// A training request carries it on.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn become_request(self, request: RequestId, now: Timestamp) -> Moved {
        self.stands("request")?;
        Ok(self.moved(PostingState::BecameRequest { closed_at: now, request }, now))
    }

    /// Its last day has passed.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open and that is so.
    pub fn expire(self, now: Timestamp) -> Moved {
        self.stands("expire")?;
        let today = now.to_zoned(TimeZone::UTC).date();
        if self.details.expires_on.is_none_or(|last| last >= today) {
            return Err(self.refuse("expire"));
        }
        Ok(self.moved(PostingState::Expired { expired_at: now }, now))
    }

    /// One more reply.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn reply(mut self, now: Timestamp) -> Moved {
        self.stands("reply")?;
        self.replies += 1;
        self.record = self.record.changed(now);
        Ok(self)
    }

    /// Another library needs it, too. One that said so before says nothing new.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn join(mut self, library: LibraryId, now: Timestamp) -> Moved {
        self.stands("me_too")?;
        if !self.me_too.contains(&library) {
            self.me_too.push(library);
            self.record = self.record.changed(now);
        }
        Ok(self)
    }

    /// A library needs it no more.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is open.
    pub fn part(mut self, library: LibraryId, now: Timestamp) -> Moved {
        self.stands("me_too")?;
        self.me_too.retain(|one| *one != library);
        self.record = self.record.changed(now);
        Ok(self)
    }

    fn stands(&self, action: &'static str) -> Result<(), InvalidTransition> {
        match self.state {
            PostingState::Open => Ok(()),
            PostingState::Closed { .. } | PostingState::BecameRequest { .. } | PostingState::Expired { .. } => {
                Err(self.refuse(action))
            }
        }
    }

    fn moved(self, state: PostingState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "posting", state: self.state.name().word(), action }
    }
}

/// What somebody says to a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyDetails {
    /// Who.
    pub author: UserId,
    /// What.
    pub text: String,
}

/// A reply to a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostingReply {
    /// Its id.
    pub id: ReplyId,
    /// The posting.
    pub posting: PostingId,
    /// Who says what.
    #[serde(flatten)]
    pub details: ReplyDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
