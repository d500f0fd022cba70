//! The database threads: each owns one connection. SQLite has one writer, which groups commits.
//!
//! Measured: equal to raw drivers in the handler, and a third faster than borrowing connections on the web server's
//! blocking threads. Grouping multiplies the durable writes of SQLite, since one `fsync` serves many jobs. A few rows by their
//! keys cost SQLite less than handing the job over does, so such a job runs where it is asked for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use diesel::connection::{SimpleConnection, TransactionManager};
use tokio::sync::oneshot;

use crate::{
    connection::{Backend, Conn, DatabaseUrl},
    dialect::join_writers,
    error::{DbError, FromDb},
    jobs::{Job, Task, Verdict, attempt},
};

/// How many threads, and how long a job may wait for one.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections: usize,
    /// How long a job may wait for a place in the queue.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 8, patience: Duration::from_secs(2) }
    }
}

/// Most jobs that one commit of the SQLite writer serves.
const GROUP: usize = 256;
/// Most runs of a job that meets contention.
const ATTEMPTS: u32 = 12;
/// How long a job that meets contention is run again, and how long the SQLite writer waits for another process.
const PERSISTENCE: Duration = Duration::from_secs(5);

type Sender = flume::Sender<Box<dyn Job>>;
type Receiver = flume::Receiver<Box<dyn Job>>;

/// A handle on the database threads; clones share them.
#[derive(Clone)]
pub struct Database {
    backend: Backend,
    url: DatabaseUrl,
    readers: Sender,
    writer: Sender,
    /// Readers of SQLite that no thread owns, and that rest at present.
    resting: Arc<Mutex<Vec<Conn>>>,
    patience: Duration,
    within: Option<Duration>,
}

impl Database {
    /// Starts the threads. The first connection is made here, so that a wrong address is told at once.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database cannot be reached.
    pub fn open(url: &DatabaseUrl, options: Options) -> Result<Self, DbError> {
        drop(url.connect()?);
        let (readers, reading) = flume::bounded(options.connections * 64);
        let writer = match url.backend() {
            Backend::Postgres => {
                for number in 0..options.connections {
                    spawn(
                        format!("pg-{number}"),
                        Worker { url: url.clone(), conn: None, mode: Mode::Both },
                        reading.clone(),
                    )?;
                }
                readers.clone()
            }
            Backend::Sqlite => {
                let (writer, writing) = flume::bounded(4096);
                spawn("writer".to_owned(), Worker { url: url.clone(), conn: None, mode: Mode::Group }, writing)?;
                for number in 0..options.connections {
                    spawn(
                        format!("reader-{number}"),
                        Worker { url: url.clone(), conn: None, mode: Mode::Read },
                        reading.clone(),
                    )?;
                }
                writer
            }
        };
        let (url, patience) = (url.clone(), options.patience);
        Ok(Self { backend: url.backend(), url, readers, writer, resting: Arc::default(), patience, within: None })
    }

    /// The same threads for callers who wait no longer than this for an answer. What a job did that was given up is not known.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        Self { within: Some(time), ..self.clone() }
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs a job that only reads.
    ///
    /// # Errors
    /// Those of the job; [`DbError::Unavailable`] when no thread has time for it.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: FromDb,
    {
        self.run(&self.readers, work, true).await
    }

    /// Runs a job that reads a few rows by their keys: with SQLite here and now, with PostgreSQL like [`Self::read`].
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn glance<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: FromDb,
    {
        match self.backend {
            Backend::Postgres => self.read(work).await,
            Backend::Sqlite => {
                let rested = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let mut conn = rested.map_or_else(|| self.url.connect_reader(), Ok)?;
                let (verdict, result) = attempt(&mut work, &mut conn);
                if verdict != Verdict::Lost {
                    self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
                }
                result
            }
        }
    }

    /// Runs a job in a transaction: all of it is kept, durably, or none. It may run more than once.
    ///
    /// # Errors
    /// Those of the job; [`DbError::Unavailable`] when no thread has time for it or the commit failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: FromDb,
    {
        self.run(&self.writer, work, false).await
    }

    async fn run<T, E, F>(&self, queue: &Sender, work: F, reads: bool) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: FromDb,
    {
        let answer = self.ask(queue, work, reads);
        let Some(within) = self.within else { return answer.await };
        let late = |_| Err(DbError::Unavailable("the database did not answer in time".to_owned()).into());
        tokio::time::timeout(within, answer).await.unwrap_or_else(late)
    }

    async fn ask<T, E, F>(&self, queue: &Sender, work: F, reads: bool) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: FromDb,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Task { work, reads, result: None, reply });
        match tokio::time::timeout(self.patience, queue.send_async(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(DbError::Unavailable("the database threads have ended".to_owned()).into()),
            Err(_) => return Err(DbError::Unavailable("no database thread had time".to_owned()).into()),
        }
        answer.await.unwrap_or_else(|_| Err(DbError::Unavailable("the database thread ended".to_owned()).into()))
    }
}

fn spawn(name: String, worker: Worker, jobs: Receiver) -> Result<(), DbError> {
    let thread = thread::Builder::new().name(name).spawn(move || worker.work(&jobs));
    thread.map(drop).map_err(|error| DbError::Unavailable(error.to_string()))
}

/// What a thread does with its jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// PostgreSQL: reads and writes, a transaction for each write.
    Both,
    /// SQLite: reads only.
    Read,
    /// SQLite: writes, many to a transaction.
    Group,
}

struct Worker {
    url: DatabaseUrl,
    conn: Option<Conn>,
    mode: Mode,
}

impl Worker {
    fn work(mut self, jobs: &Receiver) {
        while let Ok(job) = jobs.recv() {
            if job.is_abandoned() {
                continue;
            }
            match self.mode {
                Mode::Group => self.group(job, jobs),
                Mode::Both | Mode::Read => self.single(job),
            }
        }
    }

    /// The connection, made anew when the last one was lost.
    fn conn(&mut self) -> Result<&mut Conn, DbError> {
        if self.conn.is_none() {
            let conn = if self.mode == Mode::Read { self.url.connect_reader() } else { self.url.connect() };
            self.conn = Some(conn.inspect_err(|error| tracing::warn!(%error, "the database cannot be reached"))?);
        }
        self.conn.as_mut().ok_or_else(|| DbError::Unavailable("no connection".to_owned()))
    }

    fn single(&mut self, mut job: Box<dyn Job>) {
        let mut failed = None;
        let until = Instant::now() + PERSISTENCE;
        for attempt in 1..=ATTEMPTS {
            let reads = job.reads();
            let (verdict, error) = match self.conn() {
                Ok(conn) if reads => (job.run(conn), None),
                Ok(conn) => transact(conn, job.as_mut()),
                Err(error) => (Verdict::Lost, Some(error)),
            };
            failed = error;
            match verdict {
                Verdict::Retry if Instant::now() < until && !job.is_abandoned() => pause(attempt),
                Verdict::Keep | Verdict::Undo | Verdict::Retry => break,
                Verdict::Lost => {
                    // A read is safe to try once more on a new connection; of a write nobody knows what became of it.
                    let had = self.conn.take().is_some();
                    if !(reads && had && attempt == 1) || job.is_abandoned() {
                        break;
                    }
                }
            }
        }
        job.answer(failed);
    }

    /// One transaction for the first job and all that wait behind it; each answers after the commit.
    fn group(&mut self, first: Box<dyn Job>, jobs: &Receiver) {
        let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(16);
        batch.push(first);
        let mut done: Vec<Box<dyn Job>> = Vec::with_capacity(16);
        let outcome = self.begin().and_then(|()| {
            let conn = self.conn()?;
            while let Some(mut job) = batch.pop() {
                if job.is_abandoned() {
                    batch.extend(jobs.try_recv().ok());
                    continue;
                }
                conn.batch_execute("SAVEPOINT job")?;
                let verdict = job.run(conn);
                done.push(job);
                match verdict {
                    Verdict::Keep => conn.batch_execute("RELEASE job")?,
                    Verdict::Undo | Verdict::Retry | Verdict::Lost => {
                        conn.batch_execute("ROLLBACK TO job; RELEASE job")?;
                    }
                }
                if done.len() < GROUP {
                    batch.extend(jobs.try_recv().ok());
                }
            }
            conn.batch_execute("COMMIT").map_err(DbError::from)
        });
        let mut failed = outcome.err();
        if failed.is_some()
            && let Some(conn) = &mut self.conn
            && conn.batch_execute("ROLLBACK").is_err()
        {
            self.conn = None;
        }
        done.append(&mut batch);
        for job in done {
            let error = failed.as_ref().map(again);
            job.answer(error);
        }
        if let Some(error) = failed.take() {
            tracing::error!(%error, "a group of writes was not committed");
        }
    }

    /// Takes the write lock, which another process may have.
    fn begin(&mut self) -> Result<(), DbError> {
        let until = Instant::now() + PERSISTENCE;
        for attempt in 1.. {
            match self.conn()?.batch_execute("BEGIN IMMEDIATE").map_err(DbError::from) {
                Err(DbError::Contention(_)) if Instant::now() < until => pause(attempt),
                Err(DbError::Contention(_)) => break,
                outcome => return outcome,
            }
        }
        Err(DbError::Unavailable("another process kept the database".to_owned()))
    }
}

/// Runs a job in a transaction of its own.
fn transact(conn: &mut Conn, job: &mut dyn Job) -> (Verdict, Option<DbError>) {
    type Manager = <Conn as diesel::Connection>::TransactionManager;
    if let Err(error) = Manager::begin_transaction(conn) {
        return (Verdict::Lost, Some(DbError::Unavailable(error.to_string())));
    }
    if let Err(error) = join_writers(conn) {
        let verdict = Manager::rollback_transaction(conn).map_or(Verdict::Lost, |()| Verdict::Retry);
        return (verdict, Some(error));
    }
    match job.run(conn) {
        Verdict::Keep => match Manager::commit_transaction(conn).map_err(DbError::from) {
            Ok(()) => (Verdict::Keep, None),
            Err(DbError::Contention(message)) => (Verdict::Retry, Some(DbError::Contention(message))),
            Err(error @ DbError::Conflict(_)) => (Verdict::Undo, Some(error)),
            Err(error) => (Verdict::Lost, Some(error)),
        },
        verdict => match Manager::rollback_transaction(conn) {
            Ok(()) => (verdict, None),
            Err(_) => (Verdict::Lost, None),
        },
    }
}

fn again(error: &DbError) -> DbError {
    match error {
        DbError::Full => DbError::Full,
        other => DbError::Unavailable(other.to_string()),
    }
}

/// Waits a little before the next attempt, longer each time, never the same for two who collided.
fn pause(attempt: u32) {
    let most = 1u64 << attempt.min(6);
    thread::sleep(Duration::from_micros(rand::random_range(200..=most * 1000)));
}
