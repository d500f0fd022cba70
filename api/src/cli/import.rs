//! `import`.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use actix_web::rt::System;
use packhorse_domain::{Clock, time::SystemClock};
use packhorse_services::{
    Context, Error,
    import::{self, Format, ImportOptions, ImportReport, LineFault, Notes, OutletFile, meaning},
};

use super::{arguments::ImportLibraries, failure::Failure, migrate, progress};
use crate::config::Config;

/// Imports libraries.
pub(super) fn libraries(config: &Config, import: &ImportLibraries, out: &mut dyn Write) -> Result<(), Failure> {
    let (input, bytes) = open(&import.file)?;
    let bar = progress::reading(bytes);
    let file = OutletFile::read(format(&import.file), bar.wrap_read(input));
    bar.finish_and_clear();
    let report = run(config, file, options(import))?;
    tell(&report, import, out, &mut io::stderr().lock())
}

/// Hands what was read to the service, as the program.
fn run(config: &Config, file: OutletFile, options: ImportOptions) -> Result<ImportReport, Failure> {
    let database = migrate::ready(config, 1)?;
    let now = SystemClock.now();
    let spinner = progress::spinner("comparing and writing");
    let imported = database.write(move |conn| import::import(&mut Context::of_program(conn, now), &file, &options));
    let imported = System::new().block_on(imported);
    spinner.finish_and_clear();
    imported.map_err(|error| match error {
        Error::NotFound => Failure::Usage("--network: there is no such network".to_owned()),
        other => Failure::refused("nothing was imported", other),
    })
}

fn options(import: &ImportLibraries) -> ImportOptions {
    ImportOptions { network: import.network, dry_run: import.dry_run, partial: import.partial }
}

/// The input, and its length in bytes if that is known.
fn open(file: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let unreadable = |error| Failure::caused(format!("{} cannot be read", file.display()), error);
    let opened = File::open(file).map_err(unreadable)?;
    let bytes = opened.metadata().map_err(unreadable)?.len();
    Ok((Box::new(opened), Some(bytes).filter(|bytes| *bytes > 0)))
}

fn format(file: &Path) -> Format {
    let extension = file.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
    match extension.as_deref() {
        Some("ndjson" | "jsonl") => Format::JsonLines,
        _ => Format::Csv,
    }
}

/// Prints what came of it: counts as the answer, bad lines as errors.
fn tell(
    report: &ImportReport,
    import: &ImportLibraries,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<(), Failure> {
    let none = Notes::default();
    // Of a real file there are some hundred, about lines that were taken all the same.
    let warnings = if import.dry_run { &report.warnings } else { &none };
    for (what, notes) in [("warnings", warnings), ("faults", &report.faults)] {
        for note in &notes.first {
            writeln!(errors, "{}", told(note))?;
        }
        let more = notes.count - notes.first.len() as u64;
        if more > 0 {
            writeln!(errors, "{more} more {what}")?;
        }
    }
    let bad = report.faults.count;
    if !report.kept && !(import.dry_run && (bad == 0 || import.partial)) {
        return Err(Failure::Said(format!("{bad} faults, so nothing was kept; --partial keeps the good lines")));
    }
    let would = if import.dry_run { "Would be: " } else { "" };
    let (libraries, venues) = (&report.libraries, &report.venues);
    for (what, counts) in [("libraries", libraries), ("venues", venues)] {
        let import::Counts { created, updated, unchanged } = counts;
        writeln!(out, "{would}{created} {what} created, {updated} updated, {unchanged} unchanged.")?;
    }
    let hint = if report.warnings.count > 0 && !import.dry_run { " (--dry-run names them)" } else { "" };
    Ok(writeln!(out, "{} lines, {bad} faults, {} warnings{hint}.", report.lines, report.warnings.count)?)
}

/// A fault or warning in words: line, column, what stood there, what is wrong with it.
fn told(note: &LineFault) -> String {
    let LineFault { line, column, code, value } = note;
    format!("line {line}, {column}: \"{value}\": {} ({code})", meaning(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(faults: Vec<LineFault>, dry_run: bool, partial: bool) -> Result<(String, String), Failure> {
        let import = ImportLibraries { file: "a.csv".into(), network: None, dry_run, partial };
        let faults = Notes { count: faults.len() as u64, first: faults };
        let kept = !dry_run && (faults.count == 0 || partial);
        let venues = import::Counts { created: 3, updated: 2, unchanged: 1 };
        let report = ImportReport { kept, lines: 6 + faults.count, venues, faults, ..ImportReport::default() };
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        tell(&report, &import, &mut out, &mut errors)?;
        Ok((String::from_utf8(out).unwrap(), String::from_utf8(errors).unwrap()))
    }

    fn bad_zip() -> Vec<LineFault> {
        vec![LineFault { line: 7, column: "ZIP", code: "bad_zip", value: "x".to_owned() }]
    }

    #[test]
    fn bad_lines_fail_an_import_unless_it_may_be_partial() {
        let (out, errors) = printed(vec![], false, false).unwrap();
        assert!(out.contains("\n3 venues created, 2 updated, 1 unchanged.\n6 lines, 0 faults,"), "{out}");
        assert_eq!(errors, "");
        assert!(printed(vec![], true, false).unwrap().0.contains("Would be: 3 venues created"));
        assert_eq!(printed(bad_zip(), false, false).unwrap_err().status(), 1);
        assert_eq!(printed(bad_zip(), true, false).unwrap_err().status(), 1);
        let (out, errors) = printed(bad_zip(), false, true).unwrap();
        assert!(out.ends_with("7 lines, 1 faults, 0 warnings.\n"), "{out}");
        assert_eq!(errors, "line 7, ZIP: \"x\": is not in the form of a ZIP code (bad_zip)\n");
    }

    #[test]
    fn a_file_is_imported_and_may_be_again() {
        let folder = std::env::temp_dir().join(format!("packhorse-import-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut config = Config::default();
        config.database.url = packhorse_db::DatabaseUrl::Sqlite(folder.join("packhorse.db"));
        let file = folder.join("outlets.csv");
        let line = "KS0155,002,GOODLAND PUBLIC LIBRARY,CE,GOODLAND,KS,67735";
        std::fs::write(&file, format!("fscskey,seq,name,outlet_type,city,state,zip\n{line}\n")).unwrap();
        let imported = |network: Option<packhorse_domain::id::NetworkId>| {
            let import = ImportLibraries { file: file.clone(), network, dry_run: false, partial: false };
            let mut out = Vec::new();
            libraries(&config, &import, &mut out).map(|()| String::from_utf8(out).unwrap())
        };
        let (first, again) = (imported(None), imported(None));
        let nowhere = imported(Some(packhorse_domain::Id::nil()));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(first.unwrap().starts_with("1 libraries created, 0 updated, 0 unchanged.\n1 venues created"));
        assert!(again.unwrap().starts_with("0 libraries created, 0 updated, 1 unchanged.\n0 venues created"));
        assert_eq!(nowhere.unwrap_err().status(), 2);
    }

    #[test]
    fn the_name_tells_the_format() {
        assert_eq!(format(Path::new("a.NDJSON")), Format::JsonLines);
        assert_eq!(format(Path::new("a.csv")), Format::Csv);
        assert_eq!(format(Path::new("-")), Format::Csv);
    }
}
