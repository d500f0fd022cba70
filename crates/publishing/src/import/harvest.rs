//! The answer to a harvest: records of `ListRecords` or `GetRecord`, in Dublin Core or in our `lrmi`.
//!
//! Source: OAI-PMH 2.0 sections 2.5 (records), 3.5 (tokens), 3.6 (errors).

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use super::{
    Import,
    check::{Found, format_called},
};

/// Deepest nesting of elements taken.
const DEEPEST: usize = 32;

/// Reads one answer. The reading ends at a document type, at an entity of the document's own, and where elements nest deeper than records do.
pub fn harvest(bytes: &[u8]) -> Import {
    let mut import = Import::default();
    let Some(text) = import.text(bytes) else { return import };
    let mut walk = Walk { import, open: Vec::new(), text: String::new(), record: None, code: String::new() };
    let mut reader = Reader::from_str(text);
    loop {
        let at = reader.buffer_position();
        let step = match reader.read_event() {
            Ok(event) => walk.event(event),
            Err(error) => Err(("bad_xml", error.to_string())),
        };
        match step {
            Ok(true) => {}
            Ok(false) => break,
            Err((code, detail)) => {
                walk.import.fault(&format!("byte {at}"), "", code, detail);
                break;
            }
        }
    }
    walk.import
}

/// What a record has said so far.
#[derive(Default)]
struct Record {
    identifier: String,
    datestamp: String,
    deleted: bool,
    /// The element inside `metadata`, and what stood in its elements.
    format: Option<String>,
    told: Vec<(String, String)>,
}

struct Walk {
    import: Import,
    open: Vec<String>,
    text: String,
    record: Option<Record>,
    /// The code of the error that is open.
    code: String,
}

type Step = Result<bool, (&'static str, String)>;

impl Walk {
    fn event(&mut self, event: Event<'_>) -> Step {
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text.push_str(&text.xml10_content()),
            Event::CData(text) => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| ("bad_xml", error.to_string()))?;
                match (character, resolve_predefined_entity(&reference)) {
                    (Some(character), _) => self.text.push(character),
                    (None, Some(text)) => self.text.push_str(text),
                    (None, None) => return Err(("entity", "entities of a document's own are not read".to_owned())),
                }
            }
            Event::DocType(_) => return Err(("document_type", "a document type is not read".to_owned())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if self.open.is_empty() => return Ok(false),
            Event::Eof => return Err(("bad_xml", "it ends too early".to_owned())),
        }
        Ok(true)
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), (&'static str, String)> {
        if self.open.len() >= DEEPEST {
            return Err(("too_deep", format!("elements nest deeper than {DEEPEST}")));
        }
        let attribute = |name| {
            let found = tag.try_get_attribute(name).ok().flatten();
            found.and_then(|one| one.normalized_value(XmlVersion::Implicit1_0).ok()).unwrap_or_default().into_owned()
        };
        let name = tag.local_name().as_ref().to_owned();
        match (name.as_str(), &mut self.record) {
            ("record", _) => self.record = Some(Record::default()),
            ("header", Some(record)) => record.deleted = attribute("status") == "deleted",
            ("error", _) => self.code = attribute("code"),
            (_, Some(record)) if self.open.last().is_some_and(|open| open == "metadata") => {
                record.format = Some(name.clone());
            }
            _ => {}
        }
        self.open.push(name);
        self.text.clear();
        Ok(())
    }

    /// What an element said is known at its end.
    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        let Some(name) = self.open.pop() else { return };
        let within = self.open.last().map(String::as_str);
        match (name.as_str(), &mut self.record) {
            ("record", _) => {
                if let Some(record) = self.record.take() {
                    self.take(record);
                }
            }
            ("identifier", Some(record)) if within == Some("header") => text.trim().clone_into(&mut record.identifier),
            ("datestamp", Some(record)) if within == Some("header") => text.trim().clone_into(&mut record.datestamp),
            (_, Some(record)) if record.format.as_deref().is_some_and(|format| within == Some(format)) => {
                record.told.push((name, text));
            }
            ("resumptionToken", None) if !text.trim().is_empty() => self.import.resumption = Some(text),
            ("responseDate", None) => self.import.answered_at = text.trim().parse().ok(),
            // A source without news has nothing wrong with it.
            ("error", None) if self.code != "noRecordsMatch" => {
                let code = std::mem::take(&mut self.code);
                self.import.fault("", "", "refused", format!("{code}: {}", crate::text::beginning(&text, 200)));
                self.import.refusal = Some(code);
            }
            _ => {}
        }
    }

    fn take(&mut self, record: Record) {
        if record.deleted {
            self.import.withdrawn.push(record.identifier);
            return;
        }
        let all = |name: &str| {
            let told = record.told.iter().filter(|(known, _)| known == name);
            told.map(|(_, text)| text.clone()).filter(|text| !text.trim().is_empty()).collect::<Vec<_>>()
        };
        let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
        let mut found = match record.format.as_deref() {
            Some("dc") => Found {
                title: one("title"),
                summary: all("description").join("\n"),
                // Elsewhere it is the form of a file.
                formats: all("format").into_iter().filter(|text| format_called(text).is_some()).collect(),
                languages: all("language"),
                topics: all("subject"),
                license: all("rights").into_iter().find(|rights| rights.chars().count() <= 100).unwrap_or_default(),
                authors: all("creator"),
                address: all("identifier").into_iter().find(|text| text.starts_with("http")).unwrap_or_default(),
                based_on: all("source"),
                ..Found::default()
            },
            Some("course") => Found {
                title: one("name"),
                summary: one("description"),
                objectives: all("teaches"),
                level: one("educationalLevel"),
                audience: one("audience"),
                duration: one("timeRequired"),
                formats: all("courseMode"),
                languages: all("inLanguage"),
                topics: all("keywords"),
                license: one("license"),
                authors: all("author"),
                funders: all("funder"),
                address: one("url"),
                based_on: all("isBasedOn"),
                ..Found::default()
            },
            format => {
                let detail = format!("\"{}\" is no format read here", format.unwrap_or_default());
                self.import.fault(&record.identifier, "", "unknown_format", detail);
                return;
            }
        };
        found.identifier.clone_from(&record.identifier);
        // A day stands for its first second.
        let day = record.datestamp.len() == 10;
        found.updated_at = record.datestamp + if day { "T00:00:00Z" } else { "" };
        self.import.take(record.identifier, found);
    }
}
