//! The frame of every page: head, header, footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use packhorse_domain::Zone;

use crate::{
    address::{Edition, Feed, Page},
    text::{beginning, can_be_written},
};

/// The style sheet, `text/css`, to be served at `/style.css` of the installation: light and dark, screen and paper.
pub const STYLE: &str = include_str!("style.css");

/// What stands around the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Frame {
    /// Header and footer: a page of its own.
    #[default]
    Whole,
    /// Neither, and links open outside: a frame in somebody else's page.
    Embedded,
}

/// How whoever asks wants to see a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// What stands around the content.
    pub frame: Frame,
    /// A zone whose clock is shown beside that of the venue.
    pub zone: Option<&'a Zone>,
}

/// What a page says of itself.
#[derive(Debug)]
pub(super) struct About<'a> {
    pub title: &'a str,
    /// The language of title and content, BCP 47; that of our own words is English.
    pub language: &'a str,
    pub description: &'a str,
    /// Open Graph type.
    pub kind: &'static str,
    /// Its one true address; nothing for a page that is not to be found again.
    pub canonical: Option<String>,
    /// Which entry of the header it belongs to.
    pub section: Option<Page>,
    /// JSON-LD, made safe already.
    pub data: Option<String>,
    /// Feeds of what it shows alone.
    pub feeds: Followed<'a>,
}

/// Feeds of a part of the catalog.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Followed<'a> {
    pub feeds: &'a [Feed],
    /// Which part, as the query of their addresses.
    pub query: &'a str,
}

/// The language our own words are in.
pub(super) const OWN: &str = "en";

/// The outline of the mark's horse.
const HORSE: &str = "M8 33l1-10c-1.6-1-2.6-2.7-2.6-4.8C6.400 17 5 19 4.600 23c-1.400-3.600-1-8.200 2.900-9.300 2-.6 4.200-.5 6.500-.4h13.500c3-.2 4.800-2 6.600-5l2.100-3.600-.3-2.700 2.600 2.200c3.200.7 5.600 3 7.500 6.100.5.9.3 1.800-.6 2.300l-1.500.7c-.8.3-1.500.1-2-.5l-1.200-1.200-3 .6c-1.200 4.300-2.500 7.600-4.800 10l1 10.800h-3.200l-1.700-9.600c-3.700.9-8 .8-11.800-.3L13.200 33H10l.7-6.500L11 33z";

/// The mark for a browser's tab. In the page itself: browsers look for one of their own where a page names none.
fn icon() -> String {
    let svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 -6 48 48'%3E";
    format!("{svg}%3Cpath fill='%2386360f' d='{HORSE}'/%3E%3C/svg%3E")
}

/// The mark: a horse with saddle bags of books, in the color of the text.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 48 36" width="48" height="36" aria-hidden="true" focusable="false" {
            path.horse d=(HORSE) {}
            path.bags d="M15.500 9.500h4v13h-4zM20.500 8h3v14.500h-3zM24.500 10h3.500v12.500h-3.500z" {}
        }
    }
}

/// A page around its content, as a text without a character HTML cannot hold.
pub(super) fn page(edition: Edition<'_>, look: Look<'_>, about: &About<'_>, content: &Markup) -> String {
    let description = beginning(about.description, 200);
    let whole = look.frame == Frame::Whole;
    let page = html! {
        (DOCTYPE)
        html lang=(OWN) class=[(!whole).then_some("embedded")] {
            head {
                meta charset="utf-8";
                @if !whole { base target="_top"; }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="strict-origin-when-cross-origin";
                title lang=(about.language) { (about.title) " · " (edition.name()) }
                @if !description.is_empty() { meta name="description" content=(description); }
                @match &about.canonical {
                    Some(address) => { link rel="canonical" href=(address); meta property="og:url" content=(address); },
                    None => meta name="robots" content="noindex";,
                }
                meta property="og:type" content=(about.kind);
                meta property="og:title" content=(about.title);
                meta property="og:site_name" content=(edition.name());
                meta property="og:locale" content=(about.language.replace('-', "_"));
                @if !description.is_empty() { meta property="og:description" content=(description); }
                link rel="icon" type="image/svg+xml" href=(icon());
                link rel="stylesheet" href={ (edition.site.root()) "/style.css" };
                @for feed in about.feeds.feeds {
                    (alternate(*feed, &edition.feed_of(*feed, about.feeds.query), about.title))
                }
                @for feed in Feed::ALL { (alternate(feed, &edition.feed(feed), edition.name())) }
                @if let Some(data) = &about.data { script type="application/ld+json" { (PreEscaped(data)) } }
            }
            body {
                @if whole {
                    a.skip href="#content" { "Skip to the content" }
                    (header(edition, about.section))
                }
                main #content tabindex="-1" { (content) }
                @if whole { (footer(edition)) }
            }
        }
    };
    let mut page = page.into_string();
    page.retain(can_be_written);
    page
}

/// Names a feed to programs.
fn alternate(feed: Feed, address: &str, of: &str) -> Markup {
    html! {
        link rel="alternate" type=(feed.media_type().split(';').next().unwrap_or_default())
            title={ (of) ": " (feed.title()) } href=(address);
    }
}

/// Names feeds of what a page shows alone to people.
pub(super) fn follow(edition: Edition<'_>, followed: Followed<'_>, words: &str) -> Markup {
    html! {
        p.fine {
            (words) ": "
            @for (n, feed) in followed.feeds.iter().enumerate() {
                @if n > 0 { ", " }
                a href=(edition.feed_of(*feed, followed.query)) type=(feed.media_type()) { (feed.title()) }
            }
        }
    }
}

fn header(edition: Edition<'_>, section: Option<Page>) -> Markup {
    let today = edition.site.generated_at.to_zoned(edition.rules());
    let entries = [
        ("Workshops", Page::Catalog),
        ("Calendar", Page::Month(today.date())),
        ("Map", Page::Map),
        ("Needs board", Page::Needs),
        ("Archive", Page::Archive),
    ];
    let here =
        |page: Page| section.is_some_and(|section| std::mem::discriminant(&section) == std::mem::discriminant(&page));
    html! {
        header.top {
            a.home href=(edition.page(Page::Catalog)) { (mark()) span dir="auto" { (edition.name()) } }
            nav aria-label="Sections" {
                ul {
                    @for (name, page) in entries {
                        li { a href=(edition.page(page)) aria-current=[here(page).then_some("page")] { (name) } }
                    }
                }
            }
        }
    }
}

fn footer(edition: Edition<'_>) -> Markup {
    html! {
        footer.bottom {
            nav aria-label="Feeds" {
                h2 { "Take it with you" }
                ul {
                    @for feed in Feed::ALL {
                        li { a href=(edition.feed(feed)) type=(feed.media_type()) { (feed.title()) } }
                    }
                    li { a href={ (edition.site.oai()) "?verb=Identify" } { "For harvesters (OAI-PMH)" } }
                }
            }
            p.colophon {
                "Named after the Pack Horse Librarians, who carried books to readers in the mountains of Kentucky from 1935 to 1943."
            }
        }
    }
}

/// Where a list goes on.
pub(super) fn next_page(address: &str, label: &str) -> Markup {
    html! {
        nav aria-label="Pages" { a.button rel="next" href=(address) { (label) } }
    }
}

/// The paragraphs of a text of the model.
pub(super) fn prose(text: &str, language: &str) -> Markup {
    html! {
        div.prose lang=(language) dir="auto" {
            @for paragraph in crate::text::paragraphs(text) { p dir="auto" { (paragraph) } }
        }
    }
}
