use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::*;

/// A server that gives one answer to everybody, and counts the calls. It is left to the end of the program.
pub(super) fn server(answer: impl Fn(SocketAddr) -> Vec<u8> + Send + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let _ = stream.write_all(&answer(address));
        }
    });
    (address, calls)
}

fn outbound(allowed: &[SocketAddr]) -> Outbound {
    let neighbor = |address: &SocketAddr| Neighbor { host: address.ip().to_string(), port: address.port() };
    Outbound::new(&OutboundConfig { allow: allowed.iter().map(neighbor).collect() })
}

fn fetch(outbound: &Outbound, address: &str) -> Result<Fetched, Unfetched> {
    outbound.fetch(address, Known::default(), Duration::from_secs(5))
}

#[test]
fn addresses_are_refused_before_anything_is_called() {
    let outbound = outbound(&["127.0.0.1:8081".parse().unwrap()]);
    for (address, refused) in [
        ("https://calendar.example.org/a.ics", None),
        ("https://calendar.example.org:8443/a.ics?b=c#d", None),
        ("https://8.8.8.8/a.ics", None),
        ("http://127.0.0.1:8081/a.ics", None),
        ("https://127.0.0.1:8081/a.ics", None),
        ("http://calendar.example.org/a.ics", Some(Refused::Insecure)),
        ("http://127.0.0.1:8082/a.ics", Some(Refused::Insecure)),
        ("ftp://127.0.0.1:8081/a.ics", Some(Refused::Insecure)),
        ("file:///etc/passwd", Some(Refused::Insecure)),
        ("https://me@calendar.example.org/", Some(Refused::Credentials)),
        ("https://:s3cret@calendar.example.org/", Some(Refused::Credentials)),
        ("https://127.0.0.1/", Some(Refused::Private)),
        ("https://127.0.0.1:8082/", Some(Refused::Private)),
        ("https://127.1/", Some(Refused::Private)),
        ("https://2130706433/", Some(Refused::Private)),
        ("https://0x7f.0.0.1/", Some(Refused::Private)),
        ("https://10.0.0.1/", Some(Refused::Private)),
        ("https://169.254.169.254/latest/meta-data/", Some(Refused::Private)),
        ("https://[::1]/", Some(Refused::Private)),
        ("https://[::ffff:10.0.0.1]/", Some(Refused::Private)),
        ("https://[64:ff9b::7f00:1]/", Some(Refused::Private)),
        ("calendar.example.org/a.ics", Some(Refused::Malformed)),
        ("https://", Some(Refused::Malformed)),
    ] {
        assert_eq!(outbound.check(address).err(), refused, "{address}");
    }
}

#[test]
fn a_name_of_this_machine_is_refused_when_it_is_looked_up() {
    let (address, calls) = server(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let outbound = outbound(&[address]);
    let name = format!("https://localhost:{}/", address.port());
    assert!(outbound.check(&name).is_ok());
    assert_eq!(fetch(&outbound, &name), Err(Unfetched::Refused(Refused::Private)));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

/// Addresses of one port on this machine, in every spelling that somebody may take for an outside one.
fn spelled(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "127.000.000.001",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7F.0x0.0x0.0x1",
        "0177.0.0.1",
        "0x7f.1",
        "127.0x1",
        "00000177.1",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "0x0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "loc\talhost",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:FFFF:7F00:0001]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:7f00:0001::1]",
        "[2001:0:7f00:1::]",
        "[2001::1]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[::1%25lo]",
        "[fc00::1]",
        "[fd00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "255.255.255.255",
        "224.0.0.1",
        "[::ffff:169.254.169.254]",
    ];
    let mut addresses: Vec<_> = hosts.iter().map(|host| format!("https://{host}:{port}/")).collect();
    let here = format!("127.0.0.1:{port}");
    addresses.extend([
        format!("http://{here}/"),
        format!("HTTP://{here}/"),
        format!("ftp://{here}/"),
        format!("ws://{here}/"),
        format!("wss://{here}/"),
        format!("gopher://{here}/"),
        format!("file://{here}/"),
        format!("unix://{here}/"),
        format!("webcal://{here}/"),
        format!("jar:https://{here}/!/"),
        format!("view-source:https://{here}/"),
        format!("https:{here}/"),
        format!("https:/{here}/"),
        format!("https:///{here}/"),
        format!("https:\\\\{here}\\"),
        format!("//{here}/"),
        format!("\thttps://{here}/ "),
        format!("ht\ntps://{here}/"),
        format!("https://example.org@{here}/"),
        format!("https://example.org:443@{here}/"),
        format!("https://example.org%40{here}/"),
        format!("https://{here}#@example.org/"),
        format!("https://{here}?@example.org/"),
        format!("https://{here}\\@example.org/"),
        format!("https://example.org\\@{here}/"),
        format!("https://@{here}/"),
        format!("https://:@{here}/"),
        format!("https://{here}:443/"),
        format!("https://127.0.0.1:0{port}/"),
        format!("https://127.0.0.1:+{port}/"),
        format!("https://127.0.0.1:{}/", u32::from(port) + 65_536),
        "https://127.0.0.1:0/".to_owned(),
        "https://127.0.0.1:99999/".to_owned(),
        "data:text/calendar,BEGIN".to_owned(),
    ]);
    addresses
}

#[test]
fn no_spelling_of_an_address_of_this_machine_is_called() {
    let answer = |_| b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec();
    let (canary, calls) = server(answer);
    let everywhere = TcpListener::bind(("::", canary.port())).ok();
    let addresses = spelled(canary.port());
    assert!(addresses.len() >= 90, "{}", addresses.len());
    let strangers = outbound(&[]);
    for address in &addresses {
        let refused = strangers.fetch(address, Known::default(), Duration::from_secs(2));
        assert!(matches!(refused, Err(Unfetched::Refused(_) | Unfetched::Unreachable)), "{address}: {refused:?}");
    }
    // The same as the target of a redirect, from a server that may be called.
    for target in addresses.iter().filter(|target| target.is_ascii() && !target.contains(['\t', '\n'])) {
        let said =
            format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (outside, _) = server(move |_| said.clone().into_bytes());
        let refused = fetch(&outbound(&[outside]), &format!("http://{outside}/"));
        assert!(refused.is_err(), "{target}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0, "the canary was called");
    if let Some(everywhere) = everywhere {
        everywhere.set_nonblocking(true).unwrap();
        assert!(everywhere.accept().is_err(), "the canary was called by IPv6");
    }
}

#[test]
fn redirects_are_checked_one_by_one() {
    let (inside, untouched) = server(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let to = |target: String| {
        server(move |_| {
            format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into()
        })
        .0
    };
    for (target, expected) in [
        (format!("http://{inside}/"), Unfetched::Redirect(Refused::Insecure)),
        (format!("https://{inside}/"), Unfetched::Redirect(Refused::Private)),
        ("https://169.254.169.254/".to_owned(), Unfetched::Redirect(Refused::Private)),
        (format!("https://localhost:{}/", inside.port()), Unfetched::Refused(Refused::Private)),
        ("https://me:pw@example.org/".to_owned(), Unfetched::Redirect(Refused::Credentials)),
        ("/again".to_owned(), Unfetched::Redirects),
    ] {
        let address = to(target.clone());
        assert_eq!(fetch(&outbound(&[address]), &format!("http://{address}/")), Err(expected), "{target}");
    }
    assert_eq!(untouched.load(Ordering::SeqCst), 0);
}

#[test]
fn what_is_too_large_too_slow_compressed_or_missing_is_not_taken() {
    let long = |head: &str| {
        let mut answer = head.as_bytes().to_vec();
        answer.resize(answer.len() + (5 << 20) + 1, b'x');
        answer
    };
    let declared = long("HTTP/1.1 200 OK\r\ncontent-length: 5242881\r\n\r\n");
    let undeclared = long("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    for (answer, expected) in [
        (declared, Unfetched::TooLarge),
        (undeclared, Unfetched::TooLarge),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx".to_vec(), Unfetched::Compressed),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(), Unfetched::Status(404)),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), Unfetched::Status(304)),
        (b"nonsense\r\n\r\n".to_vec(), Unfetched::Unreachable),
    ] {
        let (address, _) = server(move |_| answer.clone());
        assert_eq!(fetch(&outbound(&[address]), &format!("http://{address}/")), Err(expected));
    }
    let (address, _) = server(|_| {
        thread::sleep(Duration::from_secs(2));
        Vec::new()
    });
    let slow = outbound(&[address]).fetch(&format!("http://{address}/"), Known::default(), Duration::from_millis(200));
    assert_eq!(slow, Err(Unfetched::TooSlow));
}

#[test]
fn a_server_that_speaks_no_tls_is_not_trusted() {
    let (address, _) = server(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = listener.local_addr().unwrap();
    thread::spawn(move || listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let outbound = outbound(&[address, plain]);
    assert_eq!(fetch(&outbound, &format!("https://{plain}/")), Err(Unfetched::Untrusted));
    assert!(matches!(fetch(&outbound, &format!("http://{address}/")), Ok(Fetched::New { .. })));
}
