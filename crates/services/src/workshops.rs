//! Workshops of the catalog.

use packhorse_db::{Page, editions, topics, workshops};
use packhorse_domain::{
    Action, Record, Resource, Scope, Valid,
    id::{NetworkId, TopicId, WorkshopId},
    license::CannotAdapt,
    workshop::{CannotPublish, Edition, Workshop, WorkshopDetails, WorkshopState},
};

use crate::{Change, Context, Error, Expected, Fault, intake::FOLLOWS, networks};

pub use packhorse_db::{editions::GiveAndTake, workshops::WorkshopFilter};

impl From<CannotPublish> for Error {
    fn from(error: CannotPublish) -> Self {
        let words = error.to_string();
        match error {
            CannotPublish::State(transition) => transition.into(),
            CannotPublish::NoObjectives => Fault::new("/objectives", "required", words).into(),
        }
    }
}

impl From<CannotAdapt> for Error {
    fn from(error: CannotAdapt) -> Self {
        Fault::new("/license", not_adaptable(&error), error.to_string()).into()
    }
}

/// The code of why nothing may be made of a work.
pub(crate) fn not_adaptable(error: &CannotAdapt) -> &'static str {
    match error {
        CannotAdapt::Unlicensed => "unlicensed",
        CannotAdapt::Forbidden(_) => "not_adaptable",
        CannotAdapt::Incompatible { .. } => "incompatible",
    }
}

/// Whose a workshop is.
pub(crate) fn resource(workshop: &Workshop) -> Resource {
    Resource::of(workshop.network)
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
    check_topics(ctx, "/details", &details, None)?;
    let workshop = Workshop {
        id: WorkshopId::new(ctx.now),
        network,
        details: details.into_inner(),
        edition: 0,
        public_since: None,
        origin: None,
        adapted_from: Vec::new(),
        state: WorkshopState::Draft,
        record: Record::new(ctx.now),
    };
    ctx.keep(Change::new("create", workshop.id, network), workshops::insert, None, workshop)
}

/// Changes what the catalog says of a workshop.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::State`] when it is
/// retired, [`Error::Conflict`] when it is harvested, [`Error::Invalid`] naming every new topic that is not there, or for a published one left without objectives.
pub fn update(
    ctx: &mut Context<'_>,
    id: WorkshopId,
    expected: &Expected,
    change: impl FnOnce(&WorkshopDetails) -> Result<Valid<WorkshopDetails>, Error>,
) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    if before.harvest().is_some() {
        let detail = "the workshop follows another catalog: adapt it to make one of your own".to_owned();
        return Err(Error::Conflict { code: FOLLOWS, detail });
    }
    let details = change(&before.details)?.into_inner();
    let after = before.clone().revise(details, ctx.now)?;
    check_topics(ctx, "", &after.details, Some(&before.details))?;
    keep(ctx, "update", &before, after)
}

/// Puts a draft into the catalog.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is a draft,
/// [`Error::Invalid`] when it has no objectives.
pub fn publish(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().publish(ctx.now)?;
    keep(ctx, "publish", &before, after)
}

/// Takes a workshop out of the catalog; requests and bookings that stand keep it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] unless it is published.
pub fn retire(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().retire(ctx.now)?;
    keep(ctx, "retire", &before, after)
}

/// Keeps a changed workshop, and with it the edition that this published.
fn keep(ctx: &mut Context<'_>, action: &'static str, before: &Workshop, after: Workshop) -> Result<Workshop, Error> {
    if after.edition != before.edition
        && let Some(edition) = after.published(ctx.now)
    {
        editions::insert_all(ctx.conn, &[edition])?;
    }
    ctx.keep(Change::new(action, after.id, after.network), workshops::update, Some(before), after)
}

/// Makes a draft for another catalog of a published workshop, whose network is told.
///
/// # Errors
/// [`Error::NotFound`] for the workshop or the network, [`Error::Forbidden`], [`Error::State`] unless it is published,
/// [`Error::Invalid`] when the license does not permit it.
pub fn adapt(
    ctx: &mut Context<'_>,
    id: WorkshopId,
    into: NetworkId,
    license: Option<String>,
) -> Result<Workshop, Error> {
    // What everybody finds everybody may adapt, as far as its license goes.
    let original = match get(ctx, id) {
        Err(Error::NotFound) => {
            workshops::find(ctx.conn, Scope::Everything, id).map_err(Error::from).and_then(public)?
        }
        found => found?,
    };
    networks::get(ctx, into)?;
    ctx.authorize(Action::ManageWorkshops, &Resource::of(into))?;
    original.adaptable()?;
    let license = license.or_else(|| original.details.license.clone());
    let from = packhorse_db::networks::find(ctx.conn, Scope::Everything, original.network)?.details.name;
    let made = original.adapt(WorkshopId::new(ctx.now), into, from, license, ctx.now)?;
    ctx.record(Change::new("adapt", id, original.network), None, Some(&made.adapted_from))?;
    ctx.keep(Change::new("create", made.id, into), workshops::insert, None, made)
}

/// One page of what was made of a workshop.
///
/// # Errors
/// [`Error::NotFound`].
pub fn adaptations(ctx: &mut Context<'_>, id: WorkshopId, page: &Page) -> Result<Vec<Workshop>, Error> {
    let scope = ctx.scope();
    workshops::find(ctx.conn, scope, id)?;
    Ok(workshops::made_of(ctx.conn, scope, id, page)?)
}

/// Most editions that are shown together.
const EDITIONS: i64 = 100;

/// The published editions of a workshop, the newest first, at most a hundred.
///
/// # Errors
/// [`Error::NotFound`].
pub fn editions(ctx: &mut Context<'_>, id: WorkshopId) -> Result<Vec<Edition>, Error> {
    get(ctx, id)?;
    Ok(editions::list(ctx.conn, id, EDITIONS)?)
}

/// One published edition of a workshop.
///
/// # Errors
/// [`Error::NotFound`] for the workshop or the edition.
pub fn edition(ctx: &mut Context<'_>, id: WorkshopId, edition: u32) -> Result<Edition, Error> {
    get(ctx, id)?;
    Ok(editions::find(ctx.conn, id, edition)?)
}

/// How much a network gave to others, and took from them.
///
/// # Errors
/// [`Error::NotFound`].
pub fn give_and_take(ctx: &mut Context<'_>, network: NetworkId) -> Result<GiveAndTake, Error> {
    networks::get(ctx, network)?;
    Ok(editions::give_and_take(ctx.conn, network)?)
}

/// A workshop that the public catalog shows.
fn public(workshop: Workshop) -> Result<Workshop, Error> {
    if workshop.is_public() { Ok(workshop) } else { Err(Error::NotFound) }
}

fn find_to_change(ctx: &mut Context<'_>, id: WorkshopId, expected: &Expected) -> Result<Workshop, Error> {
    let workshop = get(ctx, id)?;
    ctx.authorize_change(Action::ManageWorkshops, &resource(&workshop), expected, &workshop.record)?;
    Ok(workshop)
}

/// Topics named for the first time must be there for whoever names them; `at` is where the input holds the details.
fn check_topics(
    ctx: &mut Context<'_>,
    at: &str,
    named: &WorkshopDetails,
    known: Option<&WorkshopDetails>,
) -> Result<(), Error> {
    let is_known =
        |topic: &TopicId| known.is_some_and(|known| known.topics.contains(topic) || known.competencies.contains(topic));
    let new = |list: &'static str, topics: &[TopicId]| {
        let new = topics.iter().enumerate().filter(|(_, topic)| !is_known(topic));
        new.map(|(place, topic)| (format!("{at}/{list}/{place}"), *topic)).collect::<Vec<_>>()
    };
    let places = [new("topics", &named.topics), new("competencies", &named.competencies)];
    Error::unless_none(ctx.absent_faults(topics::existing, places.into_iter().flatten())?)
}
