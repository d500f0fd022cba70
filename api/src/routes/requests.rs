//! Training requests, and who could teach them.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    Money, Timestamp,
    id::{self, LibraryId, NetworkId, QuoteId, RequestId, TrainerId},
    offer::Offer,
    request::{RequestDetails, RequestStateName, TrainingRequest},
};
use packhorse_services::{
    offers::{self, Proposal},
    requests::{self, RequestFilter},
    roads::Errand,
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
    config
        .service(list_requests)
        .service(create_request)
        .service(get_request)
        .service(update_request)
        .service(submit_request)
        .service(open_request)
        .service(ask_request)
        .service(decline_request)
        .service(withdraw_request)
        .service(merge_request)
        .service(create_offer);
}

resource! { TrainingRequest => "requests"; }

/// A request that is to be written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct RequestCreate {
    /// The network that is to serve it.
    network: NetworkId,
    /// The library that asks, and hosts.
    library: LibraryId,
    /// What it needs.
    #[validate(nested)]
    details: RequestDetails,
}

/// Why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// In words, for everybody who sees it.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000, example = "The roof leaks")]
    #[serde(default)]
    pub(super) reason: String,
}

/// A question to the library.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Question {
    /// What the coordinator wants to know.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000, example = "Is there a projector?")]
    question: String,
}

/// The request that carries the need on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Merging {
    /// Which one.
    into: RequestId,
}

/// An offer that is to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct OfferCreate {
    /// To whom.
    trainer: TrainerId,
    /// When the workshop begins: inside a date preference of the request, on the network's grid of starts.
    starts_at: Timestamp,
    /// Another honorarium than the trainer's fee.
    #[validate(nested)]
    honorarium: Option<Money>,
    /// A quote whose price it has, while that is good: for this library, workshop or topic, duration, format, venue, backfill,
    /// trainer and start.
    quote: Option<QuoteId>,
    /// A word to the trainer.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    #[serde(default)]
    message: String,
}

/// Which requests.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RequestQuery {
    /// Served by this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Of this library.
    #[param(value_type = Option<LibraryId>)]
    library: Option<LibraryId>,
    /// In this state.
    #[param(inline, value_type = Option<RequestStateName>)]
    state: Option<RequestStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for RequestQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            library: from.take("library"),
            state: from.word("state"),
            page: from.page::<id::Request>(),
        }
    }
}

/// Lists requests.
///
/// Those of networks you coordinate, of libraries you work in, those you were offered, those of your networks that wait for neighbors,
/// and those your library joined.
#[utoipa::path(tag = "requests", params(RequestQuery, PageQuery), responses((status = 200, description = "One page of requests.", body = PageOf<TrainingRequest>)))]
#[get("/v1/requests")]
async fn list_requests(call: Call, query: QueryOf<RequestQuery>) -> Result<HttpResponse, Problem> {
    let RequestQuery { network, library, state, page } = query.0;
    let filter = RequestFilter { network, library, state };
    call.list(page, move |ctx, page| requests::list(ctx, &filter, page)).await
}

/// Writes a request.
///
/// It is a draft until it is submitted. For the library's staff and the network's coordinators.
#[utoipa::path(tag = "requests", request_body = RequestCreate, responses((status = 201, description = "The draft.", body = TrainingRequest)))]
#[post("/v1/requests")]
async fn create_request(call: Call, body: Body<RequestCreate>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| {
        let details = input.clone().map(|input| input.details);
        Reply::created(&requests::create(ctx, input.network, input.library, details)?)
    })
    .await
}

/// Shows a request.
///
/// With the version that a change must name.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), responses((status = 200, description = "The request.", body = TrainingRequest)))]
#[get("/v1/requests/{id}")]
async fn get_request(call: Call, id: PathId<id::Request>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| requests::get(ctx, id.0)).await
}

/// Changes a request.
///
/// While it is a draft, waits for neighbors or triage, or was sent back with a question. Where neighbors joined it, and dates, place,
/// format, language, workshop, topic, level or duration change, they have to agree again, and co-hosts follow their pledges.
#[utoipa::path(
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request.")),
    request_body(content = RequestDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The request as it is now.", body = TrainingRequest))
)]
#[patch("/v1/requests/{id}")]
async fn update_request(
    call: Call,
    id: PathId<id::Request>,
    patch: Patch<RequestDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&requests::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Submits a request.
///
/// In a network without triage that opens it to trainers at once. Where neighbors are missing, it waits for them.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), responses((status = 200, description = "The request, submitted or open.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/submit")]
async fn submit_request(call: Call, id: PathId<id::Request>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&requests::submit(ctx, id.0, &expected)?)).await
}

/// Opens a request to trainers.
///
/// For coordinators, in a network with triage.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), responses((status = 200, description = "The request, open.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/open")]
async fn open_request(call: Call, id: PathId<id::Request>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&requests::open(ctx, id.0, &expected)?)).await
}

/// Sends a request back with a question.
///
/// Offers that are out are withdrawn. The library answers by changing the request and submitting it again.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = Question, responses((status = 200, description = "The request, back at the library.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/ask")]
async fn ask_request(call: Call, id: PathId<id::Request>, body: Body<Question>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&requests::ask(ctx, id.0, &expected, input.question.clone())?)).await
}

/// Declines a request.
///
/// The network says no, and why. Offers that are out are withdrawn.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = Reason, responses((status = 200, description = "The request, declined.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/decline")]
async fn decline_request(call: Call, id: PathId<id::Request>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&requests::decline(ctx, id.0, &expected, input.reason.clone())?)).await
}

/// Withdraws a request.
///
/// The library takes it back. Offers that are out are withdrawn with it.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = Reason, responses((status = 200, description = "The request, withdrawn.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/withdraw")]
async fn withdraw_request(call: Call, id: PathId<id::Request>, body: Body<Reason>) -> Result<HttpResponse, Problem> {
    let (expected, input) = (call.expected(), body.0);
    call.write(move |ctx| Reply::changed(&requests::withdraw(ctx, id.0, &expected, input.reason.clone())?)).await
}

/// Merges a request into another.
///
/// The other carries the need on. Offers for this one are withdrawn.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = Merging, responses((status = 200, description = "The request, merged.", body = TrainingRequest)))]
#[post("/v1/requests/{id}/merge")]
async fn merge_request(call: Call, id: PathId<id::Request>, body: Body<Merging>) -> Result<HttpResponse, Problem> {
    let (expected, into) = (call.expected(), body.0.into);
    call.write(move |ctx| Reply::changed(&requests::merge(ctx, id.0, &expected, into)?)).await
}

/// Offers a request to a trainer.
///
/// The offer holds the trainer's time, travel included, and the room, until it is answered or lapses. Several trainers may be
/// asked at once; the first acceptance wins. With a quote that has expired the answer is 409.
#[utoipa::path(tag = "offers", params(("id" = RequestId, Path, description = "The request.")), request_body = OfferCreate, responses((status = 201, description = "The offer.", body = Offer)))]
#[post("/v1/requests/{id}/offers")]
async fn create_offer(call: Call, id: PathId<id::Request>, body: Body<OfferCreate>) -> Result<HttpResponse, Problem> {
    let OfferCreate { trainer, starts_at, honorarium, quote, message } = body.0.into_inner();
    let proposal = Proposal { starts_at, honorarium, quote, message, part: None };
    call.survey(Errand::Offer(id.0, trainer)).await;
    call.write(move |ctx| Reply::created(&offers::make(ctx, id.0, trainer, &proposal)?)).await
}
