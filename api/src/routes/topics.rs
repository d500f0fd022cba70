//! Topics.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, NetworkId},
    topic::{Topic, TopicDetails},
};
use packhorse_services::topics;
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
    config.service(list_topics).service(create_topic).service(get_topic).service(update_topic);
}

resource! { Topic => "topics"; }

/// A topic that is to be added.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TopicCreate {
    /// Whose vocabulary it joins; without one, the vocabulary that everybody shares.
    network: Option<NetworkId>,
    /// What it is.
    #[validate(nested)]
    details: TopicDetails,
}

/// Which topics.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TopicQuery {
    /// Of this network's vocabulary.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for TopicQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), page: from.page::<id::Topic>() }
    }
}

/// Lists topics.
///
/// Those that everybody shares, those of your networks, and those of networks that lend to yours.
#[utoipa::path(tag = "catalog", params(TopicQuery, PageQuery), responses((status = 200, description = "One page of topics.", body = PageOf<Topic>)))]
#[get("/v1/topics")]
async fn list_topics(call: Call, query: QueryOf<TopicQuery>) -> Result<HttpResponse, Problem> {
    let TopicQuery { network, page } = query.0;
    call.list(page, move |ctx, page| topics::list(ctx, network, page)).await
}

/// Adds a topic to a vocabulary.
///
/// For coordinators, in their network's; for operators, in the one that everybody shares.
#[utoipa::path(tag = "catalog", request_body = TopicCreate, responses((status = 201, description = "The topic.", body = Topic)))]
#[post("/v1/topics")]
async fn create_topic(call: Call, body: Body<TopicCreate>) -> Result<HttpResponse, Problem> {
    let (network, details) = (body.0.network, body.0.map(|input| input.details));
    call.write(move |ctx| Reply::created(&topics::create(ctx, network, details.clone())?)).await
}

/// Shows a topic.
///
/// With the version that a change must name.
#[utoipa::path(tag = "catalog", params(("id" = id::TopicId, Path, description = "The topic.")), responses((status = 200, description = "The topic.", body = Topic)))]
#[get("/v1/topics/{id}")]
async fn get_topic(call: Call, id: PathId<id::Topic>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| topics::get(ctx, id.0)).await
}

/// Changes a topic.
///
/// For those who may add one to its vocabulary. Whatever names the topic goes on doing so.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::TopicId, Path, description = "The topic.")),
    request_body(content = TopicDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The topic as it is now.", body = Topic))
)]
#[patch("/v1/topics/{id}")]
async fn update_topic(call: Call, id: PathId<id::Topic>, patch: Patch<TopicDetails>) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&topics::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}
