//! Texts into values; what is wrong with a text is said without repeating it, for it may be secret.

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    time::Duration,
};

use actix_web::http::{Uri, uri::Authority};
use ipnet::IpNet;
use packhorse_db::{Backend, DatabaseUrl};
use packhorse_services::openid::Provider;
use tracing_subscriber::EnvFilter;

use super::{FilesConfig, LogFormat};
use crate::{files::BucketConfig, mailer, outbound::Neighbor};

/// What must be there instead.
pub(super) type Parsed<T> = Result<T, String>;

pub(super) fn address(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_| "must be an IP address with a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

/// A loopback address, or none.
pub(super) fn loopback(text: &str) -> Parsed<Option<SocketAddr>> {
    if text == "off" {
        return Ok(None);
    }
    match address(text) {
        Ok(address) if address.ip().is_loopback() => Ok(Some(address)),
        _ => Err("must be a loopback address with a port, such as 127.0.0.1:9090, or off".to_owned()),
    }
}

pub(super) fn switch(text: &str) -> Parsed<bool> {
    match text {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

pub(super) fn whole(text: &str, range: RangeInclusive<u32>) -> Parsed<u32> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
}

/// `unit` is how many bytes one of the number stands for.
pub(super) fn bytes(text: &str, range: RangeInclusive<u32>, unit: usize) -> Parsed<usize> {
    let number = whole(text, range)?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX).saturating_mul(unit))
}

pub(super) fn seconds(text: &str, range: RangeInclusive<u32>) -> Parsed<Duration> {
    whole(text, range).map(|number| Duration::from_secs(number.into()))
}

pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be auto, text or json".to_owned()),
    }
}

pub(super) fn log_filter(text: &str) -> Parsed<String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("must be levels by module, such as info or info,packhorse_db=debug".to_owned()),
    }
}

pub(super) fn public_url(text: &str) -> Parsed<String> {
    let wrong = || {
        "must be an http or https address without user, query or fragment, such as https://training.example.org"
            .to_owned()
    };
    let url: Uri = text.parse().map_err(|_| wrong())?;
    let scheme = matches!(url.scheme_str(), Some("http" | "https"));
    let authority = url.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if scheme && authority && url.query().is_none() && !text.contains('#') {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

/// An address as above, or none.
pub(super) fn engine(text: &str) -> Parsed<Option<String>> {
    if text == "none" { Ok(None) } else { public_url(text).map(Some) }
}

/// Networks, or addresses, between commas, or none.
pub(super) fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    let network = |each: &str| {
        let each = each.trim();
        let network = each.parse::<IpNet>().or_else(|_| each.parse::<IpAddr>().map(IpNet::from));
        network
            .map_err(|_| "must be none, or networks between commas, such as 10.0.0.0/8,fd00::/8,127.0.0.1".to_owned())
    };
    if text == "none" { Ok(Vec::new()) } else { text.split(',').map(network).collect() }
}

/// Origins as browsers spell them, between commas, or none.
pub(super) fn origins(text: &str) -> Parsed<Vec<String>> {
    let origin = |each: &str| {
        let each = each.trim().to_ascii_lowercase();
        let rest = each.strip_prefix("https://").or_else(|| each.strip_prefix("http://")).unwrap_or_default();
        let named =
            rest.parse::<Authority>().is_ok_and(|authority| authority.as_str() == rest && !rest.contains(['@', '*']));
        let usual = each.starts_with("https://") && each.ends_with(":443")
            || each.starts_with("http://") && each.ends_with(":80");
        if named && !usual { Ok(each) } else { Err(BAD_ORIGINS.to_owned()) }
    };
    if text == "none" { Ok(Vec::new()) } else { text.split(',').map(origin).collect() }
}

const BAD_ORIGINS: &str = "must be none, or web sites between commas, each with scheme and host, and with a port if it is not the usual one, \
                           such as https://library.example.org,http://localhost:3000";
/// An SMTP server to which nothing goes in the clear but on this machine, or none.
pub(super) fn smtp(text: &str) -> Parsed<Option<String>> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = || {
        "must be none, or smtps://HOST, smtp://HOST?tls=required, or smtp:// with a loopback address; USER:PASSWORD@ may stand \
         before the host"
            .to_owned()
    };
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let near = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    let safe = match url.scheme() {
        "smtps" => true,
        "smtp" => near || url.query() == Some("tls=required"),
        _ => false,
    };
    if safe && lettre::SmtpTransport::from_url(text).is_ok() { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

/// A file with certificates that can be read, or none.
pub(super) fn authorities(text: &str) -> Parsed<Option<PathBuf>> {
    let file = (text != "none").then(|| PathBuf::from(text));
    match file.as_deref().map(mailer::certificates) {
        None | Some(Ok(_)) => Ok(file),
        Some(Err(error)) => Err(format!("must be none, or a file of certificates (PEM): {error}")),
    }
}

/// A directory, or a bucket with the keys to it.
pub(super) fn files(text: &str) -> Parsed<FilesConfig> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        let wrong = "must be a directory, or https://KEY:SECRET@HOST/BUCKET?region=REGION";
        return if text.is_empty() || text.contains("://") {
            Err(wrong.to_owned())
        } else {
            Ok(FilesConfig::Directory(text.into()))
        };
    }
    BucketConfig::read(text).map(FilesConfig::Bucket).ok_or_else(|| {
        "must be https://KEY:SECRET@HOST/BUCKET?region=REGION, or http:// with a loopback address; what is no letter, digit, - or _ in \
         the secret is written as %2F"
            .to_owned()
    })
}

/// A name and an address, or none.
pub(super) fn mailbox(text: &str) -> Parsed<Option<String>> {
    match text.parse::<lettre::message::Mailbox>() {
        _ if text == "none" => Ok(None),
        Ok(_) => Ok(Some(text.to_owned())),
        Err(_) => Err("must be an address, such as Packhorse <packhorse@example.org>, or none".to_owned()),
    }
}

/// OpenID providers between commas, or none. Whether an address may be called is asked when it is.
pub(super) fn providers(text: &str) -> Parsed<Vec<Provider>> {
    let wrong = || {
        "must be none, or issuer and client id with a space between, and perhaps the address of the keys; commas between \
         providers, such as https://accounts.example.org packhorse-1"
            .to_owned()
    };
    let provider = |each: &str| {
        let parts: Vec<_> = each.split_whitespace().map(str::to_owned).collect();
        let address = |text: &String| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        match parts.as_slice() {
            [issuer, audience, keys @ ..] if keys.len() <= 1 && address(issuer) && keys.iter().all(address) => {
                Ok(Provider { issuer: issuer.clone(), audience: audience.clone(), jwks_url: keys.first().cloned() })
            }
            _ => Err(wrong()),
        }
    };
    if text == "none" { Ok(Vec::new()) } else { text.split(',').map(provider).collect() }
}

/// Names or addresses with their ports, between commas, or none.
pub(super) fn neighbors(text: &str) -> Parsed<Vec<Neighbor>> {
    let wrong = || {
        "must be none, or names or addresses with a port each, between commas, such as \
         calendar.lan:8080,10.0.0.7:443,[fd00::7]:80"
            .to_owned()
    };
    let neighbor = |each: &str| {
        let authority: Authority = each.trim().parse().map_err(|_| wrong())?;
        match authority.port_u16() {
            Some(port) if !authority.as_str().contains('@') && !authority.host().is_empty() => {
                Ok(Neighbor { host: authority.host().to_ascii_lowercase(), port })
            }
            _ => Err(wrong()),
        }
    };
    if text == "none" { Ok(Vec::new()) } else { text.split(',').map(neighbor).collect() }
}

pub(super) fn database_url(text: &str) -> Parsed<DatabaseUrl> {
    let url: DatabaseUrl = text.parse().map_err(|_| {
        "must begin with sqlite: and name a file, or begin with postgres://, such as sqlite:./packhorse.db or \
         postgres://packhorse@db.example.org/packhorse"
            .to_owned()
    })?;
    let demands_tls = ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].map(|mode| text.contains(mode));
    if url.backend() == Backend::Postgres && demands_tls.contains(&true) && !cfg!(feature = "tls") {
        return Err("asks for TLS, which this program was built without; build it with --features tls".to_owned());
    }
    Ok(url)
}
