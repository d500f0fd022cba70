//! What speaks for a second thought before a trainer is asked, and rules nobody out.

use jiff::{SignedDuration, civil::Date};
use packhorse_domain::{Coordinates, Interval, Km, id::TripId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{candidate::Person, need::Asked, search::Found};

/// A warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// The trainer is on another far trip within 14 days of it: one beyond the network's bound, or with a night away.
    Fatigue {
        /// The day of that trip that is nearest.
        #[schema(value_type = String, format = Date)]
        on: Date,
        /// Great-circle kilometers from home.
        km: Km,
        /// Whether it has a night away.
        overnight: bool,
        /// The announced trip it is, if it is one.
        trip: Option<TripId>,
    },
}

/// Days within which two far trips tire.
const DAYS: i32 = 14;

/// The far trip nearest to a time, if it is another than the way to it and if the trainer has to go there.
pub(crate) fn of(asked: &Asked<'_>, person: &Person<'_>, found: &Found<'_>) -> Vec<Warning> {
    if !asked.need.on_site() {
        return Vec::new();
    }
    let home = person.trainer.home_base.coordinates;
    let date = |at| asked.rules.to_datetime(at).date();
    let day = date(found.time.start);
    let km = |place: Coordinates| home.distance(&place);
    let trip = found.verdict.base.trip;
    let following = person.following(found.time.start);
    let is_same_way = |n: usize| {
        let [before, after] = found.verdict.joins();
        before && n + 1 == following || after && n == following
    };
    // A day may be longer than 24 hours.
    let is_near = |work: &Interval| {
        let days = SignedDuration::from_hours(24 * i64::from(DAYS + 2));
        work.start.duration_since(found.time.start).abs() < days
    };
    let works = person.kept.iter().enumerate();
    let works =
        works.filter(|(n, kept)| is_near(&kept.work) && !is_same_way(*n) && kept.trip.is_none()).map(|(_, kept)| {
            let overnight =
                date(kept.taken.start) != date(kept.work.start) || date(kept.taken.end) != date(kept.work.end);
            let on = date(kept.work.start);
            Warning::Fatigue { on, km: km(kept.commitment.place.unwrap_or(home)), overnight, trip: None }
        });
    let trips = person.trips().filter(|other| trip.is_none_or(|trip| trip.id != other.id)).map(|other| {
        let details = &other.details;
        let on = day.clamp(details.from, details.until);
        let overnight = details.from < details.until;
        Warning::Fatigue { on, km: km(details.place.coordinates), overnight, trip: Some(other.id) }
    });
    let away = |Warning::Fatigue { on, .. }: &Warning| day.until(*on).map_or(i32::MAX, |span| span.get_days().abs());
    let is_far = |warning: &Warning| {
        let Warning::Fatigue { km, overnight, .. } = warning;
        away(warning) <= DAYS && (km.0 > asked.need.policy.far_trip_km || *overnight)
    };
    works.chain(trips).filter(is_far).min_by_key(away).into_iter().collect()
}
