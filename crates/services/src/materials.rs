//! Materials of workshops.

use packhorse_domain::{
    id::{MaterialId, WorkshopId},
    material::{Material, MaterialDetails},
};

use crate::parts::parts;

pub use packhorse_db::materials::MaterialFilter;

parts! {
    materials: Material, MaterialId, MaterialDetails, of workshop: WorkshopId, in workshops, changing ManageWorkshops
}

/// One page of materials of whatever workshop: "who has a handout?"
///
/// # Errors
/// Those of the database.
pub fn search(ctx: &mut Context<'_>, filter: &MaterialFilter, page: &Page) -> Result<Vec<Material>, Error> {
    let scope = ctx.scope();
    Ok(rows::search(ctx.conn, scope, filter, page)?)
}
