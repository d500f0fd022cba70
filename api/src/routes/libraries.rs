//! Libraries.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    booking::Deliveries,
    id::{self, NetworkId},
    library::{Library, LibraryDetails},
};
use packhorse_services::{
    bookings,
    libraries::{self, LibraryFilter},
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
    config.service(list_libraries).service(create_library).service(get_library).service(update_library);
    config.service(get_library_deliveries);
}

resource! { Library => "libraries"; }

/// A library that is to be added.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct LibraryCreate {
    /// The network it joins.
    network: NetworkId,
    /// What is known of it.
    #[validate(nested)]
    details: LibraryDetails,
}

/// Which libraries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LibraryQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// With this FSCS key.
    #[param(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    fscs_key: Option<String>,
    /// Whose name contains this, without regard to case.
    #[param(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    q: Option<String>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for LibraryQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            fscs_key: from.text("fscs_key"),
            q: from.text("q"),
            page: from.page::<id::Library>(),
        }
    }
}

/// Lists libraries.
///
/// Those of the directory, of your networks, and of networks that partner with yours.
#[utoipa::path(tag = "libraries", params(LibraryQuery, PageQuery), responses((status = 200, description = "One page of libraries.", body = PageOf<Library>)))]
#[get("/v1/libraries")]
async fn list_libraries(call: Call, query: QueryOf<LibraryQuery>) -> Result<HttpResponse, Problem> {
    let LibraryQuery { network, fscs_key, q, page } = query.0;
    let filter = LibraryFilter { network, fscs_key, q };
    call.list(page, move |ctx, page| libraries::list(ctx, &filter, page)).await
}

/// Adds a library to a network.
///
/// For coordinators of the network, and in an informal one for whoever takes part: they work in it at once. Whole directories come in faster by import.
#[utoipa::path(tag = "libraries", request_body = LibraryCreate, responses((status = 201, description = "The library.", body = Library)))]
#[post("/v1/libraries")]
async fn create_library(call: Call, body: Body<LibraryCreate>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| {
        Reply::created(&libraries::create(ctx, input.network, input.clone().map(|input| input.details))?)
    })
    .await
}

/// Shows a library.
///
/// With the version that a change must name.
#[utoipa::path(tag = "libraries", params(("id" = id::LibraryId, Path, description = "The library.")), responses((status = 200, description = "The library.", body = Library)))]
#[get("/v1/libraries/{id}")]
async fn get_library(call: Call, id: PathId<id::Library>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| libraries::get(ctx, id.0)).await
}

/// Changes a library.
///
/// For its staff and the coordinators of its network.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::LibraryId, Path, description = "The library.")),
    request_body(content = LibraryDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The library as it is now.", body = Library))
)]
#[patch("/v1/libraries/{id}")]
async fn update_library(
    call: Call,
    id: PathId<id::Library>,
    patch: Patch<LibraryDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&libraries::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Tells what came of what a library booked.
///
/// Counted from bookings that were delivered, without the names of others: workshops, people, different trainers, first and last
/// day, and how many the library's side canceled. For whoever sees the library.
#[utoipa::path(tag = "libraries", params(("id" = id::LibraryId, Path, description = "The library.")), responses((status = 200, description = "The figures.", body = Deliveries)))]
#[get("/v1/libraries/{id}/deliveries")]
async fn get_library_deliveries(call: Call, id: PathId<id::Library>) -> Result<HttpResponse, Problem> {
    let figures = call.read(move |ctx| bookings::deliveries_of_library(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().json(figures))
}
