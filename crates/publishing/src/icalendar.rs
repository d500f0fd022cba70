//! Sessions as a calendar that programs subscribe to, in the zones of their venues.
//!
//! Source: RFC 5545, RFC 7986; the writer is that of `packhorse_calendar`.

use std::io::{self, Write};

use packhorse_calendar::{
    feed::{Feed, Venue},
    ics::{Entry, EntryStatus},
};

use crate::{
    address::{Edition, Page},
    atom::{place, summary},
    model::{Session, SessionStatus},
};

/// A calendar, `text/calendar; charset=utf-8`, written session by session.
#[derive(Debug)]
pub struct Calendar<'a, W: Write> {
    feed: Feed<W>,
    edition: Edition<'a>,
}

impl<'a, W: Write> Calendar<'a, W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(out: W, edition: Edition<'a>) -> io::Result<Self> {
        Ok(Self { feed: Feed::begin(out, edition.name())?, edition })
    }

    /// Writes one session. A canceled one stays in the calendar, struck out, so that subscribers learn of it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, session: &Session) -> io::Result<()> {
        let canceled = session.status == SessionStatus::Canceled;
        let entry = Entry {
            uid: session.id.to_string(),
            time: session.time,
            stamp: session.updated_at,
            sequence: session.sequence,
            status: if canceled { EntryStatus::Cancelled } else { EntryStatus::Confirmed },
            summary: session.title.clone(),
            location: place(&session.place),
            description: summary(session),
            transparent: canceled,
        };
        let venue = Venue {
            zone: &session.zone,
            coordinates: session.place.venue().and_then(|venue| venue.coordinates),
            address: &self.edition.site.page(Page::Session(session.id)),
        };
        self.feed.entry(&entry, &venue)
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<W> {
        self.feed.end()
    }
}
