//! Sign-in with the ID token of an outside OpenID provider.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.3.7 (validation of ID tokens), RFC 8725 (the key fixes the algorithm).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet},
};
use packhorse_db::{Conn, Found, accounts, events};
use packhorse_domain::{Principal, Timestamp, event::Event, id::UserId};
use serde::Deserialize;
use serde_json::json;

use crate::{Change, Context, Error, sessions::credentials};

/// Oldest ID token that is taken, in seconds: it is for signing in now.
const OLDEST: i64 = 600;
/// Seconds by which the provider's clock may differ.
const LEEWAY: i64 = 60;

/// A provider that the installation trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its address, exactly as its tokens say it.
    pub issuer: String,
    /// What it calls this installation: the client id.
    pub audience: String,
    /// Where its keys are; without one its configuration tells.
    pub jwks_url: Option<String>,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Who they are there, for ever.
    pub subject: String,
    /// An address that the provider has verified.
    pub email: Option<String>,
}

/// Why an ID token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// It names a key that is not known, and may be a new one.
    UnknownKey,
    /// It is not good.
    Refused,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: serde_json::Value,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
}

/// Which issuer a token says it is from: nothing is proven by that.
pub fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        iss: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Said>(&payload).ok().map(|said| said.iss)
}

/// The one algorithm that a key is for; none for keys that are not for signatures of ours.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    match &key.algorithm {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Some(Algorithm::ES256),
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// Checks an ID token: signature, issuer, audience, time, and that it answers this very question (`nonce`).
///
/// # Errors
/// [`Rejected`].
pub fn verify(
    token: &str,
    provider: &Provider,
    keys: &JwkSet,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Identity, Rejected> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Rejected::Refused)?;
    if header.crit.is_some() || header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Rejected::Refused);
    }
    let kid = header.kid.ok_or(Rejected::Refused)?;
    let key = keys.find(&kid).ok_or(Rejected::UnknownKey)?;
    let by = algorithm(key).filter(|by| *by == header.alg).ok_or(Rejected::Refused)?;
    let mut validation = Validation::new(by);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.set_issuer(&[&provider.issuer]);
    validation.set_audience(&[&provider.audience]);
    // Compared with our own clock below, so that tests can move it.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let key = DecodingKey::from_jwk(key).map_err(|_| Rejected::Refused)?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| Rejected::Refused)?.claims;
    let now = now.as_second();
    let of_time = now < claims.exp
        && (now - OLDEST..=now + LEEWAY).contains(&claims.iat)
        && claims.nbf.is_none_or(|from| from <= now + LEEWAY);
    let shared = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let for_us = claims.azp.as_ref().map_or(!shared, |party| *party == provider.audience);
    if !of_time || !for_us || claims.nonce.as_deref() != nonce || claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(Rejected::Refused);
    }
    let email = claims.email.filter(|_| claims.email_verified == Some(true));
    Ok(Identity { issuer: claims.iss, subject: claims.sub, email })
}

/// Who an identity is here. At first its verified address tells; from then on the identity alone.
///
/// # Errors
/// [`Error::BadCredentials`] when nobody here has the address: accounts come by invitation only; [`Error::Conflict`]
/// `other_identity` when the account is somebody else's at the provider.
pub fn user_of(conn: &mut Conn, identity: &Identity, now: Timestamp) -> Result<UserId, Error> {
    if let Some(user) = accounts::of_identity(conn, &identity.issuer, &identity.subject).found()? {
        return Ok(user);
    }
    let email = identity.email.as_deref().ok_or(Error::BadCredentials)?;
    let (user, _) = credentials(conn, email)?.ok_or(Error::BadCredentials)?;
    accounts::insert_identity(conn, &identity.issuer, &identity.subject, user, now)?;
    // Whose it is there stays out of the log.
    let told = json!({ "issuer": identity.issuer });
    let event = Context::of_program(conn, now).event(Change::new("link_identity", user, None), None, Some(&told))?;
    events::append(conn, Event { actor: Some(Principal::Person(user)), ..event })?;
    Ok(user)
}
