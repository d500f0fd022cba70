//! Which requests to take out of a plan: neighbors, whole runs, what costs most, what is in the way of one left out.

use crate::{
    chance::Chance,
    model::Model,
    solution::{NOWHERE, Solution},
};

/// For each request those nearest to it in distance and days, nearest first.
pub(crate) struct Nearness {
    pub of: Vec<Vec<u32>>,
    /// Minutes to the nearest trainer who could come.
    pub remoteness: Vec<i32>,
}

/// Neighbors kept of each request.
const NEIGHBORS: usize = 60;

impl Nearness {
    /// Where `go_on` says no, the rest has no neighbors.
    pub fn new(model: &Model, go_on: &dyn Fn() -> bool) -> Self {
        let requests = model.of_request.len();
        let mut slots: Vec<Vec<u32>> = vec![Vec::new(); requests];
        for (index, slot) in model.slots.iter().enumerate() {
            slots[slot.request as usize].push(index as u32);
        }
        let free: Vec<usize> = (0..requests)
            .filter(|request| {
                let (from, to) = model.of_request[*request];
                to > from
            })
            .collect();
        let place = |request: usize| model.slots[slots[request][0] as usize].place as usize;
        let apart = |a: usize, b: usize| {
            let days = slots[a]
                .iter()
                .flat_map(|x| slots[b].iter().map(move |y| (*x, *y)))
                .map(|(x, y)| (model.slots[x as usize].day - model.slots[y as usize].day).abs())
                .min()
                .unwrap_or(0);
            model.minutes(place(a), place(b)) + 40 * days.min(20)
        };
        let mut of = vec![Vec::new(); requests];
        let mut remoteness = vec![0; requests];
        for (number, &request) in free.iter().enumerate() {
            if number.is_multiple_of(16) && !go_on() {
                break;
            }
            let mut near: Vec<(i32, u32)> = free
                .iter()
                .filter(|other| **other != request)
                .map(|other| (apart(request, *other), *other as u32))
                .collect();
            let keep = NEIGHBORS.min(near.len());
            if keep < near.len() {
                near.select_nth_unstable(keep);
                near.truncate(keep);
            }
            near.sort_unstable();
            of[request] = near.into_iter().map(|(_, other)| other).collect();
            let (from, to) = model.of_request[request];
            remoteness[request] = model.choices[from as usize..to as usize]
                .iter()
                .map(|choice| model.minutes(model.runs[choice.run as usize].start, place(request)))
                .min()
                .unwrap_or(0);
        }
        Self { of, remoteness }
    }
}

/// Requests to take out; those nobody serves may be among them.
pub(crate) fn choose(model: &Model, solution: &Solution, nearness: &Nearness, chance: &mut Chance) -> Vec<u32> {
    let free: usize = nearness.of.len();
    let most = if chance.below(3) == 0 { 30 } else { 12 };
    let count = 2 + chance.below(most.min(free / 3 + 2));
    let mut out = Vec::new();
    let left_out: Vec<u32> = (0..free)
        .filter(|request| solution.run_of[*request] == NOWHERE && !nearness.of[*request].is_empty())
        .map(|request| request as u32)
        .collect();
    match chance.below(8) {
        0 => runs(model, solution, chance, count, &mut out),
        1 if !left_out.is_empty() => {
            around(solution, nearness, left_out[chance.below(left_out.len())], chance, count, &mut out);
        }
        2 if !left_out.is_empty() => {
            in_the_way(model, (solution, nearness), left_out[chance.below(left_out.len())], chance, count, &mut out);
        }
        3 => random(model, chance, count, &mut out),
        4 => worst(model, solution, chance, count, &mut out),
        _ => around(solution, nearness, chance.below(free) as u32, chance, count, &mut out),
    }
    out.retain(|request| {
        let (from, to) = model.of_request[*request as usize];
        to > from
    });
    out.sort_unstable();
    out.dedup();
    out
}

/// A request and those near to it, and some that share a run with them.
fn around(solution: &Solution, nearness: &Nearness, seed: u32, chance: &mut Chance, count: usize, out: &mut Vec<u32>) {
    out.push(seed);
    let near = &nearness.of[seed as usize];
    let wide = (count * 3).min(near.len());
    for other in &near[..wide] {
        if out.len() >= count {
            break;
        }
        if solution.run_of[*other as usize] != NOWHERE && chance.below(2) == 0 {
            out.push(*other);
        }
    }
}

fn random(model: &Model, chance: &mut Chance, count: usize, out: &mut Vec<u32>) {
    out.extend((0..count).map(|_| chance.below(model.of_request.len()) as u32));
}

/// All of some runs near each other: of one, and of those that could take what it has.
fn runs(model: &Model, solution: &Solution, chance: &mut Chance, count: usize, out: &mut Vec<u32>) {
    let mut run = chance.below(solution.runs.len());
    for _ in 0..8 {
        out.extend(solution.runs[run].slots.iter().map(|slot| model.slots[*slot as usize].request));
        if out.len() >= count || out.is_empty() {
            run = chance.below(solution.runs.len());
            if out.len() >= count {
                return;
            }
            continue;
        }
        let (from, to) = model.of_request[out[chance.below(out.len())] as usize];
        if to > from {
            run = model.choices[from as usize + chance.below((to - from) as usize)].run as usize;
        }
    }
}

/// What is served about the time that one left out could be, by runs that could serve it, and neighbors of that.
fn in_the_way(
    model: &Model,
    (solution, nearness): (&Solution, &Nearness),
    request: u32,
    chance: &mut Chance,
    count: usize,
    out: &mut Vec<u32>,
) {
    out.push(request);
    let (from, to) = model.of_request[request as usize];
    for _ in 0..4 {
        let choice = &model.choices[from as usize + chance.below((to - from) as usize)];
        let day = model.slots[choice.slots[chance.below(choice.slots.len())] as usize].day;
        for slot in &solution.runs[choice.run as usize].slots {
            let other = &model.slots[*slot as usize];
            if (other.day - day).abs() <= 1 {
                out.push(other.request);
                let near = &nearness.of[other.request as usize];
                if !near.is_empty() && chance.below(2) == 0 {
                    out.push(near[chance.below(near.len().min(8))]);
                }
            }
        }
        if out.len() >= count {
            return;
        }
    }
}

/// The runs that cost most for each of their stops, by chance.
fn worst(model: &Model, solution: &Solution, chance: &mut Chance, count: usize, out: &mut Vec<u32>) {
    let dear = |run: usize| {
        let plan = &solution.runs[run];
        let worth: i64 = plan.slots.iter().map(|slot| model.worth(&model.runs[run], *slot)).sum();
        (worth - plan.profit) / plan.slots.len().max(1) as i64
    };
    while out.len() < count {
        let run = (0..5).map(|_| chance.below(solution.runs.len())).max_by_key(|run| dear(*run)).unwrap_or(0);
        let before = out.len();
        out.extend(solution.runs[run].slots.iter().map(|slot| model.slots[*slot as usize].request));
        if out.len() == before {
            return;
        }
    }
}
