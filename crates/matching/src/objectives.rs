//! The objectives: what orders those whom no rule stands against.
//!
//! Each gives a value from 0 (worst) to 1 (best) that depends on the one candidate and time only, so that the order of two
//! does not depend on who else there is. The score is the mean of the values, weighted as the network's policy says.

use packhorse_domain::{
    Level, Word, policy::Weights, request::RequestDetails, trainer::TrainerDetails, workshop::WorkshopDetails,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::need::Need;

/// What counts in the order of matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Rank of the date preference met: 1 for the first, falling evenly towards 0.
    Preference,
    /// Little driving: 1 for none, one half at two hours in all.
    Travel,
    /// Low cost: 1 for free, one half at the budget. Without a budget, one half at what the network's rates pay for 100
    /// miles and a night.
    Cost,
    /// How well topic and level fit.
    Fit,
    /// Few commitments from 14 days before to 14 days after: 1 for none, one half at four.
    Load,
}

impl Word for Objective {
    const ALL: &'static [Self] = &[Self::Preference, Self::Travel, Self::Cost, Self::Fit, Self::Load];

    fn word(self) -> &'static str {
        match self {
            Self::Preference => "preference",
            Self::Travel => "travel",
            Self::Cost => "cost",
            Self::Fit => "fit",
            Self::Load => "load",
        }
    }
}

/// What one objective adds to a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contribution {
    /// Which objective.
    pub objective: Objective,
    /// How much it counts, as the network's policy says.
    #[schema(minimum = 0, maximum = 100)]
    pub weight: f64,
    /// How well it is met.
    #[schema(minimum = 0, maximum = 1)]
    pub value: f64,
}

/// What the objectives look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Rank of the preference, 0 first, of how many.
    pub(crate) rank: usize,
    pub(crate) preferences: usize,
    /// Minutes on the road in all.
    pub(crate) road_minutes: u32,
    /// Minor units.
    pub(crate) total: i64,
    /// Minor units that count one half.
    pub(crate) fair: i64,
    /// 0 to 1.
    pub(crate) fit: f64,
    /// Commitments within 14 days.
    pub(crate) load: usize,
}

impl Facts {
    #[expect(clippy::cast_precision_loss, reason = "counts and amounts stay far below 2^53")]
    fn value(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Preference => 1.0 - self.rank as f64 / self.preferences.max(1) as f64,
            Objective::Travel => half_at(120.0, f64::from(self.road_minutes)),
            Objective::Cost => half_at(self.fair as f64, self.total as f64),
            Objective::Fit => self.fit,
            Objective::Load => half_at(4.0, self.load as f64),
        }
    }

    pub(crate) fn contributions(&self, weights: &Weights) -> [Contribution; 5] {
        use Objective::{Cost, Fit, Load, Preference, Travel};
        [Preference, Travel, Cost, Fit, Load].map(|objective| {
            let weight = match objective {
                Preference => weights.preference,
                Travel => weights.travel,
                Cost => weights.cost,
                Fit => weights.fit,
                Load => weights.load,
            };
            Contribution { objective, weight, value: self.value(objective) }
        })
    }

    /// The weighted mean, 0 to 1. Zero for all when no objective counts, so that cost alone orders.
    pub(crate) fn score(&self, weights: &Weights) -> f64 {
        let contributions = self.contributions(weights);
        let sum: f64 = contributions.iter().map(|each| each.weight).sum();
        let met: f64 = contributions.iter().map(|each| each.weight * each.value).sum();
        if sum > 0.0 { met / sum } else { 0.0 }
    }
}

/// 1 at nothing, one half at `half`, towards 0 beyond.
fn half_at(half: f64, amount: f64) -> f64 {
    if amount <= 0.0 { 1.0 } else { half / (half + amount) }
}

/// What a total is measured against, in minor units: the budget, else what the network's rates pay for 100 miles and a
/// night.
pub(crate) fn fair(need: &Need<'_>) -> i64 {
    match need.details.budget {
        Some(budget) if budget.currency == need.currency => budget.amount_minor,
        Some(_) | None => need.policy.rates.iter().max_by_key(|rates| rates.from).map_or(0, |rates| {
            rates.mileage_minor_per_100_miles + rates.lodging_minor_per_night + rates.per_diem_minor_per_day
        }),
    }
}

/// How well a trainer's topics and levels fit, 0 to 1. For a topic: 1 when they go as deep as is asked, a sixth less for
/// each level they could go deeper. For a workshop that they teach: one half, and the other half by the share of its topics
/// that are theirs at its level.
pub(crate) fn fit(request: &RequestDetails, workshop: Option<&WorkshopDetails>, trainer: &TrainerDetails) -> f64 {
    let deepest = |topic| trainer.topics.iter().filter(|skill| skill.topic == topic).map(|skill| skill.level).max();
    match (workshop, request.topic) {
        (Some(workshop), _) if workshop.topics.is_empty() => 1.0,
        (Some(workshop), _) => {
            let theirs = workshop.topics.iter().filter(|topic| deepest(**topic) >= Some(workshop.level)).count();
            #[expect(clippy::cast_precision_loss, reason = "at most twenty topics")]
            let share = theirs as f64 / workshop.topics.len() as f64;
            0.5 + 0.5 * share
        }
        (None, Some(topic)) => {
            deepest(topic).map_or(0.0, |level| 1.0 - f64::from(depth(level).saturating_sub(depth(request.level))) / 6.0)
        }
        (None, None) => 0.0,
    }
}

fn depth(level: Level) -> u8 {
    match level {
        Level::Introductory => 0,
        Level::Intermediate => 1,
        Level::Advanced => 2,
    }
}
