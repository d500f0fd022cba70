//! `serve`, `worker`, `openapi`: what runs on, and what it says of itself.

use std::io::Write;

use super::failure::Failure;
use crate::{config::Config, openapi};

/// Serves until told to stop.
pub(super) fn serve(_config: Config, _demo: bool) -> Result<(), Failure> {
    Err(Failure::Said("serve is not connected".to_owned()))
}

/// Does the background work until told to stop.
pub(super) fn worker(_config: Config) -> Result<(), Failure> {
    Err(Failure::Said("worker is not connected".to_owned()))
}

/// Prints the OpenAPI document.
pub(super) fn openapi(out: &mut dyn Write) -> Result<(), Failure> {
    Ok(out.write_all(openapi::text(&openapi::document()).as_bytes())?)
}
