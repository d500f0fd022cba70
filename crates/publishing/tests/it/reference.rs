//! Search against a reference that reads every workshop for every question, over random catalogs.

use jiff::{SignedDuration, civil};
use packhorse_domain::{Coordinates, Format, Km, Level};
use packhorse_publishing::{
    model::{CeHours, Course, Publisher},
    search::{Ce, Index, Occurrence, Query, Sort},
};
use proptest::{collection::vec, prelude::*, sample::select};
use snowball_stemmers_rs::{Algorithm, Stemmer};

use crate::{
    search::{asked, date, numbered, titled},
    world::publisher,
};

/// Words that are near one another: inflections, beginnings, mistakes, diacritics, small words of two languages.
const VOCABULARY: [&str; 30] = [
    "policy",
    "policies",
    "polcy",
    "police",
    "train",
    "trainer",
    "training",
    "trainings",
    "library",
    "libraries",
    "budget",
    "budgets",
    "story",
    "stories",
    "storytime",
    "the",
    "of",
    "for",
    "de",
    "la",
    "política",
    "políticas",
    "politica",
    "biblioteca",
    "bibliotecas",
    "bibliotecario",
    "management",
    "managers",
    "2026",
    "niños",
];

fn plain(word: &str) -> String {
    let bare = |c| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ñ' => 'n',
        other => other,
    };
    word.chars().map(bare).collect()
}

fn stems(language: &str, word: &str) -> Vec<String> {
    if word.chars().all(|c| c.is_ascii_digit()) {
        return vec![word.to_owned()];
    }
    let stemmer = Stemmer::create(if language == "es" { Algorithm::Spanish } else { Algorithm::English });
    [plain(word), word.to_owned()].iter().map(|one| plain(&stemmer.stem(one))).collect()
}

fn says_little(language: &str, word: &str) -> bool {
    let list: &[&str] = if language == "es" { &["de", "la"] } else { &["the", "of", "for"] };
    list.contains(&word)
}

/// Damerau-Levenshtein distance by the whole table.
fn distance(one: &str, other: &str, most: usize) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, j) in (0..=a.len()).flat_map(|i| (0..=b.len()).map(move |j| (i, j))) {
        table[i][j] = if i == 0 || j == 0 {
            i + j
        } else {
            let least = (table[i - 1][j] + 1).min(table[i][j - 1] + 1);
            let least = least.min(table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped { least.min(table[i - 2][j - 2] + 1) } else { least }
        };
    }
    table[a.len()][b.len()]
}

#[derive(Debug, Clone)]
enum Part {
    Word(&'static str),
    Beginning(&'static str, usize),
    Phrase(Vec<&'static str>),
    Without(Vec<&'static str>),
}

impl Part {
    fn written(&self) -> String {
        match self {
            Self::Word(word) => (*word).to_owned(),
            Self::Beginning(word, letters) => format!("{}*", &word[..*letters]),
            Self::Phrase(words) => format!("\"{}\"", words.join(" ")),
            Self::Without(words) => format!("-\"{}\"", words.join(" ")),
        }
    }
}

/// A workshop: its language and its texts.
#[derive(Debug, Clone)]
struct Known {
    language: &'static str,
    texts: Vec<Vec<&'static str>>,
}

impl Known {
    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.texts.iter().flatten().copied()
    }

    fn same(&self, asked: &str, written: &str) -> bool {
        let of_written = stems(self.language, written);
        plain(asked) == plain(written) || stems(self.language, asked).iter().any(|stem| of_written.contains(stem))
    }

    fn has(&self, word: &str) -> bool {
        self.words().any(|written| self.same(word, written))
    }

    fn has_phrase(&self, words: &[&str]) -> bool {
        let there = |window: &[&str]| window.iter().zip(words).all(|(written, word)| self.same(word, written));
        self.texts.iter().any(|text| text.windows(words.len()).any(there))
    }

    fn begins(&self, beginning: &str) -> bool {
        self.words().any(|word| plain(word).starts_with(beginning)) || self.has(beginning)
    }
}

/// Which workshops answer.
fn reference(catalog: &[Known], parts: &[Part]) -> Vec<bool> {
    let languages: Vec<_> = catalog.iter().map(|one| one.language).collect();
    let little = |word: &str| languages.iter().any(|language| says_little(language, word));
    let much = parts.iter().any(|part| match part {
        Part::Word(word) => !little(word),
        Part::Beginning(..) | Part::Phrase(_) => true,
        Part::Without(_) => false,
    });
    let mut answers = vec![true; catalog.len()];
    for part in parts {
        let found: Vec<bool> = match part {
            Part::Word(word) if much && little(word) => continue,
            Part::Word(word) => {
                let exact: Vec<_> = catalog.iter().map(|one| one.has(word)).collect();
                if exact.contains(&true) { exact } else { resembling(catalog, word) }
            }
            Part::Beginning(word, letters) => catalog.iter().map(|one| one.begins(&word[..*letters])).collect(),
            Part::Phrase(words) => catalog.iter().map(|one| one.has_phrase(words)).collect(),
            Part::Without(words) => catalog.iter().map(|one| !one.has_phrase(words)).collect(),
        };
        answers.iter_mut().zip(found).for_each(|(answer, found)| *answer &= found);
    }
    answers
}

fn resembling(catalog: &[Known], word: &str) -> Vec<bool> {
    let word = plain(word);
    let most = match word.len() {
        _ if word.contains(char::is_numeric) => 0,
        ..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    let none = vec![false; catalog.len()];
    let far = |one: &Known| one.words().map(|other| distance(&word, &plain(other), most)).min();
    let far_stems = |one: &Known| {
        let stem = &stems(one.language, &word)[0];
        one.words().flat_map(|other| stems(one.language, other)).map(|other| distance(stem, &other, most)).min()
    };
    let spellings = |one: &Known, least: usize| {
        one.words().filter(|other| distance(&word, &plain(other), most) == least).collect::<Vec<_>>()
    };
    let alike = |one: &Known, least: usize| {
        let stem = &stems(one.language, &word)[0];
        let near = |other: &str| stems(one.language, other).iter().any(|other| distance(stem, other, most) == least);
        one.words().filter(|other| near(other)).collect::<Vec<_>>()
    };
    let nearest = |far: &dyn Fn(&Known) -> Option<usize>| catalog.iter().filter_map(far).min();
    let meant: Vec<(&str, &str)> = match (nearest(&far), nearest(&far_stems)) {
        (Some(least), _) if least <= most && most > 0 => {
            catalog.iter().flat_map(|one| spellings(one, least).into_iter().map(|word| (one.language, word))).collect()
        }
        (_, Some(least)) if least <= most && most > 0 => {
            catalog.iter().flat_map(|one| alike(one, least).into_iter().map(|word| (one.language, word))).collect()
        }
        _ => return none,
    };
    let answers = |one: &Known| {
        one.words().any(|written| {
            let of_written = stems(one.language, written);
            meant.iter().any(|(language, word)| {
                *language == one.language && stems(language, word).iter().any(|stem| of_written.contains(stem))
            })
        })
    };
    catalog.iter().map(answers).collect()
}

fn word() -> impl Strategy<Value = &'static str> {
    select(&VOCABULARY[..])
}

fn part() -> impl Strategy<Value = Part> {
    let ascii: Vec<_> = VOCABULARY.into_iter().filter(|word| word.is_ascii()).collect();
    prop_oneof![
        4 => word().prop_map(Part::Word),
        1 => select(vec!["plicy", "policeis", "trian", "librarys", "mangement", "bibloteca", "stroy", "2062", "zzzz"])
            .prop_map(Part::Word),
        1 => (select(ascii), 1..5usize)
            .prop_map(|(word, letters)| Part::Beginning(word, letters.min(word.len()))),
        1 => vec(word(), 1..4).prop_map(Part::Phrase),
        1 => vec(word(), 1..3).prop_map(Part::Without),
    ]
}

fn known() -> impl Strategy<Value = Known> {
    let texts = vec(vec(word(), 0..6), 3..5);
    (select(&["en", "es"][..]), texts).prop_map(|(language, texts)| Known { language, texts })
}

/// The workshop: a title, an abstract, and objectives.
fn course(n: u32, known: &Known) -> Course {
    let texts: Vec<_> = known.texts.iter().map(|words| words.join(" ")).collect();
    let (summary, objectives) = (texts[1].clone(), texts[2..].to_vec());
    Course { summary, objectives, ..titled(n, &texts[0], known.language) }
}

fn nobody() -> Publisher {
    publisher("")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn search_finds_what_reading_everything_finds(
        catalog in vec(known(), 1..12),
        parts in vec(part(), 0..5),
    ) {
        let mut index = Index::default();
        for (n, known) in (1..).zip(&catalog) {
            index.put(&nobody(), &course(n, known), &[]);
        }
        let text: String = parts.iter().map(|part| part.written() + " ").collect();
        let mut found = index.search(&asked(&text)).ids;
        found.sort();
        let answers = reference(&catalog, &parts);
        let wanted: Vec<_> = (1..).zip(answers).filter(|(_, answer)| *answer).map(|(n, _)| numbered(n)).collect();
        prop_assert_eq!(found, wanted, "{}", text);
    }

    #[test]
    fn what_was_put_in_and_taken_out_leaves_no_trace(
        changes in vec((1..8u32, prop::option::weighted(0.7, (known(), dates()))), 1..24),
        parts in vec(part(), 0..3),
        sort in select(&SORTS[..]),
        narrowed in narrowed(),
    ) {
        let (mut index, mut last) = (Index::default(), std::collections::BTreeMap::new());
        for (n, change) in changes {
            if let Some((known, dates)) = &change {
                index.put(&nobody(), &course(n, known), dates);
            } else {
                index.remove(numbered(n));
            }
            last.insert(n, change);
        }
        let mut fresh = Index::default();
        for (n, (known, dates)) in last.iter().rev().filter_map(|(n, change)| Some((*n, change.as_ref()?))) {
            fresh.put(&nobody(), &course(n, known), dates);
        }
        prop_assert_eq!(index.len(), fresh.len());
        let text: String = parts.iter().map(|part| part.written() + " ").collect();
        let query = Query { text, sort, ..narrowed };
        prop_assert_eq!(index.search(&query), fresh.search(&query));
    }

    #[test]
    fn pages_are_the_whole_and_counts_are_what_choosing_leaves(
        catalog in vec((known(), dates(), facets()), 1..12),
        sort in select(&SORTS[..]),
        narrowed in narrowed(),
        limit in 1..5usize,
    ) {
        let mut index = Index::default();
        for (n, (known, dates, (level, formats, category))) in (1..).zip(&catalog) {
            let ce_hours = vec![CeHours { scheme: "LEU".into(), category: (*category).into(), hundredths: 100 }];
            let course = Course { level: *level, formats: formats.clone(), ce_hours, ..course(n, known) };
            index.put(&nobody(), &course, dates);
        }
        let query = Query { sort, ..narrowed };
        let whole = index.search(&query);
        let all = catalog.iter().zip(1..).filter(|((_, dates, facets), _)| fits(&query, dates, facets));
        let mut ids = whole.ids.clone();
        ids.sort();
        prop_assert_eq!(ids, all.map(|(_, n)| numbered(n)).collect::<Vec<_>>());
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = index.search(&Query { limit, after, ..query.clone() });
            paged.extend(page.ids);
            prop_assert_eq!(&page.facets, &whole.facets);
            after = page.next.map(|cursor| cursor.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(&paged, &whole.ids);
        prop_assert_eq!(u64::try_from(paged.len()).unwrap(), whole.total);
        let total = |query: Query| index.search(&query).total;
        for one in whole.facets.levels {
            prop_assert_eq!(one.count, total(Query { levels: vec![one.value], ..query.clone() }));
        }
        for one in whole.facets.formats {
            prop_assert_eq!(one.count, total(Query { formats: vec![one.value], ..query.clone() }));
        }
        for one in whole.facets.ce {
            prop_assert_eq!(one.count, total(Query { ce: vec![one.value], ..query.clone() }));
        }
        for one in whole.facets.distances {
            let near = query.near.map(|(center, _)| (center, one.value));
            prop_assert_eq!(one.count, total(Query { near, ..query.clone() }));
        }
        let zone = crate::world::chicago().rules();
        for one in whole.facets.months {
            let begins = |day: civil::Date| day.to_zoned(zone.clone()).unwrap().timestamp();
            let from = Some(begins(one.value).max(query.now));
            let until = Some(begins(one.value.last_of_month().tomorrow().unwrap()));
            prop_assert_eq!(one.count, total(Query { from, until, ..query.clone() }));
        }
    }

    #[test]
    fn no_text_is_too_much(text in "\\PC{0,60}|[\"*\\- a-zé]{0,60}", title in "\\PC{0,60}", tag in select(&TAGS[..])) {
        let mut index = Index::default();
        index.put(&nobody(), &titled(1, &title, tag), &[]);
        let found = index.search(&asked(&text));
        prop_assert!(found.total <= 1);
        // A title is found by itself, whatever is in it, unless it reads as something else.
        let itself = title.replace(['-', '*', '"', '“', '”', '„', '«', '»'], " ") + " ";
        prop_assert_eq!(index.search(&asked(&itself)).total, 1, "{:?}", itself);
        index.remove(numbered(1));
        prop_assert!(index.is_empty() && index.search(&asked("")).facets == Index::default().search(&asked("")).facets);
    }
}

const SORTS: [Sort; 4] = [Sort::Relevance, Sort::Changed, Sort::Title, Sort::NextDate];
const TAGS: [&str; 12] = ["en", "es", "fr", "de", "ru", "ar", "hi", "tr", "zh", "fi", "pt-BR", ""];
const FORMATS: [Format; 3] = [Format::InPerson, Format::Virtual, Format::Hybrid];
const LEVELS: [Level; 3] = [Level::Introductory, Level::Intermediate, Level::Advanced];
const CATEGORIES: [&str; 3] = ["", "general", "technology"];

type Chosen = (Level, Vec<Format>, &'static str);

fn facets() -> impl Strategy<Value = Chosen> {
    (select(&LEVELS[..]), prop::sample::subsequence(&FORMATS[..], 1..3), select(&CATEGORIES[..]))
}

fn dates() -> impl Strategy<Value = Vec<Occurrence>> {
    // Lawrence, Topeka, Denver, Honolulu.
    let places = [(38.9717, -95.2353), (39.0473, -95.6752), (39.7392, -104.9903), (21.3069, -157.8583)];
    let place = prop::option::weighted(0.8, select(places.to_vec()));
    vec((-40..500i32, select(&FORMATS[..]), place).prop_map(|(days, format, place)| date(days, format, place)), 0..4)
}

fn narrowed() -> impl Strategy<Value = Query> {
    let near = prop::option::of(
        select(vec![30.0, 100.0, 5_000.0, 8_000.0])
            .prop_map(|km| (Coordinates::new(38.9717, -95.2353).unwrap(), Km(km))),
    );
    let day = || prop::option::of((-60..400i64).prop_map(|days| asked("").now + SignedDuration::from_hours(24 * days)));
    let formats = prop::sample::subsequence(&FORMATS[..], 0..3);
    let levels = prop::sample::subsequence(&LEVELS[..], 0..3);
    let ce = prop::option::of(select(&CATEGORIES[..]));
    (near, day(), day(), formats, levels, ce).prop_map(|(near, from, until, formats, levels, category_of)| {
        let category = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        let ce = |name: &str| Ce { scheme: "LEU".to_owned(), category: category(name) };
        Query { near, from, until, formats, levels, ce: category_of.map(ce).into_iter().collect(), ..asked("") }
    })
}

/// Whether a workshop has all that is asked besides the text.
fn fits(query: &Query, dates: &[Occurrence], (level, formats, category): &Chosen) -> bool {
    let any = |chosen: &[Format], one: Format| chosen.is_empty() || chosen.contains(&one);
    let is_needed = query.near.is_some() || query.from.is_some() || query.until.is_some();
    let is_meant = |date: &Occurrence| {
        let near =
            |(center, within): (Coordinates, Km)| date.venue.is_some_and(|at| at.distance(&center).0 <= within.0);
        date.start >= query.from.unwrap_or(query.now)
            && query.until.is_none_or(|until| date.start < until)
            && query.near.is_none_or(near)
            && any(&query.formats, date.format)
    };
    let counts = |ce: &Ce| ce.category.as_deref().is_none_or(|name| name == *category);
    (query.levels.is_empty() || query.levels.contains(level))
        && (query.formats.is_empty() || formats.iter().any(|format| query.formats.contains(format)))
        && (query.ce.is_empty() || query.ce.iter().any(counts))
        && (!is_needed || dates.iter().any(is_meant))
}
