//! Worlds for tests: a real server on a port of its own, with its own database and its own clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "tests fail by panicking")]

mod client;
mod database;
mod mail;
mod process;
mod seed;
mod world;

pub use client::{Client, Reply};
pub use database::{Backend, TestDatabase};
pub use mail::{MailServer, with_mail};
pub use process::{ServerProcess, serve_when_told};
pub use seed::{
    Catalog, DAY, GOODLAND, LAWRENCE, Market, PASSWORD, Place, Planter, Region, TOPEKA, Teacher, details, merge,
};
pub use world::{START, TestClock, World};

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
