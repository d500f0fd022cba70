//! Who is surely too far away, told without a geodesic.

use packhorse_domain::Coordinates;

/// Kilometers.
///
/// Source: H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74 (2000), mean radius.
const EARTH_RADIUS: f64 = 6371.0088;

/// A place on the unit sphere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Point([f64; 3]);

impl Point {
    pub(crate) fn of(place: Coordinates) -> Self {
        let ((sin_lat, cos_lat), (sin_lon, cos_lon)) =
            (place.lat.to_radians().sin_cos(), place.lon.to_radians().sin_cos());
        Self([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat])
    }

    /// Kilometers that a geodesic on the WGS 84 ellipsoid is longer than, by less than 1%.
    pub(crate) fn km_at_least(self, other: Self) -> f64 {
        let half = (self.chord_squared(other).sqrt() / 2.0).min(1.0);
        2.0 * half.asin() * EARTH_RADIUS * 0.994
    }

    /// Kilometers that a geodesic on the WGS 84 ellipsoid is shorter than, by less than 1%.
    pub(crate) fn km_at_most(self, other: Self) -> f64 {
        self.km_at_least(other) * (1.006 / 0.994) + 1e-6
    }

    fn chord_squared(self, other: Self) -> f64 {
        self.0.iter().zip(other.0).map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// A place with its point of the unit sphere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) place: Coordinates,
    pub(crate) point: Point,
}

impl Spot {
    pub(crate) fn of(place: Coordinates) -> Self {
        Self { place, point: Point::of(place) }
    }
}

/// How far around a point places count, as the square of a chord of the unit sphere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cap(f64);

impl Cap {
    /// Holds every place whose geodesic on the WGS 84 ellipsoid is at most so long, and few others: a sphere is wrong by
    /// less than 0.6%, since the radii of curvature lie between 6335 and 6400 km; 1% and 1 km are allowed.
    pub(crate) fn of_km(km: f64) -> Self {
        let angle = ((km * 1.01 + 1.0) / EARTH_RADIUS).min(std::f64::consts::PI);
        let chord = 2.0 * (angle / 2.0).sin();
        // A little more, so that antipodes are in.
        Self(chord * chord + 1e-9)
    }

    pub(crate) fn holds(self, center: Point, place: Point) -> bool {
        center.chord_squared(place) <= self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places() -> impl Strategy<Value = Coordinates> {
        let lat = prop_oneof![-90.0..=90.0, 85.0..=90.0, -90.0..=-85.0, -0.5..=0.5];
        let lon = prop_oneof![-180.0..=180.0, 179.0..=180.0, -180.0..=-179.0, -0.5..=0.5];
        (lat, lon).prop_map(|(lat, lon)| Coordinates { lat, lon })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn nobody_within_the_radius_is_left_out_and_few_beyond_come_in(a in places(), b in places()) {
            let km = a.distance(&b).0;
            let (from, to) = (Point::of(a), Point::of(b));
            prop_assert!(Cap::of_km(km).holds(from, to));
            prop_assert!(from.km_at_least(to) <= km + 1e-6 && from.km_at_least(to) >= 0.988 * km - 0.001);
            prop_assert!(from.km_at_most(to) >= km && from.km_at_most(to) <= 1.012 * km + 0.001);
            prop_assert!(km < 10.0 || !Cap::of_km(km * 0.98 - 2.0).holds(from, to));
        }
    }
}
