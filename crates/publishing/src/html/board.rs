//! Showcases and the needs board.

use maud::html;

use crate::{
    address::{Edition, Page, segment},
    model::{Need, NeedKind, Showcase},
    when::{day, utc},
};

use super::{
    layout::{About, Followed, Look, OWN, next_page, page, prose},
    session::{venue_lines, when, zone_form},
};

/// The page of a showcase: its tables, each with one tip and what can be taken along.
pub fn showcase(edition: Edition<'_>, look: Look<'_>, showcase: &Showcase) -> String {
    let own = edition.page(Page::Showcase(showcase.id));
    let content = html! {
        article {
            p.kicker { "Showcase" }
            h1 dir="auto" { (showcase.title) }
            (when(showcase.time, &showcase.zone, look.zone))
            p { (venue_lines(&showcase.venue)) }
            (zone_form(&own, look.zone))
            @if !showcase.summary.is_empty() { (prose(&showcase.summary, "")) }
            ol.tables {
                @for table in &showcase.tables {
                    li value=(table.number) {
                        p.kicker { "Table " (table.number) " · " bdi { (table.host) } }
                        h2 dir="auto" { (table.title) }
                        @if !table.tip.is_empty() { p.tip dir="auto" { (table.tip) } }
                        @if !table.handouts.is_empty() {
                            ul.materials aria-label="To take along" {
                                @for handout in &table.handouts { li { a href=(handout.address) dir="auto" { (handout.title) } } }
                            }
                        }
                        @if let Some(address) = &table.bring { p { a href=(address) { "Bring this to us" } } }
                    }
                }
            }
        }
    };
    let about = About {
        title: &showcase.title,
        language: OWN,
        description: &showcase.summary,
        kind: "event",
        canonical: Some(edition.site.page(Page::Showcase(showcase.id))),
        section: None,
        data: None,
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}

/// What a page of the needs board lists, newest first.
#[derive(Debug, Clone, Copy)]
pub struct Board<'a> {
    /// This page of it.
    pub postings: &'a [Need],
    /// Cursor of the page after this one.
    pub next: Option<&'a str>,
}

/// A page of the needs board.
pub fn needs(edition: Edition<'_>, look: Look<'_>, board: &Board<'_>) -> String {
    let rules = edition.rules();
    let content = html! {
        div.opening {
            h1 { "Needs board" }
            p.lead { "What libraries look for, and what they have to give." }
        }
        @if board.postings.is_empty() { p.empty { "Nobody needs anything at the moment." } }
        ul.board {
            @for posting in board.postings {
                li.offer[posting.kind == NeedKind::Offer] {
                    p.kicker {
                        @match posting.kind { NeedKind::Need => "Looking for", NeedKind::Offer => "Has to give" }
                        " · " bdi { (posting.by) }
                        @if !posting.place.is_empty() { ", " bdi { (posting.place) } }
                        " · "
                        time datetime=(utc(posting.posted_at)) { (day(&posting.posted_at.to_zoned(rules.clone()))) }
                    }
                    h2 dir="auto" { (posting.title) }
                    (prose(&posting.text, ""))
                    @if let Some(contact) = &posting.contact {
                        p {
                            a href=(contact.address) { "Answer" } " "
                            span.fine { (contact.replies) @if contact.replies == 1 { " answer" } @else { " answers" } " so far" }
                        }
                    }
                }
            }
        }
        @if let Some(cursor) = board.next {
            (next_page(&format!("{}?after={}", edition.page(Page::Needs), segment(cursor)), "Older postings"))
        }
    };
    let about = About {
        title: "Needs board",
        language: OWN,
        description: "What libraries look for, and what they have to give.",
        kind: "website",
        canonical: Some(edition.page(Page::Needs)),
        section: Some(Page::Needs),
        data: None,
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}
