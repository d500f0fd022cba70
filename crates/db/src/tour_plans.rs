//! Tour plans.

use diesel::prelude::*;
use packhorse_domain::{
    Scope, Timestamp,
    id::{NetworkId, TourPlanId},
    tour_plan::{
        ProblemSize, TourOutcome, TourPlan, TourPlanDetails, TourPlanState, TourPlanStateName, TourProblem,
        TourProgress,
    },
};

use crate::{
    Conn, DbError, Page,
    entity::queries,
    page::paged,
    schema::{tour_plans, tour_problems},
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tour_plans, treat_none_as_null = true)]
struct Row {
    id: Spelled<TourPlanId>,
    network_id: Spelled<NetworkId>,
    state: Spelled<TourPlanStateName>,
    state_data: Json<TourPlanState>,
    due_at: Option<At>,
    details: Json<TourPlanDetails>,
    problem_size: Option<Json<ProblemSize>>,
    progress: Option<Json<TourProgress>>,
    outcome: Option<Json<TourOutcome>>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for TourPlan {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            problem: row.problem_size.map(|size| size.0),
            progress: row.progress.map(|progress| progress.0),
            outcome: row.outcome.map(|outcome| outcome.0),
            state: row.state_data.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&TourPlan> for Row {
    fn from(entity: &TourPlan) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            state: Spelled(entity.state.name()),
            state_data: Json(entity.state.clone()),
            due_at: entity.due_at().map(At),
            details: Json(entity.details.clone()),
            problem_size: entity.problem.map(Json),
            progress: entity.progress.map(Json),
            outcome: entity.outcome.clone().map(Json),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate.
seen!(tour_plans, concat!("tour_plans.network_id IN ", scope::subjects!("coordinator")));

queries! { tour_plans: TourPlan, TourPlanId }

/// What a list of plans may be narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct TourPlanFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// In this state.
    pub state: Option<TourPlanStateName>,
}

/// One page of plans; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: TourPlanFilter, page: &Page) -> Result<Vec<TourPlan>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(tour_plans::network_id.eq(Spelled(network)));
    }
    if let Some(state) = filter.state {
        query = query.filter(tour_plans::state.eq(Spelled(state)));
    }
    let rows: Vec<Row> = paged!(query, tour_plans::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TourPlan::from).collect())
}

/// The plan that somebody should reckon next: the one that waits longest.
///
/// # Errors
/// Those of the database.
pub fn next(conn: &mut Conn, now: Timestamp) -> Result<Option<TourPlan>, DbError> {
    let query = tour_plans::table.filter(tour_plans::due_at.le(At(now))).order((tour_plans::due_at, tour_plans::id));
    let row: Option<Row> = query.select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(TourPlan::from))
}

/// Keeps the problem that was given with a plan.
///
/// # Errors
/// [`DbError::Conflict`] when there is one.
pub fn insert_problem(conn: &mut Conn, plan: TourPlanId, problem: &TourProblem) -> Result<(), DbError> {
    let values = (tour_problems::plan_id.eq(Spelled(plan)), tour_problems::problem.eq(Json(problem.clone())));
    crate::error::one(diesel::insert_into(tour_problems::table).values(values).execute(conn)?)
}

/// The problem that was given with a plan.
///
/// # Errors
/// [`DbError::NotFound`] when none was.
pub fn problem(conn: &mut Conn, plan: TourPlanId) -> Result<TourProblem, DbError> {
    let query = tour_problems::table.filter(tour_problems::plan_id.eq(Spelled(plan))).select(tour_problems::problem);
    let problem: Json<TourProblem> = query.first(conn)?;
    Ok(problem.0)
}
