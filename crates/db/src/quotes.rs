//! Quotes.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{LibraryId, NetworkId, QuoteId, TrainerId},
    quote::{Quote, QuoteTerms},
    request::RequestDetails,
};

use crate::{
    Conn, DbError, Page,
    entity::finding,
    page::paged,
    schema::quotes,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = quotes)]
struct Row {
    id: Spelled<QuoteId>,
    network_id: Spelled<NetworkId>,
    library_id: Spelled<LibraryId>,
    trainer_id: Spelled<TrainerId>,
    details: Json<RequestDetails>,
    terms: Json<QuoteTerms>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Quote {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            library: row.library_id.0,
            trainer: row.trainer_id.0,
            details: row.details.0,
            terms: row.terms.0,
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&Quote> for Row {
    fn from(entity: &Quote) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            library_id: Spelled(entity.library),
            trainer_id: Spelled(entity.trainer),
            details: Json(entity.details.clone()),
            terms: Json(entity.terms.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate, and of libraries they work in.
seen!(
    quotes,
    concat!(
        "quotes.network_id IN ",
        scope::subjects!("coordinator"),
        " OR quotes.library_id IN ",
        scope::subjects!("staff")
    )
);

finding! { quotes: Quote, QuoteId }

/// Keeps a new one. It never changes.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, quote: &Quote) -> Result<(), DbError> {
    crate::error::one(diesel::insert_into(quotes::table).values(Row::from(quote)).execute(conn)?)
}

/// What a list of quotes may be narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuoteFilter {
    /// Of this network.
    pub network: Option<NetworkId>,
    /// For this library.
    pub library: Option<LibraryId>,
}

/// One page of quotes; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, filter: QuoteFilter, page: &Page) -> Result<Vec<Quote>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = filter.network {
        query = query.filter(quotes::network_id.eq(Spelled(network)));
    }
    if let Some(library) = filter.library {
        query = query.filter(quotes::library_id.eq(Spelled(library)));
    }
    let rows: Vec<Row> = paged!(query, quotes::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Quote::from).collect())
}
