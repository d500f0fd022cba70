//! How long it takes to rank trainers for one request, beside the cost of only reading each candidate once.
//!
//! One request with three windows over six weeks, the clocks going forward within; trainers with weekly patterns, days off
//! and 20 to 60 commitments in the year. A fifth or so can never come.
#![expect(clippy::unwrap_used, reason = "nothing here is input")]

use std::{hint::black_box, time::Instant};

use criterion::{BenchmarkId, Criterion, criterion_group};
use jiff::{SignedDuration, ToSpan, civil::date};
use packhorse_domain::{
    Coordinates, Id, Interval,
    availability::{Pattern, Weekday},
};
use packhorse_matching::{Candidate, rank};
use world::{World, at, statement, window};

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

/// Numbers that look random and are the same each time.
///
/// Source: D. E. Knuth, The Art of Computer Programming, volume 2, section 3.3.4 (the generator of MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(n)).unwrap()
    }

    fn unit(&mut self) -> f64 {
        f64::from(self.below(1_000_000)) / 1e6
    }

    fn place(&mut self) -> Coordinates {
        Coordinates { lat: 37.5 + 2.5 * self.unit(), lon: -98.0 + 3.5 * self.unit() }
    }
}

fn weekly(weekdays: Vec<Weekday>, start: i8, end: i8) -> Pattern {
    Pattern::Weekly {
        weekdays,
        start: jiff::civil::time(start, 0, 0, 0),
        end: jiff::civil::time(end, 0, 0, 0),
        from: date(2026, 9, 1),
        until: None,
        except: vec![date(2026, 11, 26), date(2026, 12, 25)],
    }
}

fn trainer(dice: &mut Dice) -> World {
    use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    let mut world = World::new();
    world.trainer.home_base.coordinates = dice.place();
    world.trainer.travel_radius_km = 150.0 + 250.0 * dice.unit();
    world.trainer.travels_overnight = dice.below(2) == 0;
    if dice.below(6) == 0 {
        world.trainer.topics.clear();
    }
    let off = date(2027, 3, 1).saturating_add(i64::from(dice.below(40)).days());
    world.availability = vec![
        statement(weekly(vec![Monday, Tuesday, Wednesday], 8, 18)),
        statement(weekly(vec![Thursday, Friday], 9, 16)),
        statement(Pattern::Blackout { from: off, until: off.saturating_add(3.days()) }),
    ];
    let count = 20 + dice.below(40);
    for n in 0..count {
        let hours = i64::from(24 * (365 * n / count) + 15 + dice.below(5));
        let start = at("2026-09-01T00:00:00Z") + SignedDuration::from_hours(hours);
        let place = dice.place();
        world.commit(Interval::new(start, start + SignedDuration::from_hours(2)).unwrap(), Some(place));
    }
    world
}

/// Reads what a rule could read: the floor under any answer that looks at every candidate.
fn read(candidates: &[Candidate<'_>]) -> i64 {
    let of = |candidate: &Candidate<'_>| {
        let times = candidate.commitments.iter().map(|each| each.taken.start.as_second() ^ each.taken.end.as_second());
        times.sum::<i64>() + i64::from(candidate.trainer.active && candidate.availability.len() > 1)
    };
    candidates.iter().map(of).sum()
}

fn median_seconds(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..201 {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[100]
}

fn ranking(criterion: &mut Criterion) {
    let mut asking = World::new();
    asking.details.preferences = vec![
        window("2027-03-01", "2027-03-13", 9, 17),
        window("2027-03-14", "2027-03-27", 9, 17),
        window("2027-03-28", "2027-04-11", 9, 17),
    ];
    let (need, now) = (asking.need(), asking.now);
    let mut group = criterion.benchmark_group("rank");
    for count in [100, 1000] {
        let mut dice = Dice(42);
        let trainers: Vec<World> = (0..count).map(|_| trainer(&mut dice)).collect();
        let candidates: Vec<Candidate<'_>> =
            trainers.iter().map(|world| Candidate { id: Id::new(now), ..world.candidate() }).collect();
        let matches = rank(&need, &candidates, now).matches.len();
        let whole = median_seconds(|| drop(black_box(rank(&need, black_box(&candidates), now))));
        let floor = median_seconds(|| drop(black_box(read(black_box(&candidates)).to_string())));
        println!(
            "{count} trainers, {matches} can come: {:.0} us, {:.1} us each; reading each once {:.1} us; ratio {:.0}",
            whole * 1e6,
            whole * 1e6 / f64::from(count),
            floor * 1e6,
            whole / floor,
        );
        group.bench_with_input(BenchmarkId::from_parameter(count), &candidates, |bencher, candidates| {
            bencher.iter(|| rank(&need, black_box(candidates), now));
        });
    }
    group.finish();
}

criterion_group!(benches, ranking);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
