//! When trainers can teach.

use packhorse_db::{Page, availability};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    availability::{Availability, AvailabilityDetails},
    id::{AvailabilityId, TrainerId},
};

use crate::{Change, Context, Error, Expected, trainers};

/// The statement with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: AvailabilityId) -> Result<Availability, Error> {
    let scope = ctx.scope();
    Ok(availability::find(ctx.conn, scope, id)?)
}

/// One page of statements about a trainer's time.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`] when their calendar is not for the actor.
pub fn list(ctx: &mut Context<'_>, trainer: TrainerId, page: &Page) -> Result<Vec<Availability>, Error> {
    let whose = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::ReadTrainerCalendar, &trainers::resource(&whose))?;
    let scope = ctx.scope();
    Ok(availability::list(ctx.conn, scope, trainer, page)?)
}

/// Adds a statement about a trainer's time.
///
/// # Errors
/// [`Error::NotFound`] for the trainer, [`Error::Forbidden`].
pub fn create(
    ctx: &mut Context<'_>,
    trainer: TrainerId,
    details: Valid<AvailabilityDetails>,
) -> Result<Availability, Error> {
    let whose = trainers::get(ctx, trainer)?;
    ctx.authorize(Action::UpdateTrainer, &trainers::resource(&whose))?;
    let statement = Availability {
        id: AvailabilityId::new(ctx.now),
        trainer,
        details: details.into_inner(),
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", statement.id, whose.network), availability::insert, None, statement)
}

/// Changes a statement.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: AvailabilityId,
    expected: &Expected,
    change: impl FnOnce(&AvailabilityDetails) -> Result<Valid<AvailabilityDetails>, Error>,
) -> Result<Availability, Error> {
    let (before, owner) = find_to_change(ctx, id, expected)?;
    let details = change(&before.details)?.into_inner();
    let after = Availability { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, owner.network), availability::update, Some(&before), after)
}

/// Takes a statement back. Bookings made under it stand.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn delete(ctx: &mut Context<'_>, id: AvailabilityId, expected: &Expected) -> Result<(), Error> {
    let (before, owner) = find_to_change(ctx, id, expected)?;
    availability::delete(ctx.conn, &before)?;
    ctx.record(Change::new("delete", id, owner.network), Some(&before), None)
}

fn find_to_change(
    ctx: &mut Context<'_>,
    id: AvailabilityId,
    expected: &Expected,
) -> Result<(Availability, Resource), Error> {
    let statement = get(ctx, id)?;
    let owner = trainers::resource(&trainers::get(ctx, statement.trainer)?);
    ctx.authorize_change(Action::UpdateTrainer, &owner, expected, &statement.record)?;
    Ok((statement, owner))
}
