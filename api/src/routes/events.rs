//! The log of everything that changed.

use actix_web::{HttpResponse, get};
use packhorse_db::{Cursor, Page, seals::Seal};
use packhorse_domain::{
    Principal, Timestamp,
    event::Event,
    id::{self, NetworkId},
};
use packhorse_services::events::{self, EventFilter};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, Listed, PageOf},
    input::{PageQuery, Parameters, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_events);
}

/// Where an event is in the chain of hashes.
#[derive(Serialize, ToSchema)]
struct SealView {
    /// Which link it is, from 1.
    #[schema(minimum = 1)]
    place: i64,
    /// SHA-256 of the event and of the hash before, hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    hash: String,
}

impl From<Seal> for SealView {
    fn from(seal: Seal) -> Self {
        Self { place: seal.place, hash: seal.hash }
    }
}

/// Something that changed, as it was and as it became.
#[derive(Serialize, ToSchema)]
struct LogEntry {
    /// The event.
    #[serde(flatten)]
    event: Event,
    /// Its seal; `null` for the few seconds until it has one.
    seal: Option<SealView>,
}

impl Listed for LogEntry {
    fn cursor(&self) -> Cursor {
        Cursor::after(self.event.id)
    }
}

/// Which events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// In this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Of things of this kind: `request`, `booking`, …
    #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
    subject_kind: Option<String>,
    /// Of the thing with this id.
    #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
    subject: Option<String>,
    /// By this person, or program.
    #[param(value_type = Option<Principal>)]
    actor: Option<Principal>,
    /// What was done: `create`, `accept`, …
    #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
    action: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<Timestamp>)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[param(value_type = Option<Timestamp>)]
    until: Option<Timestamp>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for EventQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            subject_kind: from.text("subject_kind"),
            subject: from.text("subject"),
            actor: from.take("actor"),
            action: from.text("action"),
            from: from.take("from"),
            until: from.take("until"),
            page: from.page::<id::Event>(),
        }
    }
}

/// Lists what was done, by whom, when, and how things were before and after.
///
/// All of it for operators, that of networks you coordinate, and what you did yourself. Follow `/v1/changes` to miss nothing that is
/// new; this is for looking back. What was told about somebody who was erased is gone: both are `null`. `seal` is the event's link in a chain of hashes that `packhorse check --audit` walks.
#[utoipa::path(tag = "service", params(EventQuery, PageQuery), responses((status = 200, description = "One page of events.", body = PageOf<LogEntry>)))]
#[get("/v1/events")]
async fn list_events(call: Call, query: QueryOf<EventQuery>) -> Result<HttpResponse, Problem> {
    let EventQuery { network, subject_kind, subject, actor, action, from, until, page } = query.0;
    let filter = EventFilter { network, subject_kind, subject, actor, action, from, until };
    let entry = |(event, seal): (Event, Option<Seal>)| LogEntry { event, seal: seal.map(SealView::from) };
    call.list(page, move |ctx, page| Ok(events::list(ctx, &filter, page)?.into_iter().map(entry).collect())).await
}
