//! Where training in person is missing, as JSON and as a map.

use actix_web::{HttpResponse, get};
use packhorse_domain::{
    Timestamp,
    desert::Desert,
    id::{self, NetworkId},
};
use packhorse_publishing::html;
use packhorse_services::deserts::{self, Found};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::Call,
    input::{Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_deserts).service(get_deserts_svg);
}

/// Most libraries of one answer.
const MOST: usize = 5000;

/// Libraries of a network without training in person for long.
#[derive(Serialize, ToSchema)]
struct Deserts {
    /// Training before this instant does not count.
    since: Timestamp,
    /// How many libraries had none since.
    without: usize,
    /// How many had some.
    with: usize,
    /// Of how many of those without nobody knows how many people they serve.
    population_unknown: usize,
    /// The furthest from a library that had training first, then the one that serves most; those of unknown place last. At most 5,000.
    items: Vec<Desert>,
}

impl From<Found> for Deserts {
    fn from(found: Found) -> Self {
        let Found { since, survey, .. } = found;
        let mut items = survey.deserts;
        let without = items.len();
        let population_unknown = items.iter().filter(|one| one.population_served.is_none()).count();
        items.truncate(MOST);
        Self { since, without, with: survey.served_count, population_unknown, items }
    }
}

/// For how long.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct DesertQuery {
    /// Months without training, on the network's calendar.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 120, default = 12)]
    months: u8,
}

impl Query for DesertQuery {
    fn read(from: &mut Parameters) -> Self {
        let months = from.take("months").unwrap_or(12);
        if !(1..=120).contains(&months) {
            from.fault("months", "range", "is 1 to 120");
        }
        Self { months }
    }
}

/// Lists libraries without training in person for long.
///
/// Training that counts: bookings that were delivered there, or that the library took part in as a co-host, and sessions that were held
/// in its buildings; hybrid ones, too. Distances are great-circle, from the central building, else another. How many people a library
/// serves is known where the survey it was imported from tells. For coordinators.
#[utoipa::path(tag = "libraries", params(("id" = NetworkId, Path, description = "The network."), DesertQuery), responses((status = 200, description = "Libraries, the furthest first.", body = Deserts)))]
#[get("/v1/networks/{id}/deserts")]
async fn list_deserts(
    call: Call,
    id: PathId<id::Network>,
    query: QueryOf<DesertQuery>,
) -> Result<HttpResponse, Problem> {
    let months = query.0.months;
    let found = call.read(move |ctx| deserts::of_network(ctx, id.0, months)).await?;
    Ok(HttpResponse::Ok().json(Deserts::from(found)))
}

/// Draws libraries without training in person for long.
///
/// The same as JSON's, as a map: a disk for each of them, by the people it serves, a ring where that is not known, and a small circle for
/// each library that had training.
#[utoipa::path(tag = "libraries", params(("id" = NetworkId, Path, description = "The network."), DesertQuery), responses((status = 200, description = "A drawing.", content_type = "image/svg+xml", body = String)))]
#[get("/v1/networks/{id}/deserts.svg")]
async fn get_deserts_svg(
    call: Call,
    id: PathId<id::Network>,
    query: QueryOf<DesertQuery>,
) -> Result<HttpResponse, Problem> {
    let months = query.0.months;
    let found = call.read(move |ctx| deserts::of_network(ctx, id.0, months)).await?;
    let title = format!("{}: libraries without training in person for {months} months", found.network_name);
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(html::deserts(&title, &found.survey)))
}
