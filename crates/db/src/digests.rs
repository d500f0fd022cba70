//! Who got the digest of which week.

use diesel::prelude::*;
use packhorse_domain::{Timestamp, consent::ConsentPurpose, id::UserId};

use crate::{
    Conn, DbError,
    error::one,
    schema::{consents, digests},
    types::{At, Spelled},
};

/// People who asked for the digest before a week began and did not get that of it yet, at most so many.
///
/// # Errors
/// Those of the database.
pub fn due(conn: &mut Conn, week: Timestamp, limit: i64) -> Result<Vec<UserId>, DbError> {
    let purpose = ConsentPurpose::WeeklyDigest;
    let done = digests::table.filter(digests::week.ge(At(week))).select(digests::user_id);
    let asked = consents::table
        .filter(consents::purpose.eq(Spelled(purpose)))
        .filter(consents::given)
        .filter(consents::wording.eq(i64::from(purpose.wording())))
        .filter(consents::since.lt(At(week)))
        .filter(consents::user_id.ne_all(done));
    let ids: Vec<Spelled<UserId>> = asked.order(consents::user_id).limit(limit).select(consents::user_id).load(conn)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Takes it upon oneself to write the digest of a week to somebody. Whether nobody else did.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else does just now.
pub fn take(conn: &mut Conn, user: UserId, week: Timestamp) -> Result<bool, DbError> {
    let own = digests::table.find(Spelled(user));
    if diesel::update(own.filter(digests::week.lt(At(week)))).set(digests::week.eq(At(week))).execute(conn)? == 1 {
        return Ok(true);
    }
    if diesel::select(diesel::dsl::exists(own)).get_result(conn)? {
        return Ok(false);
    }
    let row = (digests::user_id.eq(Spelled(user)), digests::week.eq(At(week)));
    one(diesel::insert_into(digests::table).values(row).execute(conn)?)?;
    Ok(true)
}
