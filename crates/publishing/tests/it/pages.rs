//! What every page has, and what each says.

use packhorse_domain::Zone;
use packhorse_publishing::{
    Edition, Feed,
    html::{self, Archive, Board, Card, Choice, Facet, Frame, List, Look},
    model::{Course, Place, Publisher, Session, SessionStatus, Site, Venue},
    search::Sort,
};

use crate::{
    feeds::recording,
    reading,
    world::{at, hiawatha, need, policies, publisher, showcase, site, trainer, venue},
};

/// Every page there is, about what is given.
pub fn all(
    edition: Edition<'_>,
    look: Look<'_>,
    publisher: &Publisher,
    course: &Course,
    session: &Session,
) -> Vec<String> {
    let text = &course.title;
    let facets = [Facet {
        parameter: "topic",
        label: "Topic",
        choices: vec![Choice { value: text.clone(), label: text.clone(), count: 3, chosen: true }],
    }];
    let cards = [Card { course, next: Some(session) }, Card { course, next: None }];
    let list = List {
        query: text,
        corrected: Some(text),
        facets: &facets,
        days: (Some(jiff::civil::date(2027, 3, 1)), None),
        zip: text,
        within: &facets[0].choices,
        sort: Sort::NextDate,
        cards: &cards,
        total: 12,
        next: Some(text),
    };
    vec![
        html::workshop(edition, look, publisher, course, std::slice::from_ref(session)),
        html::session(edition, look, publisher, course, session),
        html::catalog(edition, look, &list),
        html::trainer(edition, look, publisher, &trainer(text), &[session]),
        html::showcase(edition, look, &showcase(text)),
        html::needs(edition, look, &Board { postings: &[need(text)], next: Some(text) }),
        html::archive(
            edition,
            look,
            &Archive { upcoming: &[session], recordings: &[recording(text)], next: Some(text) },
        ),
        html::month(edition, look, jiff::civil::date(2027, 3, 31), &[session]),
        html::map(edition, look, &[session]),
    ]
}

fn pages(look: Look<'_>) -> Vec<String> {
    let (site, publisher) = (site("Packhorse"), publisher("Northeast Kansas Library System"));
    all(Edition { site: &site, network: Some(&publisher) }, look, &publisher, &policies(), &hiawatha())
}

/// Every page in both frames, with what is canceled and what is empty.
pub fn every() -> Vec<String> {
    let canceled = Session { status: SessionStatus::Canceled, ..hiawatha() };
    let site = site("Packhorse");
    let edition = Edition { site: &site, network: None };
    let list = List::default();
    let zone = Zone::new("Pacific/Honolulu").unwrap();
    let look = Look { zone: Some(&zone), ..Look::default() };
    let mut every = pages(look);
    every.extend(pages(Look { frame: Frame::Embedded, ..look }));
    every.push(html::session(edition, look, &publisher("N"), &policies(), &canceled));
    every.push(html::catalog(edition, look, &list));
    every
}

#[test]
fn every_page_can_be_used_by_everybody() {
    for text in pages(Look::default()) {
        let page = reading::html(&text);
        assert_eq!(page.faults, Vec::<String>::new());
        let count = |name: &str| page.tags.iter().filter(|tag| tag.name == name).count();
        for landmark in ["main", "header", "footer", "h1", "title"] {
            assert_eq!(count(landmark), 1, "{landmark}\n{text}");
        }
        assert_eq!(page.tags[0].attribute("lang"), Some("en"));
        let skip = page.tags.iter().find(|tag| tag.name == "a").unwrap();
        assert_eq!(skip.attribute("href"), Some("#content"));
        // Headings go down one step at a time.
        let mut before = 1;
        let headings = page.tags.iter().filter(|tag| tag.name.len() == 2 && tag.name.starts_with('h'));
        for level in headings.filter_map(|tag| tag.name[1..].parse::<u8>().ok()) {
            assert!(level <= before + 1, "h{level} after h{before}\n{text}");
            before = level;
        }
        // Every field has a label, of its own or around it.
        let labels: Vec<_> = page.tags.iter().filter(|tag| tag.name == "label").collect();
        let named = page.tags.iter().filter(|tag| tag.name == "input");
        for id in named.filter_map(|tag| tag.attribute("id")) {
            assert!(labels.iter().any(|label| label.attribute("for") == Some(id)), "{id}");
        }
        let mut ids: Vec<_> = page.tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id twice\n{text}");
        for picture in page.tags.iter().filter(|tag| tag.name == "svg") {
            let hidden = picture.attribute("aria-hidden") == Some("true");
            assert!(hidden || picture.attribute("aria-label").is_some(), "{text}");
        }
    }
}

#[test]
fn a_strict_content_security_policy_holds() {
    for look in [Look::default(), Look { frame: Frame::Embedded, zone: None }] {
        for text in pages(look) {
            for tag in reading::html(&text).tags {
                assert!(tag.name != "style" && tag.attribute("style").is_none(), "{tag:?}");
                assert!(tag.name != "script" || tag.attribute("type") == Some("application/ld+json"), "{tag:?}");
                assert!(tag.attributes.iter().all(|(name, _)| !name.starts_with("on")), "{tag:?}");
            }
        }
    }
}

#[test]
fn a_page_tells_where_it_is_and_which_feeds_there_are() {
    let page = reading::html(&pages(Look::default())[0]);
    let link = |rel: &str| page.tags.iter().filter(|tag| tag.attribute("rel") == Some(rel)).collect::<Vec<_>>();
    let address = "https://packhorse.example/workshops/wks_01k9z3k8m4e0r9q2v7x5y6w8ta";
    assert_eq!(link("canonical")[0].attribute("href"), Some(address));
    let own = "https://packhorse.example/networks/net_00000000000000000000000000/feeds/sessions.ics?workshop=wks_01k9z3k8m4e0r9q2v7x5y6w8ta";
    assert_eq!(link("alternate").len(), Feed::ALL.len() + 1);
    assert_eq!(link("alternate")[0].attribute("href"), Some(own), "the calendar of its dates");
    assert!(
        link("alternate")
            .iter()
            .all(|tag| { tag.attribute("href").unwrap().starts_with("https://packhorse.example/networks/net_0000") })
    );
    let graph = |name: &str| {
        let tag = page.tags.iter().find(|tag| tag.attribute("property") == Some(name));
        tag.unwrap().attribute("content").unwrap().to_owned()
    };
    assert_eq!((graph("og:title").as_str(), graph("og:url").as_str()), ("Policies for Results", address));
    assert_eq!(page.data()["@type"], "Course");
}

#[test]
fn an_embedded_page_has_neither_header_nor_footer_and_opens_outside() {
    for text in pages(Look { frame: Frame::Embedded, zone: None }) {
        let page = reading::html(&text);
        assert!(page.tags.iter().all(|tag| !["header", "footer"].contains(&tag.name.as_str())));
        assert!(page.tags.iter().any(|tag| tag.name == "base" && tag.attribute("target") == Some("_top")));
    }
}

#[test]
fn times_are_on_the_clock_of_the_venue_and_of_the_viewer() {
    let zone = Zone::new("Pacific/Honolulu").unwrap();
    for text in &pages(Look { zone: Some(&zone), ..Look::default() })[..2] {
        for part in [
            "datetime=\"2027-03-03T10:00:00-06:00\"",
            "Wednesday, March 3, 2027, 10:00 AM to 12:00 PM CST",
            "(America/Chicago)",
            "datetime=\"2027-03-03T06:00:00-10:00\"",
            "6:00 AM to 8:00 AM HST",
            "(Pacific/Honolulu)",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn a_canceled_session_says_so_and_takes_no_registrations() {
    let (site, publisher) = (site("Packhorse"), publisher("N"));
    let edition = Edition { site: &site, network: None };
    let page = |status| {
        let session = Session { status, ..hiawatha() };
        html::session(edition, Look::default(), &publisher, &policies(), &session)
    };
    assert!(page(SessionStatus::Scheduled).contains("Register"));
    let canceled = page(SessionStatus::Canceled);
    assert!(canceled.contains("Canceled.") && !canceled.contains("Register"));
}

#[test]
fn the_next_page_of_the_catalog_keeps_every_choice() {
    let site: Site = site("Packhorse");
    let edition = Edition { site: &site, network: None };
    let choice = |value: &str, chosen| Choice { value: value.into(), label: value.into(), count: 1, chosen };
    let facets = [Facet { parameter: "level", label: "Level", choices: vec![choice("a&b", true), choice("c", false)] }];
    let within = [choice("50", false), choice("100", true)];
    let list = List {
        query: "two words",
        facets: &facets,
        days: (Some(jiff::civil::date(2027, 3, 1)), Some(jiff::civil::date(2027, 3, 31))),
        zip: "66044",
        within: &within,
        sort: Sort::NextDate,
        total: 60,
        next: Some("cur=sor"),
        ..List::default()
    };
    let page = reading::html(&html::catalog(edition, Look::default(), &list));
    let next = page.tags.iter().find(|tag| tag.attribute("rel") == Some("next")).unwrap();
    let wanted = "https://packhorse.example/catalog?q=two+words&level=a%26b&from=2027-03-01&until=2027-03-31\
                  &zip=66044&within=100&sort=next_date&after=cur%3Dsor";
    assert_eq!(next.attribute("href"), Some(wanted));
    let boxes: Vec<_> = page.tags.iter().filter(|tag| tag.attribute("type") == Some("checkbox")).collect();
    assert_eq!(boxes.iter().map(|tag| tag.attribute("checked").is_some()).collect::<Vec<_>>(), [true, false]);
    // The form shows them too.
    let field = |id: &str| page.tags.iter().find(|tag| tag.attribute("id") == Some(id)).unwrap();
    assert_eq!(
        (field("from").attribute("value"), field("until").attribute("type")),
        (Some("2027-03-01"), Some("date"))
    );
    assert_eq!(field("zip").attribute("value"), Some("66044"));
    let selected = page.tags.iter().filter(|tag| tag.attribute("selected").is_some());
    assert_eq!(selected.map(|tag| tag.attribute("value").unwrap()).collect::<Vec<_>>(), ["next_date", "100"]);
}

#[test]
fn a_corrected_search_says_so_and_nothing_chosen_offers_nothing_to_undo() {
    let site: Site = site("Packhorse");
    let edition = Edition { site: &site, network: None };
    let page = |list: &List<'_>| html::catalog(edition, Look::default(), list);
    let corrected = page(&List { query: "polcy", corrected: Some("policy"), ..List::default() });
    assert!(
        corrected.contains("these are for <strong dir=\"auto\">policy</strong>")
            && corrected.contains("Show everything")
    );
    let everything = page(&List::default());
    assert!(
        !everything.contains("Not found") && !everything.contains("Show everything") && !everything.contains("ZIP")
    );
}

#[test]
fn a_month_is_drawn_and_listed() {
    let site: Site = site("Packhorse");
    let edition = Edition { site: &site, network: None };
    // Ten in the evening of March 31 in Kansas is April in Greenwich, and stays in March.
    let late = Session {
        time: packhorse_domain::Interval::new(at("2027-04-01T03:00:00Z"), at("2027-04-01T04:00:00Z")).unwrap(),
        ..hiawatha()
    };
    let text = html::month(edition, Look::default(), jiff::civil::date(2027, 3, 9), &[&hiawatha(), &hiawatha(), &late]);
    for part in [
        "March 2027</h1>",
        "/calendar/2027-02",
        "/calendar/2027-04",
        "Wednesday, March 3</h2>",
        "Wednesday, March 31</h2>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let page = reading::html(&text);
    let cells = page.tags.iter().filter(|tag| tag.name == "rect").count();
    assert_eq!((cells, page.tags.iter().filter(|tag| tag.name == "circle").count()), (35, 2));
}

#[test]
fn a_map_numbers_each_venue_once() {
    let site: Site = site("Packhorse");
    let edition = Edition { site: &site, network: None };
    let nowhere = Session { place: Place::Venue(Venue { coordinates: None, ..venue("Elsewhere") }), ..hiawatha() };
    let text = html::map(edition, Look::default(), &[&hiawatha(), &nowhere, &hiawatha()]);
    let page = reading::html(&text);
    assert_eq!(page.tags.iter().filter(|tag| tag.name == "circle").count(), 1);
    assert!(text.contains("1. <bdi>Morrill") && text.contains("2. <bdi>Elsewhere"));
}
