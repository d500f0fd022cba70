//! `keys`.

use std::io::Write;

use actix_web::rt::System;
use packhorse_db::keys::SigningKey;
use packhorse_domain::{Clock, Timestamp, time::SystemClock};
use packhorse_services::keys;

use super::{failure::Failure, migrate};
use crate::config::Config;

/// Lets the next key sign, or puts new ones in the place of all.
pub(super) fn rotate(config: &Config, compromised: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let database = migrate::ready(config, 1)?;
    let now = SystemClock.now();
    let change = if compromised { keys::replace } else { keys::rotate };
    let rotated = System::new().block_on(database.write(move |conn| {
        change(conn, now)?;
        Ok(keys::usable(conn, now)?)
    }));
    show(&rotated.map_err(|error| Failure::refused("nothing was changed", error))?, out)
}

/// Lists the keys.
pub(super) fn list(config: &Config, out: &mut dyn Write) -> Result<(), Failure> {
    let database = migrate::ready(config, 1)?;
    let now = SystemClock.now();
    let usable = System::new().block_on(database.read(move |conn| keys::usable(conn, now)));
    show(&usable.map_err(|error| Failure::caused("the keys cannot be read", error))?, out)
}

fn show(keys: &[SigningKey], out: &mut dyn Write) -> Result<(), Failure> {
    let second = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    for key in keys {
        let does = match key {
            SigningKey { signs_from: None, created_at, .. } => format!("next, shown since {}", second(*created_at)),
            SigningKey { verifies_until: Some(until), .. } => format!("retired, verifies until {}", second(*until)),
            SigningKey { signs_from: Some(from), .. } => format!("active, signs since {}", second(*from)),
        };
        writeln!(out, "{} {does}", key.kid)?;
    }
    Ok(())
}
