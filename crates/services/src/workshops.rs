//! Workshops of the catalog.

use packhorse_db::{Page, topics, workshops};
use packhorse_domain::{
    Action, Record, Resource, Valid,
    id::{NetworkId, TopicId, WorkshopId},
    workshop::{CannotPublish, Workshop, WorkshopDetails, WorkshopState},
};

use crate::{Change, Context, Error, Expected, Fault, networks};

pub use packhorse_db::workshops::WorkshopFilter;

impl From<CannotPublish> for Error {
    fn from(error: CannotPublish) -> Self {
        let words = error.to_string();
        match error {
            CannotPublish::State(transition) => transition.into(),
            CannotPublish::NoObjectives => Fault::new("/objectives", "required", words).into(),
        }
    }
}

/// The workshop with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: WorkshopId) -> Result<Workshop, Error> {
    let scope = ctx.scope();
    Ok(workshops::find(ctx.conn, scope, id)?)
}

/// One page of workshops.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, filter: &WorkshopFilter, page: &Page) -> Result<Vec<Workshop>, Error> {
    let scope = ctx.scope();
    Ok(workshops::list(ctx.conn, scope, filter, page)?)
}

/// Writes the draft of a workshop.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] naming every topic that is not there.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<WorkshopDetails>) -> Result<Workshop, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageWorkshops, &Resource::of(network))?;
    check_topics(ctx, "/details", &details.topics, &[])?;
    let workshop = Workshop {
        id: WorkshopId::new(ctx.now),
        network,
        details: details.into_inner(),
        state: WorkshopState::Draft,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", workshop.id, network), workshops::insert, None, workshop)
}

/// Changes what the catalog says of a workshop.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`] when it is
/// retired, [`Error::Invalid`] naming every new topic that is not there, or for a published one left without objectives.
pub fn update(
    ctx: &mut Context<'_>,
    id: WorkshopId,
    expected: &Expected,
    change: impl FnOnce(&WorkshopDetails) -> Result<Valid<WorkshopDetails>, Error>,
) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let details = change(&before.details)?.into_inner();
    let after = before.clone().revise(details, ctx.now)?;
    check_topics(ctx, "", &after.details.topics, &before.details.topics)?;
    ctx.keep(Change::new("update", id, before.network), workshops::update, Some(&before), after)
}

/// Puts a draft into the catalog.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is a draft,
/// [`Error::Invalid`] when it has no objectives.
pub fn publish(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().publish(ctx.now)?;
    ctx.keep(Change::new("publish", id, before.network), workshops::update, Some(&before), after)
}

/// Takes a workshop out of the catalog; requests and bookings that stand keep it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is published.
pub fn retire(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().retire(ctx.now)?;
    ctx.keep(Change::new("retire", id, before.network), workshops::update, Some(&before), after)
}

fn find_to_change(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let workshop = get(ctx, id)?;
    ctx.authorize_change(Action::ManageWorkshops, &Resource::of(workshop.network), expected, &workshop.record)?;
    Ok(workshop)
}

/// Topics named for the first time must be there for whoever names them; `at` is where the input holds the details.
fn check_topics(ctx: &mut Context<'_>, at: &str, named: &[TopicId], known: &[TopicId]) -> Result<(), Error> {
    let new = named.iter().enumerate().filter(|(_, topic)| !known.contains(topic));
    let places = new.map(|(place, topic)| (format!("{at}/topics/{place}"), *topic));
    Error::unless_none(ctx.absent_faults(topics::existing, places)?)
}
