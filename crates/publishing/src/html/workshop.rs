//! The page of one workshop.

use maud::{Markup, html};

use crate::{
    address::{Edition, Feed, Page},
    json_ld,
    model::{Course, CreditRole, Fees, Material, Publisher, RoomNeeds, Session},
    text::{format_name, hours, hundredths, kind_name, language_names, level_name, license_address, price, size},
    when::{day, length, on, with_offset},
};

use super::{
    layout::{About, Followed, Look, follow, page, prose},
    session::{language, people, sessions as session_list},
};

/// The page of one workshop with the sessions that are still to come.
pub fn workshop(
    edition: Edition<'_>,
    look: Look<'_>,
    publisher: &Publisher,
    course: &Course,
    sessions: &[Session],
) -> String {
    let own = language(course);
    let query = format!("workshop={}", course.id);
    let feeds = Followed { feeds: &[Feed::Calendar], query: &query };
    let content = html! {
        article {
            p.kicker { (level_name(course.level)) " · " (length(course.duration)) " · " bdi { (publisher.name) } }
            h1 lang=(own) dir="auto" { (course.title) }
            div.columns {
                div {
                    @if !course.summary.is_empty() { (prose(&course.summary, own)) }
                    @if !course.objectives.is_empty() {
                        h2 { "What you can do afterwards" }
                        ul.objectives lang=(own) {
                            @for objective in &course.objectives { li dir="auto" { (objective) } }
                        }
                    }
                    h2 { "Dates" }
                    @if sessions.is_empty() {
                        p { "No date is set. Libraries of the network can ask for one." }
                    } @else {
                        (session_list(edition, look, &sessions.iter().collect::<Vec<_>>(), false))
                    }
                    (follow(edition, feeds, "Follow its dates"))
                    @if !course.materials.is_empty() {
                        h2 { "Materials" }
                        (materials(&course.materials, true))
                    }
                    (origin(course))
                }
                aside aria-label="Facts" { (facts(edition, course)) }
            }
            p.fine {
                "Published "
                time datetime=(with_offset(course.published_at, &publisher.zone)) { (day(&on(course.published_at, &publisher.zone))) }
                ", last changed "
                time datetime=(with_offset(course.updated_at, &publisher.zone)) { (day(&on(course.updated_at, &publisher.zone))) }
                ", version " (course.version.0) "."
            }
        }
    };
    let about = About {
        title: &course.title,
        language: own,
        description: &course.summary,
        kind: "article",
        canonical: Some(edition.site.page(Page::Workshop(course.id))),
        section: Some(Page::Catalog),
        data: Some(json_ld::course(edition.site, publisher, course, sessions)),
        feeds,
    };
    page(edition, look, &about, &content)
}

fn facts(edition: Edition<'_>, course: &Course) -> Markup {
    html! {
        dl.facts {
            dt { "Format" }
            @for format in &course.formats { dd { (format_name(*format)) } }
            @if !course.audience.is_empty() { dt { "For" } dd dir="auto" { (course.audience) } }
            @if let Some(fees) = &course.fees { dt { "Fee" } (fee_lines(fees)) }
            @if !course.ce_hours.is_empty() { dt { "Counts for" } @for ce in &course.ce_hours { dd dir="auto" { (hours(ce)) } } }
            @if let Some(group) = group(course) { dt { "Group" } dd { (group) } }
            @if course.room != RoomNeeds::default() {
                dt { "The room needs" }
                @if course.room.computers > 0 { dd { (course.room.computers) " computers" } }
                @if course.room.projector { dd { "A projector" } }
            }
            @if !course.languages.is_empty() { dt { "Taught in" } dd { (language_names(&course.languages)) } }
            @if !course.trainers.is_empty() { dt { "Taught by" } dd { (people(edition, &course.trainers)) } }
            @if let Some(evaluation) = course.evaluation {
                dt { "Learners say" }
                dd { (hundredths(evaluation.mean_hundredths())) " of 5, " (evaluation.count()) " answers" }
            }
            @if !course.topics.is_empty() {
                dt { "Topics" }
                dd {
                    ul.tags {
                        @for topic in &course.topics {
                            li { a href={ (edition.page(Page::Catalog)) "?topic=" (topic.id) } dir="auto" { (topic.name) } }
                        }
                    }
                }
            }
            @if !course.competencies.is_empty() {
                dt { "Competencies" }
                @for competency in &course.competencies {
                    dd dir="auto" { (competency.name) " (" (competency.scheme) @if !competency.code.is_empty() { " " (competency.code) } ")" }
                }
            }
            @if !course.taught_at.is_empty() {
                dt { "Taught before in" }
                dd { @for (n, place) in course.taught_at.iter().enumerate() { @if n > 0 { ", " } bdi { (place) } } }
            }
        }
    }
}

fn fee_lines(fees: &Fees) -> Markup {
    html! {
        dd { (price(fees.member)) " for members" }
        @if let Some(fee) = fees.partner { dd { (price(fee)) " for partners" } }
        @if let Some(fee) = fees.other { dd { (price(fee)) " for others" } }
    }
}

fn group(course: &Course) -> Option<String> {
    match (course.minimum_attendance, course.maximum_attendance) {
        (Some(least), Some(most)) => Some(format!("{least} to {most} people")),
        (Some(least), None) => Some(format!("{least} people or more")),
        (None, Some(most)) => Some(format!("up to {most} people")),
        (None, None) => None,
    }
}

fn license(expression: &str) -> Markup {
    html! {
        @match license_address(expression) {
            Some(address) => a href=(address) rel="license" { (expression) },
            None => bdi { (expression) },
        }
    }
}

/// License, credits and the attribution chain.
fn origin(course: &Course) -> Markup {
    let silent = course.license.is_none() && course.credits.is_empty() && course.adapted_from.is_empty();
    html! {
        @if !silent || course.adaptations > 0 {
            h2 { "Where it comes from" }
            @for credit in &course.credits {
                p {
                    @match credit.role { CreditRole::Author => "Made by ", CreditRole::Funder => "Paid for by " }
                    bdi { (credit.name) } "."
                }
            }
            @if !course.adapted_from.is_empty() {
                p #chain { "Adapted from:" }
                ol.chain aria-labelledby="chain" {
                    @for from in &course.adapted_from {
                        li {
                            @match &from.address {
                                Some(address) => a href=(address) dir="auto" { (from.title) },
                                None => bdi { (from.title) },
                            }
                            @if !from.by.is_empty() { " by " bdi { (from.by) } }
                            @if let Some(expression) = &from.license { ", " (license(expression)) }
                        }
                    }
                }
            }
            @match course.adaptations { 0 => {}, 1 => p { "One workshop was adapted from it." }, n => p { (n) " workshops were adapted from it." } }
            @if let Some(expression) = &course.license { p { "License: " (license(expression)) } }
        }
    }
}

/// Files, each with its kind, type, size, and whether it can be read or heard by everybody.
pub(super) fn materials(materials: &[Material], licensed: bool) -> Markup {
    html! {
        ul.materials {
            @for material in materials {
                li {
                    a href=(material.address) type=(material.media_type) hreflang=[material.language.as_deref()] dir="auto" { (material.title) }
                    " " span.fine {
                        (kind_name(material.kind)) ", " (material.media_type)
                        @if let Some(bytes) = material.bytes { ", " (size(bytes)) }
                        @if material.captions { ", with captions" }
                        @if let (Some(expression), true) = (&material.license, licensed) { ", " (license(expression)) }
                    }
                }
            }
        }
    }
}
