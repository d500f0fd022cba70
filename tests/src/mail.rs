//! A small SMTP server that keeps what it is given.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use packhorse::config::{Config, MailConfig};

use crate::World;

/// A mail server on loopback.
pub struct MailServer {
    /// The settings of a server that sends mails through it.
    pub config: Config,
    kept: Arc<Mutex<Vec<String>>>,
    refusal: Arc<Mutex<Option<&'static str>>>,
}

impl MailServer {
    /// Starts one.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mail = MailConfig { smtp_url: Some(url), from: Some("Packhorse <packhorse@example.org>".to_owned()) };
        let (kept, refusal) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Option<&'static str>>>::default());
        let (keep, refuse) = (kept.clone(), refusal.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = converse(stream.unwrap(), &keep, &refuse);
            }
        });
        Self { config: Config { mail, ..World::config() }, kept, refusal }
    }

    /// What it answers to every recipient from now on, if not that it takes mail.
    pub fn refuse(&self, line: Option<&'static str>) {
        *self.refusal.lock().unwrap() = line;
    }

    /// The mails it was given since the last look, with their heads.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.kept.lock().unwrap())
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

fn converse(
    stream: TcpStream,
    kept: &Mutex<Vec<String>>,
    refusal: &Mutex<Option<&'static str>>,
) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 mail.example.org\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let refused = *refusal.lock().unwrap();
        let answer = match line.get(..4).unwrap_or_default() {
            "RCPT" => refused.unwrap_or("250 ok"),
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let text = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect::<Vec<_>>();
                kept.lock().unwrap().push(text.join("\n"));
                "250 kept"
            }
            "QUIT" => "221 bye",
            _ => "250 mail.example.org",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Runs a test with a world whose mails arrive.
pub fn with_mail(backend: Option<crate::Backend>, test: fn(&World, &MailServer)) {
    let Some(backend) = backend else { return };
    let server = MailServer::start();
    let world = World::with(crate::TestDatabase::new(backend), &server.config);
    test(&world, &server);
    world.database().assert_sound();
}
