//! Every page about a small catalog, as files in a folder, to look at: `cargo run --example pages -- FOLDER`.
#![expect(clippy::unwrap_used, reason = "nothing here is input")]

use std::{fs, path::PathBuf};

use packhorse_domain::{Coordinates, Format, Interval, Level, Minutes, Zone};
use packhorse_publishing::{
    Edition,
    html::{self, Archive, Board, Card, Choice, Facet, Frame, List, Look},
    model::{
        Contact, Course, Handout, Need, NeedKind, OnlineRoom, Place, Recording, Session, SessionStatus, Showcase,
        Table, Title, Trainer, Venue,
    },
};
use world::{at, hiawatha, policies, publisher, site, web};

#[path = "../tests/it/world.rs"]
mod world;

fn course(title: &str, summary: &str, level: Level, minutes: u32, formats: &[Format]) -> Course {
    let (title, summary, formats) = (title.to_owned(), summary.to_owned(), formats.to_vec());
    Course { title, summary, level, duration: Minutes(minutes), formats, ..policies() }
}

fn session(title: &str, day: i64, place: Place, status: SessionStatus) -> Session {
    let start = at("2027-03-03T16:00:00Z") + jiff::SignedDuration::from_hours(24 * day);
    let time = Interval::new(start, start + jiff::SignedDuration::from_hours(2)).unwrap();
    Session { title: title.to_owned(), time, place, status, ..hiawatha() }
}

fn venue(name: &str, address: &[&str], lat: f64, lon: f64) -> Place {
    let address = address.iter().map(|line| (*line).to_owned()).collect();
    Place::Venue(Venue { name: name.to_owned(), address, coordinates: Coordinates::new(lat, lon) })
}

#[expect(clippy::too_many_lines, reason = "one thing after the other")]
fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "pages".to_owned()));
    fs::create_dir_all(&folder).unwrap();
    let (site, publisher) = (site("Packhorse"), publisher("Northeast Kansas Library System"));
    let edition = Edition { site: &site, network: Some(&publisher) };
    let look = Look::default();
    let write = |name: &str, page: String| fs::write(folder.join(format!("{name}.html")), page).unwrap();

    let auditorium =
        OnlineRoom { name: "Auditorium".into(), open: true, address: Some(web("https://rooms.example/1")) };
    let moved = SessionStatus::Rescheduled { previous_start: at("2027-03-04T16:00:00Z") };
    let sessions = [
        hiawatha(),
        session(
            "Story time for babies",
            2,
            venue("Seneca Free Library", &["606 Main Street", "Seneca, KS 66538"], 39.83, -96.06),
            SessionStatus::Canceled,
        ),
        session("What the Heck Is a Makerspace?", 9, Place::Online(auditorium), SessionStatus::Scheduled),
        session(
            "Policies for Results",
            9,
            venue("Lawrence Public Library", &["707 Vermont Street", "Lawrence, KS 66044"], 38.9717, -95.2353),
            moved,
        ),
        session(
            "Weeding without tears",
            20,
            venue("Manhattan Public Library", &["629 Poyntz Avenue", "Manhattan, KS 66502"], 39.18, -96.57),
            SessionStatus::Scheduled,
        ),
    ];
    let all: Vec<_> = sessions.iter().collect();
    let courses = [
        policies(),
        course(
            "Story time for babies",
            "Rhymes, laps and shelves: how the youngest readers begin, and what their parents learn on the way.",
            Level::Introductory,
            90,
            &[Format::InPerson],
        ),
        course(
            "What the Heck Is a Makerspace?",
            "Ten makers, one table, no money.",
            Level::Introductory,
            60,
            &[Format::Virtual],
        ),
        course(
            "Weeding without tears",
            "A shelf with fewer books shows more of them. Numbers, rules and words for the day somebody finds the container.",
            Level::Intermediate,
            180,
            &[Format::InPerson, Format::Hybrid],
        ),
        course("Budgets a board can read", "", Level::Advanced, 120, &[Format::InPerson, Format::Virtual]),
    ];
    let cards: Vec<_> = courses
        .iter()
        .enumerate()
        .map(|(n, course)| Card { course, next: sessions.get(n).filter(|_| n != 1) })
        .collect();
    let choice =
        |label: &str, count, chosen| Choice { value: label.to_lowercase(), label: label.into(), count, chosen };
    let facets = [
        Facet {
            parameter: "topic",
            label: "Topic",
            choices: vec![
                choice("Boards and trustees", 14, true),
                choice("Collections", 9, false),
                choice("Early literacy", 11, false),
            ],
        },
        Facet {
            parameter: "level",
            label: "Level",
            choices: vec![choice("Introductory", 31, false), choice("Intermediate", 12, false)],
        },
        Facet {
            parameter: "format",
            label: "Format",
            choices: vec![choice("In person", 25, false), choice("Online", 20, false)],
        },
    ];
    let within = [("50", "50 km", 6, false), ("100", "100 km", 11, true), ("200", "200 km", 19, false)];
    let within = within.map(|(value, label, count, chosen)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        count,
        chosen,
    });
    let list = List {
        facets: &facets,
        zip: "66044",
        within: &within,
        cards: &cards,
        total: 11,
        next: Some("cursor"),
        ..List::default()
    };
    write("catalog", html::catalog(edition, look, &list));
    write(
        "workshop",
        html::workshop(edition, look, &publisher, &courses[0], &[sessions[0].clone(), sessions[3].clone()]),
    );
    let honolulu = Zone::new("Pacific/Honolulu").unwrap();
    write(
        "session",
        html::session(edition, Look { zone: Some(&honolulu), ..look }, &publisher, &courses[0], &sessions[3]),
    );
    write(
        "embedded",
        html::workshop(edition, Look { frame: Frame::Embedded, ..look }, &publisher, &courses[0], &sessions[..1]),
    );
    write("month", html::month(edition, look, jiff::civil::date(2027, 3, 1), &all));
    write("map", html::map(edition, look, &all));
    let profile = "I ran a library in a former gas station for eleven years. Since then I drive from one to the next and tell what went wrong.";
    let lorna = Trainer {
        name: "Lorna Pruitt".into(),
        profile: profile.into(),
        home: "Holton, Kansas".into(),
        languages: vec!["en".into(), "es".into()],
        topics: policies().topics,
        workshops: courses.iter().map(|course| Title { id: course.id, title: course.title.clone() }).collect(),
        ..world::trainer("")
    };
    write("trainer", html::trainer(edition, look, &publisher, &lorna, &all[..1]));
    let table = |number, host: &str, title: &str, tip: &str| Table {
        number,
        host: host.into(),
        title: title.into(),
        tip: tip.into(),
        handouts: vec![Handout {
            title: "The one page to take home".into(),
            address: web("https://files.example/1.pdf"),
        }],
        bring: Some(web("https://packhorse.example/ask")),
    };
    let showcase = Showcase {
        title: "Training Showcase".into(),
        summary: "Eleven tables, ten minutes each, one tip to take home.".into(),
        tables: vec![
            table(1, "Maurice Coleman", "Podcasts on a shoestring", "Record in a closet: coats are better than foam."),
            table(2, "Marianne Lenox", "Learning circles", "Let them bring the cake and you the question."),
        ],
        ..world::showcase("")
    };
    let showcase = Showcase {
        venue: Venue { name: "Marriott, ballroom B".into(), address: vec!["Washington, DC".into()], coordinates: None },
        ..showcase
    };
    write("showcase", html::showcase(edition, look, &showcase));
    let posting = |kind, title: &str, text: &str| Need {
        kind,
        title: title.into(),
        text: text.into(),
        by: "Seneca Free Library".into(),
        place: "Seneca, Kansas".into(),
        contact: Some(Contact { address: web("https://packhorse.example/answer"), replies: 2 }),
        ..world::need("")
    };
    let postings = [
        posting(
            NeedKind::Need,
            "Who has a handout on e-mail for beginners?",
            "Large print, one page. Ours is from the days of dial-up.",
        ),
        posting(
            NeedKind::Offer,
            "A tested day about difficult patrons",
            "Slides, exercises and a script; take it and make it yours.",
        ),
    ];
    write("needs", html::needs(edition, look, &Board { postings: &postings, next: Some("cursor") }));
    let recordings = [Recording {
        id: "1".into(),
        workshop: courses[2].id,
        title: "What the Heck Is a Makerspace?".into(),
        summary: "With questions from forty libraries at the end.".into(),
        address: web("https://files.example/1.mp3"),
        media_type: "audio/mpeg".into(),
        bytes: 31_400_000,
        duration: Minutes(58),
        captions: true,
        materials: courses[0].materials.clone(),
        published_at: at("2027-01-10T12:00:00Z"),
    }];
    write(
        "archive",
        html::archive(edition, look, &Archive { upcoming: &all[2..3], recordings: &recordings, next: None }),
    );
}
