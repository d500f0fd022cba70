//! A pool of trainers in memory, arranged so that those who cannot serve a need are left aside without a look at them.
//!
//! What does not depend on the need is worked out when a trainer is written: bitmaps over the pool for topics, workshops,
//! languages, formats and networks, homes as points of the unit sphere, statements about time expanded over a horizon,
//! commitments in order. What decides is the judgment of [`crate::place`] on those left, so that an
//! answer is that of [`crate::rank`] over the same trainers.
//!
//! The pool may be stale: it can mislead a list, never a booking, which is decided again from what the database holds.

mod bits;

use std::{cell::OnceCell, collections::HashMap, num::NonZero, ops::Range};

use jiff::SignedDuration;
use packhorse_calendar::{free, intervals::normalize};
use packhorse_domain::{
    Format, Interval, Timestamp, Word,
    availability::AvailabilityDetails,
    commitment::Commitment,
    id::{NetworkId, TopicId, TrainerId, WorkshopId},
    trainer::{Customers, Trainer, Visibility},
    trip::Trip,
};

use crate::{
    Calendar, Candidate, Need, NoMatch, Ranking, best_time, can_come,
    candidate::Person,
    need::Asked,
    no_match, person,
    prospect::{Brief, Seen, View, beyond},
    relaxation::{Effort, relax},
    search::{self, Floor},
    sphere::{Cap, Point},
    top, usual,
};
use bits::Bits;

/// A trainer with all that matching asks of them.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who they are.
    pub trainer: Trainer,
    /// Every statement about their time.
    pub availability: Vec<AvailabilityDetails>,
    /// When imported calendars say that they are busy, in any order.
    pub busy: Vec<Interval>,
    /// Their active commitments, in any order.
    pub commitments: Vec<Commitment>,
    /// Their trips, in any order.
    pub trips: Vec<Trip>,
}

impl Entry {
    /// The trainer as a network sees them that may ask them.
    pub fn candidate(&self, reach: &Reach<'_>) -> Candidate<'_> {
        Candidate {
            id: self.trainer.id,
            trainer: &self.trainer.details,
            joined: self.trainer.record.created_at,
            customer: reach.customer_of(&self.trainer),
            calendar: Calendar::Said { statements: &self.availability, busy: &self.busy },
            commitments: &self.commitments,
            trips: &self.trips,
            deciding: None,
        }
    }
}

/// Whom a network may ask: its own trainers, those that are public, and those whom networks lending to it show to partners.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// The network that asks.
    pub network: NetworkId,
    /// Networks that lend to it today.
    pub lenders: &'a [NetworkId],
}

impl Reach<'_> {
    /// What the network is to a trainer.
    pub fn customer_of(&self, trainer: &Trainer) -> Customers {
        if trainer.network == self.network {
            Customers::Members
        } else if self.lenders.contains(&trainer.network) {
            Customers::Partners
        } else {
            Customers::Anyone
        }
    }

    /// Whether a trainer may be asked.
    pub fn sees(&self, trainer: &Trainer) -> bool {
        trainer.network == self.network
            || match trainer.details.visibility {
                Visibility::Public => true,
                Visibility::Partners => self.lenders.contains(&trainer.network),
                Visibility::Network => false,
            }
    }
}

/// Expanded before the present: commitments and windows that have begun still count.
const BEHIND: SignedDuration = SignedDuration::from_hours(21 * 24);
/// Expanded after the present. Windows beyond are expanded when they are asked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);
/// So many are explained by one thread; more are shared out over the processors.
const FEW: usize = 512;

/// One trainer of the pool.
#[derive(Debug)]
struct Member {
    entry: Entry,
    /// What the statements leave free over the horizon; normalized.
    free: Vec<Interval>,
    /// When each trip is, in the order of the trips.
    stays: Vec<Option<Interval>>,
    /// And where.
    towns: Vec<Point>,
    /// Their commitments, in the same order.
    briefs: Vec<Brief>,
}

/// A trip of somebody in the pool.
#[derive(Debug)]
struct Stay {
    place: usize,
    time: Interval,
    at: Point,
    cap: Cap,
}

/// The pool. Members keep their place until they are removed; places left empty are filled again.
#[derive(Debug)]
pub struct Index {
    horizon: Interval,
    places: HashMap<TrainerId, usize>,
    vacant: Vec<usize>,
    members: Vec<Option<Member>>,
    homes: Vec<Point>,
    /// How far each goes.
    caps: Vec<Cap>,
    /// In no order.
    stays: Vec<Stay>,
    present: Bits,
    active: Bits,
    public: Bits,
    shown_to_partners: Bits,
    networks: HashMap<NetworkId, Bits>,
    /// By level: those who go at least so deep.
    topics: HashMap<TopicId, [Bits; 3]>,
    workshops: HashMap<WorkshopId, Bits>,
    /// By tag and by each shorter tag it is a variety of, in lower case.
    languages: HashMap<String, Bits>,
    formats: [Bits; 3],
}

impl Index {
    /// An empty pool whose horizon lies around the present.
    pub fn new(now: Timestamp) -> Self {
        Self {
            horizon: horizon(now),
            places: HashMap::new(),
            vacant: Vec::new(),
            members: Vec::new(),
            homes: Vec::new(),
            caps: Vec::new(),
            stays: Vec::new(),
            present: Bits::default(),
            active: Bits::default(),
            public: Bits::default(),
            shown_to_partners: Bits::default(),
            networks: HashMap::new(),
            topics: HashMap::new(),
            workshops: HashMap::new(),
            languages: HashMap::new(),
            formats: Default::default(),
        }
    }

    /// How many trainers are in the pool.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody is in the pool.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Moves the horizon to the present: statements are expanded anew. To be done once a day; what lies beyond a horizon
    /// left behind is right too, only slower.
    pub fn advance(&mut self, now: Timestamp) {
        self.horizon = horizon(now);
        for member in self.members.iter_mut().flatten() {
            member.free = free(&member.entry.availability, self.horizon);
        }
    }

    /// Puts a trainer into the pool, in place of what was known of them.
    pub fn upsert(&mut self, mut entry: Entry) {
        let id = entry.trainer.id;
        self.remove(id);
        entry.busy = normalize(entry.busy);
        entry.commitments.sort_by_key(|commitment| commitment.work.start);
        // No rule reads them, and they are long.
        entry.trainer.details.biography = String::new();
        let place = self.vacant.pop().unwrap_or(self.members.len());
        if place == self.members.len() {
            self.members.push(None);
            self.homes.push(Point::default());
            self.caps.push(Cap::default());
        }
        let free = free(&entry.availability, self.horizon);
        self.homes[place] = Point::of(entry.trainer.details.home_base.coordinates);
        self.caps[place] = Cap::of_km(entry.trainer.details.travel_radius_km);
        self.mark(place, &entry.trainer, true);
        self.places.insert(id, place);
        let stays: Vec<_> = entry.trips.iter().map(|trip| trip.details.period()).collect();
        let towns: Vec<_> = entry.trips.iter().map(|trip| Point::of(trip.details.place.coordinates)).collect();
        let trips = entry.trips.iter().zip(&stays).zip(&towns);
        self.stays.extend(trips.filter_map(|((trip, time), at)| {
            Some(Stay { place, time: (*time)?, at: *at, cap: Cap::of_km(trip.details.radius_km) })
        }));
        let briefs = entry.commitments.iter().map(Brief::of).collect();
        self.members[place] = Some(Member { entry, free, stays, towns, briefs });
    }

    /// Takes a trainer out of the pool. Whether they were in it.
    pub fn remove(&mut self, trainer: TrainerId) -> bool {
        let Some(place) = self.places.remove(&trainer) else { return false };
        if let Some(member) = self.members[place].take() {
            self.mark(place, &member.entry.trainer, false);
            if !member.stays.is_empty() {
                self.stays.retain(|stay| stay.place != place);
            }
        }
        self.vacant.push(place);
        true
    }

    /// Sets, or clears, every bit that a trainer has.
    fn mark(&mut self, place: usize, trainer: &Trainer, on: bool) {
        let details = &trainer.details;
        self.present.put(place, on);
        self.active.put(place, on && details.active);
        self.public.put(place, on && details.visibility == Visibility::Public);
        self.shown_to_partners.put(place, on && details.visibility == Visibility::Partners);
        self.networks.entry(trainer.network).or_default().put(place, on);
        for skill in &details.topics {
            let levels = self.topics.entry(skill.topic).or_default();
            for bits in &mut levels[..=skill.level as usize] {
                bits.put(place, on);
            }
        }
        for workshop in &details.workshops {
            self.workshops.entry(*workshop).or_default().put(place, on);
        }
        for tag in &details.languages {
            let tag = tag.to_ascii_lowercase();
            for (end, _) in tag.match_indices('-').chain([(tag.len(), "")]) {
                self.languages.entry(tag[..end].to_owned()).or_default().put(place, on);
            }
        }
        for format in &details.formats {
            self.formats[*format as usize].put(place, on);
        }
    }

    /// Who is in the pool, in no order.
    pub fn ids(&self) -> Vec<TrainerId> {
        self.places.keys().copied().collect()
    }

    /// What the pool knows of everybody, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.members.iter().flatten().map(|member| &member.entry)
    }

    /// What the pool knows of a trainer.
    pub fn get(&self, trainer: TrainerId) -> Option<&Entry> {
        let place = *self.places.get(&trainer)?;
        self.members[place].as_ref().map(|member| &member.entry)
    }

    /// Whom a network may ask.
    fn within_reach(&self, reach: &Reach<'_>) -> Bits {
        let mut seen = self.public.clone();
        for lender in reach.lenders {
            if let Some(theirs) = self.networks.get(lender) {
                let mut shown = self.shown_to_partners.clone();
                shown.keep(theirs);
                seen.join(&shown);
            }
        }
        if let Some(own) = self.networks.get(&reach.network) {
            seen.join(own);
        }
        seen
    }

    /// Whom no rule stands against that holds whenever it takes place and whatever is known of the place.
    fn fitting(&self, need: &Need<'_>, reach: &Reach<'_>) -> Bits {
        let details = need.details;
        let nobody = Bits::default();
        let teach = match (details.workshop, details.topic) {
            (Some(workshop), _) => self.workshops.get(&workshop),
            (None, Some(topic)) => self.topics.get(&topic).map(|levels| &levels[details.level as usize]),
            (None, None) => None,
        };
        let speak = self.languages.get(&details.language.to_ascii_lowercase());
        let mut fitting = self.within_reach(reach);
        for bits in
            [&self.active, teach.unwrap_or(&nobody), speak.unwrap_or(&nobody), &self.formats[details.format as usize]]
        {
            fitting.keep(bits);
        }
        fitting
    }

    /// The first `limit` matches of whom a network may ask. Nobody who is ruled out is named: [`Self::explain`] does that.
    ///
    /// Those who could be best are looked at first, and nobody who cannot be among the first any more.
    pub fn rank(&self, need: &Need<'_>, reach: &Reach<'_>, now: Timestamp, limit: usize) -> Ranking {
        let mut asked = Asked::new(need, now);
        let days = asked.slots();
        let mut ranking = Ranking { matches: Vec::new(), ruled_out: Vec::new() };
        let (Some(hull), true, true) = (search::hull(&days), asked.broken.is_none(), limit > 0) else { return ranking };
        let Some(view) = View::new(&asked, &days) else { return ranking };
        let (mut loads, mut prospects) = (Vec::new(), Vec::new());
        for place in self.going_there(need, reach, view.around()).ones() {
            if let Some(glance) = self.seen(place, hull).and_then(|seen| view.glance(&asked, &seen)) {
                loads.push(glance.load);
                prospects.extend(glance.prospect.map(|prospect| (place, prospect)));
            }
        }
        asked.usual_load = usual(&asked, &view.near, loads.into_iter());
        let mut order: Vec<_> =
            prospects.iter().map(|(place, prospect)| (view.at_most(&asked, prospect), *place)).collect();
        order.sort_unstable_by(|(one, _), (other, _)| one.order(other));

        let people: Vec<OnceCell<Box<Person<'_>>>> = order.iter().map(|_| OnceCell::new()).collect();
        let (mut found, mut best): (Vec<_>, Vec<Floor>) = (Vec::new(), Vec::new());
        for ((at_most, place), cell) in order.iter().zip(&people) {
            let floor = best.get(limit - 1).copied();
            if floor.is_some_and(|floor| floor.is_above(at_most)) {
                break;
            }
            let Some(candidate) = self.candidate_at(*place, hull, reach) else { continue };
            let person = &**cell.get_or_init(|| Box::new(person(&asked, &days, &candidate)));
            if let Some(time) = best_time(&asked, &days, person, floor) {
                if limit < order.len() {
                    let reached = time.merit().floor();
                    best.insert(best.partition_point(|other| other.is_above(&reached)), reached);
                    best.truncate(limit);
                }
                found.push((time, person));
            }
        }
        ranking.matches = top(&asked, found, limit);
        ranking
    }

    /// Whom no rule stands against and who may go as far as the venue, from home or from a trip within a stretch of time.
    fn going_there(&self, need: &Need<'_>, reach: &Reach<'_>, time: Interval) -> Bits {
        let fitting = self.fitting(need, reach);
        let Some(venue) = need.place.filter(|_| need.on_site()).map(Point::of) else { return fitting };
        let mut going = Bits::default();
        for place in fitting.ones() {
            if self.caps[place].holds(self.homes[place], venue) {
                going.put(place, true);
            }
        }
        for stay in &self.stays {
            if stay.cap.holds(stay.at, venue) && stay.time.overlaps(&time) {
                going.put(stay.place, true);
            }
        }
        going.keep(&fitting);
        going
    }

    /// What is looked at first of a trainer, for needs that could be taught within `hull`.
    fn seen(&self, place: usize, hull: Interval) -> Option<Seen<'_>> {
        let Member { entry, stays, towns, briefs, .. } = self.members.get(place)?.as_ref()?;
        Some(Seen {
            trainer: &entry.trainer.details,
            joined: entry.trainer.record.created_at,
            home: self.homes[place],
            trips: &entry.trips,
            stays,
            towns,
            commitments: &briefs[self.near(&entry.commitments, hull)],
        })
    }

    /// Everybody whom a network may ask and who cannot come, smaller id first, each with every rule that stands in the way
    /// at the time that comes nearest.
    pub fn explain(&self, need: &Need<'_>, reach: &Reach<'_>, now: Timestamp) -> Vec<NoMatch> {
        let mut asked = Asked::new(need, now);
        let days = asked.slots();
        asked.beyond_km = beyond(&asked, &days);
        let hull = search::hull(&days).unwrap_or(self.horizon);
        let places: Vec<_> = self.within_reach(reach).ones().collect();
        let explained = |places: &[usize]| {
            let mut ruled_out = Vec::with_capacity(places.len());
            // A few at a time stay in the processor's cache.
            for places in places.chunks(64) {
                let candidates = places.iter().filter_map(|place| self.candidate_at(*place, hull, reach));
                let people: Vec<_> = candidates.map(|candidate| person(&asked, &days, &candidate)).collect();
                let others = people.iter().filter(|person| !can_come(&asked, &days, person));
                ruled_out.extend(others.map(|person| no_match(&asked, &days, person)));
            }
            ruled_out
        };
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let shares = places.chunks(places.len().div_ceil(processors).max(FEW));
        let mut ruled_out = if places.len() <= FEW {
            explained(&places)
        } else {
            std::thread::scope(|scope| {
                let parts: Vec<_> = shares.map(|share| scope.spawn(|| explained(share))).collect();
                let whole = |part: std::thread::ScopedJoinHandle<'_, _>| {
                    part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                parts.into_iter().flat_map(whole).collect()
            })
        };
        ruled_out.sort_unstable_by_key(|no_match| no_match.trainer);
        ruled_out
    }

    /// One trainer alone: their best time, or every rule that stands in the way. Nobody when the network may not ask them.
    pub fn rank_one(&self, need: &Need<'_>, reach: &Reach<'_>, trainer: TrainerId, now: Timestamp) -> Ranking {
        let seen = self.get(trainer).is_some_and(|entry| reach.sees(&entry.trainer));
        let always = Interval { start: Timestamp::MIN, end: Timestamp::MAX };
        let candidates: Vec<_> = seen.then(|| self.candidate(trainer, always, reach)).flatten().into_iter().collect();
        crate::rank(need, &candidates, now)
    }

    /// Works out the smallest set of changes that lets each of these in, which takes milliseconds for each of them; for the first of
    /// them only, where preferences are so wide that it takes longer.
    pub fn relax(&self, need: &Need<'_>, reach: &Reach<'_>, no_matches: &mut [NoMatch], now: Timestamp) {
        let always = Interval { start: Timestamp::MIN, end: Timestamp::MAX };
        let effort = Effort::default();
        for no_match in no_matches {
            let candidate = self.candidate(no_match.trainer, always, reach);
            no_match.reasons.relaxations = candidate.and_then(|candidate| relax(need, &candidate, now, &effort));
        }
    }

    /// A trainer as [`crate::place`] and its kin take them, for needs that could be taught within `hull`.
    pub fn candidate(&self, trainer: TrainerId, hull: Interval, reach: &Reach<'_>) -> Option<Candidate<'_>> {
        self.candidate_at(*self.places.get(&trainer)?, hull, reach)
    }

    fn candidate_at(&self, place: usize, hull: Interval, reach: &Reach<'_>) -> Option<Candidate<'_>> {
        let Member { entry, free, stays, .. } = self.members.get(place)?.as_ref()?;
        let calendar = if self.horizon.contains(&hull) {
            let first = partition(free, self.guess(free, hull.start), |each| each.end <= hull.start);
            let last = partition(free, self.guess(free, hull.end), |each| each.start < hull.end);
            Calendar::Expanded { free: &free[first..last.max(first)], busy: &entry.busy, stays }
        } else {
            Calendar::Said { statements: &entry.availability, busy: &entry.busy }
        };
        let commitments = &entry.commitments[self.near(&entry.commitments, hull)];
        Some(Candidate { calendar, commitments, ..entry.candidate(reach) })
    }

    /// Where an instant stands in something that is spread evenly over the horizon.
    fn guess<T>(&self, sorted: &[T], at: Timestamp) -> usize {
        let whole = self.horizon.end.as_second() - self.horizon.start.as_second();
        let part = at.as_second().saturating_sub(self.horizon.start.as_second()).clamp(0, whole);
        let place = i128::from(part) * sorted.len() as i128 / i128::from(whole.max(1));
        usize::try_from(place).unwrap_or(0)
    }

    /// Which of sorted commitments may matter around a range.
    fn near(&self, commitments: &[Commitment], range: Interval) -> Range<usize> {
        let from = range.start.checked_sub(NEAR).unwrap_or(Timestamp::MIN);
        let until = range.end.checked_add(NEAR).unwrap_or(Timestamp::MAX);
        let begun_by = |at| partition(commitments, self.guess(commitments, at), |each| each.work.start < at);
        begun_by(from)..begun_by(until)
    }

    /// Roughly how many bytes of memory the pool takes.
    pub fn bytes(&self) -> usize {
        let of_member = |member: &Member| {
            let details = &member.entry.trainer.details;
            let texts = details.name.capacity() + details.languages.iter().map(String::capacity).sum::<usize>();
            texts
                + size_of_val(&member.free[..])
                + size_of_val(&member.briefs[..])
                + size_of_val(&member.stays[..])
                + size_of_val(&member.towns[..])
                + size_of_val(&member.entry.availability[..]) * 2
                + size_of_val(&member.entry.busy[..])
                + size_of_val(&member.entry.commitments[..])
                + size_of_val(&member.entry.trips[..]) * 2
                + size_of_val(&details.topics[..])
                + size_of_val(&details.workshops[..])
                + size_of_val(&details.fees[..])
                + size_of_val(&details.languages[..])
        };
        let each = size_of::<Option<Member>>() + size_of::<Point>() + size_of::<Cap>();
        let stays = size_of_val(&self.stays[..]);
        let maps = 4 + self.networks.len() + 3 * self.topics.len() + self.workshops.len() + self.languages.len() + 3;
        let members: usize = self.members.iter().flatten().map(of_member).sum();
        members + stays + self.members.len() * each + maps * self.members.len() / 8
    }
}

/// No way to a workshop, with its nights, takes longer; and what is further than 28 days from a time makes no difference.
const NEAR: SignedDuration = SignedDuration::from_hours((28 + 14) * 24);

/// [`slice::partition_point`], sought from a place near it: memory is touched there alone.
fn partition<T>(sorted: &[T], guess: usize, is_before: impl Fn(&T) -> bool) -> usize {
    let (mut low, mut high, mut step) = (guess.min(sorted.len()), guess.min(sorted.len()), 1);
    while high < sorted.len() && is_before(&sorted[high]) {
        low = high + 1;
        high = (high + step).min(sorted.len());
        step *= 2;
    }
    if low == high {
        step = 1;
        while low > 0 && !is_before(&sorted[low - 1]) {
            high = low - 1;
            low = high.saturating_sub(step);
            step *= 2;
        }
    }
    low + sorted[low..high].partition_point(is_before)
}

fn horizon(now: Timestamp) -> Interval {
    Interval {
        start: now.checked_sub(BEHIND).unwrap_or(Timestamp::MIN),
        end: now.checked_add(AHEAD).unwrap_or(Timestamp::MAX),
    }
}

const _: () = {
    // Levels and formats are places in arrays.
    assert!(<packhorse_domain::Level as Word>::ALL.len() == 3 && <Format as Word>::ALL.len() == 3);
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_partition_is_found_from_wherever_it_is_sought(
            mut numbers in prop::collection::vec(0u8..50, 0..60), guess in 0usize..80, bound in 0u8..52,
        ) {
            numbers.sort_unstable();
            let expected = numbers.partition_point(|n| *n < bound);
            prop_assert_eq!(partition(&numbers, guess, |n| *n < bound), expected);
        }
    }
}
