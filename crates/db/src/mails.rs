//! Mails on their way out.

use diesel::prelude::*;
use packhorse_domain::{
    Timestamp,
    id::MailId,
    mail::{Mail, MailState},
};

use crate::{
    Conn, DbError,
    error::one,
    schema::mails,
    types::{At, Spelled},
};

/// Puts one into the outbox.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, mail: &Mail, now: Timestamp) -> Result<(), DbError> {
    let row = (
        mails::id.eq(Spelled(mail.id)),
        mails::recipient.eq(&mail.recipient),
        mails::subject.eq(&mail.subject),
        mails::body.eq(&mail.body),
        mails::state.eq(Spelled(MailState::Waiting)),
        mails::attempts.eq(mail.attempts),
        mails::next_attempt_at.eq(At(now)),
        mails::created_at.eq(At(now)),
    );
    one(diesel::insert_into(mails::table).values(row).execute(conn)?)
}

/// Whether some are due.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, now: Timestamp) -> Result<bool, DbError> {
    let due =
        mails::table.filter(mails::state.eq(Spelled(MailState::Waiting))).filter(mails::next_attempt_at.le(At(now)));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(conn)?)
}

/// Takes some that are due, those that wait longest first, and keeps others from them until an instant.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<Mail>, DbError> {
    let due =
        mails::table.filter(mails::state.eq(Spelled(MailState::Waiting))).filter(mails::next_attempt_at.le(At(now)));
    let columns = (mails::id, mails::recipient, mails::subject, mails::body, mails::attempts, mails::next_attempt_at);
    let rows: Vec<(Spelled<MailId>, String, String, String, i32, At)> =
        due.order((mails::next_attempt_at, mails::id)).limit(limit).select(columns).load(conn)?;
    let mut claimed = Vec::new();
    for (id, recipient, subject, body, before, due_at) in rows {
        let attempts = before + 1;
        let row = mails::table.filter(mails::id.eq(id)).filter(mails::next_attempt_at.eq(due_at));
        let set = (mails::attempts.eq(attempts), mails::next_attempt_at.eq(At(until)));
        if diesel::update(row).set(set).execute(conn)? == 1 {
            claimed.push(Mail { id: id.0, recipient, subject, body, attempts });
        }
    }
    Ok(claimed)
}

/// Forgets one that was sent, if it is still kept: whom it was to may have been erased meanwhile.
///
/// # Errors
/// Those of the database.
pub fn delete(conn: &mut Conn, id: MailId) -> Result<(), DbError> {
    diesel::delete(mails::table.filter(mails::id.eq(Spelled(id)))).execute(conn)?;
    Ok(())
}

/// Puts one off that was not sent, or gives it up: then its text, which may hold a token, goes. One that is not kept any more stays
/// away.
///
/// # Errors
/// Those of the database.
pub fn put_off(conn: &mut Conn, id: MailId, until: Option<Timestamp>) -> Result<(), DbError> {
    let row = mails::table.filter(mails::id.eq(Spelled(id)));
    match until {
        Some(until) => diesel::update(row).set(mails::next_attempt_at.eq(At(until))).execute(conn)?,
        None => {
            diesel::update(row).set((mails::state.eq(Spelled(MailState::Failed)), mails::body.eq(""))).execute(conn)?
        }
    };
    Ok(())
}
