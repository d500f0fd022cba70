//! The schema's history, compiled in, run at start unless told not to.

use diesel::{Connection, backend::Backend, connection::SimpleConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{connection::Conn, error::DbError};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Held while PostgreSQL migrates, so that several processes may start at once ("packhrse" in ASCII).
const ADVISORY_LOCK: i64 = 0x7061_636b_6872_7365;

/// Runs what has not been run.
///
/// # Errors
/// [`DbError::Corrupt`] with the database's words when a migration fails.
pub fn run(conn: &mut Conn) -> Result<usize, DbError> {
    match conn {
        Conn::Pg(conn) => {
            conn.batch_execute(&format!(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({ADVISORY_LOCK})"
            ))?;
            let outcome = run_all(conn, POSTGRES);
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"))?;
            outcome
        }
        Conn::Sqlite(conn) => conn.exclusive_transaction::<_, DbError, _>(|conn| run_all(conn, SQLITE)),
    }
}

/// Undoes every migration: for tests of the way down.
///
/// # Errors
/// As [`run`].
pub fn down_all(conn: &mut Conn) -> Result<usize, DbError> {
    let undone = match conn {
        Conn::Pg(conn) => conn.revert_all_migrations(POSTGRES).map(|undone| undone.len()),
        Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(|undone| undone.len()),
    };
    undone.map_err(|error| DbError::Corrupt(error.to_string()))
}

/// Undoes the last migrations, so many of them: for tests of the way up from an earlier version.
///
/// # Errors
/// As [`run`].
pub fn down(conn: &mut Conn, count: usize) -> Result<(), DbError> {
    for _ in 0..count {
        let undone = match conn {
            Conn::Pg(conn) => conn.revert_last_migration(POSTGRES).map(drop),
            Conn::Sqlite(conn) => conn.revert_last_migration(SQLITE).map(drop),
        };
        undone.map_err(|error| DbError::Corrupt(error.to_string()))?;
    }
    Ok(())
}

/// How many have not been run.
///
/// # Errors
/// As [`run`].
pub fn pending(conn: &mut Conn) -> Result<usize, DbError> {
    let waiting = match conn {
        Conn::Pg(conn) => conn.pending_migrations(POSTGRES).map(|waiting| waiting.len()),
        Conn::Sqlite(conn) => conn.pending_migrations(SQLITE).map(|waiting| waiting.len()),
    };
    waiting.map_err(|error| DbError::Corrupt(error.to_string()))
}

fn run_all<C, DB>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<usize, DbError>
where
    C: MigrationHarness<DB> + Connection<Backend = DB>,
    DB: Backend,
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let done = conn.run_pending_migrations(migrations).map_err(|error| DbError::Corrupt(error.to_string()))?;
    Ok(done.len())
}
