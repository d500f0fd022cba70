//! A database for each test: a copied file, or a clone of a template database.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use packhorse_db::DatabaseUrl;
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

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        drop(self.dir.take());
    }
}
