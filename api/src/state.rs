//! What every handler can reach.

use std::sync::{Arc, LazyLock};

use actix_web::web;
use jiff::SignedDuration;
use packhorse_db::Database;
use packhorse_domain::{Clock, Timestamp};
use packhorse_services::{
    pool::Pool,
    tokens::{Claims, Tokens},
};
use tokio::sync::Semaphore;

use crate::{
    config::{Config, DeadlineConfig, LimitConfig},
    openapi::Addresses,
    outbound::Outbound,
    problem::{self, Problem},
    roads::Engine,
    schema::Schemas,
};

/// What every handler can reach.
pub struct App {
    /// The database threads.
    pub db: Database,
    /// The same, with time for a whole file.
    pub import_db: Database,
    /// The trainers in memory.
    pub pool: Arc<Pool>,
    /// Calls to the outside.
    pub outbound: Arc<Outbound>,
    /// What measures roads; none: they are reckoned.
    pub engine: Option<Arc<Engine>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Access tokens.
    pub tokens: Tokens,
    /// How much a request may bring.
    pub limits: LimitConfig,
    /// How long anything may take.
    pub deadlines: DeadlineConfig,
    /// How long a sign-in lasts when it is kept alive.
    pub sign_in_lifetime: SignedDuration,
    /// Validators of every input.
    pub schemas: &'static Schemas,
    /// Every address with its methods.
    pub addresses: &'static Addresses,
    /// The OpenAPI document, as it is served.
    pub document: &'static str,
    /// Passwords hashed at one time: each takes 19 MiB.
    hashing: Semaphore,
    verified: Verified,
}

/// The document and what is made of it. Making it takes a while, and gives the same every time: once for a process.
struct Described {
    schemas: Schemas,
    addresses: Addresses,
    text: String,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| {
    let document = crate::openapi::document();
    Described {
        schemas: Schemas::of(&document),
        addresses: Addresses::of(&document),
        text: crate::openapi::text(&document),
    }
});

impl App {
    /// Puts the parts together.
    pub fn new(db: Database, clock: Arc<dyn Clock>, tokens: Tokens, config: &Config) -> Self {
        let described = &*DESCRIBED;
        Self {
            db: db.within(config.deadlines.database),
            import_db: db,
            pool: Arc::default(),
            outbound: Arc::new(Outbound::new(&config.outbound)),
            engine: config.routing.osrm_url.as_deref().map(|url| Arc::new(Engine::new(url))),
            clock,
            tokens,
            limits: config.limits,
            deadlines: config.deadlines,
            sign_in_lifetime: SignedDuration::from_hours(24 * i64::from(config.tokens.refresh_days)),
            schemas: &described.schemas,
            addresses: &described.addresses,
            document: &described.text,
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
            verified: Verified::default(),
        }
    }

    /// Hashes or compares a password. That is slow on purpose: it is bounded, and kept away from the threads that serve others.
    ///
    /// # Errors
    /// 503 when the program is about to end.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let ending = || Problem::new(problem::UNAVAILABLE, "shutting down").later(1);
        let _permit = self.hashing.acquire().await.map_err(|_| ending())?;
        web::block(work).await.map_err(|_| ending())
    }

    /// Checks an access token. The signature of one that was seen is not checked again; its time always is.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        let now = self.clock.now();
        if let Some(claims) = self.verified.get(token, now) {
            return Some(claims);
        }
        let claims = self.tokens.verify(token, now)?;
        self.verified.insert(token, &claims);
        Some(claims)
    }
}

/// Tokens whose signature was good, a bounded number of them. Sign-in and roles are read with each request all the same.
#[derive(Default)]
struct Verified {
    shards: [std::sync::Mutex<std::collections::HashMap<String, Claims>>; 16],
}

impl Verified {
    /// Most tokens in one shard.
    const SHARD: usize = 1024;

    fn shard(&self, token: &str) -> &std::sync::Mutex<std::collections::HashMap<String, Claims>> {
        // The last letters are those of the signature: evenly spread.
        let last = token.bytes().rev().nth(2).unwrap_or(0);
        &self.shards[usize::from(last) % self.shards.len()]
    }

    fn get(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let shard = self.shard(token).lock().ok()?;
        shard.get(token).filter(|claims| claims.nbf <= now.as_second() && now.as_second() < claims.exp).cloned()
    }

    fn insert(&self, token: &str, claims: &Claims) {
        if let Ok(mut shard) = self.shard(token).lock() {
            if shard.len() >= Self::SHARD {
                shard.clear();
            }
            shard.insert(token.to_owned(), claims.clone());
        }
    }
}
