//! The page of the catalog: what was searched for, and ways to narrow it down.

use actix_web::{HttpRequest, HttpResponse};
use jiff::{ToSpan as _, civil::Date};
use packhorse_db::Conn;
use packhorse_domain::{
    Format, Km, Level, Word,
    id::{NetworkId, TopicId},
};
use packhorse_publishing::{
    html::{self, Card, Choice, Facet, List},
    search::{Ce, Counted, Cursor, Facets, Sort},
};
use packhorse_services::catalog::{
    self,
    search::{self, Names},
};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use super::{EmbedQuery, LookQuery, Published, pages};
use crate::{
    input::{Parameters, Query},
    problem::Problem,
    state::App,
};

/// Workshops on one page.
const CARDS: usize = 24;
/// Most choices that a facet shows.
const CHOICES: usize = 12;
/// How far from a ZIP code, in kilometers, when nothing is said.
const WITHIN: u16 = 100;
/// Most kilometers that may be asked for.
const FARTHEST: u16 = 20_000;
/// Between scheme and category of continuing education.
const PARTED: &str = " · ";

/// What workshops are narrowed down by.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Narrowing {
    /// What is searched for: words, `"a phrase"`, `begin*`, `-without`.
    #[param(max_length = 200, example = "policies")]
    q: Option<String>,
    /// About one of these topics.
    #[param(required = false, value_type = Vec<TopicId>)]
    topic: Vec<TopicId>,
    /// On one of these levels.
    #[param(required = false, value_type = Vec<Level>)]
    level: Vec<Level>,
    /// In one of these formats.
    #[param(required = false, value_type = Vec<Format>)]
    format: Vec<Format>,
    /// In one of these languages.
    #[param(required = false, example = json!(["en"]))]
    language: Vec<String>,
    /// For one of these schemes of continuing education, or categories of one after ` · `.
    #[param(required = false, example = json!(["Wisconsin · A"]))]
    ce: Vec<String>,
    /// Of one of these networks.
    #[param(required = false, value_type = Vec<NetworkId>)]
    network: Vec<NetworkId>,
    /// With a date on or after this day.
    #[param(value_type = Option<String>, format = Date, example = "2027-03-01")]
    from: Option<Date>,
    /// With a date on or before this day.
    #[param(value_type = Option<String>, format = Date, example = "2027-05-31")]
    until: Option<Date>,
    /// With a date near this ZIP code.
    #[param(max_length = 5, example = "66044")]
    zip: Option<String>,
    /// How near, in kilometers.
    #[param(minimum = 1, maximum = 20_000, example = 100)]
    within: Option<u16>,
}

/// Which part of what was found, in which order.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Walk {
    /// In which order: `relevance`, `changed`, `title`, `next_date`.
    #[param(value_type = Option<String>, pattern = "^(relevance|changed|title|next_date)$", example = "next_date")]
    pub(super) sort: Option<Sort>,
    /// Where the page begins: the end of the one before.
    #[param(
        value_type = Option<String>,
        pattern = r"^(relevance|changed|title|next_date)\.-?[0-9]{1,18}\.-?[0-9]{1,18}\.([0-9a-f]{2}){0,192}\.wks_[0-7][0-9a-hjkmnp-tv-z]{25}$"
    )]
    pub(super) after: Option<Cursor>,
}

impl Walk {
    pub(super) fn of(from: &mut Parameters) -> Self {
        Self { sort: from.word("sort"), after: from.take("after") }
    }
}

/// Which workshops of the catalog, and how.
pub(super) struct CatalogQuery {
    embed: Option<bool>,
    narrowing: Narrowing,
    walk: Walk,
}

impl IntoParams for CatalogQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = EmbedQuery::into_params(&place);
        all.extend(Narrowing::into_params(&place));
        all.extend(Walk::into_params(&place));
        all
    }
}

impl Query for CatalogQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { embed: from.take("embed"), narrowing: Narrowing::of(from), walk: Walk::of(from) }
    }
}

impl Narrowing {
    pub(super) fn of(from: &mut Parameters) -> Self {
        let zip: Option<String> = from.filled("zip");
        if zip.as_deref().is_some_and(|zip| search::near(zip).is_none()) {
            from.broken_rule("zip", "unknown", "is no ZIP code we know");
        }
        let q: Option<String> = from.filled("q");
        if q.as_ref().is_some_and(|q| q.chars().count() > 200) {
            from.fault("q", "length", "has at most 200 characters");
        }
        let within: Option<u16> = from.filled("within");
        if within.is_some_and(|km| !(1..=FARTHEST).contains(&km)) {
            from.fault("within", "range", "is 1 to 20000");
        }
        Self {
            q,
            topic: from.all("topic"),
            level: from.words("level"),
            format: from.words("format"),
            language: from.all("language"),
            ce: from.all("ce"),
            network: from.all("network"),
            from: from.filled("from"),
            until: from.filled("until"),
            zip,
            within,
        }
    }

    /// What the index is asked, for all that is public or one network's part of it.
    pub(super) fn search(&self, published: &Published, walk: &Walk, limit: usize) -> search::Query {
        let near = self.zip.as_deref().and_then(search::near);
        let ce = |text: &String| match text.split_once(PARTED) {
            Some((scheme, category)) => Ce { scheme: scheme.to_owned(), category: Some(category.to_owned()) },
            None => Ce { scheme: text.clone(), category: None },
        };
        let networks = match &published.network {
            Some(only) => vec![only.id],
            None => self.network.clone(),
        };
        search::Query {
            text: self.q.clone().unwrap_or_default(),
            topics: self.topic.clone(),
            levels: self.level.clone(),
            formats: self.format.clone(),
            languages: self.language.clone(),
            ce: self.ce.iter().map(ce).collect(),
            networks,
            near: near.map(|at| (at, Km(self.within.unwrap_or(WITHIN).into()))),
            from: self.from.and_then(search::beginning),
            until: self.until.and_then(|day| search::beginning(day.checked_add(1.day()).ok()?)),
            sort: walk.sort.unwrap_or_default(),
            after: walk.after.clone(),
            limit,
            now: published.site.generated_at,
        }
    }

    /// Whether anything is asked for but one's own part of the catalog.
    pub(super) fn is_empty(&self) -> bool {
        let Self { q, topic, level, format, language, ce, network, from, until, zip, within: _ } = self;
        q.is_none()
            && topic.is_empty()
            && level.is_empty()
            && format.is_empty()
            && language.is_empty()
            && ce.is_empty()
            && network.is_empty()
            && from.is_none()
            && until.is_none()
            && zip.is_none()
    }

    /// The facets as the form shows them; that of networks only where there are several.
    fn facets(&self, counted: &Facets, names: &Names, whole: bool) -> Vec<Facet> {
        let topics = choices(&counted.topics, &self.topic, ToString::to_string, |id| names.topics.get(id).cloned());
        let levels =
            choices(&counted.levels, &self.level, |level| level.word().to_owned(), |level| Some(spoken(*level)));
        let formats =
            choices(&counted.formats, &self.format, |format| format.word().to_owned(), |format| Some(spoken(*format)));
        let languages = choices(&counted.languages, &self.language, Clone::clone, |tag| Some(tag.clone()));
        let chosen: Vec<Ce> =
            counted.ce.iter().map(|one| &one.value).filter(|ce| self.ce.contains(&spelled(ce))).cloned().collect();
        let hours = choices(&counted.ce, &chosen, spelled, |ce| Some(spelled(ce)));
        let networks =
            choices(&counted.networks, &self.network, ToString::to_string, |id| names.networks.get(id).cloned());
        let all = [
            ("topic", "Topic", topics),
            ("level", "Level", levels),
            ("format", "Format", formats),
            ("language", "Language", languages),
            ("ce", "Continuing education", hours),
            ("network", "Network", if whole { networks } else { Vec::new() }),
        ];
        all.into_iter()
            .filter(|(_, _, choices)| !choices.is_empty())
            .map(|(parameter, label, choices)| Facet { parameter, label, choices })
            .collect()
    }

    /// How near, where a ZIP code may be given.
    fn distances(&self, counted: &[Counted<Km>]) -> Vec<Choice> {
        let chosen = self.within.unwrap_or(WITHIN);
        let mut all = vec![25, 50, 100, 200, 400];
        if !all.contains(&chosen) {
            all.push(chosen);
            all.sort_unstable();
        }
        let count = |km: u16| counted.iter().find(|one| one.value == Km(km.into())).map_or(0, |one| one.count);
        all.into_iter()
            .map(|km| Choice {
                value: km.to_string(),
                label: format!("{km} km"),
                count: count(km),
                chosen: self.zip.is_some() && km == chosen,
            })
            .collect()
    }
}

/// Hours of continuing education as they are asked for.
pub(super) fn spelled(ce: &Ce) -> String {
    match &ce.category {
        Some(category) => format!("{}{PARTED}{category}", ce.scheme),
        None => ce.scheme.clone(),
    }
}

/// The word as people read it.
fn spoken(word: impl Word) -> String {
    let word = word.word().replace('_', " ");
    word[..1].to_uppercase() + &word[1..]
}

/// Choices of a facet, those most often met first; those without a name are left out.
fn choices<T: PartialEq>(
    counted: &[Counted<T>],
    chosen: &[T],
    value: impl Fn(&T) -> String,
    label: impl Fn(&T) -> Option<String>,
) -> Vec<Choice> {
    let choice = |one: &Counted<T>| {
        Some(Choice {
            value: value(&one.value),
            label: label(&one.value)?,
            count: one.count,
            chosen: chosen.contains(&one.value),
        })
    };
    let mut all: Vec<_> = counted.iter().filter_map(choice).collect();
    all.sort_by(|left, right| {
        (right.chosen, right.count).cmp(&(left.chosen, left.count)).then_with(|| left.label.cmp(&right.label))
    });
    all.truncate(CHOICES);
    all
}

/// The page.
pub(super) async fn catalog_page(
    app: &App,
    request: &HttpRequest,
    query: CatalogQuery,
) -> Result<HttpResponse, Problem> {
    let CatalogQuery { embed, narrowing, walk } = query;
    let narrowing = std::sync::Arc::new(narrowing);
    let (index, asked, sort) = (app.search.clone(), narrowing.clone(), walk.sort.unwrap_or_default());
    let gather = move |conn: &mut Conn, published: &Published| {
        let found = index.search(conn, &published.site, &asked.search(published, &walk, CARDS))?;
        let courses = catalog::courses(conn, &published.site, &found.ids)?;
        let next = catalog::next_sessions(conn, &found.ids, published.site.generated_at)?;
        let names = search::names(conn, &found.facets)?;
        Ok((found, courses, next, names))
    };
    pages::page(
        app,
        request,
        LookQuery { embed, zone: None },
        gather,
        |published, look, (found, courses, next, names)| {
            let session = |course| next.iter().find(|session| session.workshop == course);
            let cards: Vec<_> = courses.iter().map(|course| Card { course, next: session(course.id) }).collect();
            let cursor = found.next.as_ref().map(ToString::to_string);
            let list = List {
                query: narrowing.q.as_deref().unwrap_or_default(),
                corrected: found.corrected.as_deref(),
                facets: &narrowing.facets(&found.facets, &names, published.network.is_none()),
                days: (narrowing.from, narrowing.until),
                zip: narrowing.zip.as_deref().unwrap_or_default(),
                within: &narrowing.distances(&found.facets.distances),
                sort,
                cards: &cards,
                total: found.total,
                next: cursor.as_deref(),
            };
            Ok(html::catalog(published.edition(), look, &list))
        },
    )
    .await
}
