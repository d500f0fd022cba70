//! A search without a compass: seeds, changed at random.

use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use crate::{Session, Target};

/// Longest input, in bytes.
const LONGEST: usize = 8192;
/// Longest that one input may take, on a slow build beside other tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells the input that a panic came from.
struct Telling<'a>(&'a Target, &'a [u8]);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} of b\"{}\"", self.0.name, self.1.escape_ascii());
        }
    }
}

/// Tries every seed, and then changed ones for a while. How many inputs there were.
pub fn search(target: &Target, seed: u64, time: Duration) -> usize {
    let session = (target.start)();
    let (seeds, words): (_, Vec<_>) = (&session.seeds, target.words.split('~').collect());
    let mut chance = StdRng::seed_from_u64(seed);
    let began = Instant::now();
    let mut count = 0;
    for input in seeds {
        attempt(target, &session, input);
        count += 1;
    }
    while began.elapsed() < time {
        let mut input = seeds.choose(&mut chance).cloned().unwrap_or_default();
        for _ in 0..chance.random_range(1..=8) {
            change(&mut input, seeds, &words, &mut chance);
        }
        input.truncate(LONGEST);
        attempt(target, &session, &input);
        count += 1;
    }
    count
}

fn attempt(target: &Target, session: &Session, input: &[u8]) {
    let _telling = Telling(target, input);
    let began = Instant::now();
    (session.run)(input);
    assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
}

/// Changes an input in one place.
fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str], chance: &mut StdRng) {
    let at = chance.random_range(0..=input.len());
    let end = (at + chance.random_range(0..=16)).min(input.len());
    let word = words.choose(chance).map_or(&b""[..], |word| word.as_bytes());
    match chance.random_range(0..8) {
        0 => drop(input.drain(at..end)),
        1 => drop(input.splice(at..at, word.iter().copied())),
        2 => drop(input.splice(at..end, word.iter().copied())),
        3 if at < input.len() => input[at] = chance.random(),
        4 if at < input.len() => input[at] ^= 1 << chance.random_range(0..8),
        5 => {
            let part = input[at..end].to_vec();
            let again = part.repeat(chance.random_range(1..=64));
            drop(input.splice(at..at, again));
        }
        6 => input.truncate(at),
        _ => {
            let other = seeds.choose(chance).map(Vec::as_slice).unwrap_or_default();
            let from = chance.random_range(0..=other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
    }
}
