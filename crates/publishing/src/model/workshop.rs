//! Workshops: titles of a catalog and what belongs to them.

use packhorse_domain::{
    Format, Level, Minutes, Money, Timestamp, Version,
    id::{NetworkId, TopicId, WorkshopId},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, WebAddress};

/// A published workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicWorkshop)]
pub struct Course {
    /// Its id.
    pub id: WorkshopId,
    /// Whose catalog it is in.
    pub network: NetworkId,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(rename = "abstract")]
    pub summary: String,
    /// What learners can do afterwards.
    pub objectives: Vec<String>,
    /// How deep it goes.
    pub level: Level,
    /// Whom it is for; empty for everybody.
    pub audience: String,
    /// How long it takes.
    #[serde(rename = "duration_minutes")]
    pub duration: Minutes,
    /// How it can be delivered.
    pub formats: Vec<Format>,
    /// Languages it is taught in, BCP 47. The first is that of its title and texts.
    pub languages: Vec<String>,
    /// What it is about, in topics.
    pub topics: Vec<Topic>,
    /// Competencies it builds.
    pub competencies: Vec<Competency>,
    /// Continuing education hours it counts for.
    pub ce_hours: Vec<CeHours>,
    /// What it costs; nothing when no fee is told.
    pub fees: Option<Fees>,
    /// Fewest people it is held for.
    pub minimum_attendance: Option<u32>,
    /// Most people it is held for.
    pub maximum_attendance: Option<u32>,
    /// What the room must have.
    pub room: RoomNeeds,
    /// License of its materials, an SPDX expression.
    pub license: Option<String>,
    /// Who made it and who paid for it.
    pub credits: Vec<Credit>,
    /// What it was adapted from, the nearest first.
    pub adapted_from: Vec<Adaptation>,
    /// How many others were adapted from it.
    pub adaptations: u32,
    /// Handouts, slides, recordings.
    pub materials: Vec<Material>,
    /// Who teaches it, public profiles only.
    pub trainers: Vec<Person>,
    /// Places where it was taught.
    pub taught_at: Vec<String>,
    /// What learners thought of it.
    pub evaluation: Option<Evaluation>,
    /// How often it was changed.
    pub version: Version,
    /// Since when it is in the catalog.
    pub published_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A topic of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicTopic)]
pub struct Topic {
    /// Its id.
    pub id: TopicId,
    /// Its name.
    pub name: String,
}

/// A competency of a published scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicCompetency)]
pub struct Competency {
    /// The scheme, such as `WebJunction Competency Index`.
    pub scheme: String,
    /// Its code there; may be empty.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Hours of continuing education under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicHours)]
pub struct CeHours {
    /// The scheme, such as `Indiana LEU`.
    pub scheme: String,
    /// The category there; may be empty.
    pub category: String,
    /// In hundredths of the scheme's hour.
    pub hundredths: u32,
}

/// What one seat costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicFees)]
pub struct Fees {
    /// For the network's own members.
    pub member: Money,
    /// For members of partner networks, when told apart.
    pub partner: Option<Money>,
    /// For everybody else, when open to them.
    pub other: Option<Money>,
}

/// What the room must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = PublicRoomNeeds)]
pub struct RoomNeeds {
    /// Computers for learners.
    pub computers: u32,
    /// A projector.
    pub projector: bool,
}

/// What somebody did for a workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PublicCreditRole)]
pub enum CreditRole {
    /// Made it.
    Author,
    /// Paid for it.
    Funder,
}

/// Who made or paid for a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicCredit)]
pub struct Credit {
    /// What they did.
    pub role: CreditRole,
    /// Their name.
    pub name: String,
}

/// One step of an attribution chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicAdaptation)]
pub struct Adaptation {
    /// What it was adapted from.
    pub title: String,
    /// Who made that.
    pub by: String,
    /// Under which license, an SPDX expression.
    pub license: Option<String>,
    /// Where it is.
    pub address: Option<WebAddress>,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PublicMaterialKind)]
pub enum MaterialKind {
    /// To take home.
    Handout,
    /// What was shown.
    Slides,
    /// Sound or film of a session.
    Recording,
    /// What was written in the room.
    Chat,
    /// Anything else.
    Other,
}

/// A file that belongs to a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicMaterial)]
pub struct Material {
    /// What it is for.
    pub kind: MaterialKind,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub address: WebAddress,
    /// Its media type, `application/pdf`.
    pub media_type: String,
    /// Its size, when known.
    pub bytes: Option<u64>,
    /// Its language, BCP 47.
    pub language: Option<String>,
    /// Its license when not that of the workshop, an SPDX expression.
    pub license: Option<String>,
    /// Whether it has captions or a transcript.
    pub captions: bool,
}

/// What learners thought of a workshop, on a scale from 1 to 5.
///
/// Invariant: at least [`Self::FEWEST`] answered, so that nobody's answer can be told from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PublicEvaluation)]
pub struct Evaluation {
    /// How many answered.
    #[schema(minimum = 5, example = 31)]
    count: u32,
    /// The mean in hundredths.
    #[schema(minimum = 100, maximum = 500, example = 462)]
    mean_hundredths: u32,
}

impl Evaluation {
    /// Fewest answers that are told of.
    pub const FEWEST: u32 = 5;

    /// Sums up how many gave each rating, 1 to 5 in that order. Nothing of fewer answers than [`Self::FEWEST`].
    pub fn of(answers: [u32; 5]) -> Option<Self> {
        let count = answers.iter().try_fold(0u32, |sum, each| sum.checked_add(*each))?;
        let points: u64 = (1..).zip(answers).map(|(rating, each)| rating * u64::from(each)).sum();
        let mean = (points * 100 + u64::from(count) / 2).checked_div(count.into())?;
        (count >= Self::FEWEST).then_some(Self { count, mean_hundredths: u32::try_from(mean).ok()? })
    }

    /// How many answered.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The mean in hundredths, 100 to 500.
    pub fn mean_hundredths(self) -> u32 {
        self.mean_hundredths
    }
}

/// A recording of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recording {
    /// An id that never changes.
    pub id: String,
    /// The workshop it is of.
    pub workshop: WorkshopId,
    /// Its title.
    pub title: String,
    /// What is in it.
    pub summary: String,
    /// Where it is.
    pub address: WebAddress,
    /// Its media type, `audio/mpeg`.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// How long it takes.
    #[serde(rename = "duration_minutes")]
    pub duration: Minutes,
    /// Whether it has captions or a transcript.
    pub captions: bool,
    /// What else was kept of the session: chat, slides.
    pub materials: Vec<Material>,
    /// When it was put up.
    pub published_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_five_answers_are_no_figure() {
        assert_eq!(Evaluation::of([0, 0, 0, 0, 4]), None);
        assert_eq!(Evaluation::of([0; 5]), None);
        assert_eq!(Evaluation::of([u32::MAX, 1, 0, 0, 0]), None);
        let five = Evaluation::of([1, 0, 0, 0, 4]).unwrap();
        assert_eq!((five.count(), five.mean_hundredths()), (5, 420));
        assert_eq!(Evaluation::of([0, 0, 0, 1, 5]).unwrap().mean_hundredths(), 483);
    }
}
