//! When libraries last had training in person.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Nullable, Text},
};
use packhorse_domain::{
    Timestamp,
    id::{LibraryId, NetworkId},
    library::LibraryDetails,
};

use crate::{
    Conn, DbError,
    dialect::co_hosts,
    entity::direct,
    types::{At, InstantType, Json, JsonType, Spelled},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: Spelled<LibraryId>,
    #[diesel(sql_type = JsonType)]
    details: Json<LibraryDetails>,
    #[diesel(sql_type = Nullable<InstantType>)]
    last_at: Option<At>,
}

/// The libraries of a network by id, each with the start of the last training in person that was taught there, or that it took
/// part in as a co-host: bookings that were delivered, and sessions that were held in its buildings.
///
/// # Errors
/// Those of the database.
pub fn last_taught(
    conn: &mut Conn,
    network: NetworkId,
) -> Result<Vec<(LibraryId, LibraryDetails, Option<Timestamp>)>, DbError> {
    const TAUGHT: &str = "state IN ('delivered', 'closed') AND details ->> 'format' <> 'virtual'";
    let query = format!(
        "SELECT libraries.id, libraries.details, MAX(taught.at) AS last_at FROM libraries LEFT JOIN ( \
         SELECT library_id, starts_at AS at FROM bookings WHERE {TAUGHT} \
         UNION ALL SELECT co_host, starts_at FROM ({}) AS shared WHERE {TAUGHT} \
         UNION ALL SELECT venues.library_id, held.starts_at FROM workshop_sessions AS held \
         JOIN venues ON venues.id = held.venue_id \
         WHERE held.state = 'held' AND held.details -> 'said' ->> 'format' <> 'virtual' \
         ) AS taught ON taught.library_id = libraries.id \
         WHERE libraries.network_id = $1 GROUP BY libraries.id ORDER BY libraries.id",
        co_hosts(conn)
    );
    let query = sql_query(query).bind::<Text, _>(Spelled(network));
    let rows: Vec<Row> = direct!(conn => query.load(conn))?;
    Ok(rows.into_iter().map(|row| (row.id.0, row.details.0, row.last_at.map(|at| at.0))).collect())
}
