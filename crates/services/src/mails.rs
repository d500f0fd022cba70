//! Mails on their way out: taken by one process at a time, sent outside of any transaction, tried again for a day.

use jiff::SignedDuration;
use packhorse_db::{Conn, mails};
use packhorse_domain::{Timestamp, mail::Mail};

use crate::Error;

/// How long a process may take for those it took.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Most that are taken at once.
const AT_ONCE: i64 = 10;

/// What came of trying to send a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The server took it.
    Sent,
    /// Not now.
    Later,
    /// The server will never take it.
    Never,
}

/// Whether some are due.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
    Ok(mails::waiting(conn, now)?)
}

/// Takes some that are due.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, now: Timestamp) -> Result<Vec<Mail>, Error> {
    Ok(mails::claim(conn, now, now + LEASE, AT_ONCE)?)
}

/// Keeps what came of one.
///
/// # Errors
/// Those of the database.
pub fn settle(conn: &mut Conn, mail: &Mail, delivery: Delivery, now: Timestamp) -> Result<(), Error> {
    Ok(match delivery {
        Delivery::Sent => mails::delete(conn, mail.id),
        Delivery::Later => mails::put_off(conn, mail.id, mail.pause().map(|pause| now + pause)),
        Delivery::Never => mails::put_off(conn, mail.id, None),
    }?)
}
