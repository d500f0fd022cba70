//! Workshops of a web page: schema.org courses in its JSON-LD.
//!
//! Source: HTML section 13.2.5 (tokenization, by html5ever), JSON-LD 1.1 section 7.

use std::{cell::RefCell, collections::HashSet};

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};
use serde_json::Value;

use super::{Import, check::Found, json::texts};

/// Reads every `Course` in the JSON-LD of a page that was saved as HTML, or of a document that is JSON-LD itself.
pub fn page(bytes: &[u8]) -> Import {
    let mut import = Import::default();
    let Some(text) = import.text(bytes) else { return import };
    let blocks = if text.trim_start().starts_with(['{', '[']) { vec![(1, text.to_owned())] } else { scripts(text) };
    let mut seen = HashSet::new();
    for (line, block) in blocks {
        match serde_json::from_str::<Value>(&block) {
            Ok(value) => courses(&mut import, &mut seen, &value, format!("line {line} ")),
            Err(error) => {
                let at = line + u64::try_from(error.line()).unwrap_or(1) - 1;
                import.fault(&format!("line {at}"), "", "bad_json", error.to_string());
            }
        }
    }
    if import.candidates.is_empty() && import.faults.is_empty() {
        import.fault("", "", "nothing", "there is no schema.org Course in it");
    }
    import
}

/// Blocks of data with the line each begins in.
#[derive(Default)]
struct Blocks {
    found: Vec<(u64, String)>,
    inside: bool,
}

struct Sink(RefCell<Blocks>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut blocks = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let is_data = |value: &str| {
                    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/ld+json")
                };
                blocks.inside = &*tag.name == "script"
                    && tag.attrs.iter().any(|attribute| &*attribute.name.local == "type" && is_data(&attribute.value));
                if blocks.inside {
                    blocks.found.push((line, String::new()));
                }
                match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                    _ => TokenSinkResult::Continue,
                }
            }
            Token::TagToken(_) => {
                blocks.inside = false;
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) => {
                if let (true, Some((_, block))) = (blocks.inside, blocks.found.last_mut()) {
                    block.push_str(&text);
                }
                TokenSinkResult::Continue
            }
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => TokenSinkResult::Continue,
        }
    }
}

fn scripts(text: &str) -> Vec<(u64, String)> {
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(text));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().found
}

/// Looks for courses in a value and all it holds; the parser bounds how deep that goes. Each is taken once.
fn courses(import: &mut Import, seen: &mut HashSet<String>, value: &Value, place: String) {
    match value {
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                courses(import, seen, item, format!("{place}/{n}"));
            }
        }
        Value::Object(thing) if is_course(thing.get("@type")) => {
            let identifier = ["@id", "identifier", "url"].into_iter().find_map(|key| texts(thing.get(key)).pop());
            let identifier = identifier.unwrap_or_default();
            if (identifier.is_empty() || seen.insert(identifier.clone())) && import.has_room(&place) {
                let found = course(value, identifier);
                import.take(place, found);
            }
        }
        Value::Object(thing) => {
            for (key, inner) in thing {
                courses(import, seen, inner, format!("{place}/{key}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_course(kind: Option<&Value>) -> bool {
    let kinds = texts(kind);
    kinds.iter().any(|kind| kind.rsplit(['/', ':']).next() == Some("Course"))
}

/// What a course is based on: where that is, else what it is called.
fn steps(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(steps).collect(),
        thing => texts(thing.get("url").or(Some(thing))),
    }
}

fn course(thing: &Value, identifier: String) -> Found {
    let list = |name: &str| texts(thing.get(name));
    let one = |name: &str| list(name).into_iter().next().unwrap_or_default();
    let mut formats = list("courseMode");
    let instances = match thing.get("hasCourseInstance") {
        Some(Value::Array(instances)) => instances.iter().collect(),
        one => one.into_iter().collect::<Vec<_>>(),
    };
    formats.extend(instances.into_iter().flat_map(|instance| texts(instance.get("courseMode"))));
    // Google takes keywords as one text with commas too.
    let topics =
        list("keywords").iter().flat_map(|words| words.split(',')).map(|word| word.trim().to_owned()).collect();
    Found {
        identifier,
        title: one("name"),
        summary: one("description"),
        objectives: list("teaches"),
        level: one("educationalLevel"),
        audience: one("audience"),
        duration: one("timeRequired"),
        formats,
        languages: list("inLanguage"),
        topics,
        license: one("license"),
        authors: list("author"),
        funders: list("funder"),
        address: one("url"),
        updated_at: one("dateModified"),
        based_on: thing.get("isBasedOn").map(steps).unwrap_or_default(),
        ..Found::default()
    }
}
