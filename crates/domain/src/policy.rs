//! A network's policy: every number that decides how requests, offers and bookings run in it.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    geo::Km,
    money::{Currency, Money},
    price::CostKind,
    time::Minutes,
    tour::CostShare,
};

/// How a network runs. Every member has a default, so that a new network may say nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How long an offer holds a trainer's time, in minutes.
    #[validate(range(min = 1, max = 43_200))]
    #[schema(minimum = 1, maximum = 43_200)]
    pub hold_minutes: u32,
    /// Days between now and the first day a workshop may be taught.
    #[validate(range(max = 365))]
    #[schema(maximum = 365)]
    pub minimum_notice_days: u16,
    /// How many days a quote is good.
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    pub quote_days: u16,
    /// Workshops begin at multiples of this many minutes of the venue's clock.
    #[validate(range(min = 5, max = 240))]
    #[schema(minimum = 5, maximum = 240)]
    pub slot_grid_minutes: u16,
    /// Whether a coordinator opens each request, or submitting opens it.
    pub triage: bool,
    /// What a cancellation costs, by notice. No tier reached: nothing is owed.
    #[validate(nested, length(max = 20))]
    #[schema(max_items = 20)]
    pub cancellation: Vec<CancellationTier>,
    /// Travel rates by date; the newest that has begun counts.
    #[validate(nested, length(max = 100))]
    #[schema(max_items = 100)]
    pub rates: Vec<TravelRates>,
    /// What it costs to have somebody run the library meanwhile, by date; the newest that has begun counts.
    #[validate(nested, length(max = 100))]
    #[schema(max_items = 100)]
    pub backfill: Vec<BackfillRate>,
    /// What others pay of a price, taken off in this order.
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub subsidies: Vec<Subsidy>,
    /// How long a road is and how fast it is driven.
    #[validate(nested)]
    pub travel: TravelModel,
    /// Earliest departure and latest return of a trainer's day, local to the workshop.
    #[validate(nested)]
    pub day: WorkingDay,
    /// How the travel of tours is shared among their stops.
    #[validate(nested)]
    pub cost_share: CostShare,
    /// How much each objective counts in the order of matches.
    #[validate(nested)]
    pub weights: Weights,
    /// A workshop further from a trainer's home than this, great-circle kilometers, is a far trip, and so is one with a night
    /// away. Two within 14 days bring a warning.
    #[validate(range(min = 0.0, max = 20_100.0))]
    #[schema(minimum = 0, maximum = 20_100)]
    pub far_trip_km: f64,
    /// Most hours a trainer teaches on one date.
    #[validate(range(min = 1, max = 24))]
    #[schema(minimum = 1, maximum = 24)]
    pub trainer_hours_per_day: u8,
    /// Most training days a library may have in a calendar year; no limit when absent.
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    pub library_days_per_year: Option<u16>,
    /// Whether libraries near a booking are told that a trainer who welcomes that is there, and what it would cost to have
    /// them too. Who booked is not told.
    pub nearby: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            hold_minutes: 72 * 60,
            minimum_notice_days: 14,
            quote_days: 30,
            slot_grid_minutes: 15,
            triage: false,
            cancellation: vec![
                CancellationTier { less_than_days: 7, charge_percent: 100 },
                CancellationTier { less_than_days: 14, charge_percent: 50 },
            ],
            rates: vec![TravelRates::united_states_2026()],
            backfill: Vec::new(),
            subsidies: Vec::new(),
            travel: TravelModel::default(),
            day: WorkingDay::default(),
            cost_share: CostShare::default(),
            weights: Weights::default(),
            far_trip_km: 300.0,
            trainer_hours_per_day: 8,
            library_days_per_year: None,
            nearby: false,
        }
    }
}

impl Policy {
    /// The travel rates in force on `date`: the newest that has begun, else the oldest there is.
    pub fn rates_on(&self, date: Date) -> Option<&TravelRates> {
        let begun = self.rates.iter().filter(|rates| rates.from <= date).max_by_key(|rates| rates.from);
        begun.or_else(|| self.rates.iter().min_by_key(|rates| rates.from))
    }

    /// The backfill rate in force on `date`. Nothing before the oldest.
    pub fn backfill_on(&self, date: Date) -> Option<&BackfillRate> {
        self.backfill.iter().filter(|rate| rate.from <= date).max_by_key(|rate| rate.from)
    }

    /// The subsidies that count on `date`, in their order.
    pub fn subsidies_on(&self, date: Date) -> impl Iterator<Item = &Subsidy> {
        let counts = move |each: &&Subsidy| each.from <= date && each.until.is_none_or(|until| date <= until);
        self.subsidies.iter().filter(counts)
    }

    /// What canceling costs with this much notice: the strictest tier that applies.
    pub fn cancellation_charge(&self, total: Money, notice_days: i32) -> Money {
        let tiers = self.cancellation.iter().filter(|tier| notice_days < i32::from(tier.less_than_days));
        total.percent(tiers.map(|tier| tier.charge_percent).max().unwrap_or(0))
    }
}

/// One step of the cancellation terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CancellationTier {
    /// Applies when fewer whole days than this remain before the workshop's date.
    #[validate(range(max = 365))]
    #[schema(maximum = 365, example = 14)]
    pub less_than_days: u16,
    /// Share of the total price that is still owed.
    #[validate(range(max = 100))]
    #[schema(maximum = 100, example = 50)]
    pub charge_percent: u8,
}

/// What travel is paid, from a date on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TravelRates {
    /// First day these rates count.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub from: Date,
    /// Minor units for each 100 miles driven: 72.5 cents a mile is 7250.
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 7250)]
    pub mileage_minor_per_100_miles: i64,
    /// Minor units for a night away.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000, example = 11_000)]
    pub lodging_minor_per_night: i64,
    /// Minor units for meals, for each day away with a night.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000, example = 6800)]
    pub per_diem_minor_per_day: i64,
    /// Where the figures come from.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub source: String,
}

impl TravelRates {
    /// United States federal rates.
    ///
    /// Source: IRS standard mileage rate 2026 (72.5 cents); GSA standard lodging and meals FY2026 ($110, $68).
    pub fn united_states_2026() -> Self {
        Self {
            from: Date::constant(2026, 1, 1),
            mileage_minor_per_100_miles: 7250,
            lodging_minor_per_night: 11_000,
            per_diem_minor_per_day: 6800,
            source: "IRS business mileage 2026; GSA standard lodging and meals FY2026".to_owned(),
        }
    }

    /// Mileage for a drive.
    pub fn mileage(&self, distance: Km, currency: Currency) -> Money {
        Money::per_hundred(self.mileage_minor_per_100_miles, distance.miles(), currency)
    }
}

/// What it costs to have somebody run the library while its staff learn, from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BackfillRate {
    /// First day it counts.
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    pub from: Date,
    /// Minor units for a day on which there is a workshop, whatever its length.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000)]
    #[serde(default)]
    pub per_day_minor: i64,
    /// Minor units for an hour of the workshop, by the minute.
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 1800)]
    #[serde(default)]
    pub per_hour_minor: i64,
    /// Where the figures come from.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub source: String,
}

/// A subsidy or grant: what others pay of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "subsidy_dates"))]
pub struct Subsidy {
    /// What it is called.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "CE grant")]
    pub name: String,
    /// First day it counts.
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    pub from: Date,
    /// Last day it counts; open when absent.
    #[schema(value_type = Option<String>, format = Date, example = "2027-06-30")]
    pub until: Option<Date>,
    /// Share of the cost.
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, example = 50)]
    pub percent: u8,
    /// Most it pays for one workshop, minor units; no limit when absent.
    #[validate(range(min = 0, max = 1_000_000_000_000i64))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000i64)]
    pub cap_minor: Option<i64>,
    /// The kinds of cost it pays for; all when empty.
    #[validate(length(max = 5))]
    #[schema(max_items = 5)]
    #[serde(default)]
    pub pays_for: Vec<CostKind>,
    /// Where it comes from.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300, example = "LSTA 2027")]
    pub source: String,
}

fn subsidy_dates(subsidy: &Subsidy) -> Result<(), ValidationError> {
    match subsidy.until {
        Some(until) if until < subsidy.from => Err(ValidationError::new("end_before_start")),
        _ => Ok(()),
    }
}

/// Roads as a network reckons them: great-circle distance times a factor, at a speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TravelModel {
    /// Road kilometers for one great-circle kilometer.
    #[validate(range(min = 1.0, max = 5.0))]
    #[schema(minimum = 1, maximum = 5)]
    pub detour_factor: f64,
    /// Average speed, kilometers an hour.
    #[validate(range(min = 5.0, max = 200.0))]
    #[schema(minimum = 5, maximum = 200)]
    pub speed_kmh: f64,
}

impl Default for TravelModel {
    fn default() -> Self {
        Self { detour_factor: 1.25, speed_kmh: 85.0 }
    }
}

impl TravelModel {
    /// Road distance and driving time, minutes rounded up, for a great-circle distance.
    pub fn road(&self, direct: Km) -> (Km, Minutes) {
        let road = direct.0 * self.detour_factor;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 6 million minutes around the earth"
        )]
        let minutes = (road / self.speed_kmh * 60.0 - 1e-9).ceil().max(0.0) as u32;
        (Km(road), Minutes(minutes))
    }
}

/// The hours between which a trainer may be on the road or teaching, local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "working_day"))]
pub struct WorkingDay {
    /// Earliest departure.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "07:00:00")]
    pub start: Time,
    /// Latest return.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "21:00:00")]
    pub end: Time,
}

impl Default for WorkingDay {
    fn default() -> Self {
        Self { start: Time::constant(7, 0, 0, 0), end: Time::constant(21, 0, 0, 0) }
    }
}

fn working_day(day: &WorkingDay) -> Result<(), ValidationError> {
    if day.start < day.end { Ok(()) } else { Err(ValidationError::new("end_before_start")) }
}

/// How much each objective counts, 0 to 100. A match's score is their weighted mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Rank of the date preference met.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub preference: f64,
    /// Little driving.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub travel: f64,
    /// Low total cost against the budget.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub cost: f64,
    /// How well topic and level fit.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub fit: f64,
    /// Fewer commitments than others near that time.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub load: f64,
    /// A rural library. The same for every trainer of one request: it orders requests.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub rural: f64,
    /// Being nearby already, on a trip or for another workshop.
    #[validate(range(min = 0.0, max = 100.0))]
    #[schema(minimum = 0, maximum = 100)]
    pub nearby: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { preference: 30.0, travel: 25.0, cost: 20.0, fit: 15.0, load: 10.0, rural: 5.0, nearby: 5.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_rates_that_have_begun_count() {
        let mut policy = Policy::default();
        policy.rates.push(TravelRates { from: Date::constant(2027, 1, 1), ..TravelRates::united_states_2026() });
        assert_eq!(policy.rates_on(Date::constant(2026, 12, 31)).unwrap().from, Date::constant(2026, 1, 1));
        assert_eq!(policy.rates_on(Date::constant(2027, 1, 1)).unwrap().from, Date::constant(2027, 1, 1));
        assert_eq!(policy.rates_on(Date::constant(2020, 1, 1)).unwrap().from, Date::constant(2026, 1, 1));
    }

    #[test]
    fn the_strictest_tier_reached_is_charged() {
        let total = Money { amount_minor: 10_000, currency: Currency::USD };
        let policy = Policy::default();
        assert_eq!(policy.cancellation_charge(total, 14).amount_minor, 0);
        assert_eq!(policy.cancellation_charge(total, 13).amount_minor, 5_000);
        assert_eq!(policy.cancellation_charge(total, 0).amount_minor, 10_000);
    }

    #[test]
    fn drives_take_whole_minutes_rounded_up() {
        let (road, minutes) = TravelModel::default().road(Km(100.0));
        assert!((road.0 - 125.0).abs() < 1e-9);
        assert_eq!(minutes, Minutes(89));
        assert_eq!(TravelModel::default().road(Km(0.0)).1, Minutes(0));
    }
}
