//! Who could teach a request: what matching needs to know is gathered here, the same for a list, an offer and an acceptance.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    rc::Rc,
    sync::Arc,
};

use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use packhorse_calendar::intervals::subtract;
use packhorse_db::{
    Conn, DbError, Found, bookings, commitments, hosting, networks, requests, rooms, trainers, venues, workshops,
};
use packhorse_domain::{
    Action, Coordinates, Interval, Resource, Scope, Timestamp, Zone,
    availability::AvailabilityDetails,
    booking::{Deliveries, Side, Taught},
    commitment::{Holder, RoadTable},
    id::{LibraryId, NetworkId, OfferId, RequestId, TrainerId},
    library::{Room, Venue},
    network::Network,
    policy::{Policy, Weights},
    request::{RequestDetails, TrainingRequest, Urgency},
    trainer::Trainer,
    workshop::Workshop,
};
use packhorse_matching::{Candidate, Need, Placement, Ranking, Reach, Rule, RuledOut, WhyNobody, place};

use crate::{
    Context, Error, Fault,
    pool::{self, Pool},
};

/// Commitments this long before the first window still shape the way to a workshop.
pub(crate) const BEFORE: SignedDuration = SignedDuration::from_hours(21 * 24);

/// A need, saved or not.
pub(crate) struct Asked {
    network: NetworkId,
    library: LibraryId,
    time_zone: Zone,
    details: RequestDetails,
    /// The offer under decision.
    deciding: Option<OfferId>,
}

impl Asked {
    /// One that is not written.
    pub(crate) fn new(network: NetworkId, library: LibraryId, time_zone: Zone, details: RequestDetails) -> Self {
        Self { network, library, time_zone, details, deciding: None }
    }

    /// That of a request.
    pub(crate) fn of(request: &TrainingRequest) -> Self {
        let TrainingRequest { network, library, time_zone, details, .. } = request.clone();
        Self { network, library, time_zone, details, deciding: None }
    }
}

/// Everything about a request that decides who can teach it, whoever the trainer is.
pub(crate) struct Brief {
    pub(crate) details: RequestDetails,
    pub(crate) network: Rc<Network>,
    time_zone: Zone,
    workshop: Option<Workshop>,
    venue: Option<Venue>,
    room: Option<Room>,
    room_taken: Vec<Interval>,
    library_shut: Rc<[Interval]>,
    library_days: Vec<Date>,
    /// When the first window begins.
    opens: Timestamp,
    pub(crate) notice_given: Option<Timestamp>,
    roads: Option<Arc<RoadTable>>,
}

/// An instant some time before another; the first there is when that would be before it.
pub(crate) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// An instant some time after another; the last there is when that would be after it.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Brief {
    /// Gathers it for a request; what the offer under decision takes itself is left out.
    pub(crate) fn of(
        ctx: &mut Context<'_>,
        request: &TrainingRequest,
        deciding: Option<OfferId>,
    ) -> Result<Self, Error> {
        let asked = Asked { deciding, ..Asked::of(request) };
        Self::gather(ctx, vec![asked])?.pop().ok_or(Error::NotFound)
    }

    /// Gathers it for what has not been asked yet.
    ///
    /// # Errors
    /// Those of writing such a request.
    pub(crate) fn of_question(ctx: &mut Context<'_>, question: Question) -> Result<Self, Error> {
        let Question { network, library, details, weights } = question;
        let time_zone = crate::requests::check(ctx, network, library, &details, "/details")?;
        let on = Resource { network: Some(network), library: Some(library), ..Resource::default() };
        ctx.authorize(Action::ReadMatches, &on)?;
        let asked = Asked::new(network, library, time_zone, details);
        let mut brief = Self::gather(ctx, vec![asked])?.pop().ok_or(Error::NotFound)?;
        if let Some(weights) = weights {
            brief.policy_mut().weights = weights;
        }
        Ok(brief)
    }

    /// Gathers it for many needs, in their order and in the same few queries however many they are. Nothing for those whose
    /// network is gone.
    pub(crate) fn gather(ctx: &mut Context<'_>, asked: Vec<Asked>) -> Result<Vec<Self>, Error> {
        let networks = by_id(ctx, networks::with_ids, asked.iter().map(|one| one.network), |network| network.id)?;
        let networks: HashMap<_, _> = networks.into_iter().map(|(id, network)| (id, Rc::new(network))).collect();
        let details = || asked.iter().map(|one| &one.details);
        let workshops = by_id(ctx, workshops::with_ids, details().filter_map(|one| one.workshop), |one| one.id)?;
        let venues = by_id(ctx, venues::with_ids, details().filter_map(|one| one.venue), |one| one.id)?;
        let rooms = by_id(ctx, rooms::with_ids, details().filter_map(|one| one.room), |one| one.id)?;
        let opens = |one: &Asked| one.details.windows(&one.time_zone).map(|(_, window)| window.start).min();
        let first = asked.iter().filter_map(opens).min().unwrap_or(ctx.now);
        let room_ids: Vec<_> = rooms.keys().copied().collect();
        let taken = if room_ids.is_empty() {
            Vec::new()
        } else {
            commitments::of_rooms(ctx.conn, &room_ids, earlier(first, BEFORE), ctx.now)?
        };
        let mut hours: HashMap<LibraryId, Vec<AvailabilityDetails>> = HashMap::new();
        for statement in hosting::of_libraries(ctx.conn, &asked.iter().map(|one| one.library).collect::<Vec<_>>())? {
            hours.entry(statement.library).or_default().push(statement.details);
        }
        let mut shut: HashMap<(LibraryId, Interval), Rc<[Interval]>> = HashMap::new();
        let mut briefs = Vec::with_capacity(asked.len());
        for one in asked {
            let Some(network) = networks.get(&one.network).cloned() else { continue };
            let opens = opens(&one).unwrap_or(ctx.now);
            let room = one.details.room.and_then(|id| rooms.get(&id).cloned());
            let of_room = taken.iter().filter(|each| {
                matches!((each.holder, &room), (Holder::Room(id), Some(room)) if id == room.id)
                    && Some(each.cause.offer) != one.deciding
            });
            let room_taken = of_room.map(|each| each.taken).collect();
            let statements = hours.get(&one.library).map_or(&[][..], Vec::as_slice);
            let years = years_around(&one.details, &one.time_zone, ctx.now);
            let library_shut =
                shut.entry((one.library, years)).or_insert_with(|| library_shut(statements, years)).clone();
            let library_days = match network.details.policy.library_days_per_year {
                Some(_) => library_days(ctx, one.library, opens, one.deciding)?,
                None => Vec::new(),
            };
            briefs.push(Self {
                workshop: one.details.workshop.and_then(|id| workshops.get(&id).cloned()),
                venue: one.details.venue.and_then(|id| venues.get(&id).cloned()),
                details: one.details,
                time_zone: one.time_zone,
                network,
                room,
                room_taken,
                library_shut,
                library_days,
                opens,
                notice_given: None,
                roads: ctx.roads.clone(),
            });
        }
        Ok(briefs)
    }

    /// The policy, to be changed for this once.
    pub(crate) fn policy_mut(&mut self) -> &mut Policy {
        &mut Rc::make_mut(&mut self.network).details.policy
    }

    /// Where it takes place.
    pub(crate) fn place(&self) -> Option<Coordinates> {
        self.venue.as_ref().and_then(|venue| venue.details.coordinates)
    }

    /// Whether the trainer has to be there.
    pub(crate) fn on_site(&self) -> bool {
        self.need().on_site()
    }

    /// Where it takes place, in words.
    pub(crate) fn address(&self) -> String {
        let Some(venue) = &self.venue else { return String::new() };
        let details = &venue.details;
        let town = format!("{} {}", details.city, details.state_code.as_deref().unwrap_or_default());
        let parts = [details.name.as_str(), details.address.as_str(), town.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// What is taught, in words.
    pub(crate) fn title(&self) -> String {
        self.workshop.as_ref().map_or_else(|| "Training".to_owned(), |workshop| workshop.details.title.clone())
    }

    /// The edition of the catalog's workshop that is taught.
    pub(crate) fn taught(&self) -> Option<Taught> {
        self.workshop.as_ref().map(|workshop| Taught { id: workshop.id, edition: workshop.edition })
    }

    pub(crate) fn need(&self) -> Need<'_> {
        Need {
            details: &self.details,
            time_zone: &self.time_zone,
            workshop: self.workshop.as_ref().map(|workshop| &workshop.details),
            place: self.place(),
            room: self.room.as_ref().map(|room| &room.details),
            room_taken: &self.room_taken,
            library_shut: &self.library_shut,
            policy: &self.network.details.policy,
            currency: self.network.details.currency,
            library_days: &self.library_days,
            backfill: self.details.backfill,
            rural: self
                .venue
                .as_ref()
                .and_then(|venue| venue.details.locale.as_deref())
                .is_some_and(|code| code.starts_with('4')),
            usual_load: None,
            roads: self.roads.as_deref(),
            notice_given: self.notice_given,
        }
    }

    /// Decides one trainer at one time, from what the transaction sees.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the time is taken, else [`Error::Invalid`] with every rule broken.
    pub(crate) fn decide(
        &self,
        ctx: &mut Context<'_>,
        trainer: &Trainer,
        start: Timestamp,
        deciding: Option<OfferId>,
    ) -> Result<Placement, Error> {
        let out_of_range = || Fault::new("/starts_at", "range", "is beyond the calendar");
        let time =
            Interval { start, end: start.checked_add(self.details.duration().span()).map_err(|_| out_of_range())? };
        let from = earlier(start.min(self.opens), BEFORE);
        let entry = pool::load(ctx, &[trainer.id], from)?.remove(&trainer.id).ok_or(Error::NotFound)?;
        let lenders = lenders(ctx, self.network.id)?;
        let reach = Reach { network: self.network.id, lenders: &lenders };
        let candidate = Candidate { deciding, ..entry.candidate(&reach) };
        place(&self.need(), &candidate, time, ctx.now).map_err(|reasons| refused(&reasons))
    }
}

/// Some things by their ids.
fn by_id<I: Copy + Eq + Hash + Ord, T>(
    ctx: &mut Context<'_>,
    load: impl FnOnce(&mut Conn, &[I]) -> Result<Vec<T>, DbError>,
    ids: impl Iterator<Item = I>,
    id_of: impl Fn(&T) -> I,
) -> Result<HashMap<I, T>, Error> {
    let ids: BTreeSet<I> = ids.collect();
    let ids: Vec<I> = ids.into_iter().collect();
    let found = if ids.is_empty() { Vec::new() } else { load(ctx.conn, &ids)? };
    Ok(found.into_iter().map(|thing| (id_of(&thing), thing)).collect())
}

/// The days on which a library has training already. Any date of the windows may be asked about: a year on either side takes in
/// every calendar year of theirs.
fn library_days(
    ctx: &mut Context<'_>,
    library: LibraryId,
    opens: Timestamp,
    deciding: Option<OfferId>,
) -> Result<Vec<Date>, Error> {
    let year = SignedDuration::from_hours(2 * 366 * 24);
    let standing = bookings::of_library(ctx.conn, library, earlier(opens, year), later(opens, year))?;
    let others = standing.iter().filter(|booking| Some(booking.offer) != deciding);
    Ok(others.map(|each| each.terms.time.start.to_zoned(each.terms.time_zone.rules()).date()).collect())
}

/// The whole years that hold the windows of a request, the present, and a year before and behind: a booking may be moved.
fn years_around(details: &RequestDetails, time_zone: &Zone, now: Timestamp) -> Interval {
    let windows = || details.windows(time_zone).map(|(_, window)| window);
    let first = windows().map(|each| each.start).min().unwrap_or(now).min(now);
    let last = windows().map(|each| each.end).max().unwrap_or(now).max(now);
    let year = |at: Timestamp| at.to_zoned(TimeZone::UTC).year();
    let begin =
        |year: i16| Date::new(year, 1, 1).and_then(|day| day.to_zoned(TimeZone::UTC)).map(|day| day.timestamp());
    Interval {
        start: begin(year(first) - 1).unwrap_or(Timestamp::MIN),
        end: begin(year(last) + 2).unwrap_or(Timestamp::MAX),
    }
}

/// When a library that says when it can host cannot.
fn library_shut(statements: &[AvailabilityDetails], within: Interval) -> Rc<[Interval]> {
    if statements.is_empty() {
        Rc::default()
    } else {
        subtract(&[within], &packhorse_calendar::hosting(statements, within)).into()
    }
}

/// A refusal by the rules: a time that is taken is a conflict, everything else an input against the rules.
fn refused(reasons: &RuledOut) -> Error {
    let has = |rule| reasons.rules.contains(&rule);
    if has(Rule::Commitments) {
        return Error::Conflict { code: "trainer_taken", detail: reasons.to_string() };
    }
    if has(Rule::RoomTaken) {
        return Error::Conflict { code: "room_taken", detail: reasons.to_string() };
    }
    let word = |rule: &Rule| packhorse_domain::Word::word(*rule);
    let fault = |rule: &Rule| Fault::new("/starts_at", word(rule), format!("the rule {} is broken", word(rule)));
    Error::Invalid(reasons.rules.iter().map(fault).collect())
}

/// How much is told about matches.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// Most matches, the best ones.
    pub limit: usize,
    /// Whether those ruled out are told too.
    pub explain: bool,
    /// For how many of them it is worked out what would let them in: those with the fewest rules in the way.
    pub relax: usize,
    /// This trainer alone.
    pub trainer: Option<TrainerId>,
    /// Whether it is told what came of what the matches took on before.
    pub deliveries: bool,
}

/// Who could teach it, who could not, and why.
#[derive(Debug)]
pub struct Answer {
    /// Every candidate that was asked for.
    pub ranking: Ranking,
    /// What stands in the way in all; only when those ruled out are told.
    pub why_not: Option<WhyNobody>,
    /// How pressing it is to find somebody.
    pub urgency: Urgency,
    /// What came of what each match took on before; only when that is told.
    pub deliveries: HashMap<TrainerId, Deliveries>,
}

/// Who could teach a request, best first, and why the others could not.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn list(ctx: &mut Context<'_>, pool: &Pool, request: RequestId, telling: Telling) -> Result<Answer, Error> {
    let scope = ctx.scope();
    let request = requests::find(ctx.conn, scope, request)?;
    ctx.authorize(Action::ReadMatches, &crate::requests::resource(&request))?;
    let brief = Brief::of(ctx, &request, None)?;
    ranked(ctx, pool, &brief, telling)
}

/// What has not been asked yet.
#[derive(Debug, Clone)]
pub struct Question {
    /// The network that would serve it.
    pub network: NetworkId,
    /// The library that would ask.
    pub library: LibraryId,
    /// What it would need.
    pub details: RequestDetails,
    /// Other weights than those of the network's policy.
    pub weights: Option<Weights>,
}

/// Who could teach what has not been asked yet.
///
/// # Errors
/// Those of writing such a request.
pub fn preview(ctx: &mut Context<'_>, pool: &Pool, question: Question, telling: Telling) -> Result<Answer, Error> {
    let brief = Brief::of_question(ctx, question)?;
    ranked(ctx, pool, &brief, telling)
}

pub(crate) fn ranked(ctx: &mut Context<'_>, pool: &Pool, brief: &Brief, telling: Telling) -> Result<Answer, Error> {
    let network = brief.network.id;
    let lenders = lenders(ctx, network)?;
    let (need, reach) = (brief.need(), Reach { network, lenders: &lenders });
    let today = ctx.now.to_zoned(brief.time_zone.rules()).date();
    let urgency = brief.details.urgency(today);
    let current = pool.current(ctx)?;
    let mut answer = Answer { ranking: Ranking::default(), why_not: None, urgency, deliveries: HashMap::new() };
    let Some(index) = current.index() else { return Ok(answer) };
    answer.ranking = match telling.trainer {
        Some(trainer) => index.rank_one(&need, &reach, trainer, ctx.now),
        None => index.rank(&need, &reach, ctx.now, telling.limit),
    };
    if telling.explain {
        let ruled_out = &mut answer.ranking.ruled_out;
        if telling.trainer.is_none() {
            *ruled_out = index.explain(&need, &reach, ctx.now);
        }
        ruled_out.sort_by_key(|each| (each.reasons.rules.len(), each.trainer));
        let nearest = telling.relax.min(ruled_out.len());
        index.relax(&need, &reach, &mut ruled_out[..nearest], ctx.now);
        answer.why_not = Some(WhyNobody::of(ruled_out));
    }
    if telling.deliveries {
        let matched: Vec<_> = answer.ranking.matches.iter().map(|found| found.trainer).collect();
        let taken = bookings::of_trainers(ctx.conn, &matched)?;
        // They come in the order of their trainers.
        let each = taken.chunk_by(|one, other| one.trainer == other.trainer);
        answer.deliveries = each.map(|own| (own[0].trainer, Deliveries::of(Side::Trainer, own))).collect();
    }
    Ok(answer)
}

/// A trainer whom a network may offer requests at present.
///
/// # Errors
/// [`Error::Invalid`] at `/trainer` when they are not there, or not for this network.
pub(crate) fn reachable(ctx: &mut Context<'_>, network: NetworkId, trainer: TrainerId) -> Result<Trainer, Error> {
    let absent = || Error::from(Fault::new("/trainer", "not_found", "there is no such trainer for this network"));
    let found = trainers::find(ctx.conn, Scope::Everything, trainer).found()?.ok_or_else(absent)?;
    if reaches(ctx, network, &found)? { Ok(found) } else { Err(absent()) }
}

/// Whether a network may ask a trainer at present.
pub(crate) fn reaches(ctx: &mut Context<'_>, network: NetworkId, trainer: &Trainer) -> Result<bool, Error> {
    let lenders = lenders(ctx, network)?;
    Ok(Reach { network, lenders: &lenders }.sees(trainer))
}

/// Networks that lend to one at present.
pub(crate) fn lenders(ctx: &mut Context<'_>, network: NetworkId) -> Result<Vec<NetworkId>, Error> {
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(packhorse_db::partnerships::lenders_to(ctx.conn, network, today)?)
}
