//! Where everything published is found, in one place for links of every form.

use packhorse_domain::id::{NetworkId, SessionId, ShowcaseId, TrainerId, WorkshopId};
use url::form_urlencoded;

use crate::model::{Publisher, Site};

/// What is published together: all that is public, or one network's part of it.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// The installation.
    pub site: &'a Site,
    /// The network; everything public without one.
    pub network: Option<&'a Publisher>,
}

/// A page for people. Its path is relative to that of the edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/catalog`
    Catalog,
    /// `/workshops/{id}`
    Workshop(WorkshopId),
    /// `/sessions/{id}`
    Session(SessionId),
    /// `/trainers/{id}`
    Trainer(TrainerId),
    /// `/showcases/{id}`
    Showcase(ShowcaseId),
    /// `/needs`
    Needs,
    /// `/archive`
    Archive,
    /// `/calendar/{year}-{month}`
    Month(jiff::civil::Date),
    /// `/map`
    Map,
}

/// A form for programs. Its path is relative to that of the edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// `/feeds/workshops.atom`
    Workshops,
    /// `/feeds/sessions.atom`
    Sessions,
    /// `/feeds/needs.atom`
    Needs,
    /// `/feeds/recordings.rss`
    Recordings,
    /// `/feeds/sessions.ics`
    Calendar,
    /// `/feeds/workshops.csv`
    Table,
}

impl Feed {
    /// Every one, in the order pages list them.
    pub const ALL: [Self; 6] =
        [Self::Workshops, Self::Sessions, Self::Needs, Self::Recordings, Self::Calendar, Self::Table];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Workshops => "/feeds/workshops.atom",
            Self::Sessions => "/feeds/sessions.atom",
            Self::Needs => "/feeds/needs.atom",
            Self::Recordings => "/feeds/recordings.rss",
            Self::Calendar => "/feeds/sessions.ics",
            Self::Table => "/feeds/workshops.csv",
        }
    }

    /// Its media type, with the character set where it has one.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Workshops | Self::Sessions | Self::Needs => "application/atom+xml",
            Self::Recordings => "application/rss+xml",
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::Table => "text/csv; charset=utf-8; header=present",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Workshops => "New workshops (Atom)",
            Self::Sessions => "Sessions (Atom)",
            Self::Needs => "Needs board, week by week (Atom)",
            Self::Recordings => "Recordings (podcast)",
            Self::Calendar => "Sessions (calendar)",
            Self::Table => "Workshops (spreadsheet)",
        }
    }
}

impl Site {
    /// What every link begins with, without a slash at the end.
    pub(crate) fn root(&self) -> &str {
        let base = self.base.as_str();
        base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/')
    }

    /// Where the six verbs of OAI-PMH are answered.
    pub fn oai(&self) -> String {
        format!("{}/oai", self.root())
    }

    /// What the identifiers of OAI-PMH begin with.
    ///
    /// Source: OAI Identifier Format guidelines, section 2.
    pub(crate) fn oai_prefix(&self) -> String {
        format!("oai:{}:", self.host())
    }

    /// The name of its host.
    pub(crate) fn host(&self) -> &str {
        let rest = self.root().split_once("//").map_or("", |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default()
    }

    /// Where one network's edition begins.
    pub fn network(&self, id: NetworkId) -> String {
        format!("{}/networks/{id}", self.root())
    }

    /// The address of a page in the edition of everything: the canonical one of each thing.
    pub fn page(&self, page: Page) -> String {
        within(self.root(), page)
    }
}

impl Edition<'_> {
    /// Its name: that of the network, or of the whole.
    pub fn name(&self) -> &str {
        self.network.map_or(&self.site.name, |network| &network.name)
    }

    /// The zone its days are counted in: that of the network, or UTC.
    pub(crate) fn rules(&self) -> jiff::tz::TimeZone {
        self.network.map_or(jiff::tz::TimeZone::UTC, |network| network.zone.rules())
    }

    /// Where it begins, without a slash at the end.
    pub fn root(&self) -> String {
        self.network.map_or_else(|| self.site.root().to_owned(), |network| self.site.network(network.id))
    }

    /// The address of a page in this edition.
    pub fn page(&self, page: Page) -> String {
        within(&self.root(), page)
    }

    /// The address of a feed in this edition.
    pub fn feed(&self, feed: Feed) -> String {
        self.root() + feed.path()
    }

    /// The address of a feed of what a search finds, by the query of an address; of everything when that is empty.
    pub fn feed_of(&self, feed: Feed, query: &str) -> String {
        let whole = self.feed(feed);
        if query.is_empty() { whole } else { format!("{whole}?{query}") }
    }
}

fn within(root: &str, page: Page) -> String {
    match page {
        Page::Catalog => format!("{root}/catalog"),
        Page::Workshop(id) => format!("{root}/workshops/{id}"),
        Page::Session(id) => format!("{root}/sessions/{id}"),
        Page::Trainer(id) => format!("{root}/trainers/{id}"),
        Page::Showcase(id) => format!("{root}/showcases/{id}"),
        Page::Needs => format!("{root}/needs"),
        Page::Archive => format!("{root}/archive"),
        Page::Month(day) => format!("{root}/calendar/{}", day.strftime("%Y-%m")),
        Page::Map => format!("{root}/map"),
    }
}

/// A text as one segment of a path, or as a name without spaces.
///
/// Source: RFC 3986 section 2.1.
pub(crate) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
