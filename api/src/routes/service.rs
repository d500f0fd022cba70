//! The service itself: where to go, health, keys, problem pages, the OpenAPI document.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use packhorse_db::DbError;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    openapi,
    problem::{self, Problem},
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(get_root)
        .service(get_liveness)
        .service(get_readiness)
        .service(get_keys)
        .service(get_problem)
        .service(get_openapi);
}

/// Where to go.
#[derive(Serialize, ToSchema)]
struct Root {
    /// What this is.
    #[schema(example = "Packhorse")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Pages to read and try the operations.
    #[schema(example = "/docs/")]
    docs: &'static str,
    /// The OpenAPI document.
    #[schema(example = "/openapi.json")]
    openapi: &'static str,
    /// Where signing in begins.
    #[schema(example = "/v1/sign-in")]
    sign_in: &'static str,
}

/// Tells where to go.
///
/// People are sent to the docs, programs get the addresses.
#[utoipa::path(tag = "service", security(), responses((status = 200, description = "Addresses.", body = Root), (status = 303, description = "A browser is sent to the docs.")))]
#[get("/")]
async fn get_root(request: HttpRequest) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, "/docs/")).finish();
    }
    let root = Root {
        name: "Packhorse",
        version: env!("CARGO_PKG_VERSION"),
        docs: "/docs/",
        openapi: "/openapi.json",
        sign_in: "/v1/sign-in",
    };
    HttpResponse::Ok().json(root)
}

/// Whether it is there.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Tells that the process lives.
///
/// Asks nothing of the database.
#[utoipa::path(tag = "service", security(), responses((status = 200, description = "It lives.", body = Health)))]
#[get("/health/live")]
async fn get_liveness() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Tells that requests can be served.
///
/// The database answers, and its schema is the one this program knows.
#[utoipa::path(tag = "service", security(), responses((status = 200, description = "It is ready.", body = Health)))]
#[get("/health/ready")]
async fn get_readiness(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let waiting = app
        .db
        .read(|conn| packhorse_db::pending(conn).map_err(|error| DbError::Unavailable(error.to_string())))
        .await?;
    if waiting > 0 {
        return Err(Problem::new(problem::UNAVAILABLE, format!("{waiting} migrations have not been run")).later(5));
    }
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}

/// Shows the public keys of access tokens.
///
/// A JSON Web Key Set (RFC 7517).
#[utoipa::path(tag = "service", security(), responses((status = 200, description = "The keys.", body = serde_json::Value, example = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig", "alg": "EdDSA", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}]}))))]
#[get("/.well-known/jwks.json")]
async fn get_keys(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(app.tokens.jwks())
}

/// Explains a kind of problem.
///
/// The page that `type` of a problem document names.
#[utoipa::path(tag = "service", security(), params(("code" = String, Path, description = "The kind.", example = "not_found")), responses((status = 200, description = "The page.", content_type = "text/html", body = String)))]
#[get("/problems/{code}")]
async fn get_problem(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let page = openapi::problem_page(&code)
        .ok_or_else(|| Problem::new(problem::NOT_FOUND, "there is no such kind of problem"))?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page))
}

/// Shows the OpenAPI document.
///
/// Generated from the operations that are served.
#[utoipa::path(tag = "service", security(), responses((status = 200, description = "The document.", body = serde_json::Value, example = json!({"openapi": "3.1.0"}))))]
#[get("/openapi.json")]
async fn get_openapi(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(app.document)
}
