//! A wire between a server and its database that tests cut, block and slow down.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use packhorse_db::DatabaseUrl;

use crate::TestDatabase;

/// What the wire does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Carries everything.
    Open,
    /// Carries everything this much later.
    Slow(Duration),
    /// Takes connections and bytes, and carries nothing: what was sent meanwhile arrives when it opens again.
    Silent,
    /// Hangs up on whoever connects, and has hung up on everybody.
    Cut,
}

/// The wire. Its threads end with the tests.
pub struct Proxy {
    state: Arc<State>,
}

struct State {
    line: Mutex<Line>,
    streams: Mutex<Vec<TcpStream>>,
}

impl State {
    fn line(&self) -> Line {
        *self.line.lock().unwrap()
    }

    fn hang_up(&self) {
        self.streams.lock().unwrap().drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            while self.line() == Line::Silent {
                thread::sleep(Duration::from_millis(5));
            }
            if let Line::Slow(time) = self.line() {
                thread::sleep(time);
            }
            if self.line() == Line::Cut || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}

impl Proxy {
    /// Lays the wire in front of a database, which is reached through it from now on.
    pub fn before(database: &mut TestDatabase) -> Self {
        let DatabaseUrl::Postgres(url) = &database.url else { panic!("SQLite is not reached by wire") };
        let (front, rest) = url.rsplit_once('@').unwrap();
        let (host, name) = rest.split_once('/').unwrap();
        let behind: SocketAddr = host.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let state = Arc::new(State { line: Mutex::new(Line::Open), streams: Mutex::default() });
        let wire = state.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let (Line::Open | Line::Slow(_) | Line::Silent, Ok(far)) = (wire.line(), TcpStream::connect(behind))
                else {
                    continue;
                };
                let ends = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                wire.streams.lock().unwrap().extend(ends);
                let (out, back) = (wire.clone(), wire.clone());
                let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                thread::spawn(move || out.carry(near, far));
                thread::spawn(move || back.carry(far_back, near_back));
            }
        });
        database.url = DatabaseUrl::Postgres(format!("{front}@{here}/{name}"));
        Self { state }
    }

    /// What it does from now on.
    pub fn set(&self, line: Line) {
        *self.state.line.lock().unwrap() = line;
        if line == Line::Cut {
            self.state.hang_up();
        }
    }

    /// Hangs up on everybody once; whoever connects again is served.
    pub fn reset(&self) {
        self.state.hang_up();
    }
}
