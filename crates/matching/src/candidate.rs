//! A trainer with their calendar, and the same made ready for one need.

use std::{borrow::Cow, cell::OnceCell};

use jiff::{SignedDuration, civil::Date};
use packhorse_calendar::{
    free,
    intervals::{normalize, touches},
};
use packhorse_domain::{
    Coordinates, Interval, Km, Money, Timestamp,
    availability::AvailabilityDetails,
    commitment::Commitment,
    id::{OfferId, TrainerId},
    trainer::{Customers, Fee, TrainerDetails},
    trip::Trip,
};

use crate::{
    need::{Asked, Day, FORTNIGHT},
    objectives::fit,
    price::honorarium,
    prospect::least,
    rules::{Broken, Rule, of_trainer},
    sphere::{Point, Spot},
    travel::{Bases, Leg, apart, day_of},
};

/// A trainer who may be asked, with what is known of their time.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Their id.
    pub id: TrainerId,
    /// Who they are.
    pub trainer: &'a TrainerDetails,
    /// Since when they are in the pool.
    pub joined: Timestamp,
    /// What the network that asks is to them.
    pub customer: Customers,
    /// When they are free.
    pub calendar: Calendar<'a>,
    /// Their active commitments, in any order. Holds that have run out do not count.
    pub commitments: &'a [Commitment],
    /// Their trips, in any order. On a date of two the earlier one counts.
    pub trips: &'a [Trip],
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
        /// When each trip is, tack-on days included, in the order of the trips.
        stays: &'a [Option<Interval>],
    },
}

impl<'a> Calendar<'a> {
    /// When each trip is.
    fn stays(self, trips: &[Trip]) -> Cow<'a, [Option<Interval>]> {
        match self {
            Self::Said { .. } => trips.iter().map(|trip| trip.details.period()).collect(),
            Self::Expanded { stays, .. } => stays.into(),
        }
    }

    /// What is free within `range`, or more, and what is busy from `around` on; both normalized.
    fn within(self, range: Interval, around: Interval) -> (Cow<'a, [Interval]>, Cow<'a, [Interval]>) {
        match self {
            Self::Said { statements, busy } => {
                let near = busy.iter().copied().filter(|busy| busy.overlaps(&around)).collect();
                (free(statements, range).into(), normalize(near).into())
            }
            Self::Expanded { free, busy, .. } => {
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
    /// The trip they are on then.
    pub(crate) trip: Option<usize>,
    near: OnceCell<Option<Box<Near<'a>>>>,
}

/// What is needed of a commitment that is a neighbor of new work on site.
#[derive(Debug)]
pub(crate) struct Near<'a> {
    /// The drive between it and the venue.
    direct: Leg,
    pub(crate) day: Day<'a>,
}

/// Where a trainer's ways begin and end, on some dates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base<'a> {
    /// The trip they are on; none when they are at home.
    pub(crate) trip: Option<&'a Trip>,
    /// Great-circle kilometers to the venue.
    pub(crate) km: f64,
    /// The drive to the venue.
    pub(crate) leg: Leg,
    /// Whether the venue is further away than they go.
    pub(crate) is_too_far: bool,
}

/// One day of a candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today<'a> {
    pub(crate) day: &'a Day<'a>,
    pub(crate) base: Base<'a>,
    /// Minutes they teach already.
    pub(crate) teaches: u32,
    /// Their fee; staff trainers have none, and one in another currency than the network's counts as none, having broken
    /// a rule.
    pub(crate) fee: Option<&'a Fee>,
}

/// How much the load of somebody counts who joined so long ago. By whole days, so that an answer is the same a moment later.
pub(crate) fn settled(since: SignedDuration) -> f64 {
    i32::try_from(since.as_hours() / 24).map_or(1.0, |days| (f64::from(days) / 90.0).clamp(0.0, 1.0))
}

/// The time around a range in which commitments and trips can still make a difference.
pub(crate) fn around(range: Interval) -> Interval {
    Interval {
        start: range.start.checked_sub(FORTNIGHT * 2).unwrap_or(Timestamp::MIN),
        end: range.end.checked_add(FORTNIGHT * 2).unwrap_or(Timestamp::MAX),
    }
}

/// The lowest fee there is; none where they may cost nothing.
pub(crate) fn cheapest<'a>(asked: &Asked<'_>, trainer: &'a TrainerDetails) -> Option<&'a Fee> {
    let known = |fee: &Fee| [fee.per_workshop, fee.per_hour].iter().all(|money| money.currency == asked.need.currency);
    let is_paid = trainer.fees.iter().any(|fee| fee.customers == Customers::Anyone) && trainer.fees.iter().all(known);
    let fees = trainer.fees.iter().filter(|_| is_paid);
    fees.min_by_key(|fee| honorarium(fee, asked.need.details.duration()))
}

/// A candidate made ready for one need.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    pub(crate) id: TrainerId,
    pub(crate) trainer: &'a TrainerDetails,
    /// What they break whenever it takes place.
    pub(crate) broken: Broken,
    home: Base<'a>,
    /// One for each trip near.
    away: Vec<Base<'a>>,
    pub(crate) fit: f64,
    /// How much their load counts, 0 for somebody new to 1.
    pub(crate) settled: f64,
    customer: Customers,
    /// When they are free, as far as that was asked for; normalized.
    pub(crate) free: Cow<'a, [Interval]>,
    /// When they are away on business of their own; normalized.
    pub(crate) busy: Cow<'a, [Interval]>,
    /// Sorted by time; the works share no instant.
    pub(crate) kept: Vec<Kept<'a>>,
    bases: Bases<'a>,
}

impl<'a> Person<'a> {
    /// Without a calendar, which [`Self::with_calendar`] adds: enough for the rules that need none.
    ///
    /// `hull` holds every time at which they may be asked.
    pub(crate) fn new(asked: &Asked<'a>, candidate: &Candidate<'a>, hull: Option<Interval>) -> Self {
        let (need, trainer) = (asked.need, candidate.trainer);
        let bases = {
            let stays = candidate.calendar.stays(candidate.trips);
            let stays = candidate.trips.iter().zip(stays.iter().copied());
            let range = hull.map(around);
            let is_near = |(_, period): &(&Trip, Option<Interval>)| {
                range.is_none_or(|range| period.is_some_and(|period| period.overlaps(&range)))
            };
            Bases::new(trainer, need.policy, need.roads, stays.filter(is_near))
        };
        let venue = need.place.filter(|_| need.on_site());
        let from = |trip: Option<&Trip>| match trip {
            Some(trip) => (trip.details.place.coordinates, trip.details.radius_km),
            None => (trainer.home_base.coordinates, trainer.travel_radius_km),
        };
        // At least so many kilometers, if that says all there is to say.
        let surely_beyond = |from: Coordinates, radius_km: f64| {
            let venue = asked.venue.filter(|_| asked.beyond_km.is_finite())?;
            let km = Point::of(from).km_at_least(venue.point);
            (km > radius_km && km > asked.beyond_km).then_some(Km(km))
        };
        let is_hopeless = std::iter::once(None)
            .chain(bases.trips().map(Some))
            .map(from)
            .all(|(from, radius_km)| surely_beyond(from, radius_km).is_some());
        let base = |trip: Option<&'a Trip>| {
            let Some(venue) = venue else { return Base { trip, km: 0.0, leg: Leg::default(), is_too_far: false } };
            let (from, radius_km) = from(trip);
            let direct =
                surely_beyond(from, radius_km).filter(|_| is_hopeless).unwrap_or_else(|| from.distance(&venue));
            let measured = need.roads.and_then(|roads| roads.between(from, venue));
            let (km, minutes) = measured.unwrap_or_else(|| need.policy.travel.road(direct));
            Base { trip, km: direct.0, leg: Leg { km: km.0, minutes }, is_too_far: direct.0 > radius_km }
        };
        let home = base(None);
        let away: Vec<_> = bases.trips().map(|trip| base(Some(trip))).collect();
        let mut broken = of_trainer(need, trainer);
        broken.add_if(home.is_too_far && away.iter().all(|away| away.is_too_far), Rule::TravelRadius);
        Self {
            id: candidate.id,
            trainer,
            broken,
            home,
            away,
            fit: fit(need.details, need.workshop, trainer),
            settled: settled(asked.now.duration_since(candidate.joined)),
            customer: candidate.customer,
            free: Cow::Borrowed(&[]),
            busy: Cow::Borrowed(&[]),
            kept: Vec::new(),
            bases,
        }
    }

    /// With what is known of their time around `range`.
    pub(crate) fn with_calendar(mut self, asked: &Asked<'_>, candidate: &Candidate<'a>, range: Interval) -> Self {
        let around = around(range);
        let near = candidate.commitments.iter().filter(|commitment| commitment.taken.overlaps(&around));
        self.kept.reserve(candidate.commitments.len());
        self.kept.extend(near.map(|commitment| {
            let Commitment { work, taken, .. } = *commitment;
            let trip = self.bases.of(commitment, &asked.rules);
            Kept { commitment, work, taken, trip, near: OnceCell::new() }
        }));
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

    /// When they are free within a stretch of time: what of it touches that.
    pub(crate) fn free_within(&self, time: &Interval) -> &[Interval] {
        let first = self.free.partition_point(|free| free.end <= time.start);
        let rest = &self.free[first..];
        // Few: a stretch is a day.
        &rest[..rest.iter().take_while(|free| free.start < time.end).count()]
    }

    /// Whether business of their own falls into a stretch of time.
    pub(crate) fn is_busy(&self, time: &Interval) -> bool {
        touches(&self.busy, time)
    }

    /// Drops commitments that do not count. Those beside them take what they take without them.
    fn leave_out(&mut self, asked: &Asked<'_>, counts: impl Fn(&Commitment) -> bool) {
        let overnight = self.trainer.travels_overnight;
        let rejoined = |left: &mut Vec<Kept<'a>>, mut next: Option<&mut Kept<'a>>| {
            let pair = [left.last().map(|kept| kept.commitment), next.as_ref().map(|kept| kept.commitment)];
            let [end, start] = apart(&self.bases, &asked.rules, asked.need.policy, overnight, pair);
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
            base: self.base(day),
            teaches: on_it.map(|kept| kept.work.minutes().0).sum(),
            fee: self.trainer.fee_on(day.date, self.customer).filter(known),
        }
    }

    /// Where their ways begin and end on a date.
    pub(crate) fn base(&self, day: &Day<'_>) -> Base<'a> {
        self.bases.on(day.noon).and_then(|trip| self.away.get(trip)).copied().unwrap_or(self.home)
    }

    /// Where their ways begin and end, trips near included.
    pub(crate) fn all_bases(&self) -> impl Iterator<Item = &Base<'a>> {
        std::iter::once(&self.home).chain(&self.away)
    }

    /// Trips near.
    pub(crate) fn trips(&self) -> impl Iterator<Item = &'a Trip> {
        self.bases.trips()
    }

    /// At home, whatever trips there are.
    pub(crate) fn home(&self) -> &Base<'a> {
        &self.home
    }

    /// What is needed of a neighbor, and the drive between it and new work on a date. Nothing at the ends of the calendar.
    pub(crate) fn near(&'a self, asked: &Asked<'a>, kept: &'a Kept<'a>, day: &Day<'_>) -> Option<(&'a Near<'a>, Leg)> {
        let venue = asked.need.place.filter(|_| asked.need.on_site());
        let site = self.bases.site(kept.commitment, kept.trip);
        let direct = |to| Leg::between(&self.bases.roads, site, to);
        let near = kept.near.get_or_init(|| {
            let day = day_of(kept.commitment, &asked.rules, asked.need.policy)?;
            Some(Box::new(Near { direct: venue.map_or(Leg::default(), direct), day }))
        });
        let near = near.as_deref()?;
        // What is virtual is taught wherever they sleep.
        Some((near, if venue.is_some() { near.direct } else { direct(self.bases.place(self.bases.on(day.noon))) }))
    }

    /// The drive between where they sleep and a commitment.
    pub(crate) fn base_leg(&self, kept: &Kept<'_>) -> Leg {
        self.bases.leg(kept.commitment, kept.trip)
    }

    /// Nights that a trip grows by for new work on a date, beside what it grows by already: those between its own days and
    /// that date.
    pub(crate) fn tacked_on(&self, day: &Day<'_>) -> u32 {
        let Some((n, trip)) = self.bases.on(day.noon).and_then(|n| Some((n, &self.bases.trips().nth(n)?.details)))
        else {
            return 0;
        };
        if trip.from <= day.date && day.date <= trip.until {
            return 0;
        }
        let nights = |date: Date, is_after: bool| {
            let days = if is_after { trip.until.until(date) } else { date.until(trip.from) };
            days.map_or(0, |days| u32::try_from(days.get_days()).unwrap_or(0))
        };
        let is_after = day.date > trip.until;
        let rules = trip.time_zone.rules();
        let grown = self.kept.iter().filter(|kept| kept.trip == Some(n));
        let grown = grown.map(|kept| nights(rules.to_datetime(kept.work.start).date(), is_after)).max().unwrap_or(0);
        nights(day.date, is_after).saturating_sub(grown)
    }

    /// Less than what any time costs, in minor units, told without geodesics: the lowest fee, and the drive from the
    /// nearest of the places they could come from, and back home where nothing is near that they could go on to.
    pub(crate) fn costs_at_least(&self, asked: &Asked<'_>) -> i64 {
        if !asked.need.policy.subsidies.is_empty() || asked.need.roads.is_some() {
            return 0;
        }
        let honorarium = cheapest(asked, self.trainer).map(|fee| honorarium(fee, asked.need.details.duration()));
        let rate = asked.need.policy.rates.iter().map(|rates| rates.mileage_minor_per_100_miles).min();
        let drive = asked.need.place.filter(|_| asked.need.on_site()).map_or(0.0, |venue| {
            let venue = Point::of(venue);
            let sites = self.kept.iter().map(|kept| self.bases.site(kept.commitment, kept.trip));
            let nearest = sites.map(|site| Point::of(site).km_at_least(venue)).fold(f64::INFINITY, f64::min);
            let nearest = self.all_bases().map(|base| base.km).fold(nearest, f64::min);
            let drives = if self.kept.is_empty() { 2.0 } else { 1.0 };
            drives * asked.need.policy.travel.road(Km(nearest)).0.0
        });
        let mileage = Money::per_hundred(rate.unwrap_or(0), Km(drive).miles(), asked.need.currency).amount_minor;
        // A rounding may come between.
        honorarium.unwrap_or(0) + (mileage - 1).max(0)
    }

    /// The least driving there and back on a day on which something is beside it: at least the way there, from where they
    /// sleep or from the commitment before it.
    pub(crate) fn least_way(&self, asked: &Asked<'_>, base: Leg, slots: &Interval) -> Leg {
        let first = self.following(slots.start).saturating_sub(1);
        let beside = self.kept[first..].iter().take_while(|kept| kept.work.start < slots.end);
        let sites = beside.map(|kept| least(asked, Spot::of(self.bases.site(kept.commitment, kept.trip))));
        sites.fold(base, |one, other| Leg { km: one.km.min(other.km), minutes: one.minutes.min(other.minutes) })
    }

    /// Commitments that begin from 14 days before to 14 days after a date.
    pub(crate) fn load(&self, day: &Day<'_>) -> usize {
        self.load_within(&day.near)
    }

    /// Commitments that begin within a stretch of time.
    pub(crate) fn load_within(&self, time: &Interval) -> usize {
        let begun_by = |at: Timestamp| self.kept.partition_point(|kept| kept.work.start < at);
        begun_by(time.end) - begun_by(time.start)
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
                let is_away = || self.bases.site(first.commitment, first.trip) != self.bases.place(first.trip);
                first.taken.end == first.work.end && is_away()
            })
    }
}
