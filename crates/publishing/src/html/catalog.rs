//! The catalog: workshops as cards, with a form to narrow them down that needs no program in the browser.

use jiff::civil::Date;
use maud::{Markup, html};
use packhorse_domain::Word;
use url::form_urlencoded;

use crate::{
    address::{Edition, Feed, Page},
    model::{Course, Session},
    search::Sort,
    text::{beginning, format_name, level_name},
    when::{length, with_offset},
};

use super::{
    layout::{About, Followed, Look, OWN, follow, next_page, page},
    session::{language, where_line},
};

/// One choice of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// How many workshops it leaves.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// One way to narrow the catalog down; several of its choices may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The name of the query parameter.
    pub parameter: &'static str,
    /// What is read.
    pub label: &'static str,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
}

/// A workshop of the list.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// The workshop.
    pub course: &'a Course,
    /// The next session of it.
    pub next: Option<&'a Session>,
}

/// What a catalog page lists.
#[derive(Debug, Clone, Default)]
pub struct List<'a> {
    /// What was searched for; empty for everything.
    pub query: &'a str,
    /// What the search took it for, when it was not found as typed.
    pub corrected: Option<&'a str>,
    /// Ways to narrow it down.
    pub facets: &'a [Facet],
    /// First and last day of the dates that are looked for.
    pub days: (Option<Date>, Option<Date>),
    /// The ZIP code that is searched near; empty for everywhere.
    pub zip: &'a str,
    /// How far from it, one chosen at most; without any the form does not ask for a ZIP code.
    pub within: &'a [Choice],
    /// The order.
    pub sort: Sort,
    /// This page of it.
    pub cards: &'a [Card<'a>],
    /// How many there are on all pages.
    pub total: u64,
    /// Cursor of the page after this one.
    pub next: Option<&'a str>,
}

/// A page of the catalog.
pub fn catalog(edition: Edition<'_>, look: Look<'_>, list: &List<'_>) -> String {
    let query = list.query();
    let narrowed = !query.is_empty();
    let feeds = Followed { feeds: if narrowed { &[Feed::Calendar, Feed::Workshops] } else { &[] }, query: &query };
    let content = html! {
        div.opening {
            h1 { "Workshops libraries share" }
            p.lead { "Find one for your staff, see where it is taught next, or bring its trainer to your library." }
        }
        div.catalog {
            search { (form(edition, list)) }
            section aria-labelledby="found" {
                h2 #found.count {
                    (list.total) @if list.total == 1 { " workshop" } @else { " workshops" }
                }
                @if narrowed {
                    p { a href=(edition.page(Page::Catalog)) { "Show everything" } }
                    (follow(edition, feeds, "Follow this search"))
                }
                @if let Some(corrected) = list.corrected {
                    p.notice { "Not found as it was typed; these are for " strong dir="auto" { (corrected) } "." }
                }
                @if list.cards.is_empty() { p.empty { "Nothing fits. Take something away from your search, or post what you need on the needs board." } }
                ul.cards { @for one in list.cards { (card(edition, one)) } }
                @if let Some(cursor) = list.next {
                    (next_page(&next(edition, list, cursor), "More workshops"))
                }
            }
        }
    };
    let about = About {
        title: "Workshops",
        language: OWN,
        description: "Workshops that libraries share: what they teach, where and when.",
        kind: "website",
        canonical: Some(edition.page(Page::Catalog)),
        section: Some(Page::Catalog),
        data: None,
        feeds,
    };
    page(edition, look, &about, &content)
}

fn form(edition: Edition<'_>, list: &List<'_>) -> Markup {
    html! {
        form.filters method="get" action=(edition.page(Page::Catalog)) aria-label="Narrow down" {
            p.field {
                label for="q" { "Search" }
                input #q type="search" name="q" value=(list.query) maxlength="200" dir="auto";
            }
            p.field {
                label for="sort" { "Order" }
                select #sort name="sort" {
                    @for sort in Sort::ALL { option value=(sort.word()) selected[*sort == list.sort] { (order(*sort)) } }
                }
            }
            fieldset {
                legend { "Dates" }
                @for (name, label, day) in [("from", "From", list.days.0), ("until", "Until", list.days.1)] {
                    p.field { label for=(name) { (label) } input id=(name) type="date" name=(name) value=[day]; }
                }
            }
            @if !list.within.is_empty() {
                fieldset {
                    legend { "Near" }
                    p.field {
                        label for="zip" { "ZIP code" }
                        input #zip type="text" name="zip" value=(list.zip) inputmode="numeric" pattern="[0-9]{5}" maxlength="5"
                            autocomplete="postal-code" title="Five digits";
                    }
                    p.field {
                        label for="within" { "Within" }
                        select #within name="within" {
                            @for choice in list.within {
                                option value=(choice.value) selected[choice.chosen] {
                                    (choice.label) @if !list.zip.is_empty() { " (" (choice.count) ")" }
                                }
                            }
                        }
                    }
                }
            }
            @for facet in list.facets.iter().filter(|facet| !facet.choices.is_empty()) {
                fieldset {
                    legend { (facet.label) }
                    @for choice in &facet.choices {
                        label.choice {
                            input type="checkbox" name=(facet.parameter) value=(choice.value) checked[choice.chosen];
                            span dir="auto" { (choice.label) } " " span.number { (choice.count) }
                        }
                    }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

fn card(edition: Edition<'_>, card: &Card<'_>) -> Markup {
    let course = card.course;
    html! {
        li.card {
            p.kicker { (level_name(course.level)) " · " (length(course.duration)) }
            h3 lang=(language(course)) dir="auto" { a href=(edition.page(Page::Workshop(course.id))) { (course.title) } }
            @if !course.summary.is_empty() { p lang=(language(course)) dir="auto" { (beginning(&course.summary, 180)) } }
            p.fine { @for (n, format) in course.formats.iter().enumerate() { @if n > 0 { ", " } (format_name(*format)) } }
            @if let Some(next) = card.next {
                p.next {
                    "Next: "
                    a href=(edition.page(Page::Session(next.id))) {
                        time datetime=(with_offset(next.time.start, &next.zone)) {
                            (crate::when::on(next.time.start, &next.zone).strftime("%B %-d, %Y"))
                        }
                    }
                    ", " (where_line(next))
                }
            }
        }
    }
}

/// An order as people read it.
fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => "Best answer first",
        Sort::Changed => "Last changed first",
        Sort::Title => "By title",
        Sort::NextDate => "Next date first",
    }
}

impl List<'_> {
    /// Everything that was chosen, by the names of the form.
    fn chosen(&self) -> Vec<(&'static str, String)> {
        let text = |name, text: &str| (!text.is_empty()).then(|| (name, text.to_owned()));
        let day = |name, day: Option<Date>| day.map(|day| (name, day.to_string()));
        let mut chosen: Vec<_> = text("q", self.query).into_iter().collect();
        for facet in self.facets {
            let of_facet = facet.choices.iter().filter(|choice| choice.chosen);
            chosen.extend(of_facet.map(|choice| (facet.parameter, choice.value.clone())));
        }
        chosen
            .extend([day("from", self.days.0), day("until", self.days.1), text("zip", self.zip)].into_iter().flatten());
        let within = self.within.iter().filter(|choice| choice.chosen && !self.zip.is_empty());
        chosen.extend(within.map(|choice| ("within", choice.value.clone())));
        chosen
    }

    /// The same as the query of an address.
    fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.chosen()).finish()
    }
}

/// The address of the next page, with every choice and the order kept.
fn next(edition: Edition<'_>, list: &List<'_>, cursor: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(list.chosen());
    if list.sort != Sort::default() {
        query.append_pair("sort", list.sort.word());
    }
    query.append_pair("after", cursor);
    format!("{}?{}", edition.page(Page::Catalog), query.finish())
}
