//! Writing XML element by element: nothing is kept but the names of the elements that are open.

use std::io::{self, Write};

use crate::text::can_be_written;

/// Attributes of an element: names we chose, values of any text.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// An XML document being written.
#[derive(Debug)]
pub(crate) struct Xml<W: Write> {
    out: W,
    open: Vec<&'static str>,
}

impl<W: Write> Xml<W> {
    /// Writes the declaration.
    pub(crate) fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        Ok(Self { out, open: Vec::new() })
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        self.tag(name, attributes, ">\n")?;
        self.open.push(name);
        Ok(())
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        match self.open.pop() {
            Some(name) => writeln!(self.out, "</{name}>"),
            None => Ok(()),
        }
    }

    /// Writes an element with nothing but text in it, or nothing at all.
    pub(crate) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return self.tag(name, attributes, "/>\n");
        }
        self.tag(name, attributes, ">")?;
        escape(&mut self.out, text)?;
        writeln!(self.out, "</{name}>")
    }

    /// Writes an element unless its text is empty.
    pub(crate) fn told(&mut self, name: &'static str, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.leaf(name, &[], text) }
    }

    /// Closes what is open and gives the writer back.
    pub(crate) fn end(mut self) -> io::Result<W> {
        while !self.open.is_empty() {
            self.close()?;
        }
        Ok(self.out)
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>, end: &str) -> io::Result<()> {
        write!(self.out, "<{name}")?;
        for (name, value) in attributes {
            write!(self.out, " {name}=\"")?;
            escape(&mut self.out, value)?;
            self.out.write_all(b"\"")?;
        }
        self.out.write_all(end.as_bytes())
    }
}

/// A text in which nothing is markup, without characters XML cannot hold. Tabs and line breaks survive in attributes too.
///
/// Source: XML 1.0 sections 2.2 (characters), 2.4 (markup), 3.3.3 (attribute values).
fn escape(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut from = 0;
    for (at, character) in text.char_indices() {
        let instead = match character {
            '<' => "&lt;",
            '>' => "&gt;",
            '&' => "&amp;",
            '"' => "&quot;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            other if can_be_written(other) => continue,
            _ => "",
        };
        out.write_all(&text.as_bytes()[from..at])?;
        out.write_all(instead.as_bytes())?;
        from = at + character.len_utf8();
    }
    out.write_all(&text.as_bytes()[from..])
}
