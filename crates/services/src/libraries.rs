//! Libraries.

use packhorse_db::{Page, libraries};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    id::{LibraryId, NetworkId},
    library::{Library, LibraryDetails},
    user::Role,
};

use crate::{Change, Context, Error, Expected, networks, users};

pub use packhorse_db::libraries::LibraryFilter;

/// Whose a library is.
pub(crate) fn resource(library: &Library) -> Resource {
    Resource { library: Some(library.id), ..Resource::of(library.network) }
}

/// The library with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: LibraryId) -> Result<Library, Error> {
    let scope = ctx.scope();
    Ok(libraries::find(ctx.conn, scope, id)?)
}

/// One page of libraries.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &LibraryFilter, page: &Page) -> Result<Vec<Library>, Error> {
    let scope = ctx.scope();
    Ok(libraries::list(ctx.conn, scope, filter, page)?)
}

/// Adds a library to a network. Where nobody is in charge, whoever adds it works there.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Conflict`] `fscs_key_taken`.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<LibraryDetails>) -> Result<Library, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::CreateLibrary, &Resource::of(network))?;
    let library = Library {
        id: LibraryId::new(ctx.now),
        network: Some(network),
        details: details.into_inner(),
        record: Record::new(ctx.now),
    };
    let library = ctx.keep(Change::new("create", library.id, network), libraries::insert, None, library)?;
    if ctx.authorize(Action::ManageUsers, &Resource::of(network)).is_err() {
        users::take(ctx, Role::Staff { library: library.id }, network)?;
    }
    Ok(library)
}

/// Changes what is known of a library.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: LibraryId,
    expected: &Expected,
    change: impl FnOnce(&LibraryDetails) -> Result<Valid<LibraryDetails>, Error>,
) -> Result<Library, Error> {
    let before = get(ctx, id)?;
    ctx.authorize_change(Action::UpdateLibrary, &resource(&before), expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    let after = Library { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, after.network), libraries::update, Some(&before), after)
}
