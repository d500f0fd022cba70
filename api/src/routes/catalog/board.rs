//! The needs board, for people.

use actix_web::{HttpRequest, HttpResponse, get};
use jiff::tz::TimeZone;
use packhorse_db::Conn;
use packhorse_domain::id::PostingId;
use packhorse_publishing::html::{self, Board};
use packhorse_services::catalog::{self, BoardFilter};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{LookQuery, Published, cut, pages::page, published};
use crate::{
    input::{Parameters, Query},
    problem::Problem,
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(get_needs_page).service(get_network_needs_page);
}

/// Postings on one page.
const POSTINGS: u16 = 30;

published! {
    /// Shows the needs board.
    ///
    /// A page for people: what is open to everybody, newest first.
    get_needs_page "/needs", get_network_needs_page "/networks/{network}/needs" (), query NeedsQuery, gives "text/html": needs_page;
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
        let next = postings.last().filter(|_| more).map(|posting| posting.id.as_str());
        Ok(html::needs(published.edition(), look, &Board { postings: &postings, next }))
    })
    .await
}
