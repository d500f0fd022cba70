//! The keys that sign access tokens: one signs, the next is shown before it does, and those that did verify until nothing they
//! signed is left.

use jiff::SignedDuration;
use packhorse_db::{
    Conn, DbError, events,
    keys::{self, SigningKey},
    lock_signing_keys,
};
use packhorse_domain::{Timestamp, event::Event, id::EventId};
use serde_json::json;

use crate::{
    Error,
    tokens::{LONGEST_LIFE, fingerprint, generate},
};

/// How long the next key is shown before it may sign: longer than anybody keeps `/.well-known/jwks.json`, or a process its keys.
pub const SHOWN: SignedDuration = SignedDuration::from_mins(10);
/// How long a process may go on signing with a key that was retired.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
/// Name of the secret that is mixed into fingerprints.
const PEPPER: &str = "pepper";

fn made(now: Timestamp, signs_from: Option<Timestamp>) -> Result<SigningKey, DbError> {
    let (kid, private_pem) = generate().map_err(|error| DbError::Corrupt(format!("signing key: {error}")))?;
    Ok(SigningKey { kid, private_pem, created_at: now, signs_from, verifies_until: None })
}

/// Makes what is missing of an active key, the next one and the secret of the installation, which is given back.
pub(crate) fn prepare(conn: &mut Conn, now: Timestamp) -> Result<String, DbError> {
    lock_signing_keys(conn)?;
    let mut all = keys::all(conn)?;
    if all.is_empty() {
        all.push(made(now, Some(now))?);
        keys::insert(conn, &all[0])?;
    }
    if all.iter().all(|key| key.signs_from.is_some()) {
        keys::insert(conn, &made(now, None)?)?;
    }
    if let Some(pepper) = keys::secret(conn, PEPPER)? {
        return Ok(pepper);
    }
    // Made of the first key there was, whatever becomes of that.
    let pepper = fingerprint(all.last().map_or(&[], |key| key.private_pem.as_bytes()));
    keys::insert_secret(conn, PEPPER, &pepper)?;
    Ok(pepper)
}

/// Those that sign, will, or did and still verify; newest first.
///
/// # Errors
/// Those of the database.
pub fn usable(conn: &mut Conn, now: Timestamp) -> Result<Vec<SigningKey>, DbError> {
    let mut all = keys::all(conn)?;
    all.retain(|key| key.verifies_until.is_none_or(|until| now < until));
    Ok(all)
}

/// Lets the next key sign and the active one only verify, and makes a new next one.
///
/// # Errors
/// [`Error::Conflict`] `key_too_new` while the next one was not shown for [`SHOWN`]; those of the database.
pub fn rotate(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    prepare(conn, now)?;
    let all = keys::all(conn)?;
    record(conn, "rotate", &all, all.iter().find(|key| key.signs_from.is_none()), now)?;
    for key in all {
        let next = match key {
            SigningKey { signs_from: None, created_at, .. } if now < created_at + SHOWN => {
                let detail =
                    format!("the next key is shown since {created_at}; it may sign from {} on", created_at + SHOWN);
                return Err(Error::Conflict { code: "key_too_new", detail });
            }
            SigningKey { signs_from: None, .. } => SigningKey { signs_from: Some(now), ..key },
            SigningKey { verifies_until: None, .. } => {
                let longest = SignedDuration::from_mins(LONGEST_LIFE.0.into());
                SigningKey { verifies_until: Some(now + longest + SLACK), ..key }
            }
            SigningKey { .. } => continue,
        };
        keys::update(conn, &next)?;
    }
    Ok(keys::insert(conn, &made(now, None)?)?)
}

/// Puts new keys in the place of all there are, because somebody may have read them. Every access token ends as soon as the
/// processes know; refresh tokens give new ones.
///
/// # Errors
/// Those of the database.
pub fn replace(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    prepare(conn, now)?;
    let (all, next) = (keys::all(conn)?, made(now, Some(now))?);
    record(conn, "replace", &all, Some(&next), now)?;
    for key in all {
        keys::update(conn, &SigningKey { signs_from: Some(now), verifies_until: Some(now), ..key })?;
    }
    keys::forget_outlived(conn, now)?;
    keys::insert(conn, &next)?;
    Ok(keys::insert(conn, &made(now, None)?)?)
}

/// Tells the log which key signs from now on, and which one did: their names alone.
fn record(
    conn: &mut Conn,
    action: &str,
    all: &[SigningKey],
    next: Option<&SigningKey>,
    now: Timestamp,
) -> Result<(), DbError> {
    let signs = all.iter().find(|key| key.signs_from.is_some() && key.verifies_until.is_none());
    let told = |key: &SigningKey| json!({ "kid": key.kid });
    events::append(
        conn,
        Event {
            id: EventId::new(now),
            network: None,
            subject_kind: "signing_key".to_owned(),
            subject: next.map(|key| key.kid.clone()).unwrap_or_default(),
            action: action.to_owned(),
            actor: None,
            at: now,
            before: signs.map(told),
            after: next.map(told),
        },
    )
}
