//! Materials of workshops.

use std::collections::HashSet;

use packhorse_db::{Conn, Found, material_files};
use packhorse_domain::{
    id::{MaterialId, WorkshopId},
    material::{Material, MaterialDetails, MaterialFile},
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

/// The file that was uploaded for a material.
///
/// # Errors
/// [`Error::NotFound`] for the material, or when none was.
pub fn file(ctx: &mut Context<'_>, id: MaterialId) -> Result<(Material, MaterialFile), Error> {
    let material = get(ctx, id)?;
    Ok((material, material_files::find(ctx.conn, id)?))
}

/// Whether the actor may upload a file for a material. [`keep_file`] checks it too; this is for asking before a file is stored.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], those of [`Expected::check`].
pub fn may_upload(ctx: &mut Context<'_>, id: MaterialId, expected: &Expected) -> Result<(), Error> {
    find_to_change(ctx, id, expected).map(drop)
}

/// Keeps that a file was stored for a material: its address, media type and size are the file's from now on. With it comes the file
/// whose place it takes.
///
/// # Errors
/// As [`may_upload`].
pub fn keep_file(
    ctx: &mut Context<'_>,
    expected: &Expected,
    file: &MaterialFile,
    address: &str,
) -> Result<(Material, Option<MaterialFile>), Error> {
    let (before, owner) = find_to_change(ctx, file.material, expected)?;
    let replaced = material_files::find(ctx.conn, file.material).found()?;
    material_files::put(ctx.conn, file)?;
    let details = MaterialDetails {
        address: address.to_owned(),
        media_type: file.media_type.clone(),
        bytes: Some(file.bytes),
        ..before.details.clone()
    };
    let after = Material { details, record: before.record.changed(ctx.now), ..before.clone() };
    let after = ctx.keep(Change::new("upload", after.id, owner.network), rows::update, Some(&before), after)?;
    Ok((after, replaced))
}

/// Which of some stored files no material has, by their names. What has no name of ours is left alone.
///
/// # Errors
/// Those of the database.
pub fn orphans(conn: &mut Conn, keys: Vec<String>) -> Result<Vec<String>, Error> {
    let named = keys.into_iter().filter_map(|key| Some((material_of(&key)?, key)));
    let named: Vec<(MaterialId, String)> = named.collect();
    let ids: Vec<MaterialId> = named.iter().map(|(id, _)| *id).collect();
    let kept: HashSet<String> = material_files::of_materials(conn, &ids)?.iter().map(MaterialFile::key).collect();
    Ok(named.into_iter().map(|(_, key)| key).filter(|key| !kept.contains(key)).collect())
}

/// Of which material a file is that is stored under a name; nothing where that is no name of ours.
fn material_of(key: &str) -> Option<MaterialId> {
    let (sha256, material) = key.split_once('/')?.1.split_once('-')?;
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|digit| digit.is_ascii_hexdigit());
    material.parse().ok().filter(|_| is_digest)
}
