//! What the two databases do not say alike.

use diesel::{
    RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Array, Text},
};

use crate::{connection::Conn, error::DbError};

/// Rows that a transaction keeps to itself while it decides. Always taken in this order, so that no two wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Requests: whoever accepts or withdraws decides alone.
    Requests,
    /// Trainers: their commitments change under one hand.
    Trainers,
    /// Rooms: likewise.
    Rooms,
    /// Networks: what they may have only so many of.
    Networks,
    /// Postings: whoever answers one counts.
    Postings,
    /// Sign-ins: their refresh tokens are exchanged one after the other.
    SignIns,
}

/// Locks rows until the transaction ends, in order of their ids. SQLite has one writer, so there is nothing to lock.
///
/// # Errors
/// [`DbError::Contention`] when somebody else kept them too long.
pub fn lock(conn: &mut Conn, what: Lock, mut ids: Vec<String>) -> Result<(), DbError> {
    let Conn::Pg(conn) = conn else { return Ok(()) };
    ids.sort_unstable();
    ids.dedup();
    let query = match what {
        // Others may go on to name the network.
        Lock::Networks => "SELECT id FROM networks WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        Lock::Requests => "SELECT id FROM requests WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        Lock::Trainers => "SELECT id FROM trainers WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        Lock::Rooms => "SELECT id FROM rooms WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        Lock::Postings => "SELECT id FROM postings WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        Lock::SignIns => "SELECT id FROM sessions WHERE id = ANY($1) ORDER BY id FOR UPDATE",
    };
    sql_query(query).bind::<Array<Text>, _>(ids).execute(conn)?;
    Ok(())
}

/// Keeps the signing keys to this transaction, so that of many processes that start at once only one makes the first key.
///
/// # Errors
/// [`DbError::Contention`] when somebody else kept them too long.
pub fn lock_signing_keys(conn: &mut Conn) -> Result<(), DbError> {
    let Conn::Pg(conn) = conn else { return Ok(()) };
    sql_query("LOCK TABLE signing_keys IN EXCLUSIVE MODE").execute(conn)?;
    Ok(())
}

/// Keeps the head of the seals to this transaction: of many processes one seals at a time.
///
/// # Errors
/// [`DbError::Contention`] when somebody else kept it too long.
pub fn lock_seals(conn: &mut Conn) -> Result<(), DbError> {
    let Conn::Pg(conn) = conn else { return Ok(()) };
    sql_query("SELECT place FROM seal_head FOR UPDATE").execute(conn)?;
    Ok(())
}

/// What writers of PostgreSQL hold together, and an erasure alone.
const WRITERS: i64 = 0x7061_636b_7772_6974;

/// Takes a transaction's place among those that write: it begins when no erasure goes on, and none ends before it does. SQLite has
/// one writer.
pub(crate) fn join_writers(conn: &mut Conn) -> Result<(), DbError> {
    let Conn::Pg(conn) = conn else { return Ok(()) };
    Ok(conn.batch_execute(&format!("SELECT pg_advisory_xact_lock_shared({WRITERS})"))?)
}

/// Waits until this transaction alone writes: what was under way can be seen now, and what begins sees what this one does.
///
/// # Errors
/// [`DbError::Contention`] when somebody else wrote for too long, or waited for the same.
pub fn write_alone(conn: &mut Conn) -> Result<(), DbError> {
    let Conn::Pg(conn) = conn else { return Ok(()) };
    Ok(conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({WRITERS})"))?)
}

/// The oldest transaction that has not ended, by number: whatever is older is all there. SQLite has one writer, and shows a
/// transaction only when it has ended.
pub(crate) fn oldest_transaction(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    #[derive(diesel::QueryableByName)]
    struct Oldest {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        xmin: i64,
    }
    let Conn::Pg(conn) = conn else { return Ok(None) };
    let oldest: Oldest =
        sql_query("SELECT pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT AS xmin").get_result(conn)?;
    Ok(Some(oldest.xmin))
}

/// The rows of bookings, each with every library of `co_hosts` in it, as `co_host`.
pub(crate) fn co_hosts(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => {
            "SELECT bookings.*, host.value COLLATE \"C\" AS co_host \
             FROM bookings, jsonb_array_elements_text(details -> 'co_hosts') AS host (value)"
        }
        Conn::Sqlite(_) => {
            "SELECT bookings.*, host.value AS co_host FROM bookings, json_each(details, '$.co_hosts') AS host"
        }
    }
}

/// Turns what a user typed into a `LIKE` pattern that finds it anywhere, with its own wildcards as plain characters.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
