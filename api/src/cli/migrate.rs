//! `migrate`, and the database of the commands that need it up to date.

use std::io::Write;

use packhorse_db::{Database, Options};

use super::{failure::Failure, progress};
use crate::config::Config;

/// Brings the schema up to date.
pub(super) fn migrate(config: &Config, out: &mut dyn Write) -> Result<(), Failure> {
    let url = config.database.shown();
    match run(config)? {
        0 => writeln!(out, "The schema of {url} was up to date.")?,
        1 => writeln!(out, "1 migration was run. The schema of {url} is up to date.")?,
        many => writeln!(out, "{many} migrations were run. The schema of {url} is up to date.")?,
    }
    Ok(())
}

/// The database, with its schema up to date, for a command that needs this many connections.
pub(super) fn ready(config: &Config, connections: usize) -> Result<Database, Failure> {
    if config.database.migrate_on_start {
        run(config)?;
    } else {
        let pending = config.database.url.connect().and_then(|mut conn| packhorse_db::pending(&mut conn));
        if pending.map_err(|error| unusable(config, error))? > 0 {
            return Err(Failure::Said("the schema is not up to date: packhorse migrate".to_owned()));
        }
    }
    let options = Options { connections, ..Options::default() };
    Database::open(&config.database.url, options).map_err(|error| unusable(config, error))
}

/// How many migrations were run.
fn run(config: &Config) -> Result<usize, Failure> {
    let mut conn = config.database.url.connect().map_err(|error| unusable(config, error))?;
    let waiting = packhorse_db::pending(&mut conn).map_err(|error| unusable(config, error))?;
    if waiting == 0 {
        return Ok(0);
    }
    let spinner = progress::spinner(format!("{waiting} migrations to run"));
    let done = packhorse_db::migrate(&mut conn);
    spinner.finish_and_clear();
    done.map_err(|error| Failure::caused("a migration failed, and was undone", error))
}

fn unusable(config: &Config, error: packhorse_db::DbError) -> Failure {
    Failure::caused(format!("the database {} cannot be used", config.database.shown()), error)
}
