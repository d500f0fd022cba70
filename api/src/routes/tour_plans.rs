//! Tour plans: asked for, watched, stopped, and shown.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpResponse, delete, get, http::header, post, rt, web::Bytes};
use futures_util::stream;
use packhorse_calendar::ics::{Calendar, Entry, EntryStatus};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, NetworkId, TourPlanId},
    tour_plan::{
        PlanChanges, StopEdit, TourOutcome, TourPlan, TourPlanDetails, TourPlanStateName, TourProblem, TourProgress,
    },
};
use packhorse_publishing::html;
use packhorse_services::tour_plans::{self, TourPlanFilter, Wish, edits};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, Judged, PageQuery, Parameters, PathId, Query, QueryOf},
    lines::CALENDAR_TYPE,
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_tour_plans)
        .service(create_tour_plan)
        .service(get_tour_plan)
        .service(stop_tour_plan)
        .service(edit_tour_plan)
        .service(watch_tour_plan)
        .service(compare_tour_plans)
        .service(get_tour_plan_geojson)
        .service(get_tour_plan_map)
        .service(get_tour_plan_ics);
}

resource! { TourPlan => "tour-plans"; }

/// How often whoever watches is told.
const TOLD_EVERY: Duration = Duration::from_millis(250);
/// How often at most: a quarter of an hour in all, more than any plan takes.
const TOLD_AT_MOST: u32 = 3600;

/// A plan that is to be reckoned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TourPlanCreate {
    /// The network whose requests it serves.
    network: NetworkId,
    /// What is to be planned.
    #[validate(nested)]
    details: TourPlanDetails,
    /// The whole problem, instead of open requests of the network and trainers it may ask.
    #[validate(nested)]
    problem: Option<TourProblem>,
}

/// How a plan is to be changed by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct TourPlanEdit {
    /// The steps, one after the other: all of them, or none.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    edits: Vec<StopEdit>,
}

/// Which plans.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct TourPlanQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// In this state.
    #[param(inline, value_type = Option<TourPlanStateName>)]
    state: Option<TourPlanStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for TourPlanQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), state: from.word("state"), page: from.page::<id::TourPlan>() }
    }
}

/// One event of a stream.
#[derive(Serialize, ToSchema)]
struct ProgressEvent {
    /// `progress`, or at last `finished`.
    event: String,
    /// How far it has come, as JSON.
    data: String,
}

/// Another plan.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Other {
    /// The plan to compare with; the one it follows when absent.
    #[param(value_type = Option<TourPlanId>)]
    with: Option<TourPlanId>,
}

impl Query for Other {
    fn read(from: &mut Parameters) -> Self {
        Self { with: from.take("with") }
    }
}

/// How two plans differ.
#[derive(Serialize, ToSchema)]
struct Comparison {
    /// What is kept, moved, dropped and added by the first plan, seen from the other.
    changes: PlanChanges,
    /// The first plan.
    this: Figures,
    /// The other.
    other: Figures,
}

/// A plan in figures.
#[derive(Serialize, ToSchema)]
struct Figures {
    /// Requests served.
    served: usize,
    /// Requests left out.
    left_out: usize,
    /// What all tours take.
    effort: packhorse_domain::tour_plan::Effort,
    /// What separate trips for the same stops would take.
    alone: packhorse_domain::tour_plan::Effort,
}

impl Figures {
    fn of(outcome: &TourOutcome) -> Self {
        Self {
            served: outcome.stops().count(),
            left_out: outcome.left_out.len(),
            effort: outcome.effort,
            alone: outcome.alone,
        }
    }
}

/// Lists tour plans.
///
/// Those of networks you coordinate.
#[utoipa::path(tag = "tours", params(TourPlanQuery, PageQuery), responses((status = 200, description = "One page of plans.", body = PageOf<TourPlan>)))]
#[get("/v1/tour-plans")]
async fn list_tour_plans(call: Call, query: QueryOf<TourPlanQuery>) -> Result<HttpResponse, Problem> {
    let TourPlanQuery { network, state, page } = query.0;
    call.list(page, move |ctx, page| tour_plans::list(ctx, TourPlanFilter { network, state }, page)).await
}

/// Asks for a tour plan.
///
/// Open requests of the network and the trainers it may ask are put together to road shows: who goes where on which day, and
/// where they sleep. It is reckoned in the background; follow it with `GET`, or watch its progress. It holds nobody's time. For
/// coordinators.
///
/// With `problem` it is about the requests, trainers, places and costs given there, called by their names, and nobody can be
/// offered its tours. What such a plan follows is another of that kind, and what has the same name is the same. The body may
/// be as large as an import (`import_limit_mib`, 20 MiB unless it is set), with 2,000 requests and 200 trainers at most; what is
/// wrong with it is told all at once.
#[utoipa::path(tag = "tours", request_body = TourPlanCreate, responses((status = 201, description = "The plan, queued.", body = TourPlan)))]
#[post("/v1/tour-plans")]
async fn create_tour_plan(call: Call, body: Judged<TourPlanCreate>) -> Result<HttpResponse, Problem> {
    let Judged { input: TourPlanCreate { network, details, problem }, faults } = body;
    let mut wish = Wish { details, problem, faults };
    if wish.problem.is_some() {
        // It takes a while, and needs no transaction.
        let judged = Arc::new(wish);
        let of = judged.clone();
        let found = call.read(move |ctx| tour_plans::judge(ctx, network, &of)).await?;
        wish = Arc::unwrap_or_clone(judged);
        wish.faults.extend(found);
    }
    let reply = call.write(move |ctx| Reply::created(&tour_plans::create(ctx, network, &wish)?)).await?;
    call.app.planner.notify_one();
    Ok(reply)
}

/// Shows a tour plan.
///
/// While it is reckoned, with how far it has come; then with what was found.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "The plan.", body = TourPlan)))]
#[get("/v1/tour-plans/{id}")]
async fn get_tour_plan(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| tour_plans::get(ctx, id.0)).await
}

/// Stops a tour plan.
///
/// One that is queued is over at once. One that is being reckoned ends soon, and keeps the best that was found. It changes all
/// the time, so `If-Match: *` is what stops it.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "The plan, stopped or about to stop.", body = TourPlan)))]
#[delete("/v1/tour-plans/{id}")]
async fn stop_tour_plan(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&tour_plans::stop(ctx, id.0, &expected)?)).await
}

/// Changes a tour plan by hand.
///
/// Stops are added, removed, moved and reordered; then the whole is checked and priced as the planner's own answer is. What is
/// wrong with it is named, step by step, and nothing is changed. For coordinators, once the plan has finished.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), request_body = TourPlanEdit, responses((status = 200, description = "The plan, priced anew.", body = TourPlan)))]
#[post("/v1/tour-plans/{id}/edit")]
async fn edit_tour_plan(
    call: Call,
    id: PathId<id::TourPlan>,
    body: Body<TourPlanEdit>,
) -> Result<HttpResponse, Problem> {
    let (expected, input, pool) = (call.expected(), body.0, call.app.pool.clone());
    call.write(move |ctx| Reply::changed(&edits::edit(ctx, &pool, id.0, &expected, &input.edits)?)).await
}

/// Watches a tour plan.
///
/// Server-sent events: `progress` with how far it has come whenever that changes, and at last `finished` with the state. It
/// ends after a quarter of an hour at the latest.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "A stream of events.", content_type = "text/event-stream", body = ProgressEvent)))]
#[get("/v1/tour-plans/{id}/progress")]
async fn watch_tour_plan(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    // Whoever may not see it is told so, and not in a stream.
    call.read(move |ctx| tour_plans::get(ctx, id.0)).await?;
    let events = stream::unfold((call, 0, None), move |(call, count, told)| tell(call, id.0, count, told));
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, events would wait for one another.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(events))
}

/// What was told last.
type Told = Option<TourProgress>;

/// The next event, and what is to be known for the one after it; nothing after the last.
async fn tell(
    call: Call,
    id: TourPlanId,
    count: u32,
    told: Told,
) -> Option<(Result<Bytes, Infallible>, (Call, u32, Told))> {
    for count in count..TOLD_AT_MOST {
        if count > 0 {
            rt::time::sleep(TOLD_EVERY).await;
        }
        let plan = call.read(move |ctx| tour_plans::get(ctx, id)).await.ok()?;
        let event = |name: &str, data: &Value| Ok(Bytes::from(format!("event: {name}\ndata: {data}\n\n")));
        if plan.state.is_finished() {
            let data = json!({ "state": plan.state.name(), "progress": plan.progress });
            return Some((event("finished", &data), (call, TOLD_AT_MOST, plan.progress)));
        }
        if plan.progress != told {
            return Some((event("progress", &json!(plan.progress)), (call, count + 1, plan.progress)));
        }
    }
    None
}

/// Compares two tour plans.
///
/// What the plan keeps, moves, drops and adds, seen from the other, with the figures of both.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan."), Other), responses((status = 200, description = "How they differ.", body = Comparison)))]
#[get("/v1/tour-plans/{id}/comparison")]
async fn compare_tour_plans(
    call: Call,
    id: PathId<id::TourPlan>,
    query: QueryOf<Other>,
) -> Result<HttpResponse, Problem> {
    let other = query.0.with;
    let comparison = call
        .read(move |ctx| {
            let (this, other) = tour_plans::two(ctx, id.0, other)?;
            let changes = this.changes_since(&other);
            Ok(Comparison { changes, this: Figures::of(&this), other: Figures::of(&other) })
        })
        .await?;
    Ok(HttpResponse::Ok().json(comparison))
}

/// Shows a tour plan as `GeoJSON`.
///
/// A point for each stop and night, a line for each drive, with times and trainers (RFC 7946).
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "A feature collection.", content_type = "application/geo+json", body = Value)))]
#[get("/v1/tour-plans/{id}/map.geojson")]
async fn get_tour_plan_geojson(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    let (_, outcome) = call.read(move |ctx| tour_plans::outcome(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().content_type("application/geo+json").body(html::geojson(&outcome).to_string()))
}

/// Draws a tour plan.
///
/// A map as SVG: stops with numbers in their order, drives, and nights.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "A drawing.", content_type = "image/svg+xml", body = String)))]
#[get("/v1/tour-plans/{id}/map.svg")]
async fn get_tour_plan_map(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    let (plan, outcome) = call.read(move |ctx| tour_plans::outcome(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml; charset=utf-8").body(html::tours(title(&plan), &outcome)))
}

/// Shows a tour plan as iCalendar.
///
/// A tentative event for each stop.
#[utoipa::path(tag = "tours", params(("id" = TourPlanId, Path, description = "The plan.")), responses((status = 200, description = "An iCalendar stream.", content_type = "text/calendar", body = String)))]
#[get("/v1/tour-plans/{id}/calendar.ics")]
async fn get_tour_plan_ics(call: Call, id: PathId<id::TourPlan>) -> Result<HttpResponse, Problem> {
    let (plan, outcome) = call.read(move |ctx| tour_plans::outcome(ctx, id.0)).await?;
    let stops = outcome.tours.iter().flat_map(|tour| tour.stops.iter().map(move |stop| (tour, stop)));
    let entries: Vec<_> = stops
        .map(|(tour, stop)| Entry {
            uid: format!("{}-{}", plan.id, stop.request),
            time: stop.time,
            stamp: plan.record.updated_at,
            sequence: 0,
            status: EntryStatus::Tentative,
            summary: tour.name.clone(),
            location: stop.place.clone(),
            description: String::new(),
            transparent: true,
        })
        .collect();
    let calendar = Calendar { name: title(&plan), method: None, entries: &entries };
    Ok(HttpResponse::Ok().content_type(CALENDAR_TYPE).body(calendar.to_ics()))
}

fn title(plan: &TourPlan) -> &str {
    if plan.details.name.is_empty() { "Packhorse: tour plan" } else { &plan.details.name }
}
