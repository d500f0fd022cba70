//! Trips of trainers.

use diesel::prelude::*;
use jiff::civil::Date;
use packhorse_domain::{
    Scope,
    id::{TrainerId, TripId},
    trip::{Trip, TripDetails},
};

use crate::{
    Conn, DbError,
    entity::{calendar_part, owned},
    schema::trips,
    scope::{self, seen},
    types::Spelled,
};

// Their own, and those of trainers of networks they coordinate.
seen!(trips, scope::of_own_trainers!("trips.trainer_id"));

owned! {
    trips: Trip, TripId, of trainer: TrainerId, in trainer_id, TripDetails,
    from_day: String = |trip: &Trip| trip.details.days().0.to_string(),
    until_day: String = |trip: &Trip| trip.details.days().1.to_string(),
}
calendar_part! { trips: Trip, of TrainerId, in trainer_id, of_trainers }

/// Trips of whomever that a workshop may still join between two days, at most so many, those that end first.
///
/// # Errors
/// Those of the database.
pub fn between(conn: &mut Conn, from: Date, until: Date, limit: i64) -> Result<Vec<Trip>, DbError> {
    let query =
        trips::table.filter(trips::until_day.ge(from.to_string())).filter(trips::from_day.le(until.to_string()));
    let query = query.order((trips::until_day, trips::id)).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Trip::from).collect())
}
