//! Time: sets of intervals, what a trainer's statements leave free, starts on the clock of a venue, iCalendar in and
//! out.
//!
//! Nothing here reads a clock, a database or the network. All arithmetic on zones is that of `jiff`.

pub mod availability;
pub mod feed;
pub mod ics;
pub mod incoming;
pub mod intervals;
pub mod recurrence;
pub mod slots;
pub mod vavailability;

mod local;
mod zone;

pub use availability::{Occurrence, Occurrences, free, hosting, occurrences};
pub use incoming::read;
pub use slots::starts;
