//! The needs board: postings, and what others say to them.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, LibraryId, NetworkId},
    posting::{ClosingReason, Posting, PostingDetails, PostingKind, PostingReply, PostingStateName},
    request::{RequestDetails, TrainingRequest},
};
use packhorse_services::postings::{self, PostingFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, OnlyPage, PageQuery, Parameters, Patch, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_postings)
        .service(create_posting)
        .service(get_posting)
        .service(update_posting)
        .service(close_posting)
        .service(create_me_too)
        .service(delete_me_too)
        .service(create_posting_request)
        .service(list_replies)
        .service(create_reply)
        .service(get_reply);
}

resource! {
    Posting => "postings";
    PostingReply => "replies";
}

/// Something that is to be posted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PostingCreate {
    /// The network to post it in.
    network: NetworkId,
    /// What it says.
    #[validate(nested)]
    details: PostingDetails,
}

/// Why it is closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PostingClosing {
    /// Why.
    reason: ClosingReason,
}

/// Which library needs it, too.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct MeToo {
    /// The library.
    library: LibraryId,
}

/// What a request says besides what the posting does.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct PostingRequest {
    /// Title and text of the posting go before its notes; libraries that said "me too" are added to its co-hosts.
    #[validate(nested)]
    details: RequestDetails,
}

/// A reply that is to be written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct ReplyCreate {
    /// What it says.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000, example = "We have a handout for that.")]
    text: String,
}

/// Which postings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct PostingQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Of this kind.
    #[param(inline, value_type = Option<PostingKind>)]
    kind: Option<PostingKind>,
    /// In this state.
    #[param(inline, value_type = Option<PostingStateName>)]
    state: Option<PostingStateName>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for PostingQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            kind: from.word("kind"),
            state: from.word("state"),
            page: from.page::<id::Posting>(),
        }
    }
}

/// Whose "me too".
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct MeTooQuery {
    /// The library that said it.
    #[param(value_type = LibraryId)]
    library: LibraryId,
}

impl Query for MeTooQuery {
    fn read(from: &mut Parameters) -> Self {
        let library = from.take("library").unwrap_or_else(|| {
            from.fault("library", "required", "is missing");
            LibraryId::nil()
        });
        Self { library }
    }
}

/// Lists postings.
///
/// Your own, those of your networks, those shown to partners of networks that lend to yours, and public ones.
#[utoipa::path(tag = "postings", params(PostingQuery, PageQuery), responses((status = 200, description = "One page of postings.", body = PageOf<Posting>)))]
#[get("/v1/postings")]
async fn list_postings(call: Call, query: QueryOf<PostingQuery>) -> Result<HttpResponse, Problem> {
    let PostingQuery { network, kind, state, page } = query.0;
    let filter = PostingFilter { network, kind, state };
    call.list(page, move |ctx, page| postings::list(ctx, filter, page)).await
}

/// Posts what one needs or offers.
///
/// For everybody with a role in the network: in their own name, for the library they work in or the trainer they are; for any of
/// the network by its coordinators. The public board shows it when it is `public`.
#[utoipa::path(tag = "postings", request_body = PostingCreate, responses((status = 201, description = "The posting.", body = Posting)))]
#[post("/v1/postings")]
async fn create_posting(call: Call, body: Body<PostingCreate>) -> Result<HttpResponse, Problem> {
    let network = body.0.network;
    let details = body.0.map(|input| input.details);
    call.write(move |ctx| Reply::created(&postings::create(ctx, network, details.clone())?)).await
}

/// Shows a posting.
///
/// With the version that a change must name; it rises with each reply and each "me too".
#[utoipa::path(tag = "postings", params(("id" = id::PostingId, Path, description = "The posting.")), responses((status = 200, description = "The posting.", body = Posting)))]
#[get("/v1/postings/{id}")]
async fn get_posting(call: Call, id: PathId<id::Posting>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| postings::get(ctx, id.0)).await
}

/// Changes a posting.
///
/// For whoever wrote it, staff of the library it is for, and coordinators, while it is open.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting.")),
    request_body(content = PostingDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The posting as it is now.", body = Posting))
)]
#[patch("/v1/postings/{id}")]
async fn update_posting(
    call: Call,
    id: PathId<id::Posting>,
    patch: Patch<PostingDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&postings::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Closes a posting.
///
/// For whoever wrote it, staff of the library it is for, and coordinators. One whose last day has passed closes by itself.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting.")),
    request_body = PostingClosing,
    responses((status = 200, description = "The posting as it is now.", body = Posting))
)]
#[post("/v1/postings/{id}/close")]
async fn close_posting(
    call: Call,
    id: PathId<id::Posting>,
    body: Body<PostingClosing>,
) -> Result<HttpResponse, Problem> {
    let (expected, reason) = (call.expected(), body.0.reason);
    call.write(move |ctx| Reply::changed(&postings::close(ctx, id.0, &expected, reason)?)).await
}

/// Says "me too" for a library.
///
/// For its staff and coordinators, of whatever network sees the posting. Once for each library; a request that comes of it has
/// these libraries as co-hosts.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting.")),
    request_body = MeToo,
    responses((status = 201, description = "The posting as it is now.", body = Posting))
)]
#[post("/v1/postings/{id}/me-too")]
async fn create_me_too(call: Call, id: PathId<id::Posting>, body: Body<MeToo>) -> Result<HttpResponse, Problem> {
    let library = body.0.library;
    call.write(move |ctx| Reply::created(&postings::join(ctx, id.0, library)?)).await
}

/// Takes a "me too" back.
///
/// For staff and coordinators of the library.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting."), MeTooQuery),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/v1/postings/{id}/me-too")]
async fn delete_me_too(
    call: Call,
    id: PathId<id::Posting>,
    query: QueryOf<MeTooQuery>,
) -> Result<HttpResponse, Problem> {
    let (expected, library) = (call.expected(), query.0.library);
    call.write(move |ctx| postings::part(ctx, id.0, &expected, library).map(|()| Reply::gone())).await
}

/// Makes a training request of a need.
///
/// For staff of the library it is for, and coordinators: a draft, with the posting in its notes and every library that said "me
/// too" as a co-host. The posting is closed as `became_request`.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting.")),
    request_body = PostingRequest,
    responses((status = 201, description = "The draft.", body = TrainingRequest))
)]
#[post("/v1/postings/{id}/request")]
async fn create_posting_request(
    call: Call,
    id: PathId<id::Posting>,
    body: Body<PostingRequest>,
) -> Result<HttpResponse, Problem> {
    let details = body.0.into_inner().details;
    call.write(move |ctx| Reply::created(&postings::request(ctx, id.0, details.clone())?)).await
}

/// Lists the replies to a posting.
///
/// For everybody who sees the posting.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting."), PageQuery),
    responses((status = 200, description = "One page of replies.", body = PageOf<PostingReply>))
)]
#[get("/v1/postings/{id}/replies")]
async fn list_replies(
    call: Call,
    id: PathId<id::Posting>,
    query: QueryOf<OnlyPage<id::Reply>>,
) -> Result<HttpResponse, Problem> {
    call.list(query.0.page, move |ctx, page| postings::list_replies(ctx, id.0, page)).await
}

/// Replies to a posting.
///
/// For everybody who sees the posting, while it is open.
#[utoipa::path(
    tag = "postings",
    params(("id" = id::PostingId, Path, description = "The posting.")),
    request_body = ReplyCreate,
    responses((status = 201, description = "The reply.", body = PostingReply))
)]
#[post("/v1/postings/{id}/replies")]
async fn create_reply(call: Call, id: PathId<id::Posting>, body: Body<ReplyCreate>) -> Result<HttpResponse, Problem> {
    let text = body.0.into_inner().text;
    call.write(move |ctx| Reply::created(&postings::reply(ctx, id.0, text.clone())?)).await
}

/// Shows a reply.
///
/// For everybody who sees the posting.
#[utoipa::path(tag = "postings", params(("id" = id::ReplyId, Path, description = "The reply.")), responses((status = 200, description = "The reply.", body = PostingReply)))]
#[get("/v1/replies/{id}")]
async fn get_reply(call: Call, id: PathId<id::Reply>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| postings::get_reply(ctx, id.0)).await
}
