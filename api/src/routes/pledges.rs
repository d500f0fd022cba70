//! Pooled requests: what neighbors pledge to them.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_domain::{
    id::{self, LibraryId, PledgeId, RequestId},
    pledge::{Pledge, PledgeDetails},
    request::{PoolDetails, TrainingRequest},
};
use packhorse_services::{pledges, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::requests::Reason;
use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(gather_request)
        .service(list_pledges)
        .service(create_pledge)
        .service(get_pledge)
        .service(update_pledge)
        .service(consent_to_terms)
        .service(withdraw_pledge);
}

resource! { Pledge => "pledges"; }

/// A pledge that is to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PledgeCreate {
    /// The library that joins.
    library: LibraryId,
    /// The number of the terms that were seen; the present ones, unless it is said. 409 `other_terms` when they are others by now.
    #[validate(range(min = 1))]
    #[schema(minimum = 1)]
    terms: Option<u32>,
    /// What it brings.
    #[validate(nested)]
    details: PledgeDetails,
}

/// The terms that a library agrees to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Consenting {
    /// Their number, as the request's pool shows it.
    #[validate(range(min = 1))]
    #[schema(minimum = 1, example = 2)]
    terms: u32,
}

/// Has a request wait for neighbors.
///
/// Everybody with a role in the network sees it then, and libraries may join it with seats and money. Once enough has come together
/// it goes on as if it were submitted; if not by the last day, it expires, and nobody owes anything. Asked again, it asks for
/// something else, and those who joined have to agree to that. What is there already goes on at once. For the library's staff and
/// the network's coordinators; 409 `offers_out` while trainers are asked.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = PoolDetails, responses((status = 200, description = "The request, gathering, or on its way when enough is there.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/gather")]
async fn gather_request(call: Call, id: PathId<id::Request>, body: Body<PoolDetails>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&requests::gather(ctx, id.0, &expected, input.clone())?)).await
}

/// Lists the pledges to a request.
///
/// Those that were withdrawn or released, too. For those who joined and stayed, the library that asks and the network's coordinators;
/// others see none but their own.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request."), PageQuery), responses((status = 200, description = "One page of pledges.", body = PageOf<Pledge>)))]
#[get("/v1/requests/{id}/pledges")]
async fn list_pledges(
    call: Call,
    id: PathId<id::Request>,
    query: QueryOf<OnlyPage<id::Pledge>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| pledges::list(ctx, id.0, page)).await
}

/// Joins a request.
///
/// For staff of another library of the network, as long as nobody is booked. Whoever makes enough come together has the request go on
/// in the same moment; until a trainer is booked everybody may leave. 409 `pledge_exists` for a library that joined before,
/// `room_full` and `pool_full` where there is no place.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = PledgeCreate, responses((status = 201, description = "The pledge.", body = Pledge)))]
#[post("/v1/requests/{id}/pledges")]
async fn create_pledge(call: Call, id: PathId<id::Request>, body: Body<PledgeCreate>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| {
        let details = input.clone().map(|input| input.details);
        Reply::created(&pledges::create(ctx, id.0, input.library, input.terms, details)?)
    })
    .await
}

/// Shows a pledge.
///
/// With the version that a change must name.
#[utoipa::path(tag = "requests", params(("id" = PledgeId, Path, description = "The pledge.")), responses((status = 200, description = "The pledge.", body = Pledge)))]
#[get("/v1/pledges/{id}")]
async fn get_pledge(call: Call, id: PathId<id::Pledge>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| pledges::get(ctx, id.0)).await
}

/// Changes what a library brings.
///
/// For its staff, as long as nobody is booked. When too little is left, offers that are out are withdrawn, and the request waits for
/// neighbors again.
#[utoipa::path(
    tag = "requests",
    params(("id" = PledgeId, Path, description = "The pledge.")),
    request_body(content = PledgeDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The pledge as it is now.", body = Pledge))
)]
#[patch("/v1/pledges/{id}")]
async fn update_pledge(
    call: Call,
    id: PathId<id::Pledge>,
    patch: Patch<PledgeDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&pledges::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}

/// Agrees to the terms of a request.
///
/// They change with dates, place, format, language, workshop, topic, level, duration and what is asked for; until the library agrees,
/// what it brings does not count (`consent_needed` of the request's pool). 409 `other_terms` when they are others by now.
#[utoipa::path(tag = "requests", params(("id" = PledgeId, Path, description = "The pledge.")), request_body = Consenting, responses((status = 200, description = "The pledge, which counts again.", body = Pledge)))]
#[post("/v1/pledges/{id}/consent")]
async fn consent_to_terms(call: Call, id: PathId<id::Pledge>, body: Body<Consenting>) -> Result<HttpResponse, Problem> {
    let (expected, terms) = (call.expected(), body.0.terms);
    call.write(move |ctx| Reply::changed(&pledges::consent(ctx, id.0, &expected, terms)?)).await
}

/// Leaves a request.
///
/// For the library's staff, as long as nobody is booked. When too little is left, offers that are out are withdrawn, and the request
/// waits for neighbors again, for a week at least.
#[utoipa::path(tag = "requests", params(("id" = PledgeId, Path, description = "The pledge.")), request_body = Reason, responses((status = 200, description = "The pledge, withdrawn.", body = Pledge)))]
#[post("/v1/pledges/{id}/withdraw")]
async fn withdraw_pledge(call: Call, id: PathId<id::Pledge>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&pledges::withdraw(ctx, id.0, &expected, input.reason.clone())?)).await
}
