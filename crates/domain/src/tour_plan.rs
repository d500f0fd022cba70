//! Tour plans: which trainer serves which requests on which days, in what order, and where they sleep.
//!
//! A plan is reckoned in the background, as long as its budget of time lasts. It holds nobody's time: tours made of it do.

mod edit;
mod named;
mod outcome;
mod problem;

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{NetworkId, RequestId, TourPlanId, TrainerId},
    record::Record,
    state::InvalidTransition,
    text::{Word, words},
    time::Timestamp,
};

pub use edit::StopEdit;
pub use named::Named;
pub use outcome::{
    Effort, LeftOut, PlanChanges, PlannedLeg, PlannedNight, PlannedStop, PlannedTour, TourCost, TourOutcome,
};
pub use problem::{ProblemPin, ProblemRequest, ProblemSize, ProblemTrainer, RoadMatrix, TourProblem, TravelCosts};

/// Most requests of one plan.
pub const MOST_REQUESTS: usize = 2000;
/// Most trainers of one plan.
pub const MOST_TRAINERS: usize = 200;
/// Most days of one plan.
pub const MOST_DAYS: i32 = 92;
/// How long whoever reckons a plan may be silent before somebody else takes it over.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// What is to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "horizon"))]
pub struct TourPlanDetails {
    /// What it is called.
    #[validate(length(max = 200))]
    #[schema(max_length = 200, example = "Spring road show")]
    #[serde(default)]
    pub name: String,
    /// First day, by the network's calendar.
    #[schema(value_type = String, format = Date, example = "2027-03-01")]
    pub from: Date,
    /// Last day. At most 92 days in all.
    #[schema(value_type = String, format = Date, example = "2027-03-26")]
    pub until: Date,
    /// The open requests to serve; every open one of the network when empty, up to 2,000.
    #[validate(length(max = 2000), custom(function = "distinct"))]
    #[schema(max_items = 2000)]
    #[serde(default)]
    pub requests: Vec<RequestId>,
    /// Who may go; every trainer whom the network may ask when empty, up to 200.
    #[validate(length(max = 200), custom(function = "distinct"))]
    #[schema(max_items = 200)]
    #[serde(default)]
    pub trainers: Vec<TrainerId>,
    /// What a trainer can be asked for.
    #[validate(nested)]
    #[serde(default)]
    pub limits: TourLimits,
    /// What counts how much.
    #[validate(nested)]
    #[serde(default)]
    pub weights: TourWeights,
    /// How long to look for a better plan, in milliseconds. It ends sooner once nothing better is possible.
    #[validate(range(min = 50, max = 600_000))]
    #[schema(minimum = 50, maximum = 600_000, example = 10_000)]
    #[serde(default = "ten_seconds")]
    pub budget_ms: u32,
    /// Where chance begins.
    #[validate(range(max = 1_000_000))]
    #[schema(maximum = 1_000_000)]
    #[serde(default)]
    pub seed: u32,
    /// Stops that stay as they are.
    #[validate(nested, length(max = 2000))]
    #[schema(max_items = 2000)]
    #[serde(default)]
    pub pins: Vec<Pin>,
    /// Trainers who are not asked for a request.
    #[validate(length(max = 2000), custom(function = "distinct"))]
    #[schema(max_items = 2000)]
    #[serde(default)]
    pub excluded: Vec<Excluded>,
    /// A finished plan of the network that this one changes as little as it can.
    pub follows: Option<TourPlanId>,
    /// Stops of the plan it follows that are before this day stay as they are, and none comes to those days.
    #[schema(value_type = Option<String>, format = Date)]
    pub freeze_before: Option<Date>,
}

fn ten_seconds() -> u32 {
    10_000
}

fn distinct<T: PartialEq>(ids: &[T]) -> Result<(), ValidationError> {
    let again = ids.iter().enumerate().any(|(place, id)| ids[..place].contains(id));
    if again { Err(ValidationError::new("repeated")) } else { Ok(()) }
}

fn horizon(plan: &TourPlanDetails) -> Result<(), ValidationError> {
    let days = plan.from.until(plan.until).map_or(i32::MAX, |span| span.get_days());
    if days < 0 {
        return Err(ValidationError::new("end_before_start"));
    }
    if days >= MOST_DAYS {
        return Err(ValidationError::new("too_long"));
    }
    if plan.freeze_before.is_some() && plan.follows.is_none() {
        return Err(ValidationError::new("nothing_to_freeze"));
    }
    let again = plan
        .pins
        .iter()
        .enumerate()
        .any(|(place, pin)| plan.pins[..place].iter().any(|other| other.request == pin.request));
    if again { Err(ValidationError::new("pinned_twice")) } else { Ok(()) }
}

/// What a trainer can be asked for on a tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct TourLimits {
    /// Minutes on the road in a day.
    #[validate(range(min = 1, max = 1440))]
    #[schema(minimum = 1, maximum = 1440)]
    pub drive_minutes_per_day: u16,
    /// Workshops in a day.
    #[validate(range(min = 1, max = 6))]
    #[schema(minimum = 1, maximum = 6)]
    pub workshops_per_day: u8,
    /// Nights away in a row; 0 when everybody is home every night. Trainers who do not sleep away are home all the same.
    #[validate(range(max = 30))]
    #[schema(maximum = 30)]
    pub nights_in_a_row: u8,
    /// Nights away of one trainer in all; no limit when absent.
    #[validate(range(max = 92))]
    #[schema(maximum = 92)]
    pub nights_in_all: Option<u8>,
    /// Road kilometers of one trainer in all; no limit when absent.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000)]
    pub km_in_all: Option<u32>,
}

impl Default for TourLimits {
    fn default() -> Self {
        Self {
            drive_minutes_per_day: 480,
            workshops_per_day: 3,
            nights_in_a_row: 4,
            nights_in_all: None,
            km_in_all: None,
        }
    }
}

/// What counts how much, in minor units of the network's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct TourWeights {
    /// What serving a request may cost more than leaving it out.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub served_minor: i64,
    /// Percent on top of that for a rural library.
    #[validate(range(max = 1000))]
    #[schema(maximum = 1000)]
    pub rural_percent: u16,
    /// Percent on top of that for a library without training in person in the last twelve months.
    #[validate(range(max = 1000))]
    #[schema(maximum = 1000)]
    pub desert_percent: u16,
    /// What a second choice of dates counts against the first, a third against the second, and so on.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub later_choice_minor: i64,
    /// What an hour of a trainer on the road counts, beside mileage.
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub road_hour_minor: i64,
    /// What moving a stop of the plan it follows counts.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub change_minor: i64,
}

impl Default for TourWeights {
    fn default() -> Self {
        Self {
            served_minor: 200_000,
            rural_percent: 10,
            desert_percent: 25,
            later_choice_minor: 500,
            road_hour_minor: 2_000,
            change_minor: 5_000,
        }
    }
}

/// A stop that stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The request it serves.
    pub request: RequestId,
    /// Who goes.
    pub trainer: TrainerId,
    /// When the workshop begins.
    pub starts_at: Timestamp,
}

/// A trainer who is not asked for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// The request.
    pub request: RequestId,
    /// Who is not asked.
    pub trainer: TrainerId,
}

words! {
    /// The names of a plan's states.
    TourPlanStateName {
        /// It waits for its turn.
        Queued = "queued",
        /// It is being reckoned.
        Running = "running",
        /// It was reckoned as long as it was to be.
        Done = "done",
        /// Somebody stopped it; what was found until then is kept.
        Stopped = "stopped",
        /// There is no plan.
        Failed = "failed",
    }
}

/// Where a plan stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TourPlanState {
    /// It waits for its turn.
    Queued {
        /// Since when.
        queued_at: Timestamp,
    },
    /// It is being reckoned.
    Running {
        /// Since when.
        started_at: Timestamp,
        /// Whether it is to stop and keep what it has.
        stopping: bool,
    },
    /// It was reckoned as long as it was to be.
    Done {
        /// Since when.
        finished_at: Timestamp,
    },
    /// Somebody stopped it; what was found until then is kept.
    Stopped {
        /// Since when.
        finished_at: Timestamp,
    },
    /// There is no plan.
    Failed {
        /// Since when.
        finished_at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl TourPlanState {
    /// Its name without the data.
    pub fn name(&self) -> TourPlanStateName {
        match self {
            Self::Queued { .. } => TourPlanStateName::Queued,
            Self::Running { .. } => TourPlanStateName::Running,
            Self::Done { .. } => TourPlanStateName::Done,
            Self::Stopped { .. } => TourPlanStateName::Stopped,
            Self::Failed { .. } => TourPlanStateName::Failed,
        }
    }

    /// Whether nothing will come any more.
    pub fn is_finished(&self) -> bool {
        match self {
            Self::Queued { .. } | Self::Running { .. } => false,
            Self::Done { .. } | Self::Stopped { .. } | Self::Failed { .. } => true,
        }
    }
}

/// How far the reckoning has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourProgress {
    /// Requests that the best plan so far serves.
    pub served: u32,
    /// What the best plan so far counts: money, weights, and what is left out; minor units. Nothing before there is one.
    pub objective_minor: Option<i64>,
    /// What no plan can be below, once that is known.
    pub bound_minor: Option<i64>,
    /// How far the best plan is above the bound, as a share of it.
    pub gap: Option<f64>,
    /// Steps done.
    pub iterations: u64,
    /// Milliseconds spent.
    pub elapsed_ms: u64,
}

/// A plan, or the wish for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TourPlan {
    /// Its id.
    pub id: TourPlanId,
    /// The network whose requests it serves.
    pub network: NetworkId,
    /// What is to be planned.
    pub details: TourPlanDetails,
    /// How large the problem is that was given with it; nothing when it is about requests of the network.
    pub problem: Option<ProblemSize>,
    /// How far the reckoning has come; nothing before it began.
    pub progress: Option<TourProgress>,
    /// What was found; nothing until it has finished.
    pub outcome: Option<TourOutcome>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: TourPlanState,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

type Moved = Result<TourPlan, InvalidTransition>;

impl TourPlan {
    /// A wish.
    pub fn new(network: NetworkId, details: TourPlanDetails, now: Timestamp) -> Self {
        Self {
            id: TourPlanId::new(now),
            network,
            details,
            problem: None,
            progress: None,
            outcome: None,
            state: TourPlanState::Queued { queued_at: now },
            record: Record::new(now),
        }
    }

    /// Its reckoning begins, or begins again where a process died over it.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is finished.
    pub fn start(self, now: Timestamp) -> Moved {
        match self.state {
            TourPlanState::Queued { .. } => {
                Ok(self.moved(TourPlanState::Running { started_at: now, stopping: false }, now))
            }
            TourPlanState::Running { stopping, .. } => {
                Ok(self.moved(TourPlanState::Running { started_at: now, stopping }, now))
            }
            TourPlanState::Done { .. } | TourPlanState::Stopped { .. } | TourPlanState::Failed { .. } => {
                Err(self.refuse("start"))
            }
        }
    }

    /// When somebody may begin to reckon it, or take it over from whoever does and is silent.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            TourPlanState::Queued { queued_at } => Some(queued_at),
            TourPlanState::Running { .. } => Some(self.record.updated_at + LEASE),
            TourPlanState::Done { .. } | TourPlanState::Stopped { .. } | TourPlanState::Failed { .. } => None,
        }
    }

    /// It has come further.
    #[must_use]
    pub fn advanced(self, progress: TourProgress, now: Timestamp) -> Self {
        Self { progress: Some(progress), record: self.record.changed(now), ..self }
    }

    /// Somebody stops it. What has not begun is over at once; what has ends soon, with the best that was found.
    ///
    /// # Errors
    /// [`InvalidTransition`] once it is finished.
    pub fn stop(self, now: Timestamp) -> Moved {
        match self.state {
            TourPlanState::Queued { .. } => Ok(self.moved(TourPlanState::Stopped { finished_at: now }, now)),
            TourPlanState::Running { started_at, .. } => {
                Ok(self.moved(TourPlanState::Running { started_at, stopping: true }, now))
            }
            TourPlanState::Done { .. } | TourPlanState::Stopped { .. } | TourPlanState::Failed { .. } => {
                Err(self.refuse("stop"))
            }
        }
    }

    /// Its reckoning ends.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it is running.
    pub fn finish(self, found: Result<(TourOutcome, TourProgress), String>, now: Timestamp) -> Moved {
        let TourPlanState::Running { stopping, .. } = self.state else { return Err(self.refuse("finish")) };
        Ok(match found {
            Ok((outcome, progress)) => {
                let state = if stopping {
                    TourPlanState::Stopped { finished_at: now }
                } else {
                    TourPlanState::Done { finished_at: now }
                };
                Self { outcome: Some(outcome), progress: Some(progress), ..self.moved(state, now) }
            }
            Err(reason) => self.moved(TourPlanState::Failed { finished_at: now, reason }, now),
        })
    }

    /// Its tours are changed by hand.
    ///
    /// # Errors
    /// [`InvalidTransition`] unless it has an outcome.
    pub fn edit(self, outcome: TourOutcome, now: Timestamp) -> Moved {
        self.found("edit")?;
        Ok(Self { outcome: Some(outcome), record: self.record.changed(now), ..self })
    }

    /// What was found.
    ///
    /// # Errors
    /// [`InvalidTransition`] when there is nothing.
    pub fn found(&self, action: &'static str) -> Result<&TourOutcome, InvalidTransition> {
        self.outcome.as_ref().ok_or_else(|| self.refuse(action))
    }

    fn moved(self, state: TourPlanState, now: Timestamp) -> Self {
        Self { state, record: self.record.changed(now), ..self }
    }

    fn refuse(&self, action: &'static str) -> InvalidTransition {
        InvalidTransition { what: "tour plan", state: self.state.name().word(), action }
    }
}
