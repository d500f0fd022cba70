//! Calls to the outside: files fetched from addresses that people give. Bounded in size, time and redirects, and kept away
//! from the installation's own network, at every step.

mod guard;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};
use ureq::{
    Agent, Body,
    http::{Response, header},
    tls::{RootCerts, TlsConfig, TlsProvider},
    unversioned::{
        resolver::{DefaultResolver, Resolver},
        transport::{Connector, DefaultConnector},
    },
};
use url::{Host, Url};

pub use guard::Neighbor;
use guard::{Forbidden, Guard};

use crate::config::OutboundConfig;

/// Longest that fetching takes, redirects included.
pub const LONGEST: Duration = Duration::from_secs(20);
/// Largest file, in bytes.
const MOST_BYTES: u64 = 5 << 20;
/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// Most files that are fetched at once.
const AT_ONCE: usize = 16;
/// Longest `ETag` and `Last-Modified` that are kept, in bytes.
const LONGEST_TAG: usize = 500;

/// Why an address is not called at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is none.
    #[error("is no address of the web")]
    Malformed,
    /// It is not secure, and not that of a server that the installation allows.
    #[error("must begin with https://")]
    Insecure,
    /// It carries a user or a password.
    #[error("must not hold a user name or a password")]
    Credentials,
    /// It is on a network of the installation's own.
    #[error("must be on the public internet")]
    Private,
}

impl Refused {
    /// Stable, machine-read.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "bad_address",
            Self::Insecure => "https",
            Self::Credentials => "credentials",
            Self::Private => "private_address",
        }
    }
}

/// Why a file was not fetched: a sentence for those who gave the address, which it does not repeat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfetched {
    /// The address.
    #[error("the address {0}")]
    Refused(Refused),
    /// Where it redirects to.
    #[error("the server redirects to an address that {0}")]
    Redirect(Refused),
    /// Redirects go on and on.
    #[error("the server redirects more than {MOST_REDIRECTS} times")]
    Redirects,
    /// No such name, no connection, or a broken one.
    #[error("the server cannot be reached")]
    Unreachable,
    /// No secure connection.
    #[error("no secure connection to the server can be made")]
    Untrusted,
    /// Another status than was hoped for.
    #[error("the server answered {0}")]
    Status(u16),
    /// Compressed, though that was not asked for.
    #[error("the server sent it compressed")]
    Compressed,
    /// Too large.
    #[error("it has more than {MOST_BYTES} bytes")]
    TooLarge,
    /// Too slow.
    #[error("the server took too long")]
    TooSlow,
}

/// A version of a file that is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Its `ETag`.
    pub etag: Option<&'a str>,
    /// Its `Last-Modified`.
    pub last_modified: Option<&'a str>,
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is the version that is known.
    Same,
    /// Another one.
    New {
        /// The file.
        bytes: Vec<u8>,
        /// Its `ETag`.
        etag: Option<String>,
        /// Its `Last-Modified`.
        last_modified: Option<String>,
    },
}

/// Fetches files.
#[derive(Debug)]
pub struct Outbound {
    agent: Agent,
    guard: Guard,
    turns: Semaphore,
}

impl Outbound {
    /// One for an installation.
    pub fn new(config: &OutboundConfig) -> Self {
        Self::with(config, DefaultResolver::default(), DefaultConnector::default())
    }

    /// One that looks up names and connects to their addresses with these.
    fn with(config: &OutboundConfig, names: impl Resolver, connector: impl Connector) -> Self {
        let guard = Guard::new(&config.allow, names);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::WebPki)
            .unversioned_rustls_crypto_provider(provider);
        // A proxy would look up the names itself, unguarded. Connections are not kept: each is checked when it is made.
        let settings = Agent::config_builder()
            .tls_config(tls.build())
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .max_response_header_size(32 << 10)
            .accept("text/calendar, application/json, text/xml")
            .accept_encoding("identity")
            .user_agent(concat!("Packhorse/", env!("CARGO_PKG_VERSION")));
        let agent = Agent::with_parts(settings.build(), connector, guard.clone());
        Self { agent, guard, turns: Semaphore::new(AT_ONCE) }
    }

    /// A turn to fetch something, when it comes.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// A turn to fetch something, if nobody has to wait for it.
    pub fn turn_now(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.try_acquire().ok()
    }

    /// Whether an address may be called, as far as it tells itself. A name may still turn out to mean a forbidden address.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, address: &str) -> Result<Url, Refused> {
        let mut url = Url::parse(address).map_err(|_| Refused::Malformed)?;
        let port = url.port_or_known_default().unwrap_or_default();
        let allowed = url.host_str().is_some_and(|host| self.guard.allows(host, port));
        match url.scheme() {
            "https" => {}
            "http" if allowed => {}
            _ => return Err(Refused::Insecure),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let literal: Option<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(Refused::Malformed),
        };
        if !allowed && literal.is_some_and(|address| !guard::is_public(address)) {
            return Err(Refused::Private);
        }
        url.set_fragment(None);
        Ok(url)
    }

    /// Fetches a file, unless it is the version that is known. Blocks until it is there, or `within` is over.
    ///
    /// # Errors
    /// [`Unfetched`].
    pub fn fetch(&self, address: &str, known: Known<'_>, within: Duration) -> Result<Fetched, Unfetched> {
        let end = Instant::now() + within;
        let mut url = self.check(address).map_err(Unfetched::Refused)?;
        for _ in 0..=MOST_REDIRECTS {
            let response = self.call(&url, known, end)?;
            match response.status().as_u16() {
                200 => return read(response),
                304 if known.etag.is_some() || known.last_modified.is_some() => return Ok(Fetched::Same),
                status @ (301 | 302 | 303 | 307 | 308) => {
                    let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                    let next = location.ok_or(Unfetched::Status(status))?;
                    let next = url.join(next).map_err(|_| Unfetched::Redirect(Refused::Malformed))?;
                    url = self.check(next.as_str()).map_err(Unfetched::Redirect)?;
                }
                status => return Err(Unfetched::Status(status)),
            }
        }
        Err(Unfetched::Redirects)
    }

    fn call(&self, url: &Url, known: Known<'_>, end: Instant) -> Result<Response<Body>, Unfetched> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Unfetched::TooSlow);
        }
        let mut request = self.agent.get(url.as_str()).config().timeout_global(Some(left)).build();
        if let Some(etag) = known.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = known.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        request.call().map_err(unfetched)
    }
}

fn read(mut response: Response<Body>) -> Result<Fetched, Unfetched> {
    let told = |name| {
        let value = response.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
        value.filter(|value| value.len() <= LONGEST_TAG).map(str::to_owned)
    };
    if told(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Unfetched::Compressed);
    }
    let (etag, last_modified) = (told(header::ETAG), told(header::LAST_MODIFIED));
    if response.body().content_length().is_some_and(|length| length > MOST_BYTES) {
        return Err(Unfetched::TooLarge);
    }
    let bytes = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec().map_err(unfetched)?;
    Ok(Fetched::New { bytes, etag, last_modified })
}

fn unfetched(error: ureq::Error) -> Unfetched {
    match error {
        ureq::Error::Other(inner) if inner.is::<Forbidden>() => Unfetched::Refused(Refused::Private),
        ureq::Error::Timeout(_) => Unfetched::TooSlow,
        ureq::Error::BodyExceedsLimit(_) => Unfetched::TooLarge,
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Unfetched::Refused(Refused::Malformed),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Unfetched::Untrusted,
        ureq::Error::Io(error) if is_of_tls(&error) => Unfetched::Untrusted,
        _ => Unfetched::Unreachable,
    }
}

fn is_of_tls(error: &std::io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some()
}

#[cfg(test)]
mod rebinding;
#[cfg(test)]
mod tests;
