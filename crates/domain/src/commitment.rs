//! Commitments: the stretches of a trainer's or a room's time that holds and bookings take, travel included.
//!
//! Invariant: active commitments of one trainer, or of one room, never overlap. The database refuses it.

use std::collections::HashMap;

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

/// Roads that somebody measured, such as a routing engine: kilometers and minutes from place to place.
#[derive(Debug, Clone, Default)]
pub struct RoadTable(HashMap<[u64; 4], (Km, Minutes)>);

impl RoadTable {
    /// How many roads there are, each way for itself.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody measured any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a road in, one way.
    pub fn insert(&mut self, from: Coordinates, to: Coordinates, km: Km, minutes: Minutes) {
        self.0.insert(key(from, to), (km, minutes));
    }

    /// The road between two places, whichever way is asked for: the longer of both ways where they differ, so that a
    /// drive back takes what was reckoned for the drive there.
    pub fn between(&self, one: Coordinates, other: Coordinates) -> Option<(Km, Minutes)> {
        let (there, back) = (self.0.get(&key(one, other)), self.0.get(&key(other, one)));
        match (there.copied(), back.copied()) {
            (Some((km, minutes)), Some((back_km, back_minutes))) => {
                Some((Km(km.0.max(back_km.0)), minutes.max(back_minutes)))
            }
            (one_way, None) | (None, one_way) => one_way,
        }
    }
}

/// By the bits of the coordinates: a place is known only as it was put in.
fn key(from: Coordinates, to: Coordinates) -> [u64; 4] {
    [from.lat, from.lon, to.lat, to.lon].map(f64::to_bits)
}

/// The roads of one trainer.
#[derive(Debug, Clone, Copy)]
pub struct Roads<'a> {
    /// Where trips begin and end.
    pub home: Coordinates,
    /// How roads are reckoned that nobody measured.
    pub model: TravelModel,
    /// Those that somebody did.
    pub table: Option<&'a RoadTable>,
}

impl Roads<'_> {
    /// Driving between two points: as measured, else as reckoned.
    pub fn between(&self, from: Coordinates, to: Coordinates) -> (Km, Minutes) {
        let measured = self.table.and_then(|table| table.between(from, to));
        measured.unwrap_or_else(|| self.model.road(from.distance(&to)))
    }
}
