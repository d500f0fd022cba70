//! A trainer with their calendar, and the same made ready for one need.

use std::cell::OnceCell;

use jiff::SignedDuration;
use packhorse_calendar::free;
use packhorse_domain::{
    Interval, Timestamp,
    availability::AvailabilityDetails,
    commitment::{Commitment, Roads},
    id::{OfferId, TrainerId},
    trainer::TrainerDetails,
};

use crate::{
    need::{Asked, Day},
    objectives::fit,
    rules::{Broken, of_trainer},
    travel::{Leg, day_of, roads},
};

/// A trainer who may be asked, with what is known of their time.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Their id.
    pub id: TrainerId,
    /// Who they are.
    pub trainer: &'a TrainerDetails,
    /// Every statement about their time.
    pub availability: &'a [AvailabilityDetails],
    /// Their active commitments, in any order. Holds that have run out do not count.
    pub commitments: &'a [Commitment],
    /// The offer under decision, when one is accepted or its booking moved: what it takes does not stand in its own way.
    pub deciding: Option<OfferId>,
}

/// A commitment that counts, with what was worked out about it.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    pub(crate) commitment: &'a Commitment,
    near: OnceCell<Option<Box<Near<'a>>>>,
}

/// What is needed of a commitment that is a neighbor of the new work.
#[derive(Debug)]
pub(crate) struct Near<'a> {
    pub(crate) home: Leg,
    /// The drive between it and the new work.
    pub(crate) direct: Leg,
    pub(crate) day: Day<'a>,
}

/// A candidate made ready for one need.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    pub(crate) id: TrainerId,
    pub(crate) trainer: &'a TrainerDetails,
    /// What they break whenever it takes place.
    pub(crate) broken: Broken,
    /// Great-circle kilometers from home to the venue.
    pub(crate) home_km: f64,
    /// The drive from home to the venue.
    pub(crate) home: Leg,
    pub(crate) fit: f64,
    /// When they are free, as far as that was asked for; normalized.
    pub(crate) free: Vec<Interval>,
    /// Sorted by time; the works share no instant.
    pub(crate) kept: Vec<Kept<'a>>,
    roads: Roads,
}

/// Commitments this far from the new work count as load.
const NEAR: SignedDuration = SignedDuration::from_hours(14 * 24);

impl<'a> Person<'a> {
    /// Without a calendar, which [`Self::with_calendar`] adds: enough for the rules that need none.
    pub(crate) fn new(asked: &Asked<'_>, candidate: &Candidate<'a>) -> Self {
        let (need, trainer) = (asked.need, candidate.trainer);
        let roads = roads(trainer, need.policy);
        let (home_km, home) = match need.place.filter(|_| need.on_site()) {
            Some(place) => {
                let direct = roads.home.distance(&place);
                let (km, minutes) = need.policy.travel.road(direct);
                (direct.0, Leg { km: km.0, minutes })
            }
            None => (0.0, Leg::default()),
        };
        Self {
            id: candidate.id,
            trainer,
            broken: of_trainer(need, trainer, home_km),
            home_km,
            home,
            fit: fit(need.details, need.workshop, trainer),
            free: Vec::new(),
            kept: Vec::new(),
            roads,
        }
    }

    /// With what is known of their time around `range`.
    pub(crate) fn with_calendar(mut self, asked: &Asked<'_>, candidate: &Candidate<'a>, range: Interval) -> Self {
        let around = Interval {
            start: range.start.checked_sub(NEAR * 2).unwrap_or(Timestamp::MIN),
            end: range.end.checked_add(NEAR * 2).unwrap_or(Timestamp::MAX),
        };
        let counts = |commitment: &&Commitment| {
            commitment.expires_at.is_none_or(|end| asked.now < end)
                && Some(commitment.cause.offer) != candidate.deciding
                && (commitment.taken.overlaps(&around) || commitment.work.overlaps(&around))
        };
        let kept = candidate.commitments.iter().filter(counts);
        self.kept = kept.map(|commitment| Kept { commitment, near: OnceCell::new() }).collect();
        self.kept.sort_by_key(|kept| kept.commitment.work.start);
        self.free = free(candidate.availability, range);
        self
    }

    /// What is needed of a neighbor. Nothing at the ends of the calendar.
    pub(crate) fn near(&self, asked: &Asked<'a>, kept: &'a Kept<'a>) -> Option<&'a Near<'a>> {
        let near = kept.near.get_or_init(|| {
            let at = kept.commitment.place.unwrap_or(self.roads.home);
            let here = asked.need.place.filter(|_| asked.need.on_site()).unwrap_or(self.roads.home);
            Some(Box::new(Near {
                home: Leg::between(&self.roads, self.roads.home, at),
                direct: Leg::between(&self.roads, at, here),
                day: day_of(kept.commitment, &asked.rules, asked.need.policy)?,
            }))
        });
        near.as_deref()
    }

    /// Whether they go straight from one commitment to the next: nothing is reckoned for a way home after the first.
    pub(crate) fn is_linked(&self, first: &Commitment) -> bool {
        first.taken.end == first.work.end && first.place.is_some_and(|place| place != self.roads.home)
    }

    /// Commitments that begin from 14 days before to 14 days after a date.
    pub(crate) fn load(&self, day: &Day<'_>) -> usize {
        let from = day.midnight.checked_sub(NEAR).unwrap_or(Timestamp::MIN);
        let until = day.next_midnight.checked_add(NEAR).unwrap_or(Timestamp::MAX);
        let begun_by = |at: Timestamp| self.kept.partition_point(|kept| kept.commitment.work.start < at);
        begun_by(until) - begun_by(from)
    }

    /// Minutes they teach on a date already.
    pub(crate) fn teaches(&self, day: &Day<'_>) -> u32 {
        let first = self.kept.partition_point(|kept| kept.commitment.work.start < day.midnight);
        let on = self.kept[first..].iter().take_while(|kept| kept.commitment.work.start < day.next_midnight);
        on.map(|kept| kept.commitment.work.minutes().0).sum()
    }
}
