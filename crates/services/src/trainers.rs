//! Trainers.

use packhorse_db::{Page, topics, trainers, workshops};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    id::{NetworkId, TrainerId},
    trainer::{Trainer, TrainerDetails},
    user::Role,
};

use crate::{Change, Context, Error, Expected, networks, users};

pub use packhorse_db::trainers::TrainerFilter;

/// Whose a trainer is: their home network's, and their own.
pub(crate) fn resource(trainer: &Trainer) -> Resource {
    Resource { trainer: Some(trainer.id), trainer_network: Some(trainer.network), ..Resource::of(trainer.network) }
}

/// The trainer with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: TrainerId) -> Result<Trainer, Error> {
    let scope = ctx.scope();
    Ok(trainers::find(ctx.conn, scope, id)?)
}

/// One page of trainers.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &TrainerFilter, page: &Page) -> Result<Vec<Trainer>, Error> {
    let scope = ctx.scope();
    Ok(trainers::list(ctx.conn, scope, filter, page)?)
}

/// Adds a trainer to their home network. Where nobody is in charge, whoever adds them is the trainer.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] naming every topic and workshop that is not
/// there.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<TrainerDetails>) -> Result<Trainer, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::CreateTrainer, &Resource::of(network))?;
    let details = details.into_inner();
    check_names(ctx, "/details", &details, None)?;
    let trainer = Trainer { id: TrainerId::new(ctx.now), network, details, record: Record::new(ctx.now) };
    let trainer = ctx.keep(Change::new("create", trainer.id, network), trainers::insert, None, trainer)?;
    trainers::set_workshops(ctx.conn, &trainer)?;
    if ctx.authorize(Action::ManageUsers, &Resource::of(network)).is_err() {
        users::take(ctx, Role::Trainer { trainer: trainer.id }, network)?;
    }
    Ok(trainer)
}

/// Changes what is said of a trainer.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::Invalid`] naming every
/// new topic and workshop that is not there.
pub fn update(
    ctx: &mut Context<'_>,
    id: TrainerId,
    expected: &Expected,
    change: impl FnOnce(&TrainerDetails) -> Result<Valid<TrainerDetails>, Error>,
) -> Result<Trainer, Error> {
    let before = get(ctx, id)?;
    ctx.authorize_change(Action::UpdateTrainer, &resource(&before), expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    check_names(ctx, "", &details, Some(&before.details))?;
    let after = Trainer { details, record: before.record.changed(ctx.now), ..before.clone() };
    if after.details.workshops != before.details.workshops {
        trainers::set_workshops(ctx.conn, &after)?;
    }
    ctx.keep(Change::new("update", id, before.network), trainers::update, Some(&before), after)
}

/// What is named for the first time must be there for whoever names it: trainers do not see the drafts that a coordinator
/// listed. `at` is where the input holds the details.
fn check_names(
    ctx: &mut Context<'_>,
    at: &str,
    details: &TrainerDetails,
    before: Option<&TrainerDetails>,
) -> Result<(), Error> {
    let known = |topic| before.is_some_and(|before| before.topics.iter().any(|skill| skill.topic == topic));
    let new = details.topics.iter().enumerate().filter(|(_, skill)| !known(skill.topic));
    let places = new.map(|(place, skill)| (format!("{at}/topics/{place}/topic"), skill.topic));
    let mut faults = ctx.absent_faults(topics::existing, places)?;
    let known = |workshop| before.is_some_and(|before| before.workshops.contains(workshop));
    let new = details.workshops.iter().enumerate().filter(|(_, workshop)| !known(workshop));
    let places = new.map(|(place, workshop)| (format!("{at}/workshops/{place}"), *workshop));
    faults.extend(ctx.absent_faults(workshops::existing, places)?);
    Error::unless_none(faults)
}
