//! The search with libFuzzer: `tests/fuzz/run` builds and runs this. Target and folder of its corpus are named by the environment.
#![no_main]
#![allow(clippy::expect_used, reason = "nothing but tests")]

use std::{env, fs, path::PathBuf};

use libfuzzer_sys::fuzz_target;
use packhorse_fuzz::{Session, target};

thread_local! {
    /// Kept until the process is gone: libFuzzer ends it without a word.
    static SESSION: &'static Session = {
        let name = env::var("PACKHORSE_FUZZ_TARGET").expect("PACKHORSE_FUZZ_TARGET names the target");
        Box::leak(Box::new((target(&name).expect("a target of that name").start)()))
    };
}

/// Puts the seeds into the corpus, before it is read.
fn sow() {
    let corpus = PathBuf::from(env::var_os("PACKHORSE_FUZZ_CORPUS").expect("PACKHORSE_FUZZ_CORPUS names the corpus"));
    for (number, seed) in SESSION.with(|session| session.seeds.iter().enumerate()) {
        fs::write(corpus.join(format!("seed-{number}")), seed).expect("the corpus can be written to");
    }
}

fuzz_target!(
    init: sow(),
    |input: &[u8]| SESSION.with(|session| (session.run)(input))
);
