//! Who takes part in informal networks: by their own word, and as long as they like.

use packhorse_db::{Page, bookings, persons, trainers, users as rows};
use packhorse_domain::{
    Action, Resource, Scope,
    id::{NetworkId, TrainerId},
    network::{Membership, Network},
    trainer::{Trainer, TrainerDetails},
    user::{Grant, Role},
};

use crate::{Change, Context, Error, exports::trainer_of, networks, offers::decline_all, users};

/// A network that anybody may join.
fn informal(ctx: &mut Context<'_>, id: NetworkId) -> Result<Network, Error> {
    let network = networks::get(ctx, id)?;
    if network.details.is_informal() {
        return Ok(network);
    }
    Err(Error::Conflict { code: "not_informal", detail: "this network is not one that anybody may join".to_owned() })
}

/// One page of those who take part in a network.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`] for who has no role there.
pub fn list(ctx: &mut Context<'_>, id: NetworkId, page: &Page) -> Result<Vec<Membership>, Error> {
    let network = networks::get(ctx, id)?;
    ctx.authorize(Action::ReadMembers, &Resource::of(network.id))?;
    Ok(rows::members(ctx.conn, network.id, page)?)
}

/// The caller takes part from now on.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Conflict`] `not_informal` and `role_held`.
pub fn join(ctx: &mut Context<'_>, id: NetworkId) -> Result<(), Error> {
    let network = informal(ctx, id)?.id;
    users::take(ctx, Role::Member { network }, network).map(drop)
}

/// The caller takes no part any more: every role of theirs there ends. As a trainer whom nobody else is they decline what is
/// out, and take no offers any more.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Conflict`] `not_informal`, `no_member`, and `bookings_stand` while they are booked
/// as a trainer.
pub fn leave(ctx: &mut Context<'_>, id: NetworkId) -> Result<(), Error> {
    let network = informal(ctx, id)?.id;
    let (user, _) = ctx.person()?;
    let before = rows::find(ctx.conn, Scope::Everything, user)?;
    let (left, kept): (Vec<Grant>, Vec<Grant>) =
        before.roles.iter().copied().partition(|grant| grant.network == Some(network));
    if left.is_empty() {
        return Err(Error::Conflict { code: "no_member", detail: "you have no part in this network".to_owned() });
    }
    let own: Vec<_> = left.iter().filter_map(|grant| trainer_of(grant.role)).collect();
    let shared = persons::shared_trainers(ctx.conn, user, &own)?;
    let sole: Vec<_> = own.into_iter().filter(|trainer| !shared.contains(trainer)).collect();
    decline_all(ctx, &sole, "the trainer has left the network")?;
    bookings_behind(ctx, &sole)?;
    for trainer in sole {
        retire(ctx, trainer)?;
    }
    for grant in left {
        rows::revoke(ctx.conn, grant.id)?;
    }
    users::changed(ctx, "revoke", &before, kept, Some(network)).map(drop)
}

/// Nobody goes while they are booked.
pub(crate) fn bookings_behind(ctx: &mut Context<'_>, trainers: &[TrainerId]) -> Result<(), Error> {
    let ahead = bookings::count_ahead(ctx.conn, trainers, ctx.now)?;
    if ahead == 0 {
        return Ok(());
    }
    let detail = format!("{ahead} bookings of theirs lie ahead: cancel them, or let them pass");
    Err(Error::Conflict { code: "bookings_stand", detail })
}

/// A trainer takes no offers any more.
fn retire(ctx: &mut Context<'_>, id: TrainerId) -> Result<(), Error> {
    let before = trainers::find(ctx.conn, Scope::Everything, id)?;
    let details = TrainerDetails { active: false, ..before.details.clone() };
    let after = Trainer { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, before.network), trainers::update, Some(&before), after).map(drop)
}
