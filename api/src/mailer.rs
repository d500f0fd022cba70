//! Sends mails through an SMTP server.

use std::{error::Error, path::Path, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport,
    message::{Mailbox, header::ContentType},
    transport::smtp::client::{Certificate, Tls, TlsParameters, TlsParametersBuilder},
};
use packhorse_domain::mail::Mail;
use packhorse_services::mails::Delivery;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use url::Url;

use crate::config::MailConfig;

/// Longest that one command of a server takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Certificates of a file.
///
/// # Errors
/// The file cannot be read, or holds none.
pub fn certificates(file: &Path) -> Result<Vec<Certificate>, Box<dyn Error>> {
    let found: Vec<_> = CertificateDer::pem_file_iter(file)?.collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err("it holds no certificate".into());
    }
    Ok(found.into_iter().map(|each| Certificate::from_der(each.to_vec())).collect::<Result<_, _>>()?)
}

fn transport(url: &str, authorities: Option<&Path>) -> Result<SmtpTransport, Box<dyn Error>> {
    let mut builder = SmtpTransport::from_url(url)?.timeout(Some(PATIENCE));
    if let Some(file) = authorities {
        let url = Url::parse(url)?;
        let trust = TlsParameters::builder(url.host_str().unwrap_or_default().to_owned());
        let trust = certificates(file)?.into_iter().fold(trust, TlsParametersBuilder::add_root_certificate);
        builder = match (url.scheme(), url.query()) {
            ("smtps", _) => builder.tls(Tls::Wrapper(trust.build()?)),
            (_, Some("tls=required")) => builder.tls(Tls::Required(trust.build()?)),
            _ => builder,
        };
    }
    Ok(builder.build())
}

/// Sends mails.
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Mailer {
    /// One for an installation that has an SMTP server.
    pub fn new(config: &MailConfig) -> Option<Self> {
        let from = config.from.as_deref()?.parse().ok()?;
        match transport(config.smtp_url.as_deref()?, config.authorities.as_deref()) {
            Ok(transport) => Some(Self { transport, from }),
            Err(error) => {
                tracing::warn!(%error, "no mail can be sent");
                None
            }
        }
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
