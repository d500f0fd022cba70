//! Why something an actor wanted was not done.

use std::borrow::Cow;

use packhorse_db::{DbError, FromDb};
use packhorse_domain::{Denied, InvalidTransition, Word, api_key::KeyScope, reading::NotNow};
use validator::{ValidationErrors, ValidationErrorsKind};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or not for this actor.
    #[error("not found")]
    NotFound,
    /// The actor may see it, but not do this.
    #[error("not allowed")]
    Forbidden,
    /// An API key that is not for this: it lacks this scope, or no key is taken.
    #[error("{}", out_of_scope(*.0))]
    OutOfScope(Option<KeyScope>),
    /// Nobody is signed in, or the sign-in has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// Address and password do not belong together, or the refresh token is not good any more.
    #[error("the credentials are wrong")]
    BadCredentials,
    /// The caller did not say which version they saw.
    #[error("which version was seen must be said")]
    VersionMissing,
    /// It changed since the caller saw it.
    #[error("it has changed")]
    VersionStale,
    /// The state it is in does not permit it.
    #[error(transparent)]
    State(#[from] InvalidTransition),
    /// Somebody else was first, or something that must be unique is there already.
    #[error("{detail}")]
    Conflict {
        /// What stands in the way, `snake_case`.
        code: &'static str,
        /// In words.
        detail: String,
    },
    /// Parts of what should be done at once stand against what is there already; all of them.
    #[error("somebody else was first, or what is there does not permit it: see errors")]
    Clash(Vec<Fault>),
    /// What a change leads to does not fit the schema; all faults.
    #[error("against the schema")]
    Malformed(Vec<Fault>),
    /// Well-formed, but against the rules; all faults.
    #[error("against the rules")]
    Invalid(Vec<Fault>),
    /// The key of another request.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
    /// The same request is still at work.
    #[error("the same request is still at work")]
    InProgress,
    /// The database's part of it.
    #[error(transparent)]
    Db(DbError),
}

fn out_of_scope(lacking: Option<KeyScope>) -> String {
    lacking.map_or_else(
        || "this is for people who sign in, not for API keys".to_owned(),
        |scope| format!("the API key lacks the scope {}", scope.word()),
    )
}

/// One fault of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the body, JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, stable, `snake_case`.
    pub code: Cow<'static, str>,
    /// In words.
    pub detail: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), detail: detail.into() }
    }

    /// Something named that is not there, or not for this actor.
    pub fn absent(pointer: impl Into<String>, what: &str) -> Self {
        Self::new(pointer, "not_found", format!("there is no such {what}"))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl Error {
    /// An address must be proved by a mail, and none is sent.
    pub(crate) fn no_mail() -> Self {
        let detail = "this installation sends no mail, so no address can be confirmed".to_owned();
        Self::Conflict { code: "no_mail", detail }
    }

    /// Rules that a value breaks, where the input holds it.
    pub(crate) fn of_rules(at: &str, errors: &ValidationErrors) -> Self {
        let rules = broken_rules(errors).into_iter();
        Self::Invalid(
            rules
                .map(|(field, code)| Fault::new(format!("{at}{field}"), code.clone(), code.replace('_', " ")))
                .collect(),
        )
    }

    /// All faults, if there are any.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn unless_none(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Invalid(faults)) }
    }
}

impl From<NotNow> for Error {
    fn from(why: NotNow) -> Self {
        let (code, detail) = match why {
            NotNow::NoAddress => ("no_address", "it has no address to read"),
            NotNow::JustRead => ("just_read", "it was read within the last minute"),
            NotNow::BeingRead => ("being_read", "it is being read"),
        };
        Self::Conflict { code, detail: detail.to_owned() }
    }
}

impl From<Denied> for Error {
    fn from(_: Denied) -> Self {
        Self::Forbidden
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound,
            DbError::Conflict(constraint) => conflict(&constraint),
            other => Self::Db(other),
        }
    }
}

impl FromDb for Error {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }
}

/// Turns the absence of something that the input names into a fault at that place.
pub(crate) fn absent(pointer: String, what: &str) -> impl FnOnce(DbError) -> Error {
    let fault = Fault::absent(pointer, what);
    move |error| match error {
        DbError::NotFound => fault.into(),
        other => other.into(),
    }
}

/// Which rules a value breaks: the place of each member with a code.
pub(crate) fn broken_rules(errors: &ValidationErrors) -> Vec<(String, Cow<'static, str>)> {
    let of = |(field, kind): (&Cow<'static, str>, &ValidationErrorsKind)| {
        let place = if field == "__all__" { String::new() } else { format!("/{field}") };
        let codes = match kind {
            ValidationErrorsKind::Field(errors) => errors.iter().map(|error| error.code.clone()).collect(),
            ValidationErrorsKind::Struct(_) | ValidationErrorsKind::List(_) => vec![Cow::Borrowed("invalid")],
        };
        codes.into_iter().map(move |code| (place.clone(), code))
    };
    errors.errors().iter().flat_map(of).collect()
}

/// What each constraint that a caller can run into means.
fn conflict(constraint: &str) -> Error {
    let (code, detail) = match constraint {
        "commitments_trainer_overlap" => ("trainer_taken", "the trainer's time is taken"),
        "commitments_room_overlap" => ("room_taken", "the room is taken at that time"),
        "offers_once" => ("offer_out", "this trainer has an open offer for this request"),
        "bookings_once" | "bookings_offer" => ("already_booked", "the request is booked"),
        "interests_once" => ("interest_exists", "the trainer has said so before"),
        "pledges_once" => ("pledge_exists", "the library has pledged already"),
        "workshop_sessions_booking" => ("session_exists", "the booking has its session"),
        "users_email" => ("email_taken", "somebody else has this address"),
        "identities_once" => ("other_identity", "this address belongs to somebody else at the provider"),
        "consents_once" => ("other_answer", "it was answered otherwise at the same moment"),
        "roles_once" => ("role_held", "they have this role"),
        "libraries_fscs_key" => ("fscs_key_taken", "another library has this FSCS key"),
        "venues_fscs_seq" => ("fscs_seq_taken", "another venue of this library has this FSCS sequence number"),
        _ => return Error::Db(DbError::Corrupt(format!("unexpected refusal by {constraint}"))),
    };
    Error::Conflict { code, detail: detail.to_owned() }
}
