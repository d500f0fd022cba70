//! Catalogs read in: our own forms come back, faults have their place, and nothing without bounds is followed.

use packhorse_domain::{Format, Level, Minutes};
use packhorse_publishing::{
    Edition, html, import,
    import::{Candidate, Import},
    json_ld,
    model::{Course, CreditRole},
    oai::{Prefix, Request, Resumption},
};

use crate::{
    feeds, oai,
    world::{at, hiawatha, policies, publisher, site},
};

pub fn json(courses: &[Course]) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "items": courses, "next": "next" })).unwrap()
}

fn request(query: [(&str, &str); 2]) -> Request {
    Request::read(&site("P"), query.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap()
}

fn only(import: Import) -> Candidate {
    assert_eq!(import.faults, []);
    assert_eq!(import.candidates.len(), 1);
    import.candidates.into_iter().next().unwrap()
}

fn codes(import: &Import) -> Vec<(&str, &str, &str)> {
    import.faults.iter().map(|fault| (fault.place.as_str(), fault.field, fault.code)).collect()
}

#[test]
fn our_own_forms_come_back() {
    let (site, course) = (site("Packhorse"), policies());
    let page = html::workshop(
        Edition { site: &site, network: None },
        html::Look::default(),
        &publisher("N"),
        &course,
        &[hiawatha()],
    );
    let lrmi = oai::list(
        &site,
        &request([("verb", "ListRecords"), ("metadataPrefix", "lrmi")]),
        Prefix::Lrmi,
        &[policies()],
        Resumption::default(),
    );
    let graph = json_ld::course(&site, &publisher("N"), &course, &[hiawatha()]);
    for (form, read) in [
        ("table", import::table(&feeds::table(&site, &course))),
        ("json", import::json(&json(&[policies()]))),
        ("page", import::page(page.as_bytes())),
        ("graph", import::page(graph.as_bytes())),
        ("harvest", import::harvest(lrmi.as_bytes())),
    ] {
        let read = only(read);
        assert_eq!(read.title, course.title, "{form}");
        assert_eq!(read.summary, course.summary, "{form}");
        assert_eq!(read.objectives[..3], course.objectives, "{form}");
        assert_eq!((read.level, read.duration), (Some(Level::Introductory), Some(Minutes(120))), "{form}");
        assert_eq!((read.audience, read.languages), (course.audience.clone(), course.languages.clone()), "{form}");
        assert_eq!(read.topics, ["Policies", "Boards and trustees"], "{form}");
        assert_eq!(read.license.as_deref(), Some("CC-BY-4.0"), "{form}");
        assert_eq!(read.credits, course.credits, "{form}");
        assert_eq!(read.updated_at, Some(at("2027-01-20T09:30:00Z")), "{form}");
        assert!(!read.identifier.is_empty(), "{form}");
    }
    let read = only(import::table(&feeds::table(&site, &course)));
    assert_eq!(read.formats, [Format::InPerson, Format::Virtual]);
    assert_eq!((read.minimum_attendance, read.maximum_attendance), (Some(6), Some(24)));
}

#[test]
fn every_fault_of_a_table_has_its_line_and_column() {
    let read =
        import::table(b"title,level,duration_minutes\nOne,advanced,90\n,guru,5\n\"Two\nlines\",,\nThree\nFour,,x\n");
    assert_eq!(read.candidates.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["One", "Two lines"]);
    let wanted = [
        ("line 3", "title", "missing"),
        ("line 3", "level", "unknown_level"),
        ("line 3", "duration_minutes", "out_of_range"),
        ("line 6", "", "uneven_line"),
        ("line 7", "duration_minutes", "bad_number"),
    ];
    assert_eq!(codes(&read), wanted);
    let header = import::table(b"name,title,title\n");
    assert_eq!(codes(&header), [("line 1", "", "unknown_column"), ("line 1", "title", "repeated_column")]);
    assert_eq!(codes(&import::table(b"level\n")), [("line 1", "title", "missing_column")]);
    assert_eq!(codes(&import::table(b"title\n\xff\n")), [("byte 6", "", "not_utf8")]);
}

#[test]
fn json_is_bounded_and_its_faults_have_a_pointer() {
    let read = import::json(br#"{"items":[{"title":"One"},{"title":7,"languages":["English"]},{}]}"#);
    assert_eq!(read.candidates.len(), 1);
    assert_eq!(codes(&read), [("/items/1", "languages", "bad_language"), ("/items/2", "title", "missing")]);
    assert_eq!(codes(&import::json("[".repeat(100_000).as_bytes()))[0].2, "bad_json");
    assert_eq!(codes(&import::json(b"7"))[0].2, "wrong_type");
    assert_eq!(codes(&import::json(&vec![b' '; import::MOST_BYTES + 1]))[0].2, "too_large");
}

#[test]
fn courses_are_found_in_pages_of_others() {
    let page = r#"<!doctype html><title>A <script type="application/ld+json">{"@type":"Course"}</script></title>
<script>var a = '<script type="application/ld+json">';</script>
<SCRIPT TYPE='application/LD+json; charset=utf-8'>
{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"X"},
 {"@type":["Course","Product"],"@id":"a","name":"One","description":["Text"],"provider":{"@type":"Organization","name":"X"},
  "license":"https://creativecommons.org/licenses/by/4.0/","keywords":"a, b","timeRequired":"PT2H",
  "hasCourseInstance":{"@type":"CourseInstance","courseMode":["Online","onsite"]}},
 {"@type":"Course","@id":"a","name":"One again"}]}
</script>
<script type="application/ld+json">{"@type":"Course","name":</script>"#;
    let read = import::page(page.as_bytes());
    assert_eq!(codes(&read), [("line 10", "", "bad_json")]);
    let course = &read.candidates[0];
    assert_eq!((read.candidates.len(), course.title.as_str(), course.place.as_str()), (1, "One", "line 3 /@graph/1"));
    assert_eq!((course.license.as_deref(), course.duration), (Some("CC-BY-4.0"), Some(Minutes(120))));
    assert_eq!(course.formats, [Format::Virtual, Format::InPerson]);
    assert_eq!(course.topics, ["a", "b"]);
    assert_eq!(codes(&import::page(b"<p>Nothing</p>")), [("", "", "nothing")]);
}

#[test]
fn a_harvest_goes_on_and_tells_what_was_withdrawn() {
    let answer = r#"<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
<record><header status="deleted"><identifier>oai:x:1</identifier><datestamp>2027-01-01</datestamp></header></record>
<record><header><identifier>oai:x:2</identifier><datestamp>2027-01-02</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="a" xmlns:dc="b"><dc:title>Policies &amp; <![CDATA[<boards>]]> &#x2014; again</dc:title>
<dc:creator>Lorna</dc:creator><dc:identifier>x:2</dc:identifier><dc:identifier>https://x.example/2</dc:identifier>
<dc:language>eng</dc:language><dc:rights>http://creativecommons.org/licenses/by/4.0</dc:rights></oai_dc:dc></metadata></record>
<record><header><identifier>oai:x:3</identifier><datestamp>2027-01-02</datestamp></header><metadata><marc/></metadata></record>
<resumptionToken cursor="0">more</resumptionToken></ListRecords></OAI-PMH>"#;
    let read = import::harvest(answer.as_bytes());
    assert_eq!((read.withdrawn.as_slice(), read.resumption.as_deref()), (&["oai:x:1".to_owned()][..], Some("more")));
    assert_eq!(codes(&read), [("oai:x:3", "", "unknown_format")]);
    let course = &read.candidates[0];
    assert_eq!(course.title, "Policies & <boards> — again");
    assert_eq!(course.license.as_deref(), Some("CC-BY-4.0"));
    assert_eq!(course.address.as_ref().unwrap().as_str(), "https://x.example/2");
    assert_eq!(course.updated_at, Some(at("2027-01-02T00:00:00Z")));
    assert_eq!((course.credits[0].role, course.credits[0].name.as_str()), (CreditRole::Author, "Lorna"));
    let refused =
        |code: &str| import::harvest(format!("<OAI-PMH><error code=\"{code}\">no</error></OAI-PMH>").as_bytes());
    assert_eq!(codes(&refused("badResumptionToken")), [("", "", "refused")]);
    assert_eq!(refused("noRecordsMatch"), Import::default());
}

#[test]
fn xml_cannot_blow_up() {
    let laughs = r#"<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><OAI-PMH>&c;</OAI-PMH>"#;
    assert_eq!(codes(&import::harvest(laughs.as_bytes()))[0].2, "document_type");
    assert_eq!(codes(&import::harvest(b"<OAI-PMH>&c;</OAI-PMH>"))[0].2, "entity");
    assert_eq!(codes(&import::harvest("<a>".repeat(100_000).as_bytes()))[0].2, "too_deep");
    for broken in ["", "<OAI-PMH>", "<a></b>", "no xml", "<OAI-PMH><record></OAI-PMH>"] {
        let read = import::harvest(broken.as_bytes());
        assert!(read.candidates.is_empty(), "{broken}");
        assert!(read.faults.iter().all(|fault| fault.code == "bad_xml"), "{broken}");
    }
}
