//! The planner's answer, read: each stop is moved to the nearest start that every rule of an offer allows, and what that takes
//! is reckoned with dated rates. What no start allows is left out, with its reasons.

use std::collections::{BTreeMap, HashMap};

use packhorse_db::{networks, requests, tour_plans};
use packhorse_domain::{
    Coordinates, Currency, Interval, Km, Minutes, Money, Scope, Timestamp, Word, Zone,
    commitment::{Cause, Commitment, Holder},
    id::{CommitmentId, OfferId, RequestId, TrainerId},
    price::CostKind,
    request::TrainingRequest,
    tour_plan::{Effort, LeftOut, PlannedLeg, PlannedNight, PlannedStop, PlannedTour, TourCost, TourOutcome, TourPlan},
};
use packhorse_matching::{Entry, Placement, Reach, nearest};
use packhorse_tours::{
    Plan, Stop, TourPrices, compose,
    plan::{Leg, Remedy, Served, Spot, Tour, Unserved},
};

use super::sheet::Sheet;
use crate::{
    Context, Error,
    matches::{Asked, BEFORE, Brief, earlier, lenders},
    pool,
};

/// A stop as it can be offered.
struct Settled {
    served: Served,
    stop: PlannedStop,
    honorarium: i64,
}

/// Reads what was found for a plan; nothing where there was nothing to plan.
///
/// # Errors
/// Those of the database.
pub fn read(ctx: &mut Context<'_>, plan: &TourPlan, sheet: &Sheet, found: Option<&Plan>) -> Result<TourOutcome, Error> {
    let network = networks::find(ctx.conn, Scope::Everything, plan.network)?.details;
    let served = found.map_or(&[][..], |found| &found.served);
    let (mut settled, mut left_out) = match &sheet.zones {
        Some(zones) => (as_planned(sheet, zones, served), Vec::new()),
        None => settle(ctx, plan, sheet, served)?,
    };
    left_out.extend(sheet.left_out.iter().cloned());
    let unserved = found.iter().flat_map(|found| &found.unserved);
    left_out.extend(unserved.filter_map(|unserved| told(sheet, unserved)));
    left_out.sort_by(|one, other| one.request.cmp(&other.request));
    let stops: Vec<Stop> = settled.values().map(|each| each.served.into()).chain(fixed(sheet)).collect();
    // A start that was moved by minutes may leave too little time for a drive as the planner reckons it; the rules of an offer
    // have the last word, and the roads are told as they were planned.
    let composed =
        found.map(|found| compose(&sheet.problem, &stops).map_or_else(|_| found.tours.clone(), |plan| plan.tours));
    let tours = composed.unwrap_or_default();
    let reckoner = Reckoner { sheet, currency: network.currency };
    let mut planned = Vec::new();
    for tour in &tours {
        let stops: Vec<Settled> = tour.stops.iter().filter_map(|stop| settled.remove(&stop.request)).collect();
        if !stops.is_empty() {
            planned.push(reckoner.tour(tour, stops));
        }
    }
    let first = |tour: &PlannedTour| tour.stops.first().map(|stop| stop.time.start);
    planned.sort_by(|one, other| (&one.trainer, first(one)).cmp(&(&other.trainer, first(other))));
    let zero = reckoner.nothing();
    let mut outcome = TourOutcome {
        effort: planned.iter().fold(zero, |sum, tour| sum.plus(&tour.effort)),
        alone: planned.iter().fold(zero, |sum, tour| sum.plus(&tour.alone)),
        tours: planned,
        left_out,
        changes: None,
    };
    if let Some(former) = plan.details.follows {
        let former = tour_plans::find(ctx.conn, Scope::Everything, former)?.outcome;
        outcome.changes = former.map(|former| outcome.changes_since(&former));
    }
    Ok(outcome)
}

/// What trainers are committed to already.
pub(super) fn fixed(sheet: &Sheet) -> impl Iterator<Item = Stop> + '_ {
    let fixed = sheet.problem.requests.iter().enumerate().skip(sheet.requests.len());
    fixed.filter_map(|(request, each)| {
        let pin = each.pin?;
        Some(Stop { request, trainer: pin.trainer, day: pin.day, start: Some(pin.start) })
    })
}

/// The stops of a problem that was given, as they were planned.
fn as_planned(sheet: &Sheet, zones: &[Zone], served: &[Served]) -> HashMap<usize, Settled> {
    let stops = served.iter().filter_map(|stop| {
        let request = &sheet.problem.requests[stop.request];
        let (place, coordinates) = sheet.places[request.place].clone();
        let start = sheet.clock.instant(stop.day, stop.start)?;
        let end = start + jiff::SignedDuration::from_mins(request.minutes.into());
        let planned = PlannedStop {
            request: sheet.requests[stop.request].clone(),
            library: None,
            place,
            coordinates,
            time: Interval::new(start, end)?,
            time_zone: zones[stop.request].clone(),
        };
        let honorarium = sheet.problem.trainers[stop.trainer].rates.fee(request.minutes);
        Some((stop.request, Settled { served: *stop, stop: planned, honorarium }))
    });
    stops.collect()
}

/// Moves each stop to the nearest start that can be offered, one after the other as a trainer makes them.
fn settle(
    ctx: &mut Context<'_>,
    plan: &TourPlan,
    sheet: &Sheet,
    served: &[Served],
) -> Result<(HashMap<usize, Settled>, Vec<LeftOut>), Error> {
    let mut stops: Vec<Served> = served.iter().filter(|stop| stop.request < sheet.requests.len()).copied().collect();
    stops.sort_by_key(|stop| (stop.trainer, stop.day, stop.start));
    let id = |stop: &Served| sheet.requests[stop.request].id();
    let ids: Vec<RequestId> = stops.iter().filter_map(id).collect();
    let asked: BTreeMap<RequestId, TrainingRequest> =
        requests::with_ids(ctx.conn, &ids)?.into_iter().map(|request| (request.id, request)).collect();
    let briefs = Brief::gather(ctx, asked.values().map(Asked::of).collect())?;
    let briefs: HashMap<RequestId, (&TrainingRequest, &Brief)> =
        asked.iter().zip(&briefs).map(|((id, request), brief)| (*id, (request, brief))).collect();
    let trainers: Vec<TrainerId> = sheet.trainers.iter().filter_map(|trainer| trainer.id.id()).collect();
    let mut entries = pool::load(ctx, &trainers, earlier(ctx.now, BEFORE))?;
    let lenders = lenders(ctx, plan.network)?;
    let reach = Reach { network: plan.network, lenders: &lenders };
    let (mut settled, mut left_out) = (HashMap::new(), Vec::new());
    for stop in stops {
        let trainer = sheet.trainers[stop.trainer].id.id();
        let (Some(id), Some(trainer)) = (id(&stop), trainer) else { continue };
        let there = briefs.get(&id).zip(entries.get_mut(&trainer));
        let (Some(((request, brief), entry)), Some(planned)) = (there, sheet.clock.instant(stop.day, stop.start))
        else {
            continue;
        };
        match nearest(&brief.need(), &entry.candidate(&reach), planned, ctx.now) {
            Ok(placement) => {
                let coordinates = brief.place().unwrap_or(entry.trainer.details.home_base.coordinates);
                take(entry, &placement, coordinates, ctx.now);
                let served =
                    sheet.clock.read(placement.time.start).map_or(stop, |(day, start)| Served { day, start, ..stop });
                let honorarium = placement.price.items.iter().filter(|item| item.kind == CostKind::Honorarium);
                let stop = PlannedStop {
                    request: id.into(),
                    library: Some(request.library),
                    place: brief.address(),
                    coordinates,
                    time: placement.time,
                    time_zone: request.time_zone.clone(),
                };
                let honorarium = honorarium.map(|item| item.amount.amount_minor).sum();
                settled.insert(served.request, Settled { served, stop, honorarium });
            }
            Err(out) => {
                let reasons = out.rules.iter().map(|rule| rule.word().to_owned()).collect();
                left_out.push(LeftOut { request: id.into(), reasons, would_help: None });
            }
        }
    }
    Ok((settled, left_out))
}

/// Puts a stop among a trainer's commitments, as an offer would.
fn take(entry: &mut Entry, placement: &Placement, place: Coordinates, now: Timestamp) {
    for neighbor in &placement.neighbors {
        if let Some(known) = entry.commitments.iter_mut().find(|each| each.id == neighbor.commitment) {
            known.taken = neighbor.taken;
        }
    }
    entry.commitments.push(Commitment {
        id: CommitmentId::new(now),
        holder: Holder::Trainer(entry.trainer.id),
        cause: Cause { offer: OfferId::new(now), booking: None },
        work: placement.time,
        taken: placement.taken,
        place: Some(place),
        expires_at: None,
    });
}

/// Why the planner left a request out, and what would help.
fn told(sheet: &Sheet, unserved: &Unserved) -> Option<LeftOut> {
    let request = sheet.requests.get(unserved.request)?.clone();
    let word = |reason: &packhorse_tours::plan::Reason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned);
    let who = |trainer: &usize| sheet.trainers.get(*trainer).map_or_else(String::new, |trainer| trainer.id.to_string());
    let would_help = unserved.remedy.as_ref().map(|remedy| match remedy {
        Remedy::Window { trainer, window } => {
            format!("{}: {} could come", sheet.clock.date(window.day), who(trainer))
        }
        Remedy::Trainer { trainer, window } => {
            format!("{}: {} has the time, but does not teach it", sheet.clock.date(window.day), who(trainer))
        }
        Remedy::Prize { trainer, prize } => format!("{prize} minor units for serving it: {} would come", who(trainer)),
        Remedy::Nights { trainer } => format!("one more night away in a row: {} would come", who(trainer)),
    });
    Some(LeftOut { request, reasons: unserved.reasons.iter().filter_map(word).collect(), would_help })
}

/// What tours take, in money.
pub(crate) struct Reckoner<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) currency: Currency,
}

impl Reckoner<'_> {
    fn nothing(&self) -> Effort {
        let zero = Money::zero(self.currency);
        let cost = TourCost { honorarium: zero, mileage: zero, lodging: zero, per_diem: zero, total: zero };
        Effort { cost, road_km: Km(0.0), road_minutes: Minutes(0), nights: 0 }
    }

    fn tour(&self, tour: &Tour, stops: Vec<Settled>) -> PlannedTour {
        let trainer = &self.sheet.trainers[tour.trainer];
        let honorarium = stops.iter().map(|stop| stop.honorarium).sum();
        let effort = self.effort(tour, honorarium);
        let alone = self.alone(tour, &stops);
        PlannedTour {
            trainer: trainer.id.clone(),
            name: trainer.name.clone(),
            home: trainer.home,
            stops: stops.into_iter().map(|settled| settled.stop).collect(),
            legs: tour.legs.iter().filter_map(|leg| self.leg(leg)).collect(),
            nights: tour
                .nights
                .iter()
                .map(|night| {
                    let (place, coordinates) = self.spot(night.at);
                    PlannedNight { date: self.sheet.clock.date(night.day), place, coordinates }
                })
                .collect(),
            effort,
            alone,
        }
    }

    /// What a tour takes. Meals are paid for each day away, which are one more than the nights.
    pub(crate) fn effort(&self, tour: &Tour, honorarium: i64) -> Effort {
        let meters: u64 = tour.legs.iter().map(|leg| u64::from(leg.meters)).sum();
        let minutes: i64 = tour.legs.iter().map(|leg| i64::from(leg.arrive - leg.depart)).sum();
        let nights = u32::try_from(tour.nights.len()).unwrap_or(u32::MAX);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let road_km = Km(meters as f64 / 1000.0);
        let rates = self.sheet.rates.as_ref();
        let money = |amount_minor| Money { amount_minor, currency: self.currency };
        let mileage = rates.map_or(0, |rates| rates.mileage(road_km, self.currency).amount_minor);
        let lodging = rates.map_or(0, |rates| rates.lodging_minor_per_night) * i64::from(nights);
        let days = if nights == 0 { 0 } else { i64::from(nights) + 1 };
        let per_diem = rates.map_or(0, |rates| rates.per_diem_minor_per_day) * days;
        let cost = TourCost {
            honorarium: money(honorarium),
            mileage: money(mileage),
            lodging: money(lodging),
            per_diem: money(per_diem),
            total: money(honorarium + mileage + lodging + per_diem),
        };
        Effort { cost, road_km, road_minutes: Minutes(u32::try_from(minutes).unwrap_or(0)), nights }
    }

    /// What a trip of its own for each stop would take.
    fn alone(&self, tour: &Tour, stops: &[Settled]) -> Effort {
        let mut prices = TourPrices::new(&self.sheet.problem, tour);
        let of = |(place, stop): (usize, &Served)| {
            let settled = stops.iter().find(|settled| settled.served.request == stop.request)?;
            Some(self.effort(&prices.as_mut()?.tour(1 << place)?, settled.honorarium))
        };
        tour.stops.iter().enumerate().filter_map(of).fold(self.nothing(), |sum, effort| sum.plus(&effort))
    }

    fn leg(&self, leg: &Leg) -> Option<PlannedLeg> {
        let ((from, from_coordinates), (to, to_coordinates)) = (self.spot(leg.from), self.spot(leg.to));
        let road_km = Km(f64::from(leg.meters) / 1000.0);
        Some(PlannedLeg {
            from,
            from_coordinates,
            to,
            to_coordinates,
            departs_at: self.sheet.clock.instant(leg.day, leg.depart)?,
            arrives_at: self.sheet.clock.instant(leg.day, leg.arrive)?,
            road_km,
            minutes: Minutes(u32::try_from(leg.arrive - leg.depart).unwrap_or(0)),
        })
    }

    /// What a spot is called, and where it is. Along a road it is where the great circle is cut in the same proportion.
    fn spot(&self, spot: Spot) -> (String, Coordinates) {
        match spot {
            Spot::Place(place) => self.sheet.places[place].clone(),
            Spot::Underway { from, to, minutes } => {
                let whole = self.sheet.problem.travel.road(from, to).map_or(1, |road| road.minutes.max(1));
                let part = f64::from(minutes) / f64::from(whole);
                let [(from, start), (to, end)] = [from, to].map(|place| &self.sheet.places[place]);
                (format!("between {from} and {to}"), start.toward(end, part))
            }
        }
    }
}
