//! Who could teach a request, written or not.

use actix_web::{HttpResponse, get, post};
use packhorse_domain::{
    booking::Deliveries,
    id::{self, LibraryId, NetworkId, RequestId, TrainerId},
    policy::Weights,
    request::{RequestDetails, Urgency},
};
use packhorse_matching::{Match, NoMatch, Ranking, WhyNobody};
use packhorse_services::{
    matches::{self, Answer, Question, Telling},
    roads::Errand,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::Call,
    input::{Body, Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_matches).service(preview_matches);
}

/// Who could teach it.
#[derive(Serialize, ToSchema)]
struct Matches {
    /// Those who can, best first: each with a time, the way, the price, and what makes up the score.
    items: Vec<Matched>,
    /// Those who cannot, fewest rules first, with every rule that stands in the way; the first of them with the smallest change
    /// that would let them in. Only with `explain=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ruled_out: Option<Vec<NoMatch>>,
    /// What stands in the way in all, and what would help most. Only with `explain=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<WhyNobody>,
    /// How pressing it is to find a trainer, by the days left: in person low from 90 on, medium over 60, else high; virtual 60
    /// and 30.
    #[schema(inline)]
    urgency: Urgency,
}

/// Somebody who can.
#[derive(Serialize, ToSchema)]
struct Matched {
    /// When, how, and how well.
    #[serde(flatten)]
    found: Match,
    /// What came of what the trainer took on before. Only with `deliveries=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Deliveries>,
}

impl Matches {
    fn of(answer: Answer, telling: Telling) -> Self {
        let Answer { ranking: Ranking { matches, ruled_out }, why_not, urgency, mut deliveries } = answer;
        let matched = |found: Match| {
            let deliveries = telling.deliveries.then(|| deliveries.remove(&found.trainer).unwrap_or_default());
            Matched { found, deliveries }
        };
        let items = matches.into_iter().map(matched).collect();
        Self { items, ruled_out: telling.explain.then_some(ruled_out), why_not, urgency }
    }
}

/// What is not asked yet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchQuestion {
    /// The network that would serve it.
    network: NetworkId,
    /// The library that would ask, and host.
    library: LibraryId,
    /// What it would need.
    #[validate(nested)]
    details: RequestDetails,
    /// Other weights than those of the network's policy.
    #[validate(nested)]
    weights: Option<Weights>,
}

impl From<MatchQuestion> for Question {
    fn from(input: MatchQuestion) -> Self {
        let MatchQuestion { network, library, details, weights } = input;
        Self { network, library, details, weights }
    }
}

/// How much is told about matches.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct MatchQuery {
    /// Most matches, the best ones.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: usize,
    /// Whether those ruled out are told too, with the rules.
    #[param(value_type = Option<bool>, default = false)]
    explain: bool,
    /// For how many of those ruled out the smallest change is worked out that would let them in; for fewer, where the date
    /// preferences are very wide.
    #[param(value_type = Option<u8>, minimum = 0, maximum = 100, default = 20)]
    relax: usize,
    /// This trainer alone.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// Whether each match tells what came of what the trainer took on before.
    #[param(value_type = Option<bool>, default = false)]
    deliveries: bool,
}

impl MatchQuery {
    fn telling(&self) -> Telling {
        let Self { limit, explain, relax, trainer, deliveries } = *self;
        Telling { limit, explain, relax, trainer, deliveries }
    }
}

impl Query for MatchQuery {
    fn read(from: &mut Parameters) -> Self {
        let relax = from.take("relax").unwrap_or(20);
        if relax > 100 {
            from.fault("relax", "range", "is 0 to 100");
        }
        let explain = from.take("explain").unwrap_or(false);
        let deliveries = from.take("deliveries").unwrap_or(false);
        Self { limit: from.limit().into(), explain, relax, trainer: from.take("trainer"), deliveries }
    }
}

/// Lists who could teach a request.
///
/// Rules decide who can come at all; objectives, weighted by the network's policy, put them in order.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path, description = "The request."), MatchQuery), responses((status = 200, description = "Trainers, best first.", body = Matches)))]
#[get("/v1/requests/{id}/matches")]
async fn list_matches(
    call: Call,
    id: PathId<id::Request>,
    query: QueryOf<MatchQuery>,
) -> Result<HttpResponse, Problem> {
    let (pool, telling) = (call.app.pool.clone(), query.0.telling());
    call.survey(Errand::Matches(id.0)).await;
    let answer = call.read(move |ctx| matches::list(ctx, &pool, id.0, telling)).await?;
    Ok(HttpResponse::Ok().json(Matches::of(answer, telling)))
}

/// Lists who could teach what is not asked yet.
///
/// The same as for a request, for one that is not written, or with other weights than the network's to see what they would
/// change. Nothing is kept.
#[utoipa::path(tag = "requests", params(MatchQuery), request_body = MatchQuestion, responses((status = 200, description = "Trainers, best first.", body = Matches)))]
#[post("/v1/matches")]
async fn preview_matches(
    call: Call,
    query: QueryOf<MatchQuery>,
    body: Body<MatchQuestion>,
) -> Result<HttpResponse, Problem> {
    let (question, pool, telling) = (Question::from(body.0.into_inner()), call.app.pool.clone(), query.0.telling());
    call.survey(Errand::Question(Box::new(question.clone()))).await;
    let preview =
        move |ctx: &mut packhorse_services::Context<'_>| matches::preview(ctx, &pool, question.clone(), telling);
    Ok(HttpResponse::Ok().json(Matches::of(call.read(preview).await?, telling)))
}
