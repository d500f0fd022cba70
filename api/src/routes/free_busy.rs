//! When trainers are free, and when they are busy; the times of which a statement speaks.

use actix_web::{HttpResponse, get, post};
use jiff::civil::DateTime;
use packhorse_calendar::{
    availability::{Occurrence, occurrences},
    vavailability,
};
use packhorse_domain::{
    Interval, Timestamp,
    availability::AvailabilityDetails,
    commitment::FreeBusy,
    id::{self, AvailabilityId, TrainerId},
};
use packhorse_services::{availability, free_busy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use crate::{
    call::Call,
    input::{Body, LONGEST_DAYS, PathId, QueryOf, RangeQuery},
    lines::CALENDAR_TYPE,
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(get_free_busy)
        .service(get_free_busy_ics)
        .service(query_free_busy)
        .service(list_occurrences)
        .service(preview_occurrences);
}

/// Most days of one answer about free and busy times.
const FREE_BUSY_DAYS: i64 = 731;
/// Most days of one answer about many trainers.
const MANY_DAYS: i64 = 93;
/// Most times of one answer.
const OCCURRENCES: usize = 1000;

/// Whose time is asked for, and which.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "range"))]
struct FreeBusyQuestion {
    /// Whose; each once.
    #[validate(length(min = 1, max = 100), custom(function = "once"))]
    #[schema(min_items = 1, max_items = 100)]
    trainers: Vec<TrainerId>,
    /// From this instant.
    #[schema(example = "2027-03-01T06:00:00Z")]
    from: Timestamp,
    /// To this instant, at most 93 days later.
    #[schema(example = "2027-03-08T06:00:00Z")]
    to: Timestamp,
}

fn once(trainers: &[TrainerId]) -> Result<(), ValidationError> {
    let mut sorted = trainers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() == trainers.len() { Ok(()) } else { Err(ValidationError::new("named_twice")) }
}

fn range(question: &FreeBusyQuestion) -> Result<(), ValidationError> {
    let days = jiff::SignedDuration::from_hours(24 * MANY_DAYS);
    if question.to <= question.from {
        Err(ValidationError::new("end_before_start"))
    } else if question.to.duration_since(question.from) > days {
        Err(ValidationError::new("too_long"))
    } else {
        Ok(())
    }
}

/// The time of several trainers.
#[derive(Serialize, ToSchema)]
struct FreeBusyAnswer {
    /// In the order of the question.
    items: Vec<FreeBusy>,
}

/// One time of which a statement speaks.
#[derive(Serialize, ToSchema)]
struct Told {
    /// From this instant.
    start: Timestamp,
    /// To this instant.
    end: Timestamp,
    /// The local time at which it begins. One that daylight saving skips begins later.
    #[schema(value_type = String, example = "2027-03-03T09:00:00")]
    local_start: DateTime,
    /// The local time at which it ends.
    #[schema(value_type = String, example = "2027-03-03T12:00:00")]
    local_end: DateTime,
    /// The local start by the rule: another than `local_start` for an instance that was moved.
    #[schema(value_type = String, example = "2027-03-03T09:00:00")]
    instance: DateTime,
}

/// The times of which a statement speaks, in order.
#[derive(Serialize, ToSchema)]
struct Times {
    /// At most 1,000 of them.
    items: Vec<Told>,
    /// Whether there are more: ask on from the start of the last.
    more: bool,
}

impl Times {
    fn of(statement: &AvailabilityDetails, range: Interval) -> Self {
        let found = occurrences(statement, range, OCCURRENCES);
        let told = |each: Occurrence| Told {
            start: each.time.start,
            end: each.time.end,
            local_start: each.start,
            local_end: each.end,
            instance: each.instance,
        };
        Self { items: found.items.into_iter().map(told).collect(), more: found.more }
    }
}

/// Shows when a trainer is free and when they are busy.
///
/// For everybody who sees the trainer; nobody is told what takes the time. At most 731 days.
#[utoipa::path(tag = "trainers", params(("id" = TrainerId, Path, description = "The trainer."), RangeQuery), responses((status = 200, description = "Their time.", body = FreeBusy)))]
#[get("/v1/trainers/{id}/free-busy")]
async fn get_free_busy(
    call: Call,
    id: PathId<id::Trainer>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    let range = query.0.interval(call.app.clock.now(), FREE_BUSY_DAYS)?;
    Ok(HttpResponse::Ok().json(call.read(move |ctx| free_busy::of_trainer(ctx, id.0, range)).await?))
}

/// Shows when a trainer is busy as iCalendar.
///
/// The same as JSON's, as one `VFREEBUSY` (RFC 5545): what is not named is free. `BUSY-TENTATIVE` may be free again soon;
/// `BUSY-UNAVAILABLE` is time for which they have not said that they can teach.
#[utoipa::path(tag = "trainers", params(("id" = TrainerId, Path, description = "The trainer."), RangeQuery), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/trainers/{id}/free-busy.ics")]
async fn get_free_busy_ics(
    call: Call,
    id: PathId<id::Trainer>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    let now = call.app.clock.now();
    let range = query.0.interval(now, FREE_BUSY_DAYS)?;
    let told = call.read(move |ctx| free_busy::of_trainer(ctx, id.0, range)).await?;
    Ok(HttpResponse::Ok().content_type(CALENDAR_TYPE).body(vavailability::free_busy(&told, range, now)))
}

/// Shows when several trainers are free and when they are busy.
///
/// The same as for one, for up to 100 at once and at most 93 days. Nothing is kept.
#[utoipa::path(tag = "trainers", request_body = FreeBusyQuestion, responses((status = 200, description = "Their time.", body = FreeBusyAnswer)))]
#[post("/v1/free-busy")]
async fn query_free_busy(call: Call, body: Body<FreeBusyQuestion>) -> Result<HttpResponse, Problem> {
    let FreeBusyQuestion { trainers, from, to } = body.0.into_inner();
    let range = Interval { start: from, end: to };
    let items = call.read(move |ctx| free_busy::of_trainers(ctx, &trainers, range)).await?;
    Ok(HttpResponse::Ok().json(FreeBusyAnswer { items }))
}

/// Lists the times of which a statement about a trainer's time speaks.
///
/// Those that share an instant with the range, whether the statement calls them free or not.
#[utoipa::path(tag = "trainers", params(("id" = AvailabilityId, Path, description = "The statement."), RangeQuery), responses((status = 200, description = "Its times, in order.", body = Times)))]
#[get("/v1/availability/{id}/occurrences")]
async fn list_occurrences(
    call: Call,
    id: PathId<id::Availability>,
    query: QueryOf<RangeQuery>,
) -> Result<HttpResponse, Problem> {
    let range = query.0.interval(call.app.clock.now(), LONGEST_DAYS)?;
    let times =
        move |ctx: &mut packhorse_services::Context<'_>| Ok(Times::of(&availability::get(ctx, id.0)?.details, range));
    Ok(HttpResponse::Ok().json(call.read(times).await?))
}

/// Lists the times of which a statement would speak.
///
/// For one that is not kept yet: to see what a rule means before it counts. Nothing is kept.
#[utoipa::path(tag = "trainers", params(RangeQuery), request_body = AvailabilityDetails, responses((status = 200, description = "Its times, in order.", body = Times)))]
#[post("/v1/occurrences")]
async fn preview_occurrences(
    call: Call,
    query: QueryOf<RangeQuery>,
    body: Body<AvailabilityDetails>,
) -> Result<HttpResponse, Problem> {
    let range = query.0.interval(call.app.clock.now(), LONGEST_DAYS)?;
    let statement = body.0.into_inner();
    // On a database thread, since it may take a while; and only for somebody who is signed in.
    Ok(HttpResponse::Ok().json(call.read(move |_| Ok(Times::of(&statement, range))).await?))
}
