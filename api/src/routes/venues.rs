//! Venues: the buildings of libraries.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, LibraryId},
    library::{Venue, VenueDetails},
};
use packhorse_services::venues;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, Patch, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_venues).service(create_venue).service(get_venue).service(update_venue);
}

resource! { Venue => "venues"; }

/// Which venues.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct VenueQuery {
    /// Of this library.
    #[param(value_type = Option<LibraryId>)]
    library: Option<LibraryId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for VenueQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { library: from.take("library"), page: from.page::<id::Venue>() }
    }
}

/// Lists venues.
///
/// Those of the libraries you see.
#[utoipa::path(tag = "libraries", params(VenueQuery, PageQuery), responses((status = 200, description = "One page of venues.", body = PageOf<Venue>)))]
#[get("/v1/venues")]
async fn list_venues(call: Call, query: QueryOf<VenueQuery>) -> Result<HttpResponse, Problem> {
    let VenueQuery { library, page } = query.0;
    call.list(page, move |ctx, page| venues::list(ctx, library, page)).await
}

/// Adds a venue to a library.
///
/// For its staff and the coordinators of its network. Without coordinates it gets those of its ZIP code, marked as
/// approximate.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::LibraryId, Path, description = "The library.")),
    request_body = VenueDetails,
    responses((status = 201, description = "The venue.", body = Venue))
)]
#[post("/v1/libraries/{id}/venues")]
async fn create_venue(
    call: Call,
    library: PathId<id::Library>,
    body: Body<VenueDetails>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&venues::create(ctx, library.0, input.clone())?)).await
}

/// Shows a venue.
///
/// With the version that a change must name.
#[utoipa::path(tag = "libraries", params(("id" = id::VenueId, Path, description = "The venue.")), responses((status = 200, description = "The venue.", body = Venue)))]
#[get("/v1/venues/{id}")]
async fn get_venue(call: Call, id: PathId<id::Venue>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| venues::get(ctx, id.0)).await
}

/// Changes a venue.
///
/// For its library's staff and the coordinators of its network. Approximate coordinates follow a new ZIP code; with exact
/// ones send `approximate: false`.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::VenueId, Path, description = "The venue.")),
    request_body(content = VenueDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The venue as it is now.", body = Venue))
)]
#[patch("/v1/venues/{id}")]
async fn update_venue(call: Call, id: PathId<id::Venue>, patch: Patch<VenueDetails>) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&venues::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}
