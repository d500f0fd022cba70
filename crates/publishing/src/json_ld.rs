//! Structured data: schema.org `Course` with its instances, for pages and as one graph of a whole catalog.
//!
//! Source: schema.org 29 (`Course`, `CourseInstance`, `Event`), JSON-LD 1.1 section 4.9 (graphs) and section 7 (in HTML).

mod written;

use std::io::{self, Write};

use packhorse_domain::{Format, Money};

use crate::{
    address::Page,
    model::{
        Adaptation, Course, CreditRole, Material, OnlineRoom, Person, Place, Publisher, Session, SessionStatus, Site,
        Venue, WebAddress,
    },
    text,
    when::{iso_length, utc, with_offset},
};

use written::{Thing, Written};

const CONTEXT: &str = "https://schema.org";

/// A workshop with dated sessions of it, as one document that may stand inside `<script type="application/ld+json">`.
pub fn course(site: &Site, publisher: &Publisher, course: &Course, sessions: &[Session]) -> String {
    let mut thing = Thing::of("Course");
    thing.put("@context", CONTEXT);
    tell(&mut thing, site, publisher, course, sessions);
    thing.done().into()
}

/// A catalog as one document with a graph, `application/ld+json`, written workshop by workshop.
#[derive(Debug)]
pub struct Graph<'a, W: Write> {
    out: W,
    site: &'a Site,
    first: bool,
}

impl<'a, W: Write> Graph<'a, W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(mut out: W, site: &'a Site) -> io::Result<Self> {
        write!(out, "{{\"@context\":\"{CONTEXT}\",\"@graph\":[")?;
        Ok(Self { out, site, first: true })
    }

    /// Writes one workshop with its dated sessions.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, publisher: &Publisher, course: &Course, sessions: &[Session]) -> io::Result<()> {
        let mut thing = Thing::of("Course");
        tell(&mut thing, self.site, publisher, course, sessions);
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        self.out.write_all(String::from(thing.done()).as_bytes())
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out)
    }
}

fn tell(thing: &mut Thing, site: &Site, publisher: &Publisher, course: &Course, sessions: &[Session]) {
    let address = site.page(Page::Workshop(course.id));
    thing.put("@id", address.as_str());
    thing.put("url", address);
    thing.put("identifier", course.id.to_string());
    thing.put("name", course.title.as_str());
    thing.put("description", description(course));
    thing.put("keywords", course.topics.iter().map(|topic| topic.name.as_str()).collect::<Vec<_>>());
    thing.put("provider", organization(site, publisher));
    thing.put("license", course.license.as_deref().map(license));
    let mut teaches: Vec<_> = course.objectives.iter().map(|objective| Written::text(objective)).collect();
    teaches.extend(course.competencies.iter().map(|competency| {
        let mut term = Thing::of("DefinedTerm");
        term.put("name", competency.name.as_str());
        term.put("termCode", competency.code.as_str());
        term.put("inDefinedTermSet", competency.scheme.as_str());
        term.done()
    }));
    thing.put("teaches", teaches);
    thing.put("timeRequired", iso_length(course.duration));
    thing.put("educationalLevel", text::level_name(course.level));
    thing.put("inLanguage", course.languages.iter().map(String::as_str).collect::<Vec<_>>());
    if !course.audience.is_empty() {
        thing.put("audience", Thing::of("EducationalAudience").with("audienceType", course.audience.as_str()).done());
    }
    thing.put(
        "educationalCredentialAwarded",
        values(&course.ce_hours, |ce| {
            Thing::of("EducationalOccupationalCredential")
                .with("name", text::hours(ce))
                .with("credentialCategory", "continuing education")
                .done()
        }),
    );
    let names = |role| {
        let named = course.credits.iter().filter(move |credit| credit.role == role);
        named.map(|credit| named_thing("Organization", &credit.name).done()).collect::<Vec<_>>()
    };
    thing.put("author", names(CreditRole::Author));
    thing.put("funder", names(CreditRole::Funder));
    thing.put("isBasedOn", values(&course.adapted_from, adaptation));
    thing.put("hasPart", values(&course.materials, material));
    if let Some(evaluation) = course.evaluation {
        let rating = Thing::of("AggregateRating")
            .with("ratingValue", text::hundredths(evaluation.mean_hundredths()))
            .with("ratingCount", evaluation.count())
            .with("bestRating", 5)
            .with("worstRating", 1);
        thing.put("aggregateRating", rating.done());
    }
    let address = site.page(Page::Workshop(course.id));
    if let Some(fees) = course.fees {
        let told = [("member", Some(fees.member)), ("partner", fees.partner), ("other", fees.other)];
        let offers = told.into_iter().filter_map(|(who, fee)| Some(offer(fee?, who, &address)));
        thing.put("offers", offers.collect::<Vec<_>>());
        thing.put("isAccessibleForFree", fees.other.is_some_and(|fee| fee.amount_minor == 0));
    }
    thing.put("datePublished", utc(course.published_at));
    thing.put("dateModified", utc(course.updated_at));
    thing.put("version", course.version.0.to_string());
    thing.put("hasCourseInstance", values(sessions, |session| instance(site, publisher, course, session)));
}

/// The abstract, or what stands in for it: consumers ask for one.
fn description(course: &Course) -> &str {
    match (course.summary.as_str(), course.objectives.first()) {
        ("", Some(objective)) => objective,
        ("", None) => &course.title,
        (summary, _) => summary,
    }
}

fn instance(site: &Site, publisher: &Publisher, course: &Course, session: &Session) -> Written {
    let address = site.page(Page::Session(session.id));
    let mut thing = Thing::of("CourseInstance");
    thing.put("@id", address.as_str());
    thing.put("url", address.as_str());
    thing.put("name", session.title.as_str());
    thing.put("description", description(course));
    let (mode, attendance) = match session.place.format() {
        Format::InPerson => ("Onsite", "OfflineEventAttendanceMode"),
        Format::Virtual => ("Online", "OnlineEventAttendanceMode"),
        Format::Hybrid => ("Blended", "MixedEventAttendanceMode"),
    };
    thing.put("courseMode", mode);
    thing.put("courseWorkload", iso_length(session.time.minutes()));
    thing.put("eventAttendanceMode", format!("{CONTEXT}/{attendance}"));
    let entrance = |room: &OnlineRoom| {
        let entry = room.address.as_ref().map_or(address.as_str(), WebAddress::as_str);
        let name = Some(room.name.as_str()).filter(|name| !name.is_empty());
        Thing::of("VirtualLocation").with("name", name).with("url", entry).done()
    };
    match &session.place {
        Place::Venue(venue) => thing.put("location", venue_thing(venue)),
        Place::Online(room) => thing.put("location", entrance(room)),
        Place::Both(venue, room) => thing.put("location", vec![venue_thing(venue), entrance(room)]),
    }
    thing.put("startDate", with_offset(session.time.start, &session.zone));
    thing.put("endDate", with_offset(session.time.end, &session.zone));
    thing.put("inLanguage", session.language.as_str());
    thing.put("instructor", values(&session.trainers, |trainer| person(site, trainer)));
    thing.put("organizer", organization(site, publisher));
    thing.put("maximumAttendeeCapacity", session.capacity);
    if let Some(price) = session.price {
        let entry = session.registration.as_ref().map_or(address.as_str(), WebAddress::as_str);
        thing.put("offers", offer(price, "seat", entry));
        thing.put("isAccessibleForFree", price.amount_minor == 0);
    }
    let status = match session.status {
        SessionStatus::Scheduled => "EventScheduled",
        SessionStatus::Canceled => "EventCancelled",
        SessionStatus::MovedOnline => "EventMovedOnline",
        SessionStatus::Rescheduled { previous_start } => {
            thing.put("previousStartDate", with_offset(previous_start, &session.zone));
            "EventRescheduled"
        }
    };
    thing.put("eventStatus", format!("{CONTEXT}/{status}"));
    thing.done()
}

fn values<T>(items: &[T], one: impl Fn(&T) -> Written) -> Vec<Written> {
    items.iter().map(one).collect()
}

fn named_thing(kind: &str, name: &str) -> Thing {
    Thing::of(kind).with("name", name)
}

fn organization(site: &Site, publisher: &Publisher) -> Written {
    let address = site.network(publisher.id);
    named_thing("Organization", &publisher.name).with("@id", address.as_str()).with("url", address).done()
}

fn person(site: &Site, trainer: &Person) -> Written {
    let mut thing = named_thing("Person", &trainer.name);
    if let Some(id) = trainer.id {
        thing.put("url", site.page(Page::Trainer(id)));
    }
    thing.done()
}

fn license(expression: &str) -> String {
    text::license_address(expression).unwrap_or_else(|| expression.to_owned())
}

fn adaptation(from: &Adaptation) -> Written {
    let mut thing = Thing::of("CreativeWork");
    thing.put("name", from.title.as_str());
    if !from.by.is_empty() {
        thing.put("author", named_thing("Organization", &from.by).done());
    }
    thing.put("license", from.license.as_deref().map(license));
    thing.put("url", from.address.as_ref().map(WebAddress::as_str));
    thing.done()
}

fn material(material: &Material) -> Written {
    let mut thing = Thing::of("LearningResource");
    thing.put("name", material.title.as_str());
    thing.put("learningResourceType", text::kind_name(material.kind));
    thing.put("url", material.address.as_str());
    thing.put("encodingFormat", material.media_type.as_str());
    thing.put("inLanguage", material.language.as_deref());
    thing.put("license", material.license.as_deref().map(license));
    if material.captions {
        thing.put("accessibilityFeature", "captions");
    }
    thing.done()
}

fn venue_thing(venue: &Venue) -> Written {
    let mut thing = Thing::of("Place");
    thing.put("name", venue.name.as_str());
    thing.put("address", venue.address.join(", "));
    if let Some(at) = venue.coordinates {
        thing.put("geo", Thing::of("GeoCoordinates").with("latitude", at.lat).with("longitude", at.lon).done());
    }
    thing.done()
}

fn offer(price: Money, category: &str, address: &str) -> Written {
    Thing::of("Offer")
        .with("price", text::amount(price))
        .with("priceCurrency", price.currency.code())
        .with("category", category)
        .with("url", address)
        .done()
}
