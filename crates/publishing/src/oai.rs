//! OAI-PMH 2.0: what harvesters ask, and the answers. Sets are networks, deleted records stay for ever, datestamps have
//! seconds. Protocol errors are answers too, with HTTP status 200.
//!
//! The program reads a request with [`Request::read`], looks up what it asks, and writes the answer with one of the functions
//! here, or [`refuse`] for what it cannot answer. Resumption tokens are its own; here they are texts.
//!
//! Source: OAI-PMH 2.0 (openarchives.org, 2015), OAI Identifier Format guidelines.

mod answer;
mod metadata;
mod request;

pub use answer::{Item, Listing, Resumption, formats, identify, record, refuse, sets};
pub use metadata::{LRMI_SCHEMA, Prefix};
pub use request::{Ask, Code, Fault, Refusal, Request, Selection, Start, What};
