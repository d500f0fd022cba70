//! One training request and many trainers: who can come, when, at what price, and why them.
//!
//! Two steps. **Rules** ([`rules`]) say yes or no, each with a stable code. **Objectives** ([`objectives`]) order those left.
//! [`place`] decides one trainer at one time; [`best`] and [`rank`] search with the same judgment, so that what a list shows
//! can be offered and accepted as long as nothing has changed since.
//!
//! Nothing here reads a database, a clock or the network.

pub mod candidate;
pub mod index;
pub mod need;
pub mod objectives;
pub mod openings;
pub mod opportunities;
pub mod placement;
pub mod planning;
pub mod relaxation;
pub mod rules;
pub mod travel;

mod price;
mod prospect;
mod reasons;
mod search;
mod sphere;
mod warnings;

use packhorse_domain::{
    Interval, Timestamp,
    commitment::Travel,
    id::{TrainerId, TripId},
    price::Price,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use candidate::Person;
pub use candidate::{Calendar, Candidate};
pub use index::{Entry, Index, Reach};
pub use need::Need;
use need::{Asked, DaySlots};
pub use objectives::{Contribution, Objective};
pub use openings::{Opening, openings};
pub use opportunities::{Joining, Opportunity, beside, joining, opportunities};
pub use placement::Placement;
use placement::judge;
pub use planning::{nearest, suits};
pub use relaxation::{Change, Effort, Help, RuleCount, WhyNobody, relax};
pub use rules::{Rule, RuledOut};
use search::{Floor, Found};
pub use travel::{Neighbor, rejoin};
pub use warnings::Warning;

/// A trainer who can come, at their best time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Match {
    /// Who.
    pub trainer: TrainerId,
    /// When.
    pub time: Interval,
    /// Rank of the date preference it meets, 0 for the first choice.
    pub preference_rank: usize,
    /// The way there and back.
    pub travel: Travel,
    /// The trip it joins: the way begins and ends where that is, and only what is added to it costs.
    #[serde(default)]
    pub trip: Option<TripId>,
    /// What it costs.
    pub price: Price,
    /// How good it is in all: the mean of the contributions' values by their weights.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// What makes the score up.
    pub contributions: Vec<Contribution>,
    /// What speaks for a second thought, and rules nobody out.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// A trainer who cannot come, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoMatch {
    /// Who.
    pub trainer: TrainerId,
    /// Every rule that stands in the way at the time that comes nearest.
    #[serde(flatten)]
    pub reasons: RuledOut,
}

/// Every candidate, once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ranking {
    /// Those who can come: higher score first, then lower cost, then smaller id.
    pub matches: Vec<Match>,
    /// Those who cannot, smaller id first.
    pub ruled_out: Vec<NoMatch>,
}

/// Decides one trainer at one time. `now` is the present; what was worked out once is to be asked again in the transaction
/// that writes it down.
///
/// # Errors
/// [`RuledOut`] with every rule that is broken.
pub fn place(
    need: &Need<'_>,
    candidate: &Candidate<'_>,
    time: Interval,
    now: Timestamp,
) -> Result<Placement, RuledOut> {
    let asked = Asked::new(need, now);
    let person = Person::new(&asked, candidate, Some(time)).with_calendar(&asked, candidate, time);
    let nowhere = || RuledOut { rules: vec![Rule::Preference], relaxations: None };
    let day = asked.day(time.start).ok_or_else(nowhere)?;
    let slot = asked.slot(time, &day);
    let verdict = judge(&asked, &person, &person.today(&asked, &day), &slot);
    match slot.rank {
        Some(rank) if verdict.broken.is_none() => Ok(verdict.placement(&person, time, rank)),
        Some(_) | None => Err(verdict.broken.ruled_out()),
    }
}

/// The best time of one trainer: the highest score, then the lowest cost, then the fewest nights away, then the earliest.
///
/// Starts on at most 400 dates are considered, those of the best preferences first.
///
/// # Errors
/// [`RuledOut`] when there is none, with every rule that stands in the way at the time that comes nearest.
pub fn best(need: &Need<'_>, candidate: &Candidate<'_>, now: Timestamp) -> Result<Match, RuledOut> {
    let asked = Asked::new(need, now);
    best_of(&asked, &asked.slots(), candidate)
}

/// The best time of each of many trainers, in order. The order of `candidates` makes no difference.
pub fn rank(need: &Need<'_>, candidates: &[Candidate<'_>], now: Timestamp) -> Ranking {
    let mut asked = Asked::new(need, now);
    let days = asked.slots();
    let people: Vec<_> = candidates.iter().map(|candidate| person(&asked, &days, candidate)).collect();
    asked.usual_load = usual_load(&asked, &days, &people);
    let (found, others) = part(&asked, &days, &people);
    let mut ruled_out: Vec<_> = others.into_iter().map(|person| no_match(&asked, &days, person)).collect();
    ruled_out.sort_unstable_by_key(|no_match| no_match.trainer);
    Ranking { matches: top(&asked, found, usize::MAX), ruled_out }
}

/// A candidate ready to be judged on any of the days.
fn person<'a>(asked: &Asked<'a>, days: &[DaySlots<'_>], candidate: &Candidate<'a>) -> Person<'a> {
    let hull = search::hull(days);
    let person = Person::new(asked, candidate, hull);
    match hull {
        Some(hull) => person.with_calendar(asked, candidate, hull),
        None => person,
    }
}

/// The load that is usual near the days asked for, among those against whom no rule stands whenever it takes place. At least
/// one commitment in 29 days, so that a single one does not weigh too much where nobody has any.
fn usual_load(asked: &Asked<'_>, days: &[DaySlots<'_>], people: &[Person<'_>]) -> f64 {
    let Some(near) = search::near(days) else { return asked.usual_load };
    let fitting = people.iter().filter(|person| person.broken.is_none());
    usual(asked, &near, fitting.map(|person| person.load_within(&near)))
}

/// The same, of the commitments that each has within the days asked for and a fortnight around them.
fn usual(asked: &Asked<'_>, near: &Interval, loads: impl Iterator<Item = usize>) -> f64 {
    if let Some(usual) = asked.need.usual_load {
        return usual;
    }
    let (count, all) = loads
        .fold((0.0, 0.0), |(count, all), load| (count + 1.0, all + f64::from(u32::try_from(load).unwrap_or(u32::MAX))));
    let windows = near.end.duration_since(near.start).as_secs_f64() / (29.0 * 24.0 * 3600.0);
    if count > 0.0 { (all / count / windows).max(1.0) } else { asked.usual_load }
}

type Parted<'a> = (Vec<(Found<'a>, &'a Person<'a>)>, Vec<&'a Person<'a>>);

/// Those who can come, at their best times, and those who cannot.
fn part<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], people: &'a [Person<'a>]) -> Parted<'a> {
    let (mut found, mut others) = (Vec::with_capacity(people.len()), Vec::new());
    for person in people {
        match best_time(asked, days, person, None) {
            Some(time) => found.push((time, person)),
            None => others.push(person),
        }
    }
    (found, others)
}

/// Their best time, if it reaches the floor.
fn best_time<'a>(
    asked: &Asked<'a>,
    days: &'a [DaySlots<'a>],
    person: &'a Person<'a>,
    floor: Option<Floor>,
) -> Option<Found<'a>> {
    let possible = asked.broken.is_none() && person.broken.is_none();
    possible.then(|| search::best(asked, days, person, floor)).flatten()
}

/// Whether there is any time for them.
fn can_come<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> bool {
    asked.broken.is_none() && person.broken.is_none() && search::is_possible(asked, days, person)
}

/// The first so many in order. Only these are explained.
fn top<'a>(asked: &Asked<'a>, mut found: Vec<(Found<'a>, &'a Person<'a>)>, limit: usize) -> Vec<Match> {
    let order = |(a, one): &(Found<'_>, &Person<'_>), (b, other): &(Found<'_>, &Person<'_>)| {
        let cost = |found: &Found<'_>, person: &Person<'_>| (found.verdict.pays, person.id);
        b.score.total_cmp(&a.score).then_with(|| cost(a, one).cmp(&cost(b, other)))
    };
    if limit < found.len() {
        found.select_nth_unstable_by(limit, order);
        found.truncate(limit);
    }
    found.sort_unstable_by(order);
    found.iter().map(|(found, person)| matched(asked, person, found)).collect()
}

fn no_match<'a>(asked: &Asked<'a>, days: &'a [DaySlots<'a>], person: &'a Person<'a>) -> NoMatch {
    NoMatch { trainer: person.id, reasons: reasons::why_not(asked, days, person).ruled_out() }
}

fn best_of(asked: &Asked<'_>, days: &[DaySlots<'_>], candidate: &Candidate<'_>) -> Result<Match, RuledOut> {
    let person = person(asked, days, candidate);
    match best_time(asked, days, &person, None) {
        Some(found) => Ok(matched(asked, &person, &found)),
        None => Err(reasons::why_not(asked, days, &person).ruled_out()),
    }
}

fn matched(asked: &Asked<'_>, person: &Person<'_>, found: &Found<'_>) -> Match {
    Match {
        trainer: person.id,
        time: found.time,
        preference_rank: found.rank,
        travel: found.verdict.travel(),
        trip: found.verdict.base.trip.map(|trip| trip.id),
        price: found.verdict.price(),
        score: found.score,
        contributions: found.facts.contributions(&asked.need.policy.weights).to_vec(),
        warnings: warnings::of(asked, person, found),
    }
}
