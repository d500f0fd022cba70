//! Places on the earth and how far apart they are.

use std::sync::LazyLock;

use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A distance in kilometers, finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Km(pub f64);

impl Km {
    /// Statute miles, the unit of mileage rates in the United States.
    pub fn miles(self) -> f64 {
        self.0 / 1.609_344
    }
}

/// A point, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    /// Degrees north.
    #[validate(range(min = -90.0, max = 90.0))]
    #[schema(minimum = -90, maximum = 90, example = 38.9717)]
    pub lat: f64,
    /// Degrees east.
    #[validate(range(min = -180.0, max = 180.0))]
    #[schema(minimum = -180, maximum = 180, example = -95.2353)]
    pub lon: f64,
}

static EARTH: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

impl Coordinates {
    /// A point inside the ranges of latitude and longitude; nothing otherwise.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let inside = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        inside.then_some(Self { lat, lon })
    }

    /// The nearest point of whole degrees: about where, within some 80 km.
    #[must_use]
    pub fn coarse(&self) -> Self {
        Self { lat: self.lat.round(), lon: self.lon.round() }
    }

    /// Length of the geodesic to `other`, good to well under a meter everywhere.
    ///
    /// Source: C. F. F. Karney, "Algorithms for geodesics", Journal of Geodesy 87 (2013).
    pub fn distance(&self, other: &Self) -> Km {
        let meters: f64 = EARTH.inverse(self.lat, self.lon, other.lat, other.lon);
        Km(meters / 1000.0)
    }

    /// The point on the geodesic to `other` that lies behind a part of it, 0 here and 1 there.
    #[must_use]
    pub fn toward(&self, other: &Self, part: f64) -> Self {
        let (meters, azimuth, _, _): (f64, f64, f64, f64) = EARTH.inverse(self.lat, self.lon, other.lat, other.lon);
        let (lat, lon): (f64, f64) = EARTH.direct(self.lat, self.lon, azimuth, meters * part);
        Self { lat, lon }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
        Coordinates::new(a.0, a.1).unwrap().distance(&Coordinates::new(b.0, b.1).unwrap()).0
    }

    #[test]
    fn distances_agree_with_geographiclib() {
        // Values of GeodSolve 2.3 -i, WGS 84.
        assert!((km((40.64, -73.78), (1.36, 103.99)) - 15_347.512).abs() < 0.1, "JFK to Singapore");
        // Across the antimeridian, along the equator and near the pole the short way is taken.
        assert!((km((0.0, 179.5), (0.0, -179.5)) - 111.319).abs() < 0.001);
        assert!((km((0.0, -0.5), (0.0, 0.5)) - 111.319).abs() < 0.001);
        assert!(km((89.9, 0.0), (89.9, 180.0)) < 22.4);
        assert!(km((51.88, -176.65), (52.94, 172.9)) < 750.0, "Adak to Attu");
        assert!(km((38.9717, -95.2353), (38.9717, -95.2353)).abs() < 1e-9);
    }

    #[test]
    fn a_part_of_the_way_lies_on_it() {
        let (topeka, wichita) = (Coordinates::new(39.05, -95.68).unwrap(), Coordinates::new(37.69, -97.34).unwrap());
        let third = topeka.toward(&wichita, 1.0 / 3.0);
        let (whole, there) = (topeka.distance(&wichita).0, topeka.distance(&third).0);
        assert!((there - whole / 3.0).abs() < 1e-6 && (third.distance(&wichita).0 - whole * 2.0 / 3.0).abs() < 1e-6);
        assert!(topeka.toward(&wichita, 1.0).distance(&wichita).0 < 1e-6);
    }

    #[test]
    fn out_of_range_is_no_point() {
        assert!(Coordinates::new(90.1, 0.0).is_none() && Coordinates::new(0.0, f64::NAN).is_none());
    }
}
