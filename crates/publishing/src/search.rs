//! Search: an index of the public catalog in memory, so that every database shows the same, to the byte.
//!
//! The program puts every published workshop in and follows what changes. A search looks for words in any inflection,
//! phrases, beginnings of words and, where nobody wrote a word, for those that resemble it; it narrows down by facets and
//! counts what each choice would leave.
//!
//! Invariant: what a search finds, and in which order, depends on the workshops that are in, never on how they got in.

mod ask;
mod bits;
mod cursor;
mod dates;
mod distance;
mod facets;
mod lexicon;
mod rank;
mod reading;
mod words;

use std::collections::HashMap;

use packhorse_domain::{
    Coordinates, Format, Km, Level, Timestamp, Word,
    id::{NetworkId, TopicId, WorkshopId},
};

use crate::model::{Course, CreditRole, Publisher};

use bits::Bits;
use cursor::{Key, TITLE};
use dates::{Date, Places, When};
use facets::Catalogued;
use lexicon::{Counts, Lexicon, Posting};
use rank::{FIELDS, Lengths};
use reading::Reading;
use words::{Tongue, folded, words};

pub use cursor::{Cursor, InvalidCursor};
pub use dates::Occurrence;
pub use facets::{Ce, Counted, Facets};

/// What workshops are in order of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// How well the text is answered, then as [`Self::Changed`], which is all there is without a text.
    #[default]
    Relevance,
    /// The last changed first.
    Changed,
    /// The alphabet, without case and diacritics.
    Title,
    /// The next date that fits the search, those without at the end.
    NextDate,
}

impl Word for Sort {
    const ALL: &'static [Self] = &[Self::Relevance, Self::Changed, Self::Title, Self::NextDate];

    fn word(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Changed => "changed",
            Self::Title => "title",
            Self::NextDate => "next_date",
        }
    }
}

/// What is searched for. Values of one facet are alternatives; all facets must hold, and those of dates (format, near,
/// from, until) of one and the same date.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// As it was typed: words, `"a phrase"`, `begin*`, `-without`. Empty for everything. Any text will do; about the
    /// first thousand characters and 24 words of it are read.
    pub text: String,
    /// Any of these topics.
    pub topics: Vec<TopicId>,
    /// Any of these levels.
    pub levels: Vec<Level>,
    /// Any of these formats.
    pub formats: Vec<Format>,
    /// Any of these languages, BCP 47 without regard to case.
    pub languages: Vec<String>,
    /// Any of these hours of continuing education.
    pub ce: Vec<Ce>,
    /// Any of these networks.
    pub networks: Vec<NetworkId>,
    /// Having a date at most so far from a place.
    pub near: Option<(Coordinates, Km)>,
    /// Having a date that begins then or later; from `now` on when only `until` or `near` is given.
    pub from: Option<Timestamp>,
    /// Having a date that begins before.
    pub until: Option<Timestamp>,
    /// The order.
    pub sort: Sort,
    /// The page behind this place. A cursor of another order is none.
    pub after: Option<Cursor>,
    /// Most workshops of a page.
    pub limit: usize,
    /// The present instant: dates before it have passed.
    pub now: Timestamp,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// A page of it, in order.
    pub ids: Vec<WorkshopId>,
    /// How many there are on all pages.
    pub total: u64,
    /// Where the next page begins; nothing on the last.
    pub next: Option<Cursor>,
    /// What it can be narrowed down or widened by.
    pub facets: Facets,
    /// The text as it was taken, when words in it that nobody wrote were taken for others: "did you mean".
    pub corrected: Option<String>,
}

/// What is kept of a workshop.
#[derive(Debug, Clone)]
struct Entry {
    id: WorkshopId,
    /// Microseconds since 1970.
    changed: i64,
    title: Box<str>,
    /// The forms of its texts in their order, [`GAP`] between texts.
    tokens: Box<[u32]>,
    dates: Box<[Date]>,
}

/// What parts one text of a workshop from the next, so that no phrase goes across.
const GAP: u32 = u32::MAX;

/// An index of the public catalog.
#[derive(Debug, Clone, Default)]
pub struct Index {
    slots: HashMap<WorkshopId, u32>,
    entries: Vec<Option<Entry>>,
    /// By slot, beside the entries: ranking reads nothing else of them.
    lengths: Vec<Lengths>,
    free: Vec<u32>,
    live: Bits,
    lexicon: Lexicon,
    facets: Catalogued,
    places: Places,
    /// Words of all workshops by field.
    totals: [u64; FIELDS],
}

impl Index {
    /// Puts a published workshop in, in place of what was known of it, with its dates that are public.
    pub fn put(&mut self, publisher: &Publisher, course: &Course, dates: &[Occurrence]) {
        self.remove(course.id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.lengths.push(Lengths::default());
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        let tongue = Tongue::of(course.languages.first().map_or("", String::as_str));
        let (mut tokens, mut lengths, mut counts) = (Vec::new(), Lengths::default(), HashMap::<u32, Counts>::new());
        for (field, texts) in texts(publisher, course).iter().enumerate() {
            for text in texts {
                for (_, word) in words(&folded(text)) {
                    let form = self.lexicon.form(&word, tongue);
                    counts.entry(form).or_default().add(field);
                    lengths[field] = lengths[field].saturating_add(1);
                    tokens.push(form);
                }
                tokens.push(GAP);
            }
        }
        for (form, counts) in counts {
            self.lexicon.add(form, Posting { slot, counts });
        }
        self.totals.iter_mut().zip(lengths).for_each(|(total, length)| *total += u64::from(length));
        self.facets.insert(course, slot);
        self.live.insert(slot);
        self.slots.insert(course.id, slot);
        self.lengths[slot as usize] = lengths;
        self.entries[slot as usize] = Some(Entry {
            id: course.id,
            changed: course.updated_at.as_microsecond(),
            title: sorted_by(&course.title).into(),
            tokens: tokens.into(),
            dates: dates.iter().map(|occurrence| self.places.date(occurrence)).collect(),
        });
    }

    /// Takes a workshop out; one that is not in stays so.
    pub fn remove(&mut self, id: WorkshopId) {
        let Some(slot) = self.slots.remove(&id) else { return };
        let Some(entry) = self.entries[slot as usize].take() else { return };
        let mut forms = entry.tokens.into_vec();
        forms.sort_unstable();
        forms.dedup();
        forms.into_iter().filter(|form| *form != GAP).for_each(|form| self.lexicon.forget(form, slot));
        entry.dates.iter().for_each(|date| self.places.forget(*date));
        self.totals.iter_mut().zip(self.lengths[slot as usize]).for_each(|(total, length)| *total -= u64::from(length));
        self.facets.forget(slot);
        self.live.remove(slot);
        self.free.push(slot);
    }

    /// How many workshops are in.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Searches.
    pub fn search(&self, query: &Query) -> Found {
        let reading = Reading::new(&self.lexicon, &query.text);
        let text = reading.matching(&self.live, |slot| self.entry(slot).map(|entry| &*entry.tokens));
        let when = When::new(query, &self.places);
        let dated = when.look(text.iter().filter_map(|slot| Some((slot, &*self.entry(slot)?.dates))));
        let (found, facets) = self.facets.count(query, &text, &dated);
        let total = found.len();
        let mut keys = self.keys(query, &reading, &when, &found);
        if let Some(after) = query.after.as_ref().filter(|after| after.sort == query.sort) {
            keys.retain(|key| *key > after.key());
        }
        let more = keys.len() > query.limit;
        if more {
            keys.select_nth_unstable(query.limit);
            keys.truncate(query.limit);
        }
        keys.sort_unstable();
        let next = keys.last().filter(|_| more).map(|last| Cursor::at(query.sort, *last));
        let ids = keys.iter().map(|key| key.id).collect();
        Found { ids, total, next, facets, corrected: reading.corrected }
    }

    fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// What orders those found.
    fn keys(&self, query: &Query, reading: &Reading, when: &When, found: &Bits) -> Vec<Key<'_>> {
        let scores = match query.sort {
            Sort::Relevance => self.scores(reading, found),
            Sort::Changed | Sort::Title | Sort::NextDate => Vec::new(),
        };
        let key = |slot: u32| {
            let entry = self.entry(slot)?;
            let (first, second, title) = match query.sort {
                Sort::Relevance => (-scores.get(slot as usize).copied().unwrap_or(0), -entry.changed, ""),
                Sort::Changed => (-entry.changed, 0, ""),
                Sort::Title => (0, 0, &*entry.title),
                Sort::NextDate => (when.next(&entry.dates), 0, ""),
            };
            Some(Key { first, second, title, id: entry.id })
        };
        found.iter().filter_map(key).collect()
    }

    /// How well each of those found answers, by slot.
    fn scores(&self, reading: &Reading, found: &Bits) -> Vec<i64> {
        let workshops = self.live.len();
        let scale = rank::Scale::new(&self.totals, workshops);
        let mut sums = vec![0.0; self.entries.len()];
        let mut frequencies = vec![0u32; self.entries.len()];
        for word in reading.ranked() {
            for (form, answer) in &word.forms {
                for posting in self.lexicon.postings(*form).iter().filter(|posting| found.contains(posting.slot)) {
                    let slot = posting.slot as usize;
                    let more = scale.frequency(posting.counts, &self.lengths[slot], *answer);
                    frequencies[slot] = frequencies[slot].saturating_add(more);
                }
            }
            let rarity = rank::rarity(word.having.len(), workshops);
            for (sum, frequency) in sums.iter_mut().zip(&mut frequencies).filter(|(_, frequency)| **frequency > 0) {
                *sum += rarity * rank::saturated(std::mem::take(frequency));
            }
        }
        sums.into_iter().map(rank::score).collect()
    }
}

/// The texts of a workshop by field, in the order of [`rank::FIELDS`].
fn texts<'a>(publisher: &'a Publisher, course: &'a Course) -> [Vec<&'a str>; FIELDS] {
    let topics = course.topics.iter().map(|topic| topic.name.as_str());
    let competencies = course.competencies.iter().map(|competency| competency.name.as_str());
    let authors = course.credits.iter().filter(|credit| credit.role == CreditRole::Author);
    let authors = authors.map(|credit| credit.name.as_str());
    let trainers = course.trainers.iter().map(|person| person.name.as_str());
    let mut people: Vec<_> = authors.chain(trainers).collect();
    people.sort_unstable();
    people.dedup();
    [
        vec![&course.title],
        topics.chain(competencies).collect(),
        course.objectives.iter().map(String::as_str).collect(),
        vec![&course.summary],
        vec![&course.audience],
        people,
        vec![&publisher.name],
    ]
}

/// What a title is sorted by.
fn sorted_by(title: &str) -> String {
    let plain: Vec<_> = words(&folded(title)).map(|(_, word)| word.plain).collect();
    plain.join(" ").chars().take(TITLE).collect()
}
