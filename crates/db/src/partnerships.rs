//! Partnerships between networks.

use diesel::prelude::*;
use jiff::civil::Date;
use packhorse_domain::{
    Scope,
    id::{NetworkId, PartnershipId},
    network::{Partnership, PartnershipDetails},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    entity::queries,
    page::paged,
    schema::partnerships,
    scope::{self, seen},
    types::{At, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = partnerships, treat_none_as_null = true)]
struct Row {
    id: Spelled<PartnershipId>,
    lender_id: Spelled<NetworkId>,
    borrower_id: Spelled<NetworkId>,
    from_day: String,
    until_day: String,
    details: Json<PartnershipDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for Partnership {
    fn from(row: Row) -> Self {
        Self { id: row.id.0, details: row.details.0, record: record(row.version, row.created_at, row.updated_at) }
    }
}

impl From<&Partnership> for Row {
    fn from(entity: &Partnership) -> Self {
        Self {
            id: Spelled(entity.id),
            lender_id: Spelled(entity.details.lender),
            borrower_id: Spelled(entity.details.borrower),
            from_day: entity.details.from.to_string(),
            until_day: entity.details.until.map_or_else(|| OPEN.to_owned(), |day| day.to_string()),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

/// Stands for a partnership without an end; sorts behind every day.
const OPEN: &str = "9999-12-31";

// Those their networks take part in.
seen!(
    partnerships,
    concat!("partnerships.lender_id IN ", scope::networks!(), " OR partnerships.borrower_id IN ", scope::networks!())
);

queries! { partnerships: Partnership, PartnershipId }

/// One page of partnerships; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, page: &Page) -> Result<Vec<Partnership>, DbError> {
    let query = visible(scope);
    let rows: Vec<Row> = paged!(query, partnerships::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Partnership::from).collect())
}

/// Partnerships that stand on a day.
fn standing(day: Date) -> partnerships::BoxedQuery<'static, MultiBackend> {
    let day = day.to_string();
    partnerships::table
        .filter(partnerships::from_day.le(day.clone()))
        .filter(partnerships::until_day.ge(day))
        .into_boxed()
}

/// Networks that lend to one on a day.
///
/// # Errors
/// Those of the database.
pub fn lenders_to(conn: &mut Conn, borrower: NetworkId, day: Date) -> Result<Vec<NetworkId>, DbError> {
    let theirs = standing(day).filter(partnerships::borrower_id.eq(Spelled(borrower)));
    let ids: Vec<Spelled<NetworkId>> = theirs.select(partnerships::lender_id).distinct().load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Networks that one lends to on a day.
///
/// # Errors
/// Those of the database.
pub fn borrowers_of(conn: &mut Conn, lender: NetworkId, day: Date) -> Result<Vec<NetworkId>, DbError> {
    let theirs = standing(day).filter(partnerships::lender_id.eq(Spelled(lender)));
    let ids: Vec<Spelled<NetworkId>> = theirs.select(partnerships::borrower_id).distinct().load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}
