//! When trainers can teach.

use packhorse_domain::{
    availability::{Availability, AvailabilityDetails},
    id::{AvailabilityId, TrainerId},
};

use crate::parts::parts;

parts! {
    availability: Availability, AvailabilityId, AvailabilityDetails, of trainer: TrainerId, in trainers,
    changing UpdateTrainer, reading ReadTrainerCalendar
}
