//! A month: drawn for the eye, and as a list for everybody.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};
use maud::{Markup, html};

use crate::{
    address::{Edition, Page},
    model::Session,
    when::on,
};

use super::{
    layout::{About, Followed, Look, OWN, page},
    session::{sessions as session_list, zone_form},
};

/// Width and height of a day in the drawing.
const CELL: (i16, i16) = (100, 64);
/// Height of the line with the weekdays.
const HEAD: i16 = 28;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// The month a day is in, with the sessions that begin in it on the clock of their venue, in the order of their starts.
pub fn month(edition: Edition<'_>, look: Look<'_>, any_day: Date, sessions: &[&Session]) -> String {
    let first = any_day.first_of_month();
    let title = first.strftime("%B %Y").to_string();
    let (before, after) = (first.checked_sub(1.month()).ok(), first.checked_add(1.month()).ok());
    let mut days: BTreeMap<Date, Vec<&Session>> = BTreeMap::new();
    for session in sessions {
        days.entry(on(session.time.start, &session.zone).date()).or_default().push(session);
    }
    let step = |rel: &str, month: Date| {
        html! { a rel=(rel) href=(edition.page(Page::Month(month))) { (month.strftime("%B %Y")) } }
    };
    let content = html! {
        h1 { (title) }
        nav.steps aria-label="Months" {
            @if let Some(month) = before { (step("prev", month)) }
            @if let Some(month) = after { (step("next", month)) }
        }
        (drawing(first, &title, &days))
        (zone_form(&edition.page(Page::Month(first)), look.zone))
        @if days.is_empty() { p.empty { "Nothing takes place in this month yet." } }
        @for (day, sessions) in &days {
            section aria-labelledby={ "day-" (day) } {
                h2 id={ "day-" (day) } { (day.strftime("%A, %B %-d")) }
                (session_list(edition, look, sessions, true))
            }
        }
    };
    let about = About {
        title: &title,
        language: OWN,
        description: "Workshops of the month, day by day.",
        kind: "website",
        canonical: Some(edition.page(Page::Month(first))),
        section: Some(Page::Month(first)),
        data: None,
        feeds: Followed::default(),
    };
    page(edition, look, &about, &content)
}

/// Weeks below each other, days with sessions filled and counted. The list below says the same and more.
fn drawing(first: Date, title: &str, days: &BTreeMap<Date, Vec<&Session>>) -> Markup {
    let offset = i16::from(first.weekday().to_sunday_zero_offset());
    let weeks = (offset + i16::from(first.days_in_month()) + 6) / 7;
    let height = HEAD + weeks * CELL.1;
    let inside = |day: i8| first.with().day(day).build().unwrap_or(first);
    html! {
        svg.drawing viewBox={ "0 0 " (CELL.0 * 7) " " (height) } role="img" aria-label={ "Days of " (title) " with workshops; they are listed below" } {
            @for (n, name) in (0i16..).zip(WEEKDAYS) {
                text.label x=(n * CELL.0 + CELL.0 / 2) y="19" text-anchor="middle" font-size="14" { (name) }
            }
            @for n in 0..weeks * 7 {
                @let (x, y) = (n % 7 * CELL.0, HEAD + n / 7 * CELL.1);
                @match i8::try_from(n - offset + 1).ok().filter(|day| (1..=first.days_in_month()).contains(day)) {
                    None => rect.out.grid x=(x) y=(y) width=(CELL.0) height=(CELL.1) {},
                    Some(day) => {
                        rect.grid x=(x) y=(y) width=(CELL.0) height=(CELL.1) {}
                        text x=(x + 10) y=(y + 22) font-size="15" { (day) }
                        @if let Some(sessions) = days.get(&inside(day)) {
                            circle.busy cx=(x + CELL.0 - 28) cy=(y + CELL.1 - 26) r="17" {}
                            text.on x=(x + CELL.0 - 28) y=(y + CELL.1 - 21) text-anchor="middle" font-size="15" { (sessions.len()) }
                        }
                    },
                }
            }
        }
    }
}
