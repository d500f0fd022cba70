//! Tours: a plan's road shows, offered and answered whole.

use actix_web::{HttpResponse, get, http::StatusCode, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, NetworkId, RequestId, TourId, TourPlanId, TrainerId},
    tour::{Tour, TourStateName},
    tour_plan::TourPlan,
};
use packhorse_services::tours::{self, Asking, TourFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::requests::Reason;
use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_tours)
        .service(offer_tours)
        .service(get_tour)
        .service(accept_tour)
        .service(decline_tour)
        .service(withdraw_tour)
        .service(replan_tour)
        .service(consent_to_share);
}

resource! { Tour => "tours"; }

/// Which tours of a plan are to be offered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TourOffer {
    /// Those of these trainers; all when empty.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[serde(default)]
    trainers: Vec<TrainerId>,
    /// A word to the trainers.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    message: String,
}

/// What a trainer does not take.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TourRefusal {
    /// Why, in words.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, example = "I cannot be in Goodland that day")]
    #[serde(default)]
    reason: String,
    /// The requests they do not want to serve; all when empty.
    #[validate(length(max = 60))]
    #[schema(max_items = 60)]
    #[serde(default)]
    not: Vec<RequestId>,
}

/// Whose share is agreed to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct ShareConsent {
    /// The request of the stop.
    request: RequestId,
}

/// Tours that were offered together.
#[derive(Serialize, ToSchema)]
struct Offered {
    /// Each with its stops, what it takes, and what each stop pays.
    items: Vec<Tour>,
}

/// Which tours.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TourQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// That this trainer is asked for.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// In this state.
    #[param(inline, value_type = Option<TourStateName>)]
    state: Option<TourStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for TourQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            trainer: from.take("trainer"),
            state: from.word("state"),
            page: from.page::<id::Tour>(),
        }
    }
}

/// Lists tours.
///
/// Those of networks you coordinate, those you or trainers of your network are asked for, and those that stop at your libraries.
#[utoipa::path(tag = "tours", params(TourQuery, PageQuery), responses((status = 200, description = "One page of tours.", body = PageOf<Tour>)))]
#[get("/v1/tours")]
async fn list_tours(call: Call, query: QueryOf<TourQuery>) -> Result<HttpResponse, Problem> {
    let TourQuery { network, trainer, state, page } = query.0;
    call.list(page, move |ctx, page| tours::list(ctx, TourFilter { network, trainer, state }, page)).await
}

/// Offers the tours of a plan.
///
/// Each stop of each tour is held for its trainer, or none is: where something stands against that, the answer is 409 and names
/// every stop. Each stop is priced with its share of the tour's travel. Trainers answer for the whole tour. For coordinators.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), request_body = TourOffer, responses((status = 201, description = "The tours, offered.", body = Offered)))]
#[post("/v1/tour-plans/{id}/tours")]
async fn offer_tours(call: Call, id: PathId<id::TourPlan>, body: Body<TourOffer>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| {
        let asking = Asking { trainers: input.trainers.clone(), message: input.message.clone() };
        let items = tours::make(ctx, id.0, &asking)?;
        Reply::json(StatusCode::CREATED, &Offered { items })
    })
    .await
}

/// Shows a tour.
///
/// With its stops, what it takes, and what each stop pays.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), responses((status = 200, description = "The tour.", body = Tour)))]
#[get("/v1/tours/{id}")]
async fn get_tour(call: Call, id: PathId<id::Tour>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| tours::get(ctx, id.0)).await
}

/// Accepts a tour.
///
/// A booking for each stop, all at once; where one cannot be booked any more, none is, and the answer is 409 and names every such
/// stop. For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), responses((status = 200, description = "The tour, with its bookings.", body = Tour)))]
#[post("/v1/tours/{id}/accept")]
async fn accept_tour(call: Call, id: PathId<id::Tour>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&tours::accept(ctx, id.0, &expected)?)).await
}

/// Declines a tour, or stops of it.
///
/// Its time is free again. With `not`, another plan is asked for, in which those requests go to somebody else and the other stops
/// stay as they are: `replanned` names it. For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), request_body = TourRefusal, responses((status = 200, description = "The tour, declined.", body = Tour)))]
#[post("/v1/tours/{id}/decline")]
async fn decline_tour(call: Call, id: PathId<id::Tour>, body: Body<TourRefusal>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    let planner = call.app.planner.clone();
    let reply = call
        .write(move |ctx| Reply::changed(&tours::decline(ctx, id.0, &expected, &input.reason, &input.not)?))
        .await?;
    planner.notify_one();
    Ok(reply)
}

/// Withdraws a tour.
///
/// With all its offers. For coordinators of the network that asks.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), request_body = Reason, responses((status = 200, description = "The tour, withdrawn.", body = Tour)))]
#[post("/v1/tours/{id}/withdraw")]
async fn withdraw_tour(call: Call, id: PathId<id::Tour>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&tours::withdraw(ctx, id.0, &expected, &input.reason)?)).await
}

/// Plans a tour again.
///
/// For when a library dropped out: its stops that stand are fixed, and the trainer may serve any open request on those days
/// besides. For coordinators of the network that asks.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), responses((status = 201, description = "The plan, queued.", body = TourPlan)))]
#[post("/v1/tours/{id}/replan")]
async fn replan_tour(call: Call, id: PathId<id::Tour>) -> Result<HttpResponse, Problem> {
    let planner = call.app.planner.clone();
    let reply = call.write(move |ctx| Reply::created(&tours::replan(ctx, id.0)?)).await?;
    planner.notify_one();
    Ok(reply)
}

/// Agrees to another share of a tour.
///
/// When a library drops out, `revised` tells what the others would pay. It counts once every stop that would pay more has agreed.
/// For the library's staff and the network's coordinators.
#[utoipa::path(tag = "tours", params(("id" = TourId, Path, description = "The tour.")), request_body = ShareConsent, responses((status = 200, description = "The tour.", body = Tour)))]
#[post("/v1/tours/{id}/consent")]
async fn consent_to_share(call: Call, id: PathId<id::Tour>, body: Body<ShareConsent>) -> Result<HttpResponse, Problem> {
    let (expected, request) = (call.expected(), body.0.request);
    call.write(move |ctx| Reply::changed(&tours::consent(ctx, id.0, &expected, request)?)).await
}
