//! Showcases as the catalog tells of them.

use std::collections::HashMap;

use packhorse_db::{Conn, materials, showcases, workshops};
use packhorse_domain::{
    Scope, Timestamp,
    id::{MaterialId, ShowcaseId},
    workshop::Workshop,
};
use packhorse_publishing::model::{Showcase, Table, Venue, WebAddress};

use super::unique;
use crate::Error;

/// Showcases of the catalog behind one, at most so many: which, and when each changed.
///
/// # Errors
/// Those of the database.
pub fn showcases(
    conn: &mut Conn,
    after: Option<ShowcaseId>,
    limit: u16,
) -> Result<Vec<(ShowcaseId, Timestamp)>, Error> {
    let found = showcases::public(conn, after, limit.into())?;
    Ok(found.into_iter().map(|showcase| (showcase.id, showcase.record.updated_at)).collect())
}

/// A showcase by itself.
///
/// # Errors
/// [`Error::NotFound`] when it is not in the catalog.
pub fn showcase(conn: &mut Conn, id: ShowcaseId) -> Result<Showcase, Error> {
    let found = showcases::find(conn, Scope::Everything, id)?;
    if found.published_at.is_none() {
        return Err(Error::NotFound);
    }
    let handouts = handouts(conn, &unique(found.details.tables.iter().flat_map(|table| table.handouts.clone())))?;
    let (time, details) = (found.time(), found.details);
    let contact = details.contact_address.as_deref().and_then(|address| WebAddress::new(address).ok());
    let mut tables: Vec<_> = details
        .tables
        .into_iter()
        .map(|table| Table {
            number: table.number,
            handouts: table.handouts.iter().filter_map(|handout| handouts.get(handout).cloned()).collect(),
            host: table.host,
            title: table.title,
            tip: table.tip,
            bring: contact.clone(),
        })
        .collect();
    tables.sort_by_key(|table| table.number);
    Ok(Showcase {
        id: id.to_string(),
        network: found.network,
        title: details.title,
        summary: details.summary,
        time,
        zone: details.time_zone,
        venue: Venue {
            name: details.place,
            address: details.address.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
            coordinates: None,
        },
        tables,
    })
}

/// Titles and addresses of what everybody may take along.
fn handouts(conn: &mut Conn, ids: &[MaterialId]) -> Result<HashMap<MaterialId, (String, WebAddress)>, Error> {
    let found = materials::with_ids(conn, ids)?;
    let of: Vec<_> = found.iter().map(|material| material.workshop).collect();
    let public = workshops::with_ids(conn, &unique(of.into_iter()))?.into_iter().filter(Workshop::is_public);
    let public: Vec<_> = public.map(|workshop| workshop.id).collect();
    let shown = found.into_iter().filter(|one| one.details.is_public && public.contains(&one.workshop));
    let addressed =
        shown.filter_map(|one| Some((one.id, (one.details.title, WebAddress::new(&one.details.address).ok()?))));
    Ok(addressed.collect())
}
