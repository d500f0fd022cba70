//! Instants, zones, intervals and versions.

use std::fmt;

pub use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the program reads the time; tests put their own in its place.
pub trait Clock: Send + Sync {
    /// The present instant, to the microsecond (what both databases keep).
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// A duration in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Minutes(pub u32);

impl Minutes {
    /// The same span for arithmetic on instants.
    pub fn span(self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_mins(i64::from(self.0))
    }

    /// Hours as a fraction.
    pub fn hours(self) -> f64 {
        f64::from(self.0) / 60.0
    }
}

/// A half-open stretch of time, `start` in it and `end` not.
///
/// Invariant: `start < end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Interval {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl Interval {
    /// The stretch from `start` to `end`; nothing when it would be empty.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Whether the two share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What the two share.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Length in minutes, rounded down.
    pub fn minutes(&self) -> Minutes {
        Minutes(u32::try_from(self.end.duration_since(self.start).as_mins()).unwrap_or(u32::MAX))
    }
}

/// An IANA time zone name that the zone database knows, such as `America/Chicago`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(String);

/// A name that is no IANA time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone")]
pub struct UnknownZone;

impl Zone {
    /// Takes a name after looking it up.
    ///
    /// # Errors
    /// [`UnknownZone`] when the zone database has no such name.
    pub fn new(name: &str) -> Result<Self, UnknownZone> {
        // The database compares names without case; we keep its spelling.
        let zone = TimeZone::get(name).map_err(|_| UnknownZone)?;
        zone.iana_name().map(|known| Self(known.to_owned())).ok_or(UnknownZone)
    }

    /// The rules of the zone. UTC should the zone database have lost the name since.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::new(&name)
    }
}
impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl utoipa::PartialSchema for Zone {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("IANA time zone"))
            .examples(["America/Chicago"])
            .into()
    }
}
impl ToSchema for Zone {}

/// How often a thing was changed, from 1. The `ETag` of a resource is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// The version of a thing just created.
    pub const FIRST: Self = Self(1);

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_half_open() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let morning = Interval::new(at("2027-03-03T15:00:00Z"), at("2027-03-03T18:00:00Z")).unwrap();
        let after = Interval::new(at("2027-03-03T18:00:00Z"), at("2027-03-03T19:00:00Z")).unwrap();
        assert!(!morning.overlaps(&after));
        assert_eq!(morning.intersection(&after), None);
        assert_eq!(morning.minutes(), Minutes(180));
        assert!(Interval::new(morning.end, morning.start).is_none());
    }

    #[test]
    fn zones_are_looked_up() {
        assert_eq!(Zone::new("america/chicago").unwrap().name(), "America/Chicago");
        assert!(Zone::new("Mars/Olympus").is_err() && Zone::new("").is_err());
    }
}
