//! Networks and their policy.

use packhorse_db::{Page, networks};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    id::NetworkId,
    network::{Network, NetworkDetails},
};

use crate::{Change, Context, Error, Expected};

/// The network with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: NetworkId) -> Result<Network, Error> {
    let scope = ctx.scope();
    Ok(networks::find(ctx.conn, scope, id)?)
}

/// One page of networks.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, page: &Page) -> Result<Vec<Network>, Error> {
    let scope = ctx.scope();
    Ok(networks::list(ctx.conn, scope, page)?)
}

/// Makes a network.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn create(ctx: &mut Context<'_>, details: Valid<NetworkDetails>) -> Result<Network, Error> {
    ctx.authorize(Action::CreateNetwork, &Resource::default())?;
    let network = Network { id: NetworkId::new(ctx.now), details: details.into_inner(), record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", network.id, network.id), networks::insert, None, network)
}

/// Changes a network or its policy. What was booked keeps the terms it was booked under.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: NetworkId,
    expected: &Expected,
    change: impl FnOnce(&NetworkDetails) -> Result<Valid<NetworkDetails>, Error>,
) -> Result<Network, Error> {
    let before = get(ctx, id)?;
    ctx.authorize_change(Action::UpdateNetwork, &Resource::of(id), expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    let after = Network { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, id), networks::update, Some(&before), after)
}
