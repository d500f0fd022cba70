//! The public catalog: pages for people, feeds for programs, harvests. Nobody signs in for it.
//!
//! Everything is there twice: all that is public, and below `/networks/{network}` what one network published.

mod board;
mod export;
mod feeds;
mod finder;
mod harvest;
mod json;
mod pages;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{self, HeaderValue},
};
use jiff::{Timestamp as Instant, fmt::rfc2822};
use packhorse_db::Conn;
use packhorse_domain::{
    Zone,
    id::{self, NetworkId},
};
use packhorse_publishing::{
    Edition,
    model::{Publisher, Site},
};
use packhorse_services::{
    Error,
    catalog::{self, Revision},
};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    input::{Parameters, Query},
    problem::{self, Problem},
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    // Addresses that end in .ics before those that take anything there.
    config
        .configure(feeds::mount)
        .configure(pages::mount)
        .configure(board::mount)
        .configure(harvest::mount)
        .configure(json::mount);
}

/// Where a page is shown.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what is read with the rest")]
struct EmbedQuery {
    /// Without header and footer, for a frame in another page.
    #[param(example = true)]
    embed: Option<bool>,
}

/// How a page is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct LookQuery {
    /// Without header and footer, for a frame in another page.
    #[param(example = true)]
    embed: Option<bool>,
    /// A zone whose clock is shown beside that of the venue, IANA name.
    #[param(value_type = Option<Zone>, example = "America/Los_Angeles")]
    zone: Option<Zone>,
}

impl LookQuery {
    fn of(from: &mut Parameters) -> Self {
        let zone = from.take::<String>("zone").filter(|name| !name.is_empty());
        let zone = zone.and_then(|name| {
            let known = Zone::new(&name).ok();
            if known.is_none() {
                from.broken_rule("zone", "unknown", "is no IANA time zone");
            }
            known
        });
        Self { embed: from.take("embed"), zone }
    }
}

impl Query for LookQuery {
    fn read(from: &mut Parameters) -> Self {
        Self::of(from)
    }
}

/// Which network's part of the catalog an address is below, if any.
fn network(request: &HttpRequest) -> Result<Option<NetworkId>, Problem> {
    request.match_info().get("network").map(named).transpose()
}

/// Reads an id in an address. Whatever is none of that kind is not there.
fn named<K: id::Kind>(text: &str) -> Result<id::Id<K>, Problem> {
    text.parse().map_err(|_| Problem::new(problem::NOT_FOUND, "there is nothing at this address"))
}

/// Cuts what was read to a page, of which one more was asked for. Whether there is more.
fn cut<T>(read: &mut Vec<T>, most: u16) -> bool {
    let more = read.len() > usize::from(most);
    read.truncate(most.into());
    more
}

/// What is asked of: the installation and, where only its part is wanted, a network.
struct Published {
    site: Site,
    network: Option<Publisher>,
    revision: Option<Revision>,
}

impl Published {
    /// Reads how the catalog stands.
    async fn of(app: &App, request: &HttpRequest) -> Result<Self, Problem> {
        let (id, site) = (network(request)?, app.site()?);
        let read = app.db.glance(move |conn| {
            let network = id.map(|id| catalog::publisher(conn, id)).transpose()?;
            Ok::<_, packhorse_services::Error>((network, catalog::revision(conn)?))
        });
        let (network, revision) = read.await?;
        Ok(Self { site, network, revision })
    }

    fn network_id(&self) -> Option<NetworkId> {
        self.network.as_ref().map(|network| network.id)
    }

    fn edition(&self) -> Edition<'_> {
        Edition { site: &self.site, network: self.network.as_ref() }
    }

    /// When it changed last.
    fn changed_at(&self) -> packhorse_domain::Timestamp {
        self.revision.as_ref().map_or(self.site.generated_at, |revision| revision.at)
    }

    /// The tag of an answer that depends on the clock, too: by the minute.
    fn tag(&self, timed: bool) -> String {
        let position = self.revision.as_ref().map_or("0", |revision| revision.position.as_str());
        let minute = if timed { self.site.generated_at.as_second() / 60 } else { 0 };
        format!("\"{position}-{minute:x}\"")
    }

    /// The answer to whoever has this already; else nothing.
    fn unchanged(&self, request: &HttpRequest, tag: &str) -> Option<HttpResponse> {
        let sent = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        // Source: RFC 9110 section 13.2.2: a tag counts before a date.
        let same = match sent(header::IF_NONE_MATCH) {
            Some(tags) => tags.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag),
            None => self.is_older_than(sent(header::IF_MODIFIED_SINCE)?),
        };
        same.then(|| {
            let mut answer = HttpResponse::NotModified();
            self.head(&mut answer, tag);
            answer.finish()
        })
    }

    /// Whether nothing changed after a date of HTTP.
    fn is_older_than(&self, date: &str) -> bool {
        let since = rfc2822::DateTimeParser::new().parse_timestamp(date);
        let changed = self.revision.as_ref().map(|revision| revision.at.as_second());
        since.is_ok_and(|since| changed.is_some_and(|changed| changed <= since.as_second()))
    }

    /// Headers by which others may keep an answer, for a second.
    fn head(&self, answer: &mut HttpResponseBuilder, tag: &str) {
        answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "public, max-age=1"));
        let changed = self.revision.as_ref().and_then(|revision| Instant::from_second(revision.at.as_second()).ok());
        let written = changed.and_then(|at| rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
        if let Some(value) = written.and_then(|text| HeaderValue::from_str(&text).ok()) {
            answer.insert_header((header::LAST_MODIFIED, value));
        }
    }
}

/// Gets what is asked for and answers with it, unless whoever asks has it.
async fn answer<T: Send + 'static>(
    app: &App,
    request: &HttpRequest,
    mut gather: impl FnMut(&mut Conn, &Published) -> Result<T, Error> + Send + 'static,
    write: impl FnOnce(&Published, HttpResponseBuilder, T) -> Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    let published = Published::of(app, request).await?;
    let tag = published.tag(true);
    if let Some(answer) = published.unchanged(request, &tag) {
        return Ok(answer);
    }
    let published = std::sync::Arc::new(published);
    let shared = published.clone();
    let gathered = app.db.read(move |conn| gather(conn, &shared)).await?;
    let mut answer = HttpResponse::Ok();
    published.head(&mut answer, &tag);
    write(&published, answer, gathered)
}

/// Declares an operation of the catalog twice: for all that is public, and for what one network published.
macro_rules! published {
    ($($(#[doc = $doc:literal])* $whole:ident $path:literal, $part:ident $below:literal
       ($($name:literal: $kind:ty = $about:literal),*), query $query:ty, gives $media:literal: $answer:path;)*) => {$(
        published! { @one $(#[doc = $doc])* $whole $path ($($name: $kind = $about),*), $query, $media, $answer }
        published! {
            @one $(#[doc = $doc])* #[doc = ""] #[doc = "Of one network."] $part $below
            ("network": packhorse_domain::id::NetworkId = "The network." $(, $name: $kind = $about)*), $query, $media, $answer
        }
    )*};
    (@one $(#[doc = $doc:literal])* $name:ident $path:literal ($($param:literal: $kind:ty = $about:literal),*), $query:ty, $media:literal, $answer:path) => {
        $(#[doc = $doc])*
        #[utoipa::path(
            tag = "public",
            security(),
            params($(($param = $kind, Path, description = $about),)* $query),
            responses((status = 200, description = "As published.", content_type = $media, body = String), (status = 304, description = "As before."))
        )]
        #[get($path)]
        async fn $name(
            app: actix_web::web::Data<crate::state::App>,
            request: actix_web::HttpRequest,
            query: crate::input::QueryOf<$query>,
        ) -> Result<actix_web::HttpResponse, crate::problem::Problem> {
            $answer(&app, &request, query.0).await
        }
    };
}
use published;
