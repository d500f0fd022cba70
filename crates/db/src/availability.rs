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
    scope::{self, seen},
    types::Spelled,
};

// Their own, and those of trainers of networks they coordinate.
seen!(availability, scope::of_own_trainers!("availability.trainer_id"));

owned! { availability: Availability, AvailabilityId, of trainer: TrainerId, in trainer_id, AvailabilityDetails }
calendar_part! { availability: Availability, of TrainerId, in trainer_id, of_trainers }
