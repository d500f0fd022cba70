//! The answers.

use std::io::{self, Write};

use packhorse_domain::{
    Timestamp,
    id::{NetworkId, WorkshopId},
};

use crate::{
    model::{Course, Publisher, Site, Tombstone},
    when::utc,
    xml::Xml,
};

use super::{
    metadata::Prefix,
    request::{Code, Fault, Refusal, Request, What},
};

const NAMESPACE: &str = "http://www.openarchives.org/OAI/2.0/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A record: what is there, or what is left of it.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A published workshop and whose catalog it is in.
    Live(&'a Publisher, &'a Course),
    /// A withdrawn one.
    Withdrawn(Tombstone),
}

impl Item<'_> {
    fn header(&self) -> (WorkshopId, NetworkId, Timestamp) {
        match self {
            Self::Live(publisher, course) => (course.id, publisher.id, course.updated_at),
            Self::Withdrawn(gone) => (gone.id, gone.network, gone.withdrawn_at),
        }
    }
}

/// How a page of a list ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resumption<'a> {
    /// The token of the next page; nothing when this is the last.
    pub next: Option<&'a str>,
    /// How many records the whole list has, when known.
    pub size: Option<u64>,
    /// How many came before this page.
    pub before: u64,
}

fn begin<W: Write>(out: W, site: &Site, arguments: &[(&'static str, String)]) -> io::Result<Xml<W>> {
    let mut xml = Xml::begin(out)?;
    let location = format!("{NAMESPACE} {NAMESPACE}OAI-PMH.xsd");
    xml.open("OAI-PMH", &[("xmlns", NAMESPACE), ("xmlns:xsi", XSI), ("xsi:schemaLocation", &location)])?;
    xml.leaf("responseDate", &[], &utc(site.generated_at))?;
    let given: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    xml.leaf("request", &given, &site.oai())?;
    Ok(xml)
}

/// Answers with what is wrong.
///
/// # Errors
/// Those of the writer.
pub fn refuse(out: impl Write, site: &Site, refusal: &Refusal) -> io::Result<()> {
    let mut xml = begin(out, site, &refusal.arguments)?;
    for fault in &refusal.faults {
        error(&mut xml, fault)?;
    }
    xml.end().map(drop)
}

fn error<W: Write>(xml: &mut Xml<W>, fault: &Fault) -> io::Result<()> {
    xml.leaf("error", &[("code", fault.code.word())], &fault.detail)
}

/// Answers `Identify`. `earliest` is when the oldest record was last changed.
///
/// # Errors
/// Those of the writer.
pub fn identify(out: impl Write, site: &Site, request: &Request, earliest: Timestamp) -> io::Result<()> {
    let mut xml = begin(out, site, &request.arguments)?;
    xml.open("Identify", &[])?;
    xml.leaf("repositoryName", &[], &site.name)?;
    xml.leaf("baseURL", &[], &site.oai())?;
    xml.leaf("protocolVersion", &[], "2.0")?;
    xml.leaf("adminEmail", &[], &site.contact)?;
    xml.leaf("earliestDatestamp", &[], &utc(earliest))?;
    xml.leaf("deletedRecord", &[], "persistent")?;
    xml.leaf("granularity", &[], "YYYY-MM-DDThh:mm:ssZ")?;
    // Its schema asks for a domain name, which an address of numbers is not.
    let begins = |label: &str| label.starts_with(|c: char| c.is_ascii_alphabetic());
    if site.host().contains('.') && site.host().split('.').all(begins) {
        let namespace = "http://www.openarchives.org/OAI/2.0/oai-identifier";
        let location = format!("{namespace} {namespace}.xsd");
        xml.open("description", &[])?;
        xml.open("oai-identifier", &[("xmlns", namespace), ("xmlns:xsi", XSI), ("xsi:schemaLocation", &location)])?;
        xml.leaf("scheme", &[], "oai")?;
        xml.leaf("repositoryIdentifier", &[], site.host())?;
        xml.leaf("delimiter", &[], ":")?;
        xml.leaf("sampleIdentifier", &[], &format!("{}{}", site.oai_prefix(), WorkshopId::nil()))?;
    }
    xml.end().map(drop)
}

/// Answers `ListMetadataFormats`, for everything or for a workshop that is there.
///
/// # Errors
/// Those of the writer.
pub fn formats(out: impl Write, site: &Site, request: &Request) -> io::Result<()> {
    let mut xml = begin(out, site, &request.arguments)?;
    xml.open("ListMetadataFormats", &[])?;
    for prefix in Prefix::ALL {
        xml.open("metadataFormat", &[])?;
        xml.leaf("metadataPrefix", &[], prefix.word())?;
        xml.leaf("schema", &[], &prefix.schema(site))?;
        xml.leaf("metadataNamespace", &[], prefix.namespace())?;
        xml.close()?;
    }
    xml.end().map(drop)
}

/// Answers `ListSets` with one page of networks. Without any there is no hierarchy.
///
/// # Errors
/// Those of the writer.
pub fn sets<'p>(
    out: impl Write,
    site: &Site,
    request: &Request,
    networks: impl IntoIterator<Item = &'p Publisher>,
    resumption: Resumption<'_>,
) -> io::Result<()> {
    let mut xml = begin(out, site, &request.arguments)?;
    let mut networks = networks.into_iter().peekable();
    if networks.peek().is_none() && !resumed(request) {
        error(&mut xml, &Fault { code: Code::NoSetHierarchy, detail: "nothing is published yet".to_owned() })?;
        return xml.end().map(drop);
    }
    xml.open("ListSets", &[])?;
    for network in networks {
        xml.open("set", &[])?;
        xml.leaf("setSpec", &[], &network.id.to_string())?;
        xml.leaf("setName", &[], &network.name)?;
        xml.close()?;
    }
    token(&mut xml, resumed(request), resumption)?;
    xml.end().map(drop)
}

/// Answers `GetRecord`.
///
/// # Errors
/// Those of the writer.
pub fn record(out: impl Write, site: &Site, request: &Request, prefix: Prefix, item: Item<'_>) -> io::Result<()> {
    let mut xml = begin(out, site, &request.arguments)?;
    xml.open("GetRecord", &[])?;
    write(&mut xml, site, What::Records, prefix, item)?;
    xml.end().map(drop)
}

/// The answer to `ListRecords` or `ListIdentifiers`, written record by record.
#[derive(Debug)]
pub struct Listing<'a, W: Write> {
    xml: Xml<W>,
    site: &'a Site,
    what: What,
    prefix: Prefix,
    resumed: bool,
    empty: bool,
}

impl<'a, W: Write> Listing<'a, W> {
    /// Writes the beginning. `prefix` is that of the selection, which a token leads back to.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(out: W, site: &'a Site, request: &Request, what: What, prefix: Prefix) -> io::Result<Self> {
        let xml = begin(out, site, &request.arguments)?;
        Ok(Self { xml, site, what, prefix, resumed: resumed(request), empty: true })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, item: Item<'_>) -> io::Result<()> {
        self.open()?;
        write(&mut self.xml, self.site, self.what, self.prefix, item)
    }

    /// Writes the token and the end, or `noRecordsMatch` when there was no record, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self, resumption: Resumption<'_>) -> io::Result<W> {
        if self.empty && !self.resumed {
            let detail = "nothing was changed in that time and set".to_owned();
            error(&mut self.xml, &Fault { code: Code::NoRecordsMatch, detail })?;
        } else {
            self.open()?;
            token(&mut self.xml, self.resumed, resumption)?;
        }
        self.xml.end()
    }

    fn open(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.empty) {
            return Ok(());
        }
        let name = match self.what {
            What::Headers => "ListIdentifiers",
            What::Records => "ListRecords",
        };
        self.xml.open(name, &[])
    }
}

fn resumed(request: &Request) -> bool {
    request.arguments.iter().any(|(name, _)| *name == "resumptionToken")
}

/// A list in one page has no token; the last of several has an empty one.
///
/// Source: OAI-PMH 2.0 section 3.5.
fn token<W: Write>(xml: &mut Xml<W>, resumed: bool, resumption: Resumption<'_>) -> io::Result<()> {
    if resumption.next.is_none() && !resumed {
        return Ok(());
    }
    let (size, before) = (resumption.size.map(|size| size.to_string()), resumption.before.to_string());
    let mut attributes = Vec::new();
    attributes.extend(size.as_deref().map(|size| ("completeListSize", size)));
    attributes.push(("cursor", &before));
    xml.leaf("resumptionToken", &attributes, resumption.next.unwrap_or_default())
}

fn write<W: Write>(xml: &mut Xml<W>, site: &Site, what: What, prefix: Prefix, item: Item<'_>) -> io::Result<()> {
    if what == What::Records {
        xml.open("record", &[])?;
    }
    let (id, network, changed) = item.header();
    xml.open("header", if matches!(item, Item::Withdrawn(_)) { &[("status", "deleted")] } else { &[] })?;
    xml.leaf("identifier", &[], &format!("{}{id}", site.oai_prefix()))?;
    xml.leaf("datestamp", &[], &utc(changed))?;
    xml.leaf("setSpec", &[], &network.to_string())?;
    xml.close()?;
    if what == What::Headers {
        return Ok(());
    }
    if let Item::Live(publisher, course) = item {
        xml.open("metadata", &[])?;
        prefix.write(xml, site, publisher, course)?;
        xml.close()?;
    }
    xml.close()
}
