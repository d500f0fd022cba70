//! Access tokens: JWT, EdDSA only, ten minutes. They say who, never what: roles load with each request.
//!
//! Source: RFC 9068 (`typ` `at+jwt`), RFC 8037 (EdDSA), RFC 7638 (thumbprint as `kid`).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{Jwk, JwkSet, ThumbprintHash},
};
use packhorse_db::{Conn, DbError, keys::SigningKey};
use packhorse_domain::{
    Minutes, Timestamp,
    id::{SignInId, TraceId, UserId},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the address of this service.
    pub iss: String,
    /// For whom: the same.
    pub aud: String,
    /// Who is signed in.
    pub sub: UserId,
    /// By which sign-in.
    pub sid: SignInId,
    /// Its own id.
    pub jti: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Not after.
    pub exp: i64,
}

/// Signs and checks access tokens.
pub struct Tokens {
    issuer: String,
    lifetime: Minutes,
    validation: Validation,
    pepper: String,
    keys: RwLock<Arc<Keys>>,
}

/// The keys at a moment.
struct Keys {
    kid: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    public: JwkSet,
}

impl Keys {
    /// Newest first, as [`keys::usable`] gives them.
    fn of(all: &[SigningKey]) -> Result<Self, DbError> {
        let corrupt = |error: jsonwebtoken::errors::Error| DbError::Corrupt(format!("signing key: {error}"));
        let active = all.iter().find(|key| key.signs_from.is_some() && key.verifies_until.is_none());
        let active = active.ok_or_else(|| DbError::Corrupt("no signing key is active".to_owned()))?;
        let signing = EncodingKey::from_ed_pem(active.private_pem.as_bytes()).map_err(corrupt)?;
        let mut keys =
            Self { kid: active.kid.clone(), signing, verifying: HashMap::new(), public: JwkSet { keys: Vec::new() } };
        for key in all {
            let jwk = public_key(&key.private_pem).map_err(corrupt)?;
            keys.verifying.insert(key.kid.clone(), DecodingKey::from_jwk(&jwk).map_err(corrupt)?);
            keys.public.keys.push(jwk);
        }
        Ok(keys)
    }
}

/// DER of a PKCS #8 Ed25519 private key up to its 32 bytes (RFC 8410 section 7).
const ED25519_HEADER: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What access tokens say they are (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";

/// Longest life of an access token that can be set.
pub const LONGEST_LIFE: Minutes = Minutes(60);

/// Seconds by which clocks of several processes may differ.
const LEEWAY: i64 = 5;

impl Tokens {
    /// Loads the signing keys; the first start makes them.
    ///
    /// # Errors
    /// Those of the database; [`DbError::Corrupt`] for a key that is none.
    pub fn load(conn: &mut Conn, issuer: &str, lifetime: Minutes, now: Timestamp) -> Result<Self, DbError> {
        let pepper = keys::prepare(conn, now)?;
        let keys = Keys::of(&keys::usable(conn, now)?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[issuer]);
        // Compared with our own clock below, so that tests can move it.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let keys = RwLock::new(Arc::new(keys));
        Ok(Self { issuer: issuer.to_owned(), lifetime, validation, pepper, keys })
    }

    /// Takes the keys as [`keys::usable`] gives them now. Whether one that verified is gone.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] for a key that is none; then those before stay.
    pub fn renew(&self, usable: &[SigningKey]) -> Result<bool, DbError> {
        let now = Arc::new(Keys::of(usable)?);
        let mut held = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let gone = held.verifying.keys().any(|kid| !now.verifying.contains_key(kid));
        *held = now;
        Ok(gone)
    }

    fn keys(&self) -> Arc<Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The public keys, for `/.well-known/jwks.json`: those that will sign, do, or did.
    pub fn jwks(&self) -> JwkSet {
        self.keys().public.clone()
    }

    /// Whether a token names a key that is not known here, and may be a new one.
    pub fn is_of_unknown_key(&self, token: &str) -> bool {
        let kid = header(token).and_then(|header| header.kid);
        kid.is_some_and(|kid| !self.keys().verifying.contains_key(&kid))
    }

    /// A secret of this installation, the same in all its processes, to mix into fingerprints.
    pub fn pepper(&self) -> &str {
        &self.pepper
    }

    /// How long a token is good.
    pub fn lifetime(&self) -> Minutes {
        self.lifetime
    }

    /// Issues a token. Nothing when signing fails, which it does not with a key that was loaded.
    pub fn issue(&self, user: UserId, session: SignInId, now: Timestamp) -> Option<String> {
        let issued = now.as_second();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user,
            sid: session,
            jti: TraceId::new(now).to_string(),
            iat: issued,
            nbf: issued,
            exp: issued + i64::from(self.lifetime.0) * 60,
        };
        let keys = self.keys();
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(keys.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &keys.signing).ok()
    }

    /// Checks a token: signature, type, issuer, audience and time. Nothing when any of it is wrong.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let keys = self.keys();
        let key = keys.verifying.get(header(token)?.kid.as_deref()?)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        let now = now.as_second();
        (claims.nbf <= now + LEEWAY && now < claims.exp).then_some(claims)
    }
}

/// The head of a token that says it is one of ours, and demands nothing that is not understood (`crit`, RFC 7515 section 4.1.11).
fn header(token: &str) -> Option<Header> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    (header.typ.as_deref() == Some(TYPE) && header.crit.is_none()).then_some(header)
}

/// A new key pair: thumbprint and PKCS #8 PEM.
pub(crate) fn generate() -> Result<(String, String), jsonwebtoken::errors::Error> {
    let mut der = ED25519_HEADER.to_vec();
    der.extend_from_slice(&rand::random::<[u8; 32]>());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&der));
    let kid = public_key(&pem)?.common.key_id.unwrap_or_default();
    Ok((kid, pem))
}

fn public_key(pem: &str) -> Result<Jwk, jsonwebtoken::errors::Error> {
    let mut jwk = Jwk::from_encoding_key(&EncodingKey::from_ed_pem(pem.as_bytes())?, Algorithm::EdDSA)?;
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256)?);
    jwk.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
    Ok(jwk)
}

/// A new secret for somebody to bring back, 256 bits, URL-safe.
pub(crate) fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// How a secret is kept: SHA-256, hexadecimal. Enough for 256 random bits.
pub fn fingerprint(secret: &[u8]) -> String {
    sha256(secret)
}

/// SHA-256 of what comes piece by piece.
#[derive(Default)]
pub struct Digested(Sha256);

impl Digested {
    /// Takes the next piece.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of it, hexadecimal.
    pub fn end(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// SHA-256, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
