//! Rooms of venues.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, VenueId},
    library::{Room, RoomDetails},
};
use packhorse_services::rooms;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, Patch, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_rooms).service(create_room).service(get_room).service(update_room);
}

resource! { Room => "rooms"; }

/// Which rooms.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct RoomQuery {
    /// Of this venue.
    #[param(value_type = Option<VenueId>)]
    venue: Option<VenueId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for RoomQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { venue: from.take("venue"), page: from.page::<id::Room>() }
    }
}

/// Lists rooms.
///
/// Those of the libraries you see.
#[utoipa::path(tag = "libraries", params(RoomQuery, PageQuery), responses((status = 200, description = "One page of rooms.", body = PageOf<Room>)))]
#[get("/v1/rooms")]
async fn list_rooms(call: Call, query: QueryOf<RoomQuery>) -> Result<HttpResponse, Problem> {
    let RoomQuery { venue, page } = query.0;
    call.list(page, move |ctx, page| rooms::list(ctx, venue, page)).await
}

/// Adds a room to a venue.
///
/// For the library's staff and the coordinators of its network.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::VenueId, Path, description = "The venue.")),
    request_body = RoomDetails,
    responses((status = 201, description = "The room.", body = Room))
)]
#[post("/v1/venues/{id}/rooms")]
async fn create_room(call: Call, venue: PathId<id::Venue>, body: Body<RoomDetails>) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&rooms::create(ctx, venue.0, input.clone())?)).await
}

/// Shows a room.
///
/// With the version that a change must name.
#[utoipa::path(tag = "libraries", params(("id" = id::RoomId, Path, description = "The room.")), responses((status = 200, description = "The room.", body = Room)))]
#[get("/v1/rooms/{id}")]
async fn get_room(call: Call, id: PathId<id::Room>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| rooms::get(ctx, id.0)).await
}

/// Changes the card of a room.
///
/// For the library's staff and the coordinators of its network.
#[utoipa::path(
    tag = "libraries",
    params(("id" = id::RoomId, Path, description = "The room.")),
    request_body(content = RoomDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The room as it is now.", body = Room))
)]
#[patch("/v1/rooms/{id}")]
async fn update_room(call: Call, id: PathId<id::Room>, patch: Patch<RoomDetails>) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&rooms::update(ctx, id.0, &expected, |present| merge.apply(present))?)).await
}
