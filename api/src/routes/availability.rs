//! When trainers can teach.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_domain::{
    availability::{Availability, AvailabilityDetails},
    id,
};
use packhorse_services::availability;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_availability)
        .service(create_availability)
        .service(get_availability)
        .service(update_availability)
        .service(delete_availability);
}

resource! { Availability => "availability"; }

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

/// Shows one statement about a trainer's time.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "trainers", params(("id" = id::AvailabilityId, Path, description = "The statement.")), responses((status = 200, description = "The statement.", body = Availability)))]
#[get("/v1/availability/{id}")]
async fn get_availability(call: Call, id: PathId<id::Availability>) -> Result<HttpResponse, Problem> {
    Ok(call.one(&call.read(move |ctx| availability::get(ctx, id.0)).await?))
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
