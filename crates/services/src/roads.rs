//! Roads that a routing engine measured, kept in memory. Which are needed is told here, before any transaction: measuring takes
//! a call to the outside. A road that nobody measured is reckoned, so a lack of them can change a time, never stop the work.

use std::sync::{Arc, PoisonError, RwLock};

use packhorse_db::{bookings, offers, requests, venues};
use packhorse_domain::{
    Coordinates, Format, Km, Minutes, Scope,
    commitment::RoadTable,
    id::{BookingId, OfferId, RequestId, TrainerId, VenueId},
};
use packhorse_matching::Reach;

use crate::{
    Context, Error,
    matches::{BEFORE, Question, earlier, lenders},
    pool::{self, Pool},
};

/// Most places that are measured around one venue, the nearest ones.
const MOST_PLACES: usize = 500;
/// Most roads that are kept; then it begins anew.
const MOST_ROADS: usize = 400_000;

/// Measured roads.
#[derive(Debug, Default)]
pub struct Roads(RwLock<Arc<RoadTable>>);

impl Roads {
    /// All there are at present.
    pub fn table(&self) -> Arc<RoadTable> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those places to which no road from a center is known.
    pub fn unmeasured(&self, around: Around) -> Around {
        let table = self.table();
        let Around { center, mut places } = around;
        places.retain(|place| *place != center && table.between(center, *place).is_none());
        Around { center, places }
    }

    /// Keeps roads.
    pub fn add(&self, roads: impl IntoIterator<Item = Road>) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let table = Arc::make_mut(&mut table);
        if table.len() > MOST_ROADS {
            *table = RoadTable::default();
        }
        for Road { from, to, km, minutes } in roads {
            table.insert(from, to, km, minutes);
        }
    }
}

/// A road, one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Road {
    /// Whence.
    pub from: Coordinates,
    /// Where to.
    pub to: Coordinates,
    /// How far.
    pub km: Km,
    /// How long, rounded up.
    pub minutes: Minutes,
}

/// A place, and others that roads lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// The venue.
    pub center: Coordinates,
    /// Homes, trips and other workshops.
    pub places: Vec<Coordinates>,
}

/// For what roads are needed.
#[derive(Debug, Clone)]
pub enum Errand {
    /// To list who could teach a request.
    Matches(RequestId),
    /// To list who could teach what is not asked yet.
    Question(Box<Question>),
    /// To offer a request to a trainer.
    Offer(RequestId, TrainerId),
    /// To accept or revise an offer.
    Answer(OfferId),
    /// To move a booking.
    Move(BookingId),
}

/// The roads that an errand needs. Nothing when it takes nobody anywhere, or is about something that is not there: whoever does
/// it is told so then.
///
/// # Errors
/// Those of the database.
pub fn needed(ctx: &mut Context<'_>, pool: &Pool, errand: &Errand) -> Result<Option<Around>, Error> {
    let all = Scope::Everything;
    let (network, details, trainer) = match errand {
        Errand::Question(question) => (question.network, question.details.clone(), None),
        Errand::Matches(id) | Errand::Offer(id, _) => {
            let Ok(request) = requests::find(ctx.conn, all, *id) else { return Ok(None) };
            let trainer = if let Errand::Offer(_, trainer) = errand { Some(*trainer) } else { None };
            (request.network, request.details, trainer)
        }
        Errand::Answer(id) => {
            let Ok(offer) = offers::find(ctx.conn, all, *id) else { return Ok(None) };
            let request = requests::find(ctx.conn, all, offer.request)?;
            (request.network, request.details, Some(offer.trainer))
        }
        Errand::Move(id) => {
            let Ok(booking) = bookings::find(ctx.conn, all, *id) else { return Ok(None) };
            let request = requests::find(ctx.conn, all, booking.request)?;
            (request.network, request.details, Some(booking.trainer))
        }
    };
    let Some(center) = site(ctx, details.format, details.venue) else { return Ok(None) };
    let mut places = Vec::new();
    if let Some(trainer) = trainer {
        let from = earlier(ctx.now, BEFORE);
        if let Some(entry) = pool::load(ctx, &[trainer], from)?.remove(&trainer) {
            places.push(entry.trainer.details.home_base.coordinates);
            places.extend(entry.trips.iter().map(|trip| trip.details.place.coordinates));
            places.extend(entry.commitments.iter().filter_map(|commitment| commitment.place));
        }
    } else {
        let lenders = lenders(ctx, network)?;
        let reach = Reach { network, lenders: &lenders };
        let current = pool.current(ctx)?;
        let mut near = Vec::new();
        let entries = current.index().map(packhorse_matching::Index::entries).into_iter().flatten();
        for entry in entries.filter(|entry| reach.sees(&entry.trainer)) {
            let (home, radius) = (&entry.trainer.details.home_base, entry.trainer.details.travel_radius_km);
            let trips = entry.trips.iter().map(|trip| (trip.details.place.coordinates, trip.details.radius_km));
            near.extend(std::iter::once((home.coordinates, radius)).chain(trips).filter_map(|(place, radius)| {
                let distance = place.distance(&center).0;
                (distance <= radius).then_some((distance, place))
            }));
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        places.extend(near.into_iter().map(|(_, place)| place));
        places.dedup();
        places.truncate(MOST_PLACES);
    }
    Ok(Some(Around { center, places }))
}

/// Where it takes place, when the trainer has to be there.
fn site(ctx: &mut Context<'_>, format: Format, venue: Option<VenueId>) -> Option<Coordinates> {
    match format {
        Format::Virtual => None,
        Format::InPerson | Format::Hybrid => {
            venues::find(ctx.conn, Scope::Everything, venue?).ok()?.details.coordinates
        }
    }
}
