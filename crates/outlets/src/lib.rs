//! IMLS outlet files in, typed rows out; time zones and ZIP centroids. Pure: bytes in, values out, nothing kept but one
//! read-only map.
//!
//! Two layouts are read, told apart by the header: the outlet file of the Public Libraries Survey as published
//! (Windows-1252, names like `FSCS_SEQ`), and the cleaned form (`fscskey,seq,name,…`), which may also come as one JSON
//! object a line.
//!
//! ```
//! let file = "fscskey,seq,name,outlet_type,city,state,zip\nKS0001,002,GOODLAND PUBLIC LIBRARY,CE,GOODLAND,KS,67735\n";
//! let mut outlets = packhorse_outlets::OutletReader::new(file.as_bytes())?;
//! let outlet = outlets.next().unwrap().unwrap();
//! assert_eq!((outlet.name.as_str(), outlet.time_zone, outlet.approximate), ("Goodland Public Library", "America/Denver", true));
//! # Ok::<(), packhorse_outlets::HeaderError>(())
//! ```
//!
//! Invariant: a line gives either an [`Outlet`] or at least one [`LineFault`], never both and never neither; reading
//! always ends.
//!
//! Invariant: memory does not grow with a line, a field or a record (all bounded), only with the natural keys already
//! seen.
//!
//! Source: IMLS, "Public Libraries Survey, Data File Documentation and User's Guide", public library outlet data file
//! (file layout, missing markers -1, -3, -4 and M, structure change codes). `data/zcta.bin` is made from the 2021
//! Gazetteer of the US Census Bureau, ZIP Code Tabulation Areas (public domain), by `examples/make_zcta.rs`. Time zone
//! borders come with the crate `tzf-rs`: they are timezone-boundary-builder's, © `OpenStreetMap` contributors, `ODbL`
//! 1.0, simplified to within about 111 m.

mod check;
mod columns;
mod fault;
mod header;
mod lines;
mod outlet;
mod place;
mod reader;
mod records;
mod row;
mod title;

pub use columns::Layout;
pub use fault::{HeaderError, LineFault};
pub use outlet::{Outlet, OutletKind};
pub use place::{time_zone, zip_centroid};
pub use reader::OutletReader;
pub use title::title_case;

#[cfg(test)]
mod tests;
