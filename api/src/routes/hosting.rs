//! When libraries can host.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_domain::{availability::AvailabilityDetails, id, library::HostingHours};
use packhorse_services::hosting;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_hosting_hours)
        .service(create_hosting_hours)
        .service(get_hosting_hours)
        .service(update_hosting_hours)
        .service(delete_hosting_hours);
}

resource! { HostingHours => "hosting-hours"; }

/// Lists when a library can host.
///
/// For its staff and the coordinators of its network.
#[utoipa::path(tag = "libraries", params(("id" = id::LibraryId, Path, description = "The library."), PageQuery), responses((status = 200, description = "One page of statements.", body = PageOf<HostingHours>)))]
#[get("/v1/libraries/{id}/hosting-hours")]
async fn list_hosting_hours(
    call: Call,
    library: PathId<id::Library>,
    query: QueryOf<OnlyPage<id::HostingHours>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| hosting::list(ctx, library.0, page)).await
}

/// Says when a library can host, or is closed.
///
/// For its staff and the coordinators of its network. A library that says nothing can host at any time; one that has said
/// when it can, can host then only. Days off override all.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::LibraryId, Path, description = "The library.")),
    request_body = AvailabilityDetails,
    responses((status = 201, description = "The statement.", body = HostingHours))
)]
#[post("/v1/libraries/{id}/hosting-hours")]
async fn create_hosting_hours(
    call: Call,
    library: PathId<id::Library>,
    body: Body<AvailabilityDetails>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&hosting::create(ctx, library.0, input.clone())?)).await
}

/// Shows one statement on when a library can host.
///
/// For its staff and the coordinators of its network.
#[utoipa::path(tag = "libraries", params(("id" = id::HostingHoursId, Path, description = "The statement.")), responses((status = 200, description = "The statement.", body = HostingHours)))]
#[get("/v1/hosting-hours/{id}")]
async fn get_hosting_hours(call: Call, id: PathId<id::HostingHours>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| hosting::get(ctx, id.0)).await
}

/// Changes a statement on when a library can host.
///
/// For its staff and the coordinators of its network. Bookings that stand are not touched. To change its kind, clear
/// the members of the old one with `null`.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::HostingHoursId, Path, description = "The statement.")),
    request_body(content = AvailabilityDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The statement as it is now.", body = HostingHours))
)]
#[patch("/v1/hosting-hours/{id}")]
async fn update_hosting_hours(
    call: Call,
    id: PathId<id::HostingHours>,
    patch: Patch<AvailabilityDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&hosting::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}

/// Takes a statement on when a library can host back.
///
/// For its staff and the coordinators of its network. Bookings that stand are not touched.
#[utoipa::path(tag = "libraries", params(("id" = id::HostingHoursId, Path, description = "The statement.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/hosting-hours/{id}")]
async fn delete_hosting_hours(call: Call, id: PathId<id::HostingHours>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| hosting::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}
