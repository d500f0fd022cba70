//! Import of workshops from files: our own forms, and pages of others.
//!
//! Invariant: an import with a fault writes nothing, unless it was asked to be partial.

use packhorse_domain::{Action, Resource, id::NetworkId, origin::Gaps, trainer::Visibility};
use packhorse_publishing::import;

pub use packhorse_publishing::import::Import;

use crate::{
    Context, Error, Fault,
    import::Counts,
    intake::{Intake, Manner, Remark},
    networks,
};

/// How a file of workshops is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogFormat {
    /// Our own table, with a header.
    Csv,
    /// Our own list, or a bare list of workshops.
    Json,
    /// One workshop on each line.
    JsonLines,
    /// schema.org courses in a document of JSON-LD, or in a page as it was saved.
    Courses,
}

/// What is to become of a file.
#[derive(Debug, Clone)]
pub struct CatalogOptions {
    /// Whose catalog it is for.
    pub network: NetworkId,
    /// Whose catalog it is; nothing for the network's own.
    pub catalog: Option<String>,
    /// Whether its workshops are published at once.
    pub publish: bool,
    /// What is taken for those that do not say it.
    pub gaps: Gaps,
    /// Only say what would happen.
    pub dry_run: bool,
    /// Keep the good ones even when others are bad.
    pub partial: bool,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogReport {
    /// Whether it was kept: not after a dry run, nor when faults stood against it.
    pub kept: bool,
    /// What became of the workshops.
    pub workshops: Counts,
    /// Why some were left out, each with its place in the file.
    pub faults: Vec<Fault>,
    /// What looked wrong but was taken.
    pub warnings: Vec<Fault>,
}

/// Reads a file. What is wrong with it is kept with it.
pub fn read(format: CatalogFormat, bytes: &[u8]) -> Import {
    match format {
        CatalogFormat::Csv => import::table(bytes),
        CatalogFormat::Json => import::json(bytes),
        CatalogFormat::JsonLines => import::json_lines(bytes),
        CatalogFormat::Courses => import::page(bytes),
    }
}

/// Whether the actor may import into a network's catalog. [`import_catalog`] checks it too; this is for asking before a long file
/// is read.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`].
pub fn authorize(ctx: &mut Context<'_>, network: NetworkId) -> Result<(), Error> {
    networks::get(ctx, network)?;
    ctx.authorize(Action::ManageWorkshops, &Resource::of(network))
}

/// Brings the catalog of a network to what a file says of some workshops. Nothing is removed.
///
/// # Errors
/// Those of [`authorize`]. Faults of the file are in the report.
pub fn import_catalog(ctx: &mut Context<'_>, file: &Import, options: &CatalogOptions) -> Result<CatalogReport, Error> {
    authorize(ctx, options.network)?;
    let manner = Manner {
        network: options.network,
        catalog: options.catalog.as_deref(),
        harvest: None,
        publish: options.publish,
        visibility: Visibility::Public,
        gaps: &options.gaps,
    };
    let intake = Intake::of(ctx, &manner, &file.candidates)?;
    let read = file.faults.iter().map(Remark::from);
    let faults: Vec<_> = read.chain(intake.faults.iter().cloned()).map(Fault::from).collect();
    let warnings = intake.warnings.iter().cloned().map(Fault::from).collect();
    let kept = !options.dry_run && (options.partial || faults.is_empty());
    let workshops = intake.counts;
    if kept {
        intake.write(ctx)?;
    }
    Ok(CatalogReport { kept, workshops, faults, warnings })
}

impl From<Remark> for Fault {
    fn from(remark: Remark) -> Self {
        let Remark { place, field, code, detail } = remark;
        let place = place.replacen("line ", "/lines/", 1).replacen("byte ", "/bytes/", 1).replace(' ', "");
        let field = if field.is_empty() { String::new() } else { format!("/{field}") };
        Self::new(place + &field, code, detail)
    }
}
