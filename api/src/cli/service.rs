//! `serve`, `worker`, `openapi`: what runs on, and what it says of itself.

use std::io::Write;

use actix_web::rt::System;

use super::{failure::Failure, migrate};
use crate::{config::Config, openapi, server};

/// Serves until told to stop.
pub(super) fn serve(config: Config, demo: bool) -> Result<(), Failure> {
    let database = migrate::ready(&config, config.database.connections)?;
    let served = System::new().block_on(server::run(config, database, demo));
    served.map_err(|error| Failure::caused("cannot serve", error))
}

/// Does the background work until told to stop.
pub(super) fn worker(config: Config) -> Result<(), Failure> {
    let database = migrate::ready(&config, config.database.connections)?;
    let worked = System::new().block_on(server::run_worker(config, database));
    worked.map_err(|error| Failure::caused("cannot work", error))
}

/// Prints the OpenAPI document.
pub(super) fn openapi(out: &mut dyn Write) -> Result<(), Failure> {
    Ok(out.write_all(openapi::text(&openapi::document()).as_bytes())?)
}
