//! Trainers.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    booking::Deliveries,
    id::{self, NetworkId},
    trainer::{Trainer, TrainerDetails},
};
use packhorse_services::{
    bookings,
    trainers::{self, TrainerFilter},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, Patch, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_trainers).service(create_trainer).service(get_trainer).service(update_trainer);
    config.service(get_trainer_deliveries);
}

resource! { Trainer => "trainers"; }

/// A trainer who is to be added.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TrainerCreate {
    /// Their home network.
    network: NetworkId,
    /// What is said of them.
    #[validate(nested)]
    details: TrainerDetails,
}

/// Which trainers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TrainerQuery {
    /// Of this home network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Taking offers at present, or not.
    active: Option<bool>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for TrainerQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), active: from.take("active"), page: from.page::<id::Trainer>() }
    }
}

/// Lists trainers.
///
/// Those of your networks, those that networks lending to yours show to partners, and those everybody may find.
#[utoipa::path(tag = "trainers", params(TrainerQuery, PageQuery), responses((status = 200, description = "One page of trainers.", body = PageOf<Trainer>)))]
#[get("/v1/trainers")]
async fn list_trainers(call: Call, query: QueryOf<TrainerQuery>) -> Result<HttpResponse, Problem> {
    let TrainerQuery { network, active, page } = query.0;
    let filter = TrainerFilter { network, active };
    call.list(page, move |ctx, page| trainers::list(ctx, &filter, page)).await
}

/// Adds a trainer to their home network.
///
/// For coordinators of the network: somebody signs in as the trainer once they are given the role. In an informal network whoever
/// takes part adds themselves, and is the trainer at once.
#[utoipa::path(tag = "trainers", request_body = TrainerCreate, responses((status = 201, description = "The trainer.", body = Trainer)))]
#[post("/v1/trainers")]
async fn create_trainer(call: Call, body: Body<TrainerCreate>) -> Result<HttpResponse, Problem> {
    let (network, details) = (body.0.network, body.0.map(|input| input.details));
    call.write(move |ctx| Reply::created(&trainers::create(ctx, network, details.clone())?)).await
}

/// Shows a trainer.
///
/// With the version that a change must name.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer.")), responses((status = 200, description = "The trainer.", body = Trainer)))]
#[get("/v1/trainers/{id}")]
async fn get_trainer(call: Call, id: PathId<id::Trainer>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| trainers::get(ctx, id.0)).await
}

/// Changes what is said of a trainer.
///
/// For the trainer and the coordinators of their home network. Offers and bookings that stand keep their terms.
#[utoipa::path(
    tag = "trainers",
    params(("id" = id::TrainerId, Path, description = "The trainer.")),
    request_body(content = TrainerDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The trainer as they are now.", body = Trainer))
)]
#[patch("/v1/trainers/{id}")]
async fn update_trainer(
    call: Call,
    id: PathId<id::Trainer>,
    patch: Patch<TrainerDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&trainers::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Tells what came of what a trainer took on.
///
/// Counted from bookings that were delivered, without the names of others: workshops, people, different libraries, first and last
/// day, and how many the trainer's side canceled. For whoever sees the trainer.
#[utoipa::path(tag = "trainers", params(("id" = id::TrainerId, Path, description = "The trainer.")), responses((status = 200, description = "The figures.", body = Deliveries)))]
#[get("/v1/trainers/{id}/deliveries")]
async fn get_trainer_deliveries(call: Call, id: PathId<id::Trainer>) -> Result<HttpResponse, Problem> {
    let figures = call.read(move |ctx| bookings::deliveries_of_trainer(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().json(figures))
}
