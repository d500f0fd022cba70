//! The problem of a plan, written down for the planner: everything numbered, days counted from the first, minutes of the
//! network's clock.
//!
//! What the planner cannot know, such as grids of starts and imported calendars within a day, is judged once more when its
//! answer is read ([`super::settle`]).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use packhorse_calendar::{free, intervals::subtract};
use packhorse_db::{networks, requests, tour_plans};
use packhorse_domain::{
    Coordinates, Interval, Scope, Timestamp, Word, Zone,
    id::{LibraryId, RequestId, TrainerId},
    network::Network,
    policy::{TravelModel, TravelRates},
    request::{RequestStateName, TrainingRequest},
    tour_plan::{LeftOut, MOST_REQUESTS, MOST_TRAINERS, Named, Pin as DomainPin, TourLimits, TourOutcome, TourPlan},
    trainer::{Customers, Trainer as Person},
};
use packhorse_matching::{Entry, Reach, suits};
use packhorse_tours::{
    Fault, Problem,
    problem::{
        Base, Hours, Limits, MAX_WINDOWS, MAX_WORKSHOPS_A_DAY, Pin, Rates, Request, Served, Trainer, Weights, Window,
    },
    travel::{Point, Travel},
};

use super::{
    clock::{Clock, DAY, Places, minutes_of},
    given,
};
use crate::{
    Context, Error, deserts,
    matches::{Asked, BEFORE, Brief, earlier, lenders},
    pool::{self, Pool},
};

/// Requests that are looked at to find the trainers who suit most, where there are more trainers than a plan takes.
const LOOKED_AT: usize = 40;
/// Shorter stretches of a day are not worth setting out.
const SHORTEST_DAY: i32 = 60;
/// Months without training in person after which a library comes first.
const DESERT_MONTHS: u8 = 12;

/// A problem with what its numbers stand for.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// For the planner.
    pub problem: Problem,
    /// What its requests stand for: the first ones. Others are what trainers are committed to already.
    pub(crate) requests: Vec<Named<RequestId>>,
    /// What its trainers stand for.
    pub(crate) trainers: Vec<Goer>,
    /// What its places are called, and where they are.
    pub(crate) places: Vec<(String, Coordinates)>,
    /// Requests that no planner could serve.
    pub(crate) left_out: Vec<LeftOut>,
    /// The clock.
    pub(crate) clock: Clock,
    /// What travel is paid.
    pub(crate) rates: Option<TravelRates>,
    /// The zone of each request of a problem that was given: its starts are taken as planned, since no offer comes of them.
    pub(crate) zones: Option<Vec<Zone>>,
}

/// A trainer of a problem.
#[derive(Debug, Clone)]
pub(crate) struct Goer {
    /// Who.
    pub(crate) id: Named<TrainerId>,
    /// Their name.
    pub(crate) name: String,
    /// Where they live.
    pub(crate) home: Coordinates,
}

impl From<&Person> for Goer {
    fn from(trainer: &Person) -> Self {
        let details = &trainer.details;
        Self { id: trainer.id.into(), name: details.name.clone(), home: details.home_base.coordinates }
    }
}

impl Sheet {
    /// The number of a request.
    pub(crate) fn request(&self, id: &Named<RequestId>) -> Option<usize> {
        self.requests.iter().position(|each| each == id)
    }

    /// The number of a trainer.
    pub(crate) fn trainer(&self, id: &Named<TrainerId>) -> Option<usize> {
        self.trainers.iter().position(|each| each.id == *id)
    }

    /// The stops of an outcome, in order, as far as they are still asked for.
    pub(crate) fn served(&self, outcome: &TourOutcome) -> Vec<Served> {
        let stops = outcome.stops().filter_map(|(trainer, stop)| {
            let (day, start) = self.clock.read(stop.time.start)?;
            Some(Served { request: self.request(&stop.request)?, trainer: self.trainer(trainer)?, day, start })
        });
        stops.collect()
    }

    /// Changes what was planned before as little as can be. What could only be served on days that may not change any more, and
    /// was not planned, is left out.
    pub(super) fn follow(&mut self, former: Option<&TourOutcome>) {
        let served = former.map_or(Vec::new(), |former| self.served(former));
        let planned: HashSet<usize> = served.iter().map(|stop| stop.request).collect();
        let freeze = self.problem.freeze_before;
        let is_frozen = |number: usize, request: &Request| {
            request.pin.is_none()
                && !planned.contains(&number)
                && request.windows.iter().all(|window| window.day < freeze)
        };
        let frozen: Vec<usize> =
            (0..self.requests.len()).filter(|number| is_frozen(*number, &self.problem.requests[*number])).collect();
        for number in frozen.into_iter().rev() {
            self.problem.requests.remove(number);
            let request = self.requests.remove(number);
            self.left_out.push(LeftOut { request, reasons: vec!["frozen".to_owned()], would_help: None });
        }
        self.problem.former = former.map_or(Vec::new(), |former| self.served(former));
    }

    /// Whether there is something to plan, and somebody to do it.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() || self.problem.trainers.is_empty()
    }

    /// The same without commitments that the planner cannot make sense of, such as two that are too far apart to drive: on the
    /// days of those their trainers are not asked for anything else. Nothing when it is not they that are wrong.
    #[must_use]
    pub fn without_clashes(&self, faults: &[Fault]) -> Option<Self> {
        let whose = |fault: &Fault| match fault {
            Fault::PinOnDayOff { trainer, .. } | Fault::PinsClash { trainer, .. } => Some(*trainer),
            _ => None,
        };
        let clashing: BTreeSet<usize> = faults.iter().map(whose).collect::<Option<_>>()?;
        let mut left = self.clone();
        let fixed = left.problem.requests.split_off(self.requests.len());
        for request in fixed {
            match request.pin {
                Some(pin) if clashing.contains(&pin.trainer) => {
                    left.problem.trainers[pin.trainer].hours[pin.day] = None;
                }
                Some(_) | None => left.problem.requests.push(request),
            }
        }
        (left.problem.requests.len() < self.problem.requests.len()).then_some(left)
    }
}

/// Writes the problem of a plan down: that which was given with it, else the network's, as things are at present.
///
/// # Errors
/// Those of the database.
pub fn gather(ctx: &mut Context<'_>, pool: &Pool, plan: &TourPlan) -> Result<Sheet, Error> {
    let network = networks::find(ctx.conn, Scope::Everything, plan.network)?;
    let mut sheet = match plan.problem {
        Some(_) => given::sheet(&tour_plans::problem(ctx.conn, plan.id)?, &plan.details, &network),
        None => of_network(ctx, pool, plan, &network)?,
    };
    let former = match plan.details.follows {
        Some(former) => tour_plans::find(ctx.conn, Scope::Everything, former)?.outcome,
        None => None,
    };
    sheet.follow(former.as_ref());
    Ok(sheet)
}

/// The open requests of a network and the trainers it may ask.
fn of_network(ctx: &mut Context<'_>, pool: &Pool, plan: &TourPlan, network: &Network) -> Result<Sheet, Error> {
    let clock = Clock::of(&plan.details, network.details.time_zone.rules());
    let requests = asked_for(ctx, plan)?;
    let briefs = Brief::gather(ctx, requests.iter().map(Asked::of).collect())?;
    let lenders = lenders(ctx, plan.network)?;
    let reach = Reach { network: plan.network, lenders: &lenders };
    let entries = candidates(ctx, pool, plan, &briefs, &reach)?;
    let deserts = match plan.details.weights.desert_percent {
        0 => HashSet::new(),
        _ => deserts::without(ctx, network, DESERT_MONTHS)?,
    };
    let mut writer = Writer { plan, network, places: Places::default(), clock: &clock, deserts, now: ctx.now };
    let (mut asked, mut known, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (request, brief) in requests.iter().zip(&briefs) {
        match writer.request(request, brief, &entries, &reach) {
            Ok(one) => {
                known.push(request.id.into());
                asked.push(one);
            }
            Err(reasons) => left_out.push(LeftOut { request: request.id.into(), reasons, would_help: None }),
        }
    }
    let mut trainers: Vec<Trainer> =
        entries.iter().map(|entry| writer.trainer(entry, reach.customer_of(&entry.trainer))).collect();
    for (number, entry) in entries.iter().enumerate() {
        asked.extend(writer.commitments(number, entry, &mut trainers[number]));
    }
    let places = writer.places.known;
    let problem = Problem {
        days: clock.days(),
        travel: roads(network.details.policy.travel, &places),
        requests: asked,
        trainers,
        lodging: (0..places.len()).collect(),
        weights: Weights { keep: plan.details.weights.change_minor, fairness: 0 },
        former: Vec::new(),
        freeze_before: plan.details.freeze_before.map_or(0, |day| clock.number(day)),
    };
    let trainers = entries.iter().map(|entry| (&entry.trainer).into()).collect();
    let rates = network.details.policy.rates_on(plan.details.from).cloned();
    Ok(Sheet { problem, requests: known, trainers, places, left_out, clock, rates, zones: None })
}

/// The open requests that a plan is about.
fn asked_for(ctx: &mut Context<'_>, plan: &TourPlan) -> Result<Vec<TrainingRequest>, Error> {
    let most = i64::try_from(MOST_REQUESTS).unwrap_or(i64::MAX);
    let mut found = if plan.details.requests.is_empty() {
        requests::open(ctx.conn, Some(&[plan.network]), ctx.now, most)?
    } else {
        let mut ids = plan.details.requests.clone();
        ids.extend(plan.details.pins.iter().map(|pin| pin.request).filter(|id| !plan.details.requests.contains(id)));
        requests::with_ids(ctx.conn, &ids)?
    };
    found.retain(|request| request.network == plan.network && request.state.name() == RequestStateName::Open);
    found.sort_by_key(|request| request.id);
    Ok(found)
}

/// The trainers who may go, by id: those who suit most requests, where there are more than a plan takes.
fn candidates(
    ctx: &mut Context<'_>,
    pool: &Pool,
    plan: &TourPlan,
    briefs: &[Brief],
    reach: &Reach<'_>,
) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = if plan.details.trainers.is_empty() {
        let now = ctx.now;
        let current = pool.current(ctx)?;
        let Some(index) = current.index() else { return Ok(Vec::new()) };
        let seen: Vec<&Entry> =
            index.entries().filter(|entry| entry.trainer.details.active && reach.sees(&entry.trainer)).collect();
        let mut suited: Vec<(usize, &Entry)> = seen.iter().map(|entry| (0, *entry)).collect();
        let step = briefs.len().div_ceil(LOOKED_AT).max(1);
        for brief in briefs.iter().step_by(step) {
            let verdicts = suits(&brief.need(), seen.iter().map(|entry| entry.candidate(reach)), now);
            for ((count, _), verdict) in suited.iter_mut().zip(verdicts) {
                *count += usize::from(verdict.is_ok());
            }
        }
        suited.retain(|(count, _)| *count > 0);
        suited.sort_by_key(|(count, entry)| (std::cmp::Reverse(*count), entry.trainer.id));
        suited.into_iter().take(MOST_TRAINERS).map(|(_, entry)| entry.clone()).collect()
    } else {
        pool::load(ctx, &plan.details.trainers, earlier(ctx.now, BEFORE))?.into_values().collect()
    };
    entries.sort_by_key(|entry| entry.trainer.id);
    Ok(entries)
}

/// Writes parts of a problem.
struct Writer<'a> {
    plan: &'a TourPlan,
    network: &'a Network,
    places: Places,
    clock: &'a Clock,
    /// Libraries that had no training in person for long.
    deserts: HashSet<LibraryId>,
    now: Timestamp,
}

impl Writer<'_> {
    /// A request; or the codes of what keeps every planner from it.
    fn request(
        &mut self,
        request: &TrainingRequest,
        brief: &Brief,
        entries: &[Entry],
        reach: &Reach<'_>,
    ) -> Result<Request, Vec<String>> {
        let only = |code: &str| vec![code.to_owned()];
        if !brief.on_site() {
            return Err(only("virtual"));
        }
        let at = brief.place().ok_or_else(|| only("venue_place"))?;
        let verdicts = suits(&brief.need(), entries.iter().map(|entry| entry.candidate(reach)), self.now);
        let is_asked = |number: usize| {
            let trainer = entries[number].trainer.id;
            !self.plan.details.excluded.iter().any(|each| each.request == request.id && each.trainer == trainer)
        };
        let suited = verdicts.iter().enumerate().filter(|(number, verdict)| verdict.is_ok() && is_asked(*number));
        let trainers: Vec<usize> = suited.map(|(number, _)| number).collect();
        if trainers.is_empty() {
            return Err(commonest(verdicts.into_iter().filter_map(Result::err).flat_map(|out| out.rules)));
        }
        let windows = self.windows(request);
        if windows.is_empty() {
            return Err(only("preference"));
        }
        let weights = &self.plan.details.weights;
        let more = |counts: bool, percent: u16| if counts { i64::from(percent) } else { 0 };
        let percent = 100
            + more(brief.need().rural, weights.rural_percent)
            + more(self.deserts.contains(&request.library), weights.desert_percent);
        Ok(Request {
            place: self.places.number(at, || brief.address()),
            minutes: i32::try_from(request.details.duration_minutes).unwrap_or(DAY),
            needs: Vec::new(),
            windows,
            prize: weights.served_minor * percent / 100,
            honorarium: None,
            trainers: Some(trainers),
            pin: self.pin(request.id, entries),
        })
    }

    /// The windows of a request within the horizon that leave the notice the network wants, the best ones.
    fn windows(&self, request: &TrainingRequest) -> Vec<Window> {
        let today = self.now.to_zoned(request.time_zone.rules()).date();
        let notice = jiff::Span::new().days(i64::from(self.network.details.policy.minimum_notice_days));
        let first = today.saturating_add(notice);
        let minutes = i32::try_from(request.details.duration_minutes).unwrap_or(DAY);
        let in_time =
            |time: &Interval| time.start >= self.now && time.start.to_zoned(request.time_zone.rules()).date() >= first;
        let mut windows: Vec<Window> = request
            .details
            .windows(&request.time_zone)
            .filter(|(_, time)| in_time(time))
            .filter_map(|(rank, time)| {
                let (day, start, end) = self.clock.stretch(&time)?;
                let penalty = self.plan.details.weights.later_choice_minor * i64::try_from(rank).unwrap_or(0);
                (end - start >= minutes).then_some(Window { day, start, end, penalty })
            })
            .collect();
        windows.sort_by_key(|window| (window.penalty, window.day, window.start));
        windows.truncate(MAX_WINDOWS);
        windows
    }

    fn pin(&self, request: RequestId, entries: &[Entry]) -> Option<Pin> {
        let DomainPin { trainer, starts_at, .. } = self.plan.details.pins.iter().find(|pin| pin.request == request)?;
        let trainer = entries.iter().position(|entry| entry.trainer.id == *trainer)?;
        let (day, start) = self.clock.read(*starts_at)?;
        Some(Pin { trainer, day, start })
    }

    fn trainer(&mut self, entry: &Entry, customer: Customers) -> Trainer {
        let details = &entry.trainer.details;
        let policy = &self.network.details.policy;
        let fee = details.fee_on(self.plan.details.from, customer);
        let day = policy.day;
        let whole = minutes_of(day.end) - minutes_of(day.start);
        let teaching = i32::from(details.hours_per_day.unwrap_or(24).min(policy.trainer_hours_per_day)) * 60;
        let limits = limits(&self.plan.details.limits);
        Trainer {
            home: self.places.number(details.home_base.coordinates, || details.home_base.place.clone()),
            skills: Vec::new(),
            hours: self.hours(entry),
            bases: self.bases(entry),
            limits: Limits {
                work_minutes_a_day: (limits.drive_minutes_a_day + teaching).min(whole),
                nights_in_a_row: if details.travels_overnight { limits.nights_in_a_row } else { 0 },
                ..limits
            },
            rates: Rates {
                minute: self.plan.details.weights.road_hour_minor / 60,
                workshop: fee.map_or(0, |fee| fee.per_workshop.amount_minor),
                hour: fee.map_or(0, |fee| fee.per_hour.amount_minor),
                ..rates(policy.rates_on(self.plan.details.from))
            },
        }
    }

    /// The working hours of each day on which the trainer is free at all: the longest stretch that no imported calendar takes.
    fn hours(&self, entry: &Entry) -> Vec<Option<Hours>> {
        let Some(horizon) = self.clock.horizon() else { return Vec::new() };
        let free = free(&entry.availability, horizon);
        let day = self.network.details.policy.day;
        let of_day = |number: usize| {
            let start = self.clock.instant(number, minutes_of(day.start))?;
            let whole = Interval::new(start.max(self.now), self.clock.instant(number, minutes_of(day.end))?)?;
            if !free.iter().any(|stretch| stretch.overlaps(&whole)) {
                return None;
            }
            let left = subtract(&[whole], &entry.busy);
            let longest =
                left.into_iter().max_by_key(|stretch| (stretch.minutes(), std::cmp::Reverse(stretch.start)))?;
            let (_, start, end) = self.clock.stretch(&longest)?;
            (end - start >= SHORTEST_DAY).then_some(Hours { start, end })
        };
        (0..self.clock.days()).map(of_day).collect()
    }

    /// The days of trips: those of two belong to the earlier one.
    fn bases(&mut self, entry: &Entry) -> Vec<Base> {
        let mut trips: Vec<_> = entry.trips.iter().map(|trip| (trip.details.days(), trip)).collect();
        trips.sort_by_key(|(days, trip)| (*days, trip.id));
        let (mut bases, mut next) = (Vec::new(), 0);
        for ((from, until), trip) in trips {
            let first_day = self.clock.number(from).max(next);
            let behind = self.clock.number(until.saturating_add(jiff::Span::new().days(1)));
            if until < self.clock.date(0) || behind <= first_day {
                continue;
            }
            let town = &trip.details.place;
            let place = self.places.number(town.coordinates, || town.name.clone());
            bases.push(Base { first_day, last_day: behind - 1, start: place, end: place });
            next = behind;
        }
        bases
    }

    /// What a trainer is committed to, as requests that never move. Its days have hours, whatever was said of them.
    fn commitments(&mut self, number: usize, entry: &Entry, trainer: &mut Trainer) -> Vec<Request> {
        let mut fixed = Vec::new();
        for commitment in &entry.commitments {
            let Some((day, start, end)) = self.clock.stretch(&commitment.work) else { continue };
            let at = commitment.place.unwrap_or(entry.trainer.details.home_base.coordinates);
            let hours = &mut trainer.hours[day];
            let known = hours.unwrap_or(Hours { start, end });
            *hours = Some(Hours { start: known.start.min(start), end: known.end.max(end) });
            fixed.push(Request {
                place: self.places.number(at, String::new),
                minutes: end - start,
                needs: Vec::new(),
                windows: vec![Window { day, start, end, penalty: 0 }],
                prize: 0,
                honorarium: Some(0),
                trainers: None,
                pin: Some(Pin { trainer: number, day, start }),
            });
        }
        fixed
    }
}

/// What a trainer can be asked for; they may be at work all day.
pub(super) fn limits(limits: &TourLimits) -> Limits {
    Limits {
        drive_minutes_a_day: i32::from(limits.drive_minutes_per_day).clamp(1, DAY),
        work_minutes_a_day: DAY,
        workshops_a_day: usize::from(limits.workshops_per_day).clamp(1, MAX_WORKSHOPS_A_DAY),
        nights_in_a_row: usize::from(limits.nights_in_a_row),
        nights_in_all: limits.nights_in_all.map(usize::from),
        kilometers_in_all: limits.km_in_all.map(u64::from),
        workshops_in_all: None,
    }
}

/// What travel costs: a kilometer on the road, to the nearest minor unit, and a night away.
pub(super) fn rates(rates: Option<&TravelRates>) -> Rates {
    rates.map_or_else(Rates::default, |rates| Rates {
        // 100 miles are 160.9344 km.
        kilometer: (rates.mileage_minor_per_100_miles.max(0) * 10_000 + 804_672) / 1_609_344,
        night: rates.lodging_minor_per_night.max(0) + rates.per_diem_minor_per_day.max(0),
        ..Rates::default()
    })
}

/// The words of rules, those that rule out most first.
fn commonest(rules: impl Iterator<Item = packhorse_matching::Rule>) -> Vec<String> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for rule in rules {
        *counts.entry(rule.word()).or_default() += 1;
    }
    let mut words: Vec<_> = counts.into_iter().collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    if words.is_empty() {
        return vec!["no_trainer".to_owned()];
    }
    words.into_iter().map(|(word, _)| word.to_owned()).collect()
}

/// Great circles as a network reckons them.
pub(super) fn roads(model: TravelModel, places: &[(String, Coordinates)]) -> Travel {
    Travel::GreatCircle {
        points: places.iter().map(|(_, at)| Point { latitude: at.lat, longitude: at.lon }).collect(),
        detour: model.detour_factor,
        speed: model.speed_kmh,
    }
}
