//! Reading what stands elsewhere, again and again: when, by whom, and what becomes of failures.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::time::{Minutes, Timestamp};

/// Longest wait before an address that failed is tried again, unless it is read less often anyway.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// How long whoever reads a source has it for themselves.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Soonest that a source is read again on demand.
const SOONEST: SignedDuration = SignedDuration::from_mins(1);

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadError {
    /// When.
    pub at: Timestamp,
    /// What went wrong.
    #[schema(example = "the server answered 404")]
    pub detail: String,
    /// How many times in a row it failed.
    #[schema(minimum = 1)]
    pub tries: u32,
}

impl ReadError {
    /// One more failure.
    pub fn after(before: Option<&Self>, detail: String, now: Timestamp) -> Self {
        Self { at: now, detail, tries: before.map_or(0, |error| error.tries).saturating_add(1) }
    }

    /// When what is read so often is tried again: each failure doubles the wait, up to a day.
    pub fn next_try(&self, every: Minutes) -> Timestamp {
        let every = every.span();
        // Seven times doubled, the shortest wait there may be is over a day.
        let doubled = every.saturating_mul(1 << (self.tries - 1).min(7));
        later(self.at, doubled.min(LONGEST_WAIT).max(every))
    }
}

/// Why a source is not read on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNow {
    /// It has no address.
    NoAddress,
    /// It was read, or tried, within the last minute.
    JustRead,
    /// Somebody is reading it.
    BeingRead,
}

/// When a source is read.
#[derive(Debug, Clone, Copy)]
pub struct Turns<'s> {
    /// When it was last read.
    pub read_at: Option<Timestamp>,
    /// Why the last try failed.
    pub error: Option<&'s ReadError>,
    /// When it is to be read.
    pub next_read_at: Option<Timestamp>,
    /// When the program reads it: behind `next_read_at` while somebody is at it.
    pub due_at: Option<Timestamp>,
}

impl Turns<'_> {
    /// Whether it may be read on demand.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn readable(&self, now: Timestamp) -> Result<(), NotNow> {
        let tried = self.error.map(|error| error.at).max(self.read_at);
        if self.due_at != self.next_read_at && self.due_at.is_some_and(|due| now < due) {
            Err(NotNow::BeingRead)
        } else if tried.is_some_and(|tried| now < later(tried, SOONEST)) {
            Err(NotNow::JustRead)
        } else {
            Ok(())
        }
    }
}

/// When whoever begins to read something now must be done.
pub fn lease(now: Timestamp) -> Timestamp {
    later(now, LEASE)
}

/// Checks that a text is an address that can be called.
///
/// # Errors
/// `bad_address` when it is not.
pub(crate) fn address(url: &str) -> Result<(), ValidationError> {
    let visible = url.bytes().all(|byte| byte.is_ascii_graphic());
    if url.len() > 2000 || !visible || host(url).is_empty() {
        return Err(ValidationError::new("bad_address"));
    }
    Ok(())
}

/// The host of an address, with its port if it names one. Empty when it has none.
pub fn host(url: &str) -> &str {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
