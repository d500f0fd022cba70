//! What the road of stops put together by chance costs, against a second method; and what its parts cost.

use packhorse_tours::{Stop, TourPrices, compose};

use crate::{
    judge::{self, Job},
    world::{Dice, instance},
};

#[test]
fn stops_by_chance_cost_what_the_judge_says() {
    let (mut possible, mut impossible, mut parts) = (0, 0, 0);
    for seed in 0..4_000 {
        let instance = instance(seed, 8, 1);
        let problem = instance.problem();
        let minutes = judge::minutes(&instance);
        let mut dice = Dice::new(seed + 1);
        let trainer = &instance.trainers[0];
        let Some(run) = trainer.days.chunk_by(|a, b| a + 1 == *b).max_by_key(|days| days.len()) else { continue };
        let mut days: Vec<Vec<Job>> = vec![Vec::new(); run.len()];
        let mut stops = Vec::new();
        for (request, wish) in instance.requests.iter().enumerate() {
            let window = dice.below(wish.windows.len());
            let day = wish.windows[window].day;
            if !trainer.skills.contains(&wish.skill) || !run.contains(&day) || dice.below(3) == 0 {
                continue;
            }
            days[day - run[0]].push((request, window));
            stops.push(Stop { request, trainer: 0, day, start: None });
        }
        let cost = judge::cost(&instance, &minutes, trainer.home, &days);
        match (compose(&problem, &stops), cost) {
            (Ok(plan), Some(cost)) => {
                possible += usize::from(!stops.is_empty());
                assert_eq!(plan.cost.total(), cost, "seed {seed}");
                let Some(tour) = plan.tours.first() else { continue };
                let mut prices = TourPrices::new(&problem, tour).unwrap();
                for part in 0..1_u64 << stops.len().min(5) {
                    let mut number = 0;
                    let some: Vec<Vec<Job>> = days
                        .iter()
                        .map(|jobs| {
                            let kept = jobs.iter().filter(|_| {
                                number += 1;
                                part >> (number - 1) & 1 == 1
                            });
                            kept.copied().collect()
                        })
                        .collect();
                    let alone = judge::cost(&instance, &minutes, trainer.home, &some).unwrap();
                    assert_eq!(prices.of(part).unwrap().total(), alone, "seed {seed} part {part:b}");
                    parts += 1;
                }
            }
            (Err(_), None) => impossible += 1,
            (composed, cost) => panic!("seed {seed}: {composed:?} but {cost:?}"),
        }
    }
    assert!(possible > 300 && impossible > 300 && parts > 2_000, "{possible} {impossible} {parts}");
}
