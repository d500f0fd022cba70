//! Atom, RSS, sitemap, table and calendar, read back.

use icalendar::parser::{read_calendar, unfold};
use packhorse_domain::{Minutes, Timestamp};
use packhorse_publishing::{
    Edition, Feed, Page, atom,
    icalendar::Calendar,
    model::{Course, Need, Recording, Session, SessionStatus, Site},
    rss, sitemap,
    table::{COLUMNS, Table},
};
use roxmltree::{Document, Node};

use crate::world::{at, hiawatha, material, need, policies, session, site, web};

/// Elements of a name below another, in any namespace.
pub fn all<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |one| one.tag_name().name() == name)
}

/// The whole text of the first element of a name.
pub fn text_of<'a>(node: Node<'a, 'a>, name: &'static str) -> Option<&'a str> {
    all(node, name).next().map(|one| one.text().unwrap_or_default())
}

pub fn recording(text: &str) -> Recording {
    Recording {
        id: "rec_1".to_owned(),
        workshop: policies().id,
        title: text.to_owned(),
        summary: text.to_owned(),
        address: web("https://files.example/policies.mp3"),
        media_type: "audio/mpeg".to_owned(),
        bytes: 48_000_000,
        duration: Minutes(55),
        captions: true,
        materials: vec![material(text)],
        published_at: at("2027-03-04T12:00:00Z"),
    }
}

pub fn atom(site: &Site, course: &Course, session: &Session, paging: atom::Paging<'_>) -> String {
    let edition = Edition { site, network: None };
    let mut feed = atom::Feed::begin(Vec::new(), edition, Feed::Workshops, course.updated_at, paging).unwrap();
    feed.workshop(course).unwrap();
    feed.session(session).unwrap();
    String::from_utf8(feed.end().unwrap()).unwrap()
}

pub fn rss(site: &Site, recording: &Recording) -> String {
    let mut channel = rss::Channel::begin(Vec::new(), Edition { site, network: None }, "en").unwrap();
    channel.item(recording).unwrap();
    String::from_utf8(channel.end().unwrap()).unwrap()
}

pub fn table(site: &Site, course: &Course) -> Vec<u8> {
    let mut table = Table::begin(Vec::new(), site).unwrap();
    table.item(course).unwrap();
    table.end().unwrap()
}

pub fn calendar(site: &Site, sessions: &[Session]) -> String {
    let mut calendar = Calendar::begin(Vec::new(), Edition { site, network: None }).unwrap();
    for session in sessions {
        calendar.item(session).unwrap();
    }
    String::from_utf8(calendar.end().unwrap()).unwrap()
}

#[test]
fn the_digest_has_an_entry_for_each_week_that_had_postings() {
    let site = site("Packhorse");
    let posted = |title: &str, at: Timestamp| Need { posted_at: at, ..need(title) };
    // Sunday and Monday, and the last days of a week that began in the year before.
    let postings = [
        posted("Third", at("2027-03-08T00:00:00Z")),
        posted("Second", at("2027-03-07T23:59:59Z")),
        posted("First", at("2027-01-03T12:00:00Z")),
    ];
    let edition = Edition { site: &site, network: None };
    let newest = postings[0].posted_at;
    let mut feed = atom::Feed::begin(Vec::new(), edition, Feed::Needs, newest, atom::Paging::default()).unwrap();
    feed.digest(&postings).unwrap();
    let text = String::from_utf8(feed.end().unwrap()).unwrap();
    let read = Document::parse(&text).unwrap();
    let entries: Vec<_> = all(read.root_element(), "entry").collect();
    let ids: Vec<_> = entries.iter().map(|entry| text_of(*entry, "id").unwrap()).collect();
    let week = |week: &str| format!("https://packhorse.example/needs#{week}");
    assert_eq!(ids, [week("2027-W10"), week("2027-W09"), week("2026-W53")]);
    assert!(text_of(entries[1], "content").unwrap().contains("Second"));
    assert_eq!(text_of(entries[2], "updated"), Some("2027-01-03T12:00:00Z"));
}

#[test]
fn atom_has_what_the_standard_asks_for() {
    let paging = atom::Paging { query: "", this: None, next: Some("a b") };
    let text = atom(&site("Packhorse"), &policies(), &hiawatha(), paging);
    let feed = Document::parse(&text).unwrap();
    let root = feed.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2005/Atom"));
    for name in ["id", "title", "updated"] {
        assert_eq!(root.children().filter(|child| child.tag_name().name() == name).count(), 1);
        assert!(all(root, "entry").all(|entry| text_of(entry, name).is_some_and(|text| !text.is_empty())));
    }
    let rel = |rel: &str| {
        let links = root.children().filter(|child| child.attribute("rel") == Some(rel));
        links.map(|link| link.attribute("href").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rel("self"), ["https://packhorse.example/feeds/workshops.atom"]);
    assert_eq!(rel("next"), ["https://packhorse.example/feeds/workshops.atom?after=a%20b"]);
    let workshop = all(root, "entry").next().unwrap();
    assert_eq!(text_of(workshop, "title"), Some("Policies for Results"));
    assert_eq!(text_of(workshop, "published"), Some("2027-01-04T15:00:00Z"));
    let summary = text_of(all(root, "entry").nth(1).unwrap(), "summary").unwrap();
    assert!(summary.starts_with("Wednesday, March 3, 2027, 10:00 AM to 12:00 PM CST (America/Chicago)\n"), "{summary}");
    assert!(!atom(&site("P"), &policies(), &hiawatha(), atom::Paging::default()).contains("rel=\"next\""));
}

#[test]
fn recordings_are_enclosures() {
    let text = rss(&site("Packhorse"), &recording("Policies"));
    let feed = Document::parse(&text).unwrap();
    let root = feed.root_element();
    let enclosure = all(root, "enclosure").next().unwrap();
    assert_eq!(enclosure.attribute("url"), Some("https://files.example/policies.mp3"));
    assert_eq!((enclosure.attribute("length"), enclosure.attribute("type")), (Some("48000000"), Some("audio/mpeg")));
    assert_eq!(text_of(root, "pubDate"), Some("Thu, 04 Mar 2027 12:00:00 +0000"));
    assert_eq!(text_of(root, "duration"), Some("3300"));
    assert!(["title", "link", "description"].iter().all(|name| text_of(root, name).is_some()));
}

#[test]
fn sitemaps_name_pages_and_an_index_names_sitemaps() {
    let site = site("Packhorse");
    let mut map = sitemap::Sitemap::begin(Vec::new(), &site).unwrap();
    map.item(Page::Workshop(policies().id), policies().updated_at).unwrap();
    let text = String::from_utf8(map.end().unwrap()).unwrap();
    let map = Document::parse(&text).unwrap();
    let address = "https://packhorse.example/workshops/wks_01k9z3k8m4e0r9q2v7x5y6w8ta";
    assert_eq!(text_of(map.root_element(), "loc"), Some(address));
    assert_eq!(text_of(map.root_element(), "lastmod"), Some("2027-01-20T09:30:00Z"));
    let mut index = Vec::new();
    sitemap::index(&mut index, &site, [("", policies().updated_at), ("x&y", policies().updated_at)]).unwrap();
    let text = String::from_utf8(index).unwrap();
    let index = Document::parse(&text).unwrap();
    let addresses: Vec<_> = all(index.root_element(), "loc").map(|loc| loc.text().unwrap()).collect();
    assert_eq!(addresses[1], "https://packhorse.example/sitemap.xml?after=x%26y");
}

#[test]
fn a_table_has_a_line_for_each_workshop() {
    let written = table(&site("P"), &Course { title: "=1+1".to_owned(), ..policies() });
    let mut reader = csv::Reader::from_reader(written.as_slice());
    assert_eq!(reader.headers().unwrap(), &COLUMNS[..]);
    let line = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| &line[COLUMNS.iter().position(|column| *column == name).unwrap()];
    assert_eq!(cell("title"), "'=1+1");
    assert_eq!(cell("objectives").lines().count(), 3);
    assert_eq!((cell("fee_member"), cell("fee_other"), cell("currency")), ("45.00", "75.00", "USD"));
    assert_eq!((cell("formats"), cell("ce_hours")), ("in_person\nvirtual", "2 hours, Indiana LEU, general"));
    assert!(written.ends_with(b"\r\n"));
}

#[test]
fn a_calendar_tells_what_changed() {
    let canceled = Session { status: SessionStatus::Canceled, sequence: 3, ..hiawatha() };
    let text = calendar(&site("Packhorse"), &[hiawatha(), canceled]);
    let unfolded = unfold(&text);
    let read = read_calendar(&unfolded).unwrap();
    let value = |component: usize, name: &str| {
        let found = read.components[component].find_prop(name);
        found.map(|property| property.val.as_str().to_owned()).unwrap_or_default()
    };
    assert_eq!(read.components[0].name.as_str(), "VTIMEZONE");
    assert_eq!((value(1, "STATUS").as_str(), value(2, "STATUS").as_str()), ("CONFIRMED", "CANCELLED"));
    assert_eq!((value(1, "SEQUENCE").as_str(), value(2, "SEQUENCE").as_str()), ("2", "3"));
    assert_eq!(value(1, "UID"), "ssn_01k9z3k8m4e0r9q2v7x5y6w8ta");
    assert_eq!(value(1, "LOCATION"), "Morrill Public Library, 431 Oregon Street, Hiawatha, KS 66434");
    assert_eq!(value(1, "URL"), "https://packhorse.example/sessions/ssn_01k9z3k8m4e0r9q2v7x5y6w8ta");
    assert!(text.contains("\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n") && text.contains("\r\nNAME:Packhorse\r\n"));
    assert!(calendar(&site("P"), &[session("a")]).contains("Rescheduled from Wednesday\\, February 3\\, 2027."));
}
