//! Invitations.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web};
use packhorse_domain::{
    id,
    invitation::{Invitation, InvitationDetails},
    user::User,
};
use packhorse_services::{Context, invitations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::{
    accounts::{OneTime, hashed},
    users::password,
};
use crate::{
    call::{Begun, Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, PathId, QueryOf},
    problem::Problem,
    rates,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_invitations).service(create_invitation).service(get_invitation).service(revoke_invitation);
    config.service(create_account).service(accept_invitation).service(sign_up);
}

resource! { Invitation => "invitations"; }

/// An invitation that was made just now.
#[derive(Serialize, ToSchema)]
struct NewInvitation {
    #[serde(flatten)]
    invitation: Invitation,
    /// What accepts it, shown once; `null` where it was mailed to the invited.
    #[schema(example = "kq3VbU0mZ5o1vN8sT2xY7rW4pL6cD9eF0gH1jK2aB3c")]
    token: Option<String>,
}

/// Somebody who was invited.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct AccountCreate {
    /// The token of the invitation.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "kq3VbU0mZ5o1vN8sT2xY7rW4pL6cD9eF0gH1jK2aB3c")]
    token: String,
    /// Their name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Dana Whitfield")]
    name: String,
    /// Their password: 12 to 128 characters, none that is among the first to be tried.
    #[validate(custom(function = "password"))]
    #[schema(min_length = 12, max_length = 128, format = Password, example = "a quiet mule on a road")]
    password: String,
}

/// The address of somebody who wants to take part.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct SignUp {
    /// The address.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    email: String,
}

/// Lists invitations.
///
/// To networks you coordinate, whatever became of them.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, description = "One page of invitations.", body = PageOf<Invitation>)))]
#[get("/v1/invitations")]
async fn list_invitations(call: Call, query: QueryOf<OnlyPage<id::Invitation>>) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, invitations::list).await
}

/// Invites somebody to a role.
///
/// For coordinators, in their network; only operators invite operators. The token is mailed to the invited, or comes back once
/// where the installation sends no mail. It is good for seven days. The answer is not kept: sent again, the request invites again.
#[utoipa::path(tag = "people", request_body = InvitationDetails, responses((status = 201, description = "The invitation.", body = NewInvitation)))]
#[post("/v1/invitations")]
async fn create_invitation(call: Call, body: Body<InvitationDetails>) -> Result<HttpResponse, Problem> {
    let letters = call.app.letters.clone();
    match call.begin(move |ctx| invitations::create(ctx, body.0.clone(), letters.as_ref())).await? {
        Begun::Answered(before) => Ok(before),
        Begun::Ready((invitation, token)) => {
            let made = NewInvitation { invitation, token };
            Ok(Reply::of(StatusCode::CREATED, &made, &made.invitation)?.respond())
        }
    }
}

/// Shows an invitation.
///
/// Its token is shown nowhere.
#[utoipa::path(tag = "people", params(("id" = id::InvitationId, Path, description = "The invitation.")), responses((status = 200, description = "The invitation.", body = Invitation)))]
#[get("/v1/invitations/{id}")]
async fn get_invitation(call: Call, id: PathId<id::Invitation>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| invitations::get(ctx, id.0)).await
}

/// Takes an invitation back.
///
/// For those who may give the role.
#[utoipa::path(tag = "people", params(("id" = id::InvitationId, Path, description = "The invitation.")), responses((status = 200, description = "The invitation as it is now.", body = Invitation)))]
#[post("/v1/invitations/{id}/revoke")]
async fn revoke_invitation(call: Call, id: PathId<id::Invitation>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&invitations::revoke(ctx, id.0, &expected)?)).await
}

/// Makes the account of somebody who was invited.
///
/// The role comes with it, if whoever invited may still give it (409 `inviter_may_not`). Who has an account signs in and accepts
/// there.
#[utoipa::path(
    tag = "sign-in",
    security(),
    request_body = AccountCreate,
    responses((status = 201, description = "The person.", body = User))
)]
#[post("/v1/accounts")]
async fn create_account(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<AccountCreate>,
) -> Result<HttpResponse, Problem> {
    let AccountCreate { token, name, password } = body.0.into_inner();
    rates::sign_in(&app, &request, &token).await?;
    let (asked, now) = (token.clone(), app.clock.now());
    app.db.read(move |conn| invitations::may_create_account(conn, &asked, now)).await?;
    let hash = hashed(&app, password).await?;
    let made = app
        .db
        .write(move |conn| invitations::create_account(&mut Context::of_program(conn, now), &token, &name, &hash));
    Ok(Reply::created(&made.await?)?.respond())
}

/// Accepts an invitation.
///
/// One to your address, with the token; the role counts at once, if whoever invited may still give it (409 `inviter_may_not`).
#[utoipa::path(tag = "sign-in", request_body = OneTime, responses((status = 200, description = "You, as you are now.", body = User)))]
#[post("/v1/me/invitations")]
async fn accept_invitation(call: Call, body: Body<OneTime>) -> Result<HttpResponse, Problem> {
    let token = body.0.into_inner().token;
    call.write(move |ctx| Reply::changed(&invitations::accept(ctx, &token)?)).await
}

/// Signs up for an informal network.
///
/// For whoever has no account yet: a token goes to the address, to make one that takes part (`POST /v1/accounts`), or to take part with
/// the one there is (`POST /v1/me/invitations`). The answer is the same whether somebody has the address or not, and so is the time
/// it takes. 409 `no_mail` where the installation sends no mail.
#[utoipa::path(
    tag = "sign-in",
    security(),
    params(("id" = id::NetworkId, Path, description = "The network.")),
    request_body = SignUp,
    responses((status = 202, description = "The mail is on its way."))
)]
#[post("/v1/networks/{id}/sign-ups")]
async fn sign_up(
    app: web::Data<App>,
    request: HttpRequest,
    id: PathId<id::Network>,
    body: Body<SignUp>,
) -> Result<HttpResponse, Problem> {
    rates::sign_in(&app, &request, &body.0.email).await?;
    let (email, now, letters) = (body.0.into_inner().email, app.clock.now(), app.letters.clone());
    let signed = app
        .db
        .write(move |conn| invitations::sign_up(&mut Context::of_program(conn, now), id.0, &email, letters.as_ref()));
    signed.await?;
    Ok(HttpResponse::Accepted().finish())
}
