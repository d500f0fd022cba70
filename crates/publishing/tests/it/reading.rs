//! Reading pages back: the tokenizer of a browser engine.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};

/// A start tag with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A page, read.
#[derive(Debug, Default)]
pub struct Html {
    /// Its start tags, in their order.
    pub tags: Vec<Tag>,
    /// Its texts, each with the innermost tag that was opened before it.
    pub texts: Vec<(String, String)>,
    /// Faults a browser would report.
    pub faults: Vec<String>,
}

#[derive(Default)]
struct Sink(RefCell<Html>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attributes =
                    tag.attrs.iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
                page.tags.push(Tag { name: tag.name.to_string(), attributes });
                if &*tag.name == "script" {
                    return TokenSinkResult::RawData(RawKind::ScriptData);
                }
                if &*tag.name == "title" {
                    return TokenSinkResult::RawData(RawKind::Rcdata);
                }
            }
            Token::CharacterTokens(text) => {
                let within = page.tags.last().map(|tag| tag.name.clone()).unwrap_or_default();
                match page.texts.last_mut() {
                    Some((same, texts)) if *same == within => texts.push_str(&text),
                    _ => page.texts.push((within, text.to_string())),
                }
            }
            Token::CommentToken(text) => page.faults.push(format!("comment {text}")),
            Token::ParseError(fault) => page.faults.push(fault.to_string()),
            Token::TagToken(_) | Token::DoctypeToken(_) | Token::NullCharacterToken | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

pub fn html(page: &str) -> Html {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts { exact_errors: true, ..Default::default() });
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

impl Html {
    /// The structured data of the page.
    pub fn data(&self) -> serde_json::Value {
        let (_, text) = self.texts.iter().find(|(tag, _)| tag == "script").unwrap();
        serde_json::from_str(text).unwrap()
    }

    /// Names of tags and their attributes, in their order.
    pub fn shape(&self) -> Vec<(&str, Vec<&str>)> {
        self.tags
            .iter()
            .map(|tag| (tag.name.as_str(), tag.attributes.iter().map(|(name, _)| name.as_str()).collect()))
            .collect()
    }
}
