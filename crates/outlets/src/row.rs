//! One line's values by column, before they mean anything, and the faults found on the way.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use encoding_rs::WINDOWS_1252;
use serde_json::{Map, Value};

use crate::columns::{Column, Layout};
use crate::fault::LineFault;
use crate::header::Header;
use crate::records::Record;

/// The name in a fault that means the line as a whole.
pub(crate) const WHOLE_LINE: &str = "line";

/// How IMLS marks what it does not know or what does not apply.
///
/// Source: Public Libraries Survey, Data File Documentation: M and -1 missing, -3 closed or not applicable, -4 not
/// applicable, -9 suppressed.
const MISSING_MARKERS: [&str; 5] = ["M", "-1", "-3", "-4", "-9"];

/// The values of one line, each taken out once.
pub(crate) struct Row {
    pub line: u64,
    pub layout: Layout,
    pub faults: Vec<LineFault>,
    values: [Option<String>; Column::COUNT],
}

impl Row {
    fn new(line: u64, layout: Layout) -> Self {
        Self { line, layout, faults: Vec::new(), values: [const { None }; Column::COUNT] }
    }

    /// From a CSV record; bytes that are not UTF-8 are Windows-1252, unless the file says it is UTF-8.
    ///
    /// # Errors
    ///
    /// When the record has not the header's number of fields, so that no value can be trusted.
    pub fn from_record(record: &Record<'_>, header: &Header, says_utf8: bool) -> Result<Self, Vec<LineFault>> {
        let mut row = Self::new(record.line, header.layout);
        let (found, expected) = (record.fields().len(), header.columns.len());
        if found != expected {
            row.whole_line_fault("field_count", &format!("{found} fields, the header has {expected}"));
            return Err(row.faults);
        }
        for (field, column) in record.fields().zip(&header.columns) {
            let Some(column) = *column else { continue };
            let (text, is_text) = decode(field, says_utf8);
            if !is_text {
                row.fault(column, "bad_encoding", &text);
            }
            row.set(column, &text);
        }
        Ok(row)
    }

    /// From a line that should be one JSON object with the cleaned names; numbers may stand for their text, null for
    /// nothing.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object in UTF-8.
    pub fn from_json(line: u64, text: &[u8]) -> Result<Self, Vec<LineFault>> {
        let mut row = Self::new(line, Layout::Cleaned);
        let Ok(text) = std::str::from_utf8(text) else {
            row.whole_line_fault("bad_encoding", &String::from_utf8_lossy(text));
            return Err(row.faults);
        };
        let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else {
            row.whole_line_fault("bad_json", text);
            return Err(row.faults);
        };
        for (name, value) in object {
            let Some(column) = Column::named(Layout::Cleaned, &name) else {
                row.whole_line_fault("unknown_column", &name);
                continue;
            };
            match value {
                Value::Null => {}
                Value::String(text) => row.set(column, &text),
                Value::Number(number) => row.set(column, &number.to_string()),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    row.fault(column, "bad_value", &value.to_string());
                }
            }
        }
        Ok(row)
    }

    /// Keeps a value with its white space made single, unless it means that there is none.
    fn set(&mut self, column: Column, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || self.layout == Layout::Published && MISSING_MARKERS.contains(&text.as_str()) {
            return;
        }
        if text.chars().any(char::is_control) {
            self.fault(column, "bad_character", &text);
        } else if text.chars().count() > column.longest() {
            self.fault(column, "too_long", &text);
        } else {
            self.values[column as usize] = Some(text);
        }
    }

    /// The value, if there is one.
    pub fn take(&mut self, column: Column) -> Option<String> {
        self.values[column as usize].take()
    }

    /// The value; that there is none is a fault, unless a worse one was found before.
    pub fn need(&mut self, column: Column) -> Option<String> {
        let value = self.take(column);
        if value.is_none() {
            self.fault_if_none_yet(column, "missing");
        }
        value
    }

    /// The value as a number in a range.
    pub fn number<T: FromStr + PartialOrd + Display>(
        &mut self,
        column: Column,
        range: &RangeInclusive<T>,
    ) -> Option<T> {
        let text = self.take(column)?;
        match text.parse() {
            Err(_) => self.fault(column, "bad_number", &text),
            Ok(number) if range.contains(&number) => return Some(number),
            Ok(_) => self.fault(column, "out_of_range", &text),
        }
        None
    }

    /// Whether the column's value was found bad.
    pub fn is_bad(&self, column: Column) -> bool {
        let name = self.name_of(column);
        self.faults.iter().any(|fault| fault.column == name)
    }

    /// The column's name as in the file.
    pub fn name_of(&self, column: Column) -> &'static str {
        column.name_in(self.layout).unwrap_or(WHOLE_LINE)
    }

    pub fn fault(&mut self, column: Column, code: &'static str, value: &str) {
        self.faults.push(LineFault::new(self.line, self.name_of(column), code, value));
    }

    /// A fault without a value, where the column has no other.
    pub fn fault_if_none_yet(&mut self, column: Column, code: &'static str) {
        if !self.is_bad(column) {
            self.fault(column, code, "");
        }
    }

    fn whole_line_fault(&mut self, code: &'static str, value: &str) {
        self.faults.push(LineFault::new(self.line, WHOLE_LINE, code, value));
    }
}

/// The text of some bytes, and whether they are text in the encoding they should be in.
pub(crate) fn decode(bytes: &[u8], is_utf8: bool) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) if is_utf8 => (String::from_utf8_lossy(bytes).into_owned(), false),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), true),
    }
}
