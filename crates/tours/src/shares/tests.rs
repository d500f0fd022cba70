use super::*;

/// A road along which stops lie: a tour costs twice the way to its farthest stop, and a fee for each.
fn road(km: &[i64], fee: i64) -> impl FnMut(u64) -> i64 {
    move |mask| members(mask).map(|stop| km[stop]).max().unwrap_or(0) * 2 + i64::from(mask.count_ones()) * fee
}

fn share(stops: usize, mut cost: impl FnMut(u64) -> i64, way: Way<'_>) -> Shares {
    shares(stops, &mut cost, way, 7).unwrap()
}

#[test]
fn equal_shares_give_the_odd_cents_to_the_first() {
    let found = share(3, |_| 1000, Way::Proportional { weights: &[1, 1, 1], may_exceed: true });
    assert_eq!(found.amounts, [334, 333, 333]);
    assert_eq!(found.solution, Solution::Proportional);
}

#[test]
fn weights_of_nothing_are_shared_alike_and_none_at_all_is_no_fault() {
    assert_eq!(share(2, |_| 5, Way::Proportional { weights: &[0, 0], may_exceed: true }).amounts, [3, 2]);
    assert!(share(0, |_| 5, Way::Shapley).amounts.is_empty());
    assert_eq!(
        shares(2, &mut |_| 1, Way::Proportional { weights: &[1], may_exceed: true }, 1).unwrap_err(),
        NotShareable
    );
    assert_eq!(shares(61, &mut |_| 1, Way::Shapley, 1).unwrap_err(), NotShareable);
}

#[test]
fn nobody_pays_more_than_alone_unless_told_so() {
    // Stops at 10, 20 and 100 km: 20, 40 and 200 alone, 200 together.
    let cost = || road(&[10, 20, 100], 0);
    let equal = |may_exceed| share(3, cost(), Way::Proportional { weights: &[1, 1, 1], may_exceed });
    assert_eq!(equal(true).amounts, [67, 67, 66]);
    let found = equal(false);
    assert_eq!((found.amounts, found.solution), (vec![20, 40, 140], Solution::Capped));
}

#[test]
fn the_shapley_value_of_a_road_shares_each_stretch_among_those_who_use_it() {
    // Source: S. C. Littlechild, G. Owen, A simple expression for the Shapley value in a special case (1973).
    let found = share(3, road(&[30, 60, 90], 100), Way::Shapley);
    assert_eq!(found.amounts, [120, 150, 210]);
    assert_eq!(found.solution, Solution::Shapley);
    assert_eq!(found.alone, [160, 220, 280]);
}

#[test]
fn where_a_group_would_do_better_alone_the_least_core_is_taken() {
    // Two of three share a car for 60, all three need a bus for 100: any two pay 66 of the bus.
    let cost = |mask: u64| [0, 50, 60, 100][mask.count_ones() as usize];
    let found = share(3, cost, Way::Shapley);
    let Solution::LeastCore { excess } = found.solution else { panic!("{found:?}") };
    assert!((excess - 20.0 / 3.0).abs() < 1e-3, "{excess}");
    assert_eq!(found.amounts.iter().sum::<i64>(), 100);
    // One stop that two others can do without: what it adds falls on it alone.
    let cost = |mask: u64| [0, 10, 10, 10, 10, 18, 18, 28][usize::try_from(mask).unwrap()];
    let found = share(3, cost, Way::Shapley);
    assert!(found.amounts.iter().zip(&found.alone).all(|(share, alone)| share <= alone), "{found:?}");
    assert_eq!(found.amounts.iter().sum::<i64>(), 28);
}

#[test]
fn many_stops_are_sampled_with_a_known_error() {
    let km: Vec<i64> = (1..=20).map(|stop| stop * 1000).collect();
    let exact: Vec<f64> = (0..20).map(|stop| (0..=stop).map(|each| 2000.0 / f64::from(20 - each)).sum()).collect();
    let found = share(20, road(&km, 0), Way::Shapley);
    let Solution::Sampled { error, .. } = found.solution else { panic!("{found:?}") };
    assert_eq!(found.amounts.iter().sum::<i64>(), 40_000);
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let worst =
        found.amounts.iter().zip(&exact).map(|(share, exact)| (*share as f64 - exact).abs()).fold(0.0, f64::max);
    assert!(error > 0.0 && worst < 5.0 * error + 1.0, "{worst} {error}");
    assert_eq!(found, share(20, road(&km, 0), Way::Shapley));
}

/// Costs of groups that grow with the group and never beyond those of its parts.
fn game(stops: usize, seed: u64) -> Vec<i64> {
    let mut state = seed;
    let mut dice = move |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 33).unwrap() % below
    };
    let mut costs = vec![0i64; 1 << stops];
    for mask in 1..costs.len() {
        let least = (0..stops).filter(|stop| mask >> stop & 1 == 1).map(|stop| costs[mask & !(1 << stop)]).max();
        let mut most = i64::MAX;
        let mut part = (mask - 1) & mask;
        while part > 0 {
            most = most.min(costs[part] + costs[mask & !part]);
            part = (part - 1) & mask;
        }
        let (least, most) = (least.unwrap_or(0), if most == i64::MAX { 10_000 } else { most });
        costs[mask] = least + dice((most - least).max(0) + 1);
    }
    costs
}

#[test]
fn shares_are_exact_and_nobody_loses_in_many_games() {
    for seed in 0..300 {
        let stops = 1 + usize::try_from(seed % 7).unwrap();
        let costs = game(stops, seed);
        let weights: Vec<u64> = (0..stops).map(|stop| (seed * 31 + stop as u64 * 17) % 50).collect();
        for way in [Way::Shapley, Way::Proportional { weights: &weights, may_exceed: false }] {
            let found = share(stops, |mask| costs[usize::try_from(mask).unwrap()], way);
            assert_eq!(found.amounts.iter().sum::<i64>(), costs[(1 << stops) - 1], "{seed}");
            let gains = found.amounts.iter().zip(&found.alone).all(|(share, alone)| (0..=*alone).contains(share));
            assert!(gains, "{seed}: {found:?}");
            if found.solution == Solution::Shapley && stops > 1 {
                #[expect(clippy::cast_precision_loss, reason = "small")]
                let exact: Vec<f64> = found.amounts.iter().map(|share| *share as f64).collect();
                // Rounding moves each share by less than one.
                assert!(core::excess(&exact, &costs) < 7.0);
            }
        }
    }
}
