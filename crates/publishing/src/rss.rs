//! RSS: recordings with enclosures, as podcast programs read them.
//!
//! Source: RSS 2.0.11 (rssboard.org), Apple's podcast tags (`itunes`).

use std::io::{self, Write};

use maud::html;
use packhorse_domain::Timestamp;

use crate::{
    address::{Edition, Feed, Page},
    model::Recording,
    xml::Xml,
};

/// A channel, `application/rss+xml`, written recording by recording.
#[derive(Debug)]
pub struct Channel<'a, W: Write> {
    xml: Xml<W>,
    edition: Edition<'a>,
}

impl<'a, W: Write> Channel<'a, W> {
    /// Writes the beginning. `language` is that of most recordings, BCP 47.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(out: W, edition: Edition<'a>, language: &str) -> io::Result<Self> {
        let mut xml = Xml::begin(out)?;
        xml.open(
            "rss",
            &[
                ("version", "2.0"),
                ("xmlns:atom", "http://www.w3.org/2005/Atom"),
                ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
            ],
        )?;
        xml.open("channel", &[])?;
        let title = format!("{}: recordings", edition.name());
        xml.leaf("title", &[], &title)?;
        xml.leaf("link", &[], &edition.page(Page::Archive))?;
        xml.leaf("description", &[], "Recordings of workshops that libraries share.")?;
        xml.leaf("language", &[], language)?;
        xml.leaf("lastBuildDate", &[], &mail_date(edition.site.generated_at))?;
        let address = edition.feed(Feed::Recordings);
        xml.leaf("atom:link", &[("rel", "self"), ("type", Feed::Recordings.media_type()), ("href", &address)], "")?;
        xml.leaf("itunes:author", &[], edition.name())?;
        xml.leaf("itunes:explicit", &[], "false")?;
        xml.leaf("itunes:category", &[("text", "Education")], "")?;
        Ok(Self { xml, edition })
    }

    /// Writes one recording.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, recording: &Recording) -> io::Result<()> {
        let xml = &mut self.xml;
        xml.open("item", &[])?;
        xml.leaf("title", &[], &recording.title)?;
        xml.leaf("link", &[], &self.edition.site.page(Page::Workshop(recording.workshop)))?;
        xml.leaf("guid", &[("isPermaLink", "false")], &recording.id)?;
        xml.leaf("pubDate", &[], &mail_date(recording.published_at))?;
        // What is described here is taken for HTML.
        xml.told("description", &html! { (recording.summary) }.into_string())?;
        let length = recording.bytes.to_string();
        let enclosure =
            [("url", recording.address.as_str()), ("length", &length), ("type", recording.media_type.as_str())];
        xml.leaf("enclosure", &enclosure, "")?;
        xml.leaf("itunes:duration", &[], &(u64::from(recording.duration.0) * 60).to_string())?;
        xml.close()
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<W> {
        self.xml.end()
    }
}

/// Source: RFC 5322 section 3.3, in UTC.
fn mail_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
