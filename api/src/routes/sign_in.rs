//! Signing in, staying signed in, signing out.

use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web};
use packhorse_db::Conn;
use packhorse_domain::{id::UserId, user::User};
use packhorse_services::{
    Error, openid, passwords,
    sessions::{self, Opened},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, Reply},
    input::Body,
    problem::{self, Problem},
    rates,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(sign_in).service(sign_in_with_openid).service(refresh_token).service(sign_out).service(get_me);
}

/// Address and password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The address.
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254, example = "ce@nekls.example")]
    email: String,
    /// The password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "a quiet mule on a road")]
    password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The token.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128)]
    refresh_token: String,
}

/// Tokens of a sign-in.
#[derive(Serialize, ToSchema)]
struct TokenPair {
    /// Goes into `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 600)]
    expires_in: u32,
    /// Good once, for the next pair.
    refresh_token: String,
}

fn tokens(app: &App, opened: Opened) -> Result<HttpResponse, Problem> {
    let access_token = app.tokens.issue(opened.user, opened.session, app.clock.now());
    let access_token = access_token.ok_or_else(|| Problem::new(problem::INTERNAL, "no token could be signed"))?;
    let expires_in = app.tokens.lifetime().0 * 60;
    Ok(HttpResponse::Ok().json(TokenPair {
        access_token,
        token_type: "Bearer",
        expires_in,
        refresh_token: opened.refresh_token,
    }))
}

/// Begins a sign-in of somebody, for the program that asks.
async fn open(
    app: &App,
    request: &HttpRequest,
    mut who: impl FnMut(&mut Conn) -> Result<UserId, Error> + Send + 'static,
) -> Result<Opened, Problem> {
    let (now, lifetime) = (app.clock.now(), app.sign_in_lifetime);
    let program = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let opened = app.db.write(move |conn| {
        let user = who(conn)?;
        sessions::sign_in(conn, user, program.as_deref(), now, now + lifetime)
    });
    Ok(opened.await?)
}

/// Signs in.
///
/// Gives an access token for ten minutes and a refresh token that is good once. Attempts are limited more strictly than other
/// requests, by address and by account.
#[utoipa::path(tag = "sign-in", security(), request_body = Credentials, responses((status = 200, description = "Tokens.", body = TokenPair)))]
#[post("/v1/sign-in")]
async fn sign_in(app: web::Data<App>, request: HttpRequest, body: Body<Credentials>) -> Result<HttpResponse, Problem> {
    let Credentials { email, password } = body.0.into_inner();
    rates::sign_in(&app, &request, &email).await?;
    let found = app.db.read(move |conn| sessions::credentials(conn, &email)).await?;
    let compared = app.hash(move || {
        let right = passwords::verify(&password, found.as_ref().map(|(_, hash)| hash.as_str()));
        found.filter(|_| right)
    });
    let (user, hash) = compared.await?.ok_or(Error::BadCredentials)?;
    let opened = open(&app, &request, move |conn| sessions::confirmed(conn, user, &hash)).await?;
    tokens(&app, opened)
}

/// An ID token of an OpenID provider.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct OpenIdToken {
    /// The token.
    #[validate(length(min = 1, max = 16_384))]
    #[schema(min_length = 1, max_length = 16_384)]
    id_token: String,
    /// The `nonce` of the request that it answers; needed if there was one.
    #[validate(length(min = 1, max = 255))]
    #[schema(min_length = 1, max_length = 255)]
    nonce: Option<String>,
}

/// Signs in with an ID token.
///
/// One that a provider the installation trusts issued within the last ten minutes. At first it must hold the verified address of
/// an account here; from then on the account belongs to this subject of the issuer. No account is made: ask for an invitation.
#[utoipa::path(tag = "sign-in", security(), request_body = OpenIdToken, responses((status = 200, description = "Tokens.", body = TokenPair)))]
#[post("/v1/sign-in/openid")]
async fn sign_in_with_openid(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<OpenIdToken>,
) -> Result<HttpResponse, Problem> {
    let OpenIdToken { id_token, nonce } = body.0.into_inner();
    rates::sign_in(&app, &request, &id_token).await?;
    let now = app.clock.now();
    let identity = app.openid.identify(&id_token, nonce.as_deref(), now).await.ok_or(Error::BadCredentials)?;
    let opened = open(&app, &request, move |conn| openid::user_of(conn, &identity, now)).await?;
    tokens(&app, opened)
}

/// Renews the tokens.
///
/// A refresh token is good once. Where the answer did not arrive, the same token gives another pair, and what was lost is void;
/// a token that comes again after its successor was used was copied, and ends its sign-in.
#[utoipa::path(tag = "sign-in", security(), request_body = Refresh, responses((status = 200, description = "Tokens.", body = TokenPair)))]
#[post("/v1/token")]
async fn refresh_token(app: web::Data<App>, body: Body<Refresh>) -> Result<HttpResponse, Problem> {
    let (token, now) = (body.0.into_inner().refresh_token, app.clock.now());
    let renewed = app.db.write(move |conn| sessions::refresh(conn, &token, now)).await?;
    tokens(&app, renewed.ok_or(Error::BadCredentials)?)
}

/// Signs out.
///
/// Every token of this sign-in ends at once.
#[utoipa::path(tag = "sign-in", responses((status = 204, description = "Signed out.")))]
#[post("/v1/sign-out")]
async fn sign_out(call: Call) -> Result<HttpResponse, Problem> {
    call.write(|ctx| sessions::sign_out(ctx).map(|()| Reply::gone())).await
}

/// Shows who you are.
///
/// With your roles as they are at this moment.
#[utoipa::path(tag = "sign-in", responses((status = 200, description = "You.", body = User)))]
#[get("/v1/me")]
async fn get_me(call: Call) -> Result<HttpResponse, Problem> {
    call.get(sessions::me).await
}
