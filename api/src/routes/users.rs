//! People who sign in, and their roles.

use actix_web::{HttpResponse, delete, get, post};
use packhorse_domain::{
    id,
    user::{Role, User, UserDetails},
};
use packhorse_services::{passwords, users};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use super::accounts::hashed;
use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, PartId, PathId, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_users).service(create_user).service(get_user).service(grant_role).service(revoke_role);
}

resource! { User => "users"; }

/// Somebody who is to sign in.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct UserCreate {
    /// The address they sign in with; unique without regard to case.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254, example = "dana@example.org")]
    email: String,
    /// Their name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Dana Whitfield")]
    name: String,
    /// Their first password: 12 to 128 characters, none that is among the first to be tried.
    #[validate(custom(function = "password"))]
    #[schema(min_length = 12, max_length = 128, format = Password, example = "a quiet mule on a road")]
    password: String,
    /// What they are.
    role: Role,
}

/// Checks a new password.
pub(super) fn password(password: &str) -> Result<(), ValidationError> {
    passwords::check(password).map_err(|fault| {
        let told = ValidationError::new("password").with_message(fault.detail.into());
        ValidationError { code: fault.code, ..told }
    })
}

/// Lists people.
///
/// You, and those with a role in a network you coordinate.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, description = "One page of people.", body = PageOf<User>)))]
#[get("/v1/users")]
async fn list_users(call: Call, query: QueryOf<OnlyPage<id::User>>) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, users::list).await
}

/// Adds a person with their first role.
///
/// For coordinators, in their network; only operators make operators.
#[utoipa::path(tag = "people", request_body = UserCreate, responses((status = 201, description = "The person.", body = User)))]
#[post("/v1/users")]
async fn create_user(call: Call, body: Body<UserCreate>) -> Result<HttpResponse, Problem> {
    let (role, password) = (body.0.role, body.0.password.clone());
    let details = body.0.map(|input| UserDetails { email: input.email, name: input.name });
    call.read(move |ctx| users::may_create(ctx, role)).await?;
    let hash = hashed(&call.app, password).await?;
    call.write(move |ctx| Reply::created(&users::create(ctx, details.clone(), &hash, role)?)).await
}

/// Shows a person.
///
/// With their roles as they are at this moment.
#[utoipa::path(tag = "people", params(("id" = id::UserId, Path, description = "The person.")), responses((status = 200, description = "The person.", body = User)))]
#[get("/v1/users/{id}")]
async fn get_user(call: Call, id: PathId<id::User>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| users::get(ctx, id.0)).await
}

/// Gives a person one more role.
///
/// It counts at once, in every sign-in of theirs. For coordinators, in their network; only operators make operators.
#[utoipa::path(
    tag = "people",
    params(("id" = id::UserId, Path, description = "The person.")),
    request_body = Role,
    responses((status = 200, description = "The person as they are now.", body = User))
)]
#[post("/v1/users/{id}/roles")]
async fn grant_role(call: Call, id: PathId<id::User>, body: Body<Role>) -> Result<HttpResponse, Problem> {
    let (expected, role) = (call.expected(), body.0.into_inner());
    call.write(move |ctx| Reply::changed(&users::grant(ctx, id.0, role, &expected)?)).await
}

/// Takes a role away from a person.
///
/// At once, in every sign-in of theirs. For those who may give it.
#[utoipa::path(
    tag = "people",
    params(("id" = id::UserId, Path, description = "The person."), ("role_id" = id::RoleId, Path, description = "The role, as `roles` of the person names it.")),
    responses((status = 200, description = "The person as they are now.", body = User))
)]
#[delete("/v1/users/{id}/roles/{role_id}")]
async fn revoke_role(call: Call, id: PathId<id::User>, role: PartId<id::Role>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&users::revoke(ctx, id.0, role.0, &expected)?)).await
}
