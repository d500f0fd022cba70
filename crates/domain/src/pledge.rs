//! Pledges: what neighbors bring to a request that is gathering.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{LibraryId, NetworkId, PledgeId, RequestId},
    money::Money,
    record::Record,
    request::SeatsAndMoney,
    state::InvalidTransition,
    text::{Word, words},
    time::Timestamp,
};

/// What a library pledges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "something"))]
pub struct PledgeDetails {
    /// Seats it fills.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000, example = 5)]
    pub seats: u32,
    /// Money it adds.
    #[validate(nested)]
    pub money: Option<Money>,
    /// A word to the others.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, example = "Any day but Friday")]
    #[serde(default)]
    pub note: String,
}

fn something(pledge: &PledgeDetails) -> Result<(), ValidationError> {
    match pledge.money {
        Some(money) if money.amount_minor < 0 => Err(ValidationError::new("negative_money")),
        Some(money) if money.amount_minor > 0 => Ok(()),
        Some(_) | None if pledge.seats == 0 => Err(ValidationError::new("nothing_pledged")),
        Some(_) | None => Ok(()),
    }
}

impl PledgeDetails {
    /// Its seats and money.
    pub fn brings(&self) -> SeatsAndMoney {
        SeatsAndMoney { seats: self.seats, money: self.money }
    }
}

words! {
    /// The names of a pledge's states.
    PledgeStateName {
        /// It holds.
        Standing = "standing",
        /// The library left.
        Withdrawn = "withdrawn",
        /// The request ended with nobody booked.
        Released = "released",
    }
}

/// Where a pledge stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PledgeState {
    /// It holds.
    Standing,
    /// The library left.
    Withdrawn {
        /// Why.
        reason: String,
        /// Since when.
        withdrawn_at: Timestamp,
    },
    /// The request ended with nobody booked: nobody owes anything.
    Released {
        /// Since when.
        released_at: Timestamp,
    },
}

impl PledgeState {
    /// Its name without the data.
    pub fn name(&self) -> PledgeStateName {
        match self {
            Self::Standing => PledgeStateName::Standing,
            Self::Withdrawn { .. } => PledgeStateName::Withdrawn,
            Self::Released { .. } => PledgeStateName::Released,
        }
    }
}

/// What a library brings to the request of a neighbor. One that stands for each library and request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pledge {
    /// Its id.
    pub id: PledgeId,
    /// To which request.
    pub request: RequestId,
    /// The network that serves the request.
    pub network: NetworkId,
    /// Whose.
    pub library: LibraryId,
    /// The terms that the library agrees to, by the number of the request's pool. Older ones do not count.
    #[schema(minimum = 1)]
    pub terms: u32,
    /// What it brings.
    #[serde(flatten)]
    pub details: PledgeDetails,
    /// Where it stands.
    #[serde(flatten)]
    pub state: PledgeState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Pledge, InvalidTransition>;

impl Pledge {
    /// Whether it holds.
    pub fn stands(&self) -> bool {
        self.state == PledgeState::Standing
    }

    /// The library brings something else.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it stands.
    pub fn revise(self, details: PledgeDetails, now: Timestamp) -> Moved {
        self.standing("update")?;
        Ok(Self { details, record: self.record.changed(now), ..self })
    }

    /// The library agrees to terms. To those it agreed to before it says nothing new.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it stands.
    pub fn consent(self, terms: u32, now: Timestamp) -> Moved {
        self.standing("consent")?;
        if self.terms == terms { Ok(self) } else { Ok(Self { terms, record: self.record.changed(now), ..self }) }
    }

    /// The library leaves.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it stands.
    pub fn withdraw(self, reason: String, now: Timestamp) -> Moved {
        self.standing("withdraw")?;
        Ok(self.moved(PledgeState::Withdrawn { reason, withdrawn_at: now }, now))
    }

    /// The request ended with nobody booked.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it stands.
    pub fn release(self, now: Timestamp) -> Moved {
        self.standing("release")?;
        Ok(self.moved(PledgeState::Released { released_at: now }, now))
    }

    fn standing(&self, action: &'static str) -> Result<(), InvalidTransition> {
        let refused = || InvalidTransition { what: "pledge", state: self.state.name().word(), action };
        if self.stands() { Ok(()) } else { Err(refused()) }
    }

    fn moved(self, state: PledgeState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }
}
