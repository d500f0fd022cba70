//! What can go wrong between a query and its answer.

use diesel::result::{DatabaseErrorKind, Error};

/// A failed query, told so that the caller knows what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No such row, or not in the scope asked for.
    #[error("not found")]
    NotFound,
    /// A constraint refused the write; its name.
    #[error("refused by the constraint {0}")]
    Conflict(String),
    /// Somebody else was at the same rows: the whole transaction may be tried again.
    #[error("contention: {0}")]
    Contention(String),
    /// The database cannot be reached, or has no time for us.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No space is left to write to.
    #[error("the disk is full")]
    Full,
    /// A row that cannot be, or a query that the database does not understand: a defect of ours.
    #[error("corrupt: {0}")]
    Corrupt(String),
}

/// Turns the absence of a row into nothing.
pub trait Found<T> {
    /// What was found, if anything was.
    ///
    /// # Errors
    /// Every other than [`DbError::NotFound`].
    fn found(self) -> Result<Option<T>, DbError>;
}

impl<T> Found<T> for Result<T, DbError> {
    fn found(self) -> Result<Option<T>, DbError> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(DbError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Errors of jobs: those of the database among others of the caller's.
pub trait FromDb: From<DbError> + Send + 'static {
    /// The database's part of it, if that is what it is.
    fn as_db(&self) -> Option<&DbError>;
}

impl FromDb for DbError {
    fn as_db(&self) -> Option<&DbError> {
        Some(self)
    }
}

/// Constraints whose names the callers know. SQLite names only the columns of a unique constraint, so these are told by them.
const BY_COLUMNS: &[(&str, &str)] = &[
    ("users.email", "users_email"),
    ("interests.request_id, interests.trainer_id", "interests_once"),
    ("consents.user_id, consents.purpose", "consents_once"),
    ("identities.user_id, identities.issuer", "identities_once"),
    ("roles.user_id, roles.role, roles.subject_id", "roles_once"),
    ("libraries.fscs_key", "libraries_fscs_key"),
    ("venues.library_id, venues.fscs_seq", "venues_fscs_seq"),
    ("offers.request_id, offers.trainer_id", "offers_once"),
    ("pledges.request_id, pledges.library_id", "pledges_once"),
    ("bookings.request_id", "bookings_once"),
    ("bookings.offer_id", "bookings_offer"),
    ("workshops.network_id, workshops.origin_key", "workshops_origin"),
    ("workshop_sessions.booking_id", "workshop_sessions_booking"),
];

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(kind, info) => {
                let message = info.message();
                let named = info.constraint_name().map(str::to_owned);
                match kind {
                    DatabaseErrorKind::UniqueViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::CheckViolation
                    | DatabaseErrorKind::ExclusionViolation => {
                        Self::Conflict(named.unwrap_or_else(|| by_columns(message)))
                    }
                    DatabaseErrorKind::SerializationFailure => Self::Contention(message.to_owned()),
                    DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                        Self::Unavailable(message.to_owned())
                    }
                    _ => unknown(message),
                }
            }
            Error::BrokenTransactionManager => Self::Unavailable("the transaction was lost".to_owned()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

fn by_columns(message: &str) -> String {
    let columns = message.strip_prefix("UNIQUE constraint failed: ").unwrap_or(message);
    BY_COLUMNS
        .iter()
        .find(|(known, _)| *known == columns)
        .map_or_else(|| columns.to_owned(), |(_, name)| (*name).to_owned())
}

/// Sorts what diesel has no kind for by the database's words.
fn unknown(message: &str) -> DbError {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if message.ends_with("_overlap") {
        DbError::Conflict(message.to_owned())
    } else if has(&[
        "database is locked",
        "deadlock detected",
        "could not serialize",
        "lock timeout",
        "database table is locked",
    ]) {
        DbError::Contention(message.to_owned())
    } else if has(&["database or disk is full", "No space left"]) {
        DbError::Full
    } else if has(&[
        "statement timeout",
        "interrupted",
        "server closed the connection",
        "terminating connection",
        "connection to server",
        "shutting down",
        "starting up",
        "no connection to the server",
        "could not receive data",
        "SSL connection",
        "disk I/O error",
    ]) {
        DbError::Unavailable(message.to_owned())
    } else {
        DbError::Corrupt(message.to_owned())
    }
}

/// A write by id and version changed its one row; otherwise somebody else was there first.
pub(crate) fn one(changed: usize) -> Result<(), DbError> {
    all(changed, 1)
}

/// The same of many.
pub(crate) fn all(changed: usize, of: usize) -> Result<(), DbError> {
    if changed == of { Ok(()) } else { Err(DbError::Contention(format!("{changed} rows changed in place of {of}"))) }
}
