//! What the database says of itself.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt, sql_types::Text};
use packhorse_domain::Timestamp;

use crate::{connection::Conn, error::DbError};

/// A database that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name and version, for people.
    pub name: String,
    /// Whether the program works with this version: PostgreSQL from 15 on; SQLite is compiled in.
    pub supported: bool,
    /// Its clock, in microseconds (SQLite's: in milliseconds, and it is ours).
    pub clock: Timestamp,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    clock: i64,
}

const POSTGRES: &str = "SELECT current_setting('server_version') AS version, \
    current_setting('server_version_num')::bigint AS number, \
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock";
const SQLITE: &str = "SELECT sqlite_version() AS version, 0 AS number, \
    CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) * 1000 AS clock";

/// PostgreSQL 15, as it numbers itself.
const OLDEST: i64 = 150_000;

/// Asks the database for its version and time: also the shortest way to know that it answers.
///
/// # Errors
/// Those of the database.
pub fn server(conn: &mut Conn) -> Result<Server, DbError> {
    let (kind, row): (_, Row) = match conn {
        Conn::Pg(conn) => ("PostgreSQL", sql_query(POSTGRES).get_result(conn)?),
        Conn::Sqlite(conn) => ("SQLite", sql_query(SQLITE).get_result(conn)?),
    };
    let clock = Timestamp::from_microsecond(row.clock).map_err(|error| DbError::Corrupt(error.to_string()))?;
    let supported = kind == "SQLite" || row.number >= OLDEST;
    Ok(Server { name: format!("{kind} {}", row.version), supported, clock })
}

#[cfg(test)]
mod tests {
    use packhorse_domain::time::{Clock, SystemClock};

    use super::*;
    use crate::DatabaseUrl;

    #[test]
    fn sqlite_tells_its_version_and_our_time() {
        let file = std::env::temp_dir().join(format!("packhorse-server-{}.db", std::process::id()));
        let answer = server(&mut DatabaseUrl::Sqlite(file.clone()).connect().unwrap()).unwrap();
        std::fs::remove_file(file).unwrap();
        assert!(answer.supported && answer.name.starts_with("SQLite 3."), "{answer:?}");
        assert!(SystemClock.now().duration_since(answer.clock).as_secs().abs() < 60, "{answer:?}");
    }
}
