//! Harvests of catalogs elsewhere (OAI-PMH).
//!
//! A catalog is read page by page; each page is fetched between transactions, and kept in one of its own together with how far the
//! reading is. [`begin`] or [`claim`] says what is to be read, [`finish`] keeps what came of it.
//!
//! Source: OAI-PMH 2.0 sections 2.7.1 (harvesting by date) and 3.5 (resumption tokens).

use packhorse_db::{Conn, Lock, Page, harvests};
use packhorse_domain::{
    Action, Resource, Scope, Timestamp, Valid, Word,
    harvest::{Harvest, HarvestCounts, HarvestDetails, HarvestedPage},
    id::{HarvestId, NetworkId},
    origin::Origin,
    reading::{NotNow, lease},
};
use packhorse_publishing::import::{self, Import};
use url::form_urlencoded::Serializer;

use crate::{
    Change, Context, Error, Expected,
    intake::{Intake, Manner, Remark},
    networks,
    requests::lock_all,
};

/// Most harvests of one network.
const MOST: i64 = 50;
/// Most that are read at once in the background.
const AT_ONCE: i64 = 4;

/// A page to read.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Of which harvest.
    pub harvest: HarvestId,
    /// Where it is.
    pub url: String,
}

/// What came of fetching.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was read.
    Page(Box<Import>),
    /// It could not be had.
    Failed(String),
}

/// Reads a page. What is wrong with it is kept with it.
pub fn read(bytes: &[u8]) -> Outcome {
    Outcome::Page(Box::new(import::harvest(bytes)))
}

/// The harvest with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: HarvestId) -> Result<Harvest, Error> {
    let scope = ctx.scope();
    Ok(harvests::find(ctx.conn, scope, id)?)
}

/// One page of those of a network.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`].
pub fn list(ctx: &mut Context<'_>, network: NetworkId, page: &Page) -> Result<Vec<Harvest>, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageWorkshops, &Resource::of(network))?;
    let scope = ctx.scope();
    Ok(harvests::list(ctx.conn, scope, network, page)?)
}

/// Adds one. It is read in the background.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Conflict`] when it has 50.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<HarvestDetails>) -> Result<Harvest, Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageWorkshops, &Resource::of(network))?;
    lock_all(ctx, Lock::Networks, [network])?;
    if harvests::count(ctx.conn, network)? >= MOST {
        let detail = format!("a network has at most {MOST} harvests");
        return Err(Error::Conflict { code: "too_many_harvests", detail });
    }
    let harvest = Harvest::new(network, details.into_inner(), ctx.now);
    ctx.keep(Change::new("create", harvest.id, network), harvests::insert, None, harvest)
}

/// Changes what is said of one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`.
pub fn update(
    ctx: &mut Context<'_>,
    id: HarvestId,
    expected: &Expected,
    change: impl FnOnce(&HarvestDetails) -> Result<Valid<HarvestDetails>, Error>,
) -> Result<Harvest, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.changed(change(&before.details)?.into_inner(), ctx.now);
    ctx.keep(Change::new("update", id, before.network), harvests::update, Some(&before), after)
}

/// Ends one. What came by it stays as it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn delete(ctx: &mut Context<'_>, id: HarvestId, expected: &Expected) -> Result<(), Error> {
    let before = find_to_change(ctx, id, expected)?;
    harvests::delete(ctx.conn, &before)?;
    ctx.record(Change::new("delete", id, before.network), Some(&before), None)
}

/// Begins to read one on demand, and keeps others from it meanwhile.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::Conflict`] when it is being read, or was within
/// the last minute.
pub fn begin(ctx: &mut Context<'_>, id: HarvestId, expected: &Expected) -> Result<Assignment, Error> {
    let harvest = find_to_change(ctx, id, expected)?;
    harvest.readable(ctx.now)?;
    if !harvests::lease(ctx.conn, &harvest, lease(ctx.now))? {
        return Err(NotNow::BeingRead.into());
    }
    Ok(assignment(&harvest))
}

/// Whether there is something to read at present.
///
/// # Errors
/// Those of the database.
pub fn waiting(conn: &mut Conn, now: Timestamp) -> Result<bool, Error> {
    Ok(!harvests::due(conn, now, 1)?.is_empty())
}

/// What is to be read at present, kept from others: to be done within a few minutes.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, now: Timestamp) -> Result<Vec<Assignment>, Error> {
    let mut claimed = Vec::new();
    for harvest in harvests::due(conn, now, AT_ONCE)? {
        if harvests::lease(conn, &harvest, lease(now))? {
            claimed.push(assignment(&harvest));
        }
    }
    Ok(claimed)
}

/// Keeps what came of an assignment, unless it is not wanted any more: then the harvest stays as it is.
///
/// # Errors
/// [`Error::NotFound`] when the harvest is gone.
pub fn finish(ctx: &mut Context<'_>, done: &Assignment, outcome: &Outcome) -> Result<Harvest, Error> {
    let before = harvests::find(ctx.conn, Scope::Everything, done.harvest)?;
    if assignment(&before).url != done.url {
        return Ok(before);
    }
    let after = match outcome {
        Outcome::Failed(detail) => before.failed(detail.clone(), ctx.now),
        Outcome::Page(page) => match &page.refusal {
            Some(code) => before.refused(format!("the source refuses: {code}"), ctx.now),
            None => match whole(page) {
                Err(detail) => before.failed(detail, ctx.now),
                Ok(()) if before.goes_on_and_on() => before.refused("the source goes on and on".to_owned(), ctx.now),
                Ok(()) => take_in(ctx, &before, page)?,
            },
        },
    };
    harvests::update(ctx.conn, &after)?;
    if after.is_news(&before) {
        ctx.record(Change::new("refresh", after.id, after.network), Some(&before), Some(&after))?;
    }
    Ok(after)
}

/// Whether a page was read to its end.
fn whole(page: &Import) -> Result<(), String> {
    // Faults of records stand at their identifiers.
    let broken = page.faults.iter().find(|fault| fault.place.is_empty() || fault.place.starts_with("byte "));
    match (broken, page.answered_at) {
        (Some(fault), _) => Err(format!("the answer is no harvest: {}", fault.detail)),
        (None, None) => Err("the answer is no harvest".to_owned()),
        (None, Some(_)) => Ok(()),
    }
}

/// Takes over the records of a page.
fn take_in(ctx: &mut Context<'_>, harvest: &Harvest, page: &Import) -> Result<Harvest, Error> {
    let details = &harvest.details;
    let manner = Manner {
        network: harvest.network,
        catalog: Some(&details.name),
        harvest: Some(harvest.id),
        publish: details.publish,
        visibility: details.visibility,
        gaps: &details.gaps,
    };
    let mut intake = Intake::of(ctx, &manner, &page.candidates)?;
    let keys: Vec<_> = page.withdrawn.iter().map(|identifier| Origin::harvested(identifier)).collect();
    let withdrawn = intake.withdraw(ctx, harvest.network, &keys)?;
    let faults: Vec<_> = page.faults.iter().map(Remark::from).chain(intake.faults.iter().cloned()).collect();
    let mut places: Vec<_> = faults.iter().map(|fault| &fault.place).collect();
    places.dedup();
    let counts = HarvestCounts {
        created: intake.counts.created,
        updated: intake.counts.updated,
        unchanged: intake.counts.unchanged,
        withdrawn,
        left_out: places.len() as u64,
    };
    let notes = faults.iter().map(|fault| match &*fault.field {
        "" => format!("{}: {}", fault.place, fault.detail),
        field => format!("{}: {field}: {}", fault.place, fault.detail),
    });
    let notes = notes.collect();
    intake.write(ctx)?;
    let read = HarvestedPage { answered_at: page.answered_at, token: page.resumption.clone(), counts, notes };
    Ok(harvest.page_read(read, ctx.now))
}

/// The page that comes next.
fn assignment(harvest: &Harvest) -> Assignment {
    let (details, progress) = (&harvest.details, &harvest.progress);
    let mut query = Serializer::new(String::new());
    query.append_pair("verb", "ListRecords");
    if let Some(token) = &progress.token {
        query.append_pair("resumptionToken", token);
    } else {
        query.append_pair("metadataPrefix", details.format.word());
        if let Some(set) = &details.set {
            query.append_pair("set", set);
        }
        if let Some(since) = progress.since.and_then(|since| Timestamp::from_second(since.as_second()).ok()) {
            query.append_pair("from", &since.to_string());
        }
    }
    Assignment { harvest: harvest.id, url: format!("{}?{}", details.url, query.finish()) }
}

fn find_to_change(ctx: &mut Context<'_>, id: HarvestId, expected: &Expected) -> Result<Harvest, Error> {
    let harvest = get(ctx, id)?;
    ctx.authorize_change(Action::ManageWorkshops, &Resource::of(harvest.network), expected, &harvest.record)?;
    Ok(harvest)
}
