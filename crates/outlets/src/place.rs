//! Where a ZIP code is, what time zone a point is in, how far two points are apart.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, InverseGeodesic};
use tzf_rs::EmbeddedFinder;

/// Sorted, nine bytes each; see `examples/make_zcta.rs`.
static CENTROIDS: &[u8] = include_bytes!("../data/zcta.bin");

/// Answers from the 4 MB in the program itself; about 1.5 MB of memory, built in some milliseconds at first use.
static ZONES: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

static EARTH: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// The time zones of the United States, its territories and the freely associated states, sorted.
///
/// Source: IANA tz database, `zone.tab`, countries US, PR, VI, GU, MP, AS, FM, MH, PW.
#[rustfmt::skip]
const AMERICAN_ZONES: [&str; 41] = [
    "America/Adak", "America/Anchorage", "America/Boise", "America/Chicago", "America/Denver", "America/Detroit",
    "America/Indiana/Indianapolis", "America/Indiana/Knox", "America/Indiana/Marengo", "America/Indiana/Petersburg",
    "America/Indiana/Tell_City", "America/Indiana/Vevay", "America/Indiana/Vincennes", "America/Indiana/Winamac", "America/Juneau",
    "America/Kentucky/Louisville", "America/Kentucky/Monticello", "America/Los_Angeles", "America/Menominee", "America/Metlakatla",
    "America/New_York", "America/Nome", "America/North_Dakota/Beulah", "America/North_Dakota/Center",
    "America/North_Dakota/New_Salem", "America/Phoenix", "America/Puerto_Rico", "America/Sitka", "America/St_Thomas",
    "America/Yakutat", "Pacific/Chuuk", "Pacific/Guam", "Pacific/Honolulu", "Pacific/Kosrae", "Pacific/Kwajalein",
    "Pacific/Majuro", "Pacific/Pago_Pago", "Pacific/Palau", "Pacific/Pohnpei", "Pacific/Saipan", "Pacific/Wake",
];

/// The middle of a five-digit ZIP code's area as latitude and longitude in degrees, exact to about 6 m; `None` when the
/// Census Bureau has no area for it (codes of post boxes and single buildings).
///
/// Source: US Census Bureau, 2021 Gazetteer, ZIP Code Tabulation Areas.
pub fn zip_centroid(zip: &str) -> Option<(f64, f64)> {
    if zip.len() != 5 || !zip.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let wanted: i32 = zip.parse().ok()?;
    let (records, _) = CENTROIDS.as_chunks::<9>();
    let found = records.binary_search_by_key(&wanted, |record| three_bytes(record, 0)).ok()?;
    let degrees = |place| f64::from(three_bytes(&records[found], place)) / 10_000.0;
    Some((degrees(3), degrees(6)))
}

/// A signed big-endian number of three bytes.
fn three_bytes(record: &[u8; 9], at: usize) -> i32 {
    i32::from_be_bytes([record[at], record[at + 1], record[at + 2], 0]) >> 8
}

/// The IANA name of the time zone at a point in degrees, anywhere on Earth; `None` far out at sea and for what is not a
/// point. Within 111 m of a border it may be the neighbor's.
///
/// Source: timezone-boundary-builder, as simplified by the crate `tzf-rs`.
pub fn time_zone(latitude: f64, longitude: f64) -> Option<&'static str> {
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return None;
    }
    let name = ZONES.get_tz_name(longitude, latitude);
    (!name.is_empty() && !name.starts_with("Etc/")).then_some(name)
}

/// Like [`time_zone`], only in the United States, its territories and the freely associated states.
pub(crate) fn american_time_zone((latitude, longitude): (f64, f64)) -> Option<&'static str> {
    time_zone(latitude, longitude).filter(|zone| AMERICAN_ZONES.binary_search(zone).is_ok())
}

/// Distance in kilometers along the ellipsoid.
pub(crate) fn kilometers(a: (f64, f64), b: (f64, f64)) -> f64 {
    let meters: f64 = EARTH.inverse(a.0, a.1, b.0, b.1);
    meters / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_the_gazetteer_rounded() {
        let table = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/zcta.csv"));
        for line in table.lines().skip(1) {
            let [zip, latitude, longitude, _] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
            let (lat, lon) = zip_centroid(zip).unwrap();
            assert!((lat - latitude.parse::<f64>().unwrap()).abs() <= 0.000_051, "{zip}");
            assert!((lon - longitude.parse::<f64>().unwrap()).abs() <= 0.000_051, "{zip}");
        }
        assert_eq!(CENTROIDS.len(), 9 * (table.lines().count() - 1));
    }

    #[test]
    fn what_is_no_zip_code_has_no_centroid() {
        for zip in ["", "00000", "99999", "6604", "+6604", "66044-1234", "6604 ", "six04", "６６０４４"] {
            assert_eq!(zip_centroid(zip), None, "{zip}");
        }
    }

    #[test]
    fn known_points_are_in_their_zones() {
        for (latitude, longitude, zone) in [
            (31.76, -106.49, Some("America/Denver")),              // El Paso, Texas
            (39.35102, -101.71, Some("America/Denver")),           // Goodland, Kansas
            (38.97, -95.24, Some("America/Chicago")),              // Lawrence, Kansas
            (33.45, -112.07, Some("America/Phoenix")),             // Phoenix
            (35.66749, -109.052, Some("America/Denver")),          // Window Rock, Navajo Nation
            (38.35234, -86.4429, Some("America/Indiana/Marengo")), // English, Indiana
            (41.05082, -86.6011, Some("America/Indiana/Winamac")), // Winamac, Indiana
            (51.88, -176.658, Some("America/Adak")),               // Adak
            (21.307, -157.858, Some("Pacific/Honolulu")),          // Honolulu
            (13.476, 144.749, Some("Pacific/Guam")),               // Hagåtña
            (-14.2756, -170.702, Some("Pacific/Pago_Pago")),       // Pago Pago
            (18.46, -66.11, Some("America/Puerto_Rico")),          // San Juan
            (51.5, -0.12, Some("Europe/London")),
            (0.0, -30.0, None),
            (90.1, 0.0, None),
            (f64::NAN, 0.0, None),
        ] {
            assert_eq!(time_zone(latitude, longitude), zone, "{latitude} {longitude}");
        }
        assert_eq!(american_time_zone((51.5, -0.12)), None);
        assert_eq!(american_time_zone((51.88, -176.658)), Some("America/Adak"));
    }

    #[test]
    fn american_zones_are_sorted_and_known_to_the_map() {
        assert!(AMERICAN_ZONES.is_sorted());
        let known = ZONES.timezonenames();
        for zone in AMERICAN_ZONES {
            assert!(known.contains(&zone), "{zone}");
        }
    }

    #[test]
    fn every_zip_code_has_an_american_zone() {
        let (records, _) = CENTROIDS.as_chunks::<9>();
        for record in records {
            let zip = format!("{:05}", three_bytes(record, 0));
            assert!(zip_centroid(&zip).and_then(american_time_zone).is_some(), "{zip}");
        }
    }

    #[test]
    fn distance_is_right_across_the_antimeridian() {
        assert!((kilometers((0.0, 179.5), (0.0, -179.5)) - 111.319).abs() < 0.001);
    }
}
