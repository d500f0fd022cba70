//! How the program is set up: defaults, below a TOML file, below the environment, below flags. It is read once, and every
//! fault is named, not only the first.
//!
//! One setting has one name in all three: `database_url` in the file, `PACKHORSE_DATABASE_URL` in the environment,
//! `--database-url` where there is a flag. An empty variable counts as not set.

mod load;
mod parse;
mod settings;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use ipnet::IpNet;
use packhorse_db::DatabaseUrl;
use packhorse_domain::Minutes;
use packhorse_services::openid::Provider;

use crate::{files::BucketConfig, outbound::Neighbor};

pub use load::{Effective, Fault, Faults, File, Flag, Origin, Sources};

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// Where the API listens, and under which name.
    pub http: HttpConfig,
    /// Where the figures are shown.
    pub metrics: MetricsConfig,
    /// Where the data is.
    pub database: DatabaseConfig,
    /// The background work.
    pub worker: WorkerConfig,
    /// What is logged.
    pub log: LogConfig,
    /// How long people stay signed in.
    pub tokens: TokenConfig,
    /// How much a request may bring.
    pub limits: LimitConfig,
    /// How long anything may take.
    pub deadlines: DeadlineConfig,
    /// Where calls to the outside may go.
    pub outbound: OutboundConfig,
    /// Who measures roads.
    pub routing: RoutingConfig,
    /// How mails go out.
    pub mail: MailConfig,
    /// Who else says who people are.
    pub openid: OpenIdConfig,
    /// Where uploaded files are.
    pub files: FilesConfig,
}

/// Who else says who people are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenIdConfig {
    /// Outside OpenID providers whose ID tokens are taken.
    pub providers: Vec<Provider>,
}

/// How mails go out. Without a server none do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailConfig {
    /// Address of an SMTP server, with user and password if it asks for them.
    pub smtp_url: Option<String>,
    /// Whom mails are from.
    pub from: Option<String>,
    /// A file of certificates, PEM, of authorities that vouch for the server besides those of the web.
    pub authorities: Option<PathBuf>,
}

/// Where uploaded files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesConfig {
    /// In a directory of this machine.
    Directory(PathBuf),
    /// In a bucket of a service that speaks S3.
    Bucket(BucketConfig),
}

impl Default for FilesConfig {
    fn default() -> Self {
        Self::Directory("./packhorse-files".into())
    }
}

impl FilesConfig {
    /// As it is written, without the secret.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Directory(path) => path.display().to_string(),
            Self::Bucket(bucket) => settings::without_password(&bucket.url),
        }
    }
}

/// Who measures roads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutingConfig {
    /// Address of a routing engine that speaks OSRM's table service. Without one roads are reckoned from the great circle.
    pub osrm_url: Option<String>,
}

/// Where the API listens, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where people and programs reach it, without a slash at the end: issuer of the tokens and beginning of every link.
    pub public_url: String,
    /// Networks of proxies that tell the truth about whom they speak for. Nobody else's word counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Web sites whose pages may call: scheme, host, and port if it is not the usual one.
    pub cors_origins: Vec<String>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        let bind = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
        Self { bind, public_url: Self::url_of(bind), trusted_proxies: Vec::new(), cors_origins: Vec::new() }
    }
}

impl HttpConfig {
    /// The address as seen from the same machine.
    fn url_of(bind: SocketAddr) -> String {
        if bind.ip().is_unspecified() { format!("http://localhost:{}", bind.port()) } else { format!("http://{bind}") }
    }

    /// Notes the port that was taken where any would do, in `public_url`, too, unless that was set.
    pub fn take_port(&mut self, taken: SocketAddr) {
        if self.public_url == Self::url_of(self.bind) {
            self.public_url = Self::url_of(taken);
        }
        self.bind = taken;
    }
}

/// Where the figures for Prometheus are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MetricsConfig {
    /// A listener of its own, on a loopback address. Without it `/metrics` answers on [`HttpConfig::bind`], to loopback only.
    pub bind: Option<SocketAddr>,
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// SQLite file or PostgreSQL server.
    pub url: DatabaseUrl,
    /// Connections to PostgreSQL, or readers of SQLite: 1 to 256.
    pub connections: usize,
    /// Whether `serve` and `worker` bring the schema up to date when they start.
    pub migrate_on_start: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        let url = DatabaseUrl::Sqlite(PathBuf::from("./packhorse.db"));
        Self { url, connections: 8, migrate_on_start: true }
    }
}

impl DatabaseConfig {
    /// The address, without anything secret.
    pub fn shown(&self) -> String {
        self.url.to_string()
    }
}

/// The background work: holds that expire, reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Whether `serve` does it too; otherwise some `packhorse worker` must.
    pub enabled: bool,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text on a terminal, JSON anywhere else.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, to standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// Levels by module, as `tracing` spells them: `info,packhorse_db=debug`. By default what clients break on their
    /// connections is not logged.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Auto, filter: "info,actix_http::h1::dispatcher=off".to_owned() }
    }
}

/// How long people stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenConfig {
    /// Life of an access token: 1 to 60 minutes.
    pub access: Minutes,
    /// Life of a refresh token: 1 to 365 days.
    pub refresh_days: u32,
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self { access: Minutes(10), refresh_days: 30 }
    }
}

/// How much a request may bring, and how many may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitConfig {
    /// Largest JSON body, in bytes.
    pub json_bytes: usize,
    /// Largest file to import, in bytes.
    pub import_bytes: usize,
    /// Requests a minute of one person, API key, or address of nobody in particular; 0 for any number.
    pub requests_per_minute: u32,
    /// Attempts to sign in a minute, from one address or to one account; 0 for any number.
    pub sign_ins_per_minute: u32,
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self { json_bytes: 256 << 10, import_bytes: 20 << 20, requests_per_minute: 600, sign_ins_per_minute: 10 }
    }
}

/// How long anything may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadlineConfig {
    /// For the head of a request to arrive.
    pub header: Duration,
    /// For the whole body to arrive, however it drips.
    pub body: Duration,
    /// For the database to answer, unless a file is imported.
    pub database: Duration,
    /// For the answer to be made once the body is there.
    pub handler: Duration,
    /// For the requests under way to end when the program is told to stop.
    pub shutdown: Duration,
}

impl Default for DeadlineConfig {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(5),
            body: Duration::from_secs(30),
            database: Duration::from_secs(4),
            handler: Duration::from_secs(15),
            shutdown: Duration::from_secs(30),
        }
    }
}

/// Where calls to the outside may go, besides the public internet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboundConfig {
    /// Servers on whatever network they are, and without TLS if their addresses say so.
    pub allow: Vec<Neighbor>,
}

#[cfg(test)]
mod tests;
