//! The feed of changes.

use actix_web::{HttpResponse, get};
use packhorse_domain::{
    Principal, Timestamp,
    event::Event,
    id::{EventId, NetworkId},
};
use packhorse_services::changes::{self, Position};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::Call,
    input::{Parameters, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_changes);
}

/// Something that changed.
#[derive(Serialize, ToSchema)]
struct Change {
    /// The id of the event.
    id: EventId,
    /// The network it happened in; `null` outside of any.
    network: Option<NetworkId>,
    /// What kind of thing changed.
    #[schema(example = "request")]
    subject_kind: String,
    /// The id of what changed.
    #[schema(example = "req_01k9z3k8m4e0r9q2v7x5y6w8ta")]
    subject: String,
    /// What was done.
    #[schema(example = "submit")]
    action: String,
    /// Who did it, a person or an API key; `null` for Packhorse itself.
    actor: Option<Principal>,
    /// When.
    at: Timestamp,
    /// How it is since then; `null` when it is gone, or was about somebody who is erased.
    data: Option<serde_json::Value>,
}

impl From<Event> for Change {
    fn from(event: Event) -> Self {
        let Event { id, network, subject_kind, subject, action, actor, at, before: _, after: data } = event;
        Self { id, network, subject_kind, subject, action, actor, at, data }
    }
}

/// Some changes, and where to go on.
#[derive(Serialize, ToSchema)]
struct Changes {
    /// The changes, oldest first.
    items: Vec<Change>,
    /// Cursor behind the last of them. It can be asked again as often as one likes; on an empty page it stays as it was.
    #[schema(example = "2f1.1c")]
    next: Option<String>,
}

/// Which changes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangeQuery {
    /// `next` of the page before; from the beginning when absent.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{1,15}[.][0-9a-f]{1,15}$")]
    after: Option<Position>,
    /// Most changes on the page.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: u8,
}

impl Query for ChangeQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { after: from.take("after"), limit: from.limit() }
    }
}

/// Lists what changed.
///
/// Every change in networks you coordinate, in the order of the transactions, with no gap and no duplicate for as long as you go
/// on asking behind `next`.
#[utoipa::path(tag = "service", params(ChangeQuery), responses((status = 200, description = "Changes, oldest first.", body = Changes)))]
#[get("/v1/changes")]
async fn list_changes(call: Call, query: QueryOf<ChangeQuery>) -> Result<HttpResponse, Problem> {
    let ChangeQuery { after, limit } = query.0;
    let found = call.read(move |ctx| changes::list(ctx, after.unwrap_or(Position::START), limit)).await?;
    let next = found.last().map(|(position, _)| *position).or(after).map(|position| position.to_string());
    let items = found.into_iter().map(|(_, event)| event.into()).collect();
    Ok(HttpResponse::Ok().json(Changes { items, next }))
}
