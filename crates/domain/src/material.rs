//! Materials of workshops: handouts, slides, recordings, what was said in the chat. They stay where they are, and we keep the address;
//! or they are uploaded, and kept by what is in them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{MaterialId, SessionId, WorkshopId},
    record::Record,
    text::words,
    time::Timestamp,
};

words! {
    /// What a material is.
    MaterialKind {
        /// To take home.
        Handout = "handout",
        /// What was shown.
        Slides = "slides",
        /// Sound or film of a session.
        Recording = "recording",
        /// What was written in the room.
        Chat = "chat",
        /// Anything else.
        Other = "other",
    }
}

/// What is said of a material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "credits"))]
pub struct MaterialDetails {
    /// What it is.
    pub kind: MaterialKind,
    /// Its title.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Ten questions for every policy")]
    pub title: String,
    /// What is in it.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub summary: String,
    /// Where it is; empty when a file is to be uploaded, which then has its own.
    #[validate(length(max = 2000), custom(function = "web_address_or_none"))]
    #[schema(max_length = 2000, example = "https://files.example.org/questions.pdf")]
    #[serde(default)]
    pub address: String,
    /// Its media type.
    #[validate(length(min = 3, max = 100), custom(function = "media_type"))]
    #[schema(min_length = 3, max_length = 100, pattern = "^[a-z]+/[a-z0-9.+-]+$", example = "application/pdf")]
    pub media_type: String,
    /// Its size in bytes, where that is known.
    #[validate(range(min = 1, max = 1_000_000_000_000_u64))]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_u64, example = 120_000)]
    pub bytes: Option<u64>,
    /// How long it takes to hear or see, in minutes.
    #[validate(range(min = 1, max = 2880))]
    #[schema(minimum = 1, maximum = 2880, example = 58)]
    pub duration_minutes: Option<u32>,
    /// Its language, BCP 47.
    #[validate(custom(function = "crate::text::language_tag"))]
    #[schema(max_length = 35, example = "en")]
    pub language: Option<String>,
    /// Its license, SPDX expression; that of the workshop when absent.
    #[validate(length(min = 1, max = 100), custom(function = "crate::license::spdx_expression"))]
    #[schema(min_length = 1, max_length = 100, example = "CC-BY-4.0")]
    pub license: Option<String>,
    /// Who made it.
    #[validate(length(max = 20))]
    #[schema(max_items = 20, example = json!(["Dana Whitfield"]))]
    #[serde(default)]
    pub authors: Vec<String>,
    /// Who paid for making it, to be named with it. Then its authors are named, too.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500, example = "Institute of Museum and Library Services, LSTA")]
    pub funder: Option<String>,
    /// Whether it has captions or a transcript.
    #[serde(default)]
    pub has_captions: bool,
    /// The session it is of, where it is of one.
    pub session: Option<SessionId>,
    /// Whether the public catalog shows it with its workshop.
    #[serde(default = "yes")]
    pub is_public: bool,
}

fn yes() -> bool {
    true
}

fn web_address_or_none(address: &str) -> Result<(), ValidationError> {
    if address.is_empty() { Ok(()) } else { crate::text::web_address(address) }
}

/// Checks that a text is a media type.
///
/// Source: RFC 6838 section 4.2, lower case only.
///
/// # Errors
/// `bad_media_type` when it is not.
pub fn media_type(text: &str) -> Result<(), ValidationError> {
    let named = |part: &str, more: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || more.contains(letter))
    };
    match text.split_once('/') {
        Some((kind, subtype)) if named(kind, "") && named(subtype, "0123456789.+-") => Ok(()),
        Some(_) | None => Err(ValidationError::new("bad_media_type")),
    }
}

fn credits(material: &MaterialDetails) -> Result<(), ValidationError> {
    if material.authors.iter().any(|author| author.is_empty() || author.chars().count() > 200) {
        return Err(ValidationError::new("bad_author"));
    }
    if material.funder.is_some() && material.authors.is_empty() {
        return Err(ValidationError::new("funded_without_author"));
    }
    Ok(())
}

/// Something that belongs to a workshop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// The workshop.
    pub workshop: WorkshopId,
    /// What is said of it.
    #[serde(flatten)]
    pub details: MaterialDetails,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// An uploaded file of a material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaterialFile {
    /// Of which material.
    pub material: MaterialId,
    /// Its media type.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Its size in bytes.
    #[schema(minimum = 1, example = 120_000)]
    pub bytes: u64,
    /// SHA-256 of what is in it, in hexadecimal digits.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// Since when.
    pub uploaded_at: Timestamp,
}

impl MaterialFile {
    /// Under which name it is stored: by what is in it, and by its material, so that each can go by itself.
    pub fn key(&self) -> String {
        format!("{}/{}-{}", self.sha256.get(..2).unwrap_or_default(), self.sha256, self.material)
    }
}
