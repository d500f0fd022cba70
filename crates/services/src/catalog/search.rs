//! The search index of the catalog, in memory, the same for both databases. It is brought up to date before each search with what
//! changed since the one before: whatever was published is found in the very next.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError, RwLock},
};

use packhorse_db::{
    Conn,
    events::{self, Position},
    workshop_sessions, workshops,
};
use packhorse_domain::{
    Timestamp,
    event::Event,
    id::{NetworkId, TopicId, WorkshopId},
};
use packhorse_publishing::{
    model::{Course, Session, Site},
    search::{Facets, Found, Index, Occurrence, Sort},
};

use super::{CatalogFilter, courses, dates, publishers};
use crate::Error;

pub use packhorse_publishing::search::Query;

/// Workshops that are read together.
const BATCH: usize = 200;
/// What the index is made of.
const KINDS: &[&str] = &["workshop", "session", "topic", "network", "venue"];

/// The index and how far it follows the feed of changes.
#[derive(Default)]
pub struct Search {
    index: RwLock<Index>,
    follows: Mutex<Option<Position>>,
}

/// What changed.
enum Touched {
    /// These workshops.
    Some(BTreeSet<WorkshopId>),
    /// What many workshops are told by.
    All,
}

impl Search {
    /// Searches the catalog as it is now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&self, conn: &mut Conn, site: &Site, query: &Query) -> Result<Found, Error> {
        self.follow(conn, site)?;
        Ok(self.index.read().unwrap_or_else(PoisonError::into_inner).search(query))
    }

    /// Workshops that a search finds, whatever their dates, the last changed first: where its sessions are looked for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn workshops(&self, conn: &mut Conn, site: &Site, query: &Query) -> Result<Vec<WorkshopId>, Error> {
        let whole = Query { after: None, limit: usize::MAX, sort: Sort::Changed, ..query.undated() };
        Ok(self.search(conn, site, &whole)?.ids)
    }

    fn follow(&self, conn: &mut Conn, site: &Site) -> Result<(), Error> {
        let mut follows = self.follows.lock().unwrap_or_else(PoisonError::into_inner);
        let head = events::head(conn)?;
        let touched = match *follows {
            Some(position) => touched(&events::since(conn, position, KINDS)?),
            None => Touched::All,
        };
        match touched {
            Touched::Some(ids) => {
                for batch in ids.into_iter().collect::<Vec<_>>().chunks(BATCH) {
                    self.renew(conn, site, batch)?;
                }
            }
            Touched::All => self.rebuild(conn, site)?,
        }
        *follows = Some(head);
        Ok(())
    }

    /// Reads every workshop that is, or was, in the catalog.
    fn rebuild(&self, conn: &mut Conn, site: &Site) -> Result<(), Error> {
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let mut filter = CatalogFilter { gone: true, ..CatalogFilter::default() };
        loop {
            let batch: Vec<_> = workshops::public(conn, &filter, limit)?;
            let Some(last) = batch.last() else { return Ok(()) };
            filter.after = Some((last.record.updated_at, last.id));
            let ids: Vec<_> = batch.iter().map(|workshop| workshop.id).collect();
            self.renew(conn, site, &ids)?;
        }
    }

    /// Reads some workshops again.
    fn renew(&self, conn: &mut Conn, site: &Site, ids: &[WorkshopId]) -> Result<(), Error> {
        let courses = super::courses(conn, site, ids)?;
        let networks: Vec<NetworkId> = courses.iter().map(|course| course.network).collect();
        let publishers = publishers(conn, &networks)?;
        let ahead = workshop_sessions::public_of(conn, ids, site.generated_at)?;
        let sessions = dates::sessions(conn, ahead)?;
        let mut occurrences: HashMap<WorkshopId, Vec<Occurrence>> = HashMap::new();
        for session in sessions {
            occurrences.entry(session.workshop).or_default().push(occurrence(&session));
        }
        let mut live: HashMap<WorkshopId, Course> = courses.into_iter().map(|course| (course.id, course)).collect();
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            let course = live.remove(id);
            match course.as_ref().and_then(|course| Some((publishers.get(&course.network)?, course))) {
                Some((publisher, course)) => {
                    index.put(publisher, course, occurrences.get(id).map_or(&[], Vec::as_slice));
                }
                None => index.remove(*id),
            }
        }
        Ok(())
    }
}

fn touched(changes: &[Event]) -> Touched {
    let mut ids = BTreeSet::new();
    for change in changes {
        match change.subject_kind.as_str() {
            "workshop" => ids.extend(change.subject.parse::<WorkshopId>().ok()),
            "session" => {
                let documents = [&change.before, &change.after].into_iter().flatten();
                ids.extend(documents.filter_map(|document| document["workshop"].as_str()?.parse::<WorkshopId>().ok()));
            }
            // Nothing is told by what is new: what names it changes after it.
            _ if change.action == "create" => {}
            _ => return Touched::All,
        }
    }
    Touched::Some(ids)
}

/// A session as a date of a search.
pub fn occurrence(session: &Session) -> Occurrence {
    Occurrence {
        start: session.time.start,
        zone: session.zone.clone(),
        format: session.place.format(),
        venue: session.place.venue().and_then(|venue| venue.coordinates),
    }
}

/// What values of facets are called.
#[derive(Debug, Default)]
pub struct Names {
    /// Of topics.
    pub topics: HashMap<TopicId, String>,
    /// Of networks.
    pub networks: HashMap<NetworkId, String>,
}

/// What the values of facets are called.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, facets: &Facets) -> Result<Names, Error> {
    let topics: Vec<TopicId> = facets.topics.iter().map(|one| one.value).collect();
    let networks: Vec<NetworkId> = facets.networks.iter().map(|one| one.value).collect();
    let topics = courses::subjects(conn, &topics)?.into_iter().map(|topic| (topic.id, topic.name)).collect();
    let networks = publishers(conn, &networks)?.into_iter().map(|(id, publisher)| (id, publisher.name)).collect();
    Ok(Names { topics, networks })
}

/// Where a ZIP code is, where it is known.
pub fn near(zip: &str) -> Option<packhorse_domain::Coordinates> {
    packhorse_outlets::zip_centroid(zip).map(|(lat, lon)| packhorse_domain::Coordinates { lat, lon })
}

/// The beginning of a day, in UTC.
pub fn beginning(day: jiff::civil::Date) -> Option<Timestamp> {
    day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
