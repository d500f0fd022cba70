//! Tours: a road show that one trainer is asked for as a whole, with what each stop pays.
//!
//! Invariant: the offers of a tour are out together, and answered together. Its shares add up to what its travel costs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    geo::Coordinates,
    id::{BookingId, LibraryId, NetworkId, OfferId, RequestId, TourId, TourPlanId, TrainerId},
    money::Money,
    record::Record,
    state::InvalidTransition,
    text::{Word, words},
    time::{Interval, Timestamp, Zone},
    tour_plan::Effort,
};

words! {
    /// How the travel of a tour is shared among its stops.
    ShareMethod {
        /// Every stop the same.
        Equal = "equal",
        /// By the people expected.
        Attendance = "attendance",
        /// By the people the libraries serve, where that is known; else by the people expected.
        Population = "population",
        /// By how far each stop is from the trainer's home.
        Distance = "distance",
        /// By what each stop adds, on average over all orders in which they could have joined (Shapley value); the least core
        /// where a group of stops would do better on its own.
        Shapley = "shapley",
    }
}

words! {
    /// How the shares of a tour were found.
    ShareSolution {
        /// In proportion, as it came out.
        Proportional = "proportional",
        /// In proportion, but for stops that pay no more than a trip of their own would cost.
        Capped = "capped",
        /// The Shapley value, exactly.
        Shapley = "shapley",
        /// The least core.
        LeastCore = "least_core",
        /// The Shapley value by samples.
        Sampled = "sampled",
    }
}

/// How a network shares the travel of tours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct CostShare {
    /// How.
    pub method: ShareMethod,
    /// Whether a stop may pay more than a trip of its own would cost. The Shapley value never asks for that.
    pub may_exceed_alone: bool,
}

impl Default for CostShare {
    fn default() -> Self {
        Self { method: ShareMethod::Shapley, may_exceed_alone: false }
    }
}

/// What one stop of a tour pays for travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// The request.
    pub request: RequestId,
    /// The library that hosts.
    pub library: LibraryId,
    /// Its part of what the tour's travel costs.
    pub amount: Money,
    /// What the travel of a trip of its own would cost.
    pub alone: Money,
}

/// What the stops of a tour pay for travel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourShares {
    /// How they were to be found.
    pub method: ShareMethod,
    /// How they were found.
    pub solution: ShareSolution,
    /// Standard error of the least known share when they were sampled, or the most that a group of stops pays above what it
    /// would on its own for the least core; minor units.
    pub error_minor: Option<f64>,
    /// One for each stop, in order.
    pub shares: Vec<Share>,
    /// The sum: what the tour's travel costs.
    pub total: Money,
    /// How long they stand as they are.
    pub good_until: Timestamp,
}

/// A stop of a tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourStop {
    /// The request it serves.
    pub request: RequestId,
    /// The library that hosts.
    pub library: LibraryId,
    /// The offer to the trainer.
    pub offer: OfferId,
    /// What came of it.
    pub booking: Option<BookingId>,
    /// When the workshop is taught.
    pub time: Interval,
    /// The zone its hours are told in.
    pub time_zone: Zone,
    /// Where, in words.
    pub place: String,
    /// Where that is.
    pub coordinates: Coordinates,
}

words! {
    /// The names of a tour's states.
    TourStateName {
        /// The trainer has not answered.
        Offered = "offered",
        /// The trainer goes.
        Accepted = "accepted",
        /// The trainer said no, or not to all of it.
        Declined = "declined",
        /// The coordinator took it back.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Lapsed = "lapsed",
    }
}

/// Where a tour stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TourState {
    /// The trainer has not answered; their time is held.
    Offered {
        /// When the holds end.
        expires_at: Timestamp,
    },
    /// The trainer goes.
    Accepted {
        /// Since when.
        accepted_at: Timestamp,
    },
    /// The trainer said no, or not to all of it.
    Declined {
        /// Since when.
        declined_at: Timestamp,
        /// Why.
        reason: String,
        /// The requests they do not want to serve: all when empty.
        not: Vec<RequestId>,
        /// The plan that looks for another way for them, with the other stops pinned.
        replanned: Option<TourPlanId>,
    },
    /// The coordinator took it back.
    Withdrawn {
        /// Since when.
        withdrawn_at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Nobody answered in time, or a stop was lost meanwhile.
    Lapsed {
        /// Since when.
        lapsed_at: Timestamp,
    },
}

impl TourState {
    /// Its name without the data.
    pub fn name(&self) -> TourStateName {
        match self {
            Self::Offered { .. } => TourStateName::Offered,
            Self::Accepted { .. } => TourStateName::Accepted,
            Self::Declined { .. } => TourStateName::Declined,
            Self::Withdrawn { .. } => TourStateName::Withdrawn,
            Self::Lapsed { .. } => TourStateName::Lapsed,
        }
    }
}

/// A road show that one trainer is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tour {
    /// Its id.
    pub id: TourId,
    /// The network that asks.
    pub network: NetworkId,
    /// Who is asked.
    pub trainer: TrainerId,
    /// The trainer's home network.
    pub trainer_network: NetworkId,
    /// The plan it was made of.
    pub plan: TourPlanId,
    /// Its stops, in order.
    pub stops: Vec<TourStop>,
    /// What it takes.
    pub effort: Effort,
    /// What separate trips for the same stops would take.
    pub alone: Effort,
    /// What each stop pays for travel.
    pub shares: TourShares,
    /// Requests whose booking was canceled since: they are no stops any more.
    #[serde(default)]
    pub dropped: Vec<RequestId>,
    /// What the stops that are left would pay now. It counts once every stop that would pay more has consented.
    #[serde(default)]
    pub revised: Option<TourShares>,
    /// Requests that consented to it.
    #[serde(default)]
    pub consents: Vec<RequestId>,
    /// A word to the trainer.
    pub message: String,
    /// Where it stands.
    #[serde(flatten)]
    pub state: TourState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Tour, InvalidTransition>;

impl Tour {
    /// The trainer goes. `bookings` are those of the stops, in order.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is offered and its holds have not run out.
    pub fn accept(self, bookings: &[BookingId], now: Timestamp) -> Moved {
        match self.state {
            TourState::Offered { expires_at } if now < expires_at => {
                let stops = self.stops.iter().zip(bookings);
                let stops = stops.map(|(stop, booking)| TourStop { booking: Some(*booking), ..stop.clone() }).collect();
                Ok(Self { stops, ..self.moved(TourState::Accepted { accepted_at: now }, now) })
            }
            TourState::Offered { .. }
            | TourState::Accepted { .. }
            | TourState::Declined { .. }
            | TourState::Withdrawn { .. }
            | TourState::Lapsed { .. } => Err(self.refuse("accept")),
        }
    }

    /// The trainer says no, to all of it or to some stops.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is offered.
    pub fn decline(self, reason: String, not: Vec<RequestId>, replanned: Option<TourPlanId>, now: Timestamp) -> Moved {
        self.out("decline")?;
        Ok(self.moved(TourState::Declined { declined_at: now, reason, not, replanned }, now))
    }

    /// The coordinator takes it back.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is offered.
    pub fn withdraw(self, reason: String, now: Timestamp) -> Moved {
        self.out("withdraw")?;
        Ok(self.moved(TourState::Withdrawn { withdrawn_at: now, reason }, now))
    }

    /// One of its offers has ended by itself, so all have.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is offered.
    pub fn lapse(self, now: Timestamp) -> Moved {
        self.out("lapse")?;
        Ok(self.moved(TourState::Lapsed { lapsed_at: now }, now))
    }

    /// A stop was canceled. `revised` is what the others would pay now; nothing when none is left.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it was accepted.
    pub fn drop_stop(
        mut self,
        request: RequestId,
        effort: Effort,
        revised: Option<TourShares>,
        now: Timestamp,
    ) -> Moved {
        self.stands("drop")?;
        self.stops.retain(|stop| stop.request != request);
        self.dropped.push(request);
        self.consents.clear();
        let tour = Self { effort, revised, record: self.record.changed(now), ..self };
        Ok(tour.settled())
    }

    /// A stop agrees to pay more.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is not asked to.
    pub fn consent(mut self, request: RequestId, now: Timestamp) -> Moved {
        if !self.needs_consent().contains(&request) {
            return Err(self.refuse("consent"));
        }
        self.consents.push(request);
        self.record = self.record.changed(now);
        Ok(self.settled())
    }

    /// The stops that would pay more by the revised shares, and have not consented yet.
    pub fn needs_consent(&self) -> Vec<RequestId> {
        let Some(revised) = &self.revised else { return Vec::new() };
        let paid = |request| self.shares.shares.iter().find(|share| share.request == request);
        let rises =
            |share: &&Share| paid(share.request).is_none_or(|old| old.amount.amount_minor < share.amount.amount_minor);
        let asked = revised.shares.iter().filter(rises).map(|share| share.request);
        asked.filter(|request| !self.consents.contains(request)).collect()
    }

    /// The revised shares count once nobody is asked any more.
    fn settled(mut self) -> Self {
        if self.needs_consent().is_empty()
            && let Some(revised) = self.revised.take()
        {
            self.shares = revised;
            self.consents.clear();
        }
        self
    }

    /// Whether it waits for an answer.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it does not.
    pub fn out(&self, action: &'static str) -> Result<(), InvalidTransition> {
        if self.state.name() == TourStateName::Offered { Ok(()) } else { Err(self.refuse(action)) }
    }

    /// Whether it stands, as far as its stops do.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it was accepted.
    pub fn stands(&self, action: &'static str) -> Result<(), InvalidTransition> {
        if self.state.name() == TourStateName::Accepted { Ok(()) } else { Err(self.refuse(action)) }
    }

    fn moved(self, state: TourState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "tour", state: self.state.name().word(), action }
    }
}
