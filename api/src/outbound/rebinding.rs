//! Names that mean one address when they are looked up, and another one a moment later.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::ResolvedSocketAddrs,
        transport::{ConnectionDetails, NextTimeout, Transport},
    },
};

use super::{tests::server, *};

/// An address of the public internet that is never connected to.
const OUTSIDE: &str = "8.8.8.8";

/// Gives one answer after the other, the last for good, whatever the name; `calendar.lan` is this machine.
#[derive(Debug, Clone)]
struct Names {
    answers: Arc<[Vec<IpAddr>]>,
    asked: Arc<AtomicUsize>,
}

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        let port = uri.port_u16().unwrap_or(443);
        if uri.host() == Some("calendar.lan") {
            found.push(([127, 0, 0, 1], port).into());
            return Ok(found);
        }
        let answer = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        self.answers[answer].iter().for_each(|address| found.push((*address, port).into()));
        Ok(found)
    }
}

/// Notes which addresses it is told to connect to. It does, where that is possible without leaving this machine.
#[derive(Debug, Default)]
struct Dialing {
    connector: DefaultConnector,
    dialed: Arc<Mutex<Vec<IpAddr>>>,
}

impl Connector for Dialing {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        self.dialed.lock().unwrap().extend(details.addrs.iter().map(SocketAddr::ip));
        if details.addrs.iter().any(|address| address.ip() == OUTSIDE.parse::<IpAddr>().unwrap()) {
            return Err(ureq::Error::ConnectionFailed);
        }
        self.connector.connect(details, chained)
    }
}

/// A server on this machine that nobody is to call, and how often it was.
fn canary() -> (SocketAddr, Arc<AtomicUsize>) {
    server(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())
}

/// Such a server, and an outside world in which a name means these addresses, in turn.
struct Trap {
    outbound: Outbound,
    address: String,
    calls: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    dialed: Arc<Mutex<Vec<IpAddr>>>,
}

impl Trap {
    fn set(answers: &[&[&str]]) -> Self {
        let (canary, calls) = canary();
        Self::around(canary, calls, answers, None)
    }

    /// One whose server is there already. `gate` is a server that may be called, as `calendar.lan`.
    fn around(canary: SocketAddr, calls: Arc<AtomicUsize>, answers: &[&[&str]], gate: Option<SocketAddr>) -> Self {
        let addresses = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let names = Names { answers: answers.iter().map(addresses).collect(), asked: Arc::default() };
        let (asked, dialing) = (names.asked.clone(), Dialing::default());
        let dialed = dialing.dialed.clone();
        let allow = gate.map(|gate| Neighbor { host: "calendar.lan".to_owned(), port: gate.port() });
        let outbound = Outbound::with(&OutboundConfig { allow: allow.into_iter().collect() }, names, dialing);
        Self { outbound, address: format!("https://rebinds.example.org:{}/", canary.port()), calls, asked, dialed }
    }

    fn fetch(&self, address: &str) -> Unfetched {
        self.outbound.fetch(address, Known::default(), Duration::from_secs(5)).unwrap_err()
    }

    /// What was dialed since the last look.
    fn dialed(&self) -> Vec<String> {
        std::mem::take(&mut *self.dialed.lock().unwrap()).iter().map(ToString::to_string).collect()
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Addresses that mean this machine or its network, as a name may be made to answer them.
const INSIDE: [&str; 7] =
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "10.0.0.1", "0.0.0.0"];

#[test]
fn a_name_is_looked_up_once_and_what_was_checked_is_what_is_dialed() {
    for inside in INSIDE {
        let trap = Trap::set(&[&[OUTSIDE], &[inside]]);
        // Checked and dialed are one answer: a second look, which would be at this machine, does not take place.
        assert_eq!(trap.fetch(&trap.address), Unfetched::Unreachable, "{inside}");
        assert_eq!((trap.asked.load(Ordering::SeqCst), trap.dialed()), (1, vec![OUTSIDE.to_owned()]), "{inside}");
        // It was good a moment ago; that counts for nothing.
        assert_eq!(trap.fetch(&trap.address), Unfetched::Refused(Refused::Private), "{inside}");
        assert_eq!((trap.dialed(), trap.calls()), (vec![], 0), "{inside}");
    }
}

#[test]
fn of_many_addresses_only_those_outside_are_dialed() {
    let answer: Vec<_> = INSIDE.iter().copied().chain([OUTSIDE]).chain(INSIDE).collect();
    let trap = Trap::set(&[&answer]);
    assert_eq!(trap.fetch(&trap.address), Unfetched::Unreachable);
    assert_eq!((trap.dialed(), trap.calls()), (vec![OUTSIDE.to_owned()], 0));
}

#[test]
fn a_redirect_to_a_name_is_looked_up_again_and_checked_again() {
    let (canary, calls) = canary();
    let target = format!("https://rebinds.example.org:{}/", canary.port());
    let said = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let (gate, _) = server(move |_| said.clone().into_bytes());
    let here = "127.0.0.1".to_owned();
    for inside in INSIDE {
        let trap = Trap::around(canary, calls.clone(), &[&[OUTSIDE], &[inside]], Some(gate));
        let address = format!("http://calendar.lan:{}/", gate.port());
        // The first redirect finds the name outside, the second one inside.
        assert_eq!(trap.fetch(&address), Unfetched::Unreachable, "{inside}");
        assert_eq!(trap.dialed(), [here.clone(), OUTSIDE.to_owned()], "{inside}");
        assert_eq!(trap.fetch(&address), Unfetched::Refused(Refused::Private), "{inside}");
        assert_eq!(trap.dialed(), std::slice::from_ref(&here), "{inside}");
        assert_eq!(calls.load(Ordering::SeqCst), 0, "{inside}");
    }
}
