//! When trainers can teach.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    availability::{Availability, AvailabilityDetails},
    id::{AvailabilityId, TrainerId},
};

use crate::{
    Conn, DbError,
    entity::{calendar_part, owned},
    schema::availability,
    scope,
    types::Spelled,
};

/// Their own, and those of trainers of networks they coordinate.
const SEEN: &str = concat!(
    "availability.trainer_id IN ",
    scope::subjects!("trainer"),
    " OR availability.trainer_id IN (SELECT id FROM trainers WHERE network_id IN ",
    scope::subjects!("coordinator"),
    ")"
);

owned! { availability: Availability, AvailabilityId, of trainer: TrainerId, in trainer_id, AvailabilityDetails }
calendar_part! { availability: Availability, of TrainerId, in trainer_id, of_trainers }
