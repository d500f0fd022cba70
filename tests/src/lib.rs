//! Worlds for tests: a real server on a port of its own, with its own database and its own clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "tests fail by panicking")]

mod authority;
mod client;
mod cluster;
mod database;
mod mail;
mod process;
mod program;
mod proxy;
mod seed;
mod world;

pub use authority::Authority;
pub use client::{Client, Reply};
pub use cluster::Cluster;
pub use database::{Backend, TestDatabase};
pub use mail::{MailServer, Secrecy, with_mail};
pub use process::{ServerProcess, serve_when_told};
pub use program::{Program, run_program};
pub use proxy::{Line, Proxy};
pub use seed::{
    Catalog, DAY, GOODLAND, LAWRENCE, Market, PASSWORD, Place, Planter, Region, TOPEKA, Teacher, details, merge,
};
pub use world::{START, TestClock, World};

/// Tells threads to stop when it is dropped: those of a test that fails, too.
pub struct Stopping<'a>(pub &'a std::sync::atomic::AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// How much of something a test does: the second when `tests/attack` asks for the long form of every test.
pub fn scale<T>(short: T, long: T) -> T {
    if std::env::var_os("PACKHORSE_TEST_LONG").is_some() { long } else { short }
}

/// Runs one test on both databases: `both! { fn name(world) { … } }`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* fn $name:ident($world:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            fn on($world: &$crate::World) $body

            #[test]
            fn sqlite() {
                let world = $crate::World::new($crate::Backend::Sqlite);
                on(&world);
                world.database().assert_sound();
            }

            #[test]
            fn postgres() {
                if let Some(backend) = $crate::Backend::postgres() {
                    let world = $crate::World::new(backend);
                    on(&world);
                    world.database().assert_sound();
                }
            }
        }
    )*};
}
