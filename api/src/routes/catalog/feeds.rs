//! Feeds for programs.

use std::io;

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use jiff::SignedDuration;
use packhorse_db::Conn;
use packhorse_domain::id::{self, TrainerId, VenueId, WorkshopId};
use packhorse_publishing::{
    Feed, Page,
    atom::{self, Paging},
    icalendar,
    model::Session,
    rss,
    search::{Cursor, Sort},
    sitemap,
    table::Table,
};
use packhorse_services::catalog::{self, DatesFilter, search::occurrence};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    cut,
    export::{self, Behind, Export, Sink},
    finder::{Narrowing, Walk},
    named, published,
};
use crate::{
    call::query_without_cursor,
    input::{Parameters, Query, QueryOf},
    problem::Problem,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_workshops_atom).service(get_network_workshops_atom);
    config.service(get_sessions_atom).service(get_network_sessions_atom);
    config.service(get_needs_atom).service(get_network_needs_atom);
    config.service(get_sessions_ics).service(get_network_sessions_ics);
    config.service(get_recordings_rss).service(get_network_recordings_rss);
    config.service(get_workshops_csv).service(get_network_workshops_csv);
    config.service(get_sitemap).service(get_session_page_ics);
}

/// Most pages of one sitemap.
const MOST: u64 = sitemap::MOST as u64;
/// Entries of one page of a feed.
const ENTRIES: u16 = 50;
/// Showcases that are read at one time.
const SHOWCASES: u16 = 200;
/// Recordings of the podcast.
const RECORDINGS: u16 = 200;
/// How long a calendar shows what is past.
const PAST: SignedDuration = SignedDuration::from_hours(90 * 24);

published! {
    /// Feeds the workshops of the catalog.
    ///
    /// Atom (RFC 4287), those that changed last first, in pages (RFC 5005): all of them, or those that a search finds.
    get_workshops_atom "/feeds/workshops.atom", get_network_workshops_atom "/networks/{network}/feeds/workshops.atom" (), query WorkshopsQuery, gives "application/atom+xml": workshops_atom;
    /// Feeds the sessions of the catalog.
    ///
    /// Atom (RFC 4287): those to come by date, in pages (RFC 5005).
    get_sessions_atom "/feeds/sessions.atom", get_network_sessions_atom "/networks/{network}/feeds/sessions.atom" (), query SessionsQuery, gives "application/atom+xml": sessions_atom;
    /// Feeds the needs board week by week.
    ///
    /// Atom (RFC 4287): an entry for each week of the last twelve in which something was posted, with all of it.
    get_needs_atom "/feeds/needs.atom", get_network_needs_atom "/networks/{network}/feeds/needs.atom" (), query Nothing, gives "application/atom+xml": needs_atom;
    /// Gives the sessions of the catalog as a calendar.
    ///
    /// iCalendar (RFC 5545) to subscribe to: those of the last ninety days and all to come, of one workshop, trainer or venue where
    /// that is asked for, and of the workshops that a search finds. Format, days and place of a search are those of the session.
    get_sessions_ics "/feeds/sessions.ics", get_network_sessions_ics "/networks/{network}/feeds/sessions.ics" (), query CalendarQuery, gives "text/calendar": sessions_ics;
    /// Feeds the recordings of the catalog.
    ///
    /// RSS 2.0 with enclosures, as programs for podcasts read it: the newest two hundred.
    get_recordings_rss "/feeds/recordings.rss", get_network_recordings_rss "/networks/{network}/feeds/recordings.rss" (), query Nothing, gives "application/rss+xml": recordings_rss;
    /// Gives the workshops of the catalog as a table.
    ///
    /// CSV (RFC 4180) with a header, which an import reads.
    get_workshops_csv "/feeds/workshops.csv", get_network_workshops_csv "/networks/{network}/feeds/workshops.csv" (), query Nothing, gives "text/csv": workshops_csv;
}

/// No parameters.
struct Nothing;

impl IntoParams for Nothing {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}
impl Query for Nothing {
    fn read(_: &mut Parameters) -> Self {
        Self
    }
}

/// Which workshops, and which page of them.
struct WorkshopsQuery {
    narrowing: Narrowing,
    after: Option<Cursor>,
}

/// Where a feed goes on.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what is read with the rest")]
struct BehindWorkshop {
    /// Where the page begins: the end of the one before.
    #[param(value_type = Option<String>, pattern = r"^changed\.-?[0-9]{1,18}\.-?[0-9]{1,18}\.([0-9a-f]{2}){0,192}\.wks_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    after: Option<Cursor>,
}

impl IntoParams for WorkshopsQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = Narrowing::into_params(&place);
        all.extend(BehindWorkshop::into_params(&place));
        all
    }
}

impl Query for WorkshopsQuery {
    fn read(from: &mut Parameters) -> Self {
        let after: Option<Cursor> = from.take("after");
        if after.as_ref().is_some_and(|after| after.sort() != Sort::Changed) {
            from.fault("after", "cursor", "is not a cursor of this list");
        }
        Self { narrowing: Narrowing::of(from), after }
    }
}

/// Behind a session in the order of dates: opaque to callers.
pub(super) type BehindSession = Behind<id::Session>;

/// Which page of sessions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SessionsQuery {
    /// Where the page begins: the end of the one before.
    #[param(inline, value_type = Option<BehindSession>)]
    after: Option<BehindSession>,
}

impl Query for SessionsQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { after: from.take("after") }
    }
}

/// Whose sessions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// Of this workshop.
    #[param(value_type = Option<WorkshopId>)]
    workshop: Option<WorkshopId>,
    /// Taught by this trainer.
    #[param(value_type = Option<TrainerId>)]
    trainer: Option<TrainerId>,
    /// At this venue.
    #[param(value_type = Option<VenueId>)]
    venue: Option<VenueId>,
}

/// Whose sessions, of which workshops.
struct CalendarQuery {
    whose: Whose,
    narrowing: Narrowing,
}

impl IntoParams for CalendarQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = Whose::into_params(&place);
        all.extend(Narrowing::into_params(&place));
        all
    }
}

impl Query for CalendarQuery {
    fn read(from: &mut Parameters) -> Self {
        let whose = Whose { workshop: from.take("workshop"), trainer: from.take("trainer"), venue: from.take("venue") };
        Self { whose, narrowing: Narrowing::of(from) }
    }
}

/// Begins an Atom feed.
fn begin<'e>(export: &'e Export, feed: Feed, paging: Paging<'_>) -> io::Result<atom::Feed<'e, Sink>> {
    let published = &export.published;
    atom::Feed::begin(export.sink.clone(), published.edition(), feed, published.changed_at(), paging)
}

async fn workshops_atom(
    app: &Data<App>,
    request: &HttpRequest,
    query: WorkshopsQuery,
) -> Result<HttpResponse, Problem> {
    let (index, searched) = (app.search.clone(), query_without_cursor(request));
    export::answer(app, request, Feed::Workshops.media_type(), async move |export| {
        let WorkshopsQuery { narrowing, after } = query;
        let this = after.as_ref().map(ToString::to_string);
        let walk = Walk { sort: Some(Sort::Changed), after };
        let asked = narrowing.search(&export.published, &walk, ENTRIES.into());
        let site = export.published.site.clone();
        let read = move |conn: &mut Conn| {
            let found = index.search(conn, &site, &asked)?;
            Ok((catalog::courses(conn, &site, &found.ids)?, found.next))
        };
        let (courses, next) = export.read(read).await?;
        let next = next.map(|next| next.to_string());
        let paging = Paging { query: &searched, this: this.as_deref(), next: next.as_deref() };
        let mut feed = begin(export, Feed::Workshops, paging)?;
        courses.iter().try_for_each(|course| feed.workshop(course))?;
        feed.end()?;
        Ok(())
    })
    .await
}

async fn sessions_atom(app: &Data<App>, request: &HttpRequest, query: SessionsQuery) -> Result<HttpResponse, Problem> {
    export::answer(app, request, Feed::Sessions.media_type(), async move |export| {
        let published = &export.published;
        let (network, after) = (published.network_id(), query.after);
        let from = Some(published.site.generated_at);
        let filter = DatesFilter { network, from, after: after.map(Behind::place), ..DatesFilter::default() };
        let mut sessions = export.read(move |conn| catalog::sessions(conn, &filter, ENTRIES + 1)).await?;
        let more = cut(&mut sessions, ENTRIES);
        let next = sessions.last().filter(|_| more).map(|one| Behind::new(one.time.start, one.id).to_string());
        let this = after.map(|after| after.to_string());
        let mut feed =
            begin(export, Feed::Sessions, Paging { query: "", this: this.as_deref(), next: next.as_deref() })?;
        sessions.iter().try_for_each(|session| feed.session(session))?;
        feed.end()?;
        Ok(())
    })
    .await
}

async fn needs_atom(app: &Data<App>, request: &HttpRequest, _: Nothing) -> Result<HttpResponse, Problem> {
    export::answer(app, request, Feed::Needs.media_type(), async move |export| {
        let published = &export.published;
        let (network, now) = (published.network_id(), published.site.generated_at);
        let postings = export.read(move |conn| catalog::digest(conn, network, now)).await?;
        let mut feed = begin(export, Feed::Needs, Paging::default())?;
        feed.digest(&postings)?;
        feed.end()?;
        Ok(())
    })
    .await
}

async fn sessions_ics(app: &Data<App>, request: &HttpRequest, query: CalendarQuery) -> Result<HttpResponse, Problem> {
    let index = app.search.clone();
    export::answer(app, request, Feed::Calendar.media_type(), async move |export| {
        let from = Some(export.published.site.generated_at - PAST);
        let CalendarQuery { whose: Whose { workshop, trainer, venue }, narrowing } = query;
        let filter = DatesFilter { workshop, trainer, venue, from, ..DatesFilter::default() };
        let mut calendar = icalendar::Calendar::begin(export.sink.clone(), export.published.edition())?;
        if narrowing.is_empty() {
            export.sessions(filter, |session| calendar.item(&session)).await?;
        } else {
            let asked = narrowing.search(&export.published, &Walk { sort: None, after: None }, 0);
            let (site, of) = (export.published.site.clone(), asked.clone());
            let found = export.read(move |conn| index.workshops(conn, &site, &of)).await?;
            let takes = |session: &Session| asked.takes(&occurrence(session));
            let each = |session: Session| if takes(&session) { calendar.item(&session) } else { Ok(()) };
            export.sessions_of(&found, filter, each).await?;
        }
        calendar.end()?;
        Ok(())
    })
    .await
}

async fn recordings_rss(app: &Data<App>, request: &HttpRequest, _: Nothing) -> Result<HttpResponse, Problem> {
    export::answer(app, request, Feed::Recordings.media_type(), async move |export| {
        let network = export.published.network_id();
        let found = export.read(move |conn| catalog::recordings(conn, network, None, RECORDINGS)).await?;
        let mut channel = rss::Channel::begin(export.sink.clone(), export.published.edition(), "en")?;
        found.iter().try_for_each(|recording| channel.item(recording))?;
        channel.end()?;
        Ok(())
    })
    .await
}

async fn workshops_csv(app: &Data<App>, request: &HttpRequest, _: Nothing) -> Result<HttpResponse, Problem> {
    export::answer(app, request, Feed::Table.media_type(), async move |export| {
        let mut table = Table::begin(export.sink.clone(), &export.published.site)?;
        export.courses(|course| table.item(&course)).await?;
        table.end()?;
        Ok(())
    })
    .await
}

/// Which part of the sitemap.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct SitemapQuery {
    /// Workshops or sessions, where both together are too many for one sitemap.
    #[param(inline, value_type = Option<Part>)]
    after: Option<Part>,
}

/// A part of the sitemap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
enum Part {
    /// Pages of workshops and showcases.
    Workshops,
    /// Pages of sessions.
    Sessions,
}

impl Query for SitemapQuery {
    fn read(from: &mut Parameters) -> Self {
        let after = from.take::<String>("after").and_then(|word| match word.as_str() {
            "workshops" => Some(Part::Workshops),
            "sessions" => Some(Part::Sessions),
            _ => {
                from.fault("after", "unknown_word", "is one of workshops, sessions");
                None
            }
        });
        Self { after }
    }
}

/// Lists the pages of the catalog for search engines.
///
/// A sitemap (sitemaps.org) of every workshop, every showcase and every session to come; where they are too many for one, an index of two.
#[utoipa::path(tag = "public", security(), params(SitemapQuery), responses((status = 200, description = "The sitemap.", content_type = "application/xml", body = String), (status = 304, description = "As before.")))]
#[get("/sitemap.xml")]
async fn get_sitemap(
    app: Data<App>,
    request: HttpRequest,
    query: QueryOf<SitemapQuery>,
) -> Result<HttpResponse, Problem> {
    export::answer(&app, &request, "application/xml", async move |export| {
        let (site, now) = (&export.published.site, export.published.site.generated_at);
        if query.0.after.is_none() && export.read(move |conn| catalog::pages(conn, now)).await? > MOST {
            let changed = export.published.changed_at();
            sitemap::index(export.sink.clone(), site, [("workshops", changed), ("sessions", changed)])?;
            return Ok(());
        }
        let mut sitemap = sitemap::Sitemap::begin(export.sink.clone(), site)?;
        if query.0.after != Some(Part::Sessions) {
            export.courses(|course| sitemap.item(Page::Workshop(course.id), course.updated_at)).await?;
            let mut after = None;
            loop {
                let found = export.read(move |conn| catalog::showcases(conn, None, after, SHOWCASES)).await?;
                for showcase in &found {
                    sitemap.item(Page::Showcase(showcase.id), showcase.updated_at)?;
                }
                after = found.last().map(|showcase| showcase.id);
                if found.len() < usize::from(SHOWCASES) {
                    break;
                }
            }
        }
        if query.0.after != Some(Part::Workshops) {
            let filter = DatesFilter { from: Some(now), ..DatesFilter::default() };
            export.sessions(filter, |session| sitemap.item(Page::Session(session.id), session.updated_at)).await?;
        }
        sitemap.end()?;
        Ok(())
    })
    .await
}

/// Gives one session as a calendar.
///
/// iCalendar (RFC 5545) with one event.
#[utoipa::path(
    tag = "public",
    security(),
    params(("id" = id::SessionId, Path, description = "The session.")),
    responses((status = 200, description = "The calendar.", content_type = "text/calendar", body = String), (status = 304, description = "As before."))
)]
#[get("/sessions/{id}.ics")]
async fn get_session_page_ics(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let id = named(request.match_info().query("id"))?;
    let session = app.db.read(move |conn| catalog::session(conn, id)).await?;
    export::answer(&app, &request, Feed::Calendar.media_type(), async move |export| {
        let mut calendar = icalendar::Calendar::begin(export.sink.clone(), export.published.edition())?;
        calendar.item(&session)?;
        calendar.end()?;
        Ok(())
    })
    .await
}
