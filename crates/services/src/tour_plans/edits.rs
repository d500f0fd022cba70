//! A road show by hand: a coordinator puts stops in, takes them out, moves and reorders them. Each step is checked and priced as
//! the planner's own answer is.

use packhorse_domain::{
    id::{RequestId, TourPlanId, TrainerId},
    tour_plan::{Named, StopEdit, TourPlan},
};
use packhorse_tours::{Clash, Stop, compose, faults};

use super::{clock::minutes_of, find_to_change, keep, settle, sheet::Sheet};
use crate::{Context, Error, Expected, Fault, pool::Pool};

/// Changes the stops of a plan that has finished, one step after the other, and prices what comes of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`], [`Error::State`] when nothing was found for the plan,
/// [`Error::Invalid`] with everything that is wrong with the stops.
pub fn edit(
    ctx: &mut Context<'_>,
    pool: &Pool,
    id: TourPlanId,
    expected: &Expected,
    edits: &[StopEdit],
) -> Result<TourPlan, Error> {
    let before = find_to_change(ctx, id, expected)?;
    let sheet = super::sheet::gather(ctx, pool, &before)?;
    let sheet = sheet.without_clashes(&faults(&sheet.problem)).unwrap_or(sheet);
    let mut stops: Vec<Stop> = sheet.served(before.found("edit")?).into_iter().map(Stop::from).collect();
    let mut broken = Vec::new();
    for (place, step) in edits.iter().enumerate() {
        if let Err(fault) = take(&sheet, &mut stops, step, &format!("/edits/{place}")) {
            broken.push(fault);
        }
    }
    Error::unless_none(broken)?;
    let all: Vec<Stop> = stops.iter().copied().chain(settle::fixed(&sheet)).collect();
    let found = compose(&sheet.problem, &all).map_err(|clashes| Error::Invalid(faults_of(&sheet, edits, &clashes)))?;
    let outcome = settle::read(ctx, &before, &sheet, Some(&found))?;
    let lost = stops.iter().filter_map(|stop| {
        let request = &sheet.requests[stop.request];
        let left = outcome.left_out.iter().find(|left| left.request == *request)?;
        Some(Fault::new(
            at(edits, request),
            left.reasons.first().cloned().unwrap_or_default(),
            "breaks the rules of an offer",
        ))
    });
    Error::unless_none(lost.collect())?;
    let after = before.clone().edit(outcome, ctx.now)?;
    keep(ctx, "edit", &before, after)
}

/// Takes one step.
fn take(sheet: &Sheet, stops: &mut Vec<Stop>, step: &StopEdit, at: &str) -> Result<(), Fault> {
    let request = |id: &Named<RequestId>, field: &str| {
        sheet.request(id).ok_or_else(|| Fault::absent(format!("{at}/{field}"), "request of this plan"))
    };
    let trainer = |id: &Named<TrainerId>| {
        sheet.trainer(id).ok_or_else(|| Fault::absent(format!("{at}/trainer"), "trainer of this plan"))
    };
    let placed = |stop: Stop, stops: &mut Vec<Stop>| {
        // In order of time where it has one, else behind what is there on its day.
        let behind = |other: &Stop| {
            (other.trainer, other.day, other.start) > (stop.trainer, stop.day, stop.start.or(other.start))
        };
        let place = stops.iter().position(behind).unwrap_or(stops.len());
        stops.insert(place, stop);
    };
    match step {
        StopEdit::Add { request: id, trainer: who, date, starts_at }
        | StopEdit::Move { request: id, trainer: who, date, starts_at } => {
            let (request, trainer) = (request(id, "request")?, trainer(who)?);
            let day = sheet
                .clock
                .day(*date)
                .ok_or_else(|| Fault::new(format!("{at}/date"), "out_of_range", "is not a day of the plan"))?;
            let is_there = stops.iter().any(|stop| stop.request == request);
            match (step, is_there) {
                (StopEdit::Add { .. }, true) => {
                    return Err(Fault::new(format!("{at}/request"), "is_there", "is a stop already"));
                }
                (StopEdit::Move { .. }, false) => return Err(Fault::absent(format!("{at}/request"), "stop")),
                _ => stops.retain(|stop| stop.request != request),
            }
            placed(Stop { request, trainer, day, start: starts_at.map(minutes_of) }, stops);
        }
        StopEdit::Remove { request: id } => {
            let request = request(id, "request")?;
            let count = stops.len();
            stops.retain(|stop| stop.request != request);
            if stops.len() == count {
                return Err(Fault::absent(format!("{at}/request"), "stop"));
            }
        }
        StopEdit::Reorder { trainer: who, date, requests } => {
            let trainer = trainer(who)?;
            let day = sheet
                .clock
                .day(*date)
                .ok_or_else(|| Fault::new(format!("{at}/date"), "out_of_range", "is not a day of the plan"))?;
            let ordered: Vec<usize> = requests.iter().map(|id| request(id, "requests")).collect::<Result<_, _>>()?;
            let mut of_day: Vec<usize> = stops
                .iter()
                .filter(|stop| (stop.trainer, stop.day) == (trainer, day))
                .map(|stop| stop.request)
                .collect();
            let mut named = ordered.clone();
            of_day.sort_unstable();
            named.sort_unstable();
            if of_day != named {
                return Err(Fault::new(
                    format!("{at}/requests"),
                    "other_stops",
                    "are not the stops of that day, each once",
                ));
            }
            stops.retain(|stop| (stop.trainer, stop.day) != (trainer, day));
            let place = stops.iter().position(|stop| (stop.trainer, stop.day) > (trainer, day)).unwrap_or(stops.len());
            let again = ordered.into_iter().map(|request| Stop { request, trainer, day, start: None });
            stops.splice(place..place, again);
        }
    }
    Ok(())
}

/// The step that a request came in by last; the whole when by none.
fn at(edits: &[StopEdit], request: &Named<RequestId>) -> String {
    let names = |step: &StopEdit| match step {
        StopEdit::Add { request: id, .. } | StopEdit::Move { request: id, .. } | StopEdit::Remove { request: id } => {
            id == request
        }
        StopEdit::Reorder { requests, .. } => requests.contains(request),
    };
    edits.iter().rposition(names).map_or_else(|| "/edits".to_owned(), |place| format!("/edits/{place}"))
}

/// What is wrong with the stops, in the words of those who made the edits.
fn faults_of(sheet: &Sheet, edits: &[StopEdit], clashes: &[Clash]) -> Vec<Fault> {
    let who = |trainer: &usize| sheet.trainers.get(*trainer).map_or_else(String::new, |trainer| trainer.id.to_string());
    let of_request = |request: &usize, code: &'static str, detail: String| {
        let place = sheet.requests.get(*request).map_or_else(|| "/edits".to_owned(), |id| at(edits, id));
        Fault::new(place, code, detail)
    };
    let of_days = |code: &'static str, trainer: &usize, first: &usize, last: &usize, what: &str| {
        let (first, last) = (sheet.clock.date(*first), sheet.clock.date(*last));
        Fault::new("/edits", code, format!("{} {what} from {first} to {last}", who(trainer)))
    };
    let told = clashes.iter().map(|clash| match clash {
        Clash::Problem { source } => Fault::new("/edits", "problem", source.to_string()),
        Clash::Unknown { stop } => Fault::new("/edits", "unknown", format!("stop {stop} is not of this plan")),
        Clash::Twice { request } => of_request(request, "twice", "is served twice".to_owned()),
        Clash::Trainer { request, trainer } => {
            of_request(request, "trainer", format!("{} cannot teach it", who(trainer)))
        }
        Clash::DayOff { trainer, day } => of_days("day_off", trainer, day, day, "does not work"),
        Clash::Window { request } => of_request(request, "preference", "has no window then".to_owned()),
        Clash::Fast { request } => of_request(request, "stands_fast", "stays as it is".to_owned()),
        Clash::Day { trainer, day } => of_days("commitments", trainer, day, day, "cannot make all stops in this order"),
        Clash::Road { trainer, first_day, last_day } => {
            of_days("road", trainer, first_day, last_day, "cannot drive the days")
        }
        Clash::Lodging { trainer, first_day, last_day } => {
            of_days("lodging", trainer, first_day, last_day, "finds no lodging")
        }
        Clash::Horizon { trainer } => {
            Fault::new("/edits", "limits", format!("{} would exceed a limit of the plan", who(trainer)))
        }
    });
    told.collect()
}
