//! Our own table, read back; columns may be left out and stand in any order.
//!
//! Source: RFC 4180.

use std::collections::HashMap;

use csv::StringRecord;

use crate::table::{COLUMNS, original};

use super::{Import, check::Found};

/// Reads a table with the columns of [`crate::table`]. Only `title` must be there; prices, ratings and CE hours are passed over.
pub fn table(bytes: &[u8]) -> Import {
    let mut import = Import::default();
    let Some(text) = import.text(bytes) else { return import };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let mut columns = HashMap::new();
    for (at, name) in headers.iter().enumerate() {
        match COLUMNS.into_iter().find(|column| *column == name.trim()) {
            Some(column) if columns.insert(column, at).is_some() => {
                import.fault("line 1", column, "repeated_column", "the column is there twice");
            }
            Some(_) => {}
            None => import.fault("line 1", "", "unknown_column", format!("\"{name}\" is no column")),
        }
    }
    if !columns.contains_key("title") {
        import.fault("line 1", "title", "missing_column", "the column title is needed");
    }
    if !import.faults.is_empty() {
        return import;
    }
    let mut line = StringRecord::new();
    loop {
        match reader.read_record(&mut line) {
            Ok(false) => return import,
            Err(error) => {
                import.fault("", "", "bad_table", error.to_string());
                return import;
            }
            Ok(true) => {}
        }
        let place = format!("line {}", line.position().map_or(0, csv::Position::line));
        if line.len() != headers.len() {
            let detail = format!("it has {} cells, the header {}", line.len(), headers.len());
            import.fault(&place, "", "uneven_line", detail);
            continue;
        }
        if !import.has_room(&place) {
            return import;
        }
        let cell = |name: &str| columns.get(name).and_then(|at| line.get(*at)).map(original).unwrap_or_default();
        let one = |name: &str| cell(name).to_owned();
        let list = |name: &str| cell(name).lines().map(str::to_owned).filter(|one| !one.is_empty()).collect::<Vec<_>>();
        let found = Found { authors: list("authors"), funders: list("funders"), ..Found::named(one, list) };
        import.take(place, found);
    }
}
