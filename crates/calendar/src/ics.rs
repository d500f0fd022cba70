//! iCalendar out: one feed or one message, as a text ready to be sent.
//!
//! Every time here is UTC, so no time zone needs describing; [`crate::feed`] has the others. Lines end with CRLF and are folded at 75 octets, never inside a
//! character.
//!
//! Source: RFC 5545 (iCalendar), RFC 7986 (`NAME`, `REFRESH-INTERVAL`), RFC 5546 (`METHOD`).

use std::fmt::Write as _;

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
        let mut text = head(self.name, self.method);
        for entry in self.entries {
            let times = [("DTSTART:", entry.time.start), ("DTEND:", entry.time.end)];
            event(&mut text, entry, &times.map(|(name, at)| format!("{name}{}", utc(at))));
        }
        text.push_str(END);
        fold(&text)
    }
}

/// The last line of every calendar.
pub(crate) const END: &str = "END:VCALENDAR\r\n";

/// The beginning of a calendar, not folded yet.
pub(crate) fn head(name: &str, method: Option<Method>) -> String {
    let mut text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\n");
    if let Some(method) = method {
        text.push_str(match method {
            Method::Publish => "METHOD:PUBLISH\r\n",
            Method::Request => "METHOD:REQUEST\r\n",
            Method::Cancel => "METHOD:CANCEL\r\n",
        });
    }
    line(&mut text, "NAME:", name);
    line(&mut text, "X-WR-CALNAME:", name);
    text.push_str("REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n");
    text
}

/// Adds an entry, not folded yet, with its times and what else it has as lines that need no escaping.
pub(crate) fn event(text: &mut String, entry: &Entry, others: &[String]) {
    text.push_str("BEGIN:VEVENT\r\n");
    line(text, "UID:", &entry.uid);
    let _ = write!(text, "DTSTAMP:{}\r\nSEQUENCE:{}\r\n", utc(entry.stamp), entry.sequence);
    for other in others {
        text.extend(other.chars().filter(|character| !character.is_control()));
        text.push_str("\r\n");
    }
    text.push_str(match entry.status {
        EntryStatus::Tentative => "STATUS:TENTATIVE\r\n",
        EntryStatus::Confirmed => "STATUS:CONFIRMED\r\n",
        EntryStatus::Cancelled => "STATUS:CANCELLED\r\n",
    });
    text.push_str(if entry.transparent { "TRANSP:TRANSPARENT\r\n" } else { "TRANSP:OPAQUE\r\n" });
    line(text, "SUMMARY:", &entry.summary);
    for (name, value) in [("LOCATION:", &entry.location), ("DESCRIPTION:", &entry.description)] {
        if !value.is_empty() {
            line(text, name, value);
        }
    }
    text.push_str("END:VEVENT\r\n");
}

fn line(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str(&escaped(value));
    text.push_str("\r\n");
}

/// Source: RFC 5545 section 3.3.5, form 2.
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value, with `\n` for every line break and no other control character but the tab.
///
/// Source: RFC 5545 section 3.3.11.
pub(crate) fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => value.extend(['\\', character]),
            // Two characters, one break.
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => value.push_str("\\n"),
            '\t' => value.push('\t'),
            other if other.is_control() => {}
            other => value.push(other),
        }
    }
    value
}

/// Folds lines of more than 75 octets, never inside a character.
///
/// Source: RFC 5545 section 3.1.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 32);
    for line in text.split_terminator("\r\n") {
        let (mut rest, mut room) = (line, 75);
        while rest.len() > room {
            let (first, more) = rest.split_at((0..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(room));
            folded.push_str(first);
            folded.push_str("\r\n ");
            (rest, room) = (more, 74);
        }
        folded.push_str(rest);
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
