//! API keys: how programs show who they are, and what each may be used for.
//!
//! Invariant: a key acts as a coordinator of its network would, within its scopes, and is kept as a fingerprint only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    access::Actor,
    id::{ApiKeyId, NetworkId, RoleId},
    principal::Caller,
    record::Record,
    state::InvalidTransition,
    text::words,
    time::Timestamp,
    user::{Grant, Role},
};

words! {
    /// What an API key may be used for. Each operation needs one of these, or takes no keys.
    KeyScope {
        /// Read networks and partnerships.
        NetworksRead = "networks:read",
        /// Read libraries, venues, rooms and the hours in which libraries can host.
        LibrariesRead = "libraries:read",
        /// Add, import and change them.
        LibrariesWrite = "libraries:write",
        /// Read topics and workshops.
        CatalogRead = "catalog:read",
        /// Write, publish and retire them.
        CatalogWrite = "catalog:write",
        /// Read trainers, when they can teach, and where they will be.
        TrainersRead = "trainers:read",
        /// Add and change trainers, their statements, trips and imported calendars.
        TrainersWrite = "trainers:write",
        /// Read requests, interests, matches and quotes.
        RequestsRead = "requests:read",
        /// Write requests, decide on them, and quote prices.
        RequestsWrite = "requests:write",
        /// Read offers.
        OffersRead = "offers:read",
        /// Make, change, answer and withdraw offers.
        OffersWrite = "offers:write",
        /// Read bookings, and the calendars they are in.
        BookingsRead = "bookings:read",
        /// Confirm, move, cancel, deliver and close bookings.
        BookingsWrite = "bookings:write",
        /// Follow every change in the network.
        EventsRead = "events:read",
    }
}

/// What a key is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyDetails {
    /// Which program has it, in the words of whoever made it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Events calendar of the web site")]
    pub name: String,
    /// What it may be used for.
    #[validate(length(min = 1, max = 14), custom(function = "distinct"))]
    #[schema(min_items = 1, max_items = 14, example = json!(["catalog:read", "bookings:read"]))]
    pub scopes: Vec<KeyScope>,
    /// From when on it is not good any more; `null` when it does not end by itself.
    #[schema(example = "2028-01-01T00:00:00Z")]
    pub expires_at: Option<Timestamp>,
}

fn distinct(scopes: &[KeyScope]) -> Result<(), ValidationError> {
    let again = scopes.iter().enumerate().any(|(place, scope)| scopes[..place].contains(scope));
    if again { Err(ValidationError::new("repeated")) } else { Ok(()) }
}

/// A key, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Its id, which is also the part of the key that is no secret.
    pub id: ApiKeyId,
    /// The network it acts for.
    pub network: NetworkId,
    /// What it is for.
    #[serde(flatten)]
    pub details: ApiKeyDetails,
    /// Until when the secret before the last rotation is good, too.
    pub previous_until: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Version and times.
    #[serde(flatten)]
    pub record: Record,
}

impl ApiKey {
    /// Whether it is good, whatever its secret.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.details.expires_at.is_none_or(|end| now < end)
    }

    /// Who acts when it is used: a coordinator of its network, within its scopes.
    pub fn actor(self) -> Actor {
        let role = Role::Coordinator { network: self.network };
        Actor {
            caller: Caller::Program { key: self.id, scopes: self.details.scopes },
            grants: vec![Grant { id: RoleId::nil(), role, network: Some(self.network) }],
        }
    }

    /// It has a new secret; the old one is good until `previous_until`.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it is not good any more.
    pub fn rotate(self, previous_until: Timestamp, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.alive("rotate", now)?;
        Ok(Self { previous_until: Some(previous_until), record: self.record.changed(now), ..self })
    }

    /// It is good no more.
    ///
    /// # Errors
    /// [`InvalidTransition`] when it was not any more.
    pub fn revoke(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.alive("revoke", now)?;
        Ok(Self { previous_until: None, revoked_at: Some(now), record: self.record.changed(now), ..self })
    }

    fn alive(&self, action: &'static str, now: Timestamp) -> Result<(), InvalidTransition> {
        let state = if self.revoked_at.is_some() { "revoked" } else { "expired" };
        if self.is_live(now) { Ok(()) } else { Err(InvalidTransition { what: "api_key", state, action }) }
    }
}

/// Fingerprints of the secrets of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// Of the present one.
    pub present: String,
    /// Of the one before the last rotation.
    pub previous: Option<String>,
}

impl Fingerprints {
    /// Whether a secret with this fingerprint opens `key` at present.
    pub fn admit(&self, key: &ApiKey, fingerprint: &str, now: Timestamp) -> bool {
        let overlaps = key.previous_until.is_some_and(|end| now < end);
        let good = self.present == fingerprint || overlaps && self.previous.as_deref() == Some(fingerprint);
        good && key.is_live(now)
    }
}

/// What every key begins with: programs that look for leaked secrets know keys by it.
pub const PREFIX: &str = "ph_live_";
/// Digits of 256 bits in base 62.
const SECRET: usize = 43;
/// Digits of 32 bits in base 62.
const CHECKSUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new key as its program keeps it: `ph_live_`, the id without its prefix, `_`, 256 random bits, and a checksum.
pub fn new_token(id: ApiKeyId) -> String {
    let mut bits = rand::random::<[u8; 32]>();
    let secret: Vec<u8> = (0..SECRET).map(|_| DIGITS[usize::from(divide(&mut bits))]).collect();
    let name = id.to_string();
    let name = name.split_once('_').map_or("", |(_, digits)| digits);
    let body = format!("{PREFIX}{name}_{}", String::from_utf8_lossy(&secret));
    let checksum = checksum(&body);
    body + &checksum
}

/// The id in a key; nothing for a text that is none, or in which something was mistyped.
pub fn id_of(token: &str) -> Option<ApiKeyId> {
    let body = token.get(..token.len().checked_sub(CHECKSUM)?)?;
    if checksum(body) != token[body.len()..] {
        return None;
    }
    let (name, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
    let digits = secret.len() == SECRET && secret.bytes().all(|digit| DIGITS.contains(&digit));
    if digits { format!("key_{name}").parse().ok() } else { None }
}

/// Divides a number of 256 bits, most significant byte first, by 62. What remains.
fn divide(number: &mut [u8; 32]) -> u8 {
    let mut rest = 0u16;
    for byte in number {
        let part = rest << 8 | u16::from(*byte);
        *byte = u8::try_from(part / 62).unwrap_or(u8::MAX);
        rest = part % 62;
    }
    u8::try_from(rest).unwrap_or(0)
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    String::from_utf8_lossy(&digits).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_id_and_any_slip_is_noticed() {
        let id = ApiKeyId::new(Timestamp::UNIX_EPOCH);
        let token = new_token(id);
        assert_eq!(token.len(), PREFIX.len() + 26 + 1 + SECRET + CHECKSUM);
        assert_eq!(id_of(&token), Some(id));
        assert_ne!(new_token(id), token);
        for place in 0..token.len() {
            let mut slip = token.clone().into_bytes();
            slip[place] = if slip[place] == b'x' { b'y' } else { b'x' };
            assert_eq!(id_of(std::str::from_utf8(&slip).unwrap()), None, "{place}");
            assert_eq!(id_of(&token[..place]), None);
        }
        assert_eq!(id_of("ph_live_ä"), None);
    }

    #[test]
    fn the_checksum_is_crc_32_in_base_62() {
        // Source: the check value of CRC-32/ISO-HDLC for "123456789" is 0xCBF43926.
        let value = checksum("123456789")
            .bytes()
            .fold(0u64, |value, digit| value * 62 + DIGITS.iter().position(|known| *known == digit).unwrap() as u64);
        assert_eq!(value, 0xCBF4_3926);
    }

    #[test]
    fn the_whole_number_becomes_digits() {
        let mut number = [0xff; 32];
        for _ in 0..SECRET {
            divide(&mut number);
        }
        assert_eq!(number, [0; 32]);
    }
}
