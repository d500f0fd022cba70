//! The caller's sign-ins: where they are signed in, and how to end that.

use actix_web::{HttpResponse, delete, get, post};
use packhorse_db::Cursor;
use packhorse_domain::{id, sign_in::SignIn};
use packhorse_services::sessions;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, Listed, PageOf, Reply},
    input::{OnlyPage, PageQuery, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_sign_ins).service(end_sign_in).service(sign_out_others);
}

/// One of your sign-ins.
#[derive(Serialize, ToSchema)]
struct OwnSignIn {
    #[serde(flatten)]
    sign_in: SignIn,
    /// Whether it is the one that asks.
    current: bool,
}

impl Listed for OwnSignIn {
    fn cursor(&self) -> Cursor {
        Cursor::after(self.sign_in.id)
    }
}

/// Lists your sign-ins.
///
/// Those that have not ended.
#[utoipa::path(tag = "sign-in", params(PageQuery), responses((status = 200, description = "One page of sign-ins.", body = PageOf<OwnSignIn>)))]
#[get("/v1/me/sign-ins")]
async fn list_sign_ins(call: Call, query: QueryOf<OnlyPage<id::SignIn>>) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, |ctx, page| {
        let (_, current) = ctx.person()?;
        let shown = |sign_in: SignIn| OwnSignIn { current: sign_in.id == current, sign_in };
        Ok(sessions::list(ctx, page)?.into_iter().map(shown).collect())
    })
    .await
}

/// Ends one of your sign-ins.
///
/// At once: every token of it is refused from then on.
#[utoipa::path(tag = "sign-in", params(("id" = id::SignInId, Path, description = "The sign-in.")), responses((status = 204, description = "Ended.")))]
#[delete("/v1/me/sign-ins/{id}")]
async fn end_sign_in(call: Call, id: PathId<id::SignIn>) -> Result<HttpResponse, Problem> {
    call.write(move |ctx| sessions::end(ctx, id.0).map(|()| Reply::gone())).await
}

/// Ends all your other sign-ins.
///
/// At once; the one that asks goes on.
#[utoipa::path(tag = "sign-in", responses((status = 204, description = "The others are ended.")))]
#[post("/v1/sign-out-others")]
async fn sign_out_others(call: Call) -> Result<HttpResponse, Problem> {
    call.write(|ctx| sessions::sign_out_others(ctx).map(|()| Reply::gone())).await
}
