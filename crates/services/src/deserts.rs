//! Where training in person is missing.

use std::collections::{HashMap, HashSet};

use jiff::{ToSpan, Zoned};
use packhorse_db::{deserts, venues};
use packhorse_domain::{
    Action, Coordinates, Resource, Timestamp,
    desert::{Outlook, Survey, survey},
    id::{LibraryId, NetworkId},
    library::VenueKind,
    network::Network,
};

use crate::{Context, Error, networks};

/// What was found, and since when it counts.
#[derive(Debug)]
pub struct Found {
    /// The network's name.
    pub network_name: String,
    /// Training before this instant does not count.
    pub since: Timestamp,
    /// The libraries.
    pub survey: Survey,
}

/// The present by a network's calendar, and so many months before.
fn period(network: &Network, now: Timestamp, months: u8) -> (Zoned, Timestamp) {
    let now = now.to_zoned(network.details.time_zone.rules());
    let since = now.saturating_sub(i32::from(months).months()).timestamp();
    (now, since)
}

/// The libraries of a network without training in person in so many months.
///
/// # Errors
/// Those of the database.
pub(crate) fn without(ctx: &mut Context<'_>, network: &Network, months: u8) -> Result<HashSet<LibraryId>, Error> {
    let (_, since) = period(network, ctx.now, months);
    let libraries = deserts::last_taught(ctx.conn, network.id)?.into_iter();
    Ok(libraries.filter(|(.., last_at)| last_at.is_none_or(|last| last < since)).map(|(id, ..)| id).collect())
}

/// Parts the libraries of a network by whether they had training in person in so many months.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn of_network(ctx: &mut Context<'_>, id: NetworkId, months: u8) -> Result<Found, Error> {
    let network = networks::get(ctx, id)?;
    ctx.authorize(Action::ReadGaps, &Resource::of(id))?;
    let (now, since) = period(&network, ctx.now, months);
    let mut places: HashMap<LibraryId, (bool, Coordinates)> = HashMap::new();
    for venue in venues::of_network(ctx.conn, id)? {
        let Some(coordinates) = venue.details.coordinates else { continue };
        let is_central = venue.details.kind == VenueKind::Central;
        let place = places.entry(venue.library).or_insert((is_central, coordinates));
        if is_central && !place.0 {
            *place = (true, coordinates);
        }
    }
    let libraries = deserts::last_taught(ctx.conn, id)?.into_iter().map(|(library, details, last_at)| Outlook {
        library,
        details,
        coordinates: places.get(&library).map(|place| place.1),
        last_at,
    });
    let survey = survey(libraries.collect(), since, &now);
    Ok(Found { network_name: network.details.name, since, survey })
}
