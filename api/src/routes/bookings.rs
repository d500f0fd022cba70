//! Bookings.

use actix_web::{HttpResponse, get, post};
use packhorse_db::Page;
use packhorse_domain::{
    Timestamp,
    booking::{Booking, BookingStateName},
    id::{self, BookingId, LibraryId, RequestId, TrainerId},
};
use packhorse_services::{
    bookings::{self, BookingFilter},
    roads::Errand,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::requests::Reason;
use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_bookings)
        .service(get_booking)
        .service(confirm_booking)
        .service(reschedule_booking)
        .service(cancel_booking)
        .service(deliver_booking)
        .service(close_booking);
}

resource! { Booking => "bookings"; }

/// Another time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Rescheduling {
    /// When the workshop begins now.
    starts_at: Timestamp,
    /// Why, for everybody who sees it.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    reason: String,
}

/// How it went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Delivery {
    /// How many people came.
    #[validate(range(max = 100_000))]
    #[schema(maximum = 100_000, example = 18)]
    attendance: u32,
}

/// Which bookings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct BookingQuery {
    /// For this request.
    #[param(value_type = Option<RequestId>)]
    request: Option<RequestId>,
    /// Hosted by this library.
    #[param(value_type = Option<LibraryId>)]
    library: Option<LibraryId>,
    /// Taught by this trainer.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// In this state.
    #[param(inline, value_type = Option<BookingStateName>)]
    state: Option<BookingStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for BookingQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            request: from.take("request"),
            library: from.take("library"),
            trainer: from.take("trainer"),
            state: from.word("state"),
            page: from.page::<id::Booking>(),
        }
    }
}

/// Lists bookings.
///
/// Those of networks you coordinate, of libraries you work in, your own, and those of trainers you lend.
#[utoipa::path(tag = "bookings", params(BookingQuery, PageQuery), responses((status = 200, description = "One page of bookings.", body = PageOf<Booking>)))]
#[get("/v1/bookings")]
async fn list_bookings(call: Call, query: QueryOf<BookingQuery>) -> Result<HttpResponse, Problem> {
    let BookingQuery { request, library, trainer, state, page } = query.0;
    let filter = BookingFilter { request, library, trainer, state };
    call.list(page, move |ctx, page| bookings::list(ctx, &filter, page)).await
}

/// Shows a booking.
///
/// With the terms as they were accepted and the times it had before.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), responses((status = 200, description = "The booking.", body = Booking)))]
#[get("/v1/bookings/{id}")]
async fn get_booking(call: Call, id: PathId<id::Booking>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| bookings::get(ctx, id.0)).await
}

/// Confirms a booking.
///
/// For the host: from now on both sides stand by it.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), responses((status = 200, description = "The booking, confirmed.", body = Booking)))]
#[post("/v1/bookings/{id}/confirm")]
async fn confirm_booking(call: Call, id: PathId<id::Booking>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&bookings::confirm(ctx, id.0, &expected)?)).await
}

/// Moves a booking to another time.
///
/// For coordinators. The trainer must be free then; travel is reckoned anew, and the history keeps the time it had.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), request_body = Rescheduling, responses((status = 200, description = "The booking at its new time.", body = Booking)))]
#[post("/v1/bookings/{id}/reschedule")]
async fn reschedule_booking(
    call: Call,
    id: PathId<id::Booking>,
    body: Body<Rescheduling>,
) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.survey(Errand::Move(id.0)).await;
    call.write(move |ctx| {
        Reply::changed(&bookings::reschedule(ctx, id.0, &expected, input.starts_at, input.reason.clone())?)
    })
    .await
}

/// Cancels a booking.
///
/// The time is free again and the request open. When the host cancels, the terms of the booking say what is owed.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), request_body = Reason, responses((status = 200, description = "The booking, canceled.", body = Booking)))]
#[post("/v1/bookings/{id}/cancel")]
async fn cancel_booking(call: Call, id: PathId<id::Booking>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&bookings::cancel(ctx, id.0, &expected, input.reason.clone())?)).await
}

/// Says that it was taught.
///
/// Once its end has passed, with how many people came. Its request is fulfilled.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), request_body = Delivery, responses((status = 200, description = "The booking, delivered.", body = Booking)))]
#[post("/v1/bookings/{id}/deliver")]
async fn deliver_booking(call: Call, id: PathId<id::Booking>, body: Body<Delivery>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&bookings::deliver(ctx, id.0, &expected, input.attendance)?)).await
}

/// Closes a booking.
///
/// Everything about it is settled.
#[utoipa::path(tag = "bookings", params(("id" = BookingId, Path, description = "The booking.")), responses((status = 200, description = "The booking, closed.", body = Booking)))]
#[post("/v1/bookings/{id}/close")]
async fn close_booking(call: Call, id: PathId<id::Booking>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&bookings::close(ctx, id.0, &expected)?)).await
}
