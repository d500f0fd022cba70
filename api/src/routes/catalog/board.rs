//! Showcases and the needs board, for people.

use actix_web::{HttpRequest, HttpResponse, get};
use jiff::tz::TimeZone;
use packhorse_db::Conn;
use packhorse_domain::id::{self, PostingId};
use packhorse_publishing::html::{self, Board};
use packhorse_services::catalog::{self, BoardFilter};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    LookQuery, Published, cut, named,
    pages::{belongs, page},
    published,
};
use crate::{
    input::{Parameters, Query},
    problem::Problem,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_needs_page).service(get_network_needs_page);
    config.service(get_showcase_page).service(get_network_showcase_page);
}

/// Postings on one page.
const POSTINGS: u16 = 30;

published! {
    /// Shows the needs board.
    ///
    /// A page for people: what is open to everybody, newest first.
    get_needs_page "/needs", get_network_needs_page "/networks/{network}/needs" (), query NeedsQuery, gives "text/html": needs_page;
    /// Shows a showcase.
    ///
    /// A page for people: its tables, each with its host, one tip, and what can be taken along.
    get_showcase_page "/showcases/{id}", get_network_showcase_page "/networks/{network}/showcases/{id}" ("id": id::ShowcaseId = "The showcase."), query LookQuery, gives "text/html": showcase_page;
}

/// Which page of the board, and how.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct NeedsQuery {
    /// Without header and footer, for a frame in another page.
    #[param(example = true)]
    embed: Option<bool>,
    /// Where the page begins: the end of the one before.
    #[param(value_type = Option<PostingId>)]
    after: Option<PostingId>,
}

impl Query for NeedsQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { embed: from.take("embed"), after: from.take("after") }
    }
}

async fn showcase_page(app: &App, request: &HttpRequest, look: LookQuery) -> Result<HttpResponse, Problem> {
    let id = named(request.match_info().query("id"))?;
    let gather = move |conn: &mut Conn, published: &Published| {
        let showcase = catalog::showcase(conn, id)?;
        belongs(conn, published, showcase.network)?;
        Ok(showcase)
    };
    page(app, request, look, gather, |published, look, showcase| {
        Ok(html::showcase(published.edition(), look, &showcase))
    })
    .await
}

async fn needs_page(app: &App, request: &HttpRequest, query: NeedsQuery) -> Result<HttpResponse, Problem> {
    let NeedsQuery { embed, after } = query;
    let gather = move |conn: &mut Conn, published: &Published| {
        let network = published.network_id();
        let today = published.site.generated_at.to_zoned(TimeZone::UTC).date();
        let filter = BoardFilter { network, on: Some(today), after, ..BoardFilter::default() };
        catalog::needs(conn, &filter, POSTINGS + 1)
    };
    page(app, request, LookQuery { embed, zone: None }, gather, |published, look, mut postings| {
        let more = cut(&mut postings, POSTINGS);
        let next = postings.last().filter(|_| more).map(|posting| posting.id.to_string());
        Ok(html::needs(published.edition(), look, &Board { postings: &postings, next: next.as_deref() }))
    })
    .await
}
