//! Import of workshops.

use actix_web::{HttpResponse, http::StatusCode, post};
use packhorse_domain::{Format, Level, id::NetworkId, origin::Gaps, text::language_tag};
use packhorse_services::{
    Error, Fault,
    import::Counts,
    workshop_import::{self, CatalogOptions, CatalogReport},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::import::ImportMode;
use crate::{
    call::{Call, Reply},
    input::{Parameters, Query, QueryOf},
    lines::CatalogFile,
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(import_workshops);
}

/// What is to become of the workshops.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CatalogQuery {
    /// Whose catalog they are for.
    #[param(value_type = NetworkId)]
    network: Option<NetworkId>,
    /// Whose catalog it is, when it is the work of others: it stands in what their workshops were adapted from, and only those come
    /// in whose license permits it. Without it, it is the network's own.
    #[param(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    catalog: Option<String>,
    /// `true` to publish them at once. Otherwise those that are new are drafts.
    #[param(default = false)]
    publish: Option<bool>,
    /// `true` to be told what would happen, and keep nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// What is kept when some are bad: nothing (`all`), or the good ones (`partial`).
    #[param(inline, value_type = Option<ImportMode>)]
    mode: Option<ImportMode>,
    /// How deep those go that do not say it.
    #[param(inline, value_type = Option<Level>)]
    level: Option<Level>,
    /// How long those take that do not say it, in minutes.
    #[param(minimum = 15, maximum = 2880)]
    duration_minutes: Option<u32>,
    /// How those are delivered that do not say it.
    #[param(inline, value_type = Option<Format>)]
    format: Option<Format>,
    /// The language of those that do not say it, BCP 47.
    #[param(max_length = 35, pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
}

impl Query for CatalogQuery {
    fn read(from: &mut Parameters) -> Self {
        let query = Self {
            network: from.take("network"),
            catalog: from.text("catalog"),
            publish: from.take("publish"),
            dry_run: from.take("dry_run"),
            mode: from.word("mode"),
            level: from.word("level"),
            duration_minutes: from.take("duration_minutes"),
            format: from.word("format"),
            language: from.text("language"),
        };
        if query.network.is_none() {
            from.fault("network", "missing", "is needed");
        }
        if query.duration_minutes.is_some_and(|minutes| !(15..=2880).contains(&minutes)) {
            from.fault("duration_minutes", "range", "is 15 to 2880");
        }
        if query.language.as_deref().is_some_and(|language| language_tag(language).is_err()) {
            from.fault("language", "bad_language", "is no BCP 47 tag");
        }
        query
    }
}

impl CatalogQuery {
    fn options(self, network: NetworkId) -> CatalogOptions {
        let Self { level, duration_minutes, format, language, .. } = self;
        CatalogOptions {
            network,
            catalog: self.catalog,
            publish: self.publish.unwrap_or_default(),
            gaps: Gaps { level, duration_minutes, format, language },
            dry_run: self.dry_run.unwrap_or_default(),
            partial: self.mode == Some(ImportMode::Partial),
        }
    }
}

/// What came of an import of workshops.
#[derive(Debug, Serialize, ToSchema)]
struct CatalogImport {
    /// Whether it was kept: `false` after a dry run.
    kept: bool,
    /// Workshops that were not there before. After a dry run: that would be, if the good ones were kept; so for all counts.
    #[schema(example = 12)]
    created: u64,
    /// There, but otherwise.
    #[schema(example = 3)]
    updated: u64,
    /// There just so.
    #[schema(example = 140)]
    unchanged: u64,
    /// What is wrong, up to 1,000 faults of the file itself. Those workshops were left out.
    faults: Vec<PlacedNote>,
    /// What looks wrong but was taken: topics that the network does not have, `unknown_topic`, are left out.
    #[schema(example = json!([{ "pointer": "/lines/4/topics", "code": "unknown_topic", "detail": "\"Gardening\" is no topic of the network" }]))]
    warnings: Vec<PlacedNote>,
}

/// One thing about one workshop.
#[derive(Debug, Serialize, ToSchema)]
struct PlacedNote {
    /// Where in the file: line and column, or the place in the JSON.
    #[schema(example = "/lines/17/duration_minutes")]
    pointer: String,
    /// What it is: stable, machine-read.
    #[schema(example = "missing")]
    code: String,
    /// In words.
    #[schema(example = "it is not said, and nothing is to be taken for it")]
    detail: String,
}

impl From<&Fault> for PlacedNote {
    fn from(fault: &Fault) -> Self {
        let Fault { pointer, code, detail } = fault;
        Self { pointer: pointer.clone(), code: code.to_string(), detail: detail.clone() }
    }
}

impl From<&CatalogReport> for CatalogImport {
    fn from(report: &CatalogReport) -> Self {
        let Counts { created, updated, unchanged } = report.workshops;
        let notes = |faults: &[Fault]| faults.iter().map(PlacedNote::from).collect();
        let (faults, warnings) = (notes(&report.faults), notes(&report.warnings));
        Self { kept: report.kept, created, updated, unchanged, faults, warnings }
    }
}

/// Imports workshops.
///
/// For coordinators of the network. Takes the forms in which a catalog goes out here (CSV with the same columns, of which only
/// `title` must be there; JSON; one JSON object a line), and schema.org courses of other sites, as JSON-LD or as the page that was
/// saved. What a workshop is called in the file (`id`; else its address, else its title) decides whether it is new, changed or as it
/// was, so the same file may be sent again; ids of the network's own workshops mean those. Where the file says nothing what is known stays; nothing
/// is removed, and what the network retired stays so. New workshops keep in `origin` where they came from.
///
/// All or nothing: with a bad line the answer is 422, which names every fault as `/lines/17/level`, or by its place in the JSON. With
/// `mode=partial` the good ones are kept.
#[utoipa::path(
    tag = "catalog",
    params(CatalogQuery),
    request_body(
        description = "At most 20 MiB and 50,000 workshops.",
        content(
            (String = "text/csv", example = "id,title,objectives,level,duration_minutes,formats,languages,license\n7,Policies for Results,Write a policy,introductory,120,in_person,en,CC-BY-4.0\n"),
            (serde_json::Value = "application/json", example = json!([{ "id": "7", "title": "Policies for Results", "level": "introductory", "duration_minutes": 120, "formats": ["in_person"], "languages": ["en"] }])),
            (String = "application/x-ndjson", example = "{\"id\":\"7\",\"title\":\"Policies for Results\",\"level\":\"introductory\",\"duration_minutes\":120,\"formats\":[\"in_person\"],\"languages\":[\"en\"]}\n"),
            (serde_json::Value = "application/ld+json", example = json!({ "@context": "https://schema.org", "@type": "Course", "@id": "https://example.org/7", "name": "Policies for Results", "educationalLevel": "Beginner", "timeRequired": "PT2H", "courseMode": "onsite", "inLanguage": "en" })),
            (String = "text/html", example = "<script type=\"application/ld+json\">{\"@type\":\"Course\",\"name\":\"Policies for Results\"}</script>")
        )
    ),
    responses((status = 200, description = "What came of it.", body = CatalogImport))
)]
#[post("/v1/workshops/import")]
async fn import_workshops(
    call: Call,
    query: QueryOf<CatalogQuery>,
    file: CatalogFile,
) -> Result<HttpResponse, Problem> {
    let Some(network) = query.0.network else { return Err(Problem::new(crate::problem::BAD_REQUEST, "no network")) };
    let options = query.0.options(network);
    call.read(move |ctx| workshop_import::authorize(ctx, network)).await?;
    let file = file.workshops().await?;
    call.write(move |ctx| {
        let report = workshop_import::import_catalog(ctx, &file, &options)?;
        if report.kept || options.dry_run {
            Reply::json(StatusCode::OK, &CatalogImport::from(&report))
        } else {
            Err(Error::Invalid(report.faults))
        }
    })
    .await
}
