//! When one trainer has time for a workshop somewhere, whatever it is about.

use packhorse_domain::{Interval, Timestamp, commitment::Travel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Candidate, Need, Rule, need::Asked, person, placement::judge, rules::Broken};

/// A time at which a trainer could be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Opening {
    /// When.
    pub time: Interval,
    /// The way there and back.
    pub travel: Travel,
}

/// Rules about what is taught, how and for how much: they say nothing of time.
const ABOUT_SUBJECT: [Rule; 8] = [
    Rule::WorkshopOrTopic,
    Rule::Level,
    Rule::Language,
    Rule::Format,
    Rule::Room,
    Rule::Currency,
    Rule::LibraryDays,
    Rule::Budget,
];

/// The times on the grid at which a trainer could be there for a need, by start, at most `limit`. What is taught, how and for
/// how much is not asked; the rest is judged as [`crate::place`] does.
pub fn openings(need: &Need<'_>, candidate: &Candidate<'_>, now: Timestamp, limit: usize) -> Vec<Opening> {
    let asked = Asked::new(need, now);
    let mut days = asked.slots();
    days.sort_by_key(|day| day.day.date);
    let person = person(&asked, &days, candidate);
    let mut ignored = Broken::default();
    for rule in ABOUT_SUBJECT {
        ignored.add_if(true, rule);
    }
    let mut found = Vec::new();
    for day in &days {
        let today = person.today(&asked, &day.day);
        for slot in &day.slots {
            let verdict = judge(&asked, &person, &today, slot);
            if verdict.broken.without(ignored).is_none() {
                found.push(Opening { time: slot.time, travel: verdict.travel() });
                if found.len() == limit {
                    return found;
                }
            }
        }
    }
    found
}
