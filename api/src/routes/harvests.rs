//! Harvests of catalogs elsewhere.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_domain::{
    Valid,
    harvest::{Harvest, HarvestDetails},
    id,
};
use packhorse_services::{Error, harvests};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Begun, Call, PageOf, Reply, resource},
    feeds,
    input::{Body, OnlyPage, PageQuery, Patch, PathId, QueryOf},
    outbound::{self, Outbound},
    problem::{self, Problem},
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_harvests)
        .service(create_harvest)
        .service(get_harvest)
        .service(update_harvest)
        .service(delete_harvest)
        .service(refresh_harvest);
}

resource! { Harvest => "harvests"; }

/// The details, if their address may be called.
fn callable(outbound: &Outbound, details: Valid<HarvestDetails>) -> Result<Valid<HarvestDetails>, Error> {
    match feeds::address_fault(outbound, Some(&details.url)) {
        Some(fault) => Err(fault.into()),
        None => Ok(details),
    }
}

/// Lists the catalogs that a network harvests.
///
/// For its coordinators.
#[utoipa::path(tag = "catalog", params(("id" = id::NetworkId, Path, description = "The network."), PageQuery), responses((status = 200, description = "One page of harvests.", body = PageOf<Harvest>)))]
#[get("/v1/networks/{id}/harvests")]
async fn list_harvests(
    call: Call,
    network: PathId<id::Network>,
    query: QueryOf<OnlyPage<id::Harvest>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| harvests::list(ctx, network.0, page)).await
}

/// Harvests the catalog of a partner.
///
/// For coordinators of the network; at most 50. Any source that speaks OAI-PMH 2.0 can be harvested, another Packhorse among them
/// (`/oai`). It is read within seconds, and then again and again, each time only what changed. Its workshops come in as drafts, or are
/// published at once, as far as their license permits adaptations; they keep in `origin` where they are, name in `adapted_from` whose
/// work they are, follow each change there, and are retired when they are withdrawn there. What was harvested is not offered to
/// harvesters again. An address is `https` on the public internet, unless the installation allows its server.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::NetworkId, Path, description = "The network.")),
    request_body = HarvestDetails,
    responses((status = 201, description = "The harvest.", body = Harvest))
)]
#[post("/v1/networks/{id}/harvests")]
async fn create_harvest(
    call: Call,
    network: PathId<id::Network>,
    body: Body<HarvestDetails>,
) -> Result<HttpResponse, Problem> {
    let (input, outbound) = (body.0, call.app.outbound.clone());
    call.write(move |ctx| Reply::created(&harvests::create(ctx, network.0, callable(&outbound, input.clone())?)?)).await
}

/// Shows a harvest, and how reading it went.
///
/// For coordinators of its network.
#[utoipa::path(tag = "catalog", params(("id" = id::HarvestId, Path, description = "The harvest.")), responses((status = 200, description = "The harvest.", body = Harvest)))]
#[get("/v1/harvests/{id}")]
async fn get_harvest(call: Call, id: PathId<id::Harvest>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| harvests::get(ctx, id.0)).await
}

/// Changes a harvest.
///
/// For coordinators of its network. Unless only its name or its times change, the catalog is read whole once more; with `publish`, its
/// drafts are published then.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::HarvestId, Path, description = "The harvest.")),
    request_body(content = HarvestDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The harvest as it is now.", body = Harvest))
)]
#[patch("/v1/harvests/{id}")]
async fn update_harvest(
    call: Call,
    id: PathId<id::Harvest>,
    patch: Patch<HarvestDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge, outbound) = (call.expected(), patch.merge()?, call.app.outbound.clone());
    call.write(move |ctx| {
        let change = |present: &HarvestDetails| callable(&outbound, merge.apply(present)?);
        Reply::changed(&harvests::update(ctx, id.0, &expected, change)?)
    })
    .await
}

/// Ends a harvest.
///
/// For coordinators of its network. What came by it stays as it is.
#[utoipa::path(tag = "catalog", params(("id" = id::HarvestId, Path, description = "The harvest.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/harvests/{id}")]
async fn delete_harvest(call: Call, id: PathId<id::Harvest>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| harvests::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}

/// Reads the catalog of a harvest now.
///
/// For coordinators of its network. The first page of it, or the next: where more follow, `status.reading` says so, and they are read in
/// the background. Where the source cannot be reached, or what it sends is no harvest, `status.error` says so, and what is there
/// stays. 409 within a minute of the last try.
#[utoipa::path(tag = "catalog", params(("id" = id::HarvestId, Path, description = "The harvest.")), responses((status = 200, description = "The harvest as it is now.", body = Harvest)))]
#[post("/v1/harvests/{id}/refresh")]
async fn refresh_harvest(call: Call, id: PathId<id::Harvest>) -> Result<HttpResponse, Problem> {
    let (expected, outbound) = (call.expected(), call.app.outbound.clone());
    let busy = || Problem::new(problem::UNAVAILABLE, "too many files are being read").later(20);
    let _turn = outbound.turn_now().ok_or_else(busy)?;
    let assignment = match call.begin(move |ctx| harvests::begin(ctx, id.0, &expected)).await? {
        Begun::Ready(assignment) => assignment,
        Begun::Answered(answer) => return Ok(answer),
    };
    let within = outbound::LONGEST.min(call.app.deadlines.handler);
    let outcome = feeds::harvest(outbound.clone(), assignment.clone(), within).await;
    call.write(move |ctx| Reply::changed(&harvests::finish(ctx, &assignment, &outcome)?)).await
}
