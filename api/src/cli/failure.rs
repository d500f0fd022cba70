//! Why a command did not do what it should.

use std::{error::Error, io};

use crate::config::Faults;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Configuration(#[from] Faults),
    /// What was typed cannot be used, in words.
    #[error("{0}")]
    Usage(String),
    /// The answer could not be written.
    #[error("the answer cannot be written")]
    Output(#[from] io::Error),
    /// It did not work, and this is all there is to say.
    #[error("{0}")]
    Said(String),
    /// It did not work, and something else is why.
    #[error("{what}")]
    Caused {
        /// What did not work.
        what: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Failure {
    /// Something did not work because of something else.
    pub fn caused(what: impl Into<String>, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Caused { what: what.into(), source: Box::new(source) }
    }

    /// A service refused; all faults of the input are told.
    pub fn refused(what: impl Into<String>, error: packhorse_services::Error) -> Self {
        let what = what.into();
        match error {
            packhorse_services::Error::Invalid(faults) => {
                let faults = faults.iter().map(|fault| {
                    let place = fault.pointer.trim_start_matches('/');
                    format!("\n  {place}: {}", fault.detail)
                });
                Self::Said(what + ":" + &faults.collect::<String>())
            }
            other => Self::caused(what, other),
        }
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Configuration(_) | Self::Usage(_) => 2,
            Self::Output(_) | Self::Said(_) | Self::Caused { .. } => 1,
        }
    }

    /// What happened, and all causes.
    pub fn told(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            // Wrappers without words of their own repeat their cause.
            let words = error.to_string();
            if !text.ends_with(&words) {
                text = format!("{text}: {words}");
            }
            cause = error.source();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use packhorse_services::{Error as Refusal, Fault};

    use super::*;

    #[test]
    fn the_whole_chain_is_told_once() {
        let cause = packhorse_db::BackupError::Db(packhorse_db::DbError::Full);
        let failure = Failure::caused("there is no backup", cause);
        assert_eq!(failure.told(), "there is no backup: the disk is full");
        assert_eq!(failure.status(), 1);
        assert_eq!(Failure::Configuration(Faults(Vec::new())).status(), 2);
    }

    #[test]
    fn every_fault_of_an_input_is_told() {
        let faults = vec![Fault::new("/email", "email", "is no address"), Fault::new("/name", "length", "is empty")];
        let told = Failure::refused("nobody was made", Refusal::Invalid(faults)).told();
        assert_eq!(told, "nobody was made:\n  email: is no address\n  name: is empty");
    }
}
