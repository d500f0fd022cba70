//! Mail servers: who is spoken to in secret, and who is told nothing.

use std::path::PathBuf;

use jiff::SignedDuration;
use packhorse::config::{Config, MailConfig};
use packhorse_tests::{Authority, Backend, MailServer, Region, Secrecy, TestDatabase, World};
use serde_json::json;

/// Somebody who forgot their password waits for a mail by this server.
fn waiting(server: &MailServer) -> World {
    let world = World::with(TestDatabase::new(Backend::Sqlite), &server.config);
    Region::new(&world, "nekls");
    world.client().post("/v1/password-reset-requests", &json!({ "email": "ce@nekls.example" })).expect(202);
    world
}

/// The settings of a server that calls this one so, and trusts these besides.
fn calling(server: &MailServer, url: &str, authorities: Option<PathBuf>) -> Config {
    let config = server.called(url);
    Config { mail: MailConfig { authorities, ..config.mail }, ..config }
}

const IMPLICIT: &str = "smtps://packhorse:s3cret@localhost:{port}";
const ON_REQUEST: &str = "smtp://packhorse:s3cret@localhost:{port}?tls=required";

/// What is said in the clear until TLS is there.
fn only_asks_for_secrecy(heard: &[String]) -> bool {
    heard.iter().all(|line| line.starts_with("EHLO ") || line == "STARTTLS" || line == "QUIT")
}

#[test]
fn mail_and_password_go_through_tls_to_a_server_that_proves_who_it_is() {
    let authority = Authority::new();
    let config = authority.server("localhost");
    for (url, secrecy) in [(IMPLICIT, Secrecy::Implicit(config.clone())), (ON_REQUEST, Secrecy::OnRequest(config))] {
        let server = MailServer::with(secrecy);
        let world = waiting(&server);
        assert_eq!(world.send_mails(&calling(&server, url, Some(authority.file()))), 2, "{url}");
        server.token("ce@nekls.example");
        assert_eq!(server.passwords(), 1, "{url}");
        let heard = server.heard_in_clear();
        assert!(only_asks_for_secrecy(&heard), "{url}: {heard:?}");
    }
}

#[test]
fn a_server_that_does_not_is_told_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let file = || Some(authority.file());
    let good = authority.server("localhost");
    let (name, expired) = (authority.server("mail.example.org"), authority.expired_server("localhost"));
    for (case, config, trusted) in [
        ("an authority that nobody named", good, None),
        ("another authority", stranger.server("localhost"), file()),
        ("another name", name, file()),
        ("expired", expired, file()),
    ] {
        for (url, secrecy) in
            [(IMPLICIT, Secrecy::Implicit(config.clone())), (ON_REQUEST, Secrecy::OnRequest(config.clone()))]
        {
            let server = MailServer::with(secrecy);
            let world = waiting(&server);
            assert_eq!(world.send_mails(&calling(&server, url, trusted.clone())), 2, "{case}, {url}");
            let heard = server.heard_in_clear();
            assert!(only_asks_for_secrecy(&heard), "{case}, {url}: {heard:?}");
            assert_eq!((server.take(), server.passwords()), (vec![], 0), "{case}, {url}");
        }
    }
}

#[test]
fn a_server_without_tls_is_told_nothing_and_the_mail_waits() {
    let authority = Authority::new();
    let bare = MailServer::start();
    let world = waiting(&bare);
    for (url, tried) in [(IMPLICIT, 2), (ON_REQUEST, 1)] {
        assert_eq!(world.send_mails(&calling(&bare, url, Some(authority.file()))), tried, "{url}");
        // A client that begins with TLS says nothing that is a line.
        let heard = bare.heard_in_clear();
        assert!(only_asks_for_secrecy(&heard), "{url}: {heard:?}");
        assert_eq!((bare.take(), bare.passwords()), (vec![], 0), "{url}");
        world.clock.advance(SignedDuration::from_mins(10));
    }
    let server = MailServer::with(Secrecy::OnRequest(authority.server("localhost")));
    assert_eq!(world.send_mails(&calling(&server, ON_REQUEST, Some(authority.file()))), 1);
    server.token("ce@nekls.example");
}
