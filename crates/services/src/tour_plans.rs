//! Tour plans: which trainer serves which requests on which days.
//!
//! Reckoning takes long and needs no database, so it is done between transactions: [`claim`] says what is to be planned,
//! [`sheet::gather`] writes the problem down, [`advance`] tells how far it has come, [`finish`] keeps what was found.

mod clock;
pub mod edits;
mod given;
pub(crate) mod road;
pub mod settle;
pub mod sheet;

use packhorse_db::{Conn, Found, Page, networks, requests, tour_plans};
use packhorse_domain::{
    Action, Resource, Scope, Timestamp,
    id::{NetworkId, TourPlanId},
    tour_plan::{
        MOST_REQUESTS, MOST_TRAINERS, TourOutcome, TourPlan, TourPlanDetails, TourPlanState, TourProblem, TourProgress,
    },
};

use crate::{Change, Context, Error, Expected, Fault, matches::reachable};

pub use packhorse_db::tour_plans::TourPlanFilter;

/// The plan with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: TourPlanId) -> Result<TourPlan, Error> {
    let scope = ctx.scope();
    Ok(tour_plans::find(ctx.conn, scope, id)?)
}

/// One page of plans.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: TourPlanFilter, page: &Page) -> Result<Vec<TourPlan>, Error> {
    let scope = ctx.scope();
    Ok(tour_plans::list(ctx.conn, scope, filter, page)?)
}

/// A plan that somebody wants.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What is to be planned.
    pub details: TourPlanDetails,
    /// The whole problem, where it is not about requests of the network.
    pub problem: Option<TourProblem>,
    /// What is known to be wrong with it.
    pub faults: Vec<Fault>,
}

/// Everything that is wrong with a problem that is given, beside its form: nothing where there is none, or nobody to ask.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn judge(ctx: &mut Context<'_>, network: NetworkId, wish: &Wish) -> Result<Vec<Fault>, Error> {
    let scope = ctx.scope();
    let found = networks::find(ctx.conn, scope, network).found()?;
    let (Some(problem), Some(found)) = (&wish.problem, found) else { return Ok(Vec::new()) };
    ctx.authorize(Action::PlanTours, &Resource::of(network))?;
    let size = problem.size();
    if size.requests > MOST_REQUESTS || size.trainers > MOST_TRAINERS {
        return Ok(Vec::new());
    }
    Ok(given::judge(problem, &wish.details, &found, ctx.now))
}

/// Asks for a plan; it is reckoned in the background.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`] with what was wrong with it already, and everything it refers to that is not there.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, wish: &Wish) -> Result<TourPlan, Error> {
    let scope = ctx.scope();
    let Wish { details, problem, faults } = wish;
    let mut faults = faults.clone();
    let Some(found) = networks::find(ctx.conn, scope, network).found()? else {
        faults.push(Fault::absent("/network", "network"));
        return Err(Error::Invalid(faults));
    };
    ctx.authorize(Action::PlanTours, &Resource::of(network))?;
    if details.until < ctx.now.to_zoned(found.details.time_zone.rules()).date() {
        faults.push(Fault::new("/details/until", "past", "is over"));
    }
    if problem.is_some() {
        let lists = [
            ("requests", details.requests.len()),
            ("trainers", details.trainers.len()),
            ("pins", details.pins.len()),
            ("excluded", details.excluded.len()),
        ];
        let told = "is said in the problem";
        let said = lists.into_iter().filter(|(_, count)| *count > 0);
        faults.extend(said.map(|(name, _)| Fault::new(format!("/details/{name}"), "given_problem", told)));
    } else {
        faults.extend(absent(ctx, network, details)?);
    }
    if let Some(former) = details.follows {
        let former = tour_plans::find(ctx.conn, scope, former).found()?.filter(|former| former.network == network);
        match former {
            None => faults.push(Fault::absent("/details/follows", "plan of this network")),
            Some(former) if former.outcome.is_none() => {
                faults.push(Fault::new("/details/follows", "unfinished", "has no outcome to follow"));
            }
            Some(former) if former.problem.is_some() != problem.is_some() => {
                let told = "is about requests of the network, and this is not; or the other way around";
                faults.push(Fault::new("/details/follows", "given_problem", told));
            }
            Some(_) => {}
        }
    }
    Error::unless_none(faults)?;
    let plan = TourPlan {
        problem: problem.as_ref().map(TourProblem::size),
        ..TourPlan::new(network, details.clone(), ctx.now)
    };
    let plan = ctx.keep(Change::new("create", plan.id, network), tour_plans::insert, None, plan)?;
    if let Some(problem) = problem {
        tour_plans::insert_problem(ctx.conn, plan.id, problem)?;
    }
    Ok(plan)
}

/// The requests and trainers of a wish that are not there.
fn absent(ctx: &mut Context<'_>, network: NetworkId, details: &TourPlanDetails) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
    let named = details.requests.iter().enumerate().map(|(place, id)| (format!("/details/requests/{place}"), *id));
    let pinned =
        details.pins.iter().enumerate().map(|(place, pin)| (format!("/details/pins/{place}/request"), pin.request));
    faults.extend(ctx.absent_faults(requests::existing, named.chain(pinned).collect::<Vec<_>>().into_iter())?);
    let asked = details.trainers.iter().enumerate().map(|(place, id)| (format!("/details/trainers/{place}"), *id));
    let pinned =
        details.pins.iter().enumerate().map(|(place, pin)| (format!("/details/pins/{place}/trainer"), pin.trainer));
    for (place, trainer) in asked.chain(pinned) {
        match reachable(ctx, network, trainer) {
            Ok(_) => {}
            Err(Error::Invalid(_)) => faults.push(Fault::absent(place, "trainer for this network")),
            Err(error) => return Err(error),
        }
    }
    Ok(faults)
}

/// Stops a plan; the best that was found so far is kept.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] once it is finished.
pub fn stop(ctx: &mut Context<'_>, id: TourPlanId, expected: &Expected) -> Result<TourPlan, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().stop(ctx.now)?;
    keep(ctx, "stop", &before, after)
}

/// A plan that the caller may change.
pub(crate) fn find_to_change(ctx: &mut Context<'_>, id: TourPlanId, expected: &Expected) -> Result<TourPlan, Error> {
    let plan = get(ctx, id)?;
    ctx.authorize_change(Action::PlanTours, &Resource::of(plan.network), expected, &plan.record)?;
    Ok(plan)
}

/// Whether there is something to plan at present.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
    Ok(tour_plans::next(conn, now)?.is_some())
}

/// What is to be planned at present, kept from others as long as progress is told every half minute.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, now: Timestamp) -> Result<Option<TourPlan>, Error> {
    let Some(before) = tour_plans::next(conn, now)? else { return Ok(None) };
    let after = before.start(now)?;
    tour_plans::update(conn, &after)?;
    Ok(Some(after))
}

/// Tells how far the reckoning has come. Whether it is to go on.
///
/// # Errors
/// Those of the database.
pub fn advance(conn: &mut Conn, claimed: &TourPlan, progress: TourProgress, now: Timestamp) -> Result<bool, Error> {
    let before = tour_plans::find(conn, Scope::Everything, claimed.id)?;
    let goes_on = is_ours(&before, claimed) && !matches!(before.state, TourPlanState::Running { stopping: true, .. });
    if goes_on {
        tour_plans::update(conn, &before.advanced(progress, now))?;
    }
    Ok(goes_on)
}

/// Keeps what was found, unless somebody else took the plan over.
///
/// # Errors
/// Those of the database.
pub fn finish(
    ctx: &mut Context<'_>,
    claimed: &TourPlan,
    found: Result<(TourOutcome, TourProgress), String>,
) -> Result<(), Error> {
    let before = tour_plans::find(ctx.conn, Scope::Everything, claimed.id)?;
    if !is_ours(&before, claimed) {
        return Ok(());
    }
    let after = before.clone().finish(found, ctx.now)?;
    keep(ctx, "finish", &before, after).map(drop)
}

/// Whether a plan is still being reckoned by whoever claimed it.
fn is_ours(plan: &TourPlan, claimed: &TourPlan) -> bool {
    let started = |plan: &TourPlan| match plan.state {
        TourPlanState::Running { started_at, .. } => Some(started_at),
        TourPlanState::Queued { .. }
        | TourPlanState::Done { .. }
        | TourPlanState::Stopped { .. }
        | TourPlanState::Failed { .. } => None,
    };
    started(plan).is_some() && started(plan) == started(claimed)
}

pub(crate) fn keep(
    ctx: &mut Context<'_>,
    action: &'static str,
    before: &TourPlan,
    after: TourPlan,
) -> Result<TourPlan, Error> {
    ctx.keep(Change::new(action, after.id, after.network), tour_plans::update, Some(before), after)
}

/// A plan with what was found for it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::State`] when there is nothing yet.
pub fn outcome(ctx: &mut Context<'_>, id: TourPlanId) -> Result<(TourPlan, TourOutcome), Error> {
    let plan = get(ctx, id)?;
    let outcome = plan.found("show")?.clone();
    Ok((plan, outcome))
}

/// What was found for two plans of one network; the other is the plan that this one follows unless it is said.
///
/// # Errors
/// As [`outcome`], and [`Error::Invalid`] at `with` when there is no such plan of the network.
pub fn two(
    ctx: &mut Context<'_>,
    one: TourPlanId,
    other: Option<TourPlanId>,
) -> Result<(TourOutcome, TourOutcome), Error> {
    let this = get(ctx, one)?;
    let absent = || Fault::absent("with", "plan of this network");
    let scope = ctx.scope();
    let other = match other.or(this.details.follows) {
        Some(other) => tour_plans::find(ctx.conn, scope, other).found()?,
        None => None,
    };
    let other = other.filter(|other| other.network == this.network).ok_or_else(absent)?;
    Ok((this.found("compare")?.clone(), other.found("compare")?.clone()))
}
