//! Mails on their way out.

use jiff::SignedDuration;

use crate::{id::MailId, text::words};

words! {
    /// What has become of a mail. One that was sent is kept no longer.
    MailState {
        /// To be sent.
        Waiting = "waiting",
        /// Given up.
        Failed = "failed",
    }
}

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// The address.
    pub recipient: String,
    /// Its subject, one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// How often it was tried.
    pub attempts: i32,
}

/// How long after each failure a mail is tried again, in minutes: over a day in all.
const PAUSES: [i64; 8] = [1, 5, 15, 60, 120, 240, 480, 960];

impl Mail {
    /// How long to wait after as many attempts as it had; none when it is given up.
    pub fn pause(&self) -> Option<SignedDuration> {
        let tried = usize::try_from(self.attempts).unwrap_or(usize::MAX);
        PAUSES.get(tried.saturating_sub(1)).map(|minutes| SignedDuration::from_mins(*minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_given_up_after_a_day() {
        let tried = |attempts| Mail {
            id: MailId::nil(),
            recipient: String::new(),
            subject: String::new(),
            body: String::new(),
            attempts,
        };
        let pauses: Vec<_> = (1..).map_while(|attempts| tried(attempts).pause()).collect();
        assert_eq!((pauses.len(), pauses[0]), (8, SignedDuration::from_mins(1)));
        let all = pauses.into_iter().fold(SignedDuration::ZERO, |all, each| all + each);
        assert!(all > SignedDuration::from_hours(24));
    }
}
