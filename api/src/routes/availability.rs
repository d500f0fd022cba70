//! When trainers can teach.

use actix_web::{HttpResponse, delete, get, http::StatusCode, patch, post, web};
use packhorse_calendar::vavailability;
use packhorse_domain::{
    availability::{Availability, AvailabilityDetails},
    id,
};
use packhorse_services::{
    Context, Error,
    availability::{self, Import, Imported},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Parameters, Patch, PathId, Query, QueryOf, RangeQuery},
    lines::{CALENDAR_TYPE, CalendarText},
    problem::{self, Problem},
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_availability)
        .service(get_availability_ics)
        .service(import_availability)
        .service(create_availability)
        .service(get_availability)
        .service(update_availability)
        .service(delete_availability);
}

resource! { Availability => "availability"; }

/// Most days of which a text tells.
const TEXT_DAYS: i64 = 731;

/// What is to become of an import.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// `true` to take back every statement there is, in the same moment.
    #[param(default = false)]
    replace: Option<bool>,
    /// `true` to be told what would happen, and keep nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
}

impl Query for ImportQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { replace: from.take("replace"), dry_run: from.take("dry_run") }
    }
}

/// What came of an import of statements.
#[derive(Serialize, ToSchema)]
struct AvailabilityReport {
    /// Whether it was kept: `false` after a dry run, whose ids are those of nothing.
    kept: bool,
    /// The statements, in the order of the text.
    items: Vec<Availability>,
    /// How many statements were taken back for them.
    taken_back: usize,
    /// What was decided where the text leaves it open.
    notes: Vec<ReadingNote>,
}

/// What was decided in reading a text.
#[derive(Serialize, ToSchema)]
struct ReadingNote {
    /// The line of the text, from 1.
    #[schema(example = 8)]
    line: usize,
    /// What was decided.
    #[schema(example = "DTSTART has no zone: taken in America/Chicago")]
    text: String,
}

impl AvailabilityReport {
    fn of(imported: Imported, import: &Import) -> Self {
        let Imported { statements: items, taken_back } = imported;
        let notes = import.read.notes.iter().map(|note| ReadingNote { line: note.line, text: note.text.clone() });
        Self { kept: !import.dry_run, items, taken_back, notes: notes.collect() }
    }
}

/// Lists when a trainer can teach.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer."), PageQuery), responses((status = 200, description = "One page of statements.", body = PageOf<Availability>)))]
#[get("/v1/trainers/{id}/availability")]
async fn list_availability(
    call: Call,
    trainer: PathId<id::Trainer>,
    query: QueryOf<OnlyPage<id::Availability>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| availability::list(ctx, trainer.0, page)).await
}

/// Says when a trainer can teach, or cannot.
///
/// For the trainer and the coordinators of their home network. Weekly patterns and single periods add up; days off override
/// both.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TrainerId, Path, description = "The trainer.")),
    request_body = AvailabilityDetails,
    responses((status = 201, description = "The statement.", body = Availability))
)]
#[post("/v1/trainers/{id}/availability")]
async fn create_availability(
    call: Call,
    trainer: PathId<id::Trainer>,
    body: Body<AvailabilityDetails>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&availability::create(ctx, trainer.0, input.clone())?)).await
}

/// Shows when a trainer can teach as iCalendar.
///
/// Every statement as `VAVAILABILITY` (RFC 7953), for calendar programs; what is imported from it leaves the same time free.
/// Where the format cannot say what the statements do, the text names each stretch of free time from `from` to `to` instead,
/// at most 731 days. For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer."), RangeQuery), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/trainers/{id}/availability.ics")]
async fn get_availability_ics(
    call: Call,
    trainer: PathId<id::Trainer>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    let range = query.0.interval(call.app.clock.now(), TEXT_DAYS)?;
    let write = move |ctx: &mut Context<'_>| {
        let statements = availability::all(ctx, trainer.0)?;
        let changed = statements.iter().map(|each| each.record.updated_at).max();
        let said: Vec<_> = statements.into_iter().map(|each| each.details).collect();
        Ok(vavailability::write(&said, range, &trainer.0.to_string(), changed.unwrap_or(ctx.now)))
    };
    Ok(HttpResponse::Ok().content_type(CALENDAR_TYPE).body(call.read(write).await?))
}

/// Imports when a trainer can teach.
///
/// Every `VAVAILABILITY` of the text (RFC 7953): each `AVAILABLE` becomes a statement, and each priority one that sets lower
/// ones aside for its time. Times without a zone and whole days are taken in the trainer's zone; the notes say so. The
/// statements are added to those there are, or with `replace=true` take their place. The text is taken whole or not at all:
/// the answer 422 names every fault, up to 50, as `/lines/17`. Bookings that stand are not touched. For the trainer and the
/// coordinators of their home network.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TrainerId, Path, description = "The trainer."), ImportQuery),
    request_body(
        description = "iCalendar (RFC 5545 and RFC 7953), at most 5 MiB, 500 statements, and 50,000 instances a year of all of them.",
        content((String = "text/calendar", example = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VAVAILABILITY\r\nUID:1@example.org\r\nDTSTAMP:20270105T150000Z\r\nBEGIN:AVAILABLE\r\nUID:2@example.org\r\nDTSTAMP:20270105T150000Z\r\nSUMMARY:Weekdays\r\nDTSTART;TZID=America/Chicago:20270301T090000\r\nDTEND;TZID=America/Chicago:20270301T170000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n"))
    ),
    responses((status = 200, description = "The statements.", body = AvailabilityReport))
)]
#[post("/v1/trainers/{id}/availability/import")]
async fn import_availability(
    call: Call,
    trainer: PathId<id::Trainer>,
    query: QueryOf<ImportQuery>,
    text: CalendarText,
) -> Result<HttpResponse, Problem> {
    let (trainer, ImportQuery { replace, dry_run }) = (trainer.0, query.0);
    let own = call.read(move |ctx| availability::importing(ctx, trainer)).await?;
    let bytes = text.bytes()?;
    let reading = web::block(move || availability::read(&bytes, &own)).await;
    let read = reading.map_err(|_| Problem::new(problem::INTERNAL, "the program stops"))?.map_err(Error::Invalid)?;
    let (replace, dry_run) = (replace.unwrap_or_default(), dry_run.unwrap_or_default());
    let import = Import { read, replace, dry_run };
    call.write(move |ctx| {
        let imported = availability::import(ctx, trainer, &import)?;
        Reply::json(StatusCode::OK, &AvailabilityReport::of(imported, &import))
    })
    .await
}

/// Shows one statement about a trainer's time.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::AvailabilityId, Path, description = "The statement.")), responses((status = 200, description = "The statement.", body = Availability)))]
#[get("/v1/availability/{id}")]
async fn get_availability(call: Call, id: PathId<id::Availability>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| availability::get(ctx, id.0)).await
}

/// Changes a statement about a trainer's time.
///
/// For the trainer and the coordinators of their home network. Bookings that stand are not touched. To change its kind, clear
/// the members of the old one with `null`.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::AvailabilityId, Path, description = "The statement.")),
    request_body(content = AvailabilityDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The statement as it is now.", body = Availability))
)]
#[patch("/v1/availability/{id}")]
async fn update_availability(
    call: Call,
    id: PathId<id::Availability>,
    patch: Patch<AvailabilityDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&availability::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Takes a statement about a trainer's time back.
///
/// For the trainer and the coordinators of their home network. Bookings that stand are not touched.
#[utoipa::path(tag = "trainers", params(("id" = id::AvailabilityId, Path, description = "The statement.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/availability/{id}")]
async fn delete_availability(call: Call, id: PathId<id::Availability>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| availability::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}
