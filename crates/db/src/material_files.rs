//! Uploaded files of materials.

use diesel::prelude::*;
use packhorse_domain::{id::MaterialId, material::MaterialFile};

use crate::{
    Conn, DbError,
    error::one,
    schema::material_files,
    types::{At, Spelled},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = material_files)]
struct Row {
    material_id: Spelled<MaterialId>,
    media_type: String,
    bytes: i64,
    sha256: String,
    uploaded_at: At,
}

impl From<Row> for MaterialFile {
    fn from(row: Row) -> Self {
        Self {
            material: row.material_id.0,
            media_type: row.media_type,
            bytes: row.bytes.unsigned_abs(),
            sha256: row.sha256,
            uploaded_at: row.uploaded_at.0,
        }
    }
}

/// The file of a material.
///
/// # Errors
/// [`DbError::NotFound`] when none was uploaded.
pub fn find(conn: &mut Conn, material: MaterialId) -> Result<MaterialFile, DbError> {
    let row: Row = material_files::table.find(Spelled(material)).select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

/// The files of some materials.
///
/// # Errors
/// Those of the database.
pub fn of_materials(conn: &mut Conn, materials: &[MaterialId]) -> Result<Vec<MaterialFile>, DbError> {
    let named = material_files::material_id.eq_any(materials.iter().map(|id| Spelled(*id)));
    let rows: Vec<Row> = material_files::table.filter(named).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(MaterialFile::from).collect())
}

/// Keeps a file in the place of the one there was.
///
/// # Errors
/// Those of the database.
pub fn put(conn: &mut Conn, file: &MaterialFile) -> Result<(), DbError> {
    diesel::delete(material_files::table.find(Spelled(file.material))).execute(conn)?;
    let row = Row {
        material_id: Spelled(file.material),
        media_type: file.media_type.clone(),
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        sha256: file.sha256.clone(),
        uploaded_at: At(file.uploaded_at),
    };
    one(diesel::insert_into(material_files::table).values(row).execute(conn)?)
}
