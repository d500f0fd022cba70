//! Each target for a moment, as part of every run of the tests; `tests/fuzz/run` searches longer and better.

use std::time::{Duration, SystemTime};

use packhorse_fuzz::{TARGETS, search, target};
use packhorse_tests::scale;

/// The seed, a new one in the long form.
fn seed() -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    scale(20_270_105, now)
}

fn bounded(name: &str) {
    let (target, seed) = (target(name).unwrap(), seed());
    println!("{name}: seed {seed}");
    let count = search(target, seed, scale(Duration::from_secs(2), Duration::from_secs(60)));
    println!("{name}: {count} inputs");
}

macro_rules! bounded {
    ($($name:ident)*) => {
        $(#[test] fn $name() { bounded(stringify!($name)); })*

        #[test]
        fn every_target_is_here() {
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

bounded! { calendar availability rule outlets workshops place query cursor credentials headers patch }
