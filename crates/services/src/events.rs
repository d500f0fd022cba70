//! The log of everything that changed.

use packhorse_db::{
    Page, events,
    seals::{self, Seal},
};
use packhorse_domain::event::Event;

use crate::{Context, Error};

pub use packhorse_db::events::EventFilter;

/// One page of events, each with its seal when it has one: of networks the actor coordinates, and of what they did themselves.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &EventFilter, page: &Page) -> Result<Vec<(Event, Option<Seal>)>, Error> {
    let scope = ctx.scope();
    let found = events::list(ctx.conn, scope, filter, page)?;
    let ids: Vec<_> = found.iter().map(|event| event.id).collect();
    let mut sealed = seals::of_events(ctx.conn, &ids)?;
    let with_seal = |event: Event| {
        let at = sealed.iter().position(|seal| seal.event == event.id);
        (event, at.map(|at| sealed.swap_remove(at)))
    };
    Ok(found.into_iter().map(with_seal).collect())
}
