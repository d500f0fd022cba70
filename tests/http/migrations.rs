//! Both databases end in the same tables and columns, and the way down undoes the way up.

use std::collections::BTreeSet;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use packhorse_db::Conn;
use packhorse_tests::{Backend, Market, TestDatabase, both};
use serde_json::json;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

/// `table.column`, with `?` where it may be null.
fn columns(conn: &mut Conn) -> BTreeSet<String> {
    let rows: Vec<Column> = match conn {
        Conn::Pg(conn) => sql_query(
            "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END AS name \
             FROM information_schema.columns WHERE table_schema = 'public'",
        )
        .load(conn)
        .unwrap(),
        Conn::Sqlite(conn) => sql_query(
            "SELECT t.name || '.' || c.name || CASE c.\"notnull\" WHEN 0 THEN '?' ELSE '' END AS name \
             FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        )
        .load(conn)
        .unwrap(),
    };
    rows.into_iter().map(|row| row.name).filter(|name| !name.starts_with("__diesel")).collect()
}

#[test]
fn both_databases_have_the_same_columns() {
    let Some(postgres) = Backend::postgres() else { return };
    let [left, right] =
        [Backend::Sqlite, postgres].map(|backend| columns(&mut TestDatabase::new(backend).url.connect().unwrap()));
    assert!(left.len() > 100, "{left:?}");
    assert_eq!(left, right);
}

#[test]
fn the_way_down_undoes_the_way_up() {
    for backend in [Some(Backend::Sqlite), Backend::postgres()].into_iter().flatten() {
        let database = TestDatabase::empty(backend);
        let mut conn = database.url.connect().unwrap();
        let up = packhorse_db::migrate(&mut conn).unwrap();
        let first = columns(&mut conn);
        assert_eq!(packhorse_db::down_all(&mut conn).unwrap(), up);
        assert_eq!(columns(&mut conn), BTreeSet::new(), "{backend:?}");
        assert_eq!(packhorse_db::migrate(&mut conn).unwrap(), up);
        assert_eq!(columns(&mut conn), first);
        assert_eq!(packhorse_db::pending(&mut conn).unwrap(), 0);
    }
}

/// Tables that an upgrade fills or widens: what was published before the public catalog came is not shown to everybody by that.
const GROWN: &[&str] = &["offers", "requests", "workshops", "workshop_editions"];

/// What every other table holds.
fn kept(digest: Vec<(String, String)>) -> Vec<(String, String)> {
    digest.into_iter().filter(|(table, _)| !GROWN.contains(&table.as_str())).collect()
}

both! {
    fn an_earlier_schema_is_brought_up_to_date_with_what_is_in_it(world) {
        let market = Market::new(world);
        let booking = market.book(&market.dana, "2027-03-03T16:00:00Z", &json!({ "room": null }));
        let read = |path: &str| market.coordinator.get(path).expect(200).text;
        let place = format!("/v1/libraries/{}", market.place.library);
        let shown = [&booking, &place].map(|path| read(path));
        let database = world.database();
        let whole = kept(database.digest());
        let mut came_before = false;
        for steps in 1..=10 {
            let mut conn = database.url.connect().unwrap();
            packhorse_db::down(&mut conn, steps).unwrap();
            assert_eq!(packhorse_db::pending(&mut conn).unwrap(), steps);
            // An earlier version is not taken for ours, and what it has stays as it is.
            assert!(market.coordinator.get("/health/ready").expect(503).header("retry-after").is_some());
            let earlier = database.digest();
            came_before |= earlier.iter().all(|(table, _)| table != "workshop_editions");
            let earlier = kept(earlier);
            assert!(earlier.len() < whole.len() && earlier.iter().all(|table| whole.contains(table)));
            assert_eq!(packhorse_db::migrate(&mut conn).unwrap(), steps);
            assert!(kept(database.digest()) == whole, "as it was");
            market.coordinator.get("/health/ready").expect(200);
            assert_eq!([&booking, &place].map(|path| read(path)), shown);
        }
        assert!(came_before, "the public catalog came with none of these steps");
        let workshop = market.coordinator.get(&format!("/v1/workshops/{}", market.catalog.workshop)).expect(200).json();
        assert_eq!((&workshop["edition"], &workshop["visibility"]), (&json!(1), &json!("partners")));
        world.client().get(&format!("/workshops/{}", market.catalog.workshop)).expect(404);
        let next = market.book(&market.lee, "2027-03-04T16:00:00Z", &json!({ "room": null }));
        market.staff.step(&next, "confirm", None).expect(200);
    }
}
