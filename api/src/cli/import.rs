//! `import`.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use super::{arguments::ImportLibraries, failure::Failure, progress};
use crate::config::Config;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Comma-separated, as IMLS publishes it or cleaned.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Things that were not there before.
    pub created: u64,
    /// Things that were otherwise.
    pub updated: u64,
    /// Things that were just so.
    pub unchanged: u64,
    /// Bad lines, each in words: number, column, code, value.
    pub faults: Vec<String>,
}

/// Imports libraries.
pub(super) fn libraries(config: &Config, import: &ImportLibraries, out: &mut dyn Write) -> Result<(), Failure> {
    let (input, bytes) = open(&import.file)?;
    let bar = progress::reading(bytes);
    let report = run(config, Box::new(bar.wrap_read(input)), layout(&import.file), import);
    bar.finish_and_clear();
    tell(&report?, import, out, &mut io::stderr().lock())
}

/// Hands the file to the service.
fn run(
    _config: &Config,
    _input: Box<dyn Read + Send>,
    _layout: Layout,
    _import: &ImportLibraries,
) -> Result<Report, Failure> {
    Err(Failure::Said("import libraries is not connected".to_owned()))
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

fn layout(file: &Path) -> Layout {
    let extension = file.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
    match extension.as_deref() {
        Some("ndjson" | "jsonl") => Layout::JsonLines,
        _ => Layout::Csv,
    }
}

/// Prints what came of it: counts as the answer, bad lines as errors.
fn tell(report: &Report, import: &ImportLibraries, out: &mut dyn Write, errors: &mut dyn Write) -> Result<(), Failure> {
    for fault in &report.faults {
        writeln!(errors, "{fault}")?;
    }
    let bad = report.faults.len();
    if bad > 0 && !import.partial {
        return Err(Failure::Said(format!("{bad} faults, so nothing was kept; --partial keeps the good lines")));
    }
    let Report { created, updated, unchanged, .. } = report;
    let would = if import.dry_run { "Would be: " } else { "" };
    Ok(writeln!(out, "{would}{created} created, {updated} updated, {unchanged} unchanged, {bad} faults.")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(faults: &[&str], dry_run: bool, partial: bool) -> Result<String, Failure> {
        let import = ImportLibraries { file: "a.csv".into(), network: None, dry_run, partial };
        let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
        let mut out = Vec::new();
        tell(&Report { created: 3, updated: 2, unchanged: 1, faults }, &import, &mut out, &mut Vec::new())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn bad_lines_fail_an_import_unless_it_may_be_partial() {
        assert_eq!(told(&[], false, false).unwrap(), "3 created, 2 updated, 1 unchanged, 0 faults.\n");
        assert!(told(&[], true, false).unwrap().starts_with("Would be: 3 created"));
        assert_eq!(told(&["line 7, column ZIP: bad_zip \"x\""], false, false).unwrap_err().status(), 1);
        assert!(told(&["line 7, column ZIP: bad_zip \"x\""], false, true).unwrap().ends_with("1 faults.\n"));
    }

    #[test]
    fn the_name_tells_the_layout() {
        assert_eq!(layout(Path::new("a.NDJSON")), Layout::JsonLines);
        assert_eq!(layout(Path::new("a.csv")), Layout::Csv);
        assert_eq!(layout(Path::new("-")), Layout::Csv);
    }
}
