//! Rooms online and the archive: what can be entered next, and what was recorded.

use maud::{Markup, html};

use crate::{
    address::{Edition, Page, segment},
    model::{Recording, Session},
    text::size,
    when::{day, length, utc},
};

use super::{
    layout::{About, Followed, Look, OWN, next_page, page, prose},
    session::{sessions as session_list, zone_form},
    workshop::materials,
};

/// What the page lists.
#[derive(Debug, Clone, Copy)]
pub struct Archive<'a> {
    /// What is held online next.
    pub upcoming: &'a [&'a Session],
    /// This page of what was recorded, newest first.
    pub recordings: &'a [Recording],
    /// Cursor of the page after this one.
    pub next: Option<&'a str>,
}

/// A page of the archive, with rooms online above.
pub fn archive(edition: Edition<'_>, look: Look<'_>, archive: &Archive<'_>) -> String {
    let content = html! {
        div.opening {
            h1 { "Rooms and recordings" }
            p.lead { "What is held online next, and what was kept of what was held before." }
        }
        section aria-labelledby="rooms" {
            h2 #rooms { "Held online next" }
            (zone_form(&edition.page(Page::Archive), look.zone))
            @if archive.upcoming.is_empty() { p { "Nothing is held online at the moment." } }
            @else { (session_list(edition, look, archive.upcoming, true)) }
        }
        section aria-labelledby="recordings" {
            h2 #recordings { "Recordings" }
            @if archive.recordings.is_empty() { p { "Nothing was recorded yet." } }
            ul.board { @for one in archive.recordings { (recording(edition, one)) } }
            @if let Some(cursor) = archive.next {
                (next_page(&format!("{}?after={}", edition.page(Page::Archive), segment(cursor)), "Older recordings"))
            }
        }
    };
    let about = About {
        title: "Rooms and recordings",
        language: OWN,
        description: "Workshops held online next, and recordings of those held before.",
        kind: "website",
        canonical: Some(edition.page(Page::Archive)),
        section: Some(Page::Archive),
        data: None,
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}

fn recording(edition: Edition<'_>, recording: &Recording) -> Markup {
    html! {
        li {
            h3 dir="auto" { (recording.title) }
            p.kicker {
                time datetime=(utc(recording.published_at)) { (day(&recording.published_at.to_zoned(edition.rules()))) }
                " · " (length(recording.duration))
                @if recording.captions { " · with captions" } @else { " · without captions" }
            }
            (prose(&recording.summary, ""))
            p {
                a.button href=(recording.address) type=(recording.media_type) { "Play" } " "
                span.fine { (recording.media_type) ", " (size(recording.bytes)) }
            }
            @if !recording.materials.is_empty() { (materials(&recording.materials, true)) }
            p { a href=(edition.page(Page::Workshop(recording.workshop))) { "The workshop it is of" } }
        }
    }
}
