//! What is published, read back by other people's parsers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod feeds;
mod hostile;
mod import;
mod oai;
mod pages;
mod reading;
mod reference;
mod search;
mod structured;
mod style;
mod world;
