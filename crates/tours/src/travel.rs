//! Roads between places: minutes and meters, given pair by pair or derived from the globe.

use serde::{Deserialize, Serialize};

/// Where a place is, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich.
    pub longitude: f64,
}

/// A road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Road {
    /// How long it takes.
    pub minutes: u32,
    /// How long it is.
    pub meters: u32,
}

/// The roads between all places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travel {
    /// Great circles, made longer by a factor and driven at one speed. Both are rounded up, a road between two places takes
    /// a minute at least.
    GreatCircle {
        /// The places.
        points: Vec<Point>,
        /// Kilometers of road for each of the great circle, at least 1.
        detour: f64,
        /// Kilometers an hour.
        speed: f64,
    },
    /// Each from (row) each to (column); `null` where there is no road.
    Matrix(Vec<Vec<Option<Road>>>),
}

/// What is wrong with roads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crooked {
    NotSquare,
    NotOnTheGlobe(usize),
    Factors,
    TooLong { from: usize, to: usize },
}

/// Mean radius of the Earth in kilometers. Source: IUGG.
const RADIUS: f64 = 6_371.0;

/// More minutes than any road may take; stands for "no road".
pub(crate) const NO_ROAD: i32 = i32::MAX / 8;
/// A road takes two weeks at most, so that sums stay small.
const LONGEST: u32 = 20_160;
/// And is not longer than the equator.
const FARTHEST: u32 = 40_075_000;

impl Travel {
    /// How many places there are.
    pub fn places(&self) -> usize {
        match self {
            Self::GreatCircle { points, .. } => points.len(),
            Self::Matrix(rows) => rows.len(),
        }
    }

    /// The road from one place to another, if there is one.
    pub fn road(&self, from: usize, to: usize) -> Option<Road> {
        match self {
            Self::GreatCircle { .. } if from == to => Some(Road { minutes: 0, meters: 0 }),
            Self::GreatCircle { points, detour, speed } => {
                let kilometers = great_circle(points[from], points[to]) * detour;
                Some(Road {
                    minutes: whole((kilometers / speed * 60.0).ceil()).max(1),
                    meters: whole((kilometers * 1_000.0).ceil()),
                })
            }
            Self::Matrix(rows) => rows[from][to],
        }
    }

    /// Whether a detour is never shorter than the direct road, by the way it was made. A matrix may have anything.
    pub(crate) fn is_metric(&self) -> bool {
        matches!(self, Self::GreatCircle { .. })
    }

    pub(crate) fn faults(&self) -> Vec<Crooked> {
        match self {
            Self::GreatCircle { points, detour, speed } => {
                let factors = detour.is_finite() && (1.0..=10.0).contains(detour) && (1.0..=1_000.0).contains(speed);
                let off = points.iter().enumerate().filter(|(_, point)| {
                    !((-90.0..=90.0).contains(&point.latitude) && (-180.0..=180.0).contains(&point.longitude))
                });
                (!factors)
                    .then_some(Crooked::Factors)
                    .into_iter()
                    .chain(off.map(|(place, _)| Crooked::NotOnTheGlobe(place)))
                    .collect()
            }
            Self::Matrix(rows) if rows.iter().any(|row| row.len() != rows.len()) => vec![Crooked::NotSquare],
            Self::Matrix(rows) => {
                let mut found = Vec::new();
                for (from, row) in rows.iter().enumerate() {
                    for (to, road) in row.iter().enumerate() {
                        if road.is_some_and(|road| road.minutes > LONGEST || road.meters > FARTHEST) {
                            found.push(Crooked::TooLong { from, to });
                        }
                    }
                }
                found
            }
        }
    }
}

/// Kilometers between two points. Source: haversine formula, R. W. Sinnott, "Virtues of the Haversine", 1984.
fn great_circle(a: Point, b: Point) -> f64 {
    let half_latitude = ((b.latitude - a.latitude).to_radians() / 2.0).sin();
    let half_longitude = ((b.longitude - a.longitude).to_radians() / 2.0).sin();
    let chord = half_latitude * half_latitude
        + a.latitude.to_radians().cos() * b.latitude.to_radians().cos() * half_longitude * half_longitude;
    2.0 * RADIUS * chord.min(1.0).sqrt().asin()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number within a few turns of the globe"
)]
fn whole(number: f64) -> u32 {
    number as u32
}
