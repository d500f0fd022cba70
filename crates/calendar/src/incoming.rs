//! iCalendar in: the busy time of somebody else's calendar.
//!
//! A text is read whole or refused whole, with the line of each fault. What it leaves open is decided here and told in a
//! [`Note`]: nothing is left out silently.
//!
//! Source: RFC 5545 (iCalendar), RFC 5546 (`METHOD`), CLDR (zone names of Windows).

mod events;
pub(crate) mod lines;
pub(crate) mod values;
mod windows;
pub(crate) mod zones;

use jiff::civil::DateTime;
use packhorse_domain::{Interval, Timestamp, Zone};

use crate::intervals::normalize;
use zones::Zones;

/// Largest calendar, in bytes.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;
/// Longest line once unfolded, in octets. Attachments stand on one line.
pub const LONGEST_LINE: usize = 1024 * 1024;
/// Most components of one calendar, alarms and zones among them.
pub const MOST_COMPONENTS: usize = 50_000;
/// Most instances of all events of one calendar within the range read.
pub const MOST_INSTANCES: usize = 50_000;
/// Most days, hours and minutes looked at to find the instances of one calendar, and again for the changes of its zones.
pub const MOST_EFFORT: u64 = 5_000_000;
/// Most faults told.
pub const MOST_FAULTS: usize = 50;

/// Why a calendar was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {detail}")]
pub struct Fault {
    /// The line of the text, from 1; where a folded line begins.
    pub line: usize,
    /// One word for the kind of fault.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// What was decided where a calendar leaves it open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The line of the text, from 1.
    pub line: usize,
    /// What was decided, in a sentence.
    pub text: String,
}

/// Whose clock shows a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A day as a whole, in the zone given for times without one.
    Day,
    /// No zone was named; it is in the one given for that.
    Floating,
    /// This IANA zone, or the `VTIMEZONE` of this name.
    Zone(String),
}

/// A time as a calendar tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// What the clock shows; midnight for a day.
    pub local: DateTime,
    /// Whose clock.
    pub frame: Frame,
    /// When it really is.
    pub at: Timestamp,
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `VEVENT`.
    Event,
    /// `VFREEBUSY`.
    FreeBusy,
}

/// One event, or one list of busy periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The line it begins on.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// Its id, the same for all instances.
    pub uid: Option<String>,
    /// Its title; private.
    pub summary: String,
    /// When its first instance begins.
    pub start: Option<When>,
    /// When its first instance ends.
    pub end: Option<When>,
    /// Which instance of another event it stands for.
    pub instance: Option<When>,
    /// `TRANSP:TRANSPARENT`: it takes no time.
    pub transparent: bool,
    /// `STATUS:CANCELLED` or `METHOD:CANCEL`: it does not take place.
    pub cancelled: bool,
    /// The time it takes within the range, one interval for each instance, by start.
    pub busy: Vec<Interval>,
}

/// A calendar that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// `METHOD`, in upper case, if it is a message.
    pub method: Option<String>,
    /// Its events, in the order of the text.
    pub events: Vec<Event>,
    /// The time all of them take within the range, normalized.
    pub busy: Vec<Interval>,
    /// What was decided in reading it.
    pub notes: Vec<Note>,
}

/// Reads a calendar: its events and the time they take within `range`. Times without a zone and whole days are taken in
/// `own`.
///
/// Events that are transparent or cancelled take no time, nor do to-dos, journals and alarms. Each instance of a series
/// lasts as long as its first one; moved and cancelled instances (`RECURRENCE-ID`, also with `RANGE=THISANDFUTURE`) are
/// taken as they are told. A whole day without an end, or that ends when it begins, is one day.
///
/// # Errors
/// Every fault, at most [`MOST_FAULTS`]: what is no iCalendar, is too large, has lines that cannot be read, times that
/// are none, zones that nobody knows, rules that cannot be counted out.
pub fn read(bytes: &[u8], own: &Zone, range: Interval) -> Result<Read, Vec<Fault>> {
    let mut notes = Vec::new();
    let calendars = lines::components(bytes, &mut notes)?;
    let mut zones = Zones::new(&calendars, own, range);
    let method = calendars.iter().find_map(|calendar| calendar.all("METHOD").next());
    let method = method.map(|method| method.value.to_ascii_uppercase());
    let events = events::read(&calendars, &mut zones, range, &mut notes)?;
    let busy = normalize(events.iter().flat_map(|event| event.busy.iter().copied()).collect());
    notes.sort_by_key(|note| note.line);
    Ok(Read { method, events, busy, notes })
}
