//! What can be wrong with a file and with a line of it.

use std::fmt;

use crate::row::WHOLE_LINE;

/// The longest `value` of a fault, in characters.
const VALUE_CHARACTERS: usize = 100;

/// Every code, and what it means.
#[rustfmt::skip]
const MEANINGS: [(&str, &str); 26] = [
    ("missing", "a value is needed here"),
    ("too_long", "longer than what is kept"),
    ("bad_number", "is no number"),
    ("out_of_range", "no such number, year or code can be"),
    ("bad_key", "is not in the form of an FSCS key or sequence"),
    ("bad_zip", "is not in the form of a ZIP code"),
    ("unknown_outlet_type", "is no outlet type: CE, BR, BS, BM or MO"),
    ("unknown_state", "is no state, district or territory"),
    ("unknown_status", "is no status: open, closed or temporarily_closed"),
    ("bad_encoding", "is no text in the encoding of the file"),
    ("bad_character", "holds a control character"),
    ("field_count", "has not as many fields as the header"),
    ("unclosed_quote", "begins a quotation that never ends"),
    ("bad_json", "is no JSON object"),
    ("bad_value", "is neither text nor number nor null"),
    ("unknown_column", "is no column that is known"),
    ("missing_column", "the header must have this column"),
    ("repeated_column", "the header has this column twice"),
    ("duplicate", "an earlier line has this key"),
    ("no_time_zone", "neither coordinates nor ZIP code give a time zone"),
    ("unreadable", "the input failed; nothing after it was read"),
    ("empty", "the file is empty"),
    ("unknown_layout", "is neither the outlet file of IMLS nor the cleaned form"),
    ("far_from_zip", "warning: the coordinates are over 60 km from the middle of the ZIP code's area"),
    ("unknown_zip", "warning: the Census Bureau has no area for this ZIP code"),
    ("foreign_time_zone", "warning: the coordinates lie outside the United States; the ZIP code's zone was taken"),
];

/// One thing wrong (or, among [`crate::Outlet::warnings`], suspect) in one line; [`Self::meaning`] says what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// The physical line the record begins on; the first line of the file is 1.
    pub line: u64,
    /// The column's name as in the file, or `line` when the whole line is meant.
    pub column: &'static str,
    /// A stable code in `snake_case`.
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

impl LineFault {
    /// What the code means, in words; nothing for a code that is not of this crate.
    pub fn meaning(&self) -> Option<&'static str> {
        MEANINGS.iter().find(|(code, _)| *code == self.code).map(|(_, meaning)| *meaning)
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

impl HeaderError {
    /// The same as faults of the first line, all of them: `missing_column`, `unknown_column`, `repeated_column`, `empty`,
    /// `unreadable`, `too_long`, `bad_encoding` or `unknown_layout`.
    pub fn faults(&self) -> Vec<LineFault> {
        let whole = |code, value: &str| vec![LineFault::new(1, WHOLE_LINE, code, value)];
        match self {
            Self::Empty => whole("empty", ""),
            Self::Unreadable(error) => whole("unreadable", &error.to_string()),
            Self::TooLong => whole("too_long", ""),
            Self::Utf16 => whole("bad_encoding", "UTF-16"),
            Self::UnknownLayout => whole("unknown_layout", ""),
            Self::Columns { missing, unknown, repeated } => {
                let missing = missing.iter().map(|name| LineFault::new(1, name, "missing_column", ""));
                let unknown = unknown.iter().map(|name| LineFault::new(1, WHOLE_LINE, "unknown_column", name));
                let repeated = repeated.iter().map(|name| LineFault::new(1, name, "repeated_column", ""));
                missing.chain(unknown).chain(repeated).collect()
            }
        }
    }
}
