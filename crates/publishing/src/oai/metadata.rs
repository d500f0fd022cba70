//! Formats of a record's metadata.

use std::io::{self, Write};

use crate::{
    address::Page,
    model::{Course, CreditRole, Publisher, Site, WebAddress},
    text::{format_name, hours, level_name, license_address},
    when::{iso_length, utc},
    xml::Xml,
};

/// The schema of the format `lrmi`, `application/xml`, to be served at `/schemas/lrmi.xsd` of the installation.
pub const LRMI_SCHEMA: &str = include_str!("lrmi.xsd");

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const SCHEMA_ORG: &str = "https://schema.org/";

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Dublin Core without qualifiers, which every harvester knows.
    OaiDc,
    /// A course in the words of schema.org, to which LRMI's belong.
    Lrmi,
}

impl Prefix {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::OaiDc, Self::Lrmi];

    /// As `metadataPrefix` spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::OaiDc => "oai_dc",
            Self::Lrmi => "lrmi",
        }
    }

    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::OaiDc => "http://www.openarchives.org/OAI/2.0/oai_dc/",
            Self::Lrmi => SCHEMA_ORG,
        }
    }

    pub(super) fn schema(self, site: &Site) -> String {
        match self {
            Self::OaiDc => "http://www.openarchives.org/OAI/2.0/oai_dc.xsd".to_owned(),
            Self::Lrmi => format!("{}/schemas/lrmi.xsd", site.root()),
        }
    }

    pub(super) fn write<W: Write>(
        self,
        xml: &mut Xml<W>,
        site: &Site,
        publisher: &Publisher,
        course: &Course,
    ) -> io::Result<()> {
        let location = format!("{} {}", self.namespace(), self.schema(site));
        match self {
            Self::OaiDc => {
                xml.open(
                    "oai_dc:dc",
                    &[
                        ("xmlns:oai_dc", self.namespace()),
                        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
                        ("xmlns:xsi", XSI),
                        ("xsi:schemaLocation", &location),
                    ],
                )?;
                dublin_core(xml, site, publisher, course)?;
            }
            Self::Lrmi => {
                let names =
                    [("xmlns", self.namespace()), ("xmlns:xsi", XSI), ("xsi:schemaLocation", location.as_str())];
                xml.open("course", &names)?;
                schema_org(xml, site, publisher, course)?;
            }
        }
        xml.close()
    }
}

fn credited(course: &Course, role: CreditRole) -> impl Iterator<Item = &str> {
    course.credits.iter().filter(move |credit| credit.role == role).map(|credit| credit.name.as_str())
}

/// Source: DCMI Metadata Terms, the fifteen elements of version 1.1.
fn dublin_core<W: Write>(xml: &mut Xml<W>, site: &Site, publisher: &Publisher, course: &Course) -> io::Result<()> {
    xml.told("dc:title", &course.title)?;
    for author in credited(course, CreditRole::Author) {
        xml.told("dc:creator", author)?;
    }
    for topic in &course.topics {
        xml.told("dc:subject", &topic.name)?;
    }
    xml.told("dc:description", &course.summary)?;
    for objective in &course.objectives {
        xml.told("dc:description", objective)?;
    }
    xml.told("dc:publisher", &publisher.name)?;
    for funder in credited(course, CreditRole::Funder) {
        xml.told("dc:contributor", funder)?;
    }
    xml.told("dc:date", &utc(course.published_at))?;
    xml.told("dc:type", "Course")?;
    for format in &course.formats {
        xml.told("dc:format", format_name(*format))?;
    }
    xml.told("dc:identifier", &site.page(Page::Workshop(course.id)))?;
    for from in &course.adapted_from {
        xml.told("dc:source", from.address.as_ref().map_or(from.title.as_str(), WebAddress::as_str))?;
    }
    for language in &course.languages {
        xml.told("dc:language", language)?;
    }
    xml.told("dc:rights", course.license.as_deref().unwrap_or_default())
}

fn schema_org<W: Write>(xml: &mut Xml<W>, site: &Site, publisher: &Publisher, course: &Course) -> io::Result<()> {
    xml.leaf("identifier", &[], &course.id.to_string())?;
    xml.leaf("name", &[], &course.title)?;
    xml.leaf("url", &[], &site.page(Page::Workshop(course.id)))?;
    xml.told("description", &course.summary)?;
    for topic in &course.topics {
        xml.told("keywords", &topic.name)?;
    }
    xml.told("provider", &publisher.name)?;
    for author in credited(course, CreditRole::Author) {
        xml.told("author", author)?;
    }
    for funder in credited(course, CreditRole::Funder) {
        xml.told("funder", funder)?;
    }
    if let Some(expression) = &course.license {
        xml.told("license", &license_address(expression).unwrap_or_else(|| expression.clone()))?;
    }
    for objective in &course.objectives {
        xml.told("teaches", objective)?;
    }
    for competency in &course.competencies {
        xml.told("teaches", &competency.name)?;
    }
    xml.leaf("timeRequired", &[], &iso_length(course.duration))?;
    for format in &course.formats {
        xml.told("courseMode", format_name(*format))?;
    }
    xml.leaf("educationalLevel", &[], level_name(course.level))?;
    xml.told("audience", &course.audience)?;
    for language in &course.languages {
        xml.told("inLanguage", language)?;
    }
    for ce in &course.ce_hours {
        xml.told("educationalCredentialAwarded", &hours(ce))?;
    }
    for from in &course.adapted_from {
        xml.told("isBasedOn", from.address.as_ref().map_or(from.title.as_str(), WebAddress::as_str))?;
    }
    xml.leaf("datePublished", &[], &utc(course.published_at))?;
    xml.leaf("dateModified", &[], &utc(course.updated_at))
}
