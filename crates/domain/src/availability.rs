//! When a trainer can teach: weekly patterns, single periods, rules of recurrence, and days off that override all.

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, schema::Type},
};
use validator::Validate;

use crate::{
    id::{AvailabilityId, TrainerId},
    record::Record,
    text::words,
    time::Zone,
};

mod rules;

pub use rules::{LONGEST_DAYS, MOST_DATES};

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
pub struct AvailabilityDetails {
    /// The zone its times are told in.
    pub time_zone: Zone,
    /// What it says.
    #[validate(nested)]
    pub pattern: Pattern,
    /// Which of two statements holds where they contradict each other: 1 is the highest, 9 the lowest, and 0 (not
    /// given) lower still. Source: RFC 7953 section 3.2.
    #[validate(range(max = 9))]
    #[schema(minimum = 0, maximum = 9)]
    #[serde(default)]
    pub priority: u8,
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
    /// For a stretch of time, statements of lower priority do not count: only those of this one and higher ones say
    /// what is free. What a `VAVAILABILITY` does to others. Source: RFC 7953 section 3.2.
    SetAside {
        /// From this local time; from ever when absent.
        #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-01T00:00:00")]
        #[serde(default)]
        start: Option<DateTime>,
        /// To this local time; for ever when absent.
        #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-04-01T00:00:00")]
        #[serde(default)]
        end: Option<DateTime>,
    },
    /// Free, or not free, again and again, as iCalendar tells it.
    ///
    /// Each instance lasts from its start to the time of day of `end`, on the clock of the zone. Source: RFC 5545
    /// section 3.8.5.
    Recurring {
        /// Local time at which the first instance begins, if it fits the rule; else the first that does is later.
        #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T09:00:00")]
        start: DateTime,
        /// Local time at which the first instance ends, at most 7 days later.
        #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T12:00:00")]
        end: DateTime,
        /// When it comes again: an `RRULE` of RFC 5545, without that word. Only once, and on `rdate`, when absent.
        /// `FREQ=SECONDLY`, more than 10,000 instances a year and rules that no date fits are refused.
        #[schema(max_length = 1000, example = "FREQ=MONTHLY;BYDAY=1WE;UNTIL=20271231T235959Z")]
        #[serde(default)]
        rrule: Option<String>,
        /// Further local times at which an instance of the same length begins.
        #[schema(schema_with = times)]
        #[serde(default)]
        rdate: Vec<DateTime>,
        /// Local starts of instances that are left out.
        #[schema(schema_with = times)]
        #[serde(default)]
        exdate: Vec<DateTime>,
        /// Single instances that are at another time.
        #[schema(max_items = 366)]
        #[serde(default)]
        overrides: Vec<Override>,
        /// Whether its time is free; else it is not, whatever a statement of the same or lower priority says.
        #[serde(default = "yes")]
        free: bool,
    },
}

/// One instance of a recurring statement at another time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The local start it would have had.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T09:00:00")]
    pub instance: DateTime,
    /// From this local time.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T13:00:00")]
    pub start: DateTime,
    /// To this local time, at most 7 days later.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "2027-03-03T16:00:00")]
    pub end: DateTime,
}

fn yes() -> bool {
    true
}

fn times() -> ArrayBuilder {
    let time = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"));
    ArrayBuilder::new().items(time).max_items(Some(MOST_DATES)).examples([serde_json::json!(["2027-07-05T09:00:00"])])
}

fn days() -> ArrayBuilder {
    let day = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    ArrayBuilder::new()
        .items(day)
        .max_items(Some(366))
        .description(Some("Days on which it does not count."))
        .examples([serde_json::json!(["2027-07-05"])])
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
