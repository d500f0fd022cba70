//! Publishing: one canonical [`model`], written as pages, structured data, feeds, calendars and harvests, and catalogs of
//! others read in. Values in, bytes out: no clock, no database, no network.
//!
//! Lists are written item by item into an [`std::io::Write`], so that memory does not grow with the catalog; pages show a
//! bounded list and are returned whole.
//!
//! Invariant: no text of the model reaches an output as markup. Each format leaves out only characters it cannot hold.

mod address;
pub mod atom;
pub mod html;
pub mod icalendar;
pub mod import;
pub mod json_ld;
pub mod model;
pub mod oai;
pub mod rss;
pub mod search;
pub mod sitemap;
pub mod table;
mod text;
mod when;
mod xml;

pub use address::{Edition, Feed, Page};
