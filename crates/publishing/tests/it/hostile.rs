//! Whatever stands in a text of the model, it reaches no form as markup and comes back as it was.

use std::sync::LazyLock;

use icalendar::parser::{read_calendar, unfold};
use packhorse_publishing::{
    Edition,
    atom::Paging,
    html::{self, Look},
    import,
    model::Course,
    oai::{Prefix, Request, Resumption},
    table::COLUMNS,
};
use proptest::prelude::*;
use roxmltree::Document;

use crate::{
    feeds,
    import::json as import_json,
    oai, pages, reading,
    world::{course, publisher, session, site},
};

const TRICKS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "&amp;",
    "&#0;",
    "\"",
    "'",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@sum",
    "\r\nSTATUS:CANCELLED",
    "\r",
    "\n",
    "\t",
    "\u{0}",
    "\u{b}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{feff}",
    "👩‍🏫",
    "老師",
    "ä",
    "\\",
    "\\n",
    ";",
    ",",
    "</title>",
    "</textarea>",
    "javascript:alert(1)",
    "%0d%0a",
    "<?xml?>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "${7*7}",
    "{{7*7}}",
    "`",
];

/// Tricks and other characters in any order, in a line or several.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(TRICKS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z ]{1,8}",
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| format!("a {}", pieces.concat()))
}

/// What is left of a text in a form that holds what XML 1.0 does.
pub fn writable(text: &str) -> String {
    let kept = |c: &char| matches!(c, '\t' | '\n') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().filter(kept).collect()
}

fn written(text: &str) -> Vec<String> {
    let (site, publisher) = (site(text), publisher(text));
    let edition = Edition { site: &site, network: Some(&publisher) };
    pages::all(edition, Look::default(), &publisher, &course(text), &session(text))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_keep_their_shape(text in text()) {
        static HARMLESS: LazyLock<Vec<reading::Html>> =
            LazyLock::new(|| written("a plain text").iter().map(|page| reading::html(page)).collect());
        let text = text.replace(['\n', '\r'], "");
        for (hostile, harmless) in written(&text).iter().zip(HARMLESS.iter()) {
            let hostile = reading::html(hostile);
            prop_assert_eq!(&hostile.faults, &Vec::<String>::new());
            prop_assert_eq!(hostile.shape(), harmless.shape());
            let found = |page: &reading::Html| page.texts.iter().filter(|(_, found)| found.contains(&writable(&text))).count();
            prop_assert!(found(&hostile) > 0);
            for tag in hostile.tags {
                let address = tag.attribute("href").or(tag.attribute("action")).unwrap_or("https://");
                let ours = address == "#content" || tag.attribute("rel") == Some("icon");
                prop_assert!(address.starts_with("https://") || ours, "{}", address);
            }
        }
    }

    #[test]
    fn structured_data_is_read_back_unchanged(text in text()) {
        let data = reading::html(&written(&text)[0]).data();
        for value in [&data["name"], &data["description"], &data["teaches"][1], &data["provider"]["name"], &data["hasPart"][0]["name"],
            &data["hasCourseInstance"][0]["location"][0]["name"], &data["isBasedOn"][0]["name"]] {
            prop_assert_eq!(value.as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn feeds_are_read_back_unchanged(text in text()) {
        let site = site(&text);
        let (atom, rss) = (
            feeds::atom(&site, &course(&text), &session(&text), Paging::default()),
            feeds::rss(&site, &feeds::recording(&text)),
        );
        let wanted = writable(&text);
        let read = Document::parse(&atom).unwrap();
        let entries: Vec<_> = feeds::all(read.root_element(), "entry").collect();
        prop_assert_eq!(entries.len(), 2);
        prop_assert_eq!(feeds::text_of(entries[0], "title"), Some(wanted.as_str()));
        prop_assert_eq!(feeds::text_of(entries[0], "summary"), Some(wanted.as_str()));
        prop_assert_eq!(feeds::all(entries[0], "category").next().unwrap().attribute("label"), Some(wanted.as_str()));
        prop_assert!(feeds::text_of(entries[1], "summary").unwrap().contains(&wanted));
        let read = Document::parse(&rss).unwrap();
        let item = feeds::all(read.root_element(), "item").next().unwrap();
        prop_assert_eq!(feeds::text_of(item, "title"), Some(wanted.as_str()));
        // Readers take a description for HTML.
        prop_assert!(feeds::text_of(item, "description").is_none_or(|text| !text.contains('<')));
        prop_assert_eq!(feeds::all(item, "enclosure").count(), 1);
    }

    #[test]
    fn tables_are_read_back_unchanged_and_hold_no_formula(text in text(), start in prop::sample::select(vec!["", "=", "+", "-", "@", "\t", "'="])) {
        let text = format!("{start}{text}");
        let written = feeds::table(&site("P"), &course(&text));
        let mut reader = csv::Reader::from_reader(written.as_slice());
        let lines: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(lines.len(), 1);
        prop_assert!(lines[0].iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
        let quote = if start.is_empty() { "" } else { "'" };
        let title = COLUMNS.iter().position(|column| *column == "title").unwrap();
        prop_assert_eq!(&lines[0][title], format!("{quote}{text}"));
    }

    #[test]
    fn calendars_are_read_back_unchanged(text in text()) {
        let text = format!("{text}z");
        let written = feeds::calendar(&site(&text), &[session(&text)]);
        let unfolded = unfold(&written);
        let read = read_calendar(&unfolded).unwrap();
        let names: Vec<_> = read.components.iter().map(|one| one.name.as_str()).collect();
        prop_assert_eq!(names, ["VTIMEZONE", "VEVENT"]);
        let summary = read.components[1].find_prop("SUMMARY").unwrap().val.as_str();
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        let wanted: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        prop_assert_eq!(summary, wanted);
        prop_assert!(written.split("\r\n").all(|line| line.len() <= 75));
    }

    #[test]
    fn harvests_are_read_back_unchanged(text in text()) {
        let site = site(&text);
        let wanted = writable(&text);
        for (prefix, name) in [(Prefix::OaiDc, "title"), (Prefix::Lrmi, "name")] {
            let pairs = [("verb", "ListRecords"), ("resumptionToken", &text)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let request = Request::read(&site, pairs).unwrap();
            let end = Resumption { next: Some(&text), ..Resumption::default() };
            let written = oai::list(&site, &request, prefix, &[course(&text), course(&text)], end);
            let read = Document::parse(&written).unwrap();
            let root = read.root_element();
            prop_assert_eq!(feeds::all(root, "record").count(), 2);
            prop_assert_eq!(feeds::text_of(root, name), Some(wanted.as_str()));
            prop_assert_eq!(feeds::text_of(root, "resumptionToken"), Some(wanted.as_str()));
            prop_assert_eq!(feeds::all(root, "request").next().unwrap().attribute("resumptionToken"), Some(wanted.as_str()));
        }
    }

    #[test]
    fn what_is_written_is_read_in_again(text in text()) {
        // Nothing that comes in holds U+0000, so nothing that goes out does.
        let text = text.replace('\0', "");
        let lines = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let site = site("P");
        let course = Course { languages: vec!["en".to_owned()], ..course(&text) };
        let pairs = [("verb", "ListRecords"), ("metadataPrefix", "lrmi")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = Request::read(&site, pairs).unwrap();
        let written = oai::list(&site, &request, Prefix::Lrmi, std::slice::from_ref(&course), Resumption::default());
        let kept = import::harvest(written.as_bytes());
        prop_assert_eq!(&kept.candidates[0].title, &lines(&writable(&text)));
        let edition = Edition { site: &site, network: None };
        let page = html::workshop(edition, Look::default(), &publisher("P"), &course, &[]);
        for read in [
            import::table(&feeds::table(&site, &course)),
            import::json(&import_json(std::slice::from_ref(&course))),
            import::page(page.as_bytes()),
        ] {
            prop_assert_eq!(&read.faults, &[]);
            prop_assert_eq!(&read.candidates[0].title, &lines(&text));
            prop_assert_eq!(read.candidates[0].summary.as_str(), text.trim());
        }
    }

    #[test]
    fn readers_take_anything(bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), text().prop_map(String::into_bytes)]) {
        for read in [import::table, import::json, import::page, import::harvest] {
            let read = read(&bytes);
            prop_assert!(read.candidates.iter().all(|one| !one.title.is_empty()));
        }
    }
}
