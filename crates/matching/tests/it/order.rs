//! What orders trainers, and what warns of them.

use jiff::{SignedDuration, civil::date};
use packhorse_domain::{Coordinates, policy::Weights};
use packhorse_matching::{Candidate, Match, Objective, Warning, rank};

use crate::world::{HAYS, TOPEKA, World, trainer_id, trip, window, work};

fn value(found: &Match, objective: Objective) -> f64 {
    found.contributions.iter().find(|each| each.objective == objective).unwrap().value
}

/// With so many commitments around 3 March, at home.
fn busy(count: usize) -> World {
    let mut world = World::new();
    for n in 0..count {
        world.commit(work(&format!("2027-03-{:02}T18:30", 6 + n), 60), None);
    }
    world
}

#[test]
fn who_is_new_is_neither_first_nor_last_by_load() {
    let mut worlds = [busy(0), busy(3), busy(9), busy(0)];
    worlds[3].joined = worlds[3].now;
    let mut asking = World::new();
    asking.usual_load = None;
    asking.policy.weights =
        Weights { preference: 0.0, travel: 0.0, cost: 0.0, fit: 0.0, load: 1.0, rural: 0.0, nearby: 0.0 };
    asking.details.preferences = vec![window("2027-03-04", "2027-03-04", 9, 17)];
    let candidates: Vec<Candidate<'_>> =
        (1u8..).zip(&worlds).map(|(n, world)| Candidate { id: trainer_id(n), ..world.candidate() }).collect();
    let order: Vec<_> =
        rank(&asking.need(), &candidates, asking.now).matches.iter().map(|found| found.trainer).collect();
    // Three on the average: who has none is first, who has nine is last; new ones count as if they had what is usual.
    assert_eq!(order, [1, 2, 4, 3].map(trainer_id), "three are as many as usual, and the smaller id goes first");
    let matches = rank(&asking.need(), &candidates, asking.now).matches;
    let values: Vec<_> = matches.iter().map(|found| value(found, Objective::Load)).collect();
    for (value, expected) in values.iter().zip([1.0, 0.5, 0.5, 0.25]) {
        assert!((value - expected).abs() < 1e-3, "{values:?}");
    }
}

#[test]
fn rural_libraries_score_higher_as_the_network_weighs_it() {
    let mut world = World::new();
    let plain = world.best().unwrap();
    world.rural = true;
    let rural = world.best().unwrap();
    assert!(rural.score > plain.score && value(&rural, Objective::Rural) > value(&plain, Objective::Rural));
    world.policy.weights.rural = 0.0;
    let unweighted = world.best().unwrap();
    world.rural = false;
    assert_eq!(world.best().unwrap().score.to_bits(), unweighted.score.to_bits());
}

#[test]
fn who_is_nearby_already_comes_first() {
    let mut world = World::new();
    world.place = Some(HAYS);
    world.trainer.travels_overnight = true;
    assert!(value(&world.best().unwrap(), Objective::Nearby).abs() < 1e-12);
    let first = world.place("2027-03-04T10:00").unwrap();
    world.store(&first);
    let beside = world.best().unwrap();
    assert!((value(&beside, Objective::Nearby) - 0.5).abs() < 0.01, "one of the two drives is saved");
    // On a trip to the very town no drive is left.
    let mut on_trip = World::new();
    on_trip.place = Some(HAYS);
    on_trip.trips = vec![trip(1, date(2027, 3, 3), date(2027, 3, 5), HAYS, 10.0)];
    assert!((value(&on_trip.best().unwrap(), Objective::Nearby) - 1.0).abs() < 1e-12);
}

fn warnings(world: &World) -> Vec<Warning> {
    world.best().unwrap().warnings
}

#[test]
fn another_far_trip_within_14_days_brings_a_warning() {
    let mut world = World::new();
    world.details.preferences = vec![window("2027-03-03", "2027-03-03", 9, 17)];
    world.commit(work("2027-03-10T10:00", 60), Some(TOPEKA));
    assert_eq!(warnings(&world), [], "39 km are not far");
    let far = |start, place: Coordinates| {
        let mut world = World::new();
        world.details.preferences = vec![window("2027-03-03", "2027-03-03", 9, 17)];
        world.commit(work(start, 60), Some(place));
        world
    };
    // 14 days later, and 15; as many before.
    for (start, warned) in [
        ("2027-03-17T13:00", true),
        ("2027-03-18T13:00", false),
        ("2027-02-17T13:00", true),
        ("2027-02-16T13:00", false),
    ] {
        let found = warnings(&far(start, HAYS));
        assert_eq!(found.len(), usize::from(warned), "{start}");
        if let [Warning::Fatigue { on, km, overnight, trip }] = &found[..] {
            assert_eq!((on.to_string().as_str(), *overnight, *trip), (&start[..10], false, None));
            assert!((350.0..360.0).contains(&km.0));
        }
    }
    let mut online = far("2027-03-17T13:00", HAYS);
    online.details.format = packhorse_domain::Format::Virtual;
    assert_eq!(warnings(&online), [], "nobody travels");
    let mut bound = far("2027-03-17T13:00", HAYS);
    bound.policy.far_trip_km = 400.0;
    assert_eq!(warnings(&bound), []);
    // With a night away it is far however near it is.
    bound.commitments[0].taken.start -= SignedDuration::from_hours(24);
    assert!(matches!(warnings(&bound)[..], [Warning::Fatigue { overnight: true, .. }]));
    // A conference counts, but not for what joins it.
    let mut conference = World::new();
    conference.details.preferences = vec![window("2027-03-03", "2027-03-03", 9, 17)];
    conference.trips = vec![trip(1, date(2027, 3, 8), date(2027, 3, 10), HAYS, 10.0)];
    let id = conference.trips[0].id;
    assert!(matches!(warnings(&conference)[..], [Warning::Fatigue { trip: Some(other), .. }] if other == id));
    conference.place = Some(HAYS);
    conference.details.preferences = vec![window("2027-03-09", "2027-03-09", 9, 17)];
    assert_eq!(warnings(&conference), []);
    let json = serde_json::to_value(warnings(&far("2027-03-17T13:00", HAYS))).unwrap();
    assert_eq!((&json[0]["code"], &json[0]["on"]), (&"fatigue".into(), &"2027-03-17".into()));
}
