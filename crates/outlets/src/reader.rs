//! The reader: a file in, outlets and faults out, one at a time.

use std::io::Read;

use crate::check::{SeenKeys, check};
use crate::columns::{Column, Layout};
use crate::fault::{HeaderError, LineFault};
use crate::header::Header;
use crate::lines::Lines;
use crate::outlet::Outlet;
use crate::records::{Broken, Records};
use crate::row::{Row, WHOLE_LINE};

/// Reads outlets from a file as it comes, without holding it in memory.
///
/// It iterates over what each line holds: an [`Outlet`], or all the faults of that line. After a fault `unreadable` it
/// ends, and what was read before must not be taken for the whole file.
pub struct OutletReader<R> {
    source: Source<R>,
    seen: SeenKeys,
    failed: bool,
}

enum Source<R> {
    Csv(Box<Records<R>>, Header),
    JsonLines(Lines<R>),
}

impl<R: Read> OutletReader<R> {
    /// Reads CSV, as published by IMLS or in the cleaned form, whichever the header shows. The order of columns is
    /// free. The published file may have any others, the cleaned form may leave out what an outlet can be without. Each
    /// value is UTF-8 or else Windows-1252; a file that begins with a byte order mark must be UTF-8.
    ///
    /// # Errors
    ///
    /// When the header cannot be read, belongs to neither layout, or lacks, repeats or (cleaned form) misspells
    /// columns.
    pub fn new(input: R) -> Result<Self, HeaderError> {
        let mut records = Records::new(input);
        let header = Header::read(&mut records)?;
        Ok(Self::over(Source::Csv(Box::new(records), header)))
    }

    /// Reads one JSON object a line (NDJSON, UTF-8) with the names of the cleaned form. Numbers may be numbers or text,
    /// null is nothing.
    pub fn json_lines(input: R) -> Self {
        Self::over(Source::JsonLines(Lines::new(input)))
    }

    fn over(source: Source<R>) -> Self {
        Self { source, seen: SeenKeys::new(), failed: false }
    }

    /// Which of the two layouts the file has.
    pub fn layout(&self) -> Layout {
        match &self.source {
            Source::Csv(_, header) => header.layout,
            Source::JsonLines(_) => Layout::Cleaned,
        }
    }

    /// What the file calls the column of the system's key.
    pub fn key_column(&self) -> &'static str {
        Column::FscsKey.name_in(self.layout()).unwrap_or(WHOLE_LINE)
    }

    /// The next row, good or not; `None` at the end.
    fn next_row(&mut self) -> Result<Option<Result<Row, Vec<LineFault>>>, Broken> {
        match &mut self.source {
            Source::Csv(records, header) => {
                let says_utf8 = records.says_utf8();
                Ok(records.next()?.map(|record| Row::from_record(&record, header, says_utf8)))
            }
            Source::JsonLines(lines) => {
                while let Some(line) = lines.next().map_err(Broken::Input)? {
                    if line.too_long {
                        let beginning = String::from_utf8_lossy(line.text).into_owned();
                        return Err(Broken::Line { line: line.number, code: "too_long", beginning });
                    }
                    if !line.text.trim_ascii().is_empty() {
                        return Ok(Some(Row::from_json(line.number, line.text)));
                    }
                }
                Ok(None)
            }
        }
    }

    /// The line being read when the input failed.
    fn line_after_last(&self) -> u64 {
        1 + match &self.source {
            Source::Csv(records, _) => records.lines_read(),
            Source::JsonLines(lines) => lines.read_so_far(),
        }
    }
}

impl<R: Read> Iterator for OutletReader<R> {
    type Item = Result<Outlet, Vec<LineFault>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match self.next_row() {
            Ok(row) => row.map(|row| row.and_then(|row| check(row, &mut self.seen))),
            Err(Broken::Line { line, code, beginning }) => {
                Some(Err(vec![LineFault::new(line, WHOLE_LINE, code, &beginning)]))
            }
            Err(Broken::Input(error)) => {
                self.failed = true;
                Some(Err(vec![LineFault::new(self.line_after_last(), WHOLE_LINE, "unreadable", &error.to_string())]))
            }
        }
    }
}
