//! Sends mails through an SMTP server.

use std::time::Duration;

use lettre::{
    Message, SmtpTransport, Transport,
    message::{Mailbox, header::ContentType},
};
use packhorse_domain::mail::Mail;
use packhorse_services::mails::Delivery;

use crate::config::MailConfig;

/// Longest that one command of a server takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends mails.
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Mailer {
    /// One for an installation that has an SMTP server.
    pub fn new(config: &MailConfig) -> Option<Self> {
        let transport = SmtpTransport::from_url(config.smtp_url.as_deref()?).ok()?.timeout(Some(PATIENCE)).build();
        Some(Self { transport, from: config.from.as_deref()?.parse().ok()? })
    }

    /// Sends one. Blocks until the server took it, or did not.
    pub fn send(&self, mail: &Mail) -> Delivery {
        let (id, attempts) = (mail.id, mail.attempts);
        let Ok(to) = mail.recipient.parse::<Mailbox>() else {
            tracing::warn!(%id, "a mail has an address that no server takes");
            return Delivery::Never;
        };
        let message = Message::builder().from(self.from.clone()).to(to).subject(&mail.subject);
        let message = match message.header(ContentType::TEXT_PLAIN).body(mail.body.clone()) {
            Ok(message) => message,
            Err(error) => {
                tracing::warn!(%id, %error, "a mail cannot be written");
                return Delivery::Never;
            }
        };
        match self.transport.send(&message) {
            Ok(_) => Delivery::Sent,
            Err(error) => {
                let never = error.is_permanent();
                // Neither the address nor the server's words, which may repeat it.
                tracing::warn!(%id, attempts, never, status = ?error.status(), "a mail was not sent");
                if never { Delivery::Never } else { Delivery::Later }
            }
        }
    }
}
