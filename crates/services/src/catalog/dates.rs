//! Sessions as the catalog tells of them.

use std::collections::HashMap;

use packhorse_db::{Conn, trainers, venues, workshops};
use packhorse_domain::{
    Format,
    id::{LibraryId, TrainerId, VenueId, WorkshopId},
    library::Venue,
    session::{self, SessionStateName},
};
use packhorse_publishing::model::{OnlineRoom, Person, Place, Session, SessionStatus, Venue as Building, WebAddress};

use super::{courses::fees, library_names, unique};
use crate::Error;

/// What the catalog tells of sessions besides what they say themselves.
struct About {
    venues: HashMap<VenueId, Building>,
    hosts: HashMap<LibraryId, String>,
    trainers: HashMap<TrainerId, String>,
    workshops: HashMap<WorkshopId, packhorse_domain::workshop::WorkshopDetails>,
}

/// Sessions that were published, as the catalog tells of them; those of no workshop are left out.
pub(super) fn sessions(conn: &mut Conn, found: Vec<session::Session>) -> Result<Vec<Session>, Error> {
    let venues = venues::with_ids(conn, &unique(found.iter().filter_map(|one| one.details.venue)))?;
    let trainers = trainers::public(conn, &unique(found.iter().filter_map(|one| one.trainer)))?;
    let workshops = workshops::with_ids(conn, &unique(found.iter().filter_map(|one| one.workshop)))?;
    let about = About {
        venues: venues.into_iter().map(|venue| (venue.id, building(venue))).collect(),
        hosts: library_names(conn, found.iter().filter_map(|one| one.library))?,
        trainers: trainers.into_iter().map(|trainer| (trainer.id, trainer.details.name)).collect(),
        workshops: workshops.into_iter().map(|workshop| (workshop.id, workshop.details)).collect(),
    };
    Ok(found.into_iter().filter_map(|session| about.session(session)).collect())
}

impl About {
    fn session(&self, session: session::Session) -> Option<Session> {
        let workshop = session.workshop?;
        let details = self.workshops.get(&workshop)?;
        let trainer = session.trainer.and_then(|id| self.trainers.get(&id).map(|name| (id, name)));
        Some(Session {
            id: session.id,
            network: session.network,
            workshop,
            language: details.languages.first().cloned().unwrap_or_default(),
            time: session.time(),
            place: self.place(&session),
            host: session.library.and_then(|id| self.hosts.get(&id).cloned()).unwrap_or_default(),
            trainers: trainer.map(|(id, name)| Person { id: Some(id), name: name.clone() }).into_iter().collect(),
            capacity: session.details.entry.capacity,
            price: fees(details).and_then(|fees| fees.other),
            registration: session.details.entry.registration_address.as_deref().and_then(address),
            status: status(&session),
            sequence: session.sequence,
            updated_at: session.record.updated_at,
            note: session.details.note,
            title: session.details.title,
            zone: session.details.time_zone,
        })
    }

    fn place(&self, session: &session::Session) -> Place {
        let entry = &session.details.entry;
        let online = || OnlineRoom {
            name: String::new(),
            open: entry.is_open,
            address: entry.meeting_address.as_deref().filter(|_| entry.is_open).and_then(address),
        };
        let unknown = || Building { name: "To be announced".to_owned(), address: Vec::new(), coordinates: None };
        let venue = || session.details.venue.and_then(|id| self.venues.get(&id).cloned()).unwrap_or_else(unknown);
        match session.details.format {
            Format::InPerson => Place::Venue(venue()),
            Format::Virtual => Place::Online(online()),
            Format::Hybrid => Place::Both(venue(), online()),
        }
    }
}

fn address(text: &str) -> Option<WebAddress> {
    WebAddress::new(text).ok()
}

fn building(venue: Venue) -> Building {
    let details = venue.details;
    let town = [details.city.as_str(), details.state_code.as_deref().unwrap_or_default(), &details.postal_code];
    let town = town.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Building {
        address: [details.address, town].into_iter().filter(|line| !line.is_empty()).collect(),
        name: details.name,
        coordinates: details.coordinates,
    }
}

/// A cancellation tells more than a move, and the net more than another time.
fn status(session: &session::Session) -> SessionStatus {
    if session.state.name() == SessionStateName::Canceled {
        SessionStatus::Canceled
    } else if session.moved_online_at.is_some() {
        SessionStatus::MovedOnline
    } else if let Some(before) = session.previous_time {
        SessionStatus::Rescheduled { previous_start: before.start }
    } else {
        SessionStatus::Scheduled
    }
}
