//! Partnerships: one network lends its trainers and catalog to another.

use packhorse_db::{Page, partnerships};
use packhorse_domain::{
    Action, Record, Resource, Scope, Valid,
    id::PartnershipId,
    network::{Partnership, PartnershipDetails},
};

use crate::{Change, Context, Error, Expected, Fault, error::absent, networks};

/// The partnership with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: PartnershipId) -> Result<Partnership, Error> {
    let scope = ctx.scope();
    Ok(partnerships::find(ctx.conn, scope, id)?)
}

/// One page of partnerships.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, page: &Page) -> Result<Vec<Partnership>, Error> {
    let scope = ctx.scope();
    Ok(partnerships::list(ctx.conn, scope, page)?)
}

/// Lends one network's trainers to another. The lender decides: the borrower may be a network that they do not see yet.
///
/// # Errors
/// [`Error::NotFound`] for the lender, [`Error::Forbidden`], [`Error::Invalid`] for a borrower that is not there.
pub fn create(ctx: &mut Context<'_>, details: Valid<PartnershipDetails>) -> Result<Partnership, Error> {
    let details = details.into_inner();
    let lender = networks::get(ctx, details.lender)?.id;
    ctx.authorize(Action::Partner, &Resource::of(lender))?;
    packhorse_db::networks::find(ctx.conn, Scope::Everything, details.borrower)
        .map_err(absent("/borrower".to_owned(), "network"))?;
    let partnership = Partnership { id: PartnershipId::new(ctx.now), details, record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", partnership.id, lender), partnerships::insert, None, partnership)
}

/// Changes the days or the terms of a partnership.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::Invalid`] `fixed` for
/// another lender or borrower.
pub fn update(
    ctx: &mut Context<'_>,
    id: PartnershipId,
    expected: &Expected,
    change: impl FnOnce(&PartnershipDetails) -> Result<Valid<PartnershipDetails>, Error>,
) -> Result<Partnership, Error> {
    let before = get(ctx, id)?;
    let lender = before.details.lender;
    ctx.authorize_change(Action::Partner, &Resource::of(lender), expected, &before.record)?;
    let details = change(&before.details)?.into_inner();
    let moved = [("/lender", details.lender != lender), ("/borrower", details.borrower != before.details.borrower)];
    Error::unless_none(moved.iter().filter(|(_, moved)| *moved).map(|(at, _)| fixed(at)).collect())?;
    let after = Partnership { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, lender), partnerships::update, Some(&before), after)
}

fn fixed(at: &str) -> Fault {
    Fault::new(at, "fixed", "a partnership stays between its two networks")
}
