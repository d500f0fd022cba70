//! What is kept about a person in tables that are of other things, and forgetting it.

use diesel::{prelude::*, sql_query, sql_types::Text};
use packhorse_domain::{
    Timestamp,
    id::{InvitationId, MailId, TrainerId, UserId},
    mail::MailState,
    privacy::{Identity, MailNote},
    user::RoleName,
};

use crate::{
    Conn, DbError,
    dialect::contains,
    entity::direct,
    schema::{
        commitments, consents, digests, idempotency_keys, identities, mails, one_time_tokens, refresh_tokens, roles,
        sessions,
    },
    types::{At, Spelled},
};

/// Those of some trainers who are somebody else, too.
///
/// # Errors
/// Those of the database.
pub fn shared_trainers(conn: &mut Conn, user: UserId, trainers: &[TrainerId]) -> Result<Vec<TrainerId>, DbError> {
    let named = roles::subject_id.eq_any(trainers.iter().map(ToString::to_string));
    let others = roles::table.filter(roles::role.eq(Spelled(RoleName::Trainer))).filter(named);
    let others = others.filter(roles::user_id.ne(Spelled(user))).select(roles::subject_id);
    let found: Vec<Spelled<TrainerId>> = others.load(conn)?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

/// Who somebody is at outside providers.
///
/// # Errors
/// Those of the database.
pub fn identities(conn: &mut Conn, user: UserId) -> Result<Vec<Identity>, DbError> {
    let own = identities::table.filter(identities::user_id.eq(Spelled(user))).order(identities::issuer);
    let rows: Vec<(String, String, At)> =
        own.select((identities::issuer, identities::subject, identities::created_at)).load(conn)?;
    let identity = |(issuer, subject, at): (_, _, At)| Identity { issuer, subject, created_at: at.0 };
    Ok(rows.into_iter().map(identity).collect())
}

/// Addresses that somebody wants to have, and has not proved yet.
///
/// # Errors
/// Those of the database.
pub fn wanted_addresses(conn: &mut Conn, user: UserId) -> Result<Vec<String>, DbError> {
    let own = one_time_tokens::table.filter(one_time_tokens::user_id.eq(Spelled(user)));
    let found: Vec<Option<String>> = own.select(one_time_tokens::email).load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    id: String,
}

/// The ids that a query with an address finds.
fn named<T: std::str::FromStr>(conn: &mut Conn, query: &str, address: &str) -> Result<Vec<T>, DbError> {
    let query = sql_query(query).bind::<Text, _>(address);
    let rows: Vec<Named> = direct!(conn => query.load(conn))?;
    rows.into_iter().map(|row| row.id.parse().map_err(|_| DbError::Corrupt(row.id))).collect()
}

/// Invitations to an address, however it was typed.
///
/// # Errors
/// Those of the database.
pub fn invitations_to(conn: &mut Conn, address: &str) -> Result<Vec<InvitationId>, DbError> {
    named(conn, "SELECT id FROM invitations WHERE LOWER(details ->> 'email') = LOWER($1) ORDER BY id", address)
}

/// Mails to an address, however it was typed, that are still kept.
///
/// # Errors
/// Those of the database.
pub fn mails_to(conn: &mut Conn, address: &str) -> Result<Vec<MailNote>, DbError> {
    type Found = (Spelled<MailId>, String, String, Spelled<MailState>, i32, At);
    let ids: Vec<MailId> = named(conn, "SELECT id FROM mails WHERE LOWER(recipient) = LOWER($1) ORDER BY id", address)?;
    let columns = (mails::id, mails::recipient, mails::subject, mails::state, mails::attempts, mails::created_at);
    let query = mails::table.filter(mails::id.eq_any(ids.into_iter().map(Spelled))).order(mails::id);
    let rows: Vec<Found> = query.select(columns).load(conn)?;
    let note = |(id, recipient, subject, state, attempts, at): Found| MailNote {
        id: id.0,
        recipient,
        subject,
        state: state.0,
        attempts,
        created_at: at.0,
    };
    Ok(rows.into_iter().map(note).collect())
}

/// Forgets the mail that was written to an address at an instant.
///
/// # Errors
/// Those of the database.
pub fn forget_mail(conn: &mut Conn, recipient: &str, written: Timestamp) -> Result<(), DbError> {
    let row = mails::table.filter(mails::recipient.eq(recipient)).filter(mails::created_at.eq(At(written)));
    diesel::delete(row).execute(conn)?;
    Ok(())
}

/// Forgets that an address asked for anything, and what was written to it.
///
/// # Errors
/// Those of the database.
pub fn forget_address(conn: &mut Conn, address: &str) -> Result<(), DbError> {
    for query in
        ["DELETE FROM mails WHERE LOWER(recipient) = LOWER($1)", "DELETE FROM reset_requests WHERE email = LOWER($1)"]
    {
        sql_query(query).bind::<Text, _>(address).execute(conn)?;
    }
    Ok(())
}

/// Forgets how somebody signs in, what they allowed, their roles, and the answers kept for them.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, user: UserId) -> Result<(), DbError> {
    let own = sessions::table.filter(sessions::user_id.eq(Spelled(user)));
    let ids: Vec<String> = own.select(sessions::id).load(conn)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(ids))).execute(conn)?;
    diesel::delete(own).execute(conn)?;
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(Spelled(user)))).execute(conn)?;
    diesel::delete(identities::table.filter(identities::user_id.eq(Spelled(user)))).execute(conn)?;
    diesel::delete(consents::table.filter(consents::user_id.eq(Spelled(user)))).execute(conn)?;
    diesel::delete(digests::table.find(Spelled(user))).execute(conn)?;
    diesel::delete(roles::table.filter(roles::user_id.eq(Spelled(user)))).execute(conn)?;
    // One that is still at work may be the very one that erases: it keeps its answer yet.
    let answered = idempotency_keys::table.filter(idempotency_keys::status.ne(0));
    diesel::delete(answered.filter(idempotency_keys::user_id.eq(user.to_string()))).execute(conn)?;
    Ok(())
}

/// Empties the answers kept for others in which a word stands: sent again, their requests still have one effect.
///
/// # Errors
/// Those of the database.
pub fn empty_answers(conn: &mut Conn, word: &str) -> Result<(), DbError> {
    sql_query("UPDATE idempotency_keys SET body = 'null' WHERE status <> 0 AND LOWER(body) LIKE $1 ESCAPE '\\'")
        .bind::<Text, _>(contains(word))
        .execute(conn)?;
    Ok(())
}

/// Forgets where some trainers were, as told by the time they took: for what is virtual that is their home.
///
/// # Errors
/// Those of the database.
pub fn forget_places(conn: &mut Conn, trainers: &[TrainerId]) -> Result<(), DbError> {
    let theirs = commitments::table.filter(commitments::trainer_id.eq_any(trainers.iter().map(|id| Spelled(*id))));
    diesel::update(theirs)
        .set((commitments::latitude.eq(None::<f64>), commitments::longitude.eq(None::<f64>)))
        .execute(conn)?;
    Ok(())
}
