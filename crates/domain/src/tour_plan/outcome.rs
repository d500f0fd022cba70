//! What is found for a plan: tours with their stops, drives and nights, and what is left out.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    geo::{Coordinates, Km},
    id::{LibraryId, RequestId, TrainerId},
    money::Money,
    time::{Interval, Minutes, Timestamp, Zone},
    tour_plan::Named,
};

/// A stop of a planned tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedStop {
    /// The request it serves: its id, or its name in the problem that was given.
    #[schema(value_type = String, example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub request: Named<RequestId>,
    /// The library that hosts; nothing in a plan of a problem that was given.
    pub library: Option<LibraryId>,
    /// Where, in words; empty when it is virtual.
    pub place: String,
    /// Where that is; where the trainer sleeps when it is virtual.
    pub coordinates: Coordinates,
    /// When the workshop is taught.
    pub time: Interval,
    /// The zone its hours are told in.
    pub time_zone: Zone,
}

/// A drive of a planned tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedLeg {
    /// From where, in words.
    pub from: String,
    /// Where that is.
    pub from_coordinates: Coordinates,
    /// Where to, in words.
    pub to: String,
    /// Where that is.
    pub to_coordinates: Coordinates,
    /// When the trainer leaves, at the latest.
    pub departs_at: Timestamp,
    /// When they arrive then.
    pub arrives_at: Timestamp,
    /// Road kilometers.
    pub road_km: Km,
    /// Minutes on the road.
    pub minutes: Minutes,
}

/// A night of a planned tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedNight {
    /// The evening's day.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Where, in words.
    pub place: String,
    /// Where that is.
    pub coordinates: Coordinates,
}

/// What a tour costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TourCost {
    /// The trainer's fees.
    pub honorarium: Money,
    /// Driving.
    pub mileage: Money,
    /// Nights away.
    pub lodging: Money,
    /// Meals while away.
    pub per_diem: Money,
    /// The sum.
    pub total: Money,
}

/// What a tour takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Effort {
    /// What it costs.
    pub cost: TourCost,
    /// Road kilometers.
    pub road_km: Km,
    /// Minutes on the road.
    pub road_minutes: Minutes,
    /// Nights away.
    pub nights: u32,
}

impl Effort {
    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let sum = |one: Money, other: Money| Money { amount_minor: one.amount_minor + other.amount_minor, ..one };
        let cost = TourCost {
            honorarium: sum(self.cost.honorarium, other.cost.honorarium),
            mileage: sum(self.cost.mileage, other.cost.mileage),
            lodging: sum(self.cost.lodging, other.cost.lodging),
            per_diem: sum(self.cost.per_diem, other.cost.per_diem),
            total: sum(self.cost.total, other.cost.total),
        };
        Self {
            cost,
            road_km: Km(self.road_km.0 + other.road_km.0),
            road_minutes: Minutes(self.road_minutes.0 + other.road_minutes.0),
            nights: self.nights + other.nights,
        }
    }

    /// What its travel costs: all but the trainer's fees.
    pub fn travel(&self) -> Money {
        let travel = self.cost.total.amount_minor - self.cost.honorarium.amount_minor;
        Money { amount_minor: travel, ..self.cost.total }
    }
}

/// One trainer's road show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedTour {
    /// Who goes: their id, or their name in the problem that was given.
    #[schema(value_type = String, example = "trn_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub trainer: Named<TrainerId>,
    /// Their name.
    pub name: String,
    /// Where they live.
    pub home: Coordinates,
    /// Its stops, in order.
    pub stops: Vec<PlannedStop>,
    /// Its drives, in order.
    pub legs: Vec<PlannedLeg>,
    /// Its nights away, in order.
    pub nights: Vec<PlannedNight>,
    /// What it takes.
    pub effort: Effort,
    /// What it would take to serve the same stops with a trip from home for each.
    pub alone: Effort,
}

/// A request that a plan leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Which: its id, or its name in the problem that was given.
    #[schema(value_type = String, example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    pub request: Named<RequestId>,
    /// Why: codes, each a thing that stands in the way.
    pub reasons: Vec<String>,
    /// The smallest change that would serve it, in words.
    pub would_help: Option<String>,
}

/// What differs from the plan it follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanChanges {
    /// Requests served by the same trainer at the same time.
    #[schema(value_type = Vec<String>)]
    pub kept: Vec<Named<RequestId>>,
    /// Requests served by another trainer or at another time.
    #[schema(value_type = Vec<String>)]
    pub moved: Vec<Named<RequestId>>,
    /// Requests that are not served any more.
    #[schema(value_type = Vec<String>)]
    pub dropped: Vec<Named<RequestId>>,
    /// Requests that were not served.
    #[schema(value_type = Vec<String>)]
    pub added: Vec<Named<RequestId>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourOutcome {
    /// The tours, by trainer and day.
    pub tours: Vec<PlannedTour>,
    /// Requests that are left out.
    pub left_out: Vec<LeftOut>,
    /// What all tours take.
    pub effort: Effort,
    /// What separate trips for the same stops would take.
    pub alone: Effort,
    /// What differs from the plan it follows.
    pub changes: Option<PlanChanges>,
}

impl TourOutcome {
    /// Every stop with the trainer who goes.
    pub fn stops(&self) -> impl Iterator<Item = (&Named<TrainerId>, &PlannedStop)> {
        self.tours.iter().flat_map(|tour| tour.stops.iter().map(move |stop| (&tour.trainer, stop)))
    }

    /// What differs from a former plan.
    pub fn changes_since(&self, former: &Self) -> PlanChanges {
        let mut changes = PlanChanges::default();
        for (trainer, stop) in self.stops() {
            let before = former.stops().find(|(_, other)| other.request == stop.request);
            let list = match before {
                None => &mut changes.added,
                Some((same, other)) if same == trainer && other.time == stop.time => &mut changes.kept,
                Some(_) => &mut changes.moved,
            };
            list.push(stop.request.clone());
        }
        let is_left = |request: &Named<RequestId>| !self.stops().any(|(_, stop)| stop.request == *request);
        let left = former.stops().map(|(_, stop)| &stop.request).filter(|request| is_left(request));
        changes.dropped = left.cloned().collect();
        changes
    }
}
