//! Physical lines of bounded length, numbered.

use std::io::{self, BufRead, BufReader, Read};

/// The longest physical line read, in bytes. Real lines have about 200.
pub(crate) const LONGEST_LINE: usize = 16 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads one line at a time.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    text: Vec<u8>,
    says_utf8: bool,
}

/// One physical line.
pub(crate) struct Line<'a> {
    /// The first line is 1.
    pub number: u64,
    /// Without its line ending; only the beginning when `too_long`.
    pub text: &'a [u8],
    /// Longer than [`LONGEST_LINE`]; the rest was skipped.
    pub too_long: bool,
}

impl<R: Read> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input: BufReader::new(input), number: 0, text: Vec::new(), says_utf8: false }
    }

    /// Whether the first line, now read, began with the UTF-8 byte order mark.
    pub fn says_utf8(&self) -> bool {
        self.says_utf8
    }

    /// How many lines were read.
    pub fn read_so_far(&self) -> u64 {
        self.number
    }

    /// The next line, `None` at the end. CRLF and LF both end a line; the byte order mark is taken off.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.text.clear();
        let most = LONGEST_LINE as u64 + 2; // its ending is not counted
        if self.input.by_ref().take(most).read_until(b'\n', &mut self.text)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.text.pop_if(|last| *last == b'\n').is_none() && self.text.len() as u64 == most {
            self.input.skip_until(b'\n')?;
        }
        self.text.pop_if(|last| *last == b'\r');
        if self.number == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
            self.says_utf8 = true;
            self.text.drain(..BYTE_ORDER_MARK.len());
        }
        let too_long = self.text.len() > LONGEST_LINE;
        self.text.truncate(LONGEST_LINE);
        Ok(Some(Line { number: self.number, text: &self.text, too_long }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, Vec<u8>, bool)> {
        let mut lines = Lines::new(text);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((line.number, line.text.to_vec(), line.too_long));
        }
        all
    }

    #[test]
    fn endings_may_be_mixed_and_the_last_may_lack_one() {
        let expected = vec![
            (1, b"a".to_vec(), false),
            (2, b"".to_vec(), false),
            (3, b"b".to_vec(), false),
            (4, b"c".to_vec(), false),
        ];
        assert_eq!(lines(b"a\r\n\nb\nc"), expected);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_keeps_its_number() {
        for (length, too_long) in
            [(LONGEST_LINE, false), (LONGEST_LINE + 1, true), (LONGEST_LINE + 2, true), (3 * LONGEST_LINE, true)]
        {
            for ending in ["\n", "\r\n"] {
                let text = format!("{}{ending}next", "x".repeat(length));
                let read = lines(text.as_bytes());
                assert_eq!((read[0].1.len(), read[0].2), (LONGEST_LINE, too_long), "{length}");
                assert_eq!(read[1], (2, b"next".to_vec(), false));
            }
        }
    }
}
