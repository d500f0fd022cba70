//! iCalendar out: one feed or one message, as a text ready to be sent.
//!
//! Every time is UTC, so no time zone needs describing. Lines end with CRLF and are folded at 75 octets, never inside a
//! character.
//!
//! Source: RFC 5545 (iCalendar), RFC 7986 (`NAME`, `REFRESH-INTERVAL`), RFC 5546 (`METHOD`).

use icalendar::{Component as _, Event, EventLike as _, Property};
use packhorse_domain::{Interval, Timestamp};

/// What stands at the head of every calendar we write.
const PRODUCT: &str = "-//Packhorse//Packhorse//EN";

/// How firm an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryStatus {
    /// A hold.
    Tentative,
    /// A booking.
    Confirmed,
    /// It will not take place.
    Cancelled,
}

/// One event of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The same for as long as the thing it stands for lives, and without the name of a host.
    pub uid: String,
    /// When.
    pub time: Interval,
    /// When what it says was last changed.
    pub stamp: Timestamp,
    /// Rises with time, place and cancellation.
    pub sequence: u32,
    /// How firm it is.
    pub status: EntryStatus,
    /// Its title.
    pub summary: String,
    /// Where; left out when empty.
    pub location: String,
    /// Anything else; left out when empty.
    pub description: String,
    /// Whether its time still counts as free for others.
    pub transparent: bool,
}

/// What a receiver should do with a calendar that is sent as a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Keep it, nothing to answer.
    Publish,
    /// Put it down, and answer.
    Request,
    /// Strike it out.
    Cancel,
}

/// A calendar: entries under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar<'a> {
    /// What programs call it.
    pub name: &'a str,
    /// Only for one that is sent; a feed has none.
    pub method: Option<Method>,
    /// What is in it.
    pub entries: &'a [Entry],
}

impl Calendar<'_> {
    /// The text of the calendar, `text/calendar; charset=utf-8`.
    pub fn to_ics(&self) -> String {
        let mut calendar = icalendar::Calendar::empty();
        calendar.append_property(("VERSION", "2.0"));
        calendar.append_property(("PRODID", PRODUCT));
        calendar.append_property(("CALSCALE", "GREGORIAN"));
        if let Some(method) = self.method {
            let word = match method {
                Method::Publish => "PUBLISH",
                Method::Request => "REQUEST",
                Method::Cancel => "CANCEL",
            };
            calendar.append_property(("METHOD", word));
        }
        let name = plain(self.name);
        // The crate does not know NAME for a text and would write it raw.
        calendar.append_property(Property::new("NAME", &name).add_parameter("VALUE", "TEXT").done());
        calendar.append_property(Property::new("X-WR-CALNAME", &name));
        let mut refresh = Property::new("REFRESH-INTERVAL", "PT1H");
        calendar.append_property(refresh.add_parameter("VALUE", "DURATION").done());
        for entry in self.entries {
            calendar.push(event(entry));
        }
        refold(&calendar.to_string())
    }
}

fn event(entry: &Entry) -> Event {
    let mut event = Event::with_uid(&plain(&entry.uid));
    event
        .add_property("DTSTAMP", utc(entry.stamp))
        .add_property("DTSTART", utc(entry.time.start))
        .add_property("DTEND", utc(entry.time.end))
        .add_property("SEQUENCE", entry.sequence.to_string())
        .add_property("TRANSP", if entry.transparent { "TRANSPARENT" } else { "OPAQUE" })
        .summary(&plain(&entry.summary));
    event.status(match entry.status {
        EntryStatus::Tentative => icalendar::EventStatus::Tentative,
        EntryStatus::Confirmed => icalendar::EventStatus::Confirmed,
        EntryStatus::Cancelled => icalendar::EventStatus::Cancelled,
    });
    if !entry.location.is_empty() {
        event.location(&plain(&entry.location));
    }
    if !entry.description.is_empty() {
        event.description(&plain(&entry.description));
    }
    event
}

/// Source: RFC 5545 section 3.3.5, form 2.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text with `\n` for every line break and no other control character but the tab: the crate escapes `\n` only, and a
/// bare CR would end the line.
fn plain(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Folds again: the crate's last piece of a folded line may take 76 octets.
///
/// Source: RFC 5545 section 3.1.
fn refold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 32);
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut room = 75;
        for character in line.chars() {
            if character.len_utf8() > room {
                folded.push_str("\r\n ");
                room = 74;
            }
            folded.push(character);
            room -= character.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}
