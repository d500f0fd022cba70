//! Showcases.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    DatePreference, Format, Level, Money,
    id::{self, LibraryId, NetworkId, RoomId, TopicId, VenueId},
    request::TrainingRequest,
    showcase::{Showcase, ShowcaseDetails},
};
use packhorse_services::showcases::{self, Bring};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, Patch, PathId, PathNumber, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_showcases)
        .service(create_showcase)
        .service(get_showcase)
        .service(update_showcase)
        .service(publish_showcase)
        .service(delete_showcase)
        .service(create_table_request);
}

resource! { Showcase => "showcases"; }

/// A showcase that is to be drafted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct ShowcaseCreate {
    /// Whose it is.
    network: NetworkId,
    /// What is to be said of it.
    #[validate(nested)]
    details: ShowcaseDetails,
}

/// What a library says to have a table brought to it. What it leaves open comes from the workshop that the table shows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TableRequest {
    /// The library.
    library: LibraryId,
    /// How many people are expected.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, example = 20)]
    expected_attendance: u32,
    /// When, first choice first.
    #[validate(nested, length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    preferences: Vec<DatePreference>,
    /// Where; needed unless it is virtual.
    venue: Option<VenueId>,
    /// In which room of the venue.
    room: Option<RoomId>,
    /// What it is about, where the table shows no workshop that the library sees.
    topic: Option<TopicId>,
    /// How deep it should go.
    level: Option<Level>,
    /// How long it should take, in minutes.
    #[validate(range(min = 15, max = 1440))]
    #[schema(minimum = 15, maximum = 1440)]
    duration_minutes: Option<u32>,
    /// How it should be delivered.
    format: Option<Format>,
    /// In what language, BCP 47.
    #[validate(custom(function = "packhorse_domain::text::language_tag"))]
    #[schema(example = "en", max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
    /// What the library can pay in all.
    #[validate(nested)]
    budget: Option<Money>,
    /// Anything else.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    #[serde(default)]
    notes: String,
}

impl From<TableRequest> for Bring {
    fn from(wish: TableRequest) -> Self {
        let TableRequest { library, expected_attendance, preferences, venue, room, topic, level, .. } = wish;
        let TableRequest { duration_minutes, format, language, budget, notes, .. } = wish;
        Self {
            library,
            expected_attendance,
            preferences,
            venue,
            room,
            topic,
            level,
            duration_minutes,
            format,
            language,
            budget,
            notes,
        }
    }
}

/// Which showcases.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ShowcaseQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for ShowcaseQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), page: from.page::<id::Showcase>() }
    }
}

/// Lists showcases.
///
/// Those that are published; drafts are shown to the coordinators of their networks only.
#[utoipa::path(tag = "catalog", params(ShowcaseQuery, PageQuery), responses((status = 200, description = "One page of showcases.", body = PageOf<Showcase>)))]
#[get("/v1/showcases")]
async fn list_showcases(call: Call, query: QueryOf<ShowcaseQuery>) -> Result<HttpResponse, Problem> {
    let ShowcaseQuery { network, page } = query.0;
    call.list(page, move |ctx, page| showcases::list(ctx, network, page)).await
}

/// Drafts a showcase.
///
/// For coordinators of the network: an event with numbered tables, each with a host, one tip, a workshop that it shows, and handouts
/// to take along. Everybody sees it once it is published.
#[utoipa::path(tag = "catalog", request_body = ShowcaseCreate, responses((status = 201, description = "The draft.", body = Showcase)))]
#[post("/v1/showcases")]
async fn create_showcase(call: Call, body: Body<ShowcaseCreate>) -> Result<HttpResponse, Problem> {
    let (network, details) = (body.0.network, body.0.map(|input| input.details));
    call.write(move |ctx| Reply::created(&showcases::create(ctx, network, details.clone())?)).await
}

/// Shows a showcase.
///
/// With the version that a change must name. Its page for everybody is `/showcases/{id}`.
#[utoipa::path(tag = "catalog", params(("id" = id::ShowcaseId, Path, description = "The showcase.")), responses((status = 200, description = "The showcase.", body = Showcase)))]
#[get("/v1/showcases/{id}")]
async fn get_showcase(call: Call, id: PathId<id::Showcase>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| showcases::get(ctx, id.0)).await
}

/// Changes a showcase.
///
/// For coordinators of its network. `tables` is replaced whole.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::ShowcaseId, Path, description = "The showcase.")),
    request_body(content = ShowcaseDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The showcase as it is now.", body = Showcase))
)]
#[patch("/v1/showcases/{id}")]
async fn update_showcase(
    call: Call,
    id: PathId<id::Showcase>,
    patch: Patch<ShowcaseDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&showcases::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Shows a showcase to everybody.
///
/// For coordinators of its network.
#[utoipa::path(tag = "catalog", params(("id" = id::ShowcaseId, Path, description = "The showcase.")), responses((status = 200, description = "The showcase as it is now.", body = Showcase)))]
#[post("/v1/showcases/{id}/publish")]
async fn publish_showcase(call: Call, id: PathId<id::Showcase>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&showcases::publish(ctx, id.0, &expected)?)).await
}

/// Takes a showcase away.
///
/// For coordinators of its network.
#[utoipa::path(tag = "catalog", params(("id" = id::ShowcaseId, Path, description = "The showcase.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/showcases/{id}")]
async fn delete_showcase(call: Call, id: PathId<id::Showcase>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| showcases::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await
}

/// Brings a table to a library.
///
/// "Bring this to us": for staff of the library and coordinators of its network. A draft of a training request, for the workshop that
/// the table shows where the library sees it, with its level, length, first format and language unless you say otherwise, and where it
/// was seen in the notes.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::ShowcaseId, Path, description = "The showcase."), ("number" = u32, Path, description = "The number of the table.", minimum = 1, maximum = 10_000)),
    request_body = TableRequest,
    responses((status = 201, description = "The draft.", body = TrainingRequest))
)]
#[post("/v1/showcases/{id}/tables/{number}/request")]
async fn create_table_request(
    call: Call,
    id: PathId<id::Showcase>,
    number: PathNumber,
    body: Body<TableRequest>,
) -> Result<HttpResponse, Problem> {
    let wish = Bring::from(body.0.into_inner());
    call.write(move |ctx| Reply::created(&showcases::bring(ctx, id.0, number.0, wish.clone())?)).await
}
