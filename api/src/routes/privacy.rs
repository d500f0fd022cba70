//! What is kept about a person: what they allow, all of it in one document, and its end.

use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header},
    post, put,
};
use packhorse_domain::{
    Timestamp, Word,
    consent::{Consent, ConsentPurpose},
    id,
    privacy::PersonExport,
    user::User,
};
use packhorse_services::{consents, erasure, exports};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::accounts::prove;
use crate::{
    call::{Begun, Call, PageOf, Reply},
    input::{Body, PathId, PathWord},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_consents).service(set_consent).service(export_me).service(export_user);
    config.service(erase_me).service(erase_user);
}

/// What is asked of you, and what you answered.
#[derive(Serialize, ToSchema)]
struct ConsentView {
    /// What it is about.
    purpose: ConsentPurpose,
    /// What is asked, word for word.
    #[schema(example = "Send me once a week, by mail, what libraries in my networks need.")]
    text: &'static str,
    /// Which version of the words that is.
    #[schema(minimum = 1, example = 1)]
    wording: u32,
    /// Whether you allow it, in these words.
    given: bool,
    /// When you answered last; `null` when you never did.
    since: Option<Timestamp>,
}

impl ConsentView {
    fn of(purpose: ConsentPurpose, answer: Option<&Consent>) -> Self {
        Self {
            purpose,
            text: purpose.text(),
            wording: purpose.wording(),
            given: answer.is_some_and(Consent::stands),
            since: answer.map(|answer| answer.since),
        }
    }
}

/// An answer.
#[derive(Clone, Copy, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct ConsentAnswer {
    /// Whether you allow it.
    given: bool,
    /// Which version of the words you saw.
    #[validate(range(min = 1))]
    #[schema(minimum = 1, example = 1)]
    wording: u32,
}

/// Your password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// The password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, format = Password, example = "a quiet mule on a road")]
    password: String,
}

/// Lists what you can allow.
///
/// All there is, with the words that ask, and what you answered. What you never answered is not allowed.
#[utoipa::path(tag = "people", responses((status = 200, description = "All of them, on one page.", body = PageOf<ConsentView>)))]
#[get("/v1/me/consents")]
async fn list_consents(call: Call) -> Result<HttpResponse, Problem> {
    let answers = call.read(consents::list).await?;
    let answer = |purpose| answers.iter().find(|answer| answer.purpose == purpose);
    let items = ConsentPurpose::ALL.iter().map(|purpose| ConsentView::of(*purpose, answer(*purpose))).collect();
    Ok(HttpResponse::Ok().json(PageOf { items, next: None }))
}

/// Allows something, or takes it back.
///
/// It counts at once. Name the version of the words that you saw: 409 `old_wording` when they have changed since.
#[utoipa::path(
    tag = "people",
    params(("purpose" = ConsentPurpose, Path, description = "What it is about.")),
    request_body = ConsentAnswer,
    responses((status = 200, description = "As it is now.", body = ConsentView))
)]
#[put("/v1/me/consents/{purpose}")]
async fn set_consent(
    call: Call,
    purpose: PathWord<ConsentPurpose>,
    body: Body<ConsentAnswer>,
) -> Result<HttpResponse, Problem> {
    let ConsentAnswer { given, wording } = body.0.into_inner();
    call.write(move |ctx| {
        let answer = consents::set(ctx, purpose.0, wording, given)?;
        Reply::json(StatusCode::OK, &ConsentView::of(purpose.0, Some(&answer)))
    })
    .await
}

/// An export, to be saved.
fn attachment(export: &PersonExport) -> HttpResponse {
    let name = format!("attachment; filename=\"packhorse-{}.json\"", export.user.id);
    HttpResponse::Ok().insert_header((header::CONTENT_DISPOSITION, name)).json(export)
}

/// Gives you all that is kept about you.
///
/// In one document: account, roles, consents, sign-ins, invitations, mails, the trainers you are with calendars, trips, offers and
/// bookings, and the events about you. Of others it names ids alone; passwords, tokens and keys are not in it.
#[utoipa::path(tag = "people", responses((status = 200, description = "All of it.", body = PersonExport)))]
#[get("/v1/me/export")]
async fn export_me(call: Call) -> Result<HttpResponse, Problem> {
    Ok(attachment(&call.read(exports::of_caller).await?))
}

/// Gives all that is kept about a person.
///
/// For themselves and for operators: the same as `GET /v1/me/export`.
#[utoipa::path(tag = "people", params(("id" = id::UserId, Path, description = "The person.")), responses((status = 200, description = "All of it.", body = PersonExport)))]
#[get("/v1/users/{id}/export")]
async fn export_user(call: Call, id: PathId<id::User>) -> Result<HttpResponse, Problem> {
    Ok(attachment(&call.read(move |ctx| exports::of_person(ctx, id.0)).await?))
}

/// Erases you.
///
/// Your account, sign-ins and consents end at once, and nobody can undo it. Of a trainer whom nobody else is, profile and calendar
/// go, and offers that are out are declined; what was booked stays with its figures and without a name. What the log of events
/// told about you is emptied. 409 `bookings_stand` while a booking of yours lies ahead, `last_operator` when nobody else
/// operates the installation.
#[utoipa::path(tag = "people", request_body = Proof, responses((status = 204, description = "Erased.")))]
#[post("/v1/me/erase")]
async fn erase_me(call: Call, body: Body<Proof>) -> Result<HttpResponse, Problem> {
    if let Begun::Answered(before) = prove(&call, body.0.into_inner().password, "/password").await? {
        return Ok(before);
    }
    call.write(|ctx| erasure::erase_caller(ctx).map(|()| Reply::gone())).await
}

/// Erases a person.
///
/// For operators: what `POST /v1/me/erase` does, for somebody who asked for it.
#[utoipa::path(tag = "people", params(("id" = id::UserId, Path, description = "The person.")), responses((status = 200, description = "What stays of them.", body = User)))]
#[post("/v1/users/{id}/erase")]
async fn erase_user(call: Call, id: PathId<id::User>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    call.write(move |ctx| Reply::changed(&erasure::erase(ctx, id.0, &expected)?)).await
}
