//! The feed of changes.

use packhorse_db::events;
use packhorse_domain::event::Event;

use crate::{Context, Error};

pub use packhorse_db::events::Position;

/// What changed behind a position, oldest first: events of networks the actor coordinates.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, after: Position, limit: u8) -> Result<Vec<(Position, Event)>, Error> {
    let scope = ctx.scope();
    Ok(events::changes(ctx.conn, scope, after, limit)?)
}
