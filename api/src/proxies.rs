//! Who a request comes from, where proxies stand in front.
//!
//! Invariant: what `X-Forwarded-For` and `Forwarded` say counts only as far as proxies that the configuration names wrote it.
//! Source: RFC 7239.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{self, HeaderMap};
use ipnet::IpNet;

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The address of the client.
    pub address: IpAddr,
    /// Whether it spoke TLS to the proxy in front.
    pub is_https: bool,
}

/// Who sent a request that came over a connection from `from`.
pub fn peer(from: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Peer {
    let near = from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| from.ip().to_canonical());
    if !is_trusted(near, trusted) {
        return Peer { address: near, is_https: false };
    }
    let elements = forwarded(headers);
    let standard: Vec<_> = elements.iter().map(|pairs| parameter(pairs, "for")).collect();
    let usual: Vec<_> = list(headers, "x-forwarded-for").into_iter().map(Some).collect();
    let address = match (usual.is_empty(), standard.is_empty()) {
        (true, _) => walk(near, &standard, trusted),
        (false, true) => walk(near, &usual, trusted),
        // A proxy writes one and hands the other on as the client wrote it: where they differ, neither counts.
        (false, false) => {
            let (usual, standard) = (walk(near, &usual, trusted), walk(near, &standard, trusted));
            if usual == standard { usual } else { near }
        }
    };
    let scheme = list(headers, "x-forwarded-proto").pop();
    let scheme = scheme.or_else(|| parameter(elements.last()?, "proto"));
    Peer { address, is_https: scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) }
}

/// The right-most address that is no proxy of ours, or the last one that can be read.
fn walk(near: IpAddr, hops: &[Option<String>], trusted: &[IpNet]) -> IpAddr {
    let mut address = near;
    for hop in hops.iter().rev() {
        if !is_trusted(address, trusted) {
            break;
        }
        match hop.as_deref().and_then(read) {
            Some(before) => address = before,
            None => break,
        }
    }
    address
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// An address, with a port or without: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn read(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bracketed.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// All values of a header that is a list, in their order.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|value| value.trim().to_owned()).collect()
}

/// Elements of `Forwarded`. No quoted text in it that is an address holds a comma or a semicolon.
fn forwarded(headers: &HeaderMap) -> Vec<String> {
    list(headers, header::FORWARDED.as_str())
}

fn parameter(element: &str, name: &str) -> Option<String> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let value = pairs.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value).next()?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// What stands for an address where callers are counted: of IPv6 the network of 64 bits, which is one customer's.
pub fn customer(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn address(from: &str, sent: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let trusted = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        peer(Some(SocketAddr::new(from.parse().unwrap(), 9)), &headers, &trusted).address.to_string()
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_of_ours_counts() {
        const USUAL: &str = "x-forwarded-for";
        for (from, sent, expected) in [
            ("192.0.2.9", &[][..], "192.0.2.9"),
            ("192.0.2.9", &[(USUAL, "198.51.100.1")], "192.0.2.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[(USUAL, "198.51.100.1")], "198.51.100.1"),
            ("::ffff:127.0.0.1", &[(USUAL, "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(USUAL, "203.0.113.66, 198.51.100.1, 10.1.2.3")], "198.51.100.1"),
            ("127.0.0.1", &[(USUAL, "203.0.113.66"), (USUAL, "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(USUAL, "198.51.100.1, unknown, 10.1.2.3")], "10.1.2.3"),
            ("127.0.0.1", &[(USUAL, "[2001:db8::1]:4711")], "2001:db8::1"),
            ("127.0.0.1", &[("forwarded", "for=203.0.113.66, for=\"[2001:db8::1]:80\";proto=https")], "2001:db8::1"),
            ("127.0.0.1", &[("forwarded", "For=198.51.100.1;by=10.0.0.1")], "198.51.100.1"),
            ("127.0.0.1", &[("forwarded", "for=_hidden")], "127.0.0.1"),
            ("127.0.0.1", &[("forwarded", "for=203.0.113.66"), (USUAL, "198.51.100.1")], "127.0.0.1"),
        ] {
            assert_eq!(address(from, sent), expected, "{from} {sent:?}");
        }
    }

    #[test]
    fn of_ipv6_the_network_is_counted() {
        let of = |text: &str| customer(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
