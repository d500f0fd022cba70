//! The rules: what decides whether a trainer can serve a need at a time, each with a stable code.
//!
//! Who may see a trainer at all (visibility, partnership) is decided by the query that finds candidates and is no rule
//! here.

use std::fmt;

use packhorse_domain::{Word, trainer::TrainerDetails};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{need::Need, relaxation::Change};

/// A rule that a trainer or a time can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The trainer takes no offers at present.
    Inactive,
    /// The trainer does not teach the workshop, or the topic when no workshop is named.
    WorkshopOrTopic,
    /// The trainer does not teach the topic that deep.
    Level,
    /// The trainer, or the workshop, is not to be had in the language.
    Language,
    /// The trainer does not teach so, or the workshop cannot be delivered so.
    Format,
    /// It is not virtual, and nobody knows where the venue is.
    VenuePlace,
    /// The venue is further from the trainer's home, or from the place of the trip they are on, than they go.
    TravelRadius,
    /// The room is too small, or lacks the computers or the projector that the workshop needs.
    Room,
    /// The trainer is paid, or the ceiling of the budget told, in another currency than the network's.
    Currency,
    /// It is sooner than the network's minimum notice, or past.
    Notice,
    /// The time lies in none of the library's date preferences.
    Preference,
    /// The start is not on the network's grid of starts.
    StartGrid,
    /// The room is taken then.
    RoomTaken,
    /// The library cannot host then.
    LibraryHours,
    /// The library has had its training days of that year.
    LibraryDays,
    /// The trainer has not said that they are free then.
    Availability,
    /// The trainer is committed then, or too far away before or after.
    Commitments,
    /// It cannot be taught and traveled within the hours of a working day, sleeping away if the trainer does that.
    WorkingDay,
    /// The trainer would teach more hours on that date than they, or the network, allow.
    HoursPerDay,
    /// It costs more than the budget, which is a ceiling.
    Budget,
}

impl Word for Rule {
    const ALL: &'static [Self] = &[
        Self::Inactive,
        Self::WorkshopOrTopic,
        Self::Level,
        Self::Language,
        Self::Format,
        Self::VenuePlace,
        Self::TravelRadius,
        Self::Room,
        Self::Currency,
        Self::Notice,
        Self::Preference,
        Self::StartGrid,
        Self::RoomTaken,
        Self::LibraryHours,
        Self::LibraryDays,
        Self::Availability,
        Self::Commitments,
        Self::WorkingDay,
        Self::HoursPerDay,
        Self::Budget,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::WorkshopOrTopic => "workshop_or_topic",
            Self::Level => "level",
            Self::Language => "language",
            Self::Format => "format",
            Self::VenuePlace => "venue_place",
            Self::TravelRadius => "travel_radius",
            Self::Room => "room",
            Self::Currency => "currency",
            Self::Notice => "notice",
            Self::Preference => "preference",
            Self::StartGrid => "start_grid",
            Self::RoomTaken => "room_taken",
            Self::LibraryHours => "library_hours",
            Self::LibraryDays => "library_days",
            Self::Availability => "availability",
            Self::Commitments => "commitments",
            Self::WorkingDay => "working_day",
            Self::HoursPerDay => "hours_per_day",
            Self::Budget => "budget",
        }
    }
}

/// Every rule that stands in the way.
///
/// Invariant: at least one, each once, in the order of [`Rule::ALL`](Word::ALL).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuledOut {
    /// The rules broken.
    pub rules: Vec<Rule>,
    /// The smallest set of changes that was found to let the trainer in; empty when nothing helps. Absent when it was not
    /// worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relaxations: Option<Vec<Change>>,
}

impl fmt::Display for RuledOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.rules.iter().map(|rule| rule.word()).collect();
        write!(f, "ruled out by {}", words.join(", "))
    }
}

impl std::error::Error for RuledOut {}

/// A set of rules, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Broken(u32);

impl Broken {
    pub(crate) fn add_if(&mut self, broken: bool, rule: Rule) {
        self.0 |= u32::from(broken) << rule as u32;
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(crate) fn ruled_out(self) -> RuledOut {
        let rules = Rule::ALL.iter().copied().filter(|rule| self.0 & 1 << *rule as u32 != 0).collect();
        RuledOut { rules, relaxations: None }
    }
}

/// The rules that the need itself breaks, whoever the trainer is and whenever it takes place.
pub(crate) fn of_need(need: &Need<'_>) -> Broken {
    let (details, on_site) = (need.details, need.on_site());
    let mut broken = Broken::default();
    broken.add_if(on_site && need.place.is_none(), Rule::VenuePlace);
    if let Some(workshop) = need.workshop {
        broken.add_if(!workshop.formats.contains(&details.format), Rule::Format);
        broken.add_if(!speaks(&workshop.languages, &details.language), Rule::Language);
    }
    if let Some(room) = need.room.filter(|_| on_site) {
        // In a hybrid workshop nobody knows how many will be in the room.
        let crowded =
            details.format == packhorse_domain::Format::InPerson && room.capacity < details.expected_attendance;
        let lacking = need.workshop.is_some_and(|workshop| {
            room.computers < workshop.needs_computers || workshop.needs_projector && !room.projector
        });
        broken.add_if(crowded || lacking, Rule::Room);
    }
    let ceiling = details.budget.filter(|_| details.budget_is_ceiling);
    broken.add_if(ceiling.is_some_and(|money| money.currency != need.currency), Rule::Currency);
    broken
}

/// The rules that a trainer breaks whenever it takes place and wherever they are.
pub(crate) fn of_trainer(need: &Need<'_>, trainer: &TrainerDetails) -> Broken {
    let details = need.details;
    let mut broken = Broken::default();
    broken.add_if(!trainer.active, Rule::Inactive);
    match (details.workshop, details.topic) {
        (Some(workshop), _) => broken.add_if(!trainer.workshops.contains(&workshop), Rule::WorkshopOrTopic),
        (None, Some(topic)) => {
            match trainer.topics.iter().filter(|skill| skill.topic == topic).map(|s| s.level).max() {
                Some(deepest) => broken.add_if(deepest < details.level, Rule::Level),
                None => broken.add_if(true, Rule::WorkshopOrTopic),
            }
        }
        (None, None) => broken.add_if(true, Rule::WorkshopOrTopic),
    }
    broken.add_if(!speaks(&trainer.languages, &details.language), Rule::Language);
    broken.add_if(!trainer.formats.contains(&details.format), Rule::Format);
    let foreign = |money: packhorse_domain::Money| money.currency != need.currency;
    broken.add_if(trainer.fees.iter().any(|fee| foreign(fee.per_workshop) || foreign(fee.per_hour)), Rule::Currency);
    broken
}

/// Whether one of `tags` is the language asked for, or a variety of it: `es-MX` serves `es`, `es` does not serve `es-MX`.
///
/// Source: RFC 4647 section 3.3.1, basic filtering.
pub(crate) fn speaks(tags: &[String], asked: &str) -> bool {
    tags.iter().any(|tag| {
        tag.len() >= asked.len()
            && tag.as_bytes()[..asked.len()].eq_ignore_ascii_case(asked.as_bytes())
            && matches!(tag.as_bytes().get(asked.len()), None | Some(b'-'))
    })
}
