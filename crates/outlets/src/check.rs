//! From a row to an outlet: what each value must be, and what looks wrong.

use std::collections::HashMap;

use crate::columns::{Column, Layout};
use crate::fault::LineFault;
use crate::outlet::{Outlet, OutletKind};
use crate::place::{american_time_zone, kilometers, zip_centroid};
use crate::row::Row;
use crate::title::title_case;

/// Coordinates further than this from the ZIP code's centroid are suspect, in kilometers.
const FAR_FROM_ZIP_KM: f64 = 60.0;

/// States, the district, territories and freely associated states, sorted.
#[rustfmt::skip]
const STATES: [&str; 59] = [
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA", "GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA",
    "MA", "MD", "ME", "MH", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA",
    "PR", "PW", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// Source: NCES locale codes.
const LOCALES: [&str; 12] = ["11", "12", "13", "21", "22", "23", "31", "32", "33", "41", "42", "43"];

/// Closed, removed from the survey, closed for a time.
///
/// Source: Public Libraries Survey, structure change code (`STATSTRU`).
const CLOSED_CODES: [u8; 3] = [3, 10, 23];

/// The line each natural key (`KS0001-002`) was first seen on.
pub(crate) type SeenKeys = HashMap<String, u64>;

/// Checks everything; what is returned as an error is never empty.
pub(crate) fn check(mut row: Row, seen: &mut SeenKeys) -> Result<Outlet, Vec<LineFault>> {
    let fscs_key = fscs_key(&mut row);
    let seq = sequence(&mut row);
    if let (Some(system), Some(seq)) = (&fscs_key, &seq) {
        let key = format!("{system}-{seq}");
        let first = *seen.entry(key.clone()).or_insert(row.line);
        if first != row.line {
            row.fault(Column::Seq, "duplicate", &format!("{key}, first on line {first}"));
        }
    }
    let name = row.need(Column::Name);
    let system_name = row.take(Column::SystemName);
    let kind = one_of(&mut row, Column::Kind, "unknown_outlet_type", OutletKind::from_code);
    let address = row.take(Column::Address);
    let city = row.need(Column::City);
    let known_state = |code: &str| STATES.contains(&code).then(|| code.to_owned());
    let state = one_of(&mut row, Column::State, "unknown_state", known_state);
    let zip = zip(&mut row);
    let county = row.take(Column::County);
    let county_fips = county_fips(&mut row);
    let population_served = row.number(Column::PopulationServed, &(0..=100_000_000));
    let population_fiscal_year = row.number(Column::PopulationYear, &(1987..=2200));
    let phone = row.take(Column::Phone);
    let locale = locale(&mut row);
    let open = open(&mut row);
    let place = place(&mut row, zip.as_deref());

    match (fscs_key, seq, name, kind, city, state, zip, place) {
        (Some(fscs_key), Some(seq), Some(name), Some(kind), Some(city), Some(state), Some(zip), Some(place))
            if row.faults.is_empty() =>
        {
            Ok(Outlet {
                line: row.line,
                fscs_key,
                seq,
                name: title_case(&name),
                system_name: system_name.map(|name| title_case(&name)),
                kind,
                address: address.map(|address| title_case(&address)),
                city: title_case(&city),
                state,
                zip,
                county: county.map(|county| title_case(&county)),
                county_fips,
                coordinates: place.coordinates,
                approximate: place.approximate,
                population_served,
                population_fiscal_year,
                phone,
                locale,
                open,
                time_zone: place.time_zone,
                warnings: place.warnings,
            })
        }
        _ => Err(row.faults),
    }
}

/// A needed code from a list, in upper case.
fn one_of<T>(row: &mut Row, column: Column, code: &'static str, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = row.need(column)?;
    let found = meaning(&text.to_ascii_uppercase());
    if found.is_none() {
        row.fault(column, code, &text);
    }
    found
}

fn fscs_key(row: &mut Row) -> Option<String> {
    one_of(row, Column::FscsKey, "bad_key", |text| {
        let well_formed = text.len() == 6
            && text
                .bytes()
                .enumerate()
                .all(|(place, byte)| if place < 2 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() });
        well_formed.then(|| text.to_owned())
    })
}

/// Three digits; spreadsheets drop the zeros in front.
fn sequence(row: &mut Row) -> Option<String> {
    one_of(row, Column::Seq, "bad_key", |text| padded(text, 1, 3))
}

/// Five digits of nine or five; spreadsheets drop the zeros in front.
fn zip(row: &mut Row) -> Option<String> {
    one_of(row, Column::Zip, "bad_zip", |text| match text.split_once('-') {
        Some((zip, plus)) if plus.len() == 4 && are_digits(plus) => padded(zip, 5, 5),
        Some(_) => None,
        None => padded(text, 3, 5),
    })
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// At least `fewest` digits, made `width` long with zeros in front.
fn padded(digits: &str, fewest: usize, width: usize) -> Option<String> {
    ((fewest..=width).contains(&digits.len()) && are_digits(digits)).then(|| format!("{digits:0>width$}"))
}

/// One column in the cleaned form, state and county apart in the published one.
fn county_fips(row: &mut Row) -> Option<String> {
    let layout = row.layout;
    let mut digits = |column, fewest, width| {
        let text = row.take(column)?;
        let code = padded(&text, fewest, width);
        if code.is_none() {
            row.fault(column, "bad_number", &text);
        }
        code
    };
    match layout {
        Layout::Cleaned => digits(Column::CountyFips, 4, 5),
        Layout::Published => {
            let (state, county) = (digits(Column::StateFips, 1, 2), digits(Column::CountyFips, 1, 3));
            Some(state? + &county?)
        }
    }
}

fn locale(row: &mut Row) -> Option<String> {
    let locale = row.take(Column::Locale)?;
    if !LOCALES.contains(&locale.as_str()) {
        row.fault(Column::Locale, "out_of_range", &locale);
    }
    Some(locale)
}

fn open(row: &mut Row) -> Option<bool> {
    match row.layout {
        Layout::Published => row.number(Column::Status, &(0..=99)).map(|code| !CLOSED_CODES.contains(&code)),
        Layout::Cleaned => match row.take(Column::Status)?.as_str() {
            "open" => Some(true),
            "closed" | "temporarily_closed" => Some(false),
            other => {
                row.fault(Column::Status, "unknown_status", other);
                None
            }
        },
    }
}

/// Where an outlet is.
struct Place {
    coordinates: Option<(f64, f64)>,
    approximate: bool,
    time_zone: &'static str,
    warnings: Vec<LineFault>,
}

/// Coordinates as given, else the ZIP code's; the time zone from them. `None` when a fault was noted.
fn place(row: &mut Row, zip: Option<&str>) -> Option<Place> {
    let given = coordinates(row);
    let zip = zip?;
    if row.is_bad(Column::Latitude) || row.is_bad(Column::Longitude) {
        return None;
    }
    let centroid = zip_centroid(zip);
    let zone_here = given.or(centroid).and_then(american_time_zone);
    let Some(time_zone) = zone_here.or_else(|| centroid.and_then(american_time_zone)) else {
        row.fault(Column::Zip, "no_time_zone", zip);
        return None;
    };
    let mut warnings = Vec::new();
    let mut warn =
        |column, code, value: &str| warnings.push(LineFault::new(row.line, row.name_of(column), code, value));
    match (given, centroid) {
        (_, None) => warn(Column::Zip, "unknown_zip", zip),
        (Some(given), Some(centroid)) => {
            let distance = kilometers(given, centroid);
            if distance > FAR_FROM_ZIP_KM {
                warn(Column::Latitude, "far_from_zip", &format!("{distance:.0} km"));
            }
            if zone_here.is_none() {
                warn(Column::Latitude, "foreign_time_zone", &format!("{}, {}", given.0, given.1));
            }
        }
        (None, Some(_)) => {}
    }
    Some(Place { coordinates: given.or(centroid), approximate: given.is_none(), time_zone, warnings })
}

/// Both or neither; nobody lives at 0° 0°, where programs put what they could not place.
fn coordinates(row: &mut Row) -> Option<(f64, f64)> {
    let latitude = row.number(Column::Latitude, &(-90.0..=90.0));
    let longitude = row.number(Column::Longitude, &(-180.0..=180.0));
    match (latitude, longitude) {
        (Some(0.0), Some(0.0)) | (None, None) => None,
        (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
        (Some(_), None) => {
            row.fault_if_none_yet(Column::Longitude, "missing");
            None
        }
        (None, Some(_)) => {
            row.fault_if_none_yet(Column::Latitude, "missing");
            None
        }
    }
}
