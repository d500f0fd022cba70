//! Pledges: neighbors join a request that is gathering, agree to its terms, and leave.
//!
//! Whoever changes a pledge locks its request, and counts anew in the same transaction, so that of many who join at once one alone
//! makes it go on.

use packhorse_db::{Found, Lock, Page, libraries, networks, pledges, requests, rooms};
use packhorse_domain::{
    Action, Record, Resource, Scope, Valid,
    id::{LibraryId, PledgeId, RequestId},
    pledge::{Pledge, PledgeDetails, PledgeState},
    request::{Pool, TrainingRequest},
};

use crate::{
    Change, Context, Error, Expected, Fault, libraries as library_services,
    requests::{self as request_services, count, foreign, lock_all},
};

/// Most libraries beside the host of a request.
const MOST: usize = 50;

fn resource(pledge: &Pledge) -> Resource {
    Resource { library: Some(pledge.library), ..Resource::of(pledge.network) }
}

/// The pledge with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: PledgeId) -> Result<Pledge, Error> {
    let scope = ctx.scope();
    Ok(pledges::find(ctx.conn, scope, id)?)
}

/// One page of pledges to a request.
///
/// # Errors
/// [`Error::NotFound`] for the request.
pub fn list(ctx: &mut Context<'_>, request: RequestId, page: &Page) -> Result<Vec<Pledge>, Error> {
    request_services::get(ctx, request)?;
    let scope = ctx.scope();
    Ok(pledges::list(ctx.conn, scope, request, page)?)
}

/// A library joins a request.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a library that is not of the request's network and for another currency,
/// [`Error::Forbidden`], [`Error::State`] unless neighbors can join it, [`Error::Conflict`] `own_request`, `other_terms`,
/// `room_full`, `pool_full` and `pledge_exists`.
pub fn create(
    ctx: &mut Context<'_>,
    request: RequestId,
    library: LibraryId,
    seen: Option<u32>,
    details: Valid<PledgeDetails>,
) -> Result<Pledge, Error> {
    let request = joined(ctx, request, library)?;
    let pool = request.joinable("create_pledge")?;
    if library == request.library {
        return Err(Error::Conflict { code: "own_request", detail: "it is this library's own request".to_owned() });
    }
    agrees(pool, seen.unwrap_or(pool.terms))?;
    let pledge = Pledge {
        id: PledgeId::new(ctx.now),
        request: request.id,
        network: request.network,
        library,
        terms: pool.terms,
        details: details.into_inner(),
        state: PledgeState::Standing,
        record: Record::new(ctx.now),
    };
    check(ctx, &request, &pledge, "/details")?;
    let pledge = ctx.keep(Change::new("create", pledge.id, pledge.network), pledges::insert, None, pledge)?;
    count(ctx, request)?;
    Ok(pledge)
}

/// A library brings more or less.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`] unless it stands and
/// nobody is booked, and as [`create`].
pub fn update(
    ctx: &mut Context<'_>,
    id: PledgeId,
    expected: &Expected,
    change: impl FnOnce(&PledgeDetails) -> Result<Valid<PledgeDetails>, Error>,
) -> Result<Pledge, Error> {
    let (before, request) = opened(ctx, id, expected)?;
    request.joinable("update_pledge")?;
    let details = change(&before.details)?.into_inner();
    let after = before.clone().revise(details, ctx.now)?;
    check(ctx, &request, &after, "")?;
    keep(ctx, "update", &before, after, request)
}

/// A library agrees to the terms of a request as they are.
///
/// # Errors
/// As [`update`], and [`Error::Conflict`] `other_terms` when they are others by now.
pub fn consent(ctx: &mut Context<'_>, id: PledgeId, expected: &Expected, terms: u32) -> Result<Pledge, Error> {
    let (before, request) = opened(ctx, id, expected)?;
    agrees(request.joinable("consent_to_terms")?, terms)?;
    let after = before.clone().consent(terms, ctx.now)?;
    if after == before { Ok(after) } else { keep(ctx, "consent", &before, after, request) }
}

/// A library leaves.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it stands and nobody is booked.
pub fn withdraw(ctx: &mut Context<'_>, id: PledgeId, expected: &Expected, reason: String) -> Result<Pledge, Error> {
    let (before, request) = opened(ctx, id, expected)?;
    request.joinable("withdraw_pledge")?;
    let after = before.clone().withdraw(reason, ctx.now)?;
    keep(ctx, "withdraw", &before, after, request)
}

/// Releases every pledge that stands to a request that ended. The request is locked.
pub(crate) fn release_all(ctx: &mut Context<'_>, request: RequestId) -> Result<(), Error> {
    for before in pledges::of_request(ctx.conn, request)? {
        if before.stands() {
            let after = before.clone().release(ctx.now)?;
            ctx.keep(Change::new("release", after.id, after.network), pledges::update, Some(&before), after)?;
        }
    }
    Ok(())
}

/// Locks the request that a library wants to join, and reads it as it is then. Whoever could see it while it was gathering is told
/// where it stands now.
fn joined(ctx: &mut Context<'_>, id: RequestId, library: LibraryId) -> Result<TrainingRequest, Error> {
    lock_all(ctx, Lock::Requests, [id])?;
    let scope = ctx.scope();
    let is_seen = requests::find(ctx.conn, scope, id).found()?.is_some();
    let request = requests::find(ctx.conn, Scope::Everything, id)?;
    let neighbor = libraries::find(ctx.conn, scope, library).found()?;
    let neighbor = neighbor.filter(|one| one.network == Some(request.network));
    let allowed = neighbor.as_ref().map(|one| ctx.authorize(Action::Pledge, &library_services::resource(one)));
    match allowed {
        Some(Ok(())) if is_seen || request.pool.is_some() => Ok(request),
        _ if !is_seen => Err(Error::NotFound),
        Some(Err(denied)) => Err(denied),
        Some(Ok(())) | None => Err(Fault::absent("/library", "library of this network").into()),
    }
}

/// Locks the request of a pledge, and reads both as they are then.
fn opened(ctx: &mut Context<'_>, id: PledgeId, expected: &Expected) -> Result<(Pledge, TrainingRequest), Error> {
    let seen = get(ctx, id)?;
    ctx.authorize(Action::Pledge, &resource(&seen))?;
    lock_all(ctx, Lock::Requests, [seen.request])?;
    let pledge = get(ctx, id)?;
    expected.check(pledge.record.version)?;
    let request = requests::find(ctx.conn, Scope::Everything, pledge.request)?;
    Ok((pledge, request))
}

/// Keeps a pledge, and counts anew.
fn keep(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &Pledge,
    after: Pledge,
    request: TrainingRequest,
) -> Result<Pledge, Error> {
    let kept = ctx.keep(Change::new(action, after.id, after.network), pledges::update, Some(before), after)?;
    count(ctx, request)?;
    Ok(kept)
}

fn agrees(pool: &Pool, terms: u32) -> Result<(), Error> {
    let detail = || format!("the terms have changed: they are number {}", pool.terms);
    if pool.terms == terms { Ok(()) } else { Err(Error::Conflict { code: "other_terms", detail: detail() }) }
}

/// Whether there is place for what a library brings, and its money is that of the network.
fn check(ctx: &mut Context<'_>, request: &TrainingRequest, pledge: &Pledge, at: &str) -> Result<(), Error> {
    let network = networks::find(ctx.conn, Scope::Everything, request.network)?;
    Error::unless_none(foreign(&network, &format!("{at}/money"), pledge.details.money).into_iter().collect())?;
    let all = pledges::of_request(ctx.conn, request.id)?;
    let (mine, others): (Vec<_>, Vec<_>) = all.iter().filter(|one| one.stands()).partition(|one| one.id == pledge.id);
    let joins = |library| library == pledge.library || others.iter().any(|one| one.library == library);
    let named = request.details.co_hosts.iter().filter(|host| !joins(host.library)).count();
    if named + others.len() >= MOST {
        return Err(Error::Conflict { code: "pool_full", detail: format!("{MOST} libraries take part already") });
    }
    let Some(room) = request.details.room else { return Ok(()) };
    if mine.iter().any(|before| pledge.details.seats <= before.details.seats) {
        return Ok(());
    }
    let capacity = rooms::find(ctx.conn, Scope::Everything, room)?.details.capacity;
    let own = request.pool.as_ref().map_or(0, |pool| pool.details.own.seats);
    let seats = others.iter().map(|one| one.details.seats).chain([own, pledge.details.seats]);
    if seats.fold(0, u32::saturating_add) > capacity {
        return Err(Error::Conflict { code: "room_full", detail: format!("the room holds {capacity} people") });
    }
    Ok(())
}
