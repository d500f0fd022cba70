//! Harvests: OAI-PMH 2.0.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, get,
    http::header::{self, ContentType},
    post,
    web::Data,
};
use packhorse_db::Conn;
use packhorse_domain::{
    Timestamp,
    id::{self, NetworkId},
};
use packhorse_publishing::{
    model::{Publisher, Site},
    oai::{self, Ask, Code, Item, Listing, Prefix, Refusal, Request, Resumption, Selection, Start, What},
};
use packhorse_services::{
    Error,
    catalog::{self, CatalogFilter, Entry},
};
use url::form_urlencoded;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{cut, export::Behind};
use crate::{input::Bytes, problem::Problem, state::App};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(harvest_catalog).service(harvest_catalog_by_form).service(get_lrmi_schema);
}

/// Shows the schema of the format `lrmi`.
///
/// XML Schema, for harvesters that check what they get.
#[utoipa::path(tag = "public", security(), responses((status = 200, description = "The schema.", content_type = "application/xml", body = String)))]
#[get("/schemas/lrmi.xsd")]
async fn get_lrmi_schema(_app: Data<App>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    answer.content_type("application/xml").body(oai::LRMI_SCHEMA)
}

/// Records of one page.
const RECORDS: u16 = 200;

/// Answers a harvester.
///
/// OAI-PMH 2.0 with every verb, `oai_dc` and `lrmi`, a set for each network, and withdrawn workshops as deleted records. What is
/// wrong with a request is told in the answer, as the protocol has it, with status 200.
#[utoipa::path(
    tag = "public",
    security(),
    params(
        ("verb" = Option<String>, Query, description = "One of `Identify`, `ListMetadataFormats`, `ListSets`, `GetRecord`, `ListIdentifiers`, `ListRecords`.", example = "Identify"),
        ("identifier" = Option<String>, Query, description = "A record."),
        ("metadataPrefix" = Option<String>, Query, description = "`oai_dc` or `lrmi`."),
        ("from" = Option<String>, Query, description = "Changed at or after, a day or a second."),
        ("until" = Option<String>, Query, description = "Changed at or before."),
        ("set" = Option<String>, Query, description = "Of a network."),
        ("resumptionToken" = Option<String>, Query, description = "Where a list goes on.")
    ),
    responses((status = 200, description = "The answer.", content_type = "text/xml", body = String))
)]
#[get("/oai")]
async fn harvest_catalog(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    answer(&app, form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect()).await
}

/// Answers a harvester that posts a form.
///
/// As with GET.
#[utoipa::path(
    tag = "public",
    security(),
    request_body(content = Option<String>, content_type = "application/x-www-form-urlencoded", description = "The arguments.", example = "verb=Identify"),
    responses((status = 200, description = "The answer.", content_type = "text/xml", body = String))
)]
#[post("/oai")]
async fn harvest_catalog_by_form(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let body = request.extensions().get::<Bytes>().cloned().unwrap_or_default().0;
    answer(&app, form_urlencoded::parse(&body).into_owned().collect()).await
}

async fn answer(app: &App, arguments: Vec<(String, String)>) -> Result<HttpResponse, Problem> {
    let site = app.site()?;
    let written = match Request::read(&site, arguments) {
        Ok(request) => {
            let asked = site.clone();
            app.db.read(move |conn| respond(conn, &asked, request.clone())).await?
        }
        Err(refusal) => refused(&site, &refusal),
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=1"));
    Ok(answer.insert_header(ContentType(actix_web::mime::TEXT_XML)).body(written))
}

fn refused(site: &Site, refusal: &Refusal) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = oai::refuse(&mut out, site, refusal);
    out
}

/// A page of a list: what was asked first, where the page begins, and how many records came before.
struct Resumed {
    selection: Selection,
    after: Option<Behind<id::Workshop>>,
    before: u64,
}

fn respond(conn: &mut Conn, site: &Site, request: Request) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let refuse = |request: Request, code, detail: &str| Ok(refused(site, &request.refused(code, detail)));
    let written = match request.ask.clone() {
        Ask::Identify => {
            let filter = CatalogFilter { gone: true, own: true, ..CatalogFilter::default() };
            let oldest =
                catalog::list(conn, site, &filter, 1)?.pop().map_or(site.generated_at, |entry| entry.changed_at());
            oai::identify(&mut out, site, &request, oldest)
        }
        Ask::Formats(None) => oai::formats(&mut out, site, &request),
        Ask::Formats(Some(id)) => match catalog::record(conn, site, id) {
            Ok(_) => oai::formats(&mut out, site, &request),
            Err(Error::NotFound) => return refuse(request, Code::IdDoesNotExist, "there is no such record"),
            Err(error) => return Err(error),
        },
        Ask::Sets(Some(_)) => return refuse(request, Code::BadResumptionToken, "the list of sets has one page"),
        Ask::Sets(None) => oai::sets(&mut out, site, &request, &catalog::all_publishers(conn)?, Resumption::default()),
        Ask::Record(id, prefix) => match catalog::record(conn, site, id) {
            Ok(entry) => {
                let publishers = catalog::publishers(conn, &[entry.network()])?;
                item(&publishers, &entry).map_or(Ok(()), |item| oai::record(&mut out, site, &request, prefix, item))
            }
            Err(Error::NotFound) => return refuse(request, Code::IdDoesNotExist, "there is no such record"),
            Err(error) => return Err(error),
        },
        Ask::List(what, start) => {
            let resumed = match start {
                Start::Fresh(selection) => Some(Resumed { selection, after: None, before: 0 }),
                Start::Resumed(token) => Resumed::read(&token),
            };
            match resumed {
                Some(resumed) => list(conn, site, &request, what, &resumed, &mut out)?,
                None => return refuse(request, Code::BadResumptionToken, "is none of ours"),
            }
        }
    };
    written.map_err(|error| packhorse_db::DbError::Corrupt(error.to_string()))?;
    Ok(out)
}

fn list(
    conn: &mut Conn,
    site: &Site,
    request: &Request,
    what: What,
    resumed: &Resumed,
    out: &mut Vec<u8>,
) -> Result<std::io::Result<()>, Error> {
    let Selection { prefix, from, before, set } = resumed.selection;
    let filter =
        CatalogFilter { network: set, from, before, after: resumed.after.map(Behind::place), gone: true, own: true };
    let mut entries = catalog::list(conn, site, &filter, RECORDS + 1)?;
    let more = cut(&mut entries, RECORDS);
    let networks: Vec<NetworkId> = entries.iter().map(Entry::network).collect();
    let publishers = catalog::publishers(conn, &networks)?;
    let next = entries.last().filter(|_| more).map(|last| {
        let after = Some(Behind::new(last.changed_at(), last.id()));
        let before = resumed.before + u64::try_from(entries.len()).unwrap_or(0);
        Resumed { selection: resumed.selection, after, before }.token()
    });
    let write = || {
        let mut listing = Listing::begin(out, site, request, what, prefix)?;
        entries.iter().filter_map(|entry| item(&publishers, entry)).try_for_each(|item| listing.item(item))?;
        listing.end(Resumption { next: next.as_deref(), size: None, before: resumed.before }).map(drop)
    };
    Ok(write())
}

fn item<'a>(publishers: &'a std::collections::HashMap<NetworkId, Publisher>, entry: &'a Entry) -> Option<Item<'a>> {
    match entry {
        Entry::Live(course) => publishers.get(&course.network).map(|publisher| Item::Live(publisher, course)),
        Entry::Gone(gone) => Some(Item::Withdrawn(*gone)),
    }
}

impl Resumed {
    /// `prefix!from!before!set!count!after`, each empty where there is none. Opaque to callers, and checked when it comes back.
    fn token(&self) -> String {
        let Selection { prefix, from, before, set } = self.selection;
        let instant = |at: Option<Timestamp>| at.map(|at| at.as_microsecond().to_string()).unwrap_or_default();
        let set = set.map(|set| set.to_string()).unwrap_or_default();
        let after = self.after.map(|after| after.to_string()).unwrap_or_default();
        format!("{}!{}!{}!{set}!{}!{after}", prefix.word(), instant(from), instant(before), self.before)
    }

    fn read(token: &str) -> Option<Self> {
        let parts: Vec<&str> = token.split('!').collect();
        let &[prefix, from, before, set, count, after] = parts.as_slice() else { return None };
        // Nothing, where nothing is written; no token, where something else is.
        let instant = |text: &str| match text {
            "" => Ok(None),
            written => written.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).map(Some).ok_or(()),
        };
        let set = match set {
            "" => Ok(None),
            written => written.parse().map(Some).map_err(drop),
        };
        let prefix = Prefix::ALL.into_iter().find(|known| known.word() == prefix)?;
        let (from, before, set) = (instant(from).ok()?, instant(before).ok()?, set.ok()?);
        let selection = Selection { prefix, from, before, set };
        Some(Self { selection, after: Some(after.parse().ok()?), before: count.parse().ok()? })
    }
}
