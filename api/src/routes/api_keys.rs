//! API keys, for programs.

use actix_web::{HttpResponse, get, http::StatusCode, post};
use jiff::SignedDuration;
use packhorse_db::{Cursor, Page};
use packhorse_domain::{
    Timestamp, Version,
    api_key::{ApiKey, ApiKeyDetails},
    id::{self, ApiKeyId, NetworkId},
};
use packhorse_services::{
    Error,
    api_keys::{self, KeyInUse, NewKey},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, Listed, PageOf, Reply, Resource},
    input::{Body, PageQuery, Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_api_keys)
        .service(create_api_key)
        .service(get_api_key)
        .service(rotate_api_key)
        .service(revoke_api_key);
}

/// A key that is to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct ApiKeyCreate {
    /// The network it acts for.
    network: NetworkId,
    /// What it is for.
    #[validate(nested)]
    details: ApiKeyDetails,
}

/// How a key changes over to a new secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// Hours for which the old secret is good, too: 0 to 720.
    #[validate(range(max = 720))]
    #[schema(minimum = 0, maximum = 720, example = 24)]
    overlap_hours: u16,
}

/// An API key, without anything secret.
#[derive(Serialize, ToSchema)]
struct KeyView {
    /// The key.
    #[serde(flatten)]
    key: ApiKey,
    /// When it was last used, to the minute; `null` when it never was.
    last_used_at: Option<Timestamp>,
}

impl From<KeyInUse> for KeyView {
    fn from(KeyInUse { key, last_used_at }: KeyInUse) -> Self {
        Self { key, last_used_at }
    }
}

impl Resource for KeyView {
    fn path(&self) -> String {
        format!("/v1/api-keys/{}", self.key.id)
    }

    fn version(&self) -> Version {
        self.key.record.version
    }
}

impl Listed for KeyView {
    fn cursor(&self) -> Cursor {
        Cursor::after(self.key.id)
    }
}

/// An API key with its secret.
#[derive(Serialize, ToSchema)]
struct KeyWithSecret {
    /// The key.
    #[serde(flatten)]
    view: KeyView,
    /// What the program sends as `Authorization: Bearer`. It is shown this once and kept nowhere: `null` when a request is sent
    /// again with its `Idempotency-Key`.
    #[schema(example = "ph_live_01k9z3k8m4e0r9q2v7x5y6w8ta_8dQ0vN2xWc4hRkTz1LmYbGfJs6UaEoP9i3VtXrCn7De2b1Zk9")]
    secret: Option<String>,
}

impl KeyWithSecret {
    /// The answer, and the one without the secret, which is kept.
    fn reply(status: StatusCode, new: NewKey) -> Result<Reply, Error> {
        let view = KeyView { key: new.key, last_used_at: None };
        let mut shown = Self { view, secret: Some(new.token) };
        let reply = Reply::of(status, &shown, &shown.view)?;
        shown.secret = None;
        reply.keep_instead(&shown)
    }
}

/// Which keys.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct KeyQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for KeyQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), page: from.page::<id::ApiKey>() }
    }
}

/// Lists API keys.
///
/// Those of networks you coordinate, with when they were last used. Nothing secret is in them.
#[utoipa::path(tag = "programs", params(KeyQuery, PageQuery), responses((status = 200, description = "One page of keys.", body = PageOf<KeyView>)))]
#[get("/v1/api-keys")]
async fn list_api_keys(call: Call, query: QueryOf<KeyQuery>) -> Result<HttpResponse, Problem> {
    let KeyQuery { network, page } = query.0;
    let views = move |keys: Vec<KeyInUse>| keys.into_iter().map(KeyView::from).collect();
    call.list(page, move |ctx, page| api_keys::list(ctx, network, page).map(views)).await
}

/// Makes an API key for a program.
///
/// It sees what a coordinator of the network sees, and does what a coordinator may do, within its scopes; users, keys and
/// policies are not for keys. The secret is shown once. For coordinators, in their network.
#[utoipa::path(tag = "programs", request_body = ApiKeyCreate, responses((status = 201, description = "The key, with its secret.", body = KeyWithSecret)))]
#[post("/v1/api-keys")]
async fn create_api_key(call: Call, body: Body<ApiKeyCreate>) -> Result<HttpResponse, Problem> {
    let (network, details) = (body.0.network, body.0.map(|input| input.details));
    call.write(move |ctx| KeyWithSecret::reply(StatusCode::CREATED, api_keys::create(ctx, network, details.clone())?))
        .await
}

/// Shows an API key.
///
/// With when it was last used, and without anything secret.
#[utoipa::path(tag = "programs", params(("id" = ApiKeyId, Path, description = "The key.")), responses((status = 200, description = "The key.", body = KeyView)))]
#[get("/v1/api-keys/{id}")]
async fn get_api_key(call: Call, id: PathId<id::ApiKey>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| api_keys::get(ctx, id.0).map(KeyView::from)).await
}

/// Gives an API key a new secret.
///
/// The old one is good for `overlap_hours` more, so that programs change over one by one; one that was old before ends at once.
/// The new one is shown once.
#[utoipa::path(
    tag = "programs",
    params(("id" = ApiKeyId, Path, description = "The key.")),
    request_body = Rotation,
    responses((status = 200, description = "The key, with its new secret.", body = KeyWithSecret))
)]
#[post("/v1/api-keys/{id}/rotate")]
async fn rotate_api_key(call: Call, id: PathId<id::ApiKey>, body: Body<Rotation>) -> Result<HttpResponse, Problem> {
    let (expected, overlap) = (call.expected(), SignedDuration::from_hours(body.0.overlap_hours.into()));
    call.write(move |ctx| KeyWithSecret::reply(StatusCode::OK, api_keys::rotate(ctx, id.0, overlap, &expected)?)).await
}

/// Revokes an API key.
///
/// At once, with every secret it has. There is no way back.
#[utoipa::path(tag = "programs", params(("id" = ApiKeyId, Path, description = "The key.")), responses((status = 200, description = "The key as it is now.", body = KeyView)))]
#[post("/v1/api-keys/{id}/revoke")]
async fn revoke_api_key(call: Call, id: PathId<id::ApiKey>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&KeyView::from(api_keys::revoke(ctx, id.0, &expected)?))).await
}
