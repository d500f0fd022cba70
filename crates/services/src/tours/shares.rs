//! What each stop of a tour pays.

use packhorse_db::requests;
use packhorse_domain::{
    Money, Word,
    id::RequestId,
    network::Network,
    price::{CostKind, PriceItem},
    tour::{Share, ShareMethod, ShareSolution, Tour, TourShares, TourStop},
    tour_plan::Effort,
    trainer::Trainer,
};
use packhorse_tours::{
    Stop, TourPrices, compose,
    shares::{Shares, Solution, Way, apportion, shares},
};

use crate::{
    Context, Error,
    tour_plans::{road, settle::Reckoner},
};

/// Where samples of shares begin: the same for everybody.
const SEED: u64 = 1;

/// What each stop of a tour pays for travel, and what the tour takes. `planned` tells of its honoraria, and of its roads should
/// they not be known otherwise.
pub(super) fn share(
    ctx: &mut Context<'_>,
    network: &Network,
    trainer: &Trainer,
    stops: &[TourStop],
    planned: Effort,
) -> Result<(TourShares, Effort), Error> {
    let ids: Vec<RequestId> = stops.iter().map(|stop| stop.request).collect();
    let asked = requests::with_ids(ctx.conn, &ids)?;
    let attendance = |request: RequestId| {
        asked.iter().find(|one| one.id == request).map_or(0, |one| u64::from(one.details.expected_attendance))
    };
    let policy = &network.details.policy;
    let weights = match policy.cost_share.method {
        ShareMethod::Equal | ShareMethod::Shapley => vec![1; stops.len()],
        ShareMethod::Attendance => ids.iter().map(|id| attendance(*id)).collect(),
        ShareMethod::Population => {
            populations(ctx, stops)?.unwrap_or_else(|| ids.iter().map(|id| attendance(*id)).collect())
        }
        ShareMethod::Distance => stops.iter().map(|stop| meters(trainer, stop)).collect(),
    };
    let way = match policy.cost_share.method {
        ShareMethod::Shapley => Way::Shapley,
        ShareMethod::Equal | ShareMethod::Attendance | ShareMethod::Population | ShareMethod::Distance => {
            Way::Proportional { weights: &weights, may_exceed: policy.cost_share.may_exceed_alone }
        }
    };
    let currency = network.details.currency;
    let sheet = road::of_tour(network, trainer, stops);
    let whole = sheet.as_ref().and_then(|sheet| {
        let list: Vec<Stop> = sheet
            .problem
            .requests
            .iter()
            .enumerate()
            .map(|(request, each)| Stop {
                request,
                trainer: 0,
                day: each.windows[0].day,
                start: Some(each.windows[0].start),
            })
            .collect();
        compose(&sheet.problem, &list).ok()?.tours.into_iter().next()
    });
    let (found, effort) = match (&sheet, &whole) {
        (Some(sheet), Some(tour)) => {
            let reckoner = Reckoner { sheet, currency };
            let mut prices = TourPrices::new(&sheet.problem, tour);
            let mut cost = |mask: u64| {
                let part = prices.as_mut().and_then(|prices| prices.tour(mask));
                part.map_or(0, |part| reckoner.effort(&part, 0).travel().amount_minor)
            };
            let found = shares(stops.len(), &mut cost, way, SEED);
            (found.ok(), reckoner.effort(tour, planned.cost.honorarium.amount_minor))
        }
        _ => (None, planned),
    };
    // A road that cannot be reckoned alone is shared by the weights.
    let found = found.unwrap_or_else(|| {
        let amounts = apportion(effort.travel().amount_minor, &weights);
        Shares { alone: amounts.clone(), amounts, solution: Solution::Proportional }
    });
    let (solution, error_minor) = match found.solution {
        Solution::Proportional => (ShareSolution::Proportional, None),
        Solution::Capped => (ShareSolution::Capped, None),
        Solution::Shapley => (ShareSolution::Shapley, None),
        Solution::LeastCore { excess } => (ShareSolution::LeastCore, Some(excess)),
        Solution::Sampled { error, .. } => (ShareSolution::Sampled, Some(error)),
    };
    let money = |amount_minor| Money { amount_minor, currency };
    let each = stops.iter().zip(found.amounts.iter().zip(&found.alone));
    let told = TourShares {
        method: policy.cost_share.method,
        solution,
        error_minor,
        total: money(found.amounts.iter().sum()),
        shares: each
            .map(|(stop, (amount, alone))| Share {
                request: stop.request,
                library: stop.library,
                amount: money(*amount),
                alone: money(*alone),
            })
            .collect(),
        good_until: ctx.now + jiff::SignedDuration::from_hours(24 * i64::from(policy.quote_days)),
    };
    Ok((told, effort))
}

/// The people that the libraries of some stops serve, where that is known of all.
fn populations(ctx: &mut Context<'_>, stops: &[TourStop]) -> Result<Option<Vec<u64>>, Error> {
    let ids: Vec<_> = stops.iter().map(|stop| stop.library).collect();
    let known = packhorse_db::libraries::with_ids(ctx.conn, &ids)?;
    let of = |stop: &TourStop| {
        known.iter().find(|library| library.id == stop.library)?.details.population_served.map(u64::from)
    };
    Ok(stops.iter().map(of).collect())
}

/// Meters from a trainer's home to a stop.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the equator")]
fn meters(trainer: &Trainer, stop: &TourStop) -> u64 {
    (trainer.details.home_base.coordinates.distance(&stop.coordinates).0 * 1000.0) as u64
}

/// What one stop pays for travel, kind by kind in the proportion of the whole.
pub(super) fn items(network: &Network, tour: &Tour, request: RequestId) -> Vec<PriceItem> {
    let Some(share) = tour.shares.shares.iter().find(|share| share.request == request) else { return Vec::new() };
    let cost = &tour.effort.cost;
    let kinds =
        [(CostKind::Mileage, cost.mileage), (CostKind::Lodging, cost.lodging), (CostKind::PerDiem, cost.per_diem)];
    let weights = kinds.map(|(_, money)| money.amount_minor.unsigned_abs());
    let first = tour.stops.first().map_or(tour.record.created_at, |stop| stop.time.start);
    let date = first.to_zoned(network.details.time_zone.rules()).date();
    let rates = network.details.policy.rates_on(date);
    let method = Word::word(tour.shares.method);
    let of = |((kind, whole), amount_minor): ((CostKind, Money), i64)| {
        let rates = rates?;
        (amount_minor != 0).then(|| PriceItem {
            kind,
            detail: format!("share of {whole} for the tour, {} stops, {method}", tour.stops.len()),
            amount: Money { amount_minor, ..whole },
            rate_from: rates.from,
            rate_source: rates.source.clone(),
        })
    };
    kinds.into_iter().zip(apportion(share.amount.amount_minor, &weights)).filter_map(of).collect()
}
