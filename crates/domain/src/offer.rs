//! Offers: one trainer is asked for one request at one time, on terms.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    commitment::Travel,
    id::{BookingId, NetworkId, OfferId, QuoteId, RequestId, RoomId, TourId, TrainerId, VenueId},
    money::Money,
    price::Price,
    record::Record,
    state::InvalidTransition,
    text::{Word, words},
    time::{Interval, Timestamp, Zone},
};

words! {
    /// The names of an offer's states.
    OfferStateName {
        /// The trainer has not answered.
        Pending = "pending",
        /// The trainer accepted, and was first.
        Accepted = "accepted",
        /// The trainer said no.
        Declined = "declined",
        /// The trainer proposes something else.
        Countered = "countered",
        /// The coordinator took it back.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Lapsed = "lapsed",
        /// Another trainer was first.
        Superseded = "superseded",
    }
}

/// What a trainer proposes instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "proposal"))]
pub struct CounterProposal {
    /// Another start of the workshop.
    pub starts_at: Option<Timestamp>,
    /// Another honorarium.
    #[validate(nested)]
    pub honorarium: Option<Money>,
    /// Why.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub note: String,
}

fn proposal(counter: &CounterProposal) -> Result<(), ValidationError> {
    if counter.starts_at.is_none() && counter.honorarium.is_none() {
        return Err(ValidationError::new("nothing_proposed"));
    }
    if counter.honorarium.is_some_and(|money| money.amount_minor < 0) {
        return Err(ValidationError::new("negative_fee"));
    }
    Ok(())
}

/// Where an offer stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OfferState {
    /// The trainer has not answered; their time is held.
    Pending {
        /// When the hold ends.
        expires_at: Timestamp,
    },
    /// The trainer accepted, and was first.
    Accepted {
        /// What came of it.
        booking: BookingId,
        /// When.
        accepted_at: Timestamp,
    },
    /// The trainer said no.
    Declined {
        /// Why.
        reason: String,
        /// When.
        declined_at: Timestamp,
    },
    /// The trainer proposes something else; their time is held until then.
    Countered {
        /// What.
        proposal: CounterProposal,
        /// When.
        countered_at: Timestamp,
        /// When the hold ends.
        expires_at: Timestamp,
    },
    /// The coordinator took it back.
    Withdrawn {
        /// Why.
        reason: String,
        /// When.
        withdrawn_at: Timestamp,
    },
    /// Nobody answered in time.
    Lapsed {
        /// When.
        lapsed_at: Timestamp,
    },
    /// Another trainer was first.
    Superseded {
        /// When.
        superseded_at: Timestamp,
    },
}

impl OfferState {
    /// Its name without the data.
    pub fn name(&self) -> OfferStateName {
        match self {
            Self::Pending { .. } => OfferStateName::Pending,
            Self::Accepted { .. } => OfferStateName::Accepted,
            Self::Declined { .. } => OfferStateName::Declined,
            Self::Countered { .. } => OfferStateName::Countered,
            Self::Withdrawn { .. } => OfferStateName::Withdrawn,
            Self::Lapsed { .. } => OfferStateName::Lapsed,
            Self::Superseded { .. } => OfferStateName::Superseded,
        }
    }

    /// When the hold ends, while there is one.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { expires_at } | Self::Countered { expires_at, .. } => Some(*expires_at),
            Self::Accepted { .. }
            | Self::Declined { .. }
            | Self::Withdrawn { .. }
            | Self::Lapsed { .. }
            | Self::Superseded { .. } => None,
        }
    }
}

/// What was offered: time, place and price. A revision makes new ones; acceptance names the version that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferTerms {
    /// When the workshop is taught.
    pub time: Interval,
    /// The zone its hours are told in.
    pub time_zone: Zone,
    /// Where; `null` when it is virtual.
    pub venue: Option<VenueId>,
    /// In which room.
    pub room: Option<RoomId>,
    /// Where, in words; empty when it is virtual.
    #[schema(example = "Lawrence Public Library, 707 Vermont St, Lawrence KS")]
    pub place: String,
    /// The way there and back as reckoned when it was offered.
    pub travel: Travel,
    /// What it costs, with dated rates.
    pub price: Price,
    /// The quote whose price it has.
    #[serde(default)]
    pub quote: Option<QuoteId>,
    /// A word from the coordinator.
    pub message: String,
}

/// One trainer is asked for one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// The request it would serve.
    pub request: RequestId,
    /// The network that asks.
    pub network: NetworkId,
    /// Who is asked.
    pub trainer: TrainerId,
    /// The trainer's home network.
    pub trainer_network: NetworkId,
    /// What is offered.
    pub terms: OfferTerms,
    /// The tour it is part of: answered with that, not by itself.
    pub tour: Option<TourId>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: OfferState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Offer, InvalidTransition>;

impl Offer {
    /// The trainer accepts.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending and its hold has not run out.
    pub fn accept(self, booking: BookingId, now: Timestamp) -> Moved {
        self.awaits_answer("accept", now)?;
        Ok(self.moved(OfferState::Accepted { booking, accepted_at: now }, now))
    }

    /// The trainer says no.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn decline(self, reason: String, now: Timestamp) -> Moved {
        self.end("decline", OfferState::Declined { reason, declined_at: now }, now)
    }

    /// The trainer proposes something else.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending and its hold has not run out.
    pub fn counter(self, proposal: CounterProposal, now: Timestamp) -> Moved {
        let expires_at = self.awaits_answer("counter", now)?;
        Ok(self.moved(OfferState::Countered { proposal, countered_at: now, expires_at }, now))
    }

    /// The coordinator offers other terms, which are pending anew.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn revise(self, terms: OfferTerms, expires_at: Timestamp, now: Timestamp) -> Moved {
        self.revisable()?;
        Ok(Self { terms, ..self.moved(OfferState::Pending { expires_at }, now) })
    }

    /// Whether it may be offered on other terms.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn revisable(&self) -> Result<(), InvalidTransition> {
        if self.state.expires_at().is_some() { Ok(()) } else { Err(self.refuse("revise")) }
    }

    /// The coordinator takes it back.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn withdraw(self, reason: String, now: Timestamp) -> Moved {
        self.end("withdraw", OfferState::Withdrawn { reason, withdrawn_at: now }, now)
    }

    /// Its hold has run out.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn lapse(self, now: Timestamp) -> Moved {
        self.end("lapse", OfferState::Lapsed { lapsed_at: now }, now)
    }

    /// Another trainer was first.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is pending or countered.
    pub fn supersede(self, now: Timestamp) -> Moved {
        self.end("supersede", OfferState::Superseded { superseded_at: now }, now)
    }

    /// Until when the trainer may answer.
    fn awaits_answer(&self, action: &'static str, now: Timestamp) -> Result<Timestamp, InvalidTransition> {
        match self.state {
            OfferState::Pending { expires_at } if now < expires_at => Ok(expires_at),
            OfferState::Pending { .. }
            | OfferState::Accepted { .. }
            | OfferState::Declined { .. }
            | OfferState::Countered { .. }
            | OfferState::Withdrawn { .. }
            | OfferState::Lapsed { .. }
            | OfferState::Superseded { .. } => Err(self.refuse(action)),
        }
    }

    fn end(self, action: &'static str, state: OfferState, now: Timestamp) -> Moved {
        if self.state.expires_at().is_some() { Ok(self.moved(state, now)) } else { Err(self.refuse(action)) }
    }

    fn moved(self, state: OfferState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "offer", state: self.state.name().word(), action }
    }
}
