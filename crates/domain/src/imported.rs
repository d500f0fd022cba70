//! Calendars that trainers keep in other programs: their busy time is read out of them, from a file or by address.
//!
//! Nobody but the trainer and the coordinators of their home network sees that there is one, or its address, which is a secret
//! of its own: whoever knows it reads the whole calendar. Everybody else sees only that the trainer is busy.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    id::{CalendarId, TrainerId},
    reading::{NotNow, ReadError, Turns, host, later},
    record::Record,
    time::{Interval, Minutes, Timestamp, Zone},
};

/// How long a source may answer that nothing changed: busy time further ahead comes in with time.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Busy time before the present that is kept.
const BEHIND: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Busy time after the present that is kept: the 400 days over which matches are listed in advance, and what passes of them
/// until the source is read whole again.
const AHEAD: SignedDuration = SignedDuration::from_hours(402 * 24);

/// What is said of a calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CalendarDetails {
    /// What to call it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Work")]
    pub name: String,
    /// Where to read it, `https`; without one it is what was last uploaded. Treat it as a password: it is shown to the trainer
    /// and the coordinators of their home network, in no change and in no log.
    #[validate(custom(function = "crate::reading::address"))]
    #[schema(max_length = 2000, example = "https://calendar.example.org/private-5f1e/basic.ics")]
    pub url: Option<String>,
    /// How often it is read.
    #[validate(range(min = 15, max = 10_080))]
    #[schema(minimum = 15, maximum = 10_080, default = 60)]
    #[serde(default = "hourly")]
    pub refresh_minutes: u32,
    /// Whether the titles of events are kept, for those who see this calendar. Otherwise only busy time is.
    #[serde(default)]
    #[schema(default = false)]
    pub keep_titles: bool,
}

fn hourly() -> u32 {
    60
}

/// What came of reading a calendar.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadStatus {
    /// When it was last read; `null` before that.
    #[schema(example = "2027-01-05T15:00:00Z")]
    pub read_at: Option<Timestamp>,
    /// When its address is to be read again; `null` without one.
    #[schema(example = "2027-01-05T16:00:00Z")]
    pub next_read_at: Option<Timestamp>,
    /// Its busy time is known until then.
    #[schema(example = "2028-02-11T00:00:00Z")]
    pub known_until: Option<Timestamp>,
    /// How many times are kept.
    #[schema(example = 42)]
    pub busy_count: u32,
    /// What was decided where the calendar leaves it open, by line: the first 20.
    #[schema(example = json!(["line 14: times without a zone were taken in America/Chicago"]))]
    pub notes: Vec<String>,
    /// Why the last try failed; `null` when it did not. What was known before still holds.
    pub error: Option<ReadError>,
}

/// What the source said of the version that was read, to be asked whether it is still the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// The trainer's zone, in which times without one were taken.
    pub zone: Option<Zone>,
    /// When it was last read whole.
    pub whole_at: Option<Timestamp>,
}

/// A calendar of one trainer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportedCalendar {
    /// Its id.
    pub id: CalendarId,
    /// Whose calendar.
    pub trainer: TrainerId,
    /// What is said of it.
    #[serde(flatten)]
    pub details: CalendarDetails,
    /// What came of reading it.
    pub status: ReadStatus,
    /// What its source said.
    #[serde(skip)]
    pub source: Source,
    /// When the program reads it: behind `status.next_read_at` while somebody is at it.
    #[serde(skip)]
    pub due_at: Option<Timestamp>,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

/// A stretch of busy time out of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct BusyTime {
    /// When.
    #[serde(flatten)]
    pub time: Interval,
    /// The title of the event, if titles are kept.
    #[schema(example = "Dentist")]
    pub title: Option<String>,
}

impl ImportedCalendar {
    /// A new one, due at once if it has an address.
    pub fn new(trainer: TrainerId, details: CalendarDetails, now: Timestamp) -> Self {
        let next_read_at = details.url.is_some().then_some(now);
        Self {
            id: CalendarId::new(now),
            trainer,
            details,
            status: ReadStatus { next_read_at, ..ReadStatus::default() },
            source: Source::default(),
            due_at: next_read_at,
            record: Record::new(now),
        }
    }

    /// The time of which busy time is kept: the same all day, so that reading often finds nothing new.
    pub fn kept(now: Timestamp) -> Interval {
        let today = Timestamp::from_second(now.as_second().div_euclid(86_400) * 86_400).unwrap_or(now);
        let start = today.checked_sub(BEHIND).unwrap_or(Timestamp::MIN);
        Interval { start, end: later(today, AHEAD) }
    }

    /// It, with other details. What it is read from, or what is kept of it, may change with them: then it is read anew.
    #[must_use]
    pub fn changed(&self, details: CalendarDetails, now: Timestamp) -> Self {
        let mut after = Self { details, record: self.record.changed(now), ..self.clone() };
        let (old, new) = (&self.details, &after.details);
        if new.url != old.url || new.keep_titles && !old.keep_titles {
            after.source = Source::default();
            after.status.error = if new.url == old.url { after.status.error } else { None };
            after.plan(after.details.url.as_ref().map(|_| now));
        } else if new.refresh_minutes != old.refresh_minutes {
            let sooner = |at: Timestamp| at.min(later(now, after.every()));
            after.plan(self.status.next_read_at.map(sooner));
        }
        after
    }

    /// What the event log tells of it: of the address, the host alone.
    #[must_use]
    pub fn told(&self) -> Self {
        let mut told = self.clone();
        told.details.url = self.details.url.as_deref().map(|url| host(url).to_owned());
        told
    }

    /// Whether it may be read on demand.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn readable(&self, now: Timestamp) -> Result<(), NotNow> {
        if self.details.url.is_none() {
            return Err(NotNow::NoAddress);
        }
        let ReadStatus { read_at, next_read_at, error, .. } = &self.status;
        Turns { read_at: *read_at, error: error.as_ref(), next_read_at: *next_read_at, due_at: self.due_at }
            .readable(now)
    }

    /// What to ask the source by: nothing when it must be read whole.
    pub fn known(&self, zone: &Zone, now: Timestamp) -> Option<&Source> {
        let source = &self.source;
        let fresh = source.whole_at.is_some_and(|whole| whole <= now && now < later(whole, WHOLE_EVERY));
        let told = source.etag.is_some() || source.last_modified.is_some();
        (told && fresh && source.zone.as_ref() == Some(zone)).then_some(source)
    }

    /// It was read, and is as it was.
    #[must_use]
    pub fn read_same(&self, now: Timestamp) -> Self {
        let mut after = Self { record: self.record.changed(now), ..self.clone() };
        after.status.read_at = Some(now);
        after.status.error = None;
        after.plan(self.details.url.is_some().then(|| later(now, self.every())));
        after
    }

    /// It was read: so many times, with these notes, and `source` told by which to ask again.
    #[must_use]
    pub fn read_whole(&self, busy_count: u32, notes: Vec<String>, source: Source, now: Timestamp) -> Self {
        let mut after = self.read_same(now);
        after.source = Source { whole_at: Some(now), ..source };
        after.status.busy_count = busy_count;
        after.status.notes = notes;
        after.status.known_until = Some(Self::kept(now).end);
        after
    }

    /// It could not be read. What is known of it stays; each failure doubles the wait, up to a day.
    #[must_use]
    pub fn failed(&self, detail: String, now: Timestamp) -> Self {
        let error = ReadError::after(self.status.error.as_ref(), detail, now);
        let mut after = Self { record: self.record.changed(now), ..self.clone() };
        after.plan(self.details.url.is_some().then(|| error.next_try(Minutes(self.details.refresh_minutes))));
        after.status.error = Some(error);
        after
    }

    /// Whether something besides the times of reading is otherwise than before.
    pub fn is_news(&self, before: &Self) -> bool {
        let lasting = |calendar: &Self| {
            let ReadStatus { busy_count, notes, error, .. } = calendar.status.clone();
            (calendar.details.clone(), busy_count, notes, error.map(|error| error.detail))
        };
        lasting(self) != lasting(before)
    }

    fn every(&self) -> SignedDuration {
        Minutes(self.details.refresh_minutes).span()
    }

    fn plan(&mut self, at: Option<Timestamp>) {
        self.status.next_read_at = at;
        self.due_at = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn details(json: &serde_json::Value) -> CalendarDetails {
        let mut whole = serde_json::json!({ "name": "Work", "url": "https://a.example/s3cret.ics" });
        whole.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn calendar() -> ImportedCalendar {
        let details = details(&serde_json::json!({}));
        ImportedCalendar::new(TrainerId::nil(), details, at("2027-01-05T15:00:00Z"))
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (json, good) in [
            (serde_json::json!({}), true),
            (serde_json::json!({ "url": null }), true),
            (serde_json::json!({ "url": "webcal://a.example/b.ics" }), false),
            (serde_json::json!({ "url": "https://" }), false),
            (serde_json::json!({ "url": "https://a.example/b c.ics" }), false),
            (serde_json::json!({ "url": format!("https://a.example/{}", "x".repeat(2000)) }), false),
            (serde_json::json!({ "name": "" }), false),
            (serde_json::json!({ "refresh_minutes": 14 }), false),
            (serde_json::json!({ "refresh_minutes": 10_081 }), false),
        ] {
            assert_eq!(details(&json).validate().is_ok(), good, "{json}");
        }
    }

    #[test]
    fn of_an_address_only_the_host_is_told() {
        for (url, told) in [
            ("https://a.example/s3cret.ics", "a.example"),
            ("https://s3cret:s3cret@a.example:81?s3cret", "a.example:81"),
            ("http://[::1]:81#s3cret", "[::1]:81"),
        ] {
            let mut calendar = calendar();
            calendar.details.url = Some(url.to_owned());
            assert_eq!(calendar.told().details.url.as_deref(), Some(told));
        }
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day_and_success_ends_it() {
        let mut calendar = calendar();
        let now = at("2027-01-05T15:00:00Z");
        let mut hours = Vec::new();
        for _ in 0..40 {
            calendar = calendar.failed("no".to_owned(), now);
            hours.push(calendar.status.next_read_at.unwrap().duration_since(now).as_hours());
        }
        assert_eq!(hours[..7], [1, 2, 4, 8, 16, 24, 24]);
        assert!(hours[6..].iter().all(|wait| *wait == 24));
        let read = calendar.read_same(now);
        assert_eq!((read.status.error, read.status.next_read_at), (None, Some(at("2027-01-05T16:00:00Z"))));
        calendar.details.refresh_minutes = 10_080;
        assert_eq!(calendar.failed(String::new(), now).status.next_read_at, Some(at("2027-01-12T15:00:00Z")));
    }

    #[test]
    fn another_address_is_read_at_once_and_whole() {
        let (first, now) = (at("2027-01-05T15:00:00Z"), at("2027-01-05T15:30:00Z"));
        let zone = Zone::new("America/Chicago").unwrap();
        let source = Source { etag: Some("\"1\"".to_owned()), zone: Some(zone.clone()), ..Source::default() };
        let read = calendar().read_whole(1, Vec::new(), source, first);
        assert!(read.known(&zone, now).is_some());
        assert!(read.known(&Zone::new("UTC").unwrap(), now).is_none(), "floating times would be others");
        assert!(read.known(&zone, at("2027-01-06T15:00:00Z")).is_none(), "once a day it is read whole");
        let moved = read.changed(details(&serde_json::json!({ "url": "https://b.example/c.ics" })), now);
        assert_eq!((moved.known(&zone, now), moved.due_at), (None, Some(now)));
        let renamed = read.changed(details(&serde_json::json!({ "name": "Home" })), now);
        assert_eq!((renamed.known(&zone, now).is_some(), renamed.due_at), (true, read.due_at));
        let oftener = read.changed(details(&serde_json::json!({ "refresh_minutes": 15 })), now);
        assert_eq!(oftener.due_at, Some(at("2027-01-05T15:45:00Z")));
        let gone = read.changed(details(&serde_json::json!({ "url": null })), now);
        assert_eq!((gone.due_at, gone.readable(now)), (None, Err(NotNow::NoAddress)));
    }

    #[test]
    fn one_reader_at_a_time_and_not_too_often() {
        let now = at("2027-01-05T15:00:00Z");
        let mut calendar = calendar();
        assert_eq!(calendar.readable(now), Ok(()));
        calendar.due_at = Some(crate::reading::lease(now));
        assert_eq!(calendar.readable(now), Err(NotNow::BeingRead));
        assert_eq!(calendar.readable(crate::reading::lease(now)), Ok(()), "whoever had it did not come back");
        let read = calendar.read_same(now);
        assert_eq!(read.readable(at("2027-01-05T15:00:59Z")), Err(NotNow::JustRead));
        assert_eq!(read.readable(at("2027-01-05T15:01:00Z")), Ok(()));
    }
}
