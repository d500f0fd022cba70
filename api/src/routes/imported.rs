//! Calendars that trainers import.

use actix_web::{HttpResponse, delete, get, http::StatusCode, patch, post, web};
use packhorse_domain::{
    Valid, id,
    imported::{BusyTime, CalendarDetails, ImportedCalendar},
};
use packhorse_services::{Error, imported};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Begun, Call, PageOf, Reply, resource},
    feeds,
    input::{Body, LONGEST_DAYS, OnlyPage, PageQuery, Parameters, Patch, PathId, Query, QueryOf, RangeQuery},
    lines::CalendarText,
    outbound::{self, Outbound},
    problem::{self, Problem},
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_imported_calendars)
        .service(create_imported_calendar)
        .service(get_imported_calendar)
        .service(update_imported_calendar)
        .service(delete_imported_calendar)
        .service(import_calendar)
        .service(refresh_calendar)
        .service(list_busy_times);
}

resource! { ImportedCalendar => "calendars"; }

/// Most times of one answer.
const TIMES: usize = 1000;

/// What is to become of an upload.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// `true` to be told what would be, and keep nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
}

impl Query for UploadQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { dry_run: from.take("dry_run") }
    }
}

/// The busy times of a calendar, in order.
#[derive(Serialize, ToSchema)]
struct BusyTimes {
    /// At most 1,000 of them.
    items: Vec<BusyTime>,
    /// Whether there are more: ask on from the start of the last.
    more: bool,
}

/// The details, if their address may be called.
fn callable(outbound: &Outbound, details: Valid<CalendarDetails>) -> Result<Valid<CalendarDetails>, Error> {
    match feeds::address_fault(outbound, details.url.as_deref()) {
        Some(fault) => Err(fault.into()),
        None => Ok(details),
    }
}

/// Lists the calendars that a trainer imports.
///
/// For the trainer and the coordinators of their home network. Everybody else sees of them only that the trainer is busy.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer."), PageQuery), responses((status = 200, description = "One page of calendars.", body = PageOf<ImportedCalendar>)))]
#[get("/v1/trainers/{id}/calendars")]
async fn list_imported_calendars(
    call: Call,
    trainer: PathId<id::Trainer>,
    query: QueryOf<OnlyPage<id::Calendar>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| imported::list(ctx, trainer.0, page)).await
}

/// Adds a calendar that a trainer keeps in another program.
///
/// For the trainer and the coordinators of their home network; at most 20 for one trainer. With an address it is read within
/// seconds, and then again and again; without one, upload it. What takes time in it rules the trainer out of matches and
/// offers at that time; bookings that stand are not touched. An address is `https` on the public internet, unless the
/// installation allows its server.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TrainerId, Path, description = "The trainer.")),
    request_body = CalendarDetails,
    responses((status = 201, description = "The calendar.", body = ImportedCalendar))
)]
#[post("/v1/trainers/{id}/calendars")]
async fn create_imported_calendar(
    call: Call,
    trainer: PathId<id::Trainer>,
    body: Body<CalendarDetails>,
) -> Result<HttpResponse, Problem> {
    let (input, outbound) = (body.0, call.app.outbound.clone());
    call.write(move |ctx| Reply::created(&imported::create(ctx, trainer.0, callable(&outbound, input.clone())?)?)).await
}

/// Shows a calendar, and how reading it went.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::CalendarId, Path, description = "The calendar.")), responses((status = 200, description = "The calendar.", body = ImportedCalendar)))]
#[get("/v1/calendars/{id}")]
async fn get_imported_calendar(call: Call, id: PathId<id::Calendar>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| imported::get(ctx, id.0)).await
}

/// Changes a calendar.
///
/// For the trainer and the coordinators of their home network. From another address it is read within seconds; until then,
/// and when that fails, what was known stays. Titles that are not to be kept any more are gone at once.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::CalendarId, Path, description = "The calendar.")),
    request_body(content = CalendarDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The calendar as it is now.", body = ImportedCalendar))
)]
#[patch("/v1/calendars/{id}")]
async fn update_imported_calendar(
    call: Call,
    id: PathId<id::Calendar>,
    patch: Patch<CalendarDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge, outbound) = (call.expected(), patch.merge()?, call.app.outbound.clone());
    call.write(move |ctx| {
        let change = |present: &CalendarDetails| callable(&outbound, merge.apply(present)?);
        Reply::changed(&imported::update(ctx, id.0, &expected, change)?)
    })
    .await
}

/// Takes a calendar back, with its busy times.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::CalendarId, Path, description = "The calendar.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/calendars/{id}")]
async fn delete_imported_calendar(call: Call, id: PathId<id::Calendar>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| imported::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}

/// Uploads a calendar.
///
/// For the trainer and the coordinators of their home network. Its busy times replace those known before, from a month ago to
/// 400 days ahead; of the rest of it nothing is kept. Events that are canceled or take no time are passed over; times
/// without a zone and whole days are taken in the trainer's zone, and the notes say so. It is taken whole or not at all: the
/// answer 422 names every fault, up to 50, as `/lines/17`. Where the calendar has an address, too, that replaces
/// the upload when it is next read.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::CalendarId, Path, description = "The calendar."), UploadQuery),
    request_body(
        description = "iCalendar (RFC 5545), at most 5 MiB, 50,000 components, and 50,000 times within the time kept.",
        content((String = "text/calendar", example = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\nDTSTAMP:20270105T150000Z\r\nDTSTART:20270303T150000Z\r\nDTEND:20270303T170000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
    ),
    responses((status = 200, description = "The calendar as it is now, or after a dry run would be.", body = ImportedCalendar))
)]
#[post("/v1/calendars/{id}/import")]
async fn import_calendar(
    call: Call,
    id: PathId<id::Calendar>,
    query: QueryOf<UploadQuery>,
    text: CalendarText,
) -> Result<HttpResponse, Problem> {
    let (expected, dry_run) = (call.expected(), query.0.dry_run.unwrap_or_default());
    let calendar = id.0;
    let manner = call.read(move |ctx| imported::manner(ctx, calendar)).await?;
    let (bytes, now) = (text.bytes()?, call.app.clock.now());
    let reading = web::block(move || imported::read(&bytes, &manner, now)).await;
    let contents = reading.map_err(|_| Problem::new(problem::INTERNAL, "the calendar could not be read"))?;
    let contents = contents.map_err(Error::Invalid)?;
    call.write(move |ctx| {
        let calendar = imported::import(ctx, calendar, &expected, &contents, dry_run)?;
        if dry_run { Reply::json(StatusCode::OK, &calendar) } else { Reply::changed(&calendar) }
    })
    .await
}

/// Reads a calendar from its address now.
///
/// For the trainer and the coordinators of their home network. The answer has in `status` what came of it: where the server
/// cannot be reached, or what it sends is no calendar, `error` says so, and what was known stays. 409 without an address, and
/// within a minute of the last try.
#[utoipa::path(tag = "trainers", params(("id" = id::CalendarId, Path, description = "The calendar.")), responses((status = 200, description = "The calendar as it is now.", body = ImportedCalendar)))]
#[post("/v1/calendars/{id}/refresh")]
async fn refresh_calendar(call: Call, id: PathId<id::Calendar>) -> Result<HttpResponse, Problem> {
    let (expected, outbound) = (call.expected(), call.app.outbound.clone());
    let busy = || Problem::new(problem::UNAVAILABLE, "too many calendars are being read").later(20);
    let _turn = outbound.turn_now().ok_or_else(busy)?;
    let assignment = match call.begin(move |ctx| imported::begin(ctx, id.0, &expected)).await? {
        Begun::Ready(assignment) => assignment,
        Begun::Answered(answer) => return Ok(answer),
    };
    let within = outbound::LONGEST.min(call.app.deadlines.handler);
    let outcome = feeds::fetch(outbound.clone(), assignment.clone(), within, call.app.clock.now()).await;
    call.write(move |ctx| Reply::changed(&imported::finish(ctx, &assignment, &outcome)?)).await
}

/// Lists the busy times of a calendar.
///
/// For the trainer and the coordinators of their home network. Those that share an instant with the range; with their titles if
/// those are kept.
#[utoipa::path(tag = "trainers", params(("id" = id::CalendarId, Path, description = "The calendar."), RangeQuery), responses((status = 200, description = "Its busy times, in order.", body = BusyTimes)))]
#[get("/v1/calendars/{id}/busy-times")]
async fn list_busy_times(
    call: Call,
    id: PathId<id::Calendar>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    let range = query.0.interval(call.app.clock.now(), LONGEST_DAYS)?;
    let mut items = call.read(move |ctx| imported::times(ctx, id.0, range, TIMES)).await?;
    let more = items.len() > TIMES;
    items.truncate(TIMES);
    Ok(HttpResponse::Ok().json(BusyTimes { items, more }))
}
