//! Words: how a text is cut into them, which spellings are the same, and what they are inflections of.
//!
//! Source: Unicode Standard Annex 29 (words), Annex 15 (NFKC), Unicode Standard section 3.13 (case folding).

use std::{borrow::Cow, ops::Range};

use icu_casemap::CaseMapper;
use icu_normalizer::{
    ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed,
};
use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a word that count; what is longer is cut.
const LONGEST: usize = 40;

/// A word without case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without diacritics.
    pub(super) plain: String,
    /// With its diacritics, when it has any.
    pub(super) marked: Option<String>,
}

impl Word {
    fn new(folded: &str) -> Self {
        let end = folded.char_indices().nth(LONGEST).map_or(folded.len(), |(end, _)| end);
        let spelled = &folded[..end];
        match unmarked(spelled) {
            Cow::Borrowed(plain) => Self { plain: plain.to_owned(), marked: None },
            Cow::Owned(plain) => Self { marked: (plain != spelled).then(|| spelled.to_owned()), plain },
        }
    }
}

/// A text in compatibility form and without case; quotation marks and apostrophes of one kind.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded = CaseMapper::new().fold_string(&ComposingNormalizerBorrowed::new_nfkc().normalize(text)).into_owned();
    folded.replace(['’', '‘', 'ʼ'], "'").replace(['“', '”', '„', '«', '»'], "\"")
}

/// A word without its diacritics: marks above, below and through letters, Hebrew points and Arabic vowel signs. Signs
/// that make another letter, as in Devanagari and Kana, stay.
fn unmarked(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let parts = DecomposingNormalizerBorrowed::new_nfd().normalize(word);
    let letters = parts.chars().filter(|c| !matches!(classes.get_u8(*c), 10..=35 | 200..=240)).map(|c| match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        other => other,
    });
    let letters: String = letters.collect();
    Cow::Owned(ComposingNormalizerBorrowed::new_nfc().normalize(&letters).into_owned())
}

/// The words of a text that is [`folded`], each with where it stands.
pub(super) fn words(folded: &str) -> impl Iterator<Item = (Range<usize>, Word)> {
    folded.unicode_word_indices().flat_map(|(at, word)| {
        pieces(word).into_iter().filter_map(move |(from, piece)| {
            // A mark may cling to a sign before it.
            let bare = piece.trim_start_matches(|c: char| !c.is_alphanumeric());
            let (from, end) = (at + from + piece.len() - bare.len(), at + from + piece.len());
            // `u.s` is `us`.
            let initials = bare.contains('.') && bare.chars().any(char::is_alphabetic);
            let word = Word::new(&if initials { Cow::Owned(bare.replace('.', "")) } else { Cow::Borrowed(bare) });
            (!word.plain.is_empty()).then_some((from..end, word))
        })
    })
}

/// What Annex 29 leaves in one piece and readers do not: `l'accès`, `node.js`, `summer_reading`. Initials (`u.s`) and
/// numbers (`3.5`) stay whole.
fn pieces(word: &str) -> Vec<(usize, &str)> {
    let elided = word.find('\'').filter(|at| word[..*at].chars().count() <= 2);
    let initials = word.split('.').all(|part| part.chars().count() == 1);
    let dotted = !initials && word.chars().any(char::is_alphabetic);
    let cut = |(at, c): (usize, char)| c == '_' || c == ':' || (c == '.' && dotted) || elided == Some(at);
    let mut pieces = Vec::with_capacity(1);
    let mut from = 0;
    for (at, c) in word.char_indices().filter(|place| cut(*place)).chain([(word.len(), '.')]) {
        if at > from {
            pieces.push((from, &word[from..at]));
        }
        from = at + c.len_utf8();
    }
    pieces
}

/// The language of a text, as far as its words are inflected by known rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tongue(u8);

/// Primary language subtags with the rules for their words.
///
/// Source: Snowball 3.0 (snowballstem.org), IANA language subtag registry.
const TONGUES: [(&str, Algorithm); 22] = [
    ("ar", Algorithm::Arabic),
    ("ca", Algorithm::Catalan),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("en", Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fa", Algorithm::Persian),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hi", Algorithm::Hindi),
    ("hu", Algorithm::Hungarian),
    ("hy", Algorithm::Armenian),
    ("it", Algorithm::Italian),
    ("ne", Algorithm::Nepali),
    ("nl", Algorithm::Dutch),
    ("no", Algorithm::Norwegian),
    ("pl", Algorithm::Polish),
    ("pt", Algorithm::Portuguese),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("tr", Algorithm::Turkish),
    ("uk", Algorithm::Ukrainian),
];

/// Words that say little by themselves: articles, pronouns, prepositions, conjunctions, auxiliaries. Without diacritics.
///
/// Source: after the stop word lists of Snowball (snowballstem.org).
const STOP_WORDS: [(&str, &str); 3] = [
    (
        "en",
        "a about an and are as at be been but by can do does for from had has have how i if in into is it its my of on \
         or our so than that the their them then there these they this those to was we were what when where which who \
         why will with you your",
    ),
    (
        "es",
        "a al ante como con cual cuando de del desde donde e el ella ellos en entre era es esa ese eso esta este esto \
         fue ha hacia hasta hay la las le les lo los mas me mi muy nos o para pero por porque que se ser si sin sobre \
         son su sus tu u un una unas uno unos y ya",
    ),
    (
        "fr",
        "a au aux avec ce ces cette comme d dans de des du elle en est et eux il ils j je l la le les leur leurs lui m \
         mais n ne nos notre nous on ou par pas pour qu que qui s sa se ses son sont sur t un une vos votre vous y",
    ),
];

impl Tongue {
    /// The language of a BCP 47 tag.
    pub(super) fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        // Both written standards of Norwegian have one set of rules.
        let primary = if ["nb", "nn"].iter().any(|one| primary.eq_ignore_ascii_case(one)) { "no" } else { primary };
        let known = (0u8..).zip(TONGUES).find(|(_, (tag, _))| primary.eq_ignore_ascii_case(tag));
        Self(known.map_or(u8::MAX, |(n, _)| n))
    }

    /// What a word is an inflection of, without diacritics: read with them and, as many write, without.
    pub(super) fn stems(self, word: &Word) -> Vec<String> {
        let Some((_, algorithm)) = TONGUES.get(usize::from(self.0)) else { return vec![word.plain.clone()] };
        if !word.plain.chars().all(|c| c.is_alphabetic() || c == '\'') {
            return vec![word.plain.clone()];
        }
        let stemmer = Stemmer::create(*algorithm);
        let mut stems: Vec<_> = [Some(&word.plain), word.marked.as_ref()]
            .into_iter()
            .flatten()
            .map(|spelled| unmarked(&stemmer.stem(spelled)).into_owned())
            .collect();
        stems.dedup();
        stems
    }

    /// Whether a word says little by itself in this language.
    pub(super) fn passes_over(self, word: &Word) -> bool {
        let Some((tag, _)) = TONGUES.get(usize::from(self.0)) else { return false };
        STOP_WORDS.iter().any(|(of, list)| of == tag && list.split_whitespace().any(|stop| stop == word.plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<String> {
        words(&folded(text)).map(|(_, word)| word.plain).collect()
    }

    #[test]
    fn a_text_is_cut_where_readers_cut_it() {
        assert_eq!(
            plain("Readers’ Advisory: Low-Cost, for U.S. kids"),
            ["readers", "advisory", "low", "cost", "for", "us", "kids"]
        );
        assert_eq!(
            plain("l'ACCÈS d’été, Straße ﬁnd Node.js 3.5 summer_reading"),
            ["l", "acces", "d", "ete", "strasse", "find", "node", "js", "3.5", "summer", "reading"]
        );
        assert_eq!(plain("図書館が"), ["図", "書", "館", "が"]);
        assert_eq!(plain("\u{0}\"\"*- …"), Vec::<String>::new());
    }

    #[test]
    fn a_place_is_that_of_the_word() {
        let text = folded("Ré-sumé o'clock");
        let found: Vec<_> = words(&text).map(|(at, _)| &text[at]).collect();
        assert_eq!(found, ["ré", "sumé", "o", "clock"]);
    }

    #[test]
    fn inflections_meet_with_and_without_diacritics() {
        let stems = |tag: &str, text: &str| Tongue::of(tag).stems(&words(&folded(text)).next().unwrap().1);
        assert_eq!(stems("en-US", "policies"), stems("en", "Policy"));
        for (one, other) in [("capacitación", "capacitaciones"), ("capacitacion", "capacitaciones"), ("niñas", "NIÑO")]
        {
            let (one, other) = (stems("es", one), stems("es-MX", other));
            assert!(one.iter().any(|stem| other.contains(stem)), "{one:?} {other:?}");
        }
        assert_eq!(stems("tlh", "policies"), ["policies"]);
    }
}
