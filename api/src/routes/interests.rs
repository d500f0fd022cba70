//! Interest of trainers in requests.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    Valid,
    id::{self, InterestId, RequestId, TrainerId},
    interest::{Interest, InterestDetails},
};
use packhorse_services::interests::{self, InterestFilter};
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
        .service(list_interests)
        .service(create_interest)
        .service(get_interest)
        .service(update_interest)
        .service(delete_interest);
}

resource! { Interest => "interests"; }

/// An interest that is to be expressed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct InterestCreate {
    /// Whose.
    trainer: TrainerId,
    /// What they say.
    #[validate(nested)]
    details: InterestDetails,
}

/// Which interests.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct InterestQuery {
    /// In this request.
    #[param(value_type = Option<RequestId>)]
    request: Option<RequestId>,
    /// Of this trainer.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for InterestQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { request: from.take("request"), trainer: from.take("trainer"), page: from.page::<id::Interest>() }
    }
}

/// Lists interests.
///
/// Your own, those of trainers of networks you coordinate, and those in requests of these networks.
#[utoipa::path(tag = "requests", params(InterestQuery, PageQuery), responses((status = 200, description = "One page of interests.", body = PageOf<Interest>)))]
#[get("/v1/interests")]
async fn list_interests(call: Call, query: QueryOf<InterestQuery>) -> Result<HttpResponse, Problem> {
    let InterestQuery { request, trainer, page } = query.0;
    let filter = InterestFilter { request, trainer };
    call.list(page, move |ctx, page| interests::list(ctx, filter, page)).await
}

/// Says that a trainer would like to teach a request.
///
/// For the trainer and the coordinators of their home network, while the request is open to them. Once for each request; it
/// holds no time.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request.")), request_body = InterestCreate, responses((status = 201, description = "The interest.", body = Interest)))]
#[post("/v1/requests/{id}/interests")]
async fn create_interest(
    call: Call,
    id: PathId<id::Request>,
    body: Body<InterestCreate>,
) -> Result<HttpResponse, Problem> {
    let input: Valid<InterestCreate> = body.0;
    call.write(move |ctx| {
        let details = input.clone().map(|input| input.details);
        Reply::created(&interests::express(ctx, id.0, input.trainer, details)?)
    })
    .await
}

/// Shows an interest.
///
/// With the version that a change must name.
#[utoipa::path(tag = "requests", params(("id" = InterestId, Path, description = "The interest.")), responses((status = 200, description = "The interest.", body = Interest)))]
#[get("/v1/interests/{id}")]
async fn get_interest(call: Call, id: PathId<id::Interest>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| interests::get(ctx, id.0)).await
}

/// Changes what a trainer says of their interest.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(
    tag = "requests",
    params(("id" = InterestId, Path, description = "The interest.")),
    request_body(content = InterestDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The interest as it is now.", body = Interest))
)]
#[patch("/v1/interests/{id}")]
async fn update_interest(
    call: Call,
    id: PathId<id::Interest>,
    patch: Patch<InterestDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&interests::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Takes an interest back.
///
/// For the trainer and the coordinators of their home network.
#[utoipa::path(tag = "requests", params(("id" = InterestId, Path, description = "The interest.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/interests/{id}")]
async fn delete_interest(call: Call, id: PathId<id::Interest>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| interests::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}
