//! How long searches take beside the least they could do, reading every title once; what a workshop takes up in memory.
//!
//! 10,000 workshops with 50,000 dates, their words as frequent as those of a language are (Zipf). Nothing is asserted: it
//! prints.
#![expect(clippy::unwrap_used, reason = "nothing here is input")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group};
use jiff::SignedDuration;
use packhorse_domain::{Coordinates, Format, Km, Level, id::TopicId, id::WorkshopId};
use packhorse_publishing::{
    model::{CeHours, Course, Publisher, Topic},
    search::{Ce, Index, Occurrence, Query, Sort},
};
use world::{at, chicago, policies, publisher};

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

const WORKSHOPS: u32 = 10_000;
const DATES: u32 = 5;
/// Words of the made-up language, and of a title, an objective, an abstract.
const VOCABULARY: u32 = 20_000;
const TITLE: u32 = 7;
const OBJECTIVE: u32 = 10;
const ABSTRACT: u32 = 90;
const SUBJECTS: [&str; 16] = [
    "policies",
    "storytimes",
    "budgeting",
    "privacy",
    "cataloging",
    "weeding",
    "grants",
    "trustees",
    "makerspaces",
    "outreach",
    "programming",
    "accessibility",
    "marketing",
    "databases",
    "readers",
    "technology",
];
const PARTICLES: [&str; 8] = ["the", "of", "and", "to", "in", "for", "your", "library"];

/// A linear congruential generator, so that every run sees the same.
///
/// Source: D. Knuth, The Art of Computer Programming, volume 2, section 3.3.4 (MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(((self.0 >> 33) * u64::from(n)) >> 31).unwrap()
    }

    /// The n-th word is about 1/n as frequent as the first.
    fn word(&mut self) -> String {
        let exponent = f64::from(self.below(1 << 20)) / f64::from(1 << 20);
        let rank = f64::from(VOCABULARY).powf(exponent);
        let n = (1..VOCABULARY).find(|n| f64::from(*n) >= rank.floor()).unwrap_or(VOCABULARY);
        let n = usize::try_from(n - 1).unwrap();
        // Particles are the most frequent, subjects about as frequent as in a catalog.
        let named = PARTICLES.get(n).or_else(|| SUBJECTS.get(n.checked_sub(300)?));
        named.map_or_else(|| spelled(n), |word| (*word).to_owned())
    }

    fn text(&mut self, words: u32) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A word of syllables for each number.
fn spelled(mut n: usize) -> String {
    let mut word = String::new();
    while n > 0 || word.len() < 4 {
        word.push_str(
            ["ba", "cri", "don", "fe", "gal", "hum", "jo", "kle", "lin", "mor", "nu", "pre", "qui", "ras"][n % 14],
        );
        n /= 14;
    }
    word
}

fn catalog() -> (Publisher, Vec<(Course, Vec<Occurrence>)>) {
    let (start, mut dice) = (at("2026-11-02T15:00:00Z"), Dice(7));
    let topics: Vec<_> = (0..200).map(|n| Topic { id: TopicId::new(start), name: spelled(n * 97) }).collect();
    let course = |_| {
        let mut topic = || topics[usize::try_from(dice.below(200)).unwrap()].clone();
        let (one, other) = (topic(), topic());
        let subject = SUBJECTS[usize::try_from(dice.below(16)).unwrap()];
        let course = Course {
            id: WorkshopId::new(start),
            title: format!("{} {subject}", dice.text(TITLE)),
            summary: dice.text(ABSTRACT),
            objectives: (0..4).map(|_| dice.text(OBJECTIVE)).collect(),
            audience: dice.text(5),
            level: [Level::Introductory, Level::Intermediate, Level::Advanced][usize::try_from(dice.below(3)).unwrap()],
            topics: vec![one, other],
            ce_hours: vec![CeHours {
                scheme: "Indiana LEU".to_owned(),
                category: ["general", "technology"][usize::try_from(dice.below(2)).unwrap()].to_owned(),
                hundredths: 100,
            }],
            updated_at: start - SignedDuration::from_hours(1) * i32::try_from(dice.below(9_000)).unwrap(),
            ..policies()
        };
        let date = |_| Occurrence {
            start: start + SignedDuration::from_hours(1) * i32::try_from(dice.below(9_000)).unwrap(),
            zone: chicago(),
            format: [Format::InPerson, Format::Virtual][usize::try_from(dice.below(2)).unwrap()],
            // About 3,000 buildings between the Rio Grande and Canada.
            venue: Coordinates::new(30.0 + f64::from(dice.below(55)) * 0.35, -120.0 + f64::from(dice.below(55)) * 0.9),
        };
        (course, (0..DATES).map(date).collect())
    };
    (publisher("Northeast Kansas Library System"), (0..WORKSHOPS).map(course).collect())
}

/// Searches as people make them, and the worst they could.
fn queries() -> Vec<(&'static str, Query)> {
    let base = Query { limit: 20, now: at("2026-12-01T00:00:00Z"), ..Query::default() };
    let text = |text: &str| Query { text: text.to_owned(), ..base.clone() };
    let lawrence = Coordinates::new(38.9717, -95.2353).map(|place| (place, Km(150.0)));
    vec![
        ("everything", text("")),
        ("one word", text("policy ")),
        ("two words", text("privacy trustee ")),
        ("as one types: p", text("p")),
        ("as one types: stor", text("stor")),
        ("a typo, one letter", text("polcy ")),
        ("a typo, two letters", text("accesibilty ")),
        ("phrase", text("\"the library\" grants")),
        ("phrase of particles", text("\"of the\"")),
        ("without", text("budget -policy")),
        ("facets", Query { levels: vec![Level::Advanced], formats: vec![Format::InPerson], ..text("library") }),
        ("ce", Query { ce: vec![Ce { scheme: "Indiana LEU".to_owned(), category: None }], ..text("grants") }),
        ("near", Query { near: lawrence, ..base.clone() }),
        (
            "near, in spring",
            Query {
                near: lawrence,
                from: Some(at("2027-03-01T00:00:00Z")),
                until: Some(at("2027-06-01T00:00:00Z")),
                ..text("grants")
            },
        ),
        ("by title", Query { sort: Sort::Title, ..base.clone() }),
        ("by next date", Query { sort: Sort::NextDate, ..text("privacy") }),
        ("hostile: wildcards", text(&('a'..='z').map(String::from).collect::<Vec<_>>().join("* "))),
        ("hostile: typos", text(&(0..24).map(|n| spelled(n * 7919 + 5) + "zx").collect::<Vec<_>>().join(" "))),
        ("hostile: phrases", text(&"\"of the\" \"the of\" \"in the\" \"the and\" \"to the\" ".repeat(300))),
    ]
}

/// What the process holds in memory, bytes; nothing where the system does not tell.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

fn quantile(sorted: &[Duration], of_hundred: usize) -> Duration {
    sorted[(sorted.len() - 1) * of_hundred / 100]
}

fn figures(index: &Index, courses: &[(Course, Vec<Occurrence>)]) {
    let walk = || courses.iter().map(|(course, _)| course.title.bytes().map(usize::from).sum::<usize>()).sum::<usize>();
    let time = |run: &dyn Fn() -> u64| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    let mut walks: Vec<_> = (0..51).map(|_| time(&|| walk() as u64)).collect();
    walks.sort_unstable();
    let walk = quantile(&walks, 50);
    println!("walk over {WORKSHOPS} titles {walk:>10.2?}");
    let mut all = Vec::new();
    for (name, query) in queries() {
        let mut times: Vec<_> = (0..101).map(|_| time(&|| index.search(&query).total)).collect();
        if !name.starts_with("hostile") {
            all.extend_from_slice(&times);
        }
        times.sort_unstable();
        let (half, most) = (quantile(&times, 50), quantile(&times, 99));
        let ratio = half.as_secs_f64() / walk.as_secs_f64();
        let total = index.search(&query).total;
        println!("{name:<24} p50 {half:>9.2?} p99 {most:>9.2?} {ratio:>7.1} walks {total:>6} found");
    }
    all.sort_unstable();
    println!("mixed, none hostile      p50 {:>9.2?} p99 {:>9.2?}", quantile(&all, 50), quantile(&all, 99));
}

fn search(criterion: &mut Criterion) {
    let (publisher, courses) = catalog();
    let (before, start) = (resident(), Instant::now());
    let mut index = Index::default();
    for (course, dates) in &courses {
        index.put(&publisher, course, dates);
    }
    let took = start.elapsed();
    println!("built in {took:.2?}, {:.2?} a workshop", took / WORKSHOPS);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("{} bytes a workshop", after.saturating_sub(before) / u64::from(WORKSHOPS));
    }
    figures(&index, &courses);
    let mut turn = courses.iter().cycle();
    criterion.bench_function("a workshop put in again", |bench| {
        bench.iter(|| turn.next().iter().for_each(|(course, dates)| index.put(&publisher, course, dates)));
    });
    let query = Query { text: "privacy trustee ".to_owned(), limit: 20, ..Query::default() };
    criterion.bench_function("search for two words", |bench| bench.iter(|| index.search(&query)));
}

criterion_group!(benches, search);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
