//! The lexicon: every word form of the catalog and which workshops have it, how often and in which fields.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::Arc,
};

use super::{
    ask::{Beginning, Wanted},
    bits::Bits,
    distance::{letters, mistakes},
    words::{Tongue, Word},
};

/// How often a form stands in each field of a workshop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) slot: u32,
    pub(super) counts: Counts,
}

/// How often for each field, four bits each: 15 stands for as many and more.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts(u32);

impl Counts {
    pub(super) fn add(&mut self, field: usize) {
        if (self.0 >> (4 * field)) & 15 < 15 {
            self.0 += 1 << (4 * field);
        }
    }

    /// Fields with how often it stands there, those without left out.
    pub(super) fn iter(self) -> impl Iterator<Item = (usize, u32)> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let field = (left != 0).then(|| left.trailing_zeros() / 4)?;
            let count = (left >> (4 * field)) & 15;
            left &= !(15 << (4 * field));
            Some((field as usize, count))
        })
    }
}

/// A spelling in the texts of one language.
#[derive(Debug, Clone)]
struct Form {
    /// Without diacritics.
    plain: Arc<str>,
    /// With them, when it has any.
    marked: Option<Box<str>>,
    tongue: Tongue,
    /// By slot.
    postings: Vec<Posting>,
}

/// The forms of one spelling or stem, beside what tells without a look at its letters that it is another.
#[derive(Debug, Clone)]
struct Forms {
    letters: u32,
    length: usize,
    ids: Vec<u32>,
}

impl Forms {
    fn of(text: &str) -> Self {
        Self { letters: letters(text), length: text.chars().count(), ids: Vec::new() }
    }

    /// Takes a form out; whether none is left.
    fn strike(&mut self, id: u32) -> bool {
        self.ids.retain(|one| *one != id);
        self.ids.is_empty()
    }
}

impl Form {
    fn word(&self) -> Word {
        Word { plain: self.plain.to_string(), marked: self.marked.as_deref().map(str::to_owned) }
    }
}

/// How well a form answers a word, in sixteenths: the spelling asked for, another inflection, a longer word.
const SAME: u32 = 16;
const INFLECTED: u32 = 13;
const LONGER: u32 = 8;
/// The same for a spelling that is one mistake away, and two, and for inflections of those a sixteenth less.
const MISTAKEN: [u32; 2] = [6, 4];

/// The forms that a word means, each once, with how well they answer.
pub(super) type Meanings = Vec<(u32, u32)>;

/// Every form of the catalog.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    forms: Vec<Form>,
    /// Forms that no workshop has any more.
    free: Vec<u32>,
    by_plain: BTreeMap<Arc<str>, Forms>,
    /// Of each language that there are texts in.
    by_stem: BTreeMap<Tongue, HashMap<Box<str>, Forms>>,
}

impl Lexicon {
    /// How many forms there ever were at once; all are below.
    pub(super) fn bound(&self) -> usize {
        self.forms.len()
    }

    /// The form of a word, made when it is new. It must get a posting.
    pub(super) fn form(&mut self, word: &Word, tongue: Tongue) -> u32 {
        let same = |form: &Form| form.tongue == tongue && form.marked.as_deref() == word.marked.as_deref();
        if let Some(known) = self.spelled(&word.plain).find(|id| same(&self.forms[*id as usize])) {
            return known;
        }
        let plain = self.by_plain.get_key_value(word.plain.as_str()).map(|(plain, _)| Arc::clone(plain));
        let plain = plain.unwrap_or_else(|| Arc::from(word.plain.as_str()));
        let marked = word.marked.as_deref().map(Box::from);
        let form = Form { plain, marked, tongue, postings: Vec::new() };
        let id = self.free.pop().unwrap_or_else(|| {
            let next = u32::try_from(self.forms.len()).unwrap_or(u32::MAX - 1);
            self.forms.push(form.clone());
            next
        });
        self.by_plain.entry(Arc::clone(&form.plain)).or_insert_with_key(|plain| Forms::of(plain)).ids.push(id);
        let stems = self.by_stem.entry(tongue).or_default();
        for stem in tongue.stems(word) {
            stems.entry(stem.into()).or_insert_with_key(|stem| Forms::of(stem)).ids.push(id);
        }
        self.forms[id as usize] = form;
        id
    }

    /// Notes that a workshop has a form. Not twice.
    pub(super) fn add(&mut self, form: u32, posting: Posting) {
        let postings = &mut self.forms[form as usize].postings;
        let at = match postings.last() {
            Some(last) if last.slot > posting.slot => postings.partition_point(|one| one.slot < posting.slot),
            _ => postings.len(),
        };
        postings.insert(at, posting);
    }

    /// Forgets that a workshop has a form, and the form with its last workshop.
    pub(super) fn forget(&mut self, id: u32, slot: u32) {
        let form = &mut self.forms[id as usize];
        if let Ok(at) = form.postings.binary_search_by_key(&slot, |one| one.slot) {
            form.postings.remove(at);
        }
        if !form.postings.is_empty() {
            return;
        }
        let form = form.clone();
        if let Some(stems) = self.by_stem.get_mut(&form.tongue) {
            for stem in form.tongue.stems(&form.word()) {
                if stems.get_mut(stem.as_str()).is_some_and(|forms| forms.strike(id)) {
                    stems.remove(stem.as_str());
                }
            }
            if stems.is_empty() {
                self.by_stem.remove(&form.tongue);
            }
        }
        if self.by_plain.get_mut(&form.plain).is_some_and(|forms| forms.strike(id)) {
            self.by_plain.remove(&form.plain);
        }
        self.forms[id as usize].postings = Vec::new();
        self.free.push(id);
    }

    /// Where a form stands.
    pub(super) fn postings(&self, form: u32) -> &[Posting] {
        &self.forms[form as usize].postings
    }

    /// The workshops that have any of some forms.
    pub(super) fn having(&self, forms: &[(u32, u32)]) -> Bits {
        let highest = forms.iter().filter_map(|(form, _)| self.postings(*form).last()).map(|last| last.slot).max();
        let mut slots = Bits::below(highest.map_or(0, |slot| slot as usize + 1));
        for (form, _) in forms {
            self.postings(*form).iter().for_each(|posting| slots.insert(posting.slot));
        }
        slots
    }

    /// Whether a word says little by itself in any language that there are texts in.
    pub(super) fn passes_over(&self, word: &Word) -> bool {
        self.by_stem.keys().any(|tongue| tongue.passes_over(word))
    }

    /// The forms of a word and its inflections, in whichever language.
    pub(super) fn inflections(&self, word: &Word) -> Meanings {
        let mut found: Vec<_> = self.spelled(&word.plain).map(|form| (form, SAME)).collect();
        for (tongue, stems) in &self.by_stem {
            let forms = tongue.stems(word).into_iter().filter_map(|stem| stems.get(stem.as_str()));
            found.extend(forms.flat_map(|forms| &forms.ids).map(|form| (*form, INFLECTED)));
        }
        each_once(found)
    }

    /// The forms that a word means: its inflections, and what begins with it when that is meant.
    pub(super) fn meanings(&self, wanted: &Wanted) -> Meanings {
        let mut found = self.inflections(&wanted.word);
        if wanted.beginning != Beginning::Whole {
            let from = (Bound::Included(wanted.word.plain.as_str()), Bound::Unbounded);
            let longer = self.by_plain.range::<str, _>(from);
            let longer = longer.take_while(|(plain, _)| plain.starts_with(wanted.word.plain.as_str()));
            found.extend(longer.flat_map(|(_, forms)| &forms.ids).map(|form| (*form, LONGER)));
        }
        each_once(found)
    }

    /// The forms with the fewest mistakes between them and a word that nobody wrote, their inflections, and the spelling
    /// that is likeliest: most workshops have it, then the first of the alphabet. Where no spelling is near enough, that
    /// of what the words are inflections of is compared, so that `polcy` finds `policies`.
    pub(super) fn resembling(&self, word: &Word) -> Option<(Meanings, String)> {
        let mut nearest = Nearest::new(&word.plain, allowed(&word.plain));
        for (plain, forms) in &self.by_plain {
            nearest.offer(plain, forms);
        }
        if nearest.forms.is_empty() {
            for (tongue, stems) in &self.by_stem {
                let mut of_stems = Nearest::new(tongue.stems(word).first()?, allowed(&word.plain));
                for (stem, forms) in stems {
                    of_stems.offer(stem, forms);
                }
                match of_stems.least.cmp(&nearest.least) {
                    Ordering::Less => nearest = of_stems,
                    Ordering::Equal => nearest.forms.extend(of_stems.forms),
                    Ordering::Greater => {}
                }
            }
        }
        let workshops = |id: &u32| self.forms[*id as usize].postings.len();
        let name = |id: &u32| {
            let form = &self.forms[*id as usize];
            form.marked.as_deref().unwrap_or(&form.plain)
        };
        let near = nearest.forms;
        let likeliest =
            near.iter().min_by(|a, b| workshops(b).cmp(&workshops(a)).then_with(|| name(a).cmp(name(b))))?;
        let weight = MISTAKEN[nearest.least.clamp(1, 2) - 1];
        let mut found: Vec<_> = near.iter().map(|form| (*form, weight)).collect();
        for form in near.iter().map(|id| &self.forms[*id as usize]) {
            let Some(stems) = self.by_stem.get(&form.tongue) else { continue };
            let forms = form.tongue.stems(&form.word()).into_iter().filter_map(|stem| stems.get(stem.as_str()));
            found.extend(forms.flat_map(|forms| &forms.ids).map(|form| (*form, weight - 1)));
        }
        Some((each_once(found), name(likeliest).to_owned()))
    }

    fn spelled(&self, plain: &str) -> impl Iterator<Item = u32> {
        self.by_plain.get(plain).into_iter().flat_map(|forms| forms.ids.iter().copied())
    }
}

/// Mistakes that a word may have: one with 4 to 7 letters, two with more, none with other signs than letters in it.
fn allowed(plain: &str) -> usize {
    match plain.chars().count() {
        _ if !plain.chars().all(char::is_alphabetic) => 0,
        ..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// What has the fewest mistakes between itself and a spelling.
struct Nearest {
    spelling: Vec<char>,
    letters: u32,
    /// Mistakes of those found so far, or as many as are allowed.
    least: usize,
    forms: Vec<u32>,
    other: Vec<char>,
}

impl Nearest {
    fn new(spelling: &str, allowed: usize) -> Self {
        let (letters, spelling) = (letters(spelling), spelling.chars().collect());
        Self { spelling, letters, least: allowed, forms: Vec::new(), other: Vec::new() }
    }

    /// Takes forms of a spelling when it is as near as those found so far, and lets those go when it is nearer.
    fn offer(&mut self, other: &str, forms: &Forms) {
        let least = self.least;
        let apart = (forms.letters ^ self.letters).count_ones() as usize;
        if least == 0 || forms.length.abs_diff(self.spelling.len()) > least || apart > 2 * least {
            return;
        }
        self.other.clear();
        self.other.extend(other.chars());
        let Some(found) = mistakes(&self.spelling, &self.other, least) else { return };
        if found < least {
            self.forms.clear();
            self.least = found.max(1);
        }
        self.forms.extend(&forms.ids);
    }
}

/// Each form with the best of its answers.
fn each_once(mut found: Meanings) -> Meanings {
    found.sort_unstable_by_key(|(form, weight)| (*form, u32::MAX - weight));
    found.dedup_by_key(|(form, _)| *form);
    found
}
