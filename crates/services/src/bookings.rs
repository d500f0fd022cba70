//! Bookings: confirmed, moved, canceled, delivered.

use jiff::civil::Time;
use packhorse_db::{Lock, Page, bookings, requests, trainers};
use packhorse_domain::{
    Action, DatePreference, Interval, Resource, Scope, Timestamp,
    booking::{Booking, Deliveries, Side},
    commitment::Cause,
    id::{BookingId, LibraryId, TrainerId, VenueId},
    offer::OfferTerms,
    price::CostKind,
};

use crate::{
    Change, Context, Error, Expected, holds, matches::Brief, requests as request_services, requests::lock_all, tours,
    workshop_sessions,
};

pub use packhorse_db::bookings::{BookingFilter, CalendarOf};

/// Most entries of one calendar.
pub const CALENDAR: i64 = 1000;

/// Whose a booking is.
fn resource(booking: &Booking) -> Resource {
    Resource {
        network: Some(booking.network),
        library: Some(booking.library),
        trainer: Some(booking.trainer),
        trainer_network: Some(booking.trainer_network),
        ..Resource::default()
    }
}

/// The booking with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: BookingId) -> Result<Booking, Error> {
    let scope = ctx.scope();
    Ok(bookings::find(ctx.conn, scope, id)?)
}

/// One page of bookings.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &BookingFilter, page: &Page) -> Result<Vec<Booking>, Error> {
    let scope = ctx.scope();
    Ok(bookings::list(ctx.conn, scope, filter, page)?)
}

/// A trainer's bookings in a stretch of time, those the caller may see, canceled ones too.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn trainer_calendar(ctx: &mut Context<'_>, trainer: TrainerId, range: Interval) -> Result<Vec<Booking>, Error> {
    let scope = ctx.scope();
    let trainer = trainers::find(ctx.conn, scope, trainer)?;
    let on = Resource { network: Some(trainer.network), trainer: Some(trainer.id), ..Resource::default() };
    ctx.authorize(Action::ReadTrainerCalendar, &on)?;
    Ok(bookings::calendar(ctx.conn, scope, CalendarOf::Trainer(trainer.id), range, CALENDAR)?)
}

/// A venue's bookings in a stretch of time, those the caller may see, canceled ones too.
///
/// # Errors
/// [`Error::NotFound`] for the venue.
pub fn venue_calendar(ctx: &mut Context<'_>, venue: VenueId, range: Interval) -> Result<Vec<Booking>, Error> {
    let scope = ctx.scope();
    packhorse_db::venues::find(ctx.conn, scope, venue)?;
    Ok(bookings::calendar(ctx.conn, scope, CalendarOf::Venue(venue), range, CALENDAR)?)
}

/// What came of what a trainer took on.
///
/// # Errors
/// [`Error::NotFound`] for the trainer.
pub fn deliveries_of_trainer(ctx: &mut Context<'_>, id: TrainerId) -> Result<Deliveries, Error> {
    let trainer = crate::trainers::get(ctx, id)?;
    Ok(Deliveries::of(Side::Trainer, &bookings::of_trainers(ctx.conn, &[trainer.id])?))
}

/// What came of what a library booked.
///
/// # Errors
/// [`Error::NotFound`] for the library.
pub fn deliveries_of_library(ctx: &mut Context<'_>, id: LibraryId) -> Result<Deliveries, Error> {
    let library = crate::libraries::get(ctx, id)?;
    Ok(Deliveries::of(Side::Host, &bookings::hosted_by(ctx.conn, library.id)?))
}

/// The host stands by it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`].
pub fn confirm(ctx: &mut Context<'_>, id: BookingId, expected: &Expected) -> Result<Booking, Error> {
    let before = locked(ctx, id, Action::ConfirmBooking, expected)?;
    let after = before.clone().confirm(ctx.now)?;
    keep(ctx, "confirm", &before, after)
}

/// It takes place at another time. Travel is reckoned anew; the honorarium stays as agreed. The time need not be one that the
/// library asked for first: whoever moves it has agreed on it.
///
/// # Errors
/// As [`confirm`], [`Error::Conflict`] when the time is taken, [`Error::Invalid`] with every rule broken.
pub fn reschedule(
    ctx: &mut Context<'_>,
    id: BookingId,
    expected: &Expected,
    starts_at: Timestamp,
    reason: String,
) -> Result<Booking, Error> {
    let before = locked(ctx, id, Action::RescheduleBooking, expected)?;
    before.movable()?;
    let request = requests::find(ctx.conn, Scope::Everything, before.request)?;
    let trainer = trainers::find(ctx.conn, Scope::Everything, before.trainer)?;
    holds::lock(ctx, &trainer, before.terms.room)?;
    holds::release(ctx, before.offer, before.network)?;
    let mut brief = Brief::of(ctx, &request, Some(before.offer))?;
    let day = starts_at.to_zoned(request.time_zone.rules()).date();
    let whole_day = DatePreference { from: day, until: day, earliest: Time::midnight(), latest: Time::MAX };
    brief.details.preferences = vec![whole_day];
    brief.notice_given = Some(before.record.created_at);
    let placement = brief.decide(ctx, &trainer, starts_at, Some(before.offer))?;
    let agreed = before.terms.price.items.iter().find(|item| item.kind == CostKind::Honorarium).cloned();
    let price = match agreed {
        Some(agreed) => placement.price.clone().with_honorarium(agreed, brief.network.details.policy.subsidies_on(day)),
        None => placement.price.clone(),
    };
    let terms =
        OfferTerms { time: placement.time, travel: placement.travel, price, quote: None, ..before.terms.clone() };
    let by = ctx.principal()?;
    let after = before.clone().reschedule(terms, by, reason, ctx.now)?;
    let cause = Cause { offer: before.offer, booking: Some(id) };
    holds::take(ctx, &brief, &trainer, &placement, cause, None)?;
    keep(ctx, "reschedule", &before, after)
}

/// It will not take place. Its time is free again, and the request is open again while there is a window left.
///
/// # Errors
/// As [`confirm`].
pub fn cancel(ctx: &mut Context<'_>, id: BookingId, expected: &Expected, reason: String) -> Result<Booking, Error> {
    let before = locked(ctx, id, Action::CancelBooking, expected)?;
    let hosts = ctx.authorize(Action::ConfirmBooking, &resource(&before)).is_ok();
    let side = if hosts { Side::Host } else { Side::Trainer };
    let after = before.clone().cancel(side, reason, ctx.now)?;
    lock_all(ctx, Lock::Trainers, [before.trainer])?;
    holds::release(ctx, before.offer, before.network)?;
    let canceled = keep(ctx, "cancel", &before, after)?;
    let request = requests::find(ctx.conn, Scope::Everything, before.request)?;
    let reopened = request.clone().reopen(ctx.now)?;
    request_services::keep(ctx, "reopen", &request, reopened)?;
    tours::dropped(ctx, &canceled)?;
    Ok(canceled)
}

/// It was taught; its request is fulfilled.
///
/// # Errors
/// As [`confirm`].
pub fn deliver(ctx: &mut Context<'_>, id: BookingId, expected: &Expected, attendance: u32) -> Result<Booking, Error> {
    let before = locked(ctx, id, Action::DeliverBooking, expected)?;
    let after = before.clone().deliver(attendance, ctx.now)?;
    let request = requests::find(ctx.conn, Scope::Everything, before.request)?;
    let fulfilled = request.clone().fulfill(id, ctx.now)?;
    request_services::keep(ctx, "fulfill", &request, fulfilled)?;
    keep(ctx, "deliver", &before, after)
}

/// Everything about it is settled.
///
/// # Errors
/// As [`confirm`].
pub fn close(ctx: &mut Context<'_>, id: BookingId, expected: &Expected) -> Result<Booking, Error> {
    let before = locked(ctx, id, Action::CloseBooking, expected)?;
    let after = before.clone().close(ctx.now)?;
    keep(ctx, "close", &before, after)
}

/// Locks the request of a booking, and reads the booking as it is then.
fn locked(ctx: &mut Context<'_>, id: BookingId, action: Action, expected: &Expected) -> Result<Booking, Error> {
    let seen = get(ctx, id)?;
    ctx.authorize(action, &resource(&seen))?;
    lock_all(ctx, Lock::Requests, [seen.request])?;
    let booking = get(ctx, id)?;
    expected.check(booking.record.version)?;
    Ok(booking)
}

fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Booking, after: Booking) -> Result<Booking, Error> {
    let kept = ctx.keep(Change::new(action, after.id, after.network), bookings::update, Some(before), after)?;
    workshop_sessions::follow(ctx, &kept)?;
    Ok(kept)
}
