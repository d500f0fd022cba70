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
    /// Great-circle kilometers between the trainer's home and the venue.
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

/// Minutes on the road before and after a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Legs {
    /// Before it.
    pub before: Minutes,
    /// After it.
    pub after: Minutes,
}

/// The roads of one trainer.
#[derive(Debug, Clone, Copy)]
pub struct Roads {
    /// Where trips begin and end.
    pub home: Coordinates,
    /// How roads are reckoned.
    pub model: TravelModel,
}

/// How a gap between two pieces of work is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Home in between: minutes from the first, minutes to the second.
    ViaHome(Minutes, Minutes),
    /// Straight from one to the other, which is all there is time for.
    Direct(Minutes),
}

impl Roads {
    /// Driving between two points.
    pub fn between(&self, from: Coordinates, to: Coordinates) -> (Km, Minutes) {
        self.model.road(from.distance(&to))
    }

    /// Driving from home, or back.
    pub fn home_leg(&self, place: Coordinates) -> (Km, Minutes) {
        self.between(self.home, place)
    }

    /// How the time between two pieces of work is driven; nothing when there is too little even for the straight way.
    pub fn gap(&self, first: (Interval, Coordinates), second: (Interval, Coordinates)) -> Option<Gap> {
        let available = second.0.start.duration_since(first.0.end).as_mins();
        let (back, out) = (self.home_leg(first.1).1, self.home_leg(second.1).1);
        let direct = self.between(first.1, second.1).1;
        if available >= i64::from(back.0) + i64::from(out.0) {
            Some(Gap::ViaHome(back, out))
        } else {
            (available >= i64::from(direct.0)).then_some(Gap::Direct(direct))
        }
    }
}

/// A piece of work with where it is.
pub type Stop = (Interval, Coordinates);

/// How a piece of work fits between its neighbors, and what that does to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The way before and after it.
    pub legs: Legs,
    /// The way after the work before it, when there is one.
    pub previous_after: Option<Minutes>,
    /// The way before the work after it, when there is one.
    pub next_before: Option<Minutes>,
}

impl Roads {
    /// Fits `stop` between the work before and after it. Nothing when one of them is too near to be reached in time.
    pub fn fit(&self, previous: Option<Stop>, stop: Stop, next: Option<Stop>) -> Option<Fit> {
        let home = self.home_leg(stop.1).1;
        let mut fit = Fit { legs: Legs { before: home, after: home }, previous_after: None, next_before: None };
        if let Some(previous) = previous {
            let (after, before) = self.split(previous, stop)?;
            fit.previous_after = Some(after);
            fit.legs.before = before;
        }
        if let Some(next) = next {
            let (after, before) = self.split(stop, next)?;
            fit.legs.after = after;
            fit.next_before = Some(before);
        }
        Some(fit)
    }

    /// The legs after the first and before the second of two neighbors, when nothing stands between them.
    pub fn split(&self, first: Stop, second: Stop) -> Option<(Minutes, Minutes)> {
        Some(match self.gap(first, second)? {
            Gap::ViaHome(back, out) => (back, out),
            Gap::Direct(minutes) => (Minutes(0), minutes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn work(start: &str, end: &str) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    const LAWRENCE: Coordinates = Coordinates { lat: 38.9717, lon: -95.2353 };
    const TOPEKA: Coordinates = Coordinates { lat: 39.0473, lon: -95.6752 };
    const ROADS: Roads = Roads { home: LAWRENCE, model: TravelModel { detour_factor: 1.25, speed_kmh: 85.0 } };

    #[test]
    fn two_jobs_in_one_town_need_no_way_home_between_them() {
        let morning = (work("2027-03-03T15:00:00Z", "2027-03-03T17:00:00Z"), TOPEKA);
        let soon = (work("2027-03-03T17:15:00Z", "2027-03-03T19:00:00Z"), TOPEKA);
        let fit = ROADS.fit(Some(morning), soon, None).unwrap();
        assert_eq!(fit.previous_after, Some(Minutes(0)));
        assert_eq!(fit.legs.before, Minutes(0));
        assert!(fit.legs.after.0 > 30);
    }

    #[test]
    fn with_time_enough_the_way_is_by_home() {
        let morning = (work("2027-03-03T15:00:00Z", "2027-03-03T17:00:00Z"), TOPEKA);
        let evening = (work("2027-03-03T23:00:00Z", "2027-03-04T01:00:00Z"), TOPEKA);
        let fit = ROADS.fit(Some(morning), evening, None).unwrap();
        assert!(fit.previous_after.unwrap().0 > 30 && fit.legs.before.0 > 30);
    }

    #[test]
    fn what_cannot_be_reached_does_not_fit() {
        let here = (work("2027-03-03T15:00:00Z", "2027-03-03T17:00:00Z"), LAWRENCE);
        let there = (work("2027-03-03T17:15:00Z", "2027-03-03T19:00:00Z"), TOPEKA);
        assert_eq!(ROADS.fit(Some(here), there, None), None);
    }
}
