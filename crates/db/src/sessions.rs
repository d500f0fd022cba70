//! Sign-ins, and the refresh tokens that keep them alive.

use diesel::prelude::*;
use packhorse_domain::{
    Actor, Caller, Timestamp,
    id::{SignInId, UserId},
    sign_in::{RefreshToken, SignIn},
    user::Grant,
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    dialect::{Lock, lock},
    entity::direct,
    error::one,
    page::paged,
    schema::{refresh_tokens, roles, sessions},
    types::{At, Spelled},
    users::GrantRow,
};

/// Whoever a sign-in belongs to, with the roles they have at this moment.
///
/// # Errors
/// [`DbError::NotFound`] when it was revoked, has ended or never was.
pub fn actor(conn: &mut Conn, session: SignInId, now: Timestamp) -> Result<Actor, DbError> {
    type Found = (Spelled<UserId>, Option<GrantRow>);
    let query = sessions::table
        .left_join(roles::table.on(roles::user_id.eq(sessions::user_id)))
        .filter(sessions::id.eq(Spelled(session)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(At(now)));
    let rows: Vec<Found> =
        direct!(conn => query.select((sessions::user_id, Option::<GrantRow>::as_select())).load(conn))?;
    let user = rows.first().ok_or(DbError::NotFound)?.0.0;
    let grants = rows.iter().filter_map(|(_, row)| row.as_ref()).map(Grant::try_from).collect::<Result<_, _>>()?;
    Ok(Actor { caller: Caller::Person { user, session }, grants })
}

/// Begins a sign-in.
///
/// # Errors
/// Those of the database.
pub fn open(conn: &mut Conn, user: UserId, sign_in: &SignIn) -> Result<(), DbError> {
    let row = (
        sessions::id.eq(Spelled(sign_in.id)),
        sessions::user_id.eq(Spelled(user)),
        sessions::created_at.eq(At(sign_in.created_at)),
        sessions::expires_at.eq(At(sign_in.ends_at)),
        sessions::last_used_at.eq(At(sign_in.last_used_at)),
        sessions::user_agent.eq(&sign_in.user_agent),
    );
    one(diesel::insert_into(sessions::table).values(row).execute(conn)?)
}

/// Sign-ins of somebody that have not ended.
fn live(user: UserId, now: Timestamp) -> sessions::BoxedQuery<'static, MultiBackend> {
    let own = sessions::table.filter(sessions::user_id.eq(Spelled(user)));
    own.filter(sessions::revoked_at.is_null()).filter(sessions::expires_at.gt(At(now))).into_boxed()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: Spelled<SignInId>,
    created_at: At,
    expires_at: At,
    revoked_at: Option<At>,
    last_used_at: Option<At>,
    user_agent: Option<String>,
}

impl From<Row> for SignIn {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.unwrap_or(row.created_at).0,
            // What was ended earlier ended then.
            ends_at: row.revoked_at.unwrap_or(row.expires_at).0.min(row.expires_at.0),
            user_agent: row.user_agent,
        }
    }
}

/// One page of somebody's sign-ins that have not ended; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, user: UserId, page: &Page, now: Timestamp) -> Result<Vec<SignIn>, DbError> {
    let rows: Vec<Row> = paged!(live(user, now), sessions::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(SignIn::from).collect())
}

/// All sign-ins of somebody that are known, those that ended too.
///
/// # Errors
/// Those of the database.
pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<SignIn>, DbError> {
    let own = sessions::table.filter(sessions::user_id.eq(Spelled(user))).order(sessions::id);
    let rows: Vec<Row> = own.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(SignIn::from).collect())
}

/// Ends a sign-in of somebody, at once.
///
/// # Errors
/// [`DbError::NotFound`] when it is not theirs, or has ended.
pub fn revoke(conn: &mut Conn, user: UserId, session: SignInId, now: Timestamp) -> Result<(), DbError> {
    let row = sessions::table.filter(sessions::id.eq(Spelled(session))).filter(sessions::user_id.eq(Spelled(user)));
    let row = row.filter(sessions::revoked_at.is_null()).filter(sessions::expires_at.gt(At(now)));
    let changed = diesel::update(row).set(sessions::revoked_at.eq(At(now))).execute(conn)?;
    if changed == 0 { Err(DbError::NotFound) } else { Ok(()) }
}

/// Ends every sign-in of somebody, at once, but for one that stays.
///
/// # Errors
/// Those of the database.
pub fn revoke_all(conn: &mut Conn, user: UserId, but: Option<SignInId>, now: Timestamp) -> Result<(), DbError> {
    let kept = but.map_or_else(String::new, |session| session.to_string());
    let rows = sessions::table.filter(sessions::user_id.eq(Spelled(user))).filter(sessions::revoked_at.is_null());
    diesel::update(rows.filter(sessions::id.ne(kept))).set(sessions::revoked_at.eq(At(now))).execute(conn)?;
    Ok(())
}

/// Keeps a refresh token by its hash.
///
/// # Errors
/// Those of the database.
pub fn insert_refresh(conn: &mut Conn, hash: &str, session: SignInId, now: Timestamp) -> Result<(), DbError> {
    let row = (
        refresh_tokens::hash.eq(hash),
        refresh_tokens::session_id.eq(Spelled(session)),
        refresh_tokens::created_at.eq(At(now)),
    );
    one(diesel::insert_into(refresh_tokens::table).values(row).execute(conn)?)
}

/// Keeps the sign-in of a refresh token to this transaction: of several that bring it at once, each sees what the one before did.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such token, [`DbError::Contention`] when somebody else kept it too long.
pub fn lock_of_refresh(conn: &mut Conn, hash: &str) -> Result<(), DbError> {
    let query = refresh_tokens::table.filter(refresh_tokens::hash.eq(hash));
    let session: Spelled<SignInId> = query.select(refresh_tokens::session_id).first(conn)?;
    lock(conn, Lock::SignIns, vec![session.0.to_string()])
}

/// The refresh token with this hash, and whose sign-in it keeps alive.
///
/// # Errors
/// [`DbError::NotFound`] when there is none.
pub fn find_refresh(conn: &mut Conn, hash: &str) -> Result<(UserId, SignInId, RefreshToken), DbError> {
    type Found = (Spelled<SignInId>, Spelled<UserId>, Option<At>, At, Option<At>, Option<String>, Option<At>);
    let columns = (
        sessions::id,
        sessions::user_id,
        sessions::revoked_at,
        sessions::expires_at,
        refresh_tokens::used_at,
        refresh_tokens::successor,
        refresh_tokens::voided_at,
    );
    let query = refresh_tokens::table.inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)));
    let (session, user, revoked_at, ends_at, used_at, successor, voided_at): Found =
        query.filter(refresh_tokens::hash.eq(hash)).select(columns).first(conn)?;
    let successor_is_unused = match &successor {
        Some(hash) => {
            let next = refresh_tokens::table.filter(refresh_tokens::hash.eq(hash));
            next.select(refresh_tokens::used_at).first::<Option<At>>(conn)?.is_none()
        }
        None => false,
    };
    let token = RefreshToken {
        ends_at: revoked_at.unwrap_or(ends_at).0.min(ends_at.0),
        is_used: used_at.is_some(),
        successor_is_unused,
        voided_at: voided_at.map(|at| at.0),
    };
    Ok((user.0, session.0, token))
}

/// Marks a refresh token as used, and its successor as the one that counts; one that was given before counts no more.
///
/// # Errors
/// Those of the database.
pub fn succeed(conn: &mut Conn, hash: &str, successor: &str, now: Timestamp) -> Result<(), DbError> {
    let row = refresh_tokens::table.filter(refresh_tokens::hash.eq(hash));
    let before: Option<String> = row.select(refresh_tokens::successor).first(conn)?;
    if let Some(before) = before {
        let row = refresh_tokens::table.filter(refresh_tokens::hash.eq(before));
        one(diesel::update(row).set(refresh_tokens::voided_at.eq(At(now))).execute(conn)?)?;
    }
    let set = (refresh_tokens::used_at.eq(At(now)), refresh_tokens::successor.eq(successor));
    one(diesel::update(row).set(set).execute(conn)?)
}

/// Notes that a sign-in was used.
///
/// # Errors
/// Those of the database.
pub fn touch(conn: &mut Conn, session: SignInId, now: Timestamp) -> Result<(), DbError> {
    let row = sessions::table.filter(sessions::id.eq(Spelled(session)));
    one(diesel::update(row).set(sessions::last_used_at.eq(At(now))).execute(conn)?)
}

/// Sign-ins that ended before an instant.
fn over(before: Timestamp) -> sessions::BoxedQuery<'static, MultiBackend> {
    let over = sessions::expires_at.lt(At(before)).or(sessions::revoked_at.lt(At(before)).assume_not_null());
    sessions::table.filter(over).into_boxed()
}

/// Whether sign-ins ended before an instant.
///
/// # Errors
/// Those of the database.
pub fn ended(conn: &mut Conn, before: Timestamp) -> Result<bool, DbError> {
    Ok(over(before).select(sessions::id).first::<Spelled<SignInId>>(conn).optional()?.is_some())
}

/// Forgets those with their refresh tokens, some at a time.
///
/// # Errors
/// Those of the database.
pub fn forget_ended(conn: &mut Conn, before: Timestamp) -> Result<(), DbError> {
    let ids: Vec<Spelled<SignInId>> = over(before).select(sessions::id).limit(1000).load(conn)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::id.eq_any(&ids))).execute(conn)?;
    Ok(())
}
