//! Showcases as the catalog tells of them.

use std::collections::HashMap;

use packhorse_db::{Conn, materials, showcases, workshops};
use packhorse_domain::{
    Scope,
    id::{MaterialId, NetworkId, ShowcaseId},
    showcase,
    workshop::Workshop,
};
use packhorse_publishing::model::{Handout, Showcase, Table, Venue, WebAddress};

use super::unique;
use crate::Error;

/// Showcases of the catalog, of one network or of all, behind one, at most so many: each with when it changed.
///
/// # Errors
/// Those of the database.
pub fn showcases(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<ShowcaseId>,
    limit: u16,
) -> Result<Vec<Showcase>, Error> {
    let found = showcases::public(conn, network, after, limit.into())?;
    told(conn, found)
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
    told(conn, vec![found])?.pop().ok_or(Error::NotFound)
}

fn told(conn: &mut Conn, found: Vec<showcase::Showcase>) -> Result<Vec<Showcase>, Error> {
    let tables = found.iter().flat_map(|showcase| &showcase.details.tables);
    let handouts = handouts(conn, &unique(tables.flat_map(|table| table.handouts.clone())))?;
    Ok(found.into_iter().map(|showcase| shown(showcase, &handouts)).collect())
}

fn shown(found: showcase::Showcase, handouts: &HashMap<MaterialId, Handout>) -> Showcase {
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
    Showcase {
        id: found.id,
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
        updated_at: found.record.updated_at,
    }
}

/// Titles and addresses of what everybody may take along.
fn handouts(conn: &mut Conn, ids: &[MaterialId]) -> Result<HashMap<MaterialId, Handout>, Error> {
    let found = materials::with_ids(conn, ids)?;
    let of: Vec<_> = found.iter().map(|material| material.workshop).collect();
    let public = workshops::with_ids(conn, &unique(of.into_iter()))?.into_iter().filter(Workshop::is_public);
    let public: Vec<_> = public.map(|workshop| workshop.id).collect();
    let shown = found.into_iter().filter(|one| one.details.is_public && public.contains(&one.workshop));
    let addressed = shown.filter_map(|one| {
        let address = WebAddress::new(&one.details.address).ok()?;
        Some((one.id, Handout { title: one.details.title, address }))
    });
    Ok(addressed.collect())
}
