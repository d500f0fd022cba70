//! `migrate`.

use std::io::Write;

use super::{failure::Failure, progress};
use crate::config::Config;

/// Brings the schema up to date.
pub(super) fn migrate(config: &Config, out: &mut dyn Write) -> Result<(), Failure> {
    let url = config.database.shown();
    let unreachable = |error| Failure::caused(format!("the database {url} cannot be used"), error);
    let mut conn = config.database.url.connect().map_err(unreachable)?;
    let waiting = packhorse_db::pending(&mut conn).map_err(unreachable)?;
    let spinner = progress::spinner(format!("{waiting} migrations to run"));
    let done = packhorse_db::migrate(&mut conn);
    spinner.finish_and_clear();
    match done.map_err(|error| Failure::caused("a migration failed, and was undone", error))? {
        0 => writeln!(out, "The schema of {url} was up to date.")?,
        1 => writeln!(out, "1 migration was run. The schema of {url} is up to date.")?,
        many => writeln!(out, "{many} migrations were run. The schema of {url} is up to date.")?,
    }
    Ok(())
}
