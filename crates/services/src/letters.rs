//! What the program writes to people: short, plain, in the words of the API.

use packhorse_domain::{Timestamp, id::MailId, mail::Mail};

/// Writes mails, where there is a server that sends them.
#[derive(Debug, Clone)]
pub struct Letters {
    /// Where people reach the installation, without a slash at the end.
    pub public_url: String,
}

impl Letters {
    /// The way to a new password.
    pub(crate) fn password_reset(&self, to: &str, token: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "Somebody asked for a new password for this address at {url}.\n\nThis code sets one. It is good once, for an hour:\n\n\
             {token}\n\nPrograms take it to POST {url}/v1/password-resets.\n\nIf it was not you, do nothing: your password stays.\n"
        );
        letter(to, "A new password for Packhorse", body, now)
    }

    /// An invitation to a role.
    pub(crate) fn invitation(&self, to: &str, inviter: &str, token: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "{inviter} invites you to Packhorse at {url}, where libraries share trainers.\n\nThis code accepts. It is good once, for \
             seven days:\n\n{token}\n\nPrograms take it to POST {url}/v1/accounts or, if you have an account, to POST \
             {url}/v1/me/invitations.\n"
        );
        letter(to, "An invitation to Packhorse", body, now)
    }

    /// The way into an informal network.
    pub(crate) fn sign_up(&self, to: &str, network: &str, token: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "Somebody wants to take part in {network} at {url} with this address.\n\nThis code does it. It is good once, for seven \
             days:\n\n{token}\n\nPrograms take it to POST {url}/v1/accounts or, if you have an account, to POST \
             {url}/v1/me/invitations.\n\nIf it was not you, do nothing.\n"
        );
        letter(to, "Taking part in a network at Packhorse", body, now)
    }

    /// What libraries need this week, told already.
    pub(crate) fn digest(&self, to: &str, told: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "This was posted in your networks in the last week:\n\n{told}\n\nYou get this because you asked for it. Programs take it back \
             with PUT {url}/v1/me/consents/weekly_digest.\n"
        );
        letter(to, "What libraries need this week", body, now)
    }

    /// Proves that the new address is theirs.
    pub(crate) fn email_change(&self, to: &str, token: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "Somebody wants to sign in at {url} with this address from now on.\n\nThis code confirms it. It is good once, for a \
             day:\n\n{token}\n\nPrograms take it to POST {url}/v1/email-changes.\n\nIf it was not you, do nothing.\n"
        );
        letter(to, "Confirm your address for Packhorse", body, now)
    }

    /// Tells the old address.
    pub(crate) fn email_changed(&self, to: &str, now: Timestamp) -> Mail {
        let url = &self.public_url;
        let body = format!(
            "Your account at {url} has another address now; this one does not sign in any more.\n\nIf it was not you, tell whoever \
             coordinates your network at once.\n"
        );
        letter(to, "Your address for Packhorse was changed", body, now)
    }
}

fn letter(to: &str, subject: &str, body: String, now: Timestamp) -> Mail {
    Mail { id: MailId::new(now), recipient: to.to_owned(), subject: subject.to_owned(), body, attempts: 0 }
}
