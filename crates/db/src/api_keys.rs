//! API keys.

use diesel::{prelude::*, sql_query, sql_types::Text};
use packhorse_domain::{
    Scope, Timestamp,
    api_key::{ApiKey, ApiKeyDetails, Fingerprints},
    id::{ApiKeyId, NetworkId},
};

use crate::{
    Conn, DbError, Page,
    entity::{finding, updating},
    error::one,
    page::paged,
    schema::{api_key_uses, api_keys},
    scope::{self, seen},
    types::{At, InstantType, Json, Spelled, record},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, treat_none_as_null = true)]
struct Row {
    id: Spelled<ApiKeyId>,
    network_id: Spelled<NetworkId>,
    previous_until: Option<At>,
    revoked_at: Option<At>,
    details: Json<ApiKeyDetails>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            network: row.network_id.0,
            details: row.details.0,
            previous_until: row.previous_until.map(|until| until.0),
            revoked_at: row.revoked_at.map(|at| at.0),
            record: record(row.version, row.created_at, row.updated_at),
        }
    }
}

impl From<&ApiKey> for Row {
    fn from(entity: &ApiKey) -> Self {
        Self {
            id: Spelled(entity.id),
            network_id: Spelled(entity.network),
            previous_until: entity.previous_until.map(At),
            revoked_at: entity.revoked_at.map(At),
            details: Json(entity.details.clone()),
            version: entity.record.version.0,
            created_at: At(entity.record.created_at),
            updated_at: At(entity.record.updated_at),
        }
    }
}

// Those of networks they coordinate.
seen!(api_keys, concat!("api_keys.network_id IN ", scope::subjects!("coordinator")));

finding! { api_keys: ApiKey, ApiKeyId }
updating! { api_keys: ApiKey }

/// One page of keys; one row more when another page follows.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, scope: Scope, network: Option<NetworkId>, page: &Page) -> Result<Vec<ApiKey>, DbError> {
    let mut query = visible(scope);
    if let Some(network) = network {
        query = query.filter(api_keys::network_id.eq(Spelled(network)));
    }
    let rows: Vec<Row> = paged!(query, api_keys::id, page).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// A key with the fingerprints of its secrets, whoever asks: to find out who that is.
///
/// # Errors
/// [`DbError::NotFound`] when there is none.
pub fn fingerprints(conn: &mut Conn, id: ApiKeyId) -> Result<(ApiKey, Fingerprints), DbError> {
    let query = api_keys::table.filter(api_keys::id.eq(Spelled(id)));
    let columns = (Row::as_select(), api_keys::hash, api_keys::previous_hash);
    let (row, present, previous): (Row, String, Option<String>) = query.select(columns).first(conn)?;
    Ok((row.into(), Fingerprints { present, previous }))
}

/// Keeps a new key with the fingerprint of its secret.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut Conn, key: &ApiKey, hash: &str) -> Result<(), DbError> {
    one(diesel::insert_into(api_keys::table).values((Row::from(key), api_keys::hash.eq(hash))).execute(conn)?)
}

/// Keeps a changed key with the fingerprint of a new secret; the present one becomes the one before.
///
/// # Errors
/// As [`update`].
pub fn rotate(conn: &mut Conn, key: &ApiKey, hash: &str) -> Result<(), DbError> {
    let row = api_keys::table.filter(api_keys::id.eq(Spelled(key.id)));
    let moved = (api_keys::previous_hash.eq(api_keys::hash.nullable()), api_keys::hash.eq(hash));
    one(diesel::update(row).set(moved).execute(conn)?)?;
    update(conn, key)
}

/// Says that a key was used.
///
/// # Errors
/// Those of the database.
pub fn used(conn: &mut Conn, id: ApiKeyId, at: Timestamp) -> Result<(), DbError> {
    // diesel's multi-backend has no ON CONFLICT; both databases spell it alike.
    let query = sql_query(
        "INSERT INTO api_key_uses (key_id, used_at) VALUES ($1, $2) \
         ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE api_key_uses.used_at < excluded.used_at",
    );
    query.bind::<Text, _>(Spelled(id)).bind::<InstantType, _>(At(at)).execute(conn)?;
    Ok(())
}

/// When some keys were used last, as far as they were, in no order.
///
/// # Errors
/// Those of the database.
pub fn last_used(conn: &mut Conn, ids: &[ApiKeyId]) -> Result<Vec<(ApiKeyId, Timestamp)>, DbError> {
    let named = api_key_uses::key_id.eq_any(ids.iter().map(|id| Spelled(*id)));
    let query = api_key_uses::table.filter(named).select((api_key_uses::key_id, api_key_uses::used_at));
    let rows: Vec<(Spelled<ApiKeyId>, At)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(id, at)| (id.0, at.0)).collect())
}
