//! Where calls to the outside may go: to addresses of the public internet, and to what the installation allows besides.
//!
//! The check stands where names become addresses: the HTTP client connects to nothing else than what [`Guard`] hands it, so a
//! name that means another address a moment later gains nothing.
//!
//! Source: the special-purpose registries of IANA for IPv4 and IPv6 (RFC 6890 and its updates), as of 2026.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// A server on the installation's own network, by the name under which it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbor {
    /// Its name or address, in lower case; IPv6 in brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Neighbor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A name that means no address to which calls may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not on the public internet")]
pub(super) struct Forbidden;

/// Turns names into those of their addresses that may be called.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    neighbors: Arc<[Neighbor]>,
    names: Arc<dyn Resolver>,
}

impl Guard {
    /// One that looks up names with `names`.
    pub(super) fn new(neighbors: &[Neighbor], names: impl Resolver) -> Self {
        Self { neighbors: neighbors.into(), names: Arc::new(names) }
    }

    /// Whether the installation allows this server, on whatever network it is.
    pub(super) fn allows(&self, host: &str, port: u16) -> bool {
        self.neighbors.iter().any(|known| known.port == port && known.host.eq_ignore_ascii_case(host))
    }
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let port = found.first().map(std::net::SocketAddr::port).unwrap_or_default();
        if uri.host().is_some_and(|host| self.allows(host, port)) {
            return Ok(found);
        }
        let mut kept = self.empty();
        found.iter().filter(|address| is_public(address.ip())).for_each(|address| kept.push(*address));
        if kept.is_empty() { Err(ureq::Error::Other(Box::new(Forbidden))) } else { Ok(kept) }
    }
}

/// Whether an address is one of the public internet. What carries another one inside is as public as that.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let reserved = match address.octets() {
        // This network, private use, loopback, multicast and what is kept for the future, broadcast included.
        [0 | 10 | 127 | 224.., ..]
        // Between a carrier and its customers.
        | [100, 64..=127, ..]
        // The link, where clouds answer about their machines; and a second place where one does.
        | [169, 254, ..] | [168, 63, 129, 16]
        // Private use.
        | [172, 16..=31, ..] | [192, 168, ..]
        // Protocols and documentation, relays to IPv6, benchmarks.
        | [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match parts {
        // IPv4-mapped, and the well-known prefix of NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        // 6to4.
        | [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Protocols, Teredo among them; documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // Of the rest only this has been given out: neither loopback, nor private or local use, nor multicast.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_called() {
        for (text, public) in [
            ("8.8.8.8", true),
            ("172.15.255.255", true),
            ("172.32.0.1", true),
            ("100.63.255.255", true),
            ("100.128.0.1", true),
            ("168.63.129.15", true),
            ("192.0.1.1", true),
            ("2606:4700::1", true),
            ("2001:4860:4860::8888", true),
            ("2001:200::1", true),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::808:808", true),
            ("2002:808:808::1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("168.63.129.16", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::127.0.0.1", false),
            ("::8.8.8.8", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::ffff:0:127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("64:ff9b:1::808:808", false),
            ("2002:7f00:1::", false),
            ("2002:a00:1::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("3fff::1", false),
            ("100::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
        }
    }
}
