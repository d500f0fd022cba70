//! `backup`.

use std::{io::Write, path::Path};

use packhorse_db::Backend;

use super::{failure::Failure, progress};
use crate::config::Config;

/// Copies the database.
pub(super) fn backup(config: &Config, file: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let url = &config.database.url;
    if url.backend() == Backend::Postgres {
        return Err(Failure::Said(with_postgres(&config.database.shown(), file)));
    }
    let spinner = progress::spinner("copying");
    let copied = packhorse_db::backup(url, file);
    spinner.finish_and_clear();
    let bytes = copied.map_err(|error| Failure::caused("there is no backup", error))?;
    Ok(writeln!(out, "{} holds {url} as it was just now ({bytes} bytes).", file.display())?)
}

/// How PostgreSQL is backed up and restored.
fn with_postgres(url: &str, file: &Path) -> String {
    let file = file.display();
    format!(
        "backup copies SQLite files. PostgreSQL has its own tools, which also work while Packhorse runs (they ask for the \
         password, or take it from PGPASSWORD or ~/.pgpass):\n\
         \n  pg_dump --format=custom --file='{file}' '{url}'\n\
         \nTo restore, stop Packhorse, make an empty database and fill it:\n\
         \n  createdb packhorse_restored\n  pg_restore --exit-on-error --no-owner --dbname=packhorse_restored '{file}'\n\
         \nthen start Packhorse with the address of the new database."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DatabaseConfig;

    #[test]
    fn for_postgresql_it_says_what_to_type() {
        let url = "postgres://me:s3cret@db.example/ph".parse().unwrap();
        let config = Config { database: DatabaseConfig { url, ..DatabaseConfig::default() }, ..Config::default() };
        let mut out = Vec::new();
        let failure = backup(&config, Path::new("monday.dump"), &mut out).unwrap_err();
        let told = failure.told();
        assert!(told.contains("pg_dump --format=custom --file='monday.dump' 'postgres://me@db.example/ph'"), "{told}");
        assert!(told.contains("pg_restore") && !told.contains("s3cret"), "{told}");
        assert_eq!((failure.status(), out.len()), (1, 0));
    }
}
