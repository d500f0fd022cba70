//! Rooms of venues.

use packhorse_db::{Page, rooms};
use packhorse_domain::{
    Action, Record, Valid,
    id::{RoomId, VenueId},
    library::{Room, RoomDetails},
};

use crate::{Change, Context, Error, Expected, venues};

/// The room with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: RoomId) -> Result<Room, Error> {
    let scope = ctx.scope();
    Ok(rooms::find(ctx.conn, scope, id)?)
}

/// One page of rooms, of one venue or of all.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, venue: Option<VenueId>, page: &Page) -> Result<Vec<Room>, Error> {
    let scope = ctx.scope();
    Ok(rooms::list(ctx.conn, scope, venue, page)?)
}

/// Adds a room to a venue.
///
/// # Errors
/// [`Error::NotFound`] for the venue, [`Error::Forbidden`].
pub fn create(ctx: &mut Context<'_>, venue: VenueId, details: Valid<RoomDetails>) -> Result<Room, Error> {
    let building = venues::get(ctx, venue)?;
    let owner = venues::resource(ctx, &building)?;
    ctx.authorize(Action::UpdateLibrary, &owner)?;
    let room = Room { id: RoomId::new(ctx.now), venue, details: details.into_inner(), record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", room.id, owner.network), rooms::insert, None, room)
}

/// Changes the card of a room.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: RoomId,
    expected: &Expected,
    change: impl FnOnce(&RoomDetails) -> Result<Valid<RoomDetails>, Error>,
) -> Result<Room, Error> {
    let before = get(ctx, id)?;
    let building = venues::get(ctx, before.venue)?;
    let owner = venues::resource(ctx, &building)?;
    ctx.authorize_change(Action::UpdateLibrary, &owner, expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    let after = Room { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, owner.network), rooms::update, Some(&before), after)
}
