//! Trips: "I am in Topeka from 3 to 5 March". A conference is a trip with a name.
//!
//! While on a trip a trainer's way to a workshop begins and ends where the trip is, not at home, and so it does on the days
//! they would stay on before and after it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    geo::Coordinates,
    id::{TrainerId, TripId},
    record::Record,
    time::{Interval, Zone},
};

/// A town on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Town {
    /// As people call it.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Topeka, Kansas")]
    pub name: String,
    /// Where that is.
    #[validate(nested)]
    pub coordinates: Coordinates,
}

/// What a trainer says of a trip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "dates"))]
pub struct TripDetails {
    /// What it is called, such as the name of a conference.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, example = "ALA Annual Conference")]
    #[serde(default)]
    pub name: String,
    /// Where the trainer stays.
    #[validate(nested)]
    pub place: Town,
    /// First day there, by the calendar of `time_zone`.
    #[schema(value_type = String, format = Date, example = "2027-03-03")]
    pub from: Date,
    /// Last day there. At most a year later.
    #[schema(value_type = String, format = Date, example = "2027-03-05")]
    pub until: Date,
    /// The zone its days are counted in.
    pub time_zone: Zone,
    /// Days they would come earlier for a workshop.
    #[validate(range(max = 30))]
    #[schema(maximum = 30)]
    #[serde(default)]
    pub tack_on_days_before: u8,
    /// Days they would stay longer for a workshop.
    #[validate(range(max = 30))]
    #[schema(maximum = 30)]
    #[serde(default)]
    pub tack_on_days_after: u8,
    /// How far from there they go, great-circle kilometers.
    #[validate(range(min = 0.0, max = 20_100.0))]
    #[schema(minimum = 0, maximum = 20_100, example = 80)]
    pub radius_km: f64,
    /// Where they come from; home when absent.
    #[validate(nested)]
    pub coming_from: Option<Town>,
    /// Where they go on to; home when absent.
    #[validate(nested)]
    pub going_to: Option<Town>,
    /// A word on it.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub note: String,
}

fn dates(trip: &TripDetails) -> Result<(), ValidationError> {
    if trip.until < trip.from {
        return Err(ValidationError::new("end_before_start"));
    }
    if trip.until > trip.from.saturating_add(jiff::Span::new().days(366)) {
        return Err(ValidationError::new("too_long"));
    }
    Ok(())
}

impl TripDetails {
    /// First and last day on which a workshop may join it, tack-on days included.
    pub fn days(&self) -> (Date, Date) {
        let days = |count: u8| jiff::Span::new().days(i64::from(count));
        (
            self.from.saturating_sub(days(self.tack_on_days_before)),
            self.until.saturating_add(days(self.tack_on_days_after)),
        )
    }

    /// From the first to the last instant of those days. Nothing at the ends of the calendar.
    pub fn period(&self) -> Option<Interval> {
        let rules = self.time_zone.rules();
        let (first, last) = self.days();
        let begin = |day: Date| rules.to_timestamp(day.at(0, 0, 0, 0)).ok();
        Interval::new(begin(first)?, begin(last.tomorrow().ok()?)?)
    }

    /// Whether the trainer sleeps away for the trip's own sake in the night that begins on a day.
    pub fn pays_night(&self, evening: Date) -> bool {
        self.from <= evening && evening < self.until
    }
}

/// A trip of one trainer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trip {
    /// Its id.
    pub id: TripId,
    /// Whose trip.
    pub trainer: TrainerId,
    /// What is said of it.
    #[serde(flatten)]
    pub details: TripDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trip(json: &serde_json::Value) -> TripDetails {
        let mut whole = serde_json::json!({
            "place": {"name": "Topeka", "coordinates": {"lat": 39.0, "lon": -95.7}}, "from": "2027-03-13",
            "until": "2027-03-15", "time_zone": "America/Chicago", "radius_km": 80,
        });
        whole.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn days_are_those_of_its_zone_with_what_is_tacked_on() {
        let plain = trip(&serde_json::json!({}));
        let period = plain.period().unwrap();
        assert_eq!(period.start, "2027-03-13T06:00:00Z".parse().unwrap());
        assert_eq!(period.end, "2027-03-16T05:00:00Z".parse().unwrap(), "the clocks go forward within");
        let longer = trip(&serde_json::json!({"tack_on_days_before": 1, "tack_on_days_after": 2}));
        assert_eq!(longer.days(), (Date::constant(2027, 3, 12), Date::constant(2027, 3, 17)));
        let nights: Vec<_> = (11..18).filter(|day| longer.pays_night(Date::constant(2027, 3, *day))).collect();
        assert_eq!(nights, [13, 14]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (json, good) in [
            (serde_json::json!({}), true),
            (serde_json::json!({"from": "2027-03-16"}), false),
            (serde_json::json!({"until": "2028-04-15"}), false),
            (serde_json::json!({"radius_km": -1}), false),
            (serde_json::json!({"tack_on_days_after": 31}), false),
            (serde_json::json!({"going_to": {"name": "", "coordinates": {"lat": 0, "lon": 0}}}), false),
            (serde_json::json!({"going_to": {"name": "Wichita", "coordinates": {"lat": 91, "lon": 0}}}), false),
        ] {
            assert_eq!(trip(&json).validate().is_ok(), good, "{json}");
        }
    }
}
