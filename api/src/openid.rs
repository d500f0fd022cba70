//! Outside OpenID providers: their keys, fetched when they are needed and kept for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::web;
use jiff::SignedDuration;
use jsonwebtoken::jwk::JwkSet;
use packhorse_domain::Timestamp;
use packhorse_services::openid::{self, Identity, Provider, Rejected};
use serde::Deserialize;

use crate::outbound::{Fetched, Known, Outbound};

/// How long keys are good without a look.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// Soonest time after which they are fetched again, however many tokens name keys that are not known.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Longest that fetching takes, for the configuration and for the keys.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest set of keys, in bytes.
const MOST_BYTES: usize = 256 << 10;

/// The keys of a provider, and when they were asked for.
type Held = (Arc<JwkSet>, Timestamp);

/// The providers that the installation trusts.
pub struct OpenId {
    providers: Vec<Provider>,
    outbound: Arc<Outbound>,
    held: Mutex<HashMap<String, Held>>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl OpenId {
    /// Those of an installation.
    pub fn new(providers: &[Provider], outbound: Arc<Outbound>) -> Self {
        Self { providers: providers.to_vec(), outbound, held: Mutex::default() }
    }

    /// Who an ID token is about; nothing when it is not good, or its provider cannot be asked.
    pub async fn identify(&self, token: &str, nonce: Option<&str>, now: Timestamp) -> Option<Identity> {
        let issuer = openid::claimed_issuer(token)?;
        for provider in self.providers.iter().filter(|provider| provider.issuer == issuer) {
            let mut keys = self.keys(provider, FRESH, now).await?;
            let mut found = openid::verify(token, provider, &keys, nonce, now);
            if found == Err(Rejected::UnknownKey) {
                keys = self.keys(provider, AGAIN, now).await?;
                found = openid::verify(token, provider, &keys, nonce, now);
            }
            if let Ok(identity) = found {
                return Some(identity);
            }
        }
        None
    }

    /// The keys of a provider, not older than this. What was known stays when they cannot be fetched.
    async fn keys(&self, provider: &Provider, age: SignedDuration, now: Timestamp) -> Option<Arc<JwkSet>> {
        let held = || self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held().get(&provider.issuer).cloned();
        if let Some((keys, asked)) = &known
            && now.duration_since(*asked) < age
        {
            return Some(keys.clone());
        }
        let _turn = self.outbound.turn().await?;
        let (outbound, of) = (self.outbound.clone(), provider.clone());
        let fetched = web::block(move || fetch(&outbound, &of)).await.ok().flatten();
        if fetched.is_none() {
            tracing::warn!(issuer = provider.issuer, "the keys of an OpenID provider cannot be fetched");
        }
        // Kept in any case: a provider that is away is not asked by everybody at once.
        let keys = fetched
            .map(Arc::new)
            .or(known.map(|(keys, _)| keys))
            .unwrap_or_else(|| Arc::new(JwkSet { keys: Vec::new() }));
        held().insert(provider.issuer.clone(), (keys.clone(), now));
        Some(keys)
    }
}

fn fetch(outbound: &Outbound, provider: &Provider) -> Option<JwkSet> {
    if let Some(address) = &provider.jwks_url {
        return json(outbound, address);
    }
    let base = provider.issuer.trim_end_matches('/');
    let found: Discovery = json(outbound, &format!("{base}/.well-known/openid-configuration"))?;
    if found.issuer == provider.issuer { json(outbound, &found.jwks_uri) } else { None }
}

fn json<T: serde::de::DeserializeOwned>(outbound: &Outbound, address: &str) -> Option<T> {
    match outbound.fetch(address, Known::default(), PATIENCE) {
        Ok(Fetched::New { bytes, .. }) if bytes.len() <= MOST_BYTES => serde_json::from_slice(&bytes).ok(),
        _ => None,
    }
}
