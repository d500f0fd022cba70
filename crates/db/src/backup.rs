//! A copy of a SQLite database that is in use.
//!
//! `VACUUM INTO` writes what one read transaction sees, so writers go on meanwhile and the copy is of one instant. It may
//! renumber rows of tables without an `INTEGER PRIMARY KEY`; nothing in the schema refers to such numbers, and nothing may.
//!
//! Invariant: under the name asked for there is nothing, or a whole copy that was checked and is on the disk.
//!
//! Source: SQLite documentation, "VACUUM", section "VACUUM with an INTO clause".

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf, absolute},
    process,
};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};

use crate::{
    connection::{Conn, DatabaseUrl},
    error::DbError,
};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is PostgreSQL, which has its own tools.
    #[error("only a SQLite database is copied; for PostgreSQL there is pg_dump")]
    NotSqlite,
    /// There is no database to copy.
    #[error("there is no database at {}", .0.display())]
    NoDatabase(PathBuf),
    /// Something has the name of the backup; it is left alone.
    #[error("{} exists and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// The backup cannot be written.
    #[error("{} cannot be written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The copy did not pass SQLite's check: the database itself is damaged.
    #[error("the copy is damaged, and so is the database: {0}")]
    Damaged(String),
    /// The database could not be read.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Copies a SQLite database to a new file that its owner alone may read, and gives the copy's size in bytes. The database
/// may be in use by any number of processes.
///
/// # Errors
/// As [`BackupError`] says; nothing is left behind then.
pub fn backup(url: &DatabaseUrl, target: &Path) -> Result<u64, BackupError> {
    let DatabaseUrl::Sqlite(source) = url else { return Err(BackupError::NotSqlite) };
    if !source.is_file() {
        return Err(BackupError::NoDatabase(source.clone()));
    }
    if target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    // An absolute name is never taken for a URI.
    let target = absolute(target).map_err(failed(target))?;
    let partial = Partial::beside(&target)?;
    copy(url, &partial.0)?;
    inspect(&partial.0)?;
    let file = OpenOptions::new().write(true).open(&partial.0).map_err(failed(&partial.0))?;
    file.sync_all().map_err(failed(&partial.0))?;
    let bytes = file.metadata().map_err(failed(&partial.0))?.len();
    partial.become_whole(&target)?;
    Ok(bytes)
}

fn copy(url: &DatabaseUrl, to: &Path) -> Result<(), BackupError> {
    let Conn::Sqlite(mut conn) = url.connect()? else { return Err(BackupError::NotSqlite) };
    let unspeakable = || io::Error::new(io::ErrorKind::InvalidFilename, "the name is not UTF-8");
    let name = to.to_str().ok_or_else(|| BackupError::File { path: to.to_owned(), source: unspeakable() })?;
    // An empty file is taken for a new one.
    sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(&mut conn).map_err(DbError::from)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// Reads all of a copy, for what disks do to files.
fn inspect(file: &Path) -> Result<(), BackupError> {
    let unavailable = |error: diesel::ConnectionError| DbError::Unavailable(error.to_string());
    let mut conn = SqliteConnection::establish(&file.to_string_lossy()).map_err(unavailable)?;
    let findings: Vec<Finding> = sql_query("PRAGMA quick_check(1)").load(&mut conn).map_err(DbError::from)?;
    match findings.into_iter().find(|finding| finding.quick_check != "ok") {
        None => Ok(()),
        Some(finding) => Err(BackupError::Damaged(finding.quick_check)),
    }
}

/// A copy in the making, under another name in the same directory; gone when dropped.
struct Partial(PathBuf);

impl Partial {
    fn beside(target: &Path) -> Result<Self, BackupError> {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", process::id()));
        let path = target.with_file_name(name);
        match create_private(&path) {
            Ok(_) => Ok(Self(path)),
            Err(source) => Err(BackupError::File { path, source }),
        }
    }

    /// Gives it its name, unless somebody else took that meanwhile.
    fn become_whole(self, target: &Path) -> Result<(), BackupError> {
        let failed = |source: io::Error| BackupError::File { path: target.to_owned(), source };
        // Taking the name first refuses what came in between; renaming then replaces only our own empty file.
        create_private(target).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(target.to_owned()),
            _ => failed(source),
        })?;
        fs::rename(&self.0, target).map_err(|source| {
            // Nothing is in it yet, and the first error is the one to tell.
            let _ = fs::remove_file(target);
            failed(source)
        })?;
        // Not every system lets a directory be synced; the file itself is.
        let _ = target.parent().map(|directory| File::open(directory).and_then(|directory| directory.sync_all()));
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After the renaming there is nothing to remove.
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes a new file for its owner alone: it holds password hashes and keys.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::{
        env, fs,
        path::PathBuf,
        sync::atomic::{AtomicBool, AtomicU32, Ordering},
        thread,
    };

    use diesel::{connection::SimpleConnection, sql_types::BigInt};

    use super::*;

    struct Directory(PathBuf);

    impl Directory {
        fn new() -> Self {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("packhorse-backup-{}-{number}", process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn database(&self) -> (DatabaseUrl, Conn) {
            let url = DatabaseUrl::Sqlite(self.0.join("live.db"));
            let mut conn = url.connect().unwrap();
            conn.batch_execute("CREATE TABLE debit (n BIGINT); CREATE TABLE credit (n BIGINT)").unwrap();
            (url, conn)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[derive(QueryableByName)]
    struct Sums {
        #[diesel(sql_type = BigInt)]
        rows: i64,
        #[diesel(sql_type = BigInt)]
        difference: i64,
    }

    fn sums(file: PathBuf) -> Sums {
        let mut conn = DatabaseUrl::Sqlite(file).connect().unwrap();
        let sql = "SELECT (SELECT count(*) FROM debit) AS rows, \
                   (SELECT coalesce(sum(n), 0) FROM debit) - (SELECT coalesce(sum(n), 0) FROM credit) AS difference";
        sql_query(sql).get_result(&mut conn).unwrap()
    }

    #[test]
    fn a_copy_made_under_writes_is_of_one_instant() {
        let directory = Directory::new();
        let (url, mut conn) = directory.database();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut written = 0;
                while !stop.load(Ordering::Relaxed) {
                    let pair = "INSERT INTO debit VALUES (7); INSERT INTO credit VALUES (7);";
                    conn.batch_execute(&format!("BEGIN IMMEDIATE; {pair} COMMIT")).unwrap();
                    written += 1;
                }
                written
            });
            let mut before = 0;
            for number in 0..5 {
                let file = directory.0.join(format!("{number}.backup"));
                let bytes = backup(&url, &file).unwrap();
                assert_eq!(bytes, file.metadata().unwrap().len());
                let sums = sums(file);
                assert_eq!(sums.difference, 0);
                assert!(sums.rows >= before, "a later copy has at least what an earlier one had");
                before = sums.rows;
            }
            stop.store(true, Ordering::Relaxed);
            assert!(writer.join().unwrap() >= before, "no copy has what was never written");
        });
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let directory = Directory::new();
        let (url, _conn) = directory.database();
        let target = directory.0.join("taken");
        fs::write(&target, "precious").unwrap();
        assert!(matches!(backup(&url, &target), Err(BackupError::Exists(path)) if path == target));
        assert!(matches!(backup(&url, &directory.0), Err(BackupError::Exists(_))));
        let Ok(partial) = Partial::beside(&target) else { panic!("a partial copy") };
        assert!(matches!(partial.become_whole(&target), Err(BackupError::Exists(_))));
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        assert!(directory.names().iter().all(|name| !name.ends_with(".partial")), "{:?}", directory.names());
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        let directory = Directory::new();
        let target = directory.0.join("backup");
        let absent = DatabaseUrl::Sqlite(directory.0.join("absent.db"));
        assert!(matches!(backup(&absent, &target), Err(BackupError::NoDatabase(_))));
        let postgres = DatabaseUrl::Postgres("postgres://localhost/packhorse".to_owned());
        assert!(matches!(backup(&postgres, &target), Err(BackupError::NotSqlite)));
        let (url, conn) = directory.database();
        assert!(matches!(backup(&url, &directory.0.join("no/such/backup")), Err(BackupError::File { .. })));
        drop(conn);
        fs::write(directory.0.join("live.db"), "this is no database, however long it may be").unwrap();
        assert!(backup(&url, &target).is_err());
        assert!(!target.exists(), "{:?}", directory.names());
        assert!(directory.names().iter().all(|name| !name.ends_with(".partial")), "{:?}", directory.names());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_a_backup() {
        let directory = Directory::new();
        let (url, _conn) = directory.database();
        let target = directory.0.join("backup");
        backup(&url, &target).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&target.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}
