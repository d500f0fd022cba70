//! The table of settings: the one place that knows their names.

use std::path::Path;

use packhorse_db::DatabaseUrl;
use packhorse_domain::Minutes;
use packhorse_services::{openid::Provider, tokens::LONGEST_LIFE};
use toml::Value;

use super::{
    Config, FilesConfig, LogFormat,
    parse::{self, Parsed},
};

/// One setting.
pub(super) struct Setting {
    /// Its name in the file.
    pub key: &'static str,
    /// What it does, with unit and range.
    pub about: &'static str,
    /// Reads it.
    pub set: fn(&mut Config, &str) -> Parsed<()>,
    /// Shows it, without secrets.
    pub show: fn(&Config) -> Value,
}

impl Setting {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("PACKHORSE_{}", self.key.to_uppercase())
    }
}

/// Variables that are no settings, yet ours; so are those of the tests, `PACKHORSE_TEST_…`.
pub(super) const OTHER_VARIABLES: &[&str] = &["PACKHORSE_CONFIG", "PACKHORSE_ADMIN_PASSWORD"];

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// All of them, in the order in which they are shown.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "bind",
        about: "Address and port the API listens on; port 0 takes a free one.",
        set: |config, text| parse::address(text).map(|address| config.http.bind = address),
        show: |config| config.http.bind.to_string().into(),
    },
    Setting {
        key: "public_url",
        about: "Where people reach it: issuer of the tokens, beginning of links. By default the address above. \
                Must be the same for all processes on one database.",
        set: |config, text| parse::public_url(text).map(|url| config.http.public_url = url),
        show: |config| config.http.public_url.as_str().into(),
    },
    Setting {
        key: "trusted_proxies",
        about: "Networks (10.0.0.0/8,::1/128) of the proxies in front whose X-Forwarded-For, Forwarded and X-Forwarded-Proto \
                count, or none.",
        set: |config, text| parse::networks(text).map(|networks| config.http.trusted_proxies = networks),
        show: |config| listed(&config.http.trusted_proxies).into(),
    },
    Setting {
        key: "cors_origins",
        about: "Web sites (https://library.example.org) whose pages may call from their visitors' browsers, or none.",
        set: |config, text| parse::origins(text).map(|origins| config.http.cors_origins = origins),
        show: |config| listed(&config.http.cors_origins).into(),
    },
    Setting {
        key: "metrics_bind",
        about: "Loopback address of a listener for /metrics alone, or off: then /metrics is on the API's, for loopback.",
        set: |config, text| parse::loopback(text).map(|address| config.metrics.bind = address),
        show: |config| config.metrics.bind.map_or_else(|| "off".to_owned(), |address| address.to_string()).into(),
    },
    Setting {
        key: "database_url",
        about: "sqlite:FILE, or postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full.",
        set: |config, text| parse::database_url(text).map(|url| config.database.url = url),
        show: |config| config.database.shown().into(),
    },
    Setting {
        key: "database_connections",
        about: "Connections to PostgreSQL, or readers of SQLite: 1 to 256.",
        set: |config, text| parse::bytes(text, 1..=256, 1).map(|number| config.database.connections = number),
        show: |config| number(config.database.connections),
    },
    Setting {
        key: "migrate_on_start",
        about: "Whether serve and worker bring the schema up to date when they start.",
        set: |config, text| parse::switch(text).map(|on| config.database.migrate_on_start = on),
        show: |config| config.database.migrate_on_start.into(),
    },
    Setting {
        key: "worker",
        about: "Whether serve does the background work too; otherwise run packhorse worker.",
        set: |config, text| parse::switch(text).map(|on| config.worker.enabled = on),
        show: |config| config.worker.enabled.into(),
    },
    Setting {
        key: "log_format",
        about: "auto (text on a terminal, else JSON), text or json.",
        set: |config, text| parse::log_format(text).map(|format| config.log.format = format),
        show: |config| format_name(config.log.format).into(),
    },
    Setting {
        key: "log_filter",
        about: "Levels by module: info, or info,packhorse_db=debug.",
        set: |config, text| parse::log_filter(text).map(|filter| config.log.filter = filter),
        show: |config| config.log.filter.as_str().into(),
    },
    Setting {
        key: "access_token_minutes",
        about: "Life of an access token: 1 to 60 minutes.",
        set: |config, text| parse::whole(text, 1..=LONGEST_LIFE.0).map(|number| config.tokens.access = Minutes(number)),
        show: |config| i64::from(config.tokens.access.0).into(),
    },
    Setting {
        key: "refresh_token_days",
        about: "Life of a refresh token: 1 to 365 days.",
        set: |config, text| parse::whole(text, 1..=365).map(|number| config.tokens.refresh_days = number),
        show: |config| i64::from(config.tokens.refresh_days).into(),
    },
    Setting {
        key: "json_limit_kib",
        about: "Largest JSON body: 1 to 65536 KiB.",
        set: |config, text| parse::bytes(text, 1..=65_536, KIB).map(|bytes| config.limits.json_bytes = bytes),
        show: |config| number(config.limits.json_bytes / KIB),
    },
    Setting {
        key: "import_limit_mib",
        about: "Largest file to import over HTTP: 1 to 1024 MiB.",
        set: |config, text| parse::bytes(text, 1..=1024, MIB).map(|bytes| config.limits.import_bytes = bytes),
        show: |config| number(config.limits.import_bytes / MIB),
    },
    Setting {
        key: "requests_per_minute",
        about: "Requests a minute of one person, API key, or address of nobody in particular: 0 (any number) to 1000000.",
        set: |config, text| parse::whole(text, 0..=1_000_000).map(|number| config.limits.requests_per_minute = number),
        show: |config| i64::from(config.limits.requests_per_minute).into(),
    },
    Setting {
        key: "sign_ins_per_minute",
        about: "Attempts to sign in a minute, from one address or to one account: 0 (any number) to 1000000.",
        set: |config, text| parse::whole(text, 0..=1_000_000).map(|number| config.limits.sign_ins_per_minute = number),
        show: |config| i64::from(config.limits.sign_ins_per_minute).into(),
    },
    Setting {
        key: "header_deadline_seconds",
        about: "For the head of a request to arrive: 1 to 300 seconds.",
        set: |config, text| parse::seconds(text, 1..=300).map(|time| config.deadlines.header = time),
        show: |config| seconds(config.deadlines.header),
    },
    Setting {
        key: "body_deadline_seconds",
        about: "For the whole body to arrive: 1 to 3600 seconds.",
        set: |config, text| parse::seconds(text, 1..=3600).map(|time| config.deadlines.body = time),
        show: |config| seconds(config.deadlines.body),
    },
    Setting {
        key: "database_deadline_seconds",
        about: "For the database to answer, unless a file is imported: 1 to 3600 seconds.",
        set: |config, text| parse::seconds(text, 1..=3600).map(|time| config.deadlines.database = time),
        show: |config| seconds(config.deadlines.database),
    },
    Setting {
        key: "handler_deadline_seconds",
        about: "For the answer to be made: 1 to 3600 seconds.",
        set: |config, text| parse::seconds(text, 1..=3600).map(|time| config.deadlines.handler = time),
        show: |config| seconds(config.deadlines.handler),
    },
    Setting {
        key: "shutdown_seconds",
        about: "For requests under way to end when told to stop: 0 to 3600 seconds.",
        set: |config, text| parse::seconds(text, 0..=3600).map(|time| config.deadlines.shutdown = time),
        show: |config| seconds(config.deadlines.shutdown),
    },
    Setting {
        key: "outbound_allow",
        about: "Servers, HOST:PORT between commas, whose calendars may be fetched though they are on a private network or \
                without TLS; none for the public internet alone.",
        set: |config, text| parse::neighbors(text).map(|allow| config.outbound.allow = allow),
        show: |config| listed(&config.outbound.allow).into(),
    },
    Setting {
        key: "osrm_url",
        about: "Address of a routing engine that speaks the table service of OSRM, such as http://127.0.0.1:5000, or none: \
                then roads are the great circle times a factor.",
        set: |config, text| parse::engine(text).map(|url| config.routing.osrm_url = url),
        show: |config| config.routing.osrm_url.as_deref().unwrap_or("none").into(),
    },
    Setting {
        key: "smtp_url",
        about: "Server that sends mails: smtps://USER:PASSWORD@HOST, or smtp://USER:PASSWORD@HOST?tls=required, or smtp:// \
                and a loopback address; none for no mail at all.",
        set: |config, text| parse::smtp(text).map(|url| config.mail.smtp_url = url),
        show: |config| config.mail.smtp_url.as_deref().map_or_else(|| "none".to_owned(), without_password).into(),
    },
    Setting {
        key: "mail_from",
        about: "Whom mails are from: Packhorse <packhorse@example.org>; needed where smtp_url is set.",
        set: |config, text| parse::mailbox(text).map(|from| config.mail.from = from),
        show: |config| config.mail.from.as_deref().unwrap_or("none").into(),
    },
    Setting {
        key: "smtp_authorities",
        about: "File of certificates (PEM) of authorities that vouch for the mail server, besides those of the web; none for \
                none.",
        set: |config, text| parse::authorities(text).map(|file| config.mail.authorities = file),
        show: |config| config.mail.authorities.as_deref().map_or("none".into(), Path::to_string_lossy).as_ref().into(),
    },
    Setting {
        key: "files",
        about: "Where uploaded files are: a directory, or a bucket of a service that speaks S3, \
                https://KEY:SECRET@HOST/BUCKET?region=REGION.",
        set: |config, text| parse::files(text).map(|files| config.files = files),
        show: |config| config.files.shown().into(),
    },
    Setting {
        key: "openid_providers",
        about: "OpenID providers whose ID tokens sign in: issuer, client id and perhaps the address of the keys, with a space \
                between, commas between providers; none for none.",
        set: |config, text| parse::providers(text).map(|providers| config.openid.providers = providers),
        show: |config| providers(&config.openid.providers).into(),
    },
];

/// Whether a setting says more than is shown of it.
pub(super) fn hides_secret(key: &str, config: &Config) -> bool {
    match key {
        "files" => matches!(config.files, FilesConfig::Bucket(_)),
        "database_url" => hides_password(&config.database.url),
        "smtp_url" => config.mail.smtp_url.as_deref().is_some_and(|url| without_password(url) != url),
        _ => false,
    }
}

/// An address as it is shown.
pub(super) fn without_password(url: &str) -> String {
    let Ok(mut shown) = url::Url::parse(url) else { return "none".to_owned() };
    if shown.password().is_none() || shown.set_password(None).is_err() { url.to_owned() } else { shown.to_string() }
}

fn hides_password(url: &DatabaseUrl) -> bool {
    match url {
        DatabaseUrl::Postgres(text) => text.trim_end_matches('/') != url.to_string().trim_end_matches('/'),
        DatabaseUrl::Sqlite(_) => false,
    }
}

fn format_name(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Auto => "auto",
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    }
}

/// Between commas, as it is read.
fn listed<T: ToString>(items: &[T]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

fn providers(all: &[Provider]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    let one = |each: &Provider| {
        let parts = [Some(each.issuer.as_str()), Some(&each.audience), each.jwks_url.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    all.iter().map(one).collect::<Vec<_>>().join(",")
}

fn number(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn seconds(time: std::time::Duration) -> Value {
    Value::Integer(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
