//! A small SMTP server that keeps what it is given.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use packhorse::config::{Config, MailConfig};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::World;

/// How a mail server is spoken to.
#[derive(Debug, Clone)]
pub enum Secrecy {
    /// In the clear.
    None,
    /// Through TLS from the first byte.
    Implicit(Arc<ServerConfig>),
    /// In the clear until the client asks for TLS.
    OnRequest(Arc<ServerConfig>),
}

/// What a server knows.
#[derive(Debug, Default)]
struct Notes {
    kept: Vec<String>,
    in_clear: Vec<String>,
    passwords: usize,
    refusal: Option<&'static str>,
}

/// A mail server on loopback.
pub struct MailServer {
    /// The settings of a server that sends mails through it.
    pub config: Config,
    port: u16,
    notes: Arc<Mutex<Notes>>,
}

impl MailServer {
    /// Starts one that speaks in the clear.
    pub fn start() -> Self {
        Self::with(Secrecy::None)
    }

    /// Starts one.
    pub fn with(secrecy: Secrecy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let notes = Arc::<Mutex<Notes>>::default();
        let kept = notes.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = answer(stream.unwrap(), &secrecy, &kept);
            }
        });
        let server = Self { config: World::config(), port: address.port(), notes };
        Self { config: server.called(&format!("smtp://{address}")), ..server }
    }

    /// The settings of one that calls it by this address; `{port}` is its port.
    pub fn called(&self, url: &str) -> Config {
        let url = url.replace("{port}", &self.port.to_string());
        let from = Some("Packhorse <packhorse@example.org>".to_owned());
        let mail = MailConfig { smtp_url: Some(url), from, authorities: None };
        Config { mail, ..World::config() }
    }

    /// What it answers to every recipient from now on, if not that it takes mail.
    pub fn refuse(&self, line: Option<&'static str>) {
        self.notes.lock().unwrap().refusal = line;
    }

    /// The mails it was given since the last look, with their heads.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap().kept)
    }

    /// What it was told in the clear since the last look, line by line.
    pub fn heard_in_clear(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap().in_clear)
    }

    /// How many passwords it was given so far.
    pub fn passwords(&self) -> usize {
        self.notes.lock().unwrap().passwords
    }

    /// The one mail it was given since the last look, and the token in it.
    #[track_caller]
    pub fn token(&self, to: &str) -> String {
        let mails = self.take();
        assert!(mails.len() == 1 && mails[0].contains(&format!("To: {to}")), "{mails:?}");
        let token = mails[0].lines().find(|line| line.len() == 43 && !line.contains(' '));
        token.unwrap_or_else(|| panic!("{mails:?}")).to_owned()
    }
}

fn answer(mut stream: TcpStream, secrecy: &Secrecy, notes: &Mutex<Notes>) -> io::Result<()> {
    let secret = |stream, config: &Arc<ServerConfig>| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        StreamOwned::new(connection, stream)
    };
    let greeting = b"220 mail.example.org\r\n";
    match secrecy {
        Secrecy::None => {
            stream.write_all(greeting)?;
            converse(stream, &["AUTH PLAIN"], true, notes).map(drop)
        }
        Secrecy::Implicit(config) => {
            let mut stream = secret(stream, config);
            stream.write_all(greeting)?;
            converse(stream, &["AUTH PLAIN"], false, notes).map(drop)
        }
        Secrecy::OnRequest(config) => {
            stream.write_all(greeting)?;
            let Some(stream) = converse(stream, &["STARTTLS", "AUTH PLAIN"], true, notes)? else {
                return Ok(());
            };
            converse(secret(stream, config), &["AUTH PLAIN"], false, notes).map(drop)
        }
    }
}

/// Answers until the client leaves, or asks for TLS: then gives the connection back.
fn converse<S: Read + Write>(
    stream: S,
    offers: &[&str],
    in_clear: bool,
    notes: &Mutex<Notes>,
) -> io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if in_clear {
            notes.lock().unwrap().in_clear.push(line.trim_end().to_owned());
        }
        let out = stream.get_mut();
        match line.get(..4).unwrap_or_default() {
            "EHLO" => {
                out.write_all(b"250-mail.example.org\r\n")?;
                for offer in offers {
                    let last = if offers.last() == Some(offer) { ' ' } else { '-' };
                    out.write_all(format!("250{last}{offer}\r\n").as_bytes())?;
                }
            }
            "STAR" => {
                out.write_all(b"220 go on\r\n")?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" => {
                notes.lock().unwrap().passwords += 1;
                out.write_all(b"235 welcome\r\n")?;
            }
            "RCPT" => {
                let refused = notes.lock().unwrap().refusal;
                out.write_all(format!("{}\r\n", refused.unwrap_or("250 ok")).as_bytes())?;
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let lines = stream.by_ref().lines().map_while(Result::ok).take_while(|line| line != ".");
                let text = lines.collect::<Vec<_>>().join("\n");
                notes.lock().unwrap().kept.push(text);
                stream.get_mut().write_all(b"250 kept\r\n")?;
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(None);
            }
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
}

/// Runs a test with a world whose mails arrive.
pub fn with_mail(backend: Option<crate::Backend>, test: fn(&World, &MailServer)) {
    let Some(backend) = backend else { return };
    let server = MailServer::start();
    let world = World::with(crate::TestDatabase::new(backend), &server.config);
    test(&world, &server);
    world.database().assert_sound();
}
