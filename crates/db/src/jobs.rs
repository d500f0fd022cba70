//! Jobs for the database threads: a closure, where its answer goes, and what becomes of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{
    connection::Conn,
    error::{DbError, FromDb},
};

/// What a run of a job calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Keep what it wrote.
    Keep,
    /// Undo what it wrote; the answer is known.
    Undo,
    /// Undo and run again: somebody else was at the same rows.
    Retry,
    /// The connection is gone.
    Lost,
}

/// Runs a closure once. One that panics is a defect, which costs its caller the answer and nobody else anything.
pub(crate) fn attempt<T, E: FromDb>(
    work: &mut impl FnMut(&mut Conn) -> Result<T, E>,
    conn: &mut Conn,
) -> (Verdict, Result<T, E>) {
    let outcome = catch_unwind(AssertUnwindSafe(|| work(conn)));
    let result = outcome.unwrap_or_else(|_| Err(DbError::Corrupt("a job panicked".to_owned()).into()));
    let verdict = match &result {
        Ok(_) => Verdict::Keep,
        Err(error) => match error.as_db() {
            Some(DbError::Contention(_)) => Verdict::Retry,
            Some(DbError::Unavailable(_)) => Verdict::Lost,
            _ => Verdict::Undo,
        },
    };
    (verdict, result)
}

/// Work for a database thread.
pub(crate) trait Job: Send {
    /// Runs it once. It may run again, so it has no effect outside the database.
    fn run(&mut self, conn: &mut Conn) -> Verdict;
    /// Whether it only reads.
    fn reads(&self) -> bool;
    /// Whether nobody waits for its answer any more: then it is not run.
    fn is_abandoned(&self) -> bool;
    /// Sends the answer; `failed` takes its place when what was written could not be kept.
    fn answer(self: Box<Self>, failed: Option<DbError>);
}

/// A closure and where its answer goes.
pub(crate) struct Task<F, T, E> {
    pub work: F,
    pub reads: bool,
    pub result: Option<Result<T, E>>,
    pub reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: FromDb,
{
    fn run(&mut self, conn: &mut Conn) -> Verdict {
        let (verdict, result) = attempt(&mut self.work, conn);
        self.result = Some(result);
        verdict
    }

    fn reads(&self) -> bool {
        self.reads
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn answer(self: Box<Self>, failed: Option<DbError>) {
        let result = match (failed, self.result) {
            // A failure of its own says more than that of the transaction around it.
            (_, Some(Err(error))) => Err(error),
            (Some(error), _) => Err(error.into()),
            (None, Some(result)) => result,
            (None, None) => Err(DbError::Corrupt("a job was not run".to_owned()).into()),
        };
        // Nobody waits any more when the client hung up.
        let _ = self.reply.send(result);
    }
}
