//! Pages for people.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use jiff::{SignedDuration, civil::Date};
use packhorse_db::Conn;
use packhorse_domain::{Timestamp, id};
use packhorse_publishing::{
    html::{self, Archive, Frame, Look},
    model::{Publisher, Session},
};
use packhorse_services::{
    Error,
    catalog::{self, DatesFilter, Entry},
};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    LookQuery, Published, answer, cut,
    finder::{CatalogQuery, catalog_page},
    named, published,
};
use crate::{
    input::{Parameters, Query},
    problem::{self, Problem},
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_catalog_page).service(get_network_catalog_page);
    config.service(get_workshop_page).service(get_network_workshop_page);
    config.service(get_session_page).service(get_network_session_page);
    config.service(get_trainer_page).service(get_network_trainer_page);
    config.service(get_month_page).service(get_network_month_page);
    config.service(get_archive_page).service(get_network_archive_page);
    config.service(get_map_page).service(get_network_map_page);
    config.service(get_style);
}

/// Most sessions that one page shows.
const SESSIONS: u16 = 200;
/// Recordings on one page.
const RECORDINGS: u16 = 24;

published! {
    /// Shows the catalog.
    ///
    /// A page for people: search with words, phrases and typing errors, facets with counts, dates and distance.
    get_catalog_page "/catalog", get_network_catalog_page "/networks/{network}/catalog" (), query CatalogQuery, gives "text/html": catalog_page;
    /// Shows a workshop of the catalog.
    ///
    /// A page for people, with its dates. 410 when it is in the catalog no more.
    get_workshop_page "/workshops/{id}", get_network_workshop_page "/networks/{network}/workshops/{id}" ("id": id::WorkshopId = "The workshop."), query LookQuery, gives "text/html": workshop_page;
    /// Shows a session of the catalog.
    ///
    /// A page for people, in the zone of the venue and in any other that is asked for.
    get_session_page "/sessions/{id}", get_network_session_page "/networks/{network}/sessions/{id}" ("id": id::SessionId = "The session."), query LookQuery, gives "text/html": session_page;
    /// Shows a trainer with a public profile.
    ///
    /// A page for people, with what they teach next.
    get_trainer_page "/trainers/{id}", get_network_trainer_page "/networks/{network}/trainers/{id}" ("id": id::TrainerId = "The trainer."), query LookQuery, gives "text/html": trainer_page;
    /// Shows the sessions of a month.
    ///
    /// A page for people: drawn, and as a list.
    get_month_page "/calendar/{month}", get_network_month_page "/networks/{network}/calendar/{month}" ("month": String = "The month, `2027-03`."), query LookQuery, gives "text/html": month_page;
    /// Shows rooms and recordings.
    ///
    /// A page for people: what takes place online next, and what was recorded, the newest first.
    get_archive_page "/archive", get_network_archive_page "/networks/{network}/archive" (), query ArchiveQuery, gives "text/html": archive_page;
    /// Shows where sessions are held.
    ///
    /// A page for people: drawn, and as a list.
    get_map_page "/map", get_network_map_page "/networks/{network}/map" (), query LookQuery, gives "text/html": map_page;
}

/// Which recordings, and how.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ArchiveQuery {
    /// Without header and footer, for a frame in another page.
    #[param(example = true)]
    embed: Option<bool>,
    /// A zone whose clock is shown beside that of the venue, IANA name.
    #[param(value_type = Option<packhorse_domain::Zone>, example = "America/Los_Angeles")]
    zone: Option<packhorse_domain::Zone>,
    /// Where the page begins: the end of the one before.
    #[param(value_type = Option<id::MaterialId>)]
    after: Option<id::MaterialId>,
}

impl Query for ArchiveQuery {
    fn read(from: &mut Parameters) -> Self {
        let LookQuery { embed, zone } = LookQuery::of(from);
        Self { embed, zone, after: from.take("after") }
    }
}

/// Gets what a page shows and writes it, unless whoever asks has it.
pub(super) async fn page<T: Send + 'static>(
    app: &App,
    request: &HttpRequest,
    look: LookQuery,
    gather: impl FnMut(&mut Conn, &Published) -> Result<T, Error> + Send + 'static,
    write: impl FnOnce(&Published, Look<'_>, T) -> Result<String, Problem>,
) -> Result<HttpResponse, Problem> {
    answer(app, request, gather, |published, mut answer, shown| {
        let frame = if look.embed == Some(true) { Frame::Embedded } else { Frame::Whole };
        let written = write(published, Look { frame, zone: look.zone.as_ref() }, shown)?;
        answer.insert_header((header::CONTENT_SECURITY_POLICY, policy(frame)));
        Ok(answer.content_type("text/html; charset=utf-8").body(written))
    })
    .await
}

/// What a page may load: its style sheet. Frames of others may show what is meant for them.
fn policy(frame: Frame) -> &'static str {
    match frame {
        Frame::Whole => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        }
        Frame::Embedded => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors *"
        }
    }
}

pub(super) fn gone() -> Problem {
    Problem::new(problem::GONE, "it is in the catalog no more")
}

async fn workshop_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let id = named(request.match_info().query("id"))?;
    let gather = move |conn: &mut Conn, published: &Published| {
        let entry = catalog::entry(conn, &published.site, id)?;
        let Entry::Live(course) = entry else { return Ok(None) };
        let publisher = belongs(conn, published, course.network)?;
        let filter =
            DatesFilter { workshop: Some(id), from: Some(published.site.generated_at), ..DatesFilter::default() };
        Ok(Some((publisher, course, catalog::sessions(conn, &filter, SESSIONS)?)))
    };
    page(app, request, look, gather, |published, look, found| {
        let (publisher, course, sessions) = found.ok_or_else(gone)?;
        Ok(html::workshop(published.edition(), look, &publisher, &course, &sessions))
    })
    .await
}

async fn session_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let id = named(request.match_info().query("id"))?;
    let gather = move |conn: &mut Conn, published: &Published| {
        let session = catalog::session(conn, id)?;
        let publisher = belongs(conn, published, session.network)?;
        let courses = catalog::courses(conn, &published.site, &[session.workshop])?;
        Ok((publisher, courses.into_iter().next().ok_or(Error::NotFound)?, session))
    };
    page(app, request, look, gather, |published, look, (publisher, course, session)| {
        Ok(html::session(published.edition(), look, &publisher, &course, &session))
    })
    .await
}

async fn trainer_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let id = named(request.match_info().query("id"))?;
    let gather = move |conn: &mut Conn, published: &Published| {
        let trainer = catalog::trainer(conn, id)?;
        let publisher = belongs(conn, published, trainer.network)?;
        let filter =
            DatesFilter { trainer: Some(id), from: Some(published.site.generated_at), ..DatesFilter::default() };
        Ok((publisher, trainer, catalog::sessions(conn, &filter, SESSIONS)?))
    };
    page(app, request, look, gather, |published, look, (publisher, trainer, sessions)| {
        let sessions: Vec<&Session> = sessions.iter().collect();
        Ok(html::trainer(published.edition(), look, &publisher, &trainer, &sessions))
    })
    .await
}

async fn month_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let nothing = || Problem::new(problem::NOT_FOUND, "there is nothing at this address");
    let first: Date = format!("{}-01", request.match_info().query("month")).parse().map_err(|_| nothing())?;
    let gather = move |conn: &mut Conn, published: &Published| {
        // A day more at both ends: the month is that of each venue.
        let at = |date: Date| date.to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp());
        let (begin, end) = (at(first), at(first.last_of_month()));
        let (Ok(begin), Ok(end)) = (begin, end) else { return Err(Error::NotFound) };
        let network = published.network_id();
        let (from, until) = (begin - SignedDuration::from_hours(24), end + SignedDuration::from_hours(48));
        let filter = DatesFilter { network, from: Some(from), until: Some(until), ..DatesFilter::default() };
        catalog::sessions(conn, &filter, 1000)
    };
    page(app, request, look, gather, |published, look, sessions| {
        let begins =
            |session: &&Session| session.time.start.to_zoned(session.zone.rules()).date().first_of_month() == first;
        let shown: Vec<&Session> = sessions.iter().filter(begins).collect();
        Ok(html::month(published.edition(), look, first, &shown))
    })
    .await
}

async fn archive_page(app: &App, request: &HttpRequest, query: ArchiveQuery) -> Result<HttpResponse, Problem> {
    let ArchiveQuery { embed, zone, after } = query;
    let gather = move |conn: &mut Conn, published: &Published| {
        let network = published.network_id();
        let from = Some(published.site.generated_at);
        let mut recordings = catalog::recordings(conn, network, after, RECORDINGS + 1)?;
        let more = cut(&mut recordings, RECORDINGS);
        let dates = catalog::sessions(conn, &DatesFilter { network, from, ..DatesFilter::default() }, SESSIONS)?;
        Ok((dates, recordings, more))
    };
    page(app, request, LookQuery { embed, zone }, gather, |published, look, (dates, recordings, more)| {
        let upcoming: Vec<&Session> = dates.iter().filter(|session| session.place.online().is_some()).collect();
        let next = recordings.last().filter(|_| more).map(|last| last.id.as_str());
        Ok(html::archive(published.edition(), look, &Archive { upcoming: &upcoming, recordings: &recordings, next }))
    })
    .await
}

async fn map_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let gather = |conn: &mut Conn, published: &Published| {
        let network = published.network_id();
        let from: Timestamp = published.site.generated_at;
        catalog::sessions(conn, &DatesFilter { network, from: Some(from), ..DatesFilter::default() }, 1000)
    };
    page(app, request, look, gather, |published, look, sessions| {
        Ok(html::map(published.edition(), look, &sessions.iter().collect::<Vec<_>>()))
    })
    .await
}

/// The network of a thing, which is not there in another network's part of the catalog.
pub(super) fn belongs(conn: &mut Conn, published: &Published, network: id::NetworkId) -> Result<Publisher, Error> {
    match &published.network {
        Some(own) if own.id == network => Ok(own.clone()),
        Some(_) => Err(Error::NotFound),
        None => catalog::publishers(conn, &[network])?.remove(&network).ok_or(Error::NotFound),
    }
}

/// Shows the style sheet of the pages.
///
/// Light and dark, for the screen and for paper.
#[utoipa::path(tag = "public", security(), responses((status = 200, description = "The style sheet.", content_type = "text/css", body = String)))]
#[get("/style.css")]
async fn get_style(_app: Data<App>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    answer.content_type("text/css; charset=utf-8").body(html::STYLE)
}
