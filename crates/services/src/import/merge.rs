//! What a file says of a library or venue, put over what is known of it.
//!
//! | what | new | known before |
//! |---|---|---|
//! | library: name | the system's; where the file has none, that of the central outlet, else of the first | the system's; where the file has none, it stays |
//! | library: state | the central outlet's, else the first's | the same |
//! | library: county, population with its year | likewise | where the file has one; else it stays |
//! | library: time zone | the central outlet's, else the first's | stays: in which zone they count their days is theirs to say |
//! | venue: name, kind, city, state, ZIP code | the file's | the file's |
//! | venue: address, phone, locale, open | the file's | where the file says it; else it stays |
//! | venue: coordinates | the file's, else the ZIP code's, approximate | the file's; else those that are exact stay |
//! | venue: time zone | from the coordinates | stays where the coordinates do, so that a correction near a border lasts |

use packhorse_db::DbError;
use packhorse_domain::{
    Coordinates, Zone,
    library::{LibraryDetails, VenueDetails, VenueKind},
};
use packhorse_outlets::{Outlet, OutletKind};

use super::file::System;
use crate::Error;

/// The library that a system is.
///
/// # Errors
/// When a time zone is not known, which is a defect.
pub(super) fn library(system: &System, before: Option<&LibraryDetails>) -> Result<LibraryDetails, Error> {
    let central = system.outlets.iter().find(|outlet| outlet.kind == OutletKind::Central);
    let main = central.or(system.outlets.first()).ok_or_else(|| defect("a system without outlets"))?;
    let outlets = || std::iter::once(main).chain(&system.outlets);
    let name = outlets().find_map(|outlet| outlet.system_name.as_ref());
    let population = outlets().find_map(|outlet| Some((outlet.population_served?, outlet.population_fiscal_year)));
    let (population_served, population_fiscal_year) = match population {
        Some((served, year)) => (Some(served), year),
        None => before.map_or((None, None), |before| (before.population_served, before.population_fiscal_year)),
    };
    Ok(LibraryDetails {
        name: name.or(before.map(|before| &before.name)).unwrap_or(&main.name).clone(),
        fscs_key: Some(system.key.clone()),
        state_code: Some(main.state.clone()),
        county_fips: main.county_fips.as_ref().or(before.and_then(|before| before.county_fips.as_ref())).cloned(),
        population_served,
        population_fiscal_year,
        time_zone: before.map_or_else(|| zone(main), |before| Ok(before.time_zone.clone()))?,
    })
}

/// The venue that an outlet is.
///
/// # Errors
/// As [`library`].
pub(super) fn venue(outlet: &Outlet, before: Option<&VenueDetails>) -> Result<VenueDetails, Error> {
    let said = |file: &Option<String>, kept: fn(&VenueDetails) -> &String| {
        file.as_ref().or(before.map(kept)).cloned().unwrap_or_default()
    };
    let (coordinates, approximate) = place(outlet, before);
    let stayed = before.filter(|before| before.coordinates == coordinates);
    Ok(VenueDetails {
        name: outlet.name.clone(),
        kind: match outlet.kind {
            OutletKind::Central => VenueKind::Central,
            OutletKind::Branch => VenueKind::Branch,
            OutletKind::Bookmobile => VenueKind::Bookmobile,
            OutletKind::MailOnly => VenueKind::MailOnly,
        },
        fscs_seq: Some(outlet.seq.clone()),
        address: said(&outlet.address, |before| &before.address),
        city: outlet.city.clone(),
        state_code: Some(outlet.state.clone()),
        postal_code: outlet.zip.clone(),
        phone: said(&outlet.phone, |before| &before.phone),
        coordinates,
        approximate,
        locale: outlet.locale.as_ref().or(before.and_then(|before| before.locale.as_ref())).cloned(),
        time_zone: stayed.map_or_else(|| zone(outlet), |before| Ok(before.time_zone.clone()))?,
        open: outlet.open.or(before.map(|before| before.open)).unwrap_or(true),
    })
}

/// Where it stands, and whether that is only near.
fn place(outlet: &Outlet, before: Option<&VenueDetails>) -> (Option<Coordinates>, bool) {
    match before {
        Some(before)
            if (outlet.approximate || outlet.coordinates.is_none())
                && !before.approximate
                && before.coordinates.is_some() =>
        {
            (before.coordinates, false)
        }
        Some(_) | None => {
            let coordinates =
                outlet.coordinates.and_then(|(lat, lon)| Coordinates::new(to_centimeters(lat), to_centimeters(lon)));
            (coordinates, coordinates.is_some() && outlet.approximate)
        }
    }
}

/// Seven decimals of a degree are a centimeter: more than any survey means, and few enough that JSON gives back the same
/// number, so that what is unchanged is seen to be.
fn to_centimeters(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn zone(outlet: &Outlet) -> Result<Zone, Error> {
    Zone::new(outlet.time_zone).map_err(|_| defect(outlet.time_zone))
}

fn defect(what: &str) -> Error {
    Error::Db(DbError::Corrupt(format!("import: {what}")))
}
