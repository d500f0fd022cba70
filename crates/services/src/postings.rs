//! The needs board: postings, replies, "me too", and the request that comes of it.

use jiff::{Span, tz::TimeZone};
use packhorse_db::{Found, Lock, Page, libraries, lock, posting_replies as replies, postings, topics, trainers};
use packhorse_domain::{
    Action, InvalidTransition, Record, Resource, Valid,
    id::{LibraryId, NetworkId, PostingId, ReplyId, UserId},
    posting::{
        ClosingReason, LONGEST_DAYS, Posting, PostingDetails, PostingKind, PostingReply, PostingState, ReplyDetails,
    },
    request::{CoHost, RequestDetails, TrainingRequest},
};

use crate::{Change, Context, Error, Expected, Fault, networks, requests};

pub use packhorse_db::postings::PostingFilter;

/// Most libraries beside the host of a request.
const CO_HOSTS: usize = 50;

fn resource(posting: &Posting) -> Resource {
    let Posting { network, author, ref details, .. } = *posting;
    Resource { library: details.library, trainer: details.trainer, user: Some(author), ..Resource::of(network) }
}

/// The posting with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: PostingId) -> Result<Posting, Error> {
    let scope = ctx.scope();
    Ok(postings::find(ctx.conn, scope, id)?)
}

/// One page of postings.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: PostingFilter, page: &Page) -> Result<Vec<Posting>, Error> {
    let scope = ctx.scope();
    Ok(postings::list(ctx.conn, scope, filter, page)?)
}

/// Posts something.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] naming what is not there, and a day out of reach.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<PostingDetails>) -> Result<Posting, Error> {
    let (author, _) = ctx.person()?;
    networks::get(ctx, network)?;
    ctx.authorize(Action::Post, &Resource::of(network))?;
    post(ctx, author, network, details)
}

/// Posts something in somebody's name, who may.
///
/// # Errors
/// [`Error::Invalid`] as [`create`].
pub(crate) fn post(
    ctx: &mut Context<'_>,
    author: UserId,
    network: NetworkId,
    details: Valid<PostingDetails>,
) -> Result<Posting, Error> {
    let details = checked(ctx, network, None, details, "/details")?;
    let posting = Posting {
        id: PostingId::new(ctx.now),
        network,
        author,
        details,
        me_too: Vec::new(),
        replies: 0,
        state: PostingState::Open,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", posting.id, network), postings::insert, None, posting)
}

/// Says something else.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`] unless it is open,
/// and as [`create`].
pub fn update(
    ctx: &mut Context<'_>,
    id: PostingId,
    expected: &Expected,
    change: impl FnOnce(&PostingDetails) -> Result<Valid<PostingDetails>, Error>,
) -> Result<Posting, Error> {
    let before = opened(ctx, id)?;
    ctx.authorize_change(Action::EditPosting, &resource(&before), expected, &before.record)?;
    let details = change(&before.details)?;
    let details = checked(ctx, before.network, Some(&before.details), details, "")?;
    let after = before.clone().revise(details, ctx.now)?;
    keep(ctx, "update", &before, after)
}

/// Closes a posting.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is open.
pub fn close(
    ctx: &mut Context<'_>,
    id: PostingId,
    expected: &Expected,
    reason: ClosingReason,
) -> Result<Posting, Error> {
    let before = opened(ctx, id)?;
    ctx.authorize_change(Action::EditPosting, &resource(&before), expected, &before.record)?;
    let after = before.clone().close(reason, ctx.now)?;
    keep(ctx, "close", &before, after)
}

/// Closes a posting whose last day has passed: the program's own work.
///
/// # Errors
/// Those of the database.
pub(crate) fn expire(ctx: &mut Context<'_>, id: PostingId) -> Result<(), Error> {
    let before = opened(ctx, id)?;
    match before.clone().expire(ctx.now) {
        Ok(after) => keep(ctx, "expire", &before, after).map(drop),
        // Somebody was quicker.
        Err(InvalidTransition { .. }) => Ok(()),
    }
}

/// A library needs it, too.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a library that is not there, [`Error::Forbidden`], [`Error::State`] unless it is open,
/// [`Error::Conflict`] `own_posting`.
pub fn join(ctx: &mut Context<'_>, id: PostingId, library: LibraryId) -> Result<Posting, Error> {
    let before = opened(ctx, id)?;
    may_ask_for(ctx, library)?;
    if before.details.library == Some(library) {
        return Err(Error::Conflict { code: "own_posting", detail: "it is this library's own posting".to_owned() });
    }
    let after = before.clone().join(library, ctx.now)?;
    if after == before { Ok(after) } else { keep(ctx, "me_too", &before, after) }
}

/// A library needs it no more.
///
/// # Errors
/// As [`join`], those of [`Expected::check`], and [`Error::Invalid`] for a library that did not say so.
pub fn part(ctx: &mut Context<'_>, id: PostingId, expected: &Expected, library: LibraryId) -> Result<(), Error> {
    let before = opened(ctx, id)?;
    may_ask_for(ctx, library)?;
    expected.check(before.record.version)?;
    if !before.me_too.contains(&library) {
        return Err(Error::Conflict { code: "not_said", detail: "the library did not say so".to_owned() });
    }
    let after = before.clone().part(library, ctx.now)?;
    keep(ctx, "take_back_me_too", &before, after).map(drop)
}

/// Makes a draft of a request of a need; the libraries that said "me too" take part.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::State`] unless it is open, [`Error::Conflict`] `not_a_need` for an offer or
/// the need of no library, and as [`requests::create`].
pub fn request(ctx: &mut Context<'_>, id: PostingId, details: RequestDetails) -> Result<TrainingRequest, Error> {
    let before = opened(ctx, id)?;
    ctx.authorize(Action::CreateRequest, &resource(&before))?;
    let library = before.details.library.filter(|_| before.details.kind == PostingKind::Need);
    let library = library.ok_or_else(|| Error::Conflict {
        code: "not_a_need",
        detail: "a request comes of what a library needs".to_owned(),
    })?;
    let scope = ctx.scope();
    let seen = libraries::existing(ctx.conn, scope, &before.me_too)?;
    let mut co_hosts = details.co_hosts.clone();
    let named = |co_hosts: &[CoHost], library| co_hosts.iter().any(|one| one.library == library);
    for library in before.me_too.iter().copied().filter(|id| seen.contains(id)) {
        if co_hosts.len() < CO_HOSTS && !named(&co_hosts, library) {
            co_hosts.push(CoHost { library, seats: 0 });
        }
    }
    let told = [&before.details.title, &before.details.text, &details.notes];
    let notes = told.into_iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join("\n\n");
    let too_long = |_| Fault::new("/details/notes", "too_long", "with the posting they are too long");
    let details = Valid::new(RequestDetails { co_hosts, notes, ..details }).map_err(too_long)?;
    let request = requests::create(ctx, before.network, library, details)?;
    let after = before.clone().become_request(request.id, ctx.now)?;
    keep(ctx, "request", &before, after)?;
    Ok(request)
}

/// One page of replies to a posting.
///
/// # Errors
/// [`Error::NotFound`] for the posting.
pub fn list_replies(ctx: &mut Context<'_>, id: PostingId, page: &Page) -> Result<Vec<PostingReply>, Error> {
    get(ctx, id)?;
    let scope = ctx.scope();
    Ok(replies::list(ctx.conn, scope, Some(id), page)?)
}

/// The reply with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get_reply(ctx: &mut Context<'_>, id: ReplyId) -> Result<PostingReply, Error> {
    let scope = ctx.scope();
    Ok(replies::find(ctx.conn, scope, id)?)
}

/// Replies to a posting: for everybody who sees it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::State`] unless it is open.
pub fn reply(ctx: &mut Context<'_>, id: PostingId, text: String) -> Result<PostingReply, Error> {
    let (author, _) = ctx.person()?;
    let before = opened(ctx, id)?;
    let after = before.clone().reply(ctx.now)?;
    let network = after.network;
    keep(ctx, "reply", &before, after)?;
    let details = ReplyDetails { author, text };
    let reply = PostingReply { id: ReplyId::new(ctx.now), posting: id, details, record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", reply.id, network), replies::insert, None, reply)
}

/// Locks a posting, and reads it as it is then.
fn opened(ctx: &mut Context<'_>, id: PostingId) -> Result<Posting, Error> {
    lock(ctx.conn, Lock::Postings, vec![id.to_string()])?;
    get(ctx, id)
}

fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Posting, after: Posting) -> Result<Posting, Error> {
    ctx.keep(Change::new(action, after.id, after.network), postings::update, Some(before), after)
}

/// Whether the caller asks for training in the name of a library.
fn may_ask_for(ctx: &mut Context<'_>, id: LibraryId) -> Result<(), Error> {
    let scope = ctx.scope();
    let library = libraries::find(ctx.conn, scope, id).found()?.ok_or_else(|| Fault::absent("/library", "library"))?;
    ctx.authorize(Action::CreateRequest, &Resource { library: Some(id), ..Resource::of(library.network) })
}

/// Looks up what a posting names, and settles its last day.
fn checked(
    ctx: &mut Context<'_>,
    network: NetworkId,
    before: Option<&PostingDetails>,
    details: Valid<PostingDetails>,
    at: &str,
) -> Result<PostingDetails, Error> {
    let details = details.into_inner();
    let scope = ctx.scope();
    let mut faults =
        ctx.absent_faults(topics::existing, details.topic.map(|id| (format!("{at}/topic"), id)).into_iter())?;
    if let Some(id) = details.library {
        let library = libraries::find(ctx.conn, scope, id).found()?;
        if library.is_none_or(|library| library.network != Some(network)) {
            faults.push(Fault::absent(format!("{at}/library"), "library of this network"));
        }
    }
    if let Some(id) = details.trainer {
        let trainer = trainers::find(ctx.conn, scope, id).found()?;
        if trainer.is_none_or(|trainer| trainer.network != network) {
            faults.push(Fault::absent(format!("{at}/trainer"), "trainer of this network"));
        }
    }
    let today = ctx.now.to_zoned(TimeZone::UTC).date();
    let last = details.last_day(today);
    if last < today || last > today.saturating_add(Span::new().days(LONGEST_DAYS)) {
        faults.push(Fault::new(format!("{at}/expires_on"), "out_of_reach", "is past, or more than a year ahead"));
    }
    Error::unless_none(faults)?;
    let is_other = before.is_none_or(|before| (before.library, before.trainer) != (details.library, details.trainer));
    if is_other && (details.library.is_some() || details.trainer.is_some()) {
        let on = Resource { library: details.library, trainer: details.trainer, ..Resource::of(network) };
        ctx.authorize(Action::PostFor, &on)?;
    }
    Ok(PostingDetails { expires_on: Some(last), ..details })
}
