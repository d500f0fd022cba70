//! Where training in person is missing: libraries that had none for long, and how far the nearest one is that had.

use jiff::{Unit, Zoned};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    geo::{Coordinates, Km},
    id::LibraryId,
    library::LibraryDetails,
    time::Timestamp,
};

/// A library without training in person for long.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Desert {
    /// Which library.
    pub library: LibraryId,
    /// Its name.
    pub name: String,
    /// Where its central building stands, else another; `null` when nobody knows.
    pub coordinates: Option<Coordinates>,
    /// People it serves; `null` where the directory does not tell.
    pub population_served: Option<u32>,
    /// Fiscal year of that figure.
    pub population_fiscal_year: Option<u16>,
    /// When the last training in person began; `null` when none is known.
    pub last_at: Option<Timestamp>,
    /// Whole months since then.
    pub months_since: Option<u32>,
    /// Great-circle distance to the nearest library of the network that had training meanwhile; `null` when there is none, or nobody
    /// knows where this one is.
    pub nearest_km: Option<Km>,
    /// That library.
    pub nearest: Option<LibraryId>,
}

/// What is known of a library.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Which.
    pub library: LibraryId,
    /// What the directory tells.
    pub details: LibraryDetails,
    /// Where it is.
    pub coordinates: Option<Coordinates>,
    /// When the last training in person began.
    pub last_at: Option<Timestamp>,
}

/// The libraries of a network, parted by whether they had training in person.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Those without any, the furthest from one first, then the largest; those of unknown place last.
    pub deserts: Vec<Desert>,
    /// Where the others are, as far as that is known.
    pub served: Vec<Coordinates>,
    /// How many others there are.
    pub served_count: usize,
}

/// A place that had training, ready to be compared with many.
struct Spot {
    library: LibraryId,
    coordinates: Coordinates,
    point: [f64; 3],
}

/// A point of the unit sphere.
fn point(at: Coordinates) -> [f64; 3] {
    let (lat, lon) = (at.lat.to_radians(), at.lon.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// Square of the straight line between two points.
fn apart(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The nearest of some places. Only those that are nearest on a sphere, by the two parts in a hundred by which the earth may differ
/// from one, are measured on the ellipsoid.
fn nearest(from: Coordinates, spots: &[Spot]) -> Option<(Km, LibraryId)> {
    let here = point(from);
    let distances: Vec<f64> = spots.iter().map(|spot| apart(here, spot.point)).collect();
    let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let near = spots.iter().zip(&distances).filter(|(_, square)| **square <= least * 1.02);
    let measured = near.map(|(spot, _)| (from.distance(&spot.coordinates), spot.library));
    measured.min_by(|a, b| a.0.0.total_cmp(&b.0.0).then_with(|| a.1.cmp(&b.1)))
}

/// Parts libraries by whether they had training in person since an instant; `now` is on the clock by which months are counted.
pub fn survey(libraries: Vec<Outlook>, since: Timestamp, now: &Zoned) -> Survey {
    let has_had = |one: &Outlook| one.last_at.is_some_and(|last| last >= since);
    let (served, without): (Vec<_>, Vec<_>) = libraries.into_iter().partition(has_had);
    let spots: Vec<_> = served
        .iter()
        .filter_map(|one| {
            let coordinates = one.coordinates?;
            Some(Spot { library: one.library, coordinates, point: point(coordinates) })
        })
        .collect();
    let desert = |one: Outlook| {
        let next = one.coordinates.and_then(|at| nearest(at, &spots));
        Desert {
            library: one.library,
            name: one.details.name,
            coordinates: one.coordinates,
            population_served: one.details.population_served,
            population_fiscal_year: one.details.population_fiscal_year,
            last_at: one.last_at,
            months_since: one.last_at.map(|last| months_between(last, now)),
            nearest_km: next.map(|(km, _)| km),
            nearest: next.map(|(_, library)| library),
        }
    };
    let mut deserts: Vec<_> = without.into_iter().map(desert).collect();
    let far = |one: &Desert| one.nearest_km.map_or(-1.0, |km| km.0);
    deserts.sort_by(|a, b| {
        let order = far(b).total_cmp(&far(a)).then_with(|| b.population_served.cmp(&a.population_served));
        order.then_with(|| a.library.cmp(&b.library))
    });
    Survey { deserts, served: spots.iter().map(|spot| spot.coordinates).collect(), served_count: served.len() }
}

/// Whole months of the calendar.
fn months_between(last: Timestamp, now: &Zoned) -> u32 {
    let last = last.to_zoned(now.time_zone().clone());
    let span = last.until((Unit::Month, now)).map_or(0, |span| span.get_months());
    u32::try_from(span).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn outlook(at: Option<(f64, f64)>, population_served: Option<u32>, last: Option<&str>) -> Outlook {
        let details = LibraryDetails {
            name: "Library".to_owned(),
            fscs_key: None,
            state_code: None,
            county_fips: None,
            population_served,
            population_fiscal_year: None,
            time_zone: Zone::new("America/Chicago").unwrap(),
        };
        let coordinates = at.map(|(lat, lon)| Coordinates { lat, lon });
        let last_at = last.map(|last| last.parse().unwrap());
        Outlook { library: LibraryId::new(Timestamp::UNIX_EPOCH), details, coordinates, last_at }
    }

    #[test]
    fn the_furthest_comes_first_and_who_was_served_is_none() {
        let now: Zoned = "2027-01-15T12:00:00-06:00[America/Chicago]".parse().unwrap();
        let since = "2026-01-15T18:00:00Z".parse().unwrap();
        let libraries = vec![
            outlook(Some((39.0, -95.0)), None, Some("2026-01-15T18:00:00Z")),
            outlook(Some((39.0, -96.0)), Some(10), Some("2026-01-15T17:59:59Z")),
            outlook(Some((39.0, -97.0)), None, None),
            outlook(Some((39.0, -97.0)), Some(20), Some("2025-12-16T00:00:00Z")),
            outlook(None, Some(99), None),
        ];
        let places: Vec<_> = libraries.iter().map(|one| one.library).collect();
        let Survey { deserts, served, served_count } = survey(libraries, since, &now);
        let order: Vec<_> =
            deserts.iter().map(|one| places.iter().position(|id| *id == one.library).unwrap()).collect();
        assert_eq!((order, served.len(), served_count), (vec![3, 2, 1, 4], 1, 1));
        assert_eq!(deserts.iter().map(|one| one.months_since).collect::<Vec<_>>(), [Some(12), None, Some(12), None]);
        assert!((deserts[2].nearest_km.unwrap().0 - 86.6).abs() < 0.2 && deserts[3].nearest_km.is_none());
        assert_eq!(deserts[0].nearest, Some(places[0]));
    }

    #[test]
    fn the_nearest_is_that_of_the_ellipsoid() {
        let spot = |lat, lon| {
            let coordinates = Coordinates { lat, lon };
            Spot { library: LibraryId::new(Timestamp::UNIX_EPOCH), coordinates, point: point(coordinates) }
        };
        let mut seed = 7_u64;
        let mut next = |from: f64, width: f64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            from + width * f64::from(u32::try_from(seed >> 33).unwrap()) / f64::from(1_u32 << 31)
        };
        let spots: Vec<_> = (0..300).map(|_| spot(next(-80.0, 160.0), next(-180.0, 360.0))).collect();
        for _ in 0..200 {
            let from = Coordinates { lat: next(-80.0, 160.0), lon: next(-180.0, 360.0) };
            let exact = spots.iter().map(|one| from.distance(&one.coordinates).0).fold(f64::INFINITY, f64::min);
            assert!((nearest(from, &spots).unwrap().0.0 - exact).abs() < 1e-9);
        }
    }
}
