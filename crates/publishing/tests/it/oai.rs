//! Harvesting, as the protocol has it.

use packhorse_domain::{Id, id::WorkshopId};
use packhorse_publishing::{
    model::{Course, Site, Tombstone},
    oai::{self, Ask, Code, Item, LRMI_SCHEMA, Listing, Prefix, Refusal, Request, Resumption, Selection, Start, What},
};
use roxmltree::{Document, Node};

use crate::{
    feeds::{all, text_of},
    world::{at, policies, publisher, site},
};

const ID: &str = "oai:packhorse.example:wks_01k9z3k8m4e0r9q2v7x5y6w8ta";

fn read(query: &str) -> Result<Request, Refusal> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    Request::read(&site("Packhorse"), pairs)
}

fn codes(query: &str) -> Vec<Code> {
    let mut codes: Vec<_> = read(query).unwrap_err().faults.iter().map(|fault| fault.code).collect();
    codes.dedup();
    codes
}

fn written(write: impl FnOnce(&mut Vec<u8>, &Site)) -> String {
    let mut out = Vec::new();
    write(&mut out, &site("Packhorse"));
    String::from_utf8(out).unwrap()
}

pub fn list(site: &Site, request: &Request, prefix: Prefix, courses: &[Course], end: Resumption<'_>) -> String {
    let publisher = publisher(&site.name);
    let Ask::List(what, _) = request.ask else { panic!("no list") };
    let mut listing = Listing::begin(Vec::new(), site, request, what, prefix).unwrap();
    for course in courses {
        listing.item(Item::Live(&publisher, course)).unwrap();
    }
    String::from_utf8(listing.end(end).unwrap()).unwrap()
}

#[test]
fn the_six_verbs_are_understood() {
    let id: WorkshopId = ID.rsplit(':').next().unwrap().parse().unwrap();
    let any = Selection { prefix: Prefix::OaiDc, from: None, before: None, set: None };
    let network = "net_00000000000000000000000000";
    let set = Selection { prefix: Prefix::Lrmi, set: Some(Id::nil()), ..any };
    for (query, ask) in [
        ("verb=Identify".to_owned(), Ask::Identify),
        ("verb=ListMetadataFormats".into(), Ask::Formats(None)),
        (format!("verb=ListMetadataFormats&identifier={ID}"), Ask::Formats(Some(id))),
        ("verb=ListSets".into(), Ask::Sets(None)),
        ("verb=ListSets&resumptionToken=x".into(), Ask::Sets(Some("x".into()))),
        (format!("verb=GetRecord&metadataPrefix=lrmi&identifier={ID}"), Ask::Record(id, Prefix::Lrmi)),
        ("verb=ListRecords&metadataPrefix=oai_dc".into(), Ask::List(What::Records, Start::Fresh(any))),
        (format!("verb=ListRecords&metadataPrefix=lrmi&set={network}"), Ask::List(What::Records, Start::Fresh(set))),
        ("verb=ListIdentifiers&resumptionToken=x".into(), Ask::List(What::Headers, Start::Resumed("x".into()))),
    ] {
        assert_eq!(read(&query).unwrap().ask, ask, "{query}");
    }
}

#[test]
fn both_granularities_of_time_are_taken() {
    let times = |times: &str| match read(&format!("verb=ListRecords&metadataPrefix=oai_dc{times}")).unwrap().ask {
        Ask::List(_, Start::Fresh(selection)) => (selection.from, selection.before),
        ask => panic!("{ask:?}"),
    };
    let (start, next_day) = (Some(at("2027-01-20T00:00:00Z")), Some(at("2027-01-21T00:00:00Z")));
    assert_eq!(times("&from=2027-01-20&until=2027-01-20"), (start, next_day));
    let second = Some(at("2027-01-20T00:00:01Z"));
    assert_eq!(times("&from=2027-01-20T00:00:00Z&until=2027-01-20T00:00:00Z"), (start, second));
}

#[test]
fn every_fault_has_its_code() {
    use Code::{BadArgument, BadVerb, CannotDisseminateFormat, IdDoesNotExist, NoRecordsMatch};
    let list = "verb=ListRecords&metadataPrefix=oai_dc";
    for (query, code) in [
        ("", BadVerb),
        ("verb=", BadVerb),
        ("verb=identify", BadVerb),
        ("verb=Identify&verb=Identify", BadVerb),
        ("verb=Identify&verb=ListSets", BadVerb),
        ("verb=Identify&more=1", BadArgument),
        ("verb=Identify&identifier=x", BadArgument),
        ("verb=ListRecords", BadArgument),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", BadArgument),
        ("verb=ListRecords&resumptionToken=x&resumptionToken=y", BadArgument),
        ("verb=ListSets&resumptionToken=x&set=y", BadArgument),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", BadArgument),
        ("verb=ListRecords&metadataPrefix=marc", CannotDisseminateFormat),
        ("verb=GetRecord&metadataPrefix=oai_dc", BadArgument),
        (&format!("verb=GetRecord&identifier={ID}"), BadArgument),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:elsewhere.example:wks_1", IdDoesNotExist),
        ("verb=ListMetadataFormats&identifier=x", IdDoesNotExist),
        (&format!("{list}&from=2027-01-21&until=2027-01-20"), BadArgument),
        (&format!("{list}&from=2027-01-20&until=2027-01-20T00:00:00Z"), BadArgument),
        (&format!("{list}&from=2027-02-30"), BadArgument),
        (&format!("{list}&from=2027-01-20T00:00:00"), BadArgument),
        (&format!("{list}&from=2027-01-20T00:00:00+01:00"), BadArgument),
        (&format!("{list}&until=yesterday"), BadArgument),
        (&format!("{list}&set=a/b"), BadArgument),
        (&format!("{list}&set="), BadArgument),
        (&format!("{list}&set=kansas"), NoRecordsMatch),
    ] {
        assert_eq!(codes(query), [code], "{query}");
    }
    let both = codes("verb=GetRecord&metadataPrefix=marc&identifier=x");
    assert_eq!(both, [IdDoesNotExist, CannotDisseminateFormat]);
}

#[test]
fn a_refusal_repeats_arguments_only_when_they_were_understood() {
    let refuse = |refusal: &Refusal| written(|out, site| oai::refuse(out, site, refusal).unwrap());
    let text = refuse(&read("verb=Identify&more=1").unwrap_err());
    assert!(text.contains("<request>https://packhorse.example/oai</request>"), "{text}");
    assert!(text.contains("<error code=\"badArgument\">"));
    let token = read("verb=ListRecords&resumptionToken=old").unwrap();
    let text = refuse(&token.refused(Code::BadResumptionToken, "the token has run out"));
    assert!(text.contains("<request verb=\"ListRecords\" resumptionToken=\"old\">"), "{text}");
    assert!(text.contains("<error code=\"badResumptionToken\">the token has run out</error>"));
}

#[test]
fn identify_and_formats_tell_what_harvesters_need() {
    let request = read("verb=Identify").unwrap();
    let text = written(|out, site| oai::identify(out, site, &request, at("2026-05-01T00:00:00Z")).unwrap());
    let answer = Document::parse(&text).unwrap();
    let told = |name| text_of(answer.root_element(), name).unwrap_or_default();
    assert_eq!((told("protocolVersion"), told("deletedRecord")), ("2.0", "persistent"));
    assert_eq!(told("granularity"), "YYYY-MM-DDThh:mm:ssZ");
    assert_eq!((told("baseURL"), told("adminEmail")), ("https://packhorse.example/oai", "catalog@packhorse.example"));
    assert_eq!(told("repositoryIdentifier"), "packhorse.example");
    let request = read("verb=ListMetadataFormats").unwrap();
    let text = written(|out, site| oai::formats(out, site, &request).unwrap());
    let answer = Document::parse(&text).unwrap();
    let prefixes: Vec<_> = all(answer.root_element(), "metadataPrefix").map(|one| one.text().unwrap()).collect();
    assert_eq!(prefixes, ["oai_dc", "lrmi"]);
}

#[test]
fn sets_are_networks() {
    let network = publisher("Northeast Kansas");
    let request = read("verb=ListSets").unwrap();
    let end = Resumption::default();
    let text = written(|out, site| oai::sets(out, site, &request, [&network], end).unwrap());
    assert!(text.contains("<setName>Northeast Kansas</setName>") && !text.contains("resumptionToken"));
    let none = written(|out, site| oai::sets(out, site, &request, [], end).unwrap());
    assert!(none.contains("<error code=\"noSetHierarchy\">"));
}

#[test]
fn records_have_both_formats_and_the_withdrawn_only_a_header() {
    let publisher = publisher("Northeast Kansas");
    for (prefix, name) in [(Prefix::OaiDc, "title"), (Prefix::Lrmi, "name")] {
        let request = read(&format!("verb=GetRecord&metadataPrefix={}&identifier={ID}", prefix.word())).unwrap();
        let item = policies();
        let text =
            written(|out, site| oai::record(out, site, &request, prefix, Item::Live(&publisher, &item)).unwrap());
        let answer = Document::parse(&text).unwrap();
        let metadata = all(answer.root_element(), "metadata").next().unwrap();
        assert_eq!(text_of(metadata, name), Some("Policies for Results"));
        assert_eq!(text_of(answer.root_element(), "identifier"), Some(ID));
        assert_eq!(text_of(answer.root_element(), "datestamp"), Some("2027-01-20T09:30:00Z"));
        let gone = Tombstone { id: item.id, network: publisher.id, withdrawn_at: at("2027-01-30T00:00:00Z") };
        let text = written(|out, site| oai::record(out, site, &request, prefix, Item::Withdrawn(gone)).unwrap());
        assert!(text.contains("<header status=\"deleted\">") && !text.contains("<metadata>"));
    }
    // What the schema of `lrmi` names is what stands in a record, in its order.
    let request = read(&format!("verb=GetRecord&metadataPrefix=lrmi&identifier={ID}")).unwrap();
    let item = policies();
    let text =
        written(|out, site| oai::record(out, site, &request, Prefix::Lrmi, Item::Live(&publisher, &item)).unwrap());
    let (answer, schema) = (Document::parse(&text).unwrap(), Document::parse(LRMI_SCHEMA).unwrap());
    let course = all(answer.root_element(), "course").next().unwrap();
    let mut used: Vec<_> = course.children().filter(Node::is_element).map(|one| one.tag_name().name()).collect();
    used.dedup();
    let named: Vec<_> = all(schema.root_element(), "element").filter_map(|one| one.attribute("name")).skip(1).collect();
    assert_eq!(used, named);
}

#[test]
fn tokens_follow_the_rules_of_lists() {
    let site = site("Packhorse");
    let fresh = read("verb=ListRecords&metadataPrefix=oai_dc").unwrap();
    let resumed = read("verb=ListRecords&resumptionToken=2").unwrap();
    let more = Resumption { next: Some("3"), size: Some(250), before: 100 };
    let last = Resumption { next: None, ..more };
    let tokens = |request: &Request, end| {
        let text = list(&site, request, Prefix::OaiDc, &[policies()], end);
        let answer = Document::parse(&text).unwrap();
        all(answer.root_element(), "resumptionToken")
            .map(|token| {
                (token.text().unwrap_or_default().to_owned(), token.attribute("completeListSize").map(str::to_owned))
            })
            .collect::<Vec<_>>()
    };
    let whole = Some("250".to_owned());
    assert_eq!(tokens(&fresh, last), []);
    assert_eq!(tokens(&fresh, more), [("3".to_owned(), whole.clone())]);
    assert_eq!(tokens(&resumed, more), [("3".to_owned(), whole.clone())]);
    assert_eq!(tokens(&resumed, last), [(String::new(), whole)]);
    let none = list(&site, &fresh, Prefix::OaiDc, &[], Resumption::default());
    assert!(none.contains("<error code=\"noRecordsMatch\">") && !none.contains("<ListRecords"));
    let headers = read("verb=ListIdentifiers&metadataPrefix=oai_dc").unwrap();
    let text = list(&site, &headers, Prefix::OaiDc, &[policies()], Resumption::default());
    assert!(text.contains("<ListIdentifiers>\n<header>") && !text.contains("<metadata>"));
}
