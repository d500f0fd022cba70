//! What somebody's best time is worth at most, told at a glance: without a geodesic, and without a look at single days.

use std::borrow::Cow;

use jiff::SignedDuration;
use packhorse_domain::{
    Interval, Km, Minutes, Timestamp,
    commitment::Commitment,
    trainer::{Fee, TrainerDetails},
    trip::Trip,
};

use crate::{
    candidate::{around, cheapest, settled},
    need::{Asked, Day, DaySlots, Need},
    objectives::{Facts, fit},
    placement::{basis, ceiling},
    price::Basis,
    search::{Floor, hull, near},
    sphere::{Point, Spot},
    travel::Leg,
};

/// A commitment in brief.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brief {
    /// The second in which the work begins.
    begins: i64,
    /// The first and the last second that it takes.
    taken: [i64; 2],
    expires: Timestamp,
    place: Option<Spot>,
}

impl Brief {
    pub(crate) fn of(commitment: &Commitment) -> Self {
        Self {
            begins: second(commitment.work.start),
            taken: [commitment.taken.start, commitment.taken.end].map(second),
            expires: commitment.expires_at.unwrap_or(Timestamp::MAX),
            place: commitment.place.map(Spot::of),
        }
    }
}

/// Seconds from a day within which a commitment can be part of one way with work on it.
const FAR: i64 = 4 * 24 * 3600;

/// Rounded down, before 1970 too.
fn second(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// What is looked at of somebody whom no rule stands against but, perhaps, those of place and currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'p> {
    pub(crate) trainer: &'p TrainerDetails,
    pub(crate) joined: Timestamp,
    pub(crate) home: Point,
    pub(crate) trips: &'p [Trip],
    /// When each trip is.
    pub(crate) stays: &'p [Option<Interval>],
    /// And where.
    pub(crate) towns: &'p [Point],
    /// By begin.
    pub(crate) commitments: &'p [Brief],
}

/// What can be told of somebody at a glance.
#[derive(Debug)]
pub(crate) struct Glance<'p> {
    /// Commitments within the days asked for and a fortnight around them.
    pub(crate) load: usize,
    /// Nothing when they surely cannot come.
    pub(crate) prospect: Option<Prospect<'p>>,
}

/// The best that could be.
#[derive(Debug)]
pub(crate) struct Prospect<'p> {
    fit: f64,
    settled: f64,
    /// The fewest commitments around any of the days.
    load: usize,
    /// The least driving, there and back together, by preference: the rank of the best on a day, best first. Later ones
    /// that need no less are left out.
    ways: Vec<(usize, Leg)>,
    /// The most road kilometers from home and back.
    from_home_km: f64,
    fee: Option<&'p Fee>,
}

/// A need as it is held against many at a glance.
#[derive(Debug)]
pub(crate) struct View<'a> {
    need: &'a Need<'a>,
    now: Timestamp,
    /// Where trips decide whether somebody goes so far.
    around: Interval,
    /// Trips outside are on none of the days.
    days: Interval,
    /// For each rank that is the best of a day, best first: where commitments have to take something to change a way on such
    /// a day. Two nights there, and two back, are less.
    beside: Vec<(usize, [i64; 2])>,
    /// Where commitments count as load.
    pub(crate) near: Interval,
    /// Where they do for each day, by date.
    fortnights: Vec<[i64; 2]>,
    /// A day for each of the rates there are.
    priced: Vec<&'a Day<'a>>,
}

impl<'a> View<'a> {
    /// Nothing when the need itself leaves no time open.
    pub(crate) fn new(asked: &Asked<'a>, days: &'a [DaySlots<'a>]) -> Option<Self> {
        let need = asked.need;
        let hull = hull(days)?;
        let wider = |days: i64| {
            let by = SignedDuration::from_hours(24 * days);
            let (start, end) = (hull.start.checked_sub(by), hull.end.checked_add(by));
            Interval { start: start.unwrap_or(Timestamp::MIN), end: end.unwrap_or(Timestamp::MAX) }
        };
        let open = || days.iter().filter(|day| day.best_rank.is_some()).map(|day| &day.day);
        let mut fortnights: Vec<_> = open().map(|day| [day.near.start, day.near.end].map(second)).collect();
        fortnights.sort_unstable();
        let mut priced: Vec<&Day<'_>> = Vec::new();
        for day in open() {
            if !priced.iter().any(|other| costs_alike(need, day, other)) {
                priced.push(day);
            }
        }
        let mut beside: Vec<(usize, [i64; 2])> = Vec::new();
        for (rank, day) in days.iter().filter_map(|day| Some((day.best_rank?, &day.day))) {
            let [from, until] = [second(day.midnight) - FAR, second(day.next_midnight) + FAR];
            match beside.iter_mut().find(|(other, _)| *other == rank) {
                Some((_, all)) => *all = [all[0].min(from), all[1].max(until)],
                None => beside.push((rank, [from, until])),
            }
        }
        beside.sort_unstable();
        if beside.is_empty() {
            return None;
        }
        Some(Self {
            need,
            now: asked.now,
            around: around(hull),
            days: wider(2),
            beside,
            near: near(days)?,
            fortnights,
            priced,
        })
    }

    /// Where trips decide whether somebody goes so far.
    pub(crate) fn around(&self) -> Interval {
        self.around
    }

    /// Nothing when a rule of place or currency stands in the way whenever it takes place.
    pub(crate) fn glance<'p>(&self, asked: &Asked<'_>, seen: &Seen<'p>) -> Option<Glance<'p>> {
        let trainer = seen.trainer;
        let currency = self.need.currency;
        if trainer.fees.iter().any(|fee| fee.per_workshop.currency != currency || fee.per_hour.currency != currency) {
            return None;
        }
        let home = Spot { place: trainer.home_base.coordinates, point: seen.home };
        let trips = seen.trips.iter().zip(seen.stays).zip(seen.towns).filter_map(|((trip, stay), point)| {
            let stay = stay.filter(|stay| stay.overlaps(&self.around))?;
            let details = &trip.details;
            let town = Spot { place: details.place.coordinates, point: *point };
            Some((town, details.radius_km, stay.overlaps(&self.days)))
        });
        let (mut fits, mut base, mut nearest): (_, Option<Leg>, Option<Leg>) = (false, None, None);
        for (from, radius_km, is_then) in std::iter::once((home, trainer.travel_radius_km, true)).chain(trips) {
            let leg = least(asked, from);
            nearest = Some(lesser(nearest, leg));
            if is_within(asked, from, radius_km) {
                fits = true;
                base = if is_then { Some(lesser(base, leg)) } else { base };
            }
        }
        if !fits {
            return None;
        }
        let counted = counted(seen.commitments, self.now);
        let begun_by = |at: i64| counted.partition_point(|each| each.begins < at);
        let load = begun_by(second(self.near.end)) - begun_by(second(self.near.start));
        let prospect = base.map(|base| Prospect {
            fit: fit(self.need.details, self.need.workshop, trainer),
            settled: settled(self.now.duration_since(seen.joined)),
            load: self.least_load(&counted),
            ways: self.least_ways(asked, base, nearest, &counted),
            from_home_km: 2.0 * most(asked, home),
            fee: cheapest(asked, trainer),
        });
        Some(Glance { load, prospect })
    }

    /// The least driving there and back together, by rank. One way falls to a commitment beside it when both are joined.
    fn least_ways(
        &self,
        asked: &Asked<'_>,
        base: Leg,
        nearest: Option<Leg>,
        commitments: &[Brief],
    ) -> Vec<(usize, Leg)> {
        let mut ways: Vec<(usize, Leg)> = Vec::with_capacity(self.beside.len());
        for (rank, [from, until]) in &self.beside {
            let mut beside =
                commitments.iter().filter(|each| each.taken[0] <= *until && *from <= each.taken[1]).peekable();
            let way = if beside.peek().is_none() {
                Leg { km: 2.0 * base.km, minutes: Minutes(2 * base.minutes.0) }
            } else {
                let sites = beside.filter_map(|each| each.place).map(|place| least(asked, place));
                sites.chain(nearest).fold(base, |least, leg| lesser(Some(least), leg))
            };
            if ways.last().is_none_or(|(_, last)| way.km < last.km || way.minutes < last.minutes) {
                ways.push((*rank, way));
            }
        }
        ways
    }

    /// The fewest commitments around any of the days.
    fn least_load(&self, commitments: &[Brief]) -> usize {
        let (mut first, mut last) = (0, 0);
        let loads = self.fortnights.iter().map(|[from, until]| {
            let begun_by = |n: usize, at| n + commitments[n..].iter().take_while(|each| each.begins < at).count();
            (first, last) = (begun_by(first, *from), begun_by(last, *until));
            last - first
        });
        loads.min().unwrap_or(0)
    }

    /// What no time of theirs surpasses.
    pub(crate) fn at_most(&self, asked: &Asked<'_>, prospect: &Prospect<'_>) -> Floor {
        let ways = prospect.ways.iter().map(|(rank, way)| self.at_most_by(asked, prospect, *rank, *way));
        ways.min_by(Floor::order).unwrap_or(Floor { score: 0.0, pays: 0 })
    }

    /// The same, at a rank and with at least so much driving.
    fn at_most_by(&self, asked: &Asked<'_>, prospect: &Prospect<'_>, rank: usize, Leg { km, minutes }: Leg) -> Floor {
        let duration = self.need.details.duration();
        let pays = self.priced.iter().map(|day| {
            let cheapest = Basis { km: [km, 0.0], ..basis(asked, day, prospect.fee, duration) };
            cheapest.library_pays()
        });
        let pays = pays.min().unwrap_or(0);
        let from_home = prospect.from_home_km;
        let facts = Facts {
            rank,
            preferences: self.need.details.preferences.len(),
            road_minutes: minutes.0,
            pays,
            fair: asked.fair,
            fit: prospect.fit,
            load: prospect.load,
            usual_load: asked.usual_load,
            settled: prospect.settled,
            rural: self.need.rural,
            saved: if from_home > 0.0 { (1.0 - km / from_home).max(0.0) } else { 0.0 },
        };
        Floor { score: facts.score(&self.need.policy.weights), pays }
    }
}

/// At most the drive to the venue, told without a geodesic.
pub(crate) fn least(asked: &Asked<'_>, from: Spot) -> Leg {
    let Some(venue) = asked.venue else { return Leg::default() };
    let measured = asked.need.roads.and_then(|roads| roads.between(from.place, venue.place));
    let reckoned = || asked.need.policy.travel.road(Km(from.point.km_at_least(venue.point)));
    let (Km(km), minutes) = measured.unwrap_or_else(reckoned);
    Leg { km, minutes }
}

/// At least the road kilometers to the venue, told without a geodesic.
fn most(asked: &Asked<'_>, from: Spot) -> f64 {
    let Some(venue) = asked.venue else { return 0.0 };
    let measured = asked.need.roads.and_then(|roads| roads.between(from.place, venue.place));
    let reckoned = || asked.need.policy.travel.road(Km(from.point.km_at_most(venue.point)));
    measured.unwrap_or_else(reckoned).0.0
}

/// Whether the venue is within a radius, by a geodesic only where the sphere cannot tell.
fn is_within(asked: &Asked<'_>, from: Spot, radius_km: f64) -> bool {
    asked.venue.is_none_or(|venue| {
        from.point.km_at_most(venue.point) <= radius_km
            || from.point.km_at_least(venue.point) <= radius_km && from.place.distance(&venue.place).0 <= radius_km
    })
}

/// Great-circle kilometers beyond which nothing depends on how far it is, for those out of whose radius it is: on none of
/// the days there is the time to be there and back, a night away or not, and one drive costs more than the ceiling.
pub(crate) fn beyond(asked: &Asked<'_>, days: &[DaySlots<'_>]) -> f64 {
    let (policy, model) = (asked.need.policy, asked.need.policy.travel);
    if asked.need.roads.is_some() {
        return f64::INFINITY;
    }
    let longest = days.iter().map(|DaySlots { day, span, .. }| {
        let whole = |from: Timestamp, until: Timestamp| until.duration_since(from).as_mins();
        let there_and_back = whole(day.hours.from, span.end).max(whole(span.start, day.hours.until));
        there_and_back.max(day.longest_minutes)
    });
    // A minute more for each rounding.
    let minutes = longest.max().unwrap_or(0).max(0) + 2;
    let rate = policy.rates.iter().map(|rates| rates.mileage_minor_per_100_miles).min().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "minutes of days, and amounts far below 2^53")]
    let (hours, rate, ceiling) =
        (minutes as f64 / 60.0, rate as f64, ceiling(asked.need).map(|most| most as f64 + 2.0));
    let too_dear = match ceiling {
        None => 0.0,
        Some(ceiling) if rate > 0.0 && policy.subsidies.is_empty() => ceiling * 100.0 / rate / Km(1.0).miles(),
        Some(_) => f64::INFINITY,
    };
    too_dear.max(hours * model.speed_kmh) / model.detour_factor
}

/// Those that have not run out.
fn counted(commitments: &[Brief], now: Timestamp) -> Cow<'_, [Brief]> {
    if commitments.iter().all(|each| now < each.expires) {
        return commitments.into();
    }
    commitments.iter().copied().filter(|each| now < each.expires).collect()
}

/// What is less of either, in kilometers and in minutes.
fn lesser(one: Option<Leg>, other: Leg) -> Leg {
    one.map_or(other, |one| Leg { km: one.km.min(other.km), minutes: one.minutes.min(other.minutes) })
}

/// Whether the same costs the same on both days but for the fee.
fn costs_alike(need: &Need<'_>, one: &Day<'_>, other: &Day<'_>) -> bool {
    let same = |day: &Day<'_>| (day.rates.map(std::ptr::from_ref), day.backfill.map(std::ptr::from_ref));
    let subsidies = |day: &Day<'_>| need.policy.subsidies_on(day.date).map(std::ptr::from_ref);
    same(one) == same(other) && subsidies(one).eq(subsidies(other))
}
