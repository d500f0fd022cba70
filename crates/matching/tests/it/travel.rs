//! The way there and back, nights away, what becomes of the neighbors, and what it costs.

use packhorse_domain::{Coordinates, Interval, Km, Minutes, Money, price::CostKind};
use packhorse_matching::{Rule, rejoin};
use proptest::prelude::*;

use crate::world::{HAYS, LAWRENCE, TOPEKA, World, local, usd, window, work};

/// 313 and 314 minutes on the road.
fn in_hays() -> World {
    let mut world = World::new();
    world.place = Some(HAYS);
    world.trainer.travels_overnight = true;
    world
}

fn items(price: &packhorse_domain::price::Price) -> Vec<(CostKind, i64)> {
    price.items.iter().map(|item| (item.kind, item.amount.amount_minor)).collect()
}

#[test]
fn a_day_trip_from_home() {
    let placement = World::new().place("2027-03-03T10:00").unwrap();
    assert_eq!(placement.taken, Interval { start: local("2027-03-03T09:25"), end: local("2027-03-03T12:35") });
    assert_eq!((placement.travel.minutes_before, placement.travel.minutes_after), (Minutes(35), Minutes(35)));
    assert_eq!((placement.travel.nights, placement.neighbors.len()), (0, 0));
    let Km(road) = placement.travel.road_km;
    assert!((road - 2.0 * 1.25 * placement.travel.home_km.0).abs() < 1e-9 && (97.0..98.0).contains(&road));
    // 97.54 km are 60.61 miles at 72.5 cents.
    assert_eq!(items(&placement.price), [(CostKind::Honorarium, 20_000), (CostKind::Mileage, 4394)]);
    assert_eq!(placement.price.total, usd(24_394));
    let mileage = &placement.price.items[1];
    assert_eq!(mileage.detail, "48.8 km there, 48.8 km back");
    assert_eq!(mileage.rate_from, "2026-01-01".parse().unwrap());
    assert_eq!(placement.price.items[0].rate_source, "rate card of the trainer");
}

#[test]
fn measured_roads_count_where_there_are_any() {
    let mut world = World::new();
    let mut table = packhorse_domain::commitment::RoadTable::default();
    table.insert(LAWRENCE, TOPEKA, Km(40.0), Minutes(30));
    table.insert(TOPEKA, LAWRENCE, Km(44.0), Minutes(28));
    world.table = Some(table);
    let placement = world.place("2027-03-03T10:00").unwrap();
    assert_eq!((placement.travel.minutes_before, placement.travel.minutes_after), (Minutes(30), Minutes(30)));
    assert_eq!(placement.travel.road_km, Km(88.0));
    assert!((world.best().unwrap().travel.road_km.0 - 88.0).abs() < 1e-9);
    // A commitment elsewhere has no measured road: it is reckoned.
    world.store(&placement);
    world.place = Some(HAYS);
    world.trainer.travels_overnight = true;
    assert!((312..316).contains(&world.place("2027-03-05T12:00").unwrap().travel.minutes_before.0));
}

#[test]
fn virtual_work_takes_no_way_and_costs_none() {
    let mut world = World::new();
    world.details.format = packhorse_domain::Format::Virtual;
    let placement = world.place("2027-03-03T10:00").unwrap();
    assert_eq!(placement.taken, placement.time);
    assert_eq!(items(&placement.price), [(CostKind::Honorarium, 20_000)]);
}

#[test]
fn staff_trainers_cost_their_drive() {
    let mut world = World::new();
    world.trainer.fees.clear();
    assert_eq!(items(&world.place("2027-03-03T10:00").unwrap().price), [(CostKind::Mileage, 4394)]);
}

#[test]
fn rates_are_those_of_the_date() {
    let mut world = World::new();
    world.trainer.fees.push(packhorse_domain::trainer::Fee {
        from: "2027-03-04".parse().unwrap(),
        customers: packhorse_domain::trainer::Customers::Anyone,
        per_workshop: usd(1),
        per_hour: usd(2_500),
    });
    let newer = packhorse_domain::policy::TravelRates {
        from: "2027-03-04".parse().unwrap(),
        mileage_minor_per_100_miles: 10_000,
        ..world.policy.rates[0].clone()
    };
    world.policy.rates.push(newer);
    world.details.duration_minutes = 50;
    assert_eq!(items(&world.place("2027-03-03T10:00").unwrap().price)[0].1, 10_000 + 4_167, "50 minutes at 50.00");
    let price = world.place("2027-03-04T10:00").unwrap().price;
    assert_eq!(items(&price), [(CostKind::Honorarium, 1 + 2_083), (CostKind::Mileage, 6061)]);
    assert!(price.items.iter().all(|item| item.rate_from == "2027-03-04".parse().unwrap()));
}

#[test]
fn who_would_leave_before_the_day_begins_comes_the_evening_before() {
    let placement = in_hays().place("2027-03-03T12:00").unwrap();
    let minutes = placement.travel.minutes_before;
    assert_eq!(minutes, placement.travel.minutes_after);
    assert!((312..316).contains(&minutes.0), "{minutes:?}");
    // 12:00 less five hours is before 7:00: they arrive by 21:00 on the day before. Home again at 19:15.
    assert_eq!(placement.travel.nights, 1);
    assert_eq!(placement.taken.start, local("2027-03-02T21:00") - minutes.span());
    assert_eq!(placement.taken.end, local("2027-03-03T14:00") + minutes.span());
    let costs = items(&placement.price);
    assert_eq!(costs[2..], [(CostKind::Lodging, 11_000), (CostKind::PerDiem, 13_600)]);
    assert_eq!(
        (placement.price.items[2].detail.as_str(), placement.price.items[3].detail.as_str()),
        ("1 night", "2 days")
    );

    let mut home = in_hays();
    home.trainer.travels_overnight = false;
    assert_eq!(home.place("2027-03-03T12:00").unwrap_err().rules, [Rule::WorkingDay]);
}

#[test]
fn who_would_be_late_leaves_the_morning_after() {
    let mut world = in_hays();
    world.policy.day.end = jiff::civil::time(19, 0, 0, 0);
    let placement = world.place("2027-03-03T13:00").unwrap();
    let minutes = placement.travel.minutes_after;
    assert_eq!(placement.travel.nights, 1);
    assert_eq!(placement.taken.start, local("2027-03-03T13:00") - minutes.span());
    assert_eq!(placement.taken.end, local("2027-03-04T07:00") + minutes.span());
    world.policy.day.start = jiff::civil::time(8, 0, 0, 0);
    assert_eq!(world.place("2027-03-03T13:00").unwrap().travel.nights, 2);
}

#[test]
fn two_workshops_in_a_far_town_on_two_days_are_one_trip() {
    let mut world = in_hays();
    let first = world.place("2027-03-03T13:30").unwrap();
    assert_eq!(first.travel.nights, 0);
    world.store(&first);
    let second = world.place("2027-03-04T09:00").unwrap();
    assert_eq!((second.travel.minutes_before, second.travel.nights), (Minutes(0), 1));
    // The way home of the first falls away; the stay is in what the second takes.
    assert_eq!(second.neighbors.len(), 1);
    assert_eq!(second.neighbors[0].taken, Interval { end: first.time.end, ..first.taken });
    assert_eq!(second.taken.start, first.time.end);
    let mileage = |price| items(price)[1].1;
    assert!((mileage(&second.price) * 2 - mileage(&first.price)).abs() <= 1, "one way only");
    world.store(&second);

    // Nothing at home in the meantime, though nothing is taught then.
    world.details.format = packhorse_domain::Format::Virtual;
    world.details.preferences = vec![window("2027-03-03", "2027-03-04", 8, 20)];
    world.availability = vec![crate::world::weekly(7, 21)];
    assert_eq!(world.place("2027-03-03T18:00").unwrap_err().rules, [Rule::Commitments]);

    // Without the second the first has its way home again.
    world.strike(1);
    assert_eq!(world.commitments[0].taken, first.taken);
}

#[test]
fn a_night_is_paid_once() {
    let mut world = in_hays();
    let first = world.place("2027-03-03T14:00").unwrap();
    assert_eq!(first.travel.nights, 1, "home after 21:00");
    world.store(&first);
    assert_eq!(world.place("2027-03-04T09:00").unwrap().travel.nights, 0);
}

#[test]
fn straight_on_the_same_day_when_there_is_no_time_to_go_home() {
    let mut world = World::new();
    let first = world.place("2027-03-03T09:00").unwrap();
    world.store(&first);
    let second = world.place("2027-03-03T12:00").unwrap();
    assert_eq!((second.travel.minutes_before, second.travel.minutes_after), (Minutes(0), Minutes(35)));
    assert_eq!(second.neighbors[0].taken.end, local("2027-03-03T11:00"));
    // At 12:15 there is time to go home.
    let later = world.place("2027-03-03T12:15").unwrap();
    assert_eq!((later.travel.minutes_before, later.neighbors.len()), (Minutes(35), 0));
    world.store(&second);

    // Something put in before the first drives on to it.
    world.details.duration_minutes = 30;
    world.details.preferences = vec![window("2027-03-03", "2027-03-03", 8, 17)];
    let before = world.place("2027-03-03T08:00").unwrap();
    assert_eq!((before.travel.minutes_before, before.travel.minutes_after), (Minutes(35), Minutes(0)));
    assert_eq!(
        before.neighbors[0].taken,
        Interval { start: local("2027-03-03T09:00"), end: local("2027-03-03T11:00") }
    );
}

#[test]
fn an_offer_under_decision_is_out_of_its_own_way() {
    let mut world = World::new();
    for start in ["2027-03-03T09:00", "2027-03-03T11:30", "2027-03-03T14:00"] {
        let placement = world.place(start).unwrap();
        world.store(&placement);
    }
    // Asked again, nothing has changed: straight from the first, and straight on to the last.
    world.deciding = Some(world.commitments[1].cause.offer);
    let again = world.place("2027-03-03T11:30").unwrap();
    assert_eq!((again.travel.minutes_before, again.travel.minutes_after), (Minutes(0), Minutes(0)));
    assert_eq!((again.taken, again.neighbors.len()), (world.commitments[1].taken, 0));
    // Moved to the next day, the others have their ways home back, and there is time for them.
    let moved = world.place("2027-03-04T11:30").unwrap();
    assert_eq!(
        moved.neighbors.iter().map(|each| each.taken).collect::<Vec<_>>(),
        [
            Interval { end: local("2027-03-03T11:35"), ..world.commitments[0].taken },
            Interval { start: local("2027-03-03T13:25"), ..world.commitments[2].taken },
        ]
    );
    // The same when it is a hold that has run out.
    world.deciding = None;
    world.commitments[1].expires_at = Some(world.now);
    assert_eq!(world.place("2027-03-04T11:30").unwrap(), moved);
}

#[test]
fn what_falls_away_at_the_ends_changes_one_neighbor() {
    let mut world = World::new();
    world.commit(work("2027-03-03T10:00", 60), Some(TOPEKA)).taken = work("2027-03-03T10:00", 60);
    let lone = &world.commitments[0];
    let with = |previous, next| rejoin(&world.trainer, &[], &world.policy, None, &world.zone, previous, next);
    assert_eq!(with(None, None), []);
    assert_eq!(with(Some(lone), None)[0].taken.end, local("2027-03-03T11:35"));
    assert_eq!(with(None, Some(lone))[0].taken.start, local("2027-03-03T09:25"));
}

const TOWNS: [Coordinates; 5] =
    [LAWRENCE, TOPEKA, HAYS, Coordinates { lat: 37.6872, lon: -97.3301 }, Coordinates { lat: 38.0608, lon: -97.9298 }];

proptest! {
    /// However works come and go, nothing overlaps on the way, every drive that is needed fits, and the items add up.
    #[test]
    fn trips_stay_possible(
        tries in prop::collection::vec((0usize..6, 0i64..6, 24i64..80, any::<bool>()), 1..25),
        overnight in any::<bool>(),
    ) {
        let mut world = World::new();
        world.trainer.travels_overnight = overnight;
        world.availability = vec![crate::world::weekly(0, 23)];
        // Over the night on which the clocks go forward.
        world.details.preferences = vec![window("2027-03-11", "2027-03-16", 0, 23)];
        for (town, day, quarter, strike) in tries {
            if strike && !world.commitments.is_empty() {
                let count = world.commitments.len();
                world.strike(town % count);
                continue;
            }
            // The sixth is no town: virtual.
            world.details.format =
                if town == 5 { packhorse_domain::Format::Virtual } else { packhorse_domain::Format::InPerson };
            world.place = TOWNS.get(town).copied();
            let start = local("2027-03-11T00:00") + jiff::SignedDuration::from_mins(day * 1440 + quarter * 15);
            let time = Interval::new(start, start + jiff::SignedDuration::from_mins(120)).unwrap();
            if let Ok(placement) = world.place_at(time) {
                let sum: i64 = placement.price.items.iter().map(|item| item.amount.amount_minor).sum();
                prop_assert_eq!(Money { amount_minor: sum, ..placement.price.total }, placement.price.total);
                world.store(&placement);
                // Decided again, as when it is accepted, it is the same.
                world.deciding = world.commitments.iter().find(|each| each.work == time).map(|each| each.cause.offer);
                let again = world.place_at(time);
                world.deciding = None;
                let same = packhorse_matching::Placement { neighbors: vec![], ..placement };
                prop_assert_eq!(again, Ok(same));
            }
            let roads = world.roads();
            for pair in world.commitments.windows(2) {
                let [from, to] = [&pair[0], &pair[1]].map(|each| each.place.unwrap_or(LAWRENCE));
                let wait = pair[1].work.start.duration_since(pair[0].work.end).as_mins();
                prop_assert!(wait >= i64::from(roads.between(from, to).1.0));
                let home = pair[0].taken.end.duration_since(pair[0].work.end).as_mins();
                let again = pair[1].work.start.duration_since(pair[1].taken.start).as_mins();
                let via_home = home >= i64::from(roads.between(roads.home, from).1.0) && again >= i64::from(roads.between(roads.home, to).1.0);
                let straight_on = home == 0 && again >= i64::from(roads.between(from, to).1.0);
                prop_assert!(via_home || straight_on, "{} {}", home, again);
                // Who does not sleep away goes straight on within one date only.
                let dates = [pair[0].work.end, pair[1].work.start].map(|at| at.to_zoned(world.zone.rules()).date());
                prop_assert!(via_home || overnight || dates[0] == dates[1]);
            }
        }
    }
}
