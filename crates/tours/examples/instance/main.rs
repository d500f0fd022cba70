//! Plans an instance of `../shared/tours`.
//!
//!     cargo run --release -p packhorse-tours --example instance -- FILE --seconds S --seed N --threads T
//!         --mode nights|home --out PLAN
//!
//! `--iterations N` instead of `--seconds` gives the same plan each time. Writes the plan for `check_plan.py`, and prints
//! one line of JSON. Seconds are of the processor with one thread, of the clock on the wall with more.

mod format;

use std::{
    error::Error,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use format::Instance;
use packhorse_tours::{Budget, Effort, Progress, Watch, solve};
use serde_json::json;

/// A clock, and when the best plan was found.
struct Observer {
    began: Instant,
    processor: bool,
    best: Mutex<(i64, u64)>,
    /// When progress was told last, and the longest time it was not, in milliseconds.
    told: AtomicU64,
    silence: AtomicU64,
    loudest: AtomicU64,
    /// When processor time was read, and what it was; reading it at each question would cost more than the search.
    read_at: AtomicU64,
    read: AtomicU64,
    verbose: bool,
}

impl Watch for Observer {
    fn elapsed_milliseconds(&self) -> u64 {
        let wall = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if !self.processor {
            return wall;
        }
        if self.read_at.swap(wall, Ordering::Relaxed) != wall {
            self.read.store(processor_milliseconds().unwrap_or(wall), Ordering::Relaxed);
        }
        self.read.load(Ordering::Relaxed)
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, progress: Progress) {
        let now = self.elapsed_milliseconds();
        self.silence.fetch_max(now.saturating_sub(self.told.swap(now, Ordering::Relaxed)), Ordering::Relaxed);
        let Ok(mut best) = self.best.lock() else { return };
        if progress.incumbent < best.0 {
            *best = (progress.incumbent, now);
        }
        if self.verbose && now >= self.loudest.load(Ordering::Relaxed) + 250 {
            self.loudest.store(now, Ordering::Relaxed);
            eprintln!("{now} ms: {progress:?}");
        }
    }
}

/// Processor time of this process, from the kernel.
fn processor_milliseconds() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: u64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1_000_000)
}

/// Seconds and their parts, such as `1.5`.
fn milliseconds(seconds: &str) -> Result<u64, Box<dyn Error>> {
    Ok(u64::try_from(Duration::try_from_secs_f64(seconds.parse()?)?.as_millis())?)
}

fn seconds(milliseconds: u64) -> f64 {
    Duration::from_millis(milliseconds).as_secs_f64()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut file, mut out, mut home, mut verbose) = (None, None, false, false);
    let mut effort = Effort { budget: Budget::Milliseconds(2_000), seed: 1, threads: 1 };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--seconds" => effort.budget = Budget::Milliseconds(milliseconds(&value()?)?),
            "--iterations" => effort.budget = Budget::Iterations(value()?.parse()?),
            "--seed" => effort.seed = value()?.parse()?,
            "--threads" => effort.threads = value()?.parse()?,
            "--mode" => home = value()? == "home",
            "--out" => out = Some(value()?),
            "--verbose" => verbose = true,
            _ => file = Some(argument),
        }
    }
    let mut instance: Instance = serde_json::from_str(&fs::read_to_string(file.ok_or("which FILE?")?)?)?;
    if home {
        instance.max_nights = 0;
    }
    let problem = instance.problem();
    let observer = Arc::new(Observer {
        began: Instant::now(),
        processor: effort.threads == 1,
        best: Mutex::new((i64::MAX, 0)),
        told: AtomicU64::new(0),
        silence: AtomicU64::new(0),
        loudest: AtomicU64::new(0),
        read_at: AtomicU64::new(u64::MAX),
        read: AtomicU64::new(0),
        verbose,
    });
    let plan = solve(&problem, effort, Arc::clone(&observer) as Arc<dyn Watch>)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    if let Some(out) = out {
        fs::write(out, Instance::judged(&problem, &plan).to_string())?;
    }
    let best = observer.best.lock().map_or(0, |best| best.1);
    let line = json!({
        "served": plan.served.len(),
        "cost": plan.cost.total(),
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds_to_best": seconds(best),
        "seconds": seconds(observer.elapsed_milliseconds()),
        "longest_silence_milliseconds": observer.silence.load(Ordering::Relaxed),
        "iterations": plan.iterations,
    });
    println!("{line}");
    Ok(())
}
