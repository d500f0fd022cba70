//! What is asked: requests, trainers, roads, limits, costs. Everything is numbered: a place, a request, a trainer is its
//! index in the list it stands in; a day is counted from the first of the horizon.

use serde::{Deserialize, Serialize};

use crate::travel::Travel;

/// Minor units of the one currency of the problem, or whatever else its objective is counted in.
pub type Money = i64;

/// The most requests one problem may have.
pub const MAX_REQUESTS: usize = 5_000;
/// The most trainers one problem may have.
pub const MAX_TRAINERS: usize = 1_000;
/// The most places one problem may have: minutes and meters are kept for each pair.
pub const MAX_PLACES: usize = 6_000;
/// The most days one problem may span.
pub const MAX_DAYS: usize = 366;
/// The most windows one request may have.
pub const MAX_WINDOWS: usize = 64;
/// The most workshops a trainer may give on one day.
pub const MAX_WORKSHOPS_A_DAY: usize = 6;
/// The most any amount of money may be, so that sums of them stay exact.
pub const MAX_MONEY: Money = 100_000_000_000;
/// The last minute of a day.
pub const DAY_MINUTES: i32 = 1_440;

/// A whole problem. [`crate::solve`] answers it; [`crate::faults`] tells all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Days of the horizon, numbered from 0.
    pub days: usize,
    /// The roads between places.
    pub travel: Travel,
    /// What is asked for.
    pub requests: Vec<Request>,
    /// Who can come.
    pub trainers: Vec<Trainer>,
    /// Places where one may sleep when away. Empty: anywhere along the road.
    #[serde(default)]
    pub lodging: Vec<usize>,
    /// What counts besides prizes and costs.
    #[serde(default)]
    pub weights: Weights,
    /// What was planned or published before. It is kept where [`Weights::keep`] is worth it.
    #[serde(default)]
    pub former: Vec<Served>,
    /// Nothing changes before this day: what [`Problem::former`] has there stays, and nothing comes to it.
    #[serde(default)]
    pub freeze_before: usize,
}

/// A workshop asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Where, an index of places.
    pub place: usize,
    /// How long, in minutes.
    pub minutes: i32,
    /// Skills of which the trainer needs every one.
    #[serde(default)]
    pub needs: Vec<u32>,
    /// When: the whole workshop lies in one of them.
    pub windows: Vec<Window>,
    /// What serving it is worth. Requests of which not all can be served compete by it, so it should outweigh days of
    /// driving.
    pub prize: Money,
    /// What the trainer is paid for it, instead of [`Rates::fee`].
    #[serde(default)]
    pub honorarium: Option<Money>,
    /// The only trainers who may come.
    #[serde(default)]
    pub trainers: Option<Vec<usize>>,
    /// A booking or an accepted offer, which never moves. Windows, needs and `trainers` do not count then.
    #[serde(default)]
    pub pin: Option<Pin>,
}

/// A time on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The day.
    pub day: usize,
    /// The first minute of that day.
    pub start: i32,
    /// The minute of that day by which the workshop has ended.
    pub end: i32,
    /// What this window costs against the best one, 0 for the first choice.
    #[serde(default)]
    pub penalty: Money,
}

/// Who comes, and exactly when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The trainer.
    pub trainer: usize,
    /// The day.
    pub day: usize,
    /// The minute of the day it starts.
    pub start: i32,
}

/// A trainer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trainer {
    /// Where they live, an index of places.
    pub home: usize,
    /// What they teach.
    #[serde(default)]
    pub skills: Vec<u32>,
    /// For each day of the horizon when they may be on the road or teaching, if at all.
    pub hours: Vec<Option<Hours>>,
    /// Days on which they set out and end elsewhere than at home.
    #[serde(default)]
    pub bases: Vec<Base>,
    /// What they do not exceed.
    pub limits: Limits,
    /// What they cost.
    #[serde(default)]
    pub rates: Rates,
}

/// From when till when, in minutes of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first minute.
    pub start: i32,
    /// The minute after the last.
    pub end: i32,
}

/// A run of days on which a trainer is elsewhere: an announced trip, or the days between two bookings that stand.
///
/// It is a run of its own: they are at `start` on the morning of the first day, and at `end` on the evening of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The first day.
    pub first_day: usize,
    /// The last day.
    pub last_day: usize,
    /// The place where it begins.
    pub start: usize,
    /// The place where it ends, and where nights cost nothing once they have been there.
    pub end: usize,
}

/// What a trainer does not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Minutes at the wheel on one day.
    pub drive_minutes_a_day: i32,
    /// Minutes at the wheel and teaching on one day.
    pub work_minutes_a_day: i32,
    /// Workshops on one day.
    pub workshops_a_day: usize,
    /// Nights away in a row.
    pub nights_in_a_row: usize,
    /// Nights away in the whole horizon.
    #[serde(default)]
    pub nights_in_all: Option<usize>,
    /// Kilometers in the whole horizon.
    #[serde(default)]
    pub kilometers_in_all: Option<u64>,
    /// Workshops in the whole horizon.
    #[serde(default)]
    pub workshops_in_all: Option<usize>,
}

/// What a trainer costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// For each kilometer driven.
    #[serde(default)]
    pub kilometer: Money,
    /// For each minute driven.
    #[serde(default)]
    pub minute: Money,
    /// For each night away: lodging and per diem.
    #[serde(default)]
    pub night: Money,
    /// For each workshop.
    #[serde(default)]
    pub workshop: Money,
    /// For each hour of a workshop, by the minute.
    #[serde(default)]
    pub hour: Money,
}

impl Rates {
    /// What is paid for a workshop of so many minutes, to the nearest unit.
    pub fn fee(&self, minutes: i32) -> Money {
        self.workshop + (self.hour * Money::from(minutes) + 30) / 60
    }
}

/// What counts besides prizes and costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// For each stop of [`Problem::former`] that is dropped, or goes to another trainer or time.
    #[serde(default)]
    pub keep: Money,
    /// For each workshop of a trainer beyond an even share of all requests.
    #[serde(default)]
    pub fairness: Money,
}

/// A request with its trainer and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Served {
    /// The request.
    pub request: usize,
    /// Who comes.
    pub trainer: usize,
    /// The day.
    pub day: usize,
    /// The minute of the day it starts.
    pub start: i32,
}
