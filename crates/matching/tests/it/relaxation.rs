//! What would let somebody in who is ruled out.

use jiff::{SignedDuration, ToSpan};
use packhorse_domain::{Format, Level, Money, availability::Pattern};
use packhorse_matching::{Change, Effort, NoMatch, Rule, RuledOut, WhyNobody, relax};
use proptest::prelude::*;

use crate::{
    index::{self, VENUES, cases},
    world::{World, local, trainer_id, usd, window, work},
};

fn relaxed(world: &World) -> Vec<Change> {
    relax(&world.need(), &world.candidate(), world.now, &Effort::default()).unwrap()
}

/// Makes changes as the documentation tells them, and asks again.
fn comes_with(world: &mut World, changes: &[Change]) -> bool {
    let kept = (world.details.clone(), world.policy.clone(), world.trainer.clone(), world.trips.clone());
    for change in changes {
        match change {
            Change::Days { days } => {
                for preference in &mut world.details.preferences {
                    preference.from = preference.from.saturating_add((*days).days());
                    preference.until = preference.until.saturating_add((*days).days());
                }
            }
            Change::Kilometers { more_km } => {
                world.trainer.travel_radius_km += f64::from(*more_km);
                world.trips.iter_mut().for_each(|trip| trip.details.radius_km += f64::from(*more_km));
            }
            Change::Budget { more } => world.details.budget.as_mut().unwrap().amount_minor += more.amount_minor,
            Change::Notice { days } => world.policy.minimum_notice_days = *days,
            Change::Overnight => world.trainer.travels_overnight = true,
            Change::Level { level } => world.details.level = *level,
            Change::Language { language } => world.details.language.clone_from(language),
            Change::Format { format } => world.details.format = *format,
        }
    }
    let comes = world.best().is_ok();
    (world.details, world.policy, world.trainer, world.trips) = kept;
    comes
}

/// The next smaller ones of the same kind.
fn smaller(change: &Change) -> Vec<Change> {
    match change {
        Change::Days { days } => {
            let least = days.abs() - 1;
            (-least..=least).filter(|days| *days != 0).map(|days| Change::Days { days }).collect()
        }
        Change::Kilometers { more_km: 1 } => vec![],
        Change::Kilometers { more_km } => vec![Change::Kilometers { more_km: more_km - 1 }],
        Change::Budget { more } if more.amount_minor == 1 => vec![],
        Change::Budget { more } => {
            vec![Change::Budget { more: Money { amount_minor: more.amount_minor - 1, ..*more } }]
        }
        Change::Notice { days } => vec![Change::Notice { days: days + 1 }],
        _ => vec![],
    }
}

fn is_smallest(world: &mut World) {
    if world.best().is_ok() {
        assert_eq!(relaxed(world), [], "nothing stands in the way");
        return;
    }
    let changes = relaxed(world);
    if changes.is_empty() {
        // The widest changes together help nobody either.
        let mut all = vec![
            Change::Overnight,
            Change::Notice { days: 0 },
            Change::Kilometers { more_km: 20_100 },
            Change::Format { format: Format::Virtual },
            Change::Level { level: Level::Introductory },
            Change::Language { language: world.trainer.languages[0].clone() },
        ];
        if world.details.budget.is_some() {
            all.push(Change::Budget { more: usd(1_000_000_000) });
        }
        for days in [-60, -20, 0, 20, 60] {
            all.push(Change::Days { days });
            assert!(!comes_with(world, &all), "{days}");
            all.pop();
        }
        return;
    }
    assert!(comes_with(world, &changes), "{changes:?}");
    for n in 0..changes.len() {
        let mut others = changes.clone();
        others.remove(n);
        assert!(!comes_with(world, &others), "{changes:?} without {n}");
        for less in smaller(&changes[n]) {
            others.insert(n, less);
            assert!(!comes_with(world, &others), "{changes:?} but {:?}", others[n]);
            others.remove(n);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_relaxation_lets_in_and_no_smaller_one_does(case in cases(), notice in 0i64..40) {
        for drawn in &case.trainers {
            let mut world = index::world(VENUES[case.venue], &case, drawn);
            if let Pattern::Weekly { from, .. } = &mut world.availability[0].pattern {
                *from = jiff::civil::date(2027, 3, 1).saturating_add((drawn.fee % 60).days());
            }
            world.now = local("2027-03-13T00:00") - SignedDuration::from_hours(24 * notice);
            is_smallest(&mut world);
        }
    }
}

#[test]
fn each_rule_is_relaxed_by_what_fits() {
    let relaxes = |changes: &[Change], change: &dyn Fn(&mut World)| {
        let mut world = World::new();
        change(&mut world);
        assert!(world.best().is_err());
        assert_eq!(relaxed(&world), changes);
        is_smallest(&mut world);
    };
    relaxes(&[], &|world| world.trainer.active = false);
    relaxes(&[], &|world| world.trainer.topics.clear());
    relaxes(&[Change::Kilometers { more_km: 10 }], &|world| world.trainer.travel_radius_km = 29.5);
    relaxes(&[Change::Level { level: Level::Intermediate }], &|world| world.details.level = Level::Advanced);
    relaxes(&[Change::Language { language: "en".into() }], &|world| world.details.language = "es".into());
    relaxes(&[Change::Format { format: Format::Virtual }], &|world| world.trainer.formats = vec![Format::Virtual]);
    relaxes(&[Change::Format { format: Format::Virtual }], &|world| world.place = None);
    let total = World::new().best().unwrap().price.total.amount_minor;
    relaxes(&[Change::Budget { more: usd(total - 100) }], &|world| {
        world.details.budget = Some(usd(100));
        world.details.budget_is_ceiling = true;
    });
    // From 3 to 5 March: moved so that the last day is the fifth day of notice, or the first of a new pattern.
    relaxes(&[Change::Days { days: 2 }], &|world| world.now = local("2027-02-21T12:00"));
    relaxes(&[Change::Days { days: -3 }], &|world| {
        let off = "2027-03-03".parse().unwrap();
        world
            .availability
            .push(crate::world::statement(Pattern::Blackout { from: off, until: "2027-04-30".parse().unwrap() }));
        world.details.preferences = vec![window("2027-03-05", "2027-03-07", 9, 17)];
    });
    relaxes(&[Change::Notice { days: 9 }], &|world| {
        world.now = local("2027-02-21T12:00");
        world.details.preferences = vec![window("2027-03-01", "2027-03-02", 9, 17)];
        if let Pattern::Weekly { until, .. } = &mut world.availability[0].pattern {
            *until = Some("2027-03-02".parse().unwrap());
        }
    });
    relaxes(&[Change::Overnight], &|world| {
        world.place = Some(crate::world::HAYS);
        world.policy.day.start = jiff::civil::time(8, 0, 0, 0);
        world.policy.day.end = jiff::civil::time(19, 0, 0, 0);
    });
    relaxes(
        &[Change::Days { days: 1 }, Change::Level { level: Level::Intermediate }, Change::Kilometers { more_km: 10 }],
        &|world| {
            world.trainer.travel_radius_km = 29.5;
            world.details.level = Level::Advanced;
            world.details.preferences = vec![window("2027-03-03", "2027-03-03", 9, 17)];
            world.commit(work("2027-03-03T06:00", 14 * 60), None);
        },
    );
}

#[test]
fn what_takes_too_long_is_not_worked_out() {
    let mut world = World::new();
    world.trainer.travel_radius_km = 29.5;
    let with = |world: &World, effort: &Effort| relax(&world.need(), &world.candidate(), world.now, effort);
    let usual = Effort::default();
    assert_eq!(with(&world, &usual), Some(vec![Change::Kilometers { more_km: 10 }]));
    // Half as much as it took, then nothing more for whoever comes after.
    let short = Effort::of(usual.spent() / 2);
    assert_eq!(with(&world, &short), None);
    assert_eq!(with(&world, &short), None);
    assert_eq!(short.spent(), usual.spent() / 2);
    // A hundred trainers and a quarter of a year take no more than the usual effort.
    world.details.preferences = vec![window("2027-03-03", "2027-06-01", 7, 21)];
    let wide = Effort::default();
    let worked_out = (0..100).filter(|_| with(&world, &wide).is_some()).count();
    assert!((1..100).contains(&worked_out), "{worked_out}");
}

#[test]
fn why_nobody_says_what_costs_most_and_what_helps_most() {
    let no_match = |n, rules: &[Rule], relaxations| NoMatch {
        trainer: trainer_id(n),
        reasons: RuledOut { rules: rules.to_vec(), relaxations },
    };
    let km = |more_km| Change::Kilometers { more_km };
    let all = [
        no_match(1, &[Rule::TravelRadius], Some(vec![km(20)])),
        no_match(
            2,
            &[Rule::TravelRadius, Rule::Level],
            Some(vec![Change::Level { level: Level::Introductory }, km(5)]),
        ),
        no_match(3, &[Rule::Level], Some(vec![Change::Level { level: Level::Introductory }])),
        no_match(4, &[Rule::TravelRadius], Some(vec![km(8)])),
        no_match(5, &[Rule::Level, Rule::Inactive], Some(vec![])),
        no_match(6, &[Rule::Level, Rule::Inactive], None),
    ];
    let why = WhyNobody::of(&all);
    assert_eq!(why.ruled_out, 6);
    let counts: Vec<_> = why.rules.iter().map(|each| (each.rule, each.count, each.alone)).collect();
    assert_eq!(counts, [(Rule::TravelRadius, 3, 2), (Rule::Level, 4, 1), (Rule::Inactive, 2, 0)]);
    assert_eq!((why.helps.len(), &why.helps[0].cheapest, why.helps[0].lets_in), (2, &km(8), 2));
    assert_eq!(why.helps[0].lets_in_at_once, 1);
    assert_eq!(
        serde_json::to_value(&why.helps[0].cheapest).unwrap(),
        serde_json::json!({"change": "kilometers", "more_km": 8})
    );
    assert_eq!(WhyNobody::of(&[]).rules, []);
}
