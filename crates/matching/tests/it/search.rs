//! The best time and the order of trainers, against every time asked one by one.

use jiff::SignedDuration;
use packhorse_domain::{Coordinates, Interval, Timestamp, Zone, policy::Weights};
use packhorse_matching::{Candidate, Match, Objective, Placement, Rule, rank};
use proptest::prelude::*;

use crate::world::{HAYS, LAWRENCE, TOPEKA, World, trainer_id, usd, weekly, window};

/// Every start of the grid within the preferences, found by looking at the clock each minute.
pub fn every_time(world: &World) -> Vec<Interval> {
    let rules = world.zone.rules();
    let duration = SignedDuration::from_mins(i64::from(world.details.duration_minutes));
    let first = world.details.preferences.iter().map(|p| p.from).min().unwrap();
    let last = world.details.preferences.iter().map(|p| p.until).max().unwrap();
    let mut at = rules.to_timestamp(first.at(0, 0, 0, 0)).unwrap();
    let end = rules.to_timestamp(last.at(23, 59, 0, 0)).unwrap();
    let mut times = Vec::new();
    while at <= end {
        let clock = rules.to_datetime(at);
        let minute = i32::from(clock.hour()) * 60 + i32::from(clock.minute());
        if minute % i32::from(world.policy.slot_grid_minutes) == 0 {
            let time = Interval::new(at, at + duration).unwrap();
            times.extend(world.details.rank_of(&time, &world.zone).map(|_| time));
        }
        at += SignedDuration::from_mins(1);
    }
    times
}

/// The score as the documentation of the objectives tells it.
fn score(world: &World, placement: &Placement) -> f64 {
    let weights = world.policy.weights;
    let half = |half: f64, amount: f64| if amount == 0.0 { 1.0 } else { half / (half + amount) };
    let fair = world.details.budget.map_or(7250 + 11_000 + 6800, |budget| budget.amount_minor);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let [rank, ranks, total, fair] = [
        placement.rank as f64,
        world.details.preferences.len() as f64,
        placement.price.library_pays.amount_minor as f64,
        fair as f64,
    ];
    let date = placement.time.start.to_zoned(world.zone.rules()).date();
    let begins = |date: jiff::civil::Date| world.zone.rules().to_timestamp(date.at(0, 0, 0, 0)).unwrap();
    let fortnight = SignedDuration::from_hours(14 * 24);
    let (from, until) = (begins(date) - fortnight, begins(date.tomorrow().unwrap()) + fortnight);
    let near = world.commitments.iter().filter(|each| from <= each.work.start && each.work.start < until);
    let load = f64::from(u32::try_from(near.count()).unwrap());
    let road = f64::from(placement.travel.minutes_before.0 + placement.travel.minutes_after.0);
    let days = world.now.duration_since(world.joined).as_hours() / 24;
    let settled = f64::from(i32::try_from(days).unwrap()).min(90.0) / 90.0;
    let from_home = world
        .place
        .filter(|_| world.need().on_site())
        .map_or(0.0, |place| 2.0 * world.roads().between(world.trainer.home_base.coordinates, place).0.0);
    let saved = if from_home > 0.0 { (1.0 - placement.travel.road_km.0 / from_home).max(0.0) } else { 0.0 };
    let values = [
        (weights.preference, 1.0 - rank / ranks),
        (weights.travel, half(120.0, road)),
        (weights.cost, half(fair, total)),
        (weights.fit, 1.0),
        (weights.load, 0.5 + (half(world.usual_load.unwrap(), load) - 0.5) * settled),
        (weights.rural, if world.rural { 1.0 } else { 0.0 }),
        (weights.nearby, saved),
    ];
    let sum: f64 = values.iter().map(|(weight, _)| weight).sum();
    if sum == 0.0 { 0.0 } else { values.iter().map(|(weight, value)| weight * value).sum::<f64>() / sum }
}

/// The best of all times: highest score, then lowest cost, fewest nights, earliest.
pub fn best_of_all(world: &World, times: &[Interval]) -> Result<(f64, Placement), Vec<Rule>> {
    let mut best: Option<(f64, Placement)> = None;
    let mut nearest: Option<Vec<Rule>> = None;
    for time in times {
        match world.place_at(*time) {
            Ok(placement) => {
                let score = score(world, &placement);
                let cost = |p: &Placement| (p.price.library_pays.amount_minor, p.travel.nights, p.time.start);
                // Sums of the same numbers in another order differ in their last digits.
                let better = best.as_ref().is_none_or(|(most, last)| {
                    score > most + 1e-12 || score >= most - 1e-12 && cost(&placement) < cost(last)
                });
                if better {
                    best = Some((score, placement));
                }
            }
            Err(reasons) => {
                if nearest.as_ref().is_none_or(|nearest| reasons.rules.len() < nearest.len()) {
                    nearest = Some(reasons.rules);
                }
            }
        }
    }
    best.ok_or_else(|| nearest.unwrap_or_else(|| vec![Rule::StartGrid]))
}

#[track_caller]
fn agrees(world: &World) {
    match (world.best(), best_of_all(world, &every_time(world))) {
        (Ok(found), Ok((score, placement))) => {
            assert!((found.score - score).abs() < 1e-9, "{} {score}", found.score);
            let found = (found.time, found.price, found.travel, found.preference_rank);
            assert_eq!(found, (placement.time, placement.price, placement.travel, placement.rank));
        }
        (Err(reasons), Err(nearest)) => assert_eq!(reasons.rules.len(), nearest.len(), "{reasons} {nearest:?}"),
        (found, reference) => panic!("{found:?}\n{reference:?}"),
    }
}

/// A trainer's town and the venue, in a zone, over a change of the clocks or none.
#[derive(Debug, Clone)]
struct Case {
    zone: usize,
    season: usize,
    venue: usize,
    overnight: bool,
    windows: Vec<(i8, i8, i8, i8)>,
    works: Vec<(usize, i64, i64)>,
    hours: (i8, i8),
    grid: u16,
    weights: [u8; 7],
    budget: Option<(i64, bool)>,
    duration: u32,
}

const TOWNS: [Coordinates; 4] = [LAWRENCE, TOPEKA, HAYS, Coordinates { lat: 37.6872, lon: -97.3301 }];
const ZONES: [&str; 3] = ["America/Chicago", "Australia/Adelaide", "Asia/Kolkata"];
/// Three days around a Sunday: clocks forward in Chicago, back in Chicago, forward in Adelaide, back in Adelaide.
const SEASONS: [[&str; 3]; 4] = [
    ["2027-03-13", "2027-03-14", "2027-03-15"],
    ["2027-11-06", "2027-11-07", "2027-11-08"],
    ["2027-10-02", "2027-10-03", "2027-10-04"],
    ["2027-04-03", "2027-04-04", "2027-04-05"],
];

fn cases() -> impl Strategy<Value = Case> {
    let windows = prop::collection::vec((0i8..3, 0i8..3, 0i8..16, 4i8..12), 1..4);
    let works = prop::collection::vec((0usize..4, 0i64..5, 24i64..80), 0..8);
    let shape = (0usize..3, 0usize..4, 0usize..4, any::<bool>(), windows, works);
    let budget = prop::option::of((20_000i64..80_000, any::<bool>()));
    let numbers =
        ((4i8..12, 13i8..23), prop::sample::select(vec![15u16, 30, 45, 60]), any::<[u8; 7]>(), budget, 30u32..240);
    (shape, numbers).prop_map(
        |((zone, season, venue, overnight, windows, works), (hours, grid, weights, budget, duration))| Case {
            zone,
            season,
            venue,
            overnight,
            windows,
            works,
            hours,
            grid,
            weights,
            budget,
            duration,
        },
    )
}

fn world(case: &Case) -> World {
    let mut world = World::new();
    world.zone = Zone::new(ZONES[case.zone]).unwrap();
    world.trainer.travels_overnight = case.overnight;
    world.policy.slot_grid_minutes = case.grid;
    world.details.duration_minutes = case.duration;
    let weight = |n: usize| f64::from(case.weights[n] % 8);
    world.policy.weights = Weights {
        preference: weight(0),
        travel: weight(1),
        cost: weight(2),
        fit: weight(3),
        load: weight(4),
        rural: weight(5),
        nearby: weight(6),
    };
    world.rural = case.weights[0].is_multiple_of(2);
    world.joined = world.now - SignedDuration::from_hours(24 * i64::from(case.weights[1]));
    let days = SEASONS[case.season];
    // The trainer lives in Kansas by the map, and by the clock of the case.
    world.availability = vec![weekly(0, 23)];
    world.availability[0].time_zone = world.zone.clone();
    world.details.preferences = vec![window(days[0], days[2], 0, 23)];
    let begin = world.zone.rules().to_timestamp(days[0].parse::<jiff::civil::Date>().unwrap().at(0, 0, 0, 0)).unwrap();
    for (town, day, quarter) in &case.works {
        world.place = Some(TOWNS[*town]);
        world.details.preferences = vec![window("2027-01-01", "2027-12-31", 0, 23)];
        let start = begin + SignedDuration::from_mins((day - 1) * 1440 + quarter * 15);
        let grid = std::mem::replace(&mut world.policy.slot_grid_minutes, 5);
        if let Ok(placement) = world.place_at(Interval::new(start, start + SignedDuration::from_mins(90)).unwrap()) {
            world.store(&placement);
        }
        world.policy.slot_grid_minutes = grid;
    }
    world.place = Some(TOWNS[case.venue]);
    world.availability = vec![weekly(case.hours.0, case.hours.1)];
    world.availability[0].time_zone = world.zone.clone();
    world.details.preferences = case
        .windows
        .iter()
        .map(|(from, until, start, length)| {
            let [from, until] = [from, until].map(|day| days[usize::try_from(*day).unwrap()]);
            window(from.min(until), from.max(until), *start, (start + length).min(23))
        })
        .collect();
    world.details.budget = case.budget.map(|(amount, _)| usd(amount));
    world.details.budget_is_ceiling = case.budget.is_some_and(|(_, is_ceiling)| is_ceiling);
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_search_misses_nothing(case in cases()) {
        agrees(&world(&case));
    }

    #[test]
    fn the_order_of_candidates_makes_no_difference(case in cases(), turn in 0usize..6) {
        let world = world(&case);
        let mut others = vec![world.trainer.clone(); 6];
        others[1].travels_overnight = !case.overnight;
        others[2].travel_radius_km = 10.0;
        others[3].home_base.coordinates = HAYS;
        others[4].fees.clear();
        let candidates: Vec<Candidate<'_>> = (0u8..)
            .zip(&others)
            .map(|(n, trainer)| Candidate { id: trainer_id(n), trainer, ..world.candidate() })
            .collect();
        let mut turned = candidates.clone();
        turned.rotate_left(turn);
        turned.swap(0, 3);
        let ranking = rank(&world.need(), &candidates, world.now);
        prop_assert_eq!(&ranking, &rank(&world.need(), &turned, world.now));
        prop_assert_eq!(ranking.matches.len() + ranking.ruled_out.len(), 6);
        let key = |found: &Match| (-found.score, found.price.total.amount_minor, found.trainer);
        prop_assert!(ranking.matches.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
        for found in &ranking.matches {
            prop_assert!((0.0..=1.0).contains(&found.score));
            prop_assert!(found.contributions.iter().all(|each| (0.0..=1.0).contains(&each.value)));
            // What a list shows can be offered.
            let n = candidates.iter().position(|candidate| candidate.id == found.trainer).unwrap();
            let placed = packhorse_matching::place(&world.need(), &candidates[n], found.time, world.now).unwrap();
            prop_assert_eq!(&placed.price, &found.price);
            prop_assert_eq!(placed.travel, found.travel);
        }
    }
}

#[test]
fn an_earlier_choice_wins_over_a_later_one() {
    let mut world = World::new();
    world.details.preferences =
        vec![window("2027-03-10", "2027-03-10", 13, 17), window("2027-03-03", "2027-03-03", 9, 17)];
    let found = world.best().unwrap();
    assert_eq!((found.preference_rank, found.time), (0, crate::world::work("2027-03-10T13:00", 120)));
    agrees(&world);
}

#[test]
fn a_workshop_nearby_draws_the_time() {
    let mut world = World::new();
    world.place = Some(TOWNS[3]);
    let first = world.place("2027-03-04T13:00").unwrap();
    world.store(&first);
    // Just before the one that is there, the drive home between the two is saved; sooner they would leave too early.
    let found = world.best().unwrap();
    assert_eq!(found.time, crate::world::work("2027-03-04T10:30", 120));
    agrees(&world);
}

#[test]
fn the_hour_that_is_skipped_is_no_start_and_the_one_that_comes_twice_is_two() {
    let mut world = World::new();
    world.details.format = packhorse_domain::Format::Virtual;
    world.details.duration_minutes = 30;
    world.availability = vec![weekly(0, 23)];
    world.policy.day.start = jiff::civil::time(0, 0, 0, 0);
    world.now = "2027-01-01T00:00:00Z".parse().unwrap();
    for (day, from, until, starts) in [("2027-03-14", 1, 4, 7), ("2027-11-07", 1, 2, 7), ("2027-11-07", 0, 3, 15)] {
        world.details.preferences = vec![window(day, day, from, until)];
        let times = every_time(&world);
        assert!(times.iter().all(|time| world.place_at(*time).is_ok()));
        assert_eq!(times.len(), starts, "{day}");
        agrees(&world);
    }
}

#[test]
fn nobody_fits_and_the_nearest_time_says_why() {
    let mut world = World::new();
    world.trainer.active = false;
    assert_eq!(world.best().unwrap_err().rules, [Rule::Inactive]);
    world.availability = vec![weekly(8, 9)];
    assert_eq!(world.best().unwrap_err().rules, [Rule::Inactive, Rule::Availability]);
    world.now = Timestamp::MAX - SignedDuration::from_hours(48);
    assert_eq!(world.best().unwrap_err().rules, [Rule::Inactive, Rule::Notice, Rule::Availability]);
}

#[test]
fn a_match_is_sent_with_what_makes_it_up() {
    let found = World::new().best().unwrap();
    let weights: f64 = found.contributions.iter().map(|each| each.weight).sum();
    let met: f64 = found.contributions.iter().map(|each| each.weight * each.value).sum();
    assert!((found.score - met / weights).abs() < 1e-12);
    let objectives: Vec<_> = found.contributions.iter().map(|each| each.objective).collect();
    assert_eq!(objectives, <Objective as packhorse_domain::Word>::ALL);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["contributions"][0]["objective"], "preference");
    assert_eq!(serde_json::from_value::<Match>(json).unwrap(), found);
}
