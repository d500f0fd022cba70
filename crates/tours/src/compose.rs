//! A road show by hand: somebody says who goes where when, and hears what is wrong with it and what it costs. To add,
//! remove, reorder or move a stop is to ask again with another list.

use serde::{Deserialize, Serialize};

use crate::{
    alns::Search,
    answer,
    faults::{Fault, faults},
    itinerary::Itinerary,
    model::{self, Model},
    plan::{Cost, Plan, Served, Tour},
    problem::Problem,
    road::{self, Walk},
    solution::{RunPlan, Solution},
};

/// A stop put in by hand. Those of one trainer and day are made in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The request.
    pub request: usize,
    /// Who comes.
    pub trainer: usize,
    /// The day.
    pub day: usize,
    /// The minute of the day; as early as can be when not said.
    pub start: Option<i32>,
}

impl From<Served> for Stop {
    fn from(stop: Served) -> Self {
        Self { request: stop.request, trainer: stop.trainer, day: stop.day, start: Some(stop.start) }
    }
}

/// What is wrong with a plan made by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "clash", rename_all = "snake_case")]
pub enum Clash {
    /// The problem itself is wrong.
    #[error(transparent)]
    Problem {
        /// In what.
        #[serde(rename = "problem")]
        source: Fault,
    },
    /// A stop names a request or a trainer that is not there.
    #[error("stop {stop} names a request or a trainer that is not in the problem")]
    Unknown {
        /// Which, in the list.
        stop: usize,
    },
    /// A request is served twice.
    #[error("request {request} is served twice")]
    Twice {
        /// Which.
        request: usize,
    },
    /// The trainer may not give it, or lacks a skill.
    #[error("trainer {trainer} cannot give request {request}")]
    Trainer {
        /// Which.
        request: usize,
        /// Who.
        trainer: usize,
    },
    /// The trainer does not work that day.
    #[error("trainer {trainer} does not work on day {day}")]
    DayOff {
        /// Who.
        trainer: usize,
        /// When.
        day: usize,
    },
    /// It lies in no window of the request.
    #[error("request {request} has no window then")]
    Window {
        /// Which.
        request: usize,
    },
    /// It is pinned, or lies before the first day that may change, and is not as it was.
    #[error("request {request} stands fast")]
    Fast {
        /// Which.
        request: usize,
    },
    /// A day's stops cannot be given one after another.
    #[error("trainer {trainer} cannot make all stops of day {day} in this order")]
    Day {
        /// Who.
        trainer: usize,
        /// When.
        day: usize,
    },
    /// Days that are each possible do not go together: too far apart, or too many nights away.
    #[error("trainer {trainer} cannot drive the days from {first_day} to {last_day} so")]
    Road {
        /// Who.
        trainer: usize,
        /// From.
        first_day: usize,
        /// To.
        last_day: usize,
    },
    /// A night would have to be spent where there is no lodging.
    #[error("trainer {trainer} finds no lodging between day {first_day} and day {last_day}")]
    Lodging {
        /// Who.
        trainer: usize,
        /// From.
        first_day: usize,
        /// To.
        last_day: usize,
    },
    /// A limit over the whole horizon is exceeded.
    #[error("trainer {trainer} would exceed the nights, kilometers or workshops of the whole time")]
    Horizon {
        /// Who.
        trainer: usize,
    },
}

/// Prices a plan made by hand.
///
/// # Errors
///
/// Everything that is wrong with it, or with the problem.
pub fn compose(problem: &Problem, stops: &[Stop]) -> Result<Plan, Vec<Clash>> {
    let faults = faults(problem);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(|source| Clash::Problem { source }).collect());
    }
    let mut by_hand = ByHand { problem, model: Model::new(problem, &|| true), clashes: Vec::new() };
    let lists = by_hand.slots(stops);
    let solution = by_hand.solution(lists);
    if !by_hand.clashes.is_empty() {
        return Err(by_hand.clashes);
    }
    let mut search = Search::new(&by_hand.model, 0, &|| true);
    Ok(answer::describe(problem, &mut search, &solution, &[], (0, 0), &|| true))
}

struct ByHand<'a> {
    problem: &'a Problem,
    model: Model,
    clashes: Vec<Clash>,
}

impl ByHand<'_> {
    /// For each run its stops as slots that may be given in, by day; several where the start is open.
    fn slots(&mut self, stops: &[Stop]) -> Vec<Vec<Vec<u32>>> {
        let former = model::former(self.problem);
        let mut lists = vec![Vec::new(); self.model.runs.len()];
        let mut seen = vec![false; self.problem.requests.len()];
        for (number, stop) in stops.iter().enumerate() {
            let Some(request) =
                self.problem.requests.get(stop.request).filter(|_| stop.trainer < self.problem.trainers.len())
            else {
                self.clashes.push(Clash::Unknown { stop: number });
                continue;
            };
            if std::mem::replace(&mut seen[stop.request], true) {
                self.clashes.push(Clash::Twice { request: stop.request });
                continue;
            }
            let pin = model::pin(self.problem, stop.request, former[stop.request]);
            let as_pinned = |pin: &crate::problem::Pin| {
                (pin.trainer, pin.day) == (stop.trainer, stop.day) && stop.start.is_none_or(|start| start == pin.start)
            };
            if pin.as_ref().is_some_and(|pin| !as_pinned(pin))
                || (pin.is_none() && stop.day < self.problem.freeze_before)
            {
                self.clashes.push(Clash::Fast { request: stop.request });
                continue;
            }
            if pin.is_none() && !model::may_give(self.problem, stop.trainer, request) {
                self.clashes.push(Clash::Trainer { request: stop.request, trainer: stop.trainer });
            }
            let run = self.model.runs.iter().position(|run| {
                run.trainer == stop.trainer && (0..run.days()).contains(&(stop.day as i32 - run.first))
            });
            let Some(run) = run else {
                self.clashes.push(Clash::DayOff { trainer: stop.trainer, day: stop.day });
                continue;
            };
            let slots = self.given(stop);
            if slots.is_empty() {
                self.clashes.push(Clash::Window { request: stop.request });
                continue;
            }
            lists[run].push(slots);
        }
        for (request, former) in former.iter().enumerate() {
            if model::pin(self.problem, request, *former).is_some() && !seen[request] {
                self.clashes.push(Clash::Fast { request });
            }
        }
        let slots = &self.model.slots;
        for list in &mut lists {
            list.sort_by_key(|stop: &Vec<u32>| slots[stop[0] as usize].day);
        }
        lists
    }

    /// The slots a stop can be given in: its windows of that day, cut to its start if it has one.
    fn given(&mut self, stop: &Stop) -> Vec<u32> {
        let known = self.model.slots.len();
        let mut found = Vec::new();
        for index in 0..known {
            let mut slot = self.model.slots[index];
            let only = slot.only.is_none_or(|only| only as usize == stop.trainer);
            if slot.request as usize != stop.request || slot.day as usize != stop.day || !only {
                continue;
            }
            if let Some(start) = stop.start {
                if start < slot.open || start + slot.minutes > slot.close {
                    continue;
                }
                (slot.open, slot.close) = (start, start + slot.minutes);
            }
            self.model.slots.push(slot);
            found.push(self.model.slots.len() as u32 - 1);
        }
        let slots = &self.model.slots;
        found.sort_by_key(|slot| (std::cmp::Reverse(slots[*slot as usize].worth), slots[*slot as usize].open));
        if stop.start.is_some() {
            found.truncate(1);
        } else {
            found.sort_by_key(|slot| slots[*slot as usize].open);
        }
        found
    }

    fn solution(&mut self, lists: Vec<Vec<Vec<u32>>>) -> Solution {
        let mut solution = Solution::pinned(&self.model);
        let mut walk = Walk::default();
        for (run, list) in lists.into_iter().enumerate() {
            if let Some(slots) = self.days(run, &list) {
                let of = &self.model.runs[run];
                let (trainer, first_day) = (of.trainer, of.first as usize);
                let last_day = first_day + of.hours.len() - 1;
                match RunPlan::new(&self.model, run, slots, &mut walk) {
                    None => self.clashes.push(Clash::Road { trainer, first_day, last_day }),
                    Some(plan) => {
                        if Itinerary::new(&self.model, of, &plan.slots, &self.problem.lodging, &mut walk).is_none() {
                            self.clashes.push(Clash::Lodging { trainer, first_day, last_day });
                        }
                        solution.replace(&self.model, run, plan);
                    }
                }
            }
        }
        for (trainer, usage) in solution.usage.iter().enumerate() {
            if !usage.within(self.model.horizon[trainer]) {
                self.clashes.push(Clash::Horizon { trainer });
            }
        }
        solution
    }

    /// One slot for each stop, the earliest with which its day can be given; nothing if a day cannot.
    fn days(&mut self, run: usize, list: &[Vec<u32>]) -> Option<Vec<u32>> {
        let mut chosen: Vec<u32> = Vec::new();
        let model = &self.model;
        let of = &model.runs[run];
        let mut fits = true;
        for stops in list.chunk_by(|a, b| model.slots[a[0] as usize].day == model.slots[b[0] as usize].day) {
            let day = model.slots[stops[0][0] as usize].day;
            let begin = chosen.len();
            for stop in stops {
                let with =
                    |slot: &&u32| road::day_route(model, of, chosen[begin..].iter().copied().chain([**slot])).is_some();
                chosen.extend(stop.iter().find(with).copied());
            }
            if chosen.len() - begin < stops.len() || stops.len() > of.stops {
                self.clashes.push(Clash::Day { trainer: of.trainer, day: day as usize });
                fits = false;
            }
        }
        fits.then_some(chosen)
    }
}

/// What each part of a tour would cost on its own: the same trainer, days and order, with only some of the stops.
#[derive(Debug)]
pub struct TourPrices<'a> {
    problem: &'a Problem,
    model: Model,
    run: usize,
    slots: Vec<u32>,
    walk: Walk,
}

impl<'a> TourPrices<'a> {
    /// Prepares to price the parts of a tour of a plan for the problem, which has no faults. Nothing if the tour is not of
    /// the problem.
    pub fn new(problem: &'a Problem, tour: &Tour) -> Option<Self> {
        let mut model = Model::new(problem, &|| true);
        let run =
            model.runs.iter().position(|run| run.trainer == tour.trainer && run.first as usize == tour.first_day)?;
        let mut slots = Vec::with_capacity(tour.stops.len());
        for stop in &tour.stops {
            let of = |slot: &crate::model::Slot| {
                slot.request as usize == stop.request
                    && slot.day as usize == stop.day
                    && slot.open <= stop.start
                    && stop.start + slot.minutes <= slot.close
            };
            slots.push(model.slots.iter().position(of)? as u32);
        }
        model.runs[run].pins.clear();
        Some(Self { problem, model, run, slots, walk: Walk::default() })
    }

    /// What the road costs with only the stops whose bit is set in `stops`, the first stop the lowest. Nothing if it cannot
    /// be driven, which does not happen to a part of a tour on roads that are never shortened by a detour.
    pub fn of(&mut self, stops: u64) -> Option<Cost> {
        Some(self.tour(stops)?.cost)
    }

    /// The tour with only the stops whose bit is set, as [`Self::of`] prices it.
    pub fn tour(&mut self, stops: u64) -> Option<Tour> {
        let slots: Vec<u32> =
            self.slots.iter().enumerate().filter(|(at, _)| stops >> at & 1 == 1).map(|(_, slot)| *slot).collect();
        let run = &self.model.runs[self.run];
        let itinerary = Itinerary::new(&self.model, run, &slots, &self.problem.lodging, &mut self.walk)?;
        Some(itinerary.tour(&self.model, run, &slots))
    }
}
