//! A page for what went wrong.

use maud::html;

use crate::address::{Edition, Page};

use super::layout::{About, Look, OWN, page};

/// The page for an error, without anything of its cause.
pub fn failure(edition: Edition<'_>, look: Look<'_>, status: u16) -> String {
    let (title, detail) = match status {
        404 => ("There is no such page", "It may have been withdrawn, or the address has a slip of the pen in it."),
        410 => ("It was withdrawn", "Whoever published this has taken it out of the catalog."),
        429 => ("Too much at once", "Wait a minute, then try again."),
        400..=499 => ("That did not work", "Something about the address is not understood here."),
        _ => ("That was our mistake", "Try again in a minute. If it stays so, whoever runs this wants to know."),
    };
    let content = html! {
        div.opening {
            p.kicker { "Error " (status) }
            h1 { (title) }
            p.lead { (detail) }
        }
        p { a.button href=(edition.page(Page::Catalog)) { "To the catalog" } }
    };
    let about = About {
        title,
        language: OWN,
        description: detail,
        kind: "website",
        canonical: None,
        section: None,
        data: None,
    };
    page(edition, look, &about, &content)
}
