//! Workshops as the catalog tells of them.

use std::collections::{HashMap, HashSet};

use packhorse_db::{Conn, materials, topics, trainers, workshop_sessions, workshops};
use packhorse_domain::{
    Version,
    id::{TopicId, WorkshopId},
    material::{self, MaterialDetails},
    topic::Topic,
    trainer::Customers,
    workshop::{Attribution, ContactHours, Workshop, WorkshopDetails},
};
use packhorse_publishing::{
    Page,
    model::{
        Adaptation, CeHours, Competency, Course, Credit, CreditRole, Fees, Material, MaterialKind, Person, RoomNeeds,
        Site, Tombstone, Topic as Subject, WebAddress,
    },
};

use super::{Entry, library_names, unique};
use crate::Error;

/// What the catalog tells of workshops besides what they say themselves.
pub(super) struct About<'s> {
    site: &'s Site,
    topics: HashMap<TopicId, Topic>,
    teachers: HashMap<WorkshopId, Vec<Person>>,
    adaptations: HashMap<WorkshopId, u32>,
    originals: HashSet<WorkshopId>,
    places: HashMap<WorkshopId, Vec<String>>,
    materials: HashMap<WorkshopId, Vec<Material>>,
}

impl<'s> About<'s> {
    pub(super) fn of(conn: &mut Conn, site: &'s Site, found: &[Workshop]) -> Result<Self, Error> {
        let ids: Vec<WorkshopId> = found.iter().map(|workshop| workshop.id).collect();
        let named = found.iter().flat_map(|one| one.details.topics.iter().chain(&one.details.competencies)).copied();
        let topics = topics::with_ids(conn, &unique(named))?.into_iter().map(|topic| (topic.id, topic)).collect();
        let mut teachers: HashMap<_, Vec<Person>> = HashMap::new();
        for (workshop, trainer) in trainers::public_teachers(conn, &ids)? {
            teachers.entry(workshop).or_default().push(Person { id: Some(trainer.id), name: trainer.details.name });
        }
        let counts = workshops::counts_made_of(conn, &ids)?;
        let adaptations = counts.into_iter().map(|(id, count)| (id, u32::try_from(count).unwrap_or(u32::MAX)));
        let chain = found.iter().flat_map(|workshop| &workshop.adapted_from).filter_map(|original| original.workshop);
        let originals = workshops::with_ids(conn, &unique(chain))?;
        let hosts = workshop_sessions::hosts(conn, &ids)?;
        let libraries = library_names(conn, hosts.iter().map(|(_, library)| *library))?;
        let mut places: HashMap<_, Vec<String>> = HashMap::new();
        for (workshop, library) in hosts {
            places.entry(workshop).or_default().extend(libraries.get(&library).cloned());
        }
        let mut materials: HashMap<_, Vec<Material>> = HashMap::new();
        for material in materials::of_workshops(conn, &ids)?.into_iter().filter(|one| one.details.is_public) {
            materials.entry(material.workshop).or_default().extend(published(&material.details));
        }
        Ok(Self {
            site,
            materials,
            topics,
            teachers,
            adaptations: adaptations.collect(),
            originals: originals.into_iter().filter(Workshop::is_public).map(|workshop| workshop.id).collect(),
            places,
        })
    }

    pub(super) fn entry(&self, workshop: Workshop) -> Entry {
        if !workshop.is_public() {
            let withdrawn_at = workshop.record.updated_at;
            return Entry::Gone(Tombstone { id: workshop.id, network: workshop.network, withdrawn_at });
        }
        let Workshop { id, network, details, edition, public_since, origin: _, adapted_from, state: _, record } =
            workshop;
        Entry::Live(Box::new(Course {
            id,
            network,
            topics: details.topics.iter().filter_map(|topic| self.subject(*topic)).collect(),
            competencies: details.competencies.iter().filter_map(|topic| self.competency(*topic)).collect(),
            ce_hours: details.continuing_education.iter().map(hours).collect(),
            fees: fees(&details),
            credits: credits(&details),
            adapted_from: adapted_from.into_iter().rev().map(|original| self.step(original)).collect(),
            adaptations: self.adaptations.get(&id).copied().unwrap_or(0),
            materials: self.materials.get(&id).cloned().unwrap_or_default(),
            trainers: self.teachers.get(&id).cloned().unwrap_or_default(),
            taught_at: self.places.get(&id).cloned().unwrap_or_default(),
            evaluation: None,
            version: Version(edition.into()),
            published_at: public_since.unwrap_or(record.created_at),
            updated_at: record.updated_at,
            duration: details.duration(),
            title: details.title,
            summary: details.summary,
            objectives: details.objectives,
            level: details.level,
            audience: details.audience,
            formats: details.formats,
            languages: details.languages,
            minimum_attendance: details.minimum_attendance,
            maximum_attendance: details.maximum_attendance,
            room: RoomNeeds { computers: details.needs_computers, projector: details.needs_projector },
            license: details.license,
        }))
    }
    /// A step of the chain, the nearest first, with a link to what the catalog still shows.
    fn step(&self, original: Attribution) -> Adaptation {
        let here = original.workshop.filter(|workshop| self.originals.contains(workshop));
        let address = here.map(|workshop| self.site.page(Page::Workshop(workshop))).or(original.address);
        Adaptation {
            by: if original.authors.is_empty() { original.network } else { original.authors.join(", ") },
            title: original.title,
            license: original.license,
            address: address.and_then(|address| WebAddress::new(&address).ok()),
        }
    }

    fn subject(&self, id: TopicId) -> Option<Subject> {
        self.topics.get(&id).map(subject)
    }

    fn competency(&self, id: TopicId) -> Option<Competency> {
        let details = &self.topics.get(&id)?.details;
        Some(Competency {
            scheme: details.scheme.clone(),
            code: details.code.clone().unwrap_or_default(),
            name: details.name.clone(),
        })
    }
}

/// A material as the catalog tells of it; nothing when nobody could get there.
pub(super) fn published(details: &MaterialDetails) -> Option<Material> {
    Some(Material {
        kind: match details.kind {
            material::MaterialKind::Handout => MaterialKind::Handout,
            material::MaterialKind::Slides => MaterialKind::Slides,
            material::MaterialKind::Recording => MaterialKind::Recording,
            material::MaterialKind::Chat => MaterialKind::Chat,
            material::MaterialKind::Other => MaterialKind::Other,
        },
        title: details.title.clone(),
        address: WebAddress::new(&details.address).ok()?,
        media_type: details.media_type.clone(),
        bytes: details.bytes,
        language: details.language.clone(),
        license: details.license.clone(),
        captions: details.has_captions,
    })
}

fn subject(topic: &Topic) -> Subject {
    Subject { id: topic.id, name: topic.details.name.clone() }
}

/// Topics by their ids, in that order.
pub(super) fn subjects(conn: &mut Conn, ids: &[TopicId]) -> Result<Vec<Subject>, Error> {
    let found: HashMap<_, _> = topics::with_ids(conn, ids)?.into_iter().map(|topic| (topic.id, topic)).collect();
    Ok(ids.iter().filter_map(|id| found.get(id)).map(subject).collect())
}

fn hours(counted: &ContactHours) -> CeHours {
    CeHours {
        scheme: counted.scheme.clone(),
        category: counted.category.clone().unwrap_or_default(),
        hundredths: (counted.minutes * 100 + 30) / 60,
    }
}

/// What a seat costs, as far as it is told for members.
pub(super) fn fees(details: &WorkshopDetails) -> Option<Fees> {
    let of = |customers| details.fees.iter().find(|fee| fee.customers == customers).map(|fee| fee.per_person);
    let (anyone, members) = (of(Customers::Anyone), of(Customers::Members));
    Some(Fees { member: members.or(anyone)?, partner: of(Customers::Partners), other: anyone })
}

fn credits(details: &WorkshopDetails) -> Vec<Credit> {
    let authors = details.authors.iter().map(|name| (CreditRole::Author, name));
    let funder = details.funder.iter().map(|name| (CreditRole::Funder, name));
    authors.chain(funder).map(|(role, name)| Credit { role, name: name.clone() }).collect()
}
