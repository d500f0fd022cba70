//! The trainer's side: open requests worth the drive; and trips and bookings that a library can join.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use packhorse_db::{commitments, networks, partnerships, requests, trips, venues};
use packhorse_domain::{
    Action, Coordinates, DatePreference, Format, Interval, Km, Level, Minutes, Scope, Timestamp,
    id::{LibraryId, NetworkId, RequestId, TopicId, TrainerId, VenueId, WorkshopId},
    library::Library,
    request::{RequestDetails, TrainingRequest, Urgency},
    trainer::{Trainer, Visibility},
    trip::Trip,
};
use packhorse_matching::{Entry, Joining, Opening, Opportunity, Reach, beside, joining, openings, opportunities};

use crate::{
    Context, Error, Fault, libraries,
    matches::{Asked, BEFORE, Brief, earlier, lenders},
    pool, trainers,
};

/// Open requests that are looked at, those that close first.
const REQUESTS: i64 = 500;
/// Trips that are looked at, those that end first.
const TRIPS: i64 = 1000;
/// Bookings that are looked at, those that begin first.
const BOOKINGS: i64 = 1000;
/// How far from a booking a library is told of it, great-circle kilometers.
const NEARBY_KM: f64 = 60.0;
/// Kilometers of a degree of latitude, at least.
const DEGREE_KM: f64 = 110.0;

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
    let Asker { library, network, places } = Asker::of(ctx, wish.library)?;
    let mut near = Vec::new();
    for trip in trips::between(ctx.conn, wish.days.0, wish.days.1, TRIPS)? {
        let from = trip.details.place.coordinates;
        let Some((distance, venue)) = nearest(&places, from) else { continue };
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
        let details = wished(wish, trip.details.days(), *venue, entry);
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

/// A library that looks for trainers who are near.
struct Asker {
    library: Library,
    network: NetworkId,
    /// Its venues, and where they are.
    places: Vec<(VenueId, Coordinates)>,
}

impl Asker {
    fn of(ctx: &mut Context<'_>, id: LibraryId) -> Result<Self, Error> {
        let library = libraries::get(ctx, id)?;
        ctx.authorize(Action::ReadMatches, &libraries::resource(&library))?;
        let network = library.network.ok_or_else(|| Fault::new("/library", "no_network", "belongs to no network"))?;
        let venues = venues::of_library(ctx.conn, id)?.into_iter();
        let places = venues.filter_map(|venue| Some((venue.id, venue.details.coordinates?))).collect();
        Ok(Self { library, network, places })
    }
}

/// The venue that is nearest to a place, and how far it is.
fn nearest(places: &[(VenueId, Coordinates)], to: Coordinates) -> Option<(Km, VenueId)> {
    let all = places.iter().map(|(venue, at)| (to.distance(at), *venue));
    all.min_by(|a, b| a.0.0.total_cmp(&b.0.0))
}

/// Somebody who is near a library for a booking of another one.
#[derive(Debug)]
pub struct Beside {
    /// Who.
    pub trainer: TrainerId,
    /// Their name.
    pub name: String,
    /// The days that the booking takes, by the library's calendar.
    pub days: (Date, Date),
    /// The venue of the library that is nearest to it.
    pub venue: VenueId,
    /// How far that is, great-circle.
    pub distance: Km,
    /// The best time on these days, and what that costs.
    pub joining: Joining,
}

/// Trainers who are within 60 km of a library for the booking of another one, where they and the network that booked allow it, and
/// come for less than by itself: the nearest first.
///
/// # Errors
/// As [`for_library`].
pub fn beside_bookings(ctx: &mut Context<'_>, wish: &Wish, limit: usize) -> Result<Vec<Beside>, Error> {
    let Asker { library, network, places } = Asker::of(ctx, wish.library)?;
    let zone = &library.details.time_zone;
    let rules = zone.rules();
    let begin = |day: Date| rules.to_timestamp(day.at(0, 0, 0, 0)).ok();
    let (first, last) = (begin(wish.days.0), wish.days.1.tomorrow().ok().and_then(begin));
    let during = first.zip(last).and_then(|(first, last)| Interval::new(first.max(ctx.now), last));
    let latitudes = places.iter().map(|(_, at)| at.lat);
    let Some(during) = during else { return Ok(Vec::new()) };
    let margin = NEARBY_KM / DEGREE_KM;
    let (south, north) = latitudes.fold((f64::MAX, f64::MIN), |(south, north), at| (south.min(at), north.max(at)));
    let mut near = Vec::new();
    let mut allowed: HashMap<NetworkId, bool> = HashMap::new();
    for there in commitments::of_bookings(ctx.conn, during, (south - margin, north + margin), BOOKINGS)? {
        let Some((distance, venue)) = nearest(&places, there.place).filter(|(away, _)| away.0 <= NEARBY_KM) else {
            continue;
        };
        let is_allowed = match allowed.get(&there.network) {
            Some(known) => *known,
            None => networks::find(ctx.conn, Scope::Everything, there.network)?.details.policy.nearby,
        };
        allowed.insert(there.network, is_allowed);
        if there.library != wish.library && is_allowed {
            let days = [there.taken.start, there.taken.end].map(|at| at.to_zoned(rules.clone()).date());
            near.push((there.trainer, (days[0], days[1]), venue, distance));
        }
    }
    let lenders = lenders(ctx, network)?;
    let reach = Reach { network, lenders: &lenders };
    let ids: Vec<_> = near.iter().map(|(trainer, ..)| *trainer).collect();
    let entries = pool::load(ctx, &ids, earlier(ctx.now, BEFORE))?;
    near.retain(|(trainer, ..)| {
        let is_shown = |trainer: &Trainer| trainer.details.active && trainer.details.nearby_welcome;
        entries.get(trainer).is_some_and(|entry| reach.sees(&entry.trainer) && is_shown(&entry.trainer))
    });
    // Of a trainer's bookings on the same days the nearest one is told.
    near.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| a.3.0.total_cmp(&b.3.0)));
    near.dedup_by_key(|(trainer, days, ..)| (*trainer, *days));
    near.sort_by(|a, b| a.3.0.total_cmp(&b.3.0).then_with(|| (a.1, a.0).cmp(&(b.1, b.0))));
    let asked = near.iter().map(|(trainer, days, venue, _)| {
        let details = wished(wish, *days, *venue, entries.get(trainer));
        Asked::new(network, wish.library, zone.clone(), details)
    });
    let briefs = Brief::gather(ctx, asked.collect())?;
    let told = near.into_iter().zip(&briefs).filter_map(|((trainer, days, venue, distance), brief)| {
        let entry = entries.get(&trainer)?;
        let joining = beside(&brief.need(), &entry.candidate(&reach), ctx.now)?;
        Some(Beside { trainer, name: entry.trainer.details.name.clone(), days, venue, distance, joining })
    });
    Ok(told.take(limit).collect())
}

/// What the library would ask of a trainer who is near on some days.
fn wished(wish: &Wish, near: (Date, Date), venue: VenueId, entry: Option<&Entry>) -> RequestDetails {
    let teaches = entry.map(|entry| &entry.trainer.details);
    let any = wish.workshop.is_none() && wish.topic.is_none();
    let topic = wish.topic.or_else(|| teaches.filter(|_| any)?.topics.first().map(|skill| skill.topic));
    let any_workshop = teaches.filter(|_| any && topic.is_none()).and_then(|one| one.workshops.first().copied());
    let days = (near.0.max(wish.days.0), near.1.min(wish.days.1));
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
