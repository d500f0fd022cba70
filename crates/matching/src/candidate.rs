//! A trainer with their calendar, and the same made ready for one need.

use std::{borrow::Cow, cell::OnceCell};

use packhorse_calendar::{free, intervals::normalize};
use packhorse_domain::{
    Interval, Timestamp,
    availability::AvailabilityDetails,
    commitment::{Commitment, Roads},
    id::{OfferId, TrainerId},
    trainer::{Fee, TrainerDetails},
};

use crate::{
    need::{Asked, Day, FORTNIGHT},
    objectives::fit,
    rules::{Broken, of_trainer},
    travel::{Leg, apart, day_of, roads},
};

/// A trainer who may be asked, with what is known of their time.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Their id.
    pub id: TrainerId,
    /// Who they are.
    pub trainer: &'a TrainerDetails,
    /// When they are free.
    pub calendar: Calendar<'a>,
    /// Their active commitments, in any order. Holds that have run out do not count.
    pub commitments: &'a [Commitment],
    /// The offer under decision, when one is accepted or its booking moved: what it takes does not stand in its own way.
    pub deciding: Option<OfferId>,
}

/// When a trainer is free.
#[derive(Debug, Clone, Copy)]
pub enum Calendar<'a> {
    /// As it was said.
    Said {
        /// Every statement about their time.
        statements: &'a [AvailabilityDetails],
        /// When imported calendars say that they are busy, in any order. Neither a workshop nor the way to one touches it.
        busy: &'a [Interval],
    },
    /// Worked out already.
    ///
    /// Invariant: both are normalized, and `free` is complete wherever the need could be taught.
    Expanded {
        /// What every statement together leaves free.
        free: &'a [Interval],
        /// As above.
        busy: &'a [Interval],
    },
}

impl<'a> Calendar<'a> {
    /// What is free within `range`, or more, and what is busy from `around` on; both normalized.
    fn within(self, range: Interval, around: Interval) -> (Cow<'a, [Interval]>, Cow<'a, [Interval]>) {
        match self {
            Self::Said { statements, busy } => {
                let near = busy.iter().copied().filter(|busy| busy.overlaps(&around)).collect();
                (free(statements, range).into(), normalize(near).into())
            }
            Self::Expanded { free, busy } => {
                (free[free.partition_point(|each| each.end <= range.start)..].into(), busy.into())
            }
        }
    }
}

/// A commitment that counts, with what was worked out about it.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    pub(crate) commitment: &'a Commitment,
    /// That of the commitment, at hand.
    pub(crate) work: Interval,
    /// That of the commitment, unless something beside it does not count.
    pub(crate) taken: Interval,
    near: OnceCell<Option<Box<Near<'a>>>>,
}

/// What is needed of a commitment that is a neighbor of the new work.
#[derive(Debug)]
pub(crate) struct Near<'a> {
    /// The drive between it and the new work.
    pub(crate) direct: Leg,
    pub(crate) day: Day<'a>,
}

/// One day of a candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today<'a> {
    pub(crate) day: &'a Day<'a>,
    /// Minutes they teach already.
    pub(crate) teaches: u32,
    /// Their fee; staff trainers have none, and one in another currency than the network's counts as none, having broken
    /// a rule.
    pub(crate) fee: Option<&'a Fee>,
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
    pub(crate) free: Cow<'a, [Interval]>,
    /// When they are away on business of their own; normalized.
    pub(crate) busy: Cow<'a, [Interval]>,
    /// Sorted by time; the works share no instant.
    pub(crate) kept: Vec<Kept<'a>>,
    roads: Roads,
}

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
            free: Cow::Borrowed(&[]),
            busy: Cow::Borrowed(&[]),
            kept: Vec::new(),
            roads,
        }
    }

    /// With what is known of their time around `range`.
    pub(crate) fn with_calendar(mut self, asked: &Asked<'_>, candidate: &Candidate<'a>, range: Interval) -> Self {
        let around = Interval {
            start: range.start.checked_sub(FORTNIGHT * 2).unwrap_or(Timestamp::MIN),
            end: range.end.checked_add(FORTNIGHT * 2).unwrap_or(Timestamp::MAX),
        };
        let near = |commitment: &&Commitment| commitment.taken.overlaps(&around);
        let kept = |commitment: &'a Commitment| {
            let Commitment { work, taken, .. } = *commitment;
            Kept { commitment, work, taken, near: OnceCell::new() }
        };
        self.kept = candidate.commitments.iter().filter(near).map(kept).collect();
        self.kept.sort_by_key(|kept| kept.work.start);
        let counts = |commitment: &Commitment| {
            commitment.expires_at.is_none_or(|end| asked.now < end)
                && Some(commitment.cause.offer) != candidate.deciding
        };
        if !self.kept.iter().all(|kept| counts(kept.commitment)) {
            self.leave_out(asked, counts);
        }
        (self.free, self.busy) = candidate.calendar.within(range, around);
        self
    }

    /// Whether business of their own falls into a stretch of time.
    pub(crate) fn is_busy(&self, time: &Interval) -> bool {
        let next = self.busy.partition_point(|busy| busy.end <= time.start);
        self.busy.get(next).is_some_and(|busy| busy.overlaps(time))
    }

    /// Drops commitments that do not count. Those beside them take what they take without them.
    fn leave_out(&mut self, asked: &Asked<'_>, counts: impl Fn(&Commitment) -> bool) {
        let overnight = self.trainer.travels_overnight;
        let rejoined = |left: &mut Vec<Kept<'a>>, mut next: Option<&mut Kept<'a>>| {
            let pair = [left.last().map(|kept| kept.commitment), next.as_ref().map(|kept| kept.commitment)];
            let [end, start] = apart(&self.roads, &asked.rules, asked.need.policy, overnight, pair);
            if let (Some(previous), Some(end)) = (left.last_mut(), end) {
                previous.taken.end = end;
            }
            if let (Some(next), Some(start)) = (next.as_mut(), start) {
                next.taken.start = start;
            }
        };
        let (mut left, mut is_gap) = (Vec::with_capacity(self.kept.len()), false);
        for mut kept in std::mem::take(&mut self.kept) {
            if !counts(kept.commitment) {
                is_gap = true;
                continue;
            }
            if std::mem::take(&mut is_gap) {
                rejoined(&mut left, Some(&mut kept));
            }
            left.push(kept);
        }
        if is_gap {
            rejoined(&mut left, None);
        }
        self.kept = left;
    }

    /// One day of theirs.
    pub(crate) fn today(&self, asked: &Asked<'_>, day: &'a Day<'a>) -> Today<'a> {
        let first = self.kept.partition_point(|kept| kept.work.start < day.midnight);
        let on_it = self.kept[first..].iter().take_while(|kept| kept.work.start < day.next_midnight);
        let known =
            |fee: &&Fee| [fee.per_workshop, fee.per_hour].iter().all(|money| money.currency == asked.need.currency);
        Today {
            day,
            teaches: on_it.map(|kept| kept.work.minutes().0).sum(),
            fee: self.trainer.fee_on(day.date).filter(known),
        }
    }

    /// What is needed of a neighbor. Nothing at the ends of the calendar.
    pub(crate) fn near(&'a self, asked: &Asked<'a>, kept: &'a Kept<'a>) -> Option<&'a Near<'a>> {
        let near = kept.near.get_or_init(|| {
            let at = kept.commitment.place.unwrap_or(self.roads.home);
            let here = asked.need.place.filter(|_| asked.need.on_site()).unwrap_or(self.roads.home);
            let day = day_of(kept.commitment, &asked.rules, asked.need.policy)?;
            Some(Box::new(Near { direct: Leg::between(&self.roads, at, here), day }))
        });
        near.as_deref()
    }

    /// The drive between home and a commitment.
    pub(crate) fn home_leg(&self, commitment: &Commitment) -> Leg {
        commitment.place.map_or(Leg::default(), |place| Leg::between(&self.roads, self.roads.home, place))
    }

    /// Commitments that begin from 14 days before to 14 days after a date.
    pub(crate) fn load(&self, day: &Day<'_>) -> usize {
        let begun_by = |at: Timestamp| self.kept.partition_point(|kept| kept.work.start < at);
        begun_by(day.near.end) - begun_by(day.near.start)
    }

    /// Which commitment is the first whose work ends after an instant.
    pub(crate) fn following(&self, at: Timestamp) -> usize {
        self.kept.partition_point(|kept| kept.work.end <= at)
    }

    /// That commitment, and the one before it.
    pub(crate) fn beside(&self, following: usize) -> (Option<&Kept<'a>>, Option<&Kept<'a>>) {
        (following.checked_sub(1).and_then(|last| self.kept.get(last)), self.kept.get(following))
    }

    /// Whether they drive straight from one commitment to the next: nothing is reckoned for a way home after the first.
    pub(crate) fn is_straight(&self, first: Option<&Kept<'_>>, second: Option<&Kept<'_>>) -> bool {
        second.is_some()
            && first.is_some_and(|first| {
                first.taken.end == first.work.end && first.commitment.place.is_some_and(|at| at != self.roads.home)
            })
    }
}
