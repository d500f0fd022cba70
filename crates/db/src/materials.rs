//! Materials of workshops.

use diesel::prelude::*;
use packhorse_domain::{
    Scope,
    id::{MaterialId, NetworkId, WorkshopId},
    material::{Material, MaterialDetails, MaterialKind},
};

use crate::{
    Conn, DbError, Page,
    connection::MultiBackend,
    dialect::contains,
    entity::{calendar_part, owned},
    page::paged,
    schema::{materials, workshops},
    scope::{self, seen},
    types::Spelled,
    workshops as catalog,
};

// Those of workshops they see.
seen!(
    materials,
    concat!("materials.workshop_id IN (SELECT id FROM workshops WHERE ", scope::of_workshops_seen!(), ")")
);

owned! {
    materials: Material, MaterialId, of workshop: WorkshopId, in workshop_id, MaterialDetails,
    kind: Spelled<MaterialKind> = |material: &Material| Spelled(material.details.kind),
    is_public: bool = |material: &Material| material.details.is_public,
    search_text: String = |material: &Material| {
        format!("{}\n{}", material.details.title, material.details.summary).to_lowercase()
    },
}
calendar_part! { materials: Material, of WorkshopId, in workshop_id, of_workshops }

/// What a search for materials may be narrowed to.
#[derive(Debug, Clone, Default)]
pub struct MaterialFilter {
    /// Of this workshop.
    pub workshop: Option<WorkshopId>,
    /// Of this kind.
    pub kind: Option<MaterialKind>,
    /// Whose title or summary contains this, without regard to case.
    pub q: Option<String>,
}

/// One page of materials; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn search(conn: &mut Conn, scope: Scope, filter: &MaterialFilter, page: &Page) -> Result<Vec<Material>, DbError> {
    let mut query = visible(scope);
    if let Some(workshop) = filter.workshop {
        query = query.filter(materials::workshop_id.eq(Spelled(workshop)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(materials::kind.eq(Spelled(kind)));
    }
    if let Some(q) = &filter.q {
        query = query.filter(materials::search_text.like(contains(q)).escape('\\'));
    }
    let rows: Vec<Row> = paged!(query, materials::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Material::from).collect())
}

/// Recordings of workshops in the public catalog, or in one network's part of it: the newest first, behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn public_recordings(
    conn: &mut Conn,
    network: Option<NetworkId>,
    after: Option<MaterialId>,
    limit: i64,
) -> Result<Vec<Material>, DbError> {
    let of = workshops::table.on(workshops::id.eq(materials::workshop_id));
    let mut query = materials::table
        .inner_join(of)
        .filter(catalog::everybody())
        .filter(materials::kind.eq(Spelled(MaterialKind::Recording)))
        .filter(materials::is_public)
        .into_boxed::<MultiBackend>();
    if let Some(network) = network {
        query = query.filter(workshops::network_id.eq(Spelled(network)));
    }
    if let Some(after) = after {
        query = query.filter(materials::id.lt(Spelled(after)));
    }
    let rows: Vec<Row> = query.order(materials::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Material::from).collect())
}
