//! Bookings: a trainer, a host and a time that stand.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{BookingId, LibraryId, NetworkId, OfferId, RequestId, TrainerId, WorkshopId},
    money::Money,
    offer::OfferTerms,
    principal::Principal,
    record::Record,
    state::InvalidTransition,
    text::{Format, Word, words},
    time::{Interval, Timestamp},
};

words! {
    /// The names of a booking's states.
    BookingStateName {
        /// The trainer has accepted, the host has not confirmed.
        Tentative = "tentative",
        /// Both sides stand by it.
        Confirmed = "confirmed",
        /// It was taught.
        Delivered = "delivered",
        /// Everything about it is settled.
        Closed = "closed",
        /// It will not be taught.
        Canceled = "canceled",
    }
}

words! {
    /// Which side canceled.
    Side {
        /// A library, or its network's coordinator.
        Host = "host",
        /// The trainer, or their network's coordinator.
        Trainer = "trainer",
    }
}

/// Where a booking stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BookingState {
    /// The trainer has accepted, the host has not confirmed.
    Tentative {
        /// Since when.
        accepted_at: Timestamp,
    },
    /// Both sides stand by it.
    Confirmed {
        /// Since when.
        confirmed_at: Timestamp,
    },
    /// It was taught.
    Delivered {
        /// Since when.
        delivered_at: Timestamp,
        /// How many people came.
        attendance: u32,
    },
    /// Everything about it is settled.
    Closed {
        /// Since when.
        closed_at: Timestamp,
        /// How many people came.
        attendance: u32,
    },
    /// It will not be taught.
    Canceled {
        /// When.
        canceled_at: Timestamp,
        /// By which side.
        canceled_by: Side,
        /// Why.
        reason: String,
        /// Whole days between the cancellation and the workshop's date, negative once it is past.
        notice_days: i32,
        /// What is owed all the same, by the policy at the time of booking. Nothing when the trainer cancels.
        charge: Money,
    },
}

impl BookingState {
    /// Its name without the data.
    pub fn name(&self) -> BookingStateName {
        match self {
            Self::Tentative { .. } => BookingStateName::Tentative,
            Self::Confirmed { .. } => BookingStateName::Confirmed,
            Self::Delivered { .. } => BookingStateName::Delivered,
            Self::Closed { .. } => BookingStateName::Closed,
            Self::Canceled { .. } => BookingStateName::Canceled,
        }
    }
}

/// A time a booking had before it was moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reschedule {
    /// The time it had.
    pub from: Interval,
    /// When it was moved.
    pub at: Timestamp,
    /// By whom.
    pub by: Principal,
    /// Why.
    pub reason: String,
}

/// What is taught: an edition of a workshop, which stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Taught {
    /// The workshop.
    pub id: WorkshopId,
    /// Its edition.
    pub edition: u32,
}

/// A workshop that a trainer has accepted to teach for a library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The request it serves.
    pub request: RequestId,
    /// The offer that was accepted.
    pub offer: OfferId,
    /// The network it belongs to.
    pub network: NetworkId,
    /// The library that hosts.
    pub library: LibraryId,
    /// Libraries that take part.
    pub co_hosts: Vec<LibraryId>,
    /// Who teaches.
    pub trainer: TrainerId,
    /// The trainer's home network.
    pub trainer_network: NetworkId,
    /// What is taught, as the request named it.
    pub title: String,
    /// The workshop and its edition when it was booked, where it is one of the catalog.
    pub workshop: Option<Taught>,
    /// How it is delivered.
    pub format: Format,
    /// The terms as accepted: time, place, price.
    pub terms: OfferTerms,
    /// Cancellation terms as they were when it was booked.
    pub cancellation: Vec<crate::policy::CancellationTier>,
    /// Times it had before.
    pub history: Vec<Reschedule>,
    /// `SEQUENCE` of its calendar entry: rises with time, place and cancellation (RFC 5545 section 3.8.7.4).
    pub sequence: u32,
    /// Where it stands.
    #[serde(flatten)]
    pub state: BookingState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<Booking, InvalidTransition>;

impl Booking {
    /// The host stands by it.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is tentative.
    pub fn confirm(self, now: Timestamp) -> Moved {
        match self.state {
            BookingState::Tentative { .. } => Ok(self.moved(BookingState::Confirmed { confirmed_at: now }, now)),
            BookingState::Confirmed { .. }
            | BookingState::Delivered { .. }
            | BookingState::Closed { .. }
            | BookingState::Canceled { .. } => Err(self.refuse("confirm")),
        }
    }

    /// It takes place at another time, on other terms of travel and price.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was taught or canceled.
    pub fn reschedule(mut self, terms: OfferTerms, by: Principal, reason: String, now: Timestamp) -> Moved {
        self.movable()?;
        self.history.push(Reschedule { from: self.terms.time, at: now, by, reason });
        self.terms = terms;
        self.sequence += 1;
        self.record = self.record.changed(now);
        Ok(self)
    }

    /// Whether it may be moved.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was taught or canceled.
    pub fn movable(&self) -> Result<(), InvalidTransition> {
        if self.is_ahead() { Ok(()) } else { Err(self.refuse("reschedule")) }
    }

    /// It will not take place. The charge follows the cancellation terms it was booked under.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it was taught or canceled.
    pub fn cancel(mut self, canceled_by: Side, reason: String, now: Timestamp) -> Moved {
        if !self.is_ahead() {
            return Err(self.refuse("cancel"));
        }
        let rules = self.terms.time_zone.rules();
        let day = self.terms.time.start.to_zoned(rules.clone()).date();
        let today = now.to_zoned(rules).date();
        let notice_days = today.until(day).map_or(0, |span| span.get_days());
        let charge = match canceled_by {
            Side::Host => {
                let policy = crate::policy::Policy { cancellation: self.cancellation.clone(), ..Default::default() };
                policy.cancellation_charge(self.terms.price.total, notice_days)
            }
            Side::Trainer => Money::zero(self.terms.price.total.currency),
        };
        self.sequence += 1;
        Ok(self.moved(BookingState::Canceled { canceled_at: now, canceled_by, reason, notice_days, charge }, now))
    }

    /// It was taught.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is confirmed and its end has passed.
    pub fn deliver(self, attendance: u32, now: Timestamp) -> Moved {
        match self.state {
            BookingState::Confirmed { .. } if self.terms.time.end <= now => {
                Ok(self.moved(BookingState::Delivered { delivered_at: now, attendance }, now))
            }
            BookingState::Tentative { .. }
            | BookingState::Confirmed { .. }
            | BookingState::Delivered { .. }
            | BookingState::Closed { .. }
            | BookingState::Canceled { .. } => Err(self.refuse("deliver")),
        }
    }

    /// Everything about it is settled.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it was delivered.
    pub fn close(self, now: Timestamp) -> Moved {
        match self.state {
            BookingState::Delivered { attendance, .. } => {
                Ok(self.moved(BookingState::Closed { closed_at: now, attendance }, now))
            }
            BookingState::Tentative { .. }
            | BookingState::Confirmed { .. }
            | BookingState::Closed { .. }
            | BookingState::Canceled { .. } => Err(self.refuse("close")),
        }
    }

    fn is_ahead(&self) -> bool {
        match self.state {
            BookingState::Tentative { .. } | BookingState::Confirmed { .. } => true,
            BookingState::Delivered { .. } | BookingState::Closed { .. } | BookingState::Canceled { .. } => false,
        }
    }

    fn moved(self, state: BookingState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "booking", state: self.state.name().word(), action }
    }
}

/// What somebody's word was worth so far: counted from what was delivered, without a name of anybody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deliveries {
    /// Workshops that were taught.
    #[schema(example = 12)]
    pub delivered: u32,
    /// People who came to them.
    #[schema(example = 240)]
    pub people: u64,
    /// How many different libraries a trainer taught at, or trainers taught at a library.
    #[schema(example = 7)]
    pub partners: u32,
    /// Day of the first, where it was taught; `null` when there was none.
    #[schema(value_type = Option<String>, format = Date, example = "2026-02-17")]
    pub first: Option<Date>,
    /// Day of the last.
    #[schema(value_type = Option<String>, format = Date, example = "2027-03-03")]
    pub last: Option<Date>,
    /// Bookings that their own side canceled.
    #[schema(example = 1)]
    pub canceled: u32,
}

impl Deliveries {
    /// Those of a side in all bookings it ever had.
    pub fn of(side: Side, bookings: &[Booking]) -> Self {
        let mut found = Self::default();
        let mut partners = BTreeSet::new();
        for booking in bookings {
            match &booking.state {
                BookingState::Delivered { attendance, .. } | BookingState::Closed { attendance, .. } => {
                    let day = booking.terms.time.start.to_zoned(booking.terms.time_zone.rules()).date();
                    found.delivered += 1;
                    found.people += u64::from(*attendance);
                    found.first = Some(found.first.map_or(day, |first| first.min(day)));
                    found.last = found.last.max(Some(day));
                    partners.insert(match side {
                        Side::Host => booking.trainer.to_string(),
                        Side::Trainer => booking.library.to_string(),
                    });
                }
                BookingState::Canceled { canceled_by, .. } if *canceled_by == side => found.canceled += 1,
                BookingState::Canceled { .. } | BookingState::Tentative { .. } | BookingState::Confirmed { .. } => {}
            }
        }
        found.partners = u32::try_from(partners.len()).unwrap_or(u32::MAX);
        found
    }
}
