//! Training requests, from draft to booked.

use packhorse_db::{
    Found, Lock, Page, libraries, lock, networks, offers as offer_rows, pledges as pledge_rows, requests, rooms,
    topics, venues, workshops,
};
use packhorse_domain::{
    Action, Format, InvalidTransition, Money, Record, Resource, Scope, Timestamp, Valid, Zone,
    id::{Id, Kind, LibraryId, NetworkId, RequestId},
    network::Network,
    pledge::Pledge,
    request::{Circumstances, PoolDetails, RequestDetails, RequestState, RequestStateName, TrainingRequest, WAITING},
    workshop::WorkshopStateName,
};

use crate::{Change, Context, Error, Expected, Fault, offers, pledges};

pub use packhorse_db::requests::RequestFilter;

/// Whose a request is.
pub(crate) fn resource(request: &TrainingRequest) -> Resource {
    Resource { network: Some(request.network), library: Some(request.library), ..Resource::default() }
}

/// The request with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: RequestId) -> Result<TrainingRequest, Error> {
    let scope = ctx.scope();
    Ok(requests::find(ctx.conn, scope, id)?)
}

/// One page of requests.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &RequestFilter, page: &Page) -> Result<Vec<TrainingRequest>, Error> {
    let scope = ctx.scope();
    Ok(requests::list(ctx.conn, scope, filter, page)?)
}

/// Writes a draft.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`] naming everything it refers to that is not there.
pub fn create(
    ctx: &mut Context<'_>,
    network: NetworkId,
    library: LibraryId,
    details: Valid<RequestDetails>,
) -> Result<TrainingRequest, Error> {
    let details = details.into_inner();
    let time_zone = check(ctx, network, library, &details, "/details")?;
    let on = Resource { network: Some(network), library: Some(library), ..Resource::default() };
    ctx.authorize(Action::CreateRequest, &on)?;
    let request = TrainingRequest {
        id: RequestId::new(ctx.now),
        network,
        library,
        time_zone,
        details,
        pool: None,
        state: RequestState::Draft,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", request.id, network), requests::insert, None, request)
}

/// Changes what a request says, while it is not open to trainers. Where that matters to neighbors who joined it, they have to agree
/// again, and it waits for them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`].
pub fn update(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    change: impl FnOnce(&RequestDetails) -> Result<Valid<RequestDetails>, Error>,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::EditRequest, expected)?;
    before.editable()?;
    let details = change(&before.details)?.into_inner();
    let time_zone = check(ctx, before.network, before.library, &details, "")?;
    let (network, pledges) = around(ctx, &before)?;
    let after = before.clone().revise(details, time_zone, circumstances(ctx, &network, &pledges))?;
    keep(ctx, "update", &before, after)
}

/// The library hands a request in.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`].
pub fn submit(ctx: &mut Context<'_>, id: RequestId, expected: &Expected) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::EditRequest, expected)?;
    let network = networks::find(ctx.conn, Scope::Everything, before.network)?;
    let after = before.clone().submit(network.details.has_triage(), ctx.now)?;
    keep(ctx, "submit", &before, after)
}

/// The library has a request wait for neighbors, or asks them for something else.
///
/// # Errors
/// As [`submit`], [`Error::Invalid`] for another currency and a day out of reach, [`Error::Conflict`] `offers_out` while trainers
/// are asked.
pub fn gather(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    details: Valid<PoolDetails>,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::EditRequest, expected)?;
    let (network, pledges) = around(ctx, &before)?;
    let details = details.into_inner();
    let after = before.clone().gather(details, circumstances(ctx, &network, &pledges))?;
    let amounts = [("/funding", details.funding), ("/own/money", details.own.money)];
    let mut faults: Vec<_> = amounts.iter().filter_map(|(at, money)| foreign(&network, at, *money)).collect();
    let deadline = details.deadline(&before.time_zone);
    if deadline <= ctx.now || before.last_chance().is_none_or(|last| last < deadline) {
        faults.push(Fault::new("/until", "out_of_reach", "is past, or not before the last day asked for"));
    }
    Error::unless_none(faults)?;
    if !offer_rows::out_for(ctx.conn, id)?.is_empty() {
        return Err(Error::Conflict { code: "offers_out", detail: "trainers are asked already".to_owned() });
    }
    keep(ctx, "gather", &before, after)
}

/// The fault of an amount in another currency than the network's.
pub(crate) fn foreign(network: &Network, at: &str, money: Option<Money>) -> Option<Fault> {
    let currency = network.details.currency;
    let other = money.filter(|money| money.currency != currency);
    other.map(|_| Fault::new(format!("{at}/currency"), "currency", format!("is {currency}")))
}

/// The network of a request, and all pledges that there ever were to it.
fn around(ctx: &mut Context<'_>, request: &TrainingRequest) -> Result<(Network, Vec<Pledge>), Error> {
    let network = networks::find(ctx.conn, Scope::Everything, request.network)?;
    let pledges = if request.pool.is_some() { pledge_rows::of_request(ctx.conn, request.id)? } else { Vec::new() };
    Ok((network, pledges))
}

fn circumstances<'a>(ctx: &Context<'_>, network: &Network, pledges: &'a [Pledge]) -> Circumstances<'a> {
    Circumstances { pledges, has_triage: network.details.has_triage(), now: ctx.now }
}

/// Counts the pledges to a request anew, and keeps where that leads: it is handed in once there are enough, and waits for neighbors
/// again when there are too few. The request is locked.
pub(crate) fn count(ctx: &mut Context<'_>, before: TrainingRequest) -> Result<TrainingRequest, Error> {
    let (network, pledges) = around(ctx, &before)?;
    let after = before.clone().count(circumstances(ctx, &network, &pledges));
    match (before.state.name(), after.state.name()) {
        _ if after == before => Ok(before),
        (was, is) if was == is => keep(ctx, "count", &before, after),
        (RequestStateName::Gathering, _) => keep(ctx, "submit", &before, after),
        (_, _) => ended(ctx, "gather", &before, after),
    }
}

/// A coordinator opens a request to trainers.
///
/// # Errors
/// As [`submit`].
pub fn open(ctx: &mut Context<'_>, id: RequestId, expected: &Expected) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::TriageRequest, expected)?;
    let after = before.clone().open(ctx.now)?;
    keep(ctx, "open", &before, after)
}

/// A coordinator sends a request back with a question.
///
/// # Errors
/// As [`submit`].
pub fn ask(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    question: String,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::TriageRequest, expected)?;
    let after = before.clone().ask(question, ctx.now)?;
    ended(ctx, "ask", &before, after)
}

/// A coordinator says no.
///
/// # Errors
/// As [`submit`].
pub fn decline(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    reason: String,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::TriageRequest, expected)?;
    let after = before.clone().decline(reason, ctx.now)?;
    ended(ctx, "decline", &before, after)
}

/// The library takes a request back.
///
/// # Errors
/// As [`submit`].
pub fn withdraw(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    reason: String,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::EditRequest, expected)?;
    let after = before.clone().withdraw(reason, ctx.now)?;
    ended(ctx, "withdraw", &before, after)
}

/// Another request carries the need on.
///
/// # Errors
/// As [`submit`], and [`Error::Invalid`] at `/into` when the other is not there, of another network, or ended.
pub fn merge(
    ctx: &mut Context<'_>,
    id: RequestId,
    expected: &Expected,
    into: RequestId,
) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id, Action::TriageRequest, expected)?;
    let other = get(ctx, into).ok().filter(|other| other.network == before.network && other.id != id);
    let other = other.ok_or_else(|| Fault::new("/into", "not_found", "there is no such request of this network"))?;
    other.carries().map_err(|error| Fault::new("/into", "ended", error.to_string()))?;
    let after = before.clone().merge(into, ctx.now)?;
    ended(ctx, "merge", &before, after)
}

/// Ends a request whose last window has passed, or the day until which neighbors could join: the program's own work.
///
/// # Errors
/// Those of the database.
pub(crate) fn expire(ctx: &mut Context<'_>, id: RequestId) -> Result<(), Error> {
    lock(ctx.conn, Lock::Requests, vec![id.to_string()])?;
    let before = get(ctx, id)?;
    let has_passed = |end: Option<Timestamp>| end.is_none_or(|end| end <= ctx.now);
    let action = if has_passed(before.last_chance()) { "expire" } else { "lapse" };
    let is_over = has_passed(before.closes_at());
    match before.clone().expire(ctx.now) {
        Ok(after) if is_over => ended(ctx, action, &before, after).map(drop),
        // Somebody was quicker.
        Ok(_) | Err(InvalidTransition { .. }) => Ok(()),
    }
}

/// Locks a request, and reads it as it is then.
fn opened(ctx: &mut Context<'_>, id: RequestId, action: Action, expected: &Expected) -> Result<TrainingRequest, Error> {
    lock(ctx.conn, Lock::Requests, vec![id.to_string()])?;
    let request = get(ctx, id)?;
    ctx.authorize_change(action, &resource(&request), expected, &request.record)?;
    Ok(request)
}

/// Keeps a request that goes to no trainer any more: offers that are out are taken back with it, and when it has ended pledges are
/// released.
fn ended(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &TrainingRequest,
    after: TrainingRequest,
) -> Result<TrainingRequest, Error> {
    use RequestStateName as Is;
    let reason = match after.state.name() {
        Is::NeedsInformation => "the library is asked for more information first",
        Is::Declined => "the request was declined",
        Is::Merged => "another request carries the need on",
        Is::Expired => "the last date asked for has passed",
        Is::Gathering => "too few neighbors take part at present",
        Is::Withdrawn | Is::Draft | Is::Submitted | Is::Open | Is::Booked | Is::Fulfilled => {
            "the request was withdrawn"
        }
    };
    offers::withdraw_all(ctx, before, reason)?;
    if !WAITING.contains(&after.state.name()) {
        pledges::release_all(ctx, after.id)?;
    }
    keep(ctx, action, before, after)
}

pub(crate) fn keep(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &TrainingRequest,
    after: TrainingRequest,
) -> Result<TrainingRequest, Error> {
    ctx.keep(Change::new(action, after.id, after.network), requests::update, Some(before), after)
}

/// Looks up everything a request refers to, and gives the zone its days and hours are told in.
pub(crate) fn check(
    ctx: &mut Context<'_>,
    network: NetworkId,
    library: LibraryId,
    details: &RequestDetails,
    at: &str,
) -> Result<Zone, Error> {
    let scope = ctx.scope();
    let mut faults = Vec::new();
    let absent = |place: String, what: &str| Fault::new(place, "not_found", format!("there is no such {what}"));
    networks::find(ctx.conn, scope, network).found()?.ok_or_else(|| absent("/network".to_owned(), "network"))?;
    let host = libraries::find(ctx.conn, scope, library).found()?;
    let host = host.filter(|host| host.network == Some(network));
    if host.is_none() {
        faults.push(absent("/library".to_owned(), "library of this network"));
    }
    if let Some(id) = details.workshop {
        match workshops::find(ctx.conn, scope, id).found()? {
            Some(workshop) if workshop.state.name() == WorkshopStateName::Published => {}
            Some(_) => {
                faults.push(Fault::new(format!("{at}/workshop"), "not_published", "the workshop is not published"));
            }
            None => faults.push(absent(format!("{at}/workshop"), "workshop")),
        }
    }
    if let Some(id) = details.topic
        && topics::find(ctx.conn, scope, id).found()?.is_none()
    {
        faults.push(absent(format!("{at}/topic"), "topic"));
    }
    let mut time_zone = host.map(|host| host.details.time_zone);
    if let Some(id) = details.venue {
        let venue = venues::find(ctx.conn, scope, id).found()?.filter(|venue| venue.library == library);
        match venue {
            Some(venue) if details.format != Format::Virtual && venue.details.coordinates.is_none() => {
                faults.push(Fault::new(format!("{at}/venue"), "no_coordinates", "nobody knows where this venue is"));
            }
            Some(venue) => time_zone = Some(venue.details.time_zone),
            None => faults.push(absent(format!("{at}/venue"), "venue of this library")),
        }
    }
    if let Some(id) = details.room {
        let room = rooms::find(ctx.conn, scope, id).found()?.filter(|room| Some(room.venue) == details.venue);
        if room.is_none() {
            faults.push(absent(format!("{at}/room"), "room of this venue"));
        }
    }
    for (place, co_host) in details.co_hosts.iter().enumerate() {
        if libraries::find(ctx.conn, scope, co_host.library).found()?.is_none() {
            faults.push(absent(format!("{at}/co_hosts/{place}/library"), "library"));
        }
    }
    match time_zone {
        Some(time_zone) if faults.is_empty() => Ok(time_zone),
        Some(_) | None => Err(Error::Invalid(faults)),
    }
}

/// Locks rows of one kind.
pub(crate) fn lock_all<K: Kind>(
    ctx: &mut Context<'_>,
    what: Lock,
    ids: impl IntoIterator<Item = Id<K>>,
) -> Result<(), Error> {
    Ok(lock(ctx.conn, what, ids.into_iter().map(|id| id.to_string()).collect())?)
}
