//! Catalogs elsewhere that a network harvests (OAI-PMH), again and again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    id::{HarvestId, NetworkId},
    origin::Gaps,
    reading::{NotNow, ReadError, Turns, later},
    record::Record,
    text::words,
    time::{Minutes, Timestamp},
    trainer::Visibility,
};

/// Most notes that are kept of one reading.
const NOTES: usize = 20;
/// Most pages of one reading: a source may go on and on.
const PAGES: u32 = 5000;

words! {
    /// A format of records.
    RecordFormat {
        /// Courses in the words of schema.org, as Packhorse tells them: every workshop whole.
        Lrmi = "lrmi",
        /// Dublin Core, which every source knows. It says neither level nor duration.
        OaiDc = "oai_dc",
    }
}

/// What is said of a harvest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HarvestDetails {
    /// Whose catalog it is: so it stands in what is made of its workshops.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Southwest Kansas Library System")]
    pub name: String,
    /// Where it answers harvesters, `https`.
    #[validate(custom(function = "base_address"))]
    #[schema(
        format = "uri",
        max_length = 2000,
        pattern = "^https?://[!-~]+$",
        example = "https://catalog.example.org/oai"
    )]
    pub url: String,
    /// Which set of it; all of it when absent. A network's own catalog is a set at another Packhorse.
    #[validate(length(min = 1, max = 200), custom(function = "set_name"))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[A-Za-z0-9_.!~*'():-]+$",
        example = "net_01k9z3k8m4e0r9q2v7x5y6w8ta"
    )]
    pub set: Option<String>,
    /// In which format.
    #[serde(default = "whole_courses")]
    pub format: RecordFormat,
    /// How often it is read.
    #[validate(range(min = 15, max = 10_080))]
    #[schema(minimum = 15, maximum = 10_080, default = 1440)]
    #[serde(default = "daily")]
    pub refresh_minutes: u32,
    /// Whether its workshops are published at once. Otherwise they are drafts.
    #[serde(default)]
    #[schema(default = false)]
    pub publish: bool,
    /// Who finds them once they are published.
    #[serde(default = "everybody")]
    pub visibility: Visibility,
    /// What is taken for those that do not say it.
    #[validate(nested)]
    #[serde(default)]
    pub gaps: Gaps,
}

fn whole_courses() -> RecordFormat {
    RecordFormat::Lrmi
}

fn daily() -> u32 {
    24 * 60
}

fn everybody() -> Visibility {
    Visibility::Public
}

/// Source: OAI-PMH 2.0 section 2.6, setSpec.
fn set_name(set: &str) -> Result<(), ValidationError> {
    let good = set.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.!~*'():".contains(letter));
    if good { Ok(()) } else { Err(ValidationError::new("bad_set")) }
}

/// Source: OAI-PMH 2.0 section 3.1.1: the base address has no query.
fn base_address(url: &str) -> Result<(), ValidationError> {
    if url.contains(['?', '#']) {
        return Err(ValidationError::new("bad_address"));
    }
    crate::reading::address(url)
}

/// What became of the records of one reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HarvestCounts {
    /// Workshops that were not there before.
    pub created: u64,
    /// Workshops that changed.
    pub updated: u64,
    /// Workshops that were there just so.
    pub unchanged: u64,
    /// Workshops that were withdrawn at the source.
    pub withdrawn: u64,
    /// Records that were not taken over: the notes say why.
    pub left_out: u64,
}

impl std::ops::AddAssign for HarvestCounts {
    fn add_assign(&mut self, more: Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
        self.withdrawn += more.withdrawn;
        self.left_out += more.left_out;
    }
}

/// What came of reading a catalog.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HarvestStatus {
    /// When it was last read to its end; `null` before that.
    #[schema(example = "2027-01-05T15:00:00Z")]
    pub read_at: Option<Timestamp>,
    /// When it is to be read again, or on.
    #[schema(example = "2027-01-06T15:00:00Z")]
    pub next_read_at: Option<Timestamp>,
    /// Whether more pages follow: they are read one after the other.
    pub reading: bool,
    /// What became of its records the last time. Only what changed at the source since the time before is read.
    pub counts: HarvestCounts,
    /// Why records were left out, by identifier: the first 20.
    #[schema(example = json!(["oai:catalog.example.org:7: nothing says under which license it may be adapted"]))]
    pub notes: Vec<String>,
    /// Why the last try failed; `null` when it did not. What is there stays.
    pub error: Option<ReadError>,
}

/// How far the reading of a catalog is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Changes since then are asked for, by the source's clock; everything when there is none.
    pub since: Option<Timestamp>,
    /// When the source answered first in this reading.
    pub began: Option<Timestamp>,
    /// With which token it goes on.
    pub token: Option<String>,
    /// Pages that were read.
    pub pages: u32,
}

/// A page that was read.
#[derive(Debug, Clone)]
pub struct HarvestedPage {
    /// When the source answered.
    pub answered_at: Option<Timestamp>,
    /// With which token it goes on.
    pub token: Option<String>,
    /// What became of its records.
    pub counts: HarvestCounts,
    /// Why some were left out.
    pub notes: Vec<String>,
}

/// A catalog elsewhere that a network harvests.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Harvest {
    /// Its id.
    pub id: HarvestId,
    /// For whose catalog.
    pub network: NetworkId,
    /// What is said of it.
    #[serde(flatten)]
    pub details: HarvestDetails,
    /// What came of reading it.
    pub status: HarvestStatus,
    /// How far reading it is.
    #[serde(skip)]
    pub progress: Progress,
    /// When the program reads it: behind `status.next_read_at` while somebody is at it.
    #[serde(skip)]
    pub due_at: Option<Timestamp>,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl Harvest {
    /// A new one, due at once.
    pub fn new(network: NetworkId, details: HarvestDetails, now: Timestamp) -> Self {
        Self {
            id: HarvestId::new(now),
            network,
            details,
            status: HarvestStatus { next_read_at: Some(now), ..HarvestStatus::default() },
            progress: Progress::default(),
            due_at: Some(now),
            record: Record::new(now),
        }
    }

    /// It, with other details. Unless only its name or its times change, it is read anew from the beginning.
    #[must_use]
    pub fn changed(&self, details: HarvestDetails, now: Timestamp) -> Self {
        let record = self.record.changed(now);
        let lasting =
            |details: &HarvestDetails| HarvestDetails { name: String::new(), refresh_minutes: 0, ..details.clone() };
        if lasting(&details) != lasting(&self.details) {
            return Self { record, ..Self { id: self.id, ..Self::new(self.network, details, now) } };
        }
        let mut after = Self { details, record, ..self.clone() };
        if after.details.refresh_minutes != self.details.refresh_minutes && !self.status.reading {
            let next = later(now, after.every().span());
            after.plan(self.status.next_read_at.map_or(next, |at| at.min(next)));
        }
        after
    }

    /// Whether it may be read on demand.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn readable(&self, now: Timestamp) -> Result<(), NotNow> {
        let HarvestStatus { read_at, next_read_at, error, .. } = &self.status;
        Turns { read_at: *read_at, error: error.as_ref(), next_read_at: *next_read_at, due_at: self.due_at }
            .readable(now)
    }

    /// A page of it was read: the next is due at once, or the next reading when it was the last.
    #[must_use]
    pub fn page_read(&self, page: HarvestedPage, now: Timestamp) -> Self {
        let HarvestedPage { answered_at, token, counts, notes } = page;
        let mut after = Self { record: self.record.changed(now), ..self.clone() };
        if self.progress.token.is_none() {
            after.progress = Progress { since: self.progress.since, began: answered_at, ..Progress::default() };
            after.status.counts = HarvestCounts::default();
            after.status.notes.clear();
        }
        after.status.counts += counts;
        after.status.notes.extend(notes);
        after.status.notes.truncate(NOTES);
        after.status.error = None;
        after.status.reading = token.is_some();
        if token.is_some() {
            after.progress.pages += 1;
            after.progress.token = token;
            after.plan(now);
        } else {
            after.progress = Progress { since: after.progress.began, ..Progress::default() };
            after.status.read_at = Some(now);
            after.plan(later(now, self.every().span()));
        }
        after
    }

    /// It could not be read. What is there stays, and reading goes on where it stopped; each failure doubles the wait, up to a day.
    #[must_use]
    pub fn failed(&self, detail: String, now: Timestamp) -> Self {
        let error = ReadError::after(self.status.error.as_ref(), detail, now);
        let mut after = Self { record: self.record.changed(now), ..self.clone() };
        after.plan(error.next_try(self.every()));
        after.status.error = Some(error);
        after
    }

    /// The source refused to go on, or goes on and on: the next try begins at the beginning.
    #[must_use]
    pub fn refused(&self, detail: String, now: Timestamp) -> Self {
        let mut after = self.failed(detail, now);
        after.progress = Progress::default();
        after.status.reading = false;
        after
    }

    /// Whether it has been read for longer than any catalog is.
    pub fn goes_on_and_on(&self) -> bool {
        self.progress.pages >= PAGES
    }

    /// Whether something besides the times of reading is otherwise than before.
    pub fn is_news(&self, before: &Self) -> bool {
        let lasting = |harvest: &Self| {
            let HarvestStatus { notes, error, .. } = harvest.status.clone();
            (harvest.details.clone(), notes, error.map(|error| error.detail))
        };
        lasting(self) != lasting(before)
    }

    fn every(&self) -> Minutes {
        Minutes(self.details.refresh_minutes)
    }

    fn plan(&mut self, at: Timestamp) {
        self.status.next_read_at = Some(at);
        self.due_at = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn page(answered_at: &str, token: Option<&str>) -> HarvestedPage {
        let counts = HarvestCounts { created: 2, ..HarvestCounts::default() };
        let notes = vec!["oai:x:1: no".to_owned(); 15];
        HarvestedPage { answered_at: Some(at(answered_at)), token: token.map(str::to_owned), counts, notes }
    }

    fn harvest() -> Harvest {
        let details = serde_json::json!({ "name": "Neighbors", "url": "https://a.example/oai" });
        Harvest::new(NetworkId::nil(), serde_json::from_value(details).unwrap(), at("2027-01-05T15:00:00Z"))
    }

    #[test]
    fn a_reading_goes_on_page_by_page_and_the_next_asks_for_what_changed_since_it_began() {
        let now = at("2027-01-05T16:00:00Z");
        let first = harvest().page_read(page("2027-01-05T15:59:00Z", Some("more")), now);
        assert_eq!((first.due_at, first.status.reading, first.status.read_at), (Some(now), true, None));
        assert_eq!(first.progress.token.as_deref(), Some("more"));
        let last = first.page_read(page("2027-01-05T16:01:00Z", None), now);
        assert_eq!((last.status.counts.created, last.status.notes.len(), last.status.reading), (4, 20, false));
        assert_eq!(last.due_at, Some(at("2027-01-06T16:00:00Z")));
        let since = Progress { since: Some(at("2027-01-05T15:59:00Z")), ..Progress::default() };
        assert_eq!(last.progress, since);
        let again = last.page_read(page("2027-01-06T16:00:00Z", Some("more")), now);
        assert_eq!((again.status.counts.created, again.progress.since), (2, since.since));
        // A failure goes on where it stopped, a refusal begins anew.
        assert_eq!(again.failed("no".to_owned(), now).progress.token.as_deref(), Some("more"));
        let refused = again.refused("no".to_owned(), now);
        assert_eq!((&refused.progress, refused.status.reading), (&Progress::default(), false));
        assert_eq!(refused.due_at, Some(at("2027-01-06T16:00:00Z")));
    }

    #[test]
    fn another_source_is_read_from_its_beginning_and_another_name_changes_nothing() {
        let now = at("2027-01-05T16:00:00Z");
        let read = harvest().page_read(page("2027-01-05T15:59:00Z", None), now);
        let with = |change: fn(&mut HarvestDetails)| {
            let mut details = read.details.clone();
            change(&mut details);
            read.changed(details, now)
        };
        assert_eq!(with(|details| details.name = "Others".to_owned()).progress, read.progress);
        assert_eq!(with(|details| details.refresh_minutes = 60).due_at, Some(at("2027-01-05T17:00:00Z")));
        let published = with(|details| details.publish = true);
        assert_eq!((&published.progress, published.due_at), (&Progress::default(), Some(now)));
        assert_eq!(published.id, read.id);
    }
}
