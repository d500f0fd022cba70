//! How long each form of a catalog takes, beside the cost of only walking its rows, and how long a page takes.
//!
//! 10,000 workshops and 50,000 sessions, every field of them read once for the walk. Nothing is asserted: it prints.
#![expect(clippy::unwrap_used, reason = "nothing here is input")]

use std::{
    hint::black_box,
    io,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group};
use jiff::SignedDuration;
use packhorse_domain::{
    Interval,
    id::{SessionId, WorkshopId},
};
use packhorse_publishing::{
    Edition, Feed, Page, atom,
    html::{self, Card, List, Look},
    icalendar::Calendar,
    json_ld,
    model::{Course, Publisher, Session, Site},
    oai::{Ask, Item, Listing, Prefix, Request, Resumption},
    sitemap::Sitemap,
    table::Table,
};
use world::{at, hiawatha, policies, publisher, site};

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

const WORKSHOPS: u32 = 10_000;
const SESSIONS: u32 = 50_000;
/// Weeks that the sessions are spread over, about two years.
const WEEKS: u32 = 100;

/// A catalog, and who publishes it.
struct Catalog {
    site: Site,
    publisher: Publisher,
    courses: Vec<Course>,
    sessions: Vec<Session>,
}

impl Catalog {
    fn new() -> Self {
        let start = at("2026-11-02T15:00:00Z");
        let courses = (0..WORKSHOPS).map(|n| Course {
            id: WorkshopId::new(start),
            title: format!("Policies for Results, part {n}"),
            ..policies()
        });
        let sessions = (0..SESSIONS).map(|n| {
            let from = start + SignedDuration::from_hours(24 * 7) * i32::try_from(n * WEEKS / SESSIONS).unwrap();
            let time = Interval::new(from, from + SignedDuration::from_hours(2)).unwrap();
            Session { id: SessionId::new(start), time, ..hiawatha() }
        });
        let (courses, sessions) = (courses.collect(), sessions.collect());
        Self { site: site("Packhorse"), publisher: publisher("Northeast Kansas Library System"), courses, sessions }
    }

    fn edition(&self) -> Edition<'_> {
        Edition { site: &self.site, network: Some(&self.publisher) }
    }

    /// Reads every text of every workshop once, as the least that any form must do.
    fn walk_workshops(&self) -> usize {
        let texts = |course: &Course| {
            let lists = [&course.objectives, &course.languages, &course.taught_at];
            let lists: usize = lists.into_iter().flatten().map(|text| sum(text)).sum();
            sum(&course.title) + sum(&course.summary) + sum(&course.audience) + lists
        };
        self.courses.iter().map(texts).sum()
    }

    fn walk_sessions(&self) -> usize {
        let texts = |session: &Session| {
            let venue = session.place.venue().unwrap();
            let address: usize = venue.address.iter().map(|line| sum(line)).sum();
            sum(&session.title) + sum(&session.host) + sum(&venue.name) + address
        };
        self.sessions.iter().map(texts).sum()
    }

    fn workshops_atom(&self) -> io::Sink {
        let updated = self.site.generated_at;
        let mut feed =
            atom::Feed::begin(io::sink(), self.edition(), Feed::Workshops, updated, atom::Paging::default()).unwrap();
        self.courses.iter().for_each(|course| feed.workshop(course).unwrap());
        feed.end().unwrap()
    }

    fn sessions_atom(&self) -> io::Sink {
        let updated = self.site.generated_at;
        let mut feed =
            atom::Feed::begin(io::sink(), self.edition(), Feed::Sessions, updated, atom::Paging::default()).unwrap();
        self.sessions.iter().for_each(|session| feed.session(session).unwrap());
        feed.end().unwrap()
    }

    fn calendar(&self) -> io::Sink {
        let mut calendar = Calendar::begin(io::sink(), self.edition()).unwrap();
        self.sessions.iter().for_each(|session| calendar.item(session).unwrap());
        calendar.end().unwrap()
    }

    fn table(&self) -> io::Sink {
        let mut table = Table::begin(io::sink(), &self.site).unwrap();
        self.courses.iter().for_each(|course| table.item(course).unwrap());
        table.end().unwrap()
    }

    fn json(&self) -> io::Sink {
        serde_json::to_writer(io::sink(), &self.courses).unwrap();
        io::sink()
    }

    /// Each workshop with its share of the sessions.
    fn graph(&self) -> io::Sink {
        let mut graph = json_ld::Graph::begin(io::sink(), &self.site).unwrap();
        let each = self.sessions.len() / self.courses.len();
        for (course, sessions) in self.courses.iter().zip(self.sessions.chunks(each)) {
            graph.item(&self.publisher, course, sessions).unwrap();
        }
        graph.end().unwrap()
    }

    fn harvest(&self, prefix: Prefix) -> io::Sink {
        let pairs = [("verb", "ListRecords"), ("metadataPrefix", prefix.word())];
        let request =
            Request::read(&self.site, pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
        let Ask::List(what, _) = request.ask else { unreachable!("it is a list") };
        let mut listing = Listing::begin(io::sink(), &self.site, &request, what, prefix).unwrap();
        self.courses.iter().for_each(|course| listing.item(Item::Live(&self.publisher, course)).unwrap());
        listing.end(Resumption::default()).unwrap()
    }

    fn sitemap(&self) -> io::Sink {
        let mut map = Sitemap::begin(io::sink(), &self.site).unwrap();
        self.courses.iter().for_each(|course| map.item(Page::Workshop(course.id), course.updated_at).unwrap());
        map.end().unwrap()
    }
}

fn sum(text: &str) -> usize {
    text.bytes().map(usize::from).sum()
}

/// The median of what `n` runs take.
fn median<T>(n: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<_> = (0..n)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[n / 2]
}

fn ratios(catalog: &Catalog) {
    let workshops = median(21, || catalog.walk_workshops());
    let sessions = median(21, || catalog.walk_sessions());
    println!("walk    {WORKSHOPS} workshops {workshops:>10.2?}   {SESSIONS} sessions {sessions:>10.2?}");
    let tell = |name: &str, walk: Duration, rows: u32, took: Duration| {
        let (times, each) = (took.as_secs_f64() / walk.as_secs_f64(), took / rows);
        println!("{name:<24} {took:>10.2?} {times:>8.1} times the walk {each:>10.2?} a row");
    };
    tell("workshops, Atom", workshops, WORKSHOPS, median(5, || catalog.workshops_atom()));
    tell("workshops, CSV", workshops, WORKSHOPS, median(5, || catalog.table()));
    tell("workshops, JSON", workshops, WORKSHOPS, median(5, || catalog.json()));
    tell("workshops, oai_dc", workshops, WORKSHOPS, median(5, || catalog.harvest(Prefix::OaiDc)));
    tell("workshops, lrmi", workshops, WORKSHOPS, median(5, || catalog.harvest(Prefix::Lrmi)));
    tell("workshops, sitemap", workshops, WORKSHOPS, median(5, || catalog.sitemap()));
    tell("both, JSON-LD", workshops + sessions, WORKSHOPS + SESSIONS, median(5, || catalog.graph()));
    tell("sessions, Atom", sessions, SESSIONS, median(5, || catalog.sessions_atom()));
    tell("sessions, iCalendar", sessions, SESSIONS, median(5, || catalog.calendar()));
}

fn pages(catalog: &Catalog) {
    let cards: Vec<_> =
        catalog.courses[..50].iter().map(|course| Card { course, next: catalog.sessions.first() }).collect();
    let list = List { cards: &cards, total: u64::from(WORKSHOPS), next: Some("cursor"), ..List::default() };
    let (edition, look, course) = (catalog.edition(), Look::default(), &catalog.courses[0]);
    let month: Vec<_> = catalog.sessions[..500].iter().collect();
    println!(
        "page of a workshop, 5 dates  {:>10.2?}",
        median(101, || html::workshop(edition, look, &catalog.publisher, course, &catalog.sessions[..5]))
    );
    println!(
        "page of a session            {:>10.2?}",
        median(101, || html::session(edition, look, &catalog.publisher, course, &catalog.sessions[0]))
    );
    println!("page of the catalog, 50      {:>10.2?}", median(101, || html::catalog(edition, look, &list)));
    println!(
        "page of a month, 500         {:>10.2?}",
        median(21, || html::month(edition, look, jiff::civil::date(2026, 11, 1), &month))
    );
}

fn forms(criterion: &mut Criterion) {
    let catalog = Catalog::new();
    ratios(&catalog);
    pages(&catalog);
    let edition = catalog.edition();
    criterion.bench_function("page of a workshop", |bench| {
        bench.iter(|| {
            html::workshop(edition, Look::default(), &catalog.publisher, &catalog.courses[0], &catalog.sessions[..5])
        });
    });
}

criterion_group!(benches, forms);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
