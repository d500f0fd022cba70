//! Atom: a feed of workshops or of sessions, newest first, in pages; the weekly digest of the needs board.
//!
//! Source: RFC 4287 (Atom), RFC 5005 section 3 (paged feeds).

use std::io::{self, Write};

use packhorse_domain::Timestamp;

use crate::{
    address::{self, Edition, Page},
    model::{Course, CreditRole, Need, NeedKind, Place, Session, SessionStatus, Venue},
    text::{format_name, hours, level_name, license_address, price},
    when::{self, utc},
    xml::Xml,
};

/// Where a feed stands among its pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paging<'a> {
    /// What was searched for, as the query of an address; empty for everything.
    pub query: &'a str,
    /// Cursor of this page; nothing on the first.
    pub this: Option<&'a str>,
    /// Cursor of the page of older entries.
    pub next: Option<&'a str>,
}

/// A feed, `application/atom+xml`, written entry by entry.
#[derive(Debug)]
pub struct Feed<'a, W: Write> {
    xml: Xml<W>,
    edition: Edition<'a>,
}

impl<'a, W: Write> Feed<'a, W> {
    /// Writes the beginning. `updated` is when the newest thing in it was last changed.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(
        out: W,
        edition: Edition<'a>,
        feed: address::Feed,
        updated: Timestamp,
        paging: Paging<'_>,
    ) -> io::Result<Self> {
        let mut xml = Xml::begin(out)?;
        let first = edition.feed_of(feed, paging.query);
        let page = |cursor: &str| {
            let joint = if paging.query.is_empty() { '?' } else { '&' };
            format!("{first}{joint}after={}", address::segment(cursor))
        };
        xml.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom")])?;
        xml.leaf("id", &[], &first)?;
        xml.leaf("title", &[], &format!("{}: {}", edition.name(), feed.title()))?;
        xml.leaf("updated", &[], &utc(updated))?;
        let link = |xml: &mut Xml<W>, rel, href: &str| xml.leaf("link", &[("rel", rel), ("href", href)], "");
        link(&mut xml, "self", &paging.this.map_or_else(|| first.clone(), page))?;
        link(&mut xml, "first", &first)?;
        if let Some(next) = paging.next {
            link(&mut xml, "next", &page(next))?;
        }
        let page = if feed == address::Feed::Needs { Page::Needs } else { Page::Catalog };
        link(&mut xml, "alternate", &edition.page(page))?;
        xml.open("author", &[])?;
        xml.leaf("name", &[], named(edition.name()))?;
        xml.close()?;
        Ok(Self { xml, edition })
    }

    /// Writes one workshop.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn workshop(&mut self, course: &Course) -> io::Result<()> {
        let address = self.edition.site.page(Page::Workshop(course.id));
        let language = course.languages.first().map_or("", String::as_str);
        self.entry(&address, &course.title, language, course.updated_at)?;
        self.xml.leaf("published", &[], &utc(course.published_at))?;
        for credit in course.credits.iter().filter(|credit| credit.role == CreditRole::Author) {
            self.xml.open("author", &[])?;
            self.xml.leaf("name", &[], named(&credit.name))?;
            self.xml.close()?;
        }
        for topic in &course.topics {
            self.xml.leaf("category", &[("term", &topic.id.to_string()), ("label", &topic.name)], "")?;
        }
        if let Some(license) = course.license.as_deref().and_then(license_address) {
            self.xml.leaf("link", &[("rel", "license"), ("href", &license)], "")?;
        }
        let mut about = vec![level_name(course.level).to_owned(), when::length(course.duration)];
        about.extend(course.ce_hours.iter().map(hours));
        self.xml.told("summary", &course.summary)?;
        self.xml.leaf(
            "content",
            &[("type", "text")],
            &[course.objectives.join("\n"), about.join(", ")].join("\n\n"),
        )?;
        self.xml.close()
    }

    /// Writes one session.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn session(&mut self, session: &Session) -> io::Result<()> {
        let address = self.edition.site.page(Page::Session(session.id));
        self.entry(&address, &session.title, &session.language, session.updated_at)?;
        self.xml.leaf("summary", &[], &summary(session))?;
        self.xml.close()
    }

    /// Writes the digest of postings, newest first: an entry for each week (ISO 8601) in which there were some.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn digest(&mut self, postings: &[Need]) -> io::Result<()> {
        let rules = self.edition.rules();
        let week = |posting: &Need| {
            let week = posting.posted_at.to_zoned(rules.clone()).date().iso_week_date();
            (week.year(), week.week())
        };
        postings.chunk_by(|one, next| week(one) == week(next)).try_for_each(|posted| {
            let Some(newest) = posted.first() else { return Ok(()) };
            let (year, number) = week(newest);
            let address = format!("{}#{year}-W{number:02}", self.edition.page(Page::Needs));
            let lines: Vec<_> = posted.iter().map(line).collect();
            self.entry(&address, &format!("Needs board, week {number} of {year}"), "en", newest.posted_at)?;
            self.xml.leaf("content", &[("type", "text")], &lines.join("\n\n"))?;
            self.xml.close()
        })
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<W> {
        self.xml.end()
    }

    fn entry(&mut self, address: &str, title: &str, language: &str, updated: Timestamp) -> io::Result<()> {
        self.xml.open("entry", &[("xml:lang", language)])?;
        self.xml.leaf("id", &[], address)?;
        self.xml.leaf("title", &[], title)?;
        self.xml.leaf("updated", &[], &utc(updated))?;
        self.xml.leaf("link", &[("rel", "alternate"), ("type", "text/html"), ("href", address)], "")
    }
}

/// A person must have a name.
fn named(name: &str) -> &str {
    if name.is_empty() { "Packhorse" } else { name }
}

/// A posting as a digest tells of it.
fn line(posting: &Need) -> String {
    let what = match posting.kind {
        NeedKind::Need => "Looking for",
        NeedKind::Offer => "Has to give",
    };
    let place = if posting.place.is_empty() { String::new() } else { format!(", {}", posting.place) };
    let told = format!("{} ({}{place}): {}", what, posting.by, posting.title);
    if posting.text.is_empty() { told } else { format!("{told}\n{}", posting.text) }
}

/// What a session is, in lines: status, time, place, host, price.
pub(crate) fn summary(session: &Session) -> String {
    let mut lines = Vec::new();
    match session.status {
        SessionStatus::Scheduled => {}
        SessionStatus::Canceled => lines.push("Canceled.".to_owned()),
        SessionStatus::MovedOnline => lines.push("Moved online.".to_owned()),
        SessionStatus::Rescheduled { previous_start } => {
            lines.push(format!("Rescheduled from {}.", when::day(&when::on(previous_start, &session.zone))));
        }
    }
    let day = when::day(&when::on(session.time.start, &session.zone));
    let zone = when::zone_name(&session.zone);
    lines.push(format!("{day}, {} ({zone})", when::hours(session.time, &session.zone)));
    lines.push(place(&session.place));
    if !session.host.is_empty() {
        lines.push(format!("Host: {}", session.host));
    }
    if !session.trainers.is_empty() {
        let names: Vec<_> = session.trainers.iter().map(|trainer| trainer.name.as_str()).collect();
        lines.push(format!("Taught by {}", names.join(", ")));
    }
    lines.extend(session.price.map(|fee| format!("Price: {}", price(fee))));
    lines.push(format_name(session.place.format()).to_owned());
    lines.join("\n")
}

/// A place in one line.
pub(crate) fn place(place: &Place) -> String {
    let venue = |venue: &Venue| {
        let mut parts = vec![venue.name.as_str()];
        parts.extend(venue.address.iter().map(String::as_str));
        parts.join(", ")
    };
    match place {
        Place::Venue(at) => venue(at),
        Place::Online(room) if room.name.is_empty() => "Online".to_owned(),
        Place::Online(room) => format!("Online: {}", room.name),
        Place::Both(at, room) if room.name.is_empty() => format!("{}; online", venue(at)),
        Place::Both(at, room) => format!("{}; online: {}", venue(at), room.name),
    }
}
