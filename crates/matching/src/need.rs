//! What is needed, and the days and starts at which it could be taught, worked out once for all candidates.

use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use packhorse_calendar::{
    intervals::{self, touches},
    starts,
};
use packhorse_domain::{
    Coordinates, Currency, Format, Interval, Minutes, Timestamp, Zone,
    commitment::RoadTable,
    library::RoomDetails,
    policy::{BackfillRate, Policy, TravelRates, WorkingDay},
    request::RequestDetails,
    workshop::WorkshopDetails,
};

use crate::{
    objectives::fair,
    rules::{Broken, Rule, of_need},
    sphere::Spot,
};

/// One training request, saved or not, with everything that decides about it whoever the trainer is.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    /// What the library says it needs.
    pub details: &'a RequestDetails,
    /// The zone its days and hours are told in.
    pub time_zone: &'a Zone,
    /// The workshop of the catalog that it names.
    pub workshop: Option<&'a WorkshopDetails>,
    /// Where the venue is; not looked at when it is virtual.
    pub place: Option<Coordinates>,
    /// The room that it names.
    pub room: Option<&'a RoomDetails>,
    /// When that room is taken, in any order. Without what the offer or booking under decision takes itself.
    pub room_taken: &'a [Interval],
    /// When the library cannot host, in any order.
    pub library_shut: &'a [Interval],
    /// How the network that asks runs.
    pub policy: &'a Policy,
    /// The currency of that network. Prices are in it.
    pub currency: Currency,
    /// The local dates on which the library has training already, in any order, a date as often as it likes. Only
    /// looked at when the policy limits them.
    pub library_days: &'a [Date],
    /// Whether somebody has to run the library meanwhile, at the network's rate.
    pub backfill: bool,
    /// Whether the library is a rural one.
    pub rural: bool,
    /// How many commitments a trainer usually has from 14 days before to 14 days after a date like those asked for. Nothing:
    /// what those have on the average who are ranked together, or four for one alone.
    pub usual_load: Option<f64>,
    /// Roads that were measured; the others are reckoned.
    pub roads: Option<&'a RoadTable>,
    /// When notice was given: for an offer that stands, when it was made, so that it does not turn too short while the
    /// trainer thinks. Nothing for now.
    pub notice_given: Option<Timestamp>,
}

impl Need<'_> {
    /// Whether the trainer has to be there.
    pub fn on_site(&self) -> bool {
        match self.details.format {
            Format::InPerson | Format::Hybrid => true,
            Format::Virtual => false,
        }
    }
}

/// Commitments this far from a date count as load.
pub(crate) const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Commitments of somebody from 14 days before to 14 days after a date, when nothing is known of others.
const USUAL_LOAD: f64 = 4.0;

/// Two instants of a local day: the first at which a trainer may leave, the last at which they may be back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// A local date with its working hours and those of the dates around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day<'a> {
    pub(crate) date: Date,
    pub(crate) midnight: Timestamp,
    pub(crate) next_midnight: Timestamp,
    /// What decides where a trainer is based on that date.
    pub(crate) noon: Timestamp,
    pub(crate) hours: Hours,
    pub(crate) eve: Hours,
    pub(crate) morrow: Hours,
    /// From 14 days before the date to 14 days after it: what counts as load.
    pub(crate) near: Interval,
    /// Length of the longest of its own and its neighbors' working days; they differ when the clocks change.
    pub(crate) longest_minutes: i64,
    /// The travel rates of that date.
    pub(crate) rates: Option<&'a TravelRates>,
    /// The backfill rate of that date.
    pub(crate) backfill: Option<&'a BackfillRate>,
}

impl<'a> Day<'a> {
    /// Nothing at the ends of the calendar.
    pub(crate) fn new(date: Date, rules: &TimeZone, policy: &'a Policy) -> Option<Self> {
        let hours = |date: Date, WorkingDay { start, end }: WorkingDay| {
            Some(Hours {
                from: rules.to_timestamp(date.to_datetime(start)).ok()?,
                until: rules.to_timestamp(date.to_datetime(end)).ok()?,
            })
        };
        let (eve, morrow) = (date.yesterday().ok()?, date.tomorrow().ok()?);
        let [own, before, after] = [hours(date, policy.day)?, hours(eve, policy.day)?, hours(morrow, policy.day)?];
        let minutes = |hours: Hours| hours.until.duration_since(hours.from).as_mins();
        let midnight = rules.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        let next_midnight = rules.to_timestamp(morrow.at(0, 0, 0, 0)).ok()?;
        Some(Self {
            date,
            midnight,
            next_midnight,
            noon: noon(date, rules)?,
            near: Interval {
                start: midnight.checked_sub(FORTNIGHT).ok()?,
                end: next_midnight.checked_add(FORTNIGHT).ok()?,
            },
            longest_minutes: [own, before, after].map(minutes).into_iter().max()?,
            hours: own,
            eve: before,
            morrow: after,
            rates: policy.rates_on(date),
            backfill: policy.backfill_on(date),
        })
    }
}

/// The middle of a date.
pub(crate) fn noon(date: Date, rules: &TimeZone) -> Option<Timestamp> {
    rules.to_timestamp(date.at(12, 0, 0, 0)).ok()
}

/// A time at which the need could be met, as far as the need itself says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) time: Interval,
    /// Rank of the first preference that holds it, 0 first.
    pub(crate) rank: Option<usize>,
    /// What stands against it, whoever the trainer is.
    pub(crate) broken: Broken,
}

/// The slots of one date.
#[derive(Debug)]
pub(crate) struct DaySlots<'a> {
    pub(crate) day: Day<'a>,
    /// Sorted by start.
    pub(crate) slots: Vec<Slot>,
    /// The first and last instant of them.
    pub(crate) span: Interval,
    /// What stands against each of them.
    pub(crate) broken: Broken,
    /// The best rank among those that the need itself leaves open.
    pub(crate) best_rank: Option<usize>,
}

/// A need made ready for many candidates.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) need: &'a Need<'a>,
    pub(crate) rules: TimeZone,
    pub(crate) now: Timestamp,
    /// What the need breaks by itself.
    pub(crate) broken: Broken,
    /// What the library pays that counts one half, minor units.
    pub(crate) fair: i64,
    /// The load that counts one half.
    pub(crate) usual_load: f64,
    /// Where a trainer has to go.
    pub(crate) venue: Option<Spot>,
    /// What is further away is too far to matter how far: see [`crate::prospect::beyond`]. Endless until the days are known.
    pub(crate) beyond_km: f64,
    /// First instant that leaves the notice the network wants.
    earliest: Timestamp,
    room_taken: Vec<Interval>,
    library_shut: Vec<Interval>,
}

/// Most dates that are searched for one need, those of the best preferences first. A time on another is still judged
/// when it is named.
const MOST_DAYS: usize = 400;

impl<'a> Asked<'a> {
    pub(crate) fn new(need: &'a Need<'a>, now: Timestamp) -> Self {
        let rules = need.time_zone.rules();
        let given = rules.to_datetime(need.notice_given.unwrap_or(now)).date();
        let notice = SignedDuration::from_hours(24 * i64::from(need.policy.minimum_notice_days));
        let first_day = given.saturating_add(notice);
        let earliest = rules.to_timestamp(first_day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX);
        let room_taken = match need.room {
            Some(_) if need.on_site() => intervals::normalize(need.room_taken.to_vec()),
            Some(_) | None => Vec::new(),
        };
        let earliest = match need.policy.minimum_notice_days {
            0 => now,
            _ => earliest.max(now),
        };
        Self {
            need,
            now,
            broken: of_need(need),
            fair: fair(need),
            usual_load: need.usual_load.unwrap_or(USUAL_LOAD),
            venue: need.place.filter(|_| need.on_site()).map(Spot::of),
            beyond_km: f64::INFINITY,
            earliest,
            room_taken,
            library_shut: intervals::normalize(need.library_shut.to_vec()),
            rules,
        }
    }

    /// The date of an instant with its hours.
    pub(crate) fn day(&self, at: Timestamp) -> Option<Day<'a>> {
        Day::new(self.rules.to_datetime(at).date(), &self.rules, self.need.policy)
    }

    /// One time, judged as far as the need says.
    pub(crate) fn slot(&self, time: Interval, day: &Day<'_>) -> Slot {
        let grid = Minutes(u32::from(self.need.policy.slot_grid_minutes));
        let on_grid = starts(time, Minutes(0), grid, self.need.time_zone).next() == Some(time.start);
        let rank = self.need.details.rank_of(&time, self.need.time_zone);
        let mut slot = self.judged(time, rank, self.of_date(day.date));
        slot.broken.add_if(!on_grid, Rule::StartGrid);
        slot
    }

    /// A time on the grid, judged as far as the need says.
    fn judged(&self, time: Interval, rank: Option<usize>, of_date: Broken) -> Slot {
        let mut broken = self.broken.and(of_date);
        broken.add_if(rank.is_none(), Rule::Preference);
        broken.add_if(time.start < self.earliest, Rule::Notice);
        broken.add_if(touches(&self.room_taken, &time), Rule::RoomTaken);
        broken.add_if(touches(&self.library_shut, &time), Rule::LibraryHours);
        Slot { time, rank, broken }
    }

    /// What stands against a whole date.
    fn of_date(&self, date: Date) -> Broken {
        let mut broken = Broken::default();
        if let Some(limit) = self.need.policy.library_days_per_year {
            let mut days: Vec<Date> =
                self.need.library_days.iter().copied().filter(|d| d.year() == date.year()).collect();
            days.sort_unstable();
            days.dedup();
            let full = days.len() >= usize::from(limit) && days.binary_search(&date).is_err();
            broken.add_if(full, Rule::LibraryDays);
        }
        broken
    }

    /// Every start on the grid within the preferences, by date, the dates with the best rank first.
    pub(crate) fn slots(&self) -> Vec<DaySlots<'a>> {
        let (details, zone) = (self.need.details, self.need.time_zone);
        let mut windows: Vec<(Date, usize, Interval)> = details
            .windows(zone)
            .map(|(rank, window)| (self.rules.to_datetime(window.start).date(), rank, window))
            .collect();
        windows.sort_unstable();
        let mut days: Vec<_> = windows.chunk_by(|a, b| a.0 == b.0).collect();
        days.sort_by_key(|windows| windows[0].1);
        days.truncate(MOST_DAYS);
        days.into_iter().filter_map(|windows| self.day_slots(windows)).collect()
    }

    fn day_slots(&self, windows: &[(Date, usize, Interval)]) -> Option<DaySlots<'a>> {
        let grid = Minutes(u32::from(self.need.policy.slot_grid_minutes));
        let (duration, zone) = (self.need.details.duration(), self.need.time_zone);
        let day = Day::new(windows.first()?.0, &self.rules, self.need.policy)?;
        let of_date = self.of_date(day.date);
        let mut begun: Vec<(Timestamp, usize)> = windows
            .iter()
            .flat_map(|(_, rank, window)| starts(*window, duration, grid, zone).map(|start| (start, *rank)))
            .collect();
        // A start in several windows has the rank of the best.
        begun.sort_unstable();
        begun.dedup_by_key(|(start, _)| *start);
        let slots: Vec<_> = begun
            .into_iter()
            .filter_map(|(start, rank)| {
                let time = Interval::new(start, start.checked_add(duration.span()).ok()?)?;
                Some(self.judged(time, Some(rank), of_date))
            })
            .collect();
        let span = Interval { start: slots.first()?.time.start, end: slots.last()?.time.end };
        let best_rank = slots.iter().filter(|slot| slot.broken.is_none()).filter_map(|slot| slot.rank).min();
        let broken = slots.iter().map(|slot| slot.broken).reduce(Broken::common).unwrap_or_default();
        Some(DaySlots { day, slots, span, broken, best_rank })
    }
}
