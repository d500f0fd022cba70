//! Editions of workshops, what is made of them, and how much networks give and take.

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use packhorse_domain::{
    id::{self, NetworkId},
    workshop::{Edition, Workshop},
};
use packhorse_services::workshops;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, PageOf, Reply},
    input::{Body, OnlyPage, PageQuery, PathId, QueryOf},
    problem::{self, Problem},
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_editions)
        .service(get_edition)
        .service(adapt_workshop)
        .service(list_adaptations)
        .service(get_give_and_take);
}

/// Editions of one workshop.
#[derive(Serialize, ToSchema)]
struct Editions {
    /// The newest first, at most a hundred.
    items: Vec<Edition>,
}

/// What is to be made of a workshop.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Adaptation {
    /// Whose catalog it is for.
    network: NetworkId,
    /// License of the adaptation, SPDX expression; that of the original when absent.
    #[validate(length(min = 1, max = 100), custom(function = "packhorse_domain::license::spdx_expression"))]
    #[schema(min_length = 1, max_length = 100, example = "CC-BY-SA-4.0")]
    license: Option<String>,
}

/// How much a network gave to others, and took from them. Nothing is refused to who took more.
#[derive(Serialize, ToSchema)]
struct GiveAndTake {
    /// Published workshops of others that were made of its own.
    #[schema(example = 4)]
    adapted_by_others: i64,
    /// Its own published workshops that were made of others'.
    #[schema(example = 2)]
    adapted_from_others: i64,
    /// Workshops its trainers taught elsewhere.
    #[schema(example = 11)]
    taught_elsewhere: i64,
    /// Workshops trainers of others taught in it.
    #[schema(example = 7)]
    taught_by_others: i64,
}

/// Lists the editions of a workshop.
///
/// Each change of a published workshop makes the next edition; bookings keep theirs. The newest hundred.
#[utoipa::path(tag = "catalog", params(("id" = id::WorkshopId, Path, description = "The workshop.")), responses((status = 200, description = "The editions.", body = Editions)))]
#[get("/v1/workshops/{id}/editions")]
async fn list_editions(call: Call, id: PathId<id::Workshop>) -> Result<HttpResponse, Problem> {
    let items = call.read(move |ctx| workshops::editions(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().json(Editions { items }))
}

/// Shows an edition of a workshop.
///
/// It stays as it was.
#[utoipa::path(
    tag = "catalog",
    params(
        ("id" = id::WorkshopId, Path, description = "The workshop."),
        ("edition" = u32, Path, minimum = 1, description = "Which edition.")
    ),
    responses((status = 200, description = "The edition.", body = Edition))
)]
#[get("/v1/workshops/{id}/editions/{edition}")]
async fn get_edition(
    call: Call,
    id: PathId<id::Workshop>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let edition = path.1.parse().map_err(|_| Problem::new(problem::NOT_FOUND, "there is no such edition"))?;
    let edition = call.read(move |ctx| workshops::edition(ctx, id.0, edition)).await?;
    Ok(HttpResponse::Ok().json(edition))
}

/// Adapts a workshop.
///
/// For coordinators of the network that it is for, of any workshop that they or everybody find: a draft with the words of the published original, and with everybody named
/// whose work is in it. 422 when the license of the original does not permit it, or not under that license: `unlicensed`,
/// `not_adaptable`, `incompatible`. The network of the original finds an event `adapt` among its changes.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::WorkshopId, Path, description = "The original.")),
    request_body = Adaptation,
    responses((status = 201, description = "The draft.", body = Workshop))
)]
#[post("/v1/workshops/{id}/adapt")]
async fn adapt_workshop(call: Call, id: PathId<id::Workshop>, body: Body<Adaptation>) -> Result<HttpResponse, Problem> {
    let Adaptation { network, license } = body.0.into_inner();
    call.write(move |ctx| Reply::created(&workshops::adapt(ctx, id.0, network, license.clone())?)).await
}

/// Lists what was made of a workshop.
///
/// As far as you see it: drafts are shown to their coordinators only.
#[utoipa::path(tag = "catalog", params(("id" = id::WorkshopId, Path, description = "The original."), PageQuery), responses((status = 200, description = "One page of workshops.", body = PageOf<Workshop>)))]
#[get("/v1/workshops/{id}/adaptations")]
async fn list_adaptations(
    call: Call,
    id: PathId<id::Workshop>,
    query: QueryOf<OnlyPage<id::Workshop>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| workshops::adaptations(ctx, id.0, page)).await
}

/// Shows how much a network gives and takes.
///
/// Adaptations of published workshops, and workshops taught across the border. Nothing is refused to who took more.
#[utoipa::path(tag = "networks", params(("id" = id::NetworkId, Path, description = "The network.")), responses((status = 200, description = "The balance.", body = GiveAndTake)))]
#[get("/v1/networks/{id}/give-and-take")]
async fn get_give_and_take(call: Call, id: PathId<id::Network>) -> Result<HttpResponse, Problem> {
    let found = call.read(move |ctx| workshops::give_and_take(ctx, id.0)).await?;
    let balance = GiveAndTake {
        adapted_by_others: found.adapted_by_others,
        adapted_from_others: found.adapted_from_others,
        taught_elsewhere: found.taught_elsewhere,
        taught_by_others: found.taught_by_others,
    };
    Ok(HttpResponse::build(StatusCode::OK).json(balance))
}
