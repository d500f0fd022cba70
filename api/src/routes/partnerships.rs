//! Partnerships between networks.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_domain::{
    id,
    network::{Partnership, PartnershipDetails},
};
use packhorse_services::partnerships;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_partnerships).service(create_partnership).service(get_partnership).service(update_partnership);
}

resource! { Partnership => "partnerships"; }

/// Lists partnerships.
///
/// Those in which your networks lend or borrow.
#[utoipa::path(tag = "networks", params(PageQuery), responses((status = 200, description = "One page of partnerships.", body = PageOf<Partnership>)))]
#[get("/v1/partnerships")]
async fn list_partnerships(call: Call, query: QueryOf<OnlyPage<id::Partnership>>) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, partnerships::list).await
}

/// Lends a network's trainers and catalog to another network.
///
/// For coordinators of the lender. Any network may borrow, whether you see it or not.
#[utoipa::path(tag = "networks", request_body = PartnershipDetails, responses((status = 201, description = "The partnership.", body = Partnership)))]
#[post("/v1/partnerships")]
async fn create_partnership(call: Call, body: Body<PartnershipDetails>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&partnerships::create(ctx, input.clone())?)).await
}

/// Shows a partnership.
///
/// To both of its networks.
#[utoipa::path(tag = "networks", params(("id" = id::PartnershipId, Path, description = "The partnership.")), responses((status = 200, description = "The partnership.", body = Partnership)))]
#[get("/v1/partnerships/{id}")]
async fn get_partnership(call: Call, id: PathId<id::Partnership>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| partnerships::get(ctx, id.0)).await
}

/// Changes the days or the terms of a partnership.
///
/// For coordinators of the lender. Its two networks stay; a partnership ends on its last day, `until`.
#[utoipa::path(
    tag = "networks",
    params(("id" = id::PartnershipId, Path, description = "The partnership.")),
    request_body(content = PartnershipDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The partnership as it is now.", body = Partnership))
)]
#[patch("/v1/partnerships/{id}")]
async fn update_partnership(
    call: Call,
    id: PathId<id::Partnership>,
    patch: Patch<PartnershipDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&partnerships::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}
