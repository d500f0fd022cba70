//! From texts as they were found to a candidate, or to its faults.

use jiff::{Span, SpanRelativeTo, Unit};
use packhorse_domain::{Format, Level, Minutes, Word, text::language_tag};

use crate::{
    model::{Credit, CreditRole, WebAddress},
    text::{format_name, level_name},
};

use super::{Candidate, Import};

/// A workshop as it was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub identifier: String,
    pub title: String,
    pub summary: String,
    pub objectives: Vec<String>,
    pub level: String,
    pub audience: String,
    pub duration: String,
    pub formats: Vec<String>,
    pub languages: Vec<String>,
    pub topics: Vec<String>,
    pub minimum_attendance: String,
    pub maximum_attendance: String,
    pub license: String,
    pub authors: Vec<String>,
    pub funders: Vec<String>,
    pub address: String,
    pub updated_at: String,
    pub based_on: Vec<String>,
}

impl Found {
    /// What our own forms say, by the names they have for it; who made it and paid for it aside.
    pub(super) fn named(one: impl Fn(&str) -> String, list: impl Fn(&str) -> Vec<String>) -> Self {
        Self {
            identifier: one("id"),
            title: one("title"),
            summary: one("abstract"),
            objectives: list("objectives"),
            level: one("level"),
            audience: one("audience"),
            duration: one("duration_minutes"),
            formats: list("formats"),
            languages: list("languages"),
            topics: list("topics"),
            minimum_attendance: one("minimum_attendance"),
            maximum_attendance: one("maximum_attendance"),
            license: one("license"),
            authors: Vec::new(),
            funders: Vec::new(),
            address: one("address"),
            updated_at: one("updated_at"),
            based_on: Vec::new(),
        }
    }
}

struct Checks<'i> {
    import: &'i mut Import,
    place: String,
    good: bool,
}

impl Import {
    /// Takes a workshop, or tells its faults.
    pub(super) fn take(&mut self, place: String, found: Found) {
        if !self.has_room(&place) {
            return;
        }
        let mut checks = Checks { import: self, place, good: true };
        let candidate = checks.candidate(found);
        if checks.good {
            self.candidates.push(candidate);
        }
    }
}

impl Checks<'_> {
    fn fault(&mut self, field: &'static str, code: &'static str, detail: impl Into<String>) {
        self.import.fault(&self.place, field, code, detail);
        self.good = false;
    }

    fn candidate(&mut self, found: Found) -> Candidate {
        let title = self.line("title", &found.title, 200);
        if title.is_empty() && !found.title.contains(char::is_alphanumeric) {
            self.fault("title", "missing", "a workshop needs a title");
        }
        let (minimum, maximum) = (
            self.number("minimum_attendance", &found.minimum_attendance, 1..=100_000),
            self.number("maximum_attendance", &found.maximum_attendance, 1..=100_000),
        );
        if minimum.zip(maximum).is_some_and(|(least, most)| most < least) {
            self.fault("maximum_attendance", "maximum_below_minimum", "the most people are fewer than the fewest");
        }
        let mut credits = Vec::new();
        for (role, field, names) in
            [(CreditRole::Author, "authors", found.authors), (CreditRole::Funder, "funders", found.funders)]
        {
            let names = self.lines(field, &names, 50, 200);
            credits.extend(names.into_iter().map(|name| Credit { role, name }));
        }
        Candidate {
            identifier: self.line("id", &found.identifier, 500),
            title,
            summary: self.text("abstract", &found.summary, 5000),
            objectives: self.lines("objectives", &found.objectives, 20, 500),
            level: self.level(&found.level),
            audience: self.line("audience", &found.audience, 500),
            duration: self.duration(&found.duration),
            formats: self.formats(&found.formats),
            languages: self.languages(&found.languages),
            topics: self.lines("topics", &found.topics, 20, 200),
            minimum_attendance: minimum,
            maximum_attendance: maximum,
            license: Some(self.line("license", &license(&found.license), 100)).filter(|license| !license.is_empty()),
            credits,
            address: self.address(&found.address),
            updated_at: self.parsed("updated_at", "bad_time", &found.updated_at),
            based_on: self.lines("adapted_from", &found.based_on, 50, 2000),
            place: self.place.clone(),
        }
    }

    /// A text of several lines; refused when too long.
    fn text(&mut self, field: &'static str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.contains('\0') {
            self.fault(field, "nul", "it holds the character U+0000");
            return String::new();
        }
        if text.chars().count() > most {
            self.fault(field, "too_long", format!("it has more than {most} characters"));
            return String::new();
        }
        text.to_owned()
    }

    /// A text of one line.
    fn line(&mut self, field: &'static str, text: &str, most: usize) -> String {
        self.text(field, &text.split_whitespace().collect::<Vec<_>>().join(" "), most)
    }

    fn lines(&mut self, field: &'static str, texts: &[String], most: usize, longest: usize) -> Vec<String> {
        if texts.len() > most {
            self.fault(field, "too_many", format!("there are more than {most}"));
            return Vec::new();
        }
        let lines = texts.iter().map(|text| self.line(field, text, longest));
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn number(&mut self, field: &'static str, text: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let number = self.parsed::<u32>(field, "bad_number", text)?;
        if !range.contains(&number) {
            self.fault(field, "out_of_range", format!("{number} is not from {} to {}", range.start(), range.end()));
        }
        Some(number)
    }

    /// Nothing for an empty text.
    fn parsed<T: std::str::FromStr>(&mut self, field: &'static str, code: &'static str, text: &str) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(field, code, format!("\"{}\" is not understood", crate::text::beginning(text, 60)));
        }
        parsed
    }

    /// Whole minutes, or a duration of ISO 8601.
    fn duration(&mut self, text: &str) -> Option<Minutes> {
        let span = text.trim().parse::<Span>().ok();
        let minutes = match span.filter(|_| text.contains('P')) {
            Some(span) => span
                .total((Unit::Minute, SpanRelativeTo::days_are_24_hours()))
                .ok()
                .filter(|minutes| minutes.fract() == 0.0)
                .map(|minutes| minutes.to_string()),
            None => Some(text.to_owned()),
        };
        self.number("duration_minutes", minutes.as_deref().unwrap_or("a part of a minute"), 15..=2880).map(Minutes)
    }

    fn level(&mut self, text: &str) -> Option<Level> {
        let word = text.trim().to_lowercase();
        let level = Level::ALL.iter().copied().find(|level| level.word() == word || same(level_name(*level), &word));
        let level = level.or((word == "beginner" || word == "basic").then_some(Level::Introductory));
        if level.is_none() && !word.is_empty() {
            self.fault("level", "unknown_level", format!("\"{}\" is no level", crate::text::beginning(text, 60)));
        }
        level
    }

    fn formats(&mut self, texts: &[String]) -> Vec<Format> {
        let mut formats = Vec::new();
        for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            match format_called(text) {
                Some(format) if formats.contains(&format) => {}
                Some(format) => formats.push(format),
                None => self.fault(
                    "formats",
                    "unknown_format",
                    format!("\"{}\" is no format", crate::text::beginning(text, 60)),
                ),
            }
        }
        formats
    }

    fn languages(&mut self, texts: &[String]) -> Vec<String> {
        let tags = self.lines("languages", texts, 20, 35);
        for tag in tags.iter().filter(|tag| language_tag(tag).is_err()) {
            self.fault("languages", "bad_language", format!("\"{tag}\" is no BCP 47 tag"));
        }
        tags
    }

    fn address(&mut self, text: &str) -> Option<WebAddress> {
        self.parsed("address", "bad_address", text)
    }
}

impl std::str::FromStr for WebAddress {
    type Err = crate::model::InvalidAddress;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// The format with a name.
pub(super) fn format_called(text: &str) -> Option<Format> {
    let known = Format::ALL.iter().copied().find(|format| format.word() == text || same(format_name(*format), text));
    // Source: schema.org, `courseMode`, and the words Google asks for.
    let mode = match text.to_lowercase().as_str() {
        "onsite" => Some(Format::InPerson),
        "online" => Some(Format::Virtual),
        "blended" => Some(Format::Hybrid),
        _ => None,
    };
    known.or(mode)
}

fn same(name: &str, text: &str) -> bool {
    name.eq_ignore_ascii_case(text)
}

/// The SPDX identifier behind the address of a license, or the text as it is.
///
/// Source: SPDX specification 2.3, annex D; creativecommons.org, addresses of deeds.
fn license(text: &str) -> String {
    let bare = text.trim().trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    if let Some(name) = bare.strip_prefix("spdx.org/licenses/") {
        return name.trim_end_matches('/').trim_end_matches(".html").trim_end_matches(".json").to_owned();
    }
    if let Some(deed) = bare.strip_prefix("creativecommons.org/licenses/") {
        let mut parts = deed.split('/');
        if let (Some(kind), Some(version)) = (parts.next(), parts.next()) {
            return format!("CC-{}-{version}", kind.to_uppercase());
        }
    }
    if bare.starts_with("creativecommons.org/publicdomain/zero/") { "CC0-1.0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licenses_are_recognized_by_their_address() {
        for (address, name) in [
            ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
            ("http://www.creativecommons.org/licenses/by/3.0/us/deed.en", "CC-BY-3.0"),
            ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
            ("https://spdx.org/licenses/MIT.html", "MIT"),
            ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ] {
            assert_eq!(license(address), name);
        }
    }

    #[test]
    fn durations_are_minutes_or_those_of_iso_8601() {
        let read = |text: &str| {
            let mut import = Import::default();
            import.take(String::new(), Found { title: "a".into(), duration: text.into(), ..Found::default() });
            (import.candidates.first().and_then(|one| one.duration), import.faults.first().map(|fault| fault.code))
        };
        for (text, minutes) in [("90", 90), ("PT120M", 120), ("PT1H30M", 90), ("P1D", 1440), (" 15 ", 15)] {
            assert_eq!(read(text), (Some(Minutes(minutes)), None), "{text}");
        }
        for (text, code) in [
            ("PT90S", "bad_number"),
            ("-5", "bad_number"),
            ("14", "out_of_range"),
            ("P9D", "out_of_range"),
            ("P1M", "bad_number"),
            ("two hours", "bad_number"),
        ] {
            assert_eq!(read(text), (None, Some(code)), "{text}");
        }
        assert_eq!(read(""), (None, None));
    }
}
