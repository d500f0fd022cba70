//! CSV records of bounded size, each with the physical line it begins on.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};

use crate::lines::{LONGEST_LINE, Lines};

/// The largest record, in bytes: many lines only when a quotation was never closed.
const LARGEST_RECORD: usize = 2 * LONGEST_LINE;

/// The most fields of a record; the published file has about 45.
const MOST_FIELDS: usize = 500;

/// Splits CSV (RFC 4180; LF is enough, stray quotation marks are kept) into records.
pub(crate) struct Records<R> {
    lines: Lines<R>,
    parser: csv_core::Reader,
    text: Box<[u8]>,
    ends: Box<[usize]>,
}

/// One record, borrowed from the reader.
pub(crate) struct Record<'a> {
    /// The physical line it begins on.
    pub line: u64,
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// The fields' bytes, unquoted.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let (text, ends) = (self.text, self.ends);
        (0..ends.len()).map(move |field| &text[if field == 0 { 0 } else { ends[field - 1] }..ends[field]])
    }
}

/// Why there is no record.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The input failed.
    Input(io::Error),
    /// This one is bad, reading can go on after it.
    Line {
        /// The physical line it begins on.
        line: u64,
        /// `too_long` or `unclosed_quote`.
        code: &'static str,
        /// How it begins.
        beginning: String,
    },
}

impl<R: Read> Records<R> {
    pub fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input),
            parser: ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build(),
            text: vec![0; LARGEST_RECORD].into(),
            ends: vec![0; MOST_FIELDS].into(),
        }
    }

    /// Whether the file says that it is UTF-8, by a byte order mark. Known once the first record was read.
    pub fn says_utf8(&self) -> bool {
        self.lines.says_utf8()
    }

    /// How many physical lines were read.
    pub fn lines_read(&self) -> u64 {
        self.lines.read_so_far()
    }

    /// The next record that is not blank, `None` at the end.
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Broken> {
        let Self { lines, parser, text, ends } = self;
        let (mut filled, mut fields, mut began) = (0, 0, None);
        while let Some(line) = lines.next().map_err(Broken::Input)? {
            if began.is_none() && line.text.trim_ascii().is_empty() && !line.too_long {
                continue;
            }
            let first = *began.get_or_insert(line.number);
            let mut fits = !line.too_long;
            for mut rest in [line.text, b"\n"] {
                while fits && !rest.is_empty() {
                    let (result, read, written, ended) =
                        parser.read_record(rest, &mut text[filled..], &mut ends[fields..]);
                    (rest, filled, fields) = (&rest[read..], filled + written, fields + ended);
                    match result {
                        ReadRecordResult::InputEmpty => {}
                        ReadRecordResult::Record => {
                            return Ok(Some(Record { line: first, text: &text[..filled], ends: &ends[..fields] }));
                        }
                        ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull | ReadRecordResult::End => {
                            fits = false;
                        }
                    }
                }
            }
            if !fits {
                parser.reset();
                let beginning = if filled == 0 { line.text } else { &text[..filled] };
                return Err(Broken::Line { line: first, code: "too_long", beginning: beginning_of(beginning) });
            }
        }
        let Some(line) = began else { return Ok(None) };
        parser.reset();
        Err(Broken::Line { line, code: "unclosed_quote", beginning: beginning_of(&text[..filled]) })
    }
}

/// Enough to recognize it by.
fn beginning_of(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(400)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line number and fields, or line number and code.
    fn records(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut records = Records::new(text.as_bytes());
        let mut all = Vec::new();
        loop {
            all.push(match records.next() {
                Ok(None) => return all,
                Ok(Some(record)) => {
                    (record.line, Ok(record.fields().map(|field| String::from_utf8(field.to_vec()).unwrap()).collect()))
                }
                Err(Broken::Line { line, code, .. }) => (line, Err(code)),
                Err(Broken::Input(error)) => panic!("{error}"),
            });
        }
    }

    fn good(line: u64, fields: &[&str]) -> (u64, Result<Vec<String>, &'static str>) {
        (line, Ok(fields.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn quoted_newlines_blank_lines_and_both_endings_keep_the_count() {
        assert_eq!(
            records("a,b\r\n\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\n\n \nlast,\"1\n\n2\"\nend,"),
            [
                good(1, &["a", "b"]),
                good(3, &["x\ny", "say \"hi\""]),
                good(7, &["last", "1\n\n2"]),
                good(10, &["end", ""]),
            ]
        );
    }

    #[test]
    fn stray_marks_and_carriage_returns_are_text() {
        assert_eq!(records("6\" pipe,a\rb\n"), [good(1, &["6\" pipe", "a\rb"])]);
    }

    #[test]
    fn an_unclosed_quotation_is_a_fault_at_its_beginning() {
        assert_eq!(records("a\nb,\"c\nd\n"), [good(1, &["a"]), (2, Err("unclosed_quote"))]);
    }

    #[test]
    fn after_a_record_too_large_reading_goes_on() {
        let line = "x".repeat(1000) + "\n";
        let read = records(&format!("a\n\"{}\nb\n", line.repeat(40)));
        assert_eq!(read[0], good(1, &["a"]));
        assert_eq!(read[1], (2, Err("too_long")));
        assert_eq!(read[2].0, 2 + 33, "the line after the one that did not fit");

        let read = records(&format!("{}\nb\n{}\nc\n", "x".repeat(LONGEST_LINE + 1), ",".repeat(MOST_FIELDS)));
        assert_eq!(read, [(1, Err("too_long")), good(2, &["b"]), (3, Err("too_long")), good(4, &["c"])]);
    }
}
