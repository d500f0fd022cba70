//! What people allow to be done with what is known of them.

use packhorse_db::consents;
use packhorse_domain::{
    consent::{Consent, ConsentPurpose},
    id::{ConsentId, UserId},
};

use crate::{Change, Context, Error};

/// What the caller answered, by purpose.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn list(ctx: &mut Context<'_>) -> Result<Vec<Consent>, Error> {
    let (user, _) = ctx.person()?;
    Ok(consents::of_user(ctx.conn, user)?)
}

/// Keeps what the caller answers to words that they saw. The same answer again changes nothing.
///
/// # Errors
/// [`Error::Unauthenticated`], [`Error::Conflict`] `old_wording` when the words are others by now.
pub fn set(ctx: &mut Context<'_>, purpose: ConsentPurpose, wording: u32, given: bool) -> Result<Consent, Error> {
    let (user, _) = ctx.person()?;
    if wording != purpose.wording() {
        let detail = format!("the words are those of version {} by now", purpose.wording());
        return Err(Error::Conflict { code: "old_wording", detail });
    }
    answer(ctx, user, purpose, given)
}

/// Keeps what somebody answers to the words as they are now.
///
/// # Errors
/// Those of the database.
pub(crate) fn answer(
    ctx: &mut Context<'_>,
    user: UserId,
    purpose: ConsentPurpose,
    given: bool,
) -> Result<Consent, Error> {
    let wording = purpose.wording();
    let before = consents::of_user(ctx.conn, user)?.into_iter().find(|consent| consent.purpose == purpose);
    if let Some(same) = before.clone().filter(|before| (before.wording, before.given) == (wording, given)) {
        return Ok(same);
    }
    let id = before.as_ref().map_or_else(|| ConsentId::new(ctx.now), |before| before.id);
    let after = Consent { id, user, purpose, wording, given, since: ctx.now };
    let action = if given { "give" } else { "withdraw" };
    ctx.keep(Change::new(action, id, None), consents::put, before.as_ref(), after)
}
