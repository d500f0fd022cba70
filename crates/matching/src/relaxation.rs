//! The smallest change that would let a trainer in who is ruled out, found by judging again with the change made, and what
//! would help when nobody can come.

use std::{cell::Cell, collections::BTreeMap};

use jiff::{Span, civil::Date};
use packhorse_domain::{
    Format, Interval, Level, Money, Timestamp, Word, policy::Policy, request::RequestDetails, trainer::TrainerDetails,
    trip::Trip,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Candidate, Need, NoMatch,
    candidate::Person,
    need::{Asked, DaySlots},
    person,
    placement::{ceiling, judge},
    rules::Rule,
};

/// One change to a request, to a network's policy for once, or to what a trainer says of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
#[schema(as = RelaxingChange)]
pub enum Change {
    /// Every date preference is moved: to later days when positive, to earlier ones when negative.
    Days {
        /// How many.
        #[schema(minimum = -60, maximum = 60, example = 2)]
        days: i32,
    },
    /// The trainer goes further, from home and on trips.
    Kilometers {
        /// How many more, great-circle.
        #[schema(minimum = 1, maximum = 20_100, example = 20)]
        more_km: u32,
    },
    /// The ceiling of the budget is raised.
    Budget {
        /// By how much.
        more: Money,
    },
    /// The network takes shorter notice.
    Notice {
        /// So many days instead.
        days: u16,
    },
    /// The trainer sleeps away from home.
    Overnight,
    /// It goes less deep.
    Level {
        /// So deep instead.
        level: Level,
    },
    /// It is taught in another language.
    Language {
        /// In this one, BCP 47.
        language: String,
    },
    /// It is delivered otherwise.
    Format {
        /// So.
        format: Format,
    },
}

/// Preferences are moved this far at most, either way.
const MOST_DAYS: i32 = 60;
/// Half the way around the earth.
const MOST_KM: u32 = 20_100;
/// More than any budget.
const MOST_MONEY: i64 = 1_000_000_000_000;

/// How many starts may still be looked at, for all trainers of one answer together: wide preferences on a fine grid have a hundred
/// thousand of them, and each is looked at some dozens of times for each trainer.
#[derive(Debug)]
pub struct Effort {
    most: usize,
    left: Cell<usize>,
}

impl Effort {
    /// So many.
    pub fn of(starts: usize) -> Self {
        Self { most: starts, left: Cell::new(starts) }
    }

    /// How many were looked at so far.
    pub fn spent(&self) -> usize {
        self.most - self.left.get()
    }

    fn spend(&self, starts: usize) {
        self.left.set(self.left.get().saturating_sub(starts));
    }

    fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

impl Default for Effort {
    /// What twenty trainers and preferences of a few weeks take.
    fn default() -> Self {
        Self::of(500_000)
    }
}

impl Change {
    /// Makes the change.
    pub fn apply(
        &self,
        details: &mut RequestDetails,
        policy: &mut Policy,
        trainer: &mut TrainerDetails,
        trips: &mut [Trip],
    ) {
        match self {
            Self::Days { days } => {
                let moved = |date: Date| date.saturating_add(Span::new().days(i64::from(*days)));
                for preference in &mut details.preferences {
                    (preference.from, preference.until) = (moved(preference.from), moved(preference.until));
                }
            }
            Self::Kilometers { more_km } => {
                trainer.travel_radius_km += f64::from(*more_km);
                for trip in trips {
                    trip.details.radius_km += f64::from(*more_km);
                }
            }
            Self::Budget { more } => {
                if let Some(budget) = &mut details.budget {
                    budget.amount_minor = budget.amount_minor.saturating_add(more.amount_minor);
                }
            }
            Self::Notice { days } => policy.minimum_notice_days = *days,
            Self::Overnight => trainer.travels_overnight = true,
            Self::Level { level } => details.level = *level,
            Self::Language { language } => details.language.clone_from(language),
            Self::Format { format } => details.format = *format,
        }
    }
}

impl Change {
    /// What kind it is, and how large, so that two of a kind can be compared.
    fn size(&self) -> ((u8, String), i64) {
        let plain = |kind| (kind, String::new());
        match self {
            // Later and earlier are two kinds: one change does not do the other's work.
            Self::Days { days } if *days >= 0 => (plain(0), i64::from(*days)),
            Self::Days { days } => (plain(1), -i64::from(*days)),
            Self::Kilometers { more_km } => (plain(2), i64::from(*more_km)),
            Self::Budget { more } => (plain(3), more.amount_minor),
            Self::Notice { days } => (plain(4), -i64::from(*days)),
            Self::Overnight => (plain(5), 0),
            Self::Level { level } => (plain(6), -(*level as i64)),
            Self::Language { language } => ((7, language.clone()), 0),
            Self::Format { format } => ((8, format.word().to_owned()), 0),
        }
    }
}

/// The smallest set of changes that was found to let a trainer in: taking one of them away, or making its days, kilometers,
/// money or notice any smaller, rules them out again. Empty when they can come as it is, and when nothing helps.
///
/// Where several sets would do, one with other days is preferred to one with more kilometers, then to more money, shorter
/// notice, nights away, less depth, another language, another format.
///
/// Nothing when the effort does not suffice.
pub fn relax(need: &Need<'_>, candidate: &Candidate<'_>, now: Timestamp, effort: &Effort) -> Option<Vec<Change>> {
    let changes = Relaxing { need, candidate, now, effort }.smallest_set();
    (!effort.is_spent()).then_some(changes)
}

struct Relaxing<'r, 'a> {
    need: &'r Need<'a>,
    candidate: &'r Candidate<'a>,
    now: Timestamp,
    effort: &'r Effort,
}

impl Relaxing<'_, '_> {
    fn smallest_set(&self) -> Vec<Change> {
        let mut changes = self.widest();
        // Another format is tried only where nothing else does.
        if self.days(&changes).is_none() {
            let formats = Format::ALL.iter().filter(|format| **format != self.need.details.format);
            let mut with = formats.map(|format| {
                let mut with = vec![Change::Format { format: *format }];
                with.extend(changes.iter().cloned());
                with
            });
            match with.find(|with| self.days(with).is_some()) {
                Some(with) => changes = with,
                None => return Vec::new(),
            }
        }
        let mut n = 0;
        while n < changes.len() {
            let left: Vec<_> =
                changes.iter().enumerate().filter(|(other, _)| *other != n).map(|(_, each)| each.clone()).collect();
            if self.days(&left).is_some() {
                changes = left;
            } else {
                n += 1;
            }
        }
        match self.days(&changes) {
            Some(0) | None => {}
            Some(days) => changes.insert(0, Change::Days { days }),
        }
        self.tighten(&mut changes);
        changes
    }

    /// Every change but of days and format, each as large as can be, the least welcome first.
    fn widest(&self) -> Vec<Change> {
        let (need, trainer) = (self.need, self.candidate.trainer);
        let asked = need.details;
        let language = trainer.languages.iter().find(|theirs| {
            need.workshop.is_none_or(|workshop| crate::rules::speaks(&workshop.languages, theirs))
                && !crate::rules::speaks(&trainer.languages, &asked.language)
        });
        let deepest =
            trainer.topics.iter().filter(|skill| Some(skill.topic) == asked.topic).map(|skill| skill.level).max();
        let level = deepest.filter(|level| asked.workshop.is_none() && *level < asked.level);
        [
            language.map(|language| Change::Language { language: language.clone() }),
            level.map(|level| Change::Level { level }),
            (!trainer.travels_overnight).then_some(Change::Overnight),
            (need.policy.minimum_notice_days > 0).then_some(Change::Notice { days: 0 }),
            ceiling(need).map(|_| Change::Budget { more: Money { amount_minor: MOST_MONEY, currency: need.currency } }),
            need.place.map(|_| Change::Kilometers { more_km: MOST_KM }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Asks with some changes made, and gives what comes of each time that breaks no rule to `see`, until that says false.
    /// `reach_days` more days on either side of the preferences are asked for.
    fn each(&self, changes: &[Change], reach_days: i32, mut see: impl FnMut(&RequestDetails, &Found) -> bool) {
        if self.effort.is_spent() {
            return;
        }
        let (mut details, mut policy) = (self.need.details.clone(), self.need.policy.clone());
        let (mut trainer, mut trips) = (self.candidate.trainer.clone(), self.candidate.trips.to_vec());
        for change in changes {
            change.apply(&mut details, &mut policy, &mut trainer, &mut trips);
        }
        let mut wide = details.clone();
        let reach = Span::new().days(i64::from(reach_days));
        for preference in &mut wide.preferences {
            preference.from = preference.from.saturating_sub(reach);
            preference.until = preference.until.saturating_add(reach);
        }
        let need = Need { details: &wide, policy: &policy, ..*self.need };
        let candidate = Candidate { trainer: &trainer, trips: &trips, ..*self.candidate };
        let asked = Asked::new(&need, self.now);
        // What no start changes needs none.
        if !asked.broken.is_none() || !Person::new(&asked, &candidate, None).broken.is_none() {
            return;
        }
        let days = asked.slots();
        self.effort.spend(days.iter().map(|day| day.slots.len()).sum());
        let person = person(&asked, &days, &candidate);
        if person.broken.is_none() {
            for_each(&asked, &days, &person, |found| see(&details, found));
        }
    }

    /// By how many days the preferences have to move at least when these changes are made, later ones preferred. Nothing
    /// when no number helps.
    fn days(&self, changes: &[Change]) -> Option<i32> {
        if self.helps(changes) {
            return Some(0);
        }
        let mut least: Option<i32> = None;
        let zone = self.need.time_zone.rules();
        self.each(changes, MOST_DAYS, |details, found| {
            let [start, end] = [found.time.start, found.time.end].map(|at| zone.to_datetime(at));
            for preference in &details.preferences {
                let fits = preference.earliest <= start.time()
                    && end.time() <= preference.latest
                    && start.date() == end.date();
                let between = |from: Date, to: Date| from.until(to).map_or(i32::MAX, |span| span.get_days());
                let date = start.date();
                let days = if date < preference.from {
                    -between(date, preference.from)
                } else {
                    between(preference.until, date).max(0)
                };
                let order = |days: i32| (days.abs(), days < 0);
                if fits && days.abs() <= MOST_DAYS && least.is_none_or(|least| order(days) < order(least)) {
                    least = Some(days);
                }
            }
            true
        });
        least
    }

    fn helps(&self, changes: &[Change]) -> bool {
        let mut helps = false;
        self.each(changes, 0, |_, _| {
            helps = true;
            false
        });
        helps
    }

    /// Makes numbers as small as they can be, one after the other, the others as they are.
    fn tighten(&self, changes: &mut [Change]) {
        for n in (0..changes.len()).rev() {
            let with = |change: Change| {
                let mut with = changes.to_vec();
                with[n] = change;
                with
            };
            let tight = match &changes[n] {
                Change::Kilometers { .. } => {
                    let helps = |more_km| self.helps(&with(Change::Kilometers { more_km }));
                    Change::Kilometers { more_km: smallest(1, MOST_KM, helps) }
                }
                Change::Budget { more } => {
                    let mut least = i64::MAX;
                    self.each(changes, 0, |_, found| {
                        least = least.min(found.pays);
                        true
                    });
                    let amount_minor = least.saturating_sub(ceiling(self.need).unwrap_or(0));
                    Change::Budget { more: Money { amount_minor, ..*more } }
                }
                Change::Notice { .. } => {
                    let most = u32::from(self.need.policy.minimum_notice_days);
                    let days = |shorter: u32| u16::try_from(most.saturating_sub(shorter)).unwrap_or(0);
                    let helps = |shorter| self.helps(&with(Change::Notice { days: days(shorter) }));
                    Change::Notice { days: days(smallest(1, most, helps)) }
                }
                other => other.clone(),
            };
            changes[n] = tight;
        }
    }
}

/// The smallest number that helps, when the largest does and every larger one does too.
fn smallest(mut least: u32, mut most: u32, helps: impl Fn(u32) -> bool) -> u32 {
    while least < most {
        let middle = least + (most - least) / 2;
        if helps(middle) {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    most
}

/// A time that breaks no rule.
struct Found {
    time: Interval,
    /// What the budget is compared with, minor units.
    pays: i64,
}

/// Every time that breaks no rule, until `see` says false.
fn for_each<'a>(
    asked: &Asked<'a>,
    days: &'a [DaySlots<'a>],
    person: &'a Person<'a>,
    mut see: impl FnMut(&Found) -> bool,
) {
    for day in days {
        let today = person.today(asked, &day.day);
        for slot in day.slots.iter().filter(|slot| slot.broken.is_none()) {
            if !packhorse_calendar::intervals::covers(&person.free, &slot.time) {
                continue;
            }
            let verdict = judge(asked, person, &today, slot);
            let found = Found { time: slot.time, pays: verdict.pays };
            if verdict.broken.is_none() && !see(&found) {
                return;
            }
        }
    }
}

/// What keeps everybody away, and what would help most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyNobody {
    /// How many are ruled out.
    pub ruled_out: usize,
    /// Every rule that stands in the way of somebody, the one that costs most first: of most trainers alone, then of most in
    /// all.
    pub rules: Vec<RuleCount>,
    /// What lets somebody in by itself, the kind that lets in most first. Only of those whose changes were worked out.
    pub helps: Vec<Help>,
}

/// How many trainers a rule costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleCount {
    /// Which rule.
    pub rule: Rule,
    /// Of how many it stands in the way.
    pub count: usize,
    /// Of how many nothing else does.
    pub alone: usize,
}

/// A kind of change that lets trainers in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Help {
    /// The smallest change of its kind that lets somebody in.
    pub cheapest: Change,
    /// How many are let in by one of its kind, smaller or larger.
    pub lets_in: usize,
    /// How many of them are let in by the smallest already.
    pub lets_in_at_once: usize,
}

impl WhyNobody {
    /// Sums up reasons.
    pub fn of(no_matches: &[NoMatch]) -> Self {
        let mut rules: Vec<_> = Rule::ALL
            .iter()
            .map(|rule| {
                let theirs = no_matches.iter().filter(|each| each.reasons.rules.contains(rule));
                let alone = theirs.clone().filter(|each| each.reasons.rules.len() == 1).count();
                RuleCount { rule: *rule, count: theirs.count(), alone }
            })
            .filter(|each| each.count > 0)
            .collect();
        rules.sort_by_key(|each| std::cmp::Reverse((each.alone, each.count)));
        let relaxations = no_matches.iter().filter_map(|each| each.reasons.relaxations.as_deref());
        let mut kinds: BTreeMap<(u8, String), Vec<(i64, &Change)>> = BTreeMap::new();
        for relaxation in relaxations {
            if let [change] = relaxation {
                let (kind, size) = change.size();
                kinds.entry(kind).or_default().push((size, change));
            }
        }
        let mut helps: Vec<_> = kinds
            .into_values()
            .filter_map(|changes| {
                let (least, cheapest) = changes.iter().min_by_key(|(size, _)| *size)?;
                let lets_in_at_once = changes.iter().filter(|(size, _)| size == least).count();
                Some(Help { cheapest: (*cheapest).clone(), lets_in: changes.len(), lets_in_at_once })
            })
            .collect();
        helps.sort_by_key(|help| std::cmp::Reverse((help.lets_in, help.lets_in_at_once)));
        Self { ruled_out: no_matches.len(), rules, helps }
    }
}
