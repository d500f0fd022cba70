//! One's own account: password and address, and the way back for who forgot.

use actix_web::{HttpRequest, HttpResponse, post, web};
use packhorse_domain::{Timestamp, id};
use packhorse_services::{Context, Error, Fault, accounts, passwords};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::users::password;
use crate::{
    call::{Begun, Call, Reply},
    input::{Body, PathId},
    problem::{self, Problem},
    rates,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(change_password).service(start_email_change).service(change_email);
    config.service(start_password_reset).service(ask_password_reset).service(reset_password);
}

/// A new password, and the present one.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The present password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, format = Password, example = "a quiet mule on a road")]
    present: String,
    /// The new one: 12 to 128 characters, none that is among the first to be tried.
    #[validate(custom(function = "password"))]
    #[schema(min_length = 12, max_length = 128, format = Password, example = "a loud mule on a bridge")]
    password: String,
}

/// A new address, and the password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct EmailChange {
    /// The new address.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    email: String,
    /// The password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, format = Password, example = "a quiet mule on a road")]
    password: String,
}

/// A token that is good once.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct OneTime {
    /// The token.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "kq3VbU0mZ5o1vN8sT2xY7rW4pL6cD9eF0gH1jK2aB3c")]
    pub(super) token: String,
}

/// The address of somebody who forgot their password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    /// The address.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    email: String,
}

/// A token that sets a password, and the password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PasswordReset {
    /// The token.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "kq3VbU0mZ5o1vN8sT2xY7rW4pL6cD9eF0gH1jK2aB3c")]
    token: String,
    /// The new password: 12 to 128 characters, none that is among the first to be tried.
    #[validate(custom(function = "password"))]
    #[schema(min_length = 12, max_length = 128, format = Password, example = "a loud mule on a bridge")]
    password: String,
}

/// What lets somebody set a new password.
#[derive(Serialize, ToSchema)]
struct ResetLink {
    /// For `POST /v1/password-resets`; `null` where it was mailed to them.
    #[schema(example = "kq3VbU0mZ5o1vN8sT2xY7rW4pL6cD9eF0gH1jK2aB3c")]
    token: Option<String>,
    /// Until when it is good.
    expires_at: Timestamp,
}

/// Hashes a new password.
pub(super) async fn hashed(app: &App, password: String) -> Result<String, Problem> {
    let hash = app.hash(move || passwords::hash(&password)).await?;
    hash.ok_or_else(|| Problem::new(problem::INTERNAL, "no password could be hashed"))
}

/// Whether a password is the caller's; `at` is where the input holds it.
pub(super) async fn prove(call: &Call, password: String, at: &str) -> Result<Begun<()>, Problem> {
    let kept = match call.begin(accounts::password_hash).await? {
        Begun::Ready(kept) => kept,
        Begun::Answered(before) => return Ok(Begun::Answered(before)),
    };
    if call.app.hash(move || passwords::verify(&password, Some(&kept))).await? {
        return Ok(Begun::Ready(()));
    }
    Err(Error::from(Fault::new(at, "wrong_password", "is not your password")).into())
}

/// Changes your password.
///
/// Your other sign-ins end at once.
#[utoipa::path(tag = "sign-in", request_body = PasswordChange, responses((status = 204, description = "Changed.")))]
#[post("/v1/me/password")]
async fn change_password(call: Call, body: Body<PasswordChange>) -> Result<HttpResponse, Problem> {
    let PasswordChange { present, password } = body.0.into_inner();
    if let Begun::Answered(before) = prove(&call, present, "/present").await? {
        return Ok(before);
    }
    let hash = hashed(&call.app, password).await?;
    call.write(move |ctx| accounts::change_password(ctx, &hash).map(|()| Reply::gone())).await
}

/// Asks for another address.
///
/// A mail to the new address brings a token that confirms it; until then the present one stays. 409 `no_mail` where the
/// installation sends no mail.
#[utoipa::path(tag = "sign-in", request_body = EmailChange, responses((status = 204, description = "The mail is on its way.")))]
#[post("/v1/me/email")]
async fn start_email_change(call: Call, body: Body<EmailChange>) -> Result<HttpResponse, Problem> {
    let EmailChange { email, password } = body.0.into_inner();
    if let Begun::Answered(before) = prove(&call, password, "/password").await? {
        return Ok(before);
    }
    let letters = call.app.letters.clone();
    call.write(move |ctx| accounts::start_email_change(ctx, &email, letters.as_ref()).map(|()| Reply::gone())).await
}

/// Confirms a new address.
///
/// With the token that was mailed to it. The address before is told.
#[utoipa::path(
    tag = "sign-in",
    security(),
    request_body = OneTime,
    responses((status = 204, description = "The account has the new address."))
)]
#[post("/v1/email-changes")]
async fn change_email(app: web::Data<App>, request: HttpRequest, body: Body<OneTime>) -> Result<HttpResponse, Problem> {
    rates::sign_in(&app, &request, &body.0.token).await?;
    let (token, now, letters) = (body.0.into_inner().token, app.clock.now(), app.letters.clone());
    let changed =
        app.db.write(move |conn| accounts::change_email(&mut Context::of_program(conn, now), &token, letters.as_ref()));
    changed.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets a person set a new password.
///
/// For those who may give every role that the person has. The token is mailed to them, or comes back once where the installation
/// sends no mail: hand it over on a safe way. It is good for an hour, and the one before no more. The answer is not kept:
/// sent again, the request makes another token.
#[utoipa::path(
    tag = "people",
    params(("id" = id::UserId, Path, description = "The person.")),
    responses((status = 200, description = "What lets them.", body = ResetLink))
)]
#[post("/v1/users/{id}/password-reset")]
async fn start_password_reset(call: Call, id: PathId<id::User>) -> Result<HttpResponse, Problem> {
    let (expected, letters) = (call.expected(), call.app.letters.clone());
    match call.begin(move |ctx| accounts::start_reset(ctx, id.0, letters.as_ref(), &expected)).await? {
        Begun::Answered(before) => Ok(before),
        Begun::Ready(link) => Ok(HttpResponse::Ok().json(ResetLink { token: link.token, expires_at: link.expires_at })),
    }
}

/// Asks for a way back after a forgotten password.
///
/// The answer is the same whether somebody has the address or not, and so is the time it takes. If somebody has, and the
/// installation sends mail, a token follows.
#[utoipa::path(tag = "sign-in", security(), request_body = Forgotten, responses((status = 202, description = "Noted.")))]
#[post("/v1/password-reset-requests")]
async fn ask_password_reset(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<Forgotten>,
) -> Result<HttpResponse, Problem> {
    rates::sign_in(&app, &request, &body.0.email).await?;
    if app.letters.is_some() {
        let (email, now) = (body.0.into_inner().email, app.clock.now());
        app.db.write(move |conn| accounts::ask_reset(conn, &email, now)).await?;
    }
    Ok(HttpResponse::Accepted().finish())
}

/// Sets a new password.
///
/// With a token that is good once. Every sign-in of the person ends at once.
#[utoipa::path(tag = "sign-in", security(), request_body = PasswordReset, responses((status = 204, description = "Set.")))]
#[post("/v1/password-resets")]
async fn reset_password(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<PasswordReset>,
) -> Result<HttpResponse, Problem> {
    let PasswordReset { token, password } = body.0.into_inner();
    rates::sign_in(&app, &request, &token).await?;
    let (asked, now) = (token.clone(), app.clock.now());
    app.db.read(move |conn| accounts::may_reset(conn, &asked, now)).await?;
    let hash = hashed(&app, password).await?;
    app.db.write(move |conn| accounts::reset(&mut Context::of_program(conn, now), &token, &hash)).await?;
    Ok(HttpResponse::NoContent().finish())
}
