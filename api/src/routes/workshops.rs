//! Workshops of the catalog.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, NetworkId},
    workshop::{Workshop, WorkshopDetails, WorkshopStateName},
};
use packhorse_services::workshops::{self, WorkshopFilter};
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
        .service(list_workshops)
        .service(create_workshop)
        .service(get_workshop)
        .service(update_workshop)
        .service(publish_workshop)
        .service(retire_workshop);
}

resource! { Workshop => "workshops"; }

/// A workshop that is to be drafted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct WorkshopCreate {
    /// Whose catalog it is for.
    network: NetworkId,
    /// What the catalog is to say.
    #[validate(nested)]
    details: WorkshopDetails,
}

/// Which workshops.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct WorkshopQuery {
    /// Of this network's catalog.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// In this state.
    #[param(inline, value_type = Option<WorkshopStateName>)]
    state: Option<WorkshopStateName>,
    /// Whose title or abstract contains this, without regard to case.
    #[param(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    q: Option<String>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for WorkshopQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            state: from.word("state"),
            q: from.text("q"),
            page: from.page::<id::Workshop>(),
        }
    }
}

/// Lists workshops.
///
/// Those of your networks' catalogs and of networks that lend to yours; drafts are shown to their coordinators only.
#[utoipa::path(tag = "catalog", params(WorkshopQuery, PageQuery), responses((status = 200, description = "One page of workshops.", body = PageOf<Workshop>)))]
#[get("/v1/workshops")]
async fn list_workshops(call: Call, query: QueryOf<WorkshopQuery>) -> Result<HttpResponse, Problem> {
    let WorkshopQuery { network, state, q, page } = query.0;
    let filter = WorkshopFilter { network, state, q };
    call.list(page, move |ctx, page| workshops::list(ctx, &filter, page)).await
}

/// Drafts a workshop.
///
/// For coordinators of the network. It is in the catalog once it is published.
#[utoipa::path(tag = "catalog", request_body = WorkshopCreate, responses((status = 201, description = "The draft.", body = Workshop)))]
#[post("/v1/workshops")]
async fn create_workshop(call: Call, body: Body<WorkshopCreate>) -> Result<HttpResponse, Problem> {
    let (network, details) = (body.0.network, body.0.map(|input| input.details));
    call.write(move |ctx| Reply::created(&workshops::create(ctx, network, details.clone())?)).await
}

/// Shows a workshop.
///
/// With the version that a change must name.
#[utoipa::path(tag = "catalog", params(("id" = id::WorkshopId, Path, description = "The workshop.")), responses((status = 200, description = "The workshop.", body = Workshop)))]
#[get("/v1/workshops/{id}")]
async fn get_workshop(call: Call, id: PathId<id::Workshop>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| workshops::get(ctx, id.0)).await
}

/// Changes what the catalog says of a workshop.
///
/// For coordinators of its network, until it is retired. A published workshop keeps at least one learning objective.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::WorkshopId, Path, description = "The workshop.")),
    request_body(content = WorkshopDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The workshop as it is now.", body = Workshop))
)]
#[patch("/v1/workshops/{id}")]
async fn update_workshop(
    call: Call,
    id: PathId<id::Workshop>,
    patch: Patch<WorkshopDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&workshops::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Puts a draft into the catalog.
///
/// For coordinators of its network. It needs at least one learning objective.
#[utoipa::path(tag = "catalog", params(("id" = id::WorkshopId, Path, description = "The workshop.")), responses((status = 200, description = "The workshop as it is now.", body = Workshop)))]
#[post("/v1/workshops/{id}/publish")]
async fn publish_workshop(call: Call, id: PathId<id::Workshop>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&workshops::publish(ctx, id.0, &expected)?)).await
}

/// Takes a workshop out of the catalog.
///
/// For coordinators of its network. Requests and bookings that name it stand.
#[utoipa::path(tag = "catalog", params(("id" = id::WorkshopId, Path, description = "The workshop.")), responses((status = 200, description = "The workshop as it is now.", body = Workshop)))]
#[post("/v1/workshops/{id}/retire")]
async fn retire_workshop(call: Call, id: PathId<id::Workshop>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&workshops::retire(ctx, id.0, &expected)?)).await
}
