//! How many requests a caller may send in a minute.
//!
//! Requests are counted in memory, by person, API key, or address of those who show neither. Several processes add up what they
//! counted in the database, once a second, and only for callers who have used a good part of what they have: most requests
//! cost no write. Attempts to sign in are counted in the database at once, by address and by account.
//!
//! Source: draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit-Policy`, `RateLimit`).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{
    Error, HttpMessage, HttpRequest, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use packhorse_db::Database;
use packhorse_domain::{Clock, Principal, Timestamp};
use packhorse_services::{
    rates::{self, minute_of},
    tokens::fingerprint,
};

use crate::{
    problem::{self, Problem},
    proxies::{Peer, customer},
    state::App,
};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Seconds of a window. Windows begin with the minute, the same in all processes.
const WINDOW: i64 = 60;
/// Most callers that are told apart in a minute; further ones are counted by crowds.
const CALLERS: usize = 100_000;
/// Crowds.
const CROWDS: u16 = 4096;
/// Part of the quota from which on a count is shared with other processes.
const SHARED_FROM: u32 = 8;

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    /// Those of a person or an API key.
    Principal(Principal),
    /// Those from an address, by nobody in particular.
    Address(IpAddr),
    /// Attempts to sign in from an address.
    SignInFrom(IpAddr),
    /// Attempts to sign in to an account, by the fingerprint of its address.
    SignInTo(String),
    /// Those of many who came when too many were there already.
    Crowd(u16),
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Requests that are known of, here and elsewhere.
    known: u32,
    /// Those of them that other processes do not know of.
    unshared: u32,
}

#[derive(Default)]
struct Window {
    minute: i64,
    counts: HashMap<Counted, Count>,
}

/// How a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Name of the policy.
    policy: &'static str,
    /// Requests of a window.
    quota: u32,
    /// Requests left in this window.
    left: u32,
    /// Seconds until the next window.
    reset: u32,
}

/// How the caller of one request stands, by every policy that looked at it.
#[derive(Debug, Clone, Default)]
struct Standings(Vec<Standing>);

/// Counts the requests of this process.
pub struct Rates {
    /// Requests a minute; 0 for any number.
    requests: u32,
    /// Attempts to sign in a minute; 0 for any number.
    sign_ins: u32,
    /// Keeps digests in the database from being tried out.
    pepper: String,
    window: Mutex<Window>,
}

impl Rates {
    /// Begins to count. A limit of 0 is none.
    pub fn new(requests: u32, sign_ins: u32, pepper: &str) -> Self {
        Self { requests, sign_ins, pepper: pepper.to_owned(), window: Mutex::default() }
    }

    fn window(&self, now: Timestamp) -> MutexGuard<'_, Window> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = minute_of(now);
        if window.minute != minute {
            *window = Window { minute, counts: HashMap::new() };
        }
        window
    }

    /// Whose count this is, in a window that may be full.
    fn entry<'w>(&self, window: &'w mut Window, counted: Counted) -> &'w mut Count {
        let is_full = window.counts.len() >= CALLERS && !window.counts.contains_key(&counted);
        let counted = if is_full {
            let digits = u16::from_str_radix(&self.digest(&counted)[..4], 16).unwrap_or(0);
            Counted::Crowd(digits % CROWDS)
        } else {
            counted
        };
        window.counts.entry(counted).or_default()
    }

    /// Counts one request. How the caller stands, and whether it is one too many.
    fn count(&self, counted: Counted, now: Timestamp) -> (Standing, bool) {
        let mut window = self.window(now);
        let count = self.entry(&mut window, counted);
        let over = count.known >= self.requests;
        if !over {
            count.known += 1;
            count.unshared += 1;
        }
        (standing("default", self.requests, count.known, now), over)
    }

    /// Counts an attempt to sign in, in all processes together.
    async fn attempt(&self, db: &Database, of: [Counted; 2], now: Timestamp) -> Result<(Standing, bool), Problem> {
        let known = of.each_ref().map(|counted| self.entry(&mut self.window(now), counted.clone()).known);
        // Whoever is known to have tried too often costs no write.
        let most = if let Some(most) = known.into_iter().max().filter(|most| *most > self.sign_ins) {
            most
        } else {
            let minute = minute_of(now);
            let mut counts = of.each_ref().map(|counted| (self.digest(counted), 1));
            counts.sort_unstable();
            let work = counts.clone();
            let sums = db.write(move |conn| rates::add(conn, minute, &work)).await?;
            let mut window = self.window(now);
            for counted in of {
                let digest = self.digest(&counted);
                let place = counts.iter().position(|(known, _)| *known == digest);
                let sum = place.and_then(|place| sums.get(place)).copied().unwrap_or_default();
                self.entry(&mut window, counted).known = u32::try_from(sum).unwrap_or(u32::MAX);
            }
            sums.into_iter().max().map_or(0, |most| u32::try_from(most).unwrap_or(u32::MAX))
        };
        Ok((standing("sign_in", self.sign_ins, most, now), most > self.sign_ins))
    }

    /// Adds up with other processes what was counted here, as far as it matters. How many callers that were.
    ///
    /// # Errors
    /// Those of the database; nothing is lost then but time.
    pub async fn share(&self, db: &Database, clock: &dyn Clock) -> Result<usize, packhorse_services::Error> {
        let now = clock.now();
        let minute = minute_of(now);
        let mut due: Vec<(String, Counted, u32)> = {
            let window = self.window(now);
            let matters = |count: &Count| count.unshared > 0 && count.known >= self.requests / SHARED_FROM;
            let counts = window.counts.iter().filter(|(_, count)| matters(count));
            counts.map(|(counted, count)| (self.digest(counted), counted.clone(), count.unshared)).collect()
        };
        if due.is_empty() {
            return Ok(0);
        }
        due.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let counts: Vec<_> = due.iter().map(|(digest, _, unshared)| (digest.clone(), i64::from(*unshared))).collect();
        let sums = db.write(move |conn| rates::add(conn, minute, &counts)).await?;
        let mut window = self.window(now);
        for ((_, counted, shared), sum) in due.iter().zip(sums) {
            let count = self.entry(&mut window, counted.clone());
            count.unshared = count.unshared.saturating_sub(*shared);
            count.known = u32::try_from(sum).unwrap_or(u32::MAX).saturating_add(count.unshared);
        }
        Ok(due.len())
    }

    fn digest(&self, counted: &Counted) -> String {
        fingerprint(format!("{}{counted:?}", self.pepper).as_bytes())
    }
}

fn standing(policy: &'static str, quota: u32, used: u32, now: Timestamp) -> Standing {
    let reset = WINDOW - now.as_second().rem_euclid(WINDOW);
    Standing { policy, quota, left: quota.saturating_sub(used), reset: u32::try_from(reset).unwrap_or(60) }
}

/// Whether requests to an address are counted: whoever watches over the service may ask as often as they like.
pub fn is_limited(path: &str) -> bool {
    !path.starts_with("/health/") && path != "/metrics"
}

fn too_many(standing: Standing) -> Problem {
    let detail = format!("at most {} a minute are taken from one caller", standing.quota);
    Problem::new(problem::TOO_MANY, detail).later(standing.reset)
}

/// Refuses the requests of callers who sent too many.
///
/// # Errors
/// None of its own: 429 is an answer.
pub async fn limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let app = request.app_data::<Data<App>>().filter(|app| app.rates.requests > 0 && is_limited(request.path()));
    if let Some(app) = app {
        let address = || request.extensions().get::<Peer>().map(|peer| Counted::Address(customer(peer.address)));
        let known = app.known_caller(request.headers()).map(Counted::Principal);
        if let Some(counted) = known.or_else(address) {
            let (standing, over) = app.rates.count(counted, app.clock.now());
            request.extensions_mut().insert(Standings(vec![standing]));
            if over {
                return Ok(request.into_response(too_many(standing).error_response()).map_into_right_body());
            }
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Refuses to look at a password or a token when too many were tried, from this address or for this account or token.
///
/// # Errors
/// 429, and those of the database.
pub async fn sign_in(app: &App, request: &HttpRequest, of: &str) -> Result<(), Problem> {
    let address = request.extensions().get::<Peer>().map(|peer| customer(peer.address));
    let Some(address) = address.filter(|_| app.rates.sign_ins > 0) else { return Ok(()) };
    let account = fingerprint(of.to_lowercase().as_bytes());
    let of = [Counted::SignInFrom(address), Counted::SignInTo(account)];
    let (standing, over) = app.rates.attempt(&app.db, of, app.clock.now()).await?;
    let mut extensions = request.extensions_mut();
    let mut standings = extensions.remove::<Standings>().unwrap_or_default();
    standings.0.push(standing);
    extensions.insert(standings);
    if over { Err(too_many(standing)) } else { Ok(()) }
}

/// Tells the caller how they stand.
pub fn tell(request: &HttpRequest, headers: &mut HeaderMap) {
    let Some(Standings(standings)) = request.extensions().get::<Standings>().cloned() else { return };
    let joined = |one: fn(&Standing) -> String| standings.iter().map(one).collect::<Vec<_>>().join(", ");
    let policy = joined(|each| format!("\"{}\";q={};w={WINDOW}", each.policy, each.quota));
    let standing = joined(|each| format!("\"{}\";r={};t={}", each.policy, each.left, each.reset));
    for (name, value) in [(POLICY, policy), (STANDING, standing)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_addresses_take_bounded_memory_and_are_still_counted() {
        let rates = Rates::new(5, 0, "pepper");
        let now = Timestamp::UNIX_EPOCH;
        let mut refused = 0;
        for number in 0..1_000_000u32 {
            let address = IpAddr::V4(number.into());
            refused += u32::from(rates.count(Counted::Address(address), now).1);
        }
        assert!(rates.window(now).counts.len() <= CALLERS + usize::from(CROWDS));
        assert_eq!(refused, 1_000_000 - 100_000 - u32::from(CROWDS) * 5);
        // Whoever was there before is not among them.
        assert!(!rates.count(Counted::Address(IpAddr::V4(7.into())), now).1);
    }
}
