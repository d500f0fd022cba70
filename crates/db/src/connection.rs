//! One connection type over both databases.

use std::{fmt, path::PathBuf, str::FromStr};

use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};

use crate::error::DbError;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// To PostgreSQL.
    Pg(PgConnection),
    /// To SQLite.
    Sqlite(SqliteConnection),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// PostgreSQL 15 or later.
    Postgres,
    /// SQLite, compiled in.
    Sqlite,
}

/// Where the database is. The scheme decides which; anything else is refused, never taken for a file name.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://…` or `postgresql://…`, as libpq reads it.
    Postgres(String),
    /// `sqlite:FILE`.
    Sqlite(PathBuf),
}

/// A text that names no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database URL begins with sqlite: or postgres://")]
pub struct InvalidUrl;

impl FromStr for DatabaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let file = text.strip_prefix("sqlite:").ok_or(InvalidUrl)?;
        let file = file.strip_prefix("//").unwrap_or(file);
        // A shared in-memory database would defeat the separate reader connections.
        if file.is_empty() || file.contains(":memory:") || file.contains('?') {
            Err(InvalidUrl)
        } else {
            Ok(Self::Sqlite(file.into()))
        }
    }
}

/// The address without anything secret: neither in front of the host nor among the options, however they are spelled.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                // A password may hold anything, so it ends at the last `@`.
                let (people, place) = rest.rsplit_once('@').unwrap_or(("", rest));
                let (host, options) = place.split_once('?').unwrap_or((place, ""));
                let user = people.split(':').next().unwrap_or_default();
                let at = if user.is_empty() { "" } else { "@" };
                write!(f, "{scheme}://{user}{at}{host}")?;
                let plain = |name: &str| !["%", "password", "secret"].iter().any(|part| name.contains(part));
                let safe =
                    options.split('&').filter(|option| option.split_once('=').is_some_and(|(name, _)| plain(name)));
                for (place, option) in safe.enumerate() {
                    write!(f, "{}{option}", if place == 0 { '?' } else { '&' })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl DatabaseUrl {
    /// Which database it names.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Postgres(_) => Backend::Postgres,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Opens a connection that may write, with the house's settings.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] with the database's own words when it cannot be reached.
    pub fn connect(&self) -> Result<Conn, DbError> {
        let unavailable = |error: diesel::ConnectionError| DbError::Unavailable(error.to_string());
        match self {
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_limits(url)).map_err(unavailable)?;
                conn.batch_execute(
                    "SET statement_timeout = '5s'; SET lock_timeout = '3s'; \
                     SET idle_in_transaction_session_timeout = '30s'; SET timezone = 'UTC'",
                )?;
                Ok(Conn::Pg(conn))
            }
            Self::Sqlite(file) => {
                keep_private(file);
                let mut conn = SqliteConnection::establish(&file.to_string_lossy()).map_err(unavailable)?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192",
                )?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }

    /// Opens a connection that only reads.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub(crate) fn connect_reader(&self) -> Result<Conn, DbError> {
        let mut conn = self.connect()?;
        if let Conn::Sqlite(conn) = &mut conn {
            conn.batch_execute("PRAGMA query_only = ON")?;
        }
        Ok(conn)
    }
}

/// How long PostgreSQL may keep silent, for what the address does not say itself. In seconds, the second in milliseconds: to
/// connect, until sent data is acknowledged, before a resting connection is probed, between probes, and how many of them.
///
/// Source: PostgreSQL documentation, "Parameter Key Words" of libpq.
const LIMITS: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

/// An address of PostgreSQL with all of [`LIMITS`]: a server that went away without a word is noticed.
fn with_limits(url: &str) -> String {
    let (_, options) = url.split_once('?').unwrap_or((url, ""));
    let is_said = |name: &str| options.split('&').any(|option| option.split('=').next() == Some(name));
    let missing = LIMITS.iter().filter(|(name, _)| !is_said(name));
    let missing: Vec<_> = missing.map(|(name, value)| format!("{name}={value}")).collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    if missing.is_empty() { url.to_owned() } else { format!("{url}{joint}{}", missing.join("&")) }
}

/// Makes a new database file readable for nobody else: it holds the signing keys. The files beside it take over its mode.
fn keep_private(file: &std::path::Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One that exists keeps the mode it has; what else goes wrong, SQLite tells better.
    let _ = options.open(file);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_a_typo_is_refused() {
        assert_eq!("sqlite:./a.db".parse::<DatabaseUrl>().unwrap().backend(), Backend::Sqlite);
        assert_eq!("postgresql://h/d".parse::<DatabaseUrl>().unwrap().backend(), Backend::Postgres);
        for text in ["", "a.db", "postgre://h/d", "sqlite:", "sqlite::memory:", "mysql://h"] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn limits_are_added_unless_the_address_has_its_own() {
        let limited = with_limits("postgres://h/d?connect_timeout=9&sslmode=require");
        assert!(
            limited.starts_with("postgres://h/d?connect_timeout=9&sslmode=require&tcp_user_timeout=5000&"),
            "{limited}"
        );
        assert_eq!(limited.matches("connect_timeout").count(), 1);
        assert_eq!(with_limits(&limited), limited);
        assert!(with_limits("postgres://h/d").starts_with("postgres://h/d?connect_timeout=3&"));
    }

    #[test]
    fn passwords_are_not_shown() {
        let shown = |url: &str| url.parse::<DatabaseUrl>().unwrap().to_string();
        let url = "postgres://me:s3cret@db.example:5432/ph?sslmode=verify-full&pass%77ord=s3cret";
        assert_eq!(shown(url), "postgres://me@db.example:5432/ph?sslmode=verify-full");
        assert_eq!(shown("postgres://me:s3?cret@h/db"), "postgres://me@h/db");
        assert_eq!(shown("postgresql://db.example?password=s3cret"), "postgresql://db.example");
    }
}
