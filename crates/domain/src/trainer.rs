//! Trainers: what they teach, where they live, what they cost.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    geo::Coordinates,
    id::{NetworkId, TopicId, TrainerId, WorkshopId},
    money::Money,
    record::Record,
    text::{Format, Level, words},
    time::{Timestamp, Zone},
};

words! {
    /// Who may find a trainer.
    Visibility {
        /// Members of the home network.
        Network = "network",
        /// Also members of networks the home network lends to.
        Partners = "partners",
        /// Everybody signed in.
        Public = "public",
    }
}

words! {
    /// For whom a fee counts.
    Customers {
        /// For everybody.
        Anyone = "anyone",
        /// For libraries of the trainer's home network.
        Members = "members",
        /// For libraries of networks that the home network lends to.
        Partners = "partners",
    }
}

fn anyone() -> Customers {
    Customers::Anyone
}

/// Where a trainer's trips begin and end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HomeBase {
    /// Town, as people call it.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Lawrence, Kansas")]
    pub place: String,
    /// Where that is.
    #[validate(nested)]
    pub coordinates: Coordinates,
}

/// A topic a trainer can teach, and how deep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicSkill {
    /// The topic.
    pub topic: TopicId,
    /// The deepest level; lower ones are included.
    pub level: Level,
}

/// What a trainer is paid, from a date on. Staff trainers cost nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// First day this fee counts.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub from: Date,
    /// For whom it counts. Who has no fee of their own pays that for anyone.
    #[serde(default = "anyone")]
    pub customers: Customers,
    /// For each workshop, whatever its length.
    #[validate(nested)]
    pub per_workshop: Money,
    /// For each hour taught, by the minute.
    #[validate(nested)]
    pub per_hour: Money,
}

/// What a trainer, or their network, says of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "fees"))]
pub struct TrainerDetails {
    /// Their name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Dana Whitfield")]
    pub name: String,
    /// A few words on them.
    #[validate(length(max = 5000))]
    #[schema(max_length = 5000)]
    #[serde(default)]
    pub biography: String,
    /// Where their trips begin.
    #[validate(nested)]
    pub home_base: HomeBase,
    /// The zone of their calendar.
    pub time_zone: Zone,
    /// How far from home they go, great-circle kilometers.
    #[validate(range(min = 0.0, max = 20_100.0))]
    #[schema(minimum = 0, maximum = 20_100, example = 150)]
    pub travel_radius_km: f64,
    /// Whether they sleep away from home.
    #[serde(default)]
    pub travels_overnight: bool,
    /// Languages they teach in, BCP 47.
    #[validate(length(min = 1, max = 20), custom(function = "crate::text::language_tags"))]
    #[schema(min_items = 1, max_items = 20, example = json!(["en"]))]
    pub languages: Vec<String>,
    /// How they teach.
    #[validate(length(min = 1, max = 3))]
    #[schema(min_items = 1, max_items = 3)]
    pub formats: Vec<Format>,
    /// Topics they teach.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[serde(default)]
    pub topics: Vec<TopicSkill>,
    /// Catalog workshops they can teach.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[serde(default)]
    pub workshops: Vec<WorkshopId>,
    /// What they are paid, by date; the newest that has begun counts. None for anyone: they cost nothing but to those they
    /// name.
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Most hours they teach on one date; the network's limit counts besides.
    #[validate(range(min = 1, max = 24))]
    #[schema(minimum = 1, maximum = 24)]
    pub hours_per_day: Option<u8>,
    /// Who may find them.
    pub visibility: Visibility,
    /// Whether they take offers at present.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether libraries near a booking of theirs are told that they are there, in networks whose policy allows it.
    #[serde(default)]
    pub nearby_welcome: bool,
}

fn yes() -> bool {
    true
}

fn fees(trainer: &TrainerDetails) -> Result<(), validator::ValidationError> {
    let amounts = || trainer.fees.iter().flat_map(|fee| [fee.per_workshop, fee.per_hour]);
    if amounts().any(|money| money.amount_minor < 0) {
        return Err(validator::ValidationError::new("negative_fee"));
    }
    let mut currencies = amounts().map(|money| money.currency);
    match currencies.next() {
        Some(first) if currencies.any(|other| other != first) => {
            Err(validator::ValidationError::new("mixed_currencies"))
        }
        _ => Ok(()),
    }
}

impl TrainerDetails {
    /// The fee for `customers` in force on `date`: the newest of theirs that has begun, else of those for anyone the newest
    /// that has begun, else the oldest of those.
    pub fn fee_on(&self, date: Date, customers: Customers) -> Option<&Fee> {
        let of = |customers| self.fees.iter().filter(move |fee| fee.customers == customers);
        let begun = |customers| of(customers).filter(|fee| fee.from <= date).max_by_key(|fee| fee.from);
        begun(customers)
            .or_else(|| begun(Customers::Anyone))
            .or_else(|| of(Customers::Anyone).min_by_key(|fee| fee.from))
    }
}

/// Somebody who teaches workshops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trainer {
    /// Their id.
    pub id: TrainerId,
    /// Their home network.
    pub network: NetworkId,
    /// What is said of them.
    #[serde(flatten)]
    pub details: TrainerDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl Trainer {
    /// What stays when the person is erased: what they taught, and about where they came from. Nobody finds them any more.
    #[must_use]
    pub fn erased(self, now: Timestamp) -> Self {
        let coordinates = self.details.home_base.coordinates.coarse();
        let details = TrainerDetails {
            nearby_welcome: false,
            name: "Erased trainer".to_owned(),
            biography: String::new(),
            home_base: HomeBase { place: "Erased".to_owned(), coordinates },
            visibility: Visibility::Network,
            active: false,
            ..self.details
        };
        Self { details, record: self.record.changed(now), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn the_newest_fee_of_ones_own_counts_and_else_that_for_anyone() {
        let mut trainer: TrainerDetails = serde_json::from_str(
            r#"{"name": "Dana", "home_base": {"place": "Lawrence", "coordinates": {"lat": 38.9, "lon": -95.2}},
                "time_zone": "America/Chicago", "travel_radius_km": 1, "languages": ["en"], "formats": ["virtual"],
                "visibility": "network"}"#,
        )
        .unwrap();
        let fee = |year, customers, amount_minor| {
            let money = Money { amount_minor, currency: Currency::USD };
            Fee {
                from: Date::constant(year, 1, 1),
                customers,
                per_workshop: money,
                per_hour: Money::zero(Currency::USD),
            }
        };
        let (anyone, members, partners) = (Customers::Anyone, Customers::Members, Customers::Partners);
        trainer.fees = vec![fee(2026, anyone, 1), fee(2027, anyone, 2), fee(2026, members, 3), fee(2028, partners, 4)];
        for (year, customers, amount) in [
            (2025, anyone, 1),
            (2026, anyone, 1),
            (2027, anyone, 2),
            (2025, members, 1),
            (2027, members, 3),
            (2027, partners, 2),
            (2028, partners, 4),
        ] {
            let found = trainer.fee_on(Date::constant(year, 6, 1), customers).unwrap();
            assert_eq!(found.per_workshop.amount_minor, amount, "{year} {customers:?}");
        }
    }
}
