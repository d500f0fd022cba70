//! Workshops that join a trip.

use packhorse_domain::{Coordinates, Interval, Minutes, price::CostKind};
use packhorse_matching::{Placement, Rule};

use crate::world::{HAYS, LAWRENCE, TOPEKA, World, local, trip, window};

const WICHITA: Coordinates = Coordinates { lat: 37.6872, lon: -97.3301 };
/// 60 km or so from Wichita.
const HUTCHINSON: Coordinates = Coordinates { lat: 38.0608, lon: -97.9298 };

/// Dana is in Wichita from 3 to 5 March and would come a day earlier and stay two longer.
fn in_wichita() -> World {
    let mut world = World::new();
    world.trainer.travel_radius_km = 100.0;
    world.trips = vec![trip(1, "2027-03-03".parse().unwrap(), "2027-03-05".parse().unwrap(), WICHITA, 100.0)];
    (world.trips[0].details.tack_on_days_before, world.trips[0].details.tack_on_days_after) = (1, 2);
    world.place = Some(HUTCHINSON);
    world.details.preferences = vec![window("2027-02-20", "2027-03-20", 9, 17)];
    world
}

fn nights_and_meals(placement: &Placement) -> [i64; 2] {
    [CostKind::Lodging, CostKind::PerDiem].map(|kind| {
        placement.price.items.iter().filter(|item| item.kind == kind).map(|item| item.amount.amount_minor).sum()
    })
}

#[test]
fn the_way_begins_and_ends_where_the_trip_is() {
    let world = in_wichita();
    let placement = world.place("2027-03-04T10:00").unwrap();
    assert_eq!(placement.trip, Some(world.trips[0].id));
    let (_, minutes) = world.policy.travel.road(WICHITA.distance(&HUTCHINSON));
    assert!(minutes < Minutes(65));
    assert_eq!((placement.travel.minutes_before, placement.travel.minutes_after), (minutes, minutes));
    assert_eq!(placement.travel.home_km, WICHITA.distance(&HUTCHINSON));
    let taken =
        Interval { start: local("2027-03-04T10:00") - minutes.span(), end: local("2027-03-04T12:00") + minutes.span() };
    assert_eq!(placement.taken, taken);
    // Before and after it is too far from home.
    for day in ["2027-03-01T12:00", "2027-03-08T12:00"] {
        assert_eq!(world.place(day).unwrap_err().rules, [Rule::TravelRadius], "{day}");
    }
    // From Wichita it is too far to where they go from home.
    let mut home = in_wichita();
    home.place = Some(TOPEKA);
    assert_eq!(home.place("2027-03-04T12:00").unwrap_err().rules, [Rule::TravelRadius]);
    assert_eq!(home.place("2027-03-08T10:00").unwrap().trip, None);
}

#[test]
fn only_nights_that_are_added_are_paid() {
    let mut world = in_wichita();
    for (start, nights) in [
        ("2027-03-02T10:00", 1),
        ("2027-03-03T10:00", 0),
        ("2027-03-05T10:00", 0),
        ("2027-03-06T10:00", 1),
        ("2027-03-07T10:00", 2),
    ] {
        let placement = world.place(start).unwrap();
        assert_eq!(i64::from(placement.travel.nights), nights, "{start}");
        assert_eq!(nights_and_meals(&placement), [nights * 11_000, nights * 6_800], "{start}");
    }
    // Who stays until the sixth anyway needs one night more for the seventh, and none for another on the sixth.
    let sixth = world.place("2027-03-06T10:00").unwrap();
    world.store(&sixth);
    assert_eq!(world.place("2027-03-07T10:00").unwrap().travel.nights, 1);
    assert_eq!(world.place("2027-03-06T13:00").unwrap().travel.nights, 0);
    assert_eq!(world.place("2027-03-02T10:00").unwrap().travel.nights, 1);
}

#[test]
fn a_night_elsewhere_during_the_trip_is_paid_by_it() {
    let mut world = in_wichita();
    world.trainer.travels_overnight = true;
    world.trips[0].details.radius_km = 500.0;
    world.place = Some(HAYS);
    world.policy.day.start = jiff::civil::time(9, 0, 0, 0);
    // Too far to leave at nine: they come the evening before.
    for (start, nights) in
        [("2027-03-04T11:00", 0), ("2027-03-03T11:00", 1), ("2027-03-06T11:00", 1), ("2027-03-02T11:00", 2)]
    {
        assert_eq!(world.place(start).unwrap().travel.nights, nights, "{start}");
    }
}

#[test]
fn a_virtual_workshop_is_taught_where_they_sleep() {
    let mut world = in_wichita();
    let first = world.place("2027-03-04T10:00").unwrap();
    world.store(&first);
    world.details.format = packhorse_domain::Format::Virtual;
    assert_eq!(world.place("2027-03-04T12:15").unwrap_err().rules, [Rule::Commitments]);
    let placement = world.place("2027-03-04T13:15").unwrap();
    assert_eq!((placement.travel.minutes_before, placement.neighbors.len()), (Minutes(0), 0));
    // Stored with home for its place, as what is virtual is, it is no drive away from Wichita.
    let home = world.place.replace(LAWRENCE);
    world.store(&placement);
    world.place = home;
    world.details.format = packhorse_domain::Format::InPerson;
    let (_, minutes) = world.policy.travel.road(WICHITA.distance(&HUTCHINSON));
    let after = world.place("2027-03-04T16:30").unwrap_err();
    assert_eq!(after.rules, [Rule::Preference, Rule::Availability]);
    world.details.preferences[0].latest = jiff::civil::time(18, 0, 0, 0);
    world.details.duration_minutes = 60;
    let later = world.place("2027-03-04T16:30").unwrap();
    assert_eq!((later.travel.minutes_before, later.neighbors.len()), (minutes, 0));
}

#[test]
fn what_falls_away_gives_back_the_way_to_the_trip() {
    let mut world = in_wichita();
    world.details.duration_minutes = 60;
    let first = world.place("2027-03-04T10:00").unwrap();
    world.store(&first);
    let second = world.place("2027-03-04T12:00").unwrap();
    assert_eq!(second.travel.minutes_before, Minutes(0), "there is no time to go back to Wichita");
    world.store(&second);
    world.strike(1);
    assert_eq!(world.commitments[0].taken, first.taken);
}
