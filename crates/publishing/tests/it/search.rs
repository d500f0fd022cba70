//! Search finds what readers mean, in an order that stays, whatever was put in before.

use std::fs::File;

use jiff::SignedDuration;
use packhorse_domain::{
    Coordinates, Format, Km, Level, Timestamp,
    id::{NetworkId, TopicId, WorkshopId},
};
use packhorse_publishing::{
    model::{CeHours, Course, Topic},
    search::{Ce, Counted, Cursor, Index, Occurrence, Query, Sort},
};

use crate::world::{at, chicago, course, publisher};

/// The n-th id; they sort as their numbers do.
pub fn numbered(n: u32) -> WorkshopId {
    format!("wks_{n:026}").parse().unwrap()
}

pub fn titled(n: u32, title: &str, language: &str) -> Course {
    Course { id: numbered(n), title: title.to_owned(), languages: vec![language.to_owned()], ..course("") }
}

pub fn asked(text: &str) -> Query {
    Query { text: text.to_owned(), limit: 1_000, now: at("2027-02-01T00:00:00Z"), ..Query::default() }
}

fn filled(courses: &[Course]) -> Index {
    let mut index = Index::default();
    for course in courses {
        index.put(&publisher("Plains System"), course, &[]);
    }
    index
}

/// What libraries really teach, and three in Spanish.
fn real() -> Vec<Course> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/workshops/workshop_titles.csv");
    let mut table = csv::Reader::from_reader(File::open(path).unwrap());
    let english = table.records().map(|row| (row.unwrap()[0].to_owned(), "en"));
    let spanish = ["Capacitaciones para bibliotecarios", "Política de préstamos", "Niños y lectura en el verano"];
    let all: Vec<_> = english.chain(spanish.map(|title| (title.to_owned(), "es-MX"))).collect();
    (1..).zip(all).map(|(n, (title, language))| titled(n, &title, language)).collect()
}

/// The titles found, the best first.
fn titles(courses: &[Course], index: &Index, text: &str) -> Vec<String> {
    let title = |id: &WorkshopId| courses.iter().find(|course| course.id == *id).unwrap().title.clone();
    index.search(&asked(text)).ids.iter().map(title).collect()
}

#[test]
fn real_titles_are_found_as_people_ask_for_them() {
    let courses = real();
    let index = filled(&courses);
    for (text, wanted) in [
        ("policy ", &["Library policies workshop", "Policies for Results (trustee training)"][..]),
        ("POLCY ", &["Library policies workshop", "Policies for Results (trustee training)"]),
        ("policies trustees", &["Policies for Results (trustee training)"]),
        ("the policies for the library", &["Library policies workshop"]),
        ("fundam", &["Teen Services Fundamentals", "Readers' Advisory Fundamentals"]),
        ("readers' advisory", &["Readers' Advisory Fundamentals"]),
        ("reader advisory", &["Readers' Advisory Fundamentals"]),
        ("\"time management\"", &["Effective Time Management for Busy Library Staff (Directors Institute)"]),
        ("\"management time\"", &[]),
        ("sensory storytime", &["Sensory-Enhanced Storytimes"]),
        ("storytmie", &["Sensory-Enhanced Storytimes"]),
        ("budg* -party", &["Children's Programming on a Budget"]),
        ("capacitacion", &["Capacitaciones para bibliotecarios"]),
        ("CAPACITACIÓN bibliotecaria", &["Capacitaciones para bibliotecarios"]),
        ("politicas", &["Política de préstamos"]),
        ("niña verano", &["Niños y lectura en el verano"]),
        ("capasitacion", &["Capacitaciones para bibliotecarios"]),
        ("zyzzyva", &[]),
    ] {
        let mut found = titles(&courses, &index, text);
        let mut wanted: Vec<_> = wanted.iter().map(|title| (*title).to_owned()).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn a_typo_is_told_and_only_then() {
    let index = filled(&real());
    let corrected = |text: &str| index.search(&asked(text)).corrected;
    assert_eq!(corrected("Storytmies Sensory").unwrap(), "storytimes sensory");
    assert_eq!(corrected("managemnt -\"of time\" libary").unwrap(), "management -\"of time\" library");
    for right in ["policy", "storyt", "polic*", "\"storytmies\"", "stroy* ", "git", "gti", "2071", "", "qqqqqqqqq"] {
        assert_eq!(corrected(right), None, "{right}");
    }
}

#[test]
fn titles_count_more_than_abstracts_and_spellings_more_than_inflections() {
    let mut courses = ["Boards at work", "Board at work", "Boardwalk art", "Cataloging"]
        .into_iter()
        .zip(1..)
        .map(|(title, n)| titled(n, title, "en"))
        .collect::<Vec<_>>();
    courses[3].summary = "For every board that works".to_owned();
    let index = filled(&courses);
    assert_eq!(titles(&courses, &index, "board"), ["Board at work", "Boards at work", "Boardwalk art", "Cataloging"]);
}

#[test]
fn every_field_is_searched() {
    let mut one = titled(1, "Title", "en");
    one.summary = "Abstract".to_owned();
    one.objectives = vec!["Objective".to_owned(), "Purpose".to_owned()];
    one.audience = "Audience".to_owned();
    one.topics[0].name = "Topic".to_owned();
    one.competencies[0].name = "Competency".to_owned();
    one.credits[0].name = "Author".to_owned();
    one.credits[1].name = "Funder".to_owned();
    one.trainers[0].name = "Trainer".to_owned();
    let index = filled(&[one]);
    let found = |text: &str| index.search(&asked(text)).total == 1;
    for text in ["title", "abstract", "objectives", "audience", "topic", "competency", "author", "trainers", "plains"] {
        assert!(found(&format!("{text} ")), "{text}");
    }
    // No phrase goes from one text into the next, and who paid is not what it is about.
    assert!(found("\"plains system\"") && !found("\"objective purpose\"") && !found("funder "));
}

#[test]
fn hostile_texts_are_answered() {
    let index = filled(&real());
    let long = "a".repeat(10_000);
    for text in [
        long.as_str(),
        &"\"".repeat(10_000),
        &"-\"".repeat(5_000),
        &"a* ".repeat(4_000),
        &"-a* ".repeat(4_000),
        &"*".repeat(10_000),
        &"\u{0}\u{1b}\u{202e}\u{ffff}".repeat(2_000),
        &"\u{301}".repeat(10_000),
        &"ﷺ".repeat(5_000),
        &"👩‍🏫".repeat(3_000),
    ] {
        let found = index.search(&asked(text));
        assert!(found.total <= index.len() as u64);
    }
    assert_eq!(index.search(&asked("\"\" - *")).total, index.len() as u64);
}

fn lawrence() -> Coordinates {
    Coordinates::new(38.9717, -95.2353).unwrap()
}

/// A date some days after the first of February 2027.
pub fn date(days: i32, format: Format, place: Option<(f64, f64)>) -> Occurrence {
    let start = at("2027-02-01T18:00:00Z") + SignedDuration::from_hours(24) * days;
    let venue = place.and_then(|(lat, lon)| Coordinates::new(lat, lon));
    Occurrence { start, zone: chicago(), format, venue }
}

#[test]
fn what_is_asked_of_dates_holds_of_one_and_the_same() {
    let (topeka, denver) = (Some((39.0473, -95.6752)), Some((39.7392, -104.9903)));
    let mut index = Index::default();
    let dated = [
        vec![date(10, Format::InPerson, topeka), date(70, Format::InPerson, denver)],
        vec![date(10, Format::Virtual, None), date(75, Format::InPerson, topeka)],
        vec![date(-10, Format::InPerson, topeka)],
        vec![],
    ];
    for (n, dates) in (1..).zip(&dated) {
        index.put(&publisher("N"), &titled(n, "Grants", "en"), dates);
    }
    let near = Some((lawrence(), Km(60.0)));
    let (march, april) = (Some(at("2027-03-01T06:00:00Z")), Some(at("2027-04-01T05:00:00Z")));
    let found = |query: &Query| index.search(query).ids;
    let base = asked("");
    let ids = |numbers: &[u32]| numbers.iter().map(|n| numbered(*n)).collect::<Vec<_>>();
    assert_eq!(found(&Query { near, ..base.clone() }), ids(&[1, 2]));
    assert_eq!(found(&Query { near, until: march, ..base.clone() }), ids(&[1]));
    assert_eq!(found(&Query { near, from: april, ..base.clone() }), ids(&[2]));
    assert_eq!(found(&Query { until: march, formats: vec![Format::Virtual], ..base.clone() }), ids(&[2]));
    assert_eq!(found(&Query { from: Some(at("2027-01-01T00:00:00Z")), until: march, ..base.clone() }), ids(&[1, 2, 3]));
    assert_eq!(found(&Query { from: april, until: march, ..base.clone() }), ids(&[]));
    assert_eq!(found(&Query { sort: Sort::NextDate, from: april, ..base.clone() }), ids(&[1, 2]));
    assert_eq!(found(&Query { sort: Sort::NextDate, ..base.clone() }), ids(&[1, 2, 3, 4]));
    let facets = index.search(&Query { near, ..base }).facets;
    let counts: Vec<_> = facets.distances.iter().map(|one| (one.value.0, one.count)).collect();
    assert_eq!(counts, [(25.0, 0), (50.0, 2), (60.0, 2), (100.0, 2), (200.0, 2), (400.0, 2)]);
    let months: Vec<_> = facets.months.iter().map(|one| (one.value.to_string(), one.count)).collect();
    assert_eq!(months, [("2027-02-01".to_owned(), 1), ("2027-04-01".to_owned(), 1)]);
}

#[test]
fn choosing_in_a_facet_widens_it_and_narrows_the_others() {
    let topic = |n: u32| Topic { id: format!("top_{n:026}").parse::<TopicId>().unwrap(), name: String::new() };
    let hours = |category: &str| CeHours { scheme: "LEU".into(), category: category.into(), hundredths: 100 };
    let one = Course { level: Level::Introductory, topics: vec![topic(1)], ..titled(1, "One", "en") };
    let two = Course { level: Level::Advanced, topics: vec![topic(1), topic(2)], ..titled(2, "Two", "es-MX") };
    let three = Course { level: Level::Advanced, topics: vec![topic(2)], ..titled(3, "Three", "en") };
    let index = filled(&[
        Course { ce_hours: vec![hours("general")], ..one },
        Course { ce_hours: vec![hours("technology"), hours("")], ..two },
        Course { ce_hours: vec![], ..three },
    ]);
    let ce = |category: Option<&str>| Ce { scheme: "LEU".into(), category: category.map(str::to_owned) };
    let all = index.search(&asked("")).facets;
    let count = |counted: &[Counted<TopicId>]| counted.iter().map(|one| one.count).collect::<Vec<_>>();
    assert_eq!(count(&all.topics), [2, 2]);
    assert_eq!(
        all.ce,
        [(ce(None), 2), (ce(Some("general")), 1), (ce(Some("technology")), 1)]
            .map(|(value, count)| { Counted { value, count } })
    );
    let chosen = index.search(&Query { topics: vec![topic(1).id], levels: vec![Level::Advanced], ..asked("") });
    assert_eq!((chosen.total, chosen.ids), (1, vec![numbered(2)]));
    assert_eq!(count(&chosen.facets.topics), [2, 1], "those of the level, whatever the topic");
    let levels: Vec<_> = chosen.facets.levels.iter().map(|one| (one.value, one.count)).collect();
    assert_eq!(levels, [(Level::Introductory, 1), (Level::Advanced, 1)], "those of the topic, whatever the level");
    let spanish = index.search(&Query { languages: vec!["es-mx".into()], ce: vec![ce(Some("none"))], ..asked("") });
    assert_eq!(spanish.total, 0);
    assert!(spanish.facets.ce.contains(&Counted { value: ce(Some("none")), count: 0 }), "what is chosen stays");
    let network = "net_00000000000000000000000009".parse::<NetworkId>().unwrap();
    assert_eq!(index.search(&Query { networks: vec![network], ..asked("") }).total, 0);
}

#[test]
fn titles_are_in_the_order_of_the_alphabet_and_pages_follow() {
    let courses: Vec<_> = (1..).zip(["Éclairs", "apple", "\"Zebra\"", "Apple", "eclair", "Zoo"]).collect();
    let mut index = Index::default();
    for (n, title) in &courses {
        index.put(&publisher("N"), &titled(*n, title, "en"), &[]);
    }
    let page = |index: &Index, after: Option<Cursor>| {
        let found = index.search(&Query { sort: Sort::Title, limit: 2, after, ..asked("") });
        (found.ids, found.next.map(|next| next.to_string().parse::<Cursor>().unwrap()))
    };
    let (first, next) = page(&index, None);
    let (second, after) = page(&index, next.clone());
    let (third, last) = page(&index, after);
    assert_eq!([first, second, third].concat(), [2, 4, 5, 1, 3, 6].map(numbered));
    assert_eq!(last, None);
    // What ended a page is taken out: the next one begins behind it all the same.
    index.remove(numbered(4));
    index.remove(numbered(4));
    assert_eq!((index.len(), page(&index, next).0), (5, [5, 1].map(numbered).to_vec()));
}

#[test]
fn the_last_changed_come_first_and_a_foreign_cursor_is_none() {
    let changed = |n: u32, updated_at: Timestamp| Course { updated_at, ..titled(n, "Same", "en") };
    let index = filled(&[
        changed(1, at("2027-01-01T00:00:00Z")),
        changed(2, at("2027-01-03T00:00:00Z")),
        changed(3, at("2027-01-02T00:00:00Z")),
    ]);
    for sort in [Sort::Changed, Sort::Relevance] {
        assert_eq!(index.search(&Query { sort, ..asked("same") }).ids, [2, 3, 1].map(numbered));
    }
    let next = index.search(&Query { sort: Sort::Changed, limit: 1, ..asked("") }).next;
    assert!(next.is_some());
    assert_eq!(index.search(&Query { sort: Sort::Title, after: next, ..asked("") }).ids.len(), 3);
    assert_eq!(index.search(&Query { limit: 0, ..asked("") }).ids, []);
}
