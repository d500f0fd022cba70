//! What can be wrong with a file and with a line of it.

use std::fmt;

/// The longest `value` of a fault, in characters.
const VALUE_CHARACTERS: usize = 100;

/// One thing wrong (or, among [`crate::Outlet::warnings`], suspect) in one line.
///
/// | code | meaning |
/// |---|---|
/// | `missing` | a needed value is blank or one of IMLS's missing markers |
/// | `too_long` | a value or a whole line is longer than we keep |
/// | `bad_number`, `out_of_range` | not a number; a number no such place, year or code can have |
/// | `bad_key`, `bad_zip` | not in the form of an FSCS key or sequence; not in the form of a ZIP code |
/// | `unknown_outlet_type`, `unknown_state`, `unknown_status` | a code that is not in the list |
/// | `bad_encoding`, `bad_character` | bytes that are not text in the file's encoding; a control character |
/// | `field_count`, `unclosed_quote` | more or fewer fields than the header; a quotation that never ends |
/// | `bad_json`, `bad_value`, `unknown_column` | only in JSON lines: not an object; neither text, number nor null; a name we do not know |
/// | `duplicate` | the FSCS key and sequence stood on an earlier line, named in `value` |
/// | `no_time_zone` | neither coordinates nor ZIP code give a time zone |
/// | `unreadable` | the input failed; nothing after it was read |
/// | `far_from_zip` | warning: the coordinates are over 60 km from the ZIP code's centroid; `value` says how far |
/// | `unknown_zip` | warning: the Census Bureau has no area for the ZIP code (often one for post boxes) |
/// | `foreign_time_zone` | warning: the coordinates lie outside the United States; the ZIP code's zone was taken |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// The physical line the record begins on; the first line of the file is 1.
    pub line: u64,
    /// The column's name as in the file, or `line` when the whole line is meant.
    pub column: &'static str,
    /// A stable code in `snake_case`, from the table above.
    pub code: &'static str,
    /// What stood there, at most 100 characters, control characters replaced.
    pub value: String,
}

impl LineFault {
    /// Bounds the value and makes it safe to print.
    pub(crate) fn new(line: u64, column: &'static str, code: &'static str, value: &str) -> Self {
        let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        Self { line, column, code, value: value.chars().take(VALUE_CHARACTERS).map(printable).collect() }
    }
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {} \"{}\"", self.line, self.column, self.code, self.value)
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The input failed before the header was whole.
    #[error("the file could not be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The first line is longer than any header, so this is not a CSV file.
    #[error("the first line is too long to be a header")]
    TooLong,
    /// UTF-16, as some spreadsheets export.
    #[error("the file is UTF-16; save it as UTF-8 or Windows-1252")]
    Utf16,
    /// Neither layout's telling columns are there.
    #[error(
        "neither the IMLS outlet file (FSCSKEY, FSCS_SEQ, LIBNAME, …) nor the cleaned form (fscskey, seq, name, …)"
    )]
    UnknownLayout,
    /// The layout is known, but not all of its columns are right.
    #[error("columns missing: {missing:?}; unknown: {unknown:?}; repeated: {repeated:?}")]
    Columns {
        /// Needed columns that are not there, such as `FSCS_SEQ` in the file of administrative entities.
        missing: Vec<&'static str>,
        /// Columns we do not know. Only in the cleaned form; of the published file we ignore what we do not need. At
        /// most ten.
        unknown: Vec<String>,
        /// Columns that are there twice.
        repeated: Vec<&'static str>,
    },
}
