//! What a typed text asks for: words, phrases in quotation marks, beginnings of words, what must not be there.

use std::ops::Range;

use super::words::{Word, folded, words};

/// Characters of the text that are read; the rest is passed over.
const LONGEST: usize = 1_000;
/// Words that are read, those of phrases too; the rest is passed over.
pub(super) const MOST_WORDS: usize = 24;

/// Whether words that only begin so are meant too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// No.
    Whole,
    /// Yes, as it may not be typed to its end.
    Typing,
    /// Yes, as it was written with an asterisk.
    Asked,
}

/// A word that is asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) word: Word,
    pub(super) beginning: Beginning,
    /// Where it stands in [`Ask::text`].
    pub(super) at: Range<usize>,
}

/// What a text asks for.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// The text without case, as far as it was read.
    pub(super) text: String,
    /// Each is to be there somewhere.
    pub(super) words: Vec<Wanted>,
    /// The words of each are to be there one after another.
    pub(super) phrases: Vec<Vec<Wanted>>,
    /// Words and phrases that must not be there.
    pub(super) without: Vec<Vec<Wanted>>,
}

impl Ask {
    /// Reads a text. Nothing in it is a mistake: what means nothing is passed over.
    pub(super) fn read(text: &str) -> Self {
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
        let mut ask = Self { text: folded(&text[..end]), ..Self::default() };
        let mut left = MOST_WORDS;
        for part in parts(&ask.text) {
            let mut found: Vec<_> = words(&ask.text[part.at.clone()])
                .take(left)
                .map(|(at, word)| {
                    let at = part.at.start + at.start..part.at.start + at.end;
                    Wanted { word, beginning: Beginning::Whole, at }
                })
                .collect();
            left -= found.len();
            if let (Some(last), Some(beginning)) = (found.last_mut(), part.beginning(&ask.text)) {
                last.beginning = beginning;
            }
            match (part.excluded, part.quoted) {
                _ if found.is_empty() => {}
                (true, _) => ask.without.push(found),
                (false, true) => ask.phrases.push(found),
                (false, false) => ask.words.append(&mut found),
            }
        }
        // Said twice is said once: it bounds the work, and no rank is raised by repeating.
        each_once(&mut ask.words, Wanted::is);
        let same = |a: &Vec<Wanted>, b: &Vec<Wanted>| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(b));
        each_once(&mut ask.phrases, same);
        each_once(&mut ask.without, same);
        ask
    }
}

impl Wanted {
    /// Whether it asks for the same as another.
    fn is(&self, other: &Self) -> bool {
        self.word == other.word && self.beginning == other.beginning
    }
}

fn each_once<T>(list: &mut Vec<T>, same: impl Fn(&T, &T) -> bool) {
    let mut kept: Vec<T> = Vec::with_capacity(list.len());
    for one in list.drain(..) {
        if !kept.iter().any(|known| same(known, &one)) {
            kept.push(one);
        }
    }
    *list = kept;
}

/// A part of a text: what stands between blanks or quotation marks.
struct Part {
    at: Range<usize>,
    excluded: bool,
    quoted: bool,
}

impl Part {
    /// What its last word is the beginning of, if it is.
    fn beginning(&self, text: &str) -> Option<Beginning> {
        let part = &text[self.at.clone()];
        if self.quoted {
            None
        } else if part.ends_with('*') {
            Some(Beginning::Asked)
        } else {
            let typing = !self.excluded && self.at.end == text.len() && part.ends_with(char::is_alphanumeric);
            typing.then_some(Beginning::Typing)
        }
    }
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(|c: char| !c.is_whitespace()) {
        let from = at + next;
        let excluded = text[from..].starts_with('-');
        let from = from + usize::from(excluded);
        let quoted = text[from..].starts_with('"');
        let from = from + usize::from(quoted);
        let ends = |c: char| c == '"' || (!quoted && c.is_whitespace());
        let end = text[from..].find(ends).map_or(text.len(), |length| from + length);
        parts.push(Part { at: from..end, excluded, quoted });
        // The closing mark belongs to what it closes, an opening one to what follows.
        at = end + usize::from(quoted && end < text.len());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(list: &[Wanted]) -> Vec<&str> {
        list.iter().map(|wanted| wanted.word.plain.as_str()).collect()
    }

    #[test]
    fn a_text_is_read_as_people_write_it() {
        use Beginning::{Asked, Typing, Whole};
        let ask = Ask::read("E-rate “Summer Reading” stor* -webinar -\"on demand\" -low-cost polic");
        assert_eq!(plain(&ask.words), ["e", "rate", "stor", "polic"]);
        let beginnings: Vec<_> = ask.words.iter().map(|wanted| wanted.beginning).collect();
        assert_eq!(beginnings, [Whole, Whole, Asked, Typing]);
        assert_eq!(plain(&ask.phrases[0]), ["summer", "reading"]);
        let without: Vec<_> = ask.without.iter().map(|list| plain(list)).collect();
        assert_eq!(without, [vec!["webinar"], vec!["on", "demand"], vec!["low", "cost"]]);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        assert_eq!(plain(&Ask::read("a\"b c").phrases[0]), ["b", "c"]);
        let twice = Ask::read("budget budget ");
        assert_eq!((plain(&twice.words), twice.words[0].beginning), (vec!["budget"], Beginning::Whole));
        for empty in ["", "\"", "\"\"\"", "- -\" \"", "***", "\u{0}\u{1b}"] {
            let ask = Ask::read(empty);
            assert!(ask.words.is_empty() && ask.phrases.is_empty() && ask.without.is_empty(), "{empty:?}");
        }
    }

    #[test]
    fn no_more_is_read_than_anybody_writes() {
        let ask = Ask::read(&"word* \"two words\" -one ".repeat(1_000));
        assert!(ask.words.len() + 2 * ask.phrases.len() + ask.without.len() <= MOST_WORDS);
        assert!(ask.text.len() <= LONGEST);
    }
}
