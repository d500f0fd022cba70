//! The page of one session, and sessions as other pages list them.

use maud::{Markup, html};
use packhorse_domain::{Interval, Zone};

use crate::{
    address::{Edition, Page},
    json_ld,
    model::{Course, Person, Place, Publisher, Session, SessionStatus, Venue},
    text::{format_name, price},
    when::{day, hours, length, on, with_offset, zone_name},
};

use super::layout::{About, Followed, Look, page, prose};

/// The page of one session.
pub fn session(
    edition: Edition<'_>,
    look: Look<'_>,
    publisher: &Publisher,
    course: &Course,
    session: &Session,
) -> String {
    let content = html! {
        article {
            p.kicker { a href=(edition.page(Page::Workshop(session.workshop))) { "About this workshop" } }
            h1 lang=(session.language) dir="auto" { (session.title) }
            (status(session))
            div.columns {
                div {
                    (when(session.time, &session.zone, look.zone))
                    (zone_form(&edition.page(Page::Session(session.id)), look.zone))
                    @if !session.note.is_empty() { (prose(&session.note, language(course))) }
                    @if !course.summary.is_empty() {
                        h2 { "What it is about" }
                        (prose(&course.summary, language(course)))
                    }
                }
                aside aria-label="Facts" {
                    dl.facts {
                        dt { "Where" } dd { (place(&session.place)) }
                        @if !session.host.is_empty() { dt { "Host" } dd dir="auto" { (session.host) } }
                        @if !session.trainers.is_empty() { dt { "Taught by" } dd { (people(edition, &session.trainers)) } }
                        dt { "Format" } dd { (format_name(session.place.format())) }
                        dt { "Length" } dd { (length(session.time.minutes())) }
                        @if let Some(fee) = session.price { dt { "Price" } dd { (price(fee)) } }
                        @if let Some(seats) = session.capacity { dt { "Seats" } dd { (seats) } }
                        dt { "Published by" } dd dir="auto" { (publisher.name) }
                    }
                    @if let (Some(address), true) = (&session.registration, session.status != SessionStatus::Canceled) {
                        p { a.button href=(address) { "Register" } }
                    }
                    p { a href={ (edition.page(Page::Session(session.id))) ".ics" } type="text/calendar" { "Add to your calendar" } }
                }
            }
        }
    };
    let about = About {
        title: &session.title,
        language: &session.language,
        description: &course.summary,
        kind: "event",
        canonical: Some(edition.site.page(Page::Session(session.id))),
        section: None,
        data: Some(json_ld::course(edition.site, publisher, course, std::slice::from_ref(session))),
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}

/// The language a workshop's own texts are in.
pub(super) fn language(course: &Course) -> &str {
    course.languages.first().map_or("und", String::as_str)
}

/// A stretch of time on the clock of its place and, beside, on that of the viewer.
pub(super) fn when(time: Interval, zone: &Zone, viewer: Option<&Zone>) -> Markup {
    let clock = |zone: &Zone| {
        html! {
            time datetime=(with_offset(time.start, zone)) { (day(&on(time.start, zone))) ", " (hours(time, zone)) }
            " " span.zone { "(" (zone_name(zone)) ")" }
        }
    };
    html! {
        p.when { (clock(zone)) }
        @if let Some(viewer) = viewer.filter(|viewer| *viewer != zone) {
            p.when.yours { "Your clock: " (clock(viewer)) }
        }
    }
}

/// Asks for the viewer's zone and shows the page again.
pub(super) fn zone_form(address: &str, zone: Option<&Zone>) -> Markup {
    html! {
        form.zones method="get" action=(address) {
            label {
                "See it on your own clock: time zone, such as America/Chicago"
                input type="text" name="zone" value=[zone.map(Zone::name)] maxlength="60" autocomplete="off" spellcheck="false";
            }
            button type="submit" { "Show" }
        }
    }
}

/// What differs from how it was first told; nothing when nothing does.
pub(super) fn status(session: &Session) -> Markup {
    html! {
        @match session.status {
            SessionStatus::Scheduled => {}
            SessionStatus::Canceled => p.notice.canceled { strong { "Canceled." } " This session does not take place." }
            SessionStatus::MovedOnline => p.notice { strong { "Moved online." } " Nobody needs to travel." }
            SessionStatus::Rescheduled { previous_start } => p.notice {
                strong { "Rescheduled." } " It was to begin on "
                time datetime=(with_offset(previous_start, &session.zone)) { (day(&on(previous_start, &session.zone))) } "."
            }
        }
    }
}

/// A building, as on a letter.
pub(super) fn venue_lines(venue: &Venue) -> Markup {
    html! {
        span dir="auto" { (venue.name) }
        @for line in &venue.address { br; span dir="auto" { (line) } }
    }
}

fn place(place: &Place) -> Markup {
    html! {
        @if let Some(venue) = place.venue() { p { (venue_lines(venue)) } }
        @if let Some(room) = place.online() {
            p {
                @if room.name.is_empty() { "Online" } @else { span dir="auto" { (room.name) } ", online" }
                @if room.open { ", open to everybody" }
                @if let Some(address) = &room.address { br; a href=(address) { "Enter the room" } }
            }
        }
    }
}

/// Names, each a link to a public profile where there is one.
pub(super) fn people(edition: Edition<'_>, people: &[Person]) -> Markup {
    html! {
        @for (n, person) in people.iter().enumerate() {
            @if n > 0 { ", " }
            @match person.id {
                Some(id) => a href=(edition.page(Page::Trainer(id))) { bdi { (person.name) } },
                None => bdi { (person.name) },
            }
        }
    }
}

/// Where a session is, in a line.
pub(super) fn where_line(session: &Session) -> Markup {
    html! {
        @match &session.place {
            Place::Venue(venue) => bdi { (venue.name) },
            Place::Online(room) => { "Online" @if !room.name.is_empty() { ", " bdi { (room.name) } } },
            Place::Both(venue, _) => { bdi { (venue.name) } " and online" },
        }
    }
}

/// Sessions one below the other. With titles where they are of several workshops.
pub(super) fn sessions(edition: Edition<'_>, look: Look<'_>, sessions: &[&Session], titled: bool) -> Markup {
    html! {
        ul.sessions {
            @for session in sessions {
                @let address = edition.page(Page::Session(session.id));
                @let start = on(session.time.start, &session.zone);
                li.canceled[session.status == SessionStatus::Canceled] {
                    // The line beside says the same in full.
                    p.leaf aria-hidden="true" { span { (start.strftime("%b")) } b { (start.strftime("%-d")) } }
                    div {
                        @if titled { p { a.title href=(address) lang=(session.language) dir="auto" { (session.title) } } }
                        (when(session.time, &session.zone, look.zone))
                        p { (where_line(session)) @if let Some(fee) = session.price { " · " (price(fee)) } }
                        @if !titled { p { a.title href=(address) { "Details of " (start.strftime("%B %-d")) } } }
                        (status(session))
                    }
                }
            }
        }
    }
}
