//! Workshops as a table: CSV with a header, one line for each, the same columns that [`crate::import`] reads.
//!
//! Lists in a cell are parted by line breaks. A cell a spreadsheet would take for a formula begins with `'`.
//!
//! Source: RFC 4180; OWASP, "CSV Injection".

use std::{
    borrow::Cow,
    io::{self, Write},
};

use packhorse_domain::Word;

use crate::{
    address::Page,
    model::{Course, CreditRole, Site},
    text::{amount, hours, hundredths},
    when::utc,
};

/// The columns, in their order.
pub const COLUMNS: [&str; 22] = [
    "id",
    "title",
    "abstract",
    "objectives",
    "level",
    "audience",
    "duration_minutes",
    "formats",
    "languages",
    "topics",
    "ce_hours",
    "fee_member",
    "fee_other",
    "currency",
    "minimum_attendance",
    "maximum_attendance",
    "license",
    "authors",
    "funders",
    "rating",
    "address",
    "updated_at",
];

/// A table, `text/csv; charset=utf-8; header=present`, written line by line.
#[derive(Debug)]
pub struct Table<'a, W: Write> {
    out: csv::Writer<W>,
    site: &'a Site,
}

impl<'a, W: Write> Table<'a, W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(out: W, site: &'a Site) -> io::Result<Self> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out, site })
    }

    /// Writes one workshop.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, course: &Course) -> io::Result<()> {
        let words = |words: &mut dyn Iterator<Item = &str>| words.collect::<Vec<_>>().join("\n");
        let credits = |role| {
            words(&mut course.credits.iter().filter(|credit| credit.role == role).map(|credit| credit.name.as_str()))
        };
        let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        let fees = course.fees.as_ref();
        let cells: [Cow<'_, str>; COLUMNS.len()] = [
            course.id.to_string().into(),
            course.title.as_str().into(),
            course.summary.as_str().into(),
            course.objectives.join("\n").into(),
            course.level.word().into(),
            course.audience.as_str().into(),
            course.duration.0.to_string().into(),
            words(&mut course.formats.iter().map(|format| format.word())).into(),
            course.languages.join("\n").into(),
            words(&mut course.topics.iter().map(|topic| topic.name.as_str())).into(),
            course.ce_hours.iter().map(hours).collect::<Vec<_>>().join("\n").into(),
            fees.map(|fees| amount(fees.member)).unwrap_or_default().into(),
            fees.and_then(|fees| fees.other).map(amount).unwrap_or_default().into(),
            fees.map(|fees| fees.member.currency.to_string()).unwrap_or_default().into(),
            number(course.minimum_attendance).into(),
            number(course.maximum_attendance).into(),
            course.license.as_deref().unwrap_or_default().into(),
            credits(CreditRole::Author).into(),
            credits(CreditRole::Funder).into(),
            course.evaluation.map(|all| hundredths(all.mean_hundredths())).unwrap_or_default().into(),
            self.site.page(Page::Workshop(course.id)).into(),
            utc(course.updated_at).into(),
        ];
        for cell in cells {
            self.out.write_field(harmless(&cell).as_bytes())?;
        }
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    /// Writes what is left and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Whether a spreadsheet may take a cell for a formula, were it not for quotes before it.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A cell no spreadsheet takes for a formula.
fn harmless(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// A cell as it was before [`harmless`].
pub(crate) fn original(cell: &str) -> &str {
    if is_formula(cell) { cell.strip_prefix('\'').unwrap_or(cell) } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cells_come_back(cell in "['=+@a\t-]{0,6}") {
            let written = harmless(&cell);
            prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t']));
            prop_assert_eq!(original(&written), cell.as_str());
        }
    }
}
