//! The pool against every trainer asked at every time, all over the earth.

use jiff::SignedDuration;
use packhorse_domain::{
    Coordinates, Format, Interval, Level, Record, Timestamp,
    id::{NetworkId, TrainerId},
    trainer::{Trainer, Visibility},
};
use packhorse_matching::{Candidate, Entry, Index, Need, Reach, rank};
use proptest::prelude::*;

use crate::{
    search::{best_of_all, every_time},
    world::{self, World, local, trainer_id, usd, weekly, window, work},
};

fn network(n: u8) -> NetworkId {
    format!("net_01h455vb4pex5vsknk084sn0{n:02}").parse().unwrap()
}

/// First day and days of a trip, tack-on days before and after, kilometers north and east of the venue, radius.
type Away = ((i8, i8), (u8, u8), (f64, f64), f64);

/// What is drawn for one trainer.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Kilometers north and east of the venue.
    offset: (f64, f64),
    radius_km: f64,
    overnight: bool,
    hours: (i8, i8),
    lacks: u8,
    visibility: usize,
    network: u8,
    works: Vec<(i64, i64, f64, f64)>,
    busy: Vec<(i64, i64, i64)>,
    trips: Vec<Away>,
    pub fee: i64,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let works = prop::collection::vec((0i64..4, 24i64..76, -150.0..150.0, -150.0..150.0), 0..4);
    let busy = prop::collection::vec((0i64..3, 24i64..76, 1i64..20), 0..3);
    let trip = ((11i8..17, 0i8..3), (0u8..3, 0u8..3), (-200.0..200.0, -200.0..200.0), 5.0..300.0);
    let trips = prop::collection::vec(trip, 0..2);
    let who = ((-300.0..300.0, -300.0..300.0), 5.0..450.0, any::<bool>(), (6i8..12, 13i8..20), 0u8..12);
    (who, 0usize..3, 0u8..3, works, busy, trips, 0i64..40_000).prop_map(
        |((offset, radius_km, overnight, hours, lacks), visibility, network, works, busy, trips, fee)| Drawn {
            offset,
            radius_km,
            overnight,
            hours,
            lacks,
            visibility,
            network,
            works,
            busy,
            trips,
            fee,
        },
    )
}

/// Kansas, Svalbard, beside both poles, the Gulf of Guinea on both sides of 0°, Fiji and Attu beside 180°.
pub const VENUES: [(f64, f64); 8] = [
    (39.0473, -95.6752),
    (78.2232, 15.6267),
    (89.7, 40.0),
    (-89.5, -120.0),
    (0.01, -0.01),
    (-16.78, 179.99),
    (52.9, -179.95),
    (-0.3, 179.9),
];

/// So many kilometers north and east of a place, roughly, wherever that leads.
fn beside((lat, lon): (f64, f64), (north, east): (f64, f64)) -> Coordinates {
    let over = lat + north / 111.2;
    // Over a pole it goes down on the other side.
    let (new_lat, turned) = match over {
        over if over > 90.0 => (180.0 - over, 180.0),
        over if over < -90.0 => (-180.0 - over, 180.0),
        over => (over, 0.0),
    };
    let around = lon + turned + east / (111.2 * new_lat.to_radians().cos().max(0.01));
    Coordinates { lat: new_lat, lon: (around + 180.0).rem_euclid(360.0) - 180.0 }
}

pub fn world(venue: (f64, f64), case: &Case, drawn: &Drawn) -> World {
    let mut world = World::new();
    world.trainer.home_base.coordinates = beside(venue, drawn.offset);
    world.trainer.travel_radius_km = drawn.radius_km;
    world.trainer.travels_overnight = drawn.overnight;
    world.trainer.visibility = [Visibility::Network, Visibility::Partners, Visibility::Public][drawn.visibility];
    world.trainer.fees[0].per_workshop = usd(drawn.fee);
    match drawn.lacks {
        0 => world.trainer.active = false,
        1 => world.trainer.topics.clear(),
        2 => world.trainer.topics[0].level = Level::Introductory,
        3 => world.trainer.languages = vec!["es-MX".into()],
        4 => world.trainer.formats = vec![Format::Virtual],
        5 => world.trainer.languages = vec!["en-US".into()],
        6 => world.trainer.fees.clear(),
        _ => {}
    }
    world.trips = drawn
        .trips
        .iter()
        .zip(1..)
        .map(|(((first, days), (before, after), offset, radius_km), n)| {
            let from = jiff::civil::date(2027, 3, *first);
            let until = from.saturating_add(jiff::Span::new().days(*days));
            let mut trip = world::trip(n, from, until, beside(venue, *offset), *radius_km);
            (trip.details.tack_on_days_before, trip.details.tack_on_days_after) = (*before, *after);
            trip
        })
        .collect();
    world.policy.slot_grid_minutes = 30;
    world.details.duration_minutes = 90;
    world.availability = vec![weekly(0, 23)];
    for (day, quarter, north, east) in &drawn.works {
        world.place = Some(beside(venue, (*north, *east)));
        world.details.preferences = vec![window("2027-03-01", "2027-03-31", 0, 23)];
        let start = local("2027-03-12T00:00") + SignedDuration::from_mins(day * 1440 + quarter / 2 * 30);
        let time = Interval::new(start, start + SignedDuration::from_mins(90)).unwrap();
        if let Ok(placement) = world.place_at(time) {
            world.store(&placement);
        }
    }
    world.busy = drawn
        .busy
        .iter()
        .map(|(day, quarter, length)| {
            let start = local("2027-03-13T00:00") + SignedDuration::from_mins(day * 1440 + quarter * 15);
            Interval::new(start, start + SignedDuration::from_mins(length * 15)).unwrap()
        })
        .collect();
    world.place = Some(Coordinates { lat: venue.0, lon: venue.1 });
    world.availability = vec![weekly(drawn.hours.0, drawn.hours.1)];
    // Over the night on which the clocks go forward.
    world.details.preferences = vec![
        window("2027-03-14", "2027-03-14", case.earliest, case.earliest + 7),
        window("2027-03-13", "2027-03-15", 9, 13),
    ];
    world.details.format = if case.is_virtual { Format::Virtual } else { Format::InPerson };
    world.details.budget = case.ceiling.map(usd);
    world.details.budget_is_ceiling = true;
    world
}

#[derive(Debug, Clone)]
pub struct Case {
    pub venue: usize,
    pub earliest: i8,
    pub is_virtual: bool,
    pub ceiling: Option<i64>,
    pub behind_days: i64,
    pub trainers: Vec<Drawn>,
    pub lent: Vec<u8>,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let need = (0usize..8, 7i8..14, prop::bool::weighted(0.15), prop::option::of(20_000i64..90_000));
    let behind_days = prop::sample::select(vec![0i64, 0, 0, 360, 600]);
    let lent = prop::collection::vec(1u8..3, 0..2);
    (need, behind_days, prop::collection::vec(drawn(), 1..6), lent).prop_map(
        |((venue, earliest, is_virtual, ceiling), behind_days, trainers, lent)| Case {
            venue,
            earliest,
            is_virtual,
            ceiling,
            behind_days,
            trainers,
            lent,
        },
    )
}

fn entry(world: &World, id: TrainerId, network: NetworkId) -> Entry {
    Entry {
        trainer: Trainer { id, network, details: world.trainer.clone(), record: Record::new(world.joined) },
        availability: world.availability.clone(),
        busy: world.busy.clone(),
        commitments: world.commitments.clone(),
        trips: world.trips.clone(),
    }
}

fn agrees(case: &Case, with_every_time: bool) {
    let worlds: Vec<_> = case.trainers.iter().map(|drawn| world(VENUES[case.venue], case, drawn)).collect();
    let ids: Vec<_> = (10u8..).take(worlds.len()).map(trainer_id).collect();
    let now = worlds[0].now;
    let entries: Vec<_> = worlds
        .iter()
        .zip(&ids)
        .zip(&case.trainers)
        .map(|((world, id), drawn)| entry(world, *id, network(drawn.network)))
        .collect();
    let mut index = Index::new(now - SignedDuration::from_hours(24 * case.behind_days));
    // Written, changed, taken out and put back in another order.
    for entry in &entries {
        let mut other = entry.clone();
        other.trainer.details.languages = vec!["fr-CA".into()];
        other.trainer.details.visibility = Visibility::Public;
        other.trainer.details.topics.clear();
        index.upsert(other);
    }
    for entry in entries.iter().rev() {
        assert!(index.remove(entry.trainer.id) && !index.remove(entry.trainer.id));
        let mut turned = entry.clone();
        turned.commitments.reverse();
        index.upsert(turned);
    }
    assert_eq!(index.len(), worlds.len());

    let lenders: Vec<_> = case.lent.iter().map(|n| network(*n)).collect();
    let reach = Reach { network: network(0), lenders: &lenders };
    let need = worlds[0].need();
    let candidates: Vec<Candidate<'_>> = worlds
        .iter()
        .zip(&entries)
        .filter(|(_, entry)| reach.sees(&entry.trainer))
        .map(|(world, entry)| Candidate {
            id: entry.trainer.id,
            joined: entry.trainer.record.created_at,
            customer: reach.customer_of(&entry.trainer),
            ..world.candidate()
        })
        .collect();
    let plain = rank(&need, &candidates, now);
    let ranking = index.rank(&need, &reach, now, usize::MAX);
    assert_eq!(ranking.matches, plain.matches);
    assert_eq!(index.rank(&need, &reach, now, 2).matches, plain.matches[..plain.matches.len().min(2)]);
    assert_eq!(index.explain(&need, &reach, now), plain.ruled_out);
    // What load is usual is a matter of all, of those too that come to be looked at no further.
    let among = Need { usual_load: None, ..need };
    let ordered = rank(&among, &candidates, now).matches;
    for limit in [0, 1, 3, usize::MAX] {
        assert_eq!(index.rank(&among, &reach, now, limit).matches, ordered[..ordered.len().min(limit)]);
    }
    if !with_every_time {
        return;
    }

    let times = every_time(&worlds[0]);
    for (world, entry) in worlds.iter().zip(&entries).filter(|(_, entry)| reach.sees(&entry.trainer)) {
        let found = ranking.matches.iter().find(|found| found.trainer == entry.trainer.id);
        match (found, best_of_all(world, &times)) {
            (Some(found), Ok((score, placement))) => {
                assert!((found.score - score).abs() < 1e-9, "{} {score}", found.score);
                let found = (found.time, &found.price, found.travel, found.preference_rank);
                assert_eq!(found, (placement.time, &placement.price, placement.travel, placement.rank));
            }
            (None, Err(nearest)) => {
                let reasons = plain.ruled_out.iter().find(|reasons| reasons.trainer == entry.trainer.id).unwrap();
                assert_eq!(reasons.reasons.rules.len(), nearest.len(), "{} {nearest:?}", reasons.reasons);
            }
            (found, reference) => panic!("{found:?}\n{reference:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_pool_agrees_with_every_time_of_every_trainer(case in cases()) {
        agrees(&case, true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_best_few_of_many_are_those_of_a_look_at_all(
        case in cases(), trainers in prop::collection::vec(drawn(), 20..40),
    ) {
        agrees(&Case { trainers, ..case }, false);
    }
}

#[test]
fn the_horizon_moves_with_the_present() {
    let world = World::new();
    let mut index = Index::new(world.now - SignedDuration::from_hours(24 * 1000));
    index.upsert(entry(&world, trainer_id(1), network(0)));
    let reach = Reach { network: network(0), lenders: &[] };
    let before = index.rank(&world.need(), &reach, world.now, 10);
    index.advance(world.now);
    assert_eq!((before.matches.len(), &before), (1, &index.rank(&world.need(), &reach, world.now, 10)));
    assert!(index.get(trainer_id(1)).is_some() && index.get(trainer_id(2)).is_none());
    // At the ends of the calendar nothing overflows.
    for now in [Timestamp::MIN, Timestamp::MAX] {
        index.advance(now);
        assert_eq!(before, index.rank(&world.need(), &reach, world.now, 10));
    }
}

#[test]
fn busy_time_is_kept_out_of_the_work_and_of_the_way() {
    let mut world = World::new();
    // 35 minutes from Lawrence: at 10:00 they are away from 9:25 to 12:35.
    for (start, minutes, is_free) in [
        ("2027-03-03T12:34", 30, false),
        ("2027-03-03T12:35", 30, true),
        ("2027-03-03T09:00", 25, true),
        ("2027-03-03T09:00", 26, false),
    ] {
        world.busy = vec![work("2027-03-04T08:00", 60), work(start, minutes)];
        let placed = world.place("2027-03-03T10:00");
        assert_eq!(placed.is_ok(), is_free, "{start} {minutes}");
        if let Err(reasons) = placed {
            assert_eq!(reasons.rules, [packhorse_matching::Rule::Availability]);
        }
    }
}
