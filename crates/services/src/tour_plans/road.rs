//! One tour alone: the problem of its roads, out of which its shares are reckoned.

use packhorse_domain::{Timestamp, network::Network, tour::TourStop, trainer::Trainer as Person};
use packhorse_tours::{
    Problem,
    problem::{Hours, Limits, MAX_WORKSHOPS_A_DAY, Request, Trainer, Weights, Window},
};

use super::{
    clock::{Clock, Places, minutes_of},
    sheet::{Sheet, rates, roads},
};

/// The roads of one tour alone: its stops at their times, and its trainer with nothing else to do.
pub(crate) fn of_tour(network: &Network, trainer: &Person, stops: &[TourStop]) -> Option<Sheet> {
    let details = &trainer.details;
    let rules = network.details.time_zone.rules();
    let day = |at: Timestamp| rules.to_datetime(at).date();
    // They may set out the day before, and come back the day after.
    let first = day(stops.first()?.time.start).yesterday().ok()?;
    let last = day(stops.last()?.time.end).tomorrow().ok()?;
    let days = usize::try_from(first.until(last).ok()?.get_days()).ok()? + 1;
    let clock = Clock::new(first, days, rules.clone());
    let mut places = Places::default();
    let policy = &network.details.policy;
    let hours = Hours { start: minutes_of(policy.day.start), end: minutes_of(policy.day.end) };
    let home = places.number(details.home_base.coordinates, || details.home_base.place.clone());
    let requests: Vec<Request> = stops
        .iter()
        .map(|stop| {
            let (day, start, end) = clock.stretch(&stop.time)?;
            Some(Request {
                place: places.number(stop.coordinates, || stop.place.clone()),
                minutes: end - start,
                needs: Vec::new(),
                windows: vec![Window { day, start, end, penalty: 0 }],
                prize: 0,
                honorarium: Some(0),
                trainers: None,
                pin: None,
            })
        })
        .collect::<Option<_>>()?;
    let whole = hours.end - hours.start;
    let paid = policy.rates_on(day(stops.first()?.time.start));
    let one = Trainer {
        home,
        skills: Vec::new(),
        hours: vec![Some(hours); days],
        bases: Vec::new(),
        limits: Limits {
            drive_minutes_a_day: whole,
            work_minutes_a_day: whole,
            workshops_a_day: MAX_WORKSHOPS_A_DAY,
            nights_in_a_row: if details.travels_overnight { days } else { 0 },
            nights_in_all: None,
            kilometers_in_all: None,
            workshops_in_all: None,
        },
        rates: rates(paid),
    };
    let places = places.known;
    let problem = Problem {
        days,
        travel: roads(policy.travel, &places),
        requests,
        trainers: vec![one],
        lodging: (0..places.len()).collect(),
        weights: Weights { keep: 0, fairness: 0 },
        former: Vec::new(),
        freeze_before: 0,
    };
    let requests = stops.iter().map(|stop| stop.request.into()).collect();
    Some(Sheet {
        problem,
        requests,
        trainers: vec![trainer.into()],
        places,
        left_out: Vec::new(),
        clock,
        rates: paid.cloned(),
        zones: None,
    })
}
