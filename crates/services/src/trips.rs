//! Trips of trainers.

use packhorse_domain::{
    id::{TrainerId, TripId},
    trip::{Trip, TripDetails},
};

use crate::parts::parts;

parts! {
    trips: Trip, TripId, TripDetails, of trainer: TrainerId, in trainers,
    changing UpdateTrainer, reading ReadTrainerCalendar
}
