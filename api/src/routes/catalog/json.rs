//! The catalog as JSON: lists and single things, in the conventions of the API.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web::Data};
use jiff::tz::TimeZone;
use packhorse_db::Conn;
use packhorse_domain::{
    Timestamp, Word,
    id::{self, Id, Kind, NetworkId, TrainerId, VenueId, WorkshopId},
};
use packhorse_publishing::{
    model::{Course, Need, Session, Showcase, Trainer},
    search::{Counted, Facets},
};
use packhorse_services::{
    Error,
    catalog::{
        self, BoardFilter, DatesFilter, Entry,
        search::{self, Names},
    },
};
use serde::Serialize;
use utoipa::{
    IntoParams, ToSchema,
    openapi::path::{Parameter, ParameterIn},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Published, answer,
    export::Behind,
    feeds::BehindSession,
    finder::{Narrowing, Walk, spelled},
    pages::gone,
};
use crate::{
    call::{PageOf, link_next},
    input::{Parameters, PathId, Query, QueryOf},
    problem::Problem,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_public_workshops).service(get_public_workshop);
    config.service(list_public_sessions).service(get_public_session);
    config.service(list_public_trainers).service(get_public_trainer);
    config.service(list_public_showcases).service(get_public_showcase);
    config.service(list_public_needs).service(get_public_need);
}

/// How long a page is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Parameters::limit` reads")]
struct Length {
    /// Most items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
}

/// Which workshops, in which order.
struct WorkshopsQuery {
    narrowing: Narrowing,
    walk: Walk,
    limit: u8,
}

impl IntoParams for WorkshopsQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = Narrowing::into_params(&place);
        all.extend(Walk::into_params(&place));
        all.extend(Length::into_params(&place));
        all
    }
}

impl Query for WorkshopsQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { narrowing: Narrowing::of(from), walk: Walk::of(from), limit: from.limit() }
    }
}

/// Which sessions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SessionsQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// Of this workshop.
    #[param(value_type = Option<WorkshopId>)]
    workshop: Option<WorkshopId>,
    /// Taught by this trainer.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// At this venue.
    #[param(value_type = Option<VenueId>)]
    venue: Option<VenueId>,
    /// That end after this; now, unless it is said.
    #[param(value_type = Option<Timestamp>)]
    from: Option<Timestamp>,
    /// That begin before this.
    #[param(value_type = Option<Timestamp>)]
    until: Option<Timestamp>,
    /// Where the page begins: the end of the one before.
    #[param(inline, value_type = Option<BehindSession>)]
    after: Option<BehindSession>,
    /// Most items on the page.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    limit: u8,
}

impl Query for SessionsQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            network: from.take("network"),
            workshop: from.take("workshop"),
            trainer: from.take("trainer"),
            venue: from.take("venue"),
            from: from.take("from"),
            until: from.take("until"),
            after: from.take("after"),
            limit: from.limit(),
        }
    }
}

/// Which part of a list of things with such ids.
struct PartQuery<K: Kind> {
    network: Option<NetworkId>,
    after: Option<Id<K>>,
    limit: u8,
}

impl<K: Kind> IntoParams for PartQuery<K> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = PartParameters::into_params(&place);
        all.extend(Length::into_params(&place));
        all
    }
}

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what is read for each kind of id")]
struct PartParameters {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// `next` of the page before.
    after: Option<String>,
}

impl<K: Kind> Query for PartQuery<K> {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), after: from.take("after"), limit: from.limit() }
    }
}

/// A choice by which a search can be narrowed down.
#[derive(Debug, Serialize, ToSchema)]
struct FacetCount {
    /// What to send.
    value: String,
    /// What it is called.
    name: String,
    /// How many workshops it leaves.
    count: u64,
}

/// How many workshops each choice leaves, by the parameter that takes it.
#[derive(Debug, Serialize, ToSchema)]
struct FacetCounts {
    /// By topic.
    topic: Vec<FacetCount>,
    /// By level.
    level: Vec<FacetCount>,
    /// By format.
    format: Vec<FacetCount>,
    /// By language.
    language: Vec<FacetCount>,
    /// By scheme and category of continuing education.
    ce: Vec<FacetCount>,
    /// By network.
    network: Vec<FacetCount>,
}

/// What a search of the catalog found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundWorkshops {
    /// What is on the page.
    items: Vec<Course>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
    /// How many there are on all pages.
    total: u64,
    /// What `q` was taken for, where nobody wrote a word of it; else `null`.
    corrected: Option<String>,
    /// How the search can be narrowed down.
    facets: FacetCounts,
}

fn counts<T>(
    counted: &[Counted<T>],
    value: impl Fn(&T) -> String,
    name: impl Fn(&T) -> Option<String>,
) -> Vec<FacetCount> {
    let each =
        |one: &Counted<T>| Some(FacetCount { value: value(&one.value), name: name(&one.value)?, count: one.count });
    counted.iter().filter_map(each).collect()
}

fn facets(counted: &Facets, names: &Names) -> FacetCounts {
    let (topics, networks) = (|id: &_| names.topics.get(id).cloned(), |id: &_| names.networks.get(id).cloned());
    let word = |text: &str| text.to_owned();
    FacetCounts {
        topic: counts(&counted.topics, ToString::to_string, topics),
        level: counts(&counted.levels, |level| word(level.word()), |level| Some(word(level.word()))),
        format: counts(&counted.formats, |format| word(format.word()), |format| Some(word(format.word()))),
        language: counts(&counted.languages, Clone::clone, |tag| Some(tag.clone())),
        ce: counts(&counted.ce, spelled, |ce| Some(spelled(ce))),
        network: counts(&counted.networks, ToString::to_string, networks),
    }
}

/// Answers with a page, of which one more was read where another follows.
fn page<T: Serialize>(
    request: &HttpRequest,
    mut head: HttpResponseBuilder,
    mut items: Vec<T>,
    limit: u8,
    cursor: impl Fn(&T) -> String,
) -> HttpResponse {
    let more = super::cut(&mut items, limit.into());
    let next = items.last().filter(|_| more).map(cursor);
    link_next(request, &mut head, next.as_deref());
    head.json(PageOf { items, next })
}

/// Answers with one thing.
async fn one<T: Serialize + Send + 'static>(
    app: &App,
    request: &HttpRequest,
    gather: impl FnMut(&mut Conn, &Published) -> Result<T, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    answer(app, request, gather, |_, mut head, thing| Ok(head.json(thing))).await
}

/// Lists and searches the workshops of the public catalog.
///
/// What everybody finds, without signing in: with words, facets with counts, dates and distance, as `/catalog` shows it to people. The
/// page of each is `/workshops/{id}`. An import takes the answer as it is.
#[utoipa::path(tag = "public", security(), params(WorkshopsQuery), responses((status = 200, description = "A page of workshops.", body = FoundWorkshops), (status = 304, description = "As before.")))]
#[get("/v1/public/workshops")]
async fn list_public_workshops(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<WorkshopsQuery>,
) -> Result<HttpResponse, Problem> {
    let WorkshopsQuery { narrowing, walk, limit } = query.0;
    let index = app.search.clone();
    let gather = move |conn: &mut Conn, published: &Published| {
        let found = index.search(conn, &published.site, &narrowing.search(published, &walk, limit.into()))?;
        let facets = facets(&found.facets, &search::names(conn, &found.facets)?);
        let next = found.next.map(|next| next.to_string());
        let items = catalog::courses(conn, &published.site, &found.ids)?;
        Ok(FoundWorkshops { items, next, total: found.total, corrected: found.corrected, facets })
    };
    answer(&app, &request, gather, |_, mut head, found| {
        link_next(&request, &mut head, found.next.as_deref());
        Ok(head.json(found))
    })
    .await
}

/// Shows a workshop of the public catalog.
///
/// With its topics, hours of continuing education, fees, license, credits, materials, public trainers, and where it was taught; what
/// learners thought of it once five or more answered. 410 when it is in the catalog no more.
#[utoipa::path(tag = "public", security(), params(("id" = id::WorkshopId, Path, description = "The workshop.")), responses((status = 200, description = "The workshop.", body = Course), (status = 304, description = "As before.")))]
#[get("/v1/public/workshops/{id}")]
async fn get_public_workshop(
    app: Data<App>,
    request: HttpRequest,
    id: PathId<id::Workshop>,
) -> Result<HttpResponse, Problem> {
    let gather = move |conn: &mut Conn, published: &Published| catalog::entry(conn, &published.site, id.0);
    answer(&app, &request, gather, |_, mut head, entry| match entry {
        Entry::Live(course) => Ok(head.json(course)),
        Entry::Gone(_) => Err(gone()),
    })
    .await
}

/// Lists the sessions of the public catalog.
///
/// By date, those to come unless `from` says otherwise. The page of each is `/sessions/{id}`.
#[utoipa::path(tag = "public", security(), params(SessionsQuery), responses((status = 200, description = "A page of sessions.", body = PageOf<Session>), (status = 304, description = "As before.")))]
#[get("/v1/public/sessions")]
async fn list_public_sessions(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<SessionsQuery>,
) -> Result<HttpResponse, Problem> {
    let SessionsQuery { network, workshop, trainer, venue, from, until, after, limit } = query.0;
    let gather = move |conn: &mut Conn, published: &Published| {
        let from = from.or(Some(published.site.generated_at));
        let after = after.map(Behind::place);
        let filter = DatesFilter { network, workshop, trainer, venue, from, until, after };
        catalog::sessions(conn, &filter, u16::from(limit) + 1)
    };
    let cursor = |session: &Session| Behind::new(session.time.start, session.id).to_string();
    answer(&app, &request, gather, |_, head, found| Ok(page(&request, head, found, limit, cursor))).await
}

/// Shows a session of the public catalog.
///
/// When and where it takes place, who teaches it as far as that is public, and how to register.
#[utoipa::path(tag = "public", security(), params(("id" = id::SessionId, Path, description = "The session.")), responses((status = 200, description = "The session.", body = Session), (status = 304, description = "As before.")))]
#[get("/v1/public/sessions/{id}")]
async fn get_public_session(
    app: Data<App>,
    request: HttpRequest,
    id: PathId<id::Session>,
) -> Result<HttpResponse, Problem> {
    one(&app, &request, move |conn, _| catalog::session(conn, id.0)).await
}

/// Lists the trainers with a public profile.
///
/// Those whom everybody may find and who allow it, with what they made public: in the order in which they came.
#[utoipa::path(tag = "public", security(), params(PartQuery<id::Trainer>), responses((status = 200, description = "A page of trainers.", body = PageOf<Trainer>), (status = 304, description = "As before.")))]
#[get("/v1/public/trainers")]
async fn list_public_trainers(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<PartQuery<id::Trainer>>,
) -> Result<HttpResponse, Problem> {
    let PartQuery { network, after, limit } = query.0;
    let gather = move |conn: &mut Conn, _: &Published| catalog::trainers(conn, network, after, u16::from(limit) + 1);
    let cursor = |trainer: &Trainer| trainer.id.to_string();
    answer(&app, &request, gather, |_, head, found| Ok(page(&request, head, found, limit, cursor))).await
}

/// Shows a trainer with a public profile.
///
/// What they made public of themselves, and which workshops of the public catalog they teach.
#[utoipa::path(tag = "public", security(), params(("id" = id::TrainerId, Path, description = "The trainer.")), responses((status = 200, description = "The trainer.", body = Trainer), (status = 304, description = "As before.")))]
#[get("/v1/public/trainers/{id}")]
async fn get_public_trainer(
    app: Data<App>,
    request: HttpRequest,
    id: PathId<id::Trainer>,
) -> Result<HttpResponse, Problem> {
    one(&app, &request, move |conn, _| catalog::trainer(conn, id.0)).await
}

/// Lists the showcases that were published.
///
/// With their tables, in the order in which they were made. The page of each is `/showcases/{id}`.
#[utoipa::path(tag = "public", security(), params(PartQuery<id::Showcase>), responses((status = 200, description = "A page of showcases.", body = PageOf<Showcase>), (status = 304, description = "As before.")))]
#[get("/v1/public/showcases")]
async fn list_public_showcases(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<PartQuery<id::Showcase>>,
) -> Result<HttpResponse, Problem> {
    let PartQuery { network, after, limit } = query.0;
    let gather = move |conn: &mut Conn, _: &Published| catalog::showcases(conn, network, after, u16::from(limit) + 1);
    let cursor = |showcase: &Showcase| showcase.id.to_string();
    answer(&app, &request, gather, |_, head, found| Ok(page(&request, head, found, limit, cursor))).await
}

/// Shows a showcase that was published.
///
/// Its tables, each with its host, one tip, and what everybody may take along.
#[utoipa::path(tag = "public", security(), params(("id" = id::ShowcaseId, Path, description = "The showcase.")), responses((status = 200, description = "The showcase.", body = Showcase), (status = 304, description = "As before.")))]
#[get("/v1/public/showcases/{id}")]
async fn get_public_showcase(
    app: Data<App>,
    request: HttpRequest,
    id: PathId<id::Showcase>,
) -> Result<HttpResponse, Problem> {
    one(&app, &request, move |conn, _| catalog::showcase(conn, id.0)).await
}

/// Lists what is open on the public needs board.
///
/// The newest first, of one network or of all: under the name of a library, or of a trainer with a public profile.
#[utoipa::path(tag = "public", security(), params(PartQuery<id::Posting>), responses((status = 200, description = "A page of the board.", body = PageOf<Need>), (status = 304, description = "As before.")))]
#[get("/v1/public/needs")]
async fn list_public_needs(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<PartQuery<id::Posting>>,
) -> Result<HttpResponse, Problem> {
    let PartQuery { network, after, limit } = query.0;
    let gather = move |conn: &mut Conn, published: &Published| {
        let on = Some(today(published));
        catalog::needs(conn, &BoardFilter { network, on, after, ..BoardFilter::default() }, u16::from(limit) + 1)
    };
    let cursor = |need: &Need| need.id.to_string();
    answer(&app, &request, gather, |_, head, found| Ok(page(&request, head, found, limit, cursor))).await
}

/// Shows what is open on the public needs board.
///
/// By whom it was posted, and where to answer.
#[utoipa::path(tag = "public", security(), params(("id" = id::PostingId, Path, description = "The posting.")), responses((status = 200, description = "The posting.", body = Need), (status = 304, description = "As before.")))]
#[get("/v1/public/needs/{id}")]
async fn get_public_need(
    app: Data<App>,
    request: HttpRequest,
    id: PathId<id::Posting>,
) -> Result<HttpResponse, Problem> {
    one(&app, &request, move |conn, published| catalog::need(conn, id.0, today(published))).await
}

/// The day on which the board is looked at.
fn today(published: &Published) -> jiff::civil::Date {
    published.site.generated_at.to_zoned(TimeZone::UTC).date()
}
