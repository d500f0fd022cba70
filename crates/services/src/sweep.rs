//! The program's own work: holds that ran out, requests whose last window passed, answers and counts kept long enough.
//!
//! Every chore is a transaction of its own and locks as people do, so any number of processes may run them.

use jiff::{SignedDuration, tz::TimeZone};
use packhorse_db::{Conn, idempotency, keys, offers, postings, rates, requests, sessions};
use packhorse_domain::{
    Timestamp,
    id::{OfferId, PostingId, RequestId},
};

use crate::{
    Context, Error, offers as offer_services, postings as posting_services, rates::minute_of,
    requests as request_services,
};

/// Most chores of a kind that are looked up at once.
const AT_ONCE: i64 = 100;
/// How long answers are kept for requests that are sent again.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long it is known that a sign-in is over: a refresh token that was copied may come late.
const SIGN_INS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Something to be done.
#[derive(Debug, Clone, Copy)]
pub enum Chore {
    /// The hold of an offer ran out.
    Lapse(OfferId),
    /// The last window of a request passed, or the day until which neighbors could join.
    Expire(RequestId),
    /// The last day of a posting passed.
    Close(PostingId),
    /// Answers were kept long enough.
    Forget,
    /// Requests were counted in minutes that have passed.
    ForgetRates,
    /// Signing keys have outlived what they signed.
    ForgetKeys,
    /// Sign-ins ended long ago.
    ForgetSignIns,
}

/// What is to be done at present.
///
/// # Errors
/// Those of the database.
pub fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Chore>, Error> {
    let lapsed = offers::overdue(conn, now, AT_ONCE)?.into_iter().map(Chore::Lapse);
    let closed = requests::closed(conn, now, AT_ONCE)?.into_iter().map(|request| Chore::Expire(request.id));
    let today = now.to_zoned(TimeZone::UTC).date();
    let out = postings::overdue(conn, today, AT_ONCE)?.into_iter().map(Chore::Close);
    let old = idempotency::older(conn, now - KEPT)?.then_some(Chore::Forget);
    let passed = rates::older(conn, minute_of(now) - 1)?.then_some(Chore::ForgetRates);
    let outlived = keys::outlived(conn, now)?.then_some(Chore::ForgetKeys);
    let ended = sessions::ended(conn, now - SIGN_INS_KEPT)?.then_some(Chore::ForgetSignIns);
    Ok(lapsed.chain(closed).chain(out).chain(old).chain(passed).chain(outlived).chain(ended).collect())
}

/// Does one thing, if nobody else has done it meanwhile.
///
/// # Errors
/// Those of the database.
pub fn run(conn: &mut Conn, chore: Chore, now: Timestamp) -> Result<(), Error> {
    let mut ctx = Context::of_program(conn, now);
    match chore {
        Chore::Lapse(offer) => offer_services::sweep(&mut ctx, offer),
        Chore::Expire(request) => request_services::expire(&mut ctx, request),
        Chore::Close(posting) => posting_services::expire(&mut ctx, posting),
        Chore::Forget => Ok(idempotency::forget(ctx.conn, now - KEPT).map(drop)?),
        Chore::ForgetRates => Ok(rates::forget(ctx.conn, minute_of(now) - 1).map(drop)?),
        Chore::ForgetKeys => Ok(keys::forget_outlived(ctx.conn, now)?),
        Chore::ForgetSignIns => Ok(sessions::forget_ended(ctx.conn, now - SIGN_INS_KEPT)?),
    }
}
