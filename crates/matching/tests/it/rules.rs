//! Each rule, on both of its sides.

use crate::world::{self, HAYS, TOPEKA, World, statement, usd, window, work};
use packhorse_domain::{
    Coordinates, Currency, Id, Money, availability::Pattern, id::WorkshopId, library::RoomDetails, trainer::Fee,
    workshop::WorkshopDetails,
};
use packhorse_matching::{Rule, Rule::*};

const MORNING: &str = "2027-03-03T10:00";

/// Asserts that a change to the world breaks just these rules at 10:00 on the first day, and that without it none is.
#[track_caller]
fn breaks(rules: &[Rule], change: impl FnOnce(&mut World)) {
    let mut world = World::new();
    world.place(MORNING).unwrap();
    change(&mut world);
    assert_eq!(world.place(MORNING).unwrap_err().rules, rules);
}

/// Asserts that the world still allows 10:00 on the first day after a change.
#[track_caller]
fn allows(change: impl FnOnce(&mut World)) {
    let mut world = World::new();
    change(&mut world);
    world.place(MORNING).unwrap();
}

fn workshop() -> WorkshopDetails {
    serde_json::from_str(
        r#"{"title": "Policies", "level": "intermediate", "duration_minutes": 120, "formats": ["in_person"],
            "languages": ["en"], "needs_computers": 10, "needs_projector": true}"#,
    )
    .unwrap()
}

fn room() -> RoomDetails {
    serde_json::from_str(r#"{"name": "Auditorium", "capacity": 20, "computers": 10, "projector": true}"#).unwrap()
}

fn named(world: &mut World) {
    let id: WorkshopId = Id::nil();
    world.details.workshop = Some(id);
    world.trainer.workshops = vec![id];
    world.workshop = Some(workshop());
}

#[test]
fn who_takes_no_offers() {
    breaks(&[Inactive], |world| world.trainer.active = false);
}

#[test]
fn who_teaches_something_else() {
    breaks(&[WorkshopOrTopic], |world| world.trainer.topics.clear());
    allows(named);
    breaks(&[WorkshopOrTopic], |world| {
        named(world);
        world.trainer.workshops.clear();
    });
}

#[test]
fn who_does_not_go_so_deep() {
    breaks(&[Level], |world| world.details.level = packhorse_domain::Level::Advanced);
    allows(|world| world.details.level = packhorse_domain::Level::Introductory);
}

#[test]
fn who_speaks_another_language() {
    breaks(&[Language], |world| world.details.language = "es".into());
    allows(|world| {
        world.details.language = "es".into();
        world.trainer.languages.push("es-MX".into());
    });
    breaks(&[Language], |world| {
        world.details.language = "es-MX".into();
        world.trainer.languages.push("es".into());
    });
    breaks(&[Language], |world| world.trainer.languages = vec!["eng".into()]);
    breaks(&[Language], |world| {
        named(world);
        world.trainer.languages.push("es".into());
        world.details.language = "es".into();
    });
}

#[test]
fn who_teaches_otherwise() {
    breaks(&[Format], |world| world.details.format = packhorse_domain::Format::Hybrid);
    allows(|world| world.details.format = packhorse_domain::Format::Virtual);
    breaks(&[Format], |world| {
        named(world);
        world.details.format = packhorse_domain::Format::Virtual;
    });
}

#[test]
fn a_venue_that_nobody_can_find() {
    breaks(&[VenuePlace], |world| world.place = None);
    allows(|world| {
        world.place = None;
        world.details.format = packhorse_domain::Format::Virtual;
    });
}

#[test]
fn a_venue_too_far_away() {
    breaks(&[TravelRadius], |world| world.trainer.travel_radius_km = 38.9);
    allows(|world| world.trainer.travel_radius_km = 39.1);
    allows(|world| {
        world.trainer.travel_radius_km = 0.0;
        world.details.format = packhorse_domain::Format::Virtual;
    });
}

#[test]
fn a_room_that_does_not_do() {
    let with = |change: fn(&mut RoomDetails, &mut World)| {
        move |world: &mut World| {
            named(world);
            let mut room = room();
            change(&mut room, world);
            world.room = Some(room);
        }
    };
    allows(with(|_, _| ()));
    breaks(&[Room], with(|room, _| room.capacity = 19));
    breaks(&[Room], with(|room, _| room.computers = 9));
    breaks(&[Room], with(|room, _| room.projector = false));
    allows(with(|room, world| {
        room.computers = 0;
        world.workshop = None;
        world.details.workshop = None;
    }));
}

#[test]
fn a_room_that_is_taken() {
    let taken = |start: &'static str| {
        move |world: &mut World| {
            world.room = Some(room());
            world.room_taken = vec![work("2027-03-04T10:00", 60), work(start, 60)];
        }
    };
    breaks(&[RoomTaken], taken("2027-03-03T11:45"));
    allows(taken("2027-03-03T12:00"));
    allows(taken("2027-03-03T09:00"));
}

#[test]
fn a_library_that_cannot_host_then() {
    for format in [packhorse_domain::Format::InPerson, packhorse_domain::Format::Virtual] {
        let shut = |start: &'static str| {
            move |world: &mut World| {
                world.details.format = format;
                world.library_shut = vec![work("2027-03-04T10:00", 60), work(start, 60)];
            }
        };
        breaks(&[LibraryHours], shut("2027-03-03T11:45"));
        allows(shut("2027-03-03T12:00"));
        allows(shut("2027-03-03T09:00"));
    }
}

#[test]
fn currencies_are_never_mixed() {
    let euro = |amount_minor| Money { amount_minor, currency: "EUR".parse::<Currency>().unwrap() };
    breaks(&[Rule::Currency], |world| {
        world.trainer.fees = vec![Fee { per_workshop: euro(1), per_hour: euro(1), ..world.trainer.fees[0].clone() }];
    });
    breaks(&[Rule::Currency], |world| {
        world.details.budget = Some(euro(100_000));
        world.details.budget_is_ceiling = true;
    });
    allows(|world| world.details.budget = Some(euro(1)));
}

#[test]
fn notice_counts_whole_days_of_the_venue() {
    // 14 days before 3 March is 17 February; at 23:59 in Kansas it is the 18th in UTC.
    allows(|world| world.now = world::local("2027-02-17T23:59"));
    breaks(&[Notice], |world| world.now = world::local("2027-02-18T00:00"));
    // An offer keeps the notice it was made with.
    allows(|world| {
        world.now = world::local("2027-03-03T09:59");
        world.notice_given = Some(world::local("2027-02-17T12:00"));
    });
    breaks(&[Notice], |world| {
        world.now = world::local("2027-03-03T10:01");
        world.notice_given = Some(world::local("2027-02-17T12:00"));
    });
    allows(|world| {
        world.policy.minimum_notice_days = 0;
        world.now = world::local(MORNING);
    });
    breaks(&[Notice], |world| {
        world.policy.minimum_notice_days = 0;
        world.now = world::local("2027-03-03T10:01");
    });
}

#[test]
fn a_time_that_nobody_asked_for() {
    breaks(&[Preference], |world| world.details.preferences = vec![window("2027-03-03", "2027-03-05", 11, 17)]);
    breaks(&[Preference], |world| world.details.preferences = vec![window("2027-03-03", "2027-03-05", 9, 11)]);
    allows(|world| world.details.preferences = vec![window("2027-03-03", "2027-03-03", 10, 12)]);
    let mut world = World::new();
    world.details.preferences.insert(0, window("2027-03-03", "2027-03-03", 11, 13));
    assert_eq!(world.place("2027-03-03T11:00").unwrap().rank, 0);
    assert_eq!(world.place("2027-03-03T11:15").unwrap().rank, 1);
}

#[test]
fn a_start_beside_the_grid() {
    let world = World::new();
    assert_eq!(world.place("2027-03-03T10:05").unwrap_err().rules, [StartGrid]);
    assert_eq!(world.place("2027-03-03T10:15:30").unwrap_err().rules, [StartGrid]);
    world.place("2027-03-03T10:15").unwrap();
}

#[test]
fn a_library_that_had_its_days() {
    let days = |limit| {
        move |world: &mut World| {
            world.policy.library_days_per_year = Some(limit);
            let days = ["2027-01-20", "2027-02-20", "2027-02-20", "2026-12-20"];
            world.library_days = days.iter().map(|day| day.parse().unwrap()).collect();
        }
    };
    breaks(&[LibraryDays], days(2));
    allows(days(3));
    allows(|world| {
        days(2)(world);
        world.library_days[0] = "2027-03-03".parse().unwrap();
    });
}

#[test]
fn a_time_that_is_not_free() {
    breaks(&[Availability], |world| world.availability = vec![world::weekly(8, 11)]);
    breaks(&[Availability], |world| world.availability.clear());
    breaks(&[Availability], |world| {
        let day = "2027-03-03".parse().unwrap();
        world.availability.push(statement(Pattern::Blackout { from: day, until: day }));
    });
    allows(|world| world.availability = vec![world::weekly(11, 18), world::weekly(8, 11)]);
}

fn commit(world: &mut World, start: &str, place: Option<Coordinates>) {
    world.commit(work(start, 60), place);
}

#[test]
fn a_time_that_is_taken() {
    let busy = |start: &'static str| move |world: &mut World| commit(world, start, Some(TOPEKA));
    breaks(&[Commitments], busy("2027-03-03T11:45"));
    breaks(&[Commitments], busy("2027-03-03T09:15"));
    // Another workshop in the same town needs no drive.
    allows(busy("2027-03-03T12:00"));
    allows(busy("2027-03-03T09:00"));
    // Home is 35 minutes away.
    let home = |start: &'static str| move |world: &mut World| commit(world, start, None);
    breaks(&[Commitments], home("2027-03-03T12:34"));
    allows(home("2027-03-03T12:35"));
    breaks(&[Commitments], home("2027-03-03T08:26"));
    allows(home("2027-03-03T08:25"));
}

#[test]
fn a_hold_counts_until_it_ends_and_never_against_itself() {
    breaks(&[Commitments], |world| {
        let later = world.now + jiff::SignedDuration::from_secs(1);
        world.commit(work(MORNING, 60), None).expires_at = Some(later);
    });
    allows(|world| {
        let now = world.now;
        world.commit(work(MORNING, 60), None).expires_at = Some(now);
    });
    allows(|world| world.deciding = Some(world.commit(work(MORNING, 60), None).cause.offer));
}

#[test]
fn a_day_that_is_too_short() {
    // From Lawrence, 35 minutes each way, two hours: 10:00 means from 9:25 to 12:35.
    let hours = |from: &'static str, until: &'static str| {
        move |world: &mut World| {
            world.policy.day.start = from.parse().unwrap();
            world.policy.day.end = until.parse().unwrap();
        }
    };
    allows(hours("09:25", "12:35"));
    breaks(&[WorkingDay], hours("09:26", "12:35"));
    breaks(&[WorkingDay], hours("09:25", "12:34"));
    // Who sleeps away may come the evening before, but does not teach at night.
    let overnight = |from, until| {
        move |world: &mut World| {
            hours(from, until)(world);
            world.trainer.travels_overnight = true;
        }
    };
    allows(overnight("10:00", "12:00"));
    breaks(&[WorkingDay], overnight("10:01", "12:00"));
    breaks(&[WorkingDay], overnight("10:00", "11:59"));
}

#[test]
fn a_drive_longer_than_a_day() {
    let change = |minutes: i64| {
        move |world: &mut World| {
            world.place = Some(HAYS);
            world.trainer.travels_overnight = true;
            world.policy.day.end = world.policy.day.start + jiff::SignedDuration::from_mins(minutes);
            world.policy.travel.speed_kmh = 355.0 * 1.25 / 6.0;
        }
    };
    // Six hours of drive: the day of six and a half will do, one of five and a half will not.
    allows(change(390));
    breaks(&[WorkingDay], change(330));
}

#[test]
fn hours_of_one_date_add_up() {
    let limits = |network, own| {
        move |world: &mut World| {
            world.policy.trainer_hours_per_day = network;
            world.trainer.hours_per_day = own;
            world.commit(work("2027-03-03T15:00", 60), Some(TOPEKA));
            world.commit(work("2027-03-04T10:00", 300), Some(TOPEKA));
        }
    };
    allows(limits(3, None));
    breaks(&[HoursPerDay], limits(2, None));
    breaks(&[HoursPerDay], limits(8, Some(2)));
    breaks(&[HoursPerDay], limits(2, Some(8)));
}

#[test]
fn a_ceiling_is_a_rule_and_a_budget_is_not() {
    let budget = |amount, is_ceiling| {
        move |world: &mut World| {
            world.details.budget = Some(usd(amount));
            world.details.budget_is_ceiling = is_ceiling;
        }
    };
    let total = World::new().place(MORNING).unwrap().price.total.amount_minor;
    allows(budget(total, true));
    breaks(&[Budget], budget(total - 1, true));
    allows(budget(1, false));
}

#[test]
fn all_broken_rules_are_named() {
    breaks(
        &[Inactive, Level, Language, TravelRadius, Notice, Availability, Commitments, HoursPerDay, Budget],
        |world| {
            world.trainer.active = false;
            world.details.level = packhorse_domain::Level::Advanced;
            world.details.language = "fr".into();
            world.trainer.travel_radius_km = 1.0;
            world.now = world::local(MORNING);
            world.availability.clear();
            world.commit(work(MORNING, 60), None);
            world.trainer.hours_per_day = Some(1);
            world.details.budget = Some(usd(1));
            world.details.budget_is_ceiling = true;
        },
    );
}

#[test]
fn every_rule_is_spelled_as_it_is_sent() {
    for rule in <Rule as packhorse_domain::Word>::ALL {
        let word = packhorse_domain::Word::word(*rule);
        assert_eq!(serde_json::to_value(rule).unwrap(), word);
        assert_eq!(<Rule as packhorse_domain::Word>::from_word(word), Some(*rule));
    }
}
