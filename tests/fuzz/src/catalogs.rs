//! Readers of catalogs that others publish, called straight.

use packhorse_publishing::{
    import::{self, Import},
    search::Cursor,
};

use crate::{Session, Target};

/// Workshops of others: our table and JSON, pages with JSON-LD, answers to a harvest.
pub const WORKSHOPS: Target = Target {
    name: "workshops",
    start: || Session::new(catalogs(), read_workshops),
    words: "title~abstract~objectives~duration_minutes~,~\"~\"\"~\r\n~\n~{~}~[~]~:~null~1e309~\\ud800~\0~\u{feff}~<script type=\"application/ld+json\">~\
            </script>~<!--~-->~<![CDATA[~]]>~<!DOCTYPE a [<!ENTITY b \"c\">]>~&b;~&#0;~&amp;~@context~@graph~@type~@id~https://schema.org~Course~\
            CourseInstance~timeRequired~PT90M~P999999999W~inLanguage~license~<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">~<record>~\
            <header status=\"deleted\">~<identifier>~<datestamp>2027-01-01T00:00:00Z</datestamp>~<resumptionToken>~<error code=\"noRecordsMatch\">~xmlns:dc=",
};

fn read_workshops(input: &[u8]) {
    for read in [import::table, import::json, import::json_lines, import::page, import::harvest] {
        let Import { candidates, faults, .. } = read(input);
        assert!(candidates.len() <= import::MOST_ITEMS && faults.len() <= import::MOST_FAULTS);
        assert!(candidates.iter().all(|one| !one.title.is_empty() && !one.title.contains('\0')));
        assert!(faults.iter().all(|fault| !fault.code.is_empty() && !fault.detail.is_empty()));
    }
}

fn catalogs() -> Vec<Vec<u8>> {
    let table = "title,abstract,objectives,level,duration_minutes,formats,languages\r\nSaying no,\"How to say \"\"no\"\"\",Say no kindly,\
                 introductory,90,virtual,en\r\n";
    let json = r#"{"title": "Saying no", "abstract": "How", "objectives": ["Say no"], "duration_minutes": 90, "languages": ["en"]}"#;
    let linked = r##"<!DOCTYPE html><html><head><title>T</title><script type="application/ld+json">{"@context": "https://schema.org",
        "@graph": [{"@type": "Course", "@id": "#no", "name": "Saying no", "timeRequired": "PT1H30M", "inLanguage": "en",
        "license": "https://creativecommons.org/licenses/by/4.0/", "hasCourseInstance": {"@type": "CourseInstance"}}]}</script></head></html>"##;
    let harvest = r#"<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
        <responseDate>2027-01-05T15:00:00Z</responseDate><request verb="ListRecords">https://a.example/oai</request><ListRecords>
        <record><header><identifier>oai:a.example:1</identifier><datestamp>2027-01-01T00:00:00Z</datestamp></header><metadata>
        <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <dc:title>Saying no</dc:title><dc:language>en</dc:language></oai_dc:dc></metadata></record>
        <record><header status="deleted"><identifier>oai:a.example:2</identifier><datestamp>2027-01-01T00:00:00Z</datestamp></header></record>
        <resumptionToken>next</resumptionToken></ListRecords></OAI-PMH>"#;
    let items = format!("{{\"items\": [{json}]}}");
    [table, json, &items, &format!("{json}\n{json}"), linked, harvest].map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Places in a search.
pub const PLACE: Target = Target {
    name: "place",
    start: || Session::new(places(), read_place),
    words: ".~-~relevance~changed~title~next_date~9223372036854775807~-9223372036854775808~00~ff~c3~wks_01k9z3k8m4e0r9q2v7x5y6w8ta",
};

/// What is read is written as it was, but for signs and zeros of numbers.
fn read_place(input: &[u8]) {
    let Ok(Ok(place)) = str::from_utf8(input).map(str::parse::<Cursor>) else { return };
    assert_eq!(place.to_string().parse(), Ok(place));
}

fn places() -> Vec<Vec<u8>> {
    let id = "wks_01k9z3k8m4e0r9q2v7x5y6w8ta";
    [format!("relevance.-12.34.536179.{id}"), format!("title.0.0..{id}")].map(String::into_bytes).to_vec()
}
