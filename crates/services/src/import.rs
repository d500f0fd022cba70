//! Import of libraries and their venues from files of outlets.
//!
//! A file has outlets; those with one FSCS key are one system. Each system is a library, once, and each outlet a venue of
//! it: what belongs to the system (its population above all) is on the library only. The natural keys, FSCS key and
//! sequence number, tell whether a thing is new, changed or as it was. What is as it was is not written and leaves no
//! event, so a file may be imported again at any time. Nothing is ever removed: that an outlet is not in a file says
//! nothing about it.
//!
//! Where a file speaks it is followed, where it is silent what is known stays; `merge.rs` says how.
//!
//! Invariant: an import with a fault writes nothing, unless it was asked to be partial.
//!
//! The file is read and checked before the transaction begins ([`OutletFile`]), so that the one writer of SQLite is not
//! kept from others longer than it takes to write.

mod batch;
mod file;
mod merge;

use std::collections::{HashMap, HashSet};

use packhorse_db::{DbError, libraries, networks, venues};
use packhorse_domain::{
    Action, Resource, Scope,
    id::{LibraryId, NetworkId},
    library::{Library, Venue},
};
pub use packhorse_outlets::LineFault;

use self::batch::{Batch, NewIds};
use self::file::System;
pub use self::file::{Format, Notes, OutletFile};
use crate::{Context, Error};

const OTHER_NETWORK: &str = "other_network";
const TOO_MANY_OUTLETS: &str = "too_many_outlets";

/// Systems that are compared and written at one time: enough to save on statements, few enough to save on memory.
const BATCH: usize = 500;

/// What is to become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// The network its libraries join. Without one they are in the directory only, and those of networks stay there.
    pub network: Option<NetworkId>,
    /// Only say what would happen.
    pub dry_run: bool,
    /// Keep the good lines even when others are bad.
    pub partial: bool,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Whether it was kept: not after a dry run, nor when faults stood against it.
    pub kept: bool,
    /// Lines with an outlet, good or bad.
    pub lines: u64,
    /// What became of the systems.
    pub libraries: Counts,
    /// What became of the outlets.
    pub venues: Counts,
    /// What was wrong, by line.
    pub faults: Notes,
    /// What looked wrong but was taken, by line.
    pub warnings: Notes,
}

/// How many things were of which kind. After a dry run: would be, if the good lines were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Not there before.
    pub created: u64,
    /// There, but otherwise.
    pub updated: u64,
    /// There just so.
    pub unchanged: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
    }
}

/// Whether the actor may import into a network, or into the directory when there is none. [`import`] checks it too; this
/// is for asking before a long file is read.
///
/// # Errors
/// [`Error::NotFound`] for the network, [`Error::Forbidden`].
pub fn authorize(ctx: &mut Context<'_>, network: Option<NetworkId>) -> Result<(), Error> {
    if let Some(network) = network {
        let scope = ctx.scope();
        networks::find(ctx.conn, scope, network)?;
    }
    ctx.authorize(Action::ManageLibraries, &Resource { network, ..Resource::default() })
}

/// Brings libraries and venues to what a file says. A library that belongs to another network than the one named is a
/// fault of its lines, `other_network`; one in the directory joins.
///
/// # Errors
/// Those of [`authorize`]. Faults of the file are in the report.
pub fn import(ctx: &mut Context<'_>, file: &OutletFile, options: &ImportOptions) -> Result<ImportReport, Error> {
    authorize(ctx, options.network)?;
    let mut faults = file.faults.clone();
    let foreign = foreign(ctx, file, options.network)?;
    for outlet in file.systems.iter().filter(|system| foreign.contains(&system.key)).flat_map(|system| &system.outlets)
    {
        faults.add(file.key_fault(outlet, OTHER_NETWORK));
    }
    faults.sort();
    let accepted = file.whole && (options.partial || faults.count == 0);
    let kept = accepted && !options.dry_run;
    let mut report =
        ImportReport { kept, lines: file.lines, faults, warnings: file.warnings.clone(), ..ImportReport::default() };
    if accepted || options.dry_run {
        let mut ids = NewIds::of_file(file, ctx.now);
        for systems in file.systems.chunks(BATCH) {
            let mut batch = Batch::into(options.network);
            for (system, library, venues) in known(ctx, systems)? {
                match library {
                    Some(library) if elsewhere(&library, options.network) && foreign.contains(&system.key) => {}
                    // It went there since we looked; another run will know.
                    Some(library) if elsewhere(&library, options.network) => return Err(moved()),
                    library => batch.add(ctx, &mut ids, system, library.as_ref(), &venues)?,
                }
            }
            report.libraries += batch.libraries.counts;
            report.venues += batch.venues.counts;
            if kept {
                batch.write(ctx)?;
            }
        }
    }
    Ok(report)
}

/// Whether a library is of another network than the one imported into.
fn elsewhere(library: &Library, into: Option<NetworkId>) -> bool {
    into.is_some() && library.network.is_some() && library.network != into
}

/// What the code of a fault or warning means, in words.
pub fn meaning(fault: &LineFault) -> &'static str {
    match fault.code {
        OTHER_NETWORK => "the library belongs to another network",
        TOO_MANY_OUTLETS => "a file may hold 100,000 outlets; send it in parts",
        _ => fault.meaning().unwrap_or_default(),
    }
}

fn moved() -> Error {
    Error::Db(DbError::Contention("a library joined a network during the import".to_owned()))
}

/// Keys of the systems that are libraries of other networks.
///
/// Natural keys are unique over all networks, so this looks at all libraries whatever the actor sees; nothing of those of
/// others gets out but that they are not ours.
fn foreign(ctx: &mut Context<'_>, file: &OutletFile, into: Option<NetworkId>) -> Result<HashSet<String>, Error> {
    let mut foreign = HashSet::new();
    if into.is_some() {
        for systems in file.systems.chunks(BATCH) {
            let keys: Vec<_> = systems.iter().map(|system| system.key.as_str()).collect();
            let found = libraries::by_fscs_keys(ctx.conn, Scope::Everything, &keys)?;
            let others = found.into_iter().filter(|library| elsewhere(library, into));
            foreign.extend(others.filter_map(|library| library.details.fscs_key));
        }
    }
    Ok(foreign)
}

/// A system, the library that it is, and that library's venues.
type Known<'f> = (&'f System, Option<Library>, Vec<Venue>);

/// What is known of some systems already.
fn known<'f>(ctx: &mut Context<'_>, systems: &'f [System]) -> Result<Vec<Known<'f>>, Error> {
    let keys: Vec<_> = systems.iter().map(|system| system.key.as_str()).collect();
    let found = libraries::by_fscs_keys(ctx.conn, Scope::Everything, &keys)?;
    let ids: Vec<_> = found.iter().map(|library| library.id).collect();
    let mut venues_of: HashMap<LibraryId, Vec<Venue>> = HashMap::new();
    for venue in venues::of_libraries(ctx.conn, Scope::Everything, &ids)? {
        venues_of.entry(venue.library).or_default().push(venue);
    }
    let by_key = |library: Library| Some((library.details.fscs_key.clone()?, library));
    let mut libraries: HashMap<String, Library> = found.into_iter().filter_map(by_key).collect();
    let known = systems.iter().map(|system| {
        let library = libraries.remove(&system.key);
        let venues = library.as_ref().and_then(|library| venues_of.remove(&library.id));
        (system, library, venues.unwrap_or_default())
    });
    Ok(known.collect())
}
