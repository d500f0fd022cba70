//! Imports.

use actix_web::{HttpResponse, http::StatusCode, post};
use packhorse_domain::{Word, id::NetworkId};
use packhorse_services::{
    Error, Fault,
    import::{self, ImportOptions, LineFault, meaning},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Call, Reply},
    input::{Parameters, Query, QueryOf},
    lines::Lines,
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(import_libraries);
}

/// What is kept when some lines are bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ImportMode {
    /// Nothing.
    #[default]
    All,
    /// The good lines.
    Partial,
}

impl Word for ImportMode {
    const ALL: &'static [Self] = &[Self::All, Self::Partial];

    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Partial => "partial",
        }
    }
}

/// What is to become of the lines.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// The network that the libraries join. Without it, for operators, they come into the directory, and those of networks
    /// stay where they are.
    #[param(value_type = Option<NetworkId>)]
    network: Option<NetworkId>,
    /// `true` to be told what would happen, and keep nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// What is kept when some lines are bad: nothing (`all`), or the good ones (`partial`).
    #[param(inline, value_type = Option<ImportMode>)]
    mode: Option<ImportMode>,
}

impl Query for ImportQuery {
    fn read(from: &mut Parameters) -> Self {
        Self { network: from.take("network"), dry_run: from.take("dry_run"), mode: from.word("mode") }
    }
}

impl From<ImportQuery> for ImportOptions {
    fn from(query: ImportQuery) -> Self {
        Self {
            network: query.network,
            dry_run: query.dry_run.unwrap_or_default(),
            partial: query.mode == Some(ImportMode::Partial),
        }
    }
}

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
struct ImportReport {
    /// Whether it was kept: `false` after a dry run.
    kept: bool,
    /// Lines with an outlet, good or bad.
    #[schema(example = 17_496)]
    lines: u64,
    /// Not there before.
    created: ImportCounts,
    /// There, but otherwise.
    updated: ImportCounts,
    /// There just so.
    unchanged: ImportCounts,
    /// How many faults there are.
    #[schema(example = 1)]
    fault_count: u64,
    /// What is wrong, by line: the first 10,000. Those lines were left out.
    faults: Vec<LineNote>,
    /// How many warnings there are.
    #[schema(example = 1)]
    warning_count: u64,
    /// What looks wrong but was taken, by line: the first 10,000. Coordinates far from the ZIP code, `far_from_zip`; outside of
    /// the United States, `foreign_time_zone`; a ZIP code that the Census Bureau has no area for, `unknown_zip`.
    #[schema(example = json!([{ "line": 204, "column": "lat", "code": "far_from_zip", "value": "440 km", "detail": "warning: the coordinates are over 60 km from the middle of the ZIP code's area" }]))]
    warnings: Vec<LineNote>,
}

/// How many of which kind. After a dry run: would be, if the good lines were kept.
#[derive(Debug, Serialize, ToSchema)]
struct ImportCounts {
    /// Systems: each is a library once, however many outlets it has.
    #[schema(example = 9260)]
    libraries: u64,
    /// Outlets: each is a venue of its library.
    #[schema(example = 17_496)]
    venues: u64,
}

/// One thing about one line.
#[derive(Debug, Serialize, ToSchema)]
struct LineNote {
    /// The line it begins on; the first line, the header's, is 1.
    #[schema(example = 17)]
    line: u64,
    /// The column as the file calls it; `line` when the whole line is meant.
    #[schema(example = "ZIP")]
    column: &'static str,
    /// What is wrong: stable, machine-read.
    #[schema(example = "bad_zip")]
    code: &'static str,
    /// What stood there, at most 100 characters.
    #[schema(example = "6604")]
    value: String,
    /// In words.
    #[schema(example = "is not in the form of a ZIP code")]
    detail: &'static str,
}

impl From<&LineFault> for LineNote {
    fn from(fault: &LineFault) -> Self {
        let LineFault { line, column, code, value } = fault;
        Self { line: *line, column, code, value: value.clone(), detail: meaning(fault) }
    }
}

impl From<&import::ImportReport> for ImportReport {
    fn from(report: &import::ImportReport) -> Self {
        let (libraries, venues) = (report.libraries, report.venues);
        Self {
            kept: report.kept,
            lines: report.lines,
            created: ImportCounts { libraries: libraries.created, venues: venues.created },
            updated: ImportCounts { libraries: libraries.updated, venues: venues.updated },
            unchanged: ImportCounts { libraries: libraries.unchanged, venues: venues.unchanged },
            fault_count: report.faults.count,
            faults: report.faults.first.iter().map(LineNote::from).collect(),
            warning_count: report.warnings.count,
            warnings: report.warnings.first.iter().map(LineNote::from).collect(),
        }
    }
}

/// Imports libraries and their venues.
///
/// Takes the outlet file of the Public Libraries Survey as IMLS publishes it (CSV, Windows-1252 or UTF-8), the cleaned form
/// (`fscskey,seq,name,…`), or the cleaned form as one JSON object a line. Each system becomes one library, each outlet one
/// venue; population is the system's. FSCS key and sequence decide whether a thing is new, changed or as it was, so the same file
/// may be sent again. Where the file says nothing (a blank telephone number, say), what is known stays; nothing is removed.
/// Missing coordinates come from the ZIP code, marked as approximate, and time zones from the coordinates.
///
/// All or nothing: with a bad line the answer is 422, which names every fault as `/lines/17/ZIP`, the line and the
/// column. With `mode=partial` the good lines are kept. A library of another network is a fault of its lines,
/// `other_network`; one of the directory joins. For coordinators of the network; without one, for operators.
#[utoipa::path(
    tag = "libraries",
    params(ImportQuery),
    request_body(
        description = "At most 20 MiB and 100,000 outlets.",
        content(
            (String = "text/csv", example = "fscskey,seq,name,outlet_type,address,city,state,zip\nKS0065,002,LAWRENCE PUBLIC LIBRARY,CE,707 VERMONT ST,LAWRENCE,KS,66044\n"),
            (String = "application/x-ndjson", example = "{\"fscskey\":\"KS0065\",\"seq\":2,\"name\":\"Lawrence Public Library\",\"outlet_type\":\"CE\",\"city\":\"Lawrence\",\"state\":\"KS\",\"zip\":66044}\n")
        )
    ),
    responses((status = 200, description = "What came of it.", body = ImportReport))
)]
#[post("/v1/libraries/import")]
async fn import_libraries(call: Call, query: QueryOf<ImportQuery>, lines: Lines) -> Result<HttpResponse, Problem> {
    let options = ImportOptions::from(query.0);
    call.read(move |ctx| import::authorize(ctx, options.network)).await?;
    let file = lines.outlets().await?;
    call.write(move |ctx| reply(&import::import(ctx, &file, &options)?, options)).await
}

/// The report, or the faults that kept it from being one.
fn reply(report: &import::ImportReport, options: ImportOptions) -> Result<Reply, Error> {
    if report.kept || options.dry_run {
        return Reply::json(StatusCode::OK, &ImportReport::from(report));
    }
    let faults = &report.faults;
    let mut named: Vec<_> = faults.first.iter().map(fault).collect();
    let more = faults.count - named.len() as u64;
    if more > 0 {
        named.push(Fault::new("/lines", "more", format!("{more} more faults are not named")));
    }
    Err(Error::Invalid(named))
}

fn fault(fault: &LineFault) -> Fault {
    let LineFault { line, column, code, value } = fault;
    let words = if value.is_empty() { String::new() } else { format!("\"{value}\": ") };
    Fault::new(format!("/lines/{line}/{column}"), *code, words + meaning(fault))
}
