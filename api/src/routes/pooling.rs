//! Requests of a network that are worth pooling.

use actix_web::{HttpResponse, get};
use packhorse_domain::{
    Km,
    id::{self, NetworkId},
    pooling::Suggestion,
};
use packhorse_services::pooling;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::Call,
    input::{Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_pooling_suggestions);
}

/// Requests worth pooling.
#[derive(Serialize, ToSchema)]
struct PoolingSuggestions {
    /// What saves most first, then the shorter drive; last those that no trainer can come to alone.
    items: Vec<Suggestion>,
}

/// Which suggestions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PoolingQuery {
    /// Most kilometers from one library to the other by road, as measured or reckoned.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 60)]
    within_km: u16,
    /// Most of them, those that save most.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: usize,
}

impl Query for PoolingQuery {
    fn read(from: &mut Parameters) -> Self {
        let within_km = from.take("within_km").unwrap_or(60);
        if !(1..=500).contains(&within_km) {
            from.fault("within_km", "range", "is 1 to 500");
        }
        Self { within_km, limit: from.limit().into() }
    }
}

/// Lists requests worth pooling.
///
/// Pairs of the network's requests that wait for neighbors or a trainer: for the same workshop, or the same topic at the same level,
/// in the same language, near each other, on days that suit both, and with room for all. Of both ways to pool a pair that which
/// saves more. Of the 200 requests that close first; the best trainer is looked for 60 of them. For coordinators.
#[utoipa::path(tag = "requests", params(("id" = NetworkId, Path, description = "The network."), PoolingQuery), responses((status = 200, description = "Pairs of requests, what saves most first.", body = PoolingSuggestions)))]
#[get("/v1/networks/{id}/pooling-suggestions")]
async fn list_pooling_suggestions(
    call: Call,
    id: PathId<id::Network>,
    query: QueryOf<PoolingQuery>,
) -> Result<HttpResponse, Problem> {
    let (pool, PoolingQuery { within_km, limit }) = (call.app.pool.clone(), query.0);
    let items = call.read(move |ctx| pooling::suggest(ctx, &pool, id.0, Km(within_km.into()), limit)).await?;
    Ok(HttpResponse::Ok().json(PoolingSuggestions { items }))
}
