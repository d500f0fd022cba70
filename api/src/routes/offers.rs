//! Offers to trainers.

use actix_web::{HttpResponse, get, post};
use packhorse_db::Page;
use packhorse_domain::{
    Money, Timestamp,
    booking::Booking,
    id::{self, OfferId, QuoteId, RequestId, TrainerId},
    offer::{CounterProposal, Offer, OfferStateName},
};
use packhorse_services::{
    offers::{self, OfferFilter, Proposal},
    roads::Errand,
};
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
        .service(list_offers)
        .service(get_offer)
        .service(accept_offer)
        .service(decline_offer)
        .service(counter_offer)
        .service(revise_offer)
        .service(withdraw_offer);
}

resource! { Offer => "offers"; }

/// A new version of an offer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Revision {
    /// When the workshop begins.
    starts_at: Timestamp,
    /// Another honorarium than the trainer's fee.
    #[validate(nested)]
    honorarium: Option<Money>,
    /// A quote whose price it has, as when the offer was made.
    quote: Option<QuoteId>,
    /// A word to the trainer.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    message: String,
}

/// Which offers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct OfferQuery {
    /// For this request.
    #[param(value_type = Option<RequestId>)]
    request: Option<RequestId>,
    /// Made to this trainer.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// In this state.
    #[param(inline, value_type = Option<OfferStateName>)]
    state: Option<OfferStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for OfferQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            request: from.take("request"),
            trainer: from.take("trainer"),
            state: from.word("state"),
            page: from.page::<id::Offer>(),
        }
    }
}

/// Lists offers.
///
/// Those of networks you coordinate, and those made to you or to trainers you lend.
#[utoipa::path(tag = "offers", params(OfferQuery, PageQuery), responses((status = 200, description = "One page of offers.", body = PageOf<Offer>)))]
#[get("/v1/offers")]
async fn list_offers(call: Call, query: QueryOf<OfferQuery>) -> Result<HttpResponse, Problem> {
    let OfferQuery { request, trainer, state, page } = query.0;
    let filter = OfferFilter { request, trainer, state };
    call.list(page, move |ctx, page| offers::list(ctx, &filter, page)).await
}

/// Shows an offer.
///
/// Its `ETag` is the version that an acceptance must name.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), responses((status = 200, description = "The offer.", body = Offer)))]
#[get("/v1/offers/{id}")]
async fn get_offer(call: Call, id: PathId<id::Offer>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| offers::get(ctx, id.0)).await
}

/// Accepts an offer.
///
/// For the trainer. The first acceptance wins: the request is booked, and every other offer for it is superseded in the same
/// moment. Answers with the booking, which the host is to confirm.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), responses((status = 200, description = "The booking.", body = Booking)))]
#[post("/v1/offers/{id}/accept")]
async fn accept_offer(call: Call, id: PathId<id::Offer>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.survey(Errand::Answer(id.0)).await;
    call.write(move |ctx| Reply::changed(&offers::accept(ctx, id.0, &expected)?)).await
}

/// Declines an offer.
///
/// For the trainer, whose time is free again at once.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), request_body = Reason, responses((status = 200, description = "The offer, declined.", body = Offer)))]
#[post("/v1/offers/{id}/decline")]
async fn decline_offer(call: Call, id: PathId<id::Offer>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&offers::decline(ctx, id.0, &expected, input.reason.clone())?)).await
}

/// Proposes something else.
///
/// For the trainer: another start, another honorarium. The hold stays until the coordinator answers or it runs out.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), request_body = CounterProposal, responses((status = 200, description = "The offer, countered.", body = Offer)))]
#[post("/v1/offers/{id}/counter")]
async fn counter_offer(
    call: Call,
    id: PathId<id::Offer>,
    body: Body<CounterProposal>,
) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&offers::counter(ctx, id.0, &expected, input.clone())?)).await
}

/// Revises an offer.
///
/// For the coordinator: a new version with other terms, pending anew. Its hold moves with it.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), request_body = Revision, responses((status = 200, description = "The offer, pending anew.", body = Offer)))]
#[post("/v1/offers/{id}/revise")]
async fn revise_offer(call: Call, id: PathId<id::Offer>, body: Body<Revision>) -> Result<HttpResponse, Problem> {
    let Revision { starts_at, honorarium, quote, message } = body.0.into_inner();
    let (expected, proposal) = (call.expected(), Proposal { starts_at, honorarium, quote, message, part: None });
    call.survey(Errand::Answer(id.0)).await;
    call.write(move |ctx| Reply::changed(&offers::revise(ctx, id.0, &expected, &proposal)?)).await
}

/// Withdraws an offer.
///
/// For the coordinator. The trainer's time is free again at once.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path, description = "The offer.")), request_body = Reason, responses((status = 200, description = "The offer, withdrawn.", body = Offer)))]
#[post("/v1/offers/{id}/withdraw")]
async fn withdraw_offer(call: Call, id: PathId<id::Offer>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&offers::withdraw(ctx, id.0, &expected, input.reason.clone())?)).await
}
