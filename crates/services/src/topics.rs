//! Topics: the vocabulary that needs, workshops and skills are told in.

use packhorse_db::{Page, topics};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    id::{NetworkId, TopicId},
    topic::{Topic, TopicDetails},
};

use crate::{Change, Context, Error, Expected, networks};

/// The topic with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: TopicId) -> Result<Topic, Error> {
    let scope = ctx.scope();
    Ok(topics::find(ctx.conn, scope, id)?)
}

/// One page of topics, of one network or of all.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, network: Option<NetworkId>, page: &Page) -> Result<Vec<Topic>, Error> {
    let scope = ctx.scope();
    Ok(topics::list(ctx.conn, scope, network, page)?)
}

/// Adds a topic to a network's vocabulary, or to the shared one.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`].
pub fn create(ctx: &mut Context<'_>, network: Option<NetworkId>, details: Valid<TopicDetails>) -> Result<Topic, Error> {
    if let Some(network) = network {
        networks::get(ctx, network)?;
    }
    ctx.authorize(managing(network), &Resource::of(network))?;
    let topic =
        Topic { id: TopicId::new(ctx.now), network, details: details.into_inner(), record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", topic.id, network), topics::insert, None, topic)
}

/// Changes a topic.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: TopicId,
    expected: &Expected,
    change: impl FnOnce(&TopicDetails) -> Result<Valid<TopicDetails>, Error>,
) -> Result<Topic, Error> {
    let before = get(ctx, id)?;
    let network = before.network;
    ctx.authorize_change(managing(network), &Resource::of(network), expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    let after = Topic { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, network), topics::update, Some(&before), after)
}

/// The shared vocabulary belongs to no network.
fn managing(network: Option<NetworkId>) -> Action {
    if network.is_some() { Action::ManageTopics } else { Action::ManageSharedTopics }
}
