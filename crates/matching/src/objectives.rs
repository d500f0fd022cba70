//! The objectives: what orders those whom no rule stands against.
//!
//! Each gives a value from 0 (worst) to 1 (best) that depends on the one candidate and time, and on nobody else but for the
//! load that is usual. The score is the mean of the values, weighted as the network's policy says.

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
    /// Few commitments from 14 days before to 14 days after: 1 for none, one half at what is usual among those who could
    /// serve the need. It counts little by little over a trainer's first 90 days, from one half on, so that who is new to the
    /// pool is neither flooded with work nor passed over.
    Load,
    /// A rural library: 1, else nothing. The same for every trainer of one request; it orders requests.
    Rural,
    /// Nearby already, on a trip or for another workshop: the share of the drive from home and back that is saved.
    Nearby,
}

impl Word for Objective {
    const ALL: &'static [Self] =
        &[Self::Preference, Self::Travel, Self::Cost, Self::Fit, Self::Load, Self::Rural, Self::Nearby];

    fn word(self) -> &'static str {
        match self {
            Self::Preference => "preference",
            Self::Travel => "travel",
            Self::Cost => "cost",
            Self::Fit => "fit",
            Self::Load => "load",
            Self::Rural => "rural",
            Self::Nearby => "nearby",
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
    /// What the library pays, minor units.
    pub(crate) pays: i64,
    /// Minor units that count one half.
    pub(crate) fair: i64,
    /// 0 to 1.
    pub(crate) fit: f64,
    /// Commitments within 14 days.
    pub(crate) load: usize,
    /// As many count one half.
    pub(crate) usual_load: f64,
    /// How much the load counts, 0 for somebody new to 1.
    pub(crate) settled: f64,
    pub(crate) rural: bool,
    /// The share of the drive from home and back that is saved, 0 to 1.
    pub(crate) saved: f64,
}

impl Facts {
    #[expect(clippy::cast_precision_loss, reason = "counts and amounts stay far below 2^53")]
    fn value(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Preference => 1.0 - self.rank as f64 / self.preferences.max(1) as f64,
            Objective::Travel => half_at(120.0, f64::from(self.road_minutes)),
            Objective::Cost => half_at(self.fair as f64, self.pays as f64),
            Objective::Fit => self.fit,
            Objective::Load => 0.5 + (half_at(self.usual_load, self.load as f64) - 0.5) * self.settled,
            Objective::Rural => f64::from(u8::from(self.rural)),
            Objective::Nearby => self.saved,
        }
    }

    pub(crate) fn contributions(&self, weights: &Weights) -> [Contribution; 7] {
        use Objective::{Cost, Fit, Load, Nearby, Preference, Rural, Travel};
        [Preference, Travel, Cost, Fit, Load, Rural, Nearby].map(|objective| {
            let weight = match objective {
                Preference => weights.preference,
                Travel => weights.travel,
                Cost => weights.cost,
                Fit => weights.fit,
                Load => weights.load,
                Rural => weights.rural,
                Nearby => weights.nearby,
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

#[cfg(test)]
mod tests {
    use packhorse_domain::{
        Id,
        id::{TopicId, WorkshopId},
        trainer::TopicSkill,
    };

    use super::*;

    fn topic(n: u8) -> TopicId {
        format!("top_01h455vb4pex5vsknk084sn02{n}").parse().unwrap()
    }

    fn trainer(topics: &[(u8, Level)]) -> TrainerDetails {
        let mut trainer: TrainerDetails = serde_json::from_str(
            r#"{"name": "Dana", "home_base": {"place": "Lawrence", "coordinates": {"lat": 38.9, "lon": -95.2}},
                "time_zone": "America/Chicago", "travel_radius_km": 1, "languages": ["en"], "formats": ["virtual"],
                "visibility": "network"}"#,
        )
        .unwrap();
        trainer.topics = topics.iter().map(|&(n, level)| TopicSkill { topic: topic(n), level }).collect();
        trainer
    }

    fn request(workshop: Option<WorkshopId>, level: Level) -> RequestDetails {
        let mut request: RequestDetails = serde_json::from_str(
            r#"{"level": "introductory", "expected_attendance": 1, "duration_minutes": 60, "preferences": [],
                "format": "virtual", "language": "en"}"#,
        )
        .unwrap();
        (request.workshop, request.topic, request.level) = (workshop, Some(topic(1)), level);
        request
    }

    #[test]
    fn the_nearest_level_fits_best() {
        let value = |asked, theirs: &[(u8, Level)]| fit(&request(None, asked), None, &trainer(theirs));
        let (low, middle, high) = (Level::Introductory, Level::Intermediate, Level::Advanced);
        assert!((value(middle, &[(1, middle)]) - 1.0).abs() < 1e-12);
        assert!((value(middle, &[(1, high), (1, low)]) - 5.0 / 6.0).abs() < 1e-12);
        assert!((value(low, &[(1, high)]) - 4.0 / 6.0).abs() < 1e-12);
        assert!(value(low, &[(2, low)]).abs() < 1e-12);
    }

    #[test]
    fn a_workshop_fits_by_its_topics() {
        let workshop = |topics: &[u8]| -> WorkshopDetails {
            let mut workshop: WorkshopDetails = serde_json::from_str(
                r#"{"title": "Policies", "level": "intermediate", "duration_minutes": 60, "formats": ["virtual"],
                    "languages": ["en"]}"#,
            )
            .unwrap();
            workshop.topics = topics.iter().map(|&n| topic(n)).collect();
            workshop
        };
        let asked = request(Some(Id::nil()), Level::Introductory);
        let theirs = trainer(&[(1, Level::Advanced), (2, Level::Introductory)]);
        for (topics, value) in [(&[][..], 1.0), (&[1], 1.0), (&[1, 2], 0.75), (&[2, 3], 0.5)] {
            assert!((fit(&asked, Some(&workshop(topics)), &theirs) - value).abs() < 1e-12, "{topics:?}");
        }
    }

    #[test]
    fn values_halve_where_they_are_said_to() {
        let facts = Facts {
            rank: 1,
            preferences: 3,
            road_minutes: 120,
            pays: 0,
            fair: 0,
            fit: 0.25,
            load: 3,
            usual_load: 3.0,
            settled: 1.0,
            rural: false,
            saved: 0.75,
        };
        let values = facts.contributions(&Weights::default()).map(|each| each.value);
        for (value, expected) in values.into_iter().zip([2.0 / 3.0, 0.5, 1.0, 0.25, 0.5, 0.0, 0.75]) {
            assert!((value - expected).abs() < 1e-12);
        }
        // A budget of nothing: whatever costs something has no value.
        assert!(Facts { pays: 1, ..facts }.contributions(&Weights::default())[2].value.abs() < 1e-12);
        let load = |load, settled| Facts { load, settled, ..facts }.value(Objective::Load);
        assert!((load(0, 1.0) - 1.0).abs() < 1e-12 && (load(9, 1.0) - 0.25).abs() < 1e-12);
        // Who is new comes after those with less than usual and before those with more.
        assert!((load(0, 0.0) - 0.5).abs() < 1e-12 && load(1, 1.0) > load(0, 0.0) && load(0, 0.0) > load(4, 1.0));
        let nothing = Weights { preference: 0.0, travel: 0.0, cost: 0.0, fit: 0.0, load: 0.0, rural: 0.0, nearby: 0.0 };
        assert!(facts.score(&nothing).abs() < 1e-12);
    }
}
