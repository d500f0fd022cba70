//! Commitments: the stretches of a trainer's or a room's time that holds and bookings take, travel included.
//!
//! Invariant: active commitments of one trainer, or of one room, never overlap. The database refuses it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    geo::{Coordinates, Km},
    id::{BookingId, CommitmentId, OfferId, RoomId, TrainerId},
    policy::TravelModel,
    time::{Interval, Minutes, Timestamp},
};

/// The way to a workshop and back.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Travel {
    /// Minutes on the road before it.
    pub minutes_before: Minutes,
    /// Minutes on the road after it.
    pub minutes_after: Minutes,
    /// Road kilometers before and after together.
    pub road_km: Km,
    /// Great-circle kilometers to the venue from the trainer's home, or from the place of the trip they are on.
    pub home_km: Km,
    /// Nights away.
    pub nights: u32,
}

/// Whose time is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// A trainer's.
    Trainer(TrainerId),
    /// A room's.
    Room(RoomId),
}

/// What takes it. An offer's hold becomes the booking's commitment when it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The offer it began with.
    pub offer: OfferId,
    /// The booking, once there is one.
    pub booking: Option<BookingId>,
}

/// One stretch of somebody's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commitment {
    /// Its id.
    pub id: CommitmentId,
    /// Whose time.
    pub holder: Holder,
    /// What takes it.
    pub cause: Cause,
    /// The workshop itself.
    pub work: Interval,
    /// The workshop with the way there and back: what may not overlap.
    pub taken: Interval,
    /// Where the workshop is; home for a virtual one.
    pub place: Option<Coordinates>,
    /// When the hold ends; open for a booking.
    pub expires_at: Option<Timestamp>,
}

/// A stretch of time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Busy {
    /// From when to when, the way there and back included.
    #[serde(flatten)]
    pub time: Interval,
    /// Whether it may be free again soon: an offer that is not answered yet holds it.
    pub tentative: bool,
}

/// A trainer's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FreeBusy {
    /// Whose.
    pub trainer: TrainerId,
    /// When they say that they can teach, and nothing takes it. In order, none touching another.
    pub free: Vec<Interval>,
    /// What takes their time, in order.
    pub busy: Vec<Busy>,
}

/// The roads of one trainer.
#[derive(Debug, Clone, Copy)]
pub struct Roads {
    /// Where trips begin and end.
    pub home: Coordinates,
    /// How roads are reckoned.
    pub model: TravelModel,
}

impl Roads {
    /// Driving between two points.
    pub fn between(&self, from: Coordinates, to: Coordinates) -> (Km, Minutes) {
        self.model.road(from.distance(&to))
    }
}
