//! Offers: they hold a trainer's time until they are answered, and the first acceptance wins.

use packhorse_db::{Lock, Page, bookings, offers, requests, trainers};
use packhorse_domain::{
    Action, Money, Record, Resource, Scope, Timestamp, Valid,
    booking::{Booking, BookingState},
    commitment::Cause,
    id::{BookingId, OfferId, QuoteId, RequestId, TourId, TrainerId},
    offer::{CounterProposal, Offer, OfferState, OfferTerms},
    price::{CostKind, Price, PriceItem},
    quote::Quote,
    request::TrainingRequest,
};
use packhorse_matching::Placement;

use crate::{
    Change, Context, Error, Expected, Fault, holds,
    matches::{Brief, reachable, reaches},
    quotes,
    requests::{keep as keep_request, lock_all, resource as request_resource},
    tours,
};

pub use packhorse_db::offers::OfferFilter;

/// What a coordinator offers.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// When the workshop begins.
    pub starts_at: Timestamp,
    /// Another honorarium than the trainer's fee.
    pub honorarium: Option<Money>,
    /// A quote whose price it has instead.
    pub quote: Option<QuoteId>,
    /// A word to the trainer.
    pub message: String,
    /// The tour it is part of.
    pub part: Option<Part>,
}

/// A part of a tour.
#[derive(Debug, Clone)]
pub struct Part {
    /// Of which.
    pub tour: TourId,
    /// The offer's id.
    pub offer: OfferId,
    /// What the stop pays for travel.
    pub travel: Vec<PriceItem>,
}

/// Whose an offer is.
fn resource(offer: &Offer, request: &TrainingRequest) -> Resource {
    Resource {
        network: Some(offer.network),
        library: Some(request.library),
        trainer: Some(offer.trainer),
        trainer_network: Some(offer.trainer_network),
        ..Resource::default()
    }
}

/// The offer with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: OfferId) -> Result<Offer, Error> {
    let scope = ctx.scope();
    Ok(offers::find(ctx.conn, scope, id)?)
}

/// One page of offers.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &OfferFilter, page: &Page) -> Result<Vec<Offer>, Error> {
    let scope = ctx.scope();
    Ok(offers::list(ctx.conn, scope, filter, page)?)
}

/// Offers a request to a trainer at a time, and holds that time.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::State`] unless the request is open, [`Error::Conflict`] when the time
/// is taken, an offer to this trainer is out or the quote has expired, [`Error::Invalid`] with every rule broken, and when the
/// quote is for something else.
pub fn make(
    ctx: &mut Context<'_>,
    request: RequestId,
    trainer: TrainerId,
    proposal: &Proposal,
) -> Result<Offer, Error> {
    lock_all(ctx, Lock::Requests, [request])?;
    let request = crate::requests::get(ctx, request)?;
    ctx.authorize(Action::MakeOffer, &request_resource(&request))?;
    request.offerable()?;
    let trainer = reachable(ctx, request.network, trainer)?;
    holds::lock(ctx, &trainer, request.details.room)?;
    let mut brief = Brief::of(ctx, &request, None)?;
    let quote = quoted(ctx, &mut brief, &request, trainer.id, proposal)?;
    // What a stop of a tour pays is its share, not what it costs at the margin.
    brief.details.budget_is_ceiling &= proposal.part.is_none();
    let placement = brief.decide(ctx, &trainer, proposal.starts_at, None)?;
    let id = proposal.part.as_ref().map_or_else(|| OfferId::new(ctx.now), |part| part.offer);
    let expires_at = expiry(ctx, &brief, &placement);
    let offer = Offer {
        id,
        request: request.id,
        network: request.network,
        trainer: trainer.id,
        trainer_network: trainer.network,
        terms: terms(&brief, &request, &placement, proposal, quote)?,
        tour: proposal.part.as_ref().map(|part| part.tour),
        state: OfferState::Pending { expires_at },
        record: Record::new(ctx.now),
    };
    offers::insert(ctx.conn, &offer)?;
    holds::take(ctx, &brief, &trainer, &placement, Cause { offer: id, booking: None }, Some(expires_at))?;
    ctx.record(Change::new("create", id, offer.network), None, Some(&offer))?;
    Ok(offer)
}

/// The quote that a proposal names. What it costs was agreed on: no ceiling is held against what it would cost now.
fn quoted(
    ctx: &mut Context<'_>,
    brief: &mut Brief,
    request: &TrainingRequest,
    trainer: TrainerId,
    proposal: &Proposal,
) -> Result<Option<Quote>, Error> {
    let Some(id) = proposal.quote else { return Ok(None) };
    if proposal.honorarium.is_some() {
        return Err(Fault::new("/honorarium", "contradiction", "is part of the quoted price").into());
    }
    let quote = quotes::honored(ctx, id, request, trainer, proposal.starts_at)?;
    brief.details.budget_is_ceiling = false;
    Ok(Some(quote))
}

/// A hold never outlives the workshop's start.
fn expiry(ctx: &Context<'_>, brief: &Brief, placement: &Placement) -> Timestamp {
    let minutes = i64::from(brief.network.details.policy.hold_minutes);
    (ctx.now + jiff::SignedDuration::from_mins(minutes)).min(placement.time.start)
}

fn terms(
    brief: &Brief,
    request: &TrainingRequest,
    placement: &Placement,
    proposal: &Proposal,
    quote: Option<Quote>,
) -> Result<OfferTerms, Error> {
    let (quote, price) = match quote {
        Some(quote) => (Some(quote.id), quote.terms.price),
        None => (None, price(brief, placement, proposal, request)?),
    };
    Ok(OfferTerms {
        time: placement.time,
        time_zone: request.time_zone.clone(),
        venue: brief.details.venue,
        room: brief.details.room,
        place: brief.address(),
        travel: placement.travel,
        price,
        quote,
        message: proposal.message.clone(),
    })
}

fn price(brief: &Brief, placement: &Placement, proposal: &Proposal, request: &TrainingRequest) -> Result<Price, Error> {
    let price = placement.price.clone();
    if let Some(part) = &proposal.part {
        return shared(brief, placement, part, request);
    }
    let Some(amount) = proposal.honorarium else { return Ok(price) };
    if amount.currency != price.total.currency {
        return Err(Fault::new("/honorarium/currency", "currency", format!("is {}", price.total.currency)).into());
    }
    if amount.amount_minor < 0 {
        return Err(Fault::new("/honorarium/amount_minor", "range", "must be at least 0").into());
    }
    let date = placement.time.start.to_zoned(request.time_zone.rules()).date();
    let agreed = PriceItem {
        kind: CostKind::Honorarium,
        detail: "as agreed in the offer".to_owned(),
        amount,
        rate_from: date,
        rate_source: "offer".to_owned(),
    };
    Ok(price.with_honorarium(agreed, brief.network.details.policy.subsidies_on(date)))
}

/// The price of a stop of a tour: what is its own, and its share of the travel.
fn shared(brief: &Brief, placement: &Placement, part: &Part, request: &TrainingRequest) -> Result<Price, Error> {
    let is_own = |item: &&PriceItem| matches!(item.kind, CostKind::Honorarium | CostKind::Backfill);
    let own = placement.price.items.iter().filter(is_own);
    let date = placement.time.start.to_zoned(request.time_zone.rules()).date();
    let subsidies = brief.network.details.policy.subsidies_on(date);
    let price = Price::of(own.chain(&part.travel).cloned(), subsidies, placement.price.total.currency);
    let ceiling = request.details.budget.filter(|_| request.details.budget_is_ceiling);
    if ceiling.is_some_and(|most| price.library_pays.amount_minor > most.amount_minor) {
        let detail = format!("its share comes to {}, more than the ceiling of the budget", price.library_pays);
        return Err(Fault::new("/starts_at", "budget", detail).into());
    }
    Ok(price)
}

/// A new version of an offer that is out: other time, other honorarium. Its hold moves with it.
///
/// # Errors
/// As [`make`], and those of [`Expected::check`].
pub fn revise(ctx: &mut Context<'_>, id: OfferId, expected: &Expected, proposal: &Proposal) -> Result<Offer, Error> {
    let (before, request) = locked(ctx, id, Action::MakeOffer, expected)?;
    let trainer = reachable(ctx, before.network, before.trainer)?;
    holds::lock(ctx, &trainer, request.details.room)?;
    // Its own hold may have run out, and been cleared away just now.
    let before = get(ctx, id)?;
    by_itself(&before)?;
    before.revisable()?;
    holds::release(ctx, id, before.network)?;
    let mut brief = Brief::of(ctx, &request, Some(id))?;
    let quote = quoted(ctx, &mut brief, &request, trainer.id, proposal)?;
    let placement = brief.decide(ctx, &trainer, proposal.starts_at, Some(id))?;
    let expires_at = expiry(ctx, &brief, &placement);
    let terms = terms(&brief, &request, &placement, proposal, quote)?;
    let after = before.clone().revise(terms, expires_at, ctx.now)?;
    holds::take(ctx, &brief, &trainer, &placement, Cause { offer: id, booking: None }, Some(expires_at))?;
    keep(ctx, "revise", &before, after)
}

/// The trainer accepts: a booking stands, the request is booked, and its other offers are superseded, all at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when it is answered, has lapsed
/// or somebody else was first, [`Error::Conflict`] when the trainer is not lent to the network any more, it and
/// [`Error::Invalid`] when the rules do not hold any more.
pub fn accept(ctx: &mut Context<'_>, id: OfferId, expected: &Expected) -> Result<Booking, Error> {
    let (before, request) = locked(ctx, id, Action::AnswerOffer, expected)?;
    by_itself(&before)?;
    book(ctx, &before, &request)
}

/// Books a request as it was offered. The request is locked.
pub(crate) fn book(ctx: &mut Context<'_>, before: &Offer, request: &TrainingRequest) -> Result<Booking, Error> {
    let (id, booking) = (before.id, BookingId::new(ctx.now));
    let after = before.clone().accept(booking, ctx.now)?;
    let booked = request.clone().book(booking, ctx.now)?;
    let siblings: Vec<_> = offers::out_for(ctx.conn, request.id)?.into_iter().filter(|offer| offer.id != id).collect();
    lock_all(ctx, Lock::Trainers, siblings.iter().map(|offer| offer.trainer).chain([before.trainer]))?;
    let trainer = trainers::find(ctx.conn, Scope::Everything, before.trainer)?;
    if !reaches(ctx, request.network, &trainer)? {
        let detail = "the trainer is not lent to this network any more".to_owned();
        return Err(Error::Conflict { code: "not_lent", detail });
    }
    let mut brief = Brief::of(ctx, request, Some(id))?;
    // Notice was given when the offer was made: thinking about it does not make it too short.
    brief.notice_given = Some(before.record.created_at);
    brief.details.budget_is_ceiling &= before.terms.quote.is_none() && before.tour.is_none();
    brief.decide(ctx, &trainer, before.terms.time.start, Some(id))?;
    let entity = Booking {
        id: booking,
        request: request.id,
        offer: id,
        network: request.network,
        library: request.library,
        co_hosts: request.details.co_hosts.iter().map(|host| host.library).collect(),
        trainer: trainer.id,
        trainer_network: trainer.network,
        title: brief.title(),
        workshop: brief.taught(),
        format: request.details.format,
        terms: before.terms.clone(),
        cancellation: brief.network.details.policy.cancellation.clone(),
        history: Vec::new(),
        sequence: 0,
        state: BookingState::Tentative { accepted_at: ctx.now },
        record: Record::new(ctx.now),
    };
    bookings::insert(ctx.conn, &entity)?;
    ctx.record(Change::new("create", booking, entity.network), None, Some(&entity))?;
    keep(ctx, "accept", before, after)?;
    holds::settle(ctx, id, booking)?;
    keep_request(ctx, "book", request, booked)?;
    for sibling in siblings {
        let superseded = sibling.clone().supersede(ctx.now)?;
        holds::release(ctx, sibling.id, sibling.network)?;
        keep(ctx, "supersede", &sibling, superseded)?;
        tours::lost(ctx, &sibling)?;
    }
    Ok(entity)
}

/// The trainer says no; their time is free again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`].
pub fn decline(ctx: &mut Context<'_>, id: OfferId, expected: &Expected, reason: String) -> Result<Offer, Error> {
    let (before, _) = locked(ctx, id, Action::AnswerOffer, expected)?;
    by_itself(&before)?;
    let after = before.clone().decline(reason, ctx.now)?;
    end(ctx, "decline", &before, after)
}

/// The trainer proposes something else; their time is held until the coordinator answers.
///
/// # Errors
/// As [`decline`].
pub fn counter(
    ctx: &mut Context<'_>,
    id: OfferId,
    expected: &Expected,
    proposal: Valid<CounterProposal>,
) -> Result<Offer, Error> {
    let (before, _) = locked(ctx, id, Action::AnswerOffer, expected)?;
    by_itself(&before)?;
    let after = before.clone().counter(proposal.into_inner(), ctx.now)?;
    keep(ctx, "counter", &before, after)
}

/// The coordinator takes an offer back.
///
/// # Errors
/// As [`decline`].
pub fn withdraw(ctx: &mut Context<'_>, id: OfferId, expected: &Expected, reason: String) -> Result<Offer, Error> {
    let (before, _) = locked(ctx, id, Action::MakeOffer, expected)?;
    by_itself(&before)?;
    let after = before.clone().withdraw(reason, ctx.now)?;
    end(ctx, "withdraw", &before, after)
}

/// Takes back every offer of a request that is out. The request is locked.
pub(crate) fn withdraw_all(ctx: &mut Context<'_>, request: &TrainingRequest, reason: &str) -> Result<(), Error> {
    let out = offers::out_for(ctx.conn, request.id)?;
    lock_all(ctx, Lock::Trainers, out.iter().map(|offer| offer.trainer))?;
    for offer in out {
        let after = offer.clone().withdraw(reason.to_owned(), ctx.now)?;
        end(ctx, "withdraw", &offer, after)?;
    }
    Ok(())
}

/// Declines every offer to some trainers that is out, and keeps them locked: nobody can ask or book them meanwhile.
pub(crate) fn decline_all(ctx: &mut Context<'_>, asked: &[TrainerId], reason: &str) -> Result<(), Error> {
    let out = offers::of_trainers(ctx.conn, asked, true)?;
    lock_all(ctx, Lock::Requests, out.iter().map(|offer| offer.request))?;
    lock_all(ctx, Lock::Trainers, asked.iter().copied())?;
    for offer in offers::of_trainers(ctx.conn, asked, true)? {
        let after = offer.clone().decline(reason.to_owned(), ctx.now)?;
        end(ctx, "decline", &offer, after)?;
    }
    Ok(())
}

/// Ends an offer whose hold has run out, if it has not been answered meanwhile. The trainer is locked.
pub(crate) fn lapse(ctx: &mut Context<'_>, id: OfferId) -> Result<(), Error> {
    let before = offers::find(ctx.conn, Scope::Everything, id)?;
    if before.state.expires_at().is_none_or(|end| ctx.now < end) {
        return Ok(());
    }
    let after = before.clone().lapse(ctx.now)?;
    end(ctx, "lapse", &before, after).map(drop)
}

/// Ends one overdue offer: the program's own work, which locks as everybody does.
///
/// # Errors
/// Those of the database.
pub(crate) fn sweep(ctx: &mut Context<'_>, id: OfferId) -> Result<(), Error> {
    let offer = offers::find(ctx.conn, Scope::Everything, id)?;
    lock_all(ctx, Lock::Requests, [offer.request])?;
    lock_all(ctx, Lock::Trainers, [offer.trainer])?;
    lapse(ctx, id)
}

/// Locks the request of an offer, and reads both as they are then.
fn locked(
    ctx: &mut Context<'_>,
    id: OfferId,
    action: Action,
    expected: &Expected,
) -> Result<(Offer, TrainingRequest), Error> {
    let seen = get(ctx, id)?;
    let request = requests::find(ctx.conn, Scope::Everything, seen.request)?;
    ctx.authorize(action, &resource(&seen, &request))?;
    lock_all(ctx, Lock::Requests, [seen.request])?;
    let offer = get(ctx, id)?;
    expected.check(offer.record.version)?;
    let request = requests::find(ctx.conn, Scope::Everything, offer.request)?;
    Ok((offer, request))
}

/// Keeps an offer that ended, and gives its time back. The tour it is part of is lost with it.
pub(crate) fn end(ctx: &mut Context<'_>, action: &'static str, before: &Offer, after: Offer) -> Result<Offer, Error> {
    lock_all(ctx, Lock::Trainers, [before.trainer])?;
    holds::release(ctx, before.id, before.network)?;
    let ended = keep(ctx, action, before, after)?;
    tours::lost(ctx, before)?;
    Ok(ended)
}

/// Whether an offer is answered by itself.
fn by_itself(offer: &Offer) -> Result<(), Error> {
    let Some(tour) = offer.tour else { return Ok(()) };
    Err(Error::Conflict {
        code: "part_of_tour",
        detail: format!("the offer is part of the tour {tour}, and goes with it"),
    })
}

fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Offer, after: Offer) -> Result<Offer, Error> {
    ctx.keep(Change::new(action, after.id, after.network), offers::update, Some(before), after)
}
