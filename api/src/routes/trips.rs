//! Trips of trainers.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_domain::{
    id,
    trip::{Trip, TripDetails},
};
use packhorse_services::trips;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_trips).service(create_trip).service(get_trip).service(update_trip).service(delete_trip);
}

resource! { Trip => "trips"; }

/// Lists a trainer's trips.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer."), PageQuery), responses((status = 200, description = "One page of trips.", body = PageOf<Trip>)))]
#[get("/v1/trainers/{id}/trips")]
async fn list_trips(
    call: Call,
    trainer: PathId<id::Trainer>,
    query: QueryOf<OnlyPage<id::Trip>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| trips::list(ctx, trainer.0, page)).await
}

/// Announces a trip.
///
/// For the trainer and the coordinators of their home network. While on it, and on its tack-on days, their way to a workshop
/// begins and ends where the trip is, within its radius; libraries there see it among their opportunities. Say besides when
/// there is time to teach.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TrainerId, Path, description = "The trainer.")),
    request_body = TripDetails,
    responses((status = 201, description = "The trip.", body = Trip))
)]
#[post("/v1/trainers/{id}/trips")]
async fn create_trip(
    call: Call,
    trainer: PathId<id::Trainer>,
    body: Body<TripDetails>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&trips::create(ctx, trainer.0, input.clone())?)).await
}

/// Shows a trip.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::TripId, Path, description = "The trip.")), responses((status = 200, description = "The trip.", body = Trip)))]
#[get("/v1/trips/{id}")]
async fn get_trip(call: Call, id: PathId<id::Trip>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| trips::get(ctx, id.0)).await
}

/// Changes a trip.
///
/// For the trainer and the coordinators of their home network. Bookings that stand are not touched.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TripId, Path, description = "The trip.")),
    request_body(content = TripDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The trip as it is now.", body = Trip))
)]
#[patch("/v1/trips/{id}")]
async fn update_trip(call: Call, id: PathId<id::Trip>, patch: Patch<TripDetails>) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&trips::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}

/// Takes a trip back.
///
/// For the trainer and the coordinators of their home network. Bookings that stand are not touched.
#[utoipa::path(tag = "trainers", params(("id" = id::TripId, Path, description = "The trip.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/trips/{id}")]
async fn delete_trip(call: Call, id: PathId<id::Trip>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| trips::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}
