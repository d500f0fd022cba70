//! Tours: a plan's road shows, offered whole, answered whole, and shared among the stops.

mod shares;

use packhorse_db::{Lock, Page, networks, offers as offer_rows, requests, tour_plans as plan_rows, tours, trainers};
use packhorse_domain::{
    Action, Record, Resource, Scope,
    booking::Booking,
    id::{NetworkId, OfferId, RequestId, TourId, TourPlanId, TrainerId},
    network::Network,
    offer::{Offer, OfferState},
    price::CostKind,
    request::TrainingRequest,
    tour::{Tour, TourState, TourStop},
    tour_plan::{Excluded, Pin, PlannedTour, TourPlan, TourPlanDetails},
};

use self::shares::{items, share};
use crate::{
    Change, Context, Error, Expected, Fault,
    offers::{self, Part, Proposal},
    requests::lock_all,
    tour_plans,
};

pub use packhorse_db::tours::TourFilter;

/// Whom a plan's tours are offered to, and with what word.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The tours of these trainers; all when empty.
    pub trainers: Vec<TrainerId>,
    /// A word to the trainers.
    pub message: String,
}

/// Whose a tour is.
fn resource(tour: &Tour) -> Resource {
    Resource {
        network: Some(tour.network),
        trainer: Some(tour.trainer),
        trainer_network: Some(tour.trainer_network),
        ..Resource::default()
    }
}

/// The tour with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: TourId) -> Result<Tour, Error> {
    let scope = ctx.scope();
    Ok(tours::find(ctx.conn, scope, id)?)
}

/// One page of tours.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: TourFilter, page: &Page) -> Result<Vec<Tour>, Error> {
    let scope = ctx.scope();
    Ok(tours::list(ctx.conn, scope, filter, page)?)
}

/// Offers the tours of a plan: every stop of every tour is held, or none.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::State`] when nothing was found for the plan, [`Error::Conflict`]
/// `given_problem` when its problem was given with it, [`Error::Invalid`] when it has no such tour, [`Error::Clash`] with every
/// stop that cannot be held.
pub fn make(ctx: &mut Context<'_>, plan: TourPlanId, asking: &Asking) -> Result<Vec<Tour>, Error> {
    let plan = tour_plans::get(ctx, plan)?;
    ctx.authorize(Action::PlanTours, &Resource::of(plan.network))?;
    let outcome = plan.found("offer")?;
    if plan.problem.is_some() {
        let detail = "its problem was given with it: there is nobody to ask, and no request to serve".to_owned();
        return Err(Error::Conflict { code: "given_problem", detail });
    }
    let is_asked = |tour: &PlannedTour| {
        asking.trainers.is_empty() || asking.trainers.iter().any(|trainer| tour.trainer == (*trainer).into())
    };
    let chosen: Vec<(usize, &PlannedTour)> =
        outcome.tours.iter().enumerate().filter(|(_, tour)| is_asked(tour)).collect();
    if chosen.is_empty() {
        return Err(Fault::new("/trainers", "no_tour", "the plan has no tour for them").into());
    }
    let stops = || chosen.iter().flat_map(|(_, tour)| &tour.stops);
    lock_all(ctx, Lock::Requests, stops().filter_map(|stop| stop.request.id()))?;
    lock_all(ctx, Lock::Trainers, chosen.iter().filter_map(|(_, tour)| tour.trainer.id()))?;
    let network = networks::find(ctx.conn, Scope::Everything, plan.network)?;
    let (mut made, mut clashes) = (Vec::new(), Vec::new());
    for (number, planned) in chosen {
        made.push(offer_one(ctx, &plan, &network, number, planned, &asking.message, &mut clashes)?);
    }
    if clashes.is_empty() { Ok(made) } else { Err(Error::Clash(clashes)) }
}

/// Offers one tour; `clashes` gets every stop of it that cannot be held.
fn offer_one(
    ctx: &mut Context<'_>,
    plan: &TourPlan,
    network: &Network,
    number: usize,
    planned: &PlannedTour,
    message: &str,
    clashes: &mut Vec<Fault>,
) -> Result<Tour, Error> {
    let trainer = planned.trainer.id().ok_or(Error::NotFound)?;
    let trainer = trainers::find(ctx.conn, Scope::Everything, trainer)?;
    let stops: Vec<TourStop> = planned
        .stops
        .iter()
        .filter_map(|stop| {
            Some(TourStop {
                request: stop.request.id()?,
                library: stop.library?,
                offer: OfferId::new(ctx.now),
                booking: None,
                time: stop.time,
                time_zone: stop.time_zone.clone(),
                place: stop.place.clone(),
                coordinates: stop.coordinates,
            })
        })
        .collect();
    let (shares, effort) = share(ctx, network, &trainer, &stops, planned.effort)?;
    let hold = jiff::SignedDuration::from_mins(i64::from(network.details.policy.hold_minutes));
    let first = stops.iter().map(|stop| stop.time.start).min().unwrap_or(ctx.now);
    let tour = Tour {
        id: TourId::new(ctx.now),
        network: plan.network,
        trainer: trainer.id,
        trainer_network: trainer.network,
        plan: plan.id,
        effort,
        alone: planned.alone,
        dropped: Vec::new(),
        revised: None,
        consents: Vec::new(),
        message: message.to_owned(),
        state: TourState::Offered { expires_at: (ctx.now + hold).min(first) },
        record: Record::new(ctx.now),
        stops,
        shares,
    };
    tours::insert(ctx.conn, &tour)?;
    ctx.record(Change::new("create", tour.id, tour.network), None, Some(&tour))?;
    for (place, stop) in tour.stops.iter().enumerate() {
        let at = format!("/tours/{number}/stops/{place}");
        let travel = items(network, &tour, stop.request);
        let part = Part { tour: tour.id, offer: stop.offer, travel };
        let proposal = Proposal {
            starts_at: stop.time.start,
            honorarium: None,
            quote: None,
            message: message.to_owned(),
            part: Some(part),
        };
        // The database would refuse it, and with that the whole transaction: the other stops could not be told any more.
        let asked = offer_rows::out_for(ctx.conn, stop.request)?;
        if asked.iter().any(|offer| offer.trainer == trainer.id) {
            clashes.push(Fault::new(at, "offer_out", "this trainer has an open offer for this request"));
            continue;
        }
        match offers::make(ctx, stop.request, trainer.id, &proposal) {
            Ok(_) => {}
            Err(error) => clashes.extend(clash(&at, error)?),
        }
    }
    Ok(tour)
}

/// What stands against one stop; other errors stay what they are.
fn clash(at: &str, error: Error) -> Result<Vec<Fault>, Error> {
    match error {
        Error::Conflict { code, detail } => Ok(vec![Fault::new(at, code, detail)]),
        Error::State(transition) => Ok(vec![Fault::new(at, transition.state, transition.to_string())]),
        Error::Invalid(faults) => {
            Ok(faults.into_iter().map(|fault| Fault { pointer: at.to_owned(), ..fault }).collect())
        }
        Error::NotFound => Ok(vec![Fault::absent(at, "request")]),
        other => Err(other),
    }
}

/// The trainer takes the whole tour: a booking for each stop, all at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when it is answered or has lapsed,
/// [`Error::Clash`] with every stop that cannot be booked any more.
pub fn accept(ctx: &mut Context<'_>, id: TourId, expected: &Expected) -> Result<Tour, Error> {
    let before = locked(ctx, id, Action::AnswerOffer, expected)?;
    before.out("accept")?;
    let mut asked: Vec<TrainerId> = vec![before.trainer];
    for stop in &before.stops {
        asked.extend(offer_rows::out_for(ctx.conn, stop.request)?.iter().map(|offer| offer.trainer));
    }
    lock_all(ctx, Lock::Trainers, asked)?;
    let (mut bookings, mut clashes) = (Vec::new(), Vec::new());
    for (place, stop) in before.stops.iter().enumerate() {
        let (offer, request) = parts(ctx, stop)?;
        match offers::book(ctx, &offer, &request) {
            Ok(booking) => bookings.push(booking.id),
            Err(error) => clashes.extend(clash(&format!("/stops/{place}"), error)?),
        }
    }
    if !clashes.is_empty() {
        return Err(Error::Clash(clashes));
    }
    let after = before.clone().accept(&bookings, ctx.now)?;
    keep(ctx, "accept", &before, after)
}

/// The trainer says no to the whole tour, or to some stops: then another plan is asked for, in which the other stops stay as
/// they are and those go to somebody else.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`], [`Error::Invalid`] when it has no
/// such stop.
pub fn decline(
    ctx: &mut Context<'_>,
    id: TourId,
    expected: &Expected,
    reason: &str,
    not: &[RequestId],
) -> Result<Tour, Error> {
    let before = locked(ctx, id, Action::AnswerOffer, expected)?;
    before.out("decline")?;
    let is_stop = |request: &RequestId| before.stops.iter().any(|stop| stop.request == *request);
    let absent = not.iter().enumerate().filter(|(_, request)| !is_stop(request));
    Error::unless_none(absent.map(|(place, _)| Fault::absent(format!("/not/{place}"), "stop of this tour")).collect())?;
    let replanned = if not.is_empty() { None } else { Some(without(ctx, &before, not)?) };
    let after = before.clone().decline(reason.to_owned(), not.to_vec(), replanned, ctx.now)?;
    let kept = keep(ctx, "decline", &before, after)?;
    end_all(ctx, &before, None, |offer, ctx| offer.decline(reason.to_owned(), ctx.now), "decline")?;
    Ok(kept)
}

/// Asks for a plan like that of a tour in which some stops go to somebody else, and the others stay.
fn without(ctx: &mut Context<'_>, tour: &Tour, not: &[RequestId]) -> Result<TourPlanId, Error> {
    let plan = plan_rows::find(ctx.conn, Scope::Everything, tour.plan)?;
    let mut details = TourPlanDetails { follows: Some(plan.id), freeze_before: None, ..plan.details };
    details.excluded.extend(not.iter().map(|request| Excluded { request: *request, trainer: tour.trainer }));
    for stop in tour.stops.iter().filter(|stop| !not.contains(&stop.request)) {
        details.pins.retain(|pin| pin.request != stop.request);
        details.pins.push(Pin { request: stop.request, trainer: tour.trainer, starts_at: stop.time.start });
    }
    details.pins.retain(|pin| !not.contains(&pin.request));
    asked(ctx, plan.network, details)
}

/// Asks for a plan, in the course of something else.
fn asked(ctx: &mut Context<'_>, network: NetworkId, details: TourPlanDetails) -> Result<TourPlanId, Error> {
    let plan = TourPlan::new(network, details, ctx.now);
    Ok(ctx.keep(Change::new("create", plan.id, network), plan_rows::insert, None, plan)?.id)
}

/// The coordinator takes a tour back, with all its offers.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`].
pub fn withdraw(ctx: &mut Context<'_>, id: TourId, expected: &Expected, reason: &str) -> Result<Tour, Error> {
    let before = locked(ctx, id, Action::PlanTours, expected)?;
    let after = before.clone().withdraw(reason.to_owned(), ctx.now)?;
    let kept = keep(ctx, "withdraw", &before, after)?;
    end_all(ctx, &before, None, |offer, ctx| offer.withdraw(reason.to_owned(), ctx.now), "withdraw")?;
    Ok(kept)
}

/// Asks for a plan that fills what has become free on a tour's days: its stops that stand are fixed, and the trainer may serve
/// any open request besides.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::State`] unless it was accepted.
pub fn replan(ctx: &mut Context<'_>, id: TourId) -> Result<TourPlan, Error> {
    let tour = get(ctx, id)?;
    ctx.authorize(Action::PlanTours, &resource(&tour))?;
    tour.stands("replan")?;
    let plan = plan_rows::find(ctx.conn, Scope::Everything, tour.plan)?;
    let details = TourPlanDetails {
        requests: Vec::new(),
        trainers: vec![tour.trainer],
        pins: Vec::new(),
        excluded: Vec::new(),
        follows: Some(plan.id),
        freeze_before: None,
        ..plan.details
    };
    let made = asked(ctx, plan.network, details)?;
    tour_plans::get(ctx, made)
}

/// A stop agrees to pay what it would by the revised shares.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when it is not asked to,
/// [`Error::Invalid`] when there is no such stop.
pub fn consent(ctx: &mut Context<'_>, id: TourId, expected: &Expected, request: RequestId) -> Result<Tour, Error> {
    let seen = get(ctx, id)?;
    let stop = seen.stops.iter().find(|stop| stop.request == request);
    // Who speaks for no stop at all is not told which there are.
    let named = seen.stops.iter().filter(|each| stop.is_none_or(|stop| stop.request == each.request));
    let mut libraries = named.map(|each| each.library);
    if !libraries.any(|library| {
        let on = Resource { library: Some(library), ..resource(&seen) };
        ctx.authorize(Action::ConsentToShare, &on).is_ok()
    }) {
        return Err(Error::Forbidden);
    }
    stop.ok_or_else(|| Error::from(Fault::absent("/request", "stop of this tour")))?;
    lock_all(ctx, Lock::Requests, seen.stops.iter().map(|stop| stop.request))?;
    let before = get(ctx, id)?;
    expected.check(before.record.version)?;
    let after = before.clone().consent(request, ctx.now)?;
    keep(ctx, "consent", &before, after)
}

/// An offer has ended: the tour it is part of, if it is out, is lost as a whole.
pub(crate) fn lost(ctx: &mut Context<'_>, offer: &Offer) -> Result<(), Error> {
    let Some(id) = offer.tour else { return Ok(()) };
    let before = tours::find(ctx.conn, Scope::Everything, id)?;
    let Ok(after) = before.clone().lapse(ctx.now) else { return Ok(()) };
    keep(ctx, "lapse", &before, after)?;
    let reason = "another stop of the tour was lost";
    end_all(ctx, &before, Some(offer.id), |offer, ctx| offer.withdraw(reason.to_owned(), ctx.now), "withdraw")
}

/// A booking was canceled: the stops of its tour that are left share what its travel costs now.
pub(crate) fn dropped(ctx: &mut Context<'_>, booking: &Booking) -> Result<(), Error> {
    let Some(id) = offer_rows::find(ctx.conn, Scope::Everything, booking.offer)?.tour else { return Ok(()) };
    let before = tours::find(ctx.conn, Scope::Everything, id)?;
    let left: Vec<TourStop> = before.stops.iter().filter(|stop| stop.request != booking.request).cloned().collect();
    let fee = booking.terms.price.items.iter().filter(|item| item.kind == CostKind::Honorarium);
    let mut effort = before.effort;
    effort.cost.honorarium.amount_minor -= fee.map(|item| item.amount.amount_minor).sum::<i64>();
    let network = networks::find(ctx.conn, Scope::Everything, before.network)?;
    let trainer = trainers::find(ctx.conn, Scope::Everything, before.trainer)?;
    let (revised, effort) = if left.is_empty() {
        (None, effort)
    } else {
        let (shares, effort) = share(ctx, &network, &trainer, &left, effort)?;
        (Some(shares), effort)
    };
    let after = before.clone().drop_stop(booking.request, effort, revised, ctx.now)?;
    keep(ctx, "drop", &before, after).map(drop)
}

/// Ends the offers of a tour that are out, but for one.
fn end_all(
    ctx: &mut Context<'_>,
    tour: &Tour,
    but: Option<OfferId>,
    end: impl Fn(Offer, &Context<'_>) -> Result<Offer, packhorse_domain::InvalidTransition>,
    action: &'static str,
) -> Result<(), Error> {
    for stop in tour.stops.iter().filter(|stop| Some(stop.offer) != but) {
        let offer = offer_rows::find(ctx.conn, Scope::Everything, stop.offer)?;
        if matches!(offer.state, OfferState::Pending { .. } | OfferState::Countered { .. }) {
            let after = end(offer.clone(), ctx)?;
            offers::end(ctx, action, &offer, after)?;
        }
    }
    Ok(())
}

/// Locks the requests of a tour, and reads it as it is then.
fn locked(ctx: &mut Context<'_>, id: TourId, action: Action, expected: &Expected) -> Result<Tour, Error> {
    let seen = get(ctx, id)?;
    ctx.authorize(action, &resource(&seen))?;
    lock_all(ctx, Lock::Requests, seen.stops.iter().map(|stop| stop.request))?;
    let tour = get(ctx, id)?;
    expected.check(tour.record.version)?;
    Ok(tour)
}

/// The offer of a stop, and its request.
fn parts(ctx: &mut Context<'_>, stop: &TourStop) -> Result<(Offer, TrainingRequest), Error> {
    let offer = offer_rows::find(ctx.conn, Scope::Everything, stop.offer)?;
    let request = requests::find(ctx.conn, Scope::Everything, stop.request)?;
    Ok((offer, request))
}

fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Tour, after: Tour) -> Result<Tour, Error> {
    ctx.keep(Change::new(action, after.id, after.network), tours::update, Some(before), after)
}
