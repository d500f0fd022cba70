//! API keys that were good when they were last used: by whom requests are counted, and when it is time to note their use.
//!
//! Invariant: nothing here lets anybody in. Every request asks the database whether its key is good.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::SignedDuration;
use packhorse_domain::{Timestamp, id::ApiKeyId};

/// How often the use of a key is written down.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Most keys that are remembered.
const MOST: usize = 16_384;

/// Good keys, by fingerprint, with when their use was last noted.
#[derive(Default)]
pub struct KeysInUse(Mutex<HashMap<String, (ApiKeyId, Timestamp)>>);

impl KeysInUse {
    /// Which key it is, if it was good before.
    pub fn known(&self, fingerprint: &str) -> Option<ApiKeyId> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(fingerprint).map(|(id, _)| *id)
    }

    /// A key turned out to be good. Whether its use is to be noted.
    pub fn used(&self, id: ApiKeyId, fingerprint: &str, now: Timestamp) -> bool {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = keys.get(fingerprint).is_some_and(|(_, noted)| now < *noted + NOTED_EVERY);
        if !noted {
            if keys.len() >= MOST {
                keys.clear();
            }
            keys.insert(fingerprint.to_owned(), (id, now));
        }
        !noted
    }
}
