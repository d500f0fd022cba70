//! Pages for people: rendered whole, readable without a program in the browser, the same for keyboard, screen reader and
//! printer.
//!
//! Nothing in a page is style or program of its own, so that a strict content security policy holds: the one style sheet
//! is [`STYLE`], and structured data is a data block, which is never run.
//!
//! Source: WCAG 2.2 (AA), HTML, Open Graph protocol (ogp.me).

mod archive;
mod board;
mod calendar;
mod catalog;
mod deserts;
mod layout;
mod map;
mod people;
mod session;
mod tours;
mod workshop;

pub use archive::{Archive, archive};
pub use board::{Board, needs, showcase};
pub use calendar::month;
pub use catalog::{Card, Choice, Facet, List, catalog};
pub use deserts::deserts;
pub use layout::{Frame, Look, STYLE};
pub use map::map;
pub use people::trainer;
pub use session::session;
pub use tours::{geojson, tours};
pub use workshop::workshop;
