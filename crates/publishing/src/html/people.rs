//! The page of a trainer.

use maud::html;

use crate::{
    address::{Edition, Feed, Page},
    model::{Publisher, Session, Trainer},
    text::language_names,
};

use super::{
    layout::{About, Followed, Look, OWN, follow, page, prose},
    session::sessions as session_list,
};

/// The page of a trainer with a public profile, and the sessions they teach next.
pub fn trainer(
    edition: Edition<'_>,
    look: Look<'_>,
    publisher: &Publisher,
    trainer: &Trainer,
    sessions: &[&Session],
) -> String {
    let query = format!("trainer={}", trainer.id);
    let feeds = Followed { feeds: &[Feed::Calendar], query: &query };
    let content = html! {
        article {
            p.kicker { "Trainer · " bdi { (publisher.name) } }
            h1 dir="auto" { (trainer.name) }
            div.columns {
                div {
                    @if !trainer.profile.is_empty() { (prose(&trainer.profile, "")) }
                    @if !trainer.workshops.is_empty() {
                        h2 { "Workshops" }
                        ul {
                            @for workshop in &trainer.workshops {
                                li { a href=(edition.page(Page::Workshop(workshop.id))) dir="auto" { (workshop.title) } }
                            }
                        }
                    }
                    h2 { "Teaches next" }
                    @if sessions.is_empty() { p { "No date is set. Libraries of the network can ask for one." } }
                    @else { (session_list(edition, look, sessions, true)) }
                    (follow(edition, feeds, "Follow these dates"))
                }
                aside aria-label="Facts" {
                    dl.facts {
                        @if !trainer.home.is_empty() { dt { "Lives near" } dd dir="auto" { (trainer.home) } }
                        @if !trainer.languages.is_empty() { dt { "Teaches in" } dd { (language_names(&trainer.languages)) } }
                        @if !trainer.topics.is_empty() {
                            dt { "Topics" }
                            dd {
                                ul.tags {
                                    @for topic in &trainer.topics {
                                        li { a href={ (edition.page(Page::Catalog)) "?topic=" (topic.id) } dir="auto" { (topic.name) } }
                                    }
                                }
                            }
                        }
                        dt { "Network" } dd dir="auto" { (publisher.name) }
                    }
                }
            }
        }
    };
    let about = About {
        title: &trainer.name,
        language: OWN,
        description: &trainer.profile,
        kind: "profile",
        canonical: Some(edition.site.page(Page::Trainer(trainer.id))),
        section: None,
        data: None,
        feeds,
    };
    page(edition, look, &about, &content)
}
