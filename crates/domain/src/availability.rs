//! When a trainer can teach: weekly patterns, single periods, and days off that override both.

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, schema::Type},
};
use validator::{Validate, ValidationError};

use crate::{
    id::{AvailabilityId, TrainerId},
    record::Record,
    text::words,
    time::Zone,
};

words! {
    /// A day of the week.
    Weekday {
        /// First day, ISO 8601.
        Monday = "monday",
        /// Second.
        Tuesday = "tuesday",
        /// Third.
        Wednesday = "wednesday",
        /// Fourth.
        Thursday = "thursday",
        /// Fifth.
        Friday = "friday",
        /// Sixth.
        Saturday = "saturday",
        /// Seventh.
        Sunday = "sunday",
    }
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as Civil;
        match day {
            Civil::Monday => Self::Monday,
            Civil::Tuesday => Self::Tuesday,
            Civil::Wednesday => Self::Wednesday,
            Civil::Thursday => Self::Thursday,
            Civil::Friday => Self::Friday,
            Civil::Saturday => Self::Saturday,
            Civil::Sunday => Self::Sunday,
        }
    }
}

/// One statement about a trainer's time, on the clock of `time_zone`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "pattern"))]
pub struct AvailabilityDetails {
    /// The zone its times are told in.
    pub time_zone: Zone,
    /// What it says.
    pub pattern: Pattern,
    /// A word on why.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    #[serde(default)]
    pub note: String,
}

/// The kinds of statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pattern {
    /// Free on these days of every week, between two times of the day.
    Weekly {
        /// Which days; each at most once.
        #[schema(min_items = 1, max_items = 7)]
        weekdays: Vec<Weekday>,
        /// From this time of the day.
        #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "09:00:00")]
        start: Time,
        /// To this time of the day.
        #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "17:00:00")]
        end: Time,
        /// First day it counts.
        #[schema(value_type = String, format = Date, example = "2027-01-01")]
        from: Date,
        /// Last day it counts; open when absent.
        #[schema(value_type = Option<String>, format = Date, example = "2027-12-31")]
        until: Option<Date>,
        /// Days on which it does not count.
        #[schema(schema_with = days)]
        #[serde(default)]
        except: Vec<Date>,
    },
    /// Free once.
    Period {
        /// From this local time.
        #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T09:00:00")]
        start: DateTime,
        /// To this local time.
        #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T17:00:00")]
        end: DateTime,
    },
    /// Not free, whatever else is said.
    Blackout {
        /// First day off.
        #[schema(value_type = String, format = Date, example = "2027-07-01")]
        from: Date,
        /// Last day off.
        #[schema(value_type = String, format = Date, example = "2027-07-14")]
        until: Date,
    },
}

fn days() -> ArrayBuilder {
    let day = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    ArrayBuilder::new()
        .items(day)
        .max_items(Some(366))
        .description(Some("Days on which it does not count."))
        .examples([serde_json::json!(["2027-07-05"])])
}

fn pattern(details: &AvailabilityDetails) -> Result<(), ValidationError> {
    let ordered = match &details.pattern {
        Pattern::Weekly { weekdays, start, end, from, until, except } => {
            let mut days = weekdays.clone();
            days.sort_unstable();
            days.dedup();
            if days.is_empty() || days.len() != weekdays.len() || except.len() > 366 {
                return Err(ValidationError::new("bad_days"));
            }
            start < end && until.is_none_or(|until| *from <= until)
        }
        Pattern::Period { start, end } => {
            if end.date() > start.date().saturating_add(jiff::Span::new().days(366)) {
                return Err(ValidationError::new("too_long"));
            }
            start < end
        }
        Pattern::Blackout { from, until } => from <= until,
    };
    if ordered { Ok(()) } else { Err(ValidationError::new("end_before_start")) }
}

/// A statement about one trainer's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Availability {
    /// Its id.
    pub id: AvailabilityId,
    /// Whose time.
    pub trainer: TrainerId,
    /// What it says.
    #[serde(flatten)]
    pub details: AvailabilityDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}
