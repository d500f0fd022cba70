//! The trainer's side: open requests worth the drive; and trips that a library can join.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use packhorse_db::{partnerships, requests, trips, venues};
use packhorse_domain::{
    Action, Coordinates, DatePreference, Format, Km, Level, Minutes, Timestamp,
    id::{LibraryId, NetworkId, RequestId, TopicId, TrainerId, VenueId, WorkshopId},
    request::{RequestDetails, TrainingRequest, Urgency},
    trainer::Visibility,
    trip::Trip,
};
use packhorse_matching::{Entry, Joining, Opening, Opportunity, Reach, joining, openings, opportunities};

use crate::{
    Context, Error, Fault, libraries,
    matches::{Asked, BEFORE, Brief, earlier, lenders},
    pool, trainers,
};

/// Open requests that are looked at, those that close first.
const REQUESTS: i64 = 500;
/// Trips that are looked at, those that end first.
const TRIPS: i64 = 1000;

/// An open request that a trainer could serve.
#[derive(Debug)]
pub struct Worth {
    /// The request.
    pub request: TrainingRequest,
    /// When, for how much, how far.
    pub opportunity: Opportunity,
    /// How pressing it is to find somebody.
    pub urgency: Urgency,
}

/// The open requests that a trainer could serve: the best paid hour away first, then the best fit. Of the 500 that close first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn for_trainer(ctx: &mut Context<'_>, id: TrainerId, limit: usize) -> Result<Vec<Worth>, Error> {
    let trainer = trainers::get(ctx, id)?;
    ctx.authorize(Action::ReadTrainerCalendar, &trainers::resource(&trainer))?;
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let borrowers = partnerships::borrowers_of(ctx.conn, trainer.network, today)?;
    let asking = match trainer.details.visibility {
        Visibility::Public => None,
        Visibility::Partners => Some([&borrowers[..], &[trainer.network]].concat()),
        Visibility::Network => Some(vec![trainer.network]),
    };
    let open = requests::open(ctx.conn, asking.as_deref(), ctx.now, REQUESTS)?;
    let briefs = Brief::gather(ctx, open.iter().map(Asked::of).collect())?;
    let entry = pool::load(ctx, &[id], earlier(ctx.now, BEFORE))?.remove(&id).ok_or(Error::NotFound)?;
    let needs: Vec<(RequestId, _)> =
        open.iter().zip(&briefs).map(|(request, brief)| (request.id, brief.need())).collect();
    let networks: HashMap<RequestId, NetworkId> = open.iter().map(|request| (request.id, request.network)).collect();
    // Whoever borrows from the trainer's network is a partner; for that the lender's name is enough.
    let of = |request: RequestId| {
        let network = networks.get(&request).copied().unwrap_or(trainer.network);
        let lenders = if borrowers.contains(&network) { vec![trainer.network] } else { Vec::new() };
        entry.candidate(&Reach { network, lenders: &lenders })
    };
    let mut found = opportunities(&needs, of, ctx.now);
    found.truncate(limit);
    let mut open: HashMap<RequestId, TrainingRequest> = open.into_iter().map(|request| (request.id, request)).collect();
    let worth = found.into_iter().filter_map(|opportunity| {
        let request = open.remove(&opportunity.request)?;
        let urgency = request.details.urgency(ctx.now.to_zoned(request.time_zone.rules()).date());
        Some(Worth { request, opportunity, urgency })
    });
    Ok(worth.collect())
}

/// What a library looks for among trips.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The library.
    pub library: LibraryId,
    /// Which days.
    pub days: (Date, Date),
    /// A workshop of the catalog.
    pub workshop: Option<WorkshopId>,
    /// Or a topic. Neither: whatever the trainer teaches.
    pub topic: Option<TopicId>,
    /// How long.
    pub duration_minutes: u32,
}

/// A trip that a library could join.
#[derive(Debug)]
pub struct Near {
    /// The trip.
    pub trip: Trip,
    /// The trainer's name.
    pub name: String,
    /// The venue of the library that is nearest to it.
    pub venue: VenueId,
    /// How far that is from the trip's place, great-circle.
    pub distance: Km,
    /// The best time on it, and what that costs. Nothing when no time of it is left.
    pub joining: Option<Joining>,
}

/// Trips within whose radius a library lies, of trainers whom its network may ask: the nearest first.
///
/// # Errors
/// [`Error::NotFound`] for the library, [`Error::Forbidden`], [`Error::Invalid`] when it is of no network.
pub fn for_library(ctx: &mut Context<'_>, wish: &Wish, limit: usize) -> Result<Vec<Near>, Error> {
    let library = libraries::get(ctx, wish.library)?;
    ctx.authorize(Action::ReadMatches, &libraries::resource(&library))?;
    let network = library.network.ok_or_else(|| Fault::new("/library", "no_network", "belongs to no network"))?;
    let places: Vec<(VenueId, Coordinates)> = venues::of_library(ctx.conn, wish.library)?
        .into_iter()
        .filter_map(|venue| Some((venue.id, venue.details.coordinates?)))
        .collect();
    let mut near = Vec::new();
    for trip in trips::between(ctx.conn, wish.days.0, wish.days.1, TRIPS)? {
        let from = trip.details.place.coordinates;
        let nearest = places.iter().map(|(venue, at)| (from.distance(at), *venue));
        let Some((distance, venue)) = nearest.min_by(|a, b| a.0.0.total_cmp(&b.0.0)) else { continue };
        if distance.0 <= trip.details.radius_km {
            near.push((trip, venue, distance));
        }
    }
    let lenders = lenders(ctx, network)?;
    let reach = Reach { network, lenders: &lenders };
    let ids: Vec<_> = near.iter().map(|(trip, _, _)| trip.trainer).collect();
    let entries = pool::load(ctx, &ids, earlier(ctx.now, BEFORE))?;
    near.retain(|(trip, _, _)| {
        entries.get(&trip.trainer).is_some_and(|entry| reach.sees(&entry.trainer) && entry.trainer.details.active)
    });
    near.sort_by(|a, b| a.2.0.total_cmp(&b.2.0).then_with(|| a.0.id.cmp(&b.0.id)));
    near.truncate(limit);
    let asked = near.iter().map(|(trip, venue, _)| {
        let entry = entries.get(&trip.trainer);
        let details = wished(wish, trip, *venue, entry);
        Asked::new(network, wish.library, library.details.time_zone.clone(), details)
    });
    let briefs = Brief::gather(ctx, asked.collect())?;
    let told = near.into_iter().zip(&briefs).filter_map(|((trip, venue, distance), brief)| {
        let entry = entries.get(&trip.trainer)?;
        let joining = joining(&brief.need(), &entry.candidate(&reach), trip.id, ctx.now).ok();
        Some(Near { trip, name: entry.trainer.details.name.clone(), venue, distance, joining })
    });
    Ok(told.collect())
}

/// What the library would ask of this trainer on this trip.
fn wished(wish: &Wish, trip: &Trip, venue: VenueId, entry: Option<&Entry>) -> RequestDetails {
    let teaches = entry.map(|entry| &entry.trainer.details);
    let any = wish.workshop.is_none() && wish.topic.is_none();
    let topic = wish.topic.or_else(|| teaches.filter(|_| any)?.topics.first().map(|skill| skill.topic));
    let any_workshop = teaches.filter(|_| any && topic.is_none()).and_then(|one| one.workshops.first().copied());
    let (first, last) = trip.details.days();
    let days = (first.max(wish.days.0), last.min(wish.days.1));
    let language = teaches.and_then(|one| one.languages.first().cloned()).unwrap_or_else(|| "en".to_owned());
    RequestDetails {
        workshop: wish.workshop.or(any_workshop),
        topic,
        language,
        ..blank(days, Some(venue), wish.duration_minutes)
    }
}

/// A request that says nothing but when, where and how long.
fn blank(days: (Date, Date), venue: Option<VenueId>, duration_minutes: u32) -> RequestDetails {
    let (from, until) = days;
    RequestDetails {
        workshop: None,
        topic: None,
        level: Level::Introductory,
        outcomes: String::new(),
        audience: String::new(),
        expected_attendance: 1,
        duration_minutes,
        preferences: vec![DatePreference { from, until, earliest: Time::midnight(), latest: Time::MAX }],
        format: if venue.is_some() { Format::InPerson } else { Format::Virtual },
        language: "en".to_owned(),
        venue,
        room: None,
        budget: None,
        budget_is_ceiling: false,
        backfill: false,
        co_hosts: Vec::new(),
        notes: String::new(),
    }
}

/// Where and how long a trainer would be needed.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// Which days.
    pub days: (Date, Date),
    /// The venue, for which travel counts; none when it is virtual.
    pub venue: Option<VenueId>,
    /// How long.
    pub duration: Minutes,
    /// Starts at multiples of so many minutes; the network's when absent.
    pub grid: Option<u16>,
}

/// The times at which a trainer could be there, by start. Without a venue on the clock of the trainer, by their home network's
/// policy; else on that of the venue, by the policy of its library's network.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Invalid`] at `/venue` when it is not there, has no coordinates or its library
/// is of no network.
pub fn slots(ctx: &mut Context<'_>, id: TrainerId, visit: Visit, limit: usize) -> Result<Vec<Opening>, Error> {
    let trainer = trainers::get(ctx, id)?;
    let details = blank(visit.days, visit.venue, visit.duration.0);
    let asked = match visit.venue {
        None => Asked::new(
            trainer.network,
            LibraryId::new(Timestamp::UNIX_EPOCH),
            trainer.details.time_zone.clone(),
            details,
        ),
        Some(venue) => {
            let absent = || Error::from(Fault::absent("/venue", "venue"));
            let scope = ctx.scope();
            let venue = venues::find(ctx.conn, scope, venue).map_err(|_| absent())?;
            let library = libraries::get(ctx, venue.library)?;
            let network = library.network.ok_or_else(absent)?;
            Asked::new(network, venue.library, venue.details.time_zone.clone(), details)
        }
    };
    let mut brief = Brief::gather(ctx, vec![asked])?.pop().ok_or(Error::NotFound)?;
    if let Some(grid) = visit.grid {
        brief.policy_mut().slot_grid_minutes = grid;
    }
    let lenders = lenders(ctx, brief.network.id)?;
    let entry = pool::load(ctx, &[id], earlier(ctx.now, BEFORE))?.remove(&id).ok_or(Error::NotFound)?;
    let reach = Reach { network: brief.network.id, lenders: &lenders };
    Ok(openings(&brief.need(), &entry.candidate(&reach), ctx.now, limit))
}
