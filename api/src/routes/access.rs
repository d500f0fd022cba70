//! Who may do what, as the table of the policy has it.

use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::{self, PolicyView};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_policy).service(get_access_page);
}

/// Shows who may do what.
///
/// Every action with the relations that may take it, and every operation with its action and the scope that an API key needs for
/// it: the very table by which requests are decided.
#[utoipa::path(tag = "programs", security(), responses((status = 200, description = "The policy.", body = PolicyView)))]
#[get("/v1/policy")]
async fn get_policy() -> HttpResponse {
    HttpResponse::Ok().json(PolicyView::new())
}

/// Shows who may do what, as a page.
///
/// The same as `GET /v1/policy`, for people.
#[utoipa::path(tag = "programs", security(), responses((status = 200, description = "The page.", content_type = "text/html", body = String)))]
#[get("/docs/access")]
async fn get_access_page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(access::page(&PolicyView::new()))
}
