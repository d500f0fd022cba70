//! Interest of trainers in requests: it tells the coordinator who would like to come, and holds no time.

use packhorse_db::{Page, interests, requests};
use packhorse_domain::{
    Action, Record, Resource, Scope, Valid,
    id::{InterestId, RequestId, TrainerId},
    interest::{Interest, InterestDetails},
    trainer::Trainer,
};

use crate::{Change, Context, Error, Expected, matches::reaches, trainers};

pub use packhorse_db::interests::InterestFilter;

/// The interest with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: InterestId) -> Result<Interest, Error> {
    let scope = ctx.scope();
    Ok(interests::find(ctx.conn, scope, id)?)
}

/// One page of interests.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: InterestFilter, page: &Page) -> Result<Vec<Interest>, Error> {
    let scope = ctx.scope();
    Ok(interests::list(ctx.conn, scope, filter, page)?)
}

/// A trainer would like to teach a request.
///
/// # Errors
/// [`Error::NotFound`] for the request, unless it is open and its network may ask the trainer, [`Error::Forbidden`],
/// [`Error::Conflict`] when they said so before.
pub fn express(
    ctx: &mut Context<'_>,
    request: RequestId,
    trainer: TrainerId,
    details: Valid<InterestDetails>,
) -> Result<Interest, Error> {
    let trainer = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::ExpressInterest, &resource(&trainer))?;
    let request = requests::find(ctx.conn, Scope::Everything, request)?;
    if request.offerable().is_err() || !reaches(ctx, request.network, &trainer)? {
        return Err(Error::NotFound);
    }
    let interest = Interest {
        id: InterestId::new(ctx.now),
        request: request.id,
        trainer: trainer.id,
        network: request.network,
        details: details.into_inner(),
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", interest.id, interest.network), interests::insert, None, interest)
}

/// Changes what a trainer says of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: InterestId,
    expected: &Expected,
    change: impl FnOnce(&InterestDetails) -> Result<Valid<InterestDetails>, Error>,
) -> Result<Interest, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let details = change(&before.details)?.into_inner();
    let after = Interest { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, before.network), interests::update, Some(&before), after)
}

/// Takes it back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn delete(ctx: &mut Context<'_>, id: InterestId, expected: &Expected) -> Result<(), Error> {
    let before = find_to_change(ctx, id, expected)?;
    interests::delete(ctx.conn, &before)?;
    ctx.record(Change::new("delete", id, before.network), Some(&before), None)
}

fn resource(trainer: &Trainer) -> Resource {
    Resource { trainer: Some(trainer.id), trainer_network: Some(trainer.network), ..Resource::default() }
}

fn find_to_change(ctx: &mut Context<'_>, id: InterestId, expected: &Expected) -> Result<Interest, Error> {
    let interest = get(ctx, id)?;
    let trainer = packhorse_db::trainers::find(ctx.conn, Scope::Everything, interest.trainer)?;
    ctx.authorize_change(Action::ExpressInterest, &resource(&trainer), expected, &interest.record)?;
    Ok(interest)
}
