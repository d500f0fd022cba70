//! Structured data: schema.org `Course` with its instances, for pages and as one graph of a whole catalog.
//!
//! Source: schema.org 29 (`Course`, `CourseInstance`, `Event`), JSON-LD 1.1 section 4.9 (graphs) and section 7 (in HTML).

use std::io::{self, Write};

use packhorse_domain::{Format, Money};
use serde_json::{Map, Value, json};

use crate::{
    address::Page,
    model::{
        Adaptation, Course, CreditRole, Material, OnlineRoom, Person, Place, Publisher, Session, SessionStatus, Site,
        Venue, WebAddress,
    },
    text,
    when::{iso_length, utc, with_offset},
};

const CONTEXT: &str = "https://schema.org";

/// A workshop with dated sessions of it, as one document that may stand inside `<script type="application/ld+json">`.
pub fn course(site: &Site, publisher: &Publisher, course: &Course, sessions: &[Session]) -> String {
    let mut thing = course_thing(site, publisher, course, sessions);
    thing.insert("@context".to_owned(), CONTEXT.into());
    safe(&Value::Object(thing))
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
        let thing = safe(&Value::Object(course_thing(self.site, publisher, course, sessions)));
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        self.out.write_all(thing.as_bytes())
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

/// The text of a value in which nothing can end a script or a line of one.
///
/// Source: HTML section 4.12.1.3 (restrictions for contents of script elements).
fn safe(value: &Value) -> String {
    let escape = |character: char| format!("\\u{:04x}", u32::from(character));
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // These stand only inside strings, where an escape means the same.
        match character {
            '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => {
                safe.push_str(&escape(character));
            }
            other => safe.push(other),
        }
    }
    safe
}

/// Leaves out what is empty.
fn put(thing: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    let value = value.into();
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if !empty {
        thing.insert(name.to_owned(), value);
    }
}

fn course_thing(site: &Site, publisher: &Publisher, course: &Course, sessions: &[Session]) -> Map<String, Value> {
    let address = site.page(Page::Workshop(course.id));
    let mut thing = Map::new();
    put(&mut thing, "@type", "Course");
    put(&mut thing, "@id", address.as_str());
    put(&mut thing, "url", address);
    put(&mut thing, "identifier", course.id.to_string());
    put(&mut thing, "name", course.title.as_str());
    put(&mut thing, "description", description(course));
    put(&mut thing, "keywords", values(&course.topics, |topic| topic.name.as_str().into()));
    put(&mut thing, "provider", organization(site, publisher));
    put(&mut thing, "license", course.license.as_deref().map(license));
    let mut teaches = values(&course.objectives, |objective| objective.as_str().into());
    teaches.extend(course.competencies.iter().map(|competency| {
        let mut term = Map::new();
        put(&mut term, "@type", "DefinedTerm");
        put(&mut term, "name", competency.name.as_str());
        put(&mut term, "termCode", competency.code.as_str());
        put(&mut term, "inDefinedTermSet", competency.scheme.as_str());
        Value::Object(term)
    }));
    put(&mut thing, "teaches", teaches);
    put(&mut thing, "timeRequired", iso_length(course.duration));
    put(&mut thing, "educationalLevel", text::level_name(course.level));
    put(&mut thing, "inLanguage", values(&course.languages, |tag| tag.as_str().into()));
    if !course.audience.is_empty() {
        put(&mut thing, "audience", json!({ "@type": "EducationalAudience", "audienceType": course.audience }));
    }
    put(
        &mut thing,
        "educationalCredentialAwarded",
        values(&course.ce_hours, |ce| {
            json!({
                "@type": "EducationalOccupationalCredential",
                "name": text::hours(ce),
                "credentialCategory": "continuing education",
            })
        }),
    );
    let names = |role| {
        let named = course.credits.iter().filter(move |credit| credit.role == role);
        named.map(|credit| named_thing("Organization", &credit.name)).collect::<Vec<_>>()
    };
    put(&mut thing, "author", names(CreditRole::Author));
    put(&mut thing, "funder", names(CreditRole::Funder));
    put(&mut thing, "isBasedOn", values(&course.adapted_from, adaptation));
    put(&mut thing, "hasPart", values(&course.materials, material));
    if let Some(evaluation) = course.evaluation {
        let rating = json!({
            "@type": "AggregateRating",
            "ratingValue": text::hundredths(evaluation.mean_hundredths),
            "ratingCount": evaluation.count,
            "bestRating": 5,
            "worstRating": 1,
        });
        put(&mut thing, "aggregateRating", rating);
    }
    let address = site.page(Page::Workshop(course.id));
    if let Some(fees) = course.fees {
        let told = [("member", Some(fees.member)), ("partner", fees.partner), ("other", fees.other)];
        let offers = told.into_iter().filter_map(|(who, fee)| Some(offer(fee?, who, &address)));
        put(&mut thing, "offers", offers.collect::<Vec<_>>());
        put(&mut thing, "isAccessibleForFree", fees.other.is_some_and(|fee| fee.amount_minor == 0));
    }
    put(&mut thing, "datePublished", utc(course.published_at));
    put(&mut thing, "dateModified", utc(course.updated_at));
    put(&mut thing, "version", course.version.0.to_string());
    put(&mut thing, "hasCourseInstance", values(sessions, |session| instance(site, publisher, course, session)));
    thing
}

/// The abstract, or what stands in for it: consumers ask for one.
fn description(course: &Course) -> &str {
    match (course.summary.as_str(), course.objectives.first()) {
        ("", Some(objective)) => objective,
        ("", None) => &course.title,
        (summary, _) => summary,
    }
}

fn instance(site: &Site, publisher: &Publisher, course: &Course, session: &Session) -> Value {
    let address = site.page(Page::Session(session.id));
    let mut thing = Map::new();
    put(&mut thing, "@type", "CourseInstance");
    put(&mut thing, "@id", address.as_str());
    put(&mut thing, "url", address.as_str());
    put(&mut thing, "name", session.title.as_str());
    put(&mut thing, "description", description(course));
    let (mode, attendance) = match session.place.format() {
        Format::InPerson => ("Onsite", "OfflineEventAttendanceMode"),
        Format::Virtual => ("Online", "OnlineEventAttendanceMode"),
        Format::Hybrid => ("Blended", "MixedEventAttendanceMode"),
    };
    put(&mut thing, "courseMode", mode);
    put(&mut thing, "courseWorkload", iso_length(session.time.minutes()));
    put(&mut thing, "eventAttendanceMode", format!("{CONTEXT}/{attendance}"));
    let entrance = |room: &OnlineRoom| {
        let entry = room.address.as_ref().map_or(address.as_str(), WebAddress::as_str);
        json!({ "@type": "VirtualLocation", "name": room.name, "url": entry })
    };
    let location = match &session.place {
        Place::Venue(venue) => venue_thing(venue),
        Place::Online(room) => entrance(room),
        Place::Both(venue, room) => json!([venue_thing(venue), entrance(room)]),
    };
    put(&mut thing, "location", location);
    put(&mut thing, "startDate", with_offset(session.time.start, &session.zone));
    put(&mut thing, "endDate", with_offset(session.time.end, &session.zone));
    put(&mut thing, "inLanguage", session.language.as_str());
    put(&mut thing, "instructor", values(&session.trainers, |trainer| person(site, trainer)));
    put(&mut thing, "organizer", organization(site, publisher));
    put(&mut thing, "maximumAttendeeCapacity", session.capacity);
    if let Some(price) = session.price {
        let entry = session.registration.as_ref().map_or(address.as_str(), WebAddress::as_str);
        put(&mut thing, "offers", offer(price, "seat", entry));
        put(&mut thing, "isAccessibleForFree", price.amount_minor == 0);
    }
    let status = match session.status {
        SessionStatus::Scheduled => "EventScheduled",
        SessionStatus::Canceled => "EventCancelled",
        SessionStatus::MovedOnline => "EventMovedOnline",
        SessionStatus::Rescheduled { previous_start } => {
            put(&mut thing, "previousStartDate", with_offset(previous_start, &session.zone));
            "EventRescheduled"
        }
    };
    put(&mut thing, "eventStatus", format!("{CONTEXT}/{status}"));
    Value::Object(thing)
}

fn values<T>(items: &[T], one: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(one).collect()
}

fn named_thing(kind: &str, name: &str) -> Value {
    json!({ "@type": kind, "name": name })
}

fn organization(site: &Site, publisher: &Publisher) -> Value {
    let address = site.network(publisher.id);
    json!({ "@type": "Organization", "@id": address, "name": publisher.name, "url": address })
}

fn person(site: &Site, trainer: &Person) -> Value {
    let mut thing = named_thing("Person", &trainer.name);
    if let Some(id) = trainer.id {
        thing["url"] = site.page(Page::Trainer(id)).into();
    }
    thing
}

fn license(expression: &str) -> String {
    text::license_address(expression).unwrap_or_else(|| expression.to_owned())
}

fn adaptation(from: &Adaptation) -> Value {
    let mut thing = Map::new();
    put(&mut thing, "@type", "CreativeWork");
    put(&mut thing, "name", from.title.as_str());
    if !from.by.is_empty() {
        put(&mut thing, "author", named_thing("Organization", &from.by));
    }
    put(&mut thing, "license", from.license.as_deref().map(license));
    put(&mut thing, "url", from.address.as_ref().map(WebAddress::as_str));
    Value::Object(thing)
}

fn material(material: &Material) -> Value {
    let mut thing = Map::new();
    put(&mut thing, "@type", "LearningResource");
    put(&mut thing, "name", material.title.as_str());
    put(&mut thing, "learningResourceType", text::kind_name(material.kind));
    put(&mut thing, "url", material.address.as_str());
    put(&mut thing, "encodingFormat", material.media_type.as_str());
    put(&mut thing, "inLanguage", material.language.as_deref());
    put(&mut thing, "license", material.license.as_deref().map(license));
    if material.captions {
        put(&mut thing, "accessibilityFeature", "captions");
    }
    Value::Object(thing)
}

fn venue_thing(venue: &Venue) -> Value {
    let mut thing = Map::new();
    put(&mut thing, "@type", "Place");
    put(&mut thing, "name", venue.name.as_str());
    put(&mut thing, "address", venue.address.join(", "));
    if let Some(at) = venue.coordinates {
        put(&mut thing, "geo", json!({ "@type": "GeoCoordinates", "latitude": at.lat, "longitude": at.lon }));
    }
    Value::Object(thing)
}

fn offer(price: Money, category: &str, address: &str) -> Value {
    json!({
        "@type": "Offer",
        "price": text::amount(price),
        "priceCurrency": price.currency.code(),
        "category": category,
        "url": address,
    })
}
