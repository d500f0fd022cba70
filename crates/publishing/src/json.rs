//! The model as JSON for programs: one object with a list in it, written item by item, which [`crate::import::json`] reads.

use std::io::{self, Write};

use serde::Serialize;

/// A list, `application/json`: `{ "items": […], "next": cursor | null }`.
#[derive(Debug)]
pub struct Items<W: Write> {
    out: W,
    first: bool,
}

impl<W: Write> Items<W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"items\":[")?;
        Ok(Self { out, first: true })
    }

    /// Writes one thing of the model.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(&mut self.out, item).map_err(io::Error::from)
    }

    /// Writes the cursor of the page after this one and the end, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self, next: Option<&str>) -> io::Result<W> {
        self.out.write_all(b"\n],\"next\":")?;
        serde_json::to_writer(&mut self.out, &next).map_err(io::Error::from)?;
        self.out.write_all(b"}\n")?;
        Ok(self.out)
    }
}
