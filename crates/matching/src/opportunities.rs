//! The trainer's side: which needs are worth the drive, and what it costs a library to have a trainer who is near anyway.

use packhorse_domain::{
    Interval, Minutes, Money, Timestamp,
    commitment::Travel,
    id::{RequestId, TripId},
    price::{CostKind, Price},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Candidate, Match, Need, Objective, RuledOut, best, need::Asked, objectives::Contribution, part, person,
    placement::Placement,
};

/// A need that a trainer could serve, at their best time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Opportunity {
    /// Whose need.
    pub request: RequestId,
    /// When.
    pub time: Interval,
    /// The way there and back.
    pub travel: Travel,
    /// The trip it joins.
    pub trip: Option<TripId>,
    /// What stays with the trainer: the honorarium. Mileage, lodging and meals are paid at the network's rates for what they
    /// cost and are not counted as pay; time on the road is in the hours away.
    pub net_pay: Money,
    /// Minutes from door to door: from leaving home, the trip or the workshop before, to being back or at the next, nights
    /// included.
    pub minutes_away: Minutes,
    /// Net pay for an hour away, rounded down to a minor unit.
    pub net_pay_per_hour: Money,
    /// How well topic and level fit.
    #[schema(minimum = 0, maximum = 1)]
    pub fit: f64,
    /// How good it is in all, as the network that asks weighs it.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// What the library pays.
    pub price: Price,
}

/// Every need that a trainer could serve, each at the time best for the network that asks: the highest net pay for an hour
/// away first, then the best fit, then the highest score, then the smaller id. `candidate` tells of each need how the network
/// that asks sees the trainer, since rates differ by that.
pub fn opportunities<'a>(
    needs: &[(RequestId, Need<'_>)],
    candidate: impl Fn(RequestId) -> Candidate<'a>,
    now: Timestamp,
) -> Vec<Opportunity> {
    let found = needs.iter().filter_map(|(request, need)| opportunity(*request, need, &candidate(*request), now));
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| {
        let pay = |each: &Opportunity| each.net_pay_per_hour.amount_minor;
        let by_pay = pay(b).cmp(&pay(a));
        by_pay
            .then_with(|| b.fit.total_cmp(&a.fit))
            .then_with(|| b.score.total_cmp(&a.score))
            .then_with(|| a.request.cmp(&b.request))
    });
    found
}

fn opportunity(request: RequestId, need: &Need<'_>, candidate: &Candidate<'_>, now: Timestamp) -> Option<Opportunity> {
    let Match { time, score, contributions, trip, .. } = best(need, candidate, now).ok()?;
    let Placement { travel, taken, price, .. } = crate::place(need, candidate, time, now).ok()?;
    let honorarium = price.items.iter().filter(|item| item.kind == CostKind::Honorarium);
    let net_pay =
        Money { amount_minor: honorarium.map(|item| item.amount.amount_minor).sum(), currency: need.currency };
    let minutes_away = taken.minutes();
    let per_hour = net_pay.amount_minor * 60 / i64::from(minutes_away.0.max(1));
    let fit = |each: &&Contribution| each.objective == Objective::Fit;
    Some(Opportunity {
        request,
        time,
        travel,
        trip,
        net_pay,
        minutes_away,
        net_pay_per_hour: Money { amount_minor: per_hour, ..net_pay },
        fit: contributions.iter().find(fit).map_or(0.0, |each| each.value),
        score,
        price,
    })
}

/// What it costs a library to have a trainer who is on a trip, or near for another workshop, anyway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Joining {
    /// The best time meanwhile. Its price is the marginal one.
    pub joined: Match,
    /// What the same time would cost by itself. Absent when the trainer could not come then.
    pub alone: Option<Price>,
}

/// The best time at which a need could join one trip of a trainer, tack-on days included.
///
/// # Errors
/// [`RuledOut`] when there is none, with every rule that stands in the way of the trainer at the time that comes nearest,
/// on the trip or not.
pub fn joining(need: &Need<'_>, candidate: &Candidate<'_>, trip: TripId, now: Timestamp) -> Result<Joining, RuledOut> {
    let asked = Asked::new(need, now);
    let mut days = asked.slots();
    let trips: Vec<_> = candidate.trips.iter().filter(|other| other.id == trip).cloned().collect();
    let period = trips.first().and_then(|trip| trip.details.period());
    days.retain(|day| period.is_some_and(|period| period.start <= day.day.noon && day.day.noon < period.end));
    let people = [person(&asked, &days, candidate)];
    let (found, _) = part(&asked, &days, &people);
    let on_it = found.into_iter().filter(|(found, _)| found.verdict.base.trip.is_some_and(|base| base.id == trip));
    let joined = crate::top(&asked, on_it.collect(), 1).pop();
    let Some(joined) = joined else {
        return Err(crate::reasons::why_not(&asked, &days, &people[0]).ruled_out());
    };
    let others: Vec<_> = candidate.trips.iter().filter(|other| other.id != trip).cloned().collect();
    let without = Candidate { trips: &others, ..*candidate };
    let alone = crate::place(need, &without, joined.time, now).ok().map(|placement| placement.price);
    Ok(Joining { joined, alone })
}

/// The best time of a trainer for a need, beside what they are committed to; nothing when there is none, or it costs no less
/// than by itself.
pub fn beside(need: &Need<'_>, candidate: &Candidate<'_>, now: Timestamp) -> Option<Joining> {
    let joined = best(need, candidate, now).ok()?;
    let idle = Candidate { commitments: &[], ..*candidate };
    let alone = crate::place(need, &idle, joined.time, now).ok().map(|placement| placement.price);
    let pays = |price: &Price| price.library_pays.amount_minor;
    alone.as_ref().is_none_or(|alone| pays(&joined.price) < pays(alone)).then_some(Joining { joined, alone })
}
