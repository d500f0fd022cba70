//! What people allow.

use diesel::prelude::*;
use packhorse_domain::{
    consent::{Consent, ConsentPurpose},
    id::{ConsentId, UserId},
};

use crate::{
    Conn, DbError,
    error::one,
    schema::consents,
    types::{At, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
struct Row {
    id: Spelled<ConsentId>,
    user_id: Spelled<UserId>,
    purpose: Spelled<ConsentPurpose>,
    wording: i64,
    given: bool,
    since: At,
}

impl TryFrom<Row> for Consent {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let wording =
            u32::try_from(row.wording).map_err(|_| DbError::Corrupt(format!("the wording of {}", row.id.0)))?;
        let (purpose, given, since) = (row.purpose.0, row.given, row.since.0);
        Ok(Self { id: row.id.0, user: row.user_id.0, purpose, wording, given, since })
    }
}

/// All that somebody answered, by purpose.
///
/// # Errors
/// Those of the database.
pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Consent>, DbError> {
    let own = consents::table.filter(consents::user_id.eq(Spelled(user))).order(consents::purpose);
    let rows: Vec<Row> = own.select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// Keeps an answer in the place of the one before.
///
/// # Errors
/// [`DbError::Conflict`] `consents_once` when they answered at the same moment.
pub fn put(conn: &mut Conn, consent: &Consent) -> Result<(), DbError> {
    diesel::delete(consents::table.filter(consents::id.eq(Spelled(consent.id)))).execute(conn)?;
    let row = Row {
        id: Spelled(consent.id),
        user_id: Spelled(consent.user),
        purpose: Spelled(consent.purpose),
        wording: consent.wording.into(),
        given: consent.given,
        since: At(consent.since),
    };
    one(diesel::insert_into(consents::table).values(row).execute(conn)?)
}
