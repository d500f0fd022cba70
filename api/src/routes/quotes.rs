//! Quotes: what a workshop would cost a library, as one number with what makes it up.

use actix_web::{HttpResponse, get, post};
use packhorse_db::{Cursor, Page};
use packhorse_domain::{
    Money, Timestamp, Version,
    id::{self, LibraryId, NetworkId, QuoteId, TrainerId},
    quote::Quote,
    request::RequestDetails,
};
use packhorse_services::{
    Context,
    matches::Question,
    quotes::{self, QuoteFilter},
    roads::Errand,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::{
    call::{Call, Listed, PageOf, Reply, Resource},
    input::{Body, PageQuery, Parameters, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_quotes).service(create_quote).service(get_quote);
}

/// What is to be priced.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct QuoteQuestion {
    /// The network that would serve it.
    network: NetworkId,
    /// The library that would ask, and host.
    library: LibraryId,
    /// What it would need.
    #[validate(nested)]
    details: RequestDetails,
    /// This trainer at their best time; the best match of all when absent.
    trainer: Option<TrainerId>,
}

/// A quote as it stands at present.
#[derive(Serialize, ToSchema)]
struct Quoted {
    /// The quote.
    #[serde(flatten)]
    quote: Quote,
    /// What is left for the library: the one number. `price` has what makes it up.
    library_pays: Money,
    /// Whether that is within the budget; `null` when `details` tells none, or one in another currency.
    affordable: Option<bool>,
    /// Whether offers cannot be made at its price any more.
    expired: bool,
}

impl Quoted {
    fn at(now: Timestamp, quote: Quote) -> Self {
        let (library_pays, affordable, expired) = (quote.library_pays(), quote.is_affordable(), !quote.is_good(now));
        Self { quote, library_pays, affordable, expired }
    }
}

impl Resource for Quoted {
    fn path(&self) -> String {
        format!("/v1/quotes/{}", self.quote.id)
    }

    /// Nothing changes a quote but time: whoever knows it as good has another version than one that has expired.
    fn version(&self) -> Version {
        let version = self.quote.record.version;
        if self.expired { version.next() } else { version }
    }
}

impl Listed for Quoted {
    fn cursor(&self) -> Cursor {
        Cursor::after(self.quote.id)
    }
}

/// Which quotes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct QuoteQuery {
    /// Of this network.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// For this library.
    #[param(value_type = Option<LibraryId>)]
    library: Option<LibraryId>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for QuoteQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), library: from.take("library"), page: from.page::<id::Quote>() }
    }
}

/// Lists quotes.
///
/// Those of networks you coordinate and of libraries you work in, expired ones too.
#[utoipa::path(tag = "requests", params(QuoteQuery, PageQuery), responses((status = 200, description = "One page of quotes.", body = PageOf<Quoted>)))]
#[get("/v1/quotes")]
async fn list_quotes(call: Call, query: QueryOf<QuoteQuery>) -> Result<HttpResponse, Problem> {
    let QuoteQuery { network, library, page } = query.0;
    let filter = QuoteFilter { network, library };
    call.list(page, move |ctx, page| {
        let found = quotes::list(ctx, filter, page)?;
        Ok(found.into_iter().map(|quote| Quoted::at(ctx.now, quote)).collect())
    })
    .await
}

/// Quotes what a workshop would cost.
///
/// Can we afford it? The best match is priced, or the best time of one trainer, and the quote is kept as it is: later changes of
/// rates and rate cards do not touch it. It holds no time. While it is good, the coordinator may offer at its price by naming it
/// in the offer. When nobody can come, the answer is 422 with the fault `nobody`, which names the rules that cost most. For the
/// library's staff and the network's coordinators.
#[utoipa::path(tag = "requests", request_body = QuoteQuestion, responses((status = 201, description = "The quote.", body = Quoted)))]
#[post("/v1/quotes")]
async fn create_quote(call: Call, body: Body<QuoteQuestion>) -> Result<HttpResponse, Problem> {
    let QuoteQuestion { network, library, details, trainer } = body.0.into_inner();
    let question = Question { network, library, details, weights: None };
    call.survey(Errand::Question(Box::new(question.clone()))).await;
    let (pool, asked) = (call.app.pool.clone(), question.clone());
    let choice = move |ctx: &mut Context<'_>| quotes::choose(ctx, &pool, asked.clone(), trainer);
    let choice = call.read(choice).await?;
    call.write(move |ctx| {
        let quote = quotes::make(ctx, question.clone(), &choice)?;
        Reply::created(&Quoted::at(ctx.now, quote))
    })
    .await
}

/// Shows a quote.
///
/// As it was quoted; `expired` tells whether it is still good.
#[utoipa::path(tag = "requests", params(("id" = QuoteId, Path, description = "The quote.")), responses((status = 200, description = "The quote.", body = Quoted)))]
#[get("/v1/quotes/{id}")]
async fn get_quote(call: Call, id: PathId<id::Quote>) -> Result<HttpResponse, Problem> {
    let quote = move |ctx: &mut Context<'_>| Ok(Quoted::at(ctx.now, quotes::get(ctx, id.0)?));
    call.get(quote).await
}
