//! The public catalog: what was published, as the model that every form is written from. Whoever asks is nobody.
//!
//! Invariant: nothing gets into the model that was not published: workshops that everybody finds, their published sessions, and
//! trainers with a public profile. Names of other trainers are left out.

mod board;
mod courses;
mod dates;
mod fairs;
mod people;
pub mod search;

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use packhorse_db::{
    Conn, Found, events, libraries, material_files, materials, networks, postings, trainers as db_trainers,
    workshop_sessions, workshops,
};
use packhorse_domain::{
    Minutes, Scope, Timestamp,
    id::{LibraryId, MaterialId, NetworkId, SessionId, WorkshopId},
    material::{Material, MaterialFile},
    workshop::Workshop,
};
use packhorse_publishing::model::{Course, Publisher, Recording, Session, Site, Tombstone, WebAddress};

use crate::Error;

pub use board::{digest, need, needs};
pub use fairs::{showcase, showcases};
pub use packhorse_db::{postings::BoardFilter, workshop_sessions::DatesFilter, workshops::CatalogFilter};
pub use people::{trainer, trainers};

/// The kinds of things of which the catalog tells something.
const KINDS: &[&str] = &[
    "workshop", "session", "trainer", "topic", "network", "library", "venue", "user", "consent", "material", "posting",
    "showcase",
];

/// How the catalog stands: every change of anything in it makes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which.
    pub position: String,
    /// Since when.
    pub at: Timestamp,
}

/// How the catalog stands; nothing while there is none.
///
/// # Errors
/// Those of the database.
pub fn revision(conn: &mut Conn) -> Result<Option<Revision>, Error> {
    let latest = events::latest(conn, KINDS).found()?;
    Ok(latest.map(|(position, at)| Revision { position: position.to_string(), at }))
}

/// A network whose catalog is public.
///
/// # Errors
/// [`Error::NotFound`] when it never published anything for everybody.
pub fn publisher(conn: &mut Conn, id: NetworkId) -> Result<Publisher, Error> {
    let filter = CatalogFilter { network: Some(id), gone: true, ..CatalogFilter::default() };
    let board = BoardFilter { network: Some(id), ..BoardFilter::default() };
    if workshops::public(conn, &filter, 1)?.is_empty() && postings::public(conn, &board, 1)?.is_empty() {
        return Err(Error::NotFound);
    }
    publishers(conn, &[id])?.remove(&id).ok_or(Error::NotFound)
}

/// Some networks, by their ids.
///
/// # Errors
/// Those of the database.
pub fn publishers(conn: &mut Conn, ids: &[NetworkId]) -> Result<HashMap<NetworkId, Publisher>, Error> {
    let found = networks::with_ids(conn, &unique(ids.iter().copied()))?.into_iter().map(|network| {
        let details = network.details;
        (network.id, Publisher { id: network.id, name: details.name, kind: details.kind, zone: details.time_zone })
    });
    Ok(found.collect())
}

/// Every network that ever published anything for everybody.
///
/// # Errors
/// Those of the database.
pub fn all_publishers(conn: &mut Conn) -> Result<Vec<Publisher>, Error> {
    let ids = workshops::public_networks(conn)?;
    let mut found = publishers(conn, &ids)?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// A workshop of the catalog, or what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// It is there.
    Live(Box<Course>),
    /// It was there.
    Gone(Tombstone),
}

impl Entry {
    /// The workshop, when it is there.
    pub fn live(self) -> Option<Course> {
        match self {
            Self::Live(course) => Some(*course),
            Self::Gone(_) => None,
        }
    }

    /// Its id.
    pub fn id(&self) -> WorkshopId {
        match self {
            Self::Live(course) => course.id,
            Self::Gone(gone) => gone.id,
        }
    }

    /// Whose catalog it is or was in.
    pub fn network(&self) -> NetworkId {
        match self {
            Self::Live(course) => course.network,
            Self::Gone(gone) => gone.network,
        }
    }

    /// When it changed last, or was withdrawn.
    pub fn changed_at(&self) -> Timestamp {
        match self {
            Self::Live(course) => course.updated_at,
            Self::Gone(gone) => gone.withdrawn_at,
        }
    }
}

/// A workshop by itself.
///
/// # Errors
/// [`Error::NotFound`] when it never was in the catalog.
pub fn entry(conn: &mut Conn, site: &Site, id: WorkshopId) -> Result<Entry, Error> {
    let workshop = workshops::once_public(conn, id)?;
    entries(conn, site, vec![workshop])?.pop().ok_or(Error::NotFound)
}

/// A workshop as harvesters get it: what was harvested itself they get where it is.
///
/// # Errors
/// [`Error::NotFound`] when it never was in the catalog, or is not of it.
pub fn record(conn: &mut Conn, site: &Site, id: WorkshopId) -> Result<Entry, Error> {
    let workshop = workshops::once_public(conn, id)?;
    if workshop.harvest().is_some() {
        return Err(Error::NotFound);
    }
    entries(conn, site, vec![workshop])?.pop().ok_or(Error::NotFound)
}

/// Workshops of the catalog in the order in which they changed, at most so many.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, site: &Site, filter: &CatalogFilter, limit: u16) -> Result<Vec<Entry>, Error> {
    let found = workshops::public(conn, filter, limit.into())?;
    entries(conn, site, found)
}

fn entries(conn: &mut Conn, site: &Site, found: Vec<Workshop>) -> Result<Vec<Entry>, Error> {
    let about = courses::About::of(conn, site, &found)?;
    Ok(found.into_iter().map(|workshop| about.entry(workshop)).collect())
}

/// Workshops of the catalog by their ids, in that order; those that are not in it are left out.
///
/// # Errors
/// Those of the database.
pub fn courses(conn: &mut Conn, site: &Site, ids: &[WorkshopId]) -> Result<Vec<Course>, Error> {
    let found = workshops::with_ids(conn, ids)?.into_iter().filter(Workshop::is_public).collect();
    let live = entries(conn, site, found)?.into_iter().filter_map(Entry::live);
    let mut live: HashMap<_, _> = live.map(|course| (course.id, course)).collect();
    Ok(ids.iter().filter_map(|id| live.remove(id)).collect())
}

/// How many workshops are in the catalog, or in one network's part of it.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, network: Option<NetworkId>) -> Result<u64, Error> {
    Ok(u64::try_from(workshops::count_public(conn, network)?).unwrap_or(0))
}

/// How many pages of workshops, of sessions to come, and of showcases there are.
///
/// # Errors
/// Those of the database.
pub fn pages(conn: &mut Conn, now: Timestamp) -> Result<u64, Error> {
    let sessions = u64::try_from(workshop_sessions::count_public(conn, now)?).unwrap_or(0);
    let showcases = u64::try_from(packhorse_db::showcases::count_public(conn)?).unwrap_or(0);
    Ok(count(conn, None)? + sessions + showcases)
}

/// The next session of each of some workshops, where there is one.
///
/// # Errors
/// Those of the database.
pub fn next_sessions(conn: &mut Conn, ids: &[WorkshopId], now: Timestamp) -> Result<Vec<Session>, Error> {
    let found = workshop_sessions::next_public(conn, ids, now)?;
    dates::sessions(conn, found)
}

/// A session by itself.
///
/// # Errors
/// [`Error::NotFound`] when it is not in the catalog.
pub fn session(conn: &mut Conn, id: SessionId) -> Result<Session, Error> {
    let found = workshop_sessions::find_public(conn, id)?;
    dates::sessions(conn, vec![found])?.pop().ok_or(Error::NotFound)
}

/// Sessions of the catalog by date, at most so many. A trainer without a public profile teaches none.
///
/// # Errors
/// Those of the database.
pub fn sessions(conn: &mut Conn, filter: &DatesFilter, limit: u16) -> Result<Vec<Session>, Error> {
    if is_of_nobody(conn, filter)? {
        return Ok(Vec::new());
    }
    let found = workshop_sessions::public(conn, filter, limit.into())?;
    dates::sessions(conn, found)
}

/// All sessions of some workshops of the catalog, by date. A trainer without a public profile teaches none.
///
/// # Errors
/// Those of the database.
pub fn sessions_of(conn: &mut Conn, workshops: &[WorkshopId], filter: &DatesFilter) -> Result<Vec<Session>, Error> {
    if is_of_nobody(conn, filter)? {
        return Ok(Vec::new());
    }
    let found = workshop_sessions::public_among(conn, workshops, filter)?;
    dates::sessions(conn, found)
}

/// Whether only sessions are wanted of a trainer without a public profile.
fn is_of_nobody(conn: &mut Conn, filter: &DatesFilter) -> Result<bool, Error> {
    let Some(trainer) = filter.trainer else { return Ok(false) };
    Ok(db_trainers::public(conn, &[trainer])?.is_empty())
}

/// Recordings of the catalog, or of one network's part of it: the newest first, behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn recordings(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<MaterialId>,
    limit: u16,
) -> Result<Vec<Recording>, Error> {
    let found = materials::public_recordings(conn, network, after, limit.into())?;
    let ids = unique(found.iter().map(|material| material.workshop));
    let beside = materials::of_workshops(conn, &ids)?;
    Ok(found.iter().filter_map(|material| recording(material, &beside)).collect())
}

/// A recording with what else was kept of its session; nothing when nobody could get there.
fn recording(material: &Material, beside: &[Material]) -> Option<Recording> {
    let details = &material.details;
    let of_session = |other: &&Material| {
        other.id != material.id
            && other.details.is_public
            && other.workshop == material.workshop
            && details.session.is_some()
            && other.details.session == details.session
    };
    let kept = beside.iter().filter(of_session).filter_map(|other| courses::published(&other.details));
    Some(Recording {
        id: material.id.to_string(),
        workshop: material.workshop,
        title: details.title.clone(),
        summary: details.summary.clone(),
        address: WebAddress::new(&details.address).ok()?,
        media_type: details.media_type.clone(),
        bytes: details.bytes.unwrap_or(0),
        duration: Minutes(details.duration_minutes.unwrap_or(0)),
        captions: details.has_captions,
        materials: kept.collect(),
        published_at: material.record.created_at,
    })
}

/// The uploaded file of a material of the catalog.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or not for everybody.
pub fn file(conn: &mut Conn, id: MaterialId) -> Result<(Material, MaterialFile), Error> {
    let material = materials::find(conn, Scope::Everything, id)?;
    let workshop = workshops::find(conn, Scope::Everything, material.workshop)?;
    if !material.details.is_public || !workshop.is_public() {
        return Err(Error::NotFound);
    }
    Ok((material, material_files::find(conn, id)?))
}

/// Names of libraries.
fn library_names(conn: &mut Conn, ids: impl Iterator<Item = LibraryId>) -> Result<HashMap<LibraryId, String>, Error> {
    let found = libraries::with_ids(conn, &unique(ids))?;
    Ok(found.into_iter().map(|library| (library.id, library.details.name)).collect())
}

fn unique<T: Eq + Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<HashSet<_>>().into_iter().collect()
}
