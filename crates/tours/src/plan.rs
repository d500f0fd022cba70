//! What is answered: who goes where when, by which legs and nights, what it costs, and how good it is at most.

use serde::{Deserialize, Serialize};

pub use crate::problem::Served;
use crate::problem::{Money, Window};

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What is served, in the order of requests.
    pub served: Vec<Served>,
    /// The roads driven for it, by trainer and day: one for each run of a trainer's days that is used.
    pub tours: Vec<Tour>,
    /// What it costs.
    pub cost: Cost,
    /// What is minimized: prizes of requests left out, penalties of windows, weights, and the cost.
    pub objective: Money,
    /// No plan has a smaller objective, as far as is proven. Where one sleeps, and limits over the whole horizon, do not
    /// count here.
    pub bound: Money,
    /// How far the objective is above the bound, as a share of the bound; nothing where the bound is not positive.
    pub gap: Option<f64>,
    /// What is left out, with its reasons.
    pub unserved: Vec<Unserved>,
    /// What became of [`crate::Problem::former`].
    pub changes: Vec<Change>,
    /// Iterations it took.
    pub iterations: u64,
}

/// What a plan, or a tour, costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Kilometers and minutes driven.
    pub mileage: Money,
    /// Nights away.
    pub lodging: Money,
    /// Workshops given.
    pub honorarium: Money,
}

impl Cost {
    /// All of it.
    pub fn total(self) -> Money {
        self.mileage + self.lodging + self.honorarium
    }
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            mileage: self.mileage + other.mileage,
            lodging: self.lodging + other.lodging,
            honorarium: self.honorarium + other.honorarium,
        }
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), std::ops::Add::add)
    }
}

/// What one trainer drives in one run of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tour {
    /// Who.
    pub trainer: usize,
    /// The first day of the run.
    pub first_day: usize,
    /// The last day of the run.
    pub last_day: usize,
    /// The stops, in order.
    pub stops: Vec<Served>,
    /// The legs, in order.
    pub legs: Vec<Leg>,
    /// The nights away, in order.
    pub nights: Vec<Night>,
    /// What it costs.
    pub cost: Cost,
}

/// A stretch driven on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The day.
    pub day: usize,
    /// Where it begins.
    pub from: Spot,
    /// Where it ends.
    pub to: Spot,
    /// The minute of the day it begins.
    pub depart: i32,
    /// The minute of the day it ends.
    pub arrive: i32,
    /// How far.
    pub meters: u32,
}

/// A night away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// The day before it.
    pub day: usize,
    /// Where.
    pub at: Spot,
}

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// At a place.
    Place(usize),
    /// Along the road.
    Underway {
        /// The place it leads from.
        from: usize,
        /// The place it leads to.
        to: usize,
        /// Minutes of it that lie behind.
        minutes: i32,
    },
}

/// A request left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unserved {
    /// Which.
    pub request: usize,
    /// Why, the first that applies to most trainers first. Empty where the search was cancelled before they were looked for.
    pub reasons: Vec<Reason>,
    /// The smallest change that would serve it beside the rest of the plan, if one was found.
    pub remedy: Option<Remedy>,
}

/// Why a request is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody who may come has the skills.
    Skills,
    /// Nobody who has them works on a day of a window, from the first day that may change.
    Days,
    /// Nobody gets there and back within hours, drive and nights, even with nothing else to do.
    Distance,
    /// Everybody who could come has stops that leave no room for it.
    Taken,
    /// A limit over the whole horizon of everybody who has room would be exceeded.
    Horizon,
    /// It would cost more than it is worth.
    Cost,
    /// No lodging lies where a night would have to be spent.
    Lodging,
}

/// A change that would serve a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Remedy {
    /// Another window: this trainer would come then.
    Window {
        /// Who would come.
        trainer: usize,
        /// The window, as long as the workshop or the trainer's day.
        window: Window,
    },
    /// A trainer who could come learns, or is allowed, to give it.
    Trainer {
        /// Who.
        trainer: usize,
        /// When.
        window: Window,
    },
    /// Another prize, the least that makes it worth the road.
    Prize {
        /// Who would come.
        trainer: usize,
        /// The prize.
        prize: Money,
    },
    /// One more night in a row than the trainer's limit.
    Nights {
        /// Whose.
        trainer: usize,
    },
}

/// What became of a stop that was planned before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It is as it was.
    Kept(Served),
    /// Another trainer or time.
    Moved {
        /// Before.
        from: Served,
        /// Now.
        to: Served,
    },
    /// Nobody comes now.
    Dropped(Served),
    /// Somebody comes now.
    Added(Served),
}
