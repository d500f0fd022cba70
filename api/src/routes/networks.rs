//! Networks.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Cursor;
use packhorse_domain::{
    id,
    network::{Membership, Network, NetworkDetails},
};
use packhorse_services::{memberships, networks};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, Listed, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_networks).service(create_network).service(get_network).service(update_network);
    config.service(join_network).service(leave_network).service(list_members);
}

resource! { Network => "networks"; }

impl Listed for Membership {
    fn cursor(&self) -> Cursor {
        Cursor::after(self.id)
    }
}

/// Lists networks.
///
/// Yours, those on either side of a partnership with yours, and informal ones, which anybody may join.
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

/// Takes part in an informal network.
///
/// For everybody: your word is enough. Who takes part may add themselves as a trainer (`POST /v1/trainers`) and the library they work
/// in (`POST /v1/libraries`). 409 `not_informal` for other networks, `role_held` for who takes part already.
#[utoipa::path(tag = "networks", params(("id" = id::NetworkId, Path, description = "The network.")), responses((status = 204, description = "You take part.")))]
#[post("/v1/networks/{id}/join")]
async fn join_network(call: Call, id: PathId<id::Network>) -> Result<HttpResponse, Problem> {
    call.write(move |ctx| memberships::join(ctx, id.0).map(|()| Reply::gone())).await
}

/// Takes no part in an informal network any more.
///
/// All your roles in it end at once. If you teach there, what is out to you is declined and you take no offers any more; 409
/// `bookings_stand` while you are booked. 409 `no_member` for who has no part in it.
#[utoipa::path(tag = "networks", params(("id" = id::NetworkId, Path, description = "The network.")), responses((status = 204, description = "You take no part.")))]
#[post("/v1/networks/{id}/leave")]
async fn leave_network(call: Call, id: PathId<id::Network>) -> Result<HttpResponse, Problem> {
    call.write(move |ctx| memberships::leave(ctx, id.0).map(|()| Reply::gone())).await
}

/// Lists who takes part in an informal network.
///
/// For those with a role in it: names, and since when.
#[utoipa::path(
    tag = "networks",
    params(("id" = id::NetworkId, Path, description = "The network."), PageQuery),
    responses((status = 200, description = "One page of members.", body = PageOf<Membership>))
)]
#[get("/v1/networks/{id}/members")]
async fn list_members(
    call: Call,
    id: PathId<id::Network>,
    query: QueryOf<OnlyPage<id::Role>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| memberships::list(ctx, id.0, page)).await
}
