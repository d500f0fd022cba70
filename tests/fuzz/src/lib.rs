//! Anything at all into every reader of what others send. A reader may refuse an input; it may not panic, hang, or say something
//! that cannot be, and the server may not answer with a 5xx.
//!
//! `tests/fuzz/run` searches readers of files with libFuzzer, led by what each input reaches; [`search`] changes seeds blindly, for as long as
//! every run of the tests can wait.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "tests fail by panicking")]

mod catalogs;
#[cfg(feature = "servers")]
mod http;
mod readers;
mod search;

pub use search::search;

/// A reader of input from outside.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Makes it ready.
    pub start: fn() -> Session,
    /// Words that mean something to it, with `~` between.
    pub words: &'static str,
}

/// Takes an input, and panics when it is not read as it should be.
pub type Reader = Box<dyn Fn(&[u8])>;

/// A reader that is ready, and inputs that get somewhere.
pub struct Session {
    /// What to begin with.
    pub seeds: Vec<Vec<u8>>,
    /// Reads an input.
    pub run: Reader,
}

impl Session {
    fn new(seeds: Vec<Vec<u8>>, run: impl Fn(&[u8]) + 'static) -> Self {
        Self { seeds, run: Box::new(run) }
    }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    readers::CALENDAR,
    readers::AVAILABILITY,
    readers::RULE,
    readers::OUTLETS,
    catalogs::WORKSHOPS,
    catalogs::PLACE,
    #[cfg(feature = "servers")]
    http::QUERY,
    #[cfg(feature = "servers")]
    http::CURSOR,
    #[cfg(feature = "servers")]
    http::CREDENTIALS,
    #[cfg(feature = "servers")]
    http::HEADERS,
    #[cfg(feature = "servers")]
    http::PATCH,
];

/// The one of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
