//! The keys that sign access tokens, and the secret of the installation.

use diesel::prelude::*;
use packhorse_domain::Timestamp;

use crate::{
    Conn, DbError,
    error::one,
    schema::{secrets, signing_keys},
    types::At,
};

/// A key that signs access tokens, will, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// PKCS #8 PEM.
    pub private_pem: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign; none for the next one.
    pub signs_from: Option<Timestamp>,
    /// For a retired one: until when what it signed may still be about.
    pub verifies_until: Option<Timestamp>,
}

/// All of them, newest first.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<SigningKey>, DbError> {
    type Found = (String, String, At, Option<At>, Option<At>);
    let query = signing_keys::table.order((signing_keys::created_at.desc(), signing_keys::kid));
    let rows: Vec<Found> = query.load(conn)?;
    let key = |(kid, private_pem, created_at, signs_from, verifies_until): Found| SigningKey {
        kid,
        private_pem,
        created_at: created_at.0,
        signs_from: signs_from.map(|at| at.0),
        verifies_until: verifies_until.map(|at| at.0),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Keeps a new one.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, key: &SigningKey) -> Result<(), DbError> {
    let row = (
        signing_keys::kid.eq(&key.kid),
        signing_keys::private_pem.eq(&key.private_pem),
        signing_keys::created_at.eq(At(key.created_at)),
        signing_keys::signs_from.eq(key.signs_from.map(At)),
        signing_keys::verifies_until.eq(key.verifies_until.map(At)),
    );
    one(diesel::insert_into(signing_keys::table).values(row).execute(conn)?)
}

/// Keeps when one signs and verifies.
///
/// # Errors
/// [`DbError::Contention`] when it is gone.
pub fn update(conn: &mut Conn, key: &SigningKey) -> Result<(), DbError> {
    let row = signing_keys::table.filter(signing_keys::kid.eq(&key.kid));
    let set = (
        signing_keys::signs_from.eq(key.signs_from.map(At)),
        signing_keys::verifies_until.eq(key.verifies_until.map(At)),
    );
    one(diesel::update(row).set(set).execute(conn)?)
}

/// Whether some verify nothing any more.
///
/// # Errors
/// Those of the database.
pub fn outlived(conn: &mut Conn, now: Timestamp) -> Result<bool, DbError> {
    let over = signing_keys::table.filter(signing_keys::verifies_until.le(At(now)));
    Ok(diesel::select(diesel::dsl::exists(over)).get_result(conn)?)
}

/// Forgets those that verify nothing any more.
///
/// # Errors
/// Those of the database.
pub fn forget_outlived(conn: &mut Conn, now: Timestamp) -> Result<(), DbError> {
    diesel::delete(signing_keys::table.filter(signing_keys::verifies_until.le(At(now)))).execute(conn)?;
    Ok(())
}

/// The secret of this name, if it was made.
///
/// # Errors
/// Those of the database.
pub fn secret(conn: &mut Conn, name: &str) -> Result<Option<String>, DbError> {
    Ok(secrets::table.filter(secrets::name.eq(name)).select(secrets::value).first(conn).optional()?)
}

/// Keeps a new secret.
///
/// # Errors
/// Those of the database.
pub fn insert_secret(conn: &mut Conn, name: &str, value: &str) -> Result<(), DbError> {
    let row = (secrets::name.eq(name), secrets::value.eq(value));
    one(diesel::insert_into(secrets::table).values(row).execute(conn)?)
}
