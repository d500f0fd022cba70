//! How long it takes to rank trainers for one request out of a pool, beside the cost of only reading each candidate once.
//!
//! One request with three windows over six weeks, the clocks going forward within, at public libraries of the United States;
//! trainers who live where there are libraries, with weekly patterns, days off and 20 to 60 commitments in the year near
//! their homes. Nothing is asserted: it prints.
#![expect(clippy::unwrap_used, reason = "nothing here is input")]

use std::{fs::File, hint::black_box, time::Instant};

use criterion::{BenchmarkId, Criterion, criterion_group};
use jiff::{SignedDuration, ToSpan, civil::date};
use packhorse_domain::{
    Coordinates, Id, Interval, Record,
    availability::{Pattern, Weekday},
    id::NetworkId,
    trainer::{Trainer, Visibility},
};
use packhorse_matching::{Calendar, Candidate, Entry, Index, Reach, rank};
use world::{World, at, statement, usd, window};

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

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(u32::try_from(choices.len()).unwrap())).unwrap()]
    }

    /// Somewhere within a degree or so.
    fn near(&mut self, place: Coordinates) -> Coordinates {
        Coordinates { lat: place.lat - 1.0 + 2.0 * self.unit(), lon: place.lon - 1.3 + 2.6 * self.unit() }
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

fn trainer(dice: &mut Dice, outlets: &[Coordinates]) -> World {
    use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    let mut world = World::new();
    let home = dice.of(outlets);
    world.trainer.home_base.coordinates = home;
    world.trainer.visibility = dice.of(&[Visibility::Partners, Visibility::Public]);
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
    for n in 0..dice.below(3) {
        let from = date(2027, 2, 20).saturating_add(i64::from(dice.below(50)).days());
        let place = dice.near(home);
        let number = u8::try_from(n).unwrap();
        world.trips.push(world::trip(number, from, from.saturating_add(3.days()), place, 100.0));
    }
    let count = 20 + dice.below(41);
    for n in 0..count {
        let hours = i64::from(24 * (365 * n / count) + 15 + dice.below(5));
        let start = at("2026-09-01T00:00:00Z") + SignedDuration::from_hours(hours);
        let place = dice.near(home);
        world.commit(Interval::new(start, start + SignedDuration::from_hours(2)).unwrap(), Some(place));
    }
    world
}

/// Every open outlet of the country that has coordinates.
fn outlets() -> Vec<Coordinates> {
    let file = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/libraries.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers().unwrap().clone();
    let column = |name| header.iter().position(|column| column == name).unwrap();
    let (lat, lon) = (column("lat"), column("lon"));
    let rows = reader.into_records().map(Result::unwrap);
    rows.filter_map(|row| Coordinates::new(row[lat].parse().ok()?, row[lon].parse().ok()?)).collect()
}

/// Reads what a rule could read: the floor under any answer that looks at every candidate.
fn read(candidates: &[Candidate<'_>]) -> i64 {
    let of = |candidate: &Candidate<'_>| {
        let times = candidate.commitments.iter().map(|each| each.taken.start.as_second() ^ each.taken.end.as_second());
        let Calendar::Expanded { free, .. } = candidate.calendar else { return 0 };
        let open = free.iter().map(|each| each.start.as_second() ^ each.end.as_second());
        times.sum::<i64>() + open.sum::<i64>() + i64::from(candidate.trainer.active)
    };
    candidates.iter().map(of).sum()
}

/// Milliseconds: the median and the slowest of the runs.
fn times(runs: usize, mut run: impl FnMut(usize)) -> (f64, f64) {
    let mut times: Vec<f64> = (0..runs)
        .map(|n| {
            let start = Instant::now();
            run(n);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[runs / 2], times[runs - 1])
}

fn ranking(criterion: &mut Criterion) {
    let outlets = outlets();
    let mut asking = World::new();
    asking.details.preferences = vec![
        window("2027-03-01", "2027-03-13", 9, 17),
        window("2027-03-14", "2027-03-27", 9, 17),
        window("2027-03-28", "2027-04-11", 9, 17),
    ];
    let now = asking.now;
    let networks: Vec<NetworkId> = (0..40).map(|_| Id::new(now)).collect();
    let reach = Reach { network: networks[0], lenders: &networks };
    let hull = Interval::new(at("2027-03-01T15:00:00Z"), at("2027-04-11T22:00:00Z")).unwrap();
    let mut group = criterion.benchmark_group("index");
    for count in [500, 5_000, 50_000] {
        let mut dice = Dice(42);
        let entries: Vec<Entry> = (0..count)
            .map(|_| {
                let world = trainer(&mut dice, &outlets);
                let (id, network) = (Id::new(now), dice.of(&networks));
                Entry {
                    trainer: Trainer { id, network, details: world.trainer, record: Record::new(now) },
                    availability: world.availability,
                    busy: vec![],
                    commitments: world.commitments,
                    trips: world.trips,
                }
            })
            .collect();
        let mut index = Index::new(now);
        let start = Instant::now();
        for entry in entries {
            index.upsert(entry);
        }
        let rebuilt = start.elapsed().as_secs_f64();
        println!("{count} trainers: rebuilt in {rebuilt:.2} s, about {} MiB", index.bytes() >> 20);

        let ids = index.ids();
        let all: Vec<Candidate<'_>> = ids.iter().map(|id| index.candidate(*id, hull, &reach).unwrap()).collect();
        let (floor, _) = times(31, |_| drop(black_box(read(black_box(&all)).to_string())));
        let venues: Vec<Coordinates> = (0..201).map(|_| dice.of(&outlets)).collect();
        let (median, slowest) = times(venues.len(), |n| {
            asking.place = Some(venues[n]);
            black_box(index.rank(&asking.need(), &reach, now, 20));
        });
        asking.place = Some(venues[0]);
        let come = index.rank(&asking.need(), &reach, now, usize::MAX).matches.len();
        println!(
            "  20 best, at the first venue of {come}: median {median:.3} ms, slowest {slowest:.3} ms; reading each once \
             {floor:.3} ms, ratio {:.2}",
            median / floor,
        );
        for ceiling in [None, Some(usd(30_000))] {
            (asking.details.budget, asking.details.budget_is_ceiling) = (ceiling, ceiling.is_some());
            let (median, slowest) = times(21, |n| {
                asking.place = Some(venues[n]);
                black_box(index.explain(&asking.need(), &reach, now));
            });
            let words = ceiling.map_or("no ceiling".to_owned(), |money| format!("at most {money}"));
            println!("  explaining all, {words}: median {median:.2} ms, slowest {slowest:.2} ms");
        }
        asking.details.budget = None;
        let mut few = index.explain(&asking.need(), &reach, now);
        few.truncate(20);
        let (relaxed, _) = times(3, |_| index.relax(&asking.need(), &reach, &mut few, now));
        println!("  the smallest relaxation of 20: median {relaxed:.1} ms");
        let (slots, _) = times(101, |_| {
            asking.details.topic = None;
            black_box(index.rank(&asking.need(), &reach, now, 20));
        });
        asking.details.topic = Some(world::topic());
        println!("  of this, whoever is asked: {slots:.3} ms");
        if count < 50_000 {
            let (plain, _) = times(5, |n| {
                asking.place = Some(venues[n]);
                black_box(rank(&asking.need(), &all, now));
            });
            println!("  rank of all with reasons, without the pool: median {plain:.1} ms");
        }
        asking.place = Some(venues[0]);
        group.bench_with_input(BenchmarkId::from_parameter(count), &index, |bencher, index| {
            bencher.iter(|| index.rank(&asking.need(), &reach, now, 20));
        });
    }
    group.finish();
}

criterion_group!(benches, ranking);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
