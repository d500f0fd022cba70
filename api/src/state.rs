//! What every handler can reach.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{http::header::HeaderMap, web};
use ipnet::IpNet;
use jiff::SignedDuration;
use packhorse_db::{Database, DbError};
use packhorse_domain::{
    Clock, Principal, Timestamp,
    api_key::PREFIX,
    id::{SignInId, UserId},
};
use packhorse_publishing::model::{Site, WebAddress};
use packhorse_services::{
    catalog::search::Search,
    keys,
    letters::Letters,
    pool::Pool,
    tokens::{Claims, Tokens, fingerprint},
};
use tokio::sync::{Notify, Semaphore};

use crate::{
    addresses::Addresses,
    call::bearer,
    config::{Config, DeadlineConfig, LimitConfig},
    files::Files,
    keys::KeysInUse,
    openid::OpenId,
    outbound::Outbound,
    problem::{self, Problem},
    rates::Rates,
    roads::Engine,
    routes,
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
    /// Told when a tour plan waits: whoever reckons them need not look for it.
    pub planner: Arc<Notify>,
    /// The search index of the public catalog.
    pub search: Arc<Search>,
    /// Calls to the outside.
    pub outbound: Arc<Outbound>,
    /// Uploaded files.
    pub files: Arc<Files>,
    /// What measures roads; none: they are reckoned.
    pub engine: Option<Arc<Engine>>,
    /// The OpenID providers that are trusted.
    pub openid: OpenId,
    /// What writes mails; none where none are sent.
    pub letters: Option<Letters>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Access tokens.
    pub tokens: Tokens,
    /// How much a request may bring.
    pub limits: LimitConfig,
    /// How many requests callers may send.
    pub rates: Rates,
    /// API keys that are in use.
    pub keys: KeysInUse,
    /// Proxies that tell the truth about whom they speak for.
    pub proxies: Vec<IpNet>,
    /// Web sites whose pages may call.
    pub origins: Vec<String>,
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
    /// Where everybody finds this service.
    public_url: String,
    /// Whom harvesters may write to.
    contact: String,
    verified: Verified,
    keys_asked: Mutex<Option<Instant>>,
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
        addresses: Addresses::of(&document, &routes::files()),
        text: crate::openapi::text(&document),
    }
});

/// What writes mails, where there is a server that sends them.
pub(crate) fn letters(config: &Config) -> Option<Letters> {
    config.mail.smtp_url.as_ref().map(|_| Letters { public_url: config.http.public_url.clone() })
}

/// Whom harvesters may write to: whom mails are from, or the postmaster (RFC 2142).
fn contact(config: &Config) -> String {
    let from = config.mail.from.as_deref().and_then(|from| from.parse::<lettre::message::Mailbox>().ok());
    let host = || url::Url::parse(&config.http.public_url).ok()?.host_str().map(str::to_owned);
    from.map_or_else(
        || format!("postmaster@{}", host().unwrap_or_else(|| "localhost".to_owned())),
        |from| from.email.to_string(),
    )
}

impl App {
    /// Puts the parts together.
    pub fn new(db: Database, clock: Arc<dyn Clock>, tokens: Tokens, config: &Config) -> Self {
        let described = &*DESCRIBED;
        let limits = config.limits;
        let outbound = Arc::new(Outbound::new(&config.outbound));
        Self {
            rates: Rates::new(limits.requests_per_minute, limits.sign_ins_per_minute, tokens.pepper()),
            keys: KeysInUse::default(),
            proxies: config.http.trusted_proxies.clone(),
            origins: config.http.cors_origins.clone(),
            db: db.within(config.deadlines.database),
            import_db: db,
            pool: Arc::default(),
            planner: Arc::default(),
            search: Arc::default(),
            openid: OpenId::new(&config.openid.providers, outbound.clone()),
            outbound,
            files: Arc::new(Files::new(&config.files)),
            engine: config.routing.osrm_url.as_deref().map(|url| Arc::new(Engine::new(url))),
            letters: letters(config),
            clock,
            tokens,
            limits,
            deadlines: config.deadlines,
            sign_in_lifetime: SignedDuration::from_hours(24 * i64::from(config.tokens.refresh_days)),
            schemas: &described.schemas,
            addresses: &described.addresses,
            document: &described.text,
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
            public_url: config.http.public_url.clone(),
            contact: contact(config),
            verified: Verified::default(),
            keys_asked: Mutex::default(),
        }
    }

    /// The installation as the public catalog tells of it.
    ///
    /// # Errors
    /// 500 when the public address is none that a page can have.
    pub fn site(&self) -> Result<Site, Problem> {
        let base = WebAddress::new(&self.public_url);
        let base = base.map_err(|error| Problem::new(problem::INTERNAL, format!("public_url is {error}")))?;
        let (name, contact) = ("Packhorse".to_owned(), self.contact.clone());
        Ok(Site { base, name, contact, generated_at: self.clock.now() })
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

    /// Who sent a request, as far as that is known without the database: only somebody whose token or key was good.
    pub fn known_caller(&self, headers: &HeaderMap) -> Option<Principal> {
        let token = bearer(headers)?;
        if token.starts_with(PREFIX) {
            self.keys.known(&fingerprint(token.as_bytes())).map(Principal::Program)
        } else {
            self.verify(token).map(|bearer| Principal::Person(bearer.user))
        }
    }

    /// Checks an access token. The signature of one that was seen is not checked again; its time always is.
    pub fn verify(&self, token: &str) -> Option<Bearer> {
        let now = self.clock.now();
        if let Some(bearer) = self.verified.get(token, now) {
            return Some(bearer);
        }
        let bearer = Bearer::from(&self.tokens.verify(token, now)?);
        self.verified.insert(token, bearer);
        Some(bearer)
    }

    /// Whether a token names a key that this process may not know yet. True at most once in a few seconds.
    pub fn may_have_missed_key(&self, token: &str) -> bool {
        if !self.tokens.is_of_unknown_key(token) {
            return false;
        }
        let mut asked = self.keys_asked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = asked.is_none_or(|at| at.elapsed() >= KEYS_AGAIN);
        if due {
            *asked = Some(Instant::now());
        }
        due
    }

    /// Reads the keys of access tokens again.
    ///
    /// # Errors
    /// Those of the database; the keys that were known stay.
    pub async fn renew_keys(&self) -> Result<(), DbError> {
        let now = self.clock.now();
        let usable = self.db.read(move |conn| keys::usable(conn, now)).await?;
        if self.tokens.renew(&usable)? {
            self.verified.clear();
        }
        Ok(())
    }
}

/// Soonest time after which tokens of unknown keys make a process read its keys again: anybody can send such tokens.
const KEYS_AGAIN: Duration = Duration::from_secs(5);

/// What an access token says of its bearer.
#[derive(Debug, Clone, Copy)]
pub struct Bearer {
    /// Who is signed in.
    pub user: UserId,
    /// By which sign-in.
    pub session: SignInId,
    nbf: i64,
    exp: i64,
}

impl From<&Claims> for Bearer {
    fn from(claims: &Claims) -> Self {
        Self { user: claims.sub, session: claims.sid, nbf: claims.nbf, exp: claims.exp }
    }
}

/// Tokens whose signature was good, a bounded number of them. Sign-in and roles are read with each request all the same.
#[derive(Default)]
struct Verified {
    shards: [Mutex<HashMap<String, Bearer>>; 16],
}

impl Verified {
    /// Most tokens in one shard.
    const SHARD: usize = 1024;

    fn shard(&self, token: &str) -> &Mutex<HashMap<String, Bearer>> {
        // The last letters are those of the signature: evenly spread.
        let last = token.bytes().rev().nth(2).unwrap_or(0);
        &self.shards[usize::from(last) % self.shards.len()]
    }

    fn get(&self, token: &str, now: Timestamp) -> Option<Bearer> {
        let shard = self.shard(token).lock().ok()?;
        shard.get(token).filter(|bearer| bearer.nbf <= now.as_second() && now.as_second() < bearer.exp).copied()
    }

    fn clear(&self) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    fn insert(&self, token: &str, bearer: Bearer) {
        if let Ok(mut shard) = self.shard(token).lock() {
            if shard.len() >= Self::SHARD {
                shard.clear();
            }
            shard.insert(token.to_owned(), bearer);
        }
    }
}
