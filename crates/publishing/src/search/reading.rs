//! A text as the catalog's own words: which forms each word of it means, and which workshops have them.

use super::{
    ask::{Ask, Beginning, Wanted},
    bits::Bits,
    lexicon::{Lexicon, Meanings},
};

/// Words for which others that resemble them are sought; further ones must be right.
const MOST_TOLERATED: usize = 6;

/// A word with what it means here.
pub(super) struct Meant {
    pub(super) forms: Meanings,
    /// The workshops that have any of the forms.
    pub(super) having: Bits,
}

/// Words that stand one after another.
struct Phrase {
    words: Vec<Meant>,
    /// For each form of the lexicon the words of the phrase it can be, a bit each; nothing for a single word.
    masks: Vec<u32>,
}

/// A text as it is understood.
pub(super) struct Reading {
    words: Vec<Meant>,
    phrases: Vec<Phrase>,
    without: Vec<Phrase>,
    /// The text with its words replaced by those they were taken for, if any was.
    pub(super) corrected: Option<String>,
}

impl Meant {
    fn new(lexicon: &Lexicon, forms: Meanings) -> Self {
        Self { having: lexicon.having(&forms), forms }
    }
}

impl Phrase {
    fn new(lexicon: &Lexicon, words: &[Wanted]) -> Self {
        let words: Vec<_> = words.iter().map(|wanted| Meant::new(lexicon, lexicon.meanings(wanted))).collect();
        let mut masks = Vec::new();
        if words.len() > 1 {
            masks.resize(lexicon.bound(), 0);
            for (n, (form, _)) in
                words.iter().enumerate().flat_map(|(n, word)| word.forms.iter().map(move |one| (n, one)))
            {
                masks[*form as usize] |= 1 << n;
            }
        }
        Self { words, masks }
    }

    /// Which of some workshops have it.
    ///
    /// Source: R. Baeza-Yates and G. Gonnet, "A new approach to text searching", Communications of the ACM 35 (1992).
    fn among<'a>(&self, slots: &Bits, tokens: impl Fn(u32) -> Option<&'a [u32]>) -> Bits {
        let mut having = slots.clone();
        self.words.iter().for_each(|word| having.keep(&word.having));
        if self.masks.is_empty() {
            return having;
        }
        let last = 1 << (self.words.len() - 1);
        let mut found = Bits::default();
        for slot in having.iter() {
            let mut state = 0;
            let ends_here = |form: &u32| {
                state = (state << 1 | 1) & self.masks.get(*form as usize).copied().unwrap_or(0);
                state & last != 0
            };
            if tokens(slot).is_some_and(|tokens| tokens.iter().any(ends_here)) {
                found.insert(slot);
            }
        }
        found
    }
}

impl Reading {
    /// Reads a text. Words that say little need not be there, unless there are no others.
    pub(super) fn new(lexicon: &Lexicon, text: &str) -> Self {
        let Ask { mut text, words, phrases, without } = Ask::read(text);
        let phrase = |words: &Vec<Wanted>| Phrase::new(lexicon, words);
        let (phrases, without): (Vec<_>, Vec<_>) =
            (phrases.iter().map(phrase).collect(), without.iter().map(phrase).collect());
        let says_much = |wanted: &Wanted| wanted.beginning == Beginning::Asked || !lexicon.passes_over(&wanted.word);
        let any_does = !phrases.is_empty() || words.iter().any(says_much);
        let mut replaced = Vec::new();
        let mut tolerated = 0;
        let mut meant = Vec::new();
        for wanted in words.into_iter().filter(|wanted| !any_does || says_much(wanted)) {
            let mut forms = lexicon.meanings(&wanted);
            if forms.is_empty() && wanted.beginning != Beginning::Asked && tolerated < MOST_TOLERATED {
                tolerated += 1;
                if let Some((near, likeliest)) = lexicon.resembling(&wanted.word) {
                    forms = near;
                    replaced.push((wanted.at, likeliest));
                }
            }
            meant.push(Meant::new(lexicon, forms));
        }
        let corrected = (!replaced.is_empty()).then(|| {
            // From the end, so that places before it stay right.
            replaced.into_iter().rev().for_each(|(at, word)| text.replace_range(at, &word));
            text.trim().to_owned()
        });
        Self { words: meant, phrases, without, corrected }
    }

    /// Which workshops answer; `tokens` tells the forms of one in their order.
    pub(super) fn matching<'a>(&self, live: &Bits, tokens: impl Fn(u32) -> Option<&'a [u32]>) -> Bits {
        let mut slots = live.clone();
        self.words.iter().for_each(|word| slots.keep(&word.having));
        for phrase in &self.phrases {
            slots = phrase.among(&slots, &tokens);
        }
        for phrase in &self.without {
            slots.take_out(&phrase.among(&slots, &tokens));
        }
        slots
    }

    /// The words that make the rank.
    pub(super) fn ranked(&self) -> impl Iterator<Item = &Meant> {
        self.words.iter().chain(self.phrases.iter().flat_map(|phrase| &phrase.words))
    }
}
