//! Venues: the buildings of libraries.

use packhorse_db::{Page, venues};
use packhorse_domain::{
    Action, Coordinates, Record, Resource, Timestamp, Valid, Zone,
    id::{LibraryId, VenueId},
    library::{Venue, VenueDetails},
};
use packhorse_outlets::{time_zone, zip_centroid};

use crate::{Change, Context, Error, Expected, libraries};

/// Whose a venue is: its library's.
pub(crate) fn resource(ctx: &mut Context<'_>, venue: &Venue) -> Result<Resource, Error> {
    Ok(libraries::resource(&libraries::get(ctx, venue.library)?))
}

/// The venue with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(ctx: &mut Context<'_>, id: VenueId) -> Result<Venue, Error> {
    let scope = ctx.scope();
    Ok(venues::find(ctx.conn, scope, id)?)
}

/// One page of venues, of one library or of all.
///
/// # Errors
/// Those of the database.
pub fn list(ctx: &mut Context<'_>, library: Option<LibraryId>, page: &Page) -> Result<Vec<Venue>, Error> {
    let scope = ctx.scope();
    Ok(venues::list(ctx.conn, scope, library, page)?)
}

/// Adds a venue to a library.
///
/// # Errors
/// [`Error::NotFound`] for the library, [`Error::Forbidden`], [`Error::Conflict`] `fscs_seq_taken`.
pub fn create(ctx: &mut Context<'_>, library: LibraryId, details: Valid<VenueDetails>) -> Result<Venue, Error> {
    let owner = libraries::resource(&libraries::get(ctx, library)?);
    ctx.authorize(Action::UpdateLibrary, &owner)?;
    let details = located(details.into_inner(), None, ctx.now);
    let venue = Venue { id: VenueId::new(ctx.now), library, details, record: Record::new(ctx.now) };
    ctx.keep(Change::new("create", venue.id, owner.network), venues::insert, None, venue)
}

/// Changes what is known of a venue.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`] and of `change`, [`Error::Conflict`]
/// `fscs_seq_taken`.
pub fn update(
    ctx: &mut Context<'_>,
    id: VenueId,
    expected: &Expected,
    change: impl FnOnce(&VenueDetails) -> Result<Valid<VenueDetails>, Error>,
) -> Result<Venue, Error> {
    let before = get(ctx, id)?;
    let owner = resource(ctx, &before)?;
    ctx.authorize_change(Action::UpdateLibrary, &owner, expected, &before.record)?;
    let details = located(change(&before.details)?.into_inner(), Some(&before.details), ctx.now);
    let after = Venue { details, record: before.record.changed(ctx.now), ..before.clone() };
    ctx.keep(Change::new("update", id, owner.network), venues::update, Some(&before), after)
}

/// Fills missing coordinates with those of the postal code, marked as approximate; such ones follow a new postal code.
fn located(mut details: VenueDetails, before: Option<&VenueDetails>, now: Timestamp) -> VenueDetails {
    let follows = |before: &VenueDetails| {
        before.approximate && before.coordinates == details.coordinates && before.postal_code != details.postal_code
    };
    if before.is_some_and(follows) {
        details.coordinates = None;
    }
    if details.coordinates.is_none() {
        details.coordinates = centroid(&details, now);
        details.approximate = details.coordinates.is_some();
    }
    details
}

/// The middle of a ZIP or ZIP+4 code's area. Codes of that form are used elsewhere, too: the venue's clock may differ by an
/// hour at most from the one there.
fn centroid(venue: &VenueDetails, now: Timestamp) -> Option<Coordinates> {
    let zip = match venue.postal_code.split_once('-') {
        Some((zip, more)) if more.len() == 4 && more.bytes().all(|byte| byte.is_ascii_digit()) => zip,
        Some(_) => return None,
        None => &venue.postal_code,
    };
    let (lat, lon) = zip_centroid(zip)?;
    let there = Zone::new(time_zone(lat, lon)?).ok()?;
    let offset = |zone: &Zone| zone.rules().to_offset(now).seconds();
    let near = (offset(&there) - offset(&venue.time_zone)).abs() <= 3600;
    Coordinates::new(lat, lon).filter(|_| near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn venue(postal_code: &str, time_zone: &str) -> VenueDetails {
        let json =
            serde_json::json!({ "name": "x", "kind": "central", "postal_code": postal_code, "time_zone": time_zone });
        serde_json::from_value(json).unwrap()
    }

    fn placed(details: VenueDetails, before: Option<&VenueDetails>) -> VenueDetails {
        located(details, before, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_zip_code_gives_approximate_coordinates() {
        for code in ["66044", "66044-2500"] {
            let lawrence = placed(venue(code, "America/Chicago"), None);
            assert!(
                lawrence.approximate && lawrence.coordinates.is_some_and(|at| (at.lat - 39.0).abs() < 0.2),
                "{code}"
            );
        }
        for (code, zone) in [
            ("", "America/Chicago"),
            ("6604", "America/Chicago"),
            ("66044-2", "America/Chicago"),
            ("10115", "Europe/Berlin"),
        ] {
            let nowhere = placed(venue(code, zone), None);
            assert_eq!((nowhere.coordinates, nowhere.approximate), (None, false), "{code}");
        }
    }

    #[test]
    fn approximate_coordinates_follow_the_zip_code_and_exact_ones_stay() {
        let before = placed(venue("66044", "America/Chicago"), None);
        let moved = VenueDetails { postal_code: "67735".to_owned(), ..before.clone() };
        assert_ne!(placed(moved.clone(), Some(&before)).coordinates, before.coordinates);
        let exact = VenueDetails { approximate: false, ..before.clone() };
        let renamed = VenueDetails { postal_code: "67735".to_owned(), ..exact.clone() };
        assert_eq!(placed(renamed, Some(&exact)).coordinates, exact.coordinates);
    }
}
