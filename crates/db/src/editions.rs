//! Editions of workshops, and what was made of them.

use diesel::{dsl::count_star, prelude::*};
use packhorse_domain::{
    id::{NetworkId, WorkshopId},
    workshop::{Edition, WorkshopDetails, WorkshopStateName},
};

use crate::{
    Conn, DbError,
    entity::insert_all,
    schema::{bookings, workshop_editions, workshops},
    types::{At, Json, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workshop_editions)]
struct Row {
    workshop_id: Spelled<WorkshopId>,
    edition: i32,
    details: Json<WorkshopDetails>,
    published_at: At,
}

impl From<Row> for Edition {
    fn from(row: Row) -> Self {
        Self {
            workshop: row.workshop_id.0,
            edition: row.edition.unsigned_abs(),
            published_at: row.published_at.0,
            details: row.details.0,
        }
    }
}

/// Keeps editions that were published.
///
/// # Errors
/// Those of the database.
pub fn insert_all(conn: &mut Conn, editions: &[Edition]) -> Result<(), DbError> {
    let rows = editions.iter().map(|edition| Row {
        workshop_id: Spelled(edition.workshop),
        edition: numbered(edition.edition),
        details: Json(edition.details.clone()),
        published_at: At(edition.published_at),
    });
    insert_all!(workshop_editions, conn, rows)
}

/// Editions of a workshop, the newest first, at most so many.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, workshop: WorkshopId, most: i64) -> Result<Vec<Edition>, DbError> {
    let query = workshop_editions::table.filter(workshop_editions::workshop_id.eq(Spelled(workshop)));
    let rows: Vec<Row> =
        query.order(workshop_editions::edition.desc()).limit(most).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Edition::from).collect())
}

/// One edition of a workshop.
///
/// # Errors
/// [`DbError::NotFound`] when there is none of this number.
pub fn find(conn: &mut Conn, workshop: WorkshopId, edition: u32) -> Result<Edition, DbError> {
    let row: Row =
        workshop_editions::table.find((Spelled(workshop), numbered(edition))).select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

fn numbered(edition: u32) -> i32 {
    i32::try_from(edition).unwrap_or(i32::MAX)
}

/// How much a network gave to others, and took from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiveAndTake {
    /// Published workshops of others that were made of its own.
    pub adapted_by_others: i64,
    /// Its own published workshops that were made of others'.
    pub adapted_from_others: i64,
    /// Workshops its trainers taught elsewhere.
    pub taught_elsewhere: i64,
    /// Workshops trainers of others taught in it.
    pub taught_by_others: i64,
}

/// How much a network gave and took.
///
/// # Errors
/// Those of the database.
pub fn give_and_take(conn: &mut Conn, network: NetworkId) -> Result<GiveAndTake, DbError> {
    let network = || Spelled(network);
    let original = diesel::alias!(workshops as original);
    let drafts = workshops::state.ne(Spelled(WorkshopStateName::Draft));
    let pairs = || {
        let made = original.field(workshops::id).nullable().eq(workshops::original_id);
        workshops::table.inner_join(original.on(made)).filter(drafts)
    };
    let (of_ours, ours) = (original.field(workshops::network_id), workshops::network_id);
    let taught = || bookings::table.filter(bookings::state.eq_any(["delivered", "closed"].map(str::to_owned)));
    let (held, lent) = (bookings::network_id, bookings::trainer_network_id);
    Ok(GiveAndTake {
        adapted_by_others: pairs()
            .filter(of_ours.eq(network()))
            .filter(ours.ne(network()))
            .select(count_star())
            .first(conn)?,
        adapted_from_others: pairs()
            .filter(of_ours.ne(network()))
            .filter(ours.eq(network()))
            .select(count_star())
            .first(conn)?,
        taught_elsewhere: taught()
            .filter(lent.eq(network()))
            .filter(held.ne(network()))
            .select(count_star())
            .first(conn)?,
        taught_by_others: taught()
            .filter(held.eq(network()))
            .filter(lent.ne(network()))
            .select(count_star())
            .first(conn)?,
    })
}
