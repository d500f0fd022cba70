//! A whole problem, given to be planned as it is: places, requests and trainers that nobody else need know of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{policy::TravelModel, request::DatePreference, time::Timestamp, tour_plan::TourLimits, trip::Town};

/// A problem of its own: nothing in it stands for what Packhorse keeps. Requests, trainers and places are called by the names they
/// have here, each of them once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TourProblem {
    /// The IANA zone of its days and hours; the network's when absent.
    #[schema(example = "America/Chicago", max_length = 100)]
    pub time_zone: Option<String>,
    /// Where requests, homes and lodging are.
    #[validate(nested, length(min = 1, max = 2500))]
    #[schema(min_items = 1, max_items = 2500)]
    pub places: Vec<Town>,
    /// The roads between the places, as a routing engine tells them; great circles when absent.
    #[validate(custom(function = "drivable"))]
    pub roads: Option<RoadMatrix>,
    /// How great circles become roads; as the network's policy says when absent.
    #[validate(nested)]
    pub travel: Option<TravelModel>,
    /// What is asked for.
    #[validate(nested, length(min = 1, max = 2000))]
    #[schema(min_items = 1, max_items = 2000)]
    pub requests: Vec<ProblemRequest>,
    /// Who can come.
    #[validate(nested, length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub trainers: Vec<ProblemTrainer>,
    /// Names of the places where one can sleep; anywhere along the road when absent.
    #[validate(length(max = 2500))]
    #[schema(max_items = 2500)]
    pub lodging: Option<Vec<String>>,
    /// What travel costs; by the network's rates of the first day when absent.
    #[validate(nested)]
    pub costs: Option<TravelCosts>,
}

/// Roads from each place (row) to each (column), in the order of the places, as the table service of OSRM gives them; `null`
/// where there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadMatrix {
    /// Minutes, at most two weeks each.
    pub minutes: Vec<Vec<Option<f64>>>,
    /// Road kilometers, at most 40,075 each.
    pub km: Vec<Vec<Option<f64>>>,
}

/// A workshop asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProblemRequest {
    /// What it is called.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Hays, policies")]
    pub name: String,
    /// The name of its place.
    #[schema(example = "Hays")]
    pub place: String,
    /// How long it takes.
    #[validate(range(min = 1, max = 1440))]
    #[schema(minimum = 1, maximum = 1440, example = 120)]
    pub duration_minutes: u16,
    /// Skills of which the trainer needs every one.
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[serde(default)]
    pub needs: Vec<String>,
    /// When it may take place, the first choice first.
    #[validate(nested, length(min = 1, max = 64))]
    #[schema(min_items = 1, max_items = 64)]
    pub preferences: Vec<DatePreference>,
    /// The IANA zone of those hours; that of the problem when absent.
    #[schema(example = "America/Denver", max_length = 100)]
    pub time_zone: Option<String>,
    /// What serving it may cost more than leaving it out; as the weights of the plan say when absent.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub served_minor: Option<i64>,
    /// Names of the only trainers who may come; anybody who has the skills when empty.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[serde(default)]
    pub trainers: Vec<String>,
    /// Who comes when, where that stands fast.
    pub pin: Option<ProblemPin>,
}

/// Who comes when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemPin {
    /// The name of the trainer.
    pub trainer: String,
    /// When the workshop begins.
    pub starts_at: Timestamp,
}

/// Somebody who can come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProblemTrainer {
    /// What they are called.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    pub name: String,
    /// The name of the place where they live.
    #[schema(example = "Lawrence")]
    pub home: String,
    /// What they teach.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[serde(default)]
    pub skills: Vec<String>,
    /// Days, and hours of them, when they may be on the road or teach, on the clock of the problem. Of several for one day the
    /// first counts.
    #[validate(nested, length(max = 366))]
    #[schema(max_items = 366)]
    pub availability: Vec<DatePreference>,
    /// What they can be asked for; as the plan says when absent.
    #[validate(nested)]
    pub limits: Option<TourLimits>,
    /// Their fee for each workshop, minor units.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000, example = 20_000)]
    #[serde(default)]
    pub fee_per_workshop_minor: i64,
    /// Their fee for each hour of a workshop, by the minute, minor units.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    #[serde(default)]
    pub fee_per_hour_minor: i64,
}

/// What travel costs, in minor units of the network's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TravelCosts {
    /// For each 100 miles driven: 72.5 cents a mile is 7250.
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 7250)]
    pub mileage_minor_per_100_miles: i64,
    /// For a night away.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000, example = 11_000)]
    pub lodging_minor_per_night: i64,
    /// For meals, each day away with a night.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000, example = 6800)]
    pub per_diem_minor_per_day: i64,
}

/// How large a problem is that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemSize {
    /// Requests of it.
    pub requests: usize,
    /// Trainers of it.
    pub trainers: usize,
}

impl TourProblem {
    /// How large it is.
    pub fn size(&self) -> ProblemSize {
        ProblemSize { requests: self.requests.len(), trainers: self.trainers.len() }
    }
}

/// Most minutes of a road, and most kilometers: two weeks, and once around the Earth.
const LONGEST: f64 = 20_160.0;
const FARTHEST: f64 = 40_075.0;

fn drivable(roads: &RoadMatrix) -> Result<(), ValidationError> {
    let within =
        |rows: &[Vec<Option<f64>>], most| rows.iter().flatten().flatten().all(|each| (0.0..=most).contains(each));
    if within(&roads.minutes, LONGEST) && within(&roads.km, FARTHEST) {
        Ok(())
    } else {
        Err(ValidationError::new("range"))
    }
}
