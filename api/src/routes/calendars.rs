//! Calendars of trainers and venues, as JSON and as iCalendar.

use actix_web::{HttpResponse, get};
use packhorse_calendar::ics::{Calendar, Entry, EntryStatus};
use packhorse_domain::{
    booking::{Booking, BookingState},
    id::{self, BookingId, TrainerId, VenueId},
};
use packhorse_services::bookings;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::Call,
    input::{LONGEST_DAYS, PathId, QueryOf, RangeQuery},
    lines::CALENDAR_TYPE,
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(get_trainer_calendar)
        .service(get_trainer_ics)
        .service(get_venue_calendar)
        .service(get_venue_ics)
        .service(get_booking_ics);
}

/// Bookings in order of time, at most 1,000.
#[derive(Serialize, ToSchema)]
struct Agenda {
    /// The bookings, canceled ones too.
    items: Vec<Booking>,
}

/// Shows a trainer's calendar.
///
/// For the trainer and the coordinators of their home network. Canceled bookings are among them.
#[utoipa::path(tag = "bookings", params(("id" = TrainerId, Path, description = "The trainer."), RangeQuery), responses((status = 200, description = "Bookings in order of time.", body = Agenda)))]
#[get("/v1/trainers/{id}/calendar")]
async fn get_trainer_calendar(
    call: Call,
    id: PathId<id::Trainer>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(Agenda { items: of_trainer(&call, id.0, &query.0).await? }))
}

/// Shows a trainer's calendar as iCalendar.
///
/// The same as JSON's, for calendar programs (RFC 5545).
#[utoipa::path(tag = "bookings", params(("id" = TrainerId, Path, description = "The trainer."), RangeQuery), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/trainers/{id}/calendar.ics")]
async fn get_trainer_ics(
    call: Call,
    id: PathId<id::Trainer>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(ics("Packhorse: trainer", &of_trainer(&call, id.0, &query.0).await?))
}

/// Shows a venue's calendar.
///
/// The bookings there that you may see.
#[utoipa::path(tag = "bookings", params(("id" = VenueId, Path, description = "The venue."), RangeQuery), responses((status = 200, description = "Bookings in order of time.", body = Agenda)))]
#[get("/v1/venues/{id}/calendar")]
async fn get_venue_calendar(
    call: Call,
    id: PathId<id::Venue>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(Agenda { items: of_venue(&call, id.0, &query.0).await? }))
}

/// Shows a venue's calendar as iCalendar.
///
/// The same as JSON's, for calendar programs (RFC 5545).
#[utoipa::path(tag = "bookings", params(("id" = VenueId, Path, description = "The venue."), RangeQuery), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/venues/{id}/calendar.ics")]
async fn get_venue_ics(call: Call, id: PathId<id::Venue>, query: QueryOf<RangeQuery>) -> Result<HttpResponse, Problem> {
    Ok(ics("Packhorse: venue", &of_venue(&call, id.0, &query.0).await?))
}

/// Shows a booking as iCalendar.
///
/// One event, whose `UID` never changes and whose `SEQUENCE` rises when it is moved or canceled.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/bookings/{id}/calendar.ics")]
async fn get_booking_ics(call: Call, id: PathId<id::Booking>) -> Result<HttpResponse, Problem> {
    let booking = call.read(move |ctx| bookings::get(ctx, id.0)).await?;
    Ok(ics("Packhorse: booking", &[booking]))
}

async fn of_trainer(call: &Call, id: TrainerId, query: &RangeQuery) -> Result<Vec<Booking>, Problem> {
    let range = query.interval(call.app.clock.now(), LONGEST_DAYS)?;
    call.read(move |ctx| bookings::trainer_calendar(ctx, id, range)).await
}

async fn of_venue(call: &Call, id: VenueId, query: &RangeQuery) -> Result<Vec<Booking>, Problem> {
    let range = query.interval(call.app.clock.now(), LONGEST_DAYS)?;
    call.read(move |ctx| bookings::venue_calendar(ctx, id, range)).await
}

fn ics(name: &str, bookings: &[Booking]) -> HttpResponse {
    let entries: Vec<_> = bookings.iter().map(entry).collect();
    let calendar = Calendar { name, method: None, entries: &entries };
    HttpResponse::Ok().content_type(CALENDAR_TYPE).body(calendar.to_ics())
}

fn entry(booking: &Booking) -> Entry {
    let status = match booking.state {
        BookingState::Tentative { .. } => EntryStatus::Tentative,
        BookingState::Confirmed { .. } | BookingState::Delivered { .. } | BookingState::Closed { .. } => {
            EntryStatus::Confirmed
        }
        BookingState::Canceled { .. } => EntryStatus::Cancelled,
    };
    Entry {
        uid: booking.id.to_string(),
        time: booking.terms.time,
        stamp: booking.record.updated_at,
        sequence: booking.sequence,
        status,
        summary: booking.title.clone(),
        location: booking.terms.place.clone(),
        description: String::new(),
        transparent: status == EntryStatus::Cancelled,
    }
}
