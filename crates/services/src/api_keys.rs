//! API keys: made, replaced and revoked by coordinators, and what shows who a program is.

use jiff::SignedDuration;
use packhorse_db::{Conn, DbError, Page, api_keys};
use packhorse_domain::{
    Action, Actor, Record, Resource, Timestamp, Valid,
    api_key::{ApiKey, ApiKeyDetails, KeyScope, new_token},
    id::{ApiKeyId, NetworkId},
};

use crate::{Change, Context, Error, Expected, Fault, networks, tokens::fingerprint};

/// A key, and when it was last used: to the minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInUse {
    /// The key.
    pub key: ApiKey,
    /// When it was last used, if it was.
    pub last_used_at: Option<Timestamp>,
}

/// A key and its secret, which nobody is shown again.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    /// What its program sends.
    pub token: String,
}

/// Who a program is, by the fingerprint of its key, if the key is for `needed`.
///
/// # Errors
/// [`Error::Unauthenticated`] when the key is not good, [`Error::OutOfScope`] when it is not for this.
pub fn actor(
    conn: &mut Conn,
    id: ApiKeyId,
    print: &str,
    needed: Option<KeyScope>,
    now: Timestamp,
) -> Result<Actor, Error> {
    let (key, fingerprints) = api_keys::fingerprints(conn, id).map_err(|error| match error {
        DbError::NotFound => Error::Unauthenticated,
        other => other.into(),
    })?;
    if !fingerprints.admit(&key, print, now) {
        return Err(Error::Unauthenticated);
    }
    match needed {
        Some(scope) if key.details.scopes.contains(&scope) => Ok(key.actor()),
        lacking => Err(Error::OutOfScope(lacking)),
    }
}

/// The key with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: ApiKeyId) -> Result<KeyInUse, Error> {
    let key = find(ctx, id)?;
    in_use(ctx, vec![key])?.pop().ok_or(Error::NotFound)
}

/// One page of keys, of one network or of all.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, network: Option<NetworkId>, page: &Page) -> Result<Vec<KeyInUse>, Error> {
    let scope = ctx.scope();
    let keys = api_keys::list(ctx.conn, scope, network, page)?;
    in_use(ctx, keys)
}

/// Makes a key for a program of a network.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`], [`Error::Invalid`] `past` for an end that has passed.
pub fn create(ctx: &mut Context<'_>, network: NetworkId, details: Valid<ApiKeyDetails>) -> Result<NewKey, Error> {
    let network = networks::get(ctx, network)?.id;
    ctx.authorize(Action::ManageApiKeys, &Resource::of(network))?;
    let details = details.into_inner();
    if details.expires_at.is_some_and(|end| end <= ctx.now) {
        return Err(Fault::new("/details/expires_at", "past", "must be in the future").into());
    }
    let id = ApiKeyId::new(ctx.now);
    let record = Record::new(ctx.now);
    let key = ApiKey { id, network, details, previous_until: None, revoked_at: None, record };
    let token = new_token(id);
    let insert = |conn: &mut Conn, key: &ApiKey| api_keys::insert(conn, key, &fingerprint(token.as_bytes()));
    let key = ctx.keep(Change::new("create", id, network), insert, None, key)?;
    Ok(NewKey { key, token })
}

/// Gives a key a new secret. The old one is good for a while longer; one that was old before ends here.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when it is not good any more.
pub fn rotate(
    ctx: &mut Context<'_>,
    id: ApiKeyId,
    overlap: SignedDuration,
    expected: &Expected,
) -> Result<NewKey, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().rotate(ctx.now + overlap, ctx.now)?;
    let token = new_token(id);
    let rotate = |conn: &mut Conn, key: &ApiKey| api_keys::rotate(conn, key, &fingerprint(token.as_bytes()));
    let key = ctx.keep(Change::new("rotate", id, before.network), rotate, Some(&before), after)?;
    Ok(NewKey { key, token })
}

/// Ends a key, at once, with every secret it has.
///
/// # Errors
/// As [`rotate`].
pub fn revoke(ctx: &mut Context<'_>, id: ApiKeyId, expected: &Expected) -> Result<KeyInUse, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let after = before.clone().revoke(ctx.now)?;
    let key = ctx.keep(Change::new("revoke", id, before.network), api_keys::update, Some(&before), after)?;
    in_use(ctx, vec![key])?.pop().ok_or(Error::NotFound)
}

/// Says that a key was used. Whoever calls sees to it that this is rare.
///
/// # Errors
/// Those of the database.
pub fn used(conn: &mut Conn, id: ApiKeyId, at: Timestamp) -> Result<(), Error> {
    Ok(api_keys::used(conn, id, at)?)
}

fn find(ctx: &mut Context<'_>, id: ApiKeyId) -> Result<ApiKey, Error> {
    let scope = ctx.scope();
    Ok(api_keys::find(ctx.conn, scope, id)?)
}

fn find_to_change(ctx: &mut Context<'_>, id: ApiKeyId, expected: &Expected) -> Result<ApiKey, Error> {
    let key = find(ctx, id)?;
    ctx.authorize_change(Action::ManageApiKeys, &Resource::of(key.network), expected, &key.record)?;
    Ok(key)
}

fn in_use(ctx: &mut Context<'_>, keys: Vec<ApiKey>) -> Result<Vec<KeyInUse>, Error> {
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let used = api_keys::last_used(ctx.conn, &ids)?;
    let of = |id| used.iter().find(|(known, _)| *known == id).map(|(_, at)| *at);
    Ok(keys.into_iter().map(|key| KeyInUse { last_used_at: of(key.id), key }).collect())
}
