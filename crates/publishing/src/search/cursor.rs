//! Where a page of a search ended, as a text.

use std::{fmt, str::FromStr};

use packhorse_domain::{Word, id::WorkshopId};

use super::Sort;

/// Where a page ended: the next one begins behind it, whatever was put in or taken out since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) sort: Sort,
    pub(super) first: i64,
    pub(super) second: i64,
    pub(super) title: String,
    pub(super) id: WorkshopId,
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCursor;

/// Characters of a title that are sorted by.
pub(super) const TITLE: usize = 48;

/// What orders workshops; equal keys are of one workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) first: i64,
    pub(super) second: i64,
    pub(super) title: &'a str,
    pub(super) id: WorkshopId,
}

impl Cursor {
    /// The cursor of a page that ends with this key.
    pub(super) fn at(sort: Sort, key: Key<'_>) -> Self {
        Self { sort, first: key.first, second: key.second, title: key.title.to_owned(), id: key.id }
    }

    /// The order it is of.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The key it stands at.
    pub(super) fn key(&self) -> Key<'_> {
        Key { first: self.first, second: self.second, title: &self.title, id: self.id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.", self.sort.word(), self.first, self.second)?;
        self.title.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, ".{}", self.id)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let parts: Vec<_> = text.splitn(6, '.').collect();
        let [sort, first, second, title, id] = parts[..] else { return Err(InvalidCursor) };
        let sort = Sort::from_word(sort).ok_or(InvalidCursor)?;
        let number = |text: &str| text.parse().map_err(|_| InvalidCursor);
        // Digits alone: reading a number takes a sign, too.
        let digits = Some(title).filter(|title| title.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.and_then(|digits| digits.as_bytes().chunks(2).map(byte).collect());
        // Where there is no such title, it is a place between two that there are.
        let title = String::from_utf8_lossy(&bytes.ok_or(InvalidCursor)?).chars().take(TITLE).collect();
        let id = id.parse().map_err(|_| InvalidCursor)?;
        Ok(Self { sort, first: number(first)?, second: number(second)?, title, id })
    }
}

impl fmt::Display for InvalidCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a cursor of a search")
    }
}
impl std::error::Error for InvalidCursor {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_is_one() {
        let id = "wks_01k9z3k8m4e0r9q2v7x5y6w8ta".parse().unwrap();
        for (sort, title) in Sort::ALL.iter().copied().zip(["", "", "política 100%", ""]) {
            let cursor = Cursor { sort, first: -17, second: i64::MAX, title: title.to_owned(), id };
            let text = cursor.to_string();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{text}");
            assert_eq!(text.parse(), Ok(cursor));
        }
        let long = "61".repeat(TITLE + 1);
        for bad in [
            "",
            "relevance",
            "relevance.1.2..wks_01k9z3k8m4e0r9q2v7x5y6w8tb.",
            "relevance.1.2..net_01k9z3k8m4e0r9q2v7x5y6w8ta",
            "x.1.2..wks_01k9z3k8m4e0r9q2v7x5y6w8ta",
            "relevance.1.99999999999999999999..wks_01k9z3k8m4e0r9q2v7x5y6w8ta",
            "title.0.0.+1.wks_01k9z3k8m4e0r9q2v7x5y6w8ta",
            "title.0.0.é.wks_01k9z3k8m4e0r9q2v7x5y6w8ta",
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(InvalidCursor), "{bad}");
        }
        // What no search has written, but could be between two places.
        let written: Cursor = format!("title.0.0.{long}.wks_01k9z3k8m4e0r9q2v7x5y6w8ta").parse().unwrap();
        assert_eq!(written.title.chars().count(), TITLE);
        for odd in ["f", "ff"] {
            assert!(format!("title.0.0.{odd}.wks_01k9z3k8m4e0r9q2v7x5y6w8ta").parse::<Cursor>().is_ok());
        }
    }
}
