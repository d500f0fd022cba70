//! A database for each test: a copied file, or a clone of a template database.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use packhorse_db::{Conn, DatabaseUrl};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Set by `tests/run`: where a PostgreSQL is that tests may make databases in.
const POSTGRES_URL: &str = "PACKHORSE_TEST_POSTGRES_URL";

impl Backend {
    /// PostgreSQL, when there is one to test on; `tests/run` always has one.
    pub fn postgres() -> Option<Self> {
        if std::env::var_os(POSTGRES_URL).is_none() {
            eprintln!("not run on PostgreSQL: {POSTGRES_URL} is not set; tests/run sets it");
            return None;
        }
        Some(Self::Postgres)
    }
}

/// A database that is gone when the test is.
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    dir: Option<TempDir>,
    name: Option<String>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

fn admin() -> PgConnection {
    PgConnection::establish(&std::env::var(POSTGRES_URL).unwrap()).unwrap()
}

fn postgres_url(name: &str) -> DatabaseUrl {
    let url = std::env::var(POSTGRES_URL).unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}").parse().unwrap()
}

fn migrate(url: &DatabaseUrl) {
    packhorse_db::migrate(&mut url.connect().unwrap()).unwrap();
}

/// A migrated SQLite file, made once.
fn template_file() -> &'static PathBuf {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = TEMPLATE.get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("template.db");
        let url: DatabaseUrl = format!("sqlite:{}", file.display()).parse().unwrap();
        migrate(&url);
        (dir, file)
    });
    file
}

/// A migrated PostgreSQL database, made once for the process.
fn template_database() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("packhorse_template_{}", std::process::id());
        admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name}; ")).unwrap();
        admin().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        migrate(&postgres_url(&name));
        name
    })
}

impl TestDatabase {
    /// A migrated database with nothing in it.
    pub fn new(backend: Backend) -> Self {
        Self::make(backend, true)
    }

    /// A database without tables.
    pub fn empty(backend: Backend) -> Self {
        Self::make(backend, false)
    }

    /// One that somebody else keeps.
    pub(crate) fn at(url: &str) -> Self {
        Self { url: url.parse().unwrap(), dir: None, name: None }
    }

    /// The same database once more, for another server; this one keeps it.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { url: self.url.clone(), dir: None, name: None }
    }

    fn make(backend: Backend, migrated: bool) -> Self {
        match backend {
            Backend::Sqlite => {
                let dir = TempDir::new().unwrap();
                let file = dir.path().join("packhorse.db");
                if migrated {
                    std::fs::copy(template_file(), &file).unwrap();
                }
                Self { url: format!("sqlite:{}", file.display()).parse().unwrap(), dir: Some(dir), name: None }
            }
            Backend::Postgres => {
                let name = format!("packhorse_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
                let template = if migrated { template_database() } else { "template1" };
                admin().batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
                Self { url: postgres_url(&name), dir: None, name: Some(name) }
            }
        }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// What must be true of every database at every moment, as queries for what breaks it.
const UNSOUND: &[(&str, &str)] = &[
    (
        "two active commitments of one trainer or room overlap",
        "SELECT COUNT(*) AS count FROM commitments a JOIN commitments b ON a.id < b.id \
         AND (a.trainer_id = b.trainer_id OR a.room_id = b.room_id) \
         AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.active AND b.active",
    ),
    (
        "two bookings of one trainer that stand overlap",
        "SELECT COUNT(*) AS count FROM bookings a JOIN bookings b ON a.id < b.id AND a.trainer_id = b.trainer_id \
         AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.state <> 'canceled' AND b.state <> 'canceled'",
    ),
    (
        "an offer that is out holds no time of its trainer",
        "SELECT COUNT(*) AS count FROM offers WHERE state IN ('pending', 'countered') AND NOT EXISTS (SELECT 1 \
         FROM commitments c WHERE c.offer_id = offers.id AND c.trainer_id = offers.trainer_id AND c.active \
         AND c.booking_id IS NULL AND c.expires_at = offers.expires_at)",
    ),
    (
        "a booking that stands has no time of its trainer",
        "SELECT COUNT(*) AS count FROM bookings WHERE state <> 'canceled' AND NOT EXISTS (SELECT 1 FROM commitments c \
         WHERE c.offer_id = bookings.offer_id AND c.booking_id = bookings.id AND c.trainer_id = bookings.trainer_id \
         AND c.active AND c.expires_at IS NULL AND c.work_starts_at = bookings.starts_at AND c.work_ends_at = bookings.ends_at)",
    ),
    (
        "time is taken by nothing",
        "SELECT COUNT(*) AS count FROM commitments c JOIN offers ON offers.id = c.offer_id \
         LEFT JOIN bookings ON bookings.id = c.booking_id WHERE c.active AND offers.state NOT IN ('pending', 'countered') \
         AND (bookings.id IS NULL OR bookings.state = 'canceled')",
    ),
    (
        "something takes time of a trainer or a room twice",
        "SELECT COUNT(*) AS count FROM commitments a JOIN commitments b ON a.id < b.id AND a.offer_id = b.offer_id \
         WHERE a.active AND b.active AND (a.room_id IS NULL) = (b.room_id IS NULL)",
    ),
    (
        "a request is booked without a booking",
        "SELECT COUNT(*) AS count FROM requests WHERE (state IN ('booked', 'fulfilled')) <> EXISTS (SELECT 1 FROM bookings \
         WHERE bookings.request_id = requests.id AND bookings.state <> 'canceled')",
    ),
    (
        "an offer is accepted without a booking",
        "SELECT COUNT(*) AS count FROM offers WHERE (state = 'accepted') <> EXISTS (SELECT 1 FROM bookings \
         WHERE bookings.offer_id = offers.id)",
    ),
    (
        "an offer is out for a request that is not open",
        "SELECT COUNT(*) AS count FROM offers JOIN requests ON requests.id = offers.request_id \
         WHERE offers.state IN ('pending', 'countered') AND requests.state <> 'open'",
    ),
    ("an answer was kept half", "SELECT COUNT(*) AS count FROM idempotency_keys WHERE status = 0"),
];

/// Tables that a call may write to although it is refused: a sign-in, the use of a key.
const APART: &[&str] = &["sessions", "refresh_tokens", "api_key_uses", "__diesel_schema_migrations"];

impl TestDatabase {
    /// Its URL, as the program takes it.
    pub fn address(&self) -> String {
        match &self.url {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
        }
    }

    /// Every row of every table, in a digest: the same as long as nothing was written.
    pub fn digest(&self) -> Vec<(String, String)> {
        self.tables("md5").into_iter().filter(|(name, _)| !APART.contains(&name.as_str())).collect()
    }

    /// Every row of every table as text, by table.
    pub fn dump(&self) -> Vec<(String, String)> {
        self.tables("")
    }

    /// The statements that made its tables and indexes, of SQLite.
    pub fn schema(&self) -> Vec<String> {
        read(
            &mut self.url.connect().unwrap(),
            "SELECT sql AS text FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
        )
    }

    /// What every table holds, where PostgreSQL takes a digest of it by a function.
    fn tables(&self, digest: &str) -> Vec<(String, String)> {
        let mut conn = self.url.connect().unwrap();
        let tables = match conn {
            Conn::Pg(_) => "SELECT table_name AS text FROM information_schema.tables WHERE table_schema = 'public'",
            Conn::Sqlite(_) => {
                "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
        };
        let mut names = read(&mut conn, tables);
        names.sort_unstable();
        let whole = |conn: &mut Conn, name: &str| match conn {
            Conn::Pg(_) => {
                format!(
                    "SELECT {digest}(COALESCE(string_agg(t::text, ' ' ORDER BY t::text), '')) AS text FROM {name} t"
                )
            }
            Conn::Sqlite(conn) => {
                let query = format!("SELECT name AS text FROM pragma_table_info('{name}')");
                let columns: Vec<Line> = diesel::sql_query(query).load(conn).unwrap();
                let all: Vec<_> = columns.iter().map(|column| format!("COALESCE(\"{}\", '')", column.text)).collect();
                format!("SELECT COALESCE(group_concat({}, ' '), '') AS text FROM {name}", all.join(" || "))
            }
        };
        names
            .into_iter()
            .map(|name| {
                let query = whole(&mut conn, &name);
                let text = read(&mut conn, &query).remove(0);
                (name, text)
            })
            .collect()
    }

    /// The number that a query calls `count`.
    pub fn count(&self, query: &str) -> i64 {
        count(&mut self.url.connect().unwrap(), query)
    }

    /// Asks the database itself whether all holds that must.
    #[track_caller]
    pub fn assert_sound(&self) {
        let mut conn = self.url.connect().unwrap();
        for (wrong, query) in UNSOUND {
            assert_eq!(count(&mut conn, query), 0, "{wrong}");
        }
    }
}

/// The texts that a query calls `text`.
fn read(conn: &mut Conn, query: &str) -> Vec<String> {
    let rows: Vec<Line> = match conn {
        Conn::Pg(conn) => diesel::sql_query(query).load(conn).unwrap(),
        Conn::Sqlite(conn) => diesel::sql_query(query).load(conn).unwrap(),
    };
    rows.into_iter().map(|row| row.text).collect()
}

fn count(conn: &mut Conn, query: &str) -> i64 {
    let count: Count = match conn {
        Conn::Pg(conn) => diesel::sql_query(query).get_result(conn).unwrap(),
        Conn::Sqlite(conn) => diesel::sql_query(query).get_result(conn).unwrap(),
    };
    count.count
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        drop(self.dir.take());
    }
}
