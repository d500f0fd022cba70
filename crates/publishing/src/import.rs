//! Catalogs of others, read as workshops that might be taken over: our own table and JSON, schema.org in pages, answers to a
//! harvest.
//!
//! A workshop with a fault is left out and every fault is told with its place. What is read is bounded in size, depth and
//! number; nothing is fetched, and XML with a document type is refused.

mod check;
mod harvest;
mod json;
mod page;
mod table;

use packhorse_domain::{Format, Level, Minutes, Timestamp};

use crate::model::{Credit, WebAddress};

pub use harvest::harvest;
pub use json::{json, json_lines};
pub use page::page;
pub use table::table;

/// Longest text taken, in bytes.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Most workshops of one text.
pub const MOST_ITEMS: usize = 50_000;
/// Most faults told.
pub const MOST_FAULTS: usize = 1000;

/// A workshop that might be taken over: within the bounds of the catalog, save that objectives and languages may be wanting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands in what was read.
    pub place: String,
    /// What it is called there; empty when it has no name of its own.
    pub identifier: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// What learners can do afterwards.
    pub objectives: Vec<String>,
    /// How deep it goes.
    pub level: Option<Level>,
    /// Whom it is for.
    pub audience: String,
    /// How long it takes.
    pub duration: Option<Minutes>,
    /// How it can be delivered.
    pub formats: Vec<Format>,
    /// Languages it is taught in, BCP 47.
    pub languages: Vec<String>,
    /// What it is about, in names of topics.
    pub topics: Vec<String>,
    /// Fewest people it is held for.
    pub minimum_attendance: Option<u32>,
    /// Most people it is held for.
    pub maximum_attendance: Option<u32>,
    /// License of its materials, an SPDX expression where one was recognized.
    pub license: Option<String>,
    /// Who made it and who paid for it.
    pub credits: Vec<Credit>,
    /// Where it is published.
    pub address: Option<WebAddress>,
    /// When it was last changed there.
    pub updated_at: Option<Timestamp>,
    /// What it is based on itself, in addresses or titles, the nearest first.
    pub based_on: Vec<String>,
}

/// Something wrong in what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `line 3`, `/items/0`, an identifier.
    pub place: String,
    /// Which column or property; empty when it is about the whole.
    pub field: &'static str,
    /// Its kind, stable.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Import {
    /// Workshops without a fault, in their order.
    pub candidates: Vec<Candidate>,
    /// Identifiers of what was withdrawn at the source.
    pub withdrawn: Vec<String>,
    /// Every fault, up to [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
    /// With which token a harvest goes on.
    pub resumption: Option<String>,
    /// When a harvest was answered, as the source's clock has it.
    pub answered_at: Option<Timestamp>,
    /// Why a source refused to be harvested: the code of the protocol.
    pub refusal: Option<String>,
}

impl Import {
    fn fault(&mut self, place: &str, field: &'static str, code: &'static str, detail: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { place: place.to_owned(), field, code, detail: detail.into() });
        }
    }

    /// The text of bytes that are within bounds.
    fn text<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b str> {
        if bytes.len() > MOST_BYTES {
            self.fault("", "", "too_large", format!("at most {MOST_BYTES} bytes are read"));
            return None;
        }
        match std::str::from_utf8(bytes) {
            // No text of the catalog holds it, and PostgreSQL could not keep it.
            Ok(text) if text.contains('\0') => {
                self.fault("", "", "nul", "it holds the character U+0000");
                None
            }
            Ok(text) => Some(text.trim_start_matches('\u{feff}')),
            Err(error) => {
                self.fault(&format!("byte {}", error.valid_up_to()), "", "not_utf8", "it is not UTF-8");
                None
            }
        }
    }

    /// Whether another workshop may be taken; tells once when not.
    fn has_room(&mut self, place: &str) -> bool {
        let room = self.candidates.len() < MOST_ITEMS;
        if !room {
            self.fault(place, "", "too_many", format!("at most {MOST_ITEMS} workshops are read"));
        }
        room
    }
}
