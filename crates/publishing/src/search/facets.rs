//! What a catalog can be narrowed down by, and how many workshops each choice would leave.

use std::collections::BTreeMap;

use jiff::civil;
use packhorse_domain::{
    Format, Km, Level,
    id::{NetworkId, TopicId},
};

use crate::model::Course;

use super::{Query, bits::Bits, dates::Dated};

/// Continuing education hours to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ce {
    /// The scheme, such as `Indiana LEU`.
    pub scheme: String,
    /// The category there; nothing for any.
    pub category: Option<String>,
}

/// A choice and how many workshops there are when, of its facet, only it is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted<T> {
    /// The choice.
    pub value: T,
    /// Workshops, all other facets left as they are.
    pub count: u64,
}

/// The choices of each facet that leave something, and those that are chosen. The most frequent come first, levels,
/// formats, distances and months in their own order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facets {
    /// By topic.
    pub topics: Vec<Counted<TopicId>>,
    /// By level.
    pub levels: Vec<Counted<Level>>,
    /// By format.
    pub formats: Vec<Counted<Format>>,
    /// By language, BCP 47 in lower case.
    pub languages: Vec<Counted<String>>,
    /// By scheme of continuing education, and by category of one.
    pub ce: Vec<Counted<Ce>>,
    /// By network.
    pub networks: Vec<Counted<NetworkId>>,
    /// Within each distance of the place that is searched near, the wider counting the nearer too; empty without one.
    pub distances: Vec<Counted<Km>>,
    /// With a date still to come in each of 13 months, by their first days, on the clock of the venue.
    pub months: Vec<Counted<civil::Date>>,
}

/// The workshops of each value of a facet.
#[derive(Debug, Clone)]
struct Values<K>(BTreeMap<K, Bits>);

impl<K> Default for Values<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Values<K> {
    fn insert(&mut self, value: K, slot: u32) {
        self.0.entry(value).or_default().insert(slot);
    }

    fn forget(&mut self, slot: u32) {
        self.0.retain(|_, slots| {
            let had = slots.contains(slot);
            slots.remove(slot);
            !(had && slots.is_empty())
        });
    }

    /// The workshops with any of the values; nothing when none is chosen.
    fn chosen(&self, values: &[K]) -> Option<Bits> {
        (!values.is_empty()).then(|| {
            let mut all = Bits::default();
            values.iter().filter_map(|value| self.0.get(value)).for_each(|slots| all.join(slots));
            all
        })
    }

    /// Counts each value among workshops; `among` may depend on the value.
    fn counted<'a>(&self, chosen: &[K], among: impl Fn(&K) -> &'a Bits) -> Vec<Counted<K>> {
        let mut counted: Vec<_> = self
            .0
            .iter()
            .map(|(value, slots)| Counted { value: value.clone(), count: slots.shared(among(value)) })
            .filter(|one| one.count > 0)
            .collect();
        for value in chosen {
            if !counted.iter().any(|one| one.value == *value) {
                counted.push(Counted { value: value.clone(), count: 0 });
            }
        }
        counted.sort_by(|a, b| a.value.cmp(&b.value));
        counted
    }
}

fn most_first<T>(mut counted: Vec<Counted<T>>) -> Vec<Counted<T>> {
    counted.sort_by_key(|one| u64::MAX - one.count);
    counted
}

/// The facets of the catalog.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalogued {
    topics: Values<TopicId>,
    levels: Values<Level>,
    formats: Values<Format>,
    languages: Values<String>,
    ce: Values<Ce>,
    networks: Values<NetworkId>,
}

/// Workshops that each facet leaves, in the order of [`Catalogued`]; nothing where none is chosen.
pub(super) struct Chosen([Option<Bits>; 6]);

impl Chosen {
    /// Keeps what every facet leaves, that at `but` not asked.
    fn keep(&self, slots: &Bits, but: Option<usize>) -> Bits {
        let mut left = slots.clone();
        for (_, chosen) in self.0.iter().enumerate().filter(|(n, _)| Some(*n) != but) {
            if let Some(chosen) = chosen {
                left.keep(chosen);
            }
        }
        left
    }
}

impl Catalogued {
    pub(super) fn insert(&mut self, course: &Course, slot: u32) {
        course.topics.iter().for_each(|topic| self.topics.insert(topic.id, slot));
        self.levels.insert(course.level, slot);
        course.formats.iter().for_each(|format| self.formats.insert(*format, slot));
        course.languages.iter().for_each(|tag| self.languages.insert(tag.to_ascii_lowercase(), slot));
        for hours in &course.ce_hours {
            let (scheme, category) = (hours.scheme.clone(), hours.category.clone());
            if !category.is_empty() {
                self.ce.insert(Ce { scheme: scheme.clone(), category: Some(category) }, slot);
            }
            self.ce.insert(Ce { scheme, category: None }, slot);
        }
        self.networks.insert(course.network, slot);
    }

    pub(super) fn forget(&mut self, slot: u32) {
        self.topics.forget(slot);
        self.levels.forget(slot);
        self.formats.forget(slot);
        self.languages.forget(slot);
        self.ce.forget(slot);
        self.networks.forget(slot);
    }

    pub(super) fn chosen(&self, query: &Query) -> Chosen {
        Chosen([
            self.topics.chosen(&query.topics),
            self.levels.chosen(&query.levels),
            self.formats.chosen(&query.formats),
            self.languages.chosen(&tags(query)),
            self.ce.chosen(&query.ce),
            self.networks.chosen(&query.networks),
        ])
    }

    /// What is found and the count of every choice, from what the text finds and the dates that fit.
    pub(super) fn count(&self, query: &Query, text: &Bits, dated: &Dated) -> (Bits, Facets) {
        let chosen = self.chosen(query);
        let mut fitting = text.clone();
        fitting.keep(&dated.fitting);
        let [topics, levels, formats, languages, ce, networks] = std::array::from_fn(|n| {
            chosen.keep(if n == 2 && dated.by_format.is_some() { text } else { &fitting }, Some(n))
        });
        let formats: [Bits; 3] = std::array::from_fn(|n| {
            let mut slots = formats.clone();
            dated.by_format.iter().for_each(|dated| slots.keep(&dated[n]));
            slots
        });
        let all = chosen.keep(text, None);
        let found = chosen.keep(&fitting, None);
        let facets = Facets {
            topics: most_first(self.topics.counted(&query.topics, |_| &topics)),
            levels: self.levels.counted(&query.levels, |_| &levels),
            formats: self.formats.counted(&query.formats, |format| &formats[*format as usize]),
            languages: most_first(self.languages.counted(&tags(query), |_| &languages)),
            ce: most_first(self.ce.counted(&query.ce, |_| &ce)),
            networks: most_first(self.networks.counted(&query.networks, |_| &networks)),
            distances: among(&dated.by_distance, &all).collect(),
            months: among(&dated.by_month, &all).filter(|month| month.count > 0).collect(),
        };
        (found, facets)
    }
}

fn tags(query: &Query) -> Vec<String> {
    query.languages.iter().map(|tag| tag.to_ascii_lowercase()).collect()
}

fn among<T: Copy>(choices: &[(T, Bits)], slots: &Bits) -> impl Iterator<Item = Counted<T>> {
    choices.iter().map(|(value, having)| Counted { value: *value, count: having.shared(slots) })
}
