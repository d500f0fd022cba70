//! iCalendar out: one feed or one message, as a text ready to be sent.
//!
//! Every time here is UTC, so no time zone needs describing; [`crate::feed`] has the others. Lines end with CRLF and are folded at 75 octets, never inside a
//! character.
//!
//! Source: RFC 5545 (iCalendar), RFC 7986 (`NAME`, `REFRESH-INTERVAL`), RFC 5546 (`METHOD`).

use icalendar::{Component as _, Event, EventLike as _, Property};
use packhorse_domain::{Interval, Timestamp};

/// What stands at the head of every calendar we write.
pub(crate) const PRODUCT: &str = "-//Packhorse//Packhorse//EN";

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
        let mut calendar = head(self.name, self.method);
        for entry in self.entries {
            calendar.push(event(entry));
        }
        refold(&calendar.to_string())
    }
}

/// A calendar with nothing in it yet.
pub(crate) fn head(name: &str, method: Option<Method>) -> icalendar::Calendar {
    let mut calendar = icalendar::Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    calendar.append_property(("PRODID", PRODUCT));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    if let Some(method) = method {
        let word = match method {
            Method::Publish => "PUBLISH",
            Method::Request => "REQUEST",
            Method::Cancel => "CANCEL",
        };
        calendar.append_property(("METHOD", word));
    }
    let name = plain(name);
    // The crate does not know NAME for a text and writes it as it is.
    calendar.append_property(("NAME", escaped(&name).as_str()));
    calendar.append_property(("X-WR-CALNAME", name.as_str()));
    let mut refresh = Property::new("REFRESH-INTERVAL", "PT1H");
    calendar.append_property(refresh.add_parameter("VALUE", "DURATION").done());
    calendar
}

pub(crate) fn event(entry: &Entry) -> Event {
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
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text with `\n` for every line break and no other control character but the tab: the crate escapes `\n` only, and a
/// bare CR would end the line.
pub(crate) fn plain(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Source: RFC 5545 section 3.3.11.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Folds again: the crate's last piece of a folded line may take 76 octets.
///
/// Source: RFC 5545 section 3.1.
pub(crate) fn refold(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use icalendar::parser::{read_calendar, unfold};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn entry() -> Entry {
        Entry {
            uid: "bkg_01h455vb4pex5vsknk084sn02q".into(),
            time: Interval::new(at("2027-03-03T16:00:00Z"), at("2027-03-03T18:00:00Z")).unwrap(),
            stamp: at("2027-01-15T12:00:00Z"),
            sequence: 2,
            status: EntryStatus::Confirmed,
            summary: "Policies, boards; and \\ backslashes".into(),
            location: "Topeka".into(),
            description: "First line\nsecond line".into(),
            transparent: false,
        }
    }

    fn write(name: &str, method: Option<Method>, entries: &[Entry]) -> String {
        Calendar { name, method, entries }.to_ics()
    }

    /// The value of a property of the first entry, unfolded and unescaped by the parser of the crate.
    fn read(text: &str, property: &str) -> Option<String> {
        let unfolded = unfold(text);
        let calendar = read_calendar(&unfolded).unwrap();
        Some(calendar.components[0].find_prop(property)?.val.as_str().to_owned())
    }

    #[test]
    fn a_feed_says_all_that_is_asked() {
        let text = write("Dana Whitfield, Packhorse", None, &[entry()]);
        let lines: Vec<_> = text.split_terminator("\r\n").collect();
        for line in [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Packhorse//Packhorse//EN",
            "NAME:Dana Whitfield\\, Packhorse",
            "X-WR-CALNAME:Dana Whitfield\\, Packhorse",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "UID:bkg_01h455vb4pex5vsknk084sn02q",
            "DTSTAMP:20270115T120000Z",
            "DTSTART:20270303T160000Z",
            "DTEND:20270303T180000Z",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "SUMMARY:Policies\\, boards\\; and \\\\ backslashes",
            "LOCATION:Topeka",
            "DESCRIPTION:First line\\nsecond line",
            "END:VCALENDAR",
        ] {
            assert_eq!(lines.iter().filter(|found| **found == line).count(), 1, "{line}\n{text}");
        }
        for name in ["PRODID", "VERSION", "UID", "DTSTAMP", "METHOD"] {
            let count = lines.iter().filter(|line| line.starts_with(name)).count();
            assert_eq!(count, usize::from(name != "METHOD"), "{name}");
        }
    }

    #[test]
    fn holds_are_tentative_and_cancellations_say_so() {
        let hold = Entry { status: EntryStatus::Tentative, transparent: true, ..entry() };
        let text = write("", None, &[hold]);
        assert_eq!(
            (read(&text, "STATUS").unwrap().as_str(), read(&text, "TRANSP").unwrap().as_str()),
            ("TENTATIVE", "TRANSPARENT")
        );
        let gone = Entry { status: EntryStatus::Cancelled, ..entry() };
        let text = write("", Some(Method::Cancel), &[gone]);
        assert!(text.contains("\r\nMETHOD:CANCEL\r\n"));
        assert_eq!(read(&text, "STATUS").unwrap(), "CANCELLED");
    }

    #[test]
    fn an_empty_feed_is_a_calendar_and_what_is_empty_is_left_out() {
        assert!(write("", None, &[]).ends_with("END:VCALENDAR\r\n"));
        let bare = Entry { location: String::new(), description: String::new(), ..entry() };
        let text = write("", None, &[bare]);
        assert!(!text.contains("LOCATION") && !text.contains("DESCRIPTION"));
    }

    #[test]
    fn no_text_can_begin_a_line_of_its_own() {
        for trick in ["a\r\nSTATUS:CANCELLED", "a\rSTATUS:CANCELLED", "a\nSTATUS:CANCELLED", "a\u{b}\u{0}\u{85}b"] {
            let entry = Entry {
                summary: trick.into(),
                location: trick.into(),
                description: trick.into(),
                uid: trick.into(),
                ..entry()
            };
            let text = write(trick, None, &[entry]);
            assert_eq!(text.matches("\r\nSTATUS:").count(), 1, "{trick:?}");
            assert!(text.replace("\r\n", "").chars().all(|c| !c.is_control()), "{trick:?}");
        }
    }

    #[test]
    fn a_line_has_75_octets_at_most() {
        // The crate alone gives the last piece 76 for a line of 75 + 75 octets.
        for length in 60..240 {
            for letter in ["a", "ä", "老", "👩‍🏫"] {
                let text = write("", None, &[Entry { summary: letter.repeat(length), ..entry() }]);
                assert!(text.split("\r\n").all(|line| line.len() <= 75), "{length} {letter}");
                assert_eq!(read(&text, "SUMMARY").unwrap(), letter.repeat(length));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "\\PC{0,200}", lines in prop::collection::vec("[ -~äß老👩\t]{0,60}", 0..5)) {
            let description = lines.join("\n");
            let entry = Entry { summary: text.clone(), description: description.clone(), ..entry() };
            let ics = write(&text, None, &[entry]);
            prop_assert!(ics.split("\r\n").all(|line| line.len() <= 75));
            prop_assert_eq!(read(&ics, "SUMMARY").unwrap_or_default(), text);
            prop_assert_eq!(read(&ics, "DESCRIPTION").unwrap_or_default(), description);
        }
    }
}
