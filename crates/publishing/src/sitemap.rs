//! Sitemaps for search engines: addresses of pages with their last change, and an index where one file cannot hold them.
//!
//! Source: sitemaps.org protocol 0.9.

use std::io::{self, Write};

use packhorse_domain::Timestamp;

use crate::{
    address::{Page, segment},
    model::Site,
    when::utc,
    xml::Xml,
};

/// Most addresses of one sitemap, and most sitemaps of one index.
pub const MOST: usize = 50_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// A sitemap, `application/xml`, written page by page. The caller puts at most [`MOST`] into one.
#[derive(Debug)]
pub struct Sitemap<'a, W: Write> {
    xml: Xml<W>,
    site: &'a Site,
}

impl<'a, W: Write> Sitemap<'a, W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(out: W, site: &'a Site) -> io::Result<Self> {
        let mut xml = Xml::begin(out)?;
        xml.open("urlset", &[("xmlns", NAMESPACE)])?;
        Ok(Self { xml, site })
    }

    /// Writes one page.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn item(&mut self, page: Page, changed: Timestamp) -> io::Result<()> {
        place(&mut self.xml, "url", &self.site.page(page), changed)
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<W> {
        self.xml.end()
    }
}

/// Writes the index, `application/xml`, of sitemaps found at `/sitemap.xml?after={cursor}`: each the cursor it begins
/// after, empty for the first, and the last change in it.
///
/// # Errors
/// Those of the writer.
pub fn index<'c>(
    out: impl Write,
    site: &Site,
    parts: impl IntoIterator<Item = (&'c str, Timestamp)>,
) -> io::Result<()> {
    let mut xml = Xml::begin(out)?;
    xml.open("sitemapindex", &[("xmlns", NAMESPACE)])?;
    for (cursor, changed) in parts {
        let address = format!("{}/sitemap.xml?after={}", site.root(), segment(cursor));
        place(&mut xml, "sitemap", &address, changed)?;
    }
    xml.end().map(drop)
}

fn place<W: Write>(xml: &mut Xml<W>, name: &'static str, address: &str, changed: Timestamp) -> io::Result<()> {
    xml.open(name, &[])?;
    xml.leaf("loc", &[], address)?;
    xml.leaf("lastmod", &[], &utc(changed))?;
    xml.close()
}
