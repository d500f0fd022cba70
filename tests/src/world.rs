//! A server of its own for each test.

use std::{
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use packhorse::{
    config::{Config, DeadlineConfig, FilesConfig, LimitConfig, TokenConfig},
    state::App,
};
use packhorse_db::{Conn, Database, DatabaseUrl, Options};
use packhorse_domain::{Clock, Minutes, Timestamp};
use packhorse_services::{Error, tokens::Tokens};

use crate::{Backend, Client, TestDatabase, process::ServerProcess};

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at an instant.
    pub fn at(instant: &str) -> Self {
        Self(AtomicI64::new(instant.parse::<Timestamp>().unwrap().as_microsecond()))
    }

    /// Moves forward, or back.
    pub fn advance(&self, by: jiff::SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Moves to an instant.
    pub fn set(&self, instant: &str) {
        self.0.store(instant.parse::<Timestamp>().unwrap().as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    /// Each look is a microsecond later, so that ids keep their order.
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// A running server.
pub struct World {
    /// Its address.
    pub base: String,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its state.
    pub app: Arc<App>,
    runtime: tokio::runtime::Runtime,
    server: Option<(actix_web::dev::ServerHandle, JoinHandle<()>)>,
    database: TestDatabase,
}

/// Where every test begins: a Tuesday.
pub const START: &str = "2027-01-05T15:00:00Z";

/// A server on a thread of its own.
pub(crate) struct Started {
    pub(crate) base: String,
    pub(crate) thread: JoinHandle<()>,
    app: Arc<App>,
    runtime: tokio::runtime::Runtime,
    handle: actix_web::dev::ServerHandle,
}

/// Serves a database at a free port.
pub(crate) fn start(url: &DatabaseUrl, config: &Config, clock: Arc<TestClock>) -> Started {
    let db = Database::open(url, Options { connections: 4, patience: Duration::from_secs(10) }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (issuer, lifetime) = (config.http.public_url.clone(), config.tokens.access);
    let now = clock.now();
    let tokens = runtime.block_on(db.write(move |conn| Tokens::load(conn, &issuer, lifetime, now))).unwrap();
    let app = Arc::new(App::new(db, clock, tokens, config));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    let shared = app.clone();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = packhorse::server::start(shared, listener, 2).unwrap();
            sender.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = receiver.recv().unwrap();
    Started { base, thread, app, runtime, handle }
}

impl World {
    /// A server with an empty database.
    pub fn new(backend: Backend) -> Self {
        Self::with(TestDatabase::new(backend), &Self::config())
    }

    const FILES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tmp/files");

    /// Where uploaded files are. Those of all tests together: each has a name of its own.
    pub fn files(&self) -> &'static Path {
        Path::new(Self::FILES)
    }

    /// The settings of [`Self::new`].
    pub fn config() -> Config {
        // Tests move the clock by months, and stay signed in.
        let tokens = TokenConfig { access: Minutes(2 * 366 * 24 * 60), refresh_days: 2 * 366 };
        // They ask as fast as they can.
        let limits = LimitConfig { requests_per_minute: 0, sign_ins_per_minute: 0, ..LimitConfig::default() };
        // Many tests run at once, on a slow build.
        let deadlines = DeadlineConfig { database: Duration::from_secs(30), ..DeadlineConfig::default() };
        let files = FilesConfig::Directory(Self::FILES.into());
        Config { tokens, limits, deadlines, files, ..Config::default() }
    }

    /// A server with a database and settings of the test's choice. What it logs is shown when `RUST_LOG` says so.
    pub fn with(database: TestDatabase, config: &Config) -> Self {
        if std::env::var_os("RUST_LOG").is_some() {
            let filter = tracing_subscriber::EnvFilter::from_default_env();
            let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
        }
        let clock = Arc::new(TestClock::at(START));
        let Started { base, thread, app, runtime, handle } = start(&database.url, config, clock.clone());
        Self { base, clock, app, runtime, server: Some((handle, thread)), database }
    }

    /// More servers on the same database, each in a process of its own.
    pub fn processes(&self, count: usize) -> Vec<ServerProcess> {
        (0..count).map(|_| ServerProcess::start(self)).collect()
    }

    /// Somebody who is not signed in.
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// What its clock says.
    pub fn clock_at(&self) -> Timestamp {
        self.clock.now()
    }

    /// Where its database is.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Writes straight through the services, for what no operation makes.
    pub fn write<T: Send + 'static>(&self, work: impl FnMut(&mut Conn) -> Result<T, Error> + Send + 'static) -> T {
        self.runtime.block_on(self.app.db.write(work)).unwrap()
    }

    /// The same, for what may be refused.
    ///
    /// # Errors
    /// Those of the work.
    pub fn try_write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.runtime.block_on(self.app.db.write(work))
    }

    /// Does the background work that is due. How many chores there were.
    pub fn sweep(&self) -> usize {
        self.runtime.block_on(packhorse::server::sweep_once(&self.app.db, &*self.clock)).unwrap()
    }

    /// Seals the events that can be sealed. How many.
    pub fn seal(&self) -> usize {
        self.runtime.block_on(packhorse::server::seal_all(&self.app.db)).unwrap()
    }

    /// Adds up with other servers how many requests were counted. Of how many callers.
    pub fn share_rates(&self) -> usize {
        self.runtime.block_on(self.app.rates.share(&self.app.db, &*self.clock)).unwrap()
    }

    /// Sends the mails that are due, with these settings. How many there were.
    pub fn send_mails(&self, config: &Config) -> usize {
        self.runtime.block_on(packhorse::server::send_once(&self.app.db, config, &*self.clock)).unwrap()
    }

    /// Removes stored files that no material has. How many there were.
    pub fn sweep_files(&self) -> usize {
        self.runtime.block_on(packhorse::server::sweep_files(&self.app.db, &self.app.files, &*self.clock)).unwrap()
    }

    /// Reads the imported calendars that are due. How many there were.
    pub fn refresh(&self) -> usize {
        let reading = packhorse::server::refresh_once(&self.app.db, &self.app.outbound, &*self.clock);
        self.runtime.block_on(reading).unwrap()
    }

    /// Reckons the tour plan that waits longest, on the database that knows no deadline, as the program does. How many: one or none.
    pub fn plan(&self) -> usize {
        self.runtime
            .block_on(packhorse::planning::plan_once(&self.app.import_db, &self.app.pool, &*self.clock))
            .unwrap()
    }

    /// Reads a page of each of the harvested catalogs that are due, until none is. How many pages there were.
    pub fn harvest(&self) -> usize {
        let once = || {
            let reading = packhorse::server::harvest_once(&self.app.db, &self.app.outbound, &*self.clock);
            self.runtime.block_on(reading).unwrap()
        };
        std::iter::repeat_with(once).take_while(|read| *read > 0).sum()
    }

    /// Reads the keys of access tokens again, as servers do every now and then.
    pub fn renew_keys(&self) {
        self.runtime.block_on(self.app.renew_keys()).unwrap();
    }

    /// Reads straight through the services.
    pub fn read<T: Send + 'static>(&self, work: impl FnMut(&mut Conn) -> Result<T, Error> + Send + 'static) -> T {
        self.runtime.block_on(self.app.db.read(work)).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            self.runtime.block_on(handle.stop(false));
            let _ = thread.join();
        }
    }
}
