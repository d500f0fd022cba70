//! Networks.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_domain::{
    id,
    network::{Network, NetworkDetails},
};
use packhorse_services::networks;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_networks).service(create_network).service(get_network).service(update_network);
}

resource! { Network => "networks"; }

/// Lists networks.
///
/// Yours, and those on either side of a partnership with yours.
#[utoipa::path(tag = "networks", params(PageQuery), responses((status = 200, description = "One page of networks.", body = PageOf<Network>)))]
#[get("/v1/networks")]
async fn list_networks(call: Call, query: QueryOf<OnlyPage<id::Network>>) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, networks::list).await
}

/// Makes a network.
///
/// For operators. A network that says nothing of its policy gets one that works.
#[utoipa::path(tag = "networks", request_body = NetworkDetails, responses((status = 201, description = "The network.", body = Network)))]
#[post("/v1/networks")]
async fn create_network(call: Call, body: Body<NetworkDetails>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&networks::create(ctx, input.clone())?)).await
}

/// Shows a network.
///
/// With its policy, and the version that a change must name.
#[utoipa::path(tag = "networks", params(("id" = id::NetworkId, Path, description = "The network.")), responses((status = 200, description = "The network.", body = Network)))]
#[get("/v1/networks/{id}")]
async fn get_network(call: Call, id: PathId<id::Network>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| networks::get(ctx, id.0)).await
}

/// Changes a network or its policy.
///
/// For its coordinators. Offers and bookings that stand keep the terms they were made under.
#[utoipa::path(
    tag = "networks",
    params(("id" = id::NetworkId, Path, description = "The network.")),
    request_body(content = NetworkDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The network as it is now.", body = Network))
)]
#[patch("/v1/networks/{id}")]
async fn update_network(
    call: Call,
    id: PathId<id::Network>,
    patch: Patch<NetworkDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&networks::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}
