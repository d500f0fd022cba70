//! Dates of workshops: when, where, how, and which of them fit a search.

use std::collections::HashMap;

use jiff::civil;
use packhorse_domain::{Coordinates, Format, Km, Timestamp, Zone};

use super::{Query, bits::Bits};

/// A dated delivery of a workshop.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// When it begins.
    pub start: Timestamp,
    /// The zone whose months it is counted in.
    pub zone: Zone,
    /// How it is delivered.
    pub format: Format,
    /// Where its venue is; nothing when it has none or that is not known.
    pub venue: Option<Coordinates>,
}

impl Query {
    /// The same without what it asks of dates.
    #[must_use]
    pub fn undated(&self) -> Self {
        Self { formats: Vec::new(), near: None, from: None, until: None, ..self.clone() }
    }

    /// Whether a date has what it asks of dates.
    pub fn takes(&self, date: &Occurrence) -> bool {
        let near =
            |(center, within): (Coordinates, Km)| date.venue.is_some_and(|venue| venue.distance(&center) <= within);
        (self.formats.is_empty() || self.formats.contains(&date.format))
            && self.near.is_none_or(near)
            && self.from.is_none_or(|from| date.start >= from)
            && self.until.is_none_or(|until| date.start < until)
    }
}

/// Distances that are counted, in kilometers.
const DISTANCES: [f64; 5] = [25.0, 50.0, 100.0, 200.0, 400.0];
/// Kilometers that a degree of latitude is longer than.
///
/// Source: WGS 84; the shortest is 110.574 km, at the equator.
const DEGREE: f64 = 110.5;
/// Months that are counted, the present one with them.
const MONTHS: u16 = 13;
/// The place of a date that has none.
const NOWHERE: u32 = u32::MAX;

/// An occurrence as it is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date {
    /// Microseconds since 1970.
    start: i64,
    /// A number of [`Places`], or [`NOWHERE`].
    place: u32,
    /// Months since the year 0, on the clock of the zone.
    month: u16,
    /// The bit of its format.
    format: u8,
}

/// Places, each kept once.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Each with how many dates are there.
    known: Vec<(Coordinates, u32)>,
    numbers: HashMap<(u64, u64), u32>,
    free: Vec<u32>,
}

impl Places {
    /// Takes an occurrence in.
    pub(super) fn date(&mut self, occurrence: &Occurrence) -> Date {
        let place = occurrence.venue.map_or(NOWHERE, |venue| self.number(venue));
        let local = occurrence.start.to_zoned(occurrence.zone.rules()).date();
        let format = mask(occurrence.format);
        Date { start: occurrence.start.as_microsecond(), place, month: month(local), format }
    }

    /// Forgets a date.
    pub(super) fn forget(&mut self, date: Date) {
        let Some((place, dates)) = self.known.get_mut(date.place as usize) else { return };
        *dates -= 1;
        if *dates == 0 {
            self.numbers.remove(&key(*place));
            self.free.push(date.place);
        }
    }

    fn number(&mut self, place: Coordinates) -> u32 {
        let number = *self.numbers.entry(key(place)).or_insert_with(|| {
            self.free.pop().unwrap_or_else(|| {
                self.known.push((place, 0));
                u32::try_from(self.known.len() - 1).unwrap_or(NOWHERE - 1)
            })
        });
        let (at, dates) = &mut self.known[number as usize];
        (*at, *dates) = (place, *dates + 1);
        number
    }

    /// Kilometers to each; infinite for those farther than `most`.
    fn distances(&self, center: Coordinates, most: f64) -> Vec<f64> {
        let distance = |(place, dates): &(Coordinates, u32)| {
            let surely_farther = (place.lat - center.lat).abs() * DEGREE > most;
            if *dates == 0 || surely_farther { f64::INFINITY } else { place.distance(&center).0 }
        };
        self.known.iter().map(distance).collect()
    }
}

fn key(place: Coordinates) -> (u64, u64) {
    (place.lat.to_bits(), place.lon.to_bits())
}

fn month(date: civil::Date) -> u16 {
    u16::try_from(i32::from(date.year()) * 12 + i32::from(date.month()) - 1).unwrap_or(u16::MAX)
}

/// The bit of a format.
fn mask(format: Format) -> u8 {
    1 << format as u8
}

/// What a search asks of a date. All of it must hold of one and the same.
pub(super) struct When {
    /// Whether a workshop needs a date at all.
    needed: bool,
    /// Microseconds since 1970, the end left out.
    window: (i64, i64),
    now: i64,
    first_month: u16,
    formats: u8,
    /// Kilometers to each place, and how many are near enough.
    near: Option<(Vec<f64>, f64)>,
    /// What is counted besides, the nearest first.
    pub(super) distances: Vec<f64>,
}

/// Which workshops have dates that fit.
pub(super) struct Dated {
    /// Those that have one, or need none.
    pub(super) fitting: Bits,
    /// The same were each format chosen alone, in their order; nothing when no date is needed.
    pub(super) by_format: Option<[Bits; 3]>,
    /// The same were each distance chosen.
    pub(super) by_distance: Vec<(Km, Bits)>,
    /// The same were each month chosen.
    pub(super) by_month: Vec<(civil::Date, Bits)>,
}

/// What the dates of one workshop have.
struct Fits {
    fitting: bool,
    formats: u8,
    /// Kilometers.
    nearest: f64,
    months: u16,
}

impl When {
    pub(super) fn new(query: &Query, places: &Places) -> Self {
        let now = query.now.as_microsecond();
        let mut distances = Vec::new();
        let near = query.near.map(|(center, within)| {
            distances.extend(DISTANCES);
            if !DISTANCES.contains(&within.0) {
                distances.push(within.0);
            }
            distances.sort_by(f64::total_cmp);
            (places.distances(center, distances.iter().copied().fold(0.0, f64::max)), within.0)
        });
        let chosen = query.formats.iter().fold(0, |bits, format| bits | mask(*format));
        Self {
            needed: near.is_some() || query.from.is_some() || query.until.is_some(),
            window: (
                query.from.map_or(now, Timestamp::as_microsecond),
                query.until.map_or(i64::MAX, Timestamp::as_microsecond),
            ),
            now,
            first_month: month(query.now.to_zoned(jiff::tz::TimeZone::UTC).date()),
            formats: if chosen == 0 { 0b111 } else { chosen },
            near,
            distances,
        }
    }

    fn in_window(&self, date: &Date) -> bool {
        (self.window.0..self.window.1).contains(&date.start)
    }

    fn is_chosen_format(&self, date: &Date) -> bool {
        date.format & self.formats != 0
    }

    /// Kilometers from the center, none when none was named.
    fn kilometers(&self, date: &Date) -> f64 {
        let Some((distances, _)) = &self.near else { return 0.0 };
        distances.get(date.place as usize).copied().unwrap_or(f64::INFINITY)
    }

    fn is_near(&self, kilometers: f64) -> bool {
        self.near.as_ref().is_none_or(|(_, within)| kilometers <= *within)
    }

    /// When the first date that fits begins, microseconds since 1970; those without come last.
    pub(super) fn next(&self, dates: &[Date]) -> i64 {
        let fits =
            |date: &&Date| self.in_window(date) && self.is_chosen_format(date) && self.is_near(self.kilometers(date));
        dates.iter().filter(fits).map(|date| date.start).min().unwrap_or(i64::MAX)
    }

    fn fits(&self, dates: &[Date]) -> Fits {
        let mut fits = Fits { fitting: !self.needed, formats: 0, nearest: f64::INFINITY, months: 0 };
        for date in dates {
            let kilometers = self.kilometers(date);
            let (in_window, near, chosen) =
                (self.in_window(date), self.is_near(kilometers), self.is_chosen_format(date));
            fits.fitting |= in_window && near && chosen;
            if in_window && near {
                fits.formats |= date.format;
            }
            if in_window && chosen {
                fits.nearest = fits.nearest.min(kilometers);
            }
            if near && chosen && date.start >= self.now {
                let ahead = date.month.checked_sub(self.first_month).filter(|ahead| *ahead < MONTHS);
                fits.months |= ahead.map_or(0, |ahead| 1 << ahead);
            }
        }
        fits
    }

    /// Looks at the dates of workshops, each with its slot.
    pub(super) fn look<'a>(&self, workshops: impl Iterator<Item = (u32, &'a [Date])>) -> Dated {
        let (mut fitting, mut by_format) = (Bits::default(), <[Bits; 3]>::default());
        let mut by_distance: Vec<_> = self.distances.iter().map(|km| (Km(*km), Bits::default())).collect();
        let mut by_month = <[Bits; MONTHS as usize]>::default();
        for (slot, dates) in workshops {
            let fits = self.fits(dates);
            if fits.fitting {
                fitting.insert(slot);
            }
            for (bit, slots) in by_format.iter_mut().enumerate().filter(|_| self.needed) {
                if fits.formats >> bit & 1 == 1 {
                    slots.insert(slot);
                }
            }
            by_distance.iter_mut().filter(|(km, _)| fits.nearest <= km.0).for_each(|(_, slots)| slots.insert(slot));
            let mut months = fits.months;
            while months != 0 {
                by_month[months.trailing_zeros() as usize].insert(slot);
                months &= months - 1;
            }
        }
        let months = (self.first_month..).zip(by_month).filter_map(|(month, slots)| Some((first_of(month)?, slots)));
        let by_month = months.filter(|(_, slots)| !slots.is_empty()).collect();
        Dated { fitting, by_format: self.needed.then_some(by_format), by_distance, by_month }
    }
}

/// The first day of a month since the year 0.
fn first_of(month: u16) -> Option<civil::Date> {
    let (year, month) = (i16::try_from(month / 12).ok()?, i8::try_from(month % 12 + 1).ok()?);
    civil::Date::new(year, month, 1).ok()
}
