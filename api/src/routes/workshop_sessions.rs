//! Sessions: dated deliveries of workshops.

use actix_web::{HttpResponse, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    Timestamp,
    id::{self, LibraryId, NetworkId, WorkshopId},
    session::{CancellationReason, Entry, Session, SessionDetails, SessionStateName},
};
use packhorse_services::workshop_sessions::{self as sessions, Of, SessionFilter};
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
        .service(list_sessions)
        .service(create_session)
        .service(create_booking_session)
        .service(get_session)
        .service(update_session)
        .service(publish_session)
        .service(move_session_online)
        .service(cancel_session)
        .service(hold_session);
}

resource! { Session => "sessions"; }

/// A session that is to be scheduled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct SessionCreate {
    /// The network that holds it.
    network: NetworkId,
    /// The workshop, where it is one of the catalog.
    workshop: Option<WorkshopId>,
    /// The library that hosts it.
    library: Option<LibraryId>,
    /// What is to be said of it.
    #[validate(nested)]
    details: SessionDetails,
}

/// Where people meet instead.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Relocation {
    /// Where to meet online.
    #[validate(length(min = 1, max = 2000), custom(function = "packhorse_domain::text::web_address"))]
    #[schema(min_length = 1, max_length = 2000, example = "https://meet.example.org/auditorium")]
    meeting_address: String,
}

/// Why it is not held.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Cancellation {
    /// Why.
    reason: CancellationReason,
}

/// Which sessions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SessionQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Of this workshop.
    #[param(value_type = Option<WorkshopId>)]
    workshop: Option<WorkshopId>,
    /// Hosted by this library.
    #[param(value_type = Option<LibraryId>)]
    library: Option<LibraryId>,
    /// In this state.
    #[param(inline, value_type = Option<SessionStateName>)]
    state: Option<SessionStateName>,
    /// That end after this.
    #[param(value_type = Option<Timestamp>, example = "2027-03-01T00:00:00Z")]
    from: Option<Timestamp>,
    /// That begin before this.
    #[param(value_type = Option<Timestamp>, example = "2027-06-01T00:00:00Z")]
    until: Option<Timestamp>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for SessionQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            workshop: from.take("workshop"),
            library: from.take("library"),
            state: from.word("state"),
            from: from.take("from"),
            until: from.take("until"),
            page: from.page::<id::Session>(),
        }
    }
}

/// Lists sessions.
///
/// Those of networks you coordinate, of libraries you work in, and that you teach; those in the catalog of your networks and of
/// networks that lend to yours.
#[utoipa::path(tag = "sessions", params(SessionQuery, PageQuery), responses((status = 200, description = "One page of sessions.", body = PageOf<Session>)))]
#[get("/v1/sessions")]
async fn list_sessions(call: Call, query: QueryOf<SessionQuery>) -> Result<HttpResponse, Problem> {
    let SessionQuery { network, workshop, library, state, from, until, page } = query.0;
    let filter = SessionFilter { network, workshop, library, state, from, until };
    call.list(page, move |ctx, page| sessions::list(ctx, &filter, page)).await
}

/// Schedules a session.
///
/// For coordinators of the network, and staff of the library that hosts it: one that delivers no booking, such as a webinar. It is
/// in the catalog once it is published.
#[utoipa::path(tag = "sessions", request_body = SessionCreate, responses((status = 201, description = "The session.", body = Session)))]
#[post("/v1/sessions")]
async fn create_session(call: Call, body: Body<SessionCreate>) -> Result<HttpResponse, Problem> {
    let (network, of) = (body.0.network, Of { workshop: body.0.workshop, library: body.0.library });
    let details = body.0.map(|input| input.details);
    call.write(move |ctx| Reply::created(&sessions::create(ctx, network, of, details.clone())?)).await
}

/// Schedules the session of a booking.
///
/// For coordinators and staff of the host: people may come to what was booked. Its time and place are the booking's, and follow it;
/// 409 `session_exists` when the booking has one.
#[utoipa::path(
    tag = "sessions",
    params(("id" = id::BookingId, Path, description = "The booking.")),
    request_body = Entry,
    responses((status = 201, description = "The session.", body = Session))
)]
#[post("/v1/bookings/{id}/session")]
async fn create_booking_session(
    call: Call,
    id: PathId<id::Booking>,
    body: Body<Entry>,
) -> Result<HttpResponse, Problem> {
    let entry = body.0;
    call.write(move |ctx| Reply::created(&sessions::open(ctx, id.0, entry.clone())?)).await
}

/// Shows a session.
///
/// With the version that a change must name.
#[utoipa::path(tag = "sessions", params(("id" = id::SessionId, Path, description = "The session.")), responses((status = 200, description = "The session.", body = Session)))]
#[get("/v1/sessions/{id}")]
async fn get_session(call: Call, id: PathId<id::Session>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| sessions::get(ctx, id.0)).await
}

/// Changes a session.
///
/// For coordinators and staff of the host, until it was held or canceled. Time and place of a booking's session follow the booking.
#[utoipa::path(
    tag = "sessions",
    params(("id" = id::SessionId, Path, description = "The session.")),
    request_body(content = SessionDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The session as it is now.", body = Session))
)]
#[patch("/v1/sessions/{id}")]
async fn update_session(
    call: Call,
    id: PathId<id::Session>,
    patch: Patch<SessionDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&sessions::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Puts a session into the catalog.
///
/// For coordinators and staff of the host.
#[utoipa::path(tag = "sessions", params(("id" = id::SessionId, Path, description = "The session.")), responses((status = 200, description = "The session as it is now.", body = Session)))]
#[post("/v1/sessions/{id}/publish")]
async fn publish_session(call: Call, id: PathId<id::Session>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&sessions::publish(ctx, id.0, &expected)?)).await
}

/// Moves a session online.
///
/// For coordinators and staff of the host, when nobody can come to the room. The booking stays as it is.
#[utoipa::path(
    tag = "sessions",
    params(("id" = id::SessionId, Path, description = "The session.")),
    request_body = Relocation,
    responses((status = 200, description = "The session as it is now.", body = Session))
)]
#[post("/v1/sessions/{id}/move-online")]
async fn move_session_online(
    call: Call,
    id: PathId<id::Session>,
    body: Body<Relocation>,
) -> Result<HttpResponse, Problem> {
    let (expected, address) = (call.expected(), body.0.into_inner().meeting_address);
    call.write(move |ctx| Reply::changed(&sessions::move_online(ctx, id.0, &expected, address.clone())?)).await
}

/// Cancels a session.
///
/// For coordinators and staff of the host. One in the catalog stays there, as canceled. A booking is canceled by itself, and its
/// session with it.
#[utoipa::path(
    tag = "sessions",
    params(("id" = id::SessionId, Path, description = "The session.")),
    request_body = Cancellation,
    responses((status = 200, description = "The session as it is now.", body = Session))
)]
#[post("/v1/sessions/{id}/cancel")]
async fn cancel_session(
    call: Call,
    id: PathId<id::Session>,
    body: Body<Cancellation>,
) -> Result<HttpResponse, Problem> {
    let (expected, reason) = (call.expected(), body.0.reason);
    call.write(move |ctx| Reply::changed(&sessions::cancel(ctx, id.0, &expected, reason)?)).await
}

/// Says that a session was held.
///
/// For coordinators and staff of the host, once its end has passed. Delivering a booking says so of its session.
#[utoipa::path(tag = "sessions", params(("id" = id::SessionId, Path, description = "The session.")), responses((status = 200, description = "The session as it is now.", body = Session)))]
#[post("/v1/sessions/{id}/hold")]
async fn hold_session(call: Call, id: PathId<id::Session>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&sessions::hold(ctx, id.0, &expected)?)).await
}
